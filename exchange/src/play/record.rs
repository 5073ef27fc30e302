//! What was seen in a play: the public tape of each instrument, and what each actor was told.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use client::{BookFollower, LocalBook, Step as BookStep};
use protocol::{
    ExactDecimal, InstrumentTerms, Operation, Reason, Report, ReportKind, Scale, ServerMessage,
    Symbol, TradingState,
};

/// Everything that a play is judged by.
#[derive(Debug)]
pub struct Record {
    /// Engine time at which the play began.
    pub began_us: u64,
    /// What everyone saw.
    pub tapes: BTreeMap<Symbol, Tape>,
    /// What actors were told.
    pub actors: BTreeMap<String, ActorLog>,
    /// Whether no money was made or lost, as the exchange says; an error says why that is not known.
    pub is_conserved: Result<bool, String>,
}

/// What everyone saw of an instrument.
#[derive(Debug)]
pub struct Tape {
    /// Its trades, in their order.
    pub trades: Vec<Print>,
    /// Its best prices, at each change.
    pub tops: Vec<Touch>,
    /// Its states, at each change.
    pub states: Vec<(u64, TradingState)>,
    /// Indicative prices and volumes, as they were published.
    pub indicatives: Vec<Indicative>,
    /// How often a message was missing.
    pub gaps: u64,
    /// How often the feed said that it dropped something.
    pub lags: u64,
    book: BookFollower<LocalBook>,
}

/// One trade.
#[derive(Debug, Clone, Copy)]
pub struct Print {
    /// Engine time.
    pub at_us: u64,
    /// Its price.
    pub price: f64,
    /// Its price to the digit.
    pub exact_price: ExactDecimal,
    /// How much.
    pub quantity: ExactDecimal,
}

/// Best prices.
#[derive(Debug, Clone, Copy)]
pub struct Touch {
    /// Engine time.
    pub at_us: u64,
    /// The best bid, where there is one.
    pub bid: Option<f64>,
    /// The best ask, where there is one.
    pub ask: Option<f64>,
}

/// What an auction would do.
#[derive(Debug, Clone, Copy)]
pub struct Indicative {
    /// Engine time.
    pub at_us: u64,
    /// Its price.
    pub price: ExactDecimal,
    /// How much would trade.
    pub volume: ExactDecimal,
}

/// What an actor asked and was told.
#[derive(Debug, Default)]
pub struct ActorLog {
    /// Requests that have no answer yet, and when they were sent.
    waiting: HashMap<u64, Duration>,
    /// Answers: when their request was sent, and how long they took.
    pub answers: Vec<(Duration, Duration)>,
    /// Orders that were accepted.
    pub accepted: u64,
    /// Rejected requests, by reason.
    pub rejected: BTreeMap<String, u64>,
    /// Canceled orders, by reason.
    pub canceled: BTreeMap<String, u64>,
    /// Requests that were no good or came too early, by code.
    pub errors: BTreeMap<String, u64>,
    /// Open orders at the end; nobody could say without.
    pub open_orders: Option<u64>,
    /// How a session of it that did not read was told that it fell behind.
    pub fell_behind: Option<String>,
    /// How its session ended before the play did.
    pub lost: Option<String>,
}

impl Record {
    /// A record in which nothing has happened.
    pub fn new(instruments: &[InstrumentTerms], symbols: impl Iterator<Item = Symbol>) -> Self {
        let tape = |symbol: Symbol| {
            let terms = instruments.iter().find(|terms| terms.symbol == symbol)?;
            Some((symbol, Tape::new(terms)))
        };
        Self {
            began_us: 0,
            tapes: symbols.filter_map(tape).collect(),
            actors: BTreeMap::new(),
            is_conserved: Err("nobody asked".to_owned()),
        }
    }

