//! What a session learns from what it is told: answers, fates of orders, books.

use std::num::NonZeroU32;
use std::sync::Arc;

use protocol::{
    Depth, DepthSnapshot, ErrorCode, ErrorMessage, Liquidity, OrderStatus, Reason, Report,
    ReportKind, Symbol,
};

use crate::answers::{Answers, Subject, Waiting};
use crate::board::{Entry, PriceChange, SessionEnd};
use crate::book_check::{BookCheck, FeedFaults};
use crate::error::FeedError;
use crate::flow::intent::OrderNumber;
use crate::flow::{Flow, Taker};
use crate::instrument_profile::InstrumentProfile;
use crate::order_name::OrderNames;

/// A session's ears.
#[derive(Debug)]
pub struct Listening {
    pub(super) profiles: Arc<[InstrumentProfile]>,
    pub(super) answers: Answers,
    /// What happened during this wake-up.
    pub(super) entry: Entry,
    books: Vec<Followed>,
    unanswered: u64,
    /// How many times as fast as the world's the clock goes.
    clock_speed: NonZeroU32,
}

/// What is known of one instrument.
#[derive(Debug)]
struct Followed {
    check: Option<BookCheck>,
    has_changed: bool,
    /// The session's own order that was accepted last. Its trades follow at once, so trades of others
    /// that share the account can be told from it.
    accepted_last: Option<u64>,
    /// The last trade that one of the session's own orders took part in as a taker: it is told before the maker's part.
    took_last: Option<u64>,
}

impl Listening {
    pub(super) fn new(
        profiles: Arc<[InstrumentProfile]>,
        checks: Vec<Option<BookCheck>>,
        clock_speed: NonZeroU32,
    ) -> Self {
        let followed = |check| Followed {
            check,
            has_changed: false,
            accepted_last: None,
            took_last: None,
        };
        Self {
            profiles,
            answers: Answers::default(),
            entry: Entry::default(),
            books: checks.into_iter().map(followed).collect(),
            unanswered: 0,
            clock_speed,
        }
    }

    /// Notes a request that was queued.
    pub(super) fn note_sent(&mut self, request: u64, waiting: Waiting) {
        match waiting.subject {
            Subject::Entry { .. } => self.entry.orders += 1,
            Subject::Cancel => self.entry.cancels += 1,
        }
        self.answers.expect(request, waiting);
    }

    /// Notes that what has no answer by now has none.
    pub(super) fn note_unanswered(&mut self) {
        self.unanswered = self.answers.count();
    }

    /// What only the session knows.
    pub(super) fn end(&self) -> SessionEnd {
        let mut faults = FeedFaults::default();
        for check in self.books.iter().filter_map(|book| book.check.as_ref()) {
            faults.add(check.faults());
        }
        SessionEnd {
            unanswered: self.unanswered,
            faults,
        }
    }

    /// The connection is lost, and with it the answers that were waited for.
    pub(super) fn lose(&mut self, flow: &mut Flow) {
        for waiting in self.answers.give_up() {
            self.entry.lost += 1;
            forget_entry(&waiting, flow);
        }
        for book in &mut self.books {
            if let Some(check) = &mut book.check {
                check.begin_anew();
            }
        }
    }

    /// Notes a request that could not be sent, as there is no connection.
    pub(super) fn note_unsent(waiting: &Waiting, flow: &mut Flow) {
        forget_entry(waiting, flow);
    }

    /// Takes in a report.
    pub(super) fn report(
        &mut self,
        report: &Report,
        now_ns: u64,
        names: &OrderNames,
        flow: &mut Flow,
    ) {
        let answered = report
            .request
            .and_then(|request| self.answers.take(request));
        if let Some(waiting) = answered {
            self.note_round_trip(&waiting, now_ns);
        }
        match report.kind {
            ReportKind::Rejected => {
                if let Some(waiting) = answered {
                    self.refused(&waiting, report.reason.unwrap_or(Reason::Other), flow);
                }
            }
            ReportKind::Accepted | ReportKind::Repeated => {
                if answered.is_some()
                    && let Some(place) = self.place(report.symbol)
                {
                    self.books[place].accepted_last = report.order_id;
                }
            }
            ReportKind::Trade => {
                self.trade(report);
                self.tell_trade(report, names, flow);
                if report.status == Some(OrderStatus::Filled) {
                    close(report, names, flow);
                }
            }
            ReportKind::Canceled => close(report, names, flow),
            ReportKind::Rested => self.tell_rested(report, names, flow),
            ReportKind::Replaced
            | ReportKind::Prevented
            | ReportKind::Triggered
            | ReportKind::Refilled
            | ReportKind::Pegged
            | ReportKind::Parked
            | ReportKind::Busted => {}
        }
    }

    /// Takes in an error: the answer to an order, or a reason to give up.
    pub(super) fn error(
        &mut self,
        error: &ErrorMessage,
        now_ns: u64,
        flow: &mut Flow,
    ) -> Result<(), FeedError> {
        let answered = error.request.and_then(|request| self.answers.take(request));
        let Some(waiting) = answered else {
            if is_of_going_on(error.code) {
                tracing::warn!(code = %error.code, text = %error.text, "could not go on where the feed was");
                return Ok(());
            }
            return Err(FeedError::Refused(format!(
                "{}: {}",
                error.code, error.text
            )));
        };
        self.note_round_trip(&waiting, now_ns);
        let is_busy = error.code == ErrorCode::Busy;
        self.entry.busy += u64::from(is_busy);
        self.entry.rejects.push(error.code.word());
        forget_entry(&waiting, flow);
        Ok(())
    }

