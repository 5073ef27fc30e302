//! The layouts of requests.

use zerocopy::little_endian::{I64, I128, U16, U32, U64};

use crate::binary::BinaryBlock;
use crate::binary::layout::Header;

/// Bits of [`SubmitLayout::flags`] and of the flags of other requests.
pub(super) mod flags {
    /// The market sees nothing of the order.
    pub(in crate::binary) const HIDDEN: u32 = 1;
    /// `stp_group` counts.
    pub(in crate::binary) const STP_GROUP: u32 = 1 << 1;
    /// `mmp_group` counts.
    pub(in crate::binary) const MMP_GROUP: u32 = 1 << 2;
    /// The block `terms` follows.
    pub(in crate::binary) const TERMS: u32 = 1 << 3;
    /// The block `links` follows.
    pub(in crate::binary) const LINKS: u32 = 1 << 4;
    /// The block `at` follows, last of all.
    pub(in crate::binary) const AT: u32 = 1 << 5;
    /// The same bit where the flags have eight bits.
    pub(in crate::binary) const SHORT_AT: u8 = 1 << 5;
    /// The order is traced.
    pub(in crate::binary) const TRACE: u32 = 1 << 6;
    /// All of them.
    pub(in crate::binary) const ORDER: u32 =
        HIDDEN | STP_GROUP | MMP_GROUP | TERMS | LINKS | AT | TRACE;
}

/// All of them, in the order of the document.
pub(super) const BLOCKS: [BinaryBlock; 14] = [
    SubmitLayout::BLOCK,
    CancelLayout::BLOCK,
    ReplaceLayout::BLOCK,
    CancelReplaceLayout::BLOCK,
    MassCancelLayout::BLOCK,
    MassQuoteLayout::BLOCK,
    MmpResetLayout::BLOCK,
    CancelAfterLayout::BLOCK,
    PingLayout::BLOCK,
    TickDoneLayout::BLOCK,
    EndedLayout::BLOCK,
    TermsLayout::BLOCK,
    LinksLayout::BLOCK,
    QuoteLayout::BLOCK,
];

layout! {
    /// An order as entered.
    pub(super) struct SubmitLayout = "submit", template 1 {
        /// template 1
        header: Header,
        /// the request's number; none: 2^64 - 1
        id: U64,
        /// `number` of the instrument in `hello`
        instrument: U16,
        /// *side*
        side: u8,
        /// *type*
        order_type: u8,
        /// filled up with zeros; all zero: none
        client_order_id: [u8; 36],
        /// `price`; of a market order `protection`
        price: I64,
        /// `quantity`; none: `quote_amount` in the block `terms` says how much
        quantity: U64,
        /// `expire_at_us`, with `GTD`
        expire_at_us: U64,
        /// `display_quantity`
        display_quantity: U64,
        /// *time in force*; 0: as in text without it
        time_in_force: u8,
        /// *post only*; 0: as in text without it
        post_only: u8,
        /// *self-trade prevention*; 0: as in text without it
        self_trade_prevention: u8,
        /// *on disconnect*; 0: as in text without it
        on_disconnect: u8,
        /// 1 hidden, 2 `stp_group` counts, 4 `mmp_group` counts, 8 the block `terms` follows, 16 the block `links` follows, 32 the block `at` follows, 64 traced
        flags: U32,
        /// `stp_group`
        stp_group: U32,
        /// `mmp_group`
        mmp_group: U32,
    }
}

layout! {
    /// The end of an order.
    pub(super) struct CancelLayout = "cancel", template 2 {
        /// template 2
        header: Header,
        /// the request's number; none: 2^64 - 1
        id: U64,
        /// `number` of the instrument in `hello`
        instrument: U16,
        /// 1: `order` is the exchange's id, a u64 and zeros; 2: the client order id, filled up with zeros
        order_by: u8,
        /// 32 the block `at` follows
        flags: u8,
        /// which order
        order: [u8; 36],
    }
}

layout! {
    /// The change of an order.
    pub(super) struct ReplaceLayout = "replace", template 3 {
        /// template 3
        header: Header,
        /// the request's number; none: 2^64 - 1
        id: U64,
        /// `number` of the instrument in `hello`
        instrument: U16,
        /// as in `cancel`
        order_by: u8,
        /// 32 the block `at` follows
        flags: u8,
        /// which order
        order: [u8; 36],
        /// `quantity`
        quantity: U64,
        /// `price`
        price: I64,
        /// `display_quantity`
        display_quantity: U64,
        /// `trigger_price`
        trigger_price: I64,
        /// `expire_at_us`
        expire_at_us: U64,
    }
}

layout! {
    /// An order that comes in place of another: as [`SubmitLayout`], and then [`EndedLayout`].
    pub(super) struct CancelReplaceLayout = "cancel_replace", template 4 {
        /// template 4; the block `ended` follows, then what the flags say
        header: Header,
        /// as in `submit`, the new order
        rest: [u8; 96],
    }
}

