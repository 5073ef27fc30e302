//! W1 and W2: a book that keeps its size while orders come and go near the touch.

use engine::Side;

use crate::operation::{NO_SLOT, Operation, OperationKind};
use crate::random::{Random, Weighted};
use crate::workload::{OperationCount, Recorder, Workload};

const MID: i64 = 1_000_000;

/// W1: 10,000 resting orders on 500 levels.
pub fn small_book(seed: u64, count: OperationCount) -> Workload {
    resting_book(
        "w1",
        seed,
        count,
        BookShape {
            orders: 10_000,
            levels_per_side: 250,
        },
    )
}

/// W2: the mix of W1 with `orders` resting (1,000,000 in every published figure) on 20,000 levels.
pub fn deep_book(seed: u64, count: OperationCount, orders: usize) -> Workload {
    resting_book(
        "w2",
        seed,
        count,
        BookShape {
            orders,
            levels_per_side: 10_000,
        },
    )
}

/// How large the book is kept.
#[derive(Clone, Copy)]
pub(super) struct BookShape {
    pub(super) orders: usize,
    pub(super) levels_per_side: u32,
}

/// Enters passive orders at a distance d from the mid with probability ~ 1/(d + 10).
pub(super) struct PassiveOrders {
    distances: Weighted,
}

impl PassiveOrders {
    pub(super) fn new(levels_per_side: u32) -> Self {
        let weights = (0..levels_per_side).map(|distance| 1.0 / (f64::from(distance) + 10.0));
        Self {
            distances: Weighted::new(weights),
        }
    }

    pub(super) fn price(&self, side: Side, random: &mut Random) -> i64 {
        let distance = i64::try_from(self.distances.draw(random)).expect("distances are small");
        match side {
            Side::Buy => MID - 1 - distance,
            Side::Sell => MID + 1 + distance,
        }
    }

    pub(super) fn submit(&self, recorder: &mut Recorder, random: &mut Random) {
        let side = draw_side(random);
        let price = self.price(side, random);
        recorder.submit(OperationKind::Submit, side, price, draw_quantity(random));
    }

    pub(super) fn fill(&self, recorder: &mut Recorder, orders: usize, random: &mut Random) {
        while recorder.book.live_orders() < orders {
            self.submit(recorder, random);
        }
        recorder.start_clock();
    }
}

fn resting_book(
    name: &'static str,
    seed: u64,
    count: OperationCount,
    shape: BookShape,
) -> Workload {
    let mut random = Random::new(seed);
    let mut recorder = Recorder::new();
    let passive = PassiveOrders::new(shape.levels_per_side);
    passive.fill(&mut recorder, shape.orders, &mut random);
    while recorder.operations.len() < count.0 {
        // 46 % adds, 41 % cancels, 8 % marketable, 5 % replaces. Takers end about 5 orders of a
        // hundred, so the book keeps its size; what is left of drift is taken out here.
        let drawn = random.below(100);
        let is_large = recorder.book.live_orders() > shape.orders + shape.orders / 50;
        let is_small = recorder.book.live_orders() < shape.orders - shape.orders / 50;
        match drawn {
            0..46 if is_large => cancel(&mut recorder, &mut random),
            46..87 if is_small => passive.submit(&mut recorder, &mut random),
            0..46 => passive.submit(&mut recorder, &mut random),
            46..87 => cancel(&mut recorder, &mut random),
            87..95 => take(&mut recorder, &mut random),
            _replace => replace(&mut recorder, &passive, &mut random),
        }
    }
    recorder.finish(name)
}

pub(super) fn draw_side(random: &mut Random) -> Side {
    if random.happens(500) {
        Side::Buy
    } else {
        Side::Sell
    }
}

pub(super) fn draw_quantity(random: &mut Random) -> u32 {
    u32::try_from(1 + random.below(100)).expect("at most 100")
}

/// Cancels an order that is live, each with the same probability.
fn cancel(recorder: &mut Recorder, random: &mut Random) {
    let order = recorder
        .book
        .live_order(random.index(recorder.book.live_orders()));
    recorder.record(Operation {
        id: order.id,
        price: order.price,
        quantity: order.leaves,
        filled: 0,
        slot: NO_SLOT,
        kind: OperationKind::Cancel,
        side: order.side,
    });
}

/// Moves a live order to a newly drawn price; it grows by a lot, so it loses its place in any case.
fn replace(recorder: &mut Recorder, passive: &PassiveOrders, random: &mut Random) {
    let order = recorder
        .book
        .live_order(random.index(recorder.book.live_orders()));
    recorder.record(Operation {
        id: order.id,
        price: passive.price(order.side, random),
        quantity: order.leaves + 1,
        filled: 0,
        slot: NO_SLOT,
        kind: OperationKind::Replace,
        side: order.side,
    });
}

/// A marketable order that meets one to three makers, the last of them in part; half are immediate.
fn take(recorder: &mut Recorder, random: &mut Random) {
    let makers = match random.below(1_000) {
        0..550 => 1,
        550..825 => 2,
        _three => 3,
    };
    let side = draw_side(random);
    let kind = match draw_side(random) {
        Side::Buy => OperationKind::Submit,
        Side::Sell => OperationKind::SubmitImmediate,
    };
    take_makers(recorder, random, Taking { kind, side, makers });
}

/// How a taker takes.
#[derive(Clone, Copy)]
pub(super) struct Taking {
    pub(super) kind: OperationKind,
    pub(super) side: Side,
    pub(super) makers: usize,
}

/// Enters a taker limited to the price of its last maker, of which it takes a part.
pub(super) fn take_makers(recorder: &mut Recorder, random: &mut Random, taking: Taking) {
    let Taking { kind, side, makers } = taking;
    let mut quantity = 0;
    let mut price = None;
    for (number, maker) in recorder.book.makers(side).take(makers).enumerate() {
        let is_last = number + 1 == makers;
        let part = 1 + random.below(u64::from(maker.leaves));
        let part = u32::try_from(part).expect("a part of a quantity is one");
        quantity += if is_last { part } else { maker.leaves };
        price = Some(maker.price);
    }
    let price = price.expect("the book is kept from running empty");
    recorder.submit(kind, side, price, quantity);
}
