//! What limits over time count: orders and trades of the window that now is in.

use crate::canonical::canonical_struct;
use crate::risk::AccountRisk;
use crate::risk::limits::{OrderRate, OrderToTrade, RiskLimits};

/// Orders and trades of one window.
#[derive(Debug, Clone, Copy)]
pub(crate) struct WindowCount {
    /// Number of the window, from time 0 on.
    window: u64,
    orders: u64,
    trades: u64,
}

canonical_struct!(WindowCount {
    window,
    orders,
    trades,
});

impl WindowCount {
    pub(crate) const EMPTY: Self = Self {
        window: 0,
        orders: 0,
        trades: 0,
    };

    pub(crate) fn note_order(&mut self, at: u64, length: u64) {
        let now = self.now(at, length);
        *self = Self {
            orders: now.orders.saturating_add(1),
            ..now
        };
    }

    pub(crate) fn note_trade(&mut self, at: u64, length: u64) {
        let now = self.now(at, length);
        *self = Self {
            trades: now.trades.saturating_add(1),
            ..now
        };
    }

    /// What counts at `at`: nothing in a window that just began.
    fn now(self, at: u64, length: u64) -> Self {
        let window = at / length;
        if window == self.window {
            self
        } else {
            Self {
                window,
                ..Self::EMPTY
            }
        }
    }
}

impl AccountRisk {
    /// Replaces the limits. What they count begins anew, and counts on where a limit stays as it was.
    pub(crate) fn limit(&mut self, limits: RiskLimits) {
        if limits.order_rate != self.limits.order_rate {
            self.rate = WindowCount::EMPTY;
        }
        if limits.order_to_trade != self.limits.order_to_trade {
            self.ratio = WindowCount::EMPTY;
        }
        self.limits = limits;
    }

    /// Whether one more order is within the rate.
    pub(crate) fn is_within_rate(&self, rate: OrderRate, at: u64) -> bool {
        self.rate.now(at, rate.window).orders < u64::from(rate.orders_max)
    }

    /// Whether one more order is within what the window's trades are good for.
    pub(crate) fn is_within_ratio(&self, ratio: OrderToTrade, at: u64) -> bool {
        let now = self.ratio.now(at, ratio.window);
        let earned = now.trades.saturating_mul(u64::from(ratio.orders_per_trade));
        now.orders < earned.saturating_add(u64::from(ratio.orders_free))
    }
}
