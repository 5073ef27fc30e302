//! What a subscription means: which flows, how often, and what becomes of them where they are not read.

use history::Interval as CandleLength;
use protocol::{CandleInterval, Channel, Subscription};

use crate::egress::OwnState;
use crate::market_data::{Content, Delivery, Interval, OnLag, Window, channel_of};
use crate::native::records::interval_of;
use crate::native::refusal::Refusal;
use crate::native::session::Session;
use crate::native::subscription_refusals::{LATEST_NEEDS_LEVELS, NO_LEVELS, UNKNOWN_INTERVAL};
use crate::session::Following;

/// What a channel of the protocol stands for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Flow {
    Public(Content),
    Reports(Following),
    OwnState(OwnState),
    Queue,
}

/// Which flows of an instrument are meant.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked {
    pub(super) channel: Channel,
    pub(super) interval: Option<CandleInterval>,
}

impl Asked {
    pub(super) const fn of(subscription: &Subscription) -> Self {
        Self {
            channel: subscription.channel,
            interval: subscription.interval,
        }
    }

    pub(super) fn means(self, content: Content) -> bool {
        let is_of_interval = match content {
            Content::Candles(interval) => self
                .interval
                .is_none_or(|asked| interval == interval_of(asked)),
            Content::Trades
            | Content::Depth(_)
            | Content::Top
            | Content::Orders
            | Content::Status
            | Content::Instruments
            | Content::Heartbeat
            | Content::Statistics => true,
        };
        channel_of(content) == self.channel && is_of_interval
    }
}

impl Session {
    /// What a subscription is of.
    pub(super) fn flow(&self, subscription: &Subscription) -> Result<Flow, Refusal> {
        Ok(match subscription.channel {
            Channel::Trades => Flow::Public(Content::Trades),
            Channel::Depth => Flow::Public(Content::Depth(self.window(subscription)?)),
            Channel::Top => Flow::Public(Content::Top),
            Channel::Orders => Flow::Public(Content::Orders),
            Channel::Status => Flow::Public(Content::Status),
            Channel::Instruments => Flow::Public(Content::Instruments),
            Channel::Heartbeat => Flow::Public(Content::Heartbeat),
            Channel::Candles => {
                // Who leaves or resumes them may name no interval: any stands for the channel then.
                let interval = subscription
                    .interval
                    .map_or(CandleLength::Minute1, interval_of);
                Flow::Public(Content::Candles(interval))
            }
            Channel::Statistics => Flow::Public(Content::Statistics),
            Channel::Executions => Flow::Reports(Following::Executions),
            Channel::DropCopy => Flow::Reports(Following::DropCopy),
            Channel::Balances => Flow::OwnState(OwnState::Balances),
            Channel::Positions => Flow::OwnState(OwnState::Positions),
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

pub(super) fn delivery(subscription: &Subscription, content: Content) -> Result<Delivery, Refusal> {
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

pub(super) fn lag_policy(on_lag: Option<protocol::OnLag>) -> OnLag {
    match on_lag {
        None | Some(protocol::OnLag::Snapshot) => OnLag::Snapshot,
        Some(protocol::OnLag::Disconnect) => OnLag::Disconnect,
    }
}
