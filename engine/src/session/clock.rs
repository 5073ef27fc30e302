//! What an instrument's session knows beside its state, and what is due in it.

use std::collections::BTreeSet;

use super::SessionState;
use super::call_end::StateEnd;
use super::guard::{Frame, Interruption};
use super::luld::{BandReference, SpanSum};
use super::schedule::NextStep;
use super::velocity::{Print, RecentPrints};
use crate::auction::{IndicativePrice, MarketQueue};
use crate::canonical::{canonical_enum, canonical_struct};
use crate::event_sink::EventSink;
use crate::id::OrderId;
use crate::instrument::Instrument;
use crate::listing::Listing;
use crate::price::Price;
use crate::rules::Rules;
use crate::sequence::Timestamp;

const NEVER: Timestamp = Timestamp(u64::MAX);

/// What an instrument's session knows beside its state.
#[derive(Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is one question that the plain path asks"
)]
pub(crate) struct Session {
    /// What ends the state.
    pub(crate) end: StateEnd,
    /// What the schedule has next; `None` before the first command, and without a schedule.
    pub(crate) next_step: Option<NextStep>,
    /// Reference of the static corridor.
    pub(crate) last_auction_price: Option<Price>,
    /// Market orders that wait for the uncross.
    pub(crate) market_queue: MarketQueue,
    /// What velocity looks at.
    pub(crate) prints: RecentPrints,
    /// Reference of the bands.
    pub(crate) bands: BandReference,
    /// Open orders that a change of state may end, by age.
    pub(crate) short_lived: BTreeSet<OrderId>,
    /// Where the taker that trades now may trade.
    pub(crate) frame: Frame,
    /// The last price before the stops of this command fired; between commands `None`.
    pub(crate) cascade_from: Option<Price>,
    /// A call that is about to begin; between commands `None`.
    pub(crate) pending: Option<Interruption>,
    /// Whether anything but its limit may keep a taker from trading.
    pub(crate) is_guarded: bool,
    /// Whether prints are noted.
    pub(crate) notes_prints: bool,
    /// Whether the indicative price is told.
    pub(crate) tells_indicative: bool,
    /// Whether this command changed an order in its place; looked at only where the indicative price is told.
    pub(crate) has_replaced: bool,
    /// When something is due, at the earliest.
    due: Timestamp,
}

impl Session {
    pub(crate) fn new(instrument: &Instrument) -> Self {
        let rules = &instrument.rules;
        let mut session = Self {
            end: StateEnd::Command,
            next_step: None,
            last_auction_price: rules.reference,
            market_queue: MarketQueue::default(),
            prints: RecentPrints::default(),
            bands: BandReference {
                price: rules.reference,
                ..BandReference::default()
            },
            short_lived: BTreeSet::new(),
            frame: Frame::OPEN,
            cascade_from: None,
            pending: None,
            is_guarded: false,
            notes_prints: false,
            tells_indicative: false,
            has_replaced: false,
            due: NEVER,
        };
        session.follow(rules, Timestamp(0));
        session
    }

    /// The rules are these now.
    pub(crate) fn follow(&mut self, rules: &Rules, now: Timestamp) {
        self.is_guarded = rules.corridors.bound_something()
            || rules.luld.is_some()
            || rules.velocity.is_some()
            || rules.stop_logic.is_some();
        let has_mean = rules.luld.is_some_and(|luld| luld.mean.is_some());
        self.notes_prints = rules.velocity.is_some() || has_mean;
        self.tells_indicative = rules.indicative == IndicativePrice::EachChange;
        if rules.schedule.is_none() {
            self.next_step = None;
        }
        self.look_ahead(rules, now);
    }

    /// Other rules hold than before. What was counted for the old ones and means nothing now is forgotten.
    pub(crate) fn change_rules(&mut self, before: &Rules, rules: &Rules, now: Timestamp) {
        self.last_auction_price = self.last_auction_price.or(rules.reference);
        self.bands.price = self.bands.price.or(rules.reference);
        let mean = rules.luld.and_then(|luld| luld.mean);
        if before.luld.and_then(|luld| luld.mean) != mean {
            self.bands.spans.clear();
            self.bands.intervals_seen = mean.map_or(0, |mean| now.0 / mean.every);
        }
        if before.schedule != rules.schedule {
            self.next_step = None;
        }
        if rules.velocity.is_none() {
            self.prints = RecentPrints::default();
        }
        self.follow(rules, now);
    }

    /// Whether something is due.
    #[inline]
    pub(crate) const fn is_due(&self, at: Timestamp) -> bool {
        self.due.0 <= at.0 && self.due.0 != NEVER.0
    }

    /// When something is due, at the earliest.
    pub(crate) fn next_due(&self) -> Option<Timestamp> {
        (self.due != NEVER).then_some(self.due)
    }

