//! What is answered: lines for people, or JSON for machines, on stdout.

use std::io::{self, IsTerminal, Write};

use serde::Serialize;

/// Who reads stdout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Output {
    /// A person at a terminal: what is live is redrawn in place.
    Terminal,
    /// A pipe or a file: plain lines.
    Lines,
    /// A machine: JSON, and nothing else.
    Json,
}

impl Output {
    /// Who reads stdout now.
    pub fn detect(json: bool) -> Self {
        if json {
            Self::Json
        } else if io::stdout().is_terminal() {
            Self::Terminal
        } else {
            Self::Lines
        }
    }

    /// A text for people, with its line end; machines do not get it.
    pub fn say(self, text: &str) {
        match self {
            Self::Terminal | Self::Lines => write_line(text),
            Self::Json => {}
        }
    }

    /// An object for machines, on one line; people do not get it.
    pub fn object(self, object: &impl Serialize) {
        match self {
            Self::Json => {
                let text = serde_json::to_string(object)
                    .expect("answers are plain structs of texts and numbers");
                write_line(&text);
            }
            Self::Terminal | Self::Lines => {}
        }
    }
}

/// Writes a line to stdout. A reader that has gone away, such as `head`, is no error.
fn write_line(text: &str) {
    let mut stdout = io::stdout().lock();
    let written = writeln!(stdout, "{text}").and_then(|()| stdout.flush());
    if let Err(error) = written {
        tracing::debug!(%error, "stdout is closed");
    }
}
