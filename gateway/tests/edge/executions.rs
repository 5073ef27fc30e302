//! Goal: a session that was cut off goes on with its account's executions where it stood: nothing twice, nothing left
//! out, and where that cannot be, it is told so.
//! Method: an account trades while it is away, and comes back with the last event it saw.

use gateway::Limits;
use serde_json::Value;

use crate::participant::{Participant, limit};
use crate::venue::{Venue, limits};

/// `kind seq.k` of each report.
fn told(messages: &[Value]) -> Vec<String> {
    let reports = messages
        .iter()
        .filter(|message| message["type"] == "report");
    reports
        .map(|report| {
            let event = &report["event"];
            format!(
                "{} {}.{}",
                report["kind"].as_str().unwrap(),
                event["seq"],
                event["k"]
            )
        })
        .collect()
}

fn resume(epoch: u64, after: &str) -> String {
    format!(r#"{{"op":"resume_executions","id":50,"epoch":{epoch},"after":[{after}]}}"#)
}

/// Alice rests two orders and is gone; bob takes half of the first.
async fn trade_while_alice_is_away(venue: &Venue) {
    let mut alice = Participant::log_on(venue, "alice").await;
    alice.ask(&limit(1, "sell", "100.00", "2")).await;
    alice.ask(&limit(2, "sell", "101.00", "1")).await;
    drop(alice);
    let mut bob = Participant::log_on_and_follow(venue, "bob").await;
    bob.ask(&limit(1, "buy", "100.00", "1")).await;
    bob.read_until(|message| message["kind"] == "trade").await;
}

#[tokio::test]
async fn who_comes_back_is_told_what_it_missed_and_then_what_comes() {
    let venue = Venue::open().await;
    trade_while_alice_is_away(&venue).await;

    let mut alice = Participant::log_on(&venue, "alice").await;
    let answer = alice
        .ask(&resume(7, r#"{"symbol":"BTCUSDT","seq":1,"k":0}"#))
        .await;
    alice.ask(&limit(3, "sell", "102.00", "1")).await;
    alice.assert_alive().await;

    assert_eq!(answer["type"], "subscribed");
    assert_eq!(answer["epoch"], 7);
    assert_eq!(
        answer["cursor"],
        serde_json::json!([{"symbol":"BTCUSDT","seq":3,"k":1}])
    );
    // The answer to its own order came to it by request.
    assert_eq!(
        told(&alice.passed),
        [
            "rested 1.1",
            "accepted 2.0",
            "rested 2.1",
            "trade 3.1",
            "rested 4.1"
        ]
    );
    assert!(
        alice
            .passed
            .iter()
            .all(|message| message.get("request").is_none())
    );
    venue.close().await;
}

#[tokio::test]
async fn the_cursor_of_a_subscription_is_where_a_resume_goes_on() {
    let venue = Venue::open().await;
    trade_while_alice_is_away(&venue).await;
    let mut first = Participant::log_on(&venue, "alice").await;
    let subscribed = first
        .ask(r#"{"op":"subscribe","id":1,"channel":"executions"}"#)
        .await;
    drop(first);
    let mut bob = Participant::log_on(&venue, "bob").await;
    bob.ask(&limit(2, "buy", "100.00", "1")).await;

    let mut second = Participant::log_on(&venue, "alice").await;
    let cursor = &subscribed["cursor"][0].to_string();
    second.ask(&resume(7, cursor)).await;
    second.assert_alive().await;

    assert_eq!(told(&second.passed), ["trade 4.1"]);
    let again = second.ask(&resume(7, cursor)).await;
    assert_eq!(again["code"], "already_subscribed");
    venue.close().await;
}

#[tokio::test]
async fn one_cursor_goes_on_with_executions_and_with_drop_copies_and_state_begins_with_all() {
    let venue = Venue::open().await;
    let mut copies = Participant::log_on(&venue, "alice").await;
    let subscribed = copies
        .ask(r#"{"op":"subscribe","id":1,"channel":"drop_copy"}"#)
        .await;
    assert_eq!(subscribed["cursor"], serde_json::json!([]));
    trade_while_alice_is_away(&venue).await;
    copies
        .read_until(|message| message["kind"] == "rested")
        .await;
    drop(copies);

    // What the copies told last was 1.1.
    let after = r#"[{"symbol":"BTCUSDT","seq":1,"k":1}]"#;
    for channel in ["executions", "drop_copy"] {
        let mut session = Participant::log_on(&venue, "alice").await;
        let answer = session
            .ask(&format!(
                r#"{{"op":"resume_executions","id":2,"channel":"{channel}","epoch":7,"after":{after}}}"#
            ))
            .await;
        session.assert_alive().await;

        assert_eq!(answer["channel"], channel);
        assert_eq!(
            told(&session.passed),
            ["accepted 2.0", "rested 2.1", "trade 3.1"],
            "{channel}"
        );
    }
    let mut state = Participant::log_on(&venue, "alice").await;
    for (id, channel) in [(3, "balances"), (4, "positions"), (5, "queue")] {
        state
            .ask(&format!(
                r#"{{"op":"subscribe","id":{id},"channel":"{channel}"}}"#
            ))
            .await;
    }
    let all = state
        .read_until(|message| message["type"] == "queue" && message["order_id"] == 2)
        .await;
    assert_eq!(all["quantity"], "1.00000");
    for channel in ["balances", "positions"] {
        let first = state.passed.iter().find(|it| it["type"] == channel);
        assert_eq!(first.unwrap()["seq"], 1, "{channel}");
    }
    venue.close().await;
}

#[tokio::test]
async fn what_is_not_kept_or_is_of_another_epoch_wants_a_snapshot() {
    let few = Limits {
        executions_kept_max: 3,
        ..limits()
    };
    let venue = Venue::open_with_limits(few).await;
    trade_while_alice_is_away(&venue).await;
    let mut alice = Participant::log_on(&venue, "alice").await;

    for (refused, code) in [
        (resume(7, ""), "snapshot_required"),
        (
            resume(6, r#"{"symbol":"BTCUSDT","seq":3,"k":1}"#),
            "snapshot_required",
        ),
        (
            resume(7, r#"{"symbol":"BTCUSDT","seq":9,"k":0}"#),
            "snapshot_required",
        ),
        (
            resume(7, r#"{"symbol":"DOGE","seq":9,"k":0}"#),
            "unknown_symbol",
        ),
        (
            resume(
                7,
                r#"{"symbol":"BTCUSDT","seq":3,"k":1},{"symbol":"BTCUSDT","seq":3,"k":1}"#,
            ),
            "bad_field",
        ),
    ] {
        assert_eq!(alice.ask(&refused).await["code"], code, "{refused}");
    }

    // It is not subscribed after a refusal, and what is kept can be had.
    let resumed = alice
        .ask(&resume(7, r#"{"symbol":"BTCUSDT","seq":3,"k":1}"#))
        .await;
    assert_eq!(resumed["type"], "subscribed");
    venue.close().await;
}

#[tokio::test]
async fn nobody_goes_on_with_the_executions_of_others() {
    let venue = Venue::open().await;
    trade_while_alice_is_away(&venue).await;
    let mut carol = Participant::log_on(&venue, "carol").await;
    let mut nobody = Participant::greet(&venue).await;

    assert_eq!(nobody.ask(&resume(7, "")).await["code"], "logon_required");
    let answer = carol.ask(&resume(7, "")).await;
    carol.assert_alive().await;

    assert_eq!(answer["cursor"], serde_json::json!([]));
    assert_eq!(told(&carol.passed), Vec::<String>::new());
    venue.close().await;
}
