//! What is so now of a market: for snapshots, for those who ask once, and for other personas.

use history::PublicTrade;

use crate::listing::ListedInstrument;
use crate::market_data::book::TopOfBook;
use crate::market_data::market::Market;
use crate::market_data::news::{
    Content, DepthView, HeartbeatNews, News, Numbering, OrdersView, StatusNews, TopNews,
};
use crate::market_data::place::{Place, Span};

impl Market {
    /// What is so now, for those who follow a content from here on; `None` for trades, which are no state,
    /// and for candles and statistics that nobody followed: they come with the next beat.
    pub fn view(&self, content: Content) -> Option<News<'_>> {
        match content {
            Content::Trades => None,
            Content::Depth(window) => {
                Some(News::DepthSnapshot(self.depth_view(window.levels_max())))
            }
            Content::Top => {
                let span = self.places.top.alone();
                Some(News::Top(self.top_news(span, Numbering::EachOne)))
            }
            Content::Orders => Some(News::OrdersSnapshot(self.orders_view())),
            Content::Status => Some(News::Status(self.status())),
            Content::Instruments => Some(News::Instrument(self.places.instrument)),
            Content::Heartbeat => Some(News::Heartbeat(self.heartbeat())),
            Content::Candles(interval) => self.candle_view(interval),
            Content::Statistics => self.statistics_view(),
        }
    }

    /// Where a content stands.
    pub fn place(&self, content: Content) -> Place {
        match content {
            Content::Trades => self.places.trades,
            Content::Depth(_) => self.places.depth,
            Content::Top => self.places.top,
            Content::Orders => self.places.orders,
            Content::Status => self.places.status,
            Content::Instruments => self.places.instrument,
            Content::Heartbeat => self.places.heartbeat,
            Content::Candles(interval) => self.candle_place(interval),
            Content::Statistics => self.statistics_place(),
        }
    }

    /// The book as it stands, with the number of its last change.
    pub const fn depth_view(&self, levels_max: usize) -> DepthView<'_> {
        DepthView {
            place: self.places.depth,
            book: &self.book,
            levels_max,
            crossing: self.crossing,
        }
    }

    /// The book order by order as it stands.
    pub const fn orders_view(&self) -> OrdersView<'_> {
        OrdersView {
            place: self.places.orders,
            queues: &self.queues,
            crossing: self.crossing,
        }
    }

    /// The best bid and ask with the numbers of a span.
    pub const fn top_news(&self, span: Span, numbering: Numbering) -> TopNews {
        TopNews {
            span,
            depth_seq: self.places.depth.seq,
            top: self.top,
            numbering,
        }
    }

    /// How the instrument treats orders now.
    pub const fn status(&self) -> StatusNews {
        StatusNews {
            place: self.places.status,
            state: self.state,
            indicative: self.indicative,
        }
    }

    /// Where the channels stand.
    pub const fn heartbeat(&self) -> HeartbeatNews {
        HeartbeatNews {
            place: self.places.heartbeat,
            depth_seq: self.places.depth.seq,
            orders_seq: self.places.orders.seq,
            trades_seq: self.places.trades.seq,
            top_seq: self.places.top.seq,
            book_hash: self.book.hash(),
        }
    }

    /// What it is of.
    pub const fn listed(&self) -> &ListedInstrument {
        &self.listed
    }

    /// Best bid and ask.
    pub const fn top(&self) -> TopOfBook {
        self.top
    }

    /// Up to `count` of the newest trades, oldest first, each with its place in the channel.
    pub fn newest_trades(&self, count: usize) -> Vec<(Place, PublicTrade)> {
        let trades: Vec<PublicTrade> = self.trades.newest(count).copied().collect();
        let newest = self.places.trades;
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
}
