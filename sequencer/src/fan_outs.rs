//! Commands to several instruments: one entry of the control sequence, then one part per instrument.
//!
//! The entry's place in the control sequence is the command's id. Parts go into the rings of their matchers
//! like what sessions hand in, and each is logged and applied there; an instrument applies an id once. So a
//! part can be delivered again: at a start, every id that an instrument has not seen is.
//!
//! ```text
//! Ports::control ─► control sequence ─► FanOuts ─► a part per ring ─► matcher ─► engine ─► FanOutBoard
//!                        (logged)          ▲                          (logged)                │
//!                                          └── forgotten when every instrument has seen it ◄──┘
//! ```

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use engine::{Command, FanOut, FanOutAction, FanOutId, InstrumentId, SessionNumber};

use crate::control::{Asker, ControlCommand};
use crate::inbound::{InboundCommand, Origin, Refused};
use crate::inbox::Inbox;
use crate::recovery::RecoveryProgress;
use crate::stamps::Stamps;

/// Which instruments a command is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Targets {
    /// Every one of the shard.
    All,
    /// This one.
    One(InstrumentId),
}

/// What is asked of several instruments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FanOutEntry {
    pub targets: Targets,
    pub action: FanOutAction,
}

impl FanOutEntry {
    /// The entry of the control sequence that asks it.
    fn as_control(&self) -> ControlCommand {
        ControlCommand::FanOut {
            targets: self.targets,
            action: Box::new(self.action),
        }
    }
}

/// What instruments have seen, and the ways to their matchers. Shared by all matchers of a shard.
#[derive(Debug)]
pub(crate) struct FanOutBoard {
    /// By instrument id; `None` where nobody has the instrument.
    seen: Box<[Option<AtomicU64>]>,
    inboxes: Vec<Arc<Inbox>>,
    routes: Vec<Option<usize>>,
    recovery: Arc<RecoveryProgress>,
    /// The highest number of a connection that earlier processes had.
    highest_session: AtomicU32,
}

/// A command that some instrument may not have seen, and who asks it.
#[derive(Debug)]
struct Unseen {
    entry: FanOutEntry,
    asker: Asker,
}

/// Delivers the parts of fanned out commands. Part of the control sequence's owner.
#[derive(Debug, Default)]
pub(crate) struct FanOuts {
    /// Commands that some instrument may not have seen.
    unseen: BTreeMap<FanOutId, Unseen>,
    /// Parts that have not found their way into a ring yet, in their order.
    undelivered: VecDeque<InboundCommand>,
    /// Where parts go; `None` for books that only follow what is logged.
    board: Option<Arc<FanOutBoard>>,
    /// What earlier processes left unseen was queued.
    has_begun: bool,
}

impl FanOutBoard {
    pub(crate) fn new(
        inboxes: Vec<Arc<Inbox>>,
        routes: Vec<Option<usize>>,
        recovery: Arc<RecoveryProgress>,
    ) -> Self {
        let seen = routes
            .iter()
            .map(|route| route.map(|_| AtomicU64::new(FanOutId::NONE.0)));
        Self {
            seen: seen.collect(),
            inboxes,
            routes,
            recovery,
            highest_session: AtomicU32::new(SessionNumber::NONE.0),
        }
    }

    /// Commands came by a connection of this number.
    pub(crate) fn note_session(&self, session: SessionNumber) {
        self.highest_session.fetch_max(session.0, Ordering::Release);
    }

    /// The highest number of a connection that was noted.
    pub(crate) fn highest_session(&self) -> SessionNumber {
        SessionNumber(self.highest_session.load(Ordering::Acquire))
    }

    /// The instrument has applied everything up to `id`.
    pub(crate) fn note_seen(&self, instrument: InstrumentId, id: FanOutId) {
        if let Some(seen) = self.seen_by(instrument) {
            seen.fetch_max(id.0, Ordering::Release);
        }
    }

    /// Whether every instrument that is meant has applied `id`.
    pub(crate) fn have_seen(&self, targets: Targets, id: FanOutId) -> bool {
        self.meant(targets)
            .all(|instrument| self.has_seen(instrument, id))
    }

    /// Whether somebody has the instrument.
    pub(crate) fn has(&self, instrument: InstrumentId) -> bool {
        self.seen_by(instrument).is_some()
    }

    fn has_seen(&self, instrument: InstrumentId, id: FanOutId) -> bool {
        self.seen_by(instrument)
            .is_none_or(|seen| seen.load(Ordering::Acquire) >= id.0)
    }

