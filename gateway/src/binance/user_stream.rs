//! Who is told of an account: subscriptions on the WebSocket API, and streams by listen key.

use std::sync::{Arc, Mutex, RwLock};

use engine::AccountId;
use tokio_tungstenite::tungstenite::Message;

use crate::binance::ids;
use crate::binance::refusal::Refusal;
use crate::binance::time_unit::TimeUnit;
use crate::hashing::HashMap;
use crate::lock::{lock, read, write};
use crate::session::{Audience, Outbound, WakeList};

/// A listen key opens its stream for so long after it was last kept.
const LISTEN_KEY_LIFE_US: u64 = 3_600_000_000;

/// Who is told of accounts.
#[derive(Debug, Default)]
pub struct UserStreams {
    followers: RwLock<HashMap<AccountId, Vec<Follower>>>,
    listen_keys: Mutex<HashMap<String, ListenKey>>,
}

/// One that is told of an account.
#[derive(Debug, Clone)]
pub struct Follower {
    /// Its socket's number.
    pub socket: u64,
    /// What waits for it.
    pub outbound: Arc<Outbound>,
    /// How events are wrapped for it.
    pub wrapping: Wrapping,
    /// The unit of its times.
    pub unit: TimeUnit,
}

/// How an event stands on a socket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wrapping {
    /// `{"subscriptionId":..,"event":..}` on the WebSocket API.
    Subscription(u64),
    /// Alone, on a raw stream, by this listen key.
    Bare(String),
    /// `{"stream":..,"data":..}` on a combined stream, by this listen key.
    Stream(String),
}

impl Wrapping {
    /// Whether it is for the stream of this listen key.
    pub fn is_by_key(&self, key: &str) -> bool {
        match self {
            Self::Subscription(_) => false,
            Self::Bare(name) | Self::Stream(name) => name == key,
        }
    }

