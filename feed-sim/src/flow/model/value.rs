//! What the instrument is worth: a random walk whose pace wanders, with jumps, pushed by those who trade.

use crate::flow::arithmetic::{count, exponential, logarithm, power, real, real_signed};
use crate::flow::model::terms::ValueTerms;
use crate::flow::model::wander::{STEP_NS as WANDER_NS, Wander};
use crate::flow::stream::Stream;

/// The walk takes a step this often.
const STEP_NS: u64 = 50_000_000;
const STEP_S: f64 = 0.05;
/// What goes back after a metaorder goes back at this pace, per second.
const REVERSION_PER_S: f64 = 0.6;
/// Share of a metaorder's impact that goes back after its end.
const REVERTED: f64 = 1.0 / 3.0;
/// It never falls below this share of where it started.
const FLOOR: f64 = 0.1;

/// The value of one instrument at one time.
#[derive(Debug, Clone)]
pub struct Value {
    terms: ValueTerms,
    volatility: Wander,
    walk: Shares,
    jumps: Stream,
    ticks: f64,
    /// Still to go back, in ticks.
    reverting: f64,
    steps: u64,
    next_jump_ns: u64,
}

/// The streams that a step is drawn from, and each one's part in it.
#[derive(Debug, Clone)]
pub struct Shares(Vec<(Stream, f64)>);

impl Shares {
    /// Parts of market and sector in the variance, in squares of the terms' volatility: 1.6 and 0.10.
    ///
    /// The instrument's own part is what its trades and its jumps do to it, and that is more than both: so much of
    /// the market's is needed for two instruments to correlate by a fifth over ten seconds.
    pub fn new(market: Stream, sector: Stream) -> Self {
        let part = |share: f64| share.sqrt();
        Self(vec![(market, part(1.6)), (sector, part(0.10))])
    }

    fn normal(&mut self) -> f64 {
        self.0
            .iter_mut()
            .map(|(stream, part)| stream.normal() * *part)
            .sum()
    }
}

impl Value {
    /// The value at time zero.
    pub fn new(terms: ValueTerms, volatility: Wander, walk: Shares, jumps: Stream) -> Self {
        let mut value = Self {
            ticks: real_signed(terms.start_ticks),
            terms,
            volatility,
            walk,
            jumps,
            reverting: 0.0,
            steps: 0,
            next_jump_ns: u64::MAX,
        };
        value.plan_jump(0);
        value
    }

    /// The value at a time that is not before the last one asked for, in ticks.
    pub fn at(&mut self, at_ns: u64) -> f64 {
        while (self.steps + 1) * STEP_NS <= at_ns {
            self.steps += 1;
            self.step();
        }
        self.ticks
    }

    /// The `piece`-th piece of a metaorder, from 1, moves it; says how far, in ticks.
    pub fn push(&mut self, direction: f64, piece: u64, lots: u64, activity: f64) -> f64 {
        let exponent = self.terms.impact_exponent;
        let before = match piece {
            0 | 1 => 0.0,
            later => power(real(later - 1), exponent),
        };
        let length = power(real(piece.max(1)), exponent) - before;
        let size = power(real(lots.max(1)) / 100.0, 0.2);
        let moved = self.terms.impact_ticks * length * size * activity.sqrt();
        self.ticks += direction * moved;
        moved
    }

    /// A metaorder that moved it by so much, up or down, is over: a third of that goes back.
    pub fn complete(&mut self, moved: f64) {
        self.reverting += moved * REVERTED;
    }

    fn step(&mut self) {
        let now_ns = self.steps * STEP_NS;
        if now_ns.is_multiple_of(WANDER_NS) {
            self.volatility.step();
        }
        let pace = self.terms.volatility * self.volatility.factor();
        self.ticks += self.walk.normal() * pace * STEP_S.sqrt();
        let back = self.reverting * (1.0 - exponential(-REVERSION_PER_S * STEP_S));
        self.reverting -= back;
        self.ticks -= back;
        if now_ns >= self.next_jump_ns {
            self.ticks += self.jumps.normal() * self.terms.jump_size * self.terms.volatility;
            self.plan_jump(now_ns);
        }
        self.ticks = self.ticks.max(real_signed(self.terms.start_ticks) * FLOOR);
    }

    fn plan_jump(&mut self, now_ns: u64) {
        if self.terms.jump_gap_s.is_finite() {
            let gap_s = -logarithm(self.jumps.uniform()) * self.terms.jump_gap_s;
            self.next_jump_ns = now_ns + count(gap_s * 1e9);
        }
    }
}
