//! What a replayed state looks like: its hash, books, accounts and orders, for machines and for people.

use std::fmt::Write as _;

use engine::{AccountId, DepthLevel, LevelCount, OrderBook, Side};
use gateway::ListedInstrument;
use protocol::ExactDecimal;
use sequencer::{Replica, state_hash_of};
use serde::Serialize;

use crate::config::Config;

/// A state's hash, and each instrument's.
#[derive(Debug, Serialize)]
pub struct Hashes {
    /// Over everything that decides, of all books.
    pub state_hash: String,
    instruments: Vec<InstrumentHash>,
}

#[derive(Debug, Serialize)]
struct InstrumentHash {
    symbol: String,
    seq: u64,
    state_hash: String,
}

/// Every book: price and displayed quantity of each level, best first.
#[derive(Debug, Serialize)]
pub struct Books {
    books: Vec<Book>,
}

#[derive(Debug, Serialize)]
struct Book {
    symbol: String,
    bids: Vec<[String; 2]>,
    asks: Vec<[String; 2]>,
}

/// Every account that has something.
#[derive(Debug, Serialize)]
pub struct Accounts {
    accounts: Vec<Account>,
}

#[derive(Debug, Serialize)]
struct Account {
    #[serde(rename = "account")]
    number: u32,
    /// As the configuration names it; 0 is the fee account.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    balances: Vec<Balance>,
}

#[derive(Debug, Serialize)]
struct Balance {
    asset: String,
    total: String,
    available: String,
    hold: String,
}

/// Every order that rests, best price first, oldest first within a price.
#[derive(Debug, Serialize)]
pub struct Orders {
    orders: Vec<RestingOrder>,
}

#[derive(Debug, Serialize)]
struct RestingOrder {
    symbol: String,
    order_id: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_order_id: Option<String>,
    account: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    side: &'static str,
    price: String,
    leaves_quantity: String,
    filled_quantity: String,
}

impl Hashes {
    /// Of a state.
    pub fn of(replica: &Replica, config: &Config) -> Self {
        let state = replica.state();
        let instruments = state.books.iter().filter_map(|book| {
            let mut listed = config.listing.instruments.iter();
            let listed = listed.find(|listed| listed.instrument.id == book.instrument)?;
            Some(InstrumentHash {
                symbol: listed.symbol.to_string(),
                seq: book.sequence.0,
                state_hash: format!("{:016x}", book.state_hash),
            })
        });
        Self {
            instruments: instruments.collect(),
            state_hash: format!("{:016x}", state_hash_of(&[state])),
        }
    }

    /// For people.
    pub fn text(&self) -> String {
        let mut text = format!("state {}", self.state_hash);
        for one in &self.instruments {
            // Writing to a string cannot fail.
            let _ = write!(
                text,
                "\n{:<10} {:>12} commands  {}",
                one.symbol, one.seq, one.state_hash
            );
        }
        text
    }
}

impl Books {
    /// Of a state.
    pub fn of(replica: &Replica, config: &Config) -> Self {
        let books = books_of(replica, config).map(|(listed, book)| {
            let depth = book.depth(LevelCount(usize::MAX));
            let level = |level: &DepthLevel| {
                [
                    listed.scale.price(level.price.units()).to_string(),
                    listed
                        .scale
                        .quantity(level.displayed_quantity.units())
                        .to_string(),
                ]
            };
            Book {
                symbol: listed.symbol.to_string(),
                bids: depth.bids.iter().map(level).collect(),
                asks: depth.asks.iter().map(level).collect(),
            }
        });
        Self {
            books: books.collect(),
        }
    }

    /// For people: asks above bids, as a ladder.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for book in &self.books {
            let _ = writeln!(text, "{}", book.symbol);
            for [price, quantity] in book.asks.iter().rev() {
                let _ = writeln!(text, "{:>18} {price:>18} {quantity:>18}", "");
            }
            for [price, quantity] in &book.bids {
                let _ = writeln!(text, "{quantity:>18} {price:>18}");
            }
        }
        text.trim_end().to_owned()
    }
}

