//! How many requests were refused, by reason.

use std::sync::atomic::{AtomicU64, Ordering};

use protocol::Reason;

/// Refusals by [`Reason`], those at the door and those of engines.
#[derive(Debug)]
pub struct Rejects([AtomicU64; Reason::ALL.len()]);

impl Default for Rejects {
    fn default() -> Self {
        Self([const { AtomicU64::new(0) }; Reason::ALL.len()])
    }
}

impl Rejects {
    /// One more.
    pub fn count(&self, reason: Reason) {
        self.0[reason as usize].fetch_add(1, Ordering::Relaxed);
    }

    /// Every reason that was given, and how often.
    pub fn readings(&self) -> impl Iterator<Item = (Reason, u64)> {
        Reason::ALL
            .iter()
            .zip(&self.0)
            .map(|(reason, count)| (*reason, count.load(Ordering::Relaxed)))
            .filter(|(_, count)| *count > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_reason_has_a_count_of_its_own() {
        let rejects = Rejects::default();
        for reason in Reason::ALL {
            rejects.count(*reason);
        }
        rejects.count(Reason::Busy);

        assert_eq!(rejects.readings().count(), Reason::ALL.len());
        for (reason, count) in rejects.readings() {
            assert_eq!(
                count,
                if reason == Reason::Busy { 2 } else { 1 },
                "{reason}"
            );
        }
    }
}
