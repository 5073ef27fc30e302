//! Goal: an order with a fill cap trades so much when it enters and no more, what is left is canceled, and every unit that was
//! reserved is used or given back. Method: named cases with literal figures; the desk follows what was reserved through the events.

#[expect(dead_code, reason = "the orders of these stories are tied to nobody")]
mod pair_desk;

use engine::{
    AccountId, CancelReason, Command, Conditions, Event, NewOrder, OrderKind, Quantity, Side,
    TimeInForce,
};
use pair_desk::{PairDesk, limit};

const MAKER: AccountId = AccountId(71);

/// A book with four asks at 100 and six at 101.
fn desk() -> PairDesk {
    let mut desk = PairDesk::new(0);
    for (quantity, price) in [(4, 100), (6, 101)] {
        desk.ask(Command::Submit(NewOrder {
            account: MAKER,
            ..limit(Side::Sell, quantity, price, i128::from(quantity))
        }));
    }
    desk
}

fn capped(cap: u64, mut order: NewOrder) -> Command {
    order.conditions = Some(Box::new(Conditions {
        fill_cap: Some(Quantity::from_units(cap)),
        ..Conditions::NONE
    }));
    Command::Submit(order)
}

/// Quantity of a trade, and what the taker had left.
type Traded = (u64, u64);
/// Quantity that was canceled, what had been filled, and why.
type Ended = (u64, u64, CancelReason);

/// What was traded, with what the taker had left each time; then what was canceled, with what it had filled and why.
fn told(events: &[Event]) -> (Vec<Traded>, Vec<Ended>) {
    let mut trades = Vec::new();
    let mut canceled = Vec::new();
    for event in events {
        if let Event::Trade(trade) = event {
            trades.push((trade.quantity.units(), trade.taker.leaves_quantity.units()));
        }
        if let Event::Canceled(order) = event {
            canceled.push((
                order.canceled_quantity.units(),
                order.filled_quantity.units(),
                order.reason,
            ));
        }
    }
    (trades, canceled)
}

#[test]
fn a_capped_order_trades_its_part_over_several_makers_and_the_rest_is_canceled() {
    let mut desk = desk();

    let events = desk.ask(capped(5, limit(Side::Buy, 9, 101, 909)));

    let (trades, canceled) = told(&events);
    assert_eq!(trades, [(4, 5), (1, 4)]);
    assert_eq!(canceled, [(4, 5, CancelReason::ImmediateOrCancel)]);
    assert_eq!(desk.reserved(Side::Buy), 0);
    assert_eq!(desk.reserved(Side::Sell), 5);
}

#[test]
fn a_capped_market_order_gives_back_what_it_did_not_spend() {
    let mut desk = desk();
    let market = NewOrder {
        kind: OrderKind::Market,
        time_in_force: TimeInForce::ImmediateOrCancel,
        ..limit(Side::Buy, 8, 1, 900)
    };

    let (trades, canceled) = told(&desk.ask(capped(3, market)));

    assert_eq!(trades, [(3, 5)]);
    assert_eq!(canceled, [(5, 3, CancelReason::ImmediateOrCancel)]);
    assert_eq!(desk.reserved(Side::Buy), 0);
}

#[test]
fn a_capped_order_that_meets_less_than_its_part_rests_with_the_rest() {
    let mut desk = desk();

    let (trades, canceled) = told(&desk.ask(capped(6, limit(Side::Buy, 9, 100, 900))));

    assert_eq!(trades, [(4, 5)]);
    assert_eq!(canceled, []);
    assert_eq!(desk.reserved(Side::Buy), 500);
}

#[test]
fn what_must_fill_whole_is_not_bound() {
    let mut desk = desk();
    let whole = NewOrder {
        time_in_force: TimeInForce::FillOrKill,
        ..limit(Side::Buy, 9, 101, 909)
    };

    let (trades, canceled) = told(&desk.ask(capped(2, whole)));

    assert_eq!(trades, [(4, 5), (5, 0)]);
    assert_eq!(canceled, []);
}
