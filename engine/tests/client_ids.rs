//! Goal: a repeated client order id means what the session's profile says it means (rule ID-1).
//!
//! Method: short conversations with one engine; scenario files speak the other profile only.

mod desk;

use desk::{Desk, cancel, limit};
use engine::{
    AccountId, Cancel, ClientIdPolicy, ClientOrderId, Command, Event, NewOrder, OrderId, OrderRef,
    OriginalOutcome, Quantity, RejectReason, Side,
};

fn idempotent(client: &str, side: Side, quantity: u64, price: i64) -> NewOrder {
    NewOrder {
        client_id_policy: ClientIdPolicy::Idempotent,
        ..limit(client, side, quantity, price)
    }
}

fn desk() -> Desk {
    Desk::remembering(1_000, 1_000_000)
}

/// The refusal that a command is answered with, and with nothing else.
fn reason(events: &[Event]) -> RejectReason {
    match events {
        [Event::Rejected(rejected)] => rejected.reason,
        other => panic!("{other:?}"),
    }
}

/// The original outcome that a command is answered with, and with nothing else.
fn original(events: &[Event]) -> OriginalOutcome {
    match events {
        [Event::Repeated(repeated)] => repeated.original,
        other => panic!("{other:?}"),
    }
}

fn is_accepted(events: &[Event]) -> bool {
    matches!(events.first(), Some(Event::Accepted(_)))
}

#[test]
fn the_same_payload_again_returns_the_original_result_and_enters_nothing() {
    let mut desk = desk();
    let order = idempotent("a", Side::Buy, 5, 100);
    desk.ask(Command::Submit(order.clone()));

    let events = desk.ask(Command::Submit(order.clone()));

    assert_eq!(original(&events), OriginalOutcome::Accepted(OrderId(1)));
    assert_eq!(desk.queue(Side::Buy), [(1, 5)]);
}

#[test]
fn the_original_result_is_returned_after_the_order_is_gone_too() {
    let mut desk = desk();
    let order = idempotent("a", Side::Buy, 5, 100);
    desk.ask(Command::Submit(order.clone()));
    desk.ask(cancel(1));

    let events = desk.ask(Command::Submit(order.clone()));

    assert_eq!(original(&events), OriginalOutcome::Accepted(OrderId(1)));
    assert_eq!(desk.queue(Side::Buy), []);
}

#[test]
fn a_refusal_is_an_original_result_too() {
    let mut desk = desk();
    let order = idempotent("a", Side::Buy, 0, 100);
    desk.ask(Command::Submit(order.clone()));

    let events = desk.ask(Command::Submit(order.clone()));

    assert_eq!(
        original(&events),
        OriginalOutcome::Rejected(RejectReason::InvalidQuantity)
    );
}

#[test]
fn another_payload_under_a_used_id_is_refused() {
    let mut desk = desk();
    desk.ask(Command::Submit(idempotent("a", Side::Buy, 5, 100)));

    let others = [
        idempotent("a", Side::Buy, 6, 100),
        idempotent("a", Side::Buy, 5, 101),
        idempotent("a", Side::Sell, 5, 100),
        NewOrder {
            minimum_quantity: Quantity::from_units(1),
            ..idempotent("a", Side::Buy, 5, 100)
        },
    ];

    for other in others {
        let events = desk.ask(Command::Submit(other.clone()));
        assert_eq!(
            reason(&events),
            RejectReason::DuplicateClientOrderId,
            "{other:?}"
        );
    }
    assert_eq!(desk.queue(Side::Buy), [(1, 5)]);
}

#[test]
fn ids_are_each_accounts_own() {
    let mut desk = desk();
    let mine = idempotent("a", Side::Buy, 5, 100);
    let yours = NewOrder {
        account: AccountId(2),
        ..mine.clone()
    };
    desk.ask(Command::Submit(mine));

    let events = desk.ask(Command::Submit(yours));

    assert!(is_accepted(&events), "{events:?}");
}

#[test]
fn the_window_forgets_the_oldest_id_when_it_is_full() {
    let mut desk = Desk::remembering(2, 1_000_000);
    let order = idempotent("a", Side::Buy, 5, 100);
    desk.ask(Command::Submit(order.clone()));
    desk.ask(cancel(1));
    desk.ask(Command::Submit(idempotent("b", Side::Buy, 5, 100)));
    desk.ask(Command::Submit(idempotent("c", Side::Buy, 5, 100)));

    let again = desk.ask(Command::Submit(order.clone()));

    assert!(is_accepted(&again), "{again:?}");
}

#[test]
fn an_open_order_s_id_is_refused_even_when_the_window_forgot_it() {
    let mut desk = Desk::remembering(1, 1_000_000);
    let order = idempotent("a", Side::Buy, 5, 100);
    desk.ask(Command::Submit(order.clone()));
    desk.ask(Command::Submit(idempotent("b", Side::Buy, 5, 100)));

    let again = desk.ask(Command::Submit(order.clone()));

    assert_eq!(reason(&again), RejectReason::DuplicateClientOrderId);
}

#[test]
fn the_window_forgets_an_id_after_so_many_commands() {
    let mut desk = Desk::remembering(1_000, 10);
    let order = idempotent("a", Side::Buy, 5, 100);
    desk.ask(Command::Submit(order.clone()));
    desk.ask(cancel(1));
    for _ in 0..20 {
        desk.ask(Command::Tick);
    }

    let again = desk.ask(Command::Submit(order.clone()));

    assert!(is_accepted(&again), "{again:?}");
}

#[test]
fn under_the_open_unique_profile_an_id_is_free_when_its_order_is_gone() {
    let mut desk = desk();
    let order = limit("a", Side::Buy, 5, 100);
    desk.ask(Command::Submit(order.clone()));

    let while_open = desk.ask(Command::Submit(order.clone()));
    desk.ask(cancel(1));
    let afterwards = desk.ask(Command::Submit(order.clone()));

    assert_eq!(reason(&while_open), RejectReason::DuplicateClientOrderId);
    assert!(is_accepted(&afterwards), "{afterwards:?}");
}

#[test]
fn an_order_is_canceled_by_its_client_id_in_its_own_account_only() {
    let mut desk = desk();
    desk.ask(Command::Submit(limit("a", Side::Buy, 5, 100)));
    let order = OrderRef::Client(ClientOrderId::new("a").unwrap());

    let strange = desk.ask(Command::Cancel(Cancel {
        account: AccountId(2),
        order,
    }));
    let own = desk.ask(Command::Cancel(Cancel {
        account: AccountId(1),
        order,
    }));

    assert_eq!(reason(&strange), RejectReason::UnknownOrder);
    assert!(matches!(own.as_slice(), [Event::Canceled(_)]), "{own:?}");
}

#[test]
fn another_account_s_order_is_unknown_to_it() {
    let mut desk = desk();
    desk.ask(Command::Submit(limit("a", Side::Buy, 5, 100)));

    let order = OrderRef::Id(OrderId(1));
    let events = desk.ask(Command::Cancel(Cancel {
        account: AccountId(2),
        order,
    }));

    assert_eq!(reason(&events), RejectReason::UnknownOrder);
    assert_eq!(desk.queue(Side::Buy), [(1, 5)]);
}
