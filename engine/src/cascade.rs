//! What follows from a command: triggered orders enter, one after the other, each as if it had just arrived.
//!
//! One queue and no recursion. Whatever happens while an order enters may put further orders at its end;
//! it comes to an end because orders that wait only become fewer. An order in the queue is still open: it
//! can be canceled, and then its place means nothing. When a call or a halt begins first, the queue stays
//! and goes on when matching does.
//!
//! To plug in: give an order that waits its turn with [`Listing::give_turn`]; what is to be looked at when
//! the queue is empty (quotes, pegs) has its line in [`Listing::follow_up`].

use std::collections::VecDeque;

use crate::event_sink::EventSink;
use crate::id::OrderId;
use crate::listing::Listing;
use crate::price::Price;
use crate::waiting::WaitsFor;

/// Waiting orders whose turn has come, first one first.
#[derive(Debug, Default)]
pub(crate) struct Cascade {
    turns: VecDeque<OrderId>,
}

impl Cascade {
    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.turns.is_empty()
    }

    /// The orders in the queue; some may have ended since.
    pub(crate) fn turns(&self) -> impl Iterator<Item = OrderId> + '_ {
        self.turns.iter().copied()
    }

    /// Takes back the turns that were given since there were so many.
    pub(crate) fn cut(&mut self, length: usize) {
        self.turns.truncate(length);
    }

    /// Puts an order at the end of the queue.
    pub(crate) fn push(&mut self, order_id: OrderId) {
        self.turns.push_back(order_id);
    }
}

impl Listing {
    /// A waiting order's trigger fired: it enters when those before it have.
    pub(crate) fn give_turn(&mut self, order_id: OrderId, stop_price: Price) {
        let slot = self.book.ids.get(order_id, &self.book.pool);
        let slot = slot.expect("only open orders have triggers");
        let waiting = self.book.pool.special_mut(slot).waiting.as_mut();
        let waiting = waiting.expect("only waiting orders have triggers");
        waiting.waits_for = WaitsFor::Turn { stop_price };
        self.cascade.push(order_id);
    }

    /// Whether anything may follow from the command that was just applied.
    #[inline]
    pub(crate) fn has_follow_up(&self) -> bool {
        !self.cascade.is_empty()
            || self.triggers.look_at_quotes()
            || !self.pegs.is_empty()
            || !self.following.is_empty()
    }

    /// Does what follows from a command, in the order of the rule book: triggered orders first.
    #[cold]
    #[inline(never)]
    pub(crate) fn follow_up<S: EventSink>(&mut self, sink: &mut S) {
        self.follow(sink);
        self.session.cascade_from = self.last_price;
        self.run_cascade(sink);
        self.session.cascade_from = None;
        self.reprice_pegs(sink);
    }

    fn run_cascade<S: EventSink>(&mut self, sink: &mut S) {
        loop {
            while self.is_matching()
                && let Some(order_id) = self.cascade.turns.pop_front()
            {
                self.take_turn(order_id, sink);
            }
            if !self.is_matching() {
                return;
            }
            self.examine_quotes();
            if self.cascade.is_empty() {
                return;
            }
        }
    }
}
