//! The faults of one WebSocket: what becomes of each frame, in and out.

use std::collections::VecDeque;
use std::sync::Arc;

use serde_json::Value;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

use crate::clock;
use crate::faults::plan::{Kind, Struck};
use crate::faults::room::{BoundPlan, Faults, Place};
use crate::faults::words::{
    Asked, Surface, Wish, answered, asked, farewell, market_channel, outcome_unknown, refused,
    skewed, too_many,
};

/// Bytes that wait to leave late, at most; a link that holds more takes nothing from its session for the while.
pub const OUTGOING_BYTES_MAX: usize = 1 << 20;
/// Requests whose answers are swallowed and have not come, at most.
const SWALLOWED_MAX: usize = 1_024;

/// What leaves.
#[derive(Debug)]
pub enum Outgoing {
    /// A whole message.
    Whole(Message),
    /// The first half of one, and then the connection breaks.
    Half(Message),
}

/// How a connection is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Health {
    /// Frames come and go.
    Alive,
    /// Nothing comes or goes until then; it breaks then.
    Mute {
        /// By the machine's clock.
        until_us: u64,
    },
    /// It is broken.
    Dead,
}

/// The faults of one connection.
#[derive(Debug)]
pub struct Link {
    faults: Arc<Faults>,
    place: Place,
    key: Option<String>,
    generation: u64,
    plans: Vec<Arc<BoundPlan>>,
    /// How it is.
    pub health: Health,
    /// Requests on their way to the session, each with when it is due.
    pub incoming: VecDeque<(u64, Message)>,
    /// Messages on their way to the client, each with when it is due.
    pub outgoing: VecDeque<(u64, Outgoing)>,
    /// Bytes among them.
    pub outgoing_bytes: usize,
    /// A message that leaves after the next one.
    held: Option<Message>,
    /// Messages of market data that are lost yet, in a row.
    gap_left: u32,
    stale_until_us: u64,
    swallowed: VecDeque<(Value, Asked)>,
}

impl Link {
    /// A link that is as it should be.
    pub fn new(faults: Arc<Faults>, surface: Surface, session: u64, key: Option<String>) -> Self {
        let mut link = Self {
            faults,
            place: Place {
                session: Some(session),
                surface,
            },
            key,
            generation: u64::MAX,
            plans: Vec::new(),
            health: Health::Alive,
            incoming: VecDeque::new(),
            outgoing: VecDeque::new(),
            outgoing_bytes: 0,
            held: None,
            gap_left: 0,
            stale_until_us: 0,
            swallowed: VecDeque::new(),
        };
        link.look();
        link
    }

    /// Looks which plans are for it, and whether one of them begins by the clock alone.
    pub fn look(&mut self) {
        self.take_plans();
        if let Health::Mute { until_us } = self.health
            && clock::wall_us() >= until_us
        {
            self.health = Health::Dead;
        }
        if self.health != Health::Alive {
            return;
        }
        if self.is_due(Kind::Disconnect) {
            self.break_if_struck();
        }
        if self.is_due(Kind::HalfOpen) {
            self.mute_if_struck();
        }
        if self.is_due(Kind::Maintenance) {
            self.close_if_struck();
        }
    }

    /// The plans that are for it now.
    fn take_plans(&mut self) {
        let generation = self.faults.generation();
        if generation != self.generation {
            self.generation = generation;
            let session = self.place.session;
            self.plans = self.faults.plans_for(self.key.as_deref(), session);
        }
    }

    fn is_due(&self, kind: Kind) -> bool {
        self.plans.iter().any(|bound| bound.is_due(kind))
    }

    /// Whether anything is to be done to it now or later.
    pub fn is_meddled_with(&self) -> bool {
        !self.plans.is_empty() || !self.incoming.is_empty() || !self.outgoing.is_empty()
    }

    /// The earliest instant at which something is due.
    pub fn due_us(&self) -> Option<u64> {
        let incoming = self.incoming.front().map(|(due_us, _)| *due_us);
        let outgoing = self.outgoing.front().map(|(due_us, _)| *due_us);
        incoming.into_iter().chain(outgoing).min()
    }

    fn strike(&self, kind: Kind, what: impl FnOnce(&Struck) -> String) -> Option<Struck> {
        let struck = self
            .plans
            .iter()
            .find_map(|bound| Some((bound, bound.strike(kind)?)));
        let (bound, struck) = struck?;
        self.faults.note(bound, self.place, kind, what(&struck));
        Some(struck)
    }

