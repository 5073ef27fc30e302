//! What is written in a play, word by word. What it means is derived in `script.rs`.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::config::{Amount, Span};

/// A whole file, without its table `[exchange]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlayPart {
    pub about: String,
    #[serde(rename = "for")]
    pub length: Span,
    #[serde(default)]
    pub seed: Option<u64>,
    pub symbol: String,
    #[serde(default)]
    pub keys: BTreeMap<String, String>,
    #[serde(default)]
    pub flow: FlowPart,
    #[serde(default)]
    pub step: Vec<StepPart>,
    pub expect: Vec<ExpectPart>,
}

/// `[flow]`: who trades beside those that the steps name.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FlowPart {
    pub kind: Option<FlowWord>,
    pub rate_orders_per_s: Option<u32>,
    pub instruments: Option<u32>,
    pub sessions: Option<u32>,
}

/// Who makes the orders of a flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FlowWord {
    None,
    Participants,
    Model,
}

/// A row of `[[step]]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StepPart {
    pub at: Span,
    #[serde(rename = "do")]
    pub act: ActWord,
    #[serde(rename = "as")]
    pub actor: Option<String>,
    pub symbol: Option<String>,
    pub side: Option<SideWord>,
    pub orders: Option<u32>,
    pub quantity: Option<Amount>,
    pub away_percent: Option<Amount>,
    pub through_percent: Option<Amount>,
    pub step_percent: Option<Amount>,
    pub around: Option<Amount>,
    pub over: Option<Span>,
    pub on_disconnect: Option<DisconnectWord>,
    pub state: Option<String>,
    pub verb: Option<String>,
    pub body: Option<String>,
}

/// What a step does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActWord {
    Rest,
    Sweep,
    Take,
    Enter,
    Scatter,
    Stuff,
    Probe,
    CancelAll,
    Disconnect,
    StopReading,
    Halt,
    Resume,
    Session,
    Uncross,
    Ask,
}

/// Which side the orders of a step are on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SideWord {
    Buy,
    Sell,
    Both,
}

/// What becomes of the orders of a step when their participant's connection breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DisconnectWord {
    Keep,
    Cancel,
}

/// A row of `[[expect]]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExpectPart {
    pub that: ClaimWord,
    pub name: Option<String>,
    pub symbol: Option<String>,
    #[serde(rename = "as")]
    pub actor: Option<String>,
    pub from: Option<Span>,
    pub to: Option<Span>,
    pub after: Option<Span>,
    pub within: Option<Span>,
    pub direction: Option<DirectionWord>,
    pub side: Option<SideWord>,
    pub state: Option<String>,
    pub reason: Option<String>,
    pub at_least: Option<Amount>,
    pub at_most: Option<Amount>,
    pub times: Option<Amount>,
}

/// What is expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClaimWord {
    PriceMoved,
    PriceRecovered,
    SpreadTimes,
    SpreadRecovers,
    OneSided,
    StateWithin,
    NoTrades,
    NoTradesWhile,
    Trades,
    Accepted,
    Rejected,
    Canceled,
    Busy,
    Answered,
    OpenOrders,
    AnswerMs,
    SlowReader,
    FeedWhole,
    NeverCrossed,
    Indicative,
    AuctionPrice,
    Conserved,
}

/// Where a price goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DirectionWord {
    Up,
    Down,
    Any,
}
