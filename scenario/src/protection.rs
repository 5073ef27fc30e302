//! The groups of market-maker protection that an instrument line names.

use engine::{
    Freeze, MmpGroup, ProtectedGroup, ProtectedGroups, ProtectionLimits, ProtectionWindow, Quantity,
};

use crate::instrument_options::{InstrumentOptions, WindowKind};
use crate::name::Name;
use crate::translate::Obstacle;

/// The groups that the instrument protects, under the numbers that `number` gives them.
pub(crate) fn protected_groups(
    options: &InstrumentOptions,
    mut number: impl FnMut(&Name) -> u32,
) -> Result<ProtectedGroups, Obstacle> {
    let groups: Vec<ProtectedGroup> = options
        .protections
        .iter()
        .map(|protection| ProtectedGroup {
            group: MmpGroup(number(&protection.group)),
            limits: ProtectionLimits {
                quantity: protection.quantity.map(Quantity::from_units),
                trades: protection.count,
                delta: protection.delta.map(Quantity::from_units),
            },
            window: match protection.kind {
                WindowKind::Tumbling => ProtectionWindow::Tumbling(protection.window),
                WindowKind::Sliding => ProtectionWindow::Sliding(protection.window),
            },
            freeze: match protection.freeze {
                None | Some(0) => Freeze::UntilReset,
                Some(length) => Freeze::For(length),
            },
        })
        .collect();
    ProtectedGroups::new(&groups)
        .ok_or_else(|| Obstacle::Unable("more protected groups than an instrument has".to_owned()))
}
