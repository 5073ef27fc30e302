//! What a feed is told: config/feed-sim.toml, parsed once, checked whole.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use client::Reconnect;
use protocol::{ExactDecimal, Symbol};
use serde::Deserialize;

use crate::agent::AgentKind;

/// The whole of config/feed-sim.toml.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FeedConfig {
    /// Same seed, same intended flow.
    pub seed: u64,
    /// New orders per second, all participants together; cancels come on top.
    pub rate_orders_per_s: u32,
    /// WebSocket sessions that the participants share.
    pub sessions: u32,
    /// What makes the orders.
    pub flow: FlowKind,
    /// Where the flow is [`FlowKind::Auto`], models make it up to this rate; their bursts are many times as dense.
    pub model_rate_orders_per_s_max: u32,
    /// How long intents may be gathered before they are sent together.
    pub send_interval_us: u32,
    /// How long an answer is waited for at the end before it counts as missing.
    pub answer_timeout_ms: u32,
    /// Who takes part in each instrument.
    pub participants: ParticipantsConfig,
    /// What is traded.
    #[serde(rename = "instrument")]
    pub instruments: Vec<InstrumentConfig>,
    /// Participants with an account and a session of their own.
    #[serde(rename = "agent")]
    pub agents: Vec<AgentConfig>,
}

/// One agent.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgentConfig {
    /// What it is called.
    pub name: String,
    /// What it trades by.
    pub kind: AgentKind,
    /// On which instrument.
    pub symbol: Symbol,
    /// Quantity of a usual order.
    pub quantity: ExactDecimal,
    /// Most that it has bought or sold on balance.
    pub position_max: ExactDecimal,
    /// How often it looks at the market.
    pub look_interval_ms: u32,
}

/// What makes the orders of a feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FlowKind {
    /// Models where the rate is low enough for their bursts, participants above it.
    Auto,
    /// The participants of `[participants]`, each by itself: even, cheap, without memory.
    Participants,
    /// A model of each instrument's whole order flow: bursts, memory, impact.
    Model,
}

/// Who makes the orders, once the rate is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FlowMakers {
    /// The participants of `[participants]`.
    Participants,
    /// A model for each instrument.
    Models,
}

/// Who takes part in each instrument. The three shares are of all orders and add up to 100.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ParticipantsConfig {
    /// Market makers.
    pub market_makers: u32,
    /// Their share of all orders.
    pub market_maker_share_percent: u32,
    /// Quotes of each on each side.
    pub market_maker_levels: u32,
    /// Takers.
    pub takers: u32,
    /// Their share of all orders.
    pub taker_share_percent: u32,
    /// Passive participants.
    pub passives: u32,
    /// Their share of all orders.
    pub passive_share_percent: u32,
    /// Open orders of each, at most.
    pub passive_open_orders_max: u32,
}

/// One instrument's flow. Distances are millionths of the reference price, at least one tick.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InstrumentConfig {
    /// Its printed name.
    pub symbol: Symbol,
    /// Where the reference price starts.
    pub reference_price: ExactDecimal,
    /// Quantity of a quote.
    pub quote_quantity: ExactDecimal,
    /// From the reference to the best quote.
    pub half_spread_ppm: u32,
    /// From one quote to the next.
    pub level_step_ppm: u32,
    /// Largest step of the reference, twenty times a second.
    pub reference_step_ppm_max: u32,
    /// Share of the flow, relative to the other instruments.
    pub weight: u32,
}

/// Where a feed runs and for how long; not part of the file.
#[derive(Debug, Clone)]
pub struct FeedRun {
    /// The exchange's WebSocket, e.g. `ws://127.0.0.1:9080/v1/ws`.
    pub url: String,
    /// Keys of the accounts; session `n` uses key `n` modulo their number. One per session is best:
    /// sessions that share an account hear each other's reports. Agents have those after the sessions', one each; an
    /// agent for which none is left stays away.
    pub keys: Vec<String>,
    /// How long orders are sent, in the exchange's time; `None` = until the shutdown.
    pub run_for: Option<Duration>,
    /// How many times as fast as the world's the exchange's time goes, where it goes by itself.
    pub speed: NonZeroU32,
    /// What happens when a connection is lost. In lockstep the feed ends with it, whatever this says: time waits for it.
    pub reconnect: Reconnect,
    /// While this is true its time stands, where it goes by itself: nothing is due, and nothing is made up for.
    pub must_stand: Arc<AtomicBool>,
}

/// Why a configuration makes no sense.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{key}: {problem}")]
pub struct ConfigError {
    /// Which key.
    pub key: String,
    /// What is wrong with it.
    pub problem: &'static str,
}

impl FeedConfig {
    /// How long an answer is waited for.
    pub fn answer_timeout(&self) -> Duration {
        Duration::from_millis(u64::from(self.answer_timeout_ms))
    }

    /// Who makes the orders at the rate that is configured.
    pub const fn flow_makers(&self) -> FlowMakers {
        match self.flow {
            FlowKind::Auto if self.rate_orders_per_s <= self.model_rate_orders_per_s_max => {
                FlowMakers::Models
            }
            FlowKind::Auto | FlowKind::Participants => FlowMakers::Participants,
            FlowKind::Model => FlowMakers::Models,
        }
    }

