//! A model quotes by what it sees, and learns from what it is told.

use super::*;
use crate::flow::intent::{IntendedKind, IntendedOrder};
use crate::flow::market::VisibleLevel;

fn live() -> LiveModel {
    let shape = Shape {
        half_spread_ticks: 10,
        level_step_ticks: 5,
        levels: 6,
        quote_lots: 5_000,
        lots_min: 1,
        price_min_ticks: 1,
        price_max_ticks: 1_000_000,
    };
    let name = ModelName {
        seed: 3,
        symbol: "ABC",
        sector: "all",
    };
    LiveModel::new(name, 0, 64_000, &shape, 140.0)
}

fn level(ticks: i64) -> Vec<VisibleLevel> {
    vec![VisibleLevel { ticks, lots: 5_000 }]
}

/// Opens, and says what was entered.
fn open(live: &mut LiveModel) -> Vec<IntendedOrder> {
    let mut actions = VecDeque::new();
    while live.next_at_ns() < OPENING_NS {
        live.act(&mut actions);
    }
    actions
        .iter()
        .filter_map(|action| action.entered().copied())
        .collect()
}

#[test]
fn a_market_opens_with_a_book_around_its_reference_that_does_not_cross() {
    let orders = open(&mut live());

    let ticks = |side| {
        orders
            .iter()
            .filter(move |order| order.side == side)
            .map(|order| match order.kind {
                IntendedKind::Quote { ticks } => ticks,
                IntendedKind::Hidden { .. }
                | IntendedKind::Limit { .. }
                | IntendedKind::ImmediateOrCancel { .. }
                | IntendedKind::Market => panic!("{order:?} opens no book"),
            })
    };
    let (bid, ask) = (
        ticks(Side::Buy).max().unwrap(),
        ticks(Side::Sell).min().unwrap(),
    );
    assert!(bid < 64_000 && ask > 64_000, "{bid} {ask}");
    assert!(ask - bid < 40, "{bid} {ask}");
}

#[test]
fn the_faster_the_dial_the_sooner_the_next_order() {
    let mut slow = live();
    let mut fast = live();
    fast.speed_ppm *= 100;
    open(&mut slow);
    open(&mut fast);

    let next_ns = |live: &LiveModel| live.next_at_ns() - OPENING_NS;
    let (slow, fast) = (next_ns(&slow), next_ns(&fast));

    assert!(slow.abs_diff(fast * 100) < 200, "{slow} {fast}");
}

#[test]
fn a_stranger_who_takes_asks_moves_the_value_up_and_is_answered() {
    let mut live = live();
    let asks: Vec<IntendedOrder> = open(&mut live)
        .into_iter()
        .filter(|order| order.side == Side::Sell)
        .collect();
    live.see(Seen {
        bids: level(63_990),
        asks: level(64_010),
    });
    let before = live.model.value_at(0);
    for ask in &asks {
        live.rested(0, ask.number, Side::Sell, 64_010, ask.lots);
    }

    let lots = [asks[0].lots, 0];
    live.made(0, asks[0].number, Side::Sell, 64_010, lots, Taker::Stranger);

    assert!(live.model.value_at(0) > before + 1.0);
    // The market maker looks within milliseconds of the model's time.
    assert!(live.model.next_at_ns() < 50_000_000);
}

#[test]
fn an_own_taker_is_no_stranger() {
    let mut live = live();
    open(&mut live);
    live.see(Seen {
        bids: level(63_990),
        asks: level(64_010),
    });
    let mut actions = VecDeque::new();
    let taker = loop {
        live.act(&mut actions);
        let entered = actions.drain(..).find_map(|action| {
            let order = *action.entered()?;
            matches!(order.kind, IntendedKind::ImmediateOrCancel { .. }).then_some(order)
        });
        if let Some(order) = entered {
            break order;
        }
    };
    let at_ns = live.next_at_ns();
    let before = live.model.value_at(0);

    // As the exchange tells it: the taker first, who is filled, then its maker.
    live.took(at_ns, taker.number, taker.side, 64_010, 50);
    live.closed(at_ns, taker.number);
    let moved = live.model.value_at(0);
    let maker = OrderNumber(u64::MAX);
    live.made(at_ns, maker, Side::Sell, 64_010, [50, 0], Taker::Own);

    assert!((moved - before).abs() > 0.1, "its piece is news");
    let again = live.model.value_at(0) - moved;
    assert!(again.abs() < 1e-9, "but once: {again}");
}

#[test]
fn the_opening_is_no_burst_and_both_sides_come_in_turn() {
    let mut live = live();
    let mut sides = Vec::new();
    let mut at_ns = Vec::new();

    while live.next_at_ns() < OPENING_NS {
        at_ns.push(live.next_at_ns());
        let mut actions = VecDeque::new();
        live.act(&mut actions);
        let entered = actions.iter().filter_map(Action::entered);
        sides.extend(entered.map(|order| order.side));
    }

    assert_eq!(sides.len(), 302);
    assert_eq!(sides[..4], [Side::Buy, Side::Sell, Side::Buy, Side::Sell]);
    assert!(at_ns.windows(2).all(|pair| pair[1] - pair[0] == 1_500_000));
}
