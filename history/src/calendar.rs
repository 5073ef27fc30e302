//! Days and months of UTC, in whole numbers.

/// Nanoseconds in a second.
pub(crate) const SECOND_NS: u64 = 1_000_000_000;
/// Nanoseconds in a day.
pub(crate) const DAY_NS: u64 = 86_400 * SECOND_NS;

/// A month: counted from January 1970, which is 0.
pub(crate) fn month_of(days: u64) -> u64 {
    let (year, month) = year_and_month(days);
    year.saturating_sub(1970)
        .saturating_mul(12)
        .saturating_add(month.saturating_sub(1))
}

/// The day on which a month begins, counted from 1970-01-01.
pub(crate) fn first_day_of(month: u64) -> u64 {
    let (year, of_year) = (1970 + month / 12, month % 12 + 1);
    // Days before a year that begins in March: leap days then come last. (Hinnant, days_from_civil.)
    let shifted = if of_year <= 2 { year - 1 } else { year };
    let (era, of_era) = (shifted / 400, shifted % 400);
    let month_from_march = (of_year + 9) % 12;
    let day_of_year = (153 * month_from_march + 2) / 5;
    let day_of_era = of_era * 365 + of_era / 4 - of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// Days from 1970-01-01 to a day of the calendar; `None` where there is no such day, or it is before 1970 or after 9999.
pub fn day_of(year: u64, month: u64, day: u64) -> Option<u64> {
    if !(1_970..=9_999).contains(&year) || !(1..=12).contains(&month) {
        return None;
    }
    let months = (year - 1_970) * 12 + month - 1;
    let first = first_day_of(months);
    let is_there = (1..=first_day_of(months + 1) - first).contains(&day);
    is_there.then(|| first + day - 1)
}

fn year_and_month(days: u64) -> (u64, u64) {
    // Hinnant, civil_from_days.
    let shifted = days + 719_468;
    let (era, of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let day_of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let month = if month_from_march < 10 {
        month_from_march + 3
    } else {
        month_from_march - 9
    };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    (year, month)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_begin_where_the_calendar_says() {
        assert_eq!(first_day_of(0), 0);
        assert_eq!(first_day_of(1), 31);
        // 2000-03-01, the day after a leap day of a century.
        assert_eq!(first_day_of(30 * 12 + 2), 11_017);
        // 2026-11-01.
        assert_eq!(first_day_of(56 * 12 + 10), 20_758);
    }

    #[test]
    fn every_day_of_five_centuries_is_in_its_month() {
        for days in 0..182_621 {
            let month = month_of(days);
            assert!(first_day_of(month) <= days, "{days}");
            assert!(days < first_day_of(month + 1), "{days}");
        }
    }
}
