//! The plainest book that keeps the ABI's rules: lists that are walked. It shares no line with the engine.

use std::collections::{BTreeMap, HashMap, VecDeque};

use engine_abi::{CancelMessage, ModifyMessage, NewOrderMessage, Report};

struct Resting {
    order_id: u64,
    quantity: u32,
}

/// Bids, then asks.
#[derive(Default)]
pub struct NaiveBook {
    sides: [BTreeMap<i64, VecDeque<Resting>>; 2],
    prices: HashMap<u64, (u8, i64)>,
}

impl NaiveBook {
    pub fn new_order(&mut self, message: &NewOrderMessage, reports: &mut Vec<Report>) {
        let NewOrderMessage {
            order_id,
            sequence_number,
            price_ticks,
            quantity,
            side,
            ioc,
            ..
        } = *message;
        if quantity == 0 || self.prices.contains_key(&order_id) {
            return;
        }
        reports.push(Report {
            kind: 0,
            side,
            sequence_number,
            order_id,
            price_ticks,
            quantity,
            ..Report::default()
        });
        let left = self.trade(message, reports);
        if left > 0 && ioc != 0 {
            reports.push(Report {
                kind: 2,
                side,
                sequence_number,
                order_id,
                price_ticks,
                quantity: left,
                ..Report::default()
            });
        } else {
            self.rest(message, left);
        }
    }

    pub fn cancel(&mut self, message: &CancelMessage, reports: &mut Vec<Report>) {
        let CancelMessage {
            order_id,
            sequence_number,
        } = *message;
        let mut report = Report {
            kind: 4,
            sequence_number,
            order_id,
            ..Report::default()
        };
        if let Some((side, price_ticks, quantity)) = self.take_out(order_id) {
            report.kind = 2;
            report.side = side;
            report.price_ticks = price_ticks;
            report.quantity = quantity;
        }
        reports.push(report);
    }

    pub fn modify(&mut self, message: &ModifyMessage, reports: &mut Vec<Report>) {
        let mut report = Report {
            kind: 5,
            sequence_number: message.sequence_number,
            order_id: message.order_id,
            ..Report::default()
        };
        if self.take_out(message.order_id).is_some() {
            let again = NewOrderMessage {
                order_id: message.order_id,
                sequence_number: message.sequence_number,
                price_ticks: message.new_price_ticks,
                quantity: message.new_quantity,
                side: message.side,
                ioc: 0,
                padding: [0; 2],
            };
            let left = self.trade(&again, reports);
            self.rest(&again, left);
            report.kind = 3;
            report.side = message.side;
            report.price_ticks = message.new_price_ticks;
            report.quantity = message.new_quantity;
        }
        reports.push(report);
    }

    pub fn best(&self, side: u8) -> Option<i64> {
        let mut prices = self.sides[usize::from(side)].keys().copied();
        if side == 0 {
            prices.next_back()
        } else {
            prices.next()
        }
    }

    pub fn depth_at(&self, price_ticks: i64, side: u8) -> u64 {
        let level = self.sides[usize::from(side)].get(&price_ticks);
        level
            .into_iter()
            .flatten()
            .map(|order| u64::from(order.quantity))
            .sum()
    }

    fn trade(&mut self, taker: &NewOrderMessage, reports: &mut Vec<Report>) -> u32 {
        let mut left = taker.quantity;
        while left > 0 {
            let Some(price_ticks) = self.best(1 - taker.side) else {
                break;
            };
            let is_within = if taker.side == 0 {
                price_ticks <= taker.price_ticks
            } else {
                price_ticks >= taker.price_ticks
            };
            if !is_within {
                break;
            }
            let makers = &mut self.sides[usize::from(1 - taker.side)];
            let level = makers
                .get_mut(&price_ticks)
                .expect("a best price has a level");
            let maker = level.front_mut().expect("a level has orders");
            let quantity = left.min(maker.quantity);
            left -= quantity;
            maker.quantity -= quantity;
            reports.push(Report {
                kind: 1,
                side: taker.side,
                sequence_number: taker.sequence_number,
                price_ticks,
                quantity,
                maker_order_id: maker.order_id,
                taker_order_id: taker.order_id,
                ..Report::default()
            });
            if maker.quantity == 0 {
                self.prices.remove(&maker.order_id);
                level.pop_front();
            }
            if level.is_empty() {
                makers.remove(&price_ticks);
            }
        }
        left
    }

    fn rest(&mut self, order: &NewOrderMessage, quantity: u32) {
        if quantity == 0 {
            return;
        }
        let (order_id, price_ticks) = (order.order_id, order.price_ticks);
        self.prices.insert(order_id, (order.side, price_ticks));
        let level = self.sides[usize::from(order.side)].entry(price_ticks);
        level.or_default().push_back(Resting { order_id, quantity });
    }

    fn take_out(&mut self, order_id: u64) -> Option<(u8, i64, u32)> {
        let (side, price_ticks) = self.prices.remove(&order_id)?;
        let levels = &mut self.sides[usize::from(side)];
        let level = levels.get_mut(&price_ticks).expect("its level is there");
        let place = level
            .iter()
            .position(|order| order.order_id == order_id)
            .expect("it is in its level");
        let order = level.remove(place).expect("it is in its level");
        if level.is_empty() {
            levels.remove(&price_ticks);
        }
        Some((side, price_ticks, order.quantity))
    }
}
