//! Streams that are told in beats or from sums of trades: who follows them, by their name.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, RwLock};

use tokio_tungstenite::tungstenite::Message;

use crate::binance::time_unit::TimeUnit;
use crate::lock::{read, write};
use crate::session::{Audience, SessionEntry, WakeList};

/// Who follows which stream.
#[derive(Debug, Default)]
pub struct Hub {
    followers: RwLock<HashMap<String, Vec<Follower>>>,
}

/// One that follows a stream.
#[derive(Debug, Clone)]
pub struct Follower {
    /// What waits for it.
    pub entry: Arc<SessionEntry>,
    /// Whether its messages stand in `{"stream":..,"data":..}`.
    pub is_combined: Arc<AtomicBool>,
    /// The unit of its times.
    pub unit: TimeUnit,
}

impl Hub {
    /// Somebody follows a stream from now on.
    pub fn follow(&self, name: &str, follower: Follower) {
        write(&self.followers)
            .entry(name.to_owned())
            .or_default()
            .push(follower);
    }

    /// A socket no longer follows a stream.
    pub fn leave(&self, name: &str, socket: u64) {
        let mut followers = write(&self.followers);
        if let Some(of_stream) = followers.get_mut(name) {
            of_stream.retain(|it| it.entry.id.0 != socket);
            if of_stream.is_empty() {
                followers.remove(name);
            }
        }
    }

    /// Whether nobody follows anything.
    pub fn is_empty(&self) -> bool {
        read(&self.followers).is_empty()
    }

    /// The streams that somebody follows.
    pub fn names(&self) -> Vec<String> {
        read(&self.followers).keys().cloned().collect()
    }

    /// Tells a stream's followers; the message is written once per unit of time.
    pub fn tell(&self, name: &str, wakes: &mut WakeList, message: impl Fn(TimeUnit) -> String) {
        let followers = read(&self.followers);
        let Some(of_stream) = followers.get(name) else {
            return;
        };
        let mut written: [Option<String>; 2] = [None, None];
        for follower in of_stream {
            let place = match follower.unit {
                TimeUnit::Millisecond => 0,
                TimeUnit::Microsecond => 1,
            };
            let text = written[place].get_or_insert_with(|| message(follower.unit));
            let text = if follower.is_combined.load(Ordering::Relaxed) {
                format!(r#"{{"stream":"{name}","data":{text}}}"#)
            } else {
                text.clone()
            };
            wakes.push(
                &follower.entry.outbound,
                Message::text(text),
                Audience::Public,
            );
        }
    }
}
