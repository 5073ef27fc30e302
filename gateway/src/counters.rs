//! What the gateway counts.

use std::sync::atomic::{AtomicU64, Ordering};

/// Running totals since the start; read by the status page and the demo's live view.
#[derive(Debug, Default)]
pub struct Counters {
    /// Connections admitted.
    pub connections: AtomicU64,
    /// Connections refused for a limit.
    pub connections_refused: AtomicU64,
    /// Sessions opened.
    pub sessions: AtomicU64,
    /// Sessions cut off because they did not read.
    pub slow_consumers: AtomicU64,
    /// Sessions closed because they said nothing.
    pub idle_sessions: AtomicU64,
    /// Requests refused because their session had asked too many of late.
    pub rate_refusals: AtomicU64,
    /// Sessions closed because they went on asking too many.
    pub rate_limited_sessions: AtomicU64,
    /// Frames received.
    pub frames_in: AtomicU64,
    /// Messages handed to sockets.
    pub messages_out: AtomicU64,
    /// Requests answered with an error before they reached a matcher.
    pub errors: AtomicU64,
    /// Commands handed to matchers.
    pub commands: AtomicU64,
    /// Commands refused because a ring was full.
    pub busy: AtomicU64,
    /// Submits refused at the door for want of funds.
    pub refused_at_door: AtomicU64,
    /// Commands whose outcome came back.
    pub outcomes: AtomicU64,
    /// Orders accepted.
    pub accepted: AtomicU64,
    /// Commands rejected by an engine.
    pub rejected: AtomicU64,
    /// Trades.
    pub trades: AtomicU64,
    /// Batches of events received and told.
    pub batches: AtomicU64,
    /// Reloads of the configuration.
    pub reloads: AtomicU64,
    /// Reloads that changed nothing, because the files are wrong.
    pub reloads_refused: AtomicU64,
}

/// All totals at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
#[expect(
    missing_docs,
    reason = "each field is explained where it is counted, in Counters"
)]
pub struct CounterReadings {
    pub connections: u64,
    pub connections_refused: u64,
    pub sessions: u64,
    pub slow_consumers: u64,
    pub idle_sessions: u64,
    pub rate_refusals: u64,
    pub rate_limited_sessions: u64,
    pub frames_in: u64,
    pub messages_out: u64,
    pub errors: u64,
    pub commands: u64,
    pub busy: u64,
    pub refused_at_door: u64,
    pub outcomes: u64,
    pub accepted: u64,
    pub rejected: u64,
    pub trades: u64,
    pub batches: u64,
    pub reloads: u64,
    pub reloads_refused: u64,
}

impl Counters {
    /// One more.
    #[inline]
    pub fn count(counter: &AtomicU64) {
        Self::add(counter, 1);
    }

    /// `more` more.
    #[inline]
    pub fn add(counter: &AtomicU64, more: u64) {
        counter.fetch_add(more, Ordering::Relaxed);
    }

    /// All totals now.
    pub fn readings(&self) -> CounterReadings {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        CounterReadings {
            connections: read(&self.connections),
            connections_refused: read(&self.connections_refused),
            sessions: read(&self.sessions),
            slow_consumers: read(&self.slow_consumers),
            idle_sessions: read(&self.idle_sessions),
            rate_refusals: read(&self.rate_refusals),
            rate_limited_sessions: read(&self.rate_limited_sessions),
            frames_in: read(&self.frames_in),
            messages_out: read(&self.messages_out),
            errors: read(&self.errors),
            commands: read(&self.commands),
            busy: read(&self.busy),
            refused_at_door: read(&self.refused_at_door),
            outcomes: read(&self.outcomes),
            accepted: read(&self.accepted),
            rejected: read(&self.rejected),
            trades: read(&self.trades),
            batches: read(&self.batches),
            reloads: read(&self.reloads),
            reloads_refused: read(&self.reloads_refused),
        }
    }
}
