//! The beat of candles and statistics: once a second while somebody follows them, and at once for who is new.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::Notify;

use crate::clock;
use crate::edge::Edge;
use crate::lock::lock;
use crate::native::translate::timestamp;
use crate::session::WakeList;

const SECOND_US: u64 = 1_000_000;
/// How long after the end of a second its candles are told: most trades of its last moment are there by then.
const GRACE_US: u64 = 50_000;

/// Whether somebody follows candles or statistics.
#[derive(Debug, Default)]
pub struct TapeWatch {
    is_wanted: AtomicBool,
    began: Notify,
}

impl TapeWatch {
    /// Somebody follows from now on, and is told at once.
    pub fn want(&self) {
        self.is_wanted.store(true, Ordering::Release);
        self.began.notify_one();
    }
}

/// Tells candles and statistics, beat by beat. Runs until it is dropped.
pub async fn keep_tape(edge: &Arc<Edge>) {
    let mut wakes = WakeList::default();
    loop {
        if edge.tape_watch.is_wanted.load(Ordering::Acquire) {
            let _ = tokio::time::timeout(until_beat(), edge.tape_watch.began.notified()).await;
        } else {
            edge.tape_watch.began.notified().await;
        }
        // Before the look: who comes after it asks again.
        edge.tape_watch.is_wanted.store(false, Ordering::Release);
        tell_tape(edge, &mut wakes).await;
        wakes.wake(&edge.flusher);
    }
}

/// Tells everybody who follows candles or statistics how they stand.
pub async fn tell_tape(edge: &Arc<Edge>, wakes: &mut WakeList) {
    for place in 0..edge.instruments.len() {
        if tell(edge, place, wakes).await {
            edge.tape_watch.is_wanted.store(true, Ordering::Release);
        }
    }
}

/// Tells the followers of one instrument; says whether there are any.
async fn tell(edge: &Arc<Edge>, place: usize, wakes: &mut WakeList) -> bool {
    let market = &edge.instruments[place].market;
    let Some(question) = lock(market).tape_question() else {
        return false;
    };
    let now = timestamp(edge.at_us());
    let answer = edge
        .past
        .ask(move |history| question.ask(history, now))
        .await;
    lock(market).tell_tape(&answer, wakes);
    true
}

fn until_beat() -> Duration {
    let into_second = clock::wall_us().saturating_sub(GRACE_US) % SECOND_US;
    Duration::from_micros(SECOND_US.saturating_sub(into_second))
}
