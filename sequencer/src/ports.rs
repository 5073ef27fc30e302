//! Where sessions hand in commands.

use std::sync::Arc;

use engine::{
    AccountId, FanOutAction, FanOutId, InstrumentId, PastTrade, RejectReason, SessionNumber,
    TradeId,
};
use ledger::Ledger;

use crate::clock::StageClock;
use crate::control::{
    Asker, ControlCommand, ControlError, ControlReceipt, ControlRequest, Delivery,
};
use crate::counters::Counters;
use crate::fan_outs::{FanOutBoard, Targets};
use crate::follower::FollowerProgress;
use crate::gate::{Gate, Intake};
use crate::inbound::{InboundCommand, NotTaken, Origin, Refused};
use crate::inbox::Inbox;
use crate::inspection::{AccountRules, BookTerms, Inspection, MatcherState};
use crate::latency::Latencies;
use crate::recovery::RecoveryProgress;
use crate::stamps::Stage;

/// The way in to every matcher of the shard. Nothing here blocks.
#[derive(Debug)]
pub struct Ports {
    inboxes: Box<[Arc<Inbox>]>,
    /// By instrument id: which matcher has it.
    routes: Box<[Option<usize>]>,
    gate: Arc<Gate>,
    ledger: Arc<Ledger>,
    stage_clock: StageClock,
    recovery: Arc<RecoveryProgress>,
    board: Arc<FanOutBoard>,
    follower: Arc<FollowerProgress>,
}

/// How far a shard's own work is.
pub(crate) struct ShardProgress {
    pub recovery: Arc<RecoveryProgress>,
    pub follower: Arc<FollowerProgress>,
}

impl Ports {
    pub(crate) fn new(
        inboxes: Vec<Arc<Inbox>>,
        routes: Vec<Option<usize>>,
        gate: Arc<Gate>,
        ledger: Arc<Ledger>,
        stage_clock: StageClock,
        progress: ShardProgress,
        board: Arc<FanOutBoard>,
    ) -> Self {
        Self {
            inboxes: inboxes.into(),
            routes: routes.into(),
            gate,
            ledger,
            stage_clock,
            recovery: progress.recovery,
            board,
            follower: progress.follower,
        }
    }

    /// Hands a command to the matcher of its instrument.
    ///
    /// # Errors
    /// The ring has no room, the shard is halted or stopping, nobody has the instrument, or the command means
    /// something in this process alone: it is not sequenced, and what was reserved for it is to be given back.
    pub fn try_submit(&self, command: InboundCommand) -> Result<(), Refused> {
        self.try_submit_or_back(command)
            .map_err(|not_taken| not_taken.refused)
    }

    /// The same; what is not taken comes back.
    ///
    /// # Errors
    /// As for [`Self::try_submit`].
    pub fn try_submit_or_back(&self, mut command: InboundCommand) -> Result<(), NotTaken> {
        let Some(inbox) = self.inbox(command.instrument) else {
            return Err(NotTaken::new(Refused::UnknownInstrument, command));
        };
        if self.gate.is_halted() || !self.recovery.is_over() {
            return Err(NotTaken::new(Refused::Unavailable, command));
        }
        if command.command.names_a_handle() {
            return Err(NotTaken::new(Refused::NamesHandle, command));
        }
        self.stage_clock.stamp(&mut command.stamps, Stage::Queued);
        inbox.try_submit(command, self.gate.intake())
    }

    /// Hands in an entry of the control sequence. A withdrawal is reserved here.
    ///
    /// # Errors
    /// It was not taken, or the ledger refused a withdrawal at the door.
    pub fn control(&self, command: ControlCommand) -> Result<ControlReceipt, ControlError> {
        self.control_for(command, Asker::default())
    }

    /// Asks several instruments for the same, once each, also across a crash. The outcome of each part has `origin`;
    /// who hands in more for the same instruments waits for the delivery first, or it may overtake a part.
    ///
    /// # Errors
    /// It was not taken: no instrument is asked.
    pub fn fan_out(
        &self,
        targets: Targets,
        action: FanOutAction,
        origin: Origin,
    ) -> Result<Delivery, ControlError> {
        let (delivery, way) = flume::bounded(1);
        let asker = Asker {
            origin,
            delivery: Some(delivery),
        };
        let command = ControlCommand::FanOut {
            targets,
            action: Box::new(action),
        };
        // The outcomes of the parts tell more.
        drop(self.control_for(command, asker)?);
        Ok(Delivery(way))
    }

    fn control_for(
        &self,
        command: ControlCommand,
        asker: Asker,
    ) -> Result<ControlReceipt, ControlError> {
        if self.gate.is_halted() || !self.recovery.is_over() {
            return Err(ControlError::NotTaken(Refused::Unavailable));
        }
        if let ControlCommand::FanOut {
            targets: Targets::One(instrument),
            ..
        } = command
            && !self.board.has(instrument)
        {
            return Err(ControlError::NotTaken(Refused::UnknownInstrument));
        }
        let (reply, receipt) = flume::bounded(1);
        let owner = &self.inboxes[0];
        match command {
            ControlCommand::CreateAccount { .. }
            | ControlCommand::Deposit { .. }
            | ControlCommand::AddKey(_)
            | ControlCommand::RevokeKey { .. }
            | ControlCommand::TakeOut(_)
            | ControlCommand::Note(_)
            | ControlCommand::FanOut { .. } => owner
                .try_control(ControlRequest {
                    command,
                    reply,
                    asker,
                })
                .map_err(ControlError::NotTaken)?,
            ControlCommand::Withdraw {
                account,
                asset,
                amount,
            } => {
                self.ledger
                    .reserve_withdrawal(account, asset, amount)
                    .map_err(ControlError::Refused)?;
                let request = ControlRequest {
                    command,
                    reply,
                    asker,
                };
                if let Err(refused) = owner.try_control(request) {
                    self.ledger.give_back_withdrawal(account, asset, amount);
                    return Err(ControlError::NotTaken(refused));
                }
            }
        }
        Ok(ControlReceipt(receipt))
    }

