//! The ends of intervals: a task each, which sleeps while nobody follows that interval.

use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::Notify;
use tokio::time::MissedTickBehavior;

use crate::edge::Edge;
use crate::lock::lock;
use crate::market_data::flow::Interval;
use crate::session::WakeList;

/// Which intervals somebody follows.
#[derive(Debug, Default)]
pub struct IntervalWatch {
    followed: [Followed; Interval::COUNT],
}

#[derive(Debug, Default)]
struct Followed {
    is_wanted: AtomicBool,
    began: Notify,
}

impl IntervalWatch {
    /// Somebody follows the interval from now on.
    pub fn want(&self, interval: Interval) {
        let followed = &self.followed[interval.place()];
        if !followed.is_wanted.swap(true, Ordering::AcqRel) {
            followed.began.notify_one();
        }
    }

    async fn is_wanted(&self, interval: Interval) {
        let followed = &self.followed[interval.place()];
        while !followed.is_wanted.load(Ordering::Acquire) {
            followed.began.notified().await;
        }
    }

    fn forget(&self, interval: Interval) {
        self.followed[interval.place()]
            .is_wanted
            .store(false, Ordering::Release);
    }
}

/// Ends one interval after the other. Runs until it is dropped.
pub async fn keep_interval(edge: &Edge, interval: Interval) {
    let mut ends = tokio::time::interval(edge.wall_time_of(interval.duration()));
    ends.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut wakes = WakeList::default();
    loop {
        edge.intervals.is_wanted(interval).await;
        ends.tick().await;
        end_interval(edge, interval, &mut wakes);
        wakes.wake(&edge.flusher);
    }
}

/// Ends one interval: those who follow it are told what it changed.
pub fn end_interval(edge: &Edge, interval: Interval, wakes: &mut WakeList) {
    // Before the look: who comes after it asks again.
    edge.intervals.forget(interval);
    for state in &edge.instruments {
        let mut market = lock(&state.market);
        market.flush(interval, wakes);
        if market.is_followed_by(interval) {
            edge.intervals.want(interval);
        }
    }
}