    /// An event as it is written.
    pub fn around(&self, event: &str) -> String {
        match self {
            Self::Subscription(id) => {
                format!(r#"{{"subscriptionId":{id},"event":{event}}}"#)
            }
            Self::Bare(_) => event.to_owned(),
            Self::Stream(name) => format!(r#"{{"stream":"{name}","data":{event}}}"#),
        }
    }
}

#[derive(Debug)]
struct ListenKey {
    account: AccountId,
    valid_until_us: u64,
}

/// No such listen key.
fn no_such_key() -> Refusal {
    Refusal::new(-1125, "This listenKey does not exist.")
}

impl UserStreams {
    /// Whether nobody follows anybody.
    pub fn is_empty(&self) -> bool {
        read(&self.followers).is_empty()
    }

    /// Whether somebody follows the account.
    pub fn follows(&self, account: AccountId) -> bool {
        read(&self.followers).contains_key(&account)
    }

    /// Somebody follows the account from now on.
    pub fn follow(&self, account: AccountId, follower: Follower) {
        write(&self.followers)
            .entry(account)
            .or_default()
            .push(follower);
    }

    /// A socket no longer follows what these wrappings are for.
    pub fn leave(&self, account: AccountId, socket: u64, is_left: impl Fn(&Wrapping) -> bool) {
        let mut followers = write(&self.followers);
        if let Some(of_account) = followers.get_mut(&account) {
            of_account.retain(|it| it.socket != socket || !is_left(&it.wrapping));
            if of_account.is_empty() {
                followers.remove(&account);
            }
        }
    }

    /// Tells everybody who follows the account; the event is encoded once per unit of time.
    pub fn tell(
        &self,
        account: AccountId,
        wakes: &mut WakeList,
        event: impl Fn(TimeUnit) -> String,
    ) {
        let followers = read(&self.followers);
        let Some(of_account) = followers.get(&account) else {
            return;
        };
        let mut encoded: [Option<String>; 2] = [None, None];
        for follower in of_account {
            let place = match follower.unit {
                TimeUnit::Millisecond => 0,
                TimeUnit::Microsecond => 1,
            };
            let text = encoded[place].get_or_insert_with(|| event(follower.unit));
            let message = Message::text(follower.wrapping.around(text));
            wakes.push(&follower.outbound, message, Audience::Private);
        }
    }

    /// The account's listen key: the one that it has, kept, or a new one.
    ///
    /// # Errors
    /// The system gives no chance.
    pub fn open_key(&self, account: AccountId, now_us: u64) -> Result<String, Refusal> {
        let mut keys = lock(&self.listen_keys);
        keys.retain(|_, key| key.valid_until_us > now_us);
        let valid_until_us = now_us.saturating_add(LISTEN_KEY_LIFE_US);
        if let Some((name, key)) = keys.iter_mut().find(|(_, key)| key.account == account) {
            key.valid_until_us = valid_until_us;
            return Ok(name.clone());
        }
        let name = ids::new_listen_key()?;
        keys.insert(
            name.clone(),
            ListenKey {
                account,
                valid_until_us,
            },
        );
        Ok(name)
    }

    /// Keeps a listen key for another hour.
    ///
    /// # Errors
    /// The account has no such key.
    pub fn keep_key(&self, account: AccountId, name: &str, now_us: u64) -> Result<(), Refusal> {
        let mut keys = lock(&self.listen_keys);
        let key = keys
            .get_mut(name)
            .filter(|key| key.account == account && key.valid_until_us > now_us)
            .ok_or_else(no_such_key)?;
        key.valid_until_us = now_us.saturating_add(LISTEN_KEY_LIFE_US);
        Ok(())
    }

    /// Ends a listen key, and what is followed by it.
    ///
    /// # Errors
    /// The account has no such key.
    pub fn end_key(&self, account: AccountId, name: &str) -> Result<(), Refusal> {
        let mut keys = lock(&self.listen_keys);
        let is_own = keys.get(name).is_some_and(|key| key.account == account);
        is_own.then(|| keys.remove(name)).ok_or_else(no_such_key)?;
        drop(keys);
        self.take_followers(account, name);
        Ok(())
    }

    /// Ends the listen keys that nobody has kept for an hour, and says so to those who follow by them.
    pub fn expire_keys(&self, now_us: u64, wakes: &mut WakeList) {
        let expired: Vec<(String, ListenKey)> = lock(&self.listen_keys)
            .extract_if(|_, key| key.valid_until_us <= now_us)
            .collect();
        for (name, key) in expired {
            for follower in self.take_followers(key.account, &name) {
                let time = follower.unit.of_us(now_us);
                let event =
                    format!(r#"{{"e":"listenKeyExpired","E":{time},"listenKey":"{name}"}}"#);
                let message = Message::text(follower.wrapping.around(&event));
                wakes.push(&follower.outbound, message, Audience::Private);
            }
        }
    }

    /// Those who followed the account by this key; they follow it no longer.
    fn take_followers(&self, account: AccountId, name: &str) -> Vec<Follower> {
        let mut followers = write(&self.followers);
        let Some(of_account) = followers.get_mut(&account) else {
            return Vec::new();
        };
        let taken = of_account
            .extract_if(.., |it| it.wrapping.is_by_key(name))
            .collect();
        if of_account.is_empty() {
            followers.remove(&account);
        }
        taken
    }

    /// Whose events a listen key opens.
    pub fn account_of_key(&self, name: &str, now_us: u64) -> Option<AccountId> {
        let keys = lock(&self.listen_keys);
        let key = keys.get(name).filter(|key| key.valid_until_us > now_us)?;
        Some(key.account)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use super::*;
    use crate::limits::Limits;
    use crate::session::Waiting;

    #[test]
    fn a_listen_key_is_one_account_s_and_lives_an_hour_after_it_was_kept() {
        let (streams, owner, other) = (UserStreams::default(), AccountId(1), AccountId(2));
        let key = streams.open_key(owner, 0).unwrap();

        assert_eq!(streams.open_key(owner, 1), Ok(key.clone()));
        assert_eq!(streams.keep_key(other, &key, 2).unwrap_err().code, -1125);
        assert_eq!(streams.keep_key(owner, &key, 10), Ok(()));
        let end = LISTEN_KEY_LIFE_US + 10;
        assert_eq!(streams.account_of_key(&key, end - 1), Some(owner));
        assert_eq!(streams.account_of_key(&key, end), None);
        assert_eq!(streams.end_key(owner, &key), Ok(()));
        assert_eq!(streams.end_key(owner, &key).unwrap_err().code, -1125);
    }

    async fn texts(outbound: &Outbound) -> Vec<String> {
        outbound.push_own(Message::text("last"));
        let (mut messages, mut due) = (VecDeque::new(), Vec::new());
        outbound.take(&mut messages, &mut due).await;
        let text = |waiting: Waiting| match waiting {
            Waiting::Message { message, .. } => message.into_text().unwrap().to_string(),
            Waiting::Frames { .. } => panic!("a stream has messages"),
        };
        messages.into_iter().map(text).collect()
    }

    #[tokio::test]
    async fn an_expired_key_is_told_to_those_who_follow_by_it_and_to_nobody_else() {
        let streams = UserStreams::default();
        let (owner, limits) = (AccountId(1), Limits::laptop());
        let key = streams.open_key(owner, 0).unwrap();
        let outbound = Arc::new(Outbound::new(&limits));
        for wrapping in [Wrapping::Bare(key.clone()), Wrapping::Subscription(0)] {
            streams.follow(
                owner,
                Follower {
                    socket: 1,
                    outbound: Arc::clone(&outbound),
                    wrapping,
                    unit: TimeUnit::Millisecond,
                },
            );
        }
        let mut wakes = WakeList::default();

        streams.expire_keys(LISTEN_KEY_LIFE_US - 1, &mut wakes);
        assert_eq!(texts(&outbound).await, ["last"]);
        streams.expire_keys(LISTEN_KEY_LIFE_US, &mut wakes);
        streams.tell(owner, &mut wakes, |_| "{}".to_owned());

        let told = format!(r#"{{"e":"listenKeyExpired","E":3600000,"listenKey":"{key}"}}"#);
        let other = r#"{"subscriptionId":0,"event":{}}"#.to_owned();
        assert_eq!(texts(&outbound).await, [told, other, "last".to_owned()]);
    }
}
