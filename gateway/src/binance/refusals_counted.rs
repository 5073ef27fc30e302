//! How many requests of this persona were refused, by the venue's code.

use std::collections::BTreeMap;
use std::sync::Mutex;

use crate::binance::refusal::Refusal;
use crate::lock::lock;

/// Refusals by code. There are a few dozen codes; whoever is refused is not in a hurry.
#[derive(Debug, Default)]
pub struct RefusalsCounted(Mutex<BTreeMap<i32, u64>>);

impl RefusalsCounted {
    /// One more.
    pub fn count(&self, refusal: &Refusal) {
        let mut counted = lock(&self.0);
        let count = counted.entry(refusal.code).or_default();
        *count = count.saturating_add(1);
    }

    /// Every code that was told, and how often.
    pub fn readings(&self) -> BTreeMap<i32, u64> {
        lock(&self.0).clone()
    }
}
