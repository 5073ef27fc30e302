//! The orders that a model believes open, by number and by price.

use protocol::Side;

use crate::flow::market::ModelNumber;

/// One open order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OwnOrder {
    /// Its number.
    pub number: ModelNumber,
    /// Buy or sell.
    pub side: Side,
    /// Its limit price, in ticks.
    pub ticks: i64,
    /// Still open, in lots.
    pub lots: u64,
    /// How far behind the best it was entered, in ticks.
    pub behind_ticks: i64,
    /// Whether it is in the index by price: from when it rests on.
    pub is_resting: bool,
}

/// Open orders: a slot each, found again by number; and each side's by price, the best one last.
#[derive(Debug, Clone, Default)]
pub struct OwnOrders {
    slots: Vec<Option<OwnOrder>>,
    free: Vec<u32>,
    turn: u64,
    bids: Vec<(i64, u32)>,
    asks: Vec<(i64, u32)>,
}

impl OwnOrders {
    /// Takes in an order that is being sent, and gives it its number.
    pub fn enter(&mut self, side: Side, ticks: i64, lots: u64, behind_ticks: i64) -> ModelNumber {
        let slot = self.free.pop().unwrap_or_else(|| {
            self.slots.push(None);
            u32::try_from(self.slots.len() - 1).expect("open orders are far below 2^32")
        });
        self.turn += 1;
        let number = ModelNumber::new(self.turn, slot);
        self.slots[slot as usize] = Some(OwnOrder {
            number,
            side,
            ticks,
            lots,
            behind_ticks,
            is_resting: false,
        });
        number
    }

    /// An order that is open as far as is known.
    pub fn get(&self, number: ModelNumber) -> Option<&OwnOrder> {
        let order = self.slots.get(number.place())?.as_ref()?;
        (order.number == number).then_some(order)
    }

    /// An order rests at this price with this much.
    pub fn rested(&mut self, number: ModelNumber, ticks: i64, lots: u64) {
        let Some(order) = self.get(number).copied() else {
            return;
        };
        if order.is_resting {
            self.unlist(&order);
        }
        let (index, key, slot) = self.place_of(order.side, ticks, number);
        let at = index.partition_point(|listed| *listed < (key, slot));
        index.insert(at, (key, slot));
        self.slots[number.place()] = Some(OwnOrder {
            ticks,
            lots,
            is_resting: true,
            ..order
        });
    }

    /// This much is left of an order; zero takes it out.
    pub fn leaves(&mut self, number: ModelNumber, lots: u64) {
        if self.get(number).is_none() {
            return;
        }
        if lots == 0 {
            self.close(number);
        } else if let Some(order) = &mut self.slots[number.place()] {
            order.lots = lots;
        }
    }

    /// Takes an order out; says what it was.
    pub fn close(&mut self, number: ModelNumber) -> Option<OwnOrder> {
        let order = *self.get(number)?;
        if order.is_resting {
            self.unlist(&order);
        }
        self.slots[number.place()] = None;
        let slot = u32::try_from(number.place()).expect("a place is below 2^20");
        self.free.push(slot);
        Some(order)
    }

    /// The own order with the best price of a side, of those the one that came last.
    pub fn best(&self, side: Side) -> Option<&OwnOrder> {
        let (_, slot) = match side {
            Side::Buy => self.bids.last()?,
            Side::Sell => self.asks.last()?,
        };
        self.slots[*slot as usize].as_ref()
    }

    /// Which are open.
    pub fn numbers(&self) -> Vec<ModelNumber> {
        self.slots
            .iter()
            .flatten()
            .map(|order| order.number)
            .collect()
    }

    /// How many are open.
    pub fn count(&self) -> usize {
        self.slots.len() - self.free.len()
    }

    fn unlist(&mut self, order: &OwnOrder) {
        let (index, key, slot) = self.place_of(order.side, order.ticks, order.number);
        let at = index.partition_point(|listed| *listed < (key, slot));
        assert_eq!(
            index.get(at),
            Some(&(key, slot)),
            "the index lists every resting order"
        );
        index.remove(at);
    }

    fn place_of(
        &mut self,
        side: Side,
        ticks: i64,
        number: ModelNumber,
    ) -> (&mut Vec<(i64, u32)>, i64, u32) {
        let slot = u32::try_from(number.place()).expect("a place is below 2^20");
        match side {
            Side::Buy => (&mut self.bids, ticks, slot),
            Side::Sell => (&mut self.asks, -ticks, slot),
        }
    }
}
