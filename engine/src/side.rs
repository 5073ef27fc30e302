//! The side of an order.

/// Which way an order trades. FIX Side(54).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Side {
    /// Pays the quote asset, receives the base asset; rests among the bids.
    Buy = 0,
    /// Pays the base asset, receives the quote asset; rests among the asks.
    Sell = 1,
}

impl Side {
    /// The side this one trades with.
    #[inline]
    #[must_use]
    pub const fn opposite(self) -> Self {
        match self {
            Self::Buy => Self::Sell,
            Self::Sell => Self::Buy,
        }
    }
}
