//! Subscribing and unsubscribing.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use engine::AccountId;
use protocol::{Channel, ErrorCode, Resume, Subscribed, Subscription, Symbol, Unsubscribed};

use crate::lock::lock;
use crate::market_data::{
    CannotResume, Content, Delivery, FlowTerms, Interval, MarketFormat, OnLag, Window, channel_of,
    native_format,
};
use crate::native::session::{Refusal, Session};
use crate::native::subscription_refusals::{
    ALREADY_SUBSCRIBED, EXECUTIONS_ARE_OF_ALL, LATEST_NEEDS_LEVELS, NO_LEVELS, NOT_RESUMABLE,
    NOT_SUBSCRIBED, SNAPSHOT_REQUIRED, SYMBOL_TWICE, UNKNOWN_INTERVAL,
};
use crate::session::WakeList;

/// What a session follows.
#[derive(Debug, Default)]
pub struct Subscriptions {
    // By channel and the instrument's place in the listing.
    public: BTreeMap<(Content, usize), Delivery>,
    queues: BTreeSet<usize>,
    pub(super) executions: Executions,
}

/// Whether a session follows its account's executions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Executions {
    #[default]
    NotFollowed,
    Followed,
}

/// What a channel of the protocol stands for.
#[derive(Debug, Clone, Copy)]
enum Flow {
    Public(Content),
    Executions,
    Queue,
}

impl Subscriptions {
    /// The instruments of which a session follows anything, as places in the listing; one may come twice.
    pub fn places(&self) -> impl Iterator<Item = usize> {
        let public = self.public.keys().map(|(_, place)| *place);
        public.chain(self.queues.iter().copied())
    }

    fn count(&self) -> usize {
        self.public.len() + self.queues.len()
    }

    /// What is followed of a channel and instrument. A window of the book is another flow of the same channel.
    fn found(&self, channel: Channel, place: usize) -> Option<(Content, Delivery)> {
        self.public
            .iter()
            .find(|((content, at), _)| *at == place && channel_of(*content) == channel)
            .map(|((content, _), delivery)| (*content, *delivery))
    }
}

impl Session {
    /// Starts a flow of messages; all of it or nothing.
    pub(super) fn subscribe(
        &mut self,
        request: Option<u64>,
        subscription: &Subscription,
    ) -> Result<(), Refusal> {
        let places = self.places(subscription)?;
        let answer = Subscribed {
            request,
            channel: subscription.channel,
            symbols: self.symbols(&places),
            epoch: None,
            cursor: None,
        };
        match self.flow(subscription)? {
            Flow::Executions => {
                if subscription.symbols.is_some() {
                    return Err(EXECUTIONS_ARE_OF_ALL);
                }
                self.follow_executions(request)?;
            }
            Flow::Queue => {
                let account = self.account()?;
                self.check_queues(&places)?;
                self.answer(|buffer| answer.encode(buffer));
                for place in places {
                    self.follow_queue(account, place);
                }
            }
            Flow::Public(content) => {
                let delivery = delivery(subscription, content)?;
                self.check_public(subscription.channel, &places)?;
                self.answer(|buffer| answer.encode(buffer));
                for place in places {
                    self.follow(content, delivery, subscription.on_lag, place);
                }
            }
        }
        Ok(())
    }

    /// Goes on with a flow of public messages where an earlier one ended.
    pub(super) fn resume(&mut self, request: Option<u64>, resume: &Resume) -> Result<(), Refusal> {
        let place = self.place_of(&resume.symbol)?;
        let content = match self.flow(&Subscription::of(resume.channel, None))? {
            Flow::Public(content) => content,
            Flow::Executions | Flow::Queue => return Err(NOT_RESUMABLE),
        };
        let edge = Arc::clone(&self.edge);
        let mut market = lock(&edge.instruments[place].market);
        let followed = self.subscriptions.found(resume.channel, place);
        match followed {
            Some((followed, Delivery::Every)) if followed == content => {}
            None => self.check_count(1)?,
            Some(_) => return Err(ALREADY_SUBSCRIBED),
        }
        let numbers = (resume.epoch, resume.from);
        let missed = market
            .missed(content, self.format(), numbers)
            .map_err(|CannotResume::SnapshotRequired| SNAPSHOT_REQUIRED)?;
        let answer = Subscribed {
            request,
            channel: resume.channel,
            symbols: vec![resume.symbol],
            epoch: None,
            cursor: None,
        };
        self.answer(|buffer| answer.encode(buffer));
        for message in missed {
            self.entry.outbound.push_own(message);
        }
        if followed.is_none() {
            market.go_on(content, self.format(), &self.entry, lag_policy(None));
            let key = (content, place);
            self.subscriptions.public.insert(key, Delivery::Every);
        }
        Ok(())
    }

