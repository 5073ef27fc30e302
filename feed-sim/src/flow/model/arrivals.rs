//! When the next marketable or limit order arrives: a Hawkes process of two kinds, by Ogata's thinning.

use crate::flow::arithmetic::{count, exponential, logarithm, real};
use crate::flow::model::terms::ArrivalTerms;
use crate::flow::model::wander::{STEP_NS, Wander};
use crate::flow::stream::Stream;

/// How fast the four parts of an event's effect fade, per second.
const DECAYS_PER_S: [f64; 4] = [2_500.0, 40.0, 1.0, 0.03];
/// How the effect is divided among them.
const WEIGHTS: [f64; 4] = [0.66, 0.17, 0.10, 0.07];

/// What arrives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrival {
    /// An order that takes.
    Marketable,
    /// An order that rests.
    Limit,
}

/// The arrivals of one instrument, one after another.
#[derive(Debug, Clone)]
pub struct Arrivals {
    stream: Stream,
    activity: Wander,
    terms: ArrivalTerms,
    base_per_s: [f64; 2],
    /// By cause, then by decay: the sum of weight x decay over past causes, faded until `now_ns`.
    excited: [[f64; 4]; 2],
    now_ns: u64,
    activity_until_ns: u64,
    next: (u64, Arrival),
}

impl Arrivals {
    /// The process from time zero on.
    pub fn new(terms: ArrivalTerms, activity: Wander, stream: Stream) -> Self {
        let [takes, rests] = terms.rates_per_s;
        let base = |row: usize| {
            let caused = terms.branching[row][0] * takes + terms.branching[row][1] * rests;
            (terms.rates_per_s[row] - caused).max(0.0)
        };
        let mut arrivals = Self {
            stream,
            activity,
            terms,
            base_per_s: [base(0), base(1)],
            excited: [[0.0; 4]; 2],
            now_ns: 0,
            activity_until_ns: STEP_NS,
            next: (0, Arrival::Limit),
        };
        // As if it had run before: each cause is expected to have left this much.
        for (cause, rate) in terms.rates_per_s.into_iter().enumerate() {
            for (excited, weight) in arrivals.excited[cause].iter_mut().zip(WEIGHTS) {
                *excited = weight * rate;
            }
        }
        arrivals.next = arrivals.draw();
        arrivals
    }

    /// When the next one arrives, in nanoseconds.
    pub fn next_at_ns(&self) -> u64 {
        self.next.0
    }

    /// How busy it is now; one on average.
    pub fn activity(&self) -> f64 {
        self.activity.factor()
    }

    /// The next arrival; the one after it is drawn.
    pub fn take(&mut self) -> Arrival {
        let arrival = self.next.1;
        let cause = match arrival {
            Arrival::Marketable => 0,
            Arrival::Limit => 1,
        };
        for ((excited, weight), decay) in self.excited[cause]
            .iter_mut()
            .zip(WEIGHTS)
            .zip(DECAYS_PER_S)
        {
            *excited += weight * decay;
        }
        self.next = self.draw();
        arrival
    }

    /// Thinning: between events the rates only fall, so the rate now bounds what comes.
    fn draw(&mut self) -> (u64, Arrival) {
        loop {
            let [takes, rests] = self.rates();
            let bound = takes + rests;
            let gap_ns = count(self.stream.exponential() / bound * 1e9).saturating_add(1);
            let at_ns = self.now_ns.saturating_add(gap_ns);
            if at_ns >= self.activity_until_ns {
                self.fade_until(self.activity_until_ns);
                self.activity.step();
                self.activity_until_ns += STEP_NS;
                continue;
            }
            self.fade_until(at_ns);
            let [takes, rests] = self.rates();
            let drawn = self.stream.uniform() * bound;
            if drawn < takes {
                return (at_ns, Arrival::Marketable);
            }
            if drawn < takes + rests {
                return (at_ns, Arrival::Limit);
            }
        }
    }

    fn rates(&self) -> [f64; 2] {
        let activity = self.activity.factor();
        let [by_takes, by_rests] = self.excited.map(|parts| parts.iter().sum::<f64>());
        [0, 1].map(|row| {
            let [from_takes, from_rests] = self.terms.branching[row];
            self.base_per_s[row] * activity + from_takes * by_takes + from_rests * by_rests
        })
    }

    fn fade_until(&mut self, at_ns: u64) {
        let elapsed_s = real(at_ns - self.now_ns) * 1e-9;
        self.now_ns = at_ns;
        for (part, decay) in DECAYS_PER_S.into_iter().enumerate() {
            let left = exponential(-decay * elapsed_s);
            self.excited[0][part] *= left;
            self.excited[1][part] *= left;
        }
    }
}

impl Stream {
    /// A gap of a Poisson process of rate one.
    pub fn exponential(&mut self) -> f64 {
        -logarithm(self.uniform())
    }
}