    /// Looks for what is due next.
    pub(crate) fn look_ahead(&mut self, rules: &Rules, now: Timestamp) {
        let mean = rules.luld.and_then(|luld| luld.mean);
        let step = match (rules.schedule, self.next_step) {
            (None, _) => None,
            (Some(_), None) => Some(Timestamp(0)),
            (Some(_), Some(step)) => Some(step.at),
        };
        let doubled = rules.luld.and(rules.doubled_bands);
        let times = [
            self.end.at(),
            step,
            doubled.map(|doubled| doubled.next_change(now)),
            mean.and_then(|mean| self.bands.moves_at(mean)),
        ];
        self.due = times.into_iter().flatten().min().unwrap_or(NEVER);
    }
}

/// What of it decides and follows from nothing else.
pub(crate) struct SessionMemory {
    end: StateEnd,
    next_step: Option<NextStep>,
    last_auction_price: Option<Price>,
    next_turn: u64,
    highs: Vec<Print>,
    lows: Vec<Print>,
    band_price: Option<Price>,
    spans: Vec<SpanSum>,
    intervals_seen: u64,
}

canonical_struct!(SessionMemory {
    end,
    next_step,
    last_auction_price,
    next_turn,
    highs,
    lows,
    band_price,
    spans,
    intervals_seen,
});

canonical_enum!(StateEnd {
    0 => Command,
    1 => Uncross { at, extension },
    2 => Pause { at },
    3 => Reopening { at },
});

canonical_struct!(NextStep { planned, at, state });

canonical_struct!(Print { at, price });

canonical_struct!(SpanSum {
    span,
    price_sum,
    trade_count
});

impl Session {
    /// What is spelled of it.
    pub(crate) fn memory(&self) -> SessionMemory {
        let [highs, lows] = self.prints.lists();
        SessionMemory {
            end: self.end,
            next_step: self.next_step,
            last_auction_price: self.last_auction_price,
            next_turn: self.market_queue.next_turn(),
            highs,
            lows,
            band_price: self.bands.price,
            spans: self.bands.spans.iter().copied().collect(),
            intervals_seen: self.bands.intervals_seen,
        }
    }

    /// Takes on what was spelled; the orders come later.
    pub(crate) fn remember(&mut self, memory: SessionMemory, rules: &Rules, now: Timestamp) {
        self.end = memory.end;
        self.next_step = memory.next_step;
        self.last_auction_price = memory.last_auction_price;
        self.market_queue.resume_at(memory.next_turn);
        self.prints = RecentPrints::restore(memory.highs, memory.lows);
        self.bands = BandReference {
            price: memory.band_price,
            spans: memory.spans.into(),
            intervals_seen: memory.intervals_seen,
        };
        self.look_ahead(rules, now);
    }
}

impl Listing {
    /// Does what is due in the session, after the expiries: bands move, states end, the schedule goes on.
    #[cold]
    pub(crate) fn run_session<S: EventSink>(&mut self, sink: &mut S) {
        self.move_bands();
        if self.session.end.at().is_some_and(|at| at <= self.at) {
            self.end_state(sink);
        }
        if let Some(schedule) = self.instrument.rules.schedule {
            self.follow_schedule(&schedule, sink);
        }
        self.session.look_ahead(&self.instrument.rules, self.at);
    }

    /// Time ends the state.
    fn end_state<S: EventSink>(&mut self, sink: &mut S) {
        match self.session.end {
            StateEnd::Command => {}
            StateEnd::Uncross { extension, .. } => self.end_call(extension, sink),
            StateEnd::Pause { .. } => self.pause_if_still_limited(sink),
            StateEnd::Reopening { .. } => self.reopen(sink),
        }
    }

    /// Notes a print where something looks at it later.
    #[cold]
    pub(crate) fn note_print(&mut self, price: Price) {
        let rules = &self.instrument.rules;
        if let Some(velocity) = rules.velocity {
            let print = Print { at: self.at, price };
            self.session.prints.note(print, velocity.window);
        }
        if let Some(mean) = rules.luld.and_then(|luld| luld.mean) {
            self.session.bands.note(self.at, price, mean);
            self.session.look_ahead(&self.instrument.rules, self.at);
        }
    }
}

impl SessionState {
    /// Whether a schedule may order it.
    pub(crate) const fn is_scheduled(self) -> bool {
        match self {
            Self::Continuous
            | Self::PreOpen
            | Self::OpeningAuction
            | Self::Auction
            | Self::ClosingAuction
            | Self::Halted
            | Self::Closed => true,
            Self::VolatilityAuction
            | Self::Reserved
            | Self::Paused
            | Self::LimitUp
            | Self::LimitDown => false,
        }
    }
}
