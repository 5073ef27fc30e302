//! Reads a spelling front to back; a length is never trusted beyond what is there.

use super::{Canonical, StateError};

/// What is left of a spelling.
#[derive(Debug)]
pub struct StateReader<'a>(&'a [u8]);

impl<'a> StateReader<'a> {
    /// The whole of a spelling.
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// The next bytes.
    ///
    /// # Errors
    /// There are fewer.
    pub fn bytes(&mut self, length: usize) -> Result<&'a [u8], StateError> {
        let (taken, left) = self
            .0
            .split_at_checked(length)
            .ok_or(StateError::Truncated)?;
        self.0 = left;
        Ok(taken)
    }

    /// The next bytes, as many as the array has.
    ///
    /// # Errors
    /// There are fewer.
    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], StateError> {
        let (taken, left) = self.0.split_first_chunk().ok_or(StateError::Truncated)?;
        self.0 = left;
        Ok(*taken)
    }

    /// The next value.
    ///
    /// # Errors
    /// The bytes spell none.
    pub fn value<T: Canonical>(&mut self) -> Result<T, StateError> {
        T::read(self)
    }

    /// Refuses anything that is left.
    ///
    /// # Errors
    /// Something is.
    pub const fn end(&self) -> Result<(), StateError> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(StateError::TrailingBytes)
        }
    }
}