layout! {
    /// The order that a new one takes the place of.
    pub(super) struct EndedLayout = "ended" {
        /// as `order_by` of `cancel`
        order_by: u8,
        /// *on cancel failure*; 0: as in text without it
        on_cancel_failure: u8,
        /// zero
        reserved: U16,
        /// which order ends
        order: [u8; 36],
    }
}

layout! {
    /// The end of many orders.
    pub(super) struct MassCancelLayout = "mass_cancel", template 5 {
        /// template 5
        header: Header,
        /// the request's number; none: 2^64 - 1
        id: U64,
        /// `number` of the instrument in `hello`; 0: all
        instrument: U16,
        /// *side*; 0: both
        side: u8,
        /// 32 the block `at` follows
        flags: u8,
        /// `session`; 0: any
        session: U32,
        /// `price_from`
        price_from: I64,
        /// `price_to`
        price_to: I64,
    }
}

layout! {
    /// Two-sided quotes.
    pub(super) struct MassQuoteLayout = "mass_quote", template 6 {
        /// template 6; the entries `quote` follow
        header: Header,
        /// the request's number; none: 2^64 - 1
        id: U64,
        /// `mmp_group`
        mmp_group: U32,
        /// how many entries `quote` follow
        quotes: U16,
        /// 32 the block `at` follows
        flags: u8,
        /// zero
        reserved: u8,
    }
}

layout! {
    /// One of several quotes.
    pub(super) struct QuoteLayout = "quote" {
        /// `number` of the instrument in `hello`
        instrument: U16,
        /// zero
        reserved: [u8; 6],
        /// `bid_price`
        bid_price: I64,
        /// `bid_quantity`
        bid_quantity: U64,
        /// `ask_price`
        ask_price: I64,
        /// `ask_quantity`
        ask_quantity: U64,
    }
}

layout! {
    /// The reset of a frozen group.
    pub(super) struct MmpResetLayout = "mmp_reset", template 7 {
        /// template 7
        header: Header,
        /// the request's number; none: 2^64 - 1
        id: U64,
        /// `mmp_group`
        mmp_group: U32,
        /// `number` of the instrument in `hello`
        instrument: U16,
        /// 32 the block `at` follows
        flags: u8,
        /// zero
        reserved: u8,
    }
}

layout! {
    /// The dead man's timer.
    pub(super) struct CancelAfterLayout = "cancel_after", template 8 {
        /// template 8
        header: Header,
        /// the request's number; none: 2^64 - 1
        id: U64,
        /// `timeout_ms`
        timeout_ms: U64,
        /// 32 the block `at` follows
        flags: u8,
        /// zero
        reserved: [u8; 7],
    }
}

layout! {
    /// The end of what a session sends in a tick.
    pub(super) struct TickDoneLayout = "tick_done", template 30 {
        /// template 30
        header: Header,
        /// the request's number; none: 2^64 - 1
        id: U64,
        /// `tick`
        tick: U64,
    }
}

layout! {
    /// A question whether the exchange is there.
    pub(super) struct PingLayout = "ping", template 9 {
        /// template 9
        header: Header,
        /// the request's number; none: 2^64 - 1
        id: U64,
    }
}

layout! {
    /// What only some orders ask for.
    pub(super) struct TermsLayout = "terms" {
        /// `quote_amount` in units of `price_decimals` + `quantity_decimals` decimals; none: -2^127
        quote_amount: I128,
        /// `minimum_quantity`
        minimum_quantity: U64,
        /// `stop_price`, `take_price` or `trail`, as `trigger` says
        trigger_price: I64,
        /// `trail_step`
        trail_step: I64,
        /// `activation_price`
        activation_price: I64,
        /// `peg_offset`
        peg_offset: I64,
        /// `trail_bips`
        trail_bips: U32,
        /// 0 none, 1 `stop_price`, 2 `take_price`, 3 `trail`, 4 `trail_bips`
        trigger: u8,
        /// *trigger source*; 0: as in text without it
        trigger_source: u8,
        /// *peg*; 0: none
        peg: u8,
        /// zero
        reserved: u8,
    }
}

layout! {
    /// Other orders that an order depends on.
    pub(super) struct LinksLayout = "links" {
        /// as `order_by` of `cancel`; 0: no partner
        oco_by: u8,
        /// *oco mode*; 0: as in text without it
        oco_mode: u8,
        /// as `order_by` of `cancel`; 0: no parent
        parent_by: u8,
        /// *child start*; 0: as in text without it
        child_start: u8,
        /// the partner
        oco: [u8; 36],
        /// the parent
        parent: [u8; 36],
        /// zero
        reserved: U32,
    }
}
