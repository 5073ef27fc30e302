//! What a start does about accounts whose money is gone: they open in cancel-only, until an operator has looked.
//!
//! A repair can take out of the log what later commands rested on, a deposit or a trade. What an account has of an
//! asset is then less than nothing. A tail that was cut takes along everything that rested on it, because all
//! matchers write one log: it leaves nobody overdrawn.

use engine::{AccountId, Admission, Admit, FanOutAction, Scope};
use ledger::{Ledger, Overdrawn};

use crate::control::{ControlCommand, ControlError, ControlReceipt};
use crate::fan_outs::Targets;
use crate::ports::Ports;

/// An account that was asked for cancels only.
#[derive(Debug)]
pub struct ClosedAccount {
    /// Whose money is gone.
    pub account: AccountId,
    /// What it lacks, by asset.
    pub lacks: Vec<Overdrawn>,
    /// The promise of the entry that closes it, on every instrument.
    pub receipt: ControlReceipt,
}

/// Asks each account that has less than nothing for cancels only, on every instrument. To be called after recovery;
/// nobody else is to be let in before each receipt is there and every instrument has seen it.
///
/// # Errors
/// The shard halted, or takes no control entry.
pub fn close_overdrawn(ports: &Ports, ledger: &Ledger) -> Result<Vec<ClosedAccount>, ControlError> {
    let overdrawn = ledger.overdrawn();
    let of_accounts = overdrawn.chunk_by(|one, other| one.account == other.account);
    of_accounts
        .map(|lacks| {
            let account = lacks[0].account;
            let admit = Admit {
                scope: Scope::Account(account),
                admission: Admission::CancelOnly,
            };
            let receipt = ports.control(ControlCommand::FanOut {
                targets: Targets::All,
                action: Box::new(FanOutAction::Admit(admit)),
            })?;
            Ok(ClosedAccount {
                account,
                lacks: lacks.to_vec(),
                receipt,
            })
        })
        .collect()
}
