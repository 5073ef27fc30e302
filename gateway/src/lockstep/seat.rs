//! What an enrolled session keeps for its turns.

use std::collections::VecDeque;

use protocol::Request;
use tokio::sync::oneshot;

use crate::lockstep::turn::Turn;

/// Requests of one tick that a session may keep back; more are refused.
pub const REQUESTS_PER_TICK_MAX: usize = 4_096;

/// A session has sent as much in one tick as it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SeatFull;

/// A session's place in the lockstep, and what waits for its turns.
#[derive(Debug)]
pub struct Seat {
    /// Its place among all.
    pub rank: u32,
    waiting: VecDeque<Request>,
    turns: VecDeque<oneshot::Receiver<Turn>>,
    /// The tick that it is done with.
    done_in: u64,
}

impl Seat {
    /// A seat whose session has sent nothing.
    pub const fn new(rank: u32) -> Self {
        Self {
            rank,
            waiting: VecDeque::new(),
            turns: VecDeque::new(),
            done_in: 0,
        }
    }

    /// Keeps a request for a turn.
    ///
    /// # Errors
    /// There is no room.
    pub fn keep(&mut self, request: Request) -> Result<(), SeatFull> {
        if self.waiting.len() >= REQUESTS_PER_TICK_MAX {
            return Err(SeatFull);
        }
        self.waiting.push_back(request);
        Ok(())
    }

    /// How many requests wait.
    pub fn waiting_count(&self) -> usize {
        self.waiting.len()
    }

    /// The session is done with this tick, and gets these turns for what it sent.
    pub fn finish(&mut self, tick: u64, turns: Vec<oneshot::Receiver<Turn>>) {
        assert_eq!(
            turns.len(),
            self.waiting.len(),
            "each request that waits has a turn"
        );
        self.turns = turns.into();
        self.done_in = tick;
    }

    /// Waits for the next turn, and says what it is for; `None` where nothing is left to do.
    pub async fn next_turn(&mut self) -> Option<(Turn, Request)> {
        let turn = self.turns.front_mut()?.await;
        self.turns.pop_front();
        let request = self
            .waiting
            .pop_front()
            .expect("each turn is for a request that waits");
        // Nobody hands out turns any more: the exchange stops.
        turn.ok().map(|turn| (turn, request))
    }

    /// The tick that the session is done with; 0 before the first.
    pub const fn done_in(&self) -> u64 {
        self.done_in
    }
}
