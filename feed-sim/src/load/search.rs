//! Finds the highest rate that holds: up by steps until one does not, then between the two. Pure.
//!
//! A rate that fails once is tried again before it counts as failed: a machine that is busy with something else for
//! ten milliseconds should not decide what an exchange can do.

/// From one rate that holds to the next that is tried.
const STEP_UP_PERCENT: u64 = 200;
/// The search ends when the two rates are closer than this.
const CLOSE_ENOUGH_PERCENT: u64 = 6;
/// A rate does not hold when it failed so often.
const FAILURES_OF_A_RATE: u32 = 2;
/// No search needs more tries.
const TRIES_MAX: u32 = 28;
/// Below this rate nothing is looked for.
const RATE_MIN: u64 = 100;

/// What a search wants next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SearchStep {
    /// Try this rate.
    Try(u64),
    /// It is over: this is the highest rate that held, zero if none did.
    Found(u64),
}

/// A search for the highest rate that holds.
#[derive(Debug, Clone, Copy)]
pub struct RateSearch {
    held: u64,
    failed: Option<u64>,
    next: u64,
    /// How often it failed.
    failures: u32,
    tries: u32,
}

impl RateSearch {
    /// A search that begins at `rate`.
    pub const fn from(rate: u64) -> Self {
        Self {
            held: 0,
            failed: None,
            next: rate,
            failures: 0,
            tries: 0,
        }
    }

    /// What to do next.
    pub fn step(&self) -> SearchStep {
        if self.tries >= TRIES_MAX || self.is_close_enough() {
            SearchStep::Found(self.held)
        } else {
            SearchStep::Try(self.next)
        }
    }

    /// The rate that was to be tried held.
    pub fn note_held(&mut self) {
        self.held = self.next;
        self.go_on();
    }

    /// It did not: it is tried again, or counts as failed.
    pub fn note_failed(&mut self) {
        self.failures += 1;
        if self.failures < FAILURES_OF_A_RATE {
            self.tries += 1;
            return;
        }
        self.failed = Some(self.next);
        self.go_on();
    }

    fn go_on(&mut self) {
        self.tries += 1;
        self.failures = 0;
        self.next = match self.failed {
            None => self.held * STEP_UP_PERCENT / 100,
            Some(failed) if self.held == 0 => failed / 2,
            Some(failed) => self.held.midpoint(failed),
        };
    }

    fn is_close_enough(&self) -> bool {
        match self.failed {
            None => false,
            Some(failed) if self.held == 0 => failed <= RATE_MIN,
            Some(failed) => failed * 100 <= self.held * (100 + CLOSE_ENOUGH_PERCENT),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Searches where every rate up to `limit` holds; returns what is found and how many tries it took.
    fn search(from: u64, limit: u64) -> (u64, u32) {
        let mut search = RateSearch::from(from);
        let mut tries = 0;
        loop {
            match search.step() {
                SearchStep::Found(rate) => return (rate, tries),
                SearchStep::Try(rate) if rate <= limit => search.note_held(),
                SearchStep::Try(_) => search.note_failed(),
            }
            tries += 1;
        }
    }

    #[test]
    fn the_highest_rate_that_holds_is_found_to_a_sixteenth() {
        for limit in [450, 1_000, 20_000, 71_000, 452_000] {
            let (found, tries) = search(10_000, limit);

            assert!(found <= limit, "{found} does not hold at {limit}");
            assert!(found * 107 >= limit * 100, "{found} is far below {limit}");
            assert!(tries <= 22, "{tries} tries for {limit}");
        }
    }

    #[test]
    fn a_rate_that_fails_once_is_tried_again() {
        let mut search = RateSearch::from(10_000);

        search.note_failed();
        assert_eq!(search.step(), SearchStep::Try(10_000));
        search.note_held();
        assert_eq!(search.step(), SearchStep::Try(20_000));
        search.note_failed();
        search.note_failed();

        assert_eq!(search.step(), SearchStep::Try(15_000));
    }

    #[test]
    fn where_nothing_holds_nothing_is_found() {
        assert_eq!(search(10_000, 0).0, 0);
    }
}
