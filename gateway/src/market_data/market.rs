//! One instrument's public state, and who follows it.
//!
//! Snapshot and subscription happen under one lock, and so does publishing: a subscriber's increments
//! begin exactly after its snapshot.

use std::sync::Arc;

use engine::{
    Event, Indicative, Instrument, LevelChange, OrderChange, PastTrade, SequenceNumber,
    SessionState, Timestamp,
};
use history::RecentTrades;
use protocol::Frames;
use sequencer::{Epoch, SessionId};

use crate::limits::Limits;
use crate::listing::ListedInstrument;
use crate::market_data::book::{DepthUpdate, LevelBook, TopOfBook};
use crate::market_data::flow::{Delivery, FlowTerms};
use crate::market_data::followed_by::{FollowedBy, Resuming};
use crate::market_data::group::{Group, RESUMABLE, Telling};
use crate::market_data::native_format::format_of;
use crate::market_data::news::{
    BustedNews, Content, Crossing, News, Numbering, OrdersNews, TradeNews,
};
use crate::market_data::order_queues::OrderQueues;
use crate::market_data::place::{Place, Span};
use crate::market_data::queue_watch::QueueWatch;
use crate::market_data::ring::RingBounds;
use crate::market_data::tape::ToldTape;
use crate::reference::ReferencePrices;
use crate::session::{SessionEntry, WakeList};

/// One instrument's public state.
#[derive(Debug)]
pub struct Market {
    pub(super) listed: ListedInstrument,
    pub(super) book: LevelBook,
    pub(super) queues: OrderQueues,
    pub(super) top: TopOfBook,
    pub(super) trades: RecentTrades,
    pub(super) state: SessionState,
    pub(super) indicative: Option<Indicative>,
    pub(super) crossing: Crossing,
    pub(super) places: Places,
    pub(super) events_since_heartbeat: u64,
    heartbeat_events: u64,
    followed_by: FollowedBy,
    pub(super) groups: Vec<Group>,
    pub(super) groups_numbered: u32,
    pub(super) queue_watch: QueueWatch,
    pub(super) tape: ToldTape,
    pub(super) update: DepthUpdate,
    pub(super) buffer: Vec<u8>,
}

/// Where each content stands. All flows of one content share its numbers.
#[derive(Debug, Clone, Copy)]
pub struct Places {
    pub(super) trades: Place,
    pub(super) depth: Place,
    pub(super) top: Place,
    pub(super) orders: Place,
    pub(super) status: Place,
    pub(super) instrument: Place,
    pub(super) heartbeat: Place,
}

/// What one command did.
#[derive(Debug, Clone, Copy)]
pub struct CommandNews<'a> {
    /// Its place in the instrument's order.
    pub sequence: SequenceNumber,
    /// Engine time.
    pub at: Timestamp,
    /// What happened.
    pub events: &'a [Event],
    /// What it did to displayed levels.
    pub level_changes: &'a [LevelChange],
    /// What it did to displayed orders.
    pub order_changes: &'a [OrderChange],
}

impl Market {
    /// An empty market.
    pub fn new(
        listed: ListedInstrument,
        epoch: Epoch,
        limits: &Limits,
        resuming: Resuming,
    ) -> Self {
        let bounds = match resuming {
            Resuming::Kept => RingBounds {
                messages_max: limits.resume_messages_max,
                bytes_max: limits.resume_bytes_max,
            },
            Resuming::Nobody => RingBounds::NONE,
        };
        let kept = Frames::ALL
            .iter()
            .flat_map(|frames| RESUMABLE.map(|content| (content, format_of(*frames))));
        let groups = kept.zip(0..).map(|((content, format), number)| {
            let terms = FlowTerms {
                content,
                delivery: Delivery::Every,
                format,
            };
            Group::new(listed.instrument.id, number, terms, bounds, 0)
        });
        let followed_by = FollowedBy::of(resuming, limits);
        let groups: Vec<Group> = match followed_by {
            FollowedBy::Anyone => groups.collect(),
            FollowedBy::Nobody => Vec::new(),
        };
        let start = Place::start(epoch);
        Self {
            groups_numbered: u32::try_from(groups.len()).expect("contents are few"),
            groups,
            followed_by,
            book: LevelBook::default(),
            queues: OrderQueues::default(),
            top: TopOfBook::default(),
            trades: RecentTrades::new(limits.trades_kept_max),
            state: SessionState::default(),
            indicative: None,
            crossing: Crossing::Never,
            places: Places {
                trades: start,
                depth: start,
                top: start,
                orders: start,
                status: start,
                instrument: start,
                heartbeat: start,
            },
            events_since_heartbeat: 0,
            heartbeat_events: limits.heartbeat_events,
            queue_watch: QueueWatch::new(listed.clone()),
            listed,
            tape: ToldTape::default(),
            update: DepthUpdate::default(),
            buffer: Vec::new(),
        }
    }

