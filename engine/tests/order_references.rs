//! Goal: an order can be named by its place in memory and by the embedder's id, and a stale name is refused.
//!
//! Method: short conversations with one engine; scenario files name orders by the exchange's id.

mod desk;

use desk::{Desk, cancel, limit};
use engine::{
    AccountId, Cancel, Command, Event, ExternalId, NewOrder, OrderHandle, OrderRef, RejectReason,
    Side,
};

fn desk() -> Desk {
    Desk::remembering(1_000, 1_000_000)
}

fn external(client: &str, id: u64) -> NewOrder {
    NewOrder {
        external_id: Some(ExternalId(id)),
        ..limit(client, Side::Buy, 5, 100)
    }
}

fn cancel_by(order: OrderRef) -> Command {
    Command::Cancel(Cancel {
        account: AccountId(1),
        order,
    })
}

/// Where the order that was just entered rests.
fn handle(events: &[Event]) -> OrderHandle {
    match events {
        [Event::Accepted(_), Event::Rested(rested)] => rested.handle,
        other => panic!("{other:?}"),
    }
}

/// The refusal that a command is answered with, and with nothing else.
fn reason(events: &[Event]) -> RejectReason {
    match events {
        [Event::Rejected(rejected)] => rejected.reason,
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_order_is_canceled_by_its_place_in_memory() {
    let mut desk = desk();
    desk.ask(Command::Submit(limit("a", Side::Buy, 5, 100)));
    let second = handle(&desk.ask(Command::Submit(limit("b", Side::Buy, 6, 100))));

    desk.ask(cancel_by(OrderRef::Handle(second)));

    assert_eq!(desk.queue(Side::Buy), [(1, 5)]);
}

#[test]
fn a_stale_place_is_refused_even_when_another_order_lives_there() {
    let mut desk = desk();
    let stale = handle(&desk.ask(Command::Submit(limit("a", Side::Buy, 5, 100))));
    desk.ask(cancel(1));
    let fresh = handle(&desk.ask(Command::Submit(limit("b", Side::Buy, 6, 100))));
    assert_eq!(fresh.slot, stale.slot, "the place is used again");

    let events = desk.ask(cancel_by(OrderRef::Handle(stale)));

    assert_eq!(reason(&events), RejectReason::TooLate);
    assert_eq!(desk.queue(Side::Buy), [(2, 6)]);
}

#[test]
fn an_order_is_canceled_by_the_embedders_id() {
    let mut desk = desk();
    desk.ask(Command::Submit(external("a", 77)));

    let events = desk.ask(cancel_by(OrderRef::External(ExternalId(77))));

    assert!(
        matches!(events.as_slice(), [Event::Canceled(_)]),
        "{events:?}"
    );
    assert_eq!(desk.queue(Side::Buy), []);
}

#[test]
fn an_embedders_id_is_refused_while_its_order_is_open_and_free_afterwards() {
    let mut desk = desk();
    desk.ask(Command::Submit(external("a", 77)));

    let while_open = desk.ask(Command::Submit(external("b", 77)));
    desk.ask(cancel(1));
    let afterwards = desk.ask(Command::Submit(external("c", 77)));

    assert_eq!(reason(&while_open), RejectReason::DuplicateExternalId);
    assert!(
        matches!(afterwards.first(), Some(Event::Accepted(_))),
        "{afterwards:?}"
    );
}

#[test]
fn an_embedders_id_that_nobody_has_is_unknown() {
    let mut desk = desk();
    desk.ask(Command::Submit(external("a", 77)));

    let events = desk.ask(cancel_by(OrderRef::External(ExternalId(78))));

    assert_eq!(reason(&events), RejectReason::UnknownOrder);
}
