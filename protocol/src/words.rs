//! Words that stand in messages for one of a few things.

/// Declares an enum together with the word that stands for each variant on the wire.
///
/// `else Variant` names the variant that an unknown word is read as: a newer peer may have more words.
macro_rules! words {
    (
        $(#[$about:meta])*
        pub enum $name:ident { $($(#[$doc:meta])* $variant:ident = $word:literal),+ $(,)? }
        $(else $unknown:ident)?
    ) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$doc])* $variant),+ }

        impl $name {
            /// Every variant, in the order of declaration.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word for it on the wire.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            /// What a word stands for; `None` for a word that is not known here.
            pub fn from_word(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)+ _ => None }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.pad(self.word())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Word;
                impl serde::de::Visitor<'_> for Word {
                    type Value = $name;

                    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        formatter.write_str(concat!("one of" $(, " ", $word)+))
                    }

                    fn visit_str<E: serde::de::Error>(self, word: &str) -> Result<$name, E> {
                        let known = $name::from_word(word);
                        $(let known = known.or(Some($name::$unknown));)?
                        known.ok_or_else(|| E::invalid_value(serde::de::Unexpected::Str(word), &self))
                    }
                }
                deserializer.deserialize_str(Word)
            }
        }
    };
}

mod past;

pub use past::{CandleInterval, PastKind};

words! {
    /// Which way an order trades. FIX Side(54).
    pub enum Side {
        /// Pays the quote asset, receives the base asset.
        Buy = "buy",
        /// Pays the base asset, receives the quote asset.
        Sell = "sell",
    }
}

words! {
    /// What the refusal of one instruction means for the others of its batch.
    pub enum BatchMode {
        /// Nothing: each is taken or refused as it stands.
        Sequential = "sequential",
        /// None is carried out.
        AllOrNone = "all_or_none",
    }
}

words! {
    /// What an order is limited by. FIX OrdType(40).
    pub enum OrderType {
        /// Trades at its price or better.
        Limit = "limit",
        /// Trades at any price, or up to its protection.
        Market = "market",
        /// Trades at the best opposite price; what is left rests there.
        MarketToLimit = "market_to_limit",
        /// Its price follows the book.
        Pegged = "pegged",
    }
}

words! {
    /// What a pegged order's price follows.
    pub enum PegReference {
        /// The best price of its own side.
        Primary = "primary",
        /// The best price of the other side.
        Market = "market",
        /// The middle between both.
        Mid = "mid",
    }
}

words! {
    /// What a waiting order watches.
    pub enum TriggerSource {
        /// Trades.
        Last = "last",
        /// The best ask for a buy, the best bid for a sell.
        BidAsk = "bid_ask",
        /// The middle between bid and ask.
        Mid = "mid",
    }
}

words! {
    /// What an execution of one order of an OCO pair does to the other.
    pub enum OcoMode {
        /// It ends it.
        Cancel = "cancel",
        /// It lowers it by what was executed.
        Reduce = "reduce",
    }
}

words! {
    /// When an order with a parent starts.
    pub enum ChildStart {
        /// When the parent is filled.
        FullFill = "full_fill",
        /// With each fill of the parent, for what is filled.
        EachFill = "each_fill",
    }
}

words! {
    /// What becomes of an order when its session ends.
    #[derive(Default)]
    pub enum OnDisconnect {
        /// It stays.
        #[default]
        Keep = "keep",
        /// It is canceled.
        Cancel = "cancel",
    }
}

words! {
    /// Whether an order may take liquidity.
    pub enum PostOnly {
        /// It may take and make.
        No = "no",
        /// Refused where it would take.
        Reject = "reject",
        /// Re-priced to one tick behind the best opposite price where it would take.
        Slide = "slide",
    }
}

words! {
    /// What happens where an order meets one of its own account or group; the taker's mode decides.
    pub enum SelfTradePrevention {
        /// Own orders trade with each other.
        None = "none",
        /// The taker's remainder is canceled.
        Newest = "newest",
        /// The maker is canceled, the taker goes on.
        Oldest = "oldest",
        /// Both are canceled.
        Both = "both",
        /// Both are reduced by the smaller open quantity.
        Decrement = "decrement",
    }
}

words! {
    /// What a failed cancel means for the new order of a cancel-replace.
    pub enum OnCancelFailure {
        /// Nothing is entered.
        Stop = "stop",
        /// The new order is entered all the same.
        Continue = "continue",
    }
}

words! {
    /// What can be subscribed to.
    pub enum Channel {
        /// Every trade of an instrument.
        Trades = "trades",
        /// The aggregated book: a snapshot, then changes.
        Depth = "depth",
        /// The best bid and ask.
        Top = "top",
        /// The book order by order: a snapshot, then what becomes of each displayed order.
        Orders = "orders",
        /// How the instrument treats orders now, and what an auction would do.
        Status = "status",
        /// What the instrument is: its grid and bounds.
        Instruments = "instruments",
        /// Where the other channels stand, with a hash of the whole displayed book.
        Heartbeat = "heartbeat",
        /// Where the own displayed orders stand in their queues.
        Queue = "queue",
        /// Reports of every order of the own account, whichever session entered it.
        Executions = "executions",
        /// What traded in each span of time: the running candle, and each one when it is over.
        Candles = "candles",
        /// What traded in the last 24 hours.
        Statistics = "statistics",
        /// What the own account has of each asset.
        Balances = "balances",
        /// What the own account bought and sold.
        Positions = "positions",
        /// A copy of every report of the own account, answers to the own session too.
        DropCopy = "drop_copy",
    }
}

