//! What two legs of one-cancels-the-other hold together: the dearer one, not both.
//!
//! Each leg tells and uses a hold of its own, as if it were alone. What is counted twice by that is noted on both as
//! *shared*, and whichever leg goes because of the other gives that much less back. So a pair can never give back
//! more than was reserved for it, in whatever order its legs trade, shrink and end.

use crate::book::price_level::NO_SLOT;
use crate::conditions::OcoMode;
use crate::linked::Partner;
use crate::listing::Listing;
use crate::order::{NewOrder, OrderSize};
use crate::quantity::{Notional, Quantity};
use crate::reject::RejectReason;

/// A leg of a pair as its hold is measured.
#[derive(Debug, Clone, Copy)]
struct HeldLeg {
    need: Notional,
    /// What it is held for: open, and still to come from a parent.
    units: u64,
}

/// What a replace of one leg makes of its pair.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PairFunds {
    /// What the pair shares from then on.
    pub(crate) shared: Notional,
    /// What the partner needs on top of what it has; below zero where it frees something.
    pub(crate) for_partner: Notional,
}

impl PairFunds {
    /// Nothing is shared.
    pub(crate) const ALONE: Self = Self {
        shared: Notional::ZERO,
        for_partner: Notional::ZERO,
    };
}

/// What two legs share.
fn shared_by(mode: OcoMode, one: HeldLeg, other: HeldLeg) -> Notional {
    match mode {
        OcoMode::Cancel => one.need.min(other.need),
        // Of a larger leg something is left when the smaller one has traded: then both may have to be paid.
        OcoMode::Reduce if one.units == other.units => one.need.min(other.need),
        OcoMode::Reduce => Notional::ZERO,
    }
}

impl Listing {
    /// What a new leg need not bring because its partner holds it.
    #[inline]
    pub(crate) fn shared_on_entry(&self, order: &NewOrder, need: Notional) -> Notional {
        if order.conditions.is_none() {
            return Notional::ZERO;
        }
        self.shared_with_partner(order, need)
    }

    #[cold]
    fn shared_with_partner(&self, order: &NewOrder, need: Notional) -> Notional {
        let conditions = order.conditions.as_deref();
        let Some(oco) = conditions.and_then(|conditions| conditions.oco) else {
            return Notional::ZERO;
        };
        let (Ok(partner), OrderSize::Quantity(quantity)) =
            (self.resolve(order.account, oco.partner), order.size)
        else {
            return Notional::ZERO;
        };
        if !self.book.holds.are_enforced() || self.book.pool.get(partner).side() != order.side {
            return Notional::ZERO;
        }
        let leg = HeldLeg {
            need,
            units: quantity.units(),
        };
        shared_by(oco.mode, leg, self.held_leg(partner))
    }

    /// An open leg, which is not taking.
    fn held_leg(&self, slot: u32) -> HeldLeg {
        let (_, beside) = self.book.hold_basis(slot);
        let open = self.book.pool.open_units(slot, self.book.pool.get(slot));
        HeldLeg {
            need: self.hold_of(slot),
            units: open + beside,
        }
    }

    /// A leg frees something and stays: so much of it is kept for its partner, which is to be covered still.
    pub(crate) fn kept_for_partner(
        &mut self,
        slot: u32,
        need: Notional,
        freed: Notional,
    ) -> Notional {
        if slot == NO_SLOT {
            return Notional::ZERO;
        }
        let Some(partner) = self.book.pool.ties(slot).and_then(|ties| ties.partner) else {
            return Notional::ZERO;
        };
        let kept = match partner.mode {
            OcoMode::Cancel if partner.shared > need => partner.shared - need,
            OcoMode::Cancel => Notional::ZERO,
            OcoMode::Reduce => partner.shared.min(freed),
        };
        self.set_shared(slot, partner.shared - kept);
        kept
    }

    /// What a leg's pair shares from now on.
    pub(crate) fn set_shared(&mut self, slot: u32, shared: Notional) {
        let Some(Partner { order, .. }) = self.book.pool.ties(slot).and_then(|ties| ties.partner)
        else {
            return;
        };
        let other = self.book.ids.get(order, &self.book.pool);
        for leg in [Some(slot), other].into_iter().flatten() {
            if let Some(partner) = &mut self.book.pool.ties_mut(leg).partner {
                partner.shared = shared;
            }
        }
    }

    /// What a pair needs when one leg needs `need` for what is open of it then, `leaves_units`; zero ends both.
    ///
    /// # Errors
    /// The other leg is on the other side, grows, and has nothing to pay it with.
    #[cold]
    pub(crate) fn funds_of_pair(
        &self,
        slot: u32,
        need: Notional,
        leaves_units: u64,
    ) -> Result<PairFunds, RejectReason> {
        let Some((partner, other)) = self.partner_of(slot) else {
            return Ok(PairFunds::ALONE);
        };
        if !self.book.holds.are_enforced() || leaves_units == 0 {
            return Ok(PairFunds::ALONE);
        }
        let this = self.held_leg(slot);
        let before = self.held_leg(other);
        let order = self.book.pool.get(slot);
        let open_units = self.book.pool.open_units(slot, order);
        let after = if leaves_units == open_units {
            before
        } else {
            self.held_leg_with(other, leaves_units)
        };
        if self.book.pool.get(other).side() != order.side() {
            return if after.need > before.need {
                Err(RejectReason::InsufficientFunds)
            } else {
                Ok(PairFunds::ALONE)
            };
        }
        let leg = HeldLeg {
            need,
            units: this.units - open_units + leaves_units,
        };
        let shared = shared_by(partner.mode, leg, after);
        Ok(PairFunds {
            shared,
            for_partner: (after.need - shared) - (before.need - partner.shared),
        })
    }

    fn held_leg_with(&self, slot: u32, open_units: u64) -> HeldLeg {
        let (price, beside) = self.book.hold_basis(slot);
        let units = open_units + beside;
        let side = self.book.pool.get(slot).side();
        HeldLeg {
            need: self
                .book
                .holds
                .need(side, price, Quantity::from_units(units)),
            units,
        }
    }
}
