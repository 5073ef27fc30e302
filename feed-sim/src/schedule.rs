//! The open-loop schedule: when orders are meant to be sent, whatever the exchange does.
//!
//! Intended times come from the flow and never move: an exchange that answers slowly gets its orders all
//! the same, and each one's latency counts from the time at which it was meant to be sent. So a stall is
//! seen by every order that it delays (no coordinated omission).

use crate::config::{FeedConfig, InstrumentConfig};

/// Places a flow's own time on the clock.
#[expect(clippy::struct_field_names, reason = "units stand last in names")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Schedule {
    /// When the flow starts, on the clock.
    start_ns: u64,
    /// When it ends, on the clock.
    end_ns: u64,
    /// Intents are gathered for so long and sent together.
    interval_ns: u64,
}

impl Schedule {
    /// A schedule from `start_ns` until `end_ns` on the clock.
    pub fn new(start_ns: u64, end_ns: u64, interval_ns: u64) -> Self {
        assert!(interval_ns > 0, "sends need some time between them");
        Self {
            start_ns,
            end_ns,
            interval_ns,
        }
    }

    /// When an intent is meant to be sent, on the clock.
    pub fn intended_ns(&self, flow_ns: u64) -> u64 {
        self.start_ns.saturating_add(flow_ns)
    }

    /// Up to which time of the flow intents are due now; `None` before its start.
    pub fn due_until_ns(&self, now_ns: u64) -> Option<u64> {
        now_ns.min(self.end_ns).checked_sub(self.start_ns)
    }

    /// When to wake up for an intent: at the end of the send interval that it falls into.
    pub fn wake_at_ns(&self, flow_ns: u64) -> u64 {
        let intervals = flow_ns.div_ceil(self.interval_ns);
        self.intended_ns(intervals.saturating_mul(self.interval_ns))
            .min(self.end_ns)
    }

    /// When the flow ends, on the clock.
    pub fn end_ns(&self) -> u64 {
        self.end_ns
    }

    /// Whether the flow has ended.
    pub fn is_over(&self, now_ns: u64) -> bool {
        now_ns >= self.end_ns
    }
}

/// Mean gap between two orders of one participant, so that all together reach the target rate.
pub fn gap_mean_ns(
    config: &FeedConfig,
    instrument: &InstrumentConfig,
    share_percent: u32,
    participants: u32,
) -> u64 {
    let weights: u128 = config
        .instruments
        .iter()
        .map(|one| u128::from(one.weight))
        .sum();
    let part = u128::from(config.rate_orders_per_s)
        * u128::from(instrument.weight)
        * u128::from(share_percent);
    let whole = 1_000_000_000 * weights * 100 * u128::from(participants);
    u64::try_from(whole / part.max(1)).map_or(u64::MAX, |gap_ns| gap_ns.max(1))
}

#[cfg(test)]
mod tests {
    //! Intended times stand still, wake-ups are gathered, and gaps add up to the rate.

    use super::*;

    const MS: u64 = 1_000_000;

    #[test]
    fn a_late_wake_up_finds_everything_that_was_due_at_its_intended_time() {
        let schedule = Schedule::new(1_000 * MS, u64::MAX, MS);

        assert_eq!(schedule.due_until_ns(1_500 * MS), Some(500 * MS));
        assert_eq!(schedule.intended_ns(20 * MS), 1_020 * MS);
    }

    #[test]
    fn nothing_is_due_before_the_start_or_after_the_end() {
        let schedule = Schedule::new(1_000 * MS, 2_000 * MS, MS);

        assert_eq!(schedule.due_until_ns(999 * MS), None);
        assert_eq!(schedule.due_until_ns(9_000 * MS), Some(1_000 * MS));
        assert!(schedule.is_over(2_000 * MS));
        assert!(!schedule.is_over(1_999 * MS));
    }

    #[test]
    fn wake_ups_are_gathered_at_the_end_of_an_interval() {
        let schedule = Schedule::new(1_000 * MS, u64::MAX, MS);

        assert_eq!(schedule.wake_at_ns(1), 1_001 * MS);
        assert_eq!(schedule.wake_at_ns(MS), 1_001 * MS);
        assert_eq!(schedule.wake_at_ns(MS + 1), 1_002 * MS);
    }

    #[test]
    fn gaps_of_all_participants_add_up_to_the_rate() {
        let mut config: FeedConfig =
            toml::from_str(include_str!("../../config/feed-sim.toml")).unwrap();
        config.rate_orders_per_s = 1_000;
        config.instruments.truncate(2);
        config.instruments[0].weight = 3;

        // 1000/s, three quarters of them here, half of those by two participants: 187.5/s each.
        assert_eq!(
            gap_mean_ns(&config, &config.instruments[0], 50, 2),
            5_333_333
        );
        assert_eq!(
            gap_mean_ns(&config, &config.instruments[1], 50, 2),
            16_000_000
        );
    }
}
