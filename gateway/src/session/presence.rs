//! Which accounts somebody is logged on for, and what goes when nobody is any more.
//!
//! An account whose last session is gone for longer than the grace has lost its connection: its
//! cancel-on-disconnect orders and quotes go, by a command to every instrument. Somebody who logs on before
//! keeps them. After a start nobody is logged on: the grace of every account begins then.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use engine::{AccountId, Disconnect, FanOutAction};
use protocol::ClockMode;
use sequencer::{ControlCommand, Targets};
use tokio::runtime::Handle;
use tracing::warn;

use crate::edge::Edge;
use crate::lock::lock;

/// How often a command is tried again that was not taken.
const TRIES_MAX: u32 = 600;
/// How long after each other.
const TRY_INTERVAL: Duration = Duration::from_millis(100);

/// How many sessions are logged on for each account.
#[derive(Debug, Default)]
pub struct Presence {
    sessions: Mutex<HashMap<AccountId, usize>>,
}

/// Whether somebody is logged on for an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoggedOn {
    /// A session is.
    Yes,
    /// No session is.
    No,
}

impl Presence {
    /// A session has logged on.
    pub fn enter(&self, account: AccountId) {
        let mut sessions = lock(&self.sessions);
        let count = sessions.entry(account).or_default();
        *count = count.saturating_add(1);
    }

    /// A session is gone. Says whether another one is logged on still.
    pub fn leave(&self, account: AccountId) -> LoggedOn {
        let mut sessions = lock(&self.sessions);
        let left = sessions
            .get(&account)
            .map_or(0, |count| count.saturating_sub(1));
        if left == 0 {
            sessions.remove(&account);
            return LoggedOn::No;
        }
        sessions.insert(account, left);
        LoggedOn::Yes
    }

    /// Whether somebody is logged on.
    pub fn of(&self, account: AccountId) -> LoggedOn {
        if lock(&self.sessions).contains_key(&account) {
            LoggedOn::Yes
        } else {
            LoggedOn::No
        }
    }
}

/// A session is gone: when it was its account's last one, the grace begins.
pub fn leave(edge: &Arc<Edge>, account: AccountId) {
    if edge.presence.leave(account) == LoggedOn::Yes || edge.lockstep.is_some() {
        // In lockstep the pacer counts the grace, in engine time.
        return;
    }
    // Without a runtime the process is over.
    if let Ok(runtime) = Handle::try_current() {
        runtime.spawn(cancel_after_grace(Arc::clone(edge), vec![account]));
    }
}

/// After a start: nobody is logged on, and the grace of every account begins.
pub async fn begin(edge: Arc<Edge>) {
    tokio::time::sleep(edge.wall_time_of(edge.limits.disconnect_grace)).await;
    let accounts = edge.loads.accounts();
    cancel_now(&edge, accounts).await;
}

async fn cancel_after_grace(edge: Arc<Edge>, accounts: Vec<AccountId>) {
    tokio::time::sleep(edge.wall_time_of(edge.limits.disconnect_grace)).await;
    cancel_now(&edge, accounts).await;
}

/// Has the orders of those go that have some and whom nobody is logged on for.
async fn cancel_now(edge: &Edge, accounts: Vec<AccountId>) {
    // With the replay clock every command carries its time, and only sessions know it.
    if edge.clock == ClockMode::Replay {
        return;
    }
    for account in accounts {
        for _ in 0..TRIES_MAX {
            let is_meant = edge.is_admitting()
                && edge.presence.of(account) == LoggedOn::No
                && edge.loads.open_orders(account) > 0;
            if !is_meant || disconnect(edge, account).is_ok() {
                break;
            }
            tokio::time::sleep(TRY_INTERVAL).await;
        }
    }
}

/// Has the orders of an account go that has some and whom nobody is logged on for, if it is taken at once.
pub fn disconnect_absent(edge: &Edge, account: AccountId) {
    let is_absent = edge.presence.of(account) == LoggedOn::No;
    if is_absent && edge.is_admitting() && edge.loads.open_orders(account) > 0 {
        // Why not is in the log.
        let _ = disconnect(edge, account);
    }
}

/// Its outcome is told by its reports; nobody waits for it.
fn disconnect(edge: &Edge, account: AccountId) -> Result<(), ()> {
    let action = FanOutAction::Disconnect(Disconnect { account });
    let command = ControlCommand::FanOut {
        targets: Targets::All,
        action: Box::new(action),
    };
    match edge.ports.control(command) {
        Ok(_receipt) => Ok(()),
        Err(error) => {
            warn!(account = account.0, %error, "a lost connection could not be told to the instruments yet");
            Err(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{AccountId, LoggedOn, Presence};

    #[test]
    fn an_account_is_present_until_its_last_session_is_gone() {
        let presence = Presence::default();
        presence.enter(AccountId(1));
        presence.enter(AccountId(1));

        assert_eq!(presence.leave(AccountId(1)), LoggedOn::Yes);
        assert_eq!(presence.of(AccountId(1)), LoggedOn::Yes);
        assert_eq!(presence.leave(AccountId(1)), LoggedOn::No);
        assert_eq!(presence.of(AccountId(1)), LoggedOn::No);
    }
}
