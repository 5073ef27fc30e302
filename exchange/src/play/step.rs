//! The steps of a play: who does what, and when.

use std::time::Duration;

use protocol::Symbol;

use crate::config::{Amount, ConfigError};
use crate::play::file::{ActWord, DisconnectWord, SideWord, StepPart};
use crate::play::script::{figure, symbol};

/// A step.
#[derive(Debug, Clone)]
pub struct Step {
    /// Engine time of it, from the beginning of the play.
    pub at: Duration,
    /// In which instrument.
    pub symbol: Symbol,
    /// Who does what.
    pub act: Act,
}

/// What is done.
#[derive(Debug, Clone)]
pub enum Act {
    /// A participant enters orders.
    Orders(Orders),
    /// A participant enters and cancels orders that never trade, as fast as it is let.
    Stuff(Orders),
    /// A participant enters and cancels an order every now and then, and times the answers.
    Probe(Orders),
    /// A participant cancels all that it has in the instrument.
    CancelAll {
        /// Who.
        actor: String,
    },
    /// A participant's connection breaks.
    Disconnect {
        /// Who.
        actor: String,
    },
    /// A further session of a participant follows everything and reads nothing of it.
    StopReading {
        /// Who.
        actor: String,
        /// For how long; what it finds then is read and judged.
        over: Duration,
    },
    /// An operator asks for something.
    Ask {
        /// Such as `session`.
        verb: String,
        /// JSON.
        body: serde_json::Value,
    },
}

/// Orders of one step.
#[derive(Debug, Clone)]
pub struct Orders {
    /// Who enters them.
    pub actor: String,
    /// On which side.
    pub side: SideWord,
    /// How many.
    pub count: u32,
    /// Of how much each.
    pub quantity: Amount,
    /// At which prices.
    pub pricing: Pricing,
    /// Within which time, evenly; zero is all at once.
    pub over: Duration,
    /// Stands for the middle of the book.
    pub around: Option<f64>,
    /// What becomes of them when their participant's connection breaks.
    pub on_disconnect: DisconnectWord,
}

/// Where orders are priced, in percent of the middle of the book.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Pricing {
    /// At the market.
    Market,
    /// Limits behind the middle, and each so much further behind the one before; good till canceled.
    Behind {
        /// The first.
        percent: f64,
        /// From one to the next.
        step_percent: f64,
    },
    /// Limits beyond the middle; good till canceled.
    Through {
        /// How far.
        percent: f64,
    },
    /// The same, immediate or cancel.
    Taking {
        /// How far.
        percent: f64,
    },
    /// Limits anywhere around the middle, by chance.
    Around {
        /// How far at most.
        percent: f64,
    },
}

/// Orders of one step, at most.
const ORDERS_MAX: u32 = 1_000_000;

/// What a step that rests orders takes.
const REST_KEYS: [&str; 9] = [
    "as",
    "side",
    "orders",
    "quantity",
    "away_percent",
    "step_percent",
    "around",
    "over",
    "on_disconnect",
];

impl Step {
    /// Derives a row of `[[step]]`.
    ///
    /// # Errors
    /// It lacks a key that its act needs, or has one that its act does not know.
    pub fn derive(
        path: &str,
        row: &StepPart,
        default: Symbol,
        length: Duration,
    ) -> Result<Self, ConfigError> {
        let at = row.at.0;
        if at > length {
            return Err(ConfigError::new(
                format!("{path}.at"),
                "the play is over by then",
                "write an earlier time, or make `for` longer",
            ));
        }
        refuse_foreign(path, row)?;
        let symbol = match &row.symbol {
            Some(text) => symbol(&format!("{path}.symbol"), text)?,
            None => default,
        };
        let act = act(path, row, symbol)?;
        Ok(Self { at, symbol, act })
    }

    /// Who does it, where it is a participant.
    pub fn actor(&self) -> Option<&str> {
        match &self.act {
            Act::Orders(orders) | Act::Stuff(orders) | Act::Probe(orders) => Some(&orders.actor),
            Act::CancelAll { actor }
            | Act::Disconnect { actor }
            | Act::StopReading { actor, .. } => Some(actor),
            Act::Ask { .. } => None,
        }
    }

    /// What it does, in a few words.
    pub fn words(&self) -> String {
        let symbol = self.symbol;
        match &self.act {
            Act::Orders(orders) => {
                let (actor, count) = (&orders.actor, orders.count);
                format!("{actor} enters {count} orders in {symbol}")
            }
            Act::Stuff(orders) => format!("{} stuffs {symbol} with quotes", orders.actor),
            Act::Probe(orders) => format!("{} times its answers in {symbol}", orders.actor),
            Act::CancelAll { actor } => format!("{actor} cancels all in {symbol}"),
            Act::Disconnect { actor } => format!("the connection of {actor} breaks"),
            Act::StopReading { actor, .. } => {
                format!("{actor} follows everything and stops reading")
            }
            Act::Ask { verb, body } => format!("the operator asks for {verb} {body}"),
        }
    }
}

