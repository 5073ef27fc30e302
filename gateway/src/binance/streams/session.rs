//! One socket of streams: what it follows, and what is said on it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use engine::AccountId;
use protocol::Symbol;
use tokio_tungstenite::tungstenite::Message;

use crate::binance::socket::{Conversation, Later};
use crate::binance::streams::Handshake;
use crate::binance::streams::control::{self, BadControl, Control};
use crate::binance::streams::format::{Shape, terms_of};
use crate::binance::streams::frame_pace::FramePace;
use crate::binance::streams::hub;
use crate::binance::time_unit::TimeUnit;
use crate::binance::user_stream::{Follower, Wrapping};
use crate::edge::Edge;
use crate::listing::place_of;
use crate::lock::lock;
use crate::market_data::{Delivery, FlowTerms, OnLag};
use crate::session::{SessionEnd, SessionEntry, WakeList};

/// Streams of one socket.
const STREAMS_MAX: usize = 1_024;

/// One socket of streams.
#[derive(Debug)]
pub struct StreamSession {
    edge: Arc<Edge>,
    entry: Arc<SessionEntry>,
    is_combined: Arc<AtomicBool>,
    unit: TimeUnit,
    followed: Vec<(String, Stream)>,
    pace: FramePace,
}

/// Where a stream comes from.
#[derive(Debug, Clone, Copy)]
enum Stream {
    /// From the market of an instrument.
    Market(usize, FlowTerms),
    /// From the hub.
    Hub,
    /// An account's events, by listen key.
    User(AccountId),
    /// From nowhere: the venue takes names that it does not know, and stays silent.
    Silent,
}

impl StreamSession {
    /// A socket that follows what its handshake names.
    pub fn open(
        edge: Arc<Edge>,
        entry: Arc<SessionEntry>,
        is_combined: Arc<AtomicBool>,
        asked: Handshake,
    ) -> Self {
        let pace = FramePace::new(edge.binance.limits.stream_frames_per_s_max());
        let mut session = Self {
            edge,
            entry,
            is_combined,
            unit: asked.unit,
            followed: Vec::new(),
            pace,
        };
        for name in asked.names {
            session.follow(name);
        }
        session
    }

    fn shape(&self) -> Shape {
        if self.is_combined.load(Ordering::Relaxed) {
            Shape::Combined
        } else {
            Shape::Raw
        }
    }

    fn follow(&mut self, name: String) {
        if self.followed.len() >= STREAMS_MAX || self.followed.iter().any(|(it, _)| *it == name) {
            return;
        }
        let stream = self.find(&name);
        self.join(&name, stream);
        self.followed.push((name, stream));
    }

    fn find(&self, name: &str) -> Stream {
        if let Some(account) = self
            .edge
            .binance
            .users
            .account_of_key(name, self.edge.at_us())
        {
            return Stream::User(account);
        }
        if name.starts_with('!') {
            return Stream::Hub;
        }
        let Some((symbol, suffix)) = name.split_once('@') else {
            return Stream::Silent;
        };
        let state = Symbol::new(&symbol.to_ascii_uppercase())
            .ok()
            .and_then(|symbol| self.edge.by_symbol(&symbol));
        let Some(state) = state else {
            return Stream::Silent;
        };
        match terms_of(suffix, self.shape(), self.unit) {
            Some(terms) => {
                let place = place_of(state.id()).expect("listed instruments have an id");
                Stream::Market(place, terms)
            }
            None => Stream::Hub,
        }
    }

