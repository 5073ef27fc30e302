//! docs/protocol.md as its tables tell it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use protocol::ServerMessage;

/// The document.
pub struct Document(String);

/// A request or a message.
pub struct Section {
    /// Its first paragraph.
    pub about: String,
    /// What its fields are.
    pub rows: BTreeMap<String, Row>,
    /// The messages that answer it.
    pub answers: Vec<String>,
}

/// A field.
pub struct Row {
    /// Its type, as a word of *Values*.
    pub kind: String,
    /// What it means.
    pub meaning: String,
}

impl Document {
    pub fn read() -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/protocol.md");
        Self(fs::read_to_string(path).expect("docs/protocol.md"))
    }

    /// The text of a chapter.
    pub fn chapter(&self, title: &str) -> &str {
        let (_, after) = self
            .0
            .split_once(&format!("\n## {title}\n"))
            .expect("the chapter");
        after.split("\n## ").next().expect("its text")
    }

    /// The section `name` of a chapter.
    pub fn section(&self, chapter: &str, name: &str) -> Section {
        let (_, after) = self
            .chapter(chapter)
            .split_once(&format!("\n### `{name}`\n"))
            .unwrap_or_else(|| panic!("a section for `{name}`"));
        let text = after.split("\n### ").next().expect("its text");
        let about = text.trim().split("\n\n").next().unwrap_or_default();
        Section {
            about: about.to_owned(),
            rows: text.lines().filter_map(row).collect(),
            answers: answers(about),
        }
    }
}

fn row(line: &str) -> Option<(String, Row)> {
    let rest = line.strip_prefix("| `")?;
    let (name, rest) = rest.split_once("` | ")?;
    let (kind, rest) = rest.split_once(" | ")?;
    let row = Row {
        kind: kind.to_owned(),
        meaning: rest.strip_suffix(" |")?.to_owned(),
    };
    Some((name.to_owned(), row))
}

/// Which messages the sentences with "answered by" name.
fn answers(about: &str) -> Vec<String> {
    let mut found = Vec::new();
    for sentence in about.split("nswered by").skip(1) {
        let sentence = sentence.split('.').next().unwrap_or_default();
        for word in sentence.split('`').skip(1).step_by(2) {
            if ServerMessage::TYPES.contains(&word) && !found.iter().any(|other| other == word) {
                found.push(word.to_owned());
            }
        }
    }
    found
}