fn act(path: &str, row: &StepPart, symbol: Symbol) -> Result<Act, ConfigError> {
    let session = |state: &str| Act::Ask {
        verb: "session".to_owned(),
        body: serde_json::json!({ "symbol": symbol.as_str(), "state": state }),
    };
    let percent = |key: &str, value: Option<Amount>| needed(path, key, value).map(figure);
    Ok(match row.act {
        ActWord::Rest => Act::Orders(orders(
            path,
            row,
            Pricing::Behind {
                percent: percent("away_percent", row.away_percent)?,
                step_percent: row.step_percent.map_or(0.0, figure),
            },
        )?),
        ActWord::Sweep => Act::Orders(orders(path, row, Pricing::Market)?),
        ActWord::Take => {
            let percent = percent("through_percent", row.through_percent)?;
            Act::Orders(orders(path, row, Pricing::Taking { percent })?)
        }
        ActWord::Enter => {
            let percent = percent("through_percent", row.through_percent)?;
            Act::Orders(orders(path, row, Pricing::Through { percent })?)
        }
        ActWord::Scatter => {
            let percent = percent("away_percent", row.away_percent)?;
            Act::Orders(orders(path, row, Pricing::Around { percent })?)
        }
        ActWord::Stuff => Act::Stuff(orders(path, row, behind(row))?),
        ActWord::Probe => Act::Probe(orders(path, row, behind(row))?),
        ActWord::CancelAll => Act::CancelAll {
            actor: actor(path, row)?,
        },
        ActWord::Disconnect => Act::Disconnect {
            actor: actor(path, row)?,
        },
        ActWord::StopReading => Act::StopReading {
            actor: actor(path, row)?,
            over: needed(path, "over", row.over)?.0,
        },
        ActWord::Halt => session("halted"),
        ActWord::Resume => session("continuous"),
        ActWord::Session => session(&needed(path, "state", row.state.clone())?),
        ActWord::Uncross => Act::Ask {
            verb: "uncross".to_owned(),
            body: serde_json::json!({ "symbol": symbol.as_str() }),
        },
        ActWord::Ask => {
            let body = needed(path, "body", row.body.clone())?;
            Act::Ask {
                verb: needed(path, "verb", row.verb.clone())?,
                body: serde_json::from_str(&body).map_err(|error| {
                    ConfigError::new(
                        format!("{path}.body"),
                        format!("this is no JSON: {error}"),
                        "write the body of the request as docs/admin.md has it",
                    )
                })?,
            }
        }
    })
}

fn behind(row: &StepPart) -> Pricing {
    Pricing::Behind {
        percent: row.away_percent.map_or(5.0, figure),
        step_percent: 0.0,
    }
}

fn orders(path: &str, row: &StepPart, pricing: Pricing) -> Result<Orders, ConfigError> {
    let count = row.orders.unwrap_or(1);
    if count == 0 || count > ORDERS_MAX {
        return Err(ConfigError::new(
            format!("{path}.orders"),
            "a step has from 1 to 1000000 orders",
            "write such a number",
        ));
    }
    let needs_time = matches!(row.act, ActWord::Stuff | ActWord::Probe);
    let over = match row.over {
        Some(over) => over.0,
        None if needs_time => return Err(missing(path, "over")),
        None => Duration::ZERO,
    };
    let quantity = needed(path, "quantity", row.quantity)?;
    if quantity.0.is_zero() || quantity.0.is_negative() {
        return Err(ConfigError::new(
            format!("{path}.quantity"),
            "an order is for more than nothing",
            "write an amount such as \"0.5\"",
        ));
    }
    Ok(Orders {
        actor: actor(path, row)?,
        side: needed(path, "side", row.side)?,
        count,
        quantity,
        pricing,
        over,
        around: row.around.map(figure),
        on_disconnect: row.on_disconnect.unwrap_or(DisconnectWord::Keep),
    })
}

fn actor(path: &str, row: &StepPart) -> Result<String, ConfigError> {
    needed(path, "as", row.actor.clone())
}

/// A key that must be there.
pub fn needed<T>(path: &str, key: &str, value: Option<T>) -> Result<T, ConfigError> {
    value.ok_or_else(|| missing(path, key))
}

fn missing(path: &str, key: &str) -> ConfigError {
    ConfigError::new(
        format!("{path}.{key}"),
        "the key is missing",
        "add it; docs/testing-bots.md says what each step and expectation takes",
    )
}

/// A key that says nothing here is a mistake, not a decoration.
fn refuse_foreign(path: &str, row: &StepPart) -> Result<(), ConfigError> {
    let given = [
        ("as", row.actor.is_some()),
        ("side", row.side.is_some()),
        ("orders", row.orders.is_some()),
        ("quantity", row.quantity.is_some()),
        ("away_percent", row.away_percent.is_some()),
        ("through_percent", row.through_percent.is_some()),
        ("step_percent", row.step_percent.is_some()),
        ("around", row.around.is_some()),
        ("over", row.over.is_some()),
        ("on_disconnect", row.on_disconnect.is_some()),
        ("state", row.state.is_some()),
        ("verb", row.verb.is_some()),
        ("body", row.body.is_some()),
    ];
    let known: &[&str] = match row.act {
        ActWord::Rest => &REST_KEYS,
        ActWord::Scatter | ActWord::Stuff | ActWord::Probe => &[
            "as",
            "side",
            "orders",
            "quantity",
            "away_percent",
            "around",
            "over",
        ],
        ActWord::Sweep => &["as", "side", "orders", "quantity", "over"],
        ActWord::Take | ActWord::Enter => &[
            "as",
            "side",
            "orders",
            "quantity",
            "through_percent",
            "around",
            "over",
        ],
        ActWord::CancelAll | ActWord::Disconnect => &["as"],
        ActWord::StopReading => &["as", "over"],
        ActWord::Halt | ActWord::Resume | ActWord::Uncross => &[],
        ActWord::Session => &["state"],
        ActWord::Ask => &["verb", "body"],
    };
    match given
        .iter()
        .find(|(key, is_given)| *is_given && !known.contains(key))
    {
        Some((key, _)) => Err(ConfigError::new(
            format!("{path}.{key}"),
            "this step does not know the key",
            if known.is_empty() {
                "take it out".to_owned()
            } else {
                format!(
                    "take it out; beside `at`, `do` and `symbol` it takes {}",
                    known.join(", ")
                )
            },
        )),
        None => Ok(()),
    }
}
