//! Walks over a frame from block to block, and says what is wrong with it.

use std::fmt;

use zerocopy::FromBytes;

use crate::binary::layout::{Bytes, Header};
use crate::binary::numbers::Numbered;
use crate::binary::{BINARY_SCHEMA, BINARY_SCHEMA_VERSION, BinaryInstrument, InstrumentTable};
use crate::error::{CodecError, ErrorCode};
use crate::inline_text::InlineText;

/// What of a frame has not been read yet.
#[derive(Debug)]
pub(super) struct Cursor<'a> {
    rest: &'a [u8],
}

pub(super) fn malformed(why: impl fmt::Display) -> CodecError {
    CodecError::new(ErrorCode::MalformedBinary, why.to_string())
}

/// Reads a frame's header: whose layouts they are, and which template.
pub(super) fn header(frame: &[u8]) -> Result<Header, CodecError> {
    let Ok((header, _)) = Header::read_from_prefix(frame) else {
        return Err(malformed(format_args!(
            "the frame has {} bytes, a header has 8",
            frame.len()
        )));
    };
    let (schema, version) = (header.schema.get(), header.version.get());
    if schema != BINARY_SCHEMA || version == 0 {
        return Err(CodecError::new(
            ErrorCode::UnsupportedSchema,
            format!(
                "schema {schema}, version {version}: the exchange reads schema {BINARY_SCHEMA}, version 1"
            ),
        ));
    }
    Ok(header)
}

/// A version that this crate does not know may have longer blocks, which only a reader of messages can skip.
pub(super) fn refuse_newer(header: Header) -> Result<(), CodecError> {
    let version = header.version.get();
    if version > BINARY_SCHEMA_VERSION {
        return Err(CodecError::new(
            ErrorCode::UnsupportedSchema,
            format!("version {version}: the exchange reads version {BINARY_SCHEMA_VERSION}"),
        ));
    }
    Ok(())
}

impl<'a> Cursor<'a> {
    pub(super) const fn new(frame: &'a [u8]) -> Self {
        Self { rest: frame }
    }

    /// The root block, which must have the size that its header says. A newer writer's block may be longer.
    pub(super) fn root<T: Bytes>(
        &mut self,
        header: Header,
        name: &str,
    ) -> Result<&'a T, CodecError> {
        let said = usize::from(header.block_bytes.get());
        let known = size_of::<T>();
        let is_newer = header.version.get() > BINARY_SCHEMA_VERSION;
        if said < known || (said > known && !is_newer) {
            return Err(malformed(format_args!(
                "the header says a block of {said} bytes, `{name}` has {known}"
            )));
        }
        let begin = self.rest;
        let root = self.block(name)?;
        self.rest = begin
            .get(said..)
            .ok_or_else(|| ends_within(name, begin.len(), said))?;
        Ok(root)
    }

    /// The next block.
    #[inline]
    pub(super) fn block<T: Bytes>(&mut self, name: &str) -> Result<&'a T, CodecError> {
        match T::ref_from_prefix(self.rest) {
            Ok((block, rest)) => {
                self.rest = rest;
                Ok(block)
            }
            Err(_) => Err(ends_within(name, self.rest.len(), size_of::<T>())),
        }
    }

    /// The next `count` entries.
    pub(super) fn entries<T: Bytes>(
        &mut self,
        count: usize,
        name: &str,
    ) -> Result<&'a [T], CodecError> {
        match <[T]>::ref_from_prefix_with_elems(self.rest, count) {
            Ok((entries, rest)) => {
                self.rest = rest;
                Ok(entries)
            }
            Err(_) => Err(malformed(format_args!(
                "the frame ends within {count} entries `{name}`: {} bytes are left, each has {}",
                self.rest.len(),
                size_of::<T>()
            ))),
        }
    }

    /// Text of so many bytes.
    pub(super) fn text(&mut self, bytes: usize) -> Result<&'a str, CodecError> {
        let Some((text, rest)) = self.rest.split_at_checked(bytes) else {
            return Err(ends_within("text", self.rest.len(), bytes));
        };
        self.rest = rest;
        str::from_utf8(text).map_err(|error| malformed(format_args!("its text: {error}")))
    }

    /// Fails where something is left.
    #[inline]
    pub(super) fn end(self) -> Result<(), CodecError> {
        if self.rest.is_empty() {
            return Ok(());
        }
        Err(malformed(format_args!(
            "{} bytes are left after the last block",
            self.rest.len()
        )))
    }
}

fn ends_within(name: &str, left: usize, needed: usize) -> CodecError {
    malformed(format_args!(
        "the frame ends within `{name}`: {left} bytes are left, it has {needed}"
    ))
}

/// The word that a number must stand for.
#[inline]
pub(super) fn word<T: Numbered>(number: u8, field: &str) -> Result<T, CodecError> {
    T::from_number(number).ok_or_else(|| no_word(number, field))
}

fn no_word(number: u8, field: &str) -> CodecError {
    CodecError::bad(
        field,
        format_args!("{number} is none of the numbers it can be"),
    )
}

/// The word that a number stands for; zero is none.
#[inline]
pub(super) fn maybe_word<T: Numbered>(number: u8, field: &str) -> Result<Option<T>, CodecError> {
    if number == 0 {
        return Ok(None);
    }
    word(number, field).map(Some)
}

/// A name that is filled up with zeros.
#[inline]
pub(super) fn name<const LENGTH: usize>(
    bytes: &[u8; LENGTH],
    field: &str,
) -> Result<InlineText<LENGTH>, CodecError> {
    InlineText::from_padded(bytes).map_err(|error| CodecError::bad(field, error))
}

/// The instrument with this number.
#[inline]
pub(super) fn instrument(
    instruments: &InstrumentTable,
    number: u16,
) -> Result<&BinaryInstrument, CodecError> {
    instruments.by_number(number).ok_or_else(|| {
        CodecError::new(
            ErrorCode::UnknownSymbol,
            format!("field `instrument`: no instrument has the number {number}"),
        )
    })
}

/// Fails where bytes that mean nothing yet are not zero, or bits are set that mean nothing.
#[inline]
pub(super) fn must_be_zero(is_zero: bool, field: &str) -> Result<(), CodecError> {
    if is_zero {
        return Ok(());
    }
    Err(CodecError::bad(field, "it has bits that mean nothing"))
}
