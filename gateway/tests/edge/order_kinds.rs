//! Every kind of order over a real socket: what is reserved while it is open, what it reports, and that
//! nothing stays reserved when it is over.

use serde_json::{Value, json};

use crate::participant::{Participant, limit};
use crate::venue::Venue;

/// A market with a last price of 100.00, five bid at 95.00 and five offered at 105.00 by carol.
///
/// Alice, who sold the one that traded, has 9 BTC and 100,100 USDT.
async fn market(venue: &Venue) -> Participant {
    let mut alice = Participant::log_on_and_follow(venue, "alice").await;
    let mut bob = Participant::log_on(venue, "bob").await;
    let mut carol = Participant::log_on(venue, "carol").await;
    alice.ask(&limit(1, "sell", "100.00", "1")).await;
    bob.ask(&limit(1, "buy", "100.00", "1")).await;
    carol.ask(&limit(1, "buy", "95.00", "5")).await;
    carol.ask(&limit(2, "sell", "105.00", "5")).await;
    // What is published measures: this answer comes after the touch.
    alice
        .ask(r#"{"op":"subscribe","id":2,"channel":"top","symbols":["BTCUSDT"]}"#)
        .await;
    alice.passed.clear();
    alice
}

/// What of an asset is `[available, held]`.
async fn funds(participant: &mut Participant, asset: &str) -> [String; 2] {
    let answer = participant.ask(r#"{"op":"balances","id":500}"#).await;
    let balances = answer["balances"].as_array().unwrap();
    let found = balances.iter().find(|one| one["asset"] == asset).unwrap();
    ["available", "hold"].map(|field| found[field].as_str().unwrap().to_owned())
}

fn submit(fields: &str) -> String {
    format!(r#"{{"op":"submit","id":10,"symbol":"BTCUSDT",{fields}}}"#)
}

/// Submits an order for alice, and says what is held for it then; afterwards all is canceled, and nothing is.
async fn held_for(asset: &str, fields: &str) -> String {
    let venue = Venue::open().await;
    let mut alice = market(&venue).await;

    let answer = alice.ask(&submit(fields)).await;
    assert_eq!(answer["kind"], "accepted", "{fields}: {answer}");
    let [_, held] = funds(&mut alice, asset).await;
    let open = alice.ask(r#"{"op":"open_orders","id":9}"#).await;
    assert_eq!(open["orders"].as_array().map(Vec::len), Some(1), "{fields}");

    alice.ask(r#"{"op":"mass_cancel","id":11}"#).await;
    for asset in ["USDT", "BTC"] {
        let [_, held] = funds(&mut alice, asset).await;
        assert_eq!(held, "0.00000000", "{fields}: {asset}");
    }
    let open = alice.ask(r#"{"op":"open_orders","id":12}"#).await;
    assert_eq!(open["orders"], json!([]), "{fields}");
    venue.close().await;
    held
}

#[tokio::test]
async fn a_waiting_buy_holds_what_its_trigger_and_protection_can_cost() {
    let stop = r#""side":"buy","quantity":"1","type":"market","stop_price":"110.00""#;
    let stop_limit =
        r#""side":"buy","quantity":"1","type":"limit","price":"112.00","stop_price":"110.00""#;
    let protected =
        r#""side":"buy","quantity":"1","type":"market","protection":"3.00","stop_price":"110.00""#;
    let take = r#""side":"buy","quantity":"1","type":"market","take_price":"90.00""#;
    let take_limit =
        r#""side":"buy","quantity":"1","type":"limit","price":"91.00","take_price":"90.00""#;
    let trailing = r#""side":"buy","quantity":"1","type":"market","trail":"7.00""#;
    let in_bips = r#""side":"buy","quantity":"1","type":"market","trail_bips":700"#;
    let from_later =
        r#""side":"buy","quantity":"1","type":"market","trail":"7.00","activation_price":"98.00""#;

    assert_eq!(held_for("USDT", stop).await, "115.50000000");
    assert_eq!(held_for("USDT", stop_limit).await, "112.00000000");
    assert_eq!(held_for("USDT", protected).await, "113.00000000");
    assert_eq!(held_for("USDT", take).await, "94.50000000");
    assert_eq!(held_for("USDT", take_limit).await, "91.00000000");
    assert_eq!(held_for("USDT", trailing).await, "112.35000000");
    assert_eq!(held_for("USDT", in_bips).await, "112.35000000");
    // It does not trail yet: measured by the best ask.
    assert_eq!(held_for("USDT", from_later).await, "110.25000000");
}

#[tokio::test]
async fn a_waiting_sale_holds_what_it_sells() {
    let stop = r#""side":"sell","quantity":"2","type":"market","stop_price":"90.00""#;
    let trailing = r#""side":"sell","quantity":"2","type":"market","trail_bips":500"#;
    let take_limit =
        r#""side":"sell","quantity":"2","type":"limit","price":"120.00","take_price":"119.00""#;

    for fields in [stop, trailing, take_limit] {
        assert_eq!(held_for("BTC", fields).await, "2.00000000");
    }
}

#[tokio::test]
async fn a_market_order_that_rests_holds_what_its_limit_from_the_book_needs() {
    let protected = r#""side":"buy","quantity":"7","type":"market","protection":"3.00""#;
    let to_limit = r#""side":"buy","quantity":"7","type":"market_to_limit""#;
    let sale = r#""side":"sell","quantity":"7","type":"market_to_limit""#;

    assert_eq!(held_for("USDT", protected).await, "216.00000000");
    assert_eq!(held_for("USDT", to_limit).await, "210.00000000");
    assert_eq!(held_for("BTC", sale).await, "2.00000000");
}

#[tokio::test]
async fn an_order_that_shows_little_or_nothing_holds_all() {
    let iceberg =
        r#""side":"buy","quantity":"10","type":"limit","price":"90.00","display_quantity":"2""#;
    let hidden = r#""side":"buy","quantity":"10","type":"limit","price":"90.00","hidden":true"#;
    let day =
        r#""side":"buy","quantity":"10","type":"limit","price":"90.00","time_in_force":"DAY""#;
    let at_open =
        r#""side":"buy","quantity":"10","type":"limit","price":"90.00","time_in_force":"OPG""#;
    let post_only =
        r#""side":"buy","quantity":"10","type":"limit","price":"90.00","post_only":"slide""#;

    for fields in [iceberg, hidden, day, at_open, post_only] {
        assert_eq!(held_for("USDT", fields).await, "900.00000000", "{fields}");
    }
}

#[tokio::test]
async fn a_stop_fires_trades_and_gives_back_what_it_did_not_need() {
    let venue = Venue::open().await;
    let mut alice = market(&venue).await;
    let mut bob = Participant::log_on(&venue, "bob").await;
    alice
        .ask(&submit(
            r#""side":"buy","quantity":"1","type":"market","stop_price":"104.00""#,
        ))
        .await;

    bob.ask(&limit(3, "buy", "105.00", "1")).await;

    let fired = alice
        .read_until(|message| message["kind"] == "triggered")
        .await;
    assert_eq!(fired["order_id"], 5);
    let trade = alice.read_until(|message| message["kind"] == "trade").await;
    assert_eq!(
        (&trade["status"], &trade["last_price"]),
        (&json!("filled"), &json!("105.00"))
    );
    assert_eq!(
        funds(&mut alice, "USDT").await,
        ["99995.00000000", "0.00000000"]
    );
    assert_eq!(
        funds(&mut alice, "BTC").await,
        ["10.00000000", "0.00000000"]
    );
    venue.close().await;
}

#[tokio::test]
async fn a_waiting_order_that_is_changed_holds_what_its_new_terms_need() {
    let venue = Venue::open().await;
    let mut alice = market(&venue).await;
    let stop = r#""side":"buy","quantity":"1","type":"market","stop_price":"110.00""#;
    let order_id = alice.ask(&submit(stop)).await["order_id"].clone();

    let higher = format!(
        r#"{{"op":"replace","id":20,"symbol":"BTCUSDT","order_id":{order_id},"trigger_price":"120.00"}}"#
    );
    assert_eq!(alice.ask(&higher).await["kind"], "replaced");
    assert_eq!(
        funds(&mut alice, "USDT").await,
        ["99974.00000000", "126.00000000"]
    );

    let more = format!(
        r#"{{"op":"replace","id":21,"symbol":"BTCUSDT","order_id":{order_id},"quantity":"3"}}"#
    );
    assert_eq!(alice.ask(&more).await["kind"], "replaced");
    assert_eq!(
        funds(&mut alice, "USDT").await,
        ["99722.00000000", "378.00000000"]
    );

    alice.ask(r#"{"op":"mass_cancel","id":22}"#).await;
    assert_eq!(
        funds(&mut alice, "USDT").await,
        ["100100.00000000", "0.00000000"]
    );
    venue.close().await;
}

#[tokio::test]
async fn a_waiting_buy_beyond_what_is_available_is_refused_and_nothing_is_kept() {
    let venue = Venue::open().await;
    let mut alice = market(&venue).await;

    let refused: Value = alice
        .ask(&submit(
            r#""side":"buy","quantity":"900","type":"market","stop_price":"110.00""#,
        ))
        .await;

    assert_eq!(refused["reason"], "insufficient_funds");
    assert_eq!(
        funds(&mut alice, "USDT").await,
        ["100100.00000000", "0.00000000"]
    );
    venue.close().await;
}

#[tokio::test]
async fn a_pegged_buy_holds_its_cap_or_what_protection_allows() {
    let capped = r#""side":"buy","quantity":"1","type":"pegged","peg":"primary","price":"99.00""#;
    let uncapped = r#""side":"buy","quantity":"1","type":"pegged","peg":"primary""#;
    let sale = r#""side":"sell","quantity":"1","type":"pegged","peg":"mid""#;

    assert_eq!(held_for("USDT", capped).await, "99.00000000");
    assert_eq!(held_for("USDT", uncapped).await, "110.25000000");
    assert_eq!(held_for("BTC", sale).await, "1.00000000");
}

#[tokio::test]
async fn a_pegged_order_reports_its_price_and_each_move() {
    let venue = Venue::open().await;
    let mut alice = market(&venue).await;
    let mut bob = Participant::log_on(&venue, "bob").await;
    let pegged = r#""side":"buy","quantity":"1","type":"pegged","peg":"primary","price":"99.00""#;

    alice.ask(&submit(pegged)).await;
    bob.ask(&limit(3, "buy", "97.00", "1")).await;

    let first = alice
        .read_until(|message| message["kind"] == "pegged")
        .await;
    assert_eq!(first["price"], "95.00");
    let moved = alice
        .read_until(|message| message["kind"] == "pegged")
        .await;
    assert_eq!(moved["price"], "97.00");
    venue.close().await;
}

#[tokio::test]
async fn one_leg_that_trades_ends_the_other_and_frees_what_it_held() {
    let venue = Venue::open().await;
    let mut alice = market(&venue).await;
    let mut bob = Participant::log_on(&venue, "bob").await;
    let profit = r#""side":"sell","quantity":"2","type":"limit","price":"104.00""#;
    let order_id = alice.ask(&submit(profit)).await["order_id"].clone();
    let loss = format!(
        r#"{{"op":"submit","id":11,"symbol":"BTCUSDT","side":"sell","quantity":"2","type":"market","stop_price":"90.00","oco_order_id":{order_id}}}"#
    );
    assert_eq!(alice.ask(&loss).await["kind"], "accepted");

    bob.ask(&limit(3, "buy", "104.00", "2")).await;

    let gone = alice
        .read_until(|message| message["reason"] == "oco_partner")
        .await;
    assert_eq!(gone["kind"], "canceled");
    assert_eq!(funds(&mut alice, "BTC").await, ["7.00000000", "0.00000000"]);
    venue.close().await;
}

#[tokio::test]
async fn a_child_is_held_at_entry_starts_with_its_parents_fill_and_ends_with_nothing_held() {
    let venue = Venue::open().await;
    let mut alice = market(&venue).await;
    let mut bob = Participant::log_on(&venue, "bob").await;
    let entry = r#""side":"buy","quantity":"2","type":"limit","price":"99.00""#;
    let order_id = alice.ask(&submit(entry)).await["order_id"].clone();
    let child = format!(
        r#"{{"op":"submit","id":11,"symbol":"BTCUSDT","side":"sell","quantity":"2","type":"limit","price":"120.00","parent_order_id":{order_id}}}"#
    );
    assert_eq!(alice.ask(&child).await["kind"], "accepted");
    assert_eq!(funds(&mut alice, "BTC").await, ["7.00000000", "2.00000000"]);

    bob.ask(&limit(3, "sell", "99.00", "2")).await;

    let rests = alice
        .read_until(|message| message["kind"] == "rested")
        .await;
    assert_eq!(rests["price"], "120.00");
    alice.ask(r#"{"op":"mass_cancel","id":12}"#).await;
    assert_eq!(
        funds(&mut alice, "BTC").await,
        ["11.00000000", "0.00000000"]
    );
    assert_eq!(
        funds(&mut alice, "USDT").await,
        ["99902.00000000", "0.00000000"]
    );
    venue.close().await;
}
