//! Reading the configuration again: which keys have other values, and which of those may hold while it runs.

use std::collections::{BTreeMap, BTreeSet};

use gateway::{KeyChange, ReloadDone};

use crate::config::{Config, ConfigError, FEE_KEYS, LIVE_KEYS, Listing, ShownValue};

/// What a process must do for a value that cannot change while it runs.
const RESTART: &str = "a restart";
/// What a value needs that the journal was written with.
const NEW_FOLDER: &str = "a new data folder: the journal was written with the old value";

/// What reading the configuration again comes to.
#[derive(Debug)]
pub struct Plan {
    /// What is listed when it is carried out.
    pub listing: Listing,
    /// Every value that holds then.
    pub values: Vec<ShownValue>,
    /// Keys whose new values will hold.
    pub changed: Vec<KeyChange>,
    /// Keys whose new values will not.
    pub not_changed: Vec<KeyChange>,
}

/// What is to change so that `wanted` holds where `current` does, as far as it can.
///
/// # Errors
/// What may change makes no sense beside what may not.
pub fn plan(current: &Config, wanted: &Config) -> Result<Plan, ConfigError> {
    let listing = current.listing.with_live_keys_of(&wanted.listing)?;
    let (before, after) = (by_key(&current.values), by_key(&wanted.values));
    let keys: BTreeSet<&str> = before.keys().chain(after.keys()).copied().collect();
    let mut plan = Plan {
        listing,
        values: Vec::new(),
        changed: Vec::new(),
        not_changed: Vec::new(),
    };
    for key in keys {
        let (from, to) = (before.get(key).copied(), after.get(key).copied());
        let written = |value: Option<&ShownValue>| value.map(|value| value.value.clone());
        let needs = needs(key, current, wanted);
        let holds = if needs.is_none() { to } else { from };
        plan.values.extend(holds.cloned());
        let change = KeyChange {
            key: key.to_owned(),
            from: written(from),
            to: written(to),
            needs,
        };
        if change.from == change.to {
            continue;
        }
        if needs.is_none() {
            plan.changed.push(change);
        } else {
            plan.not_changed.push(change);
        }
    }
    Ok(plan)
}

fn by_key(values: &[ShownValue]) -> BTreeMap<&str, &ShownValue> {
    let pairs = values.iter().map(|value| (value.key.as_str(), value));
    pairs.collect()
}

/// What another value of the key needs; `None` where it may change while it runs.
fn needs(key: &str, current: &Config, wanted: &Config) -> Option<&'static str> {
    if key.starts_with("rules.") {
        return None;
    }
    if key.starts_with("asset.") || key == "ledger.accounts_max" {
        return Some(NEW_FOLDER);
    }
    let Some((symbol, field)) = key
        .strip_prefix("instrument.")
        .and_then(|rest| rest.split_once('.'))
    else {
        return Some(RESTART);
    };
    if current.listing.listed(symbol).is_none() {
        // It is new: a start lists it after the old ones.
        return Some(RESTART);
    }
    let field = field.split('.').next().unwrap_or(field);
    if FEE_KEYS.contains(&field) {
        let may_change = current.listing.may_change_fees(symbol, &wanted.listing);
        return (!may_change).then_some(NEW_FOLDER);
    }
    let is_live = LIVE_KEYS.contains(&field);
    let may_change = current.listing.may_change(symbol, &wanted.listing);
    (!is_live || !may_change).then_some(NEW_FOLDER)
}

/// What was done, for the log: each key with its old and its new value.
pub fn say(who: &str, outcome: &Result<ReloadDone, String>) {
    let done = match outcome {
        Ok(done) => done,
        Err(reason) => {
            tracing::error!(target: "admin", who, %reason, "the configuration was not reloaded: nothing changed");
            return;
        }
    };
    for change in &done.changed {
        let (from, to) = (shown(change.from.as_deref()), shown(change.to.as_deref()));
        tracing::info!(target: "admin", who, key = change.key, from, to, "the configuration changed");
    }
    for change in &done.not_changed {
        let (from, to) = (shown(change.from.as_deref()), shown(change.to.as_deref()));
        let needs = change.needs.unwrap_or_default();
        tracing::warn!(
            target: "admin", who, key = change.key, from, to, needs,
            "the configuration's new value does not hold: it needs {needs}"
        );
    }
    let (changed, not_changed) = (done.changed.len(), done.not_changed.len());
    let commands = done.commands;
    tracing::info!(target: "admin", who, changed, not_changed, commands, "the configuration was reloaded");
}

fn shown(value: Option<&str>) -> &str {
    value.unwrap_or("nothing")
}
