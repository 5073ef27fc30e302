//! Subscribing and unsubscribing.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use protocol::{Channel, ErrorCode, Subscribed, Subscription, Symbol, Unsubscribed};

use crate::lock::{lock, write};
use crate::market_data::PublicChannel;
use crate::native::session::{Refusal, Session};

/// What a session follows.
#[derive(Debug, Default)]
pub struct Subscriptions {
    // The channel's rank and the instrument's place in the listing.
    public: BTreeSet<(PublicChannel, usize)>,
    executions: Executions,
}

/// Whether a session follows its account's executions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Executions {
    #[default]
    NotFollowed,
    Followed,
}

impl Subscriptions {
    /// The public channels, each with the place of its instrument in the listing.
    pub fn public(&self) -> impl Iterator<Item = (PublicChannel, usize)> {
        self.public.iter().copied()
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
        };
        match public_channel(subscription.channel) {
            None => {
                self.follow_executions(subscription)?;
                self.answer(|buffer| answer.encode(buffer));
            }
            Some(channel) => {
                self.check_public(channel, &places)?;
                self.answer(|buffer| answer.encode(buffer));
                let levels = self.levels(subscription);
                for place in places {
                    self.follow(channel, place, levels);
                }
            }
        }
        Ok(())
    }

    fn follow_executions(&mut self, subscription: &Subscription) -> Result<(), Refusal> {
        let account = self.account()?;
        if subscription.symbols.is_some() {
            return Err(EXECUTIONS_ARE_OF_ALL);
        }
        if self.subscriptions.executions == Executions::Followed {
            return Err(ALREADY_SUBSCRIBED);
        }
        self.subscriptions.executions = Executions::Followed;
        write(&self.edge.routing).subscribe_executions(&self.entry, account);
        Ok(())
    }

    fn check_public(&self, channel: PublicChannel, places: &[usize]) -> Result<(), Refusal> {
        let followed = &self.subscriptions.public;
        if places
            .iter()
            .any(|place| followed.contains(&(channel, *place)))
        {
            return Err(ALREADY_SUBSCRIBED);
        }
        let wanted = followed.len().saturating_add(places.len());
        if wanted > self.edge.limits.subscriptions_per_session_max {
            return Err(Refusal::new(
                ErrorCode::LimitExceeded,
                "the session would have more subscriptions than subscriptions_max",
            ));
        }
        Ok(())
    }

    /// Sends what the increments build on, and follows from there.
    fn follow(&mut self, channel: PublicChannel, place: usize, levels: usize) {
        let entry = Arc::clone(&self.entry);
        let edge = Arc::clone(&self.edge);
        let mut market = lock(&edge.instruments[place].market);
        match channel {
            PublicChannel::Depth => {
                let snapshot = market.depth_snapshot(levels);
                self.answer(|buffer| snapshot.encode(buffer));
            }
            PublicChannel::Top => entry.outbound.push_own(market.top_message()),
            PublicChannel::Trades => {}
        }
        market.subscribe(channel, entry);
        drop(market);
        self.subscriptions.public.insert((channel, place));
    }

    /// Ends a flow of messages; all of it or nothing.
    pub(super) fn unsubscribe(
        &mut self,
        request: Option<u64>,
        subscription: &Subscription,
    ) -> Result<(), Refusal> {
        let mut places = self.places(subscription)?;
        match public_channel(subscription.channel) {
            None => {
                let account = self.account()?;
                if self.subscriptions.executions == Executions::NotFollowed {
                    return Err(NOT_SUBSCRIBED);
                }
                self.subscriptions.executions = Executions::NotFollowed;
                write(&self.edge.routing).unsubscribe_executions(self.entry.id, account);
            }
            Some(channel) => self.leave(channel, subscription, &mut places)?,
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
        channel: PublicChannel,
        subscription: &Subscription,
        places: &mut Vec<usize>,
    ) -> Result<(), Refusal> {
        let followed = &self.subscriptions.public;
        if subscription.symbols.is_none() {
            places.retain(|place| followed.contains(&(channel, *place)));
        }
        if places.is_empty()
            || places
                .iter()
                .any(|place| !followed.contains(&(channel, *place)))
        {
            return Err(NOT_SUBSCRIBED);
        }
        for place in places {
            self.subscriptions.public.remove(&(channel, *place));
            lock(&self.edge.instruments[*place].market).unsubscribe(channel, self.entry.id);
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
            let place = self
                .edge
                .listing
                .place_of_symbol(symbol)
                .ok_or_else(|| Refusal {
                    code: ErrorCode::UnknownSymbol,
                    text: Cow::Owned(format!("no instrument is called `{symbol}`")),
                })?;
            if places.contains(&place) {
                return Err(SYMBOL_TWICE);
            }
            places.push(place);
        }
        Ok(places)
    }

    fn symbols(&self, places: &[usize]) -> Vec<Symbol> {
        places
            .iter()
            .map(|place| self.edge.instruments[*place].listed.symbol)
            .collect()
    }

    fn levels(&self, subscription: &Subscription) -> usize {
        let levels_max = self.edge.limits.depth_levels_max;
        subscription
            .levels
            .and_then(|levels| usize::try_from(levels).ok())
            .map_or(levels_max, |levels| levels.min(levels_max))
    }
}

const ALREADY_SUBSCRIBED: Refusal = Refusal::new(
    ErrorCode::AlreadySubscribed,
    "the session has this subscription",
);
const SYMBOL_TWICE: Refusal = Refusal::new(
    ErrorCode::BadField,
    "field `symbols`: it names an instrument twice",
);
const NOT_SUBSCRIBED: Refusal = Refusal::new(
    ErrorCode::NotSubscribed,
    "the session has no such subscription",
);
const EXECUTIONS_ARE_OF_ALL: Refusal = Refusal::new(
    ErrorCode::BadField,
    "field `symbols`: executions are those of all instruments",
);

const fn public_channel(channel: Channel) -> Option<PublicChannel> {
    match channel {
        Channel::Trades => Some(PublicChannel::Trades),
        Channel::Depth => Some(PublicChannel::Depth),
        Channel::Top => Some(PublicChannel::Top),
        Channel::Executions => None,
    }
}
