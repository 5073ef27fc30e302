//! Where reports go: the queue that the harness brings, or our own.

use std::ffi::c_void;
use std::hint::spin_loop;

use crate::layout::{Report, Transport};
use crate::report_ring::{OWN_TRANSPORT, ReportRing};

/// The queue that takes the reports.
#[derive(Debug, Clone, Copy)]
pub enum Outlet {
    /// Ours: written in place.
    Own(*const ReportRing),
    /// The harness's, through its function.
    Theirs {
        /// Copies a report into the queue.
        push: unsafe extern "C" fn(*mut c_void, *const Report) -> i32,
        /// The queue.
        sink: *mut c_void,
    },
}

impl Outlet {
    /// The queue `sink` of `transport`.
    ///
    /// # Safety
    /// `transport` points to functions, and `sink` is a queue that they made, for as long as the outlet is used;
    /// no other thread pushes into it.
    #[expect(unsafe_code, reason = "a C ABI is pointers")]
    pub unsafe fn new(transport: *const Transport, sink: *mut c_void) -> Self {
        if std::ptr::eq(transport, &raw const OWN_TRANSPORT) {
            return Self::Own(sink.cast_const().cast());
        }
        // SAFETY: the caller says that it points to a transport.
        let push = unsafe { (*transport).push };
        Self::Theirs { push, sink }
    }

    /// Adds a report to the queue; waits while it is full.
    #[expect(
        clippy::inline_always,
        reason = "measured: a report is written into the queue, not to the stack first"
    )]
    #[inline(always)]
    #[expect(unsafe_code, reason = "a C ABI is pointers")]
    pub fn push(&self, report: &Report) {
        match *self {
            Self::Own(ring) => {
                // SAFETY: `new` was promised a live ring, and that nobody else pushes.
                let ring = unsafe { &*ring };
                while !ring.try_push(report) {
                    spin_loop();
                }
            }
            Self::Theirs { push, sink } => {
                // Their function reads it from memory: a copy of this branch alone.
                let report = *report;
                // SAFETY: `new` was promised the queue's own function.
                while unsafe { push(sink, &raw const report) } == 0 {
                    spin_loop();
                }
            }
        }
    }
}
