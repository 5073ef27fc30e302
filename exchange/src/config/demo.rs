//! What the demo adds to an exchange: accounts for people and participants, and the flow of the latter.

use std::collections::BTreeMap;

use engine::AccountId;
use feed_sim::FeedConfig;
use ledger::{AssetId, Money};

use crate::config::error::ConfigError;
use crate::config::file;
use crate::config::listing::Listing;
use crate::config::process::at_least_one;
use crate::config::value::Amount;

/// The key of the account that stands for everybody in a record.
pub const DEMO_REPLAY_KEY: &str = "replay";

/// The longest key.
const KEY_LENGTH_MAX: usize = 64;

/// What `rialto demo` and `rialto serve` create beside the exchange.
#[derive(Debug, Clone)]
pub struct DemoPart {
    /// Accounts for people.
    pub people: Vec<FundedAccount>,
    /// Accounts of participants.
    pub participants: Vec<FundedAccount>,
}

/// An account that exists from the start.
#[derive(Debug, Clone)]
pub struct FundedAccount {
    /// Which one; 0 is the fee account.
    pub id: AccountId,
    /// Printed name.
    pub name: String,
    /// What a session logs on with.
    pub key: String,
    /// What it has at the start.
    pub deposits: Vec<(AssetId, Money)>,
}

impl DemoPart {
    /// Derives and checks.
    ///
    /// # Errors
    /// A count is zero or more than there is, a name or key is used twice, a deposit is no amount of its asset.
    pub fn derive(
        demo: &file::Demo,
        accounts_max: u32,
        listing: &Listing,
    ) -> Result<Self, ConfigError> {
        let people = people(&demo.account, listing)?;
        let participants = participants(&demo.participants, people.len(), listing)?;
        let accounts = people
            .len()
            .saturating_add(participants.len())
            .saturating_add(1);
        if usize::try_from(accounts_max).is_ok_and(|most| accounts > most) {
            return Err(ConfigError::new(
                "ledger.accounts_max",
                format!("the fee account, people and participants are {accounts}"),
                format!("write at least {accounts}"),
            ));
        }
        Ok(Self {
            people,
            participants,
        })
    }
}

/// The key, and the name, of the n-th participant, counted from 1.
fn participant_key(number: u32) -> String {
    format!("sim-{number:02}")
}

/// The flow of participants, on the first so many of its instruments.
///
/// # Errors
/// The flow makes no sense, or there are not so many instruments in it.
pub fn derive_feed(demo: &file::Demo, feed: &FeedConfig) -> Result<FeedConfig, ConfigError> {
    feed.check().map_err(|error| {
        let remedy = "config/feed-sim.toml has a value that makes sense";
        ConfigError::new(format!("feed_sim.{}", error.key), error.problem, remedy)
    })?;
    at_least_one("demo.instruments", demo.instruments)?;
    let count = usize::try_from(demo.instruments).unwrap_or(usize::MAX);
    let listed = feed.instruments.len();
    if count > listed {
        return Err(ConfigError::new(
            "demo.instruments",
            format!("participants know only {listed} instruments"),
            format!("write at most {listed}, or add a [[feed_sim.instrument]]"),
        ));
    }
    let mut feed = feed.clone();
    feed.instruments.truncate(count);
    let instruments = &feed.instruments;
    feed.agents
        .retain(|agent| instruments.iter().any(|one| one.symbol == agent.symbol));
    Ok(feed)
}

fn people(rows: &[file::Account], listing: &Listing) -> Result<Vec<FundedAccount>, ConfigError> {
    let mut accounts: Vec<FundedAccount> = Vec::new();
    for (row, id) in rows.iter().zip(1..) {
        let path = format!("demo.account.{}", row.name);
        if accounts.iter().any(|other| other.key == row.key) {
            return Err(ConfigError::new(
                format!("{path}.key"),
                "another account has this key",
                "write a key of its own",
            ));
        }
        if row.key.is_empty() || row.key.len() > KEY_LENGTH_MAX {
            return Err(ConfigError::new(
                format!("{path}.key"),
                format!("a key has 1 to {KEY_LENGTH_MAX} characters"),
                "write one such as \"demo-alice\"",
            ));
        }
        accounts.push(FundedAccount {
            id: AccountId(id),
            name: row.name.clone(),
            key: row.key.clone(),
            deposits: deposits(&format!("{path}.deposits"), &row.deposits, listing)?,
        });
    }
    Ok(accounts)
}

fn participants(
    row: &file::Participants,
    people: usize,
    listing: &Listing,
) -> Result<Vec<FundedAccount>, ConfigError> {
    let deposits = deposits("demo.participants.deposits", &row.deposits, listing)?;
    let people = u32::try_from(people)
        .map_err(|_| ConfigError::new("demo.account", "there are too many", "list fewer"))?;
    let account = |number: u32| FundedAccount {
        id: AccountId(people.saturating_add(number)),
        name: participant_key(number),
        key: participant_key(number),
        deposits: deposits.clone(),
    };
    Ok((1..=row.accounts).map(account).collect())
}

fn deposits(
    path: &str,
    amounts: &BTreeMap<String, Amount>,
    listing: &Listing,
) -> Result<Vec<(AssetId, Money)>, ConfigError> {
    let deposit = |(name, amount): (&String, &Amount)| {
        let key = format!("{path}.{name}");
        let asset = listing.asset(name).ok_or_else(|| {
            ConfigError::new(
                &key,
                "there is no such asset",
                "list it as [[asset]] or take it away",
            )
        })?;
        let money = Listing::money(asset, amount.0).map_err(|error| {
            let remedy = format!(
                "write a positive amount with at most {} decimals",
                asset.decimals
            );
            ConfigError::new(&key, error.to_string(), remedy)
        })?;
        Ok((asset.id, money))
    };
    amounts.iter().map(deposit).collect()
}
