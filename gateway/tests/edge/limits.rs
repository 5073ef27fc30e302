//! What is full says so: rings, queues, subscriptions, open orders, silence.

use std::time::Duration;

use gateway::Limits;
use tokio::io::AsyncWriteExt;

use crate::participant::{Participant, limit};
use crate::venue::{Setup, Venue, limits, until, within};

#[tokio::test]
async fn a_slow_reader_is_cut_off_with_a_reason_and_others_go_on() {
    let limits = Limits {
        outbound_public_bytes_max: 4_096,
        ..limits()
    };
    let venue = Venue::open_with_limits(limits).await;
    let mut slow = Participant::greet(&venue).await;
    for channel in ["depth", "top", "trades"] {
        slow.ask(&format!(
            r#"{{"op":"subscribe","id":1,"channel":"{channel}","on_lag":"disconnect"}}"#
        ))
        .await;
    }
    let mut alice = Participant::log_on(&venue, "alice").await;

    // It does not read; kernel buffers fill first, then its own queue.
    let mut sent: u64 = 0;
    while venue.view.counters().slow_consumers == 0 {
        for _ in 0..500 {
            sent += 1;
            let price = format!("{}.00", 1 + sent % 50);
            alice.send(&limit(sent, "buy", &price, "0.00001")).await;
        }
        alice
            .ask(&format!(
                r#"{{"op":"mass_cancel","id":{}}}"#,
                1_000_000 + sent
            ))
            .await;
        alice.passed.clear();
        assert!(sent < 400_000, "a reader that does not read is cut off");
    }

    alice.assert_alive().await;
    // What the kernel had taken can still be read; then comes the end.
    let read = slow.read_until_gone().await;
    if let Ok(texts) = read {
        assert!(texts.iter().any(|text| text["reason"] == "slow_consumer"));
    }
    until("the slow session is gone", || venue.view.sessions() == 1).await;
    venue.close().await;
}

