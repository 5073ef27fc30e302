//! How long a candle lasts.

const SECOND_US: u64 = 1_000_000;
const DAY_S: u64 = 86_400;
/// 1970-01-01 was a Thursday: weeks begin four days later.
const FIRST_MONDAY_S: u64 = 4 * DAY_S;

/// How long a candle lasts; all begin on the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Interval {
    /// So many seconds.
    Seconds(u64),
    /// From Monday to Sunday.
    Week,
    /// A month of the calendar.
    Month,
}

impl Interval {
    const NAMES: [(&'static str, Self); 16] = [
        ("1s", Self::Seconds(1)),
        ("1m", Self::Seconds(60)),
        ("3m", Self::Seconds(180)),
        ("5m", Self::Seconds(300)),
        ("15m", Self::Seconds(900)),
        ("30m", Self::Seconds(1_800)),
        ("1h", Self::Seconds(3_600)),
        ("2h", Self::Seconds(7_200)),
        ("4h", Self::Seconds(14_400)),
        ("6h", Self::Seconds(21_600)),
        ("8h", Self::Seconds(28_800)),
        ("12h", Self::Seconds(43_200)),
        ("1d", Self::Seconds(DAY_S)),
        ("3d", Self::Seconds(3 * DAY_S)),
        ("1w", Self::Week),
        ("1M", Self::Month),
    ];

    /// The interval with this name.
    pub fn named(name: &str) -> Option<Self> {
        let found = Self::NAMES.iter().find(|(known, _)| *known == name)?;
        Some(found.1)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        Self::NAMES
            .iter()
            .find(|(_, interval)| *interval == self)
            .map_or("", |(name, _)| name)
    }

    /// Where the candle begins that a second is in.
    pub fn start_of(self, second: u64) -> u64 {
        match self {
            Self::Seconds(length) => second - second % length.max(1),
            Self::Week => {
                let since = second.saturating_sub(FIRST_MONDAY_S);
                FIRST_MONDAY_S + since - since % (7 * DAY_S)
            }
            Self::Month => {
                let (year, month) = month_of(second / DAY_S);
                first_day_of(year, month) * DAY_S
            }
        }
    }

    /// Where the candle begins that follows the one that begins at `start`.
    pub fn next_after(self, start: u64) -> u64 {
        match self {
            Self::Seconds(length) => start.saturating_add(length),
            Self::Week => start.saturating_add(7 * DAY_S),
            Self::Month => self.start_of(start.saturating_add(32 * DAY_S)),
        }
    }

    /// Where the candle begins that comes `count` before the one that begins at `start`.
    pub fn back_from(self, start: u64, count: u64) -> u64 {
        match self {
            Self::Seconds(length) => start.saturating_sub(length.saturating_mul(count)),
            Self::Week => start.saturating_sub(count.saturating_mul(7 * DAY_S)),
            Self::Month => (0..count.min(1_200))
                .fold(start, |start, _| self.start_of(start.saturating_sub(DAY_S))),
        }
    }

    /// The last microsecond of the candle that begins at `start`.
    pub fn end_us(self, start: u64) -> u64 {
        self.next_after(start)
            .saturating_mul(SECOND_US)
            .saturating_sub(1)
    }
}

/// Year and month (from 1) of a day since 1970-01-01, in the proleptic Gregorian calendar.
fn month_of(day: u64) -> (u64, u64) {
    // Counted from 0000-03-01, so that a leap day is the last one of its year.
    let shifted = day + 719_468;
    let era = shifted / 146_097;
    let day_of_era = shifted % 146_097;
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let year = year_of_era + era * 400;
    if shifted_month < 10 {
        (year, shifted_month + 3)
    } else {
        (year + 1, shifted_month - 9)
    }
}

/// The first day of a month, in days since 1970-01-01.
fn first_day_of(year: u64, month: u64) -> u64 {
    let (year, month) = if month > 2 {
        (year, month - 3)
    } else {
        (year - 1, month + 9)
    };
    let era = year / 400;
    let year_of_era = year % 400;
    let day_of_year = (153 * month + 2) / 5;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    (era * 146_097 + day_of_era).saturating_sub(719_468)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn candles_begin_on_the_clock_of_utc() {
        // 2024-02-29 13:45:07, a Thursday.
        let second = 1_709_214_307;
        for (name, start, next) in [
            ("1s", 1_709_214_307, 1_709_214_308),
            ("5m", 1_709_214_300, 1_709_214_600),
            ("4h", 1_709_208_000, 1_709_222_400),
            ("1d", 1_709_164_800, 1_709_251_200),
            ("1w", 1_708_905_600, 1_709_510_400),
            ("1M", 1_706_745_600, 1_709_251_200),
        ] {
            let interval = Interval::named(name).unwrap();
            assert_eq!(interval.start_of(second), start, "{name}");
            assert_eq!(interval.next_after(start), next, "{name}");
            assert_eq!(interval.back_from(next, 1), start, "{name}");
            assert_eq!(interval.name(), name);
        }
        assert_eq!(Interval::named("7x"), None);
    }
}
