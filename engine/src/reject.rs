//! Why a command was refused.

use std::fmt;

/// Why a command was refused; a refused command changes nothing. FIX OrdRejReason(103).
///
/// Where several hold, the first in the order of this list is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum RejectReason {
    /// The client order id is in use, or was used for another order.
    DuplicateClientOrderId = 1,
    /// The external id is in use.
    DuplicateExternalId = 2,
    /// No such order was ever accepted, or it is another account's.
    UnknownOrder = 3,
    /// The order is filled or gone.
    TooLate = 4,
    /// The quantity is zero, off the lot grid or out of bounds.
    InvalidQuantity = 5,
    /// The price is off the tick grid or out of bounds.
    InvalidPrice = 6,
    /// The order's attributes contradict each other.
    InvalidCombination = 7,
    /// The expiry is not in the future.
    Expired = 8,
    /// The post-only order would have taken liquidity.
    PostOnlyWouldCross = 9,
    /// A market order has no price to be measured by: the opposite side is empty and nothing has traded.
    NoReference = 10,
    /// What is reserved does not cover the order's worst case.
    InsufficientFunds = 11,
    /// The instrument has as many open orders as it may have.
    TooManyOpenOrders = 12,
    /// The instrument is not listed here.
    UnknownInstrument = 13,
    /// External ids are not indexed by this engine.
    ExternalIdsOff = 14,
}

impl RejectReason {
    /// A sentence for people.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::DuplicateClientOrderId => {
                "the client order id is in use, or was used for another order"
            }
            Self::DuplicateExternalId => "the external id is in use",
            Self::UnknownOrder => "no such order",
            Self::TooLate => "the order is filled or gone",
            Self::InvalidQuantity => "the quantity is zero, off the lot grid or out of bounds",
            Self::InvalidPrice => "the price is off the tick grid or out of bounds",
            Self::InvalidCombination => "the order's attributes contradict each other",
            Self::Expired => "the expiry is not in the future",
            Self::PostOnlyWouldCross => "the post-only order would have taken liquidity",
            Self::NoReference => {
                "a market order needs an opposite side or a last price to be measured by"
            }
            Self::InsufficientFunds => "available funds do not cover the order",
            Self::TooManyOpenOrders => "the instrument has as many open orders as it may have",
            Self::UnknownInstrument => "the instrument is not listed here",
            Self::ExternalIdsOff => "external ids are not indexed by this engine",
        }
    }
}

impl fmt::Display for RejectReason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.sentence())
    }
}
