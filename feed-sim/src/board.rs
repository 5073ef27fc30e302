//! Where the sessions of a feed add up what they did, once per wake-up.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard};

use hdrhistogram::Histogram;
use protocol::ExactDecimal;

use crate::book_check::FeedFaults;
use crate::instrument_profile::InstrumentProfile;
use crate::report::{FeedSnapshot, FeedSummary, InstrumentLine, RoundTrip};

/// A slower answer is counted as this slow.
const ROUND_TRIP_NS_MAX: u64 = 60_000_000_000;
/// Nobody needs finer.
const ROUND_TRIP_NS_MIN: u64 = 1_000;

/// Everything that the sessions of one feed have counted.
#[derive(Debug)]
pub struct Board(Mutex<Totals>);

/// What one session did during one wake-up.
#[derive(Debug, Default)]
pub struct Entry {
    /// New orders that were sent.
    pub orders: u64,
    /// Cancels that were sent.
    pub cancels: u64,
    /// Trades of own orders.
    pub trades: u64,
    /// Busy answers.
    pub busy: u64,
    /// Connections that were lost and opened again.
    pub reconnects: u64,
    /// Requests whose answer was lost with their connection.
    pub lost: u64,
    /// Reasons of refused requests.
    pub rejects: Vec<&'static str>,
    /// From the intended send time to the answer.
    pub round_trips_ns: Vec<u64>,
    /// Price changes by instrument.
    pub prices: Vec<PriceChange>,
}

/// A price that an instrument's line shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PriceChange {
    /// Both best prices, in price units.
    Best {
        /// Which instrument.
        instrument: usize,
        /// Best bid.
        bid: Option<i64>,
        /// Best ask.
        ask: Option<i64>,
    },
    /// The price of the last trade.
    Last {
        /// Which instrument.
        instrument: usize,
        /// As reported.
        price: ExactDecimal,
    },
}

#[derive(Debug)]
struct Totals {
    orders: u64,
    cancels: u64,
    trades: u64,
    busy: u64,
    reconnects: u64,
    lost: u64,
    rejects: BTreeMap<&'static str, u64>,
    round_trips: Histogram<u64>,
    recent: Histogram<u64>,
    shown: Shown,
    lines: Vec<(InstrumentLine, protocol::Scale)>,
}

/// What the last snapshot showed.
#[derive(Debug, Default)]
struct Shown {
    seconds: f64,
    orders: u64,
    trades: u64,
}

/// What only the sessions know when they have ended.
#[derive(Debug, Clone, Copy, Default)]
pub struct SessionEnd {
    /// Requests that never got an answer.
    pub unanswered: u64,
    /// What was wrong with the depth feeds.
    pub faults: FeedFaults,
}

impl Board {
    /// An empty board.
    pub fn new(profiles: &[InstrumentProfile]) -> Self {
        let line = |profile: &InstrumentProfile| {
            let line = InstrumentLine {
                symbol: profile.symbol,
                bid: None,
                ask: None,
                last: None,
            };
            (line, profile.scale)
        };
        Self(Mutex::new(Totals {
            orders: 0,
            cancels: 0,
            trades: 0,
            busy: 0,
            reconnects: 0,
            lost: 0,
            rejects: BTreeMap::new(),
            round_trips: histogram(3),
            recent: histogram(2),
            shown: Shown::default(),
            lines: profiles.iter().map(line).collect(),
        }))
    }

    /// Adds a session's entry and empties it for the next wake-up.
    pub fn add(&self, entry: &mut Entry) {
        let mut totals = self.totals();
        totals.orders += std::mem::take(&mut entry.orders);
        totals.cancels += std::mem::take(&mut entry.cancels);
        totals.trades += std::mem::take(&mut entry.trades);
        totals.busy += std::mem::take(&mut entry.busy);
        totals.reconnects += std::mem::take(&mut entry.reconnects);
        totals.lost += std::mem::take(&mut entry.lost);
        for reason in entry.rejects.drain(..) {
            *totals.rejects.entry(reason).or_default() += 1;
        }
        for round_trip_ns in entry.round_trips_ns.drain(..) {
            totals.round_trips.saturating_record(round_trip_ns);
            totals.recent.saturating_record(round_trip_ns);
        }
        for change in entry.prices.drain(..) {
            totals.show(change);
        }
    }

    /// Where the feed stands, `seconds` after its start; rates are since the last snapshot.
    pub fn snapshot(&self, seconds: f64) -> FeedSnapshot {
        let mut totals = self.totals();
        let elapsed = (seconds - totals.shown.seconds).max(1e-3);
        let snapshot = FeedSnapshot {
            seconds,
            orders: totals.orders,
            trades: totals.trades,
            rejects: totals.rejects.values().sum::<u64>() - totals.busy,
            busy: totals.busy,
            orders_per_s: per_second(totals.orders - totals.shown.orders, elapsed),
            trades_per_s: per_second(totals.trades - totals.shown.trades, elapsed),
            round_trip_us: RoundTrip::of(&totals.recent),
            instruments: totals.lines.iter().map(|(line, _)| *line).collect(),
        };
        totals.recent.reset();
        totals.shown = Shown {
            seconds,
            orders: snapshot.orders,
            trades: snapshot.trades,
        };
        snapshot
    }

    /// The summary of a feed that has ended.
    pub fn summary(&self, seed: u64, seconds: f64, sessions: &[SessionEnd]) -> FeedSummary {
        let mut end = SessionEnd::default();
        for session in sessions {
            end.unanswered += session.unanswered;
            end.faults.add(session.faults);
        }
        let totals = self.totals();
        let by_reason = totals.rejects.iter();
        FeedSummary {
            seed,
            seconds,
            orders: totals.orders,
            cancels: totals.cancels,
            trades: totals.trades,
            rejects: totals.rejects.values().sum::<u64>() - totals.busy,
            busy: totals.busy,
            unanswered: end.unanswered,
            reconnects: totals.reconnects,
            lost: totals.lost,
            instruments: totals.lines.len() as u64,
            sessions: sessions.len() as u64,
            round_trip_us: RoundTrip::of(&totals.round_trips),
            rejects_by_reason: by_reason
                .map(|(reason, count)| ((*reason).to_owned(), *count))
                .collect(),
            gaps: end.faults.gaps,
            crossed: end.faults.crossed,
            unreadable: end.faults.unreadable,
            one_sided: end.faults.one_sided,
            agents: Vec::new(),
        }
    }

    fn totals(&self) -> MutexGuard<'_, Totals> {
        self.0.lock().expect("nothing panics while it adds up")
    }
}

impl Totals {
    fn show(&mut self, change: PriceChange) {
        match change {
            PriceChange::Best {
                instrument,
                bid,
                ask,
            } => {
                let (line, scale) = &mut self.lines[instrument];
                line.bid = bid.map(|price| scale.price(price));
                line.ask = ask.map(|price| scale.price(price));
            }
            PriceChange::Last { instrument, price } => {
                self.lines[instrument].0.last = Some(price);
            }
        }
    }
}

fn histogram(significant_digits: u8) -> Histogram<u64> {
    Histogram::new_with_bounds(ROUND_TRIP_NS_MIN, ROUND_TRIP_NS_MAX, significant_digits)
        .expect("the bounds are right")
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a rate for people needs no more than 53 bits"
)]
fn per_second(count: u64, seconds: f64) -> f64 {
    count as f64 / seconds
}
