//! Where spelled values go: a hash, memory, or a file that somebody else writes.

use xxhash_rust::xxh3::{Xxh3Default, xxh3_64};

/// Takes the bytes of a state, in order.
pub trait StateSink {
    /// The next bytes.
    fn put(&mut self, bytes: &[u8]);
}

impl StateSink for Vec<u8> {
    fn put(&mut self, bytes: &[u8]) {
        self.extend_from_slice(bytes);
    }
}

/// Bytes that are hashed at once: values are a few bytes each, and the hash has some work to do for every piece.
const PIECE_BYTES: usize = 2_048;

/// Hashes what is spelled: XXH3, 64 bits, seed 0.
pub(crate) struct HashSink {
    hash: Xxh3Default,
    /// Spelled and not hashed yet.
    piece: Vec<u8>,
}

impl HashSink {
    pub(crate) fn new() -> Self {
        Self {
            hash: Xxh3Default::new(),
            piece: Vec::with_capacity(PIECE_BYTES),
        }
    }

    pub(crate) fn finish(&self) -> u64 {
        let mut hash = self.hash.clone();
        hash.update(&self.piece);
        hash.digest()
    }
}

impl StateSink for HashSink {
    fn put(&mut self, bytes: &[u8]) {
        if self.piece.len().saturating_add(bytes.len()) > PIECE_BYTES {
            self.hash.update(&self.piece);
            self.piece.clear();
        }
        self.piece.extend_from_slice(bytes);
    }
}

/// Bytes that are gathered before they are hashed.
const SHORT_BYTES_MAX: usize = 224;

/// Hashes what is spelled, as [`HashSink`] does; what is short is gathered first and hashed at once.
pub(crate) struct ShortHashSink {
    bytes: [u8; SHORT_BYTES_MAX],
    length: usize,
    /// What is longer.
    long: Option<Box<HashSink>>,
}

impl ShortHashSink {
    pub(crate) const fn new() -> Self {
        Self {
            bytes: [0; SHORT_BYTES_MAX],
            length: 0,
            long: None,
        }
    }

    pub(crate) fn finish(self) -> u64 {
        match self.long {
            Some(long) => long.finish(),
            None => xxh3_64(&self.bytes[..self.length]),
        }
    }

    #[cold]
    fn put_long(&mut self, bytes: &[u8]) {
        let long = self.long.get_or_insert_with(|| {
            let mut long = HashSink::new();
            long.put(&self.bytes[..self.length]);
            Box::new(long)
        });
        long.put(bytes);
    }
}

impl StateSink for ShortHashSink {
    #[inline]
    fn put(&mut self, bytes: &[u8]) {
        let end = self.length + bytes.len();
        match self.bytes.get_mut(self.length..end) {
            Some(room) if self.long.is_none() => {
                room.copy_from_slice(bytes);
                self.length = end;
            }
            Some(_) | None => self.put_long(bytes),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{HashSink, ShortHashSink, StateSink};

    #[test]
    fn short_and_long_spellings_have_the_hash_that_they_have_bit_by_bit() {
        for length in [0, 1, 7, 16, 100, 223, 224, 225, 240, 241, 1_000] {
            let bytes: Vec<u8> = (0..length).map(|n: u32| n.to_le_bytes()[0]).collect();
            let (mut streamed, mut short) = (HashSink::new(), ShortHashSink::new());
            for piece in bytes.chunks(7) {
                streamed.put(piece);
                short.put(piece);
            }

            assert_eq!(short.finish(), streamed.finish(), "{length} bytes");
        }
    }
}
