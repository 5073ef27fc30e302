//! Public channels: each begins with what is so, counts without gaps, can be resumed, and says what it leaves out.

use engine::{Command, SessionState};
use gateway::Limits;
use serde_json::{Value, json};

use crate::participant::{Participant, limit};
use crate::venue::{Venue, limits};

/// Subscribes to one channel of BTCUSDT with further fields, and leaves what follows unread.
async fn follow(venue: &Venue, channel: &str, more: &str) -> Participant {
    let mut watcher = Participant::greet(venue).await;
    let answer = watcher.ask(&subscription(channel, more)).await;
    assert_eq!(answer["type"], "subscribed", "{answer}");
    watcher
}

fn subscription(channel: &str, more: &str) -> String {
    format!(r#"{{"op":"subscribe","id":1,"channel":"{channel}","symbols":["BTCUSDT"]{more}}}"#)
}

fn resume(id: u64, channel: &str, epoch: u64, from: u64) -> String {
    format!(
        r#"{{"op":"resume","id":{id},"channel":"{channel}","symbol":"BTCUSDT","epoch":{epoch},"from":{from}}}"#
    )
}

#[tokio::test]
async fn what_was_missed_is_sent_again_byte_by_byte_on_the_same_connection_and_on_another() {
    let venue = Venue::open().await;
    let mut alice = Participant::log_on(&venue, "alice").await;
    let mut watcher = follow(&venue, "depth", "").await;
    assert_eq!(watcher.read().await["seq"], 0);
    for n in 1..=5 {
        alice.ask(&limit(n, "buy", &format!("9{n}.00"), "1")).await;
    }
    let mut seen = Vec::new();
    for _ in 1..=5 {
        seen.push(watcher.read().await);
    }

    let answer = watcher.ask(&resume(2, "depth", 7, 4)).await;
    let again = [watcher.read().await, watcher.read().await];
    let mut other = Participant::greet(&venue).await;
    other.ask(&resume(1, "depth", 7, 3)).await;
    alice.ask(&limit(6, "buy", "97.00", "1")).await;

    assert_eq!(answer["type"], "subscribed");
    assert_eq!(again, [seen[3].clone(), seen[4].clone()]);
    for before in &seen[2..] {
        assert_eq!(other.read().await, *before);
    }
    assert_eq!(other.read().await["seq"], 6);
    assert_eq!(watcher.read().await["seq"], 6);
    venue.close().await;
}

#[tokio::test]
async fn what_is_no_longer_kept_or_of_another_epoch_needs_a_snapshot() {
    let limits = Limits {
        resume_messages_max: 2,
        ..limits()
    };
    let venue = Venue::open_with_limits(limits).await;
    let mut alice = Participant::log_on(&venue, "alice").await;
    let _watcher = follow(&venue, "orders", "").await;
    for n in 1..=4 {
        alice.ask(&limit(n, "buy", "90.00", "1")).await;
    }
    let mut late = Participant::greet(&venue).await;

    let too_old = late.ask(&resume(1, "orders", 7, 2)).await;
    let other_epoch = late.ask(&resume(2, "orders", 6, 4)).await;
    let not_yet = late.ask(&resume(3, "orders", 7, 6)).await;
    let private = late.ask(&resume(4, "executions", 7, 1)).await;
    let kept = late.ask(&resume(5, "orders", 7, 3)).await;

    for refusal in [too_old, other_epoch, not_yet] {
        assert_eq!(refusal["code"], "snapshot_required", "{refusal}");
    }
    assert_eq!(private["code"], "bad_field");
    assert_eq!(kept["type"], "subscribed");
    assert_eq!(late.read().await["seq"], 3);
    assert_eq!(late.read().await["seq"], 4);
    venue.close().await;
}

#[tokio::test]
async fn orders_are_told_in_queue_order_without_what_is_hidden() {
    let venue = Venue::open().await;
    let mut alice = Participant::log_on(&venue, "alice").await;
    let mut bob = Participant::log_on(&venue, "bob").await;
    alice.ask(&limit(1, "sell", "101.00", "3")).await;
    let hidden = limit(2, "sell", "101.00", "2").replace('}', r#","hidden":true}"#);
    alice.ask(&hidden).await;
    let iceberg = limit(3, "sell", "101.00", "5").replace('}', r#","display_quantity":"2"}"#);
    alice.ask(&iceberg).await;
    let mut watcher = follow(&venue, "orders", "").await;

    let snapshot = watcher.read().await;
    bob.ask(&limit(1, "buy", "101.00", "1")).await;
    let change = watcher.read().await;

    assert_eq!(snapshot["type"], "orders_snapshot");
    assert_eq!(snapshot["seq"], 2);
    assert_eq!(
        snapshot["asks"],
        json!([[1, "101.00", "3.00000"], [3, "101.00", "2.00000"]])
    );
    // CRC32 of 10100 300000 10100 200000.
    assert_eq!(snapshot["checksum"], 617_998_706_u64);
    assert_eq!(change["seq"], 3);
    assert_eq!(
        change["changes"],
        json!([["executed", "sell", 1, "101.00", "2.00000"]])
    );
    venue.close().await;
}

#[tokio::test]
async fn a_window_tells_what_comes_into_it() {
    let venue = Venue::open().await;
    let mut alice = Participant::log_on(&venue, "alice").await;
    for (id, price) in [(1, "99.00"), (2, "98.00"), (3, "97.00")] {
        alice.ask(&limit(id, "buy", price, "1")).await;
    }
    let mut watcher = follow(&venue, "depth", r#","levels":1"#).await;

    let snapshot = watcher.read().await;
    alice.ask(&limit(4, "buy", "96.00", "1")).await;
    alice
        .ask(r#"{"op":"cancel","id":5,"symbol":"BTCUSDT","order_id":1}"#)
        .await;
    let change = watcher.read().await;

    assert_eq!(snapshot["bids"], json!([["99.00", "1.00000"]]));
    assert_eq!((&change["from"], &change["seq"]), (&json!(4), &json!(5)));
    assert_eq!(
        change["bids"],
        json!([["99.00", "0.00000"], ["98.00", "1.00000"]])
    );
    venue.close().await;
}

#[tokio::test]
async fn intervals_cover_every_change_without_a_gap() {
    let venue = Venue::open().await;
    let mut alice = Participant::log_on(&venue, "alice").await;
    let mut watcher = follow(
        &venue,
        "depth",
        r#","delivery":"interval","interval_ms":10"#,
    )
    .await;
    assert_eq!(watcher.read().await["type"], "depth_snapshot");

    for n in 1..=60 {
        let price = format!("{}.00", 50 + n % 7);
        alice.ask(&limit(n, "buy", &price, "0.00001")).await;
    }
    let mut told = 0;
    let mut last = Value::Null;
    while told < 60 {
        let message = watcher.read().await;
        assert_eq!(
            message["from"],
            told + 1,
            "nothing is left out or told twice"
        );
        told = message["seq"].as_u64().unwrap();
        last = message;
    }

    let book = follow(&venue, "depth", "").await.read().await;
    assert_eq!(book["checksum"], last["checksum"]);
    venue.close().await;
}

#[tokio::test]
async fn the_latest_top_is_what_is_so() {
    let venue = Venue::open().await;
    let mut alice = Participant::log_on(&venue, "alice").await;
    let mut watcher = follow(&venue, "top", r#","delivery":"latest""#).await;
    assert_eq!(watcher.read().await["seq"], 0);

    for n in 1..=20 {
        let price = format!("{}.00", 50 + n);
        alice.ask(&limit(n, "buy", &price, "1")).await;
    }
    let mut told = 0;
    let mut last = Value::Null;
    while told < 20 {
        last = watcher.read().await;
        assert_eq!(last["from"], told + 1);
        told = last["seq"].as_u64().unwrap();
    }

    assert_eq!(last["bid"], json!(["70.00", "1.00000"]));
    venue.close().await;
}

#[tokio::test]
async fn subscriptions_that_make_no_sense_are_refused() {
    let venue = Venue::open().await;
    let mut watcher = Participant::greet(&venue).await;

    for (code, channel, more) in [
        ("bad_field", "trades", r#","delivery":"latest""#),
        ("bad_field", "depth", r#","delivery":"latest""#),
        ("missing_field", "depth", r#","delivery":"interval""#),
        (
            "bad_field",
            "depth",
            r#","delivery":"interval","interval_ms":33"#,
        ),
        ("bad_field", "top", r#","interval_ms":100"#),
        ("bad_field", "depth", r#","levels":0"#),
    ] {
        let refusal = watcher.ask(&subscription(channel, more)).await;
        assert_eq!(refusal["code"], code, "{channel}{more}");
    }

    let queue = watcher.ask(&subscription("queue", "")).await;
    assert_eq!(queue["code"], "logon_required");
    venue.close().await;
}

#[tokio::test]
async fn a_call_is_told_and_its_book_may_be_crossed() {
    let venue = Venue::open().await;
    let mut alice = Participant::log_on(&venue, "alice").await;
    let mut bob = Participant::log_on(&venue, "bob").await;
    let mut status = follow(&venue, "status", "").await;
    let mut depth = follow(&venue, "depth", "").await;
    assert_eq!(depth.read().await["may_be_crossed"], Value::Null);

    venue
        .command(Command::SetState(SessionState::Auction))
        .await;
    alice.ask(&limit(1, "buy", "101.00", "2")).await;
    bob.ask(&limit(1, "sell", "100.00", "1")).await;
    let crossed = [depth.read().await, depth.read().await];
    venue
        .command(Command::SetState(SessionState::Continuous))
        .await;
    let uncrossed = depth.read().await;

    assert_eq!(crossed[0]["may_be_crossed"], true);
    assert_eq!(crossed[1]["may_be_crossed"], true);
    assert_eq!(uncrossed["may_be_crossed"], Value::Null);
    assert_eq!(uncrossed["bids"], json!([["101.00", "1.00000"]]));
    assert_eq!(uncrossed["asks"], json!([["100.00", "0.00000"]]));
    let states = [
        status.read().await,
        status.read().await,
        status.read().await,
    ];
    assert_eq!(states[0]["state"], "continuous");
    assert_eq!(states[1]["state"], "auction");
    assert_eq!(states[2]["state"], "continuous");
    assert_eq!(states[2]["seq"], 2);
    venue.close().await;
}

#[tokio::test]
async fn an_instrument_is_what_hello_says_it_is() {
    let venue = Venue::open().await;
    let mut watcher = Participant::connect(&venue).await;
    let hello = watcher.ask(r#"{"op":"hello","id":1,"protocol":1}"#).await;
    watcher.ask(&subscription("instruments", "")).await;

    let definition = watcher.read().await;

    assert_eq!(definition["type"], "instrument");
    assert_eq!(definition["instrument"], hello["instruments"][0]);
    venue.close().await;
}

#[tokio::test]
async fn owners_see_their_places_in_the_queue() {
    let venue = Venue::open().await;
    let mut alice = Participant::log_on(&venue, "alice").await;
    let mut bob = Participant::log_on(&venue, "bob").await;
    let mut owner = Participant::log_on(&venue, "bob").await;
    alice.ask(&limit(1, "buy", "99.00", "3")).await;
    bob.ask(&limit(1, "buy", "99.00", "1")).await;
    owner.ask(&subscription("queue", "")).await;

    let first = owner.read().await;
    alice.ask(&limit(2, "buy", "99.00", "2")).await;
    let behind = owner.read().await;
    alice.ask(&limit(3, "buy", "98.00", "2")).await;
    alice
        .ask(r#"{"op":"cancel","id":4,"symbol":"BTCUSDT","order_id":1}"#)
        .await;
    let at_the_head = owner.read().await;
    bob.ask(r#"{"op":"cancel","id":5,"symbol":"BTCUSDT","order_id":2}"#)
        .await;
    let gone = owner.read().await;

    assert_eq!(first["order_id"], 2);
    assert_eq!(first["quantity"], "1.00000");
    assert_eq!(
        (&first["quantity_ahead"], &first["orders_ahead"]),
        (&json!("3.00000"), &json!(1))
    );
    assert_eq!(
        (&behind["quantity_behind"], &behind["orders_behind"]),
        (&json!("2.00000"), &json!(1))
    );
    assert_eq!(at_the_head["orders_ahead"], 0);
    assert_eq!(at_the_head["orders_behind"], 1);
    assert_eq!(gone["quantity"], "0.00000");
    venue.close().await;
}

#[tokio::test]
async fn a_session_that_only_follows_is_its_accounts_drop_copy() {
    let venue = Venue::open().await;
    let mut copy = Participant::log_on_and_follow(&venue, "alice").await;
    let mut first = Participant::log_on(&venue, "alice").await;
    let mut second = Participant::log_on(&venue, "alice").await;
    let mut bob = Participant::log_on(&venue, "bob").await;

    first.ask(&limit(1, "buy", "99.00", "1")).await;
    second.ask(&limit(1, "buy", "98.00", "1")).await;
    bob.ask(&limit(1, "buy", "97.00", "1")).await;
    second
        .ask(r#"{"op":"cancel","id":2,"symbol":"BTCUSDT","order_id":77}"#)
        .await;
    let mut told = Vec::new();
    while told.len() < 5 {
        let report = copy.read().await;
        assert_eq!(report["request"], Value::Null);
        told.push((report["kind"].clone(), report["order_id"].clone()));
    }

    let expected = [
        (json!("accepted"), json!(1)),
        (json!("rested"), json!(1)),
        (json!("accepted"), json!(2)),
        (json!("rested"), json!(2)),
        (json!("rejected"), json!(77)),
    ];
    assert_eq!(told, expected);
    venue.close().await;
}

#[tokio::test]
async fn heartbeats_come_after_so_many_events_and_tell_where_the_channels_stand() {
    let limits = Limits {
        heartbeat_events: 4,
        ..limits()
    };
    let venue = Venue::open_with_limits(limits).await;
    let mut alice = Participant::log_on(&venue, "alice").await;
    let mut watcher = follow(&venue, "heartbeat", "").await;
    assert_eq!(watcher.read().await["seq"], 0);

    // Accepted and rested: two events each.
    alice.ask(&limit(1, "buy", "99.00", "1")).await;
    alice.ask(&limit(2, "sell", "101.00", "1")).await;
    let heartbeat = watcher.read().await;

    assert_eq!(heartbeat["seq"], 1);
    assert_eq!(heartbeat["depth_seq"], 2);
    assert_eq!(heartbeat["orders_seq"], 2);
    assert_eq!(heartbeat["top_seq"], 2);
    assert_eq!(heartbeat["trades_seq"], 0);
    venue.close().await;
}
