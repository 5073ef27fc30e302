//! Goal: a book order by order follows its feed exactly, and a follower mends what a feed loses, repeats and
//! reorders. Method: literal snapshots and changes.

use client::{BookError, BookFollower, LocalBook, LocalOrders, QueuedOrder, Step};
use protocol::{
    BookOrder, Channel, Depth, DepthSnapshot, ErrorCode, ErrorMessage, Lagged, Operation,
    OrderChange, OrderChangeKind, Orders, OrdersSnapshot, Resume, Scale, ServerMessage, Side,
    Subscription, Symbol,
};

const SCALE: Scale = Scale {
    price_decimals: 2,
    quantity_decimals: 3,
};

fn symbol() -> Symbol {
    "BTCUSDT".parse().expect("a symbol")
}

fn order(order_id: u64, price: &str, quantity: &str) -> BookOrder {
    BookOrder {
        order_id,
        price: price.parse().expect("a price"),
        quantity: quantity.parse().expect("a quantity"),
    }
}

fn change(
    kind: OrderChangeKind,
    side: Side,
    order_id: u64,
    price: &str,
    quantity: &str,
) -> OrderChange {
    OrderChange {
        kind,
        side,
        order_id,
        price: price.parse().expect("a price"),
        quantity: quantity.parse().expect("a quantity"),
    }
}

fn message(seq: u64, changes: Vec<OrderChange>) -> Orders {
    Orders {
        symbol: symbol(),
        epoch: 1,
        seq,
        at_us: 0,
        changes,
        may_be_crossed: false,
        checksum: None,
    }
}

/// Orders 1 and 2 at 99.00, 3 at 101.00, after message 10.
fn book() -> LocalOrders {
    let mut book = LocalOrders::new(symbol(), SCALE);
    book.apply_snapshot(&OrdersSnapshot {
        symbol: symbol(),
        epoch: 1,
        seq: 10,
        at_us: 0,
        bids: vec![order(1, "99.00", "5"), order(2, "99.00", "1")],
        asks: vec![order(3, "101.00", "2")],
        may_be_crossed: false,
        checksum: None,
    })
    .expect("a sound snapshot");
    book
}

fn queued(order_id: u64, price_units: i64, quantity_units: u64) -> QueuedOrder {
    QueuedOrder {
        order_id,
        price_units,
        quantity_units,
    }
}

#[test]
fn orders_keep_their_place_until_they_leave() {
    let mut book = book();

    book.apply(&message(
        11,
        vec![
            change(OrderChangeKind::Executed, Side::Buy, 1, "99.00", "0.5"),
            change(OrderChangeKind::Added, Side::Buy, 4, "99.00", "3"),
            change(OrderChangeKind::Removed, Side::Sell, 3, "101.00", "0"),
        ],
    ))
    .expect("the next message");

    let bids: Vec<_> = book.bids().collect();
    assert_eq!(
        bids,
        [
            queued(1, 9_900, 500),
            queued(2, 9_900, 1_000),
            queued(4, 9_900, 3_000)
        ]
    );
    assert_eq!(book.asks().count(), 0);
}

#[test]
fn an_order_that_does_not_fit_is_named() {
    let unknown = change(OrderChangeKind::Reduced, Side::Buy, 9, "99.00", "1");
    let twice = change(OrderChangeKind::Added, Side::Buy, 2, "99.00", "1");

    for (changes, order_id) in [(vec![unknown], 9), (vec![twice], 2)] {
        let mut book = book();
        assert_eq!(
            book.apply(&message(11, changes)),
            Err(BookError::WrongOrder {
                symbol: symbol(),
                seq: 11,
                order_id
            })
        );
        assert_eq!(book.place(), None);
    }
}

fn depth(seq: u64) -> ServerMessage {
    ServerMessage::Depth(Depth {
        symbol: symbol(),
        epoch: 1,
        from: None,
        seq,
        at_us: 0,
        bids: Vec::new(),
        asks: Vec::new(),
        may_be_crossed: false,
        checksum: None,
    })
}

fn depth_snapshot(seq: u64) -> ServerMessage {
    ServerMessage::DepthSnapshot(DepthSnapshot {
        symbol: symbol(),
        epoch: 1,
        seq,
        at_us: 0,
        bids: Vec::new(),
        asks: Vec::new(),
        may_be_crossed: false,
        checksum: None,
    })
}

/// A follower whose book is at change 10.
fn follower() -> BookFollower<LocalBook> {
    let mut follower = BookFollower::new(LocalBook::new(symbol(), SCALE));
    assert_eq!(follower.take(&depth_snapshot(10)), Step::Applied);
    follower
}

fn resume_from(from: u64) -> Operation {
    Operation::Resume(Resume {
        channel: Channel::Depth,
        symbol: symbol(),
        epoch: 1,
        from,
    })
}

fn subscription() -> Subscription {
    Subscription::of(Channel::Depth, Some(vec![symbol()]))
}

#[test]
fn a_gap_is_asked_for_once_and_mended() {
    let mut follower = follower();

    assert_eq!(follower.take(&depth(12)), Step::Ask(vec![resume_from(11)]));
    assert_eq!(follower.take(&depth(13)), Step::Waiting);
    assert_eq!(follower.take(&depth(11)), Step::Applied);
    assert_eq!(follower.take(&depth(11)), Step::Repeated);
    assert_eq!(follower.take(&depth(12)), Step::Applied);
    assert_eq!(follower.take(&depth_snapshot(9)), Step::Repeated);

    assert_eq!(follower.book().seq(), Some(12));
    assert_eq!(follower.faults(), 0);
}

#[test]
fn what_is_asked_for_in_vain_is_asked_for_again() {
    let mut follower = follower();
    assert_eq!(follower.take(&depth(12)), Step::Ask(vec![resume_from(11)]));

    let again = (13..200)
        .map(|seq| follower.take(&depth(seq)))
        .find(|step| *step != Step::Waiting);

    assert_eq!(again, Some(Step::Ask(vec![resume_from(11)])));
}

#[test]
fn what_is_no_longer_kept_begins_anew() {
    let mut follower = follower();
    assert_eq!(follower.take(&depth(12)), Step::Ask(vec![resume_from(11)]));
    let refusal = ErrorMessage {
        request: Some(1),
        code: ErrorCode::SnapshotRequired,
        text: "gone".into(),
        retry_after_ms: None,
    };

    let step = follower.refused(&refusal);

    let anew = vec![
        Operation::Unsubscribe(subscription()),
        Operation::Subscribe(subscription()),
    ];
    assert_eq!(step, Step::Ask(anew));
    assert_eq!(follower.take(&depth(13)), Step::Waiting);
    assert_eq!(follower.take(&depth_snapshot(20)), Step::Applied);
}

#[test]
fn after_lagging_the_snapshot_is_waited_for() {
    let mut follower = follower();
    let lagged = ServerMessage::Lagged(Lagged {
        channel: Channel::Depth,
        symbol: symbol(),
        epoch: 1,
        from: 11,
        to: 30,
        interval: None,
    });

    assert_eq!(follower.take(&lagged), Step::Waiting);
    assert_eq!(follower.take(&depth_snapshot(30)), Step::Applied);

    assert_eq!(follower.book().seq(), Some(30));
}

#[test]
fn a_new_connection_goes_on_where_the_old_one_broke() {
    assert_eq!(follower().catch_up(), [resume_from(11)]);
    let mut fresh = BookFollower::new(LocalBook::new(symbol(), SCALE));
    assert_eq!(fresh.catch_up(), [Operation::Subscribe(subscription())]);
}
