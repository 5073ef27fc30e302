//! What a play expects, derived and checked before anything starts.

use std::collections::BTreeSet;
use std::fmt;
use std::time::Duration;

use protocol::Symbol;

use crate::config::{ConfigError, Span};
use crate::play::file::{ClaimWord, DirectionWord, ExpectPart, SideWord};
use crate::play::script::{figure, symbol};
use crate::play::step::needed;

/// One thing that must hold.
#[derive(Debug, Clone)]
pub struct Expectation {
    /// What it is called in the report.
    pub name: String,
    /// Of which instrument.
    pub symbol: Symbol,
    /// What is claimed.
    pub claim: Claim,
}

/// What is claimed. Times are engine time from the beginning of the play.
#[derive(Debug, Clone, PartialEq)]
pub enum Claim {
    /// Within the window the price went so many percent away from where it was.
    PriceMoved(Window, DirectionWord, Bounds),
    /// Of that way it came so many percent back.
    PriceRecovered(Window, DirectionWord, Bounds),
    /// The widest spread of the window is so many times the usual one before it.
    SpreadTimes(Window, Bounds),
    /// From this instant on the spread is at most so many times the usual one before `after`.
    SpreadRecovers {
        /// What disturbs it.
        after: Duration,
        /// How long it may take.
        within: Duration,
        /// How wide it may be.
        times: f64,
    },
    /// At some instant of the window nobody stands on the side.
    OneSided(Window, SideWord),
    /// The state begins within so long.
    StateWithin {
        /// Which.
        state: String,
        /// From when on.
        after: Duration,
        /// How long it may take.
        within: Duration,
    },
    /// So many trades.
    Trades(Window, Bounds),
    /// No trade while the instrument is in the state.
    NoTradesWhile(String),
    /// So many orders of the actor were accepted.
    Accepted(String, Bounds),
    /// So many were rejected, for the reason or for any.
    Rejected(String, Option<String>, Bounds),
    /// So many were canceled, for the reason or for any.
    Canceled(String, Option<String>, Bounds),
    /// So many requests of the actor were answered that the exchange is busy.
    Busy(String, Bounds),
    /// Every request of the actor was answered; of everybody without one.
    Answered(Option<String>),
    /// So many orders of the actor are open at the end.
    OpenOrders(String, Bounds),
    /// Half of the actor's answers in the window took at most so many milliseconds.
    AnswerMs(String, Window, Bounds),
    /// Whoever stopped reading fell behind, or was cut off, and was told so.
    SlowReader(String),
    /// The feed of those who read had no gap and contradicted itself nowhere.
    FeedWhole,
    /// The book was never crossed while orders matched continuously.
    NeverCrossed,
    /// So many indicative prices were published.
    Indicative(Bounds),
    /// What the auction traded had one price and volume, and they were the last indicative ones.
    AuctionPrice,
    /// No money was made or lost.
    Conserved,
}

/// A part of the play; its ends belong to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Its beginning.
    pub from: Duration,
    /// Its end.
    pub to: Duration,
}

/// What a figure may be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bounds {
    least: Option<f64>,
    most: Option<f64>,
}

impl Bounds {
    /// Whether a figure is within them.
    pub fn hold(self, figure: f64) -> bool {
        self.least.is_none_or(|least| figure >= least)
            && self.most.is_none_or(|most| figure <= most)
    }
}

impl fmt::Display for Bounds {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.least, self.most) {
            (Some(least), Some(most)) => write!(formatter, "from {least} to {most}"),
            (Some(least), None) => write!(formatter, "at least {least}"),
            (None, Some(most)) => write!(formatter, "at most {most}"),
            (None, None) => formatter.write_str("any number"),
        }
    }
}

