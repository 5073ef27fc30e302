//! Limit up, limit down: bands around a mean, the limit state, the pause.

use scenario::{InstrumentOptions, MarketLine, SideWord};

use super::NaiveMarket;
use super::fences::{WHOLE, bips};
use super::order::Order;
use super::sessions::State;

/// The reference of the bands, and since when the market stands at one.
#[derive(Clone, Copy)]
pub struct Bands {
    reference: Option<i64>,
    looked_at: u64,
    limit_since: u64,
}

impl Bands {
    pub fn new(options: &InstrumentOptions) -> Self {
        Self {
            reference: options.reference,
            looked_at: 0,
            limit_since: 0,
        }
    }
}

impl NaiveMarket {
    /// Lowest and highest price at which anything may trade, on the grid.
    pub(super) fn limits(&self) -> Option<(i64, i64)> {
        let (mut luld, reference) = (bips(self.terms.luld?), self.bands.reference?);
        if self
            .terms
            .luld_double
            .is_some_and(|window| window.holds(self.now))
        {
            luld *= 2;
        }
        let tick = self.tick();
        let (low, high) = (reference * (WHOLE - luld), reference * (WHOLE + luld));
        let low_ticks = (low + WHOLE * tick - 1).div_euclid(WHOLE * tick);
        Some((low_ticks * tick, high.div_euclid(WHOLE * tick) * tick))
    }

    pub(super) fn is_beyond_bands(&self, price: i64) -> bool {
        self.limits()
            .is_some_and(|(low, high)| price < low || price > high)
    }

    /// A limit beyond the band is the band.
    pub(super) fn within_bands(&self, order: &Order) -> Option<i64> {
        let (limit, bands) = (order.limit?, self.limits());
        Some(match (bands, order.side) {
            (None, _) => limit,
            (Some((_, high)), SideWord::Buy) => limit.min(high),
            (Some((low, _)), SideWord::Sell) => limit.max(low),
        })
    }

    /// The state that the best prices ask for.
    fn limit_state(&self) -> State {
        let Some((low, high)) = self.limits() else {
            return State::Continuous;
        };
        let bid = self.best_displayed(SideWord::Buy);
        let ask = self.best_displayed(SideWord::Sell);
        if bid.is_some_and(|bid| bid >= high) {
            State::LimitUp
        } else if ask.is_some_and(|ask| ask <= low) {
            State::LimitDown
        } else {
            State::Continuous
        }
    }

    /// After each command: the market enters or leaves the limit state.
    pub(super) fn watch_limit_state(&mut self) {
        if !self.state.is_trading() {
            return;
        }
        let state = self.limit_state();
        if state == self.state {
            self.pause_if_stuck();
            return;
        }
        if state != State::Continuous {
            self.bands.limit_since = self.now;
        }
        self.state = state;
        self.say(MarketLine::Status(state.status()));
    }

    /// A limit state that lasted too long is a pause.
    pub(super) fn pause_if_stuck(&mut self) {
        let is_limit = matches!(self.state, State::LimitUp | State::LimitDown);
        let Some(length) = self.terms.luld_limit else {
            return;
        };
        let is_stuck = is_limit
            && self.limit_state() == self.state
            && self.now >= self.bands.limit_since + length;
        if is_stuck {
            self.change_state(State::Paused);
            self.ends_at = self.terms.luld_pause.map(|pause| self.now + pause);
        }
    }

    /// The reference follows the mean of the trades once it is one per cent away.
    pub(super) fn follow_mean(&mut self) {
        let (Some(mean), Some(reference)) = (self.terms.luld_mean, self.bands.reference) else {
            return;
        };
        let (window, every) = (mean.first, mean.second);
        if self.now < self.bands.looked_at + every {
            return;
        }
        let over_at = self.now - self.now % every;
        self.bands.looked_at = over_at;
        let is_recent = |at: u64| over_at - at < window;
        let prices: Vec<i64> = self
            .prints
            .iter()
            .filter(|(at, _)| is_recent(*at))
            .map(|(_, price)| *price)
            .collect();
        if prices.is_empty() {
            return;
        }
        let count = i64::try_from(prices.len()).expect("few prices");
        let mean = prices.iter().sum::<i64>() / count;
        if (mean - reference).abs() * 100 >= reference {
            self.bands.reference = Some(mean);
        }
    }
}