    /// Checks what types cannot say.
    ///
    /// # Errors
    /// A count is zero, the shares do not add up, or a symbol stands twice.
    pub fn check(&self) -> Result<(), ConfigError> {
        at_least_one("rate_orders_per_s", self.rate_orders_per_s)?;
        at_least_one("sessions", self.sessions)?;
        at_least_one("send_interval_us", self.send_interval_us)?;
        at_least_one("answer_timeout_ms", self.answer_timeout_ms)?;
        self.participants.check()?;
        if self.instruments.is_empty() {
            return Err(wrong("instrument", "there is none"));
        }
        for (place, instrument) in self.instruments.iter().enumerate() {
            instrument.check()?;
            let is_named = |other: &InstrumentConfig| other.symbol == instrument.symbol;
            if self.instruments[..place].iter().any(is_named) {
                return Err(instrument.wrong("symbol", "it stands twice"));
            }
        }
        for (place, agent) in self.agents.iter().enumerate() {
            agent.check(&self.instruments)?;
            if self.agents[..place]
                .iter()
                .any(|other| other.name == agent.name)
            {
                return Err(agent.wrong("name", "it stands twice"));
            }
        }
        Ok(())
    }
}

impl ParticipantsConfig {
    fn check(&self) -> Result<(), ConfigError> {
        at_least_one("participants.market_makers", self.market_makers)?;
        at_least_one("participants.market_maker_levels", self.market_maker_levels)?;
        at_least_one("participants.takers", self.takers)?;
        at_least_one("participants.passives", self.passives)?;
        at_least_one(
            "participants.passive_open_orders_max",
            self.passive_open_orders_max,
        )?;
        let shares = [
            self.market_maker_share_percent,
            self.taker_share_percent,
            self.passive_share_percent,
        ];
        if shares.contains(&0) || shares.iter().map(|share| u64::from(*share)).sum::<u64>() != 100 {
            return Err(wrong(
                "participants",
                "the three shares must be above zero and add up to 100 percent",
            ));
        }
        Ok(())
    }
}

impl InstrumentConfig {
    fn check(&self) -> Result<(), ConfigError> {
        for (key, count) in [
            ("half_spread_ppm", self.half_spread_ppm),
            ("level_step_ppm", self.level_step_ppm),
            ("weight", self.weight),
        ] {
            if count == 0 {
                return Err(self.wrong(key, "it must be at least 1"));
            }
        }
        if self.reference_price.units() <= 0 {
            return Err(self.wrong("reference_price", "it must be above zero"));
        }
        if self.quote_quantity.units() <= 0 {
            return Err(self.wrong("quote_quantity", "it must be above zero"));
        }
        Ok(())
    }

    fn wrong(&self, key: &str, problem: &'static str) -> ConfigError {
        wrong(&format!("instrument.{}.{key}", self.symbol), problem)
    }
}

impl AgentConfig {
    fn check(&self, instruments: &[InstrumentConfig]) -> Result<(), ConfigError> {
        if !instruments.iter().any(|one| one.symbol == self.symbol) {
            return Err(self.wrong("symbol", "no instrument of the feed has it"));
        }
        if self.look_interval_ms == 0 {
            return Err(self.wrong("look_interval_ms", "it must be at least 1"));
        }
        for (key, quantity) in [
            ("quantity", self.quantity),
            ("position_max", self.position_max),
        ] {
            if quantity.units() <= 0 {
                return Err(self.wrong(key, "it must be above zero"));
            }
        }
        Ok(())
    }

    fn wrong(&self, key: &str, problem: &'static str) -> ConfigError {
        wrong(&format!("agent.{}.{key}", self.name), problem)
    }
}

fn at_least_one(key: &str, count: u32) -> Result<(), ConfigError> {
    if count == 0 {
        return Err(wrong(key, "it must be at least 1"));
    }
    Ok(())
}

fn wrong(key: &str, problem: &'static str) -> ConfigError {
    ConfigError {
        key: key.to_owned(),
        problem,
    }
}

#[cfg(test)]
mod tests {
    //! The file of the repository is a good configuration, and mistakes are named.

    use super::*;

    const FILE: &str = include_str!("../../config/feed-sim.toml");

    #[test]
    fn the_file_in_config_is_good() {
        let config: FeedConfig = toml::from_str(FILE).unwrap();

        assert_eq!(config.check(), Ok(()));
        let symbols: Vec<_> = config
            .instruments
            .iter()
            .map(|one| one.symbol.as_str())
            .collect();
        assert_eq!(
            symbols,
            [
                "BTCUSDT", "ETHUSDT", "SOLUSDT", "BNBUSDT", "XRPUSDT", "DOGEUSDT", "ADAUSDT",
                "LTCUSDT"
            ]
        );
    }

    #[test]
    fn an_unknown_key_is_named() {
        let error = toml::from_str::<FeedConfig>(&format!("sed = 1\n{FILE}")).unwrap_err();

        assert!(error.to_string().contains("unknown field `sed`"), "{error}");
    }

    #[test]
    fn shares_must_add_up() {
        let mut config: FeedConfig = toml::from_str(FILE).unwrap();
        config.participants.taker_share_percent += 1;

        assert_eq!(config.check().unwrap_err().key, "participants");
    }

    #[test]
    fn an_agent_trades_what_the_feed_has_and_is_named_once() {
        let good: FeedConfig = toml::from_str(FILE).unwrap();
        let name = good.agents[0].name.clone();
        let mut config = good.clone();
        config.agents[0].symbol = "NONE".parse().unwrap();
        assert_eq!(
            config.check().unwrap_err().key,
            format!("agent.{name}.symbol")
        );

        let mut config = good;
        config.agents[1].name.clone_from(&name);
        assert_eq!(
            config.check().unwrap_err().key,
            format!("agent.{name}.name")
        );
    }

    #[test]
    fn a_symbol_stands_once() {
        let mut config: FeedConfig = toml::from_str(FILE).unwrap();
        config.instruments[3].symbol = config.instruments[0].symbol;

        assert_eq!(config.check().unwrap_err().key, "instrument.BTCUSDT.symbol");
    }
}
