//! The five flows: one shape of order life, five regimes of the mid price.
//!
//! The construction is that of the public matching-engine benchmark of Flash One (arXiv 2606.01183),
//! written anew over our own generator: a geometric Brownian mid, orders behind it at a power-law
//! distance with a hump eight ticks out, the first half of the path bids and the second asks, arrival
//! shuffled, and around each order its life: 15 % immediate, of the others 20 % modified (a lot more,
//! mostly one tick nearer) and 95 % canceled, with 2 % repeated cancels and modifies that come too late.
//! So a level is made and unmade with nearly every order, at a price far from the one before.

use engine::Side;

use crate::operation::{NO_SLOT, Operation, OperationKind};
use crate::random::{Random, Weighted};
use crate::workload::{OperationCount, Recorder, Workload};

const MID_AT_START: f64 = 33_504.0;
const LEVELS_DEEP: u32 = 800;

/// A regime of the mid price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flow {
    /// The mid stands still: the book grows deep on few levels.
    Static,
    /// A routine day: 2 % of swing.
    Normal,
    /// 25 % of swing.
    Swing25,
    /// 40 % of swing.
    Swing40,
    /// 60 % of swing.
    FlashCrash,
}

impl Flow {
    /// All regimes, calmest first.
    pub const ALL: [Self; 5] = [
        Self::Static,
        Self::Normal,
        Self::Swing25,
        Self::Swing40,
        Self::FlashCrash,
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::Static => "static",
            Self::Normal => "normal",
            Self::Swing25 => "swing-25",
            Self::Swing40 => "swing-40",
            Self::FlashCrash => "flash-crash",
        }
    }

    /// How far the mid typically wanders over the run, as a share of itself.
    const fn swing(self) -> f64 {
        match self {
            Self::Static => 0.0,
            Self::Normal => 0.02,
            Self::Swing25 => 0.25,
            Self::Swing40 => 0.40,
            Self::FlashCrash => 0.60,
        }
    }
}

/// An order before it arrives.
#[derive(Debug, Clone, Copy)]
struct Planned {
    id: u64,
    side: Side,
    price: i64,
    quantity: u32,
}

/// One regime, of `count` operations.
pub fn flow(kind: Flow, seed: u64, count: OperationCount) -> Workload {
    let mut random = Random::new(seed);
    // An order's life is 2.0 operations long on average.
    let mut arrivals = plan(kind, count.0 / 2, &mut random);
    for end in (1..arrivals.len()).rev() {
        arrivals.swap(end, random.index(end + 1));
    }
    let mut recorder = Recorder::new();
    for order in arrivals {
        live(order, &mut recorder, &mut random);
    }
    recorder.finish(kind.name())
}

/// All orders along the path of the mid. Ids follow the path, not the arrival.
fn plan(kind: Flow, orders: usize, random: &mut Random) -> Vec<Planned> {
    let distances = distances();
    let steps = u32::try_from(orders).expect("a workload has fewer than 2^32 orders");
    let sigma = kind.swing() / f64::from(steps).sqrt();
    let mut mid = MID_AT_START;
    let mut planned = Vec::with_capacity(orders);
    for step in 0..steps {
        // First order of the exponential: a step is at most a thousandth of the price.
        mid *= 1.0 + sigma * random.normal();
        let behind = i64::try_from(distances.draw(random)).expect("distances are small") + 1;
        let (side, price) = if step < steps / 2 {
            (Side::Buy, ticks(mid) - behind)
        } else {
            (Side::Sell, ticks(mid) + behind)
        };
        let quantity = u32::try_from(1 + random.below(100)).expect("at most 100");
        planned.push(Planned {
            id: u64::from(step) + 1,
            side,
            price: price.max(1),
            quantity,
        });
    }
    planned
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a mid is far below 2^53 ticks"
)]
fn ticks(mid: f64) -> i64 {
    mid.round() as i64
}

/// Weights 1/k^2.23 for the k-th tick behind the mid, and a Gaussian hump around the ninth.
///
/// Roots and products only, which every platform rounds alike: 2.23 is 2 + 1/4 - 1/64 - 1/256.
fn distances() -> Weighted {
    const EXP_OF_MINUS_HALF: f64 = 0.606_530_659_712_633_4;
    Weighted::new((1..=LEVELS_DEEP).map(|tick| {
        let tick_back = f64::from(tick);
        let fourth = tick_back.sqrt().sqrt();
        let sixty_fourth = fourth.sqrt().sqrt().sqrt().sqrt();
        let small = sixty_fourth * sixty_fourth.sqrt().sqrt();
        let off_hump = tick.abs_diff(9);
        let mut hump = 5.0;
        for _ in 0..(off_hump * off_hump).min(2_000) {
            hump *= EXP_OF_MINUS_HALF;
        }
        small / (tick_back * tick_back * fourth) + hump
    }))
}

/// One order's whole life, before the next arrives.
fn live(order: Planned, recorder: &mut Recorder, random: &mut Random) {
    let Planned {
        id,
        side,
        price,
        quantity,
    } = order;
    let asked = |kind, price, quantity| Operation {
        id,
        price,
        quantity,
        filled: 0,
        slot: NO_SLOT,
        kind,
        side,
    };
    if random.happens(150) {
        recorder.record(asked(OperationKind::SubmitImmediate, price, quantity));
        return;
    }
    recorder.record(asked(OperationKind::Submit, price, quantity));
    let is_modified = random.happens(200);
    let nearer = match side {
        Side::Buy => price + 1,
        Side::Sell => price - 1,
    };
    let price = if is_modified && random.happens(800) {
        nearer
    } else {
        price
    };
    let modify = asked(OperationKind::Replace, price, quantity + 1);
    if is_modified {
        recorder.record(modify);
    }
    if !random.happens(950) {
        return;
    }
    recorder.record(asked(OperationKind::Cancel, price, quantity));
    if random.happens(20) {
        recorder.record(asked(OperationKind::Cancel, price, quantity));
    }
    if is_modified && random.happens(20) {
        recorder.record(modify);
    }
}
