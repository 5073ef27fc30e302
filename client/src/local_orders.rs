//! A book order by order, rebuilt from a snapshot and the changes after it, checked at each step.

use std::collections::{BTreeMap, HashMap};

use protocol::{
    BookChecksum, BookOrder, DecimalError, ExactDecimal, OrderChange, OrderChangeKind, Orders,
    OrdersSnapshot, Scale, Side, Symbol,
};

use crate::book_error::{BookError, BookPlace, Covers};

/// One instrument's displayed orders as its channel `orders` tells them, in integer units and in queue order.
///
/// After a gap it waits for the message that was due; a message that comes again changes nothing. Any other error
/// leaves it out of step: it takes nothing but a new snapshot from then on.
#[derive(Debug, Clone)]
pub struct LocalOrders {
    symbol: Symbol,
    scale: Scale,
    place: Option<BookPlace>,
    bids: BTreeMap<i64, Vec<QueuedOrder>>,
    asks: BTreeMap<i64, Vec<QueuedOrder>>,
    // Where each order is, so that one that comes twice is seen.
    levels: HashMap<u64, (Side, i64)>,
}

/// A displayed order in integer units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueuedOrder {
    /// The exchange's id.
    pub order_id: u64,
    /// In price units.
    pub price_units: i64,
    /// What it shows, in quantity units.
    pub quantity_units: u64,
}

impl LocalOrders {
    /// A book that waits for its first snapshot.
    pub fn new(symbol: Symbol, scale: Scale) -> Self {
        Self {
            symbol,
            scale,
            place: None,
            bids: BTreeMap::new(),
            asks: BTreeMap::new(),
            levels: HashMap::new(),
        }
    }

