//! What the history has to have, told from the journal's events alone and in the plainest way: one pass, one map of
//! orders, sums where they belong. It shares no code with the history; its words are those of HTTP.

use std::collections::BTreeMap;
use std::path::Path;

use engine::{
    CancelReason, Event, OrderKind, OrderSize, Prevented, Price, SelfTradePrevention, Side,
    Timestamp, Trade,
};
use exchange::Config;
use gateway::ListedInstrument;
use serde_json::{Value, json};

use crate::oracle;

/// The kinds of facts, as HTTP names their paths.
pub const KINDS: [&str; 4] = ["orders", "executions", "amendments", "prevented"];
/// What the configuration says: millionths of what a party receives.
const MAKER_PPM: i128 = 100;
const TAKER_PPM: i128 = 200;
/// Of both assets of every instrument that is traded here.
const ASSET_DECIMALS: u8 = 8;
const NS_PER_US: u64 = 1_000;

/// What the journal says was.
#[derive(Debug, Default)]
pub struct Past {
    books: BTreeMap<String, Book>,
}

/// The past of one instrument.
#[derive(Debug, Default)]
pub struct Book {
    orders: BTreeMap<u64, Order>,
    /// By account and kind, in the order in which they happened.
    facts: BTreeMap<(u32, &'static str), Vec<Value>>,
    prevented: u64,
    /// Trades that stand.
    pub prints: BTreeMap<u64, Print>,
    places: BTreeMap<u64, Vec<(u32, usize)>>,
}

/// A trade, for candles and statistics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Print {
    pub at_us: u64,
    pub price: i64,
    pub quantity: u64,
    pub is_buy: bool,
}

#[derive(Debug)]
struct Order {
    account: u32,
    client_order_id: Option<String>,
    side: Side,
    price: Option<Price>,
    size: OrderSize,
    leaves: u64,
    filled: u64,
    quote: i128,
    prevented: u64,
    ended: Option<(CancelReason, u64)>,
    waits: bool,
    replaced: u32,
    entered_us: u64,
    updated_us: u64,
}

/// Where an event stands.
#[derive(Clone, Copy)]
struct Place {
    seq: u64,
    k: usize,
    at_us: u64,
}

/// Everything that a copied generation's journal says was.
pub fn past_of(copy: &Path, config: &Config) -> Past {
    let mut past = Past::default();
    oracle::retell(copy, config, |listed, command, events| {
        let book = past.books.entry(listed.symbol.to_string()).or_default();
        for (k, event) in events.iter().enumerate() {
            let place = Place {
                seq: command.sequence.0,
                k,
                at_us: micros(command.at),
            };
            book.note(listed, place, event);
        }
        book.file_what_ended(listed);
    })
    .expect("what was acknowledged can be read");
    past
}

impl Past {
    /// The facts of one kind, of an account on an instrument.
    pub fn facts(&self, symbol: &str, account: u32, kind: &'static str) -> Vec<Value> {
        let facts = self
            .books
            .get(symbol)
            .and_then(|it| it.facts.get(&(account, kind)));
        let mut facts = facts.cloned().unwrap_or_default();
        if kind == "orders" {
            facts.sort_by_key(|it| it["order_id"].as_u64());
        }
        facts
    }

    /// The trades of an instrument that stand.
    pub fn prints(&self, symbol: &str) -> Vec<(u64, Print)> {
        let book = self.books.get(symbol).into_iter();
        book.flat_map(|it| it.prints.iter().map(|(id, print)| (*id, *print)))
            .collect()
    }
}

fn micros(at: Timestamp) -> u64 {
    at.0 / NS_PER_US
}

const fn word(side: Side) -> &'static str {
    match side {
        Side::Buy => "buy",
        Side::Sell => "sell",
    }
}

/// `SelfTradePrevention` as `self_trade_prevention`.
fn snake(name: &str) -> String {
    let mut out = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !out.is_empty() {
            out.push('_');
        }
        out.extend(letter.to_lowercase());
    }
    out
}

