//! What an exchange begins with: the configured accounts, and what they have.

use sequencer::{ControlCommand, ControlReceipt, Ports};

use crate::config::FundedAccount;
use crate::wiring::StartError;

/// Entries that are under way together: one sync makes all of them durable. Fewer than the control ring takes.
const UNDER_WAY_MAX: usize = 256;

/// Opens accounts with what they begin with, each in one entry of the control sequence. When it returns, all of
/// it is durable.
pub async fn seed(
    ports: &Ports,
    accounts: impl Iterator<Item = &FundedAccount>,
) -> Result<(), StartError> {
    let accounts: Vec<&FundedAccount> = accounts.collect();
    for accounts in accounts.chunks(UNDER_WAY_MAX) {
        let mut receipts: Vec<(&FundedAccount, ControlReceipt)> = Vec::new();
        for account in accounts {
            let receipt = ports
                .control(opening(account))
                .map_err(|error| refused(account, error))?;
            receipts.push((account, receipt));
        }
        for (account, receipt) in receipts {
            receipt
                .outcome()
                .await
                .map_err(|error| refused(account, error))?;
        }
    }
    Ok(())
}

fn opening(account: &FundedAccount) -> ControlCommand {
    let deposits = account.deposits.iter().copied();
    ControlCommand::CreateAccount {
        account: account.id,
        deposits: deposits.filter(|(_, amount)| amount.units() > 0).collect(),
    }
}

fn refused(account: &FundedAccount, error: sequencer::ControlError) -> StartError {
    StartError::Account {
        name: account.name.clone(),
        error,
    }
}