impl Expectation {
    /// Derives a row of `[[expect]]`.
    ///
    /// # Errors
    /// It lacks a key that its claim needs, has one that its claim does not know, or names an actor that does nothing.
    pub fn derive(
        path: &str,
        row: &ExpectPart,
        (default, length): (Symbol, Duration),
        actors: &BTreeSet<&str>,
    ) -> Result<Self, ConfigError> {
        refuse_foreign(path, row)?;
        if let Some(actor) = &row.actor
            && !actors.contains(actor.as_str())
        {
            let known: Vec<&str> = actors.iter().copied().collect();
            return Err(ConfigError::new(
                format!("{path}.as"),
                "no step names this actor",
                format!("write one of those that act: {}", known.join(", ")),
            ));
        }
        let symbol = match &row.symbol {
            Some(text) => symbol(&format!("{path}.symbol"), text)?,
            None => default,
        };
        let claim = Derivation { path, row, length }.claim()?;
        let name = row
            .name
            .clone()
            .unwrap_or_else(|| words(row.that).to_owned());
        Ok(Self {
            name,
            symbol,
            claim,
        })
    }
}

/// A row on its way to a claim.
struct Derivation<'a> {
    path: &'a str,
    row: &'a ExpectPart,
    length: Duration,
}

impl Derivation<'_> {
    fn claim(&self) -> Result<Claim, ConfigError> {
        let row = self.row;
        Ok(match row.that {
            ClaimWord::PriceMoved => {
                Claim::PriceMoved(self.window()?, self.direction(), self.bounds()?)
            }
            ClaimWord::PriceRecovered => {
                Claim::PriceRecovered(self.window()?, self.direction(), self.bounds()?)
            }
            ClaimWord::SpreadTimes => Claim::SpreadTimes(self.window()?, self.bounds()?),
            ClaimWord::SpreadRecovers => Claim::SpreadRecovers {
                after: self.span("after", row.after)?,
                within: self.span("within", row.within)?,
                times: needed(self.path, "times", row.times).map(figure)?,
            },
            ClaimWord::OneSided => {
                Claim::OneSided(self.window()?, needed(self.path, "side", row.side)?)
            }
            ClaimWord::StateWithin => Claim::StateWithin {
                state: needed(self.path, "state", row.state.clone())?,
                after: self.span("after", row.after)?,
                within: self.span("within", row.within)?,
            },
            ClaimWord::NoTrades => Claim::Trades(
                self.window()?,
                Bounds {
                    least: None,
                    most: Some(0.0),
                },
            ),
            ClaimWord::NoTradesWhile => {
                Claim::NoTradesWhile(needed(self.path, "state", row.state.clone())?)
            }
            ClaimWord::Trades => Claim::Trades(self.window()?, self.bounds()?),
            ClaimWord::Accepted => Claim::Accepted(self.actor()?, self.bounds()?),
            ClaimWord::Rejected => {
                Claim::Rejected(self.actor()?, row.reason.clone(), self.bounds()?)
            }
            ClaimWord::Canceled => {
                Claim::Canceled(self.actor()?, row.reason.clone(), self.bounds()?)
            }
            ClaimWord::Busy => Claim::Busy(self.actor()?, self.bounds()?),
            ClaimWord::Answered => Claim::Answered(row.actor.clone()),
            ClaimWord::OpenOrders => Claim::OpenOrders(self.actor()?, self.bounds()?),
            ClaimWord::AnswerMs => Claim::AnswerMs(self.actor()?, self.window()?, self.bounds()?),
            ClaimWord::SlowReader => Claim::SlowReader(self.actor()?),
            ClaimWord::FeedWhole => Claim::FeedWhole,
            ClaimWord::NeverCrossed => Claim::NeverCrossed,
            ClaimWord::Indicative => Claim::Indicative(self.bounds()?),
            ClaimWord::AuctionPrice => Claim::AuctionPrice,
            ClaimWord::Conserved => Claim::Conserved,
        })
    }

    fn actor(&self) -> Result<String, ConfigError> {
        needed(self.path, "as", self.row.actor.clone())
    }

    fn direction(&self) -> DirectionWord {
        self.row.direction.unwrap_or(DirectionWord::Any)
    }

    fn span(&self, key: &str, value: Option<Span>) -> Result<Duration, ConfigError> {
        needed(self.path, key, value).map(|span| span.0)
    }

    fn window(&self) -> Result<Window, ConfigError> {
        let from = self.row.from.map_or(Duration::ZERO, |span| span.0);
        let to = self.row.to.map_or(self.length, |span| span.0);
        if from >= to {
            return Err(ConfigError::new(
                format!("{}.to", self.path),
                "the window ends before it begins",
                "write a later time than `from`",
            ));
        }
        Ok(Window { from, to })
    }

    fn bounds(&self) -> Result<Bounds, ConfigError> {
        let row = self.row;
        if row.at_least.is_none() && row.at_most.is_none() {
            return Err(ConfigError::new(
                format!("{}.at_least", self.path),
                "an expectation without bounds cannot fail",
                "add `at_least` or `at_most`, such as at_least = \"1\"",
            ));
        }
        Ok(Bounds {
            least: row.at_least.map(figure),
            most: row.at_most.map(figure),
        })
    }
}

