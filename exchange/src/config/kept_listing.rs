//! What is listed, as text that can be read again: beside a journal it says with which terms that was written.
//!
//! A listing remembers how it was written, so that it can be kept, laid over by new rows, or changed key by key.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use ledger::FeeAsset;
use serde::Deserialize;

use crate::config::error::ConfigError;
use crate::config::file;
use crate::config::listing::Listing;
use crate::config::reader;
use crate::config::tree::{Entry, Node, row_name_of};

/// The keys of a configuration that say what is listed.
const KEYS: [&str; 3] = ["asset", "instrument", "rules"];

/// Keys of an instrument that may have other values while it trades.
pub const LIVE_KEYS: [&str; 8] = [
    "account_limits",
    "lot_size",
    "price_max",
    "price_min",
    "quantity_max",
    "quantity_min",
    "rules",
    "tick_size",
];

/// Keys of an instrument's fees, which may have other values too; where orders hold a bound of the fee, none above it.
pub const FEE_KEYS: [&str; 3] = ["fee_tiers", "maker_fee_ppm", "taker_fee_ppm"];

/// As it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    asset: Vec<file::Asset>,
    instrument: Vec<file::Instrument>,
    rules: BTreeMap<String, gateway::RuleSet>,
}

/// How what is listed in `tree` is written: one line for each of [`KEYS`].
pub fn spell(tree: &Entry) -> String {
    let mut text = String::new();
    for key in KEYS {
        if let Some(entry) = tree.find(key) {
            text.push_str(key);
            text.push_str(" = ");
            put(entry, &mut text);
            text.push('\n');
        }
    }
    text
}

impl Listing {
    /// Reads what [`spell`] wrote, from `file`.
    ///
    /// # Errors
    /// It is none.
    pub fn read(file: &str, text: &str) -> Result<Self, ConfigError> {
        Self::of_tree(&Entry::parse(file, text)?)
    }

    fn of_tree(tree: &Entry) -> Result<Self, ConfigError> {
        let written: Written = reader::read(tree)?;
        let listing = Self::derive(&written.asset, &written.rules, &written.instrument)?;
        Ok(Self {
            written: spell(tree),
            ..listing
        })
    }

    /// This one, with the assets and instruments after its own that only `wanted` has.
    ///
    /// # Errors
    /// Together they make no sense.
    pub fn with_new_of(&self, wanted: &Self) -> Result<Self, ConfigError> {
        let (mut tree, wanted) = (self.tree()?, wanted.tree()?);
        let mut is_longer = false;
        for key in ["asset", "instrument"] {
            let Some(rows) = rows_of(&wanted, key) else {
                continue;
            };
            for row in rows {
                let name = row_name_of(key).and_then(|name| row.text(name));
                let is_there = tree.find(&format!("{key}.{}", name.unwrap_or_default()));
                if is_there.is_none()
                    && let Some(own) = rows_of_mut(&mut tree, key)
                {
                    own.push(row.clone());
                    is_longer = true;
                }
            }
        }
        if !is_longer {
            return Ok(self.clone());
        }
        lay_rules(&mut tree, &wanted, Known::Stay);
        Self::of_tree(&tree)
    }

    /// This one, with what `wanted` has for the keys that may change while an instrument trades. An instrument whose
    /// units are other ones there, or that is not there, stays as it is.
    ///
    /// # Errors
    /// Together they make no sense.
    pub fn with_live_keys_of(&self, wanted: &Self) -> Result<Self, ConfigError> {
        let (mut tree, other) = (self.tree()?, wanted.tree()?);
        for listed in &self.instruments {
            if !self.may_change(listed.symbol.as_str(), wanted) {
                continue;
            }
            let path = format!("instrument.{}", listed.symbol);
            let rows = rows_of_mut(&mut tree, "instrument");
            let row = rows.and_then(|rows| {
                rows.iter_mut()
                    .find(|row| row.text("symbol") == Some(listed.symbol.as_str()))
            });
            if let (Some(row), Some(new)) = (row, other.find(&path)) {
                take_keys(&LIVE_KEYS, row, new);
                if self.may_change_fees(listed.symbol.as_str(), wanted) {
                    take_keys(&FEE_KEYS, row, new);
                }
            }
        }
        lay_rules(&mut tree, &other, Known::Change);
        Ok(Self::of_tree(&tree)?.with_holds_of(self))
    }