    /// The words that it is told in.
    fn format(&self) -> &'static dyn MarketFormat {
        native_format(self.entry.frames())
    }

    fn check_public(&self, channel: Channel, places: &[usize]) -> Result<(), Refusal> {
        let followed = &self.subscriptions;
        if places
            .iter()
            .any(|place| followed.found(channel, *place).is_some())
        {
            return Err(ALREADY_SUBSCRIBED);
        }
        self.check_count(places.len())
    }

    fn check_queues(&self, places: &[usize]) -> Result<(), Refusal> {
        let followed = &self.subscriptions.queues;
        if places.iter().any(|place| followed.contains(place)) {
            return Err(ALREADY_SUBSCRIBED);
        }
        self.check_count(places.len())
    }

    fn check_count(&self, more: usize) -> Result<(), Refusal> {
        let wanted = self.subscriptions.count().saturating_add(more);
        if wanted > self.edge.limits.subscriptions_per_session_max {
            return Err(Refusal::new(
                ErrorCode::LimitExceeded,
                "the session would have more subscriptions than subscriptions_max",
            ));
        }
        Ok(())
    }

    /// Sends what the increments build on, and follows from there.
    fn follow(
        &mut self,
        content: Content,
        delivery: Delivery,
        on_lag: Option<protocol::OnLag>,
        place: usize,
    ) {
        let terms = FlowTerms {
            content,
            delivery,
            format: self.format(),
        };
        let mut wakes = WakeList::default();
        lock(&self.edge.instruments[place].market).follow(
            terms,
            &self.entry,
            lag_policy(on_lag),
            &mut wakes,
        );
        wakes.wake(&self.edge.flusher);
        if let Delivery::Interval(interval) = delivery {
            self.edge.intervals.want(interval);
        }
        self.subscriptions.public.insert((content, place), delivery);
    }

    fn follow_queue(&mut self, account: AccountId, place: usize) {
        lock(&self.edge.instruments[place].market).follow_queue(account, &self.entry);
        self.subscriptions.queues.insert(place);
    }

    /// Ends a flow of messages; all of it or nothing.
    pub(super) fn unsubscribe(
        &mut self,
        request: Option<u64>,
        subscription: &Subscription,
    ) -> Result<(), Refusal> {
        let mut places = self.places(subscription)?;
        match self.flow(&Subscription::of(subscription.channel, None))? {
            Flow::Executions => {
                let account = self.account()?;
                self.leave_executions(account)?;
            }
            Flow::Queue => self.leave_queues(subscription, &mut places)?,
            Flow::Public(_) => self.leave(subscription, &mut places)?,
        }
        let answer = Unsubscribed {
            request,
            channel: subscription.channel,
            symbols: self.symbols(&places),
        };
        self.answer(|buffer| answer.encode(buffer));
        Ok(())
    }

    fn leave(
        &mut self,
        subscription: &Subscription,
        places: &mut Vec<usize>,
    ) -> Result<(), Refusal> {
        let found = |place: &usize| self.subscriptions.found(subscription.channel, *place);
        if subscription.symbols.is_none() {
            places.retain(|place| found(place).is_some());
        }
        if places.is_empty() || places.iter().any(|place| found(place).is_none()) {
            return Err(NOT_SUBSCRIBED);
        }
        for place in places {
            let Some((content, delivery)) = self.subscriptions.found(subscription.channel, *place)
            else {
                continue;
            };
            let terms = FlowTerms {
                content,
                delivery,
                format: self.format(),
            };
            self.subscriptions.public.remove(&(content, *place));
            lock(&self.edge.instruments[*place].market).leave(terms, self.entry.id);
        }
        Ok(())
    }

    fn leave_queues(
        &mut self,
        subscription: &Subscription,
        places: &mut Vec<usize>,
    ) -> Result<(), Refusal> {
        let followed = &mut self.subscriptions.queues;
        if subscription.symbols.is_none() {
            places.retain(|place| followed.contains(place));
        }
        if places.is_empty() || places.iter().any(|place| !followed.contains(place)) {
            return Err(NOT_SUBSCRIBED);
        }
        for place in places {
            followed.remove(place);
            lock(&self.edge.instruments[*place].market).leave_queue(self.entry.id);
        }
        Ok(())
    }

    /// The instruments that are meant, as places in the listing, each once.
    fn places(&self, subscription: &Subscription) -> Result<Vec<usize>, Refusal> {
        let Some(symbols) = &subscription.symbols else {
            return Ok((0..self.edge.instruments.len()).collect());
        };
        let mut places = Vec::new();
        for symbol in symbols {
            let place = self.place_of(symbol)?;
            if places.contains(&place) {
                return Err(SYMBOL_TWICE);
            }
            places.push(place);
        }
        Ok(places)
    }

    pub(super) fn symbols(&self, places: &[usize]) -> Vec<Symbol> {
        places
            .iter()
            .map(|place| self.edge.instruments[*place].listed.symbol)
            .collect()
    }

    fn place_of(&self, symbol: &Symbol) -> Result<usize, Refusal> {
        self.edge
            .listing
            .place_of_symbol(symbol)
            .ok_or_else(|| Refusal {
                code: ErrorCode::UnknownSymbol,
                text: Cow::Owned(format!("no instrument is called `{symbol}`")),
            })
    }

    /// What a subscription is of.
    fn flow(&self, subscription: &Subscription) -> Result<Flow, Refusal> {
        Ok(match subscription.channel {
            Channel::Trades => Flow::Public(Content::Trades),
            Channel::Depth => Flow::Public(Content::Depth(self.window(subscription)?)),
            Channel::Top => Flow::Public(Content::Top),
            Channel::Orders => Flow::Public(Content::Orders),
            Channel::Status => Flow::Public(Content::Status),
            Channel::Instruments => Flow::Public(Content::Instruments),
            Channel::Heartbeat => Flow::Public(Content::Heartbeat),
            Channel::Executions => Flow::Executions,
            Channel::Queue => Flow::Queue,
        })
    }

    fn window(&self, subscription: &Subscription) -> Result<Window, Refusal> {
        let Some(wanted) = subscription.levels else {
            return Ok(Window::Full);
        };
        if wanted == 0 {
            return Err(NO_LEVELS);
        }
        let levels_max = u16::try_from(self.edge.limits.depth_levels_max).unwrap_or(u16::MAX);
        let offered = WINDOWS
            .into_iter()
            .find(|levels| u32::from(*levels) >= wanted);
        Ok(Window::Levels(
            offered.unwrap_or(levels_max).min(levels_max),
        ))
    }
}

/// Windows of the book that are offered, in levels: few, so that many sessions share what is written.
const WINDOWS: [u16; 9] = [1, 5, 10, 20, 50, 100, 250, 500, 1_000];

fn delivery(subscription: &Subscription, content: Content) -> Result<Delivery, Refusal> {
    match subscription.delivery {
        None | Some(protocol::Delivery::Every) => Ok(Delivery::Every),
        Some(protocol::Delivery::Interval) => subscription
            .interval_ms
            .and_then(|ms| Interval::of_ms(u64::from(ms)))
            .map(Delivery::Interval)
            .ok_or(UNKNOWN_INTERVAL),
        Some(protocol::Delivery::Latest) if content == Content::Depth(Window::Full) => {
            Err(LATEST_NEEDS_LEVELS)
        }
        Some(protocol::Delivery::Latest) => Ok(Delivery::Latest),
    }
}

fn lag_policy(on_lag: Option<protocol::OnLag>) -> OnLag {
    match on_lag {
        None | Some(protocol::OnLag::Snapshot) => OnLag::Snapshot,
        Some(protocol::OnLag::Disconnect) => OnLag::Disconnect,
    }
}
