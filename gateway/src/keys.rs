//! Demo keys: who may act for which account.

use std::collections::HashMap;

use engine::AccountId;

/// Keys as config gives them. They are printed by the demo, so they are no secrets, but a log is no place for them.
#[derive(Clone, Default)]
pub struct DemoKeys(HashMap<String, AccountId>);

impl DemoKeys {
    /// Keys and the accounts they act for.
    pub fn new(keys: impl IntoIterator<Item = (String, AccountId)>) -> Self {
        Self(keys.into_iter().collect())
    }

    /// The account that the key acts for.
    pub fn account(&self, key: &str) -> Option<AccountId> {
        self.0.get(key).copied()
    }
}

impl std::fmt::Debug for DemoKeys {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("DemoKeys")
            .field("count", &self.0.len())
            .finish_non_exhaustive()
    }
}
