//! Agents: participants with an account and a session of their own, each on one instrument.
//!
//! An agent decides at its looks, from what everybody sees and from its own account: [`View`] goes in, [`Wish`]es come
//! out. It knows no clock, no socket and no exchange; [`session`](crate::agent::session) carries its wishes out.

mod account;
mod execution;
mod market_maker;
mod momentum;
mod noise;
pub mod session;
mod value;

use protocol::Side;
use serde::{Deserialize, Serialize};

pub use account::Account;

use crate::flow::Stream;
use crate::flow::intent::{IntendedKind, OrderNumber};
use execution::{Execution, Pace};
use market_maker::MarketMaker;
use momentum::Momentum;
use noise::Noise;
use value::Value;

/// What an agent trades by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AgentKind {
    /// By chance: now and then it takes, mostly it leaves orders behind the best and takes them back.
    Noise,
    /// It buys below what it thinks the instrument is worth and sells above.
    Value,
    /// It quotes both sides, and leans its quotes against what it has.
    MarketMaker,
    /// It goes with a move, and closes when the move is over.
    Momentum,
    /// It works on large orders in even slices over a time.
    Twap,
    /// It works on large orders as a part of what others trade.
    Pov,
}

/// An agent's head.
#[derive(Debug)]
pub enum Agent {
    /// See [`AgentKind::Noise`].
    Noise(Noise),
    /// See [`AgentKind::Value`].
    Value(Value),
    /// See [`AgentKind::MarketMaker`].
    MarketMaker(MarketMaker),
    /// See [`AgentKind::Momentum`].
    Momentum(Momentum),
    /// See [`AgentKind::Twap`] and [`AgentKind::Pov`].
    Execution(Execution),
}

/// What an agent may and does for each order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Means {
    /// Lots of a usual order, at least `lots_min`.
    pub lots: u64,
    /// Lots of the smallest order.
    pub lots_min: u64,
    /// Most lots bought or sold on balance.
    pub position_max: u64,
}

/// What an agent sees at a look.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    /// Best bid, in ticks.
    pub bid: i64,
    /// Best ask, in ticks; above the bid.
    pub ask: i64,
    /// Lots that others traded since the last look.
    pub traded_lots: u64,
    /// Its own account.
    pub account: &'a Account,
}

/// What an agent wants done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// Enter an order.
    Enter {
        /// Buy or sell.
        side: Side,
        /// What it is.
        kind: IntendedKind,
        /// How much.
        lots: u64,
    },
    /// Take an order back.
    Cancel(OrderNumber),
}

impl Agent {
    /// The agent of this name. What it draws by chance depends on seed and name alone, not on who else is there.
    pub fn named(seed: u64, name: &str, kind: AgentKind, means: Means) -> Self {
        let stream = Stream::named(seed, &format!("agent/{name}"));
        match kind {
            AgentKind::Noise => Self::Noise(Noise::new(means, stream)),
            AgentKind::Value => Self::Value(Value::new(means)),
            AgentKind::MarketMaker => Self::MarketMaker(MarketMaker::new(means)),
            AgentKind::Momentum => Self::Momentum(Momentum::new(means)),
            AgentKind::Twap => Self::Execution(Execution::new(means, stream, Pace::Even)),
            AgentKind::Pov => Self::Execution(Execution::new(means, stream, Pace::ShareOfVolume)),
        }
    }

    /// What it wants at this look.
    pub fn look(&mut self, view: View<'_>) -> Vec<Wish> {
        let mut wishes = Vec::new();
        match self {
            Self::Noise(noise) => noise.look(view, &mut wishes),
            Self::Value(value) => value.look(view, &mut wishes),
            Self::MarketMaker(maker) => maker.look(view, &mut wishes),
            Self::Momentum(momentum) => momentum.look(view, &mut wishes),
            Self::Execution(execution) => execution.look(view, &mut wishes),
        }
        wishes
    }
}

impl View<'_> {
    /// Twice the price between the best two: whole ticks.
    const fn middle_doubled(&self) -> i64 {
        self.bid + self.ask
    }

    /// Trades so many lots at once, at the best opposite price or better.
    const fn take(&self, side: Side, lots: u64) -> Wish {
        let ticks = match side {
            Side::Buy => self.ask,
            Side::Sell => self.bid,
        };
        Wish::Enter {
            side,
            kind: IntendedKind::ImmediateOrCancel { ticks },
            lots,
        }
    }

    /// Lots that `side` may still trade before the position is as large as it may be, with what is open.
    fn room(&self, side: Side, means: Means) -> u64 {
        let most = i128::from(means.position_max);
        let position = i128::from(self.account.position_lots());
        let room = match side {
            Side::Buy => most - position,
            Side::Sell => most + position,
        };
        u64::try_from(room - i128::from(self.account.open_lots(side))).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    //! An agent's path is its own.

    use super::*;

    const KINDS: [AgentKind; 6] = [
        AgentKind::Noise,
        AgentKind::Value,
        AgentKind::MarketMaker,
        AgentKind::Momentum,
        AgentKind::Twap,
        AgentKind::Pov,
    ];

    fn agent(seed: u64, name: &str, kind: AgentKind) -> Agent {
        let means = Means {
            lots: 10,
            lots_min: 2,
            position_max: 1_000,
        };
        Agent::named(seed, name, kind, means)
    }

    /// What the first agent wants in a market that goes up and down, each of the others looking before it.
    fn path(mut all: Vec<Agent>) -> Vec<Vec<Wish>> {
        let account = Account::default();
        let look = |agent: &mut Agent, step: i64| {
            let moved = (step % 80 - 40).abs() * 3;
            agent.look(View {
                bid: 1_000 + moved,
                ask: 1_010 + moved,
                traded_lots: 25,
                account: &account,
            })
        };
        (0..500)
            .map(|step| {
                for other in &mut all[1..] {
                    look(other, step);
                }
                look(&mut all[0], step)
            })
            .collect()
    }

    #[test]
    fn an_agent_more_changes_no_other_agents_path() {
        for kind in KINDS {
            let alone = path(vec![agent(5, "first", kind)]);
            let mut all = vec![agent(5, "first", kind)];
            all.extend(KINDS.map(|other| agent(5, "other", other)));
            let joined = path(all);

            assert!(alone.iter().any(|wishes| !wishes.is_empty()), "{kind:?}");
            assert_eq!(alone, joined, "{kind:?}");
        }
    }

    #[test]
    fn another_seed_or_name_is_another_path() {
        let path = |seed, name| path(vec![agent(seed, name, AgentKind::Noise)]);

        assert_ne!(path(5, "first"), path(6, "first"));
        assert_ne!(path(5, "first"), path(5, "second"));
    }
}
