//! What cannot be read or must not be: each mistake has its own clear answer, and the session lives on.

use serde_json::Value;
use tokio_tungstenite::tungstenite::Message;

use crate::participant::{Participant, limit};
use crate::venue::Venue;

/// Sends a frame that has no readable `id`, and reads the error.
async fn error_for(participant: &mut Participant, frame: &str) -> Value {
    participant.send(frame).await;
    participant.read().await
}

#[tokio::test]
async fn unreadable_frames_are_answered_and_survived() {
    let venue = Venue::open().await;
    let mut alice = Participant::log_on(&venue, "alice").await;

    for (frame, code) in [
        ("", "malformed_json"),
        ("{", "malformed_json"),
        ("nonsense", "malformed_json"),
        ("[1,2]", "malformed_json"),
        (r#"{"op":"submit""#, "malformed_json"),
        ("{}", "missing_field"),
        (r#"{"op":"fly"}"#, "unknown_op"),
        (r#"{"op":"ping","colour":"red"}"#, "unknown_field"),
        (r#"{"op":"ping","op":"ping"}"#, "duplicate_field"),
        (r#"{"op":"ping","id":-1}"#, "bad_field"),
        (r#"{"op":"ping","id":18446744073709551615}"#, "bad_field"),
        (r#"{"op":"cancel","symbol":"BTCUSDT"}"#, "missing_field"),
        (
            r#"{"op":"submit","symbol":"BTCUSDT","side":"buy","type":"limit","quantity":"1"}"#,
            "missing_field",
        ),
        (
            r#"{"op":"submit","symbol":"BTCUSDT","side":"up","type":"limit","price":"1","quantity":"1"}"#,
            "bad_field",
        ),
        (
            r#"{"op":"submit","symbol":"BTCUSDT","side":"buy","type":"limit","price":"1e3","quantity":"1"}"#,
            "bad_field",
        ),
    ] {
        let error = error_for(&mut alice, frame).await;
        assert_eq!(error["type"], "error", "{frame}");
        assert_eq!(error["code"], code, "{frame}");
        assert!(error["text"].is_string(), "{frame}");
    }

    alice.assert_alive().await;
    venue.close().await;
}

#[tokio::test]
async fn an_error_repeats_the_id_of_its_request() {
    let venue = Venue::open().await;
    let mut alice = Participant::log_on(&venue, "alice").await;

    let error = alice.ask(r#"{"op":"fly","id":41}"#).await;

    assert_eq!(error["type"], "error");
    assert_eq!(error["request"], 41);
    assert_eq!(error["code"], "unknown_op");
    venue.close().await;
}

#[tokio::test]
async fn binary_garbage_is_answered_and_survived() {
    let venue = Venue::open().await;
    let mut alice = Participant::log_on(&venue, "alice").await;

    alice
        .send_frame(Message::binary(vec![0, 159, 146, 150, 255]))
        .await;

    let error = alice.read().await;
    assert_eq!(error["code"], "malformed_binary");
    assert_eq!(error["text"], "the frame has 5 bytes, a header has 8");
    alice.assert_alive().await;
    venue.close().await;
}

#[tokio::test]
async fn impossible_prices_and_quantities_are_refused_with_their_reason() {
    let venue = Venue::open().await;
    let mut alice = Participant::log_on(&venue, "alice").await;

    for (price, quantity, reason, text) in [
        (
            "100.005",
            "1",
            "invalid_price",
            "field `price`: it has more than 2 decimals",
        ),
        (
            "0",
            "1",
            "invalid_price",
            "field `price`: it must be above zero",
        ),
        (
            "-1",
            "1",
            "invalid_price",
            "field `price`: it must not be negative",
        ),
        (
            "99999999999999999999",
            "1",
            "invalid_price",
            "field `price`: it is too large",
        ),
        (
            "1000000.01",
            "0.00001",
            "invalid_price",
            "the price is off the tick grid or out of bounds",
        ),
        (
            "100",
            "0.000001",
            "invalid_quantity",
            "field `quantity`: it has more than 5 decimals",
        ),
        (
            "100",
            "0",
            "invalid_quantity",
            "field `quantity`: it must be above zero",
        ),
        (
            "100",
            "-1",
            "invalid_quantity",
            "field `quantity`: it must not be negative",
        ),
        (
            "100",
            "999999999999999999",
            "invalid_quantity",
            "field `quantity`: it is too large",
        ),
        (
            "100",
            "9000.00001",
            "invalid_quantity",
            "the quantity is zero, off the lot grid or out of bounds",
        ),
    ] {
        let report = alice.ask(&limit(5, "buy", price, quantity)).await;
        assert_eq!(report["type"], "report", "{price} x {quantity}");
        assert_eq!(report["kind"], "rejected", "{price} x {quantity}");
        assert_eq!(report["status"], "rejected", "{price} x {quantity}");
        assert_eq!(report["reason"], reason, "{price} x {quantity}");
        assert_eq!(report["text"], text, "{price} x {quantity}");
    }

    alice.assert_alive().await;
    venue.close().await;
}

#[tokio::test]
async fn an_unknown_symbol_is_refused() {
    let venue = Venue::open().await;
    let mut alice = Participant::log_on(&venue, "alice").await;
    let order = limit(1, "buy", "100", "1").replace("BTCUSDT", "NOSUCH");

    let report = alice.ask(&order).await;

    assert_eq!(report["kind"], "rejected");
    assert_eq!(report["reason"], "unknown_symbol");
    assert_eq!(report["symbol"], "NOSUCH");
    alice.assert_alive().await;
    venue.close().await;
}

#[tokio::test]
async fn at_us_is_refused_where_the_clock_is_the_machines() {
    let venue = Venue::open().await;
    let mut alice = Participant::log_on(&venue, "alice").await;

    let error = alice
        .ask(r#"{"op":"cancel","id":3,"symbol":"BTCUSDT","order_id":1,"at_us":5}"#)
        .await;

    assert_eq!(error["code"], "bad_clock");
    venue.close().await;
}
