//! What accounts are limited to on an instrument from their opening on, and the checks of it.

use engine::RiskLimits;
use gateway::ListedInstrument;

use crate::config::error::ConfigError;
use crate::config::instrument::Row;

impl Row<'_> {
    /// What each account is limited to on it from its opening on.
    ///
    /// # Errors
    /// A limit makes no sense in its units, or lets no order in.
    pub fn account_limits(&self, listed: &ListedInstrument) -> Result<RiskLimits, ConfigError> {
        let limits = self.written.account_limits.to_engine(listed.scale);
        let limits = limits.map_err(|bad| {
            self.error(
                &format!("account_limits.{}", bad.key),
                bad.reason,
                bad.remedy,
            )
        })?;
        let smallest = listed.instrument.quantity_min;
        if limits.quantity_max.is_some_and(|most| most < smallest) {
            return Err(self.error(
                "account_limits.quantity_max",
                "it is below quantity_min: no order could be entered",
                "write at least quantity_min, or leave it out",
            ));
        }
        for (key, most) in [
            ("open_orders_max", limits.open_orders_max),
            (
                "order_rate.orders_max",
                limits.order_rate.map(|rate| rate.orders_max),
            ),
        ] {
            if most == Some(0) {
                return Err(self.error(
                    &format!("account_limits.{key}"),
                    "with zero no order could be entered",
                    "write at least 1, or leave it out",
                ));
            }
        }
        Ok(limits)
    }
}
