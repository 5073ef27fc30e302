//! The layouts of market data.

use zerocopy::little_endian::{I64, U16, U32, U64};

use crate::binary::BinaryBlock;
use crate::binary::layout::Header;

/// Bits of the flags of books.
pub(super) mod flags {
    /// The book may be crossed.
    pub(in crate::binary) const MAY_BE_CROSSED: u8 = 1;
    /// `checksum` counts.
    pub(in crate::binary) const CHECKSUM: u8 = 1 << 1;
}

/// All of them, in the order of the document.
pub(super) const BLOCKS: [BinaryBlock; 14] = [
    DepthLayout::BLOCK,
    DepthSnapshotLayout::BLOCK,
    LevelLayout::BLOCK,
    TradeLayout::BLOCK,
    TradeBustedLayout::BLOCK,
    TopLayout::BLOCK,
    OrdersLayout::BLOCK,
    OrderChangeLayout::BLOCK,
    OrdersSnapshotLayout::BLOCK,
    BookOrderLayout::BLOCK,
    StatusLayout::BLOCK,
    HeartbeatLayout::BLOCK,
    QueueLayout::BLOCK,
    LaggedLayout::BLOCK,
];

layout! {
    /// Changes of the aggregated book.
    pub(super) struct DepthLayout = "depth", template 111 {
        /// template 111; the entries `level` follow, bids before asks
        header: Header,
        /// `epoch`
        epoch: U64,
        /// `from`; none: 2^64 - 1
        from: U64,
        /// `seq`
        seq: U64,
        /// `at_us`
        at_us: U64,
        /// `number` of the instrument in `hello`
        instrument: U16,
        /// 1 `may_be_crossed`, 2 `checksum` counts
        flags: u8,
        /// zero
        reserved: u8,
        /// `checksum`
        checksum: U32,
        /// how many bids
        bids: U32,
        /// how many asks
        asks: U32,
    }
}

layout! {
    /// The aggregated book.
    pub(super) struct DepthSnapshotLayout = "depth_snapshot", template 112 {
        /// template 112; the entries `level` follow, bids before asks
        header: Header,
        /// `epoch`
        epoch: U64,
        /// 2^64 - 1
        from: U64,
        /// `seq`
        seq: U64,
        /// `at_us`
        at_us: U64,
        /// `number` of the instrument in `hello`
        instrument: U16,
        /// 1 `may_be_crossed`, 2 `checksum` counts
        flags: u8,
        /// zero
        reserved: u8,
        /// `checksum`
        checksum: U32,
        /// how many bids
        bids: U32,
        /// how many asks
        asks: U32,
    }
}

layout! {
    /// A price level.
    pub(super) struct LevelLayout = "level" {
        /// the level's price
        price: I64,
        /// its total
        quantity: U64,
    }
}

layout! {
    /// One trade.
    pub(super) struct TradeLayout = "trade", template 113 {
        /// template 113
        header: Header,
        /// `epoch`
        epoch: U64,
        /// `seq`
        seq: U64,
        /// `at_us`
        at_us: U64,
        /// `trade_id`
        trade_id: U64,
        /// `price`
        price: I64,
        /// `quantity`
        quantity: U64,
        /// `number` of the instrument in `hello`
        instrument: U16,
        /// *side*
        aggressor_side: u8,
        /// zero
        reserved: [u8; 5],
    }
}

layout! {
    /// A trade was taken back.
    pub(super) struct TradeBustedLayout = "trade_busted", template 131 {
        /// template 131
        header: Header,
        /// `epoch`
        epoch: U64,
        /// `seq`
        seq: U64,
        /// `at_us`
        at_us: U64,
        /// `trade_id`
        trade_id: U64,
        /// `price`
        price: I64,
        /// `quantity`
        quantity: U64,
        /// `traded_at_us`
        traded_at_us: U64,
        /// `number` of the instrument in `hello`
        instrument: U16,
        /// *side*
        aggressor_side: u8,
        /// zero
        reserved: [u8; 5],
    }
}

layout! {
    /// The best bid and ask.
    pub(super) struct TopLayout = "top", template 114 {
        /// template 114
        header: Header,
        /// `epoch`
        epoch: U64,
        /// `from`; none: 2^64 - 1
        from: U64,
        /// `seq`
        seq: U64,
        /// `at_us`
        at_us: U64,
        /// the best bid's price; none: there is no bid
        bid_price: I64,
        /// its total
        bid_quantity: U64,
        /// the best ask's price; none: there is no ask
        ask_price: I64,
        /// its total
        ask_quantity: U64,
        /// `number` of the instrument in `hello`
        instrument: U16,
        /// zero
        reserved: [u8; 6],
    }
}

