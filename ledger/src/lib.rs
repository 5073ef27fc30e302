//! Accounts, holds, settlement, fees, positions and keys in exact integers.
//!
//! The principal type is [`Ledger`]. It is a sum of contributions: sessions reserve at the door under an
//! account's own lock, each matcher writes only its own cells through its [`Settlement`], and a balance is
//! what both add up to. What a command takes counts at once; what it gives becomes spendable when the
//! batch that gave it is durable.
//!
//! ```text
//! sessions ── reserve, give_back ──► doors (a lock per account)  ┐
//! matchers ── settle ─────────────► cells (one writer each)      ├──► balances, conservation
//! control  ── deposit, withdraw ──► cells of the control desk    ┘
//! gate     ── publish(gives) ─────► the durable part of the cells, which is what can be spent
//! ```

#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects))]

mod asset;
mod balance;
mod bust;
mod cells;
mod closings;
mod conservation;
mod control;
mod door;
mod fees;
mod gives;
mod image;
mod keys;
mod ledger;
mod money;
mod position;
mod position_cells;
mod settlement;
mod standing;
mod terms;
mod versioned;

pub use asset::{Asset, AssetId};
pub use balance::{Balance, Insufficient};
pub use bust::CannotGiveBack;
pub use closings::ClosedBy;
pub use conservation::{ConservationLine, StillSettling};
pub use control::{ControlDesk, ControlRefusal};
pub use engine::{FEE_TIERS_MAX, FeeRates, FeeSchedule};
pub use fees::{Fee, TradeFees};
pub use gives::Gives;
pub use image::{AccountImage, Advance, LedgerImage, SettlementImage};
pub use keys::{ApiKey, KEYS_MAX, KeyId, KeyMaterial, KeyState, Permissions};
pub use ledger::{Ledger, LedgerConfig, MATCHERS_MAX};
pub use money::Money;
pub use position::{Closing, Mark, Position};
pub use settlement::{FEE_ACCOUNT, Settlement};
pub use standing::Overdrawn;
pub use terms::{FeeAsset, InstrumentTerms, TermsError};
