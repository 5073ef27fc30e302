//! What operators may ask of the process: who they are, and the way to a reset.

use engine::{AccountId, InstrumentId, RiskLimits};
use sequencer::Epoch;

use crate::admin::key::AdminKey;
use crate::admin::log_level::LogFilter;

/// What the admin port needs beside the gateway itself.
#[derive(Debug, Clone)]
pub struct Operations {
    /// Who may do everything.
    pub key: AdminKey,
    /// Who may look.
    pub viewer_key: AdminKey,
    /// Whether the page of the admin listener has the key entered.
    pub page_key: PageKey,
    /// What sets the filter of the log.
    pub log_filter: LogFilter,
    /// Names of accounts that have one.
    pub account_names: Vec<(AccountId, String)>,
    /// What an account is limited to that is opened, by instrument.
    pub account_limits: Vec<(InstrumentId, RiskLimits)>,
    /// Where a reset is asked for. Whoever receives it ends this gateway and starts the next one.
    pub resets: flume::Sender<ResetRequest>,
}

/// Whether the page of the admin listener has the admin key entered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PageKey {
    /// Whoever opens it enters the key.
    Asked,
    /// It is entered, for a browser of the same machine: this is a demo.
    Entered,
}

/// A reset that was asked for.
#[derive(Debug)]
pub struct ResetRequest {
    /// Where its outcome goes: what begins, or why everything stays as it was.
    pub reply: flume::Sender<Result<ResetDone, String>>,
}

/// What began with a reset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct ResetDone {
    /// Generation of the state, counted from 1.
    pub generation: u32,
    /// The generation of published numbers.
    #[serde(serialize_with = "as_number")]
    pub epoch: Epoch,
    /// From the request until the new generation was open to everybody.
    pub took_ms: u64,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "the shape that serde asks for"
)]
fn as_number<S: serde::Serializer>(epoch: &Epoch, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u64(epoch.0)
}

impl Operations {
    /// The account's name, where it has one.
    pub fn name_of(&self, account: AccountId) -> Option<&str> {
        let mut names = self.account_names.iter();
        names
            .find(|(named, _)| *named == account)
            .map(|(_, name)| name.as_str())
    }

    /// The account with this name.
    pub fn account_named(&self, name: &str) -> Option<AccountId> {
        let mut names = self.account_names.iter();
        names
            .find(|(_, other)| other == name)
            .map(|(account, _)| *account)
    }
}