    /// Whether every instrument that was meant has applied the command that was fanned out under `id`.
    pub fn have_seen(&self, targets: Targets, id: FanOutId) -> bool {
        self.board.have_seen(targets, id)
    }

    /// The highest number of a connection by which earlier processes took orders: a later connection has a higher one.
    /// It is known when recovery is over.
    pub fn highest_session(&self) -> SessionNumber {
        self.board.highest_session()
    }

    /// Asks each matcher where its books stand; answers come between batches, one per matcher.
    ///
    /// # Errors
    /// The shard is halted or stopping, or too many ask at once.
    pub fn inspect(&self) -> Result<flume::Receiver<MatcherState>, Refused> {
        if self.gate.is_halted() {
            return Err(Refused::Unavailable);
        }
        let (reply, answers) = flume::bounded(self.inboxes.len());
        for inbox in &self.inboxes {
            inbox.try_inspect(Inspection::State {
                reply: reply.clone(),
            })?;
        }
        Ok(answers)
    }

    /// Asks the instrument's matcher for a trade that is to be taken back; the answer comes between batches.
    ///
    /// # Errors
    /// The shard is halted or stopping, nobody has the instrument, or too many ask at once.
    pub fn past_trade(
        &self,
        instrument: InstrumentId,
        trade_id: TradeId,
    ) -> Result<flume::Receiver<Result<PastTrade, RejectReason>>, Refused> {
        let (reply, answer) = flume::bounded(1);
        let question = Inspection::Trade {
            instrument,
            trade_id,
            reply,
        };
        self.ask(instrument, question)?;
        Ok(answer)
    }

    fn ask(&self, instrument: InstrumentId, question: Inspection) -> Result<(), Refused> {
        if self.gate.is_halted() {
            return Err(Refused::Unavailable);
        }
        let inbox = self.inbox(instrument).ok_or(Refused::UnknownInstrument)?;
        inbox.try_inspect(question)
    }

    /// Asks the instrument's matcher what it is now; the answer comes between batches, and nothing is walked over.
    ///
    /// # Errors
    /// As [`Ports::past_trade`].
    pub fn terms_of(
        &self,
        instrument: InstrumentId,
    ) -> Result<flume::Receiver<BookTerms>, Refused> {
        let (reply, answer) = flume::bounded(1);
        self.ask(instrument, Inspection::Terms { instrument, reply })?;
        Ok(answer)
    }

    /// Asks the instrument's matcher what an account may do on it; the answer comes between batches.
    ///
    /// # Errors
    /// As [`Ports::past_trade`].
    pub fn account_rules(
        &self,
        instrument: InstrumentId,
        account: AccountId,
    ) -> Result<flume::Receiver<AccountRules>, Refused> {
        let (reply, answer) = flume::bounded(1);
        let question = Inspection::Account {
            instrument,
            account,
            reply,
        };
        self.ask(instrument, question)?;
        Ok(answer)
    }

    /// What all matchers counted, as one.
    pub fn counters(&self) -> Counters {
        self.matcher_counters()
            .iter()
            .fold(Counters::default(), |all, one| all.merged(one))
    }

    /// What each matcher counted.
    pub fn matcher_counters(&self) -> Vec<Counters> {
        self.inboxes
            .iter()
            .map(|inbox| inbox.counters.read(inbox.commands.depth()))
            .collect()
    }

    /// Commands in the ring of the instrument's matcher; `None` where nobody has the instrument.
    pub fn queue_depth(&self, instrument: InstrumentId) -> Option<usize> {
        Some(self.inbox(instrument)?.commands.depth())
    }

    /// Whether a ring is half full: who can wait a moment before it brings more does.
    pub fn is_half_full(&self) -> bool {
        self.inboxes.iter().any(|inbox| inbox.is_half_full())
    }

    /// Which matcher has the instrument: the index of its events' receiver.
    pub fn matcher_of(&self, instrument: InstrumentId) -> Option<usize> {
        let place = usize::try_from(instrument.0).ok()?;
        *self.routes.get(place)?
    }

    /// Whether the shard is halted: no report leaves any more, every command is refused.
    pub fn is_halted(&self) -> bool {
        self.gate.is_halted()
    }

    /// Whether the shard is halted because its log failed.
    pub fn has_log_failed(&self) -> bool {
        self.gate.has_log_failed()
    }

    /// How long the journal's syncs took.
    pub fn syncs(&self) -> Latencies {
        self.gate.syncs()
    }

    /// What the log has room for.
    pub fn intake(&self) -> Intake {
        self.gate.intake()
    }

    /// How far the shard is with what earlier processes logged; nothing new is taken before it is over.
    pub fn recovery(&self) -> &RecoveryProgress {
        &self.recovery
    }

    /// How far the follower is that writes the snapshots; it stands where nothing is followed.
    pub fn follower(&self) -> &FollowerProgress {
        &self.follower
    }

    /// The counter of stage stamps, for the stages before the ring.
    pub const fn stage_clock(&self) -> &StageClock {
        &self.stage_clock
    }

    /// Takes nothing from now on.
    pub(crate) fn close(&self) {
        for inbox in &self.inboxes {
            inbox.close();
        }
    }

    fn inbox(&self, instrument: InstrumentId) -> Option<&Inbox> {
        Some(&self.inboxes[self.matcher_of(instrument)?])
    }
}