    /// Publishes what a command did for everyone to see: trades and status as they happened, then the book.
    pub fn publish(
        &mut self,
        command: &CommandNews<'_>,
        reference: &ReferencePrices,
        wakes: &mut WakeList,
    ) {
        for event in command.events {
            match event {
                Event::Trade(_) => self.publish_trade(event, command, reference, wakes),
                Event::TradeBusted(busted) => {
                    self.trades.apply(event, command.sequence, command.at);
                    self.publish_bust(&busted.trade, command.at, wakes);
                }
                Event::StatusChanged(changed) => {
                    self.enter(changed.state);
                    self.publish_status(command.at, wakes);
                }
                Event::Indicative(indicative) => {
                    self.indicative = Some(*indicative);
                    self.publish_status(command.at, wakes);
                }
                Event::TermsChanged(changed) => {
                    changed.apply_to(&mut self.listed.instrument);
                    self.publish_definition(command.at, wakes);
                }
                Event::Accepted(_)
                | Event::Conditioned(_)
                | Event::Rejected(_)
                | Event::Repeated(_)
                | Event::Prevented(_)
                | Event::Rested(_)
                | Event::Queued(_)
                | Event::Triggered(_)
                | Event::Refilled(_)
                | Event::Pegged(_)
                | Event::Replaced(_)
                | Event::Canceled(_)
                | Event::HoldReleased(_)
                | Event::Step(_)
                | Event::BustRefused(_) => {}
            }
        }
        self.publish_levels(command, reference, wakes);
        if self.followed_by == FollowedBy::Nobody {
            return;
        }
        self.publish_orders(command, wakes);
        self.queue_watch
            .tell(&self.queues, command.order_changes, command.at, wakes);
        self.count_events(command, wakes);
    }

    fn enter(&mut self, state: SessionState) {
        self.state = state;
        self.indicative = None;
        match state {
            SessionState::Continuous | SessionState::LimitUp | SessionState::LimitDown => {
                self.crossing = Crossing::Never;
            }
            SessionState::PreOpen
            | SessionState::OpeningAuction
            | SessionState::Auction
            | SessionState::ClosingAuction
            | SessionState::VolatilityAuction
            | SessionState::Reserved => self.crossing = Crossing::MayBe,
            // What was collected before stays until it is uncrossed.
            SessionState::Halted | SessionState::Paused | SessionState::Closed => {}
        }
    }

    fn publish_trade(
        &mut self,
        event: &Event,
        command: &CommandNews<'_>,
        reference: &ReferencePrices,
        wakes: &mut WakeList,
    ) {
        let Some(trade) = self.trades.apply(event, command.sequence, command.at) else {
            return;
        };
        reference.set_last(trade.price);
        let place = self.places.trades.advance(command.at);
        let news = TradeNews {
            place,
            trade: &trade,
        };
        self.tell(Content::Trades, &News::Trade(news), place.alone(), wakes);
    }

    /// A correction of the tape: it is counted with the trades.
    fn publish_bust(&mut self, trade: &PastTrade, at: Timestamp, wakes: &mut WakeList) {
        let place = self.places.trades.advance(at);
        let news = News::Busted(BustedNews { place, trade });
        self.tell(Content::Trades, &news, place.alone(), wakes);
    }

    fn publish_status(&mut self, at: Timestamp, wakes: &mut WakeList) {
        let place = self.places.status.advance(at);
        let news = News::Status(self.status());
        self.tell(Content::Status, &news, place.alone(), wakes);
    }

    /// Its terms are these: what was kept.
    pub const fn set_terms(&mut self, terms: &Instrument) {
        self.listed.instrument = *terms;
    }

