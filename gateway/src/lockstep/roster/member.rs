//! One of those who are enrolled: what it asked for, and whether it waits or is waited for.

use std::collections::VecDeque;

use tokio::sync::oneshot;

use crate::lockstep::roster::{Member, Progress, Who};
use crate::lockstep::turn::Turn;

impl Member {
    pub(super) const fn new(who: Who) -> Self {
        Self {
            who,
            progress: Progress::Awaited,
            asked: VecDeque::new(),
            idle_until: 0,
            news_seen: 0,
        }
    }

    /// Whether it is a session that waits for a later tick and was told nothing since it said so.
    pub(super) fn is_idle(&self) -> bool {
        match &self.who {
            Who::Session { entry, .. } => {
                self.progress == Progress::Done && entry.outbound.news() == self.news_seen
            }
            Who::Key(_) => false,
        }
    }

    pub(super) fn ask(&mut self) -> oneshot::Receiver<Turn> {
        let (turn, asked) = oneshot::channel();
        self.asked.push_back(turn);
        asked
    }

    pub(super) fn is_drained(&self) -> bool {
        match &self.who {
            Who::Session { entry, .. } => {
                self.progress == Progress::Gone || entry.outbound.is_drained()
            }
            Who::Key(_) => true,
        }
    }

    pub(super) fn name(&self) -> String {
        match &self.who {
            Who::Session { entry, account } => {
                format!("session {} of account {}", entry.id.0, account.0)
            }
            Who::Key(key) => format!("key {key}"),
        }
    }
}
