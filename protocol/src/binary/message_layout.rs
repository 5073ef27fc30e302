//! The layouts of messages about the own orders and of answers.

use zerocopy::little_endian::{I64, I128, U16, U32, U64};

use crate::binary::BinaryBlock;
use crate::binary::layout::Header;

/// Bits of [`ReportLayout::flags`].
pub(super) mod flags {
    /// The block `client_order_id` follows.
    pub(in crate::binary) const CLIENT_ORDER_ID: u8 = 1;
    /// The block `execution` follows.
    pub(in crate::binary) const EXECUTION: u8 = 1 << 1;
    /// The block `amounts` follows.
    pub(in crate::binary) const AMOUNTS: u8 = 1 << 2;
    /// `event_seq` and `event_k` count.
    pub(in crate::binary) const EVENT: u8 = 1 << 3;
    /// Text follows, last of all.
    pub(in crate::binary) const TEXT: u8 = 1 << 4;
    /// A fee was paid.
    pub(in crate::binary) const FEE: u8 = 1;
    /// It is known from what.
    pub(in crate::binary) const FEE_ASSET: u8 = 1 << 1;
}

/// All of them, in the order of the document.
pub(super) const BLOCKS: [BinaryBlock; 11] = [
    ReportLayout::BLOCK,
    ClientOrderIdLayout::BLOCK,
    ExecutionLayout::BLOCK,
    AmountsLayout::BLOCK,
    MassCanceledLayout::BLOCK,
    QuotedLayout::BLOCK,
    DoneLayout::BLOCK,
    PongLayout::BLOCK,
    TickLayout::BLOCK,
    ErrorLayout::BLOCK,
    AtLayout::BLOCK,
];

layout! {
    /// What became of an order.
    pub(super) struct ReportLayout = "report", template 101 {
        /// template 101
        header: Header,
        /// the request's number; none: 2^64 - 1
        request: U64,
        /// `at_us`
        at_us: U64,
        /// `order_id`
        order_id: U64,
        /// `seq` of `event`
        event_seq: U64,
        /// `k` of `event`
        event_k: U32,
        /// `number` of the instrument in `hello`
        instrument: U16,
        /// *report kind*
        kind: u8,
        /// *side*; 0: none
        side: u8,
        /// `price`
        price: I64,
        /// `quantity`
        quantity: U64,
        /// `filled_quantity`
        filled_quantity: U64,
        /// `leaves_quantity`
        leaves_quantity: U64,
        /// *order status*; 0: none
        status: u8,
        /// *liquidity*; 0: none
        liquidity: u8,
        /// *priority*; 0: none
        priority: u8,
        /// 1 the block `client_order_id` follows, 2 the block `execution`, 4 the block `amounts`, 8 `event_seq` and `event_k` count, 16 text follows
        flags: u8,
        /// *reason*; 0: none
        reason: u8,
        /// zero
        reserved: u8,
        /// bytes of `text`, which comes last
        text_bytes: U16,
        /// zero
        reserved_too: U32,
    }
}

layout! {
    /// The participant's id of an order.
    pub(super) struct ClientOrderIdLayout = "client_order_id" {
        /// filled up with zeros
        client_order_id: [u8; 36],
        /// zero
        reserved: U32,
    }
}

layout! {
    /// A trade or a prevented match.
    pub(super) struct ExecutionLayout = "execution" {
        /// `last_price`
        last_price: I64,
        /// `last_quantity`
        last_quantity: U64,
        /// `trade_id`
        trade_id: U64,
        /// `fee`, in units of `fee_decimals` decimals
        fee: I128,
        /// `fee_asset`, filled up with zeros
        fee_asset: [u8; 12],
        /// decimals of `fee`
        fee_decimals: u8,
        /// 1 `fee` and `fee_decimals` count, 2 `fee_asset` counts
        flags: u8,
        /// zero
        reserved: U16,
    }
}

layout! {
    /// What only some reports tell.
    pub(super) struct AmountsLayout = "amounts" {
        /// `quote_amount` in units of `price_decimals` + `quantity_decimals` decimals; none: -2^127
        quote_amount: I128,
        /// `displayed_quantity`
        displayed_quantity: U64,
        /// `canceled_quantity`
        canceled_quantity: U64,
    }
}

layout! {
    /// Answers `mass_cancel`.
    pub(super) struct MassCanceledLayout = "mass_canceled", template 102 {
        /// template 102
        header: Header,
        /// the request's number; none: 2^64 - 1
        request: U64,
        /// `canceled_orders`
        canceled_orders: U64,
        /// `at_us`
        at_us: U64,
    }
}

layout! {
    /// Answers a quote.
    pub(super) struct QuotedLayout = "quoted", template 103 {
        /// template 103
        header: Header,
        /// the request's number; none: 2^64 - 1
        request: U64,
        /// `at_us`
        at_us: U64,
        /// `bid_order_id`
        bid_order_id: U64,
        /// `ask_order_id`
        ask_order_id: U64,
        /// `mmp_group`
        mmp_group: U32,
        /// `number` of the instrument in `hello`
        instrument: U16,
        /// *reason*; 0: none
        reason: u8,
        /// 16 text follows
        flags: u8,
        /// bytes of `text`, which comes last
        text_bytes: U16,
        /// zero
        reserved: [u8; 6],
    }
}

layout! {
    /// Answers what has nothing to tell.
    pub(super) struct DoneLayout = "done", template 104 {
        /// template 104
        header: Header,
        /// the request's number; none: 2^64 - 1
        request: U64,
        /// `at_us`
        at_us: U64,
    }
}

layout! {
    /// Answers `ping`.
    pub(super) struct PongLayout = "pong", template 105 {
        /// template 105
        header: Header,
        /// the request's number; none: 2^64 - 1
        request: U64,
        /// `at_us`
        at_us: U64,
    }
}

layout! {
    /// A step of the lockstep clock.
    pub(super) struct TickLayout = "tick", template 130 {
        /// template 130
        header: Header,
        /// `tick`
        tick: U64,
        /// `at_us`
        at_us: U64,
    }
}

layout! {
    /// A request was not understood or not allowed.
    pub(super) struct ErrorLayout = "error", template 106 {
        /// template 106
        header: Header,
        /// the request's number; none: 2^64 - 1
        request: U64,
        /// *error code*
        code: u8,
        /// zero
        reserved: u8,
        /// bytes of `text`, which comes last
        text_bytes: U16,
        /// `retry_after_ms`; none: 0
        retry_after_ms: U32,
    }
}

layout! {
    /// Engine time of a command, with the replay clock.
    pub(super) struct AtLayout = "at" {
        /// `at_us` of the request
        at_us: U64,
    }
}
