//! Wide numbers that one thread writes and any thread reads, without a lock.

use std::sync::atomic::{AtomicU64, Ordering, fence};

/// `N` numbers that change together.
///
/// There are two copies. The writer fills the copy that is not current, then makes it current by
/// counting the version up. A reader takes the current copy and looks whether the version still is what
/// it was: only a writer that finished meanwhile makes it look again. So neither ever waits for the
/// other, a preempted writer included, which a plain sequence lock cannot say.
#[derive(Debug)]
pub(crate) struct Versioned<const N: usize> {
    /// How often the numbers were written; its last bit names the current copy.
    version: AtomicU64,
    copies: [[Halves; N]; 2],
}

/// The low and the high half of an `i128`.
#[derive(Debug)]
struct Halves([AtomicU64; 2]);

impl<const N: usize> Versioned<N> {
    pub(crate) const fn new() -> Self {
        Self {
            version: AtomicU64::new(0),
            copies: [[const { Halves::new() }; N], [const { Halves::new() }; N]],
        }
    }

    /// The numbers as some write left them, all of the same write.
    pub(crate) fn read(&self) -> [i128; N] {
        loop {
            let version = self.version.load(Ordering::Acquire);
            let values = self.copy(version).each_ref().map(Halves::load);
            // A number of a later write into this copy cannot be seen without the version that came
            // before that write: this fence pairs with the one in `write`.
            fence(Ordering::Acquire);
            if self.version.load(Ordering::Relaxed) == version {
                return values;
            }
            std::hint::spin_loop();
        }
    }

    /// Replaces the numbers. One thread at a time, which the owner of the cell sees to.
    pub(crate) fn write(&self, values: [i128; N]) {
        let next = self.version.load(Ordering::Relaxed).wrapping_add(1);
        fence(Ordering::Release);
        for (halves, value) in self.copy(next).iter().zip(values) {
            halves.store(value);
        }
        self.version.store(next, Ordering::Release);
    }

    fn copy(&self, version: u64) -> &[Halves; N] {
        &self.copies[usize::from(version & 1 == 1)]
    }
}

impl Halves {
    const fn new() -> Self {
        Self([AtomicU64::new(0), AtomicU64::new(0)])
    }

    fn load(&self) -> i128 {
        let [low, high] = &self.0;
        let low = u128::from(low.load(Ordering::Relaxed));
        let high = u128::from(high.load(Ordering::Relaxed));
        (high << 64 | low).cast_signed()
    }

    fn store(&self, value: i128) {
        let bytes = value.to_le_bytes();
        let (words, _) = bytes.as_chunks::<8>();
        for (half, word) in self.0.iter().zip(words) {
            half.store(u64::from_le_bytes(*word), Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, AtomicU32};
    use std::thread::ScopedJoinHandle;

    use super::{Ordering, Versioned};

    #[test]
    fn numbers_come_back_as_they_were_written() {
        let cell = Versioned::<2>::new();
        assert_eq!(cell.read(), [0, 0]);

        for values in [[1, -1], [i128::MAX, i128::MIN], [1 << 64, -(1 << 64)]] {
            cell.write(values);
            assert_eq!(cell.read(), values);
        }
    }

    #[test]
    fn a_reader_never_sees_a_mixture_of_two_writes() {
        // Many numbers, so that a write takes long enough to be met halfway.
        let cell = Versioned::<32>::new();
        let is_over = AtomicBool::new(false);
        let met = AtomicU32::new(0);

        std::thread::scope(|scope| {
            scope.spawn(|| {
                let mut value = 0;
                while !is_over.load(Ordering::Relaxed) {
                    value += STRIDE;
                    cell.write([value; 32]);
                }
            });
            let readers: Vec<_> = (0..2)
                .map(|_| scope.spawn(|| read_until_met(&cell, &met)))
                .collect();
            let ends: Vec<_> = readers.into_iter().map(ScopedJoinHandle::join).collect();
            is_over.store(true, Ordering::Relaxed);
            for end in ends {
                end.expect("a reader saw a mixture");
            }
        });
    }

    /// Both halves of a multiple of it change from one to the next, so that a torn number shows.
    const STRIDE: i128 = (1 << 64) + 1;

    /// Reads until many reads have seen another write than the read before.
    fn read_until_met(cell: &Versioned<32>, met: &AtomicU32) {
        let mut last = 0;
        while met.load(Ordering::Relaxed) < 20_000 {
            let values = cell.read();
            let first = values[0];
            assert!(values.iter().all(|value| *value == first), "{values:?}");
            assert_eq!(first % STRIDE, 0, "halves of two writes");
            assert!(first >= last, "a later read saw an earlier write");
            if first != last {
                met.fetch_add(1, Ordering::Relaxed);
            }
            last = first;
        }
    }
}
