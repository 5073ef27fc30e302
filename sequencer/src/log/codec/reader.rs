//! Reads tagged little-endian bytes, and never beyond their end.

/// Why bytes are no entry. Their checksum held, so they were written by another format or a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum DecodeError {
    /// They end too early.
    #[error("an entry ends too early")]
    TooShort,
    /// They go on after the end of the entry.
    #[error("an entry goes on after its end")]
    TooLong,
    /// A tag or a text means nothing here.
    #[error("{0} has a value that this version does not know")]
    Unknown(&'static str),
}

/// A place in bytes that are being read.
#[derive(Debug, Clone)]
pub(crate) struct Reader<'a> {
    left: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        Self { left: bytes }
    }

    pub(crate) fn bytes(&mut self, count: usize) -> Result<&'a [u8], DecodeError> {
        let (bytes, left) = self
            .left
            .split_at_checked(count)
            .ok_or(DecodeError::TooShort)?;
        self.left = left;
        Ok(bytes)
    }

    /// Bytes behind their count.
    pub(crate) fn counted_bytes(&mut self) -> Result<&'a [u8], DecodeError> {
        let count = usize::try_from(self.u64()?).map_err(|_| DecodeError::TooShort)?;
        self.bytes(count)
    }

    pub(crate) fn u8(&mut self) -> Result<u8, DecodeError> {
        self.array().map(u8::from_le_bytes)
    }

    pub(crate) fn u16(&mut self) -> Result<u16, DecodeError> {
        self.array().map(u16::from_le_bytes)
    }

    pub(crate) fn u32(&mut self) -> Result<u32, DecodeError> {
        self.array().map(u32::from_le_bytes)
    }

    pub(crate) fn u64(&mut self) -> Result<u64, DecodeError> {
        self.array().map(u64::from_le_bytes)
    }

    pub(crate) fn i64(&mut self) -> Result<i64, DecodeError> {
        self.array().map(i64::from_le_bytes)
    }

    pub(crate) fn i128(&mut self) -> Result<i128, DecodeError> {
        self.array().map(i128::from_le_bytes)
    }

    pub(crate) fn option<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, DecodeError>,
    ) -> Result<Option<T>, DecodeError> {
        match self.u8()? {
            0 => Ok(None),
            1 => read(self).map(Some),
            _ => Err(DecodeError::Unknown("an optional field")),
        }
    }

    /// A counted list. The count is not trusted: there is no room for more elements at first than a usual batch has,
    /// and none for more than there are bytes.
    pub(crate) fn list<T>(
        &mut self,
        read: impl Fn(&mut Self) -> Result<T, DecodeError>,
    ) -> Result<Vec<T>, DecodeError> {
        const ELEMENTS_AT_FIRST: usize = 256;
        let count = self.u32()?;
        let room = usize::try_from(count).unwrap_or(usize::MAX);
        let mut list = Vec::with_capacity(room.min(ELEMENTS_AT_FIRST).min(self.left.len()));
        for _ in 0..count {
            list.push(read(self)?);
        }
        Ok(list)
    }

    /// # Errors
    /// Bytes are left.
    pub(crate) const fn end(&self) -> Result<(), DecodeError> {
        if self.left.is_empty() {
            Ok(())
        } else {
            Err(DecodeError::TooLong)
        }
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], DecodeError> {
        let bytes = self.bytes(N)?;
        Ok(bytes.try_into().expect("it was taken in this length"))
    }
}
