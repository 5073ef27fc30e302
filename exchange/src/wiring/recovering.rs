//! What a start waits for: the journal applied and told, and accounts that lack money closed.

use std::time::Duration;

use gateway::GatewayView;
use ledger::Ledger;
use sequencer::{ControlError, Ports, Targets};

use crate::wiring::StartError;

/// How often a start looks whether the journal is applied.
const RECOVERY_POLL: Duration = Duration::from_millis(5);
/// A long recovery says so each time it has applied so many commands.
const RECOVERY_TOLD_COMMANDS: u64 = 1_000_000;

/// Waits until everything that the journal has is applied, and told to the gateway.
pub async fn recovered(ports: &Ports, view: &GatewayView) -> Result<(), StartError> {
    let recovery = ports.recovery();
    if !recovery.was_needed() {
        return Ok(());
    }
    let mut told = 0;
    while !recovery.is_over() || view.counters().batches < ports.counters().batches {
        if ports.is_halted() {
            return Err(StartError::Recovery);
        }
        tokio::time::sleep(RECOVERY_POLL).await;
        if recovery.commands() >= told + RECOVERY_TOLD_COMMANDS {
            told = recovery.commands();
            tracing::info!(commands = told, "applying the journal");
        }
    }
    tracing::info!(
        batches = recovery.entries(),
        commands = recovery.commands(),
        "the journal is applied"
    );
    Ok(())
}

/// Has accounts that lack money open in cancel-only, and says so.
pub async fn close_overdrawn(ports: &Ports, ledger: &Ledger) -> Result<(), StartError> {
    let closed = sequencer::close_overdrawn(ports, ledger).map_err(StartError::CancelOnly)?;
    for closed in closed {
        let outcome = closed.receipt.outcome().await;
        let id = outcome.map_err(StartError::CancelOnly)?.fan_out_id();
        while !ports.have_seen(Targets::All, id) {
            if ports.is_halted() {
                return Err(StartError::CancelOnly(ControlError::OutcomeUnknown));
            }
            tokio::time::sleep(RECOVERY_POLL).await;
        }
        for lacks in closed.lacks {
            let asset = &ledger.assets()[usize::from(lacks.asset.0)].name;
            tracing::error!(
                account = closed.account.0,
                asset,
                available_units = %lacks.available.units(),
                "money that this account has spent is gone from the log, so it is in cancel-only: deposit what it \
                 lacks, then open it with POST /v1/admin/admit"
            );
        }
    }
    Ok(())
}