    fn publish_definition(&mut self, at: Timestamp, wakes: &mut WakeList) {
        let place = self.places.instrument.advance(at);
        let news = News::Instrument(place);
        self.tell(Content::Instruments, &news, place.alone(), wakes);
    }

    fn publish_levels(
        &mut self,
        command: &CommandNews<'_>,
        reference: &ReferencePrices,
        wakes: &mut WakeList,
    ) {
        self.book.apply(command.level_changes, &mut self.update);
        if self.crossing == Crossing::Never {
            self.book.assert_not_crossed();
        }
        if self.update.is_empty() {
            return;
        }
        self.places.depth.advance(command.at);
        for place in 0..self.groups.len() {
            self.tell_depth(place, wakes);
        }
        let top = self.book.top();
        if top != self.top {
            self.top = top;
            reference.set_touch(
                top.bid.map(|level| level.price),
                top.ask.map(|level| level.price),
            );
            self.publish_top(command.at, wakes);
        }
    }

    fn publish_top(&mut self, at: Timestamp, wakes: &mut WakeList) {
        let place = self.places.top.advance(at);
        let news = News::Top(self.top_news(place.alone(), Numbering::EachOne));
        for group in &mut self.groups {
            if group.terms.content != Content::Top {
                continue;
            }
            match group.terms.delivery {
                Delivery::Every => {
                    let mut telling = Telling {
                        listed: &self.listed,
                        buffer: &mut self.buffer,
                        wakes,
                    };
                    group.tell(&news, place.alone(), &mut telling);
                }
                Delivery::Latest => group.note_latest(place.since(group.told + 1), wakes),
                Delivery::Interval(_) => {}
            }
        }
    }

    fn publish_orders(&mut self, command: &CommandNews<'_>, wakes: &mut WakeList) {
        if command.order_changes.is_empty() {
            return;
        }
        for change in command.order_changes {
            self.queues.apply(change);
        }
        let place = self.places.orders.advance(command.at);
        let queues = std::mem::take(&mut self.queues);
        let news = OrdersNews {
            place,
            changes: command.order_changes,
            queues: &queues,
            crossing: self.crossing,
        };
        self.tell(Content::Orders, &News::Orders(news), place.alone(), wakes);
        self.queues = queues;
    }

    fn count_events(&mut self, command: &CommandNews<'_>, wakes: &mut WakeList) {
        let events = u64::try_from(command.events.len()).unwrap_or(u64::MAX);
        self.events_since_heartbeat = self.events_since_heartbeat.saturating_add(events);
        if self.events_since_heartbeat < self.heartbeat_events {
            return;
        }
        self.events_since_heartbeat = 0;
        let place = self.places.heartbeat.advance(command.at);
        let news = News::Heartbeat(self.heartbeat());
        self.tell(Content::Heartbeat, &news, place.alone(), wakes);
    }

    /// Tells all groups of a content that have a message for each change.
    pub(super) fn tell(
        &mut self,
        content: Content,
        news: &News<'_>,
        span: Span,
        wakes: &mut WakeList,
    ) {
        let mut telling = Telling {
            listed: &self.listed,
            buffer: &mut self.buffer,
            wakes,
        };
        for group in &mut self.groups {
            if group.terms.content == content {
                group.tell(news, span, &mut telling);
            }
        }
    }

    /// The session follows nothing of this instrument any more.
    pub fn forget(&mut self, session: SessionId) {
        for group in &mut self.groups {
            group.leave(session);
        }
        self.drop_empty_groups();
        self.queue_watch.leave(session);
    }

    pub(super) fn drop_empty_groups(&mut self) {
        let kept = RESUMABLE.len() * Frames::ALL.len();
        let kept = u32::try_from(kept).expect("contents are few");
        self.groups
            .retain(|group| group.number() < kept || !group.is_empty());
    }

    /// A session that has caught up with a group: itself, its first missing number, and what it follows.
    pub(super) fn entry_of(
        &mut self,
        number: u32,
        session: SessionId,
    ) -> Option<(Arc<SessionEntry>, u64, FlowTerms)> {
        let group = self
            .groups
            .iter_mut()
            .find(|group| group.number() == number)?;
        let terms = group.terms;
        let (entry, first) = group.caught_up(session)?;
        Some((entry, first, terms))
    }
}
