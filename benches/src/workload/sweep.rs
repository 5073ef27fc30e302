//! W3: half adds, half takers that sweep.

use crate::operation::OperationKind;
use crate::random::Random;
use crate::workload::resting::{PassiveOrders, Taking, draw_side, take_makers};
use crate::workload::{OperationCount, Recorder, Workload};

const RESTING_ORDERS: usize = 10_000;

/// W3: every second operation takes 1.9 makers on average, over as many levels as that needs.
pub fn sweeps(seed: u64, count: OperationCount) -> Workload {
    let mut random = Random::new(seed);
    let mut recorder = Recorder::new();
    let passive = PassiveOrders::new(250);
    passive.fill(&mut recorder, RESTING_ORDERS, &mut random);
    while recorder.operations.len() < count.0 {
        let is_short = recorder.book.live_orders() < RESTING_ORDERS / 2;
        if is_short || random.happens(500) {
            passive.submit(&mut recorder, &mut random);
            continue;
        }
        // Geometric: each further maker with probability 9/19, so 1.9 makers on average.
        let mut makers = 1;
        while random.below(19) < 9 {
            makers += 1;
        }
        let side = draw_side(&mut random);
        let kind = OperationKind::SubmitImmediate;
        take_makers(&mut recorder, &mut random, Taking { kind, side, makers });
    }
    recorder.finish("w3")
}