    /// Takes in a snapshot of a book.
    pub(super) fn depth_snapshot(&mut self, snapshot: &DepthSnapshot) {
        if let Some((check, has_changed)) = self.followed(snapshot.symbol) {
            check.snapshot(snapshot);
            *has_changed = true;
        }
    }

    /// Takes in a change of a book.
    pub(super) fn depth(&mut self, change: &Depth) {
        if let Some((check, has_changed)) = self.followed(change.symbol) {
            check.change(change);
            *has_changed = true;
        }
    }

    /// Notes where the books that have changed stand now, and shows them to those who trade on sight.
    pub(super) fn note_books(&mut self, flow: &mut Flow) {
        for (instrument, book) in self.books.iter_mut().enumerate() {
            if !std::mem::take(&mut book.has_changed) {
                continue;
            }
            if let Some(check) = &book.check {
                if flow.has_models() {
                    flow.see(instrument, &self.profiles[instrument].seen(check));
                }
                let state = check.state();
                self.entry.prices.push(PriceChange::Best {
                    instrument,
                    bid: state.bid,
                    ask: state.ask,
                });
            }
        }
    }

    fn trade(&mut self, report: &Report) {
        // Each trade is told to both parties; the taker's report counts.
        if report.liquidity != Some(Liquidity::Taker) {
            return;
        }
        let Some(instrument) = self.place(report.symbol) else {
            return;
        };
        if report.order_id.is_some() && self.books[instrument].accepted_last == report.order_id {
            self.entry.trades += 1;
            if let Some(price) = report.last_price {
                self.entry
                    .prices
                    .push(PriceChange::Last { instrument, price });
            }
        }
    }

    /// Tells a model that its order rests.
    fn tell_rested(&self, report: &Report, names: &OrderNames, flow: &mut Flow) {
        let (Some((profile, seat, number)), Some(price), Some(leaves)) = (
            self.named(report, names),
            report.price,
            report.leaves_quantity,
        ) else {
            return;
        };
        let (Some(side), Some((model, at_ns))) = (report.side, flow.model(seat)) else {
            return;
        };
        model.rested(
            at_ns,
            number,
            side,
            profile.ticks(price),
            profile.lots(leaves),
        );
    }

    /// Tells a model that its order traded.
    fn tell_trade(&mut self, report: &Report, names: &OrderNames, flow: &mut Flow) {
        let place = self.place(report.symbol);
        let is_own = report.trade_id.is_some()
            && place.is_some_and(|place| self.books[place].took_last == report.trade_id);
        let (Some((profile, seat, number)), Some(price), Some(traded)) = (
            self.named(report, names),
            report.last_price,
            report.last_quantity,
        ) else {
            return;
        };
        let (Some(side), Some((model, at_ns))) = (report.side, flow.model(seat)) else {
            return;
        };
        let (ticks, traded) = (profile.ticks(price), profile.lots(traded));
        match report.liquidity {
            Some(Liquidity::Taker) => {
                model.took(at_ns, number, side, ticks, traded);
                if let Some(place) = place {
                    self.books[place].took_last = report.trade_id;
                }
            }
            Some(Liquidity::Maker) => {
                let leaves = report.leaves_quantity.map_or(0, |left| profile.lots(left));
                let taker = if is_own { Taker::Own } else { Taker::Stranger };
                model.made(at_ns, number, side, ticks, [traded, leaves], taker);
            }
            None => {}
        }
    }

    /// Which order of this session a report is about.
    fn named(
        &self,
        report: &Report,
        names: &OrderNames,
    ) -> Option<(&InstrumentProfile, usize, OrderNumber)> {
        let (seat, number) = names.read(report.client_order_id.as_ref()?)?;
        Some((&self.profiles[self.place(report.symbol)?], seat, number))
    }

    fn refused(&mut self, waiting: &Waiting, reason: Reason, flow: &mut Flow) {
        self.entry.busy += u64::from(reason == Reason::Busy);
        self.entry.rejects.push(reason.word());
        forget_entry(waiting, flow);
    }

    fn note_round_trip(&mut self, waiting: &Waiting, now_ns: u64) {
        let round_trip_ns = now_ns.saturating_sub(waiting.intended_ns);
        // People wait in the world's time.
        let speed = u64::from(self.clock_speed.get());
        self.entry.round_trips_ns.push(round_trip_ns / speed);
    }

    fn place(&self, symbol: Symbol) -> Option<usize> {
        // A feed has a handful of instruments: looking at each is faster than hashing.
        self.profiles
            .iter()
            .position(|profile| profile.symbol == symbol)
    }

    fn followed(&mut self, symbol: Symbol) -> Option<(&mut BookCheck, &mut bool)> {
        let place = self.place(symbol)?;
        let book = &mut self.books[place];
        Some((book.check.as_mut()?, &mut book.has_changed))
    }
}

fn close(report: &Report, names: &OrderNames, flow: &mut Flow) {
    let name = report.client_order_id.as_ref();
    if let Some((seat, number)) = name.and_then(|name| names.read(name)) {
        flow.order_closed(seat, number);
    }
}

/// Whether it answers what is asked after a new connection: the client then begins anew, or the orders stay until the end.
fn is_of_going_on(code: ErrorCode) -> bool {
    matches!(
        code,
        ErrorCode::SnapshotRequired | ErrorCode::Busy | ErrorCode::Unavailable
    )
}

fn forget_entry(waiting: &Waiting, flow: &mut Flow) {
    match waiting.subject {
        Subject::Entry { seat, number } => flow.order_closed(seat, number),
        Subject::Cancel => {}
    }
}
