//! Who may do what: hello, logon, and what needs them.

use crate::participant::Participant;
use crate::venue::Venue;

#[tokio::test]
async fn hello_comes_first_and_tells_what_is_traded() {
    let venue = Venue::open().await;
    let mut guest = Participant::connect(&venue).await;
    let early = guest.ask(r#"{"op":"ping","id":1}"#).await;
    assert_eq!(early["code"], "hello_required");
    let foreign = guest.ask(r#"{"op":"hello","id":2,"protocol":99}"#).await;
    assert_eq!(foreign["code"], "unsupported_protocol");

    let hello = guest
        .ask(r#"{"op":"hello","id":3,"protocol":1,"client":"test"}"#)
        .await;

    assert_eq!(hello["type"], "hello");
    assert_eq!(hello["epoch"], 7);
    assert_eq!(hello["clock"], "realtime");
    assert_eq!(hello["limits"]["frame_bytes_max"], 16_384);
    assert_eq!(hello["instruments"][0]["symbol"], "BTCUSDT");
    assert_eq!(hello["instruments"][0]["tick_size"], "0.01");
    assert_eq!(hello["instruments"][0]["quantity_max"], "9000.00000");
    assert_eq!(hello["instruments"][1]["symbol"], "ETHUSDT");
    let twice = guest.ask(r#"{"op":"hello","id":4,"protocol":1}"#).await;
    assert_eq!(twice["code"], "already_greeted");
    venue.close().await;
}

#[tokio::test]
async fn everything_about_an_account_needs_a_logon() {
    let venue = Venue::open().await;
    let mut guest = Participant::greet(&venue).await;

    for request in [
        r#"{"op":"submit","id":1,"symbol":"BTCUSDT","side":"buy","type":"limit","price":"1","quantity":"1"}"#,
        r#"{"op":"cancel","id":1,"symbol":"BTCUSDT","order_id":1}"#,
        r#"{"op":"replace","id":1,"symbol":"BTCUSDT","order_id":1,"price":"2"}"#,
        r#"{"op":"cancel_replace","id":1,"symbol":"BTCUSDT","cancel_order_id":1,"side":"buy","type":"limit","price":"1","quantity":"1"}"#,
        r#"{"op":"mass_cancel","id":1}"#,
        r#"{"op":"open_orders","id":1}"#,
        r#"{"op":"balances","id":1}"#,
        r#"{"op":"subscribe","id":1,"channel":"executions"}"#,
    ] {
        let error = guest.ask(request).await;
        assert_eq!(error["code"], "logon_required", "{request}");
    }

    venue.close().await;
}

#[tokio::test]
async fn a_wrong_key_opens_nothing_and_a_right_one_still_does() {
    let venue = Venue::open().await;
    let mut guest = Participant::greet(&venue).await;
    let wrong = guest.ask(r#"{"op":"logon","id":1,"key":"mallory"}"#).await;
    assert_eq!(wrong["code"], "bad_key");

    let right = guest.ask(r#"{"op":"logon","id":2,"key":"bob"}"#).await;

    assert_eq!(right["type"], "logged_on");
    assert_eq!(right["account"], 2);
    let twice = guest.ask(r#"{"op":"logon","id":3,"key":"alice"}"#).await;
    assert_eq!(twice["code"], "already_logged_on");
    venue.close().await;
}

#[tokio::test]
async fn another_accounts_order_cannot_be_touched_and_looks_unknown() {
    let venue = Venue::open().await;
    let mut alice = Participant::log_on(&venue, "alice").await;
    let mut bob = Participant::log_on(&venue, "bob").await;
    let order = r#"{"op":"submit","id":1,"symbol":"BTCUSDT","client_order_id":"mine","side":"buy","type":"limit","price":"100.00","quantity":"1"}"#;
    let accepted = alice.ask(order).await;
    assert_eq!(accepted["order_id"], 1);

    for request in [
        r#"{"op":"cancel","id":1,"symbol":"BTCUSDT","order_id":1}"#,
        r#"{"op":"cancel","id":1,"symbol":"BTCUSDT","client_order_id":"mine"}"#,
        r#"{"op":"cancel","id":1,"symbol":"BTCUSDT","order_id":999}"#,
        r#"{"op":"replace","id":1,"symbol":"BTCUSDT","order_id":1,"quantity":"2"}"#,
    ] {
        let report = bob.ask(request).await;
        assert_eq!(report["kind"], "rejected", "{request}");
        assert_eq!(report["reason"], "unknown_order", "{request}");
    }
    let mass = bob.ask(r#"{"op":"mass_cancel","id":2}"#).await;
    assert_eq!(mass["canceled_orders"], 0);
    let open = alice.ask(r#"{"op":"open_orders","id":2}"#).await;
    assert_eq!(open["orders"][0]["order_id"], 1);
    let none = bob.ask(r#"{"op":"open_orders","id":3}"#).await;
    assert_eq!(none["orders"], serde_json::json!([]));
    venue.close().await;
}
