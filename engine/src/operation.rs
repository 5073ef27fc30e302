//! What an operator changes of an instrument while it trades: its rules, its grid, its fees.
//!
//! Nothing that is open is touched: an order that rests off a new grid keeps its price, its quantity and its
//! place, and trades as before; only what is entered or changed from now on is held to the new terms.

use crate::cancel_reason::CancelReason;
use crate::chance::Chance;
use crate::event::{Event, Rejected};
use crate::event_sink::EventSink;
use crate::fees::FeeSchedule;
use crate::id::AccountId;
use crate::instrument::Instrument;
use crate::listing::Listing;
use crate::price::Price;
use crate::quantity::Quantity;
use crate::reject::RejectReason;
use crate::rules::Rules;
use crate::session::SessionState;

/// What an operator asks of an instrument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operation {
    /// Other rules hold from now on.
    SetRules(Box<Rules>),
    /// Other steps of price and quantity hold from now on.
    SetGrid(Grid),
    /// Trades cost this from the next one on.
    SetFees(Box<FeeSchedule>),
    /// It trades no more: what is open goes, it has no schedule any more, and it is closed until an operator sets
    /// another state.
    Delist,
}

/// The steps of price and quantity, and the bounds that lie on them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grid {
    /// Prices are multiples of this many price units.
    pub tick_size: i64,
    /// Quantities are multiples of this many quantity units.
    pub lot_size: u64,
    /// Lowest limit price.
    pub price_min: Price,
    /// Highest limit price.
    pub price_max: Price,
    /// Smallest order quantity.
    pub quantity_min: Quantity,
    /// Largest order quantity.
    pub quantity_max: Quantity,
}

/// An operator changed the instrument's rules, its grid or its fees. What was open stays as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TermsChanged {
    /// Prices are multiples of this many price units.
    pub tick_size: i64,
    /// Quantities are multiples of this many quantity units.
    pub lot_size: u64,
    /// Lowest limit price.
    pub price_min: Price,
    /// Highest limit price.
    pub price_max: Price,
    /// Smallest order quantity.
    pub quantity_min: Quantity,
    /// Largest order quantity.
    pub quantity_max: Quantity,
}

impl TermsChanged {
    /// Makes the terms those that hold now.
    pub const fn apply_to(&self, terms: &mut Instrument) {
        terms.tick_size = self.tick_size;
        terms.lot_size = self.lot_size;
        terms.price_min = self.price_min;
        terms.price_max = self.price_max;
        terms.quantity_min = self.quantity_min;
        terms.quantity_max = self.quantity_max;
    }
}

impl Grid {
    /// Whether the bounds are in order and on their steps.
    fn is_sound(&self) -> bool {
        self.tick_size > 0
            && self.lot_size > 0
            && self.price_min <= self.price_max
            && self.quantity_min <= self.quantity_max
            && !self.quantity_max.is_zero()
            && self.price_min.units() % self.tick_size == 0
            && self.price_max.units() % self.tick_size == 0
            && self.quantity_min.units().is_multiple_of(self.lot_size)
            && self.quantity_max.units().is_multiple_of(self.lot_size)
    }
}

impl Listing {
    /// Does what an operator asks, or refuses it and changes nothing.
    #[cold]
    pub(crate) fn operate<S: EventSink>(&mut self, operation: &Operation, sink: &mut S) {
        let done = match operation {
            Operation::SetRules(rules) => self.set_rules(rules, sink),
            Operation::SetGrid(grid) => self.set_grid(grid),
            Operation::SetFees(fees) => self.set_fees(fees),
            Operation::Delist => self.delist(sink),
        };
        match done {
            Ok(()) => self.report_terms(sink),
            Err(reason) => sink.event(Event::Rejected(Rejected {
                account: AccountId(0),
                order_id: None,
                client_order_id: None,
                external_id: None,
                reason,
            })),
        }
    }

    fn set_rules<S: EventSink>(&mut self, rules: &Rules, sink: &mut S) -> Result<(), RejectReason> {
        if !rules.are_sound() {
            return Err(RejectReason::InvalidTerms);
        }
        let before = std::mem::replace(&mut self.instrument.rules, *rules);
        if before.matching != rules.matching {
            self.top_orders = [None; 2];
        }
        if before.random_seed != rules.random_seed {
            self.chance = Chance::new(rules.random_seed);
        }
        self.last_price = self.last_price.or(rules.reference);
        self.session.change_rules(&before, rules, self.at);
        let is_limited = matches!(self.state, SessionState::LimitUp | SessionState::LimitDown);
        if is_limited && rules.luld.is_none() {
            self.set_state(SessionState::Continuous, sink);
        }
        Ok(())
    }

    fn set_grid(&mut self, grid: &Grid) -> Result<(), RejectReason> {
        let mut changed = self.instrument;
        changed.tick_size = grid.tick_size;
        changed.lot_size = grid.lot_size;
        changed.price_min = grid.price_min;
        changed.price_max = grid.price_max;
        changed.quantity_min = grid.quantity_min;
        changed.quantity_max = grid.quantity_max;
        if !grid.is_sound() || changed.check().is_err() {
            return Err(RejectReason::InvalidTerms);
        }
        self.instrument = changed;
        Ok(())
    }

    /// Orders go in the order in which they were accepted, each with its ties; then the market is closed.
    fn delist<S: EventSink>(&mut self, sink: &mut S) -> Result<(), RejectReason> {
        let rules = Rules {
            schedule: None,
            ..self.instrument.rules
        };
        self.set_rules(&rules, sink)?;
        let open = self.book.pool.open_slots();
        let meant = open
            .map(|slot| (self.book.pool.get(slot).id(), slot))
            .collect();
        self.cancel_in_entry_order(meant, CancelReason::SessionState, sink);
        self.set_state(SessionState::Closed, sink);
        Ok(())
    }

    fn report_terms<S: EventSink>(&self, sink: &mut S) {
        let instrument = &self.instrument;
        sink.event(Event::TermsChanged(TermsChanged {
            tick_size: instrument.tick_size,
            lot_size: instrument.lot_size,
            price_min: instrument.price_min,
            price_max: instrument.price_max,
            quantity_min: instrument.quantity_min,
            quantity_max: instrument.quantity_max,
        }));
    }
}
