//! From when to when a request looks back.

use crate::binance::params::Params;
use crate::binance::refusal::Refusal;

const DAY_US: u64 = 86_400_000_000;

/// From when to when, both included; the venue lets nobody ask for more than a day.
#[derive(Debug, Clone, Copy)]
pub struct Span {
    start_us: Option<u64>,
    end_us: Option<u64>,
}

impl Span {
    /// Whether it has no bounds.
    pub const fn is_open(self) -> bool {
        self.start_us.is_none() && self.end_us.is_none()
    }

    /// Reads it.
    ///
    /// # Errors
    /// It ends before it begins, or is longer than a day.
    pub fn read(params: &mut Params) -> Result<Self, Refusal> {
        let span = Self {
            start_us: params.time_us("startTime")?,
            end_us: params.time_us("endTime")?,
        };
        if let (Some(start), Some(end)) = (span.start_us, span.end_us) {
            if end < start {
                return Err(Refusal::bad_combination());
            }
            if end.saturating_sub(start) > DAY_US {
                return Err(Refusal::new(
                    -1127,
                    "More than 24 hours between startTime and endTime.",
                ));
            }
        }
        Ok(span)
    }

    /// Whether a moment is in it.
    pub fn has(self, at_us: u64) -> bool {
        // An end in milliseconds is meant to the end of its millisecond.
        self.start_us.is_none_or(|start| at_us >= start)
            && self
                .end_us
                .is_none_or(|end| at_us <= end.saturating_add(999))
    }

    /// The latest `limit` of what was `found` in the span, unless it says where to begin.
    pub fn pick<T>(self, mut found: Vec<T>, limit: usize) -> Vec<T> {
        if self.start_us.is_some() {
            found.truncate(limit);
            return found;
        }
        found.split_off(found.len().saturating_sub(limit))
    }
}
