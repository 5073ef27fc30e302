//! Changes what is listed while it trades, by commands in the log, as a configuration that was read again says.

use engine::{AccountId, Grid, Instrument, InstrumentId, Operation, RiskLimits};
use gateway::{GatewayView, ListedInstrument};
use ledger::Ledger;
use sequencer::Ports;

use crate::config::Listing;
use crate::wiring::seed;

/// What a change needs to be carried out.
pub struct Changing<'a> {
    /// Where operators' commands go.
    pub view: &'a GatewayView,
    /// Where control commands go.
    pub ports: &'a Ports,
    /// Who has an account.
    pub ledger: &'a Ledger,
    /// Control commands that may be under way together.
    pub under_way_max: usize,
}

impl Changing<'_> {
    /// Makes what is listed as `to` what is listed as `from`; says how many commands that took. All of it is durable
    /// then.
    ///
    /// # Errors
    /// Which instrument stays as it is, and why; what came before it holds.
    pub async fn change(&self, from: &Listing, to: &Listing) -> Result<u64, String> {
        let mut commands: u64 = 0;
        for new in &to.instruments {
            let Some(old) = from.listed(new.symbol.as_str()) else {
                continue;
            };
            let id = old.instrument.id;
            for operation in operations(old, new) {
                let done = self.view.operate(id, operation).await;
                done.map_err(|reason| format!("instrument {}: {reason}", new.symbol))?;
                commands = commands.saturating_add(1);
            }
            let (old_limits, new_limits) = (from.limits_on(id), to.limits_on(id));
            if old_limits != new_limits {
                let limited = self.limit(id, old_limits, new_limits).await;
                let limited = limited
                    .map_err(|reason| format!("limits on instrument {}: {reason}", new.symbol))?;
                commands = commands.saturating_add(limited);
            }
        }
        Ok(commands)
    }

    /// Gives the new limits to every account that has the old ones: an operator's own stay.
    async fn limit(
        &self,
        instrument: InstrumentId,
        old: RiskLimits,
        new: RiskLimits,
    ) -> Result<u64, String> {
        let mut accounts: Vec<AccountId> = Vec::new();
        for account in (1..self.ledger.accounts_max()).map(AccountId) {
            if !self.ledger.has_account(account) {
                continue;
            }
            let answer = self.ports.account_rules(instrument, account);
            let answer = answer.map_err(|refused| refused.to_string())?;
            let rules = answer.recv_async().await;
            let rules = rules.map_err(|_| "the exchange stops".to_owned())?;
            if rules.limits == old {
                accounts.push(account);
            }
        }
        let count = u64::try_from(accounts.len()).unwrap_or(u64::MAX);
        let limits = [(instrument, new)];
        seed::limit(
            self.ports,
            accounts.into_iter(),
            &limits,
            self.under_way_max,
        )
        .await
        .map_err(|error| error.to_string())?;
        Ok(count)
    }
}

/// What an operator would ask for.
fn operations(old: &ListedInstrument, new: &ListedInstrument) -> Vec<Operation> {
    let mut operations = Vec::new();
    if old.terms.fees != new.terms.fees {
        operations.push(Operation::SetFees(Box::new(new.terms.fees)));
    }
    let (old, new) = (&old.instrument, &new.instrument);
    if grid(old) != grid(new) {
        operations.push(Operation::SetGrid(grid(new)));
    }
    if old.rules != new.rules {
        operations.push(Operation::SetRules(Box::new(new.rules)));
    }
    operations
}

const fn grid(instrument: &Instrument) -> Grid {
    Grid {
        tick_size: instrument.tick_size,
        lot_size: instrument.lot_size,
        price_min: instrument.price_min,
        price_max: instrument.price_max,
        quantity_min: instrument.quantity_min,
        quantity_max: instrument.quantity_max,
    }
}
