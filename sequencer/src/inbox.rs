//! One matcher's way in: its rings and its bell.

use std::sync::Arc;

use engine::{Command, Instruction};

use crate::control::ControlRequest;
use crate::counters::SharedCounters;
use crate::gate::Intake;
use crate::inbound::{InboundCommand, NotTaken, Refused};
use crate::inspection::Inspection;
use crate::ring::{Ring, RingRefused};
use crate::waker::Waker;

/// The most control entries that can wait.
const CONTROL_CAPACITY: usize = 1_024;
/// The most inspections that can wait.
const INSPECTIONS_CAPACITY: usize = 16;

/// What callers push into and one matcher pops from.
#[derive(Debug)]
pub(crate) struct Inbox {
    pub commands: Ring<InboundCommand>,
    pub control: Ring<ControlRequest>,
    pub inspections: Ring<Inspection>,
    pub waker: Arc<Waker>,
    pub counters: Arc<SharedCounters>,
    capacity: usize,
    /// Above this only cancels are taken.
    new_orders_limit: usize,
}

impl Inbox {
    pub(crate) fn new(capacity: usize, cancel_reserve: usize) -> Self {
        Self {
            commands: Ring::new(capacity),
            control: Ring::new(CONTROL_CAPACITY),
            inspections: Ring::new(INSPECTIONS_CAPACITY),
            waker: Arc::new(Waker::new()),
            counters: Arc::new(SharedCounters::default()),
            capacity,
            new_orders_limit: capacity.saturating_sub(cancel_reserve),
        }
    }

    pub(crate) fn try_submit(
        &self,
        command: InboundCommand,
        intake: Intake,
    ) -> Result<(), NotTaken> {
        let may_use_reserve = match &command.command {
            Command::Cancel(_)
            | Command::MassCancel(_)
            | Command::Admit(_)
            | Command::SetLimits(_)
            | Command::SetFeeTier(_)
            | Command::FanOut(_)
            | Command::MmpReset(_)
            | Command::Disconnect(_)
            | Command::CancelAfter(_)
            | Command::Operate(_)
            | Command::Bust(_) => true,
            Command::Batch(batch) => {
                let mut asked = batch.instructions().iter();
                asked.all(|one| matches!(one, Instruction::Cancel(_)))
            }
            Command::Submit(_)
            | Command::Replace(_)
            | Command::CancelReplace(_)
            | Command::Tick
            | Command::SetState(_)
            | Command::Uncross(_)
            | Command::SetLastPrice(_)
            | Command::Quote(_) => false,
        };
        if intake == Intake::CancelsOnly && !may_use_reserve {
            self.counters.note_low_disk();
            return Err(NotTaken::new(Refused::LowDisk, command));
        }
        let limit = if may_use_reserve {
            self.capacity
        } else {
            self.new_orders_limit
        };
        self.push(&self.commands, command, limit)
            .map_err(|(refused, command)| {
                if refused == Refused::Full {
                    self.counters.note_full();
                }
                NotTaken::new(refused, command)
            })
    }

    /// Takes a part of a command to several instruments. It may use the places kept for cancels.
    pub(crate) fn try_deliver(&self, part: &InboundCommand) -> Result<(), Refused> {
        self.push(&self.commands, part.clone(), self.capacity)
            .map_err(|(refused, _)| refused)
    }

    pub(crate) fn try_control(&self, request: ControlRequest) -> Result<(), Refused> {
        self.push(&self.control, request, CONTROL_CAPACITY)
            .map_err(|(refused, _)| refused)
    }

    pub(crate) fn try_inspect(&self, inspection: Inspection) -> Result<(), Refused> {
        self.push(&self.inspections, inspection, INSPECTIONS_CAPACITY)
            .map_err(|(refused, _)| refused)
    }

    /// Whether half of the places for commands are taken.
    pub(crate) fn is_half_full(&self) -> bool {
        self.commands.depth() >= self.capacity / 2
    }

    /// Takes nothing from now on.
    pub(crate) fn close(&self) {
        self.commands.close();
        self.control.close();
        self.inspections.close();
        self.waker.wake();
    }

    /// Whether it is closed and nothing is in it or on its way.
    pub(crate) fn is_drained(&self) -> bool {
        self.commands.is_drained() && self.control.is_drained() && self.inspections.is_drained()
    }

    #[inline]
    fn push<T>(&self, ring: &Ring<T>, item: T, limit: usize) -> Result<(), (Refused, T)> {
        let place = match ring.take_place(limit) {
            Ok(place) => place,
            Err(RingRefused::Full) => return Err((Refused::Full, item)),
            Err(RingRefused::Closed) => return Err((Refused::Unavailable, item)),
        };
        ring.fill(place, item);
        self.waker.wake();
        Ok(())
    }
}
