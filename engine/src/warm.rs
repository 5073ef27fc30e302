//! Touches what the next commands are going to need, so that their cache misses overlap.
//!
//! A cancel in a book of a million orders waits for memory four times, each time for an address that the
//! load before it gave: index, order, neighbors, level. A batch of commands waits no longer than one of
//! them when all their index places are touched first, then all orders, then all neighbors.

use std::hint::black_box;

use crate::book::order_book::OrderBook;
use crate::book::price_level::NO_SLOT;
use crate::command::{Cancel, CancelReplace, Command, OrderRef, Replace};
use crate::id::{ExternalId, InstrumentId};
use crate::matching_engine::MatchingEngine;
use crate::order::{NewOrder, OrderKind};
use crate::price::Price;
use crate::side::Side;

/// How many commands are warmed at once; what is touched for more would be gone again before it is used.
pub const WARM_COMMANDS_MAX: usize = 32;

/// Books that never held more orders at once are not warmed: they lie in the cache, and touching them
/// costs a tenth of a command.
const COLD_ORDERS_MIN: usize = 65_536;

/// What a command is going to ask of its book, as far as that is known before it is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Foreseen {
    /// Nothing that could be touched.
    Nothing,
    /// It names an order.
    Named(OrderRef),
    /// An order comes, perhaps to rest at its price.
    Entering {
        /// Its embedder's id.
        external_id: Option<ExternalId>,
        /// Buy or sell.
        side: Side,
        /// Its limit.
        price: Price,
    },
    /// It names an order that goes to another price.
    Moving {
        /// Which order.
        order: OrderRef,
        /// Buy or sell.
        side: Side,
        /// Its limit from then on.
        price: Price,
    },
}

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
        self.warm_foreseen(commands.map(|(instrument, command)| (instrument, foresee(command))));
    }

    /// The same, for commands that are not made yet.
    #[inline]
    pub fn warm_foreseen(&self, foreseen: impl Iterator<Item = (InstrumentId, Foreseen)>) {
        if self
            .books()
            .any(|book| book.pool.slots_used() >= COLD_ORDERS_MIN)
        {
            self.warm_cold(foreseen);
        }
    }

    #[inline(never)]
    fn warm_cold(&self, foreseen: impl Iterator<Item = (InstrumentId, Foreseen)>) {
        let mut needed = [const { None }; WARM_COMMANDS_MAX];
        for (place, (instrument, foreseen)) in needed.iter_mut().zip(foreseen) {
            *place = self.book(instrument).map(|book| Needed {
                book,
                slots: likely_slots(book, foreseen),
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
            }
        }
        for (pair, needed) in neighbors.iter().zip(needed.iter().flatten()) {
            let [previous, next] = *pair;
            touched ^= needed.book.pool.touch(previous) ^ needed.book.pool.touch(next);
        }
        black_box(touched);
    }
}

/// What a command is going to ask.
#[inline]
fn foresee(command: &Command) -> Foreseen {
    match command {
        Command::Submit(order) => entering(order),
        Command::Cancel(Cancel { order, .. })
        | Command::Replace(Replace {
            order, price: None, ..
        }) => Foreseen::Named(*order),
        Command::Replace(Replace {
            order,
            side,
            price: Some(price),
            ..
        }) => Foreseen::Moving {
            order: *order,
            side: *side,
            price: *price,
        },
        Command::CancelReplace(CancelReplace {
            cancel, new_order, ..
        }) => match limit_of(new_order) {
            Some(price) => Foreseen::Moving {
                order: *cancel,
                side: new_order.side,
                price,
            },
            None => Foreseen::Named(*cancel),
        },
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
        | Command::Tick => Foreseen::Nothing,
    }
}

#[inline]
fn entering(order: &NewOrder) -> Foreseen {
    match limit_of(order) {
        Some(price) => Foreseen::Entering {
            external_id: order.external_id,
            side: order.side,
            price,
        },
        None => Foreseen::Nothing,
    }
}

#[inline]
const fn limit_of(order: &NewOrder) -> Option<Price> {
    match order.kind {
        OrderKind::Limit { price } => Some(price),
        OrderKind::Market
        | OrderKind::MarketWithProtection { .. }
        | OrderKind::MarketToLimit
        | OrderKind::Pegged { .. } => None,
    }
}

/// The order that a command names, and the last one at the price at which it may come to rest. Either
/// may be wrong: nothing depends on it.
#[inline]
fn likely_slots(book: &OrderBook, foreseen: Foreseen) -> [u32; 2] {
    match foreseen {
        Foreseen::Nothing => [NO_SLOT; 2],
        Foreseen::Named(order) => [likely_slot(book, order), NO_SLOT],
        Foreseen::Entering {
            external_id,
            side,
            price,
        } => {
            if let Some(id) = external_id {
                // Where the id is going to be listed.
                black_box(book.likely_slot_by_external_id(id));
            }
            [NO_SLOT, book.side(side).last_at(price)]
        }
        Foreseen::Moving { order, side, price } => {
            [likely_slot(book, order), book.side(side).last_at(price)]
        }
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
