//! What can arrive in a scenario.

use std::fmt;

use crate::name::Name;
use crate::order_entry::{OrderEntry, SideWord, push};
use crate::word_enum::word_enum;

/// One command line of a scenario.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// A new order.
    Submit(Box<OrderEntry>),
    /// `cancel ID`.
    Cancel(Name),
    /// `replace ID ...`.
    Replace(Replacement),
    /// `quote GROUP by=ACC BIDQTY@BIDPRICE / ASKQTY@ASKPRICE`.
    Quote(Quote),
    /// `mass_cancel by=ACC ...`.
    MassCancel(MassCancellation),
    /// `mmp_reset GROUP by=ACC`.
    ProtectionReset {
        /// The frozen group.
        group: Name,
        /// Whose group.
        account: Name,
    },
    /// `disconnect by=ACC`.
    Disconnect(Name),
    /// `time T`.
    Time(u64),
    /// `kill by=ACC`.
    Kill(Name),
    /// `cancel_after by=ACC N`.
    CancelAfter {
        /// Whose timer.
        account: Name,
        /// Time units from now; 0 disarms.
        delay: u64,
    },
    /// `state X`.
    State(MarketState),
    /// `uncross [ref=P]`.
    Uncross {
        /// Reference price of the uncross.
        reference: Option<i64>,
    },
    /// `last P`.
    Last(i64),
    /// `bust N`.
    Bust(u64),
    /// `quiet on|off`.
    Quiet(Quiet),
    /// `show`.
    Show,
    /// `batch sequential: COMMAND ; COMMAND ...` or `batch all_or_none: ...`.
    Batch {
        /// What a refusal means for the others.
        mode: BatchWord,
        /// New orders, `cancel` and `replace` lines of one account.
        instructions: Vec<Command>,
    },
}

word_enum! {
    /// What the refusal of one instruction means for the others of its batch.
    BatchWord {
        /// Nothing.
        Sequential = "sequential",
        /// None is carried out.
        AllOrNone = "all_or_none",
    }
}

/// `replace ID [qty=N] [price=P] [peak=N] [stop=P] [expiry=T]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replacement {
    /// Which order.
    pub name: Name,
    /// New total.
    pub quantity: Option<u64>,
    /// New limit price.
    pub price: Option<i64>,
    /// New displayed slice.
    pub peak: Option<u64>,
    /// New stop price.
    pub stop: Option<i64>,
    /// New expiry.
    pub expiry: Option<u64>,
}

/// A two-sided quote of one group; `None` for a side that is `-`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quote {
    /// The group; its sides are `GROUP.bid` and `GROUP.ask`.
    pub group: Name,
    /// Whose quote.
    pub account: Name,
    /// Bid side.
    pub bid: Option<QuoteSide>,
    /// Ask side.
    pub ask: Option<QuoteSide>,
}

/// One side of a quote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuoteSide {
    /// How much; 0 cancels the side.
    pub quantity: u64,
    /// At which price.
    pub price: i64,
}

/// `mass_cancel by=ACC [side=buy|sell] [from=P] [to=P]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MassCancellation {
    /// Whose orders.
    pub account: Name,
    /// On which side only.
    pub side: Option<SideWord>,
    /// Lowest price that is meant.
    pub from: Option<i64>,
    /// Highest price that is meant.
    pub to: Option<i64>,
}

word_enum! {
    /// A state that a scenario can order.
    MarketState {
        /// Continuous trading.
        Continuous = "continuous",
        /// An intraday call.
        Auction = "auction",
        /// The opening call.
        OpeningAuction = "opening_auction",
        /// The closing call.
        ClosingAuction = "closing_auction",
        /// Trading is halted.
        Halted = "halted",
        /// The day is over.
        Closed = "closed",
        /// Before the opening call.
        PreOpen = "pre_open",
    }
}

word_enum! {
    /// Whether events are compared.
    Quiet {
        /// They are not.
        On = "on",
        /// They are.
        Off = "off",
    }
}

impl fmt::Display for Command {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Submit(entry) => entry.fmt(formatter),
            Self::Cancel(name) => write!(formatter, "cancel {name}"),
            Self::Replace(replacement) => replacement.fmt(formatter),
            Self::Quote(quote) => quote.fmt(formatter),
            Self::MassCancel(cancellation) => cancellation.fmt(formatter),
            Self::ProtectionReset { group, account } => {
                write!(formatter, "mmp_reset {group} by={account}")
            }
            Self::Disconnect(account) => write!(formatter, "disconnect by={account}"),
            Self::Time(time) => write!(formatter, "time {time}"),
            Self::Kill(account) => write!(formatter, "kill by={account}"),
            Self::CancelAfter { account, delay } => {
                write!(formatter, "cancel_after by={account} {delay}")
            }
            Self::State(state) => write!(formatter, "state {state}"),
            Self::Uncross { reference: None } => formatter.write_str("uncross"),
            Self::Uncross {
                reference: Some(price),
            } => write!(formatter, "uncross ref={price}"),
            Self::Last(price) => write!(formatter, "last {price}"),
            Self::Bust(trade) => write!(formatter, "bust {trade}"),
            Self::Quiet(quiet) => write!(formatter, "quiet {quiet}"),
            Self::Show => formatter.write_str("show"),
            Self::Batch { mode, instructions } => {
                let lines: Vec<String> = instructions.iter().map(Self::to_string).collect();
                write!(formatter, "batch {mode}: {}", lines.join(" ; "))
            }
        }
    }
}

impl fmt::Display for Replacement {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut words = vec![format!("replace {}", self.name)];
        push(&mut words, "qty", self.quantity.as_ref());
        push(&mut words, "price", self.price.as_ref());
        push(&mut words, "peak", self.peak.as_ref());
        push(&mut words, "stop", self.stop.as_ref());
        push(&mut words, "expiry", self.expiry.as_ref());
        formatter.write_str(&words.join(" "))
    }
}

impl fmt::Display for Quote {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let side = |side: Option<QuoteSide>| match side {
            Some(QuoteSide { quantity, price }) => format!("{quantity}@{price}"),
            None => "-".to_owned(),
        };
        let (bid, ask) = (side(self.bid), side(self.ask));
        write!(
            formatter,
            "quote {} by={} {bid} / {ask}",
            self.group, self.account
        )
    }
}

impl fmt::Display for MassCancellation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut words = vec![format!("mass_cancel by={}", self.account)];
        push(&mut words, "side", self.side.as_ref());
        push(&mut words, "from", self.from.as_ref());
        push(&mut words, "to", self.to.as_ref());
        formatter.write_str(&words.join(" "))
    }
}
