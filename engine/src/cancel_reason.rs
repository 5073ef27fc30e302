//! Why an order ended unfilled.

/// Why an order ended unfilled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum CancelReason {
    /// Its owner asked.
    Requested = 1,
    /// Its owner asked for several at once.
    MassCancel = 2,
    /// It was immediate-or-cancel and met no more it could trade with.
    ImmediateOrCancel = 3,
    /// It was fill-or-kill, or had a minimum quantity, and could not get it.
    FillOrKill = 4,
    /// Its time was over.
    Expired = 5,
    /// It met an order of its own self-trade scope.
    SelfTradePrevention = 6,
    /// It was a market order and the opposite side was empty.
    NoLiquidity = 7,
    /// What was reserved for it is spent.
    BudgetSpent = 8,
    /// It was a market order and met no more within its protection.
    Protection = 9,
    /// What it met next is outside the execution range.
    ExecutionRange = 10,
    /// Its partner of one-cancels-the-other traded, fired or ended.
    OcoPartner = 11,
    /// Its parent ended without starting it.
    ParentEnded = 12,
    /// Market-maker protection pulled its group.
    MarketMakerProtection = 13,
    /// Its account's connection was lost, or its dead man's timer ran out.
    Disconnected = 14,
    /// The auction it was for has ended.
    AuctionEnded = 15,
    /// The market went to a state that it is not for.
    SessionState = 16,
    /// It waited, entered, and would have taken although it is post-only.
    PostOnlyWouldCross = 17,
    /// It waited, entered, and its limit was outside the entry band.
    PriceOutsideBand = 18,
    /// It waited, entered, and its limit was off the tick grid or out of bounds.
    InvalidPrice = 19,
    /// It waited, was to wait for its stop, and that was true already.
    WouldTrigger = 20,
    /// A new quote of its group took its place.
    QuoteReplaced = 21,
}
