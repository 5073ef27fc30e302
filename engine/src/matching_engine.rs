//! All books of one matcher: commands in, events out.

use crate::batch::{Batch, report_step};
use crate::book::order_book::OrderBook;
use crate::bust::{BustRefused, PastTrade, PastTrades};
use crate::canonical::{HashSink, StateError, StateSink};
use crate::command::{CancelReplace, Command};
use crate::event::{Event, HoldReleased, Rejected};
use crate::event_sink::EventSink;
use crate::fan_out::FanOutId;
use crate::id::{AccountId, FeeTier, InstrumentId, OrderId, SessionNumber, TradeId};
use crate::instrument::{Instrument, InstrumentError};
use crate::listing::Listing;
use crate::order::Display;
use crate::price::Price;
use crate::quantity::{Notional, Quantity};
use crate::reject::RejectReason;
use crate::risk::{Admission, RiskLimits, Scope};
use crate::sequence::{Sequenced, Timestamp};
use crate::session::SessionState;
use crate::side::Side;

/// How much one engine may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EngineLimits {
    /// Highest instrument id that can be listed. Ids are dense, so this is the number of instruments of the exchange.
    pub instruments_max: u32,
}

/// All books of one matcher. Applies one command at a time and writes what happens to a sink.
#[derive(Debug)]
pub struct MatchingEngine {
    limits: EngineLimits,
    /// By instrument id; books that other matchers own are vacant here.
    listings: Vec<Option<Box<Listing>>>,
    indexes_external_ids: bool,
    /// Trades can be taken back where no money is kept, too.
    remembers_trades: bool,
}

impl MatchingEngine {
    /// An engine without instruments.
    pub fn new(limits: EngineLimits) -> Self {
        Self {
            limits,
            listings: Vec::new(),
            indexes_external_ids: false,
            remembers_trades: false,
        }
    }

    /// Makes instruments that are listed from now on index their orders by external id.
    #[must_use]
    pub fn with_external_ids(mut self) -> Self {
        self.indexes_external_ids = true;
        self
    }

    /// Makes instruments that are listed from now on remember their trades, so that they can be taken back, where
    /// no money is kept, too. Where money is kept they do so anyway.
    #[must_use]
    pub fn with_past_trades(mut self) -> Self {
        self.remembers_trades = true;
        self
    }

    /// Opens an instrument with an empty book.
    ///
    /// # Errors
    /// Its id is 0, too high or listed already, or its terms contradict each other.
    pub fn list(&mut self, instrument: Instrument) -> Result<(), InstrumentError> {
        instrument.check()?;
        let place = self.vacancy(instrument.id)?;
        let mut listing = Listing::new(&instrument, self.indexes_external_ids);
        if self.remembers_trades {
            listing.past_trades.get_or_insert_with(PastTrades::default);
        }
        self.listings[place] = Some(Box::new(listing));
        Ok(())
    }

    /// The place of an instrument that is not listed yet.
    fn vacancy(&mut self, id: InstrumentId) -> Result<usize, InstrumentError> {
        if id.0 > self.limits.instruments_max || self.listing(id).is_some() {
            return Err(InstrumentError::BadId);
        }
        let place = id.0 as usize;
        if self.listings.len() <= place {
            self.listings.resize_with(place + 1, || None);
        }
        Ok(place)
    }

    /// Applies one command and writes its block of events to `sink`.
    ///
    /// # Panics
    /// The command is not the next one of its instrument, or its time is before the last one's.
    #[inline]
    pub fn apply<S: EventSink>(&mut self, command: &Sequenced<Command>, sink: &mut S) {
        match self.listing_mut(command.instrument) {
            Some(listing) => listing.apply(command, sink),
            None => refuse_unapplied(&command.command, RejectReason::UnknownInstrument, sink),
        }
    }

    /// The same, of a command that came by a connection: the orders that it enters remember which.
    ///
    /// # Panics
    /// As of [`MatchingEngine::apply`].
    #[inline]
    pub fn apply_of_session<S: EventSink>(
        &mut self,
        session: SessionNumber,
        command: &Sequenced<Command>,
        sink: &mut S,
    ) {
        match self.listing_mut(command.instrument) {
            Some(listing) => {
                listing.of_session = session;
                listing.highest_session = listing.highest_session.max(session);
                listing.apply(command, sink);
                listing.of_session = SessionNumber::NONE;
            }
            None => refuse_unapplied(&command.command, RejectReason::UnknownInstrument, sink),
        }
    }

