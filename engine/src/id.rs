//! Names of accounts, instruments, orders and trades.

use std::fmt;

/// Owner of orders and money. FIX Account(1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(transparent)]
pub struct AccountId(pub u32);

/// Which of an instrument's fee rates an account has; carried into its trades, and decides nothing here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[repr(transparent)]
pub struct FeeTier(pub u8);

/// A thing that is traded; dense from 1. 0 is the control sequence and has no book.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(transparent)]
pub struct InstrumentId(pub u32);

impl InstrumentId {
    /// The sequence of deposits, accounts and keys; no instrument.
    pub const CONTROL: Self = Self(0);
}

/// Exchange's id of an order, unique per instrument, increasing, never reused, below 2^53. FIX OrderID(37).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(transparent)]
pub struct OrderId(pub u64);

/// Id of one execution, unique per instrument, increasing, never reused, below 2^53. ITCH match number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(transparent)]
pub struct TradeId(pub u64);

/// Where a resting order lives in memory: valid while it rests, in this process only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OrderHandle {
    /// Slot in the order pool.
    pub slot: u32,
    /// Low half of the order's id: a stale handle is refused by it.
    pub generation: u32,
}

/// An order id chosen by the caller of the library, reusable once its order is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(transparent)]
pub struct ExternalId(pub u64);

/// Number of the connection that an order came by, so that a mass cancel can mean it. Who knows of none, or does not
/// say, has 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(transparent)]
pub struct SessionNumber(pub u32);

impl SessionNumber {
    /// No connection is known.
    pub const NONE: Self = Self(0);
}

/// Accounts that must not trade with each other share one; an account is always in scope with itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(transparent)]
pub struct StpGroup(pub u32);

/// Participant's own id of an order: 1 to 36 characters of `A-Z a-z 0-9 - _ . : /`. FIX ClOrdID(11).
///
/// Held inline, so that an order carries it without an allocation.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClientOrderId {
    length: u8,
    bytes: [u8; Self::LENGTH_MAX],
}

/// Why a text is no client order id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClientOrderIdError {
    /// It has no characters.
    Empty,
    /// It has more than 36 characters.
    TooLong,
    /// It has a character outside `A-Z a-z 0-9 - _ . : /`.
    BadCharacter,
}

impl fmt::Display for ClientOrderIdError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Empty => "a client order id has at least one character",
            Self::TooLong => "a client order id has at most 36 characters",
            Self::BadCharacter => "a client order id has only characters of A-Z a-z 0-9 - _ . : /",
        })
    }
}

impl std::error::Error for ClientOrderIdError {}

impl ClientOrderId {
    /// The most characters it can have.
    pub const LENGTH_MAX: usize = 36;

    /// Reads an id from text.
    ///
    /// # Errors
    /// The text is empty, longer than 36 characters, or has a character outside the set.
    pub fn new(text: &str) -> Result<Self, ClientOrderIdError> {
        let source = text.as_bytes();
        if source.is_empty() {
            return Err(ClientOrderIdError::Empty);
        }
        if source.len() > Self::LENGTH_MAX {
            return Err(ClientOrderIdError::TooLong);
        }
        if !source.iter().all(|byte| Self::admits(*byte)) {
            return Err(ClientOrderIdError::BadCharacter);
        }
        let mut bytes = [0; Self::LENGTH_MAX];
        bytes[..source.len()].copy_from_slice(source);
        let length = u8::try_from(source.len()).expect("at most 36 was checked above");
        Ok(Self { length, bytes })
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        str::from_utf8(self.as_bytes()).expect("the constructor admits ASCII only")
    }

    /// Reads an id of `length` characters that is filled up with zeros.
    ///
    /// # Errors
    /// It is empty or too long, or a character is outside the set.
    #[inline]
    pub fn from_padded(
        bytes: &[u8; Self::LENGTH_MAX],
        length: u8,
    ) -> Result<Self, ClientOrderIdError> {
        if length == 0 {
            return Err(ClientOrderIdError::Empty);
        }
        if usize::from(length) > Self::LENGTH_MAX {
            return Err(ClientOrderIdError::TooLong);
        }
        // Every byte is looked at, without a branch: several at once.
        let is_good = (0_u8..).zip(bytes).fold(true, |is_good, (place, byte)| {
            let is_right = if place < length {
                Self::admits(*byte)
            } else {
                *byte == 0
            };
            is_good & is_right
        });
        if is_good {
            Ok(Self {
                length,
                bytes: *bytes,
            })
        } else {
            Err(ClientOrderIdError::BadCharacter)
        }
    }

    /// The id, filled up with zeros to its greatest length.
    #[inline]
    pub const fn padded(&self) -> &[u8; Self::LENGTH_MAX] {
        &self.bytes
    }

    /// How many characters it has.
    #[inline]
    pub const fn length(&self) -> u8 {
        self.length
    }

    /// Its characters, all of them ASCII.
    #[inline]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.length)]
    }

    const fn admits(byte: u8) -> bool {
        byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b':' | b'/')
    }
}

impl fmt::Debug for ClientOrderId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), formatter)
    }
}

impl fmt::Display for ClientOrderId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}