    /// Takes in what everyone is told; returns what the observer has to ask then.
    pub fn see(&mut self, message: &ServerMessage) -> Vec<Operation> {
        match message {
            ServerMessage::Trade(trade) => {
                if let Some(tape) = self.tapes.get_mut(&trade.symbol) {
                    tape.trades.push(Print {
                        at_us: trade.at_us,
                        price: number(trade.price),
                        exact_price: trade.price,
                        quantity: trade.quantity,
                    });
                }
            }
            ServerMessage::Top(top) => {
                if let Some(tape) = self.tapes.get_mut(&top.symbol) {
                    tape.tops.push(Touch {
                        at_us: top.at_us,
                        bid: top.bid.map(|level| number(level.price)),
                        ask: top.ask.map(|level| number(level.price)),
                    });
                }
            }
            ServerMessage::Status(status) => {
                if let Some(tape) = self.tapes.get_mut(&status.symbol) {
                    if tape
                        .states
                        .last()
                        .is_none_or(|(_, state)| *state != status.state)
                    {
                        tape.states.push((status.at_us, status.state));
                    }
                    if let (Some(price), Some(volume)) =
                        (status.indicative_price, status.indicative_volume)
                    {
                        tape.indicatives.push(Indicative {
                            at_us: status.at_us,
                            price,
                            volume,
                        });
                    }
                }
            }
            ServerMessage::Lagged(lagged) => {
                if let Some(tape) = self.tapes.get_mut(&lagged.symbol) {
                    tape.lags = tape.lags.saturating_add(1);
                }
            }
            ServerMessage::Depth(change) => return self.follow(change.symbol, message),
            ServerMessage::DepthSnapshot(whole) => return self.follow(whole.symbol, message),
            ServerMessage::Hello(_)
            | ServerMessage::LoggedOn(_)
            | ServerMessage::Report(_)
            | ServerMessage::Trace(_)
            | ServerMessage::OpenOrders(_)
            | ServerMessage::Balances(_)
            | ServerMessage::Positions(_)
            | ServerMessage::Past(_)
            | ServerMessage::Candles(_)
            | ServerMessage::Candle(_)
            | ServerMessage::Statistics(_)
            | ServerMessage::MassCanceled(_)
            | ServerMessage::Quoted(_)
            | ServerMessage::Batched(_)
            | ServerMessage::Done(_)
            | ServerMessage::Subscribed(_)
            | ServerMessage::Unsubscribed(_)
            | ServerMessage::TradeBusted(_)
            | ServerMessage::OrdersSnapshot(_)
            | ServerMessage::Orders(_)
            | ServerMessage::Instrument(_)
            | ServerMessage::Heartbeat(_)
            | ServerMessage::Queue(_)
            | ServerMessage::Enrolled(_)
            | ServerMessage::Tick(_)
            | ServerMessage::Pong(_)
            | ServerMessage::Error(_)
            | ServerMessage::GoingAway(_) => {}
        }
        Vec::new()
    }

    fn follow(&mut self, symbol: Symbol, message: &ServerMessage) -> Vec<Operation> {
        let Some(tape) = self.tapes.get_mut(&symbol) else {
            return Vec::new();
        };
        match tape.book.take(message) {
            BookStep::Ask(operations) => {
                tape.gaps = tape.gaps.saturating_add(1);
                operations
            }
            BookStep::NotMine | BookStep::Applied | BookStep::Repeated | BookStep::Waiting => {
                Vec::new()
            }
        }
    }

    /// The log of an actor.
    pub fn log(&mut self, actor: &str) -> &mut ActorLog {
        self.actors.entry(actor.to_owned()).or_default()
    }
}

impl Tape {
    fn new(terms: &InstrumentTerms) -> Self {
        let scale = Scale {
            price_decimals: terms.price_decimals,
            quantity_decimals: terms.quantity_decimals,
        };
        Self {
            trades: Vec::new(),
            tops: Vec::new(),
            states: Vec::new(),
            indicatives: Vec::new(),
            gaps: 0,
            lags: 0,
            book: BookFollower::new(LocalBook::new(terms.symbol, scale)),
        }
    }

    /// How often the feed contradicted itself.
    pub const fn contradictions(&self) -> u64 {
        self.book.faults()
    }

