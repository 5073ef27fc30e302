//! Every figure of a tape.

use serde::Serialize;

use crate::flow::arithmetic::{count, real, real_signed};
use crate::realism::impact::{Metaorder, impact_exponent};
use crate::realism::observer::{DROPPED_NS, Observer};
use crate::realism::statistics::{
    autocorrelation, branching_ratio, correlation, decay_exponent, detrended_fluctuation, hill,
    kurtosis, mean, mean_autocorrelation, median, slope, sorted, variance, variance_ratio,
};

const SECOND_NS: u64 = 1_000_000_000;
/// A shorter tape cannot tell the decay of sign memory: those are gated on tapes of hours.
const LONG_TAPE_S: f64 = 8.0 * 3_600.0;

/// Fewer metaorders hold too few long ones: their exponent is noise.
const METAORDERS_MIN: usize = 8_000;

/// What a tape measures; what it cannot tell is not a number (in JSON: null). Prices in ticks.
#[derive(Debug, Clone, Default, Serialize)]
#[expect(
    missing_docs,
    reason = "each name says what it is; docs/flow.md explains them"
)]
pub struct Figures {
    pub rows: f64,
    pub seconds: f64,
    pub events_per_s: f64,
    pub add_percent: f64,
    pub cancel_percent: f64,
    pub exec_percent: f64,
    pub hidden_percent: f64,
    pub deletes_per_add: f64,
    pub events_per_parent: f64,
    pub gap_cv: f64,
    pub gap_below_1ms: f64,
    pub gap_log_deviation: f64,
    pub branching_events: f64,
    pub branching_trades: f64,
    pub sign_acf_1: f64,
    pub sign_hurst: f64,
    pub sign_gamma: f64,
    pub spread_mean: f64,
    pub spread_p50: f64,
    pub spread_p95: f64,
    pub spread_p95_to_p50: f64,
    pub spread_one_tick: f64,
    pub abs_return_acf_1_20: f64,
    pub abs_return_acf_21_60: f64,
    pub kurtosis_1s: f64,
    pub kurtosis_10s: f64,
    pub kurtosis_30s: f64,
    pub return_hill: f64,
    pub return_acf_1: f64,
    pub variance_ratio_10: f64,
    pub variance_ratio_30: f64,
    pub volatility_1s: f64,
    pub metaorders: f64,
    pub impact_exponent: f64,
    pub response_1s: f64,
    pub depth_exponent: f64,
    pub placed_inside: f64,
    pub placed_at: f64,
    pub placed_behind: f64,
    pub lifetime_p50_s: f64,
    pub lifetime_log_deviation: f64,
    pub lifetime_below_50ms: f64,
    pub size_100: f64,
    pub size_odd: f64,
    pub size_hill: f64,
    pub volume_return_correlation: f64,
    pub up_given_imbalance: f64,
    pub rate_peak_to_mean: f64,
    pub depth_peak_tick: f64,
    pub depth_at_25_to_peak: f64,
}

impl Figures {
    /// Computes all figures of a tape and the metaorders that are known of it.
    pub fn of(tape: &Observer, metaorders: &[Metaorder]) -> Self {
        let mut figures = Self {
            rows: real(tape.times_ns.len() as u64),
            seconds: tape.seconds(),
            metaorders: real(metaorders.len() as u64),
            impact_exponent: if metaorders.len() >= METAORDERS_MIN {
                impact_exponent(metaorders)
            } else {
                f64::NAN
            },
            ..Self::default()
        };
        figures.count_rows(tape);
        figures.time_rows(tape);
        figures.read_signs(tape);
        figures.read_spread(tape);
        figures.read_returns(tape);
        figures.read_response(tape);
        figures.read_orders(tape);
        figures.read_shape(tape);
        figures
    }

    fn count_rows(&mut self, tape: &Observer) {
        let [adds, reduces, deletes, trades, hidden] = tape.kinds.map(real);
        let percent = |part: f64| 100.0 * part / self.rows;
        self.add_percent = percent(adds);
        self.cancel_percent = percent(reduces + deletes);
        self.exec_percent = percent(trades + hidden);
        self.hidden_percent = percent(hidden);
        self.deletes_per_add = deletes / adds;
        self.events_per_parent = self.rows / real(tape.parents.len() as u64);
        self.events_per_s = self.rows / self.seconds;
    }

