//! A number that wanders around one, and remembers for a while where it was.

use crate::flow::arithmetic::exponential;
use crate::flow::model::terms::WanderTerms;
use crate::flow::stream::Stream;

/// Wanders in steps of this much of the model's time.
pub const STEP_NS: u64 = 500_000_000;
const STEP_S: f64 = 0.5;

/// The exponential of an Ornstein-Uhlenbeck process; its mean is one. Part of it may be shared with others.
#[derive(Debug, Clone)]
pub struct Wander {
    deviation: f64,
    keeps: f64,
    renews: f64,
    own: Strand,
    shared: Option<Strand>,
    factor: f64,
}

/// A process of deviation one.
#[derive(Debug, Clone)]
struct Strand {
    stream: Stream,
    state: f64,
}

impl Strand {
    fn new(mut stream: Stream) -> Self {
        let state = stream.normal();
        Self { stream, state }
    }
}

impl Wander {
    /// One that wanders by itself.
    pub fn own(terms: WanderTerms, stream: Stream) -> Self {
        Self::new(terms, stream, None)
    }

    /// One whose variance is half its own and half that of `shared`, which others wander with too.
    pub fn half_shared(terms: WanderTerms, stream: Stream, shared: Stream) -> Self {
        Self::new(terms, stream, Some(Strand::new(shared)))
    }

    fn new(terms: WanderTerms, stream: Stream, shared: Option<Strand>) -> Self {
        let keeps = exponential(-STEP_S / terms.memory_s);
        let mut wander = Self {
            deviation: terms.deviation,
            keeps,
            renews: (1.0 - keeps * keeps).sqrt(),
            own: Strand::new(stream),
            shared,
            factor: 1.0,
        };
        wander.renew();
        wander
    }

    /// The factor now.
    pub fn factor(&self) -> f64 {
        self.factor
    }

    /// Goes one step.
    pub fn step(&mut self) {
        let (keeps, renews) = (self.keeps, self.renews);
        for strand in [Some(&mut self.own), self.shared.as_mut()]
            .into_iter()
            .flatten()
        {
            strand.state = strand.state * keeps + strand.stream.normal() * renews;
        }
        self.renew();
    }

    fn renew(&mut self) {
        let state = match &self.shared {
            Some(shared) => (self.own.state + shared.state) * std::f64::consts::FRAC_1_SQRT_2,
            None => self.own.state,
        };
        let deviation = self.deviation;
        self.factor = exponential(deviation * state - deviation * deviation * 0.5);
    }
}
