//! What keeps a taker from its next trade although its limit allows it.
//!
//! Looked at before each fill, in this order: the band, outside of which nothing trades; the corridor, the
//! velocity and the stop logic, which begin a call before they let it trade.

use super::price_range::Range;
use crate::cancel_reason::CancelReason;
use crate::event_sink::EventSink;
use crate::listing::Listing;
use crate::matching::match_order::Residual;
use crate::matching::taker::{PriceLimit, Taker};
use crate::outcome::{end_taker, give_back_hold};
use crate::price::Price;

/// What stands before a taker's next trade.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Barrier {
    /// It would be outside the bands of limit up, limit down.
    Band,
    /// It would begin a call.
    Call(Interruption),
}

/// Why a call begins that nobody ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Interruption {
    /// A trade would have left its corridor.
    Corridor,
    /// The price would have moved too far too fast.
    Velocity,
    /// A cascade of stops would have carried the price too far.
    StopLogic,
}

/// Where the taker that trades now may trade; frozen when it begins.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Frame {
    band: Range,
    dynamic: Range,
    fixed: Range,
    cascade: Range,
}

impl Frame {
    /// Anywhere.
    pub(crate) const OPEN: Self = Self {
        band: Range::ALL,
        dynamic: Range::ALL,
        fixed: Range::ALL,
        cascade: Range::ALL,
    };
}

impl Listing {
    /// Whether anything but its limit may keep a taker from trading.
    #[inline]
    pub(crate) const fn is_guarded(&self) -> bool {
        self.session.is_guarded
    }

    /// Where a taker may trade that begins now.
    #[cold]
    pub(crate) fn frame(&self) -> Frame {
        let rules = &self.instrument.rules;
        let cascade = match (rules.stop_logic, self.session.cascade_from) {
            (Some(logic), Some(from)) => Range::within(from, logic.distance),
            (Some(_) | None, _) => Range::ALL,
        };
        Frame {
            band: self.bands(),
            dynamic: rules.corridors.dynamic(self.last_price),
            fixed: rules.corridors.fixed(self.session.last_auction_price),
            cascade,
        }
    }

    /// What stands before the next trade at `price`, when the lowest and the highest recent print are these.
    pub(crate) fn barrier(
        &self,
        frame: &Frame,
        prints: Option<(Price, Price)>,
        price: Price,
    ) -> Option<Barrier> {
        if !frame.band.contains(price) {
            return Some(Barrier::Band);
        }
        if !frame.dynamic.contains(price) || !frame.fixed.contains(price) {
            return Some(Barrier::Call(Interruption::Corridor));
        }
        if let (Some(velocity), Some((low, high))) = (self.instrument.rules.velocity, prints) {
            let reach = i128::from(velocity.ticks) * i128::from(self.instrument.tick_size);
            let above = i128::from(price.units()) - i128::from(low.units());
            let below = i128::from(high.units()) - i128::from(price.units());
            if above.max(below) >= reach {
                return Some(Barrier::Call(Interruption::Velocity));
            }
        }
        if !frame.cascade.contains(price) {
            return Some(Barrier::Call(Interruption::StopLogic));
        }
        None
    }

    /// What stands before the taker's next trade.
    #[cold]
    pub(crate) fn barrier_now(&self, price: Price) -> Option<Barrier> {
        self.barrier(&self.session.frame, self.recent_extremes(), price)
    }

    /// The lowest and the highest recent print, where velocity is looked at.
    pub(crate) fn recent_extremes(&self) -> Option<(Price, Price)> {
        let velocity = self.instrument.rules.velocity?;
        self.session.prints.extremes(self.at, velocity.window)
    }

    /// What becomes of a taker that met a barrier. A call that it begins begins when it is told where it rests.
    #[cold]
    pub(crate) fn stop_at_barrier<S: EventSink>(
        &mut self,
        taker: &mut Taker,
        barrier: Barrier,
        sink: &mut S,
    ) -> Residual {
        if taker.has_spent_its_amount() {
            return give_back_hold(taker, sink);
        }
        let cause = match barrier {
            Barrier::Band => return end_taker(taker, CancelReason::Protection, sink),
            Barrier::Call(cause) => cause,
        };
        match cause {
            // CME: what would have to trade at once is canceled, and the market stays open.
            Interruption::Velocity if taker.is_market => {
                end_taker(taker, CancelReason::Protection, sink)
            }
            Interruption::Velocity if taker.is_immediate => {
                end_taker(taker, CancelReason::ImmediateOrCancel, sink)
            }
            Interruption::Velocity | Interruption::Corridor | Interruption::StopLogic => {
                self.session.pending = Some(cause);
                if taker.is_by_quote {
                    end_taker(taker, CancelReason::Protection, sink)
                } else if taker.is_immediate {
                    end_taker(taker, CancelReason::ImmediateOrCancel, sink)
                } else if taker.limit == PriceLimit::Any {
                    Residual::Queues
                } else {
                    Residual::Rests
                }
            }
        }
    }
}

/// Looks at what stands before each trade of a taker that does not trade yet.
pub(crate) struct GuardedWalk {
    frame: Frame,
    prints: Option<(Price, Price)>,
}

impl GuardedWalk {
    pub(crate) fn new(listing: &Listing) -> Self {
        Self {
            frame: listing.frame(),
            prints: listing.recent_extremes(),
        }
    }

    /// Whether the taker would get to trade at a price.
    pub(crate) fn lets_trade(&self, listing: &Listing, price: Price) -> bool {
        let barrier = listing.barrier(&self.frame, self.prints, price);
        barrier.is_none()
    }

    /// It has traded there.
    pub(crate) fn note(&mut self, listing: &Listing, price: Price) {
        if listing.instrument.rules.velocity.is_some() {
            let (low, high) = self.prints.unwrap_or((price, price));
            self.prints = Some((low.min(price), high.max(price)));
        }
    }
}
