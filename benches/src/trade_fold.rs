//! A running hash of trades: two books agree when their folds do.

/// Folds trades in order; a trade costs one multiplication.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TradeFold {
    /// How many trades were folded.
    pub trades: u64,
    /// The hash of all of them, order included.
    pub hash: u64,
}

impl TradeFold {
    /// Adds a trade by its parties' outside ids, the maker's price and the quantity.
    #[inline]
    pub const fn trade(&mut self, taker: u64, maker: u64, price: i64, quantity: u64) {
        let facts = taker
            ^ maker.rotate_left(21)
            ^ price.cast_unsigned().rotate_left(42)
            ^ quantity.rotate_left(53);
        self.trades = self.trades.wrapping_add(1);
        self.hash = (self.hash ^ facts)
            .wrapping_mul(0x9E37_79B9_7F4A_7C15)
            .rotate_left(29);
    }
}
