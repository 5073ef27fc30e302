//! How a demo's run ended, for machines and for people.

use std::collections::BTreeMap;

use feed_sim::{AgentLine, FeedSummary, RoundTrip};
use gateway::LockstepReport;
use serde::Serialize;

use crate::memory;
use crate::wiring::Ending;

/// A run's figures and its verdict.
#[derive(Debug, Clone, Serialize)]
pub struct Summary {
    /// Seed of the flow.
    pub seed: u64,
    /// Orders per second that were asked for.
    pub rate_orders_per_s: u32,
    /// How long orders were sent.
    pub seconds: f64,
    /// New orders that were sent.
    pub orders: u64,
    /// Cancels that were sent.
    pub cancels: u64,
    /// Trades of the whole exchange in this run.
    pub trades: u64,
    /// Requests that were refused, busy apart.
    pub rejects: u64,
    /// Requests that were refused because the exchange was busy.
    pub busy: u64,
    /// How many instruments were traded.
    pub instruments: u64,
    /// How many sessions were used.
    pub sessions: u64,
    /// From the intended send time to the answer.
    pub round_trip_us: RoundTrip,
    /// Refused requests by reason, busy included.
    pub rejects_by_reason: BTreeMap<String, u64>,
    /// Faults in the sequence of the depth feeds.
    pub gaps: u64,
    /// How often a book was crossed.
    pub crossed: u64,
    /// Messages of the depth feeds that could not be understood.
    pub unreadable: u64,
    /// Requests without a definite answer.
    pub unanswered: u64,
    /// Whether no money was made or lost.
    pub ledger_conserved: bool,
    /// Over everything that decides, of all books, in hexadecimal.
    pub state_hash: String,
    /// Agents, each with an account and a session of its own: what they did, have and made.
    pub agents: Vec<AgentLine>,
    /// What came of the lockstep; not there with other clocks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lockstep: Option<LockstepReport>,
    /// Peak of the process's resident memory; null where the system does not say.
    pub max_rss_mib: Option<u64>,
    /// What must not happen and did; empty is exit code 0.
    pub broken: Vec<&'static str>,
}

impl Summary {
    /// Adds up a feed that has ended and the exchange it traded on.
    pub fn new(feed: FeedSummary, rate_orders_per_s: u32, ending: &Ending) -> Self {
        let unanswered = feed.unanswered.max(ending.unanswered);
        Self {
            broken: broken(&feed, ending),
            seed: feed.seed,
            rate_orders_per_s,
            seconds: feed.seconds,
            orders: feed.orders,
            cancels: feed.cancels,
            trades: ending.trades,
            rejects: feed.rejects,
            busy: feed.busy,
            instruments: feed.instruments,
            sessions: feed.sessions,
            round_trip_us: feed.round_trip_us,
            rejects_by_reason: feed.rejects_by_reason,
            gaps: feed.gaps,
            crossed: feed.crossed,
            unreadable: feed.unreadable,
            unanswered,
            ledger_conserved: ending.is_conserved(),
            state_hash: format!("{:016x}", ending.state_hash),
            agents: feed.agents,
            lockstep: ending.lockstep.clone(),
            max_rss_mib: memory::resident_mib_max(),
        }
    }

    /// Whether nothing happened that must not.
    pub fn is_clean(&self) -> bool {
        self.broken.is_empty()
    }

    /// A line for each agent.
    fn agents_text(&self) -> String {
        let line = |agent: &AgentLine| {
            let profit = agent
                .profit
                .map_or_else(|| "?".to_owned(), |it| it.to_string());
            format!(
                "\n{:<14} {:<8} {:>6} orders {:>6} trades  position {:>14}  profit {:>16} before fees",
                agent.name, agent.symbol, agent.orders, agent.trades, agent.position, profit
            )
        };
        self.agents.iter().map(line).collect()
    }

    /// The summary for people.
    pub fn text(&self) -> String {
        let trip = &self.round_trip_us;
        let memory = self
            .max_rss_mib
            .map_or_else(|| "?".to_owned(), |mib| mib.to_string());
        let verdict = if self.is_clean() {
            "nothing broke: every order has its answer, no gap, no crossed book, the ledger adds up"
                .to_owned()
        } else {
            format!("BROKEN: {}", self.broken.join(", "))
        };
        format!(
            "\nseed {} · {:.1} s · {} orders, {} cancels, {} trades on {} instruments · {} rejects, {} busy\n\
             round trip p50 {} us · p90 {} us · p99 {} us · p99.9 {} us · max {} us · {} MiB at most · state {}{}\n{}",
            self.seed,
            self.seconds,
            self.orders,
            self.cancels,
            self.trades,
            self.instruments,
            self.rejects,
            self.busy,
            trip.p50,
            trip.p90,
            trip.p99,
            trip.p999,
            trip.max,
            memory,
            self.state_hash,
            self.agents_text(),
            verdict
        )
    }
}

/// What must not happen and did.
fn broken(feed: &FeedSummary, ending: &Ending) -> Vec<&'static str> {
    let verdicts = [
        (feed.gaps > 0, "a feed had a gap"),
        (feed.crossed > 0, "a book was crossed"),
        (feed.unreadable > 0, "a feed could not be understood"),
        (
            feed.unanswered > 0 || ending.unanswered > 0,
            "an order has no definite answer",
        ),
        (!ending.is_conserved(), "the ledger does not add up"),
    ];
    verdicts
        .into_iter()
        .filter(|(is_so, _)| *is_so)
        .map(|(_, text)| text)
        .collect()
}
