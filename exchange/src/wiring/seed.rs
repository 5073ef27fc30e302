//! What an exchange begins with: the configured accounts, what they have, and what they are limited to.

use std::time::Duration;

use engine::{AccountId, InstrumentId, RiskLimits, SequenceNumber};
use ledger::Ledger;
use sequencer::{ControlCommand, ControlError, ControlReceipt, Ports, Targets};

use crate::config::{ClockMode, FundedAccount};
use crate::wiring::StartError;

/// Entries that are under way together: one sync makes all of them durable. Fewer than the control ring takes.
const UNDER_WAY_MAX: usize = 256;
/// How often a start looks whether limits hold.
const LIMIT_POLL: Duration = Duration::from_millis(1);

/// How many entries are under way together. In lockstep one: which of them share a batch must depend on no thread.
pub const fn under_way_max(clock: ClockMode) -> usize {
    match clock {
        ClockMode::Realtime | ClockMode::Scaled(_) | ClockMode::Replay => UNDER_WAY_MAX,
        ClockMode::Lockstep => 1,
    }
}

/// Limits those who are there on instruments that are new, then opens accounts with what they begin with, each in one
/// entry of the control sequence, and limits them. When it returns, all of it is durable, and every limit holds.
pub async fn seed(
    ports: &Ports,
    ledger: &Ledger,
    accounts: impl Iterator<Item = &FundedAccount>,
    account_limits: &[(InstrumentId, RiskLimits)],
    under_way_max: usize,
) -> Result<(), StartError> {
    let accounts: Vec<&FundedAccount> = accounts.collect();
    limit_on_new_instruments(ports, ledger, account_limits, under_way_max).await?;
    for accounts in accounts.chunks(under_way_max) {
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
    let accounts = accounts.iter().map(|account| account.id);
    limit(ports, accounts, account_limits, under_way_max).await
}

/// Limits the accounts that are there on instruments that never had a command: they were listed since.
async fn limit_on_new_instruments(
    ports: &Ports,
    ledger: &Ledger,
    account_limits: &[(InstrumentId, RiskLimits)],
    under_way_max: usize,
) -> Result<(), StartError> {
    let accounts: Vec<AccountId> = (1..ledger.accounts_max())
        .map(AccountId)
        .filter(|account| ledger.has_account(*account))
        .collect();
    if account_limits.is_empty() || accounts.is_empty() {
        return Ok(());
    }
    let unavailable = |refused| StartError::AccountLimits(ControlError::NotTaken(refused));
    let answers = ports.inspect().map_err(unavailable)?;
    let mut new: Vec<InstrumentId> = Vec::new();
    while let Ok(state) = answers.recv_async().await {
        let books = state.books.iter();
        let new_ones = books.filter(|book| book.sequence == SequenceNumber(0));
        new.extend(new_ones.map(|book| book.instrument));
    }
    let of_new: Vec<(InstrumentId, RiskLimits)> = account_limits
        .iter()
        .filter(|(instrument, _)| new.contains(instrument))
        .copied()
        .collect();
    limit(ports, accounts.into_iter(), &of_new, under_way_max).await
}

/// Limits accounts, and waits until every limit holds.
pub async fn limit(
    ports: &Ports,
    accounts: impl Iterator<Item = AccountId>,
    account_limits: &[(InstrumentId, RiskLimits)],
    under_way_max: usize,
) -> Result<(), StartError> {
    let asked: Vec<(AccountId, InstrumentId, RiskLimits)> = accounts
        .flat_map(|account| {
            let limits = account_limits.iter();
            limits.map(move |(instrument, limits)| (account, *instrument, *limits))
        })
        .collect();
    for asked in asked.chunks(under_way_max) {
        let mut receipts = Vec::new();
        for (account, instrument, limits) in asked {
            let command = ControlCommand::limit(*instrument, *account, *limits);
            let receipt = ports.control(command).map_err(StartError::AccountLimits)?;
            receipts.push((*instrument, receipt));
        }
        for (instrument, receipt) in receipts {
            let outcome = receipt.outcome().await.map_err(StartError::AccountLimits)?;
            while !ports.have_seen(Targets::One(instrument), outcome.fan_out_id()) {
                if ports.is_halted() {
                    return Err(StartError::AccountLimits(ControlError::OutcomeUnknown));
                }
                tokio::time::sleep(LIMIT_POLL).await;
            }
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

fn refused(account: &FundedAccount, error: ControlError) -> StartError {
    StartError::Account {
        name: account.name.clone(),
        error,
    }
}
