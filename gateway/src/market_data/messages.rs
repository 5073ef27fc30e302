//! Encodes public messages, once for all who subscribe.

use history::PublicTrade;
use protocol::{Depth, DepthSnapshot, Symbol, Top, Trade};
use tokio_tungstenite::tungstenite::Utf8Bytes;

use crate::listing::ListedInstrument;
use crate::market_data::book::{DepthUpdate, Level, LevelBook, TopOfBook};
use crate::market_data::market::Place;
use crate::native::translate;
use crate::wire;

/// Encodes public messages; keeps its buffers.
#[derive(Debug)]
pub struct MarketEncoder {
    buffer: Vec<u8>,
    depth: Depth,
}

impl MarketEncoder {
    /// An encoder with empty buffers.
    pub const fn new(symbol: Symbol) -> Self {
        let depth = Depth {
            symbol,
            epoch: 0,
            seq: 0,
            at_us: 0,
            bids: Vec::new(),
            asks: Vec::new(),
        };
        Self {
            buffer: Vec::new(),
            depth,
        }
    }

    /// What one command changed of the book.
    pub fn depth(
        &mut self,
        listed: &ListedInstrument,
        place: Place,
        update: &DepthUpdate,
    ) -> Utf8Bytes {
        let depth = &mut self.depth;
        depth.symbol = listed.symbol;
        depth.epoch = place.epoch.0;
        depth.seq = place.seq;
        depth.at_us = translate::at_us(place.at);
        depth.bids.clear();
        depth
            .bids
            .extend(update.bids.iter().map(|level| wire_level(listed, *level)));
        depth.asks.clear();
        depth
            .asks
            .extend(update.asks.iter().map(|level| wire_level(listed, *level)));
        wire::encode(&mut self.buffer, |buffer| depth.encode(buffer))
    }

    /// A trade.
    pub fn trade(
        &mut self,
        listed: &ListedInstrument,
        place: Place,
        trade: &PublicTrade,
    ) -> Utf8Bytes {
        let message = wire_trade(listed, place, trade);
        wire::encode(&mut self.buffer, |buffer| message.encode(buffer))
    }

    /// The best bid and ask.
    pub fn top(&mut self, listed: &ListedInstrument, place: Place, top: TopOfBook) -> Utf8Bytes {
        let message = Top {
            symbol: listed.symbol,
            epoch: place.epoch.0,
            seq: place.seq,
            at_us: translate::at_us(place.at),
            bid: top.bid.map(|level| wire_level(listed, level)),
            ask: top.ask.map(|level| wire_level(listed, level)),
        };
        wire::encode(&mut self.buffer, |buffer| message.encode(buffer))
    }
}

/// The book as it stands at `place`, down to `levels_max` a side.
pub fn depth_snapshot(
    listed: &ListedInstrument,
    place: Place,
    book: &LevelBook,
    levels_max: usize,
) -> DepthSnapshot {
    let wire = |level| wire_level(listed, level);
    DepthSnapshot {
        symbol: listed.symbol,
        epoch: place.epoch.0,
        seq: place.seq,
        at_us: translate::at_us(place.at),
        bids: book.bids().take(levels_max).map(wire).collect(),
        asks: book.asks().take(levels_max).map(wire).collect(),
    }
}

/// A trade as it stands on the wire.
pub const fn wire_trade(listed: &ListedInstrument, place: Place, trade: &PublicTrade) -> Trade {
    Trade {
        symbol: listed.symbol,
        epoch: place.epoch.0,
        seq: place.seq,
        at_us: translate::at_us(place.at),
        trade_id: trade.trade_id.0,
        price: listed.scale.price(trade.price.units()),
        quantity: listed.scale.quantity(trade.quantity.units()),
        aggressor_side: translate::wire_side(trade.aggressor_side),
    }
}

const fn wire_level(listed: &ListedInstrument, level: Level) -> protocol::Level {
    protocol::Level {
        price: listed.scale.price(level.price.units()),
        quantity: listed.scale.quantity(level.quantity.units()),
    }
}
