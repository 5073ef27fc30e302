//! One instrument's public state, and who follows it.
//!
//! Snapshot and subscription happen under one lock, and so does publishing: a subscriber's increments
//! begin exactly after its snapshot.

use std::sync::Arc;

use engine::{Canonical, Event, LevelChange, SequenceNumber, StateError, StateReader, Timestamp};
use history::{PublicTrade, RecentTrades};
use protocol::DepthSnapshot;
use sequencer::{Epoch, SessionId};
use tokio_tungstenite::tungstenite::Utf8Bytes;

use crate::listing::ListedInstrument;
use crate::market_data::book::{DepthUpdate, LevelBook, TopOfBook};
use crate::market_data::messages::{MarketEncoder, depth_snapshot};
use crate::reference::ReferencePrices;
use crate::session::{Audience, SessionEntry, WakeList};

/// A public channel of one instrument.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PublicChannel {
    /// Every trade.
    Trades,
    /// The book and its changes.
    Depth,
    /// Best bid and ask.
    Top,
}

/// Where a channel stands: its last number, and the engine time of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The generation of the numbers.
    pub epoch: Epoch,
    /// The last number given; 0 before the first.
    pub seq: u64,
    /// Engine time of what it was given to.
    pub at: Timestamp,
}

impl Place {
    const fn start(epoch: Epoch) -> Self {
        Self {
            epoch,
            seq: 0,
            at: Timestamp(0),
        }
    }

    fn advance(&mut self, at: Timestamp) -> Self {
        self.seq = self
            .seq
            .checked_add(1)
            .expect("a channel has fewer than 2^64 messages");
        self.at = at;
        *self
    }
}

/// One instrument's public state.
#[derive(Debug)]
pub struct Market {
    listed: ListedInstrument,
    book: LevelBook,
    top: TopOfBook,
    trades: RecentTrades,
    depth_place: Place,
    trade_place: Place,
    top_place: Place,
    depth_subscribers: Vec<Arc<SessionEntry>>,
    trade_subscribers: Vec<Arc<SessionEntry>>,
    top_subscribers: Vec<Arc<SessionEntry>>,
    encoder: MarketEncoder,
    update: DepthUpdate,
}

impl Market {
    /// An empty market that keeps up to `trades_max` trades.
    pub fn new(listed: ListedInstrument, epoch: Epoch, trades_max: usize) -> Self {
        Self {
            encoder: MarketEncoder::new(listed.symbol),
            listed,
            book: LevelBook::default(),
            top: TopOfBook::default(),
            trades: RecentTrades::new(trades_max),
            depth_place: Place::start(epoch),
            trade_place: Place::start(epoch),
            top_place: Place::start(epoch),
            depth_subscribers: Vec::new(),
            trade_subscribers: Vec::new(),
            top_subscribers: Vec::new(),
            update: DepthUpdate::default(),
        }
    }

    /// Spells out what everyone sees, with its numbers, and the newest trades.
    pub fn spell(&self, out: &mut Vec<u8>) {
        for place in [self.depth_place, self.trade_place, self.top_place] {
            place.seq.write(out);
            place.at.write(out);
        }
        self.book.spell(out);
        self.trades.spell(out);
    }

    /// Goes on from what was spelled out: the next numbers follow those, in this market's epoch.
    ///
    /// # Errors
    /// The bytes spell no market.
    pub fn restore(
        &mut self,
        from: &mut StateReader<'_>,
        reference: &ReferencePrices,
    ) -> Result<(), StateError> {
        for place in [
            &mut self.depth_place,
            &mut self.trade_place,
            &mut self.top_place,
        ] {
            place.seq = from.value()?;
            place.at = from.value()?;
        }
        self.book.restore(from)?;
        self.trades.restore(from)?;
        self.top = self.book.top();
        reference.set_touch(
            self.top.bid.map(|level| level.price),
            self.top.ask.map(|level| level.price),
        );
        if let Some(last) = self.trades.last() {
            reference.set_last(last.price);
        }
        Ok(())
    }

