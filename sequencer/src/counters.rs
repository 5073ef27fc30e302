//! What a matcher counts, and how others read it.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::stamps::{Stage, Stamps};

/// What one matcher counted since it was started.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counters {
    /// Commands that were applied, ticks included.
    pub commands: u64,
    /// Ticks among them.
    pub ticks: u64,
    /// Control entries that were applied.
    pub control_entries: u64,
    /// Events that were emitted.
    pub events: u64,
    /// Trades among them.
    pub trades: u64,
    /// Batches that were applied.
    pub batches: u64,
    /// Commands of the largest batch.
    pub batch_commands_max: u64,
    /// Commands that were refused because the ring had no room.
    pub refused_full: u64,
    /// Commands that were refused because the disk is nearly full.
    pub refused_low_disk: u64,
    /// Turns that popped nothing because egress was full.
    pub egress_full_turns: u64,
    /// Commands in the ring now.
    pub queue_depth: u64,
    /// Commands that were stamped, and so counted in `stage_ns`.
    pub stamped: u64,
    /// By [`Stage`]: ns that stamped commands took to pass it, from the stage before, in all.
    pub stage_ns: [u64; Stamps::STAGES],
}

/// A matcher's counters where others can read them.
#[derive(Debug, Default)]
pub(crate) struct SharedCounters {
    commands: AtomicU64,
    ticks: AtomicU64,
    control_entries: AtomicU64,
    events: AtomicU64,
    trades: AtomicU64,
    batches: AtomicU64,
    batch_commands_max: AtomicU64,
    refused_full: AtomicU64,
    refused_low_disk: AtomicU64,
    egress_full_turns: AtomicU64,
    stamped: AtomicU64,
    stage_ns: [AtomicU64; Stamps::STAGES],
}

/// Stages that stamps can show, each with the one before it.
const STAGES: [(Stage, Stage); 6] = [
    (Stage::Read, Stage::Decoded),
    (Stage::Decoded, Stage::Queued),
    (Stage::Queued, Stage::Popped),
    (Stage::Popped, Stage::Appended),
    (Stage::Appended, Stage::Matched),
    (Stage::Matched, Stage::Released),
];

impl SharedCounters {
    /// Shows the matcher's own counts. Only the matcher calls it, once a turn.
    pub(crate) fn publish(&self, own: &Counters) {
        for (shared, count) in [
            (&self.commands, own.commands),
            (&self.ticks, own.ticks),
            (&self.control_entries, own.control_entries),
            (&self.events, own.events),
            (&self.trades, own.trades),
            (&self.batches, own.batches),
            (&self.batch_commands_max, own.batch_commands_max),
            (&self.egress_full_turns, own.egress_full_turns),
        ] {
            shared.store(count, Ordering::Relaxed);
        }
    }

    /// Counts a command that found no room.
    pub(crate) fn note_full(&self) {
        self.refused_full.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts a command that the log has no room for.
    pub(crate) fn note_low_disk(&self) {
        self.refused_low_disk.fetch_add(1, Ordering::Relaxed);
    }

    /// Adds a command that passed its last stage here. Called under the lane's lock.
    pub(crate) fn note_released(&self, stamps: &Stamps) {
        self.stamped.fetch_add(1, Ordering::Relaxed);
        for (before, stage) in STAGES {
            let (from, to) = (stamps.at(before), stamps.at(stage));
            if from != 0 && to != 0 {
                self.stage_ns[stage as usize].fetch_add(to.saturating_sub(from), Ordering::Relaxed);
            }
        }
    }

    /// What was counted so far.
    pub(crate) fn read(&self, queue_depth: usize) -> Counters {
        let count = |shared: &AtomicU64| shared.load(Ordering::Relaxed);
        Counters {
            commands: count(&self.commands),
            ticks: count(&self.ticks),
            control_entries: count(&self.control_entries),
            events: count(&self.events),
            trades: count(&self.trades),
            batches: count(&self.batches),
            batch_commands_max: count(&self.batch_commands_max),
            refused_full: count(&self.refused_full),
            refused_low_disk: count(&self.refused_low_disk),
            egress_full_turns: count(&self.egress_full_turns),
            queue_depth: u64::try_from(queue_depth).unwrap_or(u64::MAX),
            stamped: count(&self.stamped),
            stage_ns: self.stage_ns.each_ref().map(count),
        }
    }
}

impl Counters {
    /// Both matchers' counts as one.
    #[must_use]
    pub fn merged(&self, other: &Self) -> Self {
        let mut stage_ns = self.stage_ns;
        for (sum, ns) in stage_ns.iter_mut().zip(other.stage_ns) {
            *sum = sum.saturating_add(ns);
        }
        Self {
            commands: self.commands.saturating_add(other.commands),
            ticks: self.ticks.saturating_add(other.ticks),
            control_entries: self.control_entries.saturating_add(other.control_entries),
            events: self.events.saturating_add(other.events),
            trades: self.trades.saturating_add(other.trades),
            batches: self.batches.saturating_add(other.batches),
            batch_commands_max: self.batch_commands_max.max(other.batch_commands_max),
            refused_full: self.refused_full.saturating_add(other.refused_full),
            refused_low_disk: self.refused_low_disk.saturating_add(other.refused_low_disk),
            egress_full_turns: self
                .egress_full_turns
                .saturating_add(other.egress_full_turns),
            queue_depth: self.queue_depth.saturating_add(other.queue_depth),
            stamped: self.stamped.saturating_add(other.stamped),
            stage_ns,
        }
    }
}
