//! A book rebuilt from the depth feed and checked at each step: a gap or a crossed book fails the run.

use client::{BookError, BookLevel, LocalBook};
use protocol::{Depth, DepthSnapshot, Scale, Side, Symbol};

/// One instrument's book as its feed tells it, and what was wrong with the feed.
#[derive(Debug)]
pub struct BookCheck {
    book: LocalBook,
    faults: FeedFaults,
    was_two_sided: bool,
}

/// What was wrong with a feed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FeedFaults {
    /// Changes were missing, came again, or came of another epoch.
    pub gaps: u64,
    /// The best bid was not below the best ask.
    pub crossed: u64,
    /// A message could not be understood.
    pub unreadable: u64,
    /// A side was empty that had been filled before.
    pub one_sided: u64,
}

/// The best levels and how many stand behind them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct BookState {
    /// Best bid, in price units.
    pub bid: Option<i64>,
    /// Best ask, in price units.
    pub ask: Option<i64>,
}

impl BookCheck {
    /// A check that waits for the first snapshot.
    pub fn new(symbol: Symbol, scale: Scale) -> Self {
        Self {
            book: LocalBook::new(symbol, scale),
            faults: FeedFaults::default(),
            was_two_sided: false,
        }
    }

    /// The connection was lost: what the next one tells begins with a snapshot.
    pub fn begin_anew(&mut self) {
        self.book.reset();
        self.was_two_sided = false;
    }

    /// Takes in a snapshot.
    pub fn snapshot(&mut self, snapshot: &DepthSnapshot) {
        let outcome = self.book.apply_snapshot(snapshot);
        self.note(outcome);
    }

    /// Takes in a change.
    pub fn change(&mut self, change: &Depth) {
        let outcome = self.book.apply(change);
        self.note(outcome);
    }

    /// Where the book stands.
    pub fn state(&self) -> BookState {
        BookState {
            bid: self.book.best_bid().map(|level| level.price_units),
            ask: self.book.best_ask().map(|level| level.price_units),
        }
    }

    /// The first levels of a side, best first.
    pub fn levels(&self, side: Side, count: usize) -> Vec<BookLevel> {
        match side {
            Side::Buy => self.book.bids().take(count).collect(),
            Side::Sell => self.book.asks().take(count).collect(),
        }
    }

    /// What was wrong so far.
    pub fn faults(&self) -> FeedFaults {
        self.faults
    }

    fn note(&mut self, outcome: Result<(), BookError>) {
        match outcome {
            Ok(()) => self.note_sides(),
            Err(error) => {
                // One gap is one fault, however much follows it.
                if matches!(error, BookError::Gap { .. }) {
                    self.book.reset();
                }
                let counter = match error {
                    // What follows a fault until the next snapshot is the same fault.
                    BookError::NoSnapshot { .. } if self.faults != FeedFaults::default() => return,
                    BookError::NoSnapshot { .. }
                    | BookError::OtherEpoch { .. }
                    | BookError::Gap { .. }
                    | BookError::Repeated { .. } => &mut self.faults.gaps,
                    BookError::Crossed { .. } => &mut self.faults.crossed,
                    BookError::WrongSymbol { .. }
                    | BookError::WrongChecksum { .. }
                    | BookError::WrongOrder { .. }
                    | BookError::BadNumber { .. }
                    | BookError::BadSnapshot { .. } => &mut self.faults.unreadable,
                };
                *counter += 1;
                tracing::error!(%error, "the depth feed is wrong");
            }
        }
    }

    fn note_sides(&mut self) {
        let state = self.state();
        let is_two_sided = state.bid.is_some() && state.ask.is_some();
        if self.was_two_sided && !is_two_sided {
            self.faults.one_sided += 1;
        }
        self.was_two_sided = is_two_sided;
    }
}

impl FeedFaults {
    /// Adds another feed's faults.
    pub fn add(&mut self, other: Self) {
        self.gaps += other.gaps;
        self.crossed += other.crossed;
        self.unreadable += other.unreadable;
        self.one_sided += other.one_sided;
    }
}

#[cfg(test)]
mod tests {
    //! Planted faults are found, and a good feed has none.

    use protocol::Level;

    use super::*;

    fn level(price: &str, quantity: &str) -> Level {
        Level {
            price: price.parse().unwrap(),
            quantity: quantity.parse().unwrap(),
        }
    }

    fn change(seq: u64, bids: Vec<Level>, asks: Vec<Level>) -> Depth {
        Depth {
            symbol: "ABC".parse().unwrap(),
            epoch: 1,
            from: None,
            seq,
            at_us: 0,
            bids,
            asks,
            may_be_crossed: false,
            checksum: None,
        }
    }

    fn check() -> BookCheck {
        let scale = Scale {
            price_decimals: 2,
            quantity_decimals: 2,
        };
        let mut check = BookCheck::new("ABC".parse().unwrap(), scale);
        check.snapshot(&DepthSnapshot {
            symbol: "ABC".parse().unwrap(),
            epoch: 1,
            seq: 4,
            at_us: 0,
            bids: vec![level("10.00", "1")],
            asks: vec![level("10.10", "1")],
            may_be_crossed: false,
            checksum: None,
        });
        check
    }

    #[test]
    fn a_good_feed_has_no_fault() {
        let mut check = check();

        check.change(&change(5, vec![level("10.05", "2")], vec![]));
        check.change(&change(
            6,
            vec![level("10.05", "0")],
            vec![level("10.04", "1")],
        ));

        assert_eq!(check.faults(), FeedFaults::default());
        assert_eq!(check.state().bid, Some(1_000));
        assert_eq!(check.state().ask, Some(1_004));
    }

    #[test]
    fn a_planted_gap_is_one_gap() {
        let mut check = check();

        check.change(&change(6, vec![], vec![]));
        check.change(&change(7, vec![], vec![]));

        assert_eq!(check.faults().gaps, 1);
    }

    #[test]
    fn a_planted_crossed_book_is_found() {
        let mut check = check();

        check.change(&change(5, vec![level("10.10", "1")], vec![]));

        assert_eq!(check.faults().crossed, 1);
    }

    #[test]
    fn a_side_that_runs_dry_is_counted_once() {
        let mut check = check();

        check.change(&change(5, vec![], vec![level("10.10", "0")]));
        check.change(&change(6, vec![level("9.90", "1")], vec![]));

        assert_eq!(check.faults().one_sided, 1);
    }
}
