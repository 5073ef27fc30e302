//! The line that enters an order.

use std::fmt;

use crate::name::Name;
use crate::word_enum::word_enum;

/// `ID buy|sell QTY @ PRICE [OPTION...]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderEntry {
    /// How the scenario calls the order.
    pub name: Name,
    /// Buy or sell.
    pub side: SideWord,
    /// How much.
    pub size: Size,
    /// At which price.
    pub limit: Limit,
    /// Everything else.
    pub options: OrderOptions,
}

word_enum! {
    /// Side of an order.
    SideWord {
        /// It pays the quote asset.
        Buy = "buy",
        /// It pays the base asset.
        Sell = "sell",
    }
}

/// How much an order is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size {
    /// `QTY`.
    Quantity(u64),
    /// `quote=N`.
    Quote(u64),
}

impl fmt::Display for Size {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Quantity(quantity) => write!(formatter, "{quantity}"),
            Self::Quote(amount) => write!(formatter, "quote={amount}"),
        }
    }
}

/// What stands after the `@` of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// A limit price.
    Price(i64),
    /// `market`.
    Market,
    /// `peg`.
    Peg,
}

impl fmt::Display for Limit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Price(price) => write!(formatter, "{price}"),
            Self::Market => formatter.write_str("market"),
            Self::Peg => formatter.write_str("peg"),
        }
    }
}

/// The options of an order; what is not named is `None` or `false`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OrderOptions {
    /// `ioc`, `fok`, `gtd=T`, `day`, `gfa`, `gfc`, `opg`, `atc`, as they stand: more than one contradict each other.
    pub lifetimes: Vec<Lifetime>,
    /// `post_only` or `post_only=slide`.
    pub post_only: Option<PostOnlyWord>,
    /// `peak=N`: displayed slice of an iceberg.
    pub peak: Option<u64>,
    /// `hidden`.
    pub hidden: bool,
    /// `min=N`: least quantity that must trade at once.
    pub minimum: Option<u64>,
    /// `stop=P`.
    pub stop: Option<i64>,
    /// `take=P`.
    pub take: Option<i64>,
    /// `on=...`: what a stop looks at.
    pub trigger_on: Option<TriggerSource>,
    /// `trail=D`.
    pub trail: Option<u64>,
    /// `trail_bips=B`.
    pub trail_bips: Option<u64>,
    /// `step=S` of a trailing stop.
    pub step: Option<u64>,
    /// `activate=P` of a trailing stop.
    pub activate: Option<i64>,
    /// `peg=...`.
    pub peg: Option<PegReference>,
    /// `offset=K` of a peg.
    pub offset: Option<i64>,
    /// `cap=P` of a peg.
    pub cap: Option<i64>,
    /// `by=ACC`.
    pub account: Option<Name>,
    /// `stp=...`.
    pub self_trade: Option<SelfTradeWord>,
    /// `group=G`: self-trade group.
    pub group: Option<Name>,
    /// `oco=ID`.
    pub oco: Option<Name>,
    /// `oco_reduce=ID`.
    pub oco_reduce: Option<Name>,
    /// `parent=ID`.
    pub parent: Option<Name>,
    /// `parent_partial=ID`.
    pub parent_partial: Option<Name>,
    /// `mmp=GROUP`.
    pub protection_group: Option<Name>,
    /// `cod`: cancel on disconnect.
    pub cancel_on_disconnect: bool,
    /// `points=N`: market with protection.
    pub points: Option<u64>,
}

/// How long an order lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lifetime {
    /// `ioc`.
    ImmediateOrCancel,
    /// `fok`.
    FillOrKill,
    /// `gtd=T`.
    GoodTillDate(u64),
    /// `day`.
    Day,
    /// `gfa`.
    GoodForAuction,
    /// `gfc`.
    GoodForContinuous,
    /// `opg`.
    AtOpen,
    /// `atc`.
    AtClose,
}

impl fmt::Display for Lifetime {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ImmediateOrCancel => formatter.write_str("ioc"),
            Self::FillOrKill => formatter.write_str("fok"),
            Self::GoodTillDate(expiry) => write!(formatter, "gtd={expiry}"),
            Self::Day => formatter.write_str("day"),
            Self::GoodForAuction => formatter.write_str("gfa"),
            Self::GoodForContinuous => formatter.write_str("gfc"),
            Self::AtOpen => formatter.write_str("opg"),
            Self::AtClose => formatter.write_str("atc"),
        }
    }
}

word_enum! {
    /// What a post-only order does that would take.
    PostOnlyWord {
        /// It is refused.
        Reject = "post_only",
        /// It goes one tick behind the best opposite price.
        Slide = "post_only=slide",
    }
}

word_enum! {
    /// What a stop looks at.
    TriggerSource {
        /// Prints.
        Last = "last",
        /// The best ask for a buy, the best bid for a sell.
        BidAsk = "bid_ask",
        /// The middle of both.
        Mid = "mid",
    }
}

word_enum! {
    /// What a pegged order follows.
    PegReference {
        /// The best price of its own side.
        Primary = "primary",
        /// The best price of the other side.
        Market = "market",
        /// The middle of both.
        Mid = "mid",
    }
}

word_enum! {
    /// Self-trade prevention.
    SelfTradeWord {
        /// Own orders trade with each other.
        None = "none",
        /// The taker is canceled.
        Newest = "newest",
        /// The maker is canceled.
        Oldest = "oldest",
        /// Both are canceled.
        Both = "both",
        /// Both are reduced.
        Decrement = "decrement",
    }
}

impl fmt::Display for OrderEntry {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            name,
            side,
            size,
            limit,
            options,
        } = self;
        write!(formatter, "{name} {side} {size} @ {limit}{options}")
    }
}

impl fmt::Display for OrderOptions {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut words: Vec<String> = self.lifetimes.iter().map(ToString::to_string).collect();
        words.extend(self.post_only.map(|mode| mode.to_string()));
        push(&mut words, "peak", self.peak.as_ref());
        words.extend(self.hidden.then(|| "hidden".to_owned()));
        push(&mut words, "min", self.minimum.as_ref());
        push(&mut words, "stop", self.stop.as_ref());
        push(&mut words, "take", self.take.as_ref());
        push(&mut words, "on", self.trigger_on.as_ref());
        push(&mut words, "trail", self.trail.as_ref());
        push(&mut words, "trail_bips", self.trail_bips.as_ref());
        push(&mut words, "step", self.step.as_ref());
        push(&mut words, "activate", self.activate.as_ref());
        push(&mut words, "peg", self.peg.as_ref());
        push(&mut words, "offset", self.offset.as_ref());
        push(&mut words, "cap", self.cap.as_ref());
        push(&mut words, "by", self.account.as_ref());
        push(&mut words, "stp", self.self_trade.as_ref());
        push(&mut words, "group", self.group.as_ref());
        push(&mut words, "oco", self.oco.as_ref());
        push(&mut words, "oco_reduce", self.oco_reduce.as_ref());
        push(&mut words, "parent", self.parent.as_ref());
        push(&mut words, "parent_partial", self.parent_partial.as_ref());
        push(&mut words, "mmp", self.protection_group.as_ref());
        words.extend(self.cancel_on_disconnect.then(|| "cod".to_owned()));
        push(&mut words, "points", self.points.as_ref());
        words
            .iter()
            .try_for_each(|word| write!(formatter, " {word}"))
    }
}

/// Adds `key=value` where there is a value.
pub(crate) fn push<T: fmt::Display>(words: &mut Vec<String>, key: &str, value: Option<&T>) {
    words.extend(value.map(|value| format!("{key}={value}")));
}
