//! What accounts have, told when it changes: balances and positions, first all, then what is another than before.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use engine::{AccountId, Event};
use ledger::{Balance, Position};
use protocol::{Balances, Positions};
use sequencer::{ControlCommand, ControlOutcome, EventBatch, SessionId};
use tokio_tungstenite::tungstenite::Message;

use crate::edge::Edge;
use crate::egress::kept_reports::told_of;
use crate::lock::lock;
use crate::native::account_state;
use crate::session::{Audience, SessionEntry, WakeList};
use crate::wire;

/// What of an account is followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum OwnState {
    /// What it has of each asset.
    Balances,
    /// What it bought and sold.
    Positions,
}

/// Who follows what accounts have. Where nobody does it costs nothing.
#[derive(Debug, Default)]
pub struct AccountWatch {
    followers: Mutex<BTreeMap<AccountId, Vec<Follower>>>,
    count: AtomicUsize,
}

/// A session that follows something of its account.
#[derive(Debug)]
struct Follower {
    entry: Arc<SessionEntry>,
    /// The number of the last message.
    seq: u64,
    told: Told,
}

/// What a follower was told.
#[derive(Debug)]
enum Told {
    Balances(Vec<Balance>),
    Positions(Vec<Position>),
}

impl AccountWatch {
    /// The session follows from here on; what is so now comes first.
    pub fn follow(
        &self,
        edge: &Edge,
        account: AccountId,
        what: OwnState,
        entry: &Arc<SessionEntry>,
    ) {
        // Under the lock: whoever tells of a change looks afterwards.
        let mut followers = lock(&self.followers);
        self.count.fetch_add(1, Ordering::Relaxed);
        let mut follower = Follower {
            entry: Arc::clone(entry),
            seq: 1,
            told: match what {
                OwnState::Balances => Told::Balances(edge.ledger.balances(account)),
                OwnState::Positions => Told::Positions(traded(edge, account)),
            },
        };
        let message = match &follower.told {
            Told::Balances(all) => balances(edge, follower.seq, all),
            Told::Positions(all) => positions(edge, follower.seq, all),
        };
        follower.entry.outbound.push_own(message);
        follower.seq = 2;
        followers.entry(account).or_default().push(follower);
    }

    /// The session no longer follows it.
    pub fn leave(&self, account: AccountId, what: OwnState, session: SessionId) {
        self.retain(account, |follower| {
            follower.entry.id != session || follower.what() != what
        });
    }

    /// The session is gone.
    pub fn forget(&self, account: AccountId, session: SessionId) {
        self.retain(account, |follower| follower.entry.id != session);
    }

    fn retain(&self, account: AccountId, stays: impl Fn(&Follower) -> bool) {
        let mut followers = lock(&self.followers);
        let Some(of_account) = followers.get_mut(&account) else {
            return;
        };
        let before = of_account.len();
        of_account.retain(stays);
        let gone = before.saturating_sub(of_account.len());
        self.count.fetch_sub(gone, Ordering::Relaxed);
        if of_account.is_empty() {
            followers.remove(&account);
        }
    }

    /// Adds the accounts that a batch may have changed, if anybody follows one.
    pub fn note(&self, batch: &EventBatch, touched: &mut Vec<AccountId>) {
        if self.count.load(Ordering::Relaxed) == 0 {
            return;
        }
        touched.extend(batch.events.iter().flat_map(accounts_of).flatten());
        touched.extend(batch.controls.iter().filter_map(account_of));
    }

    /// Tells followers what of these accounts has changed; leaves the list empty.
    pub fn tell(&self, edge: &Edge, touched: &mut Vec<AccountId>, wakes: &mut WakeList) {
        if touched.is_empty() {
            return;
        }
        touched.sort_unstable();
        touched.dedup();
        let mut followers = lock(&self.followers);
        for account in touched.drain(..) {
            for follower in followers.get_mut(&account).into_iter().flatten() {
                if let Some(message) = follower.news(edge, account) {
                    wakes.push(&follower.entry.outbound, message, Audience::Private);
                }
            }
        }
    }
}

impl Follower {
    const fn what(&self) -> OwnState {
        match self.told {
            Told::Balances(_) => OwnState::Balances,
            Told::Positions(_) => OwnState::Positions,
        }
    }

    /// What is another than it was told, as its next message.
    fn news(&mut self, edge: &Edge, account: AccountId) -> Option<Message> {
        let message = match &mut self.told {
            Told::Balances(told) => {
                let now = edge.ledger.balances(account);
                let changed = other_than(&now, told);
                *told = now;
                (!changed.is_empty()).then(|| balances(edge, self.seq, &changed))
            }
            Told::Positions(told) => {
                let now = traded(edge, account);
                let changed = other_than(&now, told);
                *told = now;
                (!changed.is_empty()).then(|| positions(edge, self.seq, &changed))
            }
        };
        if message.is_some() {
            self.seq = self.seq.saturating_add(1);
        }
        message
    }
}

fn other_than<T: Copy + PartialEq>(now: &[T], told: &[T]) -> Vec<T> {
    let is_news = |one: &&T| !told.contains(one);
    now.iter().filter(is_news).copied().collect()
}

/// The positions of what the account ever traded.
fn traded(edge: &Edge, account: AccountId) -> Vec<Position> {
    let mut all = edge.ledger.positions(account);
    all.retain(|position| *position != Position::flat(position.instrument));
    all
}

fn balances(edge: &Edge, seq: u64, changed: &[Balance]) -> Message {
    let message = Balances {
        request: None,
        epoch: Some(edge.epoch.0),
        seq: Some(seq),
        at_us: Some(edge.at_us()),
        balances: account_state::balances(edge, changed),
    };
    wire::encode(&mut Vec::new(), |buffer| message.encode(buffer))
}

fn positions(edge: &Edge, seq: u64, changed: &[Position]) -> Message {
    let message = Positions {
        request: None,
        epoch: Some(edge.epoch.0),
        seq: Some(seq),
        at_us: Some(edge.at_us()),
        positions: account_state::positions(edge, changed),
    };
    wire::encode(&mut Vec::new(), |buffer| message.encode(buffer))
}

/// Whose money an event moves, or lets go.
fn accounts_of(event: &Event) -> [Option<AccountId>; 2] {
    match event {
        Event::HoldReleased(released) => [Some(released.account), None],
        Event::Accepted(_)
        | Event::Rejected(_)
        | Event::Repeated(_)
        | Event::Rested(_)
        | Event::Replaced(_)
        | Event::Canceled(_)
        | Event::Trade(_)
        | Event::Prevented(_)
        | Event::Triggered(_)
        | Event::Refilled(_)
        | Event::Pegged(_)
        | Event::Conditioned(_)
        | Event::Queued(_)
        | Event::Step(_)
        | Event::StatusChanged(_)
        | Event::Indicative(_)
        | Event::TermsChanged(_)
        | Event::TradeBusted(_)
        | Event::BustRefused(_) => told_of(event),
    }
}

/// Whose money an entry of the control sequence moves.
const fn account_of(outcome: &ControlOutcome) -> Option<AccountId> {
    match &outcome.command {
        ControlCommand::CreateAccount { account, .. }
        | ControlCommand::Deposit { account, .. }
        | ControlCommand::Withdraw { account, .. } => Some(*account),
        ControlCommand::AddKey(_)
        | ControlCommand::RevokeKey { .. }
        | ControlCommand::FanOut { .. }
        | ControlCommand::TakeOut(_)
        | ControlCommand::Note(_) => None,
    }
}
