//! The words of this wire.

use engine::{SelfTradePrevention, SessionState, Side};

/// An enum whose variants are words of the wire.
macro_rules! words {
    ($(#[$about:meta])* $name:ident { $($(#[$what:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name { $($(#[$what])* $variant,)+ }

        impl $name {
            /// As it is written.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }

        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.word())
            }
        }
    };
}

/// Words that clients send, too.
macro_rules! sent_words {
    ($(#[$about:meta])* $name:ident { $($(#[$what:meta])* $variant:ident = $word:literal,)+ }) => {
        words! { $(#[$about])* $name { $($(#[$what])* $variant = $word,)+ } }

        impl $name {
            /// The one with this word.
            pub fn parse(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}

sent_words! {
    /// What kind of order it is.
    OrderType {
        /// At a price or better.
        Limit = "LIMIT",
        /// At any price.
        Market = "MARKET",
        /// At a price, never as taker.
        LimitMaker = "LIMIT_MAKER",
        /// A market order when the price goes against its side.
        StopLoss = "STOP_LOSS",
        /// A limit order when the price goes against its side.
        StopLossLimit = "STOP_LOSS_LIMIT",
        /// A market order when the price goes its way.
        TakeProfit = "TAKE_PROFIT",
        /// A limit order when the price goes its way.
        TakeProfitLimit = "TAKE_PROFIT_LIMIT",
    }
}

impl OrderType {
    /// Whether it waits for a price before it enters.
    pub const fn waits(self) -> bool {
        match self {
            Self::Limit | Self::Market | Self::LimitMaker => false,
            Self::StopLoss | Self::StopLossLimit | Self::TakeProfit | Self::TakeProfitLimit => true,
        }
    }

    /// Whether it has a limit price.
    pub const fn has_price(self) -> bool {
        match self {
            Self::Market | Self::StopLoss | Self::TakeProfit => false,
            Self::Limit | Self::LimitMaker | Self::StopLossLimit | Self::TakeProfitLimit => true,
        }
    }

    /// Whether its owner says how long it lives.
    pub const fn has_time_in_force(self) -> bool {
        match self {
            Self::Market | Self::StopLoss | Self::TakeProfit | Self::LimitMaker => false,
            Self::Limit | Self::StopLossLimit | Self::TakeProfitLimit => true,
        }
    }
}

sent_words! {
    /// Which side.
    SideWord {
        /// To have more.
        Buy = "BUY",
        /// To have less.
        Sell = "SELL",
    }
}

sent_words! {
    /// How long an order lives.
    TimeInForce {
        /// Until canceled.
        Gtc = "GTC",
        /// What trades at once.
        Ioc = "IOC",
        /// All at once or nothing.
        Fok = "FOK",
    }
}

words! {
    /// Where an order stands.
    Status {
        /// Open, nothing traded.
        New = "NEW",
        /// Waits for another order of its list.
        PendingNew = "PENDING_NEW",
        /// Open, something traded.
        PartiallyFilled = "PARTIALLY_FILLED",
        /// All traded.
        Filled = "FILLED",
        /// Ended by its owner.
        Canceled = "CANCELED",
        /// Ended by the exchange.
        Expired = "EXPIRED",
        /// Ended because it met an order of its own.
        ExpiredInMatch = "EXPIRED_IN_MATCH",
        /// It was to take the place of one that was canceled, and was refused.
        Rejected = "REJECTED",
    }
}

impl Status {
    /// Whether nothing more happens to the order.
    pub const fn is_over(self) -> bool {
        match self {
            Self::New | Self::PendingNew | Self::PartiallyFilled => false,
            Self::Filled
            | Self::Canceled
            | Self::Expired
            | Self::ExpiredInMatch
            | Self::Rejected => true,
        }
    }
}

words! {
    /// Why an order expired.
    ExpiryReason {
        /// It was refused when it was to enter.
        Rejected = "REJECTED",
        /// The exchange ended it.
        ExchangeCanceled = "EXCHANGE_CANCELED",
        /// The other leg traded or fired.
        OcoTrigger = "OCO_TRIGGER",
        /// The order that it waited for ended.
        OtoPhaseOneExpired = "OTO_PHASE_ONE_EXPIRED",
        /// Immediate or cancel, and there was no more.
        UnfilledIoc = "UNFILLED_IOC_QUANTITY_EXPIRED",
        /// Fill or kill, and there was not enough.
        UnfilledFok = "UNFILLED_FOK_ORDER_EXPIRED",
        /// A market order, and the other side was used up.
        InsufficientLiquidity = "INSUFFICIENT_LIQUIDITY",
        /// What it met next was outside the price range.
        PriceRange = "EXECUTION_RULE_PRICE_RANGE_EXCEEDED",
    }
}

words! {
    /// What an execution report tells.
    ExecutionType {
        /// It was taken, or is in the book from now on.
        New = "NEW",
        /// Its owner ended it.
        Canceled = "CANCELED",
        /// Its owner changed it.
        Replaced = "REPLACED",
        /// It traded.
        Trade = "TRADE",
        /// The exchange ended it.
        Expired = "EXPIRED",
        /// It met an order of its own.
        TradePrevention = "TRADE_PREVENTION",
        /// It was to take the place of one that was canceled, and was refused.
        Rejected = "REJECTED",
    }
}

sent_words! {
    /// How much a client wants to hear of a new order.
    ResponseType {
        /// That it was taken.
        Ack = "ACK",
        /// Where it stands.
        Result = "RESULT",
        /// And what it traded.
        Full = "FULL",
    }
}

sent_words! {
    /// Whether a cancel looks at what was traded.
    CancelRestriction {
        /// Only where nothing was.
        OnlyNew = "ONLY_NEW",
        /// Only where something was.
        OnlyPartiallyFilled = "ONLY_PARTIALLY_FILLED",
    }
}

sent_words! {
    /// What a failed cancel means for the new order.
    CancelReplaceMode {
        /// It is not tried.
        StopOnFailure = "STOP_ON_FAILURE",
        /// It is tried all the same.
        AllowFailure = "ALLOW_FAILURE",
    }
}

sent_words! {
    /// What becomes of a cancel-replace whose order count is used up.
    RateLimitMode {
        /// Nothing happens.
        DoNothing = "DO_NOTHING",
        /// The old order is canceled.
        CancelOnly = "CANCEL_ONLY",
    }
}

sent_words! {
    /// Which price an order takes over.
    PegPriceType {
        /// The best of its own side.
        Primary = "PRIMARY_PEG",
        /// The best of the other side.
        Market = "MARKET_PEG",
    }
}

/// As it is written.
pub const fn side_word(side: Side) -> &'static str {
    match side {
        Side::Buy => "BUY",
        Side::Sell => "SELL",
    }
}

/// As it is written.
pub const fn self_trade_word(mode: SelfTradePrevention) -> &'static str {
    match mode {
        SelfTradePrevention::None => "NONE",
        SelfTradePrevention::CancelNewest => "EXPIRE_TAKER",
        SelfTradePrevention::CancelOldest => "EXPIRE_MAKER",
        SelfTradePrevention::CancelBoth => "EXPIRE_BOTH",
        SelfTradePrevention::Decrement => "DECREMENT",
    }
}

/// The modes that every symbol allows, as they are written.
pub const SELF_TRADE_WORDS: [&str; 5] = [
    "NONE",
    "EXPIRE_TAKER",
    "EXPIRE_MAKER",
    "EXPIRE_BOTH",
    "DECREMENT",
];

/// The mode with this word; `None` where a symbol does not allow it.
pub fn self_trade(word: &str) -> Option<SelfTradePrevention> {
    match word {
        "NONE" => Some(SelfTradePrevention::None),
        "EXPIRE_TAKER" => Some(SelfTradePrevention::CancelNewest),
        "EXPIRE_MAKER" => Some(SelfTradePrevention::CancelOldest),
        "EXPIRE_BOTH" => Some(SelfTradePrevention::CancelBoth),
        "DECREMENT" => Some(SelfTradePrevention::Decrement),
        _ => None,
    }
}

/// What a session state is called here.
pub const fn symbol_status(state: SessionState) -> &'static str {
    match state {
        SessionState::Continuous
        | SessionState::LimitUp
        | SessionState::LimitDown
        | SessionState::PreOpen
        | SessionState::OpeningAuction
        | SessionState::Auction
        | SessionState::ClosingAuction
        | SessionState::VolatilityAuction
        | SessionState::Reserved => "TRADING",
        SessionState::Halted | SessionState::Paused => "HALT",
        SessionState::Closed => "BREAK",
    }
}
