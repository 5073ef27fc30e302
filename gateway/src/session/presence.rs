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
    sessions: Mutex<HashMap<AccountId, Here>>,
}

/// Who is and was there for an account.
#[derive(Debug, Clone, Copy, Default)]
struct Here {
    sessions: usize,
    /// How often somebody has logged on.
    arrivals: u64,
}

/// That nobody is logged on for an account since a certain departure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Absence {
    account: AccountId,
    arrivals: u64,
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
        let here = sessions.entry(account).or_default();
        here.sessions = here.sessions.saturating_add(1);
        here.arrivals = here.arrivals.saturating_add(1);
    }

    /// A session is gone. `None`: another one is logged on still.
    pub fn leave(&self, account: AccountId) -> Option<Absence> {
        let mut sessions = lock(&self.sessions);
        let here = sessions.entry(account).or_default();
        here.sessions = here.sessions.saturating_sub(1);
        let arrivals = here.arrivals;
        (here.sessions == 0).then_some(Absence { account, arrivals })
    }

    /// Whether nobody has come since.
    fn is_still(&self, absence: Absence) -> bool {
        let here = lock(&self.sessions);
        let here = here.get(&absence.account).copied().unwrap_or_default();
        here.sessions == 0 && here.arrivals == absence.arrivals
    }

    /// Whether somebody is logged on.
    pub fn of(&self, account: AccountId) -> LoggedOn {
        let sessions = lock(&self.sessions);
        if sessions.get(&account).is_some_and(|here| here.sessions > 0) {
            LoggedOn::Yes
        } else {
            LoggedOn::No
        }
    }
}

/// A session is gone: when it was its account's last one, the grace begins.
pub fn leave(edge: &Arc<Edge>, account: AccountId) {
    let Some(absence) = edge.presence.leave(account) else {
        return;
    };
    if edge.lockstep.is_some() {
        // The pacer counts the grace, in engine time.
        return;
    }
    // Without a runtime the process is over.
    if let Ok(runtime) = Handle::try_current() {
        runtime.spawn(cancel_after_grace(Arc::clone(edge), absence));
    }
}

/// After a start: nobody is logged on, and the grace of every account begins.
pub async fn begin(edge: Arc<Edge>) {
    tokio::time::sleep(edge.wall_time_of(edge.limits.disconnect_grace)).await;
    for account in edge.loads.accounts() {
        // Who came meanwhile has a grace of its own when it goes.
        let since_start = Absence {
            account,
            arrivals: 0,
        };
        cancel_now(&edge, since_start).await;
    }
}

async fn cancel_after_grace(edge: Arc<Edge>, absence: Absence) {
    tokio::time::sleep(edge.wall_time_of(edge.limits.disconnect_grace)).await;
    cancel_now(&edge, absence).await;
}

/// Has the orders of an account go that has some and whom nobody was logged on for since.
async fn cancel_now(edge: &Edge, absence: Absence) {
    // With the replay clock every command carries its time, and only sessions know it.
    if edge.clock == ClockMode::Replay {
        return;
    }
    let account = absence.account;
    for _ in 0..TRIES_MAX {
        let is_meant = edge.is_admitting()
            && edge.presence.is_still(absence)
            && edge.loads.open_orders(account) > 0;
        if !is_meant || disconnect(edge, account).is_ok() {
            break;
        }
        tokio::time::sleep(TRY_INTERVAL).await;
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

        assert_eq!(presence.leave(AccountId(1)), None);
        assert_eq!(presence.of(AccountId(1)), LoggedOn::Yes);
        assert!(presence.leave(AccountId(1)).is_some());
        assert_eq!(presence.of(AccountId(1)), LoggedOn::No);
    }

    #[test]
    fn who_came_back_and_left_again_has_a_whole_grace_from_then_on() {
        let presence = Presence::default();
        presence.enter(AccountId(1));
        let first = presence.leave(AccountId(1)).unwrap();
        assert!(presence.is_still(first));

        presence.enter(AccountId(1));
        assert!(!presence.is_still(first));
        let second = presence.leave(AccountId(1)).unwrap();

        assert!(
            !presence.is_still(first),
            "its grace was over with the return"
        );
        assert!(presence.is_still(second));
    }
}
