//! Goal: a cancel-replace ends one order and enters another in one event block (rule AM-1).
//!
//! Method: short conversations with one engine; the grammar of scenario files has no word for it.

mod desk;

use desk::{Desk, cancel, limit};
use engine::{
    CancelReason, CancelReplace, Command, Event, NewOrder, OnCancelFailure, OrderId, OrderRef,
    PostOnly, RejectReason, Side,
};

fn desk() -> Desk {
    Desk::remembering(1_000, 1_000_000)
}

fn exchange(id: u64, new_order: NewOrder, on_cancel_failure: OnCancelFailure) -> Command {
    let cancel = OrderRef::Id(OrderId(id));
    Command::CancelReplace(CancelReplace {
        cancel,
        new_order,
        on_cancel_failure,
    })
}

/// What happened, in one word each.
fn words(events: &[Event]) -> Vec<&'static str> {
    let word = |event: &Event| match event {
        Event::Accepted(_) => "accepted",
        Event::Rejected(_) => "rejected",
        Event::Repeated(_) => "repeated",
        Event::Trade(_) => "trade",
        Event::Prevented(_) => "prevented",
        Event::Rested(_) => "rested",
        Event::Replaced(_) => "replaced",
        Event::Canceled(_) => "canceled",
        Event::StatusChanged(_) => "status",
        Event::Conditioned(_) => "conditioned",
        Event::Queued(_) => "queued",
        Event::Triggered(_) => "triggered",
        Event::Refilled(_) => "refilled",
        Event::Pegged(_) => "pegged",
        Event::Indicative(_) => "indicative",
        Event::TermsChanged(_) => "terms",
        Event::Step(_) => "step",
        Event::TradeBusted(_) => "busted",
        Event::BustRefused(_) => "bust_refused",
        Event::HoldReleased(_) => "hold released",
    };
    events.iter().map(word).collect()
}

#[test]
fn the_new_order_has_a_new_id_and_the_tail_of_the_queue() {
    let mut desk = desk();
    desk.ask(Command::Submit(limit("a", Side::Buy, 10, 87_000)));
    desk.ask(Command::Submit(limit("y", Side::Buy, 55, 87_000)));
    desk.ask(Command::Submit(limit("b", Side::Buy, 40, 87_000)));

    let new_order = limit("z", Side::Buy, 50, 87_000);
    let events = desk.ask(exchange(2, new_order, OnCancelFailure::Stop));

    assert_eq!(words(&events), ["canceled", "accepted", "rested"]);
    assert_eq!(desk.queue(Side::Buy), [(1, 10), (3, 40), (4, 50)]);
}

#[test]
fn the_new_order_may_have_the_client_id_of_the_old_one() {
    let mut desk = desk();
    desk.ask(Command::Submit(limit("a", Side::Buy, 10, 100)));

    let new_order = limit("a", Side::Buy, 7, 101);
    let events = desk.ask(exchange(1, new_order.clone(), OnCancelFailure::Stop));

    assert_eq!(words(&events), ["canceled", "accepted", "rested"]);
    assert_eq!(desk.queue(Side::Buy), [(2, 7)]);
}

#[test]
fn the_new_order_trades_at_once_where_it_crosses() {
    let mut desk = desk();
    desk.ask(Command::Submit(limit("a", Side::Buy, 10, 100)));
    let maker = NewOrder {
        account: engine::AccountId(2),
        ..limit("m", Side::Sell, 4, 101)
    };
    desk.ask(Command::Submit(maker));

    let new_order = limit("n", Side::Buy, 10, 101);
    let events = desk.ask(exchange(1, new_order.clone(), OnCancelFailure::Stop));

    assert_eq!(words(&events), ["canceled", "accepted", "trade", "rested"]);
    assert_eq!(desk.queue(Side::Buy), [(3, 6)]);
    assert_eq!(desk.queue(Side::Sell), []);
}

#[test]
fn a_refused_new_order_does_not_bring_the_old_one_back() {
    let mut desk = desk();
    desk.ask(Command::Submit(limit("a", Side::Buy, 10, 100)));
    let maker = NewOrder {
        account: engine::AccountId(2),
        ..limit("m", Side::Sell, 4, 101)
    };
    desk.ask(Command::Submit(maker));

    let new_order = NewOrder {
        post_only: PostOnly::Reject,
        ..limit("n", Side::Buy, 10, 101)
    };
    let events = desk.ask(exchange(1, new_order.clone(), OnCancelFailure::Stop));

    assert_eq!(words(&events), ["canceled", "rejected"]);
    assert_eq!(desk.queue(Side::Buy), []);
}

#[test]
fn nothing_is_entered_when_the_cancel_fails_and_failure_stops() {
    let mut desk = desk();
    desk.ask(Command::Submit(limit("a", Side::Buy, 10, 100)));
    desk.ask(cancel(1));

    let new_order = limit("n", Side::Buy, 10, 100);
    let events = desk.ask(exchange(1, new_order.clone(), OnCancelFailure::Stop));

    match events.as_slice() {
        [Event::Rejected(rejected)] => {
            assert_eq!(rejected.reason, RejectReason::TooLate);
            assert_eq!(rejected.client_order_id, new_order.client_order_id);
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(desk.queue(Side::Buy), []);
}

#[test]
fn the_new_order_is_entered_all_the_same_where_failure_is_allowed() {
    let mut desk = desk();
    desk.ask(Command::Submit(limit("a", Side::Buy, 10, 100)));
    desk.ask(cancel(1));

    let new_order = limit("n", Side::Buy, 10, 100);
    let events = desk.ask(exchange(1, new_order, OnCancelFailure::Continue));

    assert_eq!(words(&events), ["rejected", "accepted", "rested"]);
    assert_eq!(desk.queue(Side::Buy), [(2, 10)]);
}

#[test]
fn the_old_order_does_not_stand_in_the_new_one_s_way() {
    let mut desk = desk();
    desk.ask(Command::Submit(limit("a", Side::Sell, 10, 100)));

    let new_order = limit("n", Side::Buy, 10, 100);
    let events = desk.ask(exchange(1, new_order.clone(), OnCancelFailure::Stop));

    assert_eq!(words(&events), ["canceled", "accepted", "rested"]);
    assert!(matches!(&events[0], Event::Canceled(old) if old.reason == CancelReason::Requested));
    assert_eq!(desk.queue(Side::Buy), [(2, 10)]);
}
