//! `threads = "inline"`: the gateway drives the matcher on its own runtime.

use sequencer::Threads;

use crate::participant::{Participant, limit};
use crate::venue::{Setup, Venue};

#[tokio::test]
async fn an_inline_matcher_trades_and_drains() {
    let venue = Venue::open_with(Setup {
        threads: Threads::Inline,
        ..Setup::default()
    })
    .await;
    let mut alice = Participant::log_on(&venue, "alice").await;
    let mut bob = Participant::log_on_and_follow(&venue, "bob").await;
    alice.ask(&limit(1, "sell", "100.00", "1")).await;

    bob.ask(&limit(1, "buy", "100.00", "1")).await;

    let trade = bob.read_until(|message| message["kind"] == "trade").await;
    assert_eq!(trade["status"], "filled");
    venue.close().await;
}
