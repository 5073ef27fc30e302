//! Our own queue of reports: one writer, one reader, and no index between them.
//!
//! A report is a cache line, and so is its place: a line carries its own mark, so that the reader looks at
//! the place that it waits for and nowhere else. Only how far the reader is lies in a line of its own, told
//! every so many reports, and read by the writer when it has used up the room that it knew of.

use std::cell::{Cell, UnsafeCell};
use std::ffi::c_void;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::layout::{Report, Transport};

/// The reader tells how far it is when it has read this many, or finds nothing.
const TOLD_EVERY: u64 = 64;

/// The functions of our own queue, as the harness takes them.
pub static OWN_TRANSPORT: Transport = Transport {
    create,
    push,
    drain,
    flush,
    destroy,
};

/// A place: the report but for its last eight bytes, which the ABI leaves unused, and there the mark.
#[derive(Debug)]
#[repr(C, align(64))]
struct Place {
    report: UnsafeCell<[u64; 7]>,
    /// Which report this is, counted from 1; one that the reader does not wait for is not there yet.
    mark: AtomicU64,
}

/// What one side alone touches, in a cache line of its own.
#[derive(Debug)]
#[repr(align(128))]
struct Apart<T>(T);

/// A queue of reports between one thread that pushes and one that drains.
///
/// Shared by the two; neither side may be used by two threads at once.
#[derive(Debug)]
pub struct ReportRing {
    places: Box<[Place]>,
    /// The writer's: how many were written, and how many the reader had read when it was last asked.
    written: Apart<(Cell<u64>, Cell<u64>)>,
    /// The reader's: how many it has read.
    read: Apart<Cell<u64>>,
    /// How many the reader has read, as far as it told.
    told: Apart<AtomicU64>,
}

// SAFETY: the writer's and the reader's cells are touched by their own thread alone, as the type says; a place is
// handed over by its mark, and given back by what the reader tells.
#[expect(unsafe_code, reason = "one writer and one reader share it")]
unsafe impl Sync for ReportRing {}

impl ReportRing {
    /// A queue for at least `capacity` reports.
    pub fn new(capacity: u32) -> Self {
        let length = (capacity.max(1) as usize)
            .next_power_of_two()
            .max(2 * usize::try_from(TOLD_EVERY).expect("it is small"));
        let vacant = || Place {
            report: UnsafeCell::new([0; 7]),
            mark: AtomicU64::new(0),
        };
        Self {
            places: std::iter::repeat_with(vacant).take(length).collect(),
            written: Apart((Cell::new(0), Cell::new(0))),
            read: Apart(Cell::new(0)),
            told: Apart(AtomicU64::new(0)),
        }
    }

    fn place(&self, number: u64) -> &Place {
        let last = (self.places.len() as u64).wrapping_sub(1); // never empty
        &self.places[usize::try_from(number & last).expect("a ring fits in memory")]
    }

    /// Writes a report, or `false` while the queue is full. For one thread.
    #[inline]
    #[expect(
        unsafe_code,
        reason = "a place is written by one thread and read by another"
    )]
    pub fn try_push(&self, report: &Report) -> bool {
        let (written, seen) = &self.written.0;
        let number = written.get();
        let length = self.places.len() as u64;
        if number - seen.get() >= length {
            seen.set(self.told.0.load(Ordering::Acquire));
            if number - seen.get() >= length {
                return false;
            }
        }
        let place = self.place(number);
        // SAFETY: the reader is done with this place: it told so, and reads it again after the mark alone.
        unsafe {
            *place.report.get() = report.words();
        }
        place.mark.store(number + 1, Ordering::Release);
        written.set(number + 1);
        true
    }

    /// Reads the next report, if it is there. For one thread.
    #[inline]
    #[expect(
        unsafe_code,
        reason = "a place is written by one thread and read by another"
    )]
    pub fn try_pop(&self, report: &mut Report) -> bool {
        let number = self.read.0.get();
        let place = self.place(number);
        if place.mark.load(Ordering::Acquire) != number + 1 {
            self.told.0.store(number, Ordering::Release);
            return false;
        }
        *report = Report::default();
        // SAFETY: the mark says that the writer is done with this place, and it waits until this is told.
        unsafe {
            *std::ptr::from_mut(report).cast::<[u64; 7]>() = *place.report.get();
        }
        self.read.0.set(number + 1);
        if (number + 1).is_multiple_of(TOLD_EVERY) {
            self.told.0.store(number + 1, Ordering::Release);
        }
        true
    }
}

extern "C" fn create(capacity: u32) -> *mut c_void {
    Box::into_raw(Box::new(ReportRing::new(capacity))).cast()
}

#[expect(unsafe_code, reason = "a C ABI is pointers")]
unsafe extern "C" fn push(ring: *mut c_void, report: *const Report) -> i32 {
    // SAFETY: the ABI passes what `create` returned, and a report.
    i32::from(unsafe { (*ring.cast::<ReportRing>()).try_push(&*report) })
}

#[expect(unsafe_code, reason = "a C ABI is pointers")]
unsafe extern "C" fn drain(ring: *mut c_void, reports: *mut Report, count_max: u32) -> u32 {
    // SAFETY: the ABI passes what `create` returned.
    let ring = unsafe { &*ring.cast::<ReportRing>() };
    let mut count = 0;
    while count < count_max {
        let mut report = Report::default();
        if !ring.try_pop(&mut report) {
            break;
        }
        // SAFETY: the ABI passes room for `count_max` reports, aligned as C aligns them.
        unsafe {
            std::ptr::copy_nonoverlapping(
                std::ptr::from_ref(&report).cast::<u8>(),
                reports
                    .cast::<u8>()
                    .add(count as usize * size_of::<Report>()),
                size_of::<Report>(),
            );
        }
        count += 1;
    }
    count
}

/// What is pushed is visible at once.
#[expect(unsafe_code, reason = "a C ABI is pointers")]
unsafe extern "C" fn flush(_ring: *mut c_void) {}

#[expect(unsafe_code, reason = "a C ABI is pointers")]
unsafe extern "C" fn destroy(ring: *mut c_void) {
    if !ring.is_null() {
        // SAFETY: the ABI passes what `create` returned, and not again after this.
        drop(unsafe { Box::from_raw(ring.cast::<ReportRing>()) });
    }
}
