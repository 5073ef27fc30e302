//! One listed instrument: its terms, its book and what admission remembers.

use crate::book::order_book::OrderBook;
use crate::bust::PastTrades;
use crate::cascade::Cascade;
use crate::chance::Chance;
use crate::client_ids::ClientIds;
use crate::command::Command;
use crate::dead_man::DeadManTimers;
use crate::deadlines::Deadlines;
use crate::event_sink::EventSink;
use crate::fees::FeeSchedule;
use crate::id::{OrderId, SessionNumber};
use crate::instrument::{FundsCheck, Instrument};
use crate::linked::{Children, Following};
use crate::market_maker_protection::MmpState;
use crate::mass_quote::Quotes;
use crate::pegged::Pegs;
use crate::plain::{self, Lane};
use crate::price::Price;
use crate::risk::Risk;
use crate::rules::MatchingAlgorithm;
use crate::sequence::{SequenceNumber, Sequenced, Timestamp};
use crate::session::SessionState;
use crate::session::clock::Session;
use crate::triggers::Triggers;

/// One listed instrument.
#[derive(Debug)]
pub(crate) struct Listing {
    pub(crate) instrument: Instrument,
    pub(crate) book: OrderBook,
    pub(crate) client_ids: ClientIds,
    pub(crate) risk: Risk,
    /// When which open order is over; orders without an expiry are not listed.
    pub(crate) expiries: Deadlines<OrderId>,
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
    /// Until when commands may take the plain lane.
    pub(crate) plain_until: Timestamp,
    /// The connection by which the command came that is being applied; none between commands.
    pub(crate) of_session: SessionNumber,
    /// The highest number of a connection that a command came by.
    pub(crate) highest_session: SessionNumber,
    /// What the session knows beside its state.
    pub(crate) session: Session,
    /// Who waits for which price.
    pub(crate) triggers: Triggers,
    /// Waiting orders whose turn has come.
    pub(crate) cascade: Cascade,
    /// The order of each side that bettered the market last, bids first; pro-rata may fill it first.
    pub(crate) top_orders: [Option<OrderId>; 2],
    pub(crate) chance: Chance,
    /// What is still to happen because of what happened to others.
    pub(crate) following: Following,
    pub(crate) children: Children,
    pub(crate) pegs: Pegs,
    pub(crate) mmp: MmpState,
    pub(crate) quotes: Quotes,
    pub(crate) dead_men: DeadManTimers,
    /// Trades that can be taken back; `None` where nobody asks that.
    pub(crate) past_trades: Option<PastTrades>,
    /// What trades cost since an operator set it; `None` as long as the terms of the listing hold.
    pub(crate) fees: Option<Box<FeeSchedule>>,
}

impl Listing {
    pub(crate) fn new(instrument: &Instrument, indexes_external_ids: bool) -> Self {
        let keeps_money = instrument.funds_check == FundsCheck::Enforced;
        Self {
            book: OrderBook::new(instrument, indexes_external_ids),
            client_ids: ClientIds::new(instrument),
            expiries: Deadlines::default(),
            risk: Risk::new(keeps_money),
            session: Session::new(instrument),
            last_price: instrument.rules.reference,
            instrument: *instrument,
            state: SessionState::Continuous,
            may_be_crossed: false,
            sequence: SequenceNumber(0),
            at: Timestamp(0),
            next_order_id: 1,
            next_trade_id: 1,
            plain_until: plain::CLOSED,
            of_session: SessionNumber::NONE,
            highest_session: SessionNumber::NONE,
            triggers: Triggers::new(),
            cascade: Cascade::default(),
            top_orders: [None; 2],
            chance: Chance::new(instrument.rules.random_seed),
            following: Following::default(),
            children: Children::default(),
            pegs: Pegs::default(),
            mmp: MmpState::default(),
            quotes: Quotes::default(),
            dead_men: DeadManTimers::default(),
            past_trades: keeps_money.then(PastTrades::default),
            fees: None,
        }
    }

