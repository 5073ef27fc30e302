//! The control sequence: accounts, deposits, withdrawals and keys.

use engine::{
    AccountId, FanOutAction, FanOutId, InstrumentId, RiskLimits, Scope, SequenceNumber, SetLimits,
    Timestamp,
};
use ledger::{ApiKey, AssetId, ControlDesk, ControlRefusal, KeyId, Money};

use crate::fan_outs::{FanOutEntry, Targets};
use crate::inbound::{Origin, Refused};
use crate::log::Rejection;

/// One thing asked of the ledger itself; sequenced under instrument 0 and applied once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ControlCommand {
    /// Opens an account with what it begins with: one entry, so that no crash comes between.
    CreateAccount {
        /// Under which id.
        account: AccountId,
        /// What is paid in, each amount above zero.
        deposits: Box<[(AssetId, Money)]>,
    },
    /// Adds money to an account.
    Deposit {
        /// To which account.
        account: AccountId,
        /// Of which asset.
        asset: AssetId,
        /// How much, above zero.
        amount: Money,
    },
    /// Takes money from an account; it was reserved at the door.
    Withdraw {
        /// From which account.
        account: AccountId,
        /// Of which asset.
        asset: AssetId,
        /// How much, above zero.
        amount: Money,
    },
    /// Enters an API key.
    AddKey(Box<ApiKey>),
    /// Ends an API key for ever.
    RevokeKey {
        /// Which one.
        id: KeyId,
    },
    /// Asks several instruments for the same; each does it once, also across a crash.
    FanOut {
        /// Which ones.
        targets: Targets,
        /// What each of them is asked.
        action: Box<FanOutAction>,
    },
    /// Says that a repair has taken something out of the log. It changes nothing itself: whoever reads the
    /// log has found it before, and passed over what it names.
    TakeOut(Rejection),
    /// Says who asks for something at the admin port, and for what, before it is done. It changes nothing itself.
    Note(Box<OperatorNote>),
}

/// Who asks for something at the admin port, and for what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperatorNote {
    /// The name that the operator gave, the role of the key, and the address.
    pub who: String,
    /// The verb, and what goes with it; without secrets.
    pub request: String,
}

/// What a control entry did; durable when it is seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ControlOutcome {
    /// Its place in the control sequence.
    pub sequence: SequenceNumber,
    /// Engine time.
    pub at: Timestamp,
    /// What was asked.
    pub command: ControlCommand,
    /// Whether it was done, or why not.
    pub result: Result<(), ControlRefusal>,
}

/// Why a control command has no effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ControlError {
    /// It was not sequenced.
    NotTaken(Refused),
    /// The ledger refused it, at the door or in sequence.
    Refused(ControlRefusal),
    /// The shard halted before its outcome was durable: it may or may not have happened.
    OutcomeUnknown,
}

impl std::fmt::Display for ControlError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NotTaken(refused) => refused.fmt(formatter),
            Self::Refused(refusal) => refusal.fmt(formatter),
            Self::OutcomeUnknown => formatter.write_str("the outcome is not known"),
        }
    }
}

impl std::error::Error for ControlError {}

/// The promise of a control command's outcome.
#[derive(Debug)]
#[must_use = "a control command may be refused"]
pub struct ControlReceipt(pub(crate) flume::Receiver<ControlOutcome>);

/// The promise that every instrument that was asked has its part before anything that comes later.
#[derive(Debug)]
#[must_use = "what is handed in before may overtake the parts"]
pub struct Delivery(pub(crate) flume::Receiver<Delivered>);

impl Delivery {
    /// Waits until every part stands in the ring of its instrument, or the shard ends.
    pub async fn made(&self) {
        // Nothing is ever sent: who delivers lets go of the other end.
        let _ = self.0.recv_async().await;
    }

    /// Blocks until every part stands in the ring of its instrument, or the shard ends. Not for a thread that
    /// drives an inline matcher.
    pub fn wait(&self) {
        let _ = self.0.recv();
    }
}

