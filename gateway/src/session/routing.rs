//! Which session gets what: answers go to who asked, reports to the account's own subscribers.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::sync::{Arc, Mutex};

use engine::AccountId;
use ledger::KeyId;
use protocol::Frames;
use sequencer::SessionId;

use crate::hashing::HashMap;
use crate::lock::lock;
use crate::session::outbound::Outbound;
use crate::session::traces::Traces;

/// Questions about the past that a session may have under way; one more is refused.
const QUESTIONS_MAX: u8 = 8;

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
    is_binary: AtomicBool,
    /// The key that it has logged on with last, or has tried to.
    key: Mutex<Option<KeyId>>,
    /// Questions about the past that are under way.
    questions: AtomicU8,
    /// Orders whose way is told.
    pub traces: Traces,
}

/// A mass cancel whose instruments have not all answered.
#[derive(Debug)]
struct MassCancelProgress {
    instruments_left: usize,
    canceled_orders: u64,
    outcome: MassCancelOutcome,
}

/// Whether the participant waits for a mass cancel's answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum MassCancelOutcome {
    /// It is told when the last instrument has answered.
    Awaited,
    /// It was told that not every instrument was reached.
    Told,
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
            is_binary: AtomicBool::new(false),
            key: Mutex::default(),
            questions: AtomicU8::new(0),
            traces: Traces::default(),
        }
    }

    /// Whether the session may ask one more question about the past; if so it is under way.
    pub fn begin_question(&self) -> bool {
        let taken = self
            .questions
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |count| {
                (count < QUESTIONS_MAX).then(|| count.saturating_add(1))
            });
        taken.is_ok()
    }

    /// A question is answered.
    pub fn end_question(&self) {
        self.questions.fetch_sub(1, Ordering::Relaxed);
    }

    /// What kind of frames it is told in.
    pub fn frames(&self) -> Frames {
        if self.is_binary.load(Ordering::Relaxed) {
            Frames::Binary
        } else {
            Frames::Text
        }
    }

    /// It is told in frames of this kind from now on.
    pub fn ask_for(&self, frames: Frames) {
        self.is_binary
            .store(frames == Frames::Binary, Ordering::Relaxed);
    }

    /// The session logs on with this key.
    pub fn note_key(&self, key: &KeyId) {
        *lock(&self.key) = Some(key.clone());
    }

    /// Whether the session has logged on with this key, or tries to.
    pub fn is_by_key(&self, key: &KeyId) -> bool {
        lock(&self.key).as_ref() == Some(key)
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
            outcome: MassCancelOutcome::Awaited,
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
        let progress = pending.remove(&request)?;
        match progress.outcome {
            MassCancelOutcome::Awaited => Some(progress.canceled_orders),
            MassCancelOutcome::Told => None,
        }
    }

    /// The mass cancel did not reach `unreached` instruments, and its participant was told: what the others
    /// still answer belongs to it and to no later one with its number, but nothing more is said.
    pub fn give_up_mass_cancel(&self, request: u64, unreached: usize) {
        let mut pending = lock(&self.mass_cancels);
        let Some(progress) = pending.get_mut(&request) else {
            return;
        };
        progress.outcome = MassCancelOutcome::Told;
        progress.instruments_left = progress.instruments_left.saturating_sub(unreached);
        if progress.instruments_left == 0 {
            pending.remove(&request);
        }
    }
}

/// All sessions, and who among them wants the reports of an account.
#[derive(Debug, Default)]
pub struct Routing {
    sessions: HashMap<SessionId, Arc<SessionEntry>>,
    executions: HashMap<AccountId, Vec<Arc<SessionEntry>>>,
    drop_copies: HashMap<AccountId, Vec<Arc<SessionEntry>>>,
}

/// How the reports of an account are followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Following {
    /// Each once: an answer to the session itself is not told again.
    Executions,
    /// A copy of each, answers to the session itself too.
    DropCopy,
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
            self.unfollow(Following::Executions, session, account);
            self.unfollow(Following::DropCopy, session, account);
        }
    }

    /// The session wants every report of the account.
    pub fn follow(&mut self, way: Following, session: &Arc<SessionEntry>, account: AccountId) {
        self.followers(way)
            .entry(account)
            .or_default()
            .push(Arc::clone(session));
    }

    /// The session no longer wants them.
    pub fn unfollow(&mut self, way: Following, session: SessionId, account: AccountId) {
        let followers = self.followers(way);
        if let Some(subscribers) = followers.get_mut(&account) {
            subscribers.retain(|subscriber| subscriber.id != session);
            if subscribers.is_empty() {
                followers.remove(&account);
            }
        }
    }

    const fn followers(
        &mut self,
        way: Following,
    ) -> &mut HashMap<AccountId, Vec<Arc<SessionEntry>>> {
        match way {
            Following::Executions => &mut self.executions,
            Following::DropCopy => &mut self.drop_copies,
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

    /// Who wants a copy of each of the account's reports.
    pub fn drop_copies_of(&self, account: AccountId) -> &[Arc<SessionEntry>] {
        self.drop_copies.get(&account).map_or(&[], Vec::as_slice)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::Limits;

    fn entry() -> SessionEntry {
        let outbound = Arc::new(Outbound::new(&Limits::laptop()));
        let address = SocketAddr::from(([127, 0, 0, 1], 5_000));
        SessionEntry::new(SessionId(1), address, outbound)
    }

    #[test]
    fn late_answers_to_a_mass_cancel_that_was_given_up_do_not_answer_the_next_one() {
        let entry = entry();
        entry.expect_mass_cancel(7, 3).unwrap();
        entry.give_up_mass_cancel(7, 1);

        assert_eq!(entry.expect_mass_cancel(7, 3), Err(AlreadyPending));
        assert_eq!(entry.mass_cancel_answered(7, 5), None);
        assert_eq!(entry.mass_cancel_answered(7, 5), None);

        assert_eq!(entry.expect_mass_cancel(7, 1), Ok(()));
        assert_eq!(entry.mass_cancel_answered(7, 2), Some(2));
    }

    #[test]
    fn a_mass_cancel_that_reached_nobody_leaves_its_number_free() {
        let entry = entry();
        entry.expect_mass_cancel(7, 2).unwrap();

        entry.give_up_mass_cancel(7, 2);

        assert_eq!(entry.expect_mass_cancel(7, 2), Ok(()));
    }
}