    fn seen_by(&self, instrument: InstrumentId) -> Option<&AtomicU64> {
        let place = usize::try_from(instrument.0).ok()?;
        self.seen.get(place)?.as_ref()
    }

    fn meant(&self, targets: Targets) -> impl Iterator<Item = InstrumentId> {
        (0..)
            .map(InstrumentId)
            .zip(&self.seen)
            .filter(move |(instrument, seen)| {
                seen.is_some()
                    && match targets {
                        Targets::All => true,
                        Targets::One(one) => *instrument == one,
                    }
            })
            .map(|(instrument, _)| instrument)
    }

    fn deliver(&self, part: &InboundCommand) -> Result<(), Refused> {
        let place = usize::try_from(part.instrument.0).ok();
        let matcher = place.and_then(|place| *self.routes.get(place)?);
        self.inboxes[matcher.ok_or(Refused::UnknownInstrument)?].try_deliver(part)
    }
}

impl FanOuts {
    /// Delivers through `board` from now on.
    pub(crate) fn deliver_through(&mut self, board: Arc<FanOutBoard>) {
        self.board = Some(board);
    }

    /// An entry of the control sequence was applied.
    pub(crate) fn add(&mut self, id: FanOutId, entry: FanOutEntry, asker: Asker) {
        if self.has_begun {
            self.queue(id, entry, asker.origin);
        }
        self.unseen.insert(id, Unseen { entry, asker });
    }

    /// Puts parts into the rings as far as there is room, and forgets what everybody has seen.
    pub(crate) fn deliver(&mut self) {
        let Some(board) = self.board.clone() else {
            return;
        };
        if self.unseen.is_empty() || !board.recovery.is_over() {
            return;
        }
        self.begin();
        while let Some(part) = self.undelivered.front() {
            // A full ring is tried again; a closed one is delivered to at the next start.
            if board.deliver(part).is_err() {
                break;
            }
            self.undelivered.pop_front();
        }
        self.tell_delivered();
        self.unseen
            .retain(|id, unseen| !board.have_seen(unseen.entry.targets, *id));
    }

    /// Lets those go on who wait until all parts of what they asked stand in the rings.
    fn tell_delivered(&mut self) {
        let next = self.undelivered.front().map(|part| &part.command);
        let first_waiting = match next {
            Some(Command::FanOut(part)) => part.id,
            Some(other) => unreachable!("{other:?} is no part of a command to several"),
            None => FanOutId(u64::MAX),
        };
        for (_, unseen) in self.unseen.range_mut(..first_waiting) {
            unseen.asker.delivery = None;
        }
    }

    /// Commands that some instrument may not have seen, each as the entry that it came with.
    pub(crate) fn unseen(&self) -> Vec<(FanOutId, ControlCommand)> {
        let unseen = self.unseen.iter();
        unseen
            .map(|(id, unseen)| (*id, unseen.entry.as_control()))
            .collect()
    }

    /// Forgets what every instrument has seen, as `has_seen` says.
    pub(crate) fn forget_seen(&mut self, has_seen: impl Fn(Targets, FanOutId) -> bool) {
        self.unseen
            .retain(|id, unseen| !has_seen(unseen.entry.targets, *id));
    }

    /// Whether a part waits for a ring, or for the end of recovery.
    pub(crate) fn has_undelivered(&self) -> bool {
        let waits_for_recovery = !self.has_begun && !self.unseen.is_empty();
        self.board.is_some() && (waits_for_recovery || !self.undelivered.is_empty())
    }

    /// What earlier processes left unseen is queued first, once.
    fn begin(&mut self) {
        if self.has_begun {
            return;
        }
        self.has_begun = true;
        let left: Vec<_> = self
            .unseen
            .iter()
            .map(|(id, unseen)| (*id, unseen.entry, unseen.asker.origin))
            .collect();
        for (id, entry, origin) in left {
            self.queue(id, entry, origin);
        }
    }

    fn queue(&mut self, id: FanOutId, entry: FanOutEntry, origin: Origin) {
        let Some(board) = &self.board else {
            return;
        };
        let unaware = board
            .meant(entry.targets)
            .filter(|instrument| !board.has_seen(*instrument, id));
        let parts = unaware.map(|instrument| InboundCommand {
            instrument,
            origin,
            at: None,
            stamps: Stamps::default(),
            command: Command::FanOut(FanOut {
                id,
                action: entry.action,
            }),
        });
        self.undelivered.extend(parts);
    }
}
