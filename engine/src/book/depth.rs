//! What the market sees of a book: totals by price.

use crate::price::Price;
use crate::quantity::Quantity;

/// How many levels of each side are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LevelCount(pub usize);

/// One displayed price level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DepthLevel {
    /// Its price.
    pub price: Price,
    /// What is displayed there in total.
    pub displayed_quantity: Quantity,
    /// How many orders show something there.
    pub order_count: u32,
}

/// Best displayed bid and ask. BBO, L1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TopOfBook {
    /// Highest displayed bid.
    pub bid: Option<DepthLevel>,
    /// Lowest displayed ask.
    pub ask: Option<DepthLevel>,
}

/// Displayed levels of both sides, best first. L2, market by price.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Depth {
    /// From the highest bid down.
    pub bids: Vec<DepthLevel>,
    /// From the lowest ask up.
    pub asks: Vec<DepthLevel>,
}