impl Book {
    fn note(&mut self, listed: &ListedInstrument, place: Place, event: &Event) {
        match event {
            Event::Accepted(it) => {
                let (price, leaves) = match (it.kind, it.size) {
                    (OrderKind::Limit { price }, OrderSize::Quantity(quantity)) => {
                        (Some(price), quantity.units())
                    }
                    (_, OrderSize::Quantity(quantity)) => (None, quantity.units()),
                    (_, OrderSize::QuoteAmount(_)) => (None, 0),
                };
                let order = Order {
                    account: it.account.0,
                    client_order_id: it.client_order_id.map(|id| id.to_string()),
                    side: it.side,
                    price,
                    size: it.size,
                    leaves,
                    filled: 0,
                    quote: 0,
                    prevented: 0,
                    ended: None,
                    waits: false,
                    replaced: 0,
                    entered_us: place.at_us,
                    updated_us: place.at_us,
                };
                self.orders.insert(it.order_id.0, order);
            }
            Event::Conditioned(it) => {
                self.changed(place, it.order_id.0).waits = it.conditions.trigger.is_some();
            }
            Event::Triggered(it) => self.changed(place, it.order_id.0).waits = false,
            Event::Trade(it) => self.traded(listed, place, it),
            Event::Prevented(it) => self.was_prevented(listed, place, it),
            Event::Rested(it) => {
                let order = self.changed(place, it.order_id.0);
                order.price = Some(it.price);
                order.leaves = it.displayed_quantity.units() + it.hidden_quantity.units();
            }
            Event::Replaced(it) => {
                let (scale, order) = (listed.scale, self.changed(place, it.order_id.0));
                order.replaced += 1;
                let mut fact = json!({
                    "order_id": it.order_id.0,
                    "price": scale.price(it.price.units()).to_string(),
                    "quantity": scale.quantity(it.quantity.units()).to_string(),
                    "priority": format!("{:?}", it.priority).to_lowercase(),
                    "replace_count": order.replaced,
                    "seq": place.seq,
                    "k": place.k,
                    "at_us": place.at_us,
                });
                if let Some(price) = order.price {
                    fact["price_before"] = json!(scale.price(price.units()).to_string());
                    order.price = Some(it.price);
                }
                let OrderSize::Quantity(before) = order.size else {
                    panic!("only orders by quantity are changed here");
                };
                fact["quantity_before"] = json!(scale.quantity(before.units()).to_string());
                order.size = OrderSize::Quantity(it.quantity);
                order.leaves = it.leaves_quantity.units();
                let account = order.account;
                self.file(account, "amendments", fact);
            }
            Event::Canceled(it) => {
                let order = self.changed(place, it.order_id.0);
                order.leaves = 0;
                order.ended = Some((it.reason, it.canceled_quantity.units()));
            }
            Event::TradeBusted(it) => {
                let id = it.trade.trade_id.0;
                self.prints.remove(&id).expect("it stood");
                for (account, index) in &self.places[&id] {
                    let facts = self.facts.get_mut(&(*account, "executions"));
                    let fact = &mut facts.expect("it traded")[*index];
                    fact["busted_at_us"] = json!(place.at_us);
                }
            }
            Event::Queued(_) | Event::Pegged(_) | Event::Indicative(_) => {
                panic!("nothing here makes it happen: {event:?}")
            }
            Event::Rejected(_)
            | Event::Repeated(_)
            | Event::Refilled(_)
            | Event::HoldReleased(_)
            | Event::StatusChanged(_)
            | Event::TermsChanged(_)
            | Event::Step(_)
            | Event::BustRefused(_) => {}
        }
    }

    fn changed(&mut self, place: Place, order_id: u64) -> &mut Order {
        let order = self.orders.get_mut(&order_id).expect("it is open");
        order.updated_us = place.at_us;
        order
    }

    fn file(&mut self, account: u32, kind: &'static str, fact: Value) {
        self.facts.entry((account, kind)).or_default().push(fact);
    }

    fn traded(&mut self, listed: &ListedInstrument, place: Place, trade: &Trade) {
        let (price, quantity) = (trade.price.units(), trade.quantity.units());
        let (id, taker_side) = (trade.trade_id.0, trade.aggressor_side);
        let print = Print {
            at_us: place.at_us,
            price,
            quantity,
            is_buy: taker_side == Side::Buy,
        };
        self.prints.insert(id, print);
        let parties = [
            (trade.taker, taker_side, "taker", TAKER_PPM),
            (trade.maker, taker_side.opposite(), "maker", MAKER_PPM),
        ];
        for (party, side, liquidity, ppm) in parties {
            let quote = i128::from(price) * i128::from(quantity);
            let order = self.changed(place, party.order_id.0);
            order.filled += quantity;
            order.quote += quote;
            order.leaves = party.leaves_quantity.units();
            let client_order_id = order.client_order_id.clone();
            // What it receives, in smallest units of eight decimals: a quantity has six, a price two more.
            let (received, asset) = match side {
                Side::Buy => (i128::from(quantity) * 100, listed.base),
                Side::Sell => (quote, listed.quote),
            };
            let fee = received * ppm / 1_000_000;
            let mut fact = json!({
                "trade_id": id,
                "order_id": party.order_id.0,
                "side": word(side),
                "price": listed.scale.price(price).to_string(),
                "quantity": listed.scale.quantity(quantity).to_string(),
                "liquidity": liquidity,
                "leaves_quantity": listed.scale.quantity(party.leaves_quantity.units()).to_string(),
                "fee": protocol::ExactDecimal::new(fee, ASSET_DECIMALS).to_string(),
                "fee_units": fee.to_string(),
                "fee_asset": asset.to_string(),
                "seq": place.seq,
                "k": place.k,
                "at_us": place.at_us,
            });
            if let Some(name) = client_order_id {
                fact["client_order_id"] = json!(name);
            }
            let account = party.account.0;
            let facts = self.facts.entry((account, "executions")).or_default();
            facts.push(fact);
            let index = facts.len() - 1;
            self.places.entry(id).or_default().push((account, index));
        }
    }

