//! Where spelled values go: a hash, memory, or a file that somebody else writes.

use xxhash_rust::xxh3::Xxh3Default;

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

/// Hashes what is spelled: XXH3, 64 bits, seed 0.
pub(crate) struct HashSink(Xxh3Default);

impl HashSink {
    pub(crate) fn new() -> Self {
        Self(Xxh3Default::new())
    }

    pub(crate) fn finish(&self) -> u64 {
        self.0.digest()
    }
}

impl StateSink for HashSink {
    fn put(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }
}
