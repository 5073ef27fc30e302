//! No place in the code fills the log: what one says too often in a second is counted instead.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use tracing::callsite::Identifier;
use tracing::{Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;

use crate::clock::Stopwatch;

/// Lines of one place in the code in one second; the others are left out.
const LINES_PER_S: u32 = 50;

/// Leaves out what one place says beyond [`LINES_PER_S`].
#[derive(Debug)]
pub struct RateLimit {
    since: Stopwatch,
    said: Mutex<HashMap<Identifier, Said>>,
}

/// What one place said in its present second.
#[derive(Debug, Clone, Copy, Default)]
struct Said {
    second: u64,
    lines: u32,
}

impl RateLimit {
    /// Nothing was said yet.
    pub fn new() -> Self {
        Self {
            since: Stopwatch::start(),
            said: Mutex::default(),
        }
    }

    /// Whether the place may say one more line at this second.
    fn admits(&self, place: Identifier, second: u64) -> bool {
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        let said = said.entry(place).or_default();
        if said.second != second {
            *said = Said { second, lines: 0 };
        }
        said.lines = said.lines.saturating_add(1);
        said.lines <= LINES_PER_S
    }
}

impl<S: Subscriber> Layer<S> for RateLimit {
    fn event_enabled(&self, event: &Event<'_>, _context: Context<'_, S>) -> bool {
        self.admits(event.metadata().callsite(), self.since.elapsed().as_secs())
    }
}

#[cfg(test)]
mod tests {
    use tracing::Callsite;
    use tracing::callsite::DefaultCallsite;

    use super::*;

    fn place() -> Identifier {
        static META: tracing::Metadata<'static> = tracing::Metadata::new(
            "test",
            "test",
            tracing::Level::WARN,
            None,
            None,
            None,
            tracing::field::FieldSet::new(&[], Identifier(&PLACE)),
            tracing::metadata::Kind::EVENT,
        );
        static PLACE: DefaultCallsite = DefaultCallsite::new(&META);
        Identifier(&PLACE as &dyn Callsite)
    }

    #[test]
    fn a_place_says_so_many_lines_a_second_and_again_in_the_next() {
        let limit = RateLimit::new();

        let said = (0..80).filter(|_| limit.admits(place(), 7)).count();
        let later = (0..80).filter(|_| limit.admits(place(), 8)).count();

        assert_eq!((said, later), (50, 50));
    }
}
