//! Operators change an instrument while it trades: its rules, its grid, its session state.

use serde_json::json;

use crate::admin::operate;
use crate::participant::{Participant, limit};
use crate::venue::Venue;

async fn ask_operator(venue: &Venue, verb: &str, body: &str) -> (u16, serde_json::Value) {
    operate(venue, "POST", &format!("/v1/admin/{verb}"), body).await
}

#[tokio::test]
async fn rules_are_changed_told_and_hold_for_the_next_order() {
    let venue = Venue::open().await;
    let mut alice = Participant::log_on(&venue, "alice").await;
    let rules = r#"{"symbol":"BTCUSDT","rules":{"entry_band":{"low":"90","high":"110"},"stop_on_entry":"trigger"}}"#;

    let (status, changed) = ask_operator(&venue, "rules", rules).await;

    assert_eq!(status, 200, "{changed}");
    assert_eq!(
        (&changed["symbol"], &changed["seq"]),
        (&json!("BTCUSDT"), &json!(1))
    );
    let refused = alice.ask(&limit(1, "buy", "120.00", "1")).await;
    assert_eq!(refused["reason"], "price_outside_band");
    let (status, told) = operate(&venue, "GET", "/v1/admin/instruments/BTCUSDT", "").await;
    assert_eq!(status, 200, "{told}");
    assert_eq!(
        told["rules"]["entry_band"],
        json!({"low": "90.00", "high": "110.00"})
    );
    assert_eq!(told["rules"]["stop_on_entry"], "trigger");
    assert_eq!(told["session_state"], "continuous");
    venue.close().await;
}

#[tokio::test]
async fn rules_that_make_no_sense_are_refused_by_their_field() {
    let venue = Venue::open().await;
    let band = r#"{"symbol":"BTCUSDT","rules":{"entry_band":{"low":"2","high":"1"}}}"#;
    let unknown = r#"{"symbol":"BTCUSDT","rules":{"entry_bnad":{}}}"#;

    let (status, refused) = ask_operator(&venue, "rules", band).await;
    assert_eq!((status, &refused["error"]), (400, &json!("bad_request")));
    let text = refused["text"].as_str().unwrap();
    assert!(text.contains("rules.entry_band.low"), "{text}");
    let (status, refused) = ask_operator(&venue, "rules", unknown).await;
    assert_eq!(status, 400);
    let text = refused["text"].as_str().unwrap();
    assert!(text.contains("unknown field `entry_bnad`"), "{text}");
    let nobody = r#"{"symbol":"NOSUCH","rules":{}}"#;
    let (status, refused) = ask_operator(&venue, "rules", nobody).await;
    assert_eq!((status, &refused["error"]), (404, &json!("unknown_symbol")));
    venue.close().await;
}

#[tokio::test]
async fn a_new_grid_is_shown_and_what_rests_off_it_stays() {
    let venue = Venue::open().await;
    let mut alice = Participant::log_on(&venue, "alice").await;
    alice.ask(&limit(1, "sell", "100.03", "1")).await;

    let (status, changed) = ask_operator(
        &venue,
        "grid",
        r#"{"symbol":"BTCUSDT","tick_size":"0.05","lot_size":"0.01"}"#,
    )
    .await;

    assert_eq!(status, 200, "{changed}");
    let mut bob = Participant::log_on(&venue, "bob").await;
    let off = bob.ask(&limit(1, "buy", "100.03", "1")).await;
    assert_eq!(off["reason"], "invalid_price");
    let (_, told) = operate(&venue, "GET", "/v1/admin/instruments/BTCUSDT", "").await;
    assert_eq!(
        [
            &told["tick_size"],
            &told["price_min"],
            &told["quantity_min"]
        ],
        [&json!("0.05"), &json!("0.05"), &json!("0.01000")]
    );
    bob.ask(&limit(2, "buy", "100.05", "1")).await;
    let open = alice.ask(r#"{"op":"open_orders","id":9}"#).await;
    assert_eq!(open["orders"], json!([]));
    venue.close().await;
}

#[tokio::test]
async fn a_call_collects_and_its_uncross_trades_with_nothing_left_held() {
    let venue = Venue::open().await;
    let mut alice = Participant::log_on(&venue, "alice").await;
    let mut bob = Participant::log_on_and_follow(&venue, "bob").await;
    let call = r#"{"symbol":"BTCUSDT","state":"auction"}"#;
    let (status, _) = ask_operator(&venue, "session", call).await;
    assert_eq!(status, 200);

    alice.ask(&limit(1, "sell", "100.00", "2")).await;
    let market =
        r#"{"op":"submit","id":2,"symbol":"BTCUSDT","side":"buy","type":"market","quantity":"1"}"#;
    // The touch must be published before it can measure.
    bob.ask(r#"{"op":"subscribe","id":1,"channel":"top","symbols":["BTCUSDT"]}"#)
        .await;
    let queued = bob.ask(market).await;
    assert_eq!(queued["kind"], "accepted", "{queued}");
    let open = bob.ask(r#"{"op":"open_orders","id":3}"#).await;
    assert_eq!(open["orders"][0]["waiting"], true);
    let (status, _) = ask_operator(&venue, "uncross", r#"{"symbol":"BTCUSDT"}"#).await;
    assert_eq!(status, 200);

    let trade = bob.read_until(|message| message["kind"] == "trade").await;
    assert_eq!(
        (&trade["status"], &trade["last_price"]),
        (&json!("filled"), &json!("100.00"))
    );
    let balances = bob.ask(r#"{"op":"balances","id":4}"#).await;
    let usdt = &balances["balances"][0];
    assert_eq!(
        (&usdt["available"], &usdt["hold"]),
        (&json!("99900.00000000"), &json!("0.00000000"))
    );
    venue.close().await;
}

#[tokio::test]
async fn an_operator_cancels_one_side_of_an_account_within_a_range() {
    let venue = Venue::open().await;
    let mut alice = Participant::log_on(&venue, "alice").await;
    alice.ask(&limit(1, "buy", "90.00", "1")).await;
    alice.ask(&limit(2, "buy", "95.00", "1")).await;
    alice.ask(&limit(3, "sell", "110.00", "1")).await;
    let body = r#"{"account":"alice","symbol":"BTCUSDT","side":"buy","price_from":"94"}"#;

    let (status, answer) = ask_operator(&venue, "mass_cancel", body).await;

    assert_eq!((status, &answer["applied"]), (200, &json!(true)));
    let open = alice.ask(r#"{"op":"open_orders","id":9}"#).await;
    let ids: Vec<_> = open["orders"]
        .as_array()
        .unwrap()
        .iter()
        .map(|order| order["order_id"].clone())
        .collect();
    assert_eq!(ids, [json!(1), json!(3)]);
    venue.close().await;
}