    fn time_rows(&mut self, tape: &Observer) {
        let gaps: Vec<f64> = tape
            .times_ns
            .windows(2)
            .map(|pair| real(pair[1] - pair[0]) * 1e-9)
            .collect();
        self.gap_cv = variance(&gaps).sqrt() / mean(&gaps);
        self.gap_below_1ms = share(&gaps, |gap| *gap < 1e-3);
        let logs: Vec<f64> = gaps.iter().map(|gap| gap.max(1e-6).log10()).collect();
        self.gap_log_deviation = variance(&logs).sqrt();
        let parents: Vec<u64> = tape.parents.iter().map(|parent| parent.at_ns).collect();
        let events_10s = counts(&tape.times_ns, self.seconds, 10);
        self.branching_events = branching_ratio(&events_10s);
        self.branching_trades = branching_ratio(&counts(&parents, self.seconds, 10));
        let events_1s = counts(&tape.times_ns, self.seconds, 1);
        let peak = events_1s.iter().copied().fold(0.0, f64::max);
        self.rate_peak_to_mean = peak / mean(&events_1s);
    }

    fn read_signs(&mut self, tape: &Observer) {
        let signs: Vec<f64> = tape.parents.iter().map(|parent| parent.sign).collect();
        self.sign_acf_1 = autocorrelation(&signs, 1);
        self.sign_hurst = detrended_fluctuation(&signs);
        self.sign_gamma = if self.seconds >= LONG_TAPE_S {
            decay_exponent(&signs, 5, 500)
        } else {
            f64::NAN
        };
    }

    fn read_spread(&mut self, tape: &Observer) {
        let total: f64 = tape.spread_s.iter().sum();
        let by_spread = || (0_u64..).map(real).zip(&tape.spread_s);
        self.spread_mean = by_spread().map(|(ticks, s)| ticks * s).sum::<f64>() / total;
        self.spread_one_tick = tape.spread_s.get(1).copied().unwrap_or(0.0) / total;
        let at = |wanted: f64| {
            let mut passed = 0.0;
            by_spread()
                .find(|(_, seconds)| {
                    passed += **seconds;
                    passed >= wanted * total
                })
                .map_or(f64::NAN, |(ticks, _)| ticks)
        };
        self.spread_p50 = at(0.5);
        self.spread_p95 = at(0.95);
        self.spread_p95_to_p50 = self.spread_p95 / self.spread_p50;
    }

    fn read_returns(&mut self, tape: &Observer) {
        let mids = tape.mid_grid(SECOND_NS);
        let returns = |span: usize| -> Vec<f64> {
            let every: Vec<f64> = mids.iter().step_by(span).copied().collect();
            every.windows(2).map(|pair| pair[1] - pair[0]).collect()
        };
        let by_1s = returns(1);
        let by_10s = returns(10);
        let sizes: Vec<f64> = by_1s.iter().map(|change| change.abs()).collect();
        self.volatility_1s = variance(&by_1s).sqrt();
        self.abs_return_acf_1_20 = mean_autocorrelation(&sizes, 1, 20);
        self.abs_return_acf_21_60 = mean_autocorrelation(&sizes, 21, 60);
        self.kurtosis_1s = kurtosis(&by_1s);
        self.kurtosis_10s = kurtosis(&by_10s);
        self.kurtosis_30s = kurtosis(&returns(30));
        self.return_hill = hill(sizes, 0.05);
        self.return_acf_1 = autocorrelation(&by_1s, 1);
        self.variance_ratio_10 = variance_ratio(&by_1s, 10);
        self.variance_ratio_30 = variance_ratio(&by_1s, 30);
        let mut volumes = vec![0.0; by_10s.len()];
        for parent in &tape.parents {
            let window = (parent.at_ns - DROPPED_NS) / (10 * SECOND_NS);
            if let Some(volume) = usize::try_from(window)
                .ok()
                .and_then(|window| volumes.get_mut(window))
            {
                *volume += real(parent.lots);
            }
        }
        let moves: Vec<f64> = by_10s.iter().map(|change| change.abs()).collect();
        self.volume_return_correlation = correlation(&volumes, &moves);
        let moves = tape.imbalances.iter().filter_map(|(place, imbalance)| {
            let next = tape.mids.get(place + 1)?.1 - tape.mids[*place].1;
            (imbalance.abs() > 0.5).then_some(next * imbalance > 0.0)
        });
        let (mut right, mut all) = (0_u64, 0_u64);
        for is_right in moves {
            all += 1;
            right += u64::from(is_right);
        }
        self.up_given_imbalance = real(right) / real(all);
    }

