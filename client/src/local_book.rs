//! A book rebuilt from a depth snapshot and the changes after it, checked at each step.

use std::collections::BTreeMap;

use protocol::{DecimalError, Depth, DepthSnapshot, Level, Scale, Symbol};

/// One instrument's aggregated book as its depth channel tells it, in integer units.
///
/// An error leaves the book out of step: it takes nothing but a new snapshot from then on.
#[derive(Debug, Clone)]
pub struct LocalBook {
    symbol: Symbol,
    scale: Scale,
    /// Where the book stands; `None` before the first snapshot and after an error.
    place: Option<Place>,
    // Sorted maps: both best levels are at an end, changes hit any level, and a book has few hundred.
    bids: BTreeMap<i64, u64>,
    asks: BTreeMap<i64, u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place {
    epoch: u64,
    seq: u64,
}

/// A price level in integer units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BookLevel {
    /// In price units.
    pub price_units: i64,
    /// In quantity units.
    pub quantity_units: u64,
}

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
    /// A change came before any snapshot, or after an error.
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
}

impl LocalBook {
    /// A book that waits for its first snapshot.
    pub const fn new(symbol: Symbol, scale: Scale) -> Self {
        Self {
            symbol,
            scale,
            place: None,
            bids: BTreeMap::new(),
            asks: BTreeMap::new(),
        }
    }

    /// Replaces the whole book.
    ///
    /// # Errors
    /// The snapshot is of another instrument, has a bad number or level, or is crossed.
    pub fn apply_snapshot(&mut self, snapshot: &DepthSnapshot) -> Result<(), BookError> {
        self.expect_symbol(snapshot.symbol)?;
        self.place = None;
        self.bids.clear();
        self.asks.clear();
        fill(&mut self.bids, &snapshot.bids, self.scale, snapshot)?;
        fill(&mut self.asks, &snapshot.asks, self.scale, snapshot)?;
        self.expect_uncrossed(snapshot.seq)?;
        self.place = Some(Place {
            epoch: snapshot.epoch,
            seq: snapshot.seq,
        });
        Ok(())
    }

    /// Applies one change, which must be the next.
    ///
    /// # Errors
    /// The change is not the next one, has a bad number, or leaves the book crossed.
    pub fn apply(&mut self, change: &Depth) -> Result<(), BookError> {
        self.expect_symbol(change.symbol)?;
        // Taken out first, so that every error below leaves the book waiting for a snapshot.
        let place = self.place.take().ok_or(BookError::NoSnapshot {
            symbol: self.symbol,
            seq: change.seq,
        })?;
        self.expect_next(place, change)?;
        update(&mut self.bids, &change.bids, self.scale, change)?;
        update(&mut self.asks, &change.asks, self.scale, change)?;
        self.expect_uncrossed(change.seq)?;
        self.place = Some(Place {
            epoch: place.epoch,
            seq: change.seq,
        });
        Ok(())
    }

    /// Forgets everything and waits for a snapshot, as after a lost connection.
    pub fn reset(&mut self) {
        self.place = None;
        self.bids.clear();
        self.asks.clear();
    }

    /// Which instrument it is of.
    pub const fn symbol(&self) -> Symbol {
        self.symbol
    }

    /// The number of the last change; `None` while it waits for a snapshot.
    pub fn seq(&self) -> Option<u64> {
        self.place.map(|place| place.seq)
    }

    /// The highest bid.
    pub fn best_bid(&self) -> Option<BookLevel> {
        self.bids().next()
    }

    /// The lowest ask.
    pub fn best_ask(&self) -> Option<BookLevel> {
        self.asks().next()
    }

    /// Bids, best first.
    pub fn bids(&self) -> impl Iterator<Item = BookLevel> {
        self.bids.iter().rev().map(level)
    }

    /// Asks, best first.
    pub fn asks(&self) -> impl Iterator<Item = BookLevel> {
        self.asks.iter().map(level)
    }

    fn expect_symbol(&self, found: Symbol) -> Result<(), BookError> {
        if found == self.symbol {
            return Ok(());
        }
        Err(BookError::WrongSymbol {
            expected: self.symbol,
            found,
        })
    }

    fn expect_next(&self, place: Place, change: &Depth) -> Result<(), BookError> {
        let (symbol, found) = (self.symbol, change.seq);
        if change.epoch != place.epoch {
            return Err(BookError::OtherEpoch {
                symbol,
                seq: found,
                expected: place.epoch,
                found: change.epoch,
            });
        }
        let expected = place.seq.saturating_add(1);
        match found.cmp(&expected) {
            std::cmp::Ordering::Equal => Ok(()),
            std::cmp::Ordering::Greater => Err(BookError::Gap {
                symbol,
                expected,
                found,
            }),
            std::cmp::Ordering::Less => Err(BookError::Repeated {
                symbol,
                expected,
                found,
            }),
        }
    }

    fn expect_uncrossed(&self, seq: u64) -> Result<(), BookError> {
        match (self.best_bid(), self.best_ask()) {
            (Some(bid), Some(ask)) if bid.price_units >= ask.price_units => {
                Err(BookError::Crossed {
                    symbol: self.symbol,
                    seq,
                    bid: bid.price_units,
                    ask: ask.price_units,
                })
            }
            _ => Ok(()),
        }
    }
}

fn level((price_units, quantity_units): (&i64, &u64)) -> BookLevel {
    BookLevel {
        price_units: *price_units,
        quantity_units: *quantity_units,
    }
}

fn in_units(level: &Level, scale: Scale) -> Result<(i64, u64), DecimalError> {
    Ok((
        scale.price_units(level.price)?,
        scale.quantity_units(level.quantity)?,
    ))
}

fn fill(
    side: &mut BTreeMap<i64, u64>,
    levels: &[Level],
    scale: Scale,
    snapshot: &DepthSnapshot,
) -> Result<(), BookError> {
    let (symbol, seq) = (snapshot.symbol, snapshot.seq);
    for level in levels {
        let (price, quantity) =
            in_units(level, scale).map_err(|error| BookError::BadNumber { symbol, seq, error })?;
        if quantity == 0 || side.insert(price, quantity).is_some() {
            return Err(BookError::BadSnapshot { symbol, seq, price });
        }
    }
    Ok(())
}

fn update(
    side: &mut BTreeMap<i64, u64>,
    levels: &[Level],
    scale: Scale,
    change: &Depth,
) -> Result<(), BookError> {
    let (symbol, seq) = (change.symbol, change.seq);
    for level in levels {
        let (price, quantity) =
            in_units(level, scale).map_err(|error| BookError::BadNumber { symbol, seq, error })?;
        if quantity == 0 {
            // A level that is not there may be named: a limited snapshot did not show it.
            side.remove(&price);
        } else {
            side.insert(price, quantity);
        }
    }
    Ok(())
}
