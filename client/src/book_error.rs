//! What can be wrong with a book's feed, and where a book stands in it.

use std::cmp::Ordering;

use protocol::{DecimalError, Symbol};

/// What is wrong with the feed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BookError {
    /// The message is about another instrument.
    #[error("the book of {expected} was given a message of {found}")]
    WrongSymbol {
        /// The book's instrument.
        expected: Symbol,
        /// The message's.
        found: Symbol,
    },
    /// A change came before any snapshot, or after an error that only a snapshot heals.
    #[error("{symbol}: change {seq} came while the book waits for a snapshot")]
    NoSnapshot {
        /// Which book.
        symbol: Symbol,
        /// The change's number.
        seq: u64,
    },
    /// The exchange counts anew.
    #[error("{symbol}: change {seq} is of epoch {found}, the book is of epoch {expected}")]
    OtherEpoch {
        /// Which book.
        symbol: Symbol,
        /// The change's number.
        seq: u64,
        /// The book's epoch.
        expected: u64,
        /// The change's epoch.
        found: u64,
    },
    /// Changes are missing.
    #[error("{symbol}: change {expected} was due, {found} came")]
    Gap {
        /// Which book.
        symbol: Symbol,
        /// The number that was due.
        expected: u64,
        /// The number that came.
        found: u64,
    },
    /// A change came that the book contains already.
    #[error("{symbol}: change {expected} was due, {found} came again")]
    Repeated {
        /// Which book.
        symbol: Symbol,
        /// The number that was due.
        expected: u64,
        /// The number that came.
        found: u64,
    },
    /// The best bid is not below the best ask.
    #[error(
        "{symbol}: after change {seq} the best bid {bid} is not below the best ask {ask} (price units)"
    )]
    Crossed {
        /// Which book.
        symbol: Symbol,
        /// The change that did it.
        seq: u64,
        /// In price units.
        bid: i64,
        /// In price units.
        ask: i64,
    },
    /// A price or quantity is no whole number of units.
    #[error("{symbol}: change {seq} has a bad number: {error}")]
    BadNumber {
        /// Which book.
        symbol: Symbol,
        /// The change's number.
        seq: u64,
        /// What is wrong with it.
        error: DecimalError,
    },
    /// A snapshot names a level twice or one without quantity.
    #[error("{symbol}: snapshot {seq} names {price} twice or empty (price units)")]
    BadSnapshot {
        /// Which book.
        symbol: Symbol,
        /// The snapshot's number.
        seq: u64,
        /// In price units.
        price: i64,
    },
    /// The checksum of the exchange is not that of this book.
    #[error("{symbol}: after message {seq} the checksum is {found}, the exchange says {expected}")]
    WrongChecksum {
        /// Which book.
        symbol: Symbol,
        /// The message's number.
        seq: u64,
        /// What the exchange says.
        expected: u32,
        /// What this book gives.
        found: u32,
    },
    /// An order was changed that is not there, or came that is.
    #[error("{symbol}: message {seq} does not fit order {order_id}")]
    WrongOrder {
        /// Which book.
        symbol: Symbol,
        /// The message's number.
        seq: u64,
        /// Which order.
        order_id: u64,
    },
}

/// Where a book stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BookPlace {
    /// The generation of the numbers.
    pub epoch: u64,
    /// The last message that the book contains.
    pub seq: u64,
}

/// A message about a book: its epoch, and the first and last number that it covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Covers {
    pub(crate) symbol: Symbol,
    pub(crate) epoch: u64,
    pub(crate) first: u64,
    pub(crate) last: u64,
}

impl Covers {
    /// Whether the message is the next one of a book at `place`.
    pub(crate) fn expect_next(self, place: BookPlace) -> Result<(), BookError> {
        let symbol = self.symbol;
        if self.epoch != place.epoch {
            return Err(BookError::OtherEpoch {
                symbol,
                seq: self.last,
                expected: place.epoch,
                found: self.epoch,
            });
        }
        let expected = place.seq.saturating_add(1);
        match (self.first.cmp(&expected), self.last.cmp(&expected)) {
            (Ordering::Greater, _) => Err(BookError::Gap {
                symbol,
                expected,
                found: self.first,
            }),
            (_, Ordering::Less) => Err(BookError::Repeated {
                symbol,
                expected,
                found: self.last,
            }),
            (Ordering::Less | Ordering::Equal, Ordering::Equal | Ordering::Greater) => Ok(()),
        }
    }
}
