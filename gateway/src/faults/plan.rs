//! What a plan says, and what is derived from it.

use std::sync::Mutex;
use std::time::Duration;

use protocol::Reason;
use serde::Deserialize;

use crate::faults::chance::Chance;
use crate::lock::lock;
use crate::rule_set::{Amount, Span};

/// A plan as it is written, in TOML or JSON.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaultPlanPart {
    /// What the report calls it.
    pub name: String,
    /// Same seed, same faults for the same messages.
    #[serde(default)]
    pub seed: u64,
    /// On the connections that act with this API key or demo key.
    pub key: Option<String>,
    /// On the session with this number.
    pub session: Option<u64>,
    /// What goes wrong.
    pub fault: Vec<FaultPart>,
}

/// One fault as it is written.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaultPart {
    kind: Kind,
    from: Option<Span>,
    to: Option<Span>,
    skip: Option<u32>,
    every: Option<u32>,
    chance_percent: Option<Amount>,
    times: Option<u32>,
    delay: Option<Span>,
    jitter: Option<Span>,
    distribution: Option<Distribution>,
    spike: Option<Span>,
    spike_percent: Option<Amount>,
    last: Option<Span>,
    messages: Option<u32>,
    ahead: Option<Span>,
    behind: Option<Span>,
    code: Option<i32>,
    text: Option<String>,
    reason: Option<String>,
    fill_percent: Option<Amount>,
}

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The connection breaks.
    Disconnect,
    /// The connection stands, and nothing comes or goes.
    HalfOpen,
    /// Messages and requests are late.
    Latency,
    /// A message of market data is lost.
    Drop,
    /// One comes twice.
    Duplicate,
    /// One comes after the next one.
    Reorder,
    /// Several in a row are lost.
    SequenceGap,
    /// A frame or body ends in its middle, and with it the connection.
    TruncatedFrame,
    /// A request is refused: too many.
    RateLimit,
    /// A new order is refused.
    Reject,
    /// A request that changes orders is done, and its answer is that nobody knows.
    UnknownOutcome,
    /// A cancel is refused as if it had come too late.
    CancelReject,
    /// Market data stops for a while, and comes late then.
    StaleFeed,
    /// The exchange's times are off.
    ClockSkew,
    /// The exchange says good-bye, and is not to be had for a while.
    Maintenance,
    /// An order that takes trades a part of what it is for, and the rest is canceled.
    PartialFill,
}

/// How delays are spread.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Distribution {
    Fixed,
    Uniform,
    Normal,
    Exponential,
}

/// A plan that was checked.
#[derive(Debug)]
pub struct FaultPlan {
    /// What the report calls it.
    pub name: String,
    /// Its seed.
    pub seed: u64,
    /// On whose connections.
    pub target: Target,
    faults: Vec<Fault>,
    states: Mutex<Vec<FaultState>>,
}

/// Whose connections a plan is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// Those that act with this key.
    Key(String),
    /// This session alone.
    Session(u64),
    /// All.
    Everybody,
}

/// One fault of a plan.
#[derive(Debug, Clone)]
pub struct Fault {
    /// What goes wrong.
    pub kind: Kind,
    /// How long what it begins lasts, in microseconds.
    pub last_us: Option<u64>,
    /// How many messages in a row.
    pub messages: u32,
    /// What is added to the exchange's times, in microseconds.
    pub skew_us: i64,
    /// The venue's code of a refusal.
    pub code: Option<i32>,
    /// The sentence of a refusal.
    pub text: Option<String>,
    /// The native reason of a refusal.
    pub reason: Option<Reason>,
    /// How much of an order may trade, in millionths.
    pub fill_ppm: u32,
    when: When,
    delay: Delay,
}

#[derive(Debug, Clone, Copy)]
struct When {
    from_us: u64,
    to_us: u64,
    skip: u32,
    every: u32,
    ppm: u32,
    times: u32,
}

#[derive(Debug, Clone, Copy)]
struct Delay {
    mean_us: u64,
    jitter_us: u64,
    distribution: Distribution,
    spike_us: u64,
    spike_ppm: u32,
}

/// Where a fault stands.
#[derive(Debug)]
struct FaultState {
    chance: Chance,
    seen: u32,
    struck: u32,
}

/// A fault that struck.
#[derive(Debug, Clone)]
pub struct Struck {
    /// Which.
    pub fault: Fault,
    /// How late it makes what it is about, in microseconds.
    pub delay_us: u64,
}

/// What is wrong with a plan.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{key}: {problem}; {remedy}")]
pub struct BadFault {
    /// The key.
    pub key: String,
    /// What is wrong.
    pub problem: String,
    /// What to write instead.
    pub remedy: String,
}