    fn read_response(&mut self, tape: &Observer) {
        let responses: Vec<f64> = tape
            .parents
            .iter()
            .map(|parent| parent.sign * (tape.mid_at(parent.at_ns + SECOND_NS) - parent.mid_before))
            .filter(|response| response.is_finite())
            .collect();
        self.response_1s = mean(&responses) / (self.spread_mean / 2.0);
    }

    fn read_orders(&mut self, tape: &Observer) {
        self.placed_inside = share(&tape.placed, |ticks| *ticks < 0);
        self.placed_at = share(&tape.placed, |ticks| *ticks == 0);
        self.placed_behind = share(&tape.placed, |ticks| *ticks > 0);
        self.depth_exponent = density_exponent(&tape.placed);
        let lifetimes = &tape.lifetimes_s;
        self.lifetime_p50_s = median(lifetimes.clone());
        let logs: Vec<f64> = lifetimes.iter().map(|s| s.max(1e-6).log10()).collect();
        self.lifetime_log_deviation = variance(&logs).sqrt();
        self.lifetime_below_50ms = share(lifetimes, |seconds| *seconds < 0.05);
        self.size_100 = share(&tape.add_lots, |lots| *lots == 100);
        self.size_odd = share(&tape.add_lots, |lots| !lots.is_multiple_of(100));
        self.size_hill = hill(tape.add_lots.iter().map(|lots| real(*lots)).collect(), 0.05);
    }

    fn read_shape(&mut self, tape: &Observer) {
        // Smoothed over five ticks: a single price with many round numbers is no shape.
        let smooth: Vec<f64> = tape.shape.windows(5).map(mean).collect();
        let peak = smooth.iter().copied().fold(0.0, f64::max);
        let place = smooth.iter().position(|shown| *shown >= peak);
        self.depth_peak_tick = place.map_or(f64::NAN, |place| real(place as u64 + 2));
        self.depth_at_25_to_peak = smooth.get(25).map_or(f64::NAN, |shown| shown / peak);
    }
}

/// The share of values that satisfy a claim.
fn share<V>(values: &[V], claim: impl Fn(&V) -> bool) -> f64 {
    let satisfied = values.iter().filter(|value| claim(value)).count();
    real(satisfied as u64) / real(values.len() as u64)
}

/// How many times fall into each window of so many seconds.
fn counts(times_ns: &[u64], seconds: f64, window_s: u64) -> Vec<f64> {
    let windows = usize::try_from(count(seconds) / window_s).unwrap_or(0);
    let mut counts = vec![0.0; windows];
    for at_ns in times_ns {
        let window = (at_ns - DROPPED_NS) / (window_s * SECOND_NS);
        if let Some(count) = usize::try_from(window)
            .ok()
            .and_then(|window| counts.get_mut(window))
        {
            *count += 1.0;
        }
    }
    counts
}

/// The exponent with which the density of orders falls with the distance behind the best, 10 to 500 ticks.
fn density_exponent(placed: &[i64]) -> f64 {
    const NEAREST: i64 = 10;
    const FARTHEST: i64 = 500;
    let distances = sorted(
        placed
            .iter()
            .filter(|ticks| (NEAREST..=FARTHEST).contains(*ticks))
            .map(|ticks| real_signed(*ticks))
            .collect(),
    );
    let mut points = Vec::new();
    let mut from = 10.0_f64;
    while from < 500.0 {
        let until = (from * 1.4).ceil();
        let inside = distances.partition_point(|ticks| *ticks < until)
            - distances.partition_point(|ticks| *ticks < from);
        if inside > 0 {
            let inside = real(inside as u64);
            let density = inside / (until - from);
            points.push(((from * until).sqrt().ln(), density.ln(), 1.0));
        }
        from = until;
    }
    if points.len() < 3 {
        return f64::NAN;
    }
    -slope(&points)
}
