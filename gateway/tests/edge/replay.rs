//! The replay clock: time is what requests carry, and one session trades an instrument.

use protocol::ClockMode;

use crate::participant::{Participant, limit};
use crate::venue::{Setup, Venue, until};

async fn open() -> Venue {
    Venue::open_with(Setup {
        clock: ClockMode::Replay,
        ..Setup::default()
    })
    .await
}

fn at(request: &str, at_us: u64) -> String {
    request.replace('}', &format!(r#","at_us":{at_us}}}"#))
}

#[tokio::test]
async fn events_carry_the_time_of_their_requests() {
    let venue = open().await;
    let mut alice = Participant::log_on(&venue, "alice").await;

    let accepted = alice
        .ask(&at(&limit(1, "buy", "100.00", "1"), 1_430_438_400_000_001))
        .await;

    assert_eq!(accepted["kind"], "accepted");
    assert_eq!(accepted["at_us"], 1_430_438_400_000_001_u64);
    venue.close().await;
}

#[tokio::test]
async fn a_command_without_a_time_is_an_error() {
    let venue = open().await;
    let mut alice = Participant::log_on(&venue, "alice").await;

    let error = alice.ask(&limit(1, "buy", "100.00", "1")).await;

    assert_eq!(error["code"], "bad_clock");
    alice.assert_alive().await;
    venue.close().await;
}

#[tokio::test]
async fn a_second_session_does_not_trade_the_same_instrument_until_the_first_is_gone() {
    let venue = open().await;
    let mut alice = Participant::log_on(&venue, "alice").await;
    let mut bob = Participant::log_on(&venue, "bob").await;
    alice.ask(&at(&limit(1, "buy", "100.00", "1"), 1_000)).await;

    let second = bob.ask(&at(&limit(1, "buy", "100.00", "1"), 2_000)).await;
    assert_eq!(second["code"], "bad_clock");
    let other = bob
        .ask(&at(
            &limit(2, "buy", "10.00", "1").replace("BTC", "ETH"),
            2_000,
        ))
        .await;
    assert_eq!(other["kind"], "accepted");
    let mass = bob.ask(&at(r#"{"op":"mass_cancel","id":3}"#, 3_000)).await;
    assert_eq!(mass["canceled_orders"], 1);
    drop(alice);
    until("the first session is gone", || venue.view.sessions() == 1).await;

    let taken_over = bob.ask(&at(&limit(4, "buy", "100.00", "1"), 4_000)).await;
    assert_eq!(taken_over["kind"], "accepted");
    venue.close().await;
}