words! {
    /// What a report tells. FIX ExecType(150).
    pub enum ReportKind {
        /// The order passed admission and has an id.
        Accepted = "accepted",
        /// The order, or what is left of it, rests in the book.
        Rested = "rested",
        /// The order traded.
        Trade = "trade",
        /// The order ended with something unfilled.
        Canceled = "canceled",
        /// The order was changed.
        Replaced = "replaced",
        /// The request was refused and changed nothing.
        Rejected = "rejected",
        /// The order met one of its own account or group and did not trade with it.
        Prevented = "prevented",
        /// The submit repeats one that was decided before; the report tells that outcome.
        Repeated = "repeated",
        /// The price that the order waited for was reached; what it does now follows.
        Triggered = "triggered",
        /// The order shows its next slice.
        Refilled = "refilled",
        /// The order got its price from the book.
        Pegged = "pegged",
        /// The order has no price to follow and waits.
        Parked = "parked",
        /// A trade of the order was taken back by an operator.
        Busted = "busted",
    }
}

words! {
    /// Where an order stands. FIX OrdStatus(39).
    pub enum OrderStatus {
        /// Nothing of it has traded yet.
        New = "new",
        /// Part of it has traded; it is open.
        PartiallyFilled = "partially_filled",
        /// All of it has traded.
        Filled = "filled",
        /// It ended with something unfilled.
        Canceled = "canceled",
        /// It was never accepted.
        Rejected = "rejected",
    }
}

words! {
    /// Which part an order had in a trade.
    pub enum Liquidity {
        /// It was resting.
        Maker = "maker",
        /// It arrived.
        Taker = "taker",
    }
}

words! {
    /// Whether a changed order kept its place in the queue.
    pub enum Priority {
        /// It stays where it was.
        Kept = "kept",
        /// It joined the tail of its level, or traded.
        Lost = "lost",
    }
}

words! {
    /// How the exchange's time passes.
    pub enum ClockMode {
        /// As the machine's clock.
        Realtime = "realtime",
        /// As the machine's clock, several times faster.
        Accelerated = "accelerated",
        /// As `at_us` of the requests says.
        Replay = "replay",
        /// In steps, each as soon as everybody enrolled is done with the one before.
        Lockstep = "lockstep",
    }
}

words! {
    /// How often a channel tells what changed.
    pub enum Delivery {
        /// A message for each change.
        Every = "every",
        /// One message for all changes of an interval.
        Interval = "interval",
        /// What is so when the session is ready to be told.
        Latest = "latest",
    }
}

words! {
    /// What kind of frames a session is told in.
    #[derive(Default)]
    pub enum Frames {
        /// Text frames alone.
        #[default]
        Text = "text",
        /// Binary frames for whatever has a layout, text frames for the rest.
        Binary = "binary",
    }
}

words! {
    /// What becomes of a subscription whose messages are not read in time.
    pub enum OnLag {
        /// What waits is dropped, `lagged` says so, and a snapshot follows where the channel has one.
        Snapshot = "snapshot",
        /// The session is closed.
        Disconnect = "disconnect",
    }
}

words! {
    /// What an instrument does with orders. FIX TradSesStatus(340).
    pub enum TradingState {
        /// Orders match as they come.
        Continuous = "continuous",
        /// Orders are collected before the opening call.
        PreOpen = "pre_open",
        /// The opening call.
        OpeningAuction = "opening_auction",
        /// A call within the day.
        Auction = "auction",
        /// The closing call.
        ClosingAuction = "closing_auction",
        /// Nothing but cancels.
        Halted = "halted",
        /// Nothing but cancels, until the next day.
        Closed = "closed",
        /// A call that began because a trade would have left its corridor.
        VolatilityAuction = "volatility_auction",
        /// A call that began because the price moved too far too fast.
        Reserved = "reserved",
        /// Nothing but cancels, after a limit state that lasted too long.
        Paused = "paused",
        /// Orders match as they come, and the best bid is at the upper band.
        LimitUp = "limit_up",
        /// Orders match as they come, and the best ask is at the lower band.
        LimitDown = "limit_down",
    }
}

words! {
    /// What became of a displayed order.
    pub enum OrderChangeKind {
        /// It joined the tail of its level.
        Added = "added",
        /// It shows less, at its place.
        Reduced = "reduced",
        /// It traded, and shows what is left at its place; zero: it is gone.
        Executed = "executed",
        /// An auction took its slice, and the next one has its place.
        Refilled = "refilled",
        /// It left without trading.
        Removed = "removed",
    }
}