    /// Publishes what a command did to the book. Encodes only for who follows, and once for all of them.
    pub fn publish_levels(
        &mut self,
        changes: &[LevelChange],
        at: Timestamp,
        reference: &ReferencePrices,
        wakes: &mut WakeList,
    ) {
        self.book.apply(changes, &mut self.update);
        if self.update.is_empty() {
            return;
        }
        let place = self.depth_place.advance(at);
        if !self.depth_subscribers.is_empty() {
            let message = self.encoder.depth(&self.listed, place, &self.update);
            push_to_all(&self.depth_subscribers, &message, wakes);
        }
        let top = self.book.top();
        if top != self.top {
            self.top = top;
            self.publish_top(at, reference, wakes);
        }
    }

    fn publish_top(&mut self, at: Timestamp, reference: &ReferencePrices, wakes: &mut WakeList) {
        let place = self.top_place.advance(at);
        reference.set_touch(
            self.top.bid.map(|level| level.price),
            self.top.ask.map(|level| level.price),
        );
        if !self.top_subscribers.is_empty() {
            let message = self.encoder.top(&self.listed, place, self.top);
            push_to_all(&self.top_subscribers, &message, wakes);
        }
    }

    /// Publishes an event of the command at `sequence`, if it is a trade.
    pub fn publish_trade(
        &mut self,
        event: &Event,
        sequence: SequenceNumber,
        at: Timestamp,
        reference: &ReferencePrices,
        wakes: &mut WakeList,
    ) {
        let Some(trade) = self.trades.apply(event, sequence, at) else {
            return;
        };
        let place = self.trade_place.advance(at);
        reference.set_last(trade.price);
        if !self.trade_subscribers.is_empty() {
            let message = self.encoder.trade(&self.listed, place, &trade);
            push_to_all(&self.trade_subscribers, &message, wakes);
        }
    }

    /// The session follows the channel from here on.
    pub fn subscribe(&mut self, channel: PublicChannel, session: Arc<SessionEntry>) {
        self.subscribers_mut(channel).push(session);
    }

    /// The session no longer follows the channel.
    pub fn unsubscribe(&mut self, channel: PublicChannel, session: SessionId) {
        self.subscribers_mut(channel)
            .retain(|subscriber| subscriber.id != session);
    }

    /// The book as it stands.
    pub fn depth_snapshot(&self, levels_max: usize) -> DepthSnapshot {
        depth_snapshot(&self.listed, self.depth_place, &self.book, levels_max)
    }

    /// The message that repeats the best bid and ask.
    pub fn top_message(&mut self) -> Utf8Bytes {
        self.encoder.top(&self.listed, self.top_place, self.top)
    }

    /// Best bid and ask.
    pub const fn top(&self) -> TopOfBook {
        self.top
    }

    /// Up to `count` of the newest trades, oldest first, each with its place in the channel.
    pub fn newest_trades(&self, count: usize) -> Vec<(Place, PublicTrade)> {
        let trades: Vec<PublicTrade> = self.trades.newest(count).copied().collect();
        let newest = self.trade_place;
        let mut seq = newest
            .seq
            .saturating_sub(trades.len().try_into().unwrap_or(u64::MAX));
        let placed = |trade: PublicTrade| {
            seq = seq.saturating_add(1);
            (
                Place {
                    epoch: newest.epoch,
                    seq,
                    at: trade.at,
                },
                trade,
            )
        };
        trades.into_iter().map(placed).collect()
    }

    fn subscribers_mut(&mut self, channel: PublicChannel) -> &mut Vec<Arc<SessionEntry>> {
        match channel {
            PublicChannel::Trades => &mut self.trade_subscribers,
            PublicChannel::Depth => &mut self.depth_subscribers,
            PublicChannel::Top => &mut self.top_subscribers,
        }
    }
}

fn push_to_all(subscribers: &[Arc<SessionEntry>], message: &Utf8Bytes, wakes: &mut WakeList) {
    for subscriber in subscribers {
        wakes.push(&subscriber.outbound, message.clone(), Audience::Public);
    }
}
