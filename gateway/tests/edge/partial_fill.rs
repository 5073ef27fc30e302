//! Goal: an order that a plan makes to fill in part trades that part for real, the rest is canceled, and the fault is listed;
//! whoever has no plan, and what does not take, is left alone. Method: two participants on raw sockets and on the persona.

use serde_json::{Value, json};

use crate::admin::operate;
use crate::binance::bot::{alice as alices_bot, bob as bobs_bot};
use crate::participant::{Participant, limit};
use crate::venue::Venue;

/// Binds a plan that makes the orders of a key fill by three quarters.
async fn bind(venue: &Venue, key: &str) {
    let fault = json!({"kind":"partial_fill","fill_percent":"75"});
    let plan = json!({ "name": "test", "key": key, "fault": [fault] });
    let (status, answer) = operate(venue, "POST", "/v1/admin/faults", &plan.to_string()).await;
    assert_eq!(status, 200, "{answer}");
}

/// Surface and what was done of each fault that was injected.
async fn injected(venue: &Venue) -> Vec<(String, String)> {
    let (_, report) = operate(venue, "GET", "/v1/admin/faults", "").await;
    let listed = report["injected"].as_array().unwrap();
    let text = |it: &Value, name: &str| it[name].as_str().unwrap().to_owned();
    listed
        .iter()
        .map(|it| {
            assert_eq!(it["kind"], "partial_fill");
            (text(it, "surface"), text(it, "what"))
        })
        .collect()
}

/// A figure of a report, without zeros at its end.
fn figure<'a>(report: &'a Value, name: &str) -> &'a str {
    let text = report[name].as_str().unwrap();
    text.trim_end_matches('0').trim_end_matches('.')
}

#[tokio::test]
async fn a_native_order_trades_its_part_and_the_rest_is_canceled() {
    let venue = Venue::open().await;
    let mut alice = Participant::log_on_and_follow(&venue, "alice").await;
    let mut bob = Participant::log_on(&venue, "bob").await;
    bind(&venue, "alice").await;
    bob.ask(&limit(1, "sell", "100", "8")).await;

    alice.send(&limit(2, "buy", "99", "4")).await;
    alice.send(&limit(3, "buy", "100", "4")).await;
    let trade = alice.read_until(|it| it["kind"] == "trade").await;
    let canceled = alice.read_until(|it| it["kind"] == "canceled").await;

    assert_eq!(figure(&trade, "last_quantity"), "3", "{trade}");
    assert_eq!(figure(&trade, "leaves_quantity"), "1", "{trade}");
    assert_eq!(trade["status"], "partially_filled");
    assert_eq!(figure(&canceled, "quantity"), "4", "{canceled}");
    assert_eq!(figure(&canceled, "filled_quantity"), "3", "{canceled}");
    assert_eq!(figure(&canceled, "canceled_quantity"), "1", "{canceled}");
    assert_eq!(canceled["reason"], "immediate_or_cancel");
    // The order at 99 met nobody: it rests, and was no opportunity.
    let injected = injected(&venue).await;
    assert_eq!(injected.len(), 1, "{injected:?}");
    let (surface, what) = &injected[0];
    assert_eq!(surface, "native");
    assert!(what.contains("BTCUSDT"), "{what}");
    venue.close().await;
}

#[tokio::test]
async fn an_order_of_the_persona_expires_with_its_part_and_others_fill_whole() {
    let venue = Venue::open().await;
    bobs_bot(&venue).limit("SELL", "100", "8", "").await.body();
    bind(&venue, "api-alice").await;

    let part = alices_bot(&venue).limit("BUY", "100", "4", "").await.body();
    bind(&venue, "nobody").await;
    let whole = alices_bot(&venue).limit("BUY", "100", "4", "").await.body();

    assert_eq!(part["status"], "EXPIRED", "{part}");
    assert_eq!(figure(&part, "origQty"), "4", "{part}");
    assert_eq!(figure(&part, "executedQty"), "3", "{part}");
    assert_eq!(whole["status"], "FILLED", "{whole}");
    let injected = injected(&venue).await;
    assert_eq!(injected.len(), 1, "{injected:?}");
    assert_eq!(injected[0].0, "rest");
    venue.close().await;
}
