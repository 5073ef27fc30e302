//! The options of a scenario's instrument.

use std::fmt;

use crate::name::Name;
use crate::order_entry::push;
use crate::word_enum::word_enum;

/// The `instrument` line; what is not named is `None`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct InstrumentOptions {
    /// `tick=`.
    pub tick: Option<i64>,
    /// `lot=`.
    pub lot: Option<u64>,
    /// `match=`.
    pub matching: Option<MatchingRule>,
    /// `min_alloc=` of pro-rata.
    pub minimum_allocation: Option<u64>,
    /// `top=` of pro-rata.
    pub top: Option<TopOrder>,
    /// `split=` of pro-rata.
    pub split: Option<Percent>,
    /// `band=LO..HI`.
    pub band: Option<PriceRange>,
    /// `collar=`.
    pub collar: Option<Collar>,
    /// `corridor=`, the dynamic one.
    pub corridor: Option<Percent>,
    /// `static_corridor=`.
    pub static_corridor: Option<Percent>,
    /// `call=T`.
    pub call: Option<u64>,
    /// `luld=`.
    pub luld: Option<Percent>,
    /// `luld_limit=T`.
    pub luld_limit: Option<u64>,
    /// `luld_pause=T`.
    pub luld_pause: Option<u64>,
    /// `luld_mean=WINDOW/EVERY`.
    pub luld_mean: Option<Pair>,
    /// `luld_double=FROM..UNTIL/DAY`: twice as wide at these times of a day of this length.
    pub luld_double: Option<DayWindow>,
    /// `velocity=N/T`.
    pub velocity: Option<Pair>,
    /// `auction_stp=`.
    pub auction_self_trade: Option<AuctionSelfTrade>,
    /// `market_residual=`.
    pub market_residual: Option<MarketResidual>,
    /// `stop_on_entry=`.
    pub stop_on_entry: Option<StopOnEntry>,
    /// `mmp:GROUP=...`, as many as there are groups.
    pub protections: Vec<Protection>,
    /// `grow=`.
    pub grow: Option<GrowingChild>,
    /// `ref=P`.
    pub reference: Option<i64>,
    /// `indicative=`.
    pub indicative: Option<Indicative>,
    /// `busts=`.
    pub busts: Option<Busts>,
    /// `batch_max=N`.
    pub batch_max: Option<u32>,
}

word_enum! {
    /// How a level is shared out.
    MatchingRule {
        /// Price and time.
        Fifo = "fifo",
        /// Price and size.
        ProRata = "pro_rata",
    }
}

word_enum! {
    /// Whether the order that bettered the market goes first.
    TopOrder {
        /// It does.
        On = "on",
        /// It does not.
        Off = "off",
    }
}

word_enum! {
    /// Self-trade prevention in an uncross.
    AuctionSelfTrade {
        /// None.
        Off = "off",
        /// The newer order of an own pair goes.
        Newest = "newest",
    }
}

word_enum! {
    /// What becomes of the rest of a market order with protection.
    MarketResidual {
        /// It is canceled.
        Cancel = "cancel",
        /// It rests at the protection price.
        Rest = "rest",
    }
}

word_enum! {
    /// What becomes of a stop that is true already.
    StopOnEntry {
        /// It is refused.
        Reject = "reject",
        /// It fires at once.
        Trigger = "trigger",
    }
}

word_enum! {
    /// Place of a growing child.
    GrowingChild {
        /// It goes to the tail.
        Lose = "lose",
        /// It stays.
        Keep = "keep",
    }
}

word_enum! {
    /// Whether indicative prices are written.
    Indicative {
        /// They are.
        On = "on",
        /// They are not.
        Off = "off",
    }
}

word_enum! {
    /// Whether trades can be taken back.
    Busts {
        /// They can.
        On = "on",
        /// They cannot.
        Off = "off",
    }
}

word_enum! {
    /// Kind of a protection's window.
    WindowKind {
        /// Starts at the first fill.
        Tumbling = "tumbling",
        /// Ends now.
        Sliding = "sliding",
    }
}

/// A percentage with at most two decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Percent {
    /// Hundredths of a percent.
    pub bips: u64,
}

impl fmt::Display for Percent {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.bips % 100 {
            0 => write!(formatter, "{}", self.bips / 100),
            tenths if tenths % 10 == 0 => {
                write!(formatter, "{}.{}", self.bips / 100, tenths / 10)
            }
            hundredths => write!(formatter, "{}.{hundredths:02}", self.bips / 100),
        }
    }
}

