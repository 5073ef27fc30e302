//! What operators may ask of the process: who they are, and the way to a reset and to a reload.

use std::sync::{Arc, RwLock};

use engine::{AccountId, InstrumentId, RiskLimits};
use sequencer::Epoch;
use serde::Serialize;

use crate::admin::flow::FlowSwitch;
use crate::admin::key::AdminKey;
use crate::admin::log_level::LogFilter;
use crate::lock::{read, write};

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
    /// The switch of the simulated flow, where this process has one.
    pub flow: Option<FlowSwitch>,
    /// Names of accounts that have one.
    pub account_names: Vec<(AccountId, String)>,
    /// What an account is limited to that is opened, by instrument.
    pub account_limits: OpeningLimits,
    /// Where a reset is asked for. Whoever receives it ends this gateway and starts the next one.
    pub resets: flume::Sender<ResetRequest>,
    /// Where the configuration is asked to be read again.
    pub reloads: flume::Sender<ReloadRequest>,
}

/// What an account is limited to from its opening on. A reload changes it for those that are opened afterwards.
#[derive(Debug, Clone, Default)]
pub struct OpeningLimits(Arc<RwLock<Vec<(InstrumentId, RiskLimits)>>>);

impl OpeningLimits {
    /// These.
    pub fn new(limits: Vec<(InstrumentId, RiskLimits)>) -> Self {
        Self(Arc::new(RwLock::new(limits)))
    }

    /// Those that hold now.
    pub fn all(&self) -> Vec<(InstrumentId, RiskLimits)> {
        read(&self.0).clone()
    }

    /// Others hold from now on.
    pub fn replace(&self, limits: Vec<(InstrumentId, RiskLimits)>) {
        *write(&self.0) = limits;
    }
}

/// A wish that the configuration is read again.
#[derive(Debug)]
pub struct ReloadRequest {
    /// Who asks, for the log.
    pub who: String,
    /// Where its outcome goes: what changed, or why nothing did.
    pub reply: flume::Sender<Result<ReloadDone, String>>,
}

/// What a reload of the configuration did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReloadDone {
    /// Keys whose new values hold.
    pub changed: Vec<KeyChange>,
    /// Keys whose new values do not hold, because they cannot change while it runs.
    pub not_changed: Vec<KeyChange>,
    /// Commands that were sequenced for it.
    pub commands: u64,
}

/// A key of the configuration that has another value than before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KeyChange {
    /// With dots; rows of lists by their names.
    pub key: String,
    /// The value that it had, as it is written; absent where there was none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The value that the files have now; absent where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// What the new value needs, where it does not hold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub needs: Option<&'static str>,
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