    fn was_prevented(&mut self, listed: &ListedInstrument, place: Place, it: &Prevented) {
        self.prevented += 1;
        let ends_whole = |of_taker: bool| match it.mode {
            SelfTradePrevention::CancelBoth => true,
            SelfTradePrevention::CancelNewest => of_taker,
            SelfTradePrevention::CancelOldest => !of_taker,
            SelfTradePrevention::Decrement | SelfTradePrevention::None => false,
        };
        let parties = [
            (it.taker, true, it.taker_leaves_quantity.units()),
            (it.maker, false, it.maker_leaves_quantity.units()),
        ];
        let mut prevented = [0; 2];
        for ((order_id, of_taker, leaves), ended) in parties.into_iter().zip(&mut prevented) {
            let order = self.changed(place, order_id.0);
            if ends_whole(of_taker) {
                *ended = order.leaves;
            } else if it.mode == SelfTradePrevention::Decrement {
                *ended = order.leaves - leaves;
                order.leaves = leaves;
            }
            order.prevented += *ended;
        }
        let scale = listed.scale;
        let fact = json!({
            "prevented_id": self.prevented,
            "taker_order_id": it.taker.0,
            "maker_order_id": it.maker.0,
            "taker_side": word(self.orders[&it.taker.0].side),
            "price": scale.price(it.price.units()).to_string(),
            "quantity": scale.quantity(it.quantity.units()).to_string(),
            "taker_prevented_quantity": scale.quantity(prevented[0]).to_string(),
            "maker_prevented_quantity": scale.quantity(prevented[1]).to_string(),
            "seq": place.seq,
            "k": place.k,
            "at_us": place.at_us,
        });
        // One account traded with itself, or two of one group.
        self.file(it.taker_account.0, "prevented", fact.clone());
        if it.maker_account != it.taker_account {
            self.file(it.maker_account.0, "prevented", fact);
        }
    }

    /// After each command: what is over is a fact.
    fn file_what_ended(&mut self, listed: &ListedInstrument) {
        let is_over = |order: &Order| order.ended.is_some() || (!order.waits && order.leaves == 0);
        let over: Vec<u64> = self
            .orders
            .iter()
            .filter(|(_, order)| is_over(order))
            .map(|(id, _)| *id)
            .collect();
        for id in over {
            let order = self.orders.remove(&id).expect("it was found");
            let fact = order.fact(listed, id);
            self.file(order.account, "orders", fact);
        }
    }
}

impl Order {
    fn fact(&self, listed: &ListedInstrument, order_id: u64) -> Value {
        let scale = listed.scale;
        let quantity = |units| json!(scale.quantity(units).to_string());
        let (reason, canceled) = match self.ended {
            Some((reason, canceled)) => (Some(reason), canceled),
            None if self.prevented > 0 => (Some(CancelReason::SelfTradePrevention), self.prevented),
            None => (None, 0),
        };
        let mut fact = json!({
            "order_id": order_id,
            "side": word(self.side),
            "filled_quantity": quantity(self.filled),
            "filled_quote": scale.notional(self.quote).to_string(),
            "status": if reason.is_some() { "canceled" } else { "filled" },
            "canceled_quantity": quantity(canceled),
            "prevented_quantity": quantity(self.prevented),
            "replace_count": self.replaced,
            "entered_at_us": self.entered_us,
            "updated_at_us": self.updated_us,
        });
        match self.size {
            OrderSize::Quantity(units) => fact["quantity"] = quantity(units.units()),
            OrderSize::QuoteAmount(amount) => {
                fact["quote_amount"] = json!(scale.notional(amount.units()).to_string());
            }
        }
        if let Some(price) = self.price {
            fact["price"] = json!(scale.price(price.units()).to_string());
        }
        if let Some(name) = &self.client_order_id {
            fact["client_order_id"] = json!(name);
        }
        if let Some(reason) = reason {
            fact["reason"] = json!(snake(&format!("{reason:?}")));
        }
        fact
    }
}
