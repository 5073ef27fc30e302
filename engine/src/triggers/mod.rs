//! Stops, take-profits and trailing stops: who waits for which price, and who fires at one.
//!
//! Four things are watched: prints, the best ask (by buys), the best bid (by sells), and the middle of
//! both. Every print is examined as it happens; quotes are examined after each command.

mod armed;
mod examine;
mod watch;

use std::collections::BTreeSet;

pub(crate) use armed::{Armed, Direction, Trail};
use watch::Watch;

use crate::conditions::TriggerSource;
use crate::id::OrderId;
use crate::side::Side;

/// Who waits for which price.
#[derive(Debug)]
pub(crate) struct Triggers {
    prints: Watch,
    asks: Watch,
    bids: Watch,
    /// In half price units: the sum of both sides.
    middles: Watch,
    /// A print between these two concerns nobody: one comparison or two per trade.
    quiet_from: i64,
    quiet_to: i64,
    /// Somebody waits for a quote.
    watches_quotes: bool,
}

/// What somebody waits for a price to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Task {
    /// A trailing stop begins to follow.
    Follow,
    /// A trailing stop moves.
    Move,
    /// The order fires.
    Fire,
}

impl Triggers {
    pub(crate) fn new() -> Self {
        Self {
            prints: Watch::default(),
            asks: Watch::default(),
            bids: Watch::default(),
            middles: Watch::default(),
            quiet_from: i64::MIN,
            quiet_to: i64::MAX,
            watches_quotes: false,
        }
    }

    /// Whether a print may concern somebody.
    #[inline]
    pub(crate) const fn may_fire_at(&self, price_units: i64) -> bool {
        price_units <= self.quiet_from || price_units >= self.quiet_to
    }

    /// Whether anybody waits for any price.
    pub(crate) fn are_armed(&self) -> bool {
        !self.prints.is_empty() || self.watches_quotes
    }

    /// Whether somebody looks at bid and ask.
    #[inline]
    pub(crate) const fn look_at_quotes(&self) -> bool {
        self.watches_quotes
    }

    /// An order waits for its trigger from now on.
    pub(crate) fn add(&mut self, order_id: OrderId, armed: &Armed) {
        self.watch_mut(armed).add(order_id, armed);
        self.look_again();
    }

    /// An order waits for its trigger no longer.
    pub(crate) fn remove(&mut self, order_id: OrderId, armed: &Armed) {
        self.watch_mut(armed).remove(order_id, armed);
        self.look_again();
    }

    fn watch_mut(&mut self, armed: &Armed) -> &mut Watch {
        match (armed.source, armed.side) {
            (TriggerSource::Last, _) => &mut self.prints,
            (TriggerSource::BidAsk, Side::Buy) => &mut self.asks,
            (TriggerSource::BidAsk, Side::Sell) => &mut self.bids,
            (TriggerSource::Mid, _) => &mut self.middles,
        }
    }

    /// Notes what every command and every trade asks.
    fn look_again(&mut self) {
        (self.quiet_from, self.quiet_to) = self.prints.quiet_range();
        self.watches_quotes =
            !(self.asks.is_empty() && self.bids.is_empty() && self.middles.is_empty());
    }
}

/// Orders that are to begin following at the first price there is.
type Fresh = BTreeSet<OrderId>;