impl BadFault {
    fn new(key: impl Into<String>, problem: &str, remedy: &str) -> Self {
        Self {
            key: key.into(),
            problem: problem.to_owned(),
            remedy: remedy.to_owned(),
        }
    }
}

/// Faults of one plan, at most.
const FAULTS_MAX: usize = 64;
const ALWAYS_PPM: u32 = 1_000_000;
/// What an order fills of itself where the plan does not say.
const HALF_PPM: u32 = 500_000;

impl FaultPlan {
    /// Checks a plan.
    ///
    /// # Errors
    /// It names two targets, no fault, or a fault lacks what it needs.
    pub fn derive(part: &FaultPlanPart) -> Result<Self, BadFault> {
        if part.name.is_empty() || part.name.len() > 64 {
            let problem = "a plan has a name of 1 to 64 bytes";
            return Err(BadFault::new("name", problem, "write one for the report"));
        }
        let target = match (&part.key, part.session) {
            (Some(key), None) => Target::Key(key.clone()),
            (None, Some(session)) => Target::Session(session),
            (None, None) => Target::Everybody,
            (Some(_), Some(_)) => {
                let remedy = "name a key or a session; without either it is for everybody";
                return Err(BadFault::new("session", "there is a key already", remedy));
            }
        };
        if part.fault.is_empty() || part.fault.len() > FAULTS_MAX {
            let problem = "a plan has from 1 to 64 faults";
            return Err(BadFault::new("fault", problem, "add a [[fault]]"));
        }
        let mut faults = Vec::new();
        for (row, number) in part.fault.iter().zip(1..) {
            faults.push(Fault::derive(&format!("fault.{number}"), row)?);
        }
        let states = (1..).zip(&faults).map(|(place, _)| FaultState {
            chance: Chance::of(part.seed, place),
            seen: 0,
            struck: 0,
        });
        Ok(Self {
            name: part.name.clone(),
            seed: part.seed,
            target,
            states: Mutex::new(states.collect()),
            faults,
        })
    }

    /// Whether it is for a connection.
    pub fn is_for(&self, key: Option<&str>, session: Option<u64>) -> bool {
        match &self.target {
            Target::Key(own) => key == Some(own.as_str()),
            Target::Session(own) => session == Some(*own),
            Target::Everybody => true,
        }
    }

    /// The fault of this kind that strikes now, `at_us` after the plan was bound. Asking is an opportunity, which counts.
    pub fn strike(&self, kind: Kind, at_us: u64) -> Option<Struck> {
        let mut states = lock(&self.states);
        for (fault, state) in self.faults.iter().zip(states.iter_mut()) {
            if fault.kind == kind && fault.when.strikes(state, at_us) {
                return Some(Struck {
                    delay_us: fault.delay.draw(&mut state.chance),
                    fault: fault.clone(),
                });
            }
        }
        None
    }

    /// Whether a fault of this kind begins by the clock alone.
    pub fn is_due(&self, kind: Kind, at_us: u64) -> bool {
        let states = lock(&self.states);
        let mut rows = self.faults.iter().zip(states.iter());
        rows.any(|(fault, state)| {
            let when = fault.when;
            let is_timed = when.from_us > 0 && when.ppm == ALWAYS_PPM && when.skip == 0;
            fault.kind == kind
                && is_timed
                && state.struck < when.times
                && (when.from_us..when.to_us).contains(&at_us)
        })
    }

    /// Which kinds it has, in words.
    pub fn kinds(&self) -> Vec<&'static str> {
        self.faults.iter().map(|fault| fault.kind.word()).collect()
    }
}

impl Kind {
    /// As it is written.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Disconnect => "disconnect",
            Self::HalfOpen => "half_open",
            Self::Latency => "latency",
            Self::Drop => "drop",
            Self::Duplicate => "duplicate",
            Self::Reorder => "reorder",
            Self::SequenceGap => "sequence_gap",
            Self::TruncatedFrame => "truncated_frame",
            Self::RateLimit => "rate_limit",
            Self::Reject => "reject",
            Self::UnknownOutcome => "unknown_outcome",
            Self::CancelReject => "cancel_reject",
            Self::StaleFeed => "stale_feed",
            Self::ClockSkew => "clock_skew",
            Self::Maintenance => "maintenance",
            Self::PartialFill => "partial_fill",
        }
    }
}

impl When {
    fn strikes(self, state: &mut FaultState, at_us: u64) -> bool {
        if at_us < self.from_us || at_us >= self.to_us || state.struck >= self.times {
            return false;
        }
        let place = state.seen;
        state.seen = place.saturating_add(1);
        let Some(beyond) = place.checked_sub(self.skip) else {
            return false;
        };
        let strikes = beyond.is_multiple_of(self.every) && state.chance.strikes(self.ppm);
        if strikes {
            state.struck = state.struck.saturating_add(1);
        }
        strikes
    }
}

