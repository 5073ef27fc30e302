//! The numbers that stand for words. A number is never given twice, and zero is no word.

use crate::error::ErrorCode;
use crate::reason::Reason;
use crate::words::{
    Channel, ChildStart, Liquidity, OcoMode, OnCancelFailure, OnDisconnect, OrderChangeKind,
    OrderStatus, OrderType, PegReference, PostOnly, Priority, ReportKind, SelfTradePrevention,
    Side, TradingState, TriggerSource,
};

/// A word that has a number in binary frames.
pub(super) trait Numbered: Sized {
    /// Its number, above zero.
    fn number(self) -> u8;

    /// What a number stands for; `None` for one that is not known here.
    fn from_number(number: u8) -> Option<Self>;
}

/// The number of a word that may be absent: zero.
#[inline]
pub(super) fn maybe<T: Numbered>(word: Option<T>) -> u8 {
    word.map_or(0, T::number)
}

macro_rules! numbers {
    ($($name:ident { $($variant:ident = $number:literal),+ $(,)? })+) => {
        $(impl Numbered for $name {
            #[inline]
            fn number(self) -> u8 {
                match self { $(Self::$variant => $number),+ }
            }

            #[inline]
            fn from_number(number: u8) -> Option<Self> {
                match number { $($number => Some(Self::$variant),)+ _ => None }
            }
        })+

        /// Every word that has a number: of what, the word, its number.
        pub fn binary_words() -> Vec<(&'static str, &'static str, u8)> {
            vec![$($((stringify!($name), $name::$variant.word(), $number)),+),+]
        }
    };
}

numbers! {
    Side { Buy = 1, Sell = 2 }
    OrderType { Limit = 1, Market = 2, MarketToLimit = 3, Pegged = 4 }
    PegReference { Primary = 1, Market = 2, Mid = 3 }
    TriggerSource { Last = 1, BidAsk = 2, Mid = 3 }
    OcoMode { Cancel = 1, Reduce = 2 }
    ChildStart { FullFill = 1, EachFill = 2 }
    OnDisconnect { Keep = 1, Cancel = 2 }
    PostOnly { No = 1, Reject = 2, Slide = 3 }
    SelfTradePrevention { None = 1, Newest = 2, Oldest = 3, Both = 4, Decrement = 5 }
    OnCancelFailure { Stop = 1, Continue = 2 }
    Liquidity { Maker = 1, Taker = 2 }
    Priority { Kept = 1, Lost = 2 }
    OrderChangeKind { Added = 1, Reduced = 2, Executed = 3, Refilled = 4, Removed = 5 }
    OrderStatus { New = 1, PartiallyFilled = 2, Filled = 3, Canceled = 4, Rejected = 5 }
    ReportKind {
        Accepted = 1, Rested = 2, Trade = 3, Canceled = 4, Replaced = 5, Rejected = 6, Prevented = 7,
        Repeated = 8, Triggered = 9, Refilled = 10, Pegged = 11, Parked = 12,
        Busted = 13,
    }
    Channel {
        Trades = 1, Depth = 2, Top = 3, Orders = 4, Status = 5, Instruments = 6, Heartbeat = 7, Queue = 8,
        Executions = 9, Candles = 10, Statistics = 11, Balances = 12, Positions = 13, DropCopy = 14,
    }
    TradingState {
        Continuous = 1, PreOpen = 2, OpeningAuction = 3, Auction = 4, ClosingAuction = 5, Halted = 6, Closed = 7,
        VolatilityAuction = 8, Reserved = 9, Paused = 10, LimitUp = 11, LimitDown = 12,
    }
    ErrorCode {
        MalformedJson = 1, FrameTooLarge = 2, NotText = 3, UnknownOp = 4, MissingField = 5, UnknownField = 6,
        DuplicateField = 7, BadField = 8, UnsupportedProtocol = 9, HelloRequired = 10, AlreadyGreeted = 11,
        LogonRequired = 12, AlreadyLoggedOn = 13, BadKey = 14, UnknownSymbol = 15, AlreadySubscribed = 16,
        NotSubscribed = 17, SnapshotRequired = 18, Busy = 19, Unavailable = 20, BadClock = 21, Pending = 22,
        LimitExceeded = 23, Internal = 24, MalformedBinary = 25, UnsupportedSchema = 26, BadSignature = 27,
        NotPermitted = 28, RateLimited = 29, Other = 255,
    }
    Reason {
        DuplicateClientOrderId = 1, UnknownOrder = 2, TooLate = 3, Halted = 4, Closed = 5, NotInAuction = 6,
        InvalidQuantity = 7, InvalidPrice = 8, InvalidCombination = 9, Expired = 10, PostOnlyWouldCross = 11,
        NoReference = 12, InsufficientFunds = 13, TooManyOpenOrders = 14, MarketKilled = 15, CancelOnly = 16,
        QuantityLimit = 17, NotionalLimit = 18, PriceLimit = 19, OpenOrdersLimit = 20, PositionLimit = 21,
        OrderRateLimit = 22, OrderToTradeLimit = 23, UnknownSymbol = 24, Busy = 25, Unavailable = 26,
        Requested = 27, MassCancel = 28, ImmediateOrCancel = 29, FillOrKill = 30, SelfTradePrevention = 31,
        NoLiquidity = 32, BudgetSpent = 33, PriceOutsideBand = 34, MmpFrozen = 35, WouldTrigger = 36,
        AccountKilled = 37, NotSupported = 38, Protection = 39, ExecutionRange = 40, OcoPartner = 41,
        ParentEnded = 42, MarketMakerProtection = 43, Disconnected = 44, AuctionEnded = 45, SessionState = 46,
        BatchRefused = 60, NotInBatch = 61,
        UnknownTrade = 62, TradeTooOld = 63, TradeBusted = 64, BatchTooLong = 70,
        Other = 255,
    }
}
