//! Times of the day at which the bands of limit up, limit down are twice as wide, such as its first and last minutes.

use crate::sequence::Timestamp;

/// Spans of a day. It repeats every day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DoubledBands {
    /// Length of a day, in units of engine time; time 0 begins one.
    pub day: u64,
    /// Earliest first, the places behind the last one empty.
    pub windows: [Option<BandWindow>; DoubledBands::WINDOWS_MAX],
}

/// A span of the day, from its start, in units of engine time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BandWindow {
    /// The first moment at which the bands are twice as wide.
    pub from: u64,
    /// The first moment at which they are so no longer.
    pub until: u64,
}

impl DoubledBands {
    /// Most spans of a day.
    pub const WINDOWS_MAX: usize = 4;

    /// A day with these spans, earliest first.
    ///
    /// # Panics
    /// There are more of them than [`Self::WINDOWS_MAX`].
    pub fn of_day(day: u64, windows: &[BandWindow]) -> Self {
        assert!(
            windows.len() <= Self::WINDOWS_MAX,
            "a day has a bounded number of spans"
        );
        let mut all = [None; Self::WINDOWS_MAX];
        for (place, window) in all.iter_mut().zip(windows) {
            *place = Some(*window);
        }
        Self { day, windows: all }
    }

    /// Whether there is a span, and they follow each other within the day.
    pub fn is_sound(&self) -> bool {
        let count = self.windows().count();
        let has_no_gap = self.windows.iter().take(count).all(Option::is_some);
        let mut free_from = 0;
        let follow = self.windows().all(|window| {
            let is_after = window.from >= free_from && window.from < window.until;
            free_from = window.until;
            is_after
        });
        count > 0 && has_no_gap && follow && free_from <= self.day
    }

    /// Whether the bands are twice as wide at a time.
    pub(crate) fn hold_at(&self, now: Timestamp) -> bool {
        let time_of_day = now.0 % self.day;
        self.windows()
            .any(|window| window.from <= time_of_day && time_of_day < window.until)
    }

    /// When the width changes next.
    pub(crate) fn next_change(&self, now: Timestamp) -> Timestamp {
        let time_of_day = now.0 % self.day;
        let midnight = now.0 - time_of_day;
        let bounds = self
            .windows()
            .flat_map(|window| [window.from, window.until]);
        let today = bounds.filter(|bound| *bound > time_of_day).min();
        let first = self.windows().map(|window| window.from).min();
        let tomorrow = first.map_or(u64::MAX, |from| self.day.saturating_add(from));
        Timestamp(midnight.saturating_add(today.unwrap_or(tomorrow)))
    }

    fn windows(&self) -> impl Iterator<Item = &BandWindow> {
        self.windows.iter().flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::{BandWindow, DoubledBands, Timestamp};

    fn of_day(windows: &[(u64, u64)]) -> DoubledBands {
        let windows: Vec<_> = windows
            .iter()
            .map(|&(from, until)| BandWindow { from, until })
            .collect();
        DoubledBands::of_day(100, &windows)
    }

    #[test]
    fn a_span_holds_from_its_start_and_no_longer_at_its_end_every_day() {
        let held = [9, 10, 19, 20, 95, 99, 100, 110, 195]
            .map(|at| of_day(&[(10, 20), (90, 100)]).hold_at(Timestamp(at)));

        assert_eq!(
            held,
            [false, true, true, false, true, true, false, true, true]
        );
    }

    #[test]
    fn the_next_change_is_the_next_bound_of_a_span_today_or_tomorrow() {
        let bands = of_day(&[(10, 20), (80, 90)]);
        let changes = [0, 10, 20, 85, 90, 250].map(|at| bands.next_change(Timestamp(at)).0);

        assert_eq!(changes, [10, 20, 80, 90, 110, 280]);
    }

    #[test]
    fn spans_that_overlap_are_empty_or_pass_the_day_are_refused() {
        assert!(of_day(&[(0, 15), (15, 100)]).is_sound());
        assert!(!of_day(&[]).is_sound());
        assert!(!of_day(&[(10, 10)]).is_sound());
        assert!(!of_day(&[(0, 15), (14, 20)]).is_sound());
        assert!(!of_day(&[(90, 101)]).is_sound());
    }
}
