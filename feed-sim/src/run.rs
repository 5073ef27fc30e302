//! Runs a feed: opens the sessions, seats the participants, watches, and adds up.

use std::sync::Arc;
use std::time::Duration;

use client::ClientConfig;
use protocol::HelloAnswer;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::agents::Agents;
use crate::board::{Board, SessionEnd};
use crate::clock::{Clock, run_tag};
use crate::config::{ConfigError, FeedConfig, FeedRun};
use crate::error::FeedError;
use crate::instrument_profile::InstrumentProfile;
use crate::order_name::OrderNames;
use crate::report::{FeedSnapshot, FeedSummary};
use crate::schedule::Schedule;
use crate::seating::flow_of_session;
use crate::session::{FeedSession, Pace, SessionParts};

/// How often a snapshot is shown.
const SNAPSHOT_INTERVAL: Duration = Duration::from_millis(500);
/// Between the opening of the sessions and the first order.
const START_DELAY_NS: u64 = 20_000_000;

/// Runs a feed until its time is over or `shutdown` is done, and sums it up.
///
/// A snapshot is shown in `live` twice a second.
///
/// # Errors
/// The configuration is wrong, the exchange lists an instrument not or otherwise, or a session is lost.
pub async fn run(
    config: &FeedConfig,
    run: FeedRun,
    live: watch::Sender<FeedSnapshot>,
    shutdown: impl Future<Output = ()>,
) -> Result<FeedSummary, FeedError> {
    config.check()?;
    let connections = connect(config, &run).await?;
    let profiles = profiles(config, &connections[0].hello)?;
    let board = Arc::new(Board::new(&profiles));
    let pace = Pace::of(connections[0].hello.clock);
    let clock = match pace {
        Pace::ByItself => Clock::start_unless(run.speed, Arc::clone(&run.must_stand)),
        Pace::Lockstep => Clock::told(),
    };
    let run_for_ns = run.run_for.map_or(u64::MAX, nanoseconds);
    let start_ns = match pace {
        Pace::ByItself => {
            clock.now_ns() + START_DELAY_NS.saturating_mul(u64::from(run.speed.get()))
        }
        Pace::Lockstep => 0,
    };
    let schedule = Schedule::new(
        start_ns,
        start_ns.saturating_add(run_for_ns),
        u64::from(config.send_interval_us) * 1_000,
    );
    let (stop, stopped) = watch::channel(false);
    let mut tasks = JoinSet::new();
    let tag = match pace {
        Pace::ByItself => run_tag(),
        // The same run gives the same names.
        Pace::Lockstep => format!("s{:x}", config.seed),
    };
    for (session, connection) in connections.into_iter().enumerate() {
        let parts = SessionParts {
            connection,
            flow: flow_of_session(config, &profiles, session),
            followed: (session..profiles.len())
                .step_by(config.sessions as usize)
                .collect(),
            profiles: Arc::clone(&profiles),
            names: OrderNames::new(&tag, session),
            schedule,
            clock: match pace {
                Pace::ByItself => clock.clone(),
                Pace::Lockstep => Clock::told(),
            },
            step: pace.step(session, &clock),
            board: Arc::clone(&board),
            answer_timeout: config.answer_timeout(),
        };
        tasks.spawn(FeedSession::run(parts, stopped.clone()));
    }
    let agents = Agents {
        config,
        run: &run,
        profiles: &profiles,
        clock: clock.clone(),
        pace,
        schedule,
        tag: &tag,
    };
    let agents = agents.start(start_ns, &stopped).await?;
    drop(stopped);
    let watching = Watching {
        board: &board,
        clock,
        start_ns,
        live,
    };
    let traded_until_ns = watching
        .until_over(&mut tasks, stop, shutdown, schedule)
        .await;
    let (mut ends, traded_until_ns) = traded_until_ns?;
    let seconds = seconds(traded_until_ns.saturating_sub(start_ns));
    let mut lines = Vec::new();
    for ended in agents.join_all().await {
        let (end, line) = ended?;
        ends.push(end);
        lines.push(line);
    }
    lines.sort_by(|one, other| one.name.cmp(&other.name));
    let summary = board.summary(config.seed, seconds, &ends);
    Ok(FeedSummary {
        agents: lines,
        ..summary
    })
}

async fn connect(config: &FeedConfig, run: &FeedRun) -> Result<Vec<client::Session>, FeedError> {
    if run.keys.is_empty() {
        return Err(ConfigError {
            key: "keys".to_owned(),
            problem: "participants need at least one account's key",
        }
        .into());
    }
    let mut connections = Vec::new();
    for session in 0..config.sessions as usize {
        let name = format!("feed-sim {session}");
        let key = run.keys[session % run.keys.len()].clone();
        let client = ClientConfig::new(run.url.clone(), name)
            .with_key(key)
            .with_reconnect(run.reconnect);
        connections.push(client::connect(client).await?);
    }
    Ok(connections)
}

fn profiles(
    config: &FeedConfig,
    hello: &HelloAnswer,
) -> Result<Arc<[InstrumentProfile]>, FeedError> {
    let profile = |instrument: &crate::config::InstrumentConfig| {
        let mut listed = hello.instruments.iter();
        let terms = listed
            .find(|terms| terms.symbol == instrument.symbol)
            .ok_or_else(|| FeedError::UnknownSymbol {
                symbol: instrument.symbol.to_string(),
            })?;
        InstrumentProfile::new(instrument, &config.participants, terms)
    };
    config.instruments.iter().map(profile).collect()
}

/// Watches a running feed.
struct Watching<'a> {
    board: &'a Board,
    clock: Clock,
    start_ns: u64,
    live: watch::Sender<FeedSnapshot>,
}

impl Watching<'_> {
    /// Shows snapshots until every session has ended; says when the last order was due.
    async fn until_over(
        &self,
        tasks: &mut JoinSet<Result<SessionEnd, FeedError>>,
        stop: watch::Sender<bool>,
        shutdown: impl Future<Output = ()>,
        schedule: Schedule,
    ) -> Result<(Vec<SessionEnd>, u64), FeedError> {
        tokio::pin!(shutdown);
        let mut stopped_at_ns = None;
        let mut ends = Vec::new();
        let mut ticks = tokio::time::interval(SNAPSHOT_INTERVAL);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
        loop {
            tokio::select! {
                () = &mut shutdown, if stopped_at_ns.is_none() => {
                    stopped_at_ns = Some(self.clock.now_ns());
                    stop.send_replace(true);
                }
                joined = tasks.join_next() => match joined {
                    Some(end) => ends.push(end??),
                    None => break,
                },
                _ = ticks.tick() => self.show(),
            }
        }
        self.show();
        let stopped_at_ns = stopped_at_ns.unwrap_or(u64::MAX);
        Ok((ends, stopped_at_ns.min(schedule.end_ns())))
    }

    fn show(&self) {
        let elapsed_ns = self.clock.now_ns().saturating_sub(self.start_ns);
        self.live
            .send_replace(self.board.snapshot(seconds(elapsed_ns)));
    }
}

fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

fn seconds(nanoseconds: u64) -> f64 {
    Duration::from_nanos(nanoseconds).as_secs_f64()
}
