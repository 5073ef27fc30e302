//! Short names held inline, so that a message carries them without an allocation.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Visitor};

/// A name of 1 to `LENGTH` characters of `A-Z a-z 0-9 - _ . : /`.
///
/// The length is part of the type: a [`Symbol`] is never taken for a [`ClientOrderId`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InlineText<const LENGTH: usize> {
    bytes: [u8; LENGTH],
    length: u8,
}

/// The printed name of an instrument. FIX Symbol(55).
pub type Symbol = InlineText<20>;

/// The printed name of an asset.
pub type AssetName = InlineText<12>;

/// A participant's own id of an order. FIX ClOrdID(11).
pub type ClientOrderId = InlineText<36>;

/// The name of an account's key.
pub type KeyName = InlineText<64>;

/// What a session's logon is signed over: 32 hexadecimal digits, given once.
pub type Challenge = InlineText<32>;

/// Why a text is no such name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InlineTextError {
    /// It has no characters.
    #[error("it has no characters")]
    Empty,
    /// It has more characters than there may be.
    #[error("it has more than {length_max} characters")]
    TooLong {
        /// How many there may be.
        length_max: usize,
    },
    /// It has a character that is not taken.
    #[error("it has a character outside A-Z a-z 0-9 - _ . : /")]
    BadCharacter,
}

impl<const LENGTH: usize> InlineText<LENGTH> {
    /// The most characters it can have.
    pub const LENGTH_MAX: usize = LENGTH;

    /// Reads a name.
    ///
    /// # Errors
    /// The text is empty, too long, or has a character outside the set.
    pub fn new(text: &str) -> Result<Self, InlineTextError> {
        Self::of_bytes(text.as_bytes())
    }

    /// The same of bytes, which are ASCII where they are a name.
    pub(crate) fn of_bytes(source: &[u8]) -> Result<Self, InlineTextError> {
        if source.is_empty() {
            return Err(InlineTextError::Empty);
        }
        if source.len() > LENGTH {
            return Err(InlineTextError::TooLong { length_max: LENGTH });
        }
        if !source.iter().all(|byte| ADMITTED[usize::from(*byte)]) {
            return Err(InlineTextError::BadCharacter);
        }
        let mut bytes = [0; LENGTH];
        bytes[..source.len()].copy_from_slice(source);
        let length = u8::try_from(source.len()).expect("names are shorter than 256 characters");
        Ok(Self { bytes, length })
    }

    /// Reads a name that is filled up with zeros.
    ///
    /// # Errors
    /// It is empty, has a character outside the set, or something other than zeros behind it.
    #[inline]
    pub(crate) fn from_padded(bytes: &[u8; LENGTH]) -> Result<Self, InlineTextError> {
        // A zero before the last character makes the count too small, and what stands beyond it is no zero.
        let length = bytes.iter().map(|byte| u8::from(*byte != 0)).sum();
        Self::from_padded_to(bytes, length)
    }

    /// Reads a name of `length` characters that is filled up with zeros.
    ///
    /// # Errors
    /// It is empty or too long, or a character is outside the set.
    #[inline]
    pub fn from_padded_to(bytes: &[u8; LENGTH], length: u8) -> Result<Self, InlineTextError> {
        if length == 0 {
            return Err(InlineTextError::Empty);
        }
        if usize::from(length) > LENGTH {
            return Err(InlineTextError::TooLong { length_max: LENGTH });
        }
        // Every byte is looked at, without a branch: several at once.
        let is_good = (0_u8..).zip(bytes).fold(true, |is_good, (place, byte)| {
            let is_right = if place < length {
                admits(*byte)
            } else {
                *byte == 0
            };
            is_good & is_right
        });
        if is_good {
            Ok(Self {
                bytes: *bytes,
                length,
            })
        } else {
            Err(InlineTextError::BadCharacter)
        }
    }

    /// How many characters it has.
    #[inline]
    pub const fn length(&self) -> u8 {
        self.length
    }

    /// The name, filled up with zeros.
    #[inline]
    pub const fn padded(&self) -> [u8; LENGTH] {
        self.bytes
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        str::from_utf8(self.as_bytes()).expect("the constructor admits ASCII only")
    }

    /// The name's bytes, which are ASCII and need no escape in JSON.
    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.length)]
    }
}

/// By byte: whether a name can have it.
const ADMITTED: [bool; 256] = {
    let mut admitted = [false; 256];
    let mut byte = 0_u8;
    while byte < u8::MAX {
        admitted[byte as usize] = admits(byte);
        byte += 1;
    }
    admitted
};

const fn admits(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b':' | b'/')
}

impl<const LENGTH: usize> fmt::Debug for InlineText<LENGTH> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), formatter)
    }
}

impl<const LENGTH: usize> fmt::Display for InlineText<LENGTH> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

impl<const LENGTH: usize> std::str::FromStr for InlineText<LENGTH> {
    type Err = InlineTextError;

    fn from_str(text: &str) -> Result<Self, InlineTextError> {
        Self::new(text)
    }
}

impl<'de, const LENGTH: usize> Deserialize<'de> for InlineText<LENGTH> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text<const LENGTH: usize>;
        impl<const LENGTH: usize> Visitor<'_> for Text<LENGTH> {
            type Value = InlineText<LENGTH>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(formatter, "a name of 1 to {LENGTH} characters")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Self::Value, E> {
                InlineText::new(text).map_err(E::custom)
            }
        }
        deserializer.deserialize_str(Text)
    }
}
