//! What everyone sees order by order, and what the owner of an order sees of its queue.

use serde::Deserialize;
use serde::de::Deserializer;

use crate::exact_decimal::ExactDecimal;
use crate::inline_text::Symbol;
use crate::json_writer::{JsonWriter, write_decimal, write_plain};
use crate::server_message::market_data::{write_check, write_place};
use crate::words::{OrderChangeKind, Side};

/// A displayed order: `[order_id,"price","quantity"]` on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BookOrder {
    /// The exchange's id.
    pub order_id: u64,
    /// At which level.
    pub price: ExactDecimal,
    /// How much it shows.
    pub quantity: ExactDecimal,
}

/// The book order by order as it stands after the message with its `seq`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct OrdersSnapshot {
    /// Of which instrument.
    pub symbol: Symbol,
    /// The epoch of `seq`.
    pub epoch: u64,
    /// The last message that it contains; 0 before the first.
    pub seq: u64,
    /// Engine time of that message.
    pub at_us: u64,
    /// Best price first, in queue order within a price.
    pub bids: Vec<BookOrder>,
    /// Best price first, in queue order within a price.
    pub asks: Vec<BookOrder>,
    /// Orders are collected for an auction: the best bid may be at or above the best ask.
    #[serde(default)]
    pub may_be_crossed: bool,
    /// See [`crate::BookChecksum`].
    pub checksum: Option<u32>,
}

/// What became of a displayed order: `["kind","side",order_id,"price","quantity"]` on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OrderChange {
    /// What became of it.
    pub kind: OrderChangeKind,
    /// Among the bids or the asks.
    pub side: Side,
    /// The exchange's id.
    pub order_id: u64,
    /// At which level.
    pub price: ExactDecimal,
    /// How much it shows now; zero: it is gone.
    pub quantity: ExactDecimal,
}

/// What one command did to displayed orders, in the order in which it did it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Orders {
    /// Of which instrument.
    pub symbol: Symbol,
    /// The epoch of `seq`.
    pub epoch: u64,
    /// One more than that of the message before it.
    pub seq: u64,
    /// Engine time of the command.
    pub at_us: u64,
    /// To be applied one after the other.
    pub changes: Vec<OrderChange>,
    /// Orders are collected for an auction: the best bid may be at or above the best ask.
    #[serde(default)]
    pub may_be_crossed: bool,
    /// See [`crate::BookChecksum`]; of the book after the changes.
    pub checksum: Option<u32>,
}

/// Where an own displayed order stands in the queue of its level; hidden quantities do not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct QueuePosition {
    /// Of which instrument.
    pub symbol: Symbol,
    /// The exchange's id.
    pub order_id: u64,
    /// The engine time of the command that moved it.
    pub at_us: u64,
    /// Among the bids or the asks.
    pub side: Side,
    /// At which level.
    pub price: ExactDecimal,
    /// How much it shows; zero: it has left the book.
    pub quantity: ExactDecimal,
    /// How much is shown before it.
    pub quantity_ahead: ExactDecimal,
    /// How many orders are shown before it.
    pub orders_ahead: u32,
    /// How much is shown behind it.
    pub quantity_behind: ExactDecimal,
    /// How many orders are shown behind it.
    pub orders_behind: u32,
}

impl<'de> Deserialize<'de> for BookOrder {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (order_id, price, quantity) = Deserialize::deserialize(deserializer)?;
        Ok(Self {
            order_id,
            price,
            quantity,
        })
    }
}

impl<'de> Deserialize<'de> for OrderChange {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (kind, side, order_id, price, quantity) = Deserialize::deserialize(deserializer)?;
        Ok(Self {
            kind,
            side,
            order_id,
            price,
            quantity,
        })
    }
}

fn write_number(buffer: &mut Vec<u8>, number: u64) {
    let mut digits = itoa::Buffer::new();
    buffer.extend_from_slice(digits.format(number).as_bytes());
}

fn write_order(buffer: &mut Vec<u8>, order_id: u64, price: ExactDecimal, quantity: ExactDecimal) {
    write_number(buffer, order_id);
    buffer.push(b',');
    write_decimal(buffer, price);
    buffer.push(b',');
    write_decimal(buffer, quantity);
    buffer.push(b']');
}

impl BookOrder {
    fn encode(self, buffer: &mut Vec<u8>) {
        buffer.push(b'[');
        write_order(buffer, self.order_id, self.price, self.quantity);
    }
}

impl OrderChange {
    fn encode(self, buffer: &mut Vec<u8>) {
        buffer.push(b'[');
        write_plain(buffer, self.kind.word().as_bytes());
        buffer.push(b',');
        write_plain(buffer, self.side.word().as_bytes());
        buffer.push(b',');
        write_order(buffer, self.order_id, self.price, self.quantity);
    }
}

impl OrdersSnapshot {
    /// Appends the message to `buffer`.
    pub fn encode(&self, buffer: &mut Vec<u8>) {
        let mut json = JsonWriter::answer(buffer, "orders_snapshot", None);
        write_place(&mut json, &self.symbol, self.epoch, self.seq, self.at_us);
        for (key, orders) in [("bids", &self.bids), ("asks", &self.asks)] {
            json.list(key, orders, |buffer, order| order.encode(buffer));
        }
        write_check(&mut json, self.may_be_crossed, self.checksum);
        json.close();
    }
}

impl Orders {
    /// Appends the message to `buffer`.
    pub fn encode(&self, buffer: &mut Vec<u8>) {
        let mut json = JsonWriter::answer(buffer, "orders", None);
        write_place(&mut json, &self.symbol, self.epoch, self.seq, self.at_us);
        json.list("changes", &self.changes, |buffer, change| {
            change.encode(buffer);
        });
        write_check(&mut json, self.may_be_crossed, self.checksum);
        json.close();
    }
}

impl QueuePosition {
    /// Appends the message to `buffer`.
    pub fn encode(&self, buffer: &mut Vec<u8>) {
        let mut json = JsonWriter::answer(buffer, "queue", None);
        json.name("symbol", &self.symbol);
        json.number("order_id", self.order_id);
        json.number("at_us", self.at_us);
        json.word("side", self.side.word());
        json.decimal("price", self.price);
        json.decimal("quantity", self.quantity);
        json.decimal("quantity_ahead", self.quantity_ahead);
        json.number("orders_ahead", self.orders_ahead);
        json.decimal("quantity_behind", self.quantity_behind);
        json.number("orders_behind", self.orders_behind);
        json.close();
    }
}