    /// This one, whose orders hold what they do in `base`: that stays while fees change.
    pub fn with_holds_of(mut self, base: &Self) -> Self {
        for listed in &mut self.instruments {
            if let Some(held) = base.listed(listed.symbol.as_str()) {
                listed.instrument.hold_surcharge_ppm = held.instrument.hold_surcharge_ppm;
            }
        }
        self
    }

    /// Whether the instrument may have the fees that it has in `wanted`: what orders hold covers them.
    pub fn may_change_fees(&self, symbol: &str, wanted: &Self) -> bool {
        let (Some(own), Some(other)) = (self.listed(symbol), wanted.listed(symbol)) else {
            return false;
        };
        let is_covered = match own.terms.fee_asset {
            FeeAsset::Received => true,
            FeeAsset::Quote => other.terms.fees.highest_ppm() <= own.instrument.hold_surcharge_ppm,
        };
        own.scale == other.scale && own.terms.fee_asset == other.terms.fee_asset && is_covered
    }

    /// Whether `wanted` has the instrument in the same units.
    pub fn may_change(&self, symbol: &str, wanted: &Self) -> bool {
        match (self.listed(symbol), wanted.listed(symbol)) {
            (Some(own), Some(other)) => own.scale == other.scale,
            (Some(_) | None, None) | (None, Some(_)) => false,
        }
    }

    fn tree(&self) -> Result<Entry, ConfigError> {
        Entry::parse("what is listed", &self.written)
    }
}

/// What becomes of a rule set that is there already.
#[derive(Clone, Copy)]
enum Known {
    Stay,
    Change,
}

fn lay_rules(tree: &mut Entry, other: &Entry, known: Known) {
    let Some(Node::Table(sets)) = other.find("rules").map(|rules| &rules.node) else {
        return;
    };
    let Node::Table(top) = &mut tree.node else {
        return;
    };
    let Some(Node::Table(own)) = top.get_mut("rules").map(|rules| &mut rules.node) else {
        return;
    };
    for (name, set) in sets {
        match known {
            Known::Change => drop(own.insert(name.clone(), set.clone())),
            Known::Stay => {
                own.entry(name.clone()).or_insert_with(|| set.clone());
            }
        }
    }
}

fn take_keys(keys: &[&str], row: &mut Entry, new: &Entry) {
    let (Node::Table(row), Node::Table(new)) = (&mut row.node, &new.node) else {
        return;
    };
    for key in keys {
        match new.get(*key) {
            Some(entry) => drop(row.insert((*key).to_owned(), entry.clone())),
            None => drop(row.remove(*key)),
        }
    }
}

fn rows_of<'a>(tree: &'a Entry, key: &str) -> Option<&'a [Entry]> {
    match &tree.find(key)?.node {
        Node::List(rows) => Some(rows),
        Node::Table(_)
        | Node::Text(_)
        | Node::Integer(_)
        | Node::Fraction(_)
        | Node::Boolean(_) => None,
    }
}

fn rows_of_mut<'a>(tree: &'a mut Entry, key: &str) -> Option<&'a mut Vec<Entry>> {
    let Node::Table(top) = &mut tree.node else {
        return None;
    };
    match &mut top.get_mut(key)?.node {
        Node::List(rows) => Some(rows),
        Node::Table(_)
        | Node::Text(_)
        | Node::Integer(_)
        | Node::Fraction(_)
        | Node::Boolean(_) => None,
    }
}

