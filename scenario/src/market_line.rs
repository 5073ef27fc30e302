//! What the market says, one line at a time: expected by a scenario, or told by the engine.

use std::fmt;

use crate::name::Name;
use crate::word_enum::word_enum;

/// One line of the expected part; what the engine does is put into the same words and compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MarketLine {
    /// `trade TAKER MAKER QTY @ PRICE`.
    Trade(Meeting),
    /// `rest ID QTY @ PRICE`.
    Rest {
        /// Which order.
        name: Name,
        /// How much.
        shown: Shown,
        /// Where.
        price: BookPrice,
    },
    /// `cancel ID QTY REASON`.
    Cancel {
        /// Which order.
        name: Name,
        /// How much ended unfilled.
        quantity: u64,
        /// Why.
        reason: CancelWord,
    },
    /// `reject ID REASON`.
    Reject {
        /// Which order or group.
        name: Name,
        /// Why.
        reason: RejectWord,
    },
    /// `prevent TAKER MAKER QTY @ PRICE`.
    Prevent(Meeting),
    /// `busted TAKER MAKER QTY @ PRICE`.
    Busted(Meeting),
    /// `trigger ID`.
    Trigger(Name),
    /// `replaced ID`.
    Replaced(Name),
    /// `refill ID QTY+HIDDEN`.
    Refill {
        /// Which iceberg.
        name: Name,
        /// Its new slice.
        shown: Shown,
    },
    /// `peg ID PRICE` or `peg ID parked`.
    Peg {
        /// Which order.
        name: Name,
        /// `None` while parked.
        price: Option<i64>,
    },
    /// `status STATE`.
    Status(StatusWord),
    /// `indicative PRICE VOLUME SURPLUS`.
    Indicative {
        /// `None` where nothing crosses.
        price: Option<i64>,
        /// What would trade.
        volume: u64,
        /// What would be left: above zero of buyers, below of sellers.
        surplus: i64,
    },
    /// `book BIDS | ASKS`.
    Book(BookPicture),
    /// `step N`: what follows is of the N-th instruction of a batch.
    Step(u32),
}

/// Two orders that met.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meeting {
    /// The arriving order; in an auction the buyer.
    pub taker: Name,
    /// The resting order; in an auction the seller.
    pub maker: Name,
    /// How much.
    pub quantity: u64,
    /// At which price.
    pub price: i64,
}

/// A quantity as the book shows it: `QTY`, or `QTY+HIDDEN`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shown {
    /// What the market sees.
    pub displayed: u64,
    /// What it does not see; `None` where the order shows all of itself.
    pub hidden: Option<u64>,
}

/// A price in the book: orders without one stand first in a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BookPrice {
    /// A price.
    At(i64),
    /// `market`.
    Market,
}

/// Both sides of the book, best first, in queue order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BookPicture {
    /// Buyers.
    pub bids: Vec<BookEntry>,
    /// Sellers.
    pub asks: Vec<BookEntry>,
}

/// One order in the book.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BookEntry {
    /// Which order.
    pub name: Name,
    /// How much of it.
    pub shown: Shown,
    /// Where.
    pub price: BookPrice,
}

word_enum! {
    /// Why an order ended unfilled.
    CancelWord {
        /// Its owner asked.
        Requested = "requested",
        /// Immediate-or-cancel.
        ImmediateOrCancel = "ioc",
        /// Fill-or-kill, or a minimum that was not met.
        FillOrKill = "fok",
        /// Its time was over.
        Expired = "expired",
        /// Self-trade prevention.
        SelfTrade = "stp",
        /// Its partner of one-cancels-the-other.
        Oco = "oco",
        /// Its parent died.
        Parent = "parent",
        /// A market order and an empty book.
        NoLiquidity = "no_liquidity",
        /// Execution range.
        Collar = "collar",
        /// Market protection.
        Protection = "protection",
        /// Disconnect or dead man's timer.
        Disconnect = "disconnect",
        /// Market-maker protection.
        MarketMakerProtection = "mmp",
        /// One of several at once.
        Mass = "mass",
        /// Left over by an auction.
        Auction = "auction",
        /// The market's state changed.
        State = "state",
        /// Its budget is spent. No word of the grammar: funds are not checked in scenarios.
        BudgetSpent = "budget_spent",
    }
}