    fn join(&self, name: &str, stream: Stream) {
        let mut wakes = WakeList::default();
        match stream {
            Stream::Market(place, terms) => {
                let mut market = lock(&self.edge.instruments[place].market);
                market.follow(terms, &self.entry, OnLag::Disconnect, &mut wakes);
                drop(market);
                if let Delivery::Interval(interval) = terms.delivery {
                    self.edge.intervals.want(interval);
                }
            }
            Stream::Hub => self.edge.binance.hub.follow(
                name,
                hub::Follower {
                    entry: Arc::clone(&self.entry),
                    is_combined: Arc::clone(&self.is_combined),
                    unit: self.unit,
                },
            ),
            Stream::User(account) => self.edge.binance.users.follow(
                account,
                Follower {
                    socket: self.entry.id.0,
                    outbound: Arc::clone(&self.entry.outbound),
                    wrapping: match self.shape() {
                        Shape::Raw => Wrapping::Bare(name.to_owned()),
                        Shape::Combined => Wrapping::Stream(name.to_owned()),
                    },
                    unit: self.unit,
                },
            ),
            Stream::Silent => {}
        }
        wakes.wake(&self.edge.flusher);
    }

    fn leave(&self, name: &str, stream: Stream) {
        match stream {
            Stream::Market(place, terms) => {
                lock(&self.edge.instruments[place].market).leave(terms, self.entry.id);
            }
            Stream::Hub => self.edge.binance.hub.leave(name, self.entry.id.0),
            Stream::User(account) => {
                let users = &self.edge.binance.users;
                users.leave(account, self.entry.id.0, |wrapping| {
                    wrapping.is_by_key(name)
                });
            }
            Stream::Silent => {}
        }
    }

    fn unfollow(&mut self, name: &str) {
        if let Some(place) = self.followed.iter().position(|(it, _)| it == name) {
            let (name, stream) = self.followed.remove(place);
            self.leave(&name, stream);
        }
    }

    /// Follows everything again in the other shape.
    fn set_combined(&mut self, is_combined: bool) {
        let followed = std::mem::take(&mut self.followed);
        for (name, stream) in &followed {
            self.leave(name, *stream);
        }
        self.is_combined.store(is_combined, Ordering::Relaxed);
        for (name, _) in followed {
            self.follow(name);
        }
    }

    fn obey(&mut self, said: Control) -> Result<String, BadControl> {
        match said {
            Control::Subscribe(names) => {
                let more = names.len().saturating_add(self.followed.len());
                if more > STREAMS_MAX {
                    return Err(BadControl {
                        code: 2,
                        text: "Invalid request: too many streams",
                    });
                }
                for name in names {
                    self.follow(name);
                }
            }
            Control::Unsubscribe(names) => {
                for name in names {
                    self.unfollow(&name);
                }
            }
            Control::List => {
                let names: Vec<&String> = self.followed.iter().map(|(name, _)| name).collect();
                return Ok(crate::binance::wire::json(&names));
            }
            Control::SetCombined(is_combined) => self.set_combined(is_combined),
            Control::GetCombined => {
                return Ok(self.is_combined.load(Ordering::Relaxed).to_string());
            }
        }
        Ok("null".to_owned())
    }

    fn say(&self, text: String) {
        self.entry.outbound.push_own(Message::text(text));
    }

    fn count_frame(&mut self) -> Result<(), SessionEnd> {
        let is_admitted = self.pace.admit(self.edge.at_us());
        is_admitted.then_some(()).ok_or(SessionEnd::RateLimit)
    }
}

impl Conversation for StreamSession {
    fn take_text(&mut self, text: &str) -> Result<Option<Later>, SessionEnd> {
        self.count_frame()?;
        let (id, said) = control::read(text);
        let id_text = id.as_deref().unwrap_or("null").to_owned();
        match said.and_then(|said| self.obey(said)) {
            Ok(result) => self.say(format!(r#"{{"result":{result},"id":{id_text}}}"#)),
            Err(bad) => {
                let text = crate::binance::wire::json(&bad.text);
                let tail = id.map_or(String::new(), |id| format!(r#","id":{id}"#));
                self.say(format!(r#"{{"code":{},"msg":{text}{tail}}}"#, bad.code));
            }
        }
        Ok(None)
    }

    fn take_control(&mut self) -> Result<(), SessionEnd> {
        self.count_frame()
    }
}

impl Drop for StreamSession {
    fn drop(&mut self) {
        for (name, stream) in std::mem::take(&mut self.followed) {
            self.leave(&name, stream);
        }
    }
}