    /// The earliest time at which something is due without a command.
    pub(crate) fn next_deadline(&self) -> Option<Timestamp> {
        let times = [
            self.expiries.next(),
            self.session.next_due(),
            self.dead_men.next(),
        ];
        times.into_iter().flatten().min()
    }

    /// Applies one command: what is due first, then the command.
    #[inline]
    pub(crate) fn apply<S: EventSink>(&mut self, command: &Sequenced<Command>, sink: &mut S) {
        self.book.keep_ids();
        let is_open = self.arrive(command.sequence, command.at);
        if is_open && self.apply_plainly(&command.command, sink) == Lane::Done {
            return;
        }
        self.apply_fully(command, sink);
    }

    /// Notes the place and the time of the next command. Says whether the plain lane is open for it.
    #[expect(
        clippy::inline_always,
        reason = "measured: the hot path is one function"
    )]
    #[inline(always)]
    pub(crate) fn arrive(&mut self, sequence: SequenceNumber, at: Timestamp) -> bool {
        assert!(
            sequence.0.wrapping_sub(1) == self.sequence.0,
            "an instrument's commands come in order, without gaps"
        );
        assert!(at >= self.at, "engine time never goes back");
        self.sequence = sequence;
        self.at = at;
        at < self.plain_until
    }

    /// Applies a command that any mechanism may have a word to say about.
    #[inline(never)]
    pub(crate) fn apply_fully<S: EventSink>(&mut self, command: &Sequenced<Command>, sink: &mut S) {
        if self.is_watched() {
            self.apply_watched(command, sink);
        } else {
            self.apply_now(command, sink);
        }
        self.plain_until = self.look_at_lane();
    }

    /// Does what is due, then what the command asks.
    #[expect(
        clippy::inline_always,
        reason = "measured: the hot path is one function"
    )]
    #[inline(always)]
    pub(crate) fn apply_now<S: EventSink>(&mut self, command: &Sequenced<Command>, sink: &mut S) {
        if self.expiries.are_due(command.at)
            | self.session.is_due(command.at)
            | self.dead_men.are_due(command.at)
        {
            self.run_due(sink);
        }
        match &command.command {
            Command::Submit(order) => self.submit(order, sink),
            Command::Cancel(cancel) => self.cancel(cancel, sink),
            Command::Replace(replace) => self.replace(replace, sink),
            Command::CancelReplace(replace) => self.cancel_replace(replace, sink),
            Command::MassCancel(mass_cancel) => self.mass_cancel(mass_cancel, sink),
            Command::Tick => {}
            Command::SetState(state) => self.set_state(*state, sink),
            Command::Uncross(reference) => self.uncross_call(*reference, sink),
            Command::SetLastPrice(price) => self.last_price = Some(*price),
            Command::Admit(admit) => self.admit(*admit, sink),
            Command::SetLimits(set) => self.set_limits(set, sink),
            Command::SetFeeTier(set) => self.set_fee_tier(*set),
            Command::Operate(operation) => self.operate(operation, sink),
            Command::FanOut(fan_out) => self.fan_out(fan_out, sink),
            Command::Quote(quote) => self.quote(quote, sink),
            Command::MmpReset(reset) => self.mmp.counters.reset(reset.account, reset.group),
            Command::Disconnect(disconnect) => self.disconnect(*disconnect, sink),
            Command::CancelAfter(cancel_after) => self.cancel_after(cancel_after),
            Command::Batch(batch) => self.batch(batch, sink),
            Command::Bust(bust) => self.bust(bust, sink),
        }
        self.follow_command(sink);
    }

    /// What follows from a command, or from one instruction of a batch.
    #[expect(
        clippy::inline_always,
        reason = "measured: the hot path is one function"
    )]
    #[inline(always)]
    pub(crate) fn follow_command<S: EventSink>(&mut self, sink: &mut S) {
        if self.has_follow_up() {
            self.follow_up(sink);
        }
        if self.is_guarded() {
            self.settle_limit_state(sink);
        }
    }

    /// First the expiries, then what ends a state, then dead man's timers.
    #[cold]
    fn run_due<S: EventSink>(&mut self, sink: &mut S) {
        self.expire(sink);
        self.run_session(sink);
        self.end_dead_men(sink);
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
