//! Goal: each limit and each switch refuses on the wire with a reason of its own, at its own boundary and not before it.
//! Method: an operator sets one at a time while two participants trade over sockets.

use serde_json::{Value, json};

use crate::admin::operate;
use crate::participant::Participant;
use crate::venue::Venue;

/// A limit order on BTCUSDT with its id as client order id too.
fn limit(id: u64, side: &str, price: &str, quantity: &str) -> String {
    format!(
        r#"{{"op":"submit","id":{id},"client_order_id":"{id}","symbol":"BTCUSDT","side":"{side}","type":"limit","price":"{price}","quantity":"{quantity}"}}"#
    )
}

/// Sets alice's limits on BTCUSDT: these, and no other.
async fn set_limits(venue: &Venue, limits: &str) {
    let body = format!(r#"{{"account":"alice","symbol":"BTCUSDT"{limits}}}"#);
    let (status, answer) = operate(venue, "POST", "/v1/admin/limits", &body).await;
    assert_eq!(
        (status, &answer["applied"]),
        (200, &json!(true)),
        "{answer}"
    );
}

async fn switch(venue: &Venue, scope: &str, admission: &str) {
    let body = format!(r#"{{{scope},"admission":"{admission}"}}"#);
    let (status, answer) = operate(venue, "POST", "/v1/admin/admit", &body).await;
    assert_eq!(
        (status, &answer["applied"]),
        (200, &json!(true)),
        "{answer}"
    );
}

/// What becomes of an order: `accepted`, or why it is refused.
async fn outcome(of: &mut Participant, order: &str) -> Value {
    let answer = of.ask(order).await;
    let reason = &answer["reason"];
    let told = if reason.is_null() {
        &answer["kind"]
    } else {
        reason
    };
    told.clone()
}

#[tokio::test]
async fn the_size_of_an_order_is_limited_by_quantity_and_by_notional() {
    let venue = Venue::open().await;
    let mut alice = Participant::log_on(&venue, "alice").await;

    set_limits(&venue, r#","quantity_max":"2""#).await;
    for (id, quantity, said) in [(1, "2.00001", "quantity_limit"), (2, "2", "accepted")] {
        assert_eq!(
            outcome(&mut alice, &limit(id, "sell", "100.00", quantity)).await,
            said
        );
    }

    set_limits(&venue, r#","notional_max":"100""#).await;
    for (id, price, said) in [(3, "100.01", "notional_limit"), (4, "100.00", "accepted")] {
        assert_eq!(
            outcome(&mut alice, &limit(id, "sell", price, "1")).await,
            said
        );
    }
    venue.close().await;
}

#[tokio::test]
async fn a_limit_price_goes_only_so_far_through_the_last_price() {
    let venue = Venue::open().await;
    let mut alice = Participant::log_on(&venue, "alice").await;
    let mut bob = Participant::log_on(&venue, "bob").await;
    assert_eq!(
        outcome(&mut bob, &limit(1, "sell", "100.00", "1")).await,
        "accepted"
    );
    assert_eq!(
        outcome(&mut alice, &limit(1, "buy", "100.00", "1")).await,
        "accepted"
    );

    set_limits(&venue, r#","price_band_percent":"5""#).await;

    for (id, side, price, said) in [
        (2, "buy", "105.01", "price_limit"),
        (3, "buy", "105.00", "accepted"),
        (4, "sell", "94.99", "price_limit"),
        // Away from the market anything goes.
        (5, "sell", "500.00", "accepted"),
    ] {
        assert_eq!(
            outcome(&mut alice, &limit(id, side, price, "0.1")).await,
            said
        );
    }
    venue.close().await;
}

#[tokio::test]
async fn open_orders_are_counted_and_a_cancel_makes_room() {
    let venue = Venue::open().await;
    let mut alice = Participant::log_on(&venue, "alice").await;
    set_limits(&venue, r#","open_orders_max":2"#).await;

    for (id, said) in [(1, "accepted"), (2, "accepted"), (3, "open_orders_limit")] {
        assert_eq!(
            outcome(&mut alice, &limit(id, "sell", "100.00", "1")).await,
            said
        );
    }
    let cancel = r#"{"op":"cancel","id":90,"symbol":"BTCUSDT","client_order_id":"1"}"#;
    assert_eq!(outcome(&mut alice, cancel).await, "requested");
    assert_eq!(
        outcome(&mut alice, &limit(4, "sell", "100.00", "1")).await,
        "accepted"
    );
    venue.close().await;
}

#[tokio::test]
async fn a_position_is_limited_by_what_trades_and_open_orders_could_come_to() {
    let venue = Venue::open().await;
    let mut alice = Participant::log_on(&venue, "alice").await;
    let mut bob = Participant::log_on(&venue, "bob").await;
    set_limits(&venue, r#","position_max":"3""#).await;
    assert_eq!(
        outcome(&mut bob, &limit(1, "sell", "100.00", "2")).await,
        "accepted"
    );
    assert_eq!(
        outcome(&mut alice, &limit(1, "buy", "100.00", "2")).await,
        "accepted"
    );

    // Two are bought: one more may be open, and from there to three short it is five.
    for (id, side, price, quantity, said) in [
        (2, "buy", "90.00", "1.00001", "position_limit"),
        (3, "buy", "90.00", "1", "accepted"),
        (4, "buy", "90.00", "0.00001", "position_limit"),
        (5, "sell", "200.00", "5.00001", "position_limit"),
        (6, "sell", "200.00", "5", "accepted"),
    ] {
        assert_eq!(
            outcome(&mut alice, &limit(id, side, price, quantity)).await,
            said,
            "order {id}"
        );
    }
    venue.close().await;
}

#[tokio::test]
async fn orders_are_counted_in_their_window_and_cancels_are_not() {
    let venue = Venue::open().await;
    let mut alice = Participant::log_on(&venue, "alice").await;
    // One window from the first moment to the end of the test.
    set_limits(
        &venue,
        r#","order_rate":{"orders_max":2,"window_ms":18446744073709}"#,
    )
    .await;

    assert_eq!(
        outcome(&mut alice, &limit(1, "sell", "100.00", "1")).await,
        "accepted"
    );
    let cancel = r#"{"op":"cancel","id":90,"symbol":"BTCUSDT","client_order_id":"1"}"#;
    assert_eq!(outcome(&mut alice, cancel).await, "requested");
    for (id, said) in [(2, "accepted"), (3, "order_rate_limit")] {
        assert_eq!(
            outcome(&mut alice, &limit(id, "sell", "100.00", "1")).await,
            said
        );
    }
    venue.close().await;
}

#[tokio::test]
async fn who_trades_may_enter_more_orders_than_who_does_not() {
    let venue = Venue::open().await;
    let mut alice = Participant::log_on(&venue, "alice").await;
    let mut bob = Participant::log_on(&venue, "bob").await;
    set_limits(
        &venue,
        r#","order_to_trade":{"orders_free":2,"orders_per_trade":1,"window_ms":18446744073709}"#,
    )
    .await;

    for (id, said) in [
        (1, "accepted"),
        (2, "accepted"),
        (3, "order_to_trade_limit"),
    ] {
        assert_eq!(
            outcome(&mut alice, &limit(id, "sell", "100.00", "1")).await,
            said
        );
    }
    assert_eq!(
        outcome(&mut bob, &limit(1, "buy", "100.00", "1")).await,
        "accepted"
    );
    for (id, said) in [(4, "accepted"), (5, "order_to_trade_limit")] {
        assert_eq!(
            outcome(&mut alice, &limit(id, "sell", "100.00", "1")).await,
            said
        );
    }
    venue.close().await;
}

#[tokio::test]
async fn each_switch_refuses_with_its_own_reason_and_takes_cancels() {
    let venue = Venue::open().await;
    let mut alice = Participant::log_on(&venue, "alice").await;
    for (id, scope, admission, said) in [
        (
            1,
            r#""scope":"account","account":"alice""#,
            "killed",
            "account_killed",
        ),
        (
            2,
            r#""scope":"account","account":"alice","symbol":"BTCUSDT""#,
            "cancel_only",
            "cancel_only",
        ),
        (
            3,
            r#""scope":"instrument","symbol":"BTCUSDT""#,
            "killed",
            "market_killed",
        ),
        (
            4,
            r#""scope":"instrument","symbol":"BTCUSDT""#,
            "cancel_only",
            "cancel_only",
        ),
        (5, r#""scope":"exchange""#, "killed", "market_killed"),
        (6, r#""scope":"exchange""#, "cancel_only", "cancel_only"),
    ] {
        let resting = limit(10 * id, "sell", "100.00", "1");
        assert_eq!(outcome(&mut alice, &resting).await, "accepted", "{scope}");

        switch(&venue, scope, admission).await;

        let refused = limit(10 * id + 1, "sell", "100.00", "1");
        assert_eq!(outcome(&mut alice, &refused).await, said, "{scope}");
        if admission == "cancel_only" {
            let first = 10 * id;
            let cancel = format!(
                r#"{{"op":"cancel","id":90,"symbol":"BTCUSDT","client_order_id":"{first}"}}"#
            );
            assert_eq!(outcome(&mut alice, &cancel).await, "requested", "{scope}");
        }
        switch(&venue, scope, "open").await;
    }
    venue.close().await;
}
