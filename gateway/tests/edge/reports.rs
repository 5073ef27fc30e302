//! Reports are private to the account, and each session gets each of them at most once.

use crate::participant::{Participant, limit};
use crate::venue::Venue;

#[tokio::test]
async fn nobody_sees_another_accounts_reports() {
    let venue = Venue::open().await;
    let mut alice = Participant::log_on_and_follow(&venue, "alice").await;
    let mut bob = Participant::log_on_and_follow(&venue, "bob").await;
    let mut carol = Participant::log_on_and_follow(&venue, "carol").await;
    let mut watcher = Participant::greet(&venue).await;
    for channel in ["trades", "depth", "top"] {
        watcher
            .ask(&format!(
                r#"{{"op":"subscribe","id":1,"channel":"{channel}"}}"#
            ))
            .await;
    }

    alice.ask(&limit(1, "sell", "100.00", "1")).await;
    bob.ask(&limit(1, "buy", "100.00", "1")).await;
    alice.read_until(|message| message["kind"] == "trade").await;
    watcher
        .read_until(|message| message["type"] == "trade")
        .await;

    carol.assert_alive().await;
    watcher.assert_alive().await;
    assert_eq!(carol.passed, Vec::<serde_json::Value>::new());
    for message in &watcher.passed {
        assert_ne!(message["type"], "report");
        let text = message.to_string();
        for private in ["account", "client_order_id", "order_id\""] {
            assert!(!text.contains(private), "{text}");
        }
    }
    alice.assert_alive().await;
    assert!(
        alice.passed.iter().all(|message| message["order_id"] != 2),
        "the taker's order is bob's"
    );
    venue.close().await;
}

#[tokio::test]
async fn all_sessions_of_an_account_are_told_and_only_the_asking_one_by_request() {
    let venue = Venue::open().await;
    let mut first = Participant::log_on_and_follow(&venue, "alice").await;
    let mut second = Participant::log_on_and_follow(&venue, "alice").await;
    let mut unfollowing = Participant::log_on(&venue, "alice").await;

    first.ask(&limit(1, "buy", "100.00", "1")).await;

    let told = second.read().await;
    assert_eq!(told["kind"], "accepted");
    assert!(told.get("request").is_none());
    assert_eq!(second.read().await["kind"], "rested");
    first.assert_alive().await;
    let of_first: Vec<_> = first
        .passed
        .iter()
        .map(|message| message["kind"].clone())
        .collect();
    assert_eq!(of_first, ["rested"]);
    unfollowing.assert_alive().await;
    assert!(unfollowing.passed.is_empty());
    venue.close().await;
}

#[tokio::test]
async fn an_asking_session_that_does_not_follow_gets_its_answer_and_nothing_else() {
    let venue = Venue::open().await;
    let mut alice = Participant::log_on(&venue, "alice").await;

    alice.ask(&limit(1, "buy", "100.00", "1")).await;
    alice.assert_alive().await;

    assert!(alice.passed.is_empty(), "{:?}", alice.passed);
    venue.close().await;
}

#[tokio::test]
async fn a_request_without_an_id_is_answered_without_one() {
    let venue = Venue::open().await;
    let mut alice = Participant::log_on(&venue, "alice").await;

    alice
        .send(&limit(1, "buy", "100.00", "1").replace(r#""id":1,"#, ""))
        .await;

    let accepted = alice.read().await;
    assert_eq!(accepted["kind"], "accepted");
    assert!(accepted.get("request").is_none());
    venue.close().await;
}

#[tokio::test]
async fn after_unsubscribing_only_answers_come() {
    let venue = Venue::open().await;
    let mut alice = Participant::log_on_and_follow(&venue, "alice").await;
    let twice = alice
        .ask(r#"{"op":"subscribe","id":1,"channel":"executions"}"#)
        .await;
    assert_eq!(twice["code"], "already_subscribed");
    let gone = alice
        .ask(r#"{"op":"unsubscribe","id":2,"channel":"executions"}"#)
        .await;
    assert_eq!(gone["type"], "unsubscribed");
    let again = alice
        .ask(r#"{"op":"unsubscribe","id":3,"channel":"executions"}"#)
        .await;
    assert_eq!(again["code"], "not_subscribed");

    alice.ask(&limit(4, "buy", "100.00", "1")).await;
    alice.assert_alive().await;

    assert!(alice.passed.is_empty(), "{:?}", alice.passed);
    venue.close().await;
}
