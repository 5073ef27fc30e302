//! The symbols of the ABI: pointers in, calls of the one [`Adapter`] out.

use std::ffi::c_void;
use std::ptr::null_mut;
use std::sync::atomic::{AtomicPtr, Ordering};

use engine::WARM_COMMANDS_MAX;

use crate::adapter::{Adapter, entering, moving, named};
use crate::layout::{BatchMessage, CancelMessage, ModifyMessage, NewOrderMessage, Transport};
use crate::outlet::Outlet;
use crate::report_ring::OWN_TRANSPORT;

/// The book between `engine_init` and `engine_shutdown`.
static ADAPTER: AtomicPtr<Adapter> = AtomicPtr::new(null_mut());

/// The book that the ABI means.
///
/// # Safety
/// The ABI is called by one thread at a time.
#[inline]
#[expect(unsafe_code, reason = "the ABI has one book for the whole process")]
unsafe fn adapter() -> &'static mut Adapter {
    let adapter = ADAPTER.load(Ordering::Relaxed);
    // SAFETY: it is null, or of `engine_init` and not yet ended; one thread at a time has it.
    unsafe { adapter.as_mut() }.expect("engine_init comes first")
}

/// Opens an empty book whose reports go to `sink`, a queue of `transport`. The seed decides nothing here.
///
/// # Safety
/// `transport` and `sink` are as the ABI says and live until `engine_shutdown`.
#[unsafe(no_mangle)]
#[expect(unsafe_code, reason = "a C ABI is pointers")]
pub unsafe extern "C" fn engine_init(_seed: u64, transport: *const Transport, sink: *mut c_void) {
    // SAFETY: the caller's promise.
    let outlet = unsafe { Outlet::new(transport, sink) };
    let adapter = Box::into_raw(Box::new(Adapter::new(outlet)));
    let before = ADAPTER.swap(adapter, Ordering::AcqRel);
    if !before.is_null() {
        // SAFETY: it came from a box, and nobody can reach it any more.
        drop(unsafe { Box::from_raw(before) });
    }
}

/// Ends the book.
#[unsafe(no_mangle)]
#[expect(unsafe_code, reason = "a C ABI is pointers")]
pub extern "C" fn engine_shutdown() {
    let before = ADAPTER.swap(null_mut(), Ordering::AcqRel);
    if !before.is_null() {
        // SAFETY: it came from a box, and nobody can reach it any more.
        drop(unsafe { Box::from_raw(before) });
    }
}

/// Enters an order.
///
/// # Safety
/// `order` points to one; one thread at a time calls.
#[unsafe(no_mangle)]
#[expect(unsafe_code, reason = "a C ABI is pointers")]
pub unsafe extern "C" fn engine_on_new_order(order: *const NewOrderMessage) {
    // SAFETY: the caller's promise.
    unsafe { adapter().new_order(&*order) }
}

/// Cancels an order.
///
/// # Safety
/// `cancel` points to one; one thread at a time calls.
#[unsafe(no_mangle)]
#[expect(unsafe_code, reason = "a C ABI is pointers")]
pub unsafe extern "C" fn engine_on_cancel(cancel: *const CancelMessage) {
    // SAFETY: the caller's promise.
    unsafe { adapter().cancel(&*cancel) }
}

/// Modifies an order.
///
/// # Safety
/// `modify` points to one; one thread at a time calls.
#[unsafe(no_mangle)]
#[expect(unsafe_code, reason = "a C ABI is pointers")]
pub unsafe extern "C" fn engine_on_modify(modify: *const ModifyMessage) {
    // SAFETY: the caller's promise.
    unsafe { adapter().modify(&*modify) }
}

/// Does `count` messages, one after the other: none is done before the one ahead of it is. Of some at a time the
/// memory is touched first that they are going to need, which decides nothing.
///
/// # Safety
/// `messages` points to `count` of them, each of the kind that it says; one thread at a time calls.
#[unsafe(no_mangle)]
#[expect(unsafe_code, reason = "a C ABI is pointers")]
pub unsafe extern "C" fn engine_on_batch(messages: *const BatchMessage, count: u32) {
    // SAFETY: the caller's promise.
    unsafe {
        let adapter = adapter();
        let messages = std::slice::from_raw_parts(messages, count as usize);
        for some in messages.chunks(WARM_COMMANDS_MAX) {
            adapter.warm(some.iter().map(|message| match message.kind {
                0 => entering(&message.body.new_order),
                1 => named(&message.body.cancel),
                _ => moving(&message.body.modify),
            }));
            for message in some {
                match message.kind {
                    0 => adapter.new_order(&message.body.new_order),
                    1 => adapter.cancel(&message.body.cancel),
                    _ => adapter.modify(&message.body.modify),
                }
            }
        }
    }
}

/// Nothing is ever pending: each call returns when its reports are in the queue.
#[unsafe(no_mangle)]
#[expect(unsafe_code, reason = "a symbol of a C ABI")]
pub extern "C" fn engine_flush() {}

/// The best bid, or `i64::MIN`.
#[unsafe(no_mangle)]
#[expect(unsafe_code, reason = "a symbol of a C ABI")]
pub extern "C" fn engine_query_best_bid() -> i64 {
    // SAFETY: the ABI is called by one thread at a time.
    unsafe { adapter() }.best_bid()
}

/// The best ask, or `i64::MAX`.
#[unsafe(no_mangle)]
#[expect(unsafe_code, reason = "a symbol of a C ABI")]
pub extern "C" fn engine_query_best_ask() -> i64 {
    // SAFETY: the ABI is called by one thread at a time.
    unsafe { adapter() }.best_ask()
}

/// What rests at a price of a side; 0 buys.
#[unsafe(no_mangle)]
#[expect(unsafe_code, reason = "a symbol of a C ABI")]
pub extern "C" fn engine_query_depth_at(price_ticks: i64, side: u8) -> u64 {
    // SAFETY: the ABI is called by one thread at a time.
    unsafe { adapter() }.depth_at(price_ticks, side)
}

/// Our own queue, which the harness may carry the reports with.
#[unsafe(no_mangle)]
#[expect(unsafe_code, reason = "a symbol of a C ABI")]
pub extern "C" fn engine_get_transport() -> *const Transport {
    &raw const OWN_TRANSPORT
}