    /// Takes in a frame of the client.
    pub fn take_in(&mut self, frame: Message) {
        self.take_plans();
        let now_us = clock::wall_us();
        let Message::Text(text) = &frame else {
            let is_request = matches!(frame, Message::Binary(_));
            let delay_us = if is_request {
                self.delay("a request")
            } else {
                0
            };
            self.hand_on(now_us.saturating_add(delay_us), frame);
            return;
        };
        let Some(asked) = asked(self.place.surface, text) else {
            self.hand_on(now_us, frame);
            return;
        };
        if asked.key.is_some() && asked.key != self.key {
            self.key.clone_from(&asked.key);
            self.generation = u64::MAX;
            self.look();
        }
        if self.break_if_struck() || self.mute_if_struck() || self.close_if_struck() {
            return;
        }
        if let Some(answer) = self.answer_instead(&asked, now_us) {
            self.push_out(now_us, Outgoing::Whole(Message::text(answer)));
            return;
        }
        if asked.wish != Wish::Other
            && self
                .strike(Kind::UnknownOutcome, |_| {
                    said(&asked, "is done and nobody is told")
                })
                .is_some()
        {
            if self.swallowed.len() >= SWALLOWED_MAX {
                self.swallowed.pop_front();
            }
            self.swallowed.push_back((asked.id.clone(), asked.clone()));
        }
        let delay_us = self.delay(&asked.word);
        self.hand_on(now_us.saturating_add(delay_us), frame);
    }

    /// What is said to a request that nobody behind this gets to see.
    fn answer_instead(&self, asked: &Asked, now_us: u64) -> Option<String> {
        let surface = self.place.surface;
        if let Some(struck) = self.strike(Kind::RateLimit, |_| said(asked, "is too many")) {
            return Some(too_many(surface, asked, &struck.fault, now_us));
        }
        let kind = match asked.wish {
            Wish::Entry => Kind::Reject,
            Wish::Cancel => Kind::CancelReject,
            Wish::Other => return None,
        };
        let struck = self.strike(kind, |_| said(asked, "is refused"))?;
        Some(refused(surface, asked, &struck.fault, now_us))
    }

    /// What the session says, on its way to the client.
    pub fn send_out(&mut self, message: Message) {
        self.take_plans();
        let now_us = clock::wall_us();
        match &message {
            Message::Text(_) | Message::Binary(_) => self.send_message(message, now_us),
            Message::Ping(_) | Message::Pong(_) | Message::Frame(_) | Message::Close(_) => {
                self.push_out(now_us, Outgoing::Whole(message));
            }
        }
    }

    fn send_message(&mut self, message: Message, now_us: u64) {
        // Nobody asks for anything on a stream: what it is told is the opportunity there.
        let is_told_only = self.place.surface == Surface::Streams;
        if is_told_only
            && (self.break_if_struck() || self.mute_if_struck() || self.close_if_struck())
        {
            return;
        }
        if self.swallow(&message, now_us) {
            return;
        }
        let message = self.with_other_times(message);
        let channel = match &message {
            Message::Text(text) => market_channel(self.place.surface, text),
            Message::Binary(_)
            | Message::Ping(_)
            | Message::Pong(_)
            | Message::Frame(_)
            | Message::Close(_) => None,
        };
        let what = channel.as_deref().unwrap_or("a message");
        if self
            .strike(Kind::TruncatedFrame, |_| {
                format!("{what} is cut in its middle")
            })
            .is_some()
        {
            self.push_out(now_us, Outgoing::Half(message));
            return;
        }
        let due_us = now_us.saturating_add(self.delay(what));
        let Some(channel) = channel else {
            self.push_out(due_us, Outgoing::Whole(message));
            return;
        };
        self.send_market(message, &channel, due_us);
    }

    /// Market data: lost, doubled, in another order, or late.
    fn send_market(&mut self, message: Message, channel: &str, due_us: u64) {
        if self.gap_left > 0 {
            self.gap_left -= 1;
            return;
        }
        if let Some(struck) = self.strike(Kind::SequenceGap, |struck| {
            format!(
                "{} messages are lost from one of {channel} on",
                struck.fault.messages
            )
        }) {
            self.gap_left = struck.fault.messages.saturating_sub(1);
            return;
        }
        if self
            .strike(Kind::Drop, |_| format!("one of {channel} is lost"))
            .is_some()
        {
            return;
        }
        if let Some(struck) = self.strike(Kind::StaleFeed, |_| format!("{channel} stands still")) {
            self.stale_until_us = due_us.saturating_add(struck.fault.last_us.unwrap_or(0));
        }
        let due_us = due_us.max(self.stale_until_us);
        if self.held.is_none()
            && self
                .strike(Kind::Reorder, |_| {
                    format!("one of {channel} comes after the next")
                })
                .is_some()
        {
            self.held = Some(message);
            return;
        }
        if self
            .strike(Kind::Duplicate, |_| format!("one of {channel} comes twice"))
            .is_some()
        {
            self.push_out(due_us, Outgoing::Whole(message.clone()));
        }
        self.push_out(due_us, Outgoing::Whole(message));
        if let Some(held) = self.held.take() {
            self.push_out(due_us, Outgoing::Whole(held));
        }
    }

