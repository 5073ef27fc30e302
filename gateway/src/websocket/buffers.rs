//! Buffers of a thread, lent to the sessions that it runs.

use std::cell::RefCell;

/// Size of a buffer for reading: what a socket brings at once.
pub const BUFFER_BYTES: usize = 65_536;
/// Buffers for reading that a thread keeps for the next session.
const READ_KEPT_MAX: usize = 16;
/// Buffers of what is to be written that a thread keeps.
const WRITTEN_KEPT_MAX: usize = 64;
/// A larger one is not kept.
const WRITTEN_BYTES_MAX: usize = 2 * BUFFER_BYTES;

thread_local! {
    static FOR_READING: RefCell<Vec<Vec<u8>>> = const { RefCell::new(Vec::new()) };
    static FOR_WRITING: RefCell<Vec<Vec<u8>>> = const { RefCell::new(Vec::new()) };
}

/// A buffer full of bytes that mean nothing, [`BUFFER_BYTES`] long.
pub fn lend_for_reading() -> Vec<u8> {
    FOR_READING
        .with_borrow_mut(Vec::pop)
        .unwrap_or_else(|| vec![0; BUFFER_BYTES])
}

/// Takes a buffer for reading back, from whichever thread it is; one that has another size goes.
pub fn give_back_read(buffer: Vec<u8>) {
    if buffer.len() == BUFFER_BYTES {
        keep(&FOR_READING, READ_KEPT_MAX, buffer);
    }
}

/// An empty buffer, with room from its last use if there is one.
pub fn lend_for_writing() -> Vec<u8> {
    FOR_WRITING.with_borrow_mut(Vec::pop).unwrap_or_default()
}

/// Takes back the room of what was written.
pub fn give_back_written(mut buffer: Vec<u8>) {
    if (1..=WRITTEN_BYTES_MAX).contains(&buffer.capacity()) {
        buffer.clear();
        keep(&FOR_WRITING, WRITTEN_KEPT_MAX, buffer);
    }
}

fn keep(
    free: &'static std::thread::LocalKey<RefCell<Vec<Vec<u8>>>>,
    kept_max: usize,
    buffer: Vec<u8>,
) {
    free.with_borrow_mut(|free| {
        if free.len() < kept_max {
            free.push(buffer);
        }
    });
}
