//! Subscribing and unsubscribing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use engine::AccountId;
use protocol::{ErrorCode, Resume, Subscribed, Subscription, Symbol, Unsubscribed};

use crate::egress::OwnState;
use crate::lock::lock;
use crate::market_data::{CannotResume, Content, Delivery, FlowTerms, MarketFormat, native_format};
use crate::native::flows::{Asked, Flow, delivery, lag_policy};
use crate::native::refusal::Refusal;
use crate::native::session::Session;
use crate::native::subscription_refusals::{
    ALREADY_SUBSCRIBED, EXECUTIONS_ARE_OF_ALL, KEPT_AS_HISTORY, NOT_RESUMABLE, NOT_SUBSCRIBED,
    OWN_STATE_IS_OF_ALL, SNAPSHOT_REQUIRED, SYMBOL_TWICE,
};
use crate::session::{Following, WakeList};

/// What a session follows.
#[derive(Debug, Default)]
pub struct Subscriptions {
    // By channel and the instrument's place in the listing.
    public: BTreeMap<(Content, usize), Delivery>,
    queues: BTreeSet<usize>,
    pub(super) reports: BTreeSet<Following>,
    own_state: BTreeSet<OwnState>,
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

    /// What is followed of a channel and instrument. A window of the book is another flow of the same channel, and so
    /// are candles of another interval; of those several can be followed.
    fn found(&self, asked: Asked, place: usize) -> impl Iterator<Item = (Content, Delivery)> {
        let flows = self.public.iter();
        flows
            .filter(move |((content, at), _)| *at == place && asked.means(*content))
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
            Flow::Reports(way) => {
                if subscription.symbols.is_some() {
                    return Err(EXECUTIONS_ARE_OF_ALL);
                }
                self.follow_executions(request, way)?;
            }
            Flow::OwnState(what) => {
                let account = self.account()?;
                if subscription.symbols.is_some() {
                    return Err(OWN_STATE_IS_OF_ALL);
                }
                if !self.subscriptions.own_state.insert(what) {
                    return Err(ALREADY_SUBSCRIBED);
                }
                self.answer(|buffer| answer.encode(buffer));
                let edge = Arc::clone(&self.edge);
                edge.account_watch.follow(&edge, account, what, &self.entry);
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
                self.check_public(Asked::of(subscription), &places)?;
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
            Flow::Reports(_) | Flow::OwnState(_) | Flow::Queue => return Err(NOT_RESUMABLE),
        };
        if let Content::Candles(_) | Content::Statistics = content {
            return Err(KEPT_AS_HISTORY);
        }
        let edge = Arc::clone(&self.edge);
        let mut market = lock(&edge.instruments[place].market);
        let asked = Asked {
            channel: resume.channel,
            interval: None,
        };
        let followed = self.subscriptions.found(asked, place).next();
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

    fn check_public(&self, asked: Asked, places: &[usize]) -> Result<(), Refusal> {
        let followed = &self.subscriptions;
        if places
            .iter()
            .any(|place| followed.found(asked, *place).next().is_some())
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
        if let Content::Candles(_) | Content::Statistics = content {
            self.edge.tape_watch.want();
        }
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
            Flow::Reports(way) => {
                let account = self.account()?;
                self.leave_executions(account, way)?;
            }
            Flow::OwnState(what) => {
                let account = self.account()?;
                if !self.subscriptions.own_state.remove(&what) {
                    return Err(NOT_SUBSCRIBED);
                }
                self.edge.account_watch.leave(account, what, self.entry.id);
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
        let asked = Asked::of(subscription);
        let is_followed = |place: &usize| self.subscriptions.found(asked, *place).next().is_some();
        if subscription.symbols.is_none() {
            places.retain(is_followed);
        }
        if places.is_empty() || !places.iter().all(is_followed) {
            return Err(NOT_SUBSCRIBED);
        }
        for place in places {
            let followed: Vec<_> = self.subscriptions.found(asked, *place).collect();
            for (content, delivery) in followed {
                let terms = FlowTerms {
                    content,
                    delivery,
                    format: self.format(),
                };
                self.subscriptions.public.remove(&(content, *place));
                lock(&self.edge.instruments[*place].market).leave(terms, self.entry.id);
            }
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
}
