//! What a subscription asks for: content, how often, and in whose words.

use std::time::Duration;

use crate::market_data::news::{Content, MarketFormat};

/// What a flow of messages tells, how often, and in whose words. All who ask for the same share one group.
#[derive(Debug, Clone, Copy)]
pub struct FlowTerms {
    /// What it tells of.
    pub content: Content,
    /// How often.
    pub delivery: Delivery,
    /// In whose words.
    pub format: &'static dyn MarketFormat,
}

/// How often a flow tells what changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Delivery {
    /// A message for each change.
    Every,
    /// One message for all changes of an interval; none where nothing changed.
    Interval(Interval),
    /// What is so when the session has written everything else.
    Latest,
}

/// An interval that changes are gathered for: one of few, so that many sessions share what is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Interval {
    place: usize,
}

impl Interval {
    /// How many intervals are offered.
    pub const COUNT: usize = 6;

    const ALL_MS: [u64; Self::COUNT] = [10, 50, 100, 250, 500, 1_000];

    /// Its place among those that are offered.
    pub const fn place(self) -> usize {
        self.place
    }

    /// The interval of so many milliseconds; `None` for one that is not offered.
    pub fn of_ms(ms: u64) -> Option<Self> {
        let place = Self::ALL_MS.iter().position(|offered| *offered == ms)?;
        Some(Self { place })
    }

    /// All that are offered.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..Self::ALL_MS.len()).map(|place| Self { place })
    }

    /// How long it is.
    pub fn duration(self) -> Duration {
        Duration::from_millis(Self::ALL_MS[self.place])
    }
}

/// What becomes of a subscription that is not read in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnLag {
    /// What waits of it is dropped; the session is told, and gets a snapshot when it reads again.
    Snapshot,
    /// The session is cut off.
    Disconnect,
}

impl PartialEq for FlowTerms {
    fn eq(&self, other: &Self) -> bool {
        self.content == other.content
            && self.delivery == other.delivery
            && self.format.name() == other.format.name()
    }
}

impl Eq for FlowTerms {}
