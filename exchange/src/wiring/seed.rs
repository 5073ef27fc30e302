//! What an exchange begins with: the configured accounts, and what they have.

use sequencer::{ControlCommand, ControlReceipt, Ports};

use crate::config::FundedAccount;
use crate::wiring::StartError;

/// Entries that are under way together: one sync makes all of them durable. Fewer than the control ring takes.
const UNDER_WAY_MAX: usize = 256;

/// Opens accounts and pays in, through the control sequence like everything that decides. When it returns, all
/// of it is durable.
pub async fn seed(
    ports: &Ports,
    accounts: impl Iterator<Item = &FundedAccount>,
) -> Result<(), StartError> {
    let entries: Vec<(&FundedAccount, ControlCommand)> = accounts
        .flat_map(|account| entries_of(account).map(move |entry| (account, entry)))
        .collect();
    for entries in entries.chunks(UNDER_WAY_MAX) {
        let mut receipts: Vec<(&FundedAccount, ControlReceipt)> = Vec::new();
        for (account, entry) in entries {
            let receipt = ports
                .control(*entry)
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

fn entries_of(account: &FundedAccount) -> impl Iterator<Item = ControlCommand> {
    let opening = ControlCommand::CreateAccount {
        account: account.id,
    };
    let deposits = account
        .deposits
        .iter()
        .filter(|(_, amount)| amount.units() > 0)
        .map(|(asset, amount)| ControlCommand::Deposit {
            account: account.id,
            asset: *asset,
            amount: *amount,
        });
    std::iter::once(opening).chain(deposits)
}

fn refused(account: &FundedAccount, error: sequencer::ControlError) -> StartError {
    StartError::Account {
        name: account.name.clone(),
        error,
    }
}
