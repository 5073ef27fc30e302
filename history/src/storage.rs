//! Where records are kept: one growing row of bytes, that can be read anywhere and lost at its end.

use std::fmt::Debug;
use std::io;

/// Makes what was added to a storage survive a power cut. It waits for the disk, and needs the storage no more.
///
/// # Errors
/// What was added may be lost, and nobody can tell what of it.
pub type Syncing = Box<dyn FnOnce() -> io::Result<()> + Send>;

/// A row of bytes that only grows at its end. Places in it never change.
pub trait Storage: Debug + Send {
    /// The first place that is still kept.
    fn start(&self) -> u64;

    /// One past the last byte.
    fn end(&self) -> u64;

    /// Fills `bytes` with what stands at `offset` and after it.
    ///
    /// # Errors
    /// There is not so much, or it cannot be read.
    fn read_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<()>;

    /// Adds `bytes` at the end.
    ///
    /// # Errors
    /// They were not written, or not whole.
    fn append(&mut self, bytes: &[u8]) -> io::Result<()>;

    /// What makes everything that was added so far survive a power cut. Waits for nothing itself.
    fn syncing(&mut self) -> Syncing;

    /// Forgets everything from `end` on.
    ///
    /// # Errors
    /// It cannot be cut.
    fn cut(&mut self, end: u64) -> io::Result<()>;
}

/// Keeps them in memory, as long as the process lives.
#[derive(Debug, Clone, Default)]
pub struct MemoryStorage {
    bytes: Vec<u8>,
}

impl MemoryStorage {
    /// With what another one had.
    pub const fn with(bytes: Vec<u8>) -> Self {
        Self { bytes }
    }

    fn place(offset: u64) -> usize {
        usize::try_from(offset).unwrap_or(usize::MAX)
    }
}

impl Storage for MemoryStorage {
    fn start(&self) -> u64 {
        0
    }

    fn end(&self) -> u64 {
        self.bytes.len() as u64
    }

    fn read_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<()> {
        let kept = self.bytes.get(Self::place(offset)..);
        let kept = kept.and_then(|kept| kept.get(..bytes.len()));
        bytes.copy_from_slice(kept.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }

    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.bytes.extend_from_slice(bytes);
        Ok(())
    }

    fn syncing(&mut self) -> Syncing {
        Box::new(|| Ok(()))
    }

    fn cut(&mut self, end: u64) -> io::Result<()> {
        self.bytes.truncate(Self::place(end));
        Ok(())
    }
}
