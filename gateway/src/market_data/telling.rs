//! What the groups of a market are told of its book: each change, the changes of an interval, or a window.

use crate::market_data::flow::{Delivery, Interval};
use crate::market_data::group::Telling;
use crate::market_data::market::Market;
use crate::market_data::news::{Content, DepthNews, News, Numbering, Window};
use crate::session::WakeList;

impl Market {
    /// Tells or notes for one group what the last command changed of the book.
    pub(super) fn tell_depth(&mut self, place: usize, wakes: &mut WakeList) {
        let group = &mut self.groups[place];
        let Content::Depth(window) = group.terms.content else {
            return;
        };
        let number = group.number();
        let span = self.places.depth.since(group.told + 1);
        match (group.terms.delivery, window) {
            (Delivery::Interval(_), Window::Full) => group.changed.note(&self.update),
            (Delivery::Interval(_), Window::Levels(_)) => {}
            (Delivery::Latest, _) => group.note_latest(span, wakes),
            (Delivery::Every, Window::Full) => {
                let news = DepthNews {
                    span: self.places.depth.alone(),
                    bids: &self.update.bids,
                    asks: &self.update.asks,
                    book: &self.book,
                    levels_max: usize::MAX,
                    crossing: self.crossing,
                    numbering: Numbering::EachOne,
                };
                let mut telling = Telling {
                    listed: &self.listed,
                    buffer: &mut self.buffer,
                    wakes,
                };
                group.tell(&News::Depth(news), self.places.depth.alone(), &mut telling);
            }
            (Delivery::Every, Window::Levels(_)) => self.flush_depth_of(number, wakes),
        }
    }

    /// Tells a group what changed of the book since it was last told, if anything did.
    pub(super) fn flush_depth_of(&mut self, number: u32, wakes: &mut WakeList) {
        let Some(group) = self
            .groups
            .iter_mut()
            .find(|group| group.number() == number)
        else {
            return;
        };
        let Content::Depth(window) = group.terms.content else {
            return;
        };
        let update = match window {
            Window::Full => group.changed.take(&self.book),
            Window::Levels(_) => group.window.take(&self.book, window.levels_max()),
        };
        if update.is_empty() {
            return;
        }
        let span = self.places.depth.since(group.told + 1);
        let news = DepthNews {
            span,
            bids: &update.bids,
            asks: &update.asks,
            book: &self.book,
            levels_max: window.levels_max(),
            crossing: self.crossing,
            numbering: Numbering::Spans,
        };
        let mut telling = Telling {
            listed: &self.listed,
            buffer: &mut self.buffer,
            wakes,
        };
        group.tell(&News::Depth(news), span, &mut telling);
    }

    /// An interval is over: tells its groups what it changed.
    pub fn flush(&mut self, interval: Interval, wakes: &mut WakeList) {
        for place in 0..self.groups.len() {
            let group = &mut self.groups[place];
            if group.terms.delivery != Delivery::Interval(interval) {
                continue;
            }
            let number = group.number();
            match group.terms.content {
                Content::Depth(_) => self.flush_depth_of(number, wakes),
                Content::Top => self.flush_top_of(place, wakes),
                Content::Trades
                | Content::Orders
                | Content::Status
                | Content::Instruments
                | Content::Heartbeat
                | Content::Candles(_)
                | Content::Statistics => {}
            }
        }
    }

    /// Whether somebody follows a flow of this interval.
    pub fn is_followed_by(&self, interval: Interval) -> bool {
        self.groups
            .iter()
            .any(|group| group.terms.delivery == Delivery::Interval(interval) && !group.is_empty())
    }

    fn flush_top_of(&mut self, place: usize, wakes: &mut WakeList) {
        let told = self.groups[place].told;
        if told == self.places.top.seq {
            return;
        }
        let span = self.places.top.since(told + 1);
        let news = News::Top(self.top_news(span, Numbering::Spans));
        let mut telling = Telling {
            listed: &self.listed,
            buffer: &mut self.buffer,
            wakes,
        };
        self.groups[place].tell(&news, span, &mut telling);
    }
}