/// `LO..HI` in prices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PriceRange {
    /// Lowest price.
    pub low: i64,
    /// Highest price.
    pub high: i64,
}

impl fmt::Display for PriceRange {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}..{}", self.low, self.high)
    }
}

/// Execution range in percent of the reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Collar {
    /// So much to both sides.
    Around(Percent),
    /// From so much to so much.
    Range {
        /// Lowest.
        low: Percent,
        /// Highest.
        high: Percent,
    },
}

impl fmt::Display for Collar {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Around(percent) => percent.fmt(formatter),
            Self::Range { low, high } => write!(formatter, "{low}..{high}"),
        }
    }
}

/// Two integers with a `/` between them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pair {
    /// Before the `/`.
    pub first: u64,
    /// After it.
    pub second: u64,
}

impl fmt::Display for Pair {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.first, self.second)
    }
}

/// A span of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DayWindow {
    /// Its first moment, from the start of the day.
    pub from: u64,
    /// The first moment behind it.
    pub until: u64,
    /// Length of the day; time 0 begins one.
    pub day: u64,
}

impl DayWindow {
    /// Whether a time is in it.
    pub const fn holds(self, time: u64) -> bool {
        let time_of_day = time % self.day;
        self.from <= time_of_day && time_of_day < self.until
    }
}

impl fmt::Display for DayWindow {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}..{}/{}", self.from, self.until, self.day)
    }
}

/// Market-maker protection of one group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Protection {
    /// Which group.
    pub group: Name,
    /// Limit of the traded quantity.
    pub quantity: Option<u64>,
    /// Limit of the number of trades.
    pub count: Option<u64>,
    /// Limit of the net traded quantity.
    pub delta: Option<u64>,
    /// Length of the window.
    pub window: u64,
    /// Its kind.
    pub kind: WindowKind,
    /// How long the group stays frozen; `None` until it is reset.
    pub freeze: Option<u64>,
}

impl fmt::Display for Protection {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "mmp:{}=", self.group)?;
        let limits = [
            ("qty", self.quantity),
            ("count", self.count),
            ("delta", self.delta),
        ];
        for (key, limit) in limits {
            if let Some(limit) = limit {
                write!(formatter, "{key}:{limit},")?;
            }
        }
        write!(formatter, "window:{},kind:{}", self.window, self.kind)?;
        match self.freeze {
            Some(freeze) => write!(formatter, ",freeze:{freeze}"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for InstrumentOptions {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut words = vec!["instrument".to_owned()];
        push(&mut words, "tick", self.tick.as_ref());
        push(&mut words, "lot", self.lot.as_ref());
        push(&mut words, "match", self.matching.as_ref());
        push(&mut words, "min_alloc", self.minimum_allocation.as_ref());
        push(&mut words, "top", self.top.as_ref());
        push(&mut words, "split", self.split.as_ref());
        push(&mut words, "band", self.band.as_ref());
        push(&mut words, "collar", self.collar.as_ref());
        push(&mut words, "corridor", self.corridor.as_ref());
        push(&mut words, "static_corridor", self.static_corridor.as_ref());
        push(&mut words, "call", self.call.as_ref());
        push(&mut words, "luld", self.luld.as_ref());
        push(&mut words, "luld_limit", self.luld_limit.as_ref());
        push(&mut words, "luld_pause", self.luld_pause.as_ref());
        push(&mut words, "luld_mean", self.luld_mean.as_ref());
        push(&mut words, "luld_double", self.luld_double.as_ref());
        push(&mut words, "velocity", self.velocity.as_ref());
        push(&mut words, "auction_stp", self.auction_self_trade.as_ref());
        push(&mut words, "market_residual", self.market_residual.as_ref());
        push(&mut words, "stop_on_entry", self.stop_on_entry.as_ref());
        words.extend(self.protections.iter().map(ToString::to_string));
        push(&mut words, "grow", self.grow.as_ref());
        push(&mut words, "ref", self.reference.as_ref());
        push(&mut words, "indicative", self.indicative.as_ref());
        push(&mut words, "busts", self.busts.as_ref());
        push(&mut words, "batch_max", self.batch_max.as_ref());
        formatter.write_str(&words.join(" "))
    }
}
