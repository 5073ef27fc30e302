//! All who follow the same flow of one instrument: each message is written once and shared.

use std::sync::Arc;

use engine::InstrumentId;
use sequencer::SessionId;
use tokio_tungstenite::tungstenite::{Message, Utf8Bytes};

use crate::listing::ListedInstrument;
use crate::market_data::conflation::{ChangedLevels, WindowTold};
use crate::market_data::flow::{FlowTerms, OnLag};
use crate::market_data::news::{Content, MarketFormat, News, Window, Written};
use crate::market_data::place::Span;
use crate::market_data::ring::{HeardBy, Ring, RingBounds};
use crate::session::{FlowKey, Offered, SessionEntry, WakeList};

/// What every instrument has a group for from the start, with its newest messages kept.
pub const RESUMABLE: [Content; 7] = [
    Content::Trades,
    Content::Depth(Window::Full),
    Content::Top,
    Content::Orders,
    Content::Status,
    Content::Instruments,
    Content::Heartbeat,
];

/// All who follow the same flow.
#[derive(Debug)]
pub struct Group {
    key: FlowKey,
    /// What they follow.
    pub terms: FlowTerms,
    subscribers: Vec<Subscriber>,
    /// Who is served first; moves on with each message, so that nobody always waits for all others.
    first: usize,
    /// The newest messages, for those who come back.
    pub ring: Ring,
    /// The last number that was told.
    pub told: u64,
    /// What the present interval changed.
    pub changed: ChangedLevels,
    /// The window as it was last told.
    pub window: WindowTold,
}

/// One of those who follow a flow.
#[derive(Debug)]
struct Subscriber {
    entry: Arc<SessionEntry>,
    on_lag: OnLag,
    /// The first number that it was not told, where it is to fetch what is so later.
    behind_since: Option<u64>,
}

/// Where messages are written, and who is to be woken.
#[derive(Debug)]
pub struct Telling<'a> {
    /// The instrument.
    pub listed: &'a ListedInstrument,
    /// Reused for every message.
    pub buffer: &'a mut Vec<u8>,
    /// Whom to wake after the batch.
    pub wakes: &'a mut WakeList,
}

impl Group {
    /// A group that nobody is in, which has told everything up to `told`.
    pub fn new(
        instrument: InstrumentId,
        number: u32,
        terms: FlowTerms,
        bounds: RingBounds,
        told: u64,
    ) -> Self {
        Self {
            key: FlowKey {
                instrument,
                group: number,
            },
            terms,
            subscribers: Vec::new(),
            first: 0,
            ring: Ring::new(bounds),
            told,
            changed: ChangedLevels::default(),
            window: WindowTold::default(),
        }
    }

    /// Its number among the instrument's groups.
    pub const fn number(&self) -> u32 {
        self.key.group
    }

    /// Whether nobody is in it.
    pub const fn is_empty(&self) -> bool {
        self.subscribers.is_empty()
    }

    /// Whether a message would be sent or kept.
    pub const fn is_wanted(&self) -> bool {
        !self.subscribers.is_empty() || self.ring.is_warm()
    }

    /// The session follows from here on.
    pub fn join(&mut self, entry: Arc<SessionEntry>, on_lag: OnLag) {
        self.ring.warm_up();
        self.subscribers.push(Subscriber {
            entry,
            on_lag,
            behind_since: None,
        });
    }

    /// The session no longer follows.
    pub fn leave(&mut self, session: SessionId) {
        self.subscribers
            .retain(|subscriber| subscriber.entry.id != session);
    }

    /// Writes the news once and offers it to all; those without room for it fall behind.
    pub fn tell(&mut self, news: &News<'_>, span: Span, telling: &mut Telling<'_>) {
        self.told = span.last;
        if !self.is_wanted() {
            return;
        }
        let format = self.terms.format;
        let Some(message) = written(format, telling.listed, news, telling.buffer) else {
            return;
        };
        let heard_by = if self.subscribers.is_empty() {
            HeardBy::Nobody
        } else {
            HeardBy::Somebody
        };
        self.ring.keep(span.last, message.clone(), heard_by);
        self.offer_to_all(&message, span, telling.wakes);
    }

    fn offer_to_all(&mut self, message: &Message, span: Span, wakes: &mut WakeList) {
        self.first += 1;
        if self.first >= self.subscribers.len() {
            self.first = 0;
        }
        let (later, sooner) = self.subscribers.split_at_mut(self.first);
        for subscriber in sooner.iter_mut().chain(later) {
            if subscriber.behind_since.is_some() {
                continue;
            }
            let outbound = &subscriber.entry.outbound;
            match wakes.offer(outbound, message.clone(), self.key, span.first) {
                Offered::Taken | Offered::Ended => {}
                Offered::NoRoom { first } => match subscriber.on_lag {
                    OnLag::Snapshot => {
                        subscriber.behind_since = Some(first);
                        wakes.note_due(outbound, self.key);
                    }
                    OnLag::Disconnect => wakes.cut_off(outbound),
                },
            }
        }
    }

    /// Notes that each subscriber is to fetch what is so when it is ready.
    pub fn note_latest(&mut self, span: Span, wakes: &mut WakeList) {
        self.told = span.last;
        for subscriber in &mut self.subscribers {
            if subscriber.behind_since.is_none() {
                subscriber.behind_since = Some(span.first);
                wakes.note_due(&subscriber.entry.outbound, self.key);
            }
        }
    }

    /// The session has caught up; returns it, and the first number that it was not told.
    pub fn caught_up(&mut self, session: SessionId) -> Option<(Arc<SessionEntry>, u64)> {
        let subscriber = self
            .subscribers
            .iter_mut()
            .find(|subscriber| subscriber.entry.id == session)?;
        let first = subscriber.behind_since.take()?;
        Some((Arc::clone(&subscriber.entry), first))
    }
}

/// The news in the words of a format, if it has any for it.
pub fn written(
    format: &dyn MarketFormat,
    listed: &ListedInstrument,
    news: &News<'_>,
    buffer: &mut Vec<u8>,
) -> Option<Message> {
    buffer.clear();
    let bytes = |buffer: &Vec<u8>| bytes::Bytes::copy_from_slice(buffer);
    match format.write(listed, news, buffer) {
        Written::Text => {
            let text =
                Utf8Bytes::try_from(bytes(buffer)).expect("text frames are written as UTF-8");
            Some(Message::Text(text))
        }
        Written::Binary => Some(Message::Binary(bytes(buffer))),
        Written::Nothing => None,
    }
}
