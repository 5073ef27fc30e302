//! Who waits for one kind of price: two ladders, one climbed upwards and one downwards.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use super::{Armed, Direction, Fresh, Task};
use crate::id::OrderId;

/// Who waits for one kind of price.
///
/// Trees and not lists: a price touches those whose time has come and nobody else, so a chain of stops
/// costs no more than its links.
#[derive(Debug, Default)]
pub(super) struct Watch {
    up: BTreeSet<(i64, OrderId, Task)>,
    down: BTreeSet<(Reverse<i64>, OrderId, Task)>,
    fresh: Fresh,
}

/// What one price does.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Orders that fire, in the order in which they do.
    pub(super) fires: Vec<OrderId>,
    /// Trailing stops that begin or move, each with what it does.
    pub(super) trails: Vec<OrderId>,
}

impl Watch {
    pub(super) fn is_empty(&self) -> bool {
        self.up.is_empty() && self.down.is_empty() && self.fresh.is_empty()
    }

    pub(super) fn add(&mut self, order_id: OrderId, armed: &Armed) {
        let mut waits_for_nothing = true;
        for (direction, value, task) in armed.tasks().into_iter().flatten() {
            waits_for_nothing = false;
            let is_new = match direction {
                Direction::Up => self.up.insert((value, order_id, task)),
                Direction::Down => self.down.insert((Reverse(value), order_id, task)),
            };
            assert!(is_new, "a trigger is listed once");
        }
        if waits_for_nothing {
            self.fresh.insert(order_id);
        }
    }

    pub(super) fn remove(&mut self, order_id: OrderId, armed: &Armed) {
        let mut waits_for_nothing = true;
        for (direction, value, task) in armed.tasks().into_iter().flatten() {
            waits_for_nothing = false;
            let was_listed = match direction {
                Direction::Up => self.up.remove(&(value, order_id, task)),
                Direction::Down => self.down.remove(&(Reverse(value), order_id, task)),
            };
            assert!(was_listed, "every trigger is listed");
        }
        if waits_for_nothing {
            self.fresh.remove(&order_id);
        }
    }

    /// Prices strictly between these two do nothing.
    pub(super) fn quiet_range(&self) -> (i64, i64) {
        if !self.fresh.is_empty() {
            return (i64::MAX, i64::MIN);
        }
        let from = self.down.first().map_or(i64::MIN, |(value, ..)| value.0);
        let to = self.up.first().map_or(i64::MAX, |(value, ..)| *value);
        (from, to)
    }

    /// What `value` does: first who fires upwards, by ascending stop price, then who fires downwards, by
    /// descending stop price, and of the same stop price who came first.
    pub(super) fn look(&self, value: i64) -> Found {
        let mut found = Found::default();
        found.trails.extend(&self.fresh);
        let up = self.up.iter().take_while(|(at, ..)| *at <= value);
        let down = self.down.iter().take_while(|(at, ..)| at.0 >= value);
        let up = up.map(|(_, order_id, task)| (*order_id, *task));
        for (order_id, task) in up.chain(down.map(|(_, order_id, task)| (*order_id, *task))) {
            match task {
                Task::Fire => found.fires.push(order_id),
                Task::Follow | Task::Move => found.trails.push(order_id),
            }
        }
        found
    }
}
