//! How far a tool is: a bar on a terminal, nothing anywhere else.

use indicatif::{ProgressBar, ProgressStyle};
use sequencer::LogPosition;

use crate::output::Output;

/// Positions after which the bar moves.
const STEP: u64 = 4_096;

/// A bar on stderr.
#[derive(Debug)]
pub struct Progress(ProgressBar);

impl Progress {
    /// From `first` to `last`.
    pub fn new(output: Output, what: &'static str, first: LogPosition, last: LogPosition) -> Self {
        if output == Output::Json {
            return Self(ProgressBar::hidden());
        }
        let style = ProgressStyle::with_template(
            "{msg} {bar:40} position {human_pos} of {human_len} · {eta} left",
        )
        .expect("the template is a constant");
        // indicatif hides it where stderr is no terminal.
        let bar = ProgressBar::new(last.0)
            .with_style(style)
            .with_message(what);
        bar.set_position(first.0.saturating_sub(1));
        Self(bar)
    }

    /// So far.
    pub fn at(&self, position: LogPosition) {
        if position.0.is_multiple_of(STEP) {
            self.0.set_position(position.0);
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