fn refuse_foreign(path: &str, row: &ExpectPart) -> Result<(), ConfigError> {
    let given = [
        ("as", row.actor.is_some()),
        ("from", row.from.is_some()),
        ("to", row.to.is_some()),
        ("after", row.after.is_some()),
        ("within", row.within.is_some()),
        ("direction", row.direction.is_some()),
        ("side", row.side.is_some()),
        ("state", row.state.is_some()),
        ("reason", row.reason.is_some()),
        ("at_least", row.at_least.is_some()),
        ("at_most", row.at_most.is_some()),
        ("times", row.times.is_some()),
    ];
    let known: &[&str] = match row.that {
        ClaimWord::PriceMoved | ClaimWord::PriceRecovered => {
            &["from", "to", "direction", "at_least", "at_most"]
        }
        ClaimWord::SpreadTimes | ClaimWord::Trades => &["from", "to", "at_least", "at_most"],
        ClaimWord::SpreadRecovers => &["after", "within", "times"],
        ClaimWord::OneSided => &["from", "to", "side"],
        ClaimWord::StateWithin => &["state", "after", "within"],
        ClaimWord::NoTrades => &["from", "to"],
        ClaimWord::NoTradesWhile => &["state"],
        ClaimWord::Accepted | ClaimWord::Busy | ClaimWord::OpenOrders => {
            &["as", "at_least", "at_most"]
        }
        ClaimWord::Rejected | ClaimWord::Canceled => &["as", "reason", "at_least", "at_most"],
        ClaimWord::Answered | ClaimWord::SlowReader => &["as"],
        ClaimWord::AnswerMs => &["as", "from", "to", "at_least", "at_most"],
        ClaimWord::Indicative => &["at_least", "at_most"],
        ClaimWord::FeedWhole
        | ClaimWord::NeverCrossed
        | ClaimWord::AuctionPrice
        | ClaimWord::Conserved => &[],
    };
    match given
        .iter()
        .find(|(key, is_given)| *is_given && !known.contains(key))
    {
        Some((key, _)) => Err(ConfigError::new(
            format!("{path}.{key}"),
            "this expectation does not know the key",
            if known.is_empty() {
                "take it out".to_owned()
            } else {
                format!(
                    "take it out; beside `that`, `name` and `symbol` it takes {}",
                    known.join(", ")
                )
            },
        )),
        None => Ok(()),
    }
}

/// What an expectation is called that has no name of its own.
const fn words(word: ClaimWord) -> &'static str {
    match word {
        ClaimWord::PriceMoved => "the price moves",
        ClaimWord::PriceRecovered => "the price recovers",
        ClaimWord::SpreadTimes => "the spread widens",
        ClaimWord::SpreadRecovers => "the spread recovers",
        ClaimWord::OneSided => "a side runs dry",
        ClaimWord::StateWithin => "the state begins in time",
        ClaimWord::NoTrades => "nothing trades",
        ClaimWord::NoTradesWhile => "nothing trades in the state",
        ClaimWord::Trades => "it trades",
        ClaimWord::Accepted => "orders are accepted",
        ClaimWord::Rejected => "orders are rejected",
        ClaimWord::Canceled => "orders are canceled",
        ClaimWord::Busy => "busy answers are bounded",
        ClaimWord::Answered => "every request is answered",
        ClaimWord::OpenOrders => "open orders at the end",
        ClaimWord::AnswerMs => "answers come in time",
        ClaimWord::SlowReader => "who does not read falls behind or is cut off",
        ClaimWord::FeedWhole => "the feed has no gap",
        ClaimWord::NeverCrossed => "the book is never crossed",
        ClaimWord::Indicative => "indicative prices are published",
        ClaimWord::AuctionPrice => "the auction trades at the last indicative price",
        ClaimWord::Conserved => "no money is made or lost",
    }
}
