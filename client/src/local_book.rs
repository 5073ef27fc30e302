//! A book rebuilt from a depth snapshot and the changes after it, checked at each step.

use std::collections::BTreeMap;

use protocol::{
    BookChecksum, BookHash, DecimalError, Depth, DepthSnapshot, Level, Scale, Side, Symbol,
};

use crate::book_error::{BookError, BookPlace, Covers};

/// One instrument's aggregated book as its depth channel tells it, in integer units.
///
/// After a gap it waits for the message that was due; a message that comes again changes nothing. Any other error
/// leaves it out of step: it takes nothing but a new snapshot from then on.
#[derive(Debug, Clone)]
pub struct LocalBook {
    symbol: Symbol,
    scale: Scale,
    /// Where the book stands; `None` before the first snapshot and after an error.
    place: Option<BookPlace>,
    // Sorted maps: both best levels are at an end, changes hit any level, and a book has few hundred.
    bids: BTreeMap<i64, u64>,
    asks: BTreeMap<i64, u64>,
}

/// A price level in integer units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BookLevel {
    /// In price units.
    pub price_units: i64,
    /// In quantity units.
    pub quantity_units: u64,
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
    /// The snapshot is of another instrument, has a bad number or level, is crossed, or its checksum is wrong.
    pub fn apply_snapshot(&mut self, snapshot: &DepthSnapshot) -> Result<(), BookError> {
        self.expect_symbol(snapshot.symbol)?;
        self.reset();
        fill(&mut self.bids, &snapshot.bids, self.scale, snapshot)?;
        fill(&mut self.asks, &snapshot.asks, self.scale, snapshot)?;
        if !snapshot.may_be_crossed {
            self.expect_uncrossed(snapshot.seq)?;
        }
        self.expect_checksum(snapshot.checksum, snapshot.seq)?;
        self.place = Some(BookPlace {
            epoch: snapshot.epoch,
            seq: snapshot.seq,
        });
        Ok(())
    }

    /// Applies one change, which must be the next.
    ///
    /// # Errors
    /// The change is not the next one, has a bad number, leaves the book crossed, or its checksum is wrong.
    pub fn apply(&mut self, change: &Depth) -> Result<(), BookError> {
        self.expect_symbol(change.symbol)?;
        let place = self.place.ok_or(BookError::NoSnapshot {
            symbol: self.symbol,
            seq: change.seq,
        })?;
        let covers = Covers {
            symbol: self.symbol,
            epoch: change.epoch,
            first: change.from.unwrap_or(change.seq),
            last: change.seq,
        };
        covers.expect_next(place)?;
        // Taken out first, so that every error below leaves the book waiting for a snapshot.
        self.place = None;
        update(&mut self.bids, &change.bids, self.scale, change)?;
        update(&mut self.asks, &change.asks, self.scale, change)?;
        if !change.may_be_crossed {
            self.expect_uncrossed(change.seq)?;
        }
        self.expect_checksum(change.checksum, change.seq)?;
        self.place = Some(BookPlace {
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

    /// Where the book stands; `None` while it waits for a snapshot.
    pub const fn place(&self) -> Option<BookPlace> {
        self.place
    }

    /// Hash of all levels, as the channel `heartbeat` tells it; that of the exchange's book for a book of all levels.
    pub fn hash(&self) -> u64 {
        let mut hash = BookHash::default();
        for (side, levels) in [(Side::Buy, &self.bids), (Side::Sell, &self.asks)] {
            for (price, quantity) in levels {
                hash.change(side, *price, 0, *quantity);
            }
        }
        hash.value()
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

    fn expect_checksum(&self, told: Option<u32>, seq: u64) -> Result<(), BookError> {
        let Some(expected) = told else {
            return Ok(());
        };
        let mut checksum = BookChecksum::default();
        let asks = self.asks().take(BookChecksum::LEVELS_MAX);
        for level in asks.chain(self.bids().take(BookChecksum::LEVELS_MAX)) {
            checksum.add(level.price_units, level.quantity_units);
        }
        let found = checksum.value();
        if found == expected {
            return Ok(());
        }
        Err(BookError::WrongChecksum {
            symbol: self.symbol,
            seq,
            expected,
            found,
        })
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
