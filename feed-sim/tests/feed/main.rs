//! Goal: a feed notices what an exchange does wrong. Method: a scripted exchange over a real WebSocket
//! that answers in order, plants a gap or a crossed book, or keeps silent.

mod scripted_exchange;

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use client::Reconnect;
use feed_sim::{FeedConfig, FeedError, FeedRun, FeedSnapshot, FeedSummary, FlowKind};
use scripted_exchange::{Fault, ORDERS_BEFORE_LEAVING, ScriptedExchange};
use tokio::sync::watch;

/// Two sessions on one instrument, over in a fifth of a second.
async fn feed_against(fault: Fault) -> FeedSummary {
    let run_for = Duration::from_millis(200);
    feed_for(run_for, fault, Reconnect::Never)
        .await
        .expect("the feed runs to its end")
}

async fn feed_for(
    run_for: Duration,
    fault: Fault,
    reconnect: Reconnect,
) -> Result<FeedSummary, FeedError> {
    let exchange = ScriptedExchange::listen(fault).await;
    let file = include_str!("../../../config/feed-sim.toml");
    let mut config: FeedConfig = toml::from_str(file).expect("the file in config is good");
    config.instruments.truncate(1);
    config.agents.clear();
    config.sessions = 2;
    config.flow = FlowKind::Participants;
    config.answer_timeout_ms = 50;
    let run = FeedRun {
        url: exchange.url(),
        keys: vec!["one".to_owned(), "two".to_owned()],
        run_for: Some(run_for),
        speed: NonZeroU32::MIN,
        reconnect,
        must_stand: Arc::default(),
    };
    let (live, _) = watch::channel(FeedSnapshot::default());
    let serving = tokio::spawn(exchange.serve());
    let ended = feed_sim::run(&config, run, live, std::future::pending()).await;
    serving.abort();
    ended
}

#[tokio::test]
async fn a_feed_that_is_answered_ends_clean() {
    let summary = feed_against(Fault::None).await;

    assert!(summary.is_clean(), "{summary:?}");
    assert!(
        summary.orders >= 24,
        "the first quotes were sent: {summary:?}"
    );
    assert_eq!(summary.sessions, 2);
    assert_eq!(summary.instruments, 1);
    assert!(summary.round_trip_us.max > 0.0);
}

#[tokio::test]
async fn a_gap_in_the_depth_feed_fails_the_run() {
    let summary = feed_against(Fault::Gap).await;

    assert_eq!(summary.gaps, 1);
    assert!(!summary.is_clean());
}

#[tokio::test]
async fn a_crossed_book_fails_the_run() {
    let summary = feed_against(Fault::Crossed).await;

    assert_eq!(summary.crossed, 1);
    assert!(!summary.is_clean());
}

#[tokio::test]
async fn an_order_without_an_answer_is_counted() {
    let summary = feed_against(Fault::Silent).await;

    assert!(summary.orders > 0);
    assert_eq!(summary.unanswered, summary.orders + summary.cancels);
    assert!(!summary.is_clean());
}

#[tokio::test]
async fn busy_answers_are_counted_apart_from_rejects() {
    let summary = feed_against(Fault::Busy).await;

    assert_eq!(summary.busy, summary.orders);
    assert_eq!(summary.rejects, 0);
    assert_eq!(summary.rejects_by_reason.get("busy"), Some(&summary.orders));
    assert!(summary.is_clean(), "busy is an answer");
}

/// Tries again at once, and soon again.
const SOON: Reconnect = Reconnect::Backoff {
    pause_first: Duration::from_millis(5),
    pause_max: Duration::from_millis(5),
    attempts_max: 20,
};

#[tokio::test]
async fn a_feed_goes_on_after_its_connections_were_lost() {
    let run_for = Duration::from_secs(1);
    let summary = feed_for(run_for, Fault::Leaves, SOON).await.unwrap();

    assert_eq!(summary.reconnects, 2, "{summary:?}");
    assert!(
        summary.orders > 2 * u64::from(ORDERS_BEFORE_LEAVING),
        "it goes on trading: {summary:?}"
    );
    assert!(summary.lost >= 2, "the last order of each had no answer");
    assert!(summary.is_clean(), "{summary:?}");
}

#[tokio::test]
async fn a_feed_that_is_not_to_reconnect_ends_with_its_connection() {
    let run_for = Duration::from_millis(800);
    let ended = feed_for(run_for, Fault::Leaves, Reconnect::Never).await;

    let error = ended.unwrap_err().to_string();
    assert!(error.contains("closed"), "{error}");
}
