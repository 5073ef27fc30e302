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
    /// Trading in the instrument is halted.
    Halted = 5,
    /// The instrument is closed.
    Closed = 6,
    /// The quantity is zero, off the lot grid or out of bounds.
    InvalidQuantity = 7,
    /// The price is off the tick grid or out of bounds.
    InvalidPrice = 8,
    /// The order's attributes contradict each other.
    InvalidCombination = 9,
    /// The order must trade at once, or is a market order, and the instrument collects orders for an auction.
    NotInAuction = 10,
    /// The expiry is not in the future.
    Expired = 11,
    /// The post-only order would have taken liquidity.
    PostOnlyWouldCross = 12,
    /// A market order has no price to be measured by: the opposite side is empty and nothing has traded.
    NoReference = 13,
    /// What is reserved does not cover the order's worst case.
    InsufficientFunds = 14,
    /// The instrument has as many open orders as it may have.
    TooManyOpenOrders = 15,
    /// The instrument is not listed here.
    UnknownInstrument = 16,
    /// External ids are not indexed by this engine.
    ExternalIdsOff = 17,
    /// The limit price is outside the entry band.
    PriceOutsideBand = 18,
    /// Market-maker protection has frozen the order's group.
    MmpFrozen = 19,
    /// The stop is true already.
    WouldTrigger = 20,
    /// The account's kill switch is on.
    AccountKilled = 21,
    /// This engine does not have the mechanism that the command asks for.
    NotSupported = 22,
    /// The instrument's or the exchange's kill switch is on.
    MarketKilled = 40,
    /// Only cancels are taken: from the account, on the instrument, or at all.
    CancelOnly = 41,
    /// The quantity is above the account's limit.
    QuantityLimit = 42,
    /// Price x quantity is above the account's limit.
    NotionalLimit = 43,
    /// The limit price is further through the last price than the account's limit lets it.
    PriceLimit = 44,
    /// As many of the account's orders are open as its limit lets.
    OpenOrdersLimit = 45,
    /// The account's position could come to be above its limit.
    PositionLimit = 46,
    /// The account has entered as many orders in this time as its limit lets.
    OrderRateLimit = 47,
    /// The account has entered as many orders as its trades of this time are good for.
    OrderToTradeLimit = 48,
    /// Another instruction of the all-or-none batch would be refused.
    BatchRefused = 55,
    /// An all-or-none batch does not carry such an instruction: what it did before could still refuse it.
    NotInBatch = 56,
    /// The batch has more instructions than the instrument takes in one.
    BatchTooLong = 57,
    /// The rules or the grid contradict themselves.
    InvalidTerms = 60,
    /// No such trade was made.
    UnknownTrade = 61,
    /// The trade is too long ago to be taken back.
    TradeTooOld = 62,
    /// The trade was taken back already.
    TradeBusted = 63,
    /// A repair of the journal has taken the command out.
    TakenOut = 100,
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
            Self::Halted => "trading in the instrument is halted",
            Self::Closed => "the instrument is closed",
            Self::InvalidQuantity => "the quantity is zero, off the lot grid or out of bounds",
            Self::InvalidPrice => "the price is off the tick grid or out of bounds",
            Self::InvalidCombination => "the order's attributes contradict each other",
            Self::NotInAuction => {
                "an order that must trade at once, or a market order, is not taken during an auction"
            }
            Self::Expired => "the expiry is not in the future",
            Self::PostOnlyWouldCross => "the post-only order would have taken liquidity",
            Self::NoReference => {
                "a market order needs an opposite side or a last price to be measured by"
            }
            Self::InsufficientFunds => "available funds do not cover the order",
            Self::TooManyOpenOrders => "the instrument has as many open orders as it may have",
            Self::UnknownInstrument => "the instrument is not listed here",
            Self::ExternalIdsOff => "external ids are not indexed by this engine",
            Self::PriceOutsideBand => "the limit price is outside the entry band",
            Self::MmpFrozen => "market-maker protection has frozen the order's group",
            Self::WouldTrigger => "the stop is true already",
            Self::AccountKilled => "the account's kill switch is on",
            Self::NotSupported => "the exchange does not offer what the command asks for",
            Self::MarketKilled => "the instrument's or the exchange's kill switch is on",
            Self::CancelOnly => "only cancels are taken",
            Self::QuantityLimit => "the quantity is above the account's limit",
            Self::NotionalLimit => "price x quantity is above the account's limit",
            Self::PriceLimit => {
                "the limit price is further through the last price than the account's limit lets it"
            }
            Self::OpenOrdersLimit => "as many of the account's orders are open as its limit lets",
            Self::PositionLimit => "the account's position could come to be above its limit",
            Self::OrderRateLimit => {
                "the account has entered as many orders in this time as its limit lets"
            }
            Self::OrderToTradeLimit => {
                "the account has entered as many orders as its trades of this time are good for"
            }
            Self::BatchRefused => "another instruction of the all-or-none batch would be refused",
            Self::NotInBatch => "an all-or-none batch does not carry such an instruction",
            Self::BatchTooLong => {
                "the batch has more instructions than the instrument takes in one"
            }
            Self::InvalidTerms => "the rules or the grid contradict themselves",
            Self::UnknownTrade => "no such trade was made on the instrument",
            Self::TradeTooOld => {
                "the trade is too long ago: the newest 10,000 trades of an instrument can be taken back"
            }
            Self::TradeBusted => "the trade was taken back already",
            Self::TakenOut => "a repair of the journal has taken the command out",
        }
    }
}

impl fmt::Display for RejectReason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.sentence())
    }
}
