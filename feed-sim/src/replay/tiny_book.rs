//! A price-time book that is obviously right and slow enough to be: it stands in for the exchange in tests.

use std::collections::{BTreeMap, HashMap};

use crate::replay::follower::{Fact, RowOrder, RowRequest, Stay};
use crate::replay::recorded_row::RecordedSide;

/// Orders of others are told to nobody.
const STRANGER: u64 = 0;

/// One side's orders: price towards the best, then time.
#[derive(Debug, Default)]
pub struct TinyBook {
    bids: BTreeMap<(i64, u64), (u64, u64)>,
    asks: BTreeMap<(i64, u64), (u64, u64)>,
    places: HashMap<u64, (RecordedSide, (i64, u64))>,
    filled: HashMap<u64, u64>,
    clock: u64,
}

impl TinyBook {
    /// Does what a row asks for, and tells what happened.
    pub fn apply(&mut self, request: RowRequest) -> Vec<Fact> {
        let mut facts = Vec::new();
        match request {
            RowRequest::Nothing => {}
            RowRequest::Submit(order) => self.enter(order, &mut facts),
            RowRequest::Replace { order, quantity } => self.replace(order, quantity, &mut facts),
            RowRequest::Cancel { order } => {
                self.remove(order);
                facts.push(Fact::Canceled { order });
            }
        }
        facts
    }

    /// Somebody else takes.
    pub fn stranger_takes(&mut self, side: RecordedSide, price: i64, quantity: u64) -> Vec<Fact> {
        let mut facts = Vec::new();
        let order = RowOrder {
            order: STRANGER,
            side,
            price,
            quantity,
            stay: Stay::Goes,
        };
        self.enter(order, &mut facts);
        facts
    }

    /// Somebody else leaves an order.
    pub fn stranger_rests(&mut self, side: RecordedSide, price: i64, quantity: u64) {
        let order = RowOrder {
            order: STRANGER,
            side,
            price,
            quantity,
            stay: Stay::Rests,
        };
        self.enter(order, &mut Vec::new());
    }

    /// What is open of an order.
    pub fn open(&self, order: u64) -> u64 {
        let Some((side, place)) = self.places.get(&order) else {
            return 0;
        };
        let orders = match side {
            RecordedSide::Bid => &self.bids,
            RecordedSide::Ask => &self.asks,
        };
        orders[place].1
    }

    /// What is open at a price.
    pub fn volume_at(&self, side: RecordedSide, price: i64) -> u64 {
        let (orders, ranked) = match side {
            RecordedSide::Bid => (&self.bids, -price),
            RecordedSide::Ask => (&self.asks, price),
        };
        let at_price = orders.range((ranked, 0)..=(ranked, u64::MAX));
        at_price.map(|(_, (_, open))| open).sum()
    }

    fn replace(&mut self, order: u64, quantity: u64, facts: &mut Vec<Fact>) {
        let (side, place) = self.places[&order];
        let leaves = quantity - self.filled.get(&order).copied().unwrap_or_default();
        facts.push(Fact::Replaced { order, leaves });
        let resting = self.side(side).get_mut(&place).expect("it rests");
        if leaves <= resting.1 {
            resting.1 = leaves;
            return;
        }
        self.remove(order);
        let price = if side == RecordedSide::Bid {
            -place.0
        } else {
            place.0
        };
        let grown = RowOrder {
            order,
            side,
            price,
            quantity: leaves,
            stay: Stay::Rests,
        };
        self.enter(grown, facts);
    }

    fn enter(&mut self, order: RowOrder, facts: &mut Vec<Fact>) {
        let RowOrder { side, price, .. } = order;
        let mut leaves = order.quantity;
        while leaves > 0 {
            let opposite = self.side(side.opposite());
            let Some((&place, &(maker, open))) = opposite.first_key_value() else {
                break;
            };
            let is_marketable = match side {
                RecordedSide::Bid => place.0 <= price,
                RecordedSide::Ask => -place.0 >= price,
            };
            if !is_marketable {
                break;
            }
            let traded = leaves.min(open);
            leaves -= traded;
            if traded == open {
                opposite.pop_first();
                self.places.remove(&maker);
            } else {
                opposite.insert(place, (maker, open - traded));
            }
            self.tell(maker, order.order, traded, [open - traded, leaves], facts);
        }
        if leaves == 0 {
            return;
        }
        if order.stay == Stay::Goes {
            facts
                .extend((order.order != STRANGER).then_some(Fact::Canceled { order: order.order }));
            return;
        }
        self.clock += 1;
        let ranked = if side == RecordedSide::Bid {
            -price
        } else {
            price
        };
        let place = (ranked, self.clock);
        self.side(side).insert(place, (order.order, leaves));
        self.places.insert(order.order, (side, place));
    }

    fn tell(
        &mut self,
        maker: u64,
        taker: u64,
        traded: u64,
        leaves: [u64; 2],
        facts: &mut Vec<Fact>,
    ) {
        for (order, leaves) in [(maker, leaves[0]), (taker, leaves[1])] {
            if order == STRANGER {
                continue;
            }
            let filled = self.filled.entry(order).or_default();
            *filled += traded;
            facts.push(Fact::Traded {
                order,
                filled: *filled,
                leaves,
            });
        }
        if taker == STRANGER {
            facts.push(Fact::Consumed {
                order: maker,
                quantity: traded,
            });
        }
    }

    fn remove(&mut self, order: u64) {
        let (side, place) = self.places.remove(&order).expect("it rests");
        self.side(side).remove(&place);
    }

    fn side(&mut self, side: RecordedSide) -> &mut BTreeMap<(i64, u64), (u64, u64)> {
        match side {
            RecordedSide::Bid => &mut self.bids,
            RecordedSide::Ask => &mut self.asks,
        }
    }
}
