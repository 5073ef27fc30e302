//! The trades of a span of time in one line.

use engine::{
    Notional, PastTrade, Price, Quantity, SequenceNumber, Side, Timestamp, Trade, TradeId,
    TradePhase,
};

use crate::execution::TradeRecord;
use crate::spelled::spelled_struct;

/// The trades of a span of time. Sums are exact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Candle {
    /// When the span begins.
    pub start: Timestamp,
    /// The first price; where nothing traded, the last one before.
    pub open: Price,
    /// The highest price.
    pub high: Price,
    /// The lowest price.
    pub low: Price,
    /// The last price.
    pub close: Price,
    /// The last trade's quantity; zero where nothing traded.
    pub last_quantity: Quantity,
    /// What changed hands, in quantity units.
    pub volume: u128,
    /// What was paid for it, in price units x quantity units.
    pub notional: Notional,
    /// What buyers took, in quantity units. In an auction nobody takes.
    pub taker_buy_volume: u128,
    /// What was paid for what buyers took.
    pub taker_buy_notional: Notional,
    /// How many trades there were.
    pub trades: u64,
    /// How many of them were made by an uncross.
    pub auction_trades: u64,
    /// What changed hands in an uncross, in quantity units.
    pub auction_volume: u128,
    /// The first trade; 0 where there was none.
    pub first_trade: TradeId,
    /// The last trade; 0 where there was none.
    pub last_trade: TradeId,
    /// The command of the last trade.
    pub last_sequence: SequenceNumber,
}

spelled_struct!(Candle {
    start,
    open,
    high,
    low,
    close,
    last_quantity,
    volume,
    notional,
    taker_buy_volume,
    taker_buy_notional,
    trades,
    auction_trades,
    auction_volume,
    first_trade,
    last_trade,
    last_sequence,
});

impl Candle {
    /// A span in which nothing traded: it stays where the price was.
    pub const fn empty(start: Timestamp, price: Price) -> Self {
        Self {
            start,
            open: price,
            high: price,
            low: price,
            close: price,
            last_quantity: Quantity::ZERO,
            volume: 0,
            notional: Notional::ZERO,
            taker_buy_volume: 0,
            taker_buy_notional: Notional::ZERO,
            trades: 0,
            auction_trades: 0,
            auction_volume: 0,
            first_trade: TradeId(0),
            last_trade: TradeId(0),
            last_sequence: SequenceNumber(0),
        }
    }

    /// A span in which this was the only trade so far.
    pub fn of(start: Timestamp, trade: &Print) -> Self {
        let volume = u128::from(trade.quantity.units());
        let notional = Notional::of(trade.price, trade.quantity);
        let is_auction = trade.phase == TradePhase::Auction;
        let is_taker_buy = !is_auction && trade.aggressor_side == Side::Buy;
        Self {
            last_quantity: trade.quantity,
            volume,
            notional,
            taker_buy_volume: if is_taker_buy { volume } else { 0 },
            taker_buy_notional: if is_taker_buy {
                notional
            } else {
                Notional::ZERO
            },
            trades: 1,
            auction_trades: u64::from(is_auction),
            auction_volume: if is_auction { volume } else { 0 },
            first_trade: trade.trade_id,
            last_trade: trade.trade_id,
            last_sequence: trade.sequence,
            ..Self::empty(start, trade.price)
        }
    }

    /// Whether nothing traded.
    pub const fn is_empty(&self) -> bool {
        self.trades == 0
    }

    /// Takes a trade's volume out. Prices stay: what the others were is not known here.
    pub fn take_out(&mut self, print: &Print) {
        self.take_out_all(&Self::of(self.start, print));
    }

    /// Takes out what `other` counts of volume and trades, and no more than there is.
    pub(crate) fn take_out_all(&mut self, other: &Self) {
        let less = |all: Notional, part: Notional| {
            Notional::from_units(all.units().saturating_sub(part.units()))
        };
        self.volume = self.volume.saturating_sub(other.volume);
        self.notional = less(self.notional, other.notional);
        self.taker_buy_volume = self.taker_buy_volume.saturating_sub(other.taker_buy_volume);
        self.taker_buy_notional = less(self.taker_buy_notional, other.taker_buy_notional);
        self.trades = self.trades.saturating_sub(other.trades);
        self.auction_trades = self.auction_trades.saturating_sub(other.auction_trades);
        self.auction_volume = self.auction_volume.saturating_sub(other.auction_volume);
    }

    /// Puts in what `other` counts of volume and trades.
    pub(crate) fn put_in_all(&mut self, other: &Self) {
        self.volume += other.volume;
        self.notional = self.notional + other.notional;
        self.taker_buy_volume += other.taker_buy_volume;
        self.taker_buy_notional = self.taker_buy_notional + other.taker_buy_notional;
        self.trades += other.trades;
        self.auction_trades += other.auction_trades;
        self.auction_volume += other.auction_volume;
    }

    /// Takes in what traded after it in the same span.
    pub fn extend(&mut self, later: &Self) {
        if later.is_empty() {
            return;
        }
        if self.is_empty() {
            *self = Self {
                start: self.start,
                ..*later
            };
            return;
        }
        self.high = self.high.max(later.high);
        self.low = self.low.min(later.low);
        self.close = later.close;
        self.last_quantity = later.last_quantity;
        self.volume += later.volume;
        self.notional = self.notional + later.notional;
        self.taker_buy_volume += later.taker_buy_volume;
        self.taker_buy_notional = self.taker_buy_notional + later.taker_buy_notional;
        self.trades += later.trades;
        self.auction_trades += later.auction_trades;
        self.auction_volume += later.auction_volume;
        self.last_trade = later.last_trade;
        self.last_sequence = later.last_sequence;
    }
}

/// What a candle needs of a trade.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Print {
    /// Id of the execution.
    pub trade_id: TradeId,
    /// The price both got.
    pub price: Price,
    /// How much changed hands.
    pub quantity: Quantity,
    /// Matched as it came, or in an uncross.
    pub phase: TradePhase,
    /// The taker's side.
    pub aggressor_side: Side,
    /// The command that caused it.
    pub sequence: SequenceNumber,
}

impl Print {
    /// What a candle needs of a trade that was kept.
    pub const fn of_record(trade: &TradeRecord) -> Self {
        Self {
            trade_id: trade.trade_id,
            price: trade.price,
            quantity: trade.quantity,
            phase: trade.phase,
            aggressor_side: trade.aggressor_side,
            sequence: trade.event.sequence,
        }
    }

    /// What a candle needs of a trade that the command at `sequence` took back.
    pub const fn of_past(trade: &PastTrade, sequence: SequenceNumber) -> Self {
        Self {
            trade_id: trade.trade_id,
            price: trade.price,
            quantity: trade.quantity,
            phase: trade.phase,
            aggressor_side: trade.aggressor_side,
            sequence,
        }
    }

    /// What a candle needs of a trade of the command at `sequence`.
    pub const fn of(trade: &Trade, sequence: SequenceNumber) -> Self {
        Self {
            trade_id: trade.trade_id,
            price: trade.price,
            quantity: trade.quantity,
            phase: trade.phase,
            aggressor_side: trade.aggressor_side,
            sequence,
        }
    }
}
