//! What each gate asks of which figure, for markets of both kinds.

use crate::realism::figures::Figures;
use crate::realism::gates::{Check, TickClass, Verdict};

/// A figure, how it is read, and its target for each class.
pub struct Target {
    /// Which gate; 0 for the extra checks.
    pub gate: u32,
    figure: &'static str,
    read: fn(&Figures) -> f64,
    small: (f64, f64),
    large: (f64, f64),
}

const ANY: (f64, f64) = (f64::NEG_INFINITY, f64::INFINITY);

/// What each gate is about, by its number.
pub const NAMES: [&str; 13] = [
    "extra checks",
    "kinds of events",
    "events per marketable order",
    "gaps between events",
    "branching ratio, 10 s",
    "memory of trade signs",
    "spread",
    "memory of volatility",
    "tails of returns",
    "impact",
    "diffusivity",
    "placement",
    "lifetimes and sizes",
];

macro_rules! target {
    ($gate:literal, $figure:literal, $field:ident, $small:expr, $large:expr) => {
        Target {
            gate: $gate,
            figure: $figure,
            read: |figures| figures.$field,
            small: $small,
            large: $large,
        }
    };
    ($gate:literal, $figure:literal, $field:ident, $both:expr) => {
        target!($gate, $figure, $field, $both, $both)
    };
}

/// Every check, in the order of the report.
pub const TARGETS: [Target; 40] = [
    target!(1, "adds, %", add_percent, (47.0, 50.0)),
    target!(1, "cancels, %", cancel_percent, (44.0, 50.0)),
    target!(1, "executions, %", exec_percent, (0.2, 7.0)),
    target!(1, "deletes per add", deletes_per_add, (0.90, 0.998)),
    target!(
        2,
        "events per marketable order",
        events_per_parent,
        (15.0, 60.0),
        (20.0, 200.0)
    ),
    target!(3, "variation of gaps", gap_cv, (2.2, 4.5), (1.8, 4.5)),
    target!(3, "share of gaps below 1 ms", gap_below_1ms, (0.35, 0.70)),
    target!(4, "all events", branching_events, (0.85, 0.97)),
    target!(4, "trades", branching_trades, (0.55, 0.88)),
    target!(5, "autocorrelation at lag 1", sign_acf_1, (0.15, 0.65)),
    target!(5, "Hurst exponent (DFA-1)", sign_hurst, (0.62, 0.85)),
    target!(5, "decay over lags 5-500 (10 h)", sign_gamma, (0.25, 0.90)),
    target!(6, "mean, ticks", spread_mean, (12.0, 28.0), ANY),
    target!(6, "p95 / p50", spread_p95_to_p50, (1.3, 2.2), ANY),
    target!(
        6,
        "share of time at 1 tick",
        spread_one_tick,
        ANY,
        (0.80, 0.995)
    ),
    target!(
        7,
        "abs 1 s return, lags 1-20",
        abs_return_acf_1_20,
        (0.05, 0.35)
    ),
    target!(
        7,
        "abs 1 s return, lags 21-60",
        abs_return_acf_21_60,
        (0.02, 1.0)
    ),
    target!(8, "kurtosis at 1 s", kurtosis_1s, (8.0, 60.0), (7.0, 40.0)),
    target!(
        8,
        "kurtosis at 10 s",
        kurtosis_10s,
        (5.0, 30.0),
        (4.0, 30.0)
    ),
    Target {
        gate: 8,
        figure: "kurtosis at 10 s / at 1 s",
        read: |figures| figures.kurtosis_10s / figures.kurtosis_1s,
        small: (0.0, 1.0),
        // On a grid of half ticks both are of one size: it must not rise by much.
        large: (0.0, 1.5),
    },
    target!(
        8,
        "Hill exponent of 1 s returns",
        return_hill,
        (2.0, 5.0),
        ANY
    ),
    target!(
        9,
        "exponent of metaorders (8,000)",
        impact_exponent,
        (0.35, 0.70)
    ),
    target!(
        9,
        "move after 1 s / half spread",
        response_1s,
        (0.3, 0.9),
        (0.15, 0.6)
    ),
    Target {
        gate: 10,
        figure: "|autocorrelation| of 1 s returns",
        read: |figures| figures.return_acf_1.abs(),
        small: (0.0, 0.12),
        large: (0.0, 0.15),
    },
    target!(
        10,
        "variance ratio 10 s / 1 s",
        variance_ratio_10,
        (0.75, 1.4),
        (0.70, 1.4)
    ),
    target!(
        11,
        "exponent of depth, 10-500 ticks",
        depth_exponent,
        (1.5, 2.6)
    ),
    target!(
        11,
        "inside the spread",
        placed_inside,
        (0.08, 0.30),
        (0.0, 0.15)
    ),
    target!(11, "at the best", placed_at, (0.05, 0.30), (0.30, 0.60)),
    target!(
        11,
        "behind the best",
        placed_behind,
        (0.60, 0.85),
        (0.30, 0.65)
    ),
    target!(12, "median lifetime, s", lifetime_p50_s, (0.1, 1.0)),
    target!(
        12,
        "log10 deviation of lifetimes",
        lifetime_log_deviation,
        (1.0, 1.6)
    ),
    target!(
        12,
        "lifetimes below 50 ms",
        lifetime_below_50ms,
        (0.15, 0.40)
    ),
    target!(12, "orders of exactly 100", size_100, (0.45, 0.65)),
    target!(12, "odd lots", size_odd, (0.25, 0.45)),
    target!(12, "Hill exponent of sizes", size_hill, (0.8, 2.5)),
    target!(
        0,
        "volume and move in 10 s",
        volume_return_correlation,
        (0.35, 0.75)
    ),
    target!(
        0,
        "right given imbalance > 0.5",
        up_given_imbalance,
        (0.55, 0.72),
        (0.85, 0.98)
    ),
    target!(0, "peak / mean rate, 1 s", rate_peak_to_mean, (5.0, 25.0)),
    target!(
        0,
        "tick of the book's hump",
        depth_peak_tick,
        (3.0, 100.0),
        (2.0, 100.0)
    ),
    target!(
        0,
        "variance ratio 30 s / 1 s",
        variance_ratio_30,
        (0.7, 1.6)
    ),
];

impl Target {
    /// What a tape's figures say to it; `None` where the class has no such target.
    pub fn check(&self, figures: &Figures, tick_class: TickClass) -> Option<Check> {
        let (low, high) = match tick_class {
            TickClass::Small => self.small,
            TickClass::Large => self.large,
        };
        if low == f64::NEG_INFINITY {
            return None;
        }
        let value = (self.read)(figures);
        Some(Check {
            figure: self.figure,
            low,
            high,
            value,
            verdict: if value.is_nan() {
                Verdict::NotMeasured
            } else if (low..=high).contains(&value) {
                Verdict::Pass
            } else {
                Verdict::Fail
            },
        })
    }
}