    /// Replaces the whole book.
    ///
    /// # Errors
    /// The snapshot is of another instrument, has a bad number or order, is crossed, or its checksum is wrong.
    pub fn apply_snapshot(&mut self, snapshot: &OrdersSnapshot) -> Result<(), BookError> {
        self.expect_symbol(snapshot.symbol)?;
        self.reset();
        for (side, orders) in [(Side::Buy, &snapshot.bids), (Side::Sell, &snapshot.asks)] {
            for order in orders {
                let order = self.order_of(order, snapshot.seq)?;
                self.add(side, order, snapshot.seq)?;
            }
        }
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

    /// Applies what one command did, which must be the next message.
    ///
    /// # Errors
    /// The message is not the next one, does not fit, leaves the book crossed, or its checksum is wrong.
    pub fn apply(&mut self, message: &Orders) -> Result<(), BookError> {
        self.expect_symbol(message.symbol)?;
        let place = self.place.ok_or(BookError::NoSnapshot {
            symbol: self.symbol,
            seq: message.seq,
        })?;
        let covers = Covers {
            symbol: self.symbol,
            epoch: message.epoch,
            first: message.seq,
            last: message.seq,
        };
        covers.expect_next(place)?;
        // Taken out first, so that every error below leaves the book waiting for a snapshot.
        self.place = None;
        for change in &message.changes {
            self.change(change, message.seq)?;
        }
        if !message.may_be_crossed {
            self.expect_uncrossed(message.seq)?;
        }
        self.expect_checksum(message.checksum, message.seq)?;
        self.place = Some(BookPlace {
            epoch: place.epoch,
            seq: message.seq,
        });
        Ok(())
    }

    /// Forgets everything and waits for a snapshot.
    pub fn reset(&mut self) {
        self.place = None;
        self.bids.clear();
        self.asks.clear();
        self.levels.clear();
    }

    /// Which instrument it is of.
    pub const fn symbol(&self) -> Symbol {
        self.symbol
    }

    /// Where the book stands; `None` while it waits for a snapshot.
    pub const fn place(&self) -> Option<BookPlace> {
        self.place
    }

    /// Displayed bids, best price first, in queue order within a price.
    pub fn bids(&self) -> impl Iterator<Item = QueuedOrder> {
        self.bids.values().rev().flatten().copied()
    }

    /// Displayed asks, best price first, in queue order within a price.
    pub fn asks(&self) -> impl Iterator<Item = QueuedOrder> {
        self.asks.values().flatten().copied()
    }

    fn change(&mut self, change: &OrderChange, seq: u64) -> Result<(), BookError> {
        let order = BookOrder {
            order_id: change.order_id,
            price: change.price,
            quantity: change.quantity,
        };
        let order = self.order_of(&order, seq)?;
        match change.kind {
            OrderChangeKind::Added => self.add(change.side, order, seq),
            OrderChangeKind::Reduced
            | OrderChangeKind::Executed
            | OrderChangeKind::Refilled
            | OrderChangeKind::Removed => self.set(change.side, order, seq),
        }
    }

    fn add(&mut self, side: Side, order: QueuedOrder, seq: u64) -> Result<(), BookError> {
        let level = (side, order.price_units);
        let is_new = self.levels.insert(order.order_id, level).is_none();
        if !is_new || order.quantity_units == 0 {
            return Err(self.wrong(order.order_id, seq));
        }
        self.side_mut(side)
            .entry(order.price_units)
            .or_default()
            .push(order);
        Ok(())
    }

    fn set(&mut self, side: Side, order: QueuedOrder, seq: u64) -> Result<(), BookError> {
        let wrong = self.wrong(order.order_id, seq);
        if self.levels.get(&order.order_id) != Some(&(side, order.price_units)) {
            return Err(wrong);
        }
        let levels = self.side_mut(side);
        let queue = levels.get_mut(&order.price_units).ok_or(wrong.clone())?;
        let seat = queue
            .iter()
            .position(|queued| queued.order_id == order.order_id)
            .ok_or(wrong)?;
        if order.quantity_units > 0 {
            queue[seat].quantity_units = order.quantity_units;
            return Ok(());
        }
        queue.remove(seat);
        if queue.is_empty() {
            levels.remove(&order.price_units);
        }
        self.levels.remove(&order.order_id);
        Ok(())
    }

    fn side_mut(&mut self, side: Side) -> &mut BTreeMap<i64, Vec<QueuedOrder>> {
        match side {
            Side::Buy => &mut self.bids,
            Side::Sell => &mut self.asks,
        }
    }

    fn order_of(&self, order: &BookOrder, seq: u64) -> Result<QueuedOrder, BookError> {
        let units = |price: ExactDecimal, quantity: ExactDecimal| {
            Ok::<_, DecimalError>((
                self.scale.price_units(price)?,
                self.scale.quantity_units(quantity)?,
            ))
        };
        let (price_units, quantity_units) =
            units(order.price, order.quantity).map_err(|error| BookError::BadNumber {
                symbol: self.symbol,
                seq,
                error,
            })?;
        Ok(QueuedOrder {
            order_id: order.order_id,
            price_units,
            quantity_units,
        })
    }

    const fn wrong(&self, order_id: u64, seq: u64) -> BookError {
        BookError::WrongOrder {
            symbol: self.symbol,
            seq,
            order_id,
        }
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

    fn expect_uncrossed(&self, seq: u64) -> Result<(), BookError> {
        let bid = self.bids.keys().next_back();
        let ask = self.asks.keys().next();
        match (bid, ask) {
            (Some(bid), Some(ask)) if bid >= ask => Err(BookError::Crossed {
                symbol: self.symbol,
                seq,
                bid: *bid,
                ask: *ask,
            }),
            _ => Ok(()),
        }
    }

    fn expect_checksum(&self, told: Option<u32>, seq: u64) -> Result<(), BookError> {
        let Some(expected) = told else {
            return Ok(());
        };
        let mut checksum = BookChecksum::default();
        let asks = self.asks.values().take(BookChecksum::LEVELS_MAX);
        let bids = self.bids.values().rev().take(BookChecksum::LEVELS_MAX);
        for order in asks.chain(bids).flatten() {
            checksum.add(order.price_units, order.quantity_units);
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
}
