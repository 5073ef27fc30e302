//! Accounts, holds, settlement and fees in exact integers.
//!
//! The principal type is `Ledger`. It is a sum of contributions: sessions reserve at the door under an
//! account's own lock, each matcher writes only its own cells through its `Settlement`, and a balance is
//! what both add up to. What a command takes counts at once; what it gives becomes spendable when the
//! batch that gave it is durable.

mod asset;
mod money;
mod terms;

pub use asset::{Asset, AssetId};
pub use money::Money;
pub use terms::{FeeAsset, InstrumentTerms, TermsError};
