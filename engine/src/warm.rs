//! Touches what the next commands are going to need, so that their cache misses overlap.
//!
//! A cancel in a book of a million orders waits for memory four times, each time for an address that the
//! load before it gave: index, order, neighbors, level. A batch of commands waits no longer than one of
//! them when all their index places are touched first, then all orders, then all neighbors.

use std::hint::black_box;

use crate::book::order_book::OrderBook;
use crate::book::price_level::NO_SLOT;
use crate::command::{Cancel, CancelReplace, Command, OrderRef, Replace};
use crate::id::InstrumentId;
use crate::matching_engine::MatchingEngine;
use crate::order::{NewOrder, OrderKind};

/// How many commands are warmed at once; what is touched for more would be gone again before it is used.
pub const WARM_COMMANDS_MAX: usize = 32;

/// Books that never held more orders at once are not warmed: they lie in the cache, and touching them
/// costs a tenth of a command.
const COLD_ORDERS_MIN: usize = 65_536;

/// What one command is going to need of its book: the order it names, and the one it will stand behind.
#[derive(Clone, Copy)]
struct Needed<'a> {
    book: &'a OrderBook,
    slots: [u32; 2],
}

impl MatchingEngine {
    /// Touches what the next [`WARM_COMMANDS_MAX`] commands are going to need. Changes and decides nothing;
    /// more commands than that are not looked at.
    #[inline]
    pub fn warm<'a>(&self, commands: impl Iterator<Item = (InstrumentId, &'a Command)>) {
        if self
            .books()
            .any(|book| book.pool.slots_used() >= COLD_ORDERS_MIN)
        {
            self.warm_cold(commands);
        }
    }

    #[inline(never)]
    fn warm_cold<'a>(&self, commands: impl Iterator<Item = (InstrumentId, &'a Command)>) {
        let mut needed = [const { None }; WARM_COMMANDS_MAX];
        for (place, (instrument, command)) in needed.iter_mut().zip(commands) {
            *place = self.book(instrument).map(|book| Needed {
                book,
                slots: likely_slots(book, command),
            });
        }
        let mut neighbors = [[NO_SLOT; 2]; WARM_COMMANDS_MAX];
        let mut touched = 0;
        for (pair, needed) in neighbors.iter_mut().zip(needed.iter().flatten()) {
            let [named, ahead] = needed.slots;
            touched ^= needed.book.pool.touch(ahead);
            if let Some(order) = needed.book.pool.peek(named) {
                *pair = [order.previous, order.next];
                touched ^= needed.book.side(order.side()).touch(order.level);
                black_box(needed.book.pool.touch_external_id(named));
            }
        }
        for (pair, needed) in neighbors.iter().zip(needed.iter().flatten()) {
            let [previous, next] = *pair;
            touched ^= needed.book.pool.touch(previous) ^ needed.book.pool.touch(next);
        }
        black_box(touched);
    }
}

/// The order that a command names, and the last one at the price at which it may come to rest. Either
/// may be wrong: nothing depends on it.
#[inline]
fn likely_slots(book: &OrderBook, command: &Command) -> [u32; 2] {
    match command {
        Command::Submit(order) => [NO_SLOT, last_at_limit(book, order)],
        Command::Cancel(Cancel { order, .. }) => [likely_slot(book, *order), NO_SLOT],
        Command::Replace(Replace {
            order, side, price, ..
        }) => {
            let ahead = price.map_or(NO_SLOT, |price| book.side(*side).last_at(price));
            [likely_slot(book, *order), ahead]
        }
        Command::CancelReplace(CancelReplace {
            cancel, new_order, ..
        }) => [likely_slot(book, *cancel), last_at_limit(book, new_order)],
        Command::MassCancel(_)
        | Command::SetState(_)
        | Command::Uncross(_)
        | Command::SetLastPrice(_)
        | Command::Admit(_)
        | Command::SetLimits(_)
        | Command::SetFeeTier(_)
        | Command::FanOut(_)
        | Command::Quote(_)
        | Command::MmpReset(_)
        | Command::Disconnect(_)
        | Command::CancelAfter(_)
        | Command::Operate(_)
        | Command::Batch(_)
        | Command::Bust(_)
        | Command::Tick => [NO_SLOT; 2],
    }
}

#[inline]
fn last_at_limit(book: &OrderBook, order: &NewOrder) -> u32 {
    if let Some(id) = order.external_id {
        // Where the id is going to be listed.
        black_box(book.likely_slot_by_external_id(id));
    }
    match order.kind {
        OrderKind::Limit { price } => book.side(order.side).last_at(price),
        OrderKind::Market
        | OrderKind::MarketWithProtection { .. }
        | OrderKind::MarketToLimit
        | OrderKind::Pegged { .. } => NO_SLOT,
    }
}

#[inline]
fn likely_slot(book: &OrderBook, order: OrderRef) -> u32 {
    match order {
        OrderRef::Id(id) => book.ids.likely_slot(id),
        OrderRef::Handle(handle) => handle.slot,
        OrderRef::External(id) => book.likely_slot_by_external_id(id),
        // A participant's id is hashed byte by byte: finding it twice costs more than it saves.
        OrderRef::Client(_) => NO_SLOT,
    }
}
