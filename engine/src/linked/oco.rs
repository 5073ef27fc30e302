//! One cancels the other: two open orders of one account of which one is to trade.

use crate::book::price_level::NO_SLOT;
use crate::cancel_reason::CancelReason;
use crate::conditions::{Oco, OcoMode};
use crate::event_sink::EventSink;
use crate::id::OrderId;
use crate::linked::Partner;
use crate::listing::Listing;
use crate::quantity::Notional;

/// What a leg has just traded.
#[derive(Debug, Clone, Copy)]
pub(super) struct LegFill {
    pub(super) units: u64,
    /// What it has left.
    pub(super) left: u64,
    /// With whom, and what that one has left.
    pub(super) counterparty: (OrderId, u64),
}

impl Listing {
    /// Ties a new leg, which has its slot, to the other one.
    pub(super) fn tie_partner(
        &mut self,
        slot: u32,
        order_id: OrderId,
        oco: &Oco,
        shared: Notional,
    ) {
        let account = self.book.pool.get(slot).account;
        let other = self
            .resolve(account, oco.partner)
            .expect("admission looked for it");
        let other_id = self.book.pool.get(other).id();
        self.book.pool.ties_mut(slot).partner = Some(Partner {
            order: other_id,
            mode: oco.mode,
            shared,
        });
        self.book.pool.ties_mut(other).partner = Some(Partner {
            order: order_id,
            mode: oco.mode,
            shared,
        });
    }

    pub(super) fn partner_of(&self, slot: u32) -> Option<(Partner, u32)> {
        let partner = self.book.pool.ties(slot)?.partner?;
        let other = self.book.ids.get(partner.order, &self.book.pool);
        Some((partner, other.expect("a leg's partner is open")))
    }

    /// A leg trades `units` and has `left`: the other one, which is to go, is untied, or shrinks at once.
    pub(super) fn other_leg_to_go<S: EventSink>(
        &mut self,
        slot: u32,
        traded: LegFill,
        sink: &mut S,
    ) -> Option<OrderId> {
        let LegFill {
            units,
            left,
            counterparty,
        } = traded;
        let (partner, other) = self.partner_of(slot)?;
        let is_counterparty = counterparty.0 == partner.order;
        let open = match counterparty {
            // The two legs trade with each other.
            (_, left) if is_counterparty => left,
            _ => self.book.pool.open_units(other, self.book.pool.get(other)),
        };
        if open == 0 {
            return None;
        }
        match partner.mode {
            OcoMode::Reduce if left > 0 && open > units && !is_counterparty => {
                self.shrink_tied(other, open - units, sink);
                None
            }
            OcoMode::Reduce | OcoMode::Cancel => self.untie_other_leg(slot),
        }
    }

    fn untie_other_leg(&mut self, slot: u32) -> Option<OrderId> {
        let partner = self.book.pool.ties(slot)?.partner?;
        self.book.pool.ties_mut(slot).partner = None;
        self.untie_partner(partner);
        Some(partner.order)
    }

    /// A leg that is to go is noted.
    pub(super) fn note_leg_to_go(&mut self, leg: Option<OrderId>) {
        if let Some(leg) = leg {
            self.following.push(leg, CancelReason::OcoPartner);
        }
    }

    /// A taker is used up without a trade: its other leg is to go.
    pub(crate) fn let_other_leg_go(&mut self, slot: u32) {
        if slot != NO_SLOT {
            let other = self.untie_other_leg(slot);
            self.note_leg_to_go(other);
        }
    }

    /// A stop leg fires: the other leg goes before it matches.
    #[inline]
    pub(crate) fn cancel_other_leg<S: EventSink>(&mut self, slot: u32, sink: &mut S) {
        let other = self.untie_other_leg(slot);
        self.note_leg_to_go(other);
        self.follow(sink);
    }

    /// The quantity of one leg was changed: both have the same open quantity. What that needs or frees of the same
    /// asset is in the funds of the replace.
    #[cold]
    pub(crate) fn set_partner_quantity<S: EventSink>(
        &mut self,
        slot: u32,
        open_units: u64,
        sink: &mut S,
    ) {
        let Some((_, other)) = self.partner_of(slot) else {
            return;
        };
        let before = self.book.pool.open_units(other, self.book.pool.get(other));
        let side = |leg| self.book.pool.get(leg).side();
        let is_in_funds = side(slot) == side(other);
        if open_units < before && is_in_funds {
            self.shrink_in_place(other, open_units, sink);
        } else if open_units < before {
            self.shrink_tied(other, open_units, sink);
        } else if open_units > before {
            self.grow_tied(other, open_units, sink);
        }
    }

    /// The order's partner ended, or is to go without it.
    pub(super) fn untie_partner(&mut self, partner: Partner) {
        if let Some(slot) = self.book.ids.get(partner.order, &self.book.pool) {
            let ties = self.book.pool.ties_mut(slot);
            ties.partner = None;
            ties.owed = partner.shared;
        }
    }
}
