//! Reads a spelling front to back; a length is never trusted beyond what is there.

use super::{Canonical, StateError};

/// What is left of a spelling.
#[derive(Debug)]
pub(crate) struct StateReader<'a>(&'a [u8]);

impl<'a> StateReader<'a> {
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(crate) fn bytes(&mut self, length: usize) -> Result<&'a [u8], StateError> {
        let (taken, left) = self
            .0
            .split_at_checked(length)
            .ok_or(StateError::Truncated)?;
        self.0 = left;
        Ok(taken)
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], StateError> {
        let (taken, left) = self.0.split_first_chunk().ok_or(StateError::Truncated)?;
        self.0 = left;
        Ok(*taken)
    }

    pub(crate) fn value<T: Canonical>(&mut self) -> Result<T, StateError> {
        T::read(self)
    }

    /// Refuses anything that is left.
    pub(crate) const fn end(&self) -> Result<(), StateError> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(StateError::TrailingBytes)
        }
    }
}
