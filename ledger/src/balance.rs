//! What an account has.

use crate::asset::AssetId;
use crate::money::Money;

/// What an account has of one asset: `total` = `available` + `pending` + `hold`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Balance {
    /// Of which asset.
    pub asset: AssetId,
    /// All of it.
    pub total: Money,
    /// What can be spent or withdrawn now.
    pub available: Money,
    /// What was given by commands that are not durable yet.
    pub pending: Money,
    /// What open orders and commands under way hold.
    pub hold: Money,
}

/// What is available does not cover what is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Insufficient {
    /// Of which asset.
    pub asset: AssetId,
    /// What was needed.
    pub needed: Money,
    /// What could have been spent.
    pub available: Money,
}

impl std::fmt::Display for Insufficient {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("available funds do not cover what is needed")
    }
}

impl std::error::Error for Insufficient {}
