//! A book behind the ABI's own symbols, asked in one line and answered in words.

use std::ffi::c_void;
use std::sync::{Mutex, MutexGuard, PoisonError};

use engine_abi::{
    CancelMessage, ModifyMessage, NewOrderMessage, OWN_TRANSPORT, Report, engine_flush,
    engine_init, engine_on_cancel, engine_on_modify, engine_on_new_order, engine_shutdown,
};

/// The ABI has one book for the whole process.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

pub const BUY: u8 = 0;
pub const SELL: u8 = 1;

/// The only book of the process, and its queue of reports.
pub struct Book {
    sink: *mut c_void,
    sequence_number: u64,
    _alone: MutexGuard<'static, ()>,
}

impl Book {
    pub fn open() -> Self {
        let alone = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
        #[expect(unsafe_code, reason = "a C ABI is called as C does")]
        // SAFETY: the queue and its functions outlive the book.
        let sink = unsafe {
            let sink = (OWN_TRANSPORT.create)(1 << 16);
            engine_init(0, &raw const OWN_TRANSPORT, sink);
            sink
        };
        Self {
            sink,
            sequence_number: 0,
            _alone: alone,
        }
    }

    fn next(&mut self) -> u64 {
        self.sequence_number += 1;
        self.sequence_number
    }

    pub fn submit(
        &mut self,
        order_id: u64,
        side: u8,
        quantity: u32,
        price_ticks: i64,
    ) -> Vec<String> {
        self.enter(order_id, side, quantity, price_ticks, 0)
    }

    pub fn immediate(
        &mut self,
        order_id: u64,
        side: u8,
        quantity: u32,
        price_ticks: i64,
    ) -> Vec<String> {
        self.enter(order_id, side, quantity, price_ticks, 1)
    }

    fn enter(
        &mut self,
        order_id: u64,
        side: u8,
        quantity: u32,
        price_ticks: i64,
        ioc: u8,
    ) -> Vec<String> {
        let message = NewOrderMessage {
            order_id,
            sequence_number: self.next(),
            price_ticks,
            quantity,
            side,
            ioc,
            padding: [0; 2],
        };
        self.new_order(&message);
        self.words()
    }

    pub fn cancel(&mut self, order_id: u64) -> Vec<String> {
        let sequence_number = self.next();
        self.cancel_as(&CancelMessage {
            order_id,
            sequence_number,
        });
        self.words()
    }

    pub fn modify(
        &mut self,
        order_id: u64,
        side: u8,
        new_quantity: u32,
        new_price_ticks: i64,
    ) -> Vec<String> {
        let message = ModifyMessage {
            order_id,
            sequence_number: self.next(),
            new_price_ticks,
            new_quantity,
            side,
            padding: [0; 3],
        };
        self.modify_as(&message);
        self.words()
    }

    #[expect(clippy::unused_self, reason = "a book is open while one is held")]
    #[expect(unsafe_code, reason = "a C ABI is called as C does")]
    pub fn new_order(&mut self, message: &NewOrderMessage) {
        // SAFETY: the message lives, and this book is the only one.
        unsafe { engine_on_new_order(message) }
    }

    #[expect(clippy::unused_self, reason = "a book is open while one is held")]
    #[expect(unsafe_code, reason = "a C ABI is called as C does")]
    pub fn cancel_as(&mut self, message: &CancelMessage) {
        // SAFETY: the message lives, and this book is the only one.
        unsafe { engine_on_cancel(message) }
    }

    #[expect(clippy::unused_self, reason = "a book is open while one is held")]
    #[expect(unsafe_code, reason = "a C ABI is called as C does")]
    pub fn modify_as(&mut self, message: &ModifyMessage) {
        // SAFETY: the message lives, and this book is the only one.
        unsafe { engine_on_modify(message) }
    }

    /// Everything that was reported since the last look.
    #[expect(unsafe_code, reason = "a C ABI is called as C does")]
    pub fn drain(&mut self, reports: &mut Vec<Report>) {
        let mut batch = [Report::default(); 64];
        loop {
            // SAFETY: the queue lives, and there is room for as many as are asked for.
            let count = unsafe { (OWN_TRANSPORT.drain)(self.sink, batch.as_mut_ptr(), 64) };
            if count == 0 {
                return;
            }
            reports.extend_from_slice(&batch[..count as usize]);
        }
    }

    fn words(&mut self) -> Vec<String> {
        engine_flush();
        let mut reports = Vec::new();
        self.drain(&mut reports);
        for report in &reports {
            assert_eq!(
                report.sequence_number, self.sequence_number,
                "whose report it is"
            );
        }
        reports.iter().map(in_words).collect()
    }
}

impl Drop for Book {
    #[expect(unsafe_code, reason = "a C ABI is called as C does")]
    fn drop(&mut self) {
        engine_shutdown();
        // SAFETY: nothing uses the queue after the book.
        unsafe { (OWN_TRANSPORT.destroy)(self.sink) }
    }
}

fn in_words(report: &Report) -> String {
    let side = if report.side == BUY { "buy" } else { "sell" };
    let (id, price, quantity) = (report.order_id, report.price_ticks, report.quantity);
    match report.kind {
        0 => format!("order {id} {side} {quantity} @ {price}"),
        1 => format!(
            "trade {} takes {quantity} @ {price} of {}",
            report.taker_order_id, report.maker_order_id
        ),
        2 => format!("canceled {id} {side} @ {price}"),
        3 => format!("modified {id} {side} {quantity} @ {price}"),
        4 => format!("no cancel {id}"),
        5 => format!("no modify {id}"),
        other => panic!("{other} is no type of report"),
    }
}
