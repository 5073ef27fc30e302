//! A live order: everything that is known of it.

use scenario::{PegReference, PostOnlyWord, SelfTradeWord, Shown, SideWord, TriggerSource};

use super::names::Word;

/// Number of an order, in order of entry.
pub type Id = u64;

/// Whose order it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Account {
    /// The account with this name.
    Named(Word),
    /// The account that only the order of this name has.
    Own(Word),
}

/// Where an order is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// On its way: accepted, triggered, started or replaced in this command.
    Entering,
    /// In the book.
    Book,
    /// A stop that waits.
    Armed,
    /// A stop that was hit and has not entered.
    Hit,
    /// A child whose parent has not traded.
    Unstarted,
    /// A peg without a price.
    Parked,
    /// An at-open or at-close order before its auction.
    Early,
}

/// How long an order lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Life {
    Forever,
    Immediate,
    WholeOrNothing,
    Until(u64),
    Day,
    Auction,
    Continuous,
    Opening,
    Closing,
}

/// What a stop waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TriggerKind {
    Stop(i64),
    TakeProfit(i64),
    Trailing(Trail),
}

/// A trailing stop, and how far it has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trail {
    pub distance: Distance,
    pub step: u64,
    pub activation: Option<i64>,
    /// The last price at entry.
    pub entry_price: Option<i64>,
    /// Where it fires now, once it is active.
    pub stop: Option<i64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Distance {
    Price(i64),
    Bips(i64),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trigger {
    pub kind: TriggerKind,
    pub source: TriggerSource,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peg {
    pub reference: PegReference,
    pub offset: i64,
    pub cap: Option<i64>,
}

/// One cancels the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Partner {
    pub id: Id,
    pub reduces: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parent {
    pub id: Id,
    pub is_partial: bool,
    /// What the child is for.
    pub wanted: u64,
    /// What the parent has traded.
    pub allowed: u64,
    /// What the child was given of it.
    pub granted: u64,
    /// It is to start or to grow.
    pub has_turn: bool,
}

#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a word of the order line or of its way"
)]
#[derive(Debug, Clone, Copy)]
pub struct Order {
    pub id: Id,
    pub name: Word,
    pub account: Account,
    pub stp_group: Option<Word>,
    pub side: SideWord,
    /// `None`: any price.
    pub limit: Option<i64>,
    /// The price that its owner wrote.
    pub asked: Option<i64>,
    /// What can still trade, hidden or not.
    pub open: u64,
    pub filled: u64,
    /// What a market order by an amount of money can still spend or ask.
    pub money: Option<u64>,
    pub peak: Option<u64>,
    /// What an iceberg shows now.
    pub slice: u64,
    pub is_hidden: bool,
    pub life: Life,
    pub post_only: Option<PostOnlyWord>,
    pub minimum: u64,
    pub mode: SelfTradeWord,
    /// Market with protection.
    pub points: Option<i64>,
    pub trigger: Option<Trigger>,
    /// Where it fired.
    pub fired_at: Option<i64>,
    pub peg: Option<Peg>,
    pub partner: Option<Partner>,
    pub parent: Option<Parent>,
    pub maker_group: Option<Word>,
    pub goes_on_disconnect: bool,
    pub is_quote: bool,
    pub place: Place,
    /// Its place in the queue of its price.
    pub turn: u64,
    /// It enters later than it came.
    pub is_late: bool,
    /// It took on its way in.
    pub has_taken: bool,
}

impl Order {
    pub fn is_iceberg(&self) -> bool {
        self.peak.is_some()
    }

    /// What everybody sees.
    pub fn displayed(&self) -> u64 {
        if self.is_hidden { 0 } else { self.on_offer() }
    }

    /// What a taker can have of it in one trade.
    pub fn on_offer(&self) -> u64 {
        if self.is_iceberg() {
            self.slice
        } else {
            self.open
        }
    }

    /// As the book shows it.
    pub fn shown(&self) -> Shown {
        Shown {
            displayed: self.on_offer(),
            hidden: self.is_iceberg().then(|| self.open - self.slice),
        }
    }

    pub fn expiry(&self) -> Option<u64> {
        if let Life::Until(expiry) = self.life {
            Some(expiry)
        } else {
            None
        }
    }

    /// What is left of its amount of money is not for anything any more.
    pub fn spend_all(&mut self) {
        self.money = self.money.map(|_| 0);
    }

    pub fn is_over(&self) -> bool {
        match self.money {
            Some(money) => money == 0,
            None => self.open == 0,
        }
    }

    pub fn reaches(&self, price: i64) -> bool {
        match (self.limit, self.side) {
            (None, _) => true,
            (Some(limit), SideWord::Buy) => limit >= price,
            (Some(limit), SideWord::Sell) => limit <= price,
        }
    }

    pub fn is_own(&self, other: &Self) -> bool {
        let same_group = self.stp_group.is_some() && self.stp_group == other.stp_group;
        self.account == other.account || same_group
    }

    pub fn trail(&self) -> Option<Trail> {
        match self.trigger?.kind {
            TriggerKind::Trailing(trail) => Some(trail),
            TriggerKind::Stop(_) | TriggerKind::TakeProfit(_) => None,
        }
    }
}

impl Order {
    /// Less is open, of an iceberg the hidden part first.
    pub fn lose(&mut self, quantity: u64, price: i64) {
        if let Some(money) = &mut self.money {
            *money -= quantity * u64::try_from(price).expect("prices are positive");
        } else {
            self.open -= quantity;
            self.slice = self.slice.min(self.open);
        }
    }

    /// So much traded of a resting order, of an iceberg the slice that is shown first.
    pub fn trade_as_maker(&mut self, quantity: u64) {
        self.open -= quantity;
        self.filled += quantity;
        self.slice = self.slice.saturating_sub(quantity);
    }

    /// So much traded of an arriving order.
    pub fn trade_as_taker(&mut self, quantity: u64, price: i64) {
        self.lose(quantity, price);
        self.filled += quantity;
        self.has_taken = true;
    }
}