word_enum! {
    /// Why a command was refused.
    RejectWord {
        /// Post-only would take.
        PostOnly = "post_only",
        /// The stop is true already.
        WouldTrigger = "would_trigger",
        /// Never accepted.
        UnknownOrder = "unknown_order",
        /// Filled or gone.
        TooLate = "too_late",
        /// Off the tick grid, or the wrong way round.
        InvalidPrice = "invalid_price",
        /// Zero or off the lot grid.
        InvalidQuantity = "invalid_quantity",
        /// Attributes contradict each other.
        InvalidCombination = "invalid_combination",
        /// Outside the entry band.
        PriceBand = "price_band",
        /// The id is open.
        DuplicateId = "duplicate_id",
        /// Trading is halted.
        Halted = "halted",
        /// The market is closed.
        Closed = "closed",
        /// Not in this state.
        NotInAuction = "not_in_auction",
        /// Another instruction of the batch would be refused.
        BatchRefused = "batch_refused",
        /// An all-or-none batch does not carry such an instruction.
        NotInBatch = "not_in_batch",
        /// The batch has more instructions than the instrument takes.
        BatchTooLong = "batch_too_long",
        /// The group is frozen.
        ProtectionFrozen = "mmp_frozen",
        /// Past its expiry.
        Expired = "expired",
        /// The account is killed.
        Killed = "killed",
        /// Only cancels are taken. No word of the grammar: scenarios have no such switch.
        CancelOnly = "cancel_only",
        /// Beyond a limit of the account. No word of the grammar: scenarios set no limits.
        AccountLimit = "account_limit",
        /// Nothing to measure a market order by. No word of the grammar: funds are not checked in scenarios.
        NoReference = "no_reference",
        /// Not covered. No word of the grammar.
        InsufficientFunds = "insufficient_funds",
        /// The book is full. No word of the grammar.
        TooManyOpenOrders = "too_many_open_orders",
        /// No such instrument. No word of the grammar.
        UnknownInstrument = "unknown_instrument",
        /// The engine lacks the mechanism. No word of the grammar.
        NotSupported = "not_supported",
        /// No such trade was made.
        UnknownTrade = "unknown_trade",
        /// The trade is too long ago.
        TradeTooOld = "trade_too_old",
        /// The trade was taken back already.
        TradeBusted = "trade_busted",
        /// External ids are off. No word of the grammar.
        ExternalIdsOff = "external_ids_off",
    }
}

word_enum! {
    /// A state that the market tells.
    StatusWord {
        /// Continuous trading.
        Continuous = "continuous",
        /// A call.
        Auction = "auction",
        /// The opening call.
        OpeningAuction = "opening_auction",
        /// The closing call.
        ClosingAuction = "closing_auction",
        /// A call after a volatility interruption.
        VolatilityAuction = "vol_auction",
        /// Before the opening call.
        PreOpen = "pre_open",
        /// Trading is halted.
        Halted = "halted",
        /// A pause.
        Paused = "paused",
        /// Velocity logic.
        Reserved = "reserved",
        /// The day is over.
        Closed = "closed",
        /// Limit state at the upper band.
        LimitUp = "limit_up",
        /// Limit state at the lower band.
        LimitDown = "limit_down",
    }
}

impl fmt::Display for MarketLine {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Trade(meeting) => write!(formatter, "trade {meeting}"),
            Self::Rest { name, shown, price } => write!(formatter, "rest {name} {shown} @ {price}"),
            Self::Cancel {
                name,
                quantity,
                reason,
            } => {
                write!(formatter, "cancel {name} {quantity} {reason}")
            }
            Self::Reject { name, reason } => write!(formatter, "reject {name} {reason}"),
            Self::Prevent(meeting) => write!(formatter, "prevent {meeting}"),
            Self::Busted(meeting) => write!(formatter, "busted {meeting}"),
            Self::Trigger(name) => write!(formatter, "trigger {name}"),
            Self::Replaced(name) => write!(formatter, "replaced {name}"),
            Self::Step(number) => write!(formatter, "step {number}"),
            Self::Refill { name, shown } => write!(formatter, "refill {name} {shown}"),
            Self::Peg {
                name,
                price: Some(price),
            } => write!(formatter, "peg {name} {price}"),
            Self::Peg { name, price: None } => write!(formatter, "peg {name} parked"),
            Self::Status(status) => write!(formatter, "status {status}"),
            Self::Indicative {
                price: Some(price),
                volume,
                surplus,
            } => {
                write!(formatter, "indicative {price} {volume} {surplus}")
            }
            Self::Indicative {
                price: None,
                volume,
                surplus,
            } => {
                write!(formatter, "indicative - {volume} {surplus}")
            }
            Self::Book(picture) => picture.fmt(formatter),
        }
    }
}

impl fmt::Display for Meeting {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            taker,
            maker,
            quantity,
            price,
        } = self;
        write!(formatter, "{taker} {maker} {quantity} @ {price}")
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.hidden {
            Some(hidden) => write!(formatter, "{}+{hidden}", self.displayed),
            None => write!(formatter, "{}", self.displayed),
        }
    }
}

impl fmt::Display for BookPrice {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::At(price) => write!(formatter, "{price}"),
            Self::Market => formatter.write_str("market"),
        }
    }
}

impl fmt::Display for BookPicture {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let side = |entries: &[BookEntry]| {
            let entries: Vec<String> = entries.iter().map(ToString::to_string).collect();
            entries.join(", ")
        };
        let text = format!("book {} | {}", side(&self.bids), side(&self.asks));
        formatter.write_str(text.replace("  ", " ").trim_end())
    }
}

impl fmt::Display for BookEntry {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}@{}", self.name, self.shown, self.price)
    }
}