#[tokio::test]
async fn a_full_ring_answers_busy_gives_the_hold_back_and_keeps_room_for_cancels() {
    let venue = Venue::open_with(Setup {
        ring_capacity: 8,
        ..Setup::default()
    })
    .await;
    let mut alice = Participant::log_on(&venue, "alice").await;
    alice.ask(&limit(1, "buy", "1.00", "1")).await;
    // The matcher waits for its log, so the ring fills.
    venue.log.hold_outcomes();

    let mut burst = Vec::new();
    for id in 2..600 {
        let order = limit(id, "buy", "1.00", "1");
        burst.extend(masked(order.as_bytes()));
    }
    within(alice.stream().write_all(&burst)).await.unwrap();
    let busy = alice
        .read_until(|message| message["reason"] == "busy")
        .await;
    assert_eq!(busy["kind"], "rejected");
    assert_eq!(busy["status"], "rejected");
    alice
        .send(r#"{"op":"cancel","id":1000,"symbol":"BTCUSDT","order_id":1}"#)
        .await;
    venue.log.yield_outcomes();

    let canceled = alice.read_until(|message| message["request"] == 1000).await;
    assert_eq!(canceled["kind"], "canceled");
    assert!(venue.view.counters().busy > 0);
    let cleared = alice.ask(r#"{"op":"mass_cancel","id":1001}"#).await;
    assert_eq!(cleared["type"], "mass_canceled");
    let balances = alice.ask(r#"{"op":"balances","id":1002}"#).await;
    assert_eq!(balances["balances"][0]["available"], "100000.00000000");
    venue.close().await;
}

/// A short text frame as clients send it, with a mask of zeros.
fn masked(payload: &[u8]) -> Vec<u8> {
    let length = u16::try_from(payload.len()).unwrap();
    let mut frame = vec![0x81, 0xfe];
    frame.extend_from_slice(&length.to_be_bytes());
    frame.extend_from_slice(&[0; 4]);
    frame.extend_from_slice(payload);
    frame
}

#[tokio::test]
async fn every_request_of_a_burst_is_answered_exactly_once() {
    let venue = Venue::open().await;
    let mut alice = Participant::log_on(&venue, "alice").await;
    let mut burst = Vec::new();
    for id in 0..2_000 {
        burst.extend(masked(limit(id, "buy", "1.00", "0.00001").as_bytes()));
    }

    within(alice.stream().write_all(&burst)).await.unwrap();

    let mut answers = vec![0; 2_000];
    for _ in 0..2_000 {
        let message = alice.read().await;
        let request = usize::try_from(message["request"].as_u64().unwrap()).unwrap();
        assert_eq!(message["type"], "report");
        answers[request] += 1;
    }
    assert!(answers.iter().all(|count| *count == 1));
    alice.assert_alive().await;
    assert!(alice.passed.is_empty());
    venue.close().await;
}

#[tokio::test]
async fn one_subscription_too_many_is_refused() {
    let limits = Limits {
        subscriptions_per_session_max: 3,
        ..limits()
    };
    let venue = Venue::open_with_limits(limits).await;
    let mut watcher = Participant::greet(&venue).await;
    watcher
        .ask(r#"{"op":"subscribe","id":1,"channel":"top"}"#)
        .await;

    let two = watcher
        .ask(r#"{"op":"subscribe","id":2,"channel":"trades"}"#)
        .await;
    assert_eq!(two["code"], "limit_exceeded");
    let one = watcher
        .ask(r#"{"op":"subscribe","id":3,"channel":"trades","symbols":["ETHUSDT"]}"#)
        .await;

    assert_eq!(one["type"], "subscribed");
    venue.close().await;
}

#[tokio::test]
async fn one_open_order_too_many_is_refused() {
    let limits = Limits {
        open_orders_per_account_max: 2,
        ..limits()
    };
    let venue = Venue::open_with_limits(limits).await;
    let mut alice = Participant::log_on(&venue, "alice").await;
    alice.ask(&limit(1, "buy", "1.00", "1")).await;
    alice
        .ask(&limit(2, "buy", "1.00", "1").replace("BTC", "ETH"))
        .await;

    let third = alice.ask(&limit(3, "buy", "1.00", "1")).await;
    assert_eq!(third["reason"], "too_many_open_orders");
    alice
        .ask(r#"{"op":"cancel","id":4,"symbol":"BTCUSDT","order_id":1}"#)
        .await;
    let again = alice.ask(&limit(5, "buy", "1.00", "1")).await;

    assert_eq!(again["kind"], "accepted");
    venue.close().await;
}

#[tokio::test]
async fn a_session_that_does_not_even_pong_is_closed() {
    let limits = Limits {
        handshake_timeout: Duration::from_millis(50),
        ping_interval: Duration::from_millis(20),
        idle_timeout: Duration::from_millis(60),
        ..limits()
    };
    let venue = Venue::open_with_limits(limits).await;
    let _silent = Participant::greet(&venue).await;

    // A client that is not polled sends no pongs.
    until("the silent session is closed", || {
        venue.view.counters().idle_sessions == 1
    })
    .await;

    venue.close().await;
}

#[tokio::test]
async fn long_lists_of_open_orders_come_in_parts() {
    let venue = Venue::open().await;
    let mut alice = Participant::log_on(&venue, "alice").await;
    for id in 0..1_001 {
        alice.send(&limit(id, "buy", "1.00", "0.00001")).await;
    }
    alice
        .read_until(|message| message["request"] == 1_000)
        .await;

    let first = alice.ask(r#"{"op":"open_orders","id":5000}"#).await;
    let second = alice.read().await;

    assert_eq!(first["orders"].as_array().unwrap().len(), 1_000);
    assert_eq!(first["has_more"], true);
    assert_eq!(second["request"], 5000);
    assert_eq!(second["orders"].as_array().unwrap().len(), 1);
    assert_eq!(second["has_more"], false);
    venue.close().await;
}

#[tokio::test]
async fn a_retry_at_the_limit_of_open_orders_returns_the_original() {
    let limits = Limits {
        open_orders_per_account_max: 1,
        ..limits()
    };
    let venue = Venue::open_with_limits(limits).await;
    let mut alice = Participant::log_on(&venue, "alice").await;
    let order = r#"{"op":"submit","id":1,"symbol":"BTCUSDT","client_order_id":"once","side":"buy","type":"limit","price":"1.00","quantity":"1"}"#;
    assert_eq!(alice.ask(order).await["kind"], "accepted");

    let retry = alice.ask(&order.replace(r#""id":1"#, r#""id":2"#)).await;
    let other = alice
        .ask(
            &order
                .replace("once", "another")
                .replace(r#""id":1"#, r#""id":3"#),
        )
        .await;

    assert_eq!(retry["kind"], "repeated");
    assert_eq!(other["reason"], "too_many_open_orders");
    venue.close().await;
}

#[tokio::test]
async fn a_cancel_replace_that_may_end_nothing_counts_as_one_more_order() {
    let limits = Limits {
        open_orders_per_account_max: 1,
        ..limits()
    };
    let venue = Venue::open_with_limits(limits).await;
    let mut alice = Participant::log_on(&venue, "alice").await;
    alice.ask(&limit(1, "buy", "1.00", "1")).await;
    let request = r#"{"op":"cancel_replace","id":2,"symbol":"BTCUSDT","cancel_order_id":99,"on_cancel_failure":"continue","side":"buy","type":"limit","price":"1.00","quantity":"1"}"#;

    let refused = alice.ask(request).await;
    let stop = request
        .replace("continue", "stop")
        .replace("99", "1")
        .replace(r#""id":2"#, r#""id":3"#);
    let moved = alice.ask(&stop).await;

    assert_eq!(refused["reason"], "too_many_open_orders");
    assert_eq!(moved["kind"], "accepted");
    venue.close().await;
}

#[tokio::test]
async fn who_sends_without_a_pause_is_answered_and_not_cut_off() {
    let limits = Limits {
        open_orders_per_account_max: 64,
        outbound_messages_max: 128,
        ..limits()
    };
    let venue = Venue::open_with_limits(limits).await;
    let mut alice = Participant::log_on(&venue, "alice").await;
    let burst: Vec<u8> = (0..2_000)
        .flat_map(|id| masked(format!(r#"{{"op":"ping","id":{id}}}"#).as_bytes()))
        .collect();

    within(alice.stream().write_all(&burst)).await.unwrap();

    for id in 0..2_000 {
        assert_eq!(alice.read().await["request"], id);
    }
    assert_eq!(venue.view.counters().slow_consumers, 0);
    venue.close().await;
}

#[tokio::test]
async fn who_asks_too_fast_is_told_how_long_to_wait_and_who_goes_on_is_disconnected() {
    let limits = Limits {
        requests_per_second_max: 1,
        requests_burst_max: 20,
        rate_refusals_max: 30,
        ..limits()
    };
    let venue = Venue::open_with_limits(limits).await;
    let mut patient = Participant::log_on(&venue, "bob").await;
    let mut hasty = Participant::connect(&venue).await;
    let hello = hasty.ask(r#"{"op":"hello","id":0,"protocol":1}"#).await;
    assert_eq!(hello["limits"]["requests_per_second_max"], 1);
    assert_eq!(hello["limits"]["requests_burst_max"], 20);

    let burst: Vec<u8> = (1..200)
        .flat_map(|id| masked(limit(id, "buy", "1.00", "1").as_bytes()))
        .collect();
    within(hasty.stream().write_all(&burst)).await.unwrap();

    // Hello took one of twenty; nobody logged on.
    let mut answers = Vec::new();
    loop {
        let answer = hasty.read().await;
        if answer["type"] == "going_away" {
            assert_eq!(answer["reason"], "rate_limit");
            break;
        }
        answers.push(answer);
    }
    let ending = hasty.read_to_end().await;
    assert_eq!(ending.reason, "rate_limit");
    for (place, answer) in answers.iter().enumerate() {
        assert_eq!(answer["request"], place + 1);
        if answer["code"] == "rate_limited" {
            let pause_ms = answer["retry_after_ms"].as_u64().unwrap();
            assert!((1..=1_000).contains(&pause_ms), "{answer}");
        } else {
            assert_eq!(answer["code"], "logon_required");
        }
    }
    let counted = venue.view.counters();
    assert_eq!(counted.rate_limited_sessions, 1);
    // A stall of the machine may let a token or two come back.
    assert!(
        (30..=36).contains(&counted.rate_refusals),
        "{}",
        counted.rate_refusals
    );
    patient.assert_alive().await;
    venue.close().await;
}