    /// Passes over a command that a repair of the journal has taken out: it keeps its place, what is due at
    /// its time happens, and it is answered as rejected.
    ///
    /// # Panics
    /// As of [`MatchingEngine::apply`].
    #[cold]
    pub fn pass_over<S: EventSink>(&mut self, command: &Sequenced<Command>, sink: &mut S) {
        let tick = Sequenced {
            instrument: command.instrument,
            sequence: command.sequence,
            at: command.at,
            command: Command::Tick,
        };
        self.apply(&tick, sink);
        refuse_unapplied(&command.command, RejectReason::TakenOut, sink);
        for (account, side, extra) in command.command.door_reserves() {
            if extra > Notional::ZERO {
                sink.event(Event::HoldReleased(HoldReleased {
                    order_id: None,
                    account,
                    side,
                    released: extra,
                    hold: Notional::ZERO,
                }));
            }
        }
    }

    /// The highest number of a connection by which a command came; `None` for an instrument that is not listed.
    pub fn highest_session(&self, instrument: InstrumentId) -> Option<SessionNumber> {
        Some(self.listing(instrument)?.highest_session)
    }

    /// The earliest time at which something is due without a command: apply a tick then.
    pub fn next_deadline(&self) -> Option<Timestamp> {
        self.all().filter_map(Listing::next_deadline).min()
    }

    /// The earliest time at which something is due on one instrument.
    pub fn next_deadline_of(&self, instrument: InstrumentId) -> Option<Timestamp> {
        self.listing(instrument)?.next_deadline()
    }

    /// The book of an instrument.
    pub fn book(&self, instrument: InstrumentId) -> Option<&OrderBook> {
        Some(&self.listing(instrument)?.book)
    }

    /// The terms of an instrument.
    pub fn instrument(&self, instrument: InstrumentId) -> Option<&Instrument> {
        Some(&self.listing(instrument)?.instrument)
    }

    /// The price of the last trade.
    pub fn last_price(&self, instrument: InstrumentId) -> Option<Price> {
        self.listing(instrument)?.last_price
    }

    /// Market orders that wait for the uncross of a call, first one first: what is open of each, and whether
    /// the market sees it.
    pub fn queued_market_orders(
        &self,
        instrument: InstrumentId,
        side: Side,
    ) -> Vec<(OrderId, Quantity, Display)> {
        let queued = |listing: &Listing| listing.queued_orders(side);
        self.listing(instrument).map(queued).unwrap_or_default()
    }

    /// What an instrument does with orders now.
    pub fn session_state(&self, instrument: InstrumentId) -> Option<SessionState> {
        Some(self.listing(instrument)?.state)
    }

    /// An account's limits on an instrument.
    pub fn limits_of(&self, instrument: InstrumentId, account: AccountId) -> Option<RiskLimits> {
        Some(self.listing(instrument)?.risk.of(account).limits)
    }

    /// Which of an instrument's fee rates an account has.
    pub fn fee_tier_of(&self, instrument: InstrumentId, account: AccountId) -> Option<FeeTier> {
        Some(self.listing(instrument)?.risk.fee_tier_of(account))
    }

    /// How a switch of an instrument stands.
    pub fn admission(&self, instrument: InstrumentId, scope: Scope) -> Option<Admission> {
        Some(self.listing(instrument)?.risk.admission(scope))
    }

    /// What an account bought on an instrument less what it sold, in quantity units; 0 where no money is kept.
    pub fn position_of(&self, instrument: InstrumentId, account: AccountId) -> Option<i128> {
        Some(self.listing(instrument)?.risk.positions.of(account))
    }

    /// The last fanned out command that an instrument has applied.
    pub fn fan_out_seen(&self, instrument: InstrumentId) -> Option<FanOutId> {
        Some(self.listing(instrument)?.risk.fan_out_seen)
    }

    /// A trade of an instrument that can be taken back.
    ///
    /// # Errors
    /// The instrument is not listed, or the trade was never made, is too long ago or was taken back already.
    pub fn past_trade(
        &self,
        instrument: InstrumentId,
        trade_id: TradeId,
    ) -> Result<PastTrade, RejectReason> {
        let listing = self.listing(instrument);
        listing
            .ok_or(RejectReason::UnknownInstrument)?
            .past_trade(trade_id)
    }

    /// One number for everything that decides what this engine will say next.
    pub fn state_hash(&self) -> u64 {
        let mut hash = HashSink::new();
        for listing in self.all() {
            listing.write_state(&mut hash);
        }
        hash.finish()
    }

