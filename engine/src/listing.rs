//! One listed instrument: its terms, its book and what admission remembers.

use crate::book::order_book::OrderBook;
use crate::cascade::Cascade;
use crate::chance::Chance;
use crate::client_ids::ClientIds;
use crate::command::Command;
use crate::event_sink::EventSink;
use crate::expiry::Expiries;
use crate::id::OrderId;
use crate::instrument::{FundsCheck, Instrument};
use crate::price::Price;
use crate::risk::Risk;
use crate::rules::MatchingAlgorithm;
use crate::sequence::{SequenceNumber, Sequenced, Timestamp};
use crate::session::SessionState;
use crate::triggers::Triggers;

/// One listed instrument.
#[derive(Debug)]
pub(crate) struct Listing {
    pub(crate) instrument: Instrument,
    pub(crate) book: OrderBook,
    pub(crate) client_ids: ClientIds,
    pub(crate) risk: Risk,
    pub(crate) expiries: Expiries,
    pub(crate) last_price: Option<Price>,
    pub(crate) state: SessionState,
    /// Orders were collected since the last uncross.
    pub(crate) may_be_crossed: bool,
    /// Place of the command that was applied last.
    pub(crate) sequence: SequenceNumber,
    /// Engine time of the command that was applied last.
    pub(crate) at: Timestamp,
    pub(crate) next_order_id: u64,
    pub(crate) next_trade_id: u64,
    /// Who waits for which price.
    pub(crate) triggers: Triggers,
    /// Waiting orders whose turn has come.
    pub(crate) cascade: Cascade,
    /// The order of each side that bettered the market last, bids first; pro-rata may fill it first.
    pub(crate) top_orders: [Option<OrderId>; 2],
    pub(crate) chance: Chance,
}

impl Listing {
    pub(crate) fn new(instrument: Instrument, indexes_external_ids: bool) -> Self {
        Self {
            book: OrderBook::new(&instrument, indexes_external_ids),
            client_ids: ClientIds::new(&instrument),
            expiries: Expiries::default(),
            risk: Risk::new(instrument.funds_check == FundsCheck::Enforced),
            instrument,
            last_price: None,
            state: SessionState::Continuous,
            may_be_crossed: false,
            sequence: SequenceNumber(0),
            at: Timestamp(0),
            next_order_id: 1,
            next_trade_id: 1,
            triggers: Triggers::new(),
            cascade: Cascade::default(),
            top_orders: [None; 2],
            chance: Chance::new(instrument.rules.random_seed),
        }
    }

    /// Applies one command: what is due first, then the command.
    #[inline]
    pub(crate) fn apply<S: EventSink>(&mut self, command: &Sequenced<Command>, sink: &mut S) {
        assert!(
            command.sequence.0 == self.sequence.0 + 1,
            "an instrument's commands come in order, without gaps"
        );
        assert!(command.at >= self.at, "engine time never goes back");
        self.sequence = command.sequence;
        self.at = command.at;
        if self.expiries.are_due(command.at) {
            self.expire(sink);
        }
        match &command.command {
            Command::Submit(order) => self.submit(order, sink),
            Command::Cancel(cancel) => self.cancel(cancel, sink),
            Command::Replace(replace) => self.replace(replace, sink),
            Command::CancelReplace(replace) => self.cancel_replace(replace, sink),
            Command::MassCancel(mass_cancel) => self.mass_cancel(mass_cancel, sink),
            Command::Tick => {}
            Command::SetState(state) => self.set_state(*state, sink),
            Command::Uncross(reference) => self.uncross(*reference, sink),
            Command::SetLastPrice(price) => self.last_price = Some(*price),
            Command::Admit(admit) => self.admit(*admit, sink),
            Command::SetLimits(set) => self.set_limits(set, sink),
            Command::SetFeeTier(set) => self.set_fee_tier(*set),
            Command::FanOut(fan_out) => self.fan_out(fan_out, sink),
        }
        if self.has_follow_up() {
            self.follow_up(sink);
        }
    }

    /// Whether levels are shared out by size.
    #[inline]
    pub(crate) fn shares_by_size(&self) -> bool {
        match self.instrument.rules.matching {
            MatchingAlgorithm::PriceTime => false,
            MatchingAlgorithm::ProRata(_) => true,
        }
    }
}