impl Accounts {
    /// Of a state.
    pub fn of(replica: &Replica, config: &Config) -> Self {
        let ledger = replica.ledger();
        let accounts = (0..ledger.accounts_max())
            .map(AccountId)
            .filter(|account| ledger.has_account(*account));
        let accounts = accounts.map(|account| {
            let balances = ledger.balances(account);
            let balances = balances
                .iter()
                .filter(|balance| balance.total.units() != 0 || balance.hold.units() != 0);
            Account {
                number: account.0,
                name: name_of(account, config),
                balances: balances
                    .filter_map(|balance| shown_balance(balance, config))
                    .collect(),
            }
        });
        Self {
            accounts: accounts.collect(),
        }
    }

    /// For people.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for account in &self.accounts {
            for balance in &account.balances {
                let _ = writeln!(
                    text,
                    "{:>6} {:<12} {:<6} {:>28} of it held {:>28}",
                    account.number,
                    account.name.as_deref().unwrap_or(""),
                    balance.asset,
                    balance.total,
                    balance.hold
                );
            }
        }
        text.trim_end().to_owned()
    }
}

impl Orders {
    /// Of a state.
    pub fn of(replica: &Replica, config: &Config) -> Self {
        let orders = books_of(replica, config).flat_map(|(listed, book)| {
            [Side::Buy, Side::Sell]
                .into_iter()
                .flat_map(move |side| book.orders(side))
                .map(move |order| RestingOrder {
                    symbol: listed.symbol.to_string(),
                    order_id: order.order_id.0,
                    client_order_id: order.client_order_id.map(|id| id.to_string()),
                    account: order.account.0,
                    name: name_of(order.account, config),
                    side: match order.side {
                        Side::Buy => "buy",
                        Side::Sell => "sell",
                    },
                    price: listed.scale.price(order.price.units()).to_string(),
                    leaves_quantity: listed
                        .scale
                        .quantity(order.leaves_quantity.units())
                        .to_string(),
                    filled_quantity: listed
                        .scale
                        .quantity(order.filled_quantity.units())
                        .to_string(),
                })
        });
        Self {
            orders: orders.collect(),
        }
    }

    /// For people.
    pub fn text(&self) -> String {
        let mut text = format!("{} orders rest", self.orders.len());
        for order in &self.orders {
            let _ = write!(
                text,
                "\n{:<10} {:>10} account {:<6} {:<12} {:<4} {:>14} @ {:<14} filled {:<14} {}",
                order.symbol,
                order.order_id,
                order.account,
                order.name.as_deref().unwrap_or(""),
                order.side,
                order.leaves_quantity,
                order.price,
                order.filled_quantity,
                order.client_order_id.as_deref().unwrap_or("")
            );
        }
        text
    }
}

/// Nobody trades for the first account: what is paid to the exchange goes there.
fn name_of(account: AccountId, config: &Config) -> Option<String> {
    if account.0 == 0 {
        return Some("fees".to_owned());
    }
    let demo = &config.demo;
    let mut named = demo.people.iter().chain(&demo.participants);
    named
        .find(|named| named.id == account)
        .map(|named| named.name.clone())
}

fn books_of<'a>(
    replica: &'a Replica,
    config: &'a Config,
) -> impl Iterator<Item = (&'a ListedInstrument, &'a OrderBook)> {
    let listed = config.listing.instruments.iter();
    listed.filter_map(|listed| Some((listed, replica.engine().book(listed.instrument.id)?)))
}

fn shown_balance(balance: &ledger::Balance, config: &Config) -> Option<Balance> {
    let mut assets = config.listing.assets.iter();
    let asset = assets.find(|asset| asset.id == balance.asset)?;
    let decimal =
        |money: ledger::Money| ExactDecimal::new(money.units(), asset.decimals).to_string();
    Some(Balance {
        asset: asset.name.clone(),
        total: decimal(balance.total),
        available: decimal(balance.available),
        hold: decimal(balance.hold),
    })
}
