//! A price-time book that is obviously right and slow enough to be: it stands in for the exchange in tests.

use std::collections::BTreeMap;

use crate::replay::follower::{Fact, RowRequest, RowUnits};
use crate::replay::recorded_row::RecordedSide;

/// One side's orders: price towards the best, then time.
#[derive(Debug, Default)]
pub struct TinyBook {
    bids: BTreeMap<(i64, u64), (u64, u64)>,
    asks: BTreeMap<(i64, u64), (u64, u64)>,
    places: std::collections::HashMap<u64, (RecordedSide, (i64, u64))>,
    filled: std::collections::HashMap<u64, u64>,
    clock: u64,
}

impl TinyBook {
    /// Does what a row asks for, and tells what happened.
    pub fn apply(&mut self, row: &RowUnits, request: RowRequest) -> Vec<Fact> {
        let mut facts = Vec::new();
        match request {
            RowRequest::Nothing => {}
            RowRequest::Submit { price, quantity } => {
                self.enter(row.order, row.side, price, quantity, &mut facts);
            }
            RowRequest::Replace { quantity } => self.replace(row.order, quantity, &mut facts),
            RowRequest::Cancel => {
                self.remove(row.order);
                facts.push(Fact::Canceled { order: row.order });
            }
        }
        facts
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
        self.enter(order, side, price, leaves, facts);
    }

    fn enter(
        &mut self,
        order: u64,
        side: RecordedSide,
        price: i64,
        quantity: u64,
        facts: &mut Vec<Fact>,
    ) {
        let mut leaves = quantity;
        while leaves > 0 {
            let opposite = self.side(opposite(side));
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
            for (traded_order, left) in [(maker, open - traded), (order, leaves)] {
                let filled = self.filled.entry(traded_order).or_default();
                *filled += traded;
                facts.push(Fact::Traded {
                    order: traded_order,
                    filled: *filled,
                    leaves: left,
                });
            }
        }
        if leaves > 0 {
            self.clock += 1;
            let ranked = if side == RecordedSide::Bid {
                -price
            } else {
                price
            };
            let place = (ranked, self.clock);
            self.side(side).insert(place, (order, leaves));
            self.places.insert(order, (side, place));
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

fn opposite(side: RecordedSide) -> RecordedSide {
    match side {
        RecordedSide::Bid => RecordedSide::Ask,
        RecordedSide::Ask => RecordedSide::Bid,
    }
}
