//! Limit up, limit down in the life of a book: orders enter at the band, a limit state becomes a pause.

use super::call_end::StateEnd;
use super::luld::BeyondBand;
use super::price_range::Range;
use super::{Phase, SessionState};
use crate::event_sink::EventSink;
use crate::listing::Listing;
use crate::price::Price;
use crate::reject::RejectReason;
use crate::sequence::Timestamp;
use crate::side::Side;

impl Listing {
    /// Where anything may trade.
    pub(crate) fn bands(&self) -> Range {
        match &self.instrument.rules.luld {
            Some(luld) => {
                let bips = luld.bips.saturating_mul(self.width_factor());
                self.session.bands.bands(bips, self.instrument.tick_size)
            }
            None => Range::ALL,
        }
    }

    /// How many times as wide as otherwise the bands are at this time of the day.
    fn width_factor(&self) -> u32 {
        match self.instrument.rules.doubled_bands {
            Some(doubled) if doubled.hold_at(self.at) => 2,
            Some(_) | None => 1,
        }
    }

    /// The price at which an order with this limit enters, in a call too.
    ///
    /// # Errors
    /// It is beyond the band, and such orders are refused.
    pub(crate) fn price_within_band(
        &self,
        side: Side,
        price: Price,
    ) -> Result<Price, RejectReason> {
        let Some(luld) = &self.instrument.rules.luld else {
            return Ok(price);
        };
        let band = band_of(self.bands(), side);
        if !price.is_better_than(side, band) {
            return Ok(price);
        }
        match luld.beyond_band {
            BeyondBand::Reprice => Ok(band),
            BeyondBand::Reject => Err(RejectReason::PriceOutsideBand),
        }
    }

    /// The price at which an order enters that was accepted before: it is not refused any more.
    pub(crate) fn within_band(&self, side: Side, price: Price) -> Price {
        let band = band_of(self.bands(), side);
        if price.is_better_than(side, band) {
            band
        } else {
            price
        }
    }

    /// The mean of the trades may move the bands. What rests outside of them stays, and trades with nobody.
    pub(crate) fn move_bands(&mut self) {
        if let Some(mean) = self.instrument.rules.luld.and_then(|luld| luld.mean) {
            self.session.bands.catch_up(self.at, mean);
        }
    }

    /// Tells whether the best bid stands at the upper band or the best ask at the lower one.
    fn limit_state(&self) -> SessionState {
        let bands = self.bands();
        let stands_at = |side| {
            let band = band_of(bands, side);
            let best = self.book.best_displayed_price(side);
            best.is_some_and(|best| !band.is_better_than(side, best))
        };
        if bands.low == Price::MIN || bands.high == Price::MAX {
            SessionState::Continuous
        } else if stands_at(Side::Buy) {
            SessionState::LimitUp
        } else if stands_at(Side::Sell) {
            SessionState::LimitDown
        } else {
            SessionState::Continuous
        }
    }

    /// After each command: a limit state begins, or is over.
    #[cold]
    pub(crate) fn settle_limit_state<S: EventSink>(&mut self, sink: &mut S) {
        let Some(luld) = self.instrument.rules.luld else {
            return;
        };
        if self.state.phase() != Phase::Matching {
            return;
        }
        let state = self.limit_state();
        if state == self.state {
            // A peg has followed a band that widened: what seemed resolved when its time was over is not.
            if matches!(self.session.end, StateEnd::Pause { at } if at <= self.at) {
                self.pause(sink);
            }
            return;
        }
        let end = match (state, luld.limit_state) {
            (SessionState::Continuous, _) | (_, None) => StateEnd::Command,
            (_, Some(length)) => StateEnd::Pause {
                at: Timestamp(self.at.0.saturating_add(length)),
            },
        };
        self.begin_state(state, end, sink);
    }

    /// A limit state has lasted too long, unless what has expired just now resolved it.
    pub(super) fn pause_if_still_limited<S: EventSink>(&mut self, sink: &mut S) {
        if self.limit_state() != self.state {
            return; // told at the end of the command
        }
        self.pause(sink);
    }

    fn pause<S: EventSink>(&mut self, sink: &mut S) {
        let pause = self.instrument.rules.luld.and_then(|luld| luld.pause);
        let end = match pause {
            Some(length) => StateEnd::Reopening {
                at: Timestamp(self.at.0.saturating_add(length)),
            },
            None => StateEnd::Command,
        };
        self.begin_state(SessionState::Paused, end, sink);
    }

    /// A pause is over: the reopening call begins.
    pub(super) fn reopen<S: EventSink>(&mut self, sink: &mut S) {
        let luld = self.instrument.rules.luld;
        let end = luld.map_or(StateEnd::Command, |luld| self.end_of(luld.reopening));
        self.begin_state(SessionState::Auction, end, sink);
    }
}

/// The band that bounds a side: buys from above, sells from below.
const fn band_of(bands: Range, side: Side) -> Price {
    match side {
        Side::Buy => bands.high,
        Side::Sell => bands.low,
    }
}
