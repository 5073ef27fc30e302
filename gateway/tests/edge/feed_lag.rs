//! Of many subscribers a fifth stops reading: those fall behind within their bounds and are told so, and the
//! others miss nothing. (MD-4)

use client::{BookFollower, LocalBook, Step};
use gateway::Limits;
use protocol::ServerMessage;
use tokio::task::JoinSet;

use crate::own_process;
use crate::participant::{Participant, limit};
use crate::venue::{Venue, instruments, limits, until};

const DEPTH: &str = r#"{"op":"subscribe","id":1,"channel":"depth","symbols":["BTCUSDT"]}"#;
const CONFLATED: &str =
    r#"{"op":"subscribe","id":2,"channel":"top","symbols":["BTCUSDT"],"delivery":"latest"}"#;

/// How many subscribers: few, or as many as `RIALTO_SUBSCRIBERS` says.
fn subscribers() -> usize {
    std::env::var("RIALTO_SUBSCRIBERS").map_or(60, |count| count.parse().unwrap())
}

/// Memory of this process that is in use, in bytes.
fn resident_bytes() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let kibibytes = line.and_then(|line| line.split_whitespace().nth(1));
    kibibytes.map_or(0, |kibibytes| kibibytes.parse::<usize>().unwrap() * 1_024)
}

/// Reads until the book is at change `last`; says whether it was told that it lagged.
async fn read_up_to(mut session: Participant, last: u64) -> bool {
    let listed = &instruments()[0];
    let mut follower = BookFollower::new(LocalBook::new(listed.symbol, listed.scale));
    let mut has_lagged = false;
    while follower.book().seq() != Some(last) {
        let message = session.read().await;
        let message = ServerMessage::decode(&message.to_string()).unwrap();
        has_lagged |= matches!(message, ServerMessage::Lagged(_));
        let step = follower.take(&message);
        assert!(
            !matches!(step, Step::Ask(_)),
            "nothing is missing without a word: {message:?}"
        );
    }
    assert_eq!(follower.faults(), 0);
    has_lagged
}

#[tokio::test]
async fn md_4_those_who_stop_reading_fall_behind_within_bounds_and_the_others_miss_nothing() {
    if !own_process::is_this(
        "feed_lag::md_4_those_who_stop_reading_fall_behind_within_bounds_and_the_others_miss_nothing",
    ) {
        return;
    }
    let subscribers = subscribers();
    let stalled = subscribers / 5;
    let limits = Limits {
        outbound_public_bytes_max: 64 << 10,
        send_buffer_bytes: 16 << 10,
        connections_max: subscribers + 10,
        connections_per_address_max: subscribers + 10,
        ..limits()
    };
    let venue = Venue::open_with_limits(limits).await;
    let mut stalled_sessions = Vec::new();
    for _ in 0..stalled {
        let mut session = Participant::greet_narrowly(&venue).await;
        session.send(DEPTH).await;
        session.send(CONFLATED).await;
        stalled_sessions.push(session);
    }
    let (mut readers, changes) = (JoinSet::new(), 4_000);
    for _ in stalled..subscribers {
        let mut session = Participant::greet(&venue).await;
        session.ask(DEPTH).await;
        readers.spawn(read_up_to(session, changes));
    }
    until("all follow", || venue.view.sessions() == subscribers).await;
    let before = resident_bytes();

    let mut alice = Participant::log_on(&venue, "alice").await;
    let reading = u64::try_from(subscribers - stalled).unwrap();
    let told_before = venue.view.counters().messages_out;
    for n in 1..=changes {
        // Each one changes a level: its total grows.
        let price = format!("{}.00", 1 + n % 9);
        alice.send(&limit(n, "buy", &price, "0.00001")).await;
        if n % 50 == 0 {
            alice.read_until(|message| message["request"] == n).await;
            alice.passed.clear();
            // Whoever reads is served before more comes, however slow the machine is.
            until("the readers are served", || {
                venue.view.counters().messages_out - told_before >= reading * n
            })
            .await;
        }
    }

    while let Some(reader) = readers.join_next().await {
        assert!(!reader.unwrap(), "who reads is not told that it lagged");
    }
    let grown = resident_bytes().saturating_sub(before);
    let mut told = 0;
    for session in stalled_sessions {
        told += usize::from(read_up_to(session, changes).await);
    }
    assert_eq!(told, stalled, "who stopped reading is told what it missed");
    assert_eq!(venue.view.counters().slow_consumers, 0);
    // Each may keep its bound of the gateway, and as much again in buffers of both ends.
    let bound = 64 << 20;
    assert!(grown < bound, "memory grew by {grown} bytes");
    println!(
        "GOAL feed_lag subscribers={subscribers} stalled={stalled} told={told} grown_bytes={grown}"
    );
    drop(alice);
    venue.close().await;
}