layout! {
    /// What one command did to displayed orders.
    pub(super) struct OrdersLayout = "orders", template 115 {
        /// template 115; the entries `order_change` follow
        header: Header,
        /// `epoch`
        epoch: U64,
        /// `seq`
        seq: U64,
        /// `at_us`
        at_us: U64,
        /// `number` of the instrument in `hello`
        instrument: U16,
        /// 1 `may_be_crossed`, 2 `checksum` counts
        flags: u8,
        /// zero
        reserved: u8,
        /// `checksum`
        checksum: U32,
        /// how many changes
        changes: U32,
        /// zero
        reserved_too: U32,
    }
}

layout! {
    /// What became of a displayed order.
    pub(super) struct OrderChangeLayout = "order_change" {
        /// the order
        order_id: U64,
        /// its level
        price: I64,
        /// what it shows now
        quantity: U64,
        /// *order change kind*
        kind: u8,
        /// *side*
        side: u8,
        /// zero
        reserved: [u8; 6],
    }
}

layout! {
    /// The book order by order.
    pub(super) struct OrdersSnapshotLayout = "orders_snapshot", template 116 {
        /// template 116; the entries `book_order` follow, bids before asks
        header: Header,
        /// `epoch`
        epoch: U64,
        /// `seq`
        seq: U64,
        /// `at_us`
        at_us: U64,
        /// `number` of the instrument in `hello`
        instrument: U16,
        /// 1 `may_be_crossed`, 2 `checksum` counts
        flags: u8,
        /// zero
        reserved: u8,
        /// `checksum`
        checksum: U32,
        /// how many bids
        bids: U32,
        /// how many asks
        asks: U32,
    }
}

layout! {
    /// A displayed order.
    pub(super) struct BookOrderLayout = "book_order" {
        /// the order
        order_id: U64,
        /// its level
        price: I64,
        /// what it shows
        quantity: U64,
    }
}

layout! {
    /// How an instrument treats orders.
    pub(super) struct StatusLayout = "status", template 117 {
        /// template 117
        header: Header,
        /// `epoch`
        epoch: U64,
        /// `seq`
        seq: U64,
        /// `at_us`
        at_us: U64,
        /// `number` of the instrument in `hello`
        instrument: U16,
        /// *trading state*
        state: u8,
        /// *side*; 0: none
        imbalance_side: u8,
        /// zero
        reserved: U32,
        /// `indicative_price`
        indicative_price: I64,
        /// `indicative_volume`
        indicative_volume: U64,
        /// `imbalance`
        imbalance: U64,
    }
}

layout! {
    /// Where the channels stand.
    pub(super) struct HeartbeatLayout = "heartbeat", template 118 {
        /// template 118
        header: Header,
        /// `epoch`
        epoch: U64,
        /// `seq`
        seq: U64,
        /// `at_us`
        at_us: U64,
        /// `depth_seq`
        depth_seq: U64,
        /// `orders_seq`
        orders_seq: U64,
        /// `trades_seq`
        trades_seq: U64,
        /// `top_seq`
        top_seq: U64,
        /// `book_hash`
        book_hash: U64,
        /// `number` of the instrument in `hello`
        instrument: U16,
        /// zero
        reserved: [u8; 6],
    }
}

layout! {
    /// Where an own order stands in its queue.
    pub(super) struct QueueLayout = "queue", template 119 {
        /// template 119
        header: Header,
        /// `order_id`
        order_id: U64,
        /// `at_us`
        at_us: U64,
        /// `price`
        price: I64,
        /// `quantity`
        quantity: U64,
        /// `quantity_ahead`
        quantity_ahead: U64,
        /// `quantity_behind`
        quantity_behind: U64,
        /// `orders_ahead`
        orders_ahead: U32,
        /// `orders_behind`
        orders_behind: U32,
        /// `number` of the instrument in `hello`
        instrument: U16,
        /// *side*
        side: u8,
        /// zero
        reserved: [u8; 5],
    }
}

layout! {
    /// Messages were dropped.
    pub(super) struct LaggedLayout = "lagged", template 120 {
        /// template 120
        header: Header,
        /// `epoch`
        epoch: U64,
        /// `from`
        from: U64,
        /// `to`
        to: U64,
        /// `number` of the instrument in `hello`
        instrument: U16,
        /// *channel*
        channel: u8,
        /// zero
        reserved: [u8; 5],
    }
}