/// Writes a value as TOML, on one line.
fn put(entry: &Entry, text: &mut String) {
    match &entry.node {
        Node::Table(table) => {
            text.push('{');
            for (place, (key, below)) in table.iter().enumerate() {
                text.push_str(if place == 0 { " " } else { ", " });
                let _ = write!(text, "{key:?} = ");
                put(below, text);
            }
            text.push_str(" }");
        }
        Node::List(rows) => {
            text.push('[');
            for (place, row) in rows.iter().enumerate() {
                text.push_str(if place == 0 { "" } else { ", " });
                put(row, text);
            }
            text.push(']');
        }
        Node::Text(_) | Node::Integer(_) | Node::Fraction(_) | Node::Boolean(_) => {
            text.push_str(&entry.written().unwrap_or_default());
        }
    }
}

#[cfg(test)]
mod tests {
    //! Goal: what is listed is the same when it is read again, and takes over what may change and nothing else.
    //! Method: the built-in configuration with keys laid over it.

    use crate::config::{Config, Layers};

    fn config(keys: &str) -> Config {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys.toml");
        std::fs::write(&path, keys).unwrap();
        let layers = Layers {
            files: vec![path],
            ..Layers::default()
        };
        Config::load(&layers).unwrap()
    }

    fn debug(listing: &super::Listing) -> String {
        format!("{listing:?}")
    }

    #[test]
    fn what_is_listed_is_read_again_as_it_was() {
        let listing = config("").listing;

        let again = super::Listing::read("again", &listing.written).unwrap();

        assert_eq!(debug(&again), debug(&listing));
    }

    #[test]
    fn what_may_change_changes_and_what_may_not_stays() {
        let listing = config("").listing;
        let wanted = config(
            "[[instrument]]\nsymbol = \"BTCUSDT\"\ntick_size = \"0.05\"\nprice_min = \"0.05\"\nmaker_fee_ppm = 77\nfee_asset = \"received\"\n\
             account_limits = { quantity_max = \"3\" }\n",
        );

        let changed = listing.with_live_keys_of(&wanted.listing).unwrap();

        let symbol = "BTCUSDT";
        let (old, new) = (
            listing.listed(symbol).unwrap(),
            changed.listed(symbol).unwrap(),
        );
        assert_eq!(new.instrument.tick_size, 5);
        let of_first_tier = new.terms.fees.of(engine::FeeTier(0));
        assert_eq!(
            (
                old.terms.fees.of(engine::FeeTier(0)).maker_ppm,
                of_first_tier.maker_ppm
            ),
            (100, 77)
        );
        assert_eq!(changed.account_limits.len(), 1);
        assert_eq!(
            debug(&changed.with_new_of(&wanted.listing).unwrap()),
            debug(&changed)
        );
    }

    #[test]
    fn new_rows_come_after_the_old_ones() {
        let listing = config("").listing;
        let wanted = config(
            "[[asset]]\nname = \"PEPE\"\ndecimals = 8\n[[instrument]]\nsymbol = \"PEPEUSDT\"\nbase = \"PEPE\"\n\
             quote = \"USDT\"\nprice_decimals = 4\nquantity_decimals = 0\nrules = \"spot\"\ntick_size = \"0.0001\"\n\
             lot_size = \"1\"\nprice_min = \"0.0001\"\nprice_max = \"10\"\nquantity_min = \"1\"\n\
             quantity_max = \"100000\"\nmaker_fee_ppm = 0\ntaker_fee_ppm = 0\nfee_tiers = []\nfee_asset = \"received\"\n\
             market_budget = \"partial\"\nmarket_protection_percent = \"5\"\nopen_orders_max = 1000\naccount_limits = {}\n\
             idempotency_orders_max = 10\nidempotency_sequences_max = 10\n",
        );

        let longer = listing.with_new_of(&wanted.listing).unwrap();

        assert_eq!(longer.instruments.len(), listing.instruments.len() + 1);
        assert_eq!(debug(&longer), debug(&wanted.listing));
    }
}
