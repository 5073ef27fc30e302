//! What leaves the gate: whole batches of events, never single ones.

use engine::{Command, Event, InstrumentId, LevelChange, OrderChange, SequenceNumber, Timestamp};

use crate::control::ControlOutcome;
use crate::inbound::Origin;
use crate::position::LogPosition;
use crate::stamps::Stamps;

/// What one batch of one matcher's commands did; durable when it is seen here.
#[derive(Debug, Clone, Default)]
pub struct EventBatch {
    /// Place in the shard's log.
    pub position: LogPosition,
    /// The commands, in the order in which they were applied.
    pub outcomes: Vec<CommandOutcome>,
    /// All their events.
    pub events: Vec<Event>,
    /// All their level changes (L2).
    pub level_changes: Vec<LevelChange>,
    /// All their order changes (L3).
    pub order_changes: Vec<OrderChange>,
    /// What control entries did; they come before the batch's commands.
    pub controls: Vec<ControlOutcome>,
}

impl EventBatch {
    /// One command's events.
    pub fn events_of(&self, outcome: &CommandOutcome) -> &[Event] {
        outcome.events.of(&self.events)
    }

    /// One command's level changes.
    pub fn level_changes_of(&self, outcome: &CommandOutcome) -> &[LevelChange] {
        outcome.level_changes.of(&self.level_changes)
    }

    /// One command's order changes.
    pub fn order_changes_of(&self, outcome: &CommandOutcome) -> &[OrderChange] {
        outcome.order_changes.of(&self.order_changes)
    }

    /// Forgets what it holds and keeps the room.
    pub fn clear(&mut self) {
        self.position = LogPosition::default();
        self.outcomes.clear();
        self.events.clear();
        self.level_changes.clear();
        self.order_changes.clear();
        self.controls.clear();
    }
}

/// What one command did: ranges of the batch's lists.
#[derive(Debug, Clone)]
pub struct CommandOutcome {
    /// Which instrument.
    pub instrument: InstrumentId,
    /// Its place in the instrument's order.
    pub sequence: SequenceNumber,
    /// Engine time.
    pub at: Timestamp,
    /// Who asked.
    pub origin: Origin,
    /// When it passed each stage.
    pub stamps: Stamps,
    /// What was asked.
    pub command: Command,
    /// Which of the batch's events are its own; the k-th of them has event id k, from 0.
    pub events: EventRange,
    /// Which of the batch's level changes are its own.
    pub level_changes: EventRange,
    /// Which of the batch's order changes are its own.
    pub order_changes: EventRange,
}

/// A range of a batch's list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct EventRange {
    /// First index.
    pub start: u32,
    /// One past the last index.
    pub end: u32,
}

impl EventRange {
    /// The part of `list` that this range names.
    pub fn of<T>(self, list: &[T]) -> &[T] {
        let start = usize::try_from(self.start).expect("a machine has at least 32 bits");
        let end = usize::try_from(self.end).expect("a machine has at least 32 bits");
        &list[start..end]
    }
}
