//! Our own queue of reports: one writer, one reader, and no index between them.
//!
//! A report is a cache line, and so is its place: a line carries its own mark, so that the reader looks at
//! the place that it waits for and nowhere else. Only how far the reader is lies in a line of its own, told
//! every so many reports, and read by the writer when it has used up the room that it knew of.
//!
//! A queue is asked for by the million places, which is more than any cache holds, and a reader that keeps up needs
//! a few. So the writer starts again at the first place as soon as the reader is near, and uses the rest of the
//! places while it is not: twice as fast, measured. Both go round in laps of any length, and a mark says where a lap
//! ended.

use std::cell::{Cell, UnsafeCell};
use std::ffi::c_void;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::layout::{Report, Transport};

/// The reader tells how far it is when it has read this many, or finds nothing.
const TOLD_EVERY: u64 = 64;
/// A lap has at least this many reports: a megabyte, in the caches of either side.
const LAP_MIN: u64 = 1 << 14;
/// A lap ends where the reader has no more than this many reports before it.
const NEAR: u64 = 4 * TOLD_EVERY;
/// In a mark: no report is here, the lap is over; below it the number of the report at the first place.
const LAP_IS_OVER: u64 = 1 << 63;

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

/// What the writer knows.
#[derive(Debug, Default)]
struct Writer {
    /// How many reports it has written.
    written: Cell<u64>,
    /// How many there will be when it has to look for room again.
    room_until: Cell<u64>,
    /// How many there were when its lap began.
    lap_start: Cell<u64>,
    /// How many reports the lap before had.
    lap_before: Cell<u64>,
}

/// What the reader knows.
#[derive(Debug, Default)]
struct Reader {
    /// How many reports it has read.
    read: Cell<u64>,
    /// How many it had when its lap began.
    lap_start: Cell<u64>,
}

/// A queue of reports between one thread that pushes and one that drains.
///
/// Shared by the two; neither side may be used by two threads at once.
#[derive(Debug)]
pub struct ReportRing {
    places: Box<[Place]>,
    writer: Apart<Writer>,
    reader: Apart<Reader>,
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
            writer: Apart(Writer::default()),
            reader: Apart(Reader::default()),
            told: Apart(AtomicU64::new(0)),
        }
    }

    /// A place by its number, which is below the length.
    #[inline]
    fn place(&self, number: u64) -> &Place {
        &self.places[usize::try_from(number).expect("a ring fits in memory")]
    }

    /// Writes a report, or `false` while the queue is full. For one thread.
    #[expect(
        clippy::inline_always,
        reason = "measured: a report is written into the queue, not to the stack first"
    )]
    #[inline(always)]
    #[expect(
        unsafe_code,
        reason = "a place is written by one thread and read by another"
    )]
    pub fn try_push(&self, report: &Report) -> bool {
        let Writer {
            written,
            room_until,
            lap_start,
            ..
        } = &self.writer.0;
        let number = written.get();
        if number == room_until.get() && !self.makes_room() {
            return false;
        }
        let place = self.place(number - lap_start.get());
        // SAFETY: the reader is done with this place: it told so, and reads it again after the mark alone.
        unsafe {
            *place.report.get() = report.words();
        }
        place.mark.store(number + 1, Ordering::Release);
        written.set(number + 1);
        true
    }

    /// Looks for room for the next reports, in this lap or in a new one.
    #[cold]
    #[inline(never)]
    fn makes_room(&self) -> bool {
        let Writer {
            written,
            room_until,
            lap_start,
            lap_before,
        } = &self.writer.0;
        let (number, length) = (written.get(), self.places.len() as u64);
        let seen = self.told.0.load(Ordering::Acquire);
        let reached = number - lap_start.get();
        let is_near = reached >= LAP_MIN && number - seen <= NEAR;
        // What the lap before this one wrote is read: its places behind this lap's end are free.
        if seen >= lap_start.get() && (is_near || reached == length) {
            if reached != length {
                let mark = LAP_IS_OVER | number;
                self.place(reached).mark.store(mark, Ordering::Release);
            }
            lap_before.set(reached);
            lap_start.set(number);
        }
        let start = lap_start.get();
        // Where the lap before has its first report that is not read, nothing may be written.
        let free = if seen >= start {
            length
        } else {
            lap_before.get() - (start - seen)
        };
        let reached = number - start;
        let looked_at = if reached < LAP_MIN {
            LAP_MIN
        } else {
            reached + TOLD_EVERY
        };
        room_until.set(start + free.min(looked_at).min(length));
        number < room_until.get()
    }

    /// Reads the next report, if it is there. For one thread.
    #[inline]
    #[expect(
        unsafe_code,
        reason = "a place is written by one thread and read by another"
    )]
    pub fn try_pop(&self, report: &mut Report) -> bool {
        let Reader { read, lap_start } = &self.reader.0;
        let number = read.get();
        loop {
            let reached = number - lap_start.get();
            if reached == self.places.len() as u64 {
                lap_start.set(number);
                continue;
            }
            let place = self.place(reached);
            let mark = place.mark.load(Ordering::Acquire);
            if mark == number + 1 {
                *report = Report::default();
                // SAFETY: the mark says that the writer is done with this place, and it waits until this is told.
                unsafe {
                    *std::ptr::from_mut(report).cast::<[u64; 7]>() = *place.report.get();
                }
                break;
            }
            // Either the mark says it, or the next lap has come past here already.
            let is_later = mark & LAP_IS_OVER == 0 && mark > number + 1;
            if mark != LAP_IS_OVER | number && !is_later {
                self.told.0.store(number, Ordering::Release);
                return false;
            }
            lap_start.set(number);
        }
        read.set(number + 1);
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