impl Delay {
    fn draw(self, chance: &mut Chance) -> u64 {
        let usual = match self.distribution {
            Distribution::Fixed => self.mean_us,
            Distribution::Uniform => self.mean_us.saturating_add(chance.up_to(self.jitter_us)),
            Distribution::Normal => chance.around(self.mean_us, self.jitter_us),
            Distribution::Exponential => {
                self.mean_us.saturating_add(chance.falling(self.jitter_us))
            }
        };
        if self.spike_ppm > 0 && chance.strikes(self.spike_ppm) {
            return usual.saturating_add(self.spike_us);
        }
        usual
    }
}

impl Fault {
    fn derive(path: &str, part: &FaultPart) -> Result<Self, BadFault> {
        let needs = |key: &str, is_there: bool| {
            let remedy = "add it; docs/testing-bots.md says what each kind takes";
            let missing = || BadFault::new(format!("{path}.{key}"), "the key is missing", remedy);
            is_there.then_some(()).ok_or_else(missing)
        };
        match part.kind {
            Kind::Latency => needs("delay", part.delay.is_some())?,
            Kind::StaleFeed | Kind::Maintenance => needs("last", part.last.is_some())?,
            Kind::ClockSkew => needs("ahead", part.ahead.is_some() || part.behind.is_some())?,
            Kind::Disconnect
            | Kind::HalfOpen
            | Kind::Drop
            | Kind::Duplicate
            | Kind::Reorder
            | Kind::SequenceGap
            | Kind::TruncatedFrame
            | Kind::RateLimit
            | Kind::Reject
            | Kind::UnknownOutcome
            | Kind::CancelReject
            | Kind::PartialFill => {}
        }
        let from_us = part.from.map_or(0, micros);
        let to_us = part.to.map_or(u64::MAX, micros);
        if from_us >= to_us {
            let problem = "the window ends before it begins";
            return Err(BadFault::new(
                format!("{path}.to"),
                problem,
                "write a later time",
            ));
        }
        let reason = match &part.reason {
            Some(word) => Some(Reason::from_word(word).ok_or_else(|| {
                let remedy = "write one of the reasons of docs/protocol.md";
                BadFault::new(format!("{path}.reason"), "there is no such reason", remedy)
            })?),
            None => None,
        };
        let skew = |span: Option<Span>| i64::try_from(span.map_or(0, micros)).unwrap_or(i64::MAX);
        Ok(Self {
            kind: part.kind,
            last_us: part.last.map(micros),
            messages: part.messages.unwrap_or(3),
            skew_us: skew(part.ahead).saturating_sub(skew(part.behind)),
            code: part.code,
            text: part.text.clone(),
            reason,
            fill_ppm: ppm(path, "fill_percent", part.fill_percent)?.unwrap_or(HALF_PPM),
            when: When {
                from_us,
                to_us,
                skip: part.skip.unwrap_or(0),
                every: part.every.unwrap_or(1).max(1),
                ppm: ppm(path, "chance_percent", part.chance_percent)?.unwrap_or(ALWAYS_PPM),
                times: part.times.unwrap_or(u32::MAX),
            },
            delay: Delay {
                mean_us: part.delay.map_or(0, micros),
                jitter_us: part.jitter.map_or(0, micros),
                distribution: part.distribution.unwrap_or(if part.jitter.is_some() {
                    Distribution::Uniform
                } else {
                    Distribution::Fixed
                }),
                spike_us: part.spike.map_or(0, micros),
                spike_ppm: ppm(path, "spike_percent", part.spike_percent)?.unwrap_or(0),
            },
        })
    }
}

fn micros(Span(span): Span) -> u64 {
    micros_of(span)
}

fn micros_of(span: Duration) -> u64 {
    u64::try_from(span.as_micros()).unwrap_or(u64::MAX)
}

/// A percentage in millionths.
fn ppm(path: &str, key: &str, percent: Option<Amount>) -> Result<Option<u32>, BadFault> {
    let Some(Amount(percent)) = percent else {
        return Ok(None);
    };
    let units = percent.units_of(4).ok();
    let ppm = units.and_then(|units| u32::try_from(units).ok());
    match ppm.filter(|ppm| *ppm <= ALWAYS_PPM) {
        Some(ppm) => Ok(Some(ppm)),
        None => Err(BadFault::new(
            format!("{path}.{key}"),
            "this is no percentage",
            "write one from \"0\" to \"100\" with at most four decimals",
        )),
    }
}
