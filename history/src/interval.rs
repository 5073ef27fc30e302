//! How long a candle lasts.

use engine::Timestamp;

use crate::calendar::{DAY_NS, SECOND_NS, first_day_of, month_of};

/// No candle begins later: in the year 2255.
const LATEST_NS: u64 = 9_000_000_000 * SECOND_NS;

/// How long a candle lasts. All begin on the clock of UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Interval {
    /// 1 s.
    Second1,
    /// 1 min.
    Minute1,
    /// 3 min.
    Minute3,
    /// 5 min.
    Minute5,
    /// 15 min.
    Minute15,
    /// 30 min.
    Minute30,
    /// 1 h.
    Hour1,
    /// 2 h.
    Hour2,
    /// 4 h.
    Hour4,
    /// 6 h.
    Hour6,
    /// 8 h.
    Hour8,
    /// 12 h.
    Hour12,
    /// A day.
    Day1,
    /// Three days, counted from 1970-01-01.
    Day3,
    /// From Monday to Sunday.
    Week1,
    /// A month of the calendar.
    Month1,
}

impl Interval {
    /// All of them, shortest first.
    pub const ALL: [Self; 16] = [
        Self::Second1,
        Self::Minute1,
        Self::Minute3,
        Self::Minute5,
        Self::Minute15,
        Self::Minute30,
        Self::Hour1,
        Self::Hour2,
        Self::Hour4,
        Self::Hour6,
        Self::Hour8,
        Self::Hour12,
        Self::Day1,
        Self::Day3,
        Self::Week1,
        Self::Month1,
    ];

    /// Its name, as every venue spells it: `1s`, `1m`, `1h`, `1d`, `1w`, and `1M` for the month.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Second1 => "1s",
            Self::Minute1 => "1m",
            Self::Minute3 => "3m",
            Self::Minute5 => "5m",
            Self::Minute15 => "15m",
            Self::Minute30 => "30m",
            Self::Hour1 => "1h",
            Self::Hour2 => "2h",
            Self::Hour4 => "4h",
            Self::Hour6 => "6h",
            Self::Hour8 => "8h",
            Self::Hour12 => "12h",
            Self::Day1 => "1d",
            Self::Day3 => "3d",
            Self::Week1 => "1w",
            Self::Month1 => "1M",
        }
    }

    /// The interval with this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|interval| interval.name() == name)
    }

    /// The beginning of the candle that `at` is in.
    pub fn start_of(self, at: Timestamp) -> Timestamp {
        let at = Timestamp(at.0.min(LATEST_NS));
        let days = at.0 / DAY_NS;
        Timestamp(match self.length() {
            // The first week began before there was time.
            Length::Fixed { ns, offset_ns } => at.0.saturating_sub((at.0 + offset_ns) % ns),
            Length::Month => first_day_of(month_of(days)) * DAY_NS,
        })
    }

    /// The beginning of the candle after the one that `at` is in.
    pub fn next_after(self, at: Timestamp) -> Timestamp {
        let start = self.start_of(at).0;
        Timestamp(match self.length() {
            Length::Fixed { ns, offset_ns } => start + ns - (start + offset_ns) % ns,
            Length::Month => first_day_of(month_of(start / DAY_NS) + 1) * DAY_NS,
        })
    }

    /// The beginning of the candle `count` before the one that `at` is in, or of the first one there can be.
    pub fn back_from(self, at: Timestamp, count: usize) -> Timestamp {
        let count = u64::try_from(count).unwrap_or(u64::MAX);
        let start = self.start_of(at).0;
        Timestamp(match self.length() {
            Length::Fixed { ns, offset_ns } => {
                let aligned = start + ns - (start + offset_ns) % ns;
                aligned.saturating_sub(ns.saturating_mul(count.saturating_add(1)))
            }
            Length::Month => first_day_of(month_of(start / DAY_NS).saturating_sub(count)) * DAY_NS,
        })
    }

    /// The number of the candle that `at` is in: how many of them begin before it since 1970-01-01, weeks since the
    /// Monday before. The next candle has the next number.
    pub fn number_of(self, at: Timestamp) -> u64 {
        let at = Timestamp(at.0.min(LATEST_NS));
        match self.length() {
            Length::Fixed { ns, offset_ns } => (at.0 + offset_ns) / ns,
            Length::Month => month_of(at.0 / DAY_NS),
        }
    }

    /// What it is folded from.
    pub(crate) const fn base(self) -> Base {
        match self {
            Self::Second1 => Base::Seconds,
            Self::Minute1 | Self::Minute3 | Self::Minute5 | Self::Minute15 | Self::Minute30 => {
                Base::Minutes
            }
            Self::Hour1 | Self::Hour2 | Self::Hour4 | Self::Hour6 | Self::Hour8 | Self::Hour12 => {
                Base::Hours
            }
            Self::Day1 | Self::Day3 | Self::Week1 | Self::Month1 => Base::Days,
        }
    }

    const fn length(self) -> Length {
        const fn seconds(count: u64) -> Length {
            Length::Fixed {
                ns: count * SECOND_NS,
                offset_ns: 0,
            }
        }
        match self {
            Self::Second1 => seconds(1),
            Self::Minute1 => seconds(60),
            Self::Minute3 => seconds(180),
            Self::Minute5 => seconds(300),
            Self::Minute15 => seconds(900),
            Self::Minute30 => seconds(1_800),
            Self::Hour1 => seconds(3_600),
            Self::Hour2 => seconds(7_200),
            Self::Hour4 => seconds(14_400),
            Self::Hour6 => seconds(21_600),
            Self::Hour8 => seconds(28_800),
            Self::Hour12 => seconds(43_200),
            Self::Day1 => seconds(86_400),
            Self::Day3 => seconds(3 * 86_400),
            // 1970-01-01 was a Thursday: three days after a Monday.
            Self::Week1 => Length::Fixed {
                ns: 7 * DAY_NS,
                offset_ns: 3 * DAY_NS,
            },
            Self::Month1 => Length::Month,
        }
    }
}