/// What never comes: the end of the way is what a [`Delivery`] waits for.
#[derive(Debug)]
pub(crate) enum Delivered {}

/// Who asks several instruments, in this process: a later one delivers for nobody.
#[derive(Debug, Default)]
pub(crate) struct Asker {
    /// Where the outcomes of the parts find the way back to.
    pub origin: Origin,
    /// Let go of when every part is delivered.
    pub delivery: Option<flume::Sender<Delivered>>,
}

/// A control command and where its outcome goes.
#[derive(Debug)]
pub(crate) struct ControlRequest {
    pub command: ControlCommand,
    pub reply: flume::Sender<ControlOutcome>,
    pub asker: Asker,
}

impl ControlReceipt {
    /// Blocks until the outcome is durable. Not for a thread that drives an inline matcher.
    ///
    /// # Errors
    /// The ledger refused it, or the shard halted.
    pub fn wait(&self) -> Result<ControlOutcome, ControlError> {
        settled(self.0.recv())
    }

    /// Waits until the outcome is durable.
    ///
    /// # Errors
    /// The ledger refused it, or the shard halted.
    pub async fn outcome(&self) -> Result<ControlOutcome, ControlError> {
        settled(self.0.recv_async().await)
    }
}

fn settled(
    received: Result<ControlOutcome, flume::RecvError>,
) -> Result<ControlOutcome, ControlError> {
    let outcome =
        received.map_err(|flume::RecvError::Disconnected| ControlError::OutcomeUnknown)?;
    outcome.result.map_err(ControlError::Refused)?;
    Ok(outcome)
}

impl ControlOutcome {
    /// The id under which instruments are asked, if this fans out.
    pub const fn fan_out_id(&self) -> FanOutId {
        FanOutId(self.sequence.0)
    }
}

impl ControlCommand {
    /// Replaces an account's limits on one instrument.
    pub fn limit(instrument: InstrumentId, account: AccountId, limits: RiskLimits) -> Self {
        Self::FanOut {
            targets: Targets::One(instrument),
            action: Box::new(FanOutAction::SetLimits(SetLimits { account, limits })),
        }
    }

    /// What several instruments are to be asked, if this asks them.
    pub(crate) fn fan_out(&self) -> Option<FanOutEntry> {
        if let Self::FanOut { targets, action } = self {
            Some(FanOutEntry {
                targets: *targets,
                action: **action,
            })
        } else {
            None
        }
    }

    /// Does what is asked, as far as it is the ledger's to do.
    pub(crate) fn apply(&self, desk: &mut ControlDesk) -> Result<(), ControlRefusal> {
        match self {
            Self::CreateAccount { account, deposits } => desk.create_account(*account, deposits),
            Self::Deposit {
                account,
                asset,
                amount,
            } => desk.deposit(*account, *asset, *amount),
            Self::Withdraw {
                account,
                asset,
                amount,
            } => desk.withdraw(*account, *asset, *amount),
            Self::AddKey(key) => desk.add_key(key),
            Self::RevokeKey { id } => desk.revoke_key(id),
            Self::FanOut { action, .. } => match account_of(action) {
                Some(account) => desk.check_account(account),
                None => Ok(()),
            },
            Self::TakeOut(_) | Self::Note(_) => Ok(()),
        }
    }
}

/// The account that a fanned out command is about; `None` where it is everybody.
const fn account_of(action: &FanOutAction) -> Option<AccountId> {
    match action {
        FanOutAction::Admit(admit) => match admit.scope {
            Scope::Account(account) => Some(account),
            Scope::Exchange | Scope::Instrument => None,
        },
        FanOutAction::SetLimits(set) => Some(set.account),
        FanOutAction::SetFeeTier(set) => Some(set.account),
        FanOutAction::MassCancel(mass_cancel) => Some(mass_cancel.account),
        FanOutAction::Disconnect(disconnect) => Some(disconnect.account),
        FanOutAction::CancelAfter(cancel_after) => Some(cancel_after.account),
    }
}
