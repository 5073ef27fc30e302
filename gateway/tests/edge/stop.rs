//! An orderly stop: announced, every due answer given, closed with 1001, in bounded time.

use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

use crate::participant::{Participant, limit};
use crate::venue::{Venue, until};
use gateway::StopCause;

#[tokio::test]
async fn sessions_are_told_answered_and_closed() {
    let venue = Venue::open().await;
    let address = venue.address;
    let mut alice = Participant::log_on(&venue, "alice").await;
    for id in 0..100 {
        alice.send(&limit(id, "buy", "1.00", "0.00001")).await;
    }
    // The last one is on its way into the exchange before the stop.
    until("all commands are taken", || {
        venue.view.counters().commands == 100
    })
    .await;

    let stopping = tokio::spawn(venue.stop_gateway());
    let ending = alice.read_to_end().await;
    let (stopped, _sequencer) = stopping.await.unwrap();

    assert_eq!(ending.code, CloseCode::Away);
    assert_eq!(ending.reason, "going_away");
    let going = alice
        .passed
        .iter()
        .filter(|message| message["type"] == "going_away")
        .count();
    assert_eq!(going, 1);
    let reports = alice
        .passed
        .iter()
        .filter(|message| message["kind"] == "accepted")
        .count();
    assert_eq!(reports, 100);
    assert_eq!((stopped.cause, stopped.unanswered), (StopCause::Asked, 0));
    assert!(
        TcpStream::connect(address).await.is_err(),
        "nobody listens any more"
    );
}

#[tokio::test]
async fn a_halted_shard_ends_the_gateway_and_answers_unavailable_before() {
    let venue = Venue::open().await;
    let mut alice = Participant::log_on(&venue, "alice").await;
    alice.ask(&limit(1, "buy", "1.00", "1")).await;
    venue.log.fail();

    alice.send(&limit(2, "buy", "1.00", "1")).await;

    let ending = alice.read_to_end().await;
    assert_eq!(ending.code, CloseCode::Away);
    let going = alice
        .passed
        .iter()
        .find(|message| message["type"] == "going_away");
    assert_eq!(going.unwrap()["reason"], "internal");
    // The shard may halt before the order is taken, or with it: refused, or its outcome is not known.
    let mut answers = alice
        .passed
        .iter()
        .filter(|message| message["request"] == 2);
    assert!(
        answers.all(|message| message["reason"] == "unavailable"),
        "an order that was not durable is never accepted"
    );
    let (stopped, _sequencer) = venue.stop_gateway().await;
    assert_eq!(stopped.cause, StopCause::Halted);
}