    /// Whether an answer is kept from the client. The persona says that nobody knows, the native session breaks.
    fn swallow(&mut self, message: &Message, now_us: u64) -> bool {
        let Message::Text(text) = message else {
            return false;
        };
        if self.swallowed.is_empty() {
            return false;
        }
        let Some(id) = answered(self.place.surface, text) else {
            return false;
        };
        let Some(place) = self.swallowed.iter().position(|(known, _)| *known == id) else {
            return false;
        };
        match self.place.surface {
            Surface::Native => self.health = Health::Dead,
            Surface::SocketApi | Surface::Streams | Surface::Http => {
                if let Some((_, asked)) = self.swallowed.remove(place) {
                    let answer = Message::text(outcome_unknown(&asked));
                    self.push_out(now_us, Outgoing::Whole(answer));
                }
            }
        }
        true
    }

    fn with_other_times(&self, message: Message) -> Message {
        let Message::Text(text) = &message else {
            return message;
        };
        match self.strike(Kind::ClockSkew, |struck| {
            format!("times are {} us off", struck.fault.skew_us)
        }) {
            Some(struck) => Message::text(skewed(text, struck.fault.skew_us)),
            None => message,
        }
    }

    fn delay(&self, what: &str) -> u64 {
        let struck = self.strike(Kind::Latency, |struck| {
            format!("{what} is {} us late", struck.delay_us)
        });
        struck.map_or(0, |struck| struck.delay_us)
    }

    fn break_if_struck(&mut self) -> bool {
        let struck = self.strike(Kind::Disconnect, |_| "the connection breaks".to_owned());
        if struck.is_some() {
            self.health = Health::Dead;
        }
        struck.is_some()
    }

    fn mute_if_struck(&mut self) -> bool {
        let Some(struck) = self.strike(Kind::HalfOpen, |_| "nothing comes or goes".to_owned())
        else {
            return false;
        };
        let until_us = match struck.fault.last_us {
            Some(last_us) => clock::wall_us().saturating_add(last_us),
            None => u64::MAX,
        };
        self.incoming.clear();
        self.outgoing.clear();
        self.health = Health::Mute { until_us };
        true
    }

    fn close_if_struck(&mut self) -> bool {
        if self
            .strike(Kind::Maintenance, |_| "closed for maintenance".to_owned())
            .is_none()
        {
            return false;
        }
        let now_us = clock::wall_us();
        let farewell = Message::text(farewell(self.place.surface, now_us));
        self.push_out(now_us, Outgoing::Whole(farewell));
        let close = CloseFrame {
            code: CloseCode::Away,
            reason: "maintenance".into(),
        };
        self.push_out(now_us, Outgoing::Whole(Message::Close(Some(close))));
        // What it still says goes out first.
        self.health = Health::Mute {
            until_us: now_us.saturating_add(100_000),
        };
        true
    }

    /// Nothing overtakes what came before it.
    fn hand_on(&mut self, due_us: u64, frame: Message) {
        let due_us = self
            .incoming
            .back()
            .map_or(due_us, |(before, _)| due_us.max(*before));
        self.incoming.push_back((due_us, frame));
    }

    fn push_out(&mut self, due_us: u64, outgoing: Outgoing) {
        let (Outgoing::Whole(message) | Outgoing::Half(message)) = &outgoing;
        self.outgoing_bytes = self.outgoing_bytes.saturating_add(message.len());
        let due_us = self
            .outgoing
            .back()
            .map_or(due_us, |(before, _)| due_us.max(*before));
        self.outgoing.push_back((due_us, outgoing));
    }

    /// The next message that is due.
    pub fn next_out(&mut self, now_us: u64) -> Option<Outgoing> {
        let (due_us, _) = self.outgoing.front()?;
        if *due_us > now_us {
            return None;
        }
        let (_, outgoing) = self.outgoing.pop_front()?;
        let (Outgoing::Whole(message) | Outgoing::Half(message)) = &outgoing;
        self.outgoing_bytes = self.outgoing_bytes.saturating_sub(message.len());
        Some(outgoing)
    }

    /// The next request that is due.
    pub fn next_in(&mut self, now_us: u64) -> Option<Message> {
        let (due_us, _) = self.incoming.front()?;
        if *due_us > now_us {
            return None;
        }
        self.incoming.pop_front().map(|(_, frame)| frame)
    }
}

fn said(asked: &Asked, what: &str) -> String {
    format!("{} {} {what}", asked.word, asked.id)
}
