//! What crosses the ABI: the layouts of its messages, reports and queues. Little endian, as C lays them out.

use std::ffi::c_void;

/// A new limit order. 32 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[repr(C)]
pub struct NewOrderMessage {
    /// Chosen outside; free again once its order is gone.
    pub order_id: u64,
    /// Copied to its reports.
    pub sequence_number: u64,
    /// Limit price; any number.
    pub price_ticks: i64,
    /// How much.
    pub quantity: u32,
    /// 0 buys, anything else sells.
    pub side: u8,
    /// Not 0: what does not trade at once is canceled.
    pub ioc: u8,
    /// Unused.
    pub padding: [u8; 2],
}

/// A cancel. 16 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[repr(C)]
pub struct CancelMessage {
    /// Which order.
    pub order_id: u64,
    /// Copied to its reports.
    pub sequence_number: u64,
}

/// A modify: the order leaves and enters again at the tail, under the same id. 32 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[repr(C)]
pub struct ModifyMessage {
    /// Which order.
    pub order_id: u64,
    /// Copied to its reports.
    pub sequence_number: u64,
    /// Its limit price from now on.
    pub new_price_ticks: i64,
    /// What is open of it from now on.
    pub new_quantity: u32,
    /// 0 buys, anything else sells.
    pub side: u8,
    /// Unused.
    pub padding: [u8; 3],
}

/// What a report says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum ReportType {
    /// A new order was accepted.
    OrderAck = 0,
    /// Two orders traded, at the maker's price.
    Trade = 1,
    /// An order was canceled: asked for, or the remainder of an immediate one.
    CancelAck = 2,
    /// An order was modified.
    ModifyAck = 3,
    /// The order of a cancel does not rest.
    CancelReject = 4,
    /// The order of a modify does not rest.
    ModifyReject = 5,
}

/// One report. 64 bytes: a cache line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[repr(C, align(64))]
pub struct Report {
    /// A [`ReportType`].
    pub kind: u8,
    /// 0 buys, 1 sells.
    pub side: u8,
    /// Unused.
    pub padding: [u8; 6],
    /// Of the message that caused it.
    pub sequence_number: u64,
    /// Which order; of a trade 0.
    pub order_id: u64,
    /// As the report's type has it.
    pub price_ticks: i64,
    /// As the report's type has it.
    pub quantity: u32,
    /// Unused.
    pub padding_of_quantity: u32,
    /// Of a trade: who rested.
    pub maker_order_id: u64,
    /// Of a trade: who came.
    pub taker_order_id: u64,
    /// Unused.
    pub padding_of_line: u64,
}

impl Report {
    /// The seven words of it that say something. Built from its fields, so that a report that is only pushed is
    /// never written anywhere but into the queue.
    #[expect(
        clippy::inline_always,
        reason = "measured: a report that is written to the stack first is read back before it is there"
    )]
    #[inline(always)]
    #[must_use]
    pub const fn words(&self) -> [u64; 7] {
        [
            self.kind as u64 | (self.side as u64) << 8,
            self.sequence_number,
            self.order_id,
            self.price_ticks.cast_unsigned(),
            self.quantity as u64,
            self.maker_order_id,
            self.taker_order_id,
        ]
    }
}

/// A queue of reports from the engine's thread to the one that drains it.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub struct Transport {
    /// Makes a queue for at least so many reports.
    pub create: unsafe extern "C" fn(u32) -> *mut c_void,
    /// Copies a report into a queue: 1, or 0 while it is full.
    pub push: unsafe extern "C" fn(*mut c_void, *const Report) -> i32,
    /// Copies at most so many reports out of a queue, and says how many.
    pub drain: unsafe extern "C" fn(*mut c_void, *mut Report, u32) -> u32,
    /// Shows the reader all that was pushed.
    pub flush: unsafe extern "C" fn(*mut c_void),
    /// Ends a queue.
    pub destroy: unsafe extern "C" fn(*mut c_void),
}

/// One message of a batch. 40 bytes.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct BatchMessage {
    /// 0 new order, 1 cancel, 2 modify.
    pub kind: u8,
    /// Unused.
    pub padding: [u8; 7],
    /// What `kind` says.
    pub body: BatchBody,
}

/// The message of a [`BatchMessage`].
#[derive(Clone, Copy)]
#[repr(C)]
pub union BatchBody {
    /// Where the kind is 0.
    pub new_order: NewOrderMessage,
    /// Where the kind is 1.
    pub cancel: CancelMessage,
    /// Where the kind is 2.
    pub modify: ModifyMessage,
}

const _: () = {
    assert!(size_of::<NewOrderMessage>() == 32);
    assert!(size_of::<CancelMessage>() == 16);
    assert!(size_of::<ModifyMessage>() == 32);
    assert!(size_of::<Report>() == 64);
    assert!(size_of::<BatchMessage>() == 40);
};
