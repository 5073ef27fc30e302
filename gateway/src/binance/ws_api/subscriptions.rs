//! The user data that one connection follows.

use std::sync::Arc;

use engine::AccountId;
use tokio_tungstenite::tungstenite::Message;

use crate::binance::refusal::Refusal;
use crate::binance::time_unit::TimeUnit;
use crate::binance::user_stream::{Follower, Wrapping};
use crate::edge::Edge;
use crate::session::SessionEntry;

/// Accounts that one connection follows at once.
const SUBSCRIPTIONS_MAX: usize = 1_000;
/// Subscriptions in the life of one connection.
const SUBSCRIPTION_IDS_MAX: u64 = 65_535;

/// The user data that one connection follows. When it goes, it follows nothing any more.
#[derive(Debug)]
pub struct Subscriptions {
    edge: Arc<Edge>,
    entry: Arc<SessionEntry>,
    open: Vec<Subscription>,
    given: u64,
    /// Ends that are told after the answer to the request that caused them.
    ended: Vec<String>,
}

#[derive(Debug, Clone, Copy)]
struct Subscription {
    id: u64,
    account: AccountId,
    way: Way,
}

/// How a subscription came to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// By who is logged on: it ends with that.
    Session,
    /// By a signature of its own.
    Signature,
}

impl Subscriptions {
    /// A connection that follows nothing.
    pub const fn new(edge: Arc<Edge>, entry: Arc<SessionEntry>) -> Self {
        Self {
            edge,
            entry,
            open: Vec::new(),
            given: 0,
            ended: Vec::new(),
        }
    }

    /// Whether nothing is followed.
    pub const fn is_empty(&self) -> bool {
        self.open.is_empty()
    }

    /// What is followed, as `session.subscriptions` lists it.
    pub fn listed(&self) -> String {
        let ids: Vec<String> = self
            .open
            .iter()
            .map(|it| format!(r#"{{"subscriptionId":{}}}"#, it.id))
            .collect();
        format!("[{}]", ids.join(","))
    }

    /// Follows the account that is logged on.
    ///
    /// # Errors
    /// It is followed already, or too much is.
    pub fn of_session(&mut self, account: AccountId, unit: TimeUnit) -> Result<String, Refusal> {
        self.follow(account, unit, Way::Session)
    }

    /// Follows an account whose key has signed the request.
    ///
    /// # Errors
    /// It is followed already, or too much is.
    pub fn by_signature(&mut self, account: AccountId, unit: TimeUnit) -> Result<String, Refusal> {
        self.follow(account, unit, Way::Signature)
    }

    fn follow(&mut self, account: AccountId, unit: TimeUnit, way: Way) -> Result<String, Refusal> {
        if self.open.iter().any(|it| it.account == account) {
            return Err(Refusal::new(
                -2035,
                "User Data Stream subscription already active.",
            ));
        }
        if self.open.len() >= SUBSCRIPTIONS_MAX || self.given >= SUBSCRIPTION_IDS_MAX {
            return Err(Refusal::new(
                -2042,
                "Maximum subscription ID reached for this connection.",
            ));
        }
        let id = self.given;
        self.given = self.given.saturating_add(1);
        self.open.push(Subscription { id, account, way });
        self.edge.binance.users.follow(
            account,
            Follower {
                socket: self.entry.id.0,
                outbound: Arc::clone(&self.entry.outbound),
                wrapping: Wrapping::Subscription(id),
                unit,
            },
        );
        Ok(format!(r#"{{"subscriptionId":{id}}}"#))
    }

    /// Ends one subscription, or all of them where no id is given.
    ///
    /// # Errors
    /// There is none.
    pub fn end(&mut self, id: Option<u64>, unit: TimeUnit) -> Result<(), Refusal> {
        let is_meant = |it: &Subscription| id.is_none_or(|id| it.id == id);
        if !self.open.iter().any(is_meant) {
            return Err(Refusal::new(
                -2036,
                "User Data Stream subscription not active.",
            ));
        }
        self.end_those(unit, is_meant);
        Ok(())
    }

    /// Nobody is logged on any more: what was followed for that is not.
    pub fn end_of_session(&mut self, account: AccountId, unit: TimeUnit) {
        self.end_those(unit, |it| it.way == Way::Session && it.account == account);
    }

    fn end_those(&mut self, unit: TimeUnit, is_meant: impl Fn(&Subscription) -> bool) {
        let time = unit.of_us(self.edge.at_us());
        for it in self.open.extract_if(.., |it| is_meant(it)) {
            leave(&self.edge, &self.entry, it);
            self.ended.push(format!(
                r#"{{"subscriptionId":{},"event":{{"e":"eventStreamTerminated","E":{time}}}}}"#,
                it.id
            ));
        }
    }

    /// Tells the ends that came with the last request.
    pub fn tell_ended(&mut self) {
        for text in self.ended.drain(..) {
            self.entry.outbound.push_own(Message::text(text));
        }
    }
}

fn leave(edge: &Edge, entry: &SessionEntry, subscription: Subscription) {
    edge.binance
        .users
        .leave(subscription.account, entry.id.0, |wrapping| {
            *wrapping == Wrapping::Subscription(subscription.id)
        });
}

impl Drop for Subscriptions {
    fn drop(&mut self) {
        for subscription in self.open.drain(..) {
            leave(&self.edge, &self.entry, subscription);
        }
    }
}
