//! Starts the agents of a feed, each on a session of its own.

use std::sync::Arc;

use client::ClientConfig;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::agent::session::{AgentParts, AgentSession};
use crate::agent::{Agent, Means};
use crate::board::SessionEnd;
use crate::clock::Clock;
use crate::config::{AgentConfig, FeedConfig, FeedRun};
use crate::error::FeedError;
use crate::instrument_profile::InstrumentProfile;
use crate::order_name::OrderNames;
use crate::report::AgentLine;
use crate::schedule::Schedule;
use crate::session::Pace;

/// Agents that run.
pub type Running = JoinSet<Result<(SessionEnd, AgentLine), FeedError>>;

/// What agents are started with.
#[derive(Debug)]
pub struct Agents<'a> {
    /// The feed.
    pub config: &'a FeedConfig,
    /// Where it runs.
    pub run: &'a FeedRun,
    /// Its instruments.
    pub profiles: &'a Arc<[InstrumentProfile]>,
    /// Its clock.
    pub clock: Clock,
    /// How that goes.
    pub pace: Pace,
    /// When it ends.
    pub schedule: Schedule,
    /// What makes its names differ from another run's.
    pub tag: &'a str,
}

impl Agents<'_> {
    /// Opens a session for each agent that has a key of its own.
    ///
    /// # Errors
    /// A session cannot be opened, or what an agent is to do does not fit its instrument.
    pub async fn start(
        &self,
        start_ns: u64,
        stop: &watch::Receiver<bool>,
    ) -> Result<Running, FeedError> {
        let mut running = JoinSet::new();
        let sessions = self.config.sessions as usize;
        for (place, agent) in self.config.agents.iter().enumerate() {
            let Some(key) = self.run.keys.get(sessions + place) else {
                tracing::warn!(agent = agent.name, "no account is left for this agent");
                continue;
            };
            let name = format!("agent {}", agent.name);
            let client = ClientConfig::new(self.run.url.clone(), name)
                .with_key(key.clone())
                .with_reconnect(self.run.reconnect);
            let connection = client::connect(client).await?;
            let parts = self.parts(agent, sessions + place, connection, start_ns)?;
            running.spawn(AgentSession::run(parts, stop.clone()));
        }
        Ok(running)
    }

    fn parts(
        &self,
        agent: &AgentConfig,
        session: usize,
        connection: client::Session,
        start_ns: u64,
    ) -> Result<AgentParts, FeedError> {
        let mut profiles = self.profiles.iter();
        let profile = profiles
            .find(|profile| profile.symbol == agent.symbol)
            .expect("the configuration was checked: the feed has its instrument");
        let off_grid = |problem| FeedError::OffGrid {
            symbol: agent.symbol.to_string(),
            problem,
        };
        let lots_min = profile.shape.lots_min;
        let lots = profile.configured_lots(agent.quantity).map_err(off_grid)?;
        let means = Means {
            lots: lots.max(lots_min),
            lots_min,
            position_max: profile
                .configured_lots(agent.position_max)
                .map_err(off_grid)?,
        };
        Ok(AgentParts {
            connection,
            agent: Agent::named(self.config.seed, &agent.name, agent.kind, means),
            name: agent.name.clone(),
            kind: agent.kind,
            profile: profile.clone(),
            names: OrderNames::new(self.tag, session),
            clock: match self.pace {
                Pace::ByItself => self.clock.clone(),
                Pace::Lockstep => Clock::told(),
            },
            step: self.pace.step(session, &self.clock),
            start_ns,
            end_ns: self.schedule.end_ns(),
            look_interval_ns: u64::from(agent.look_interval_ms) * 1_000_000,
            answer_timeout_ns: u64::from(self.config.answer_timeout_ms) * 1_000_000,
        })
    }
}