    /// The state hash of one instrument alone.
    pub fn state_hash_of(&self, instrument: InstrumentId) -> Option<u64> {
        let mut hash = HashSink::new();
        self.listing(instrument)?.write_state(&mut hash);
        Some(hash.finish())
    }

    /// Spells out everything that decides what this engine will say next of an instrument, byte for byte
    /// what [`Self::state_hash_of`] hashes. `None` where the instrument is not listed.
    #[must_use]
    pub fn write_state<S: StateSink>(&self, instrument: InstrumentId, out: &mut S) -> Option<()> {
        self.listing(instrument)?.write_state(out);
        Some(())
    }

    /// Lists an instrument as [`Self::write_state`] spelled it out: from here on both say the same, but for
    /// handles, which are of one process.
    ///
    /// # Errors
    /// The bytes are no state, or the instrument is listed already: nothing is listed.
    pub fn restore(&mut self, state: &[u8]) -> Result<InstrumentId, StateError> {
        let listing = Listing::read_state(state, self.indexes_external_ids)?;
        let id = listing.instrument.id;
        let place = self.vacancy(id).map_err(StateError::Instrument)?;
        self.listings[place] = Some(Box::new(listing));
        Ok(id)
    }

    /// Panics with a sentence where a book contradicts itself. Walks everything: for tests and simulation.
    pub fn assert_invariants(&self) {
        for listing in self.all() {
            listing.book.assert_invariants();
            assert!(
                listing.may_be_crossed || !listing.book.is_crossed(),
                "the book is crossed or locked"
            );
        }
    }

    pub(crate) fn books(&self) -> impl Iterator<Item = &OrderBook> {
        self.all().map(|listing| &listing.book)
    }

    fn all(&self) -> impl Iterator<Item = &Listing> {
        self.listings.iter().flatten().map(AsRef::as_ref)
    }

    #[expect(
        clippy::inline_always,
        reason = "measured: the hot path is one function"
    )]
    #[inline(always)]
    pub(crate) fn listing_mut(&mut self, instrument: InstrumentId) -> Option<&mut Listing> {
        self.listings.get_mut(instrument.0 as usize)?.as_deref_mut()
    }

    fn listing(&self, instrument: InstrumentId) -> Option<&Listing> {
        self.listings.get(instrument.0 as usize)?.as_deref()
    }
}

/// Refuses a command that is not applied. Where no instrument is listed for it nothing keeps its door
/// reserve: no ledger knows an asset for it either.
#[cold]
pub(crate) fn refuse_unapplied<S: EventSink>(
    command: &Command,
    reason: RejectReason,
    sink: &mut S,
) {
    let mut rejected = Rejected {
        account: AccountId(0),
        order_id: None,
        client_order_id: None,
        external_id: None,
        reason,
    };
    match command {
        Command::Submit(order)
        | Command::CancelReplace(CancelReplace {
            new_order: order, ..
        }) => {
            rejected.account = order.account;
            rejected.client_order_id = order.client_order_id;
            rejected.external_id = order.external_id;
        }
        Command::Cancel(cancel) => rejected.account = cancel.account,
        Command::Replace(replace) => rejected.account = replace.account,
        Command::MassCancel(mass_cancel) => rejected.account = mass_cancel.account,
        Command::SetLimits(set) => rejected.account = set.account,
        Command::SetFeeTier(set) => rejected.account = set.account,
        Command::FanOut(fan_out) => {
            return refuse_unapplied(&fan_out.action.command(), reason, sink);
        }
        Command::Quote(quote) => rejected.account = quote.account,
        Command::Batch(batch) => return refuse_batch_unapplied(batch, reason, sink),
        Command::MmpReset(reset) => rejected.account = reset.account,
        Command::Bust(bust) => {
            let trade = bust.trade;
            return sink.event(Event::BustRefused(BustRefused { trade, reason }));
        }
        Command::Tick
        | Command::SetState(_)
        | Command::Uncross(_)
        | Command::SetLastPrice(_)
        | Command::Disconnect(_)
        | Command::CancelAfter(_)
        | Command::Operate(_)
        | Command::Admit(_) => return,
    }
    sink.event(Event::Rejected(rejected));
}

/// Each instruction of a batch is refused.
fn refuse_batch_unapplied<S: EventSink>(batch: &Batch, reason: RejectReason, sink: &mut S) {
    for (index, instruction) in batch.instructions().iter().enumerate() {
        report_step(batch, index, sink);
        sink.event(Event::Rejected(
            instruction.refusal(batch.account(), reason),
        ));
    }
}
