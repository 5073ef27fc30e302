//! One number for everything that decides what an engine will say next.
//!
//! Handles, slots and caches are not part of it: they differ after a restart and decide nothing.

use crate::canonical_hash::CanonicalHash;
use crate::listing::Listing;
use crate::order::RestingOrder;
use crate::side::Side;

impl Listing {
    /// Adds everything that decides what this instrument will say next.
    pub(crate) fn hash_into(&self, hash: &mut CanonicalHash) {
        hash.word(u64::from(self.instrument.id.0))
            .word(self.sequence.0)
            .word(self.next_order_id)
            .word(self.next_trade_id)
            .word(self.state as u64)
            .word(u64::from(self.may_be_crossed));
        match self.last_price {
            None => hash.word(0),
            Some(price) => hash.word(1).price(price),
        };
        for side in [Side::Buy, Side::Sell] {
            for order in self.book.orders(side) {
                hash_order(hash.word(1), &order);
            }
            hash.word(0);
        }
        self.client_ids.hash_into(hash);
    }
}

fn hash_order(hash: &mut CanonicalHash, order: &RestingOrder) {
    hash.word(order.order_id.0)
        .word(u64::from(order.account.0))
        .price(order.price)
        .word(order.leaves_quantity.units())
        .word(order.filled_quantity.units())
        .time_in_force(order.time_in_force)
        .post_only(order.post_only)
        .display(order.display)
        .self_trade_prevention(order.self_trade_prevention)
        .stp_group(order.stp_group)
        .external_id(order.external_id)
        .client_order_id(order.client_order_id)
        .word(u64::from(order.replace_count));
}
