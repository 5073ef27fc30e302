//! Why an exchange cannot start.

use std::io;
use std::net::SocketAddr;

use engine::StateError;
use gateway::{BadFault, BadIdentity, BadLimit, ListingError};
use ledger::TermsError;
use sequencer::ControlError;

use crate::storage::DataError;

/// Why an exchange cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A snapshot is of another program.
    #[error(
        "--data: what the newest snapshot keeps for the gateway cannot be read: {0}; remove that \
         snapshot-*.snap, and the one before it is taken"
    )]
    Kept(#[from] StateError),
    /// Somebody listens there already.
    #[error(
        "{address} is in use, perhaps by another rialto: stop it, or choose a port with {flag}, such as {flag} 127.0.0.1:0 for any free one"
    )]
    AddressInUse {
        /// The address.
        address: SocketAddr,
        /// The flag that moves it.
        flag: &'static str,
    },
    /// The system gives no listener.
    #[error("cannot listen on {address}: {error}; choose another address with {flag}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// The flag that moves it.
        flag: &'static str,
        /// What the system says.
        error: io::Error,
    },
    /// An instrument's terms break a rule of the ledger.
    #[error("an instrument's terms: {0}")]
    Terms(#[from] TermsError),
    /// The matchers cannot be laid out.
    #[error(transparent)]
    Sequencer(#[from] sequencer::StartError),
    /// Instruments cannot be listed together.
    #[error(transparent)]
    Listing(#[from] ListingError),
    /// A limit cannot be used.
    #[error(transparent)]
    Limit(#[from] BadLimit),
    /// A fault plan cannot be used.
    #[error("--faults: {0}")]
    Fault(#[from] BadFault),
    /// There are more fault plans than can be bound.
    #[error("--faults: {0}")]
    TooManyFaults(&'static str),
    /// The data folder cannot be used.
    #[error(transparent)]
    Data(#[from] DataError),
    /// The certificate of the data folder cannot be used.
    #[error(
        "--tls: the certificate in the folder `tls` of the data folder: {0}; remove that folder, and the next start makes another one"
    )]
    Tls(#[from] BadIdentity),
    /// The journal cannot be applied.
    #[error("--data: the journal cannot be applied; the log above says why, nothing was changed")]
    Recovery,
    /// The log failed before everything was there.
    #[error(
        "--data: the command log failed while the exchange was starting; the log above says why"
    )]
    LogFailed,
    /// What the configuration has changed since the last start cannot be carried out.
    #[error("what the configuration has changed cannot be carried out: {0}")]
    Changes(String),
    /// An account that lacks money could not be kept from trading.
    #[error("an account whose money is gone could not be opened in cancel-only: {0}")]
    CancelOnly(ControlError),
    /// An account could not be limited as the configuration says.
    #[error("the limits of an account could not be set: {0}")]
    AccountLimits(ControlError),
    /// An account cannot be opened or funded.
    #[error("account {name}: {error}")]
    Account {
        /// Which one.
        name: String,
        /// Why.
        error: ControlError,
    },
}

impl StartError {
    /// Whether the disk failed or is full, so that the log cannot be kept.
    pub fn is_failed_disk(&self) -> bool {
        match self {
            Self::LogFailed => true,
            Self::Data(error) => error.is_failed_disk(),
            Self::Kept(_)
            | Self::AddressInUse { .. }
            | Self::Listen { .. }
            | Self::Terms(_)
            | Self::Sequencer(_)
            | Self::Listing(_)
            | Self::Limit(_)
            | Self::Fault(_)
            | Self::TooManyFaults(_)
            | Self::Recovery
            | Self::Changes(_)
            | Self::CancelOnly(_)
            | Self::AccountLimits(_)
            | Self::Tls(_)
            | Self::Account { .. } => false,
        }
    }
}