/// Which kept candles an interval is folded from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Base {
    Seconds,
    Minutes,
    Hours,
    Days,
}

enum Length {
    Fixed { ns: u64, offset_ns: u64 },
    Month,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Timestamp {
        Timestamp(seconds * SECOND_NS)
    }

    #[test]
    fn candles_begin_on_the_clock_of_utc() {
        // 2026-11-23 12:04:30 UTC, a Monday.
        let now = at(1_795_435_470);

        assert_eq!(Interval::Minute5.start_of(now), at(1_795_435_200));
        assert_eq!(Interval::Hour4.start_of(now), at(1_795_435_200));
        assert_eq!(Interval::Day1.start_of(now), at(1_795_392_000));
        assert_eq!(Interval::Week1.start_of(now), at(1_795_392_000));
        assert_eq!(
            Interval::Week1.start_of(at(1_795_391_999)),
            at(1_794_787_200)
        );
        assert_eq!(Interval::Month1.start_of(now), at(1_793_491_200));
        assert_eq!(Interval::Month1.next_after(now), at(1_796_083_200));
        assert_eq!(Interval::Month1.back_from(now, 10), at(1_767_225_600));
    }

    #[test]
    fn the_next_candle_has_the_next_number() {
        // 2026-11-23 12:04:30 UTC: week 2,969 since that of 1969-12-29, month 682 since January 1970.
        let now = at(1_795_435_470);
        assert_eq!(Interval::Second1.number_of(now), 1_795_435_470);
        assert_eq!(Interval::Minute1.number_of(now), 29_923_924);
        assert_eq!(Interval::Week1.number_of(now), 2_969);
        assert_eq!(Interval::Month1.number_of(now), 682);
        for interval in Interval::ALL {
            let mut start = interval.start_of(now);
            for step in 0..50 {
                assert_eq!(
                    interval.number_of(start),
                    interval.number_of(now) + step,
                    "{interval:?}"
                );
                start = interval.next_after(start);
            }
        }
    }

    #[test]
    fn a_candle_ends_where_the_next_one_begins() {
        for interval in Interval::ALL {
            let mut start = interval.start_of(at(1_795_435_470));
            for _ in 0..50 {
                let next = interval.next_after(start);
                assert!(start < next, "{interval:?}");
                assert_eq!(
                    interval.start_of(Timestamp(next.0 - 1)),
                    start,
                    "{interval:?}"
                );
                assert_eq!(interval.back_from(next, 1), start, "{interval:?}");
                start = next;
            }
        }
    }

    #[test]
    fn every_name_names_its_interval() {
        for interval in Interval::ALL {
            assert_eq!(Interval::named(interval.name()), Some(interval));
        }
        assert_eq!(Interval::named("7m"), None);
    }
}