    /// The middle of the book as it was told last; the last price where a side is empty.
    pub fn middle(&self) -> Option<f64> {
        let last = self.trades.last().map(|trade| trade.price);
        match self.tops.last().map(|top| (top.bid, top.ask)) {
            Some((Some(bid), Some(ask))) => Some(f64::midpoint(bid, ask)),
            Some((bid, ask)) => last.or(bid).or(ask),
            None => last,
        }
    }
}

impl ActorLog {
    /// A request was sent.
    pub fn asked(&mut self, request: u64, at: Duration) {
        self.waiting.insert(request, at);
    }

    /// Requests without an answer.
    pub fn unanswered(&self) -> usize {
        self.waiting.len()
    }

    /// Nobody waits for the answers any more: the connection was broken on purpose.
    pub fn gave_up(&mut self) {
        self.waiting.clear();
    }

    /// Takes in what the actor is told.
    pub fn hear(&mut self, message: &ServerMessage, now: Duration) {
        match message {
            ServerMessage::Report(report) => self.hear_report(report, now),
            ServerMessage::Error(error) => {
                self.answered(error.request, now);
                count(&mut self.errors, error.code.word());
            }
            ServerMessage::MassCanceled(done) => self.answered(done.request, now),
            ServerMessage::Hello(_)
            | ServerMessage::LoggedOn(_)
            | ServerMessage::Trace(_)
            | ServerMessage::OpenOrders(_)
            | ServerMessage::Balances(_)
            | ServerMessage::Positions(_)
            | ServerMessage::Past(_)
            | ServerMessage::Candles(_)
            | ServerMessage::Candle(_)
            | ServerMessage::Statistics(_)
            | ServerMessage::Quoted(_)
            | ServerMessage::Batched(_)
            | ServerMessage::Done(_)
            | ServerMessage::Subscribed(_)
            | ServerMessage::Unsubscribed(_)
            | ServerMessage::DepthSnapshot(_)
            | ServerMessage::Depth(_)
            | ServerMessage::Trade(_)
            | ServerMessage::TradeBusted(_)
            | ServerMessage::Top(_)
            | ServerMessage::OrdersSnapshot(_)
            | ServerMessage::Orders(_)
            | ServerMessage::Status(_)
            | ServerMessage::Instrument(_)
            | ServerMessage::Heartbeat(_)
            | ServerMessage::Queue(_)
            | ServerMessage::Lagged(_)
            | ServerMessage::Enrolled(_)
            | ServerMessage::Tick(_)
            | ServerMessage::Pong(_)
            | ServerMessage::GoingAway(_) => {}
        }
    }

    fn hear_report(&mut self, report: &Report, now: Duration) {
        self.answered(report.request, now);
        let reason = report.reason.map_or("none", Reason::word);
        match report.kind {
            ReportKind::Accepted => self.accepted = self.accepted.saturating_add(1),
            ReportKind::Rejected => count(&mut self.rejected, reason),
            ReportKind::Canceled => count(&mut self.canceled, reason),
            ReportKind::Rested
            | ReportKind::Trade
            | ReportKind::Replaced
            | ReportKind::Prevented
            | ReportKind::Repeated
            | ReportKind::Triggered
            | ReportKind::Refilled
            | ReportKind::Pegged
            | ReportKind::Parked
            | ReportKind::Busted => {}
        }
    }

    fn answered(&mut self, request: Option<u64>, now: Duration) {
        if let Some(sent) = request.and_then(|request| self.waiting.remove(&request)) {
            self.answers.push((sent, now.saturating_sub(sent)));
        }
    }
}

fn count(counts: &mut BTreeMap<String, u64>, word: &str) {
    let count = counts.entry(word.to_owned()).or_default();
    *count = count.saturating_add(1);
}

/// A decimal as a figure to measure with.
pub fn number(decimal: ExactDecimal) -> f64 {
    decimal.to_string().parse().expect("a decimal is a number")
}
