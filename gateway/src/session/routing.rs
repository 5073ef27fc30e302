//! Which session gets what: answers go to who asked, reports to the account's own subscribers.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use engine::AccountId;
use sequencer::SessionId;

use crate::lock::lock;
use crate::session::outbound::Outbound;

/// What others know of a session.
#[derive(Debug)]
pub struct SessionEntry {
    /// The exchange's number of the connection.
    pub id: SessionId,
    /// The other end's address.
    pub address: SocketAddr,
    /// What waits to be written to it.
    pub outbound: Arc<Outbound>,
    mass_cancels: Mutex<HashMap<u64, MassCancelProgress>>,
}

/// A mass cancel whose instruments have not all answered.
#[derive(Debug)]
struct MassCancelProgress {
    instruments_left: usize,
    canceled_orders: u64,
}

/// The session has a mass cancel of this number under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AlreadyPending;

impl SessionEntry {
    /// A session that has just connected.
    pub fn new(id: SessionId, address: SocketAddr, outbound: Arc<Outbound>) -> Self {
        Self {
            id,
            address,
            outbound,
            mass_cancels: Mutex::default(),
        }
    }

    /// Waits for the answers of `instruments` to the mass cancel with this number.
    ///
    /// # Errors
    /// One with this number is under way.
    pub fn expect_mass_cancel(
        &self,
        request: u64,
        instruments: usize,
    ) -> Result<(), AlreadyPending> {
        let mut pending = lock(&self.mass_cancels);
        if pending.contains_key(&request) {
            return Err(AlreadyPending);
        }
        let progress = MassCancelProgress {
            instruments_left: instruments,
            canceled_orders: 0,
        };
        pending.insert(request, progress);
        Ok(())
    }

    /// One instrument has answered; returns how many orders ended in all, if it was the last one.
    pub fn mass_cancel_answered(&self, request: u64, canceled_orders: u64) -> Option<u64> {
        let mut pending = lock(&self.mass_cancels);
        let progress = pending.get_mut(&request)?;
        progress.instruments_left = progress.instruments_left.saturating_sub(1);
        progress.canceled_orders = progress.canceled_orders.saturating_add(canceled_orders);
        if progress.instruments_left > 0 {
            return None;
        }
        pending
            .remove(&request)
            .map(|progress| progress.canceled_orders)
    }

    /// The mass cancel did not reach every instrument: nothing more is said of it.
    pub fn forget_mass_cancel(&self, request: u64) {
        lock(&self.mass_cancels).remove(&request);
    }
}

/// All sessions, and who among them wants the reports of an account.
#[derive(Debug, Default)]
pub struct Routing {
    sessions: HashMap<SessionId, Arc<SessionEntry>>,
    executions: HashMap<AccountId, Vec<Arc<SessionEntry>>>,
}

impl Routing {
    /// A session has connected.
    pub fn join(&mut self, session: Arc<SessionEntry>) {
        self.sessions.insert(session.id, session);
    }

    /// A session is gone.
    pub fn leave(&mut self, session: SessionId, account: Option<AccountId>) {
        self.sessions.remove(&session);
        if let Some(account) = account {
            self.unsubscribe_executions(session, account);
        }
    }

    /// The session wants every report of the account.
    pub fn subscribe_executions(&mut self, session: &Arc<SessionEntry>, account: AccountId) {
        self.executions
            .entry(account)
            .or_default()
            .push(Arc::clone(session));
    }

    /// The session no longer wants them.
    pub fn unsubscribe_executions(&mut self, session: SessionId, account: AccountId) {
        if let Some(subscribers) = self.executions.get_mut(&account) {
            subscribers.retain(|subscriber| subscriber.id != session);
            if subscribers.is_empty() {
                self.executions.remove(&account);
            }
        }
    }

    /// The session with this number.
    pub fn session(&self, id: SessionId) -> Option<&Arc<SessionEntry>> {
        self.sessions.get(&id)
    }

    /// Who wants the account's reports.
    pub fn executions_of(&self, account: AccountId) -> &[Arc<SessionEntry>] {
        self.executions.get(&account).map_or(&[], Vec::as_slice)
    }

    /// All sessions.
    pub fn sessions(&self) -> impl Iterator<Item = &Arc<SessionEntry>> {
        self.sessions.values()
    }

    /// How many sessions there are.
    pub fn count(&self) -> usize {
        self.sessions.len()
    }
}
