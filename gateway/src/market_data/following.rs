//! Following a market: joining a flow with its snapshot, going on where one was left, catching up, leaving.

use std::sync::Arc;

use engine::AccountId;
use sequencer::SessionId;
use tokio_tungstenite::tungstenite::Message;

use crate::market_data::flow::{Delivery, FlowTerms, OnLag};
use crate::market_data::group::{Group, written};
use crate::market_data::market::Market;
use crate::market_data::news::{Content, LaggedNews, MarketFormat, News, Numbering, Window};
use crate::market_data::ring::RingBounds;
use crate::session::{SessionEntry, WakeList};

/// Why a flow cannot go on where it was left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CannotResume {
    /// The numbers are of another epoch, not given yet, or no longer kept.
    SnapshotRequired,
}

impl Market {
    /// The session follows a flow from here on; what is so now comes first.
    pub fn follow(
        &mut self,
        terms: FlowTerms,
        entry: &Arc<SessionEntry>,
        on_lag: OnLag,
        wakes: &mut WakeList,
    ) {
        let number = self.group_of(terms);
        if let (Content::Depth(Window::Levels(_)), Delivery::Interval(_)) =
            (terms.content, terms.delivery)
        {
            // What came into the window and left it again within the interval is in no difference.
            self.flush_depth_of(number, wakes);
        }
        self.push_view(terms, entry);
        self.join(number, entry, on_lag);
    }

    /// The native protocol's messages of a content, in a format of its own, from number `from` of `epoch` on.
    ///
    /// # Errors
    /// They are not kept.
    pub fn missed(
        &mut self,
        content: Content,
        format: &'static dyn MarketFormat,
        (epoch, from): (u64, u64),
    ) -> Result<Vec<Message>, CannotResume> {
        let place = self.place(content);
        let next = place.seq.saturating_add(1);
        if epoch != place.epoch.0 || from > next {
            return Err(CannotResume::SnapshotRequired);
        }
        if from == next {
            return Ok(Vec::new());
        }
        let number = self.group_of(every(content, format));
        let kept = self.group(number).ring.since(from);
        let kept = kept.ok_or(CannotResume::SnapshotRequired)?;
        Ok(kept.cloned().collect())
    }

    /// The session follows every message of a content from here on; it has what came before.
    pub fn go_on(
        &mut self,
        content: Content,
        format: &'static dyn MarketFormat,
        entry: &Arc<SessionEntry>,
        on_lag: OnLag,
    ) {
        let number = self.group_of(every(content, format));
        self.join(number, entry, on_lag);
    }

    /// The session no longer follows the flow.
    pub fn leave(&mut self, terms: FlowTerms, session: SessionId) {
        for group in &mut self.groups {
            if group.terms == terms {
                group.leave(session);
            }
        }
        self.drop_empty_groups();
    }

    /// The session has written what waited, and takes what it is behind with.
    pub fn catch_up(&mut self, number: u32, session: SessionId) {
        let Some((entry, first, terms)) = self.entry_of(number, session) else {
            return;
        };
        let place = self.place(terms.content);
        if terms.delivery != Delivery::Latest {
            let lagged = News::Lagged(LaggedNews {
                content: terms.content,
                span: place.since(first),
            });
            push(self, terms.format, &lagged, &entry);
        } else if terms.content == Content::Top {
            let news = News::Top(self.top_news(place.since(first), Numbering::Spans));
            return push(self, terms.format, &news, &entry);
        }
        self.push_view(terms, &entry);
    }

    /// The account's session follows the places of its own orders.
    pub fn follow_queue(&mut self, account: AccountId, entry: &Arc<SessionEntry>) {
        self.queue_watch
            .join(&self.queues, account, entry, self.places.orders.at);
    }

    /// The session no longer follows them.
    pub fn leave_queue(&mut self, session: SessionId) {
        self.queue_watch.leave(session);
    }

    fn push_view(&mut self, terms: FlowTerms, entry: &SessionEntry) {
        let mut buffer = std::mem::take(&mut self.buffer);
        let message = self
            .view(terms.content)
            .and_then(|view| written(terms.format, &self.listed, &view, &mut buffer));
        if let Some(message) = message {
            entry.outbound.push_own(message);
        }
        self.buffer = buffer;
    }

    fn join(&mut self, number: u32, entry: &Arc<SessionEntry>, on_lag: OnLag) {
        let entry = Arc::clone(entry);
        self.group(number).join(entry, on_lag);
    }

    fn group(&mut self, number: u32) -> &mut Group {
        self.groups
            .iter_mut()
            .find(|group| group.number() == number)
            .expect("a group's number is that of a group")
    }

    /// The number of the group with these terms, which is made if need be.
    fn group_of(&mut self, terms: FlowTerms) -> u32 {
        if let Some(group) = self.groups.iter().find(|group| group.terms == terms) {
            return group.number();
        }
        let number = self.groups_numbered;
        self.groups_numbered = number.wrapping_add(1);
        let told = self.place(terms.content).seq;
        let instrument = self.listed.instrument.id;
        let mut group = Group::new(instrument, number, terms, RingBounds::NONE, told);
        if let Content::Depth(window) = terms.content {
            group.window.take(&self.book, window.levels_max());
        }
        self.groups.push(group);
        number
    }
}

fn every(content: Content, format: &'static dyn MarketFormat) -> FlowTerms {
    FlowTerms {
        content,
        delivery: Delivery::Every,
        format,
    }
}

fn push(market: &Market, format: &dyn MarketFormat, news: &News<'_>, entry: &SessionEntry) {
    let mut buffer = Vec::new();
    if let Some(message) = written(format, market.listed(), news, &mut buffer) {
        entry.outbound.push_own(message);
    }
}
