//! What a market tells, before it is written in anybody's words.

use engine::{Indicative, OrderChange, PastTrade, SessionState};
use history::{Candle, Interval, PublicTrade, Statistics};

use crate::listing::ListedInstrument;
use crate::market_data::book::{Level, LevelBook, TopOfBook};
use crate::market_data::order_queues::OrderQueues;
use crate::market_data::place::{Place, Span};

/// Something that everyone may know of one instrument.
#[derive(Debug, Clone, Copy)]
pub enum News<'a> {
    /// Levels of the book changed.
    Depth(DepthNews<'a>),
    /// The book as it stands.
    DepthSnapshot(DepthView<'a>),
    /// The best bid and ask.
    Top(TopNews),
    /// Two orders traded.
    Trade(TradeNews<'a>),
    /// A trade was taken back.
    Busted(BustedNews<'a>),
    /// Displayed orders changed.
    Orders(OrdersNews<'a>),
    /// The book order by order as it stands.
    OrdersSnapshot(OrdersView<'a>),
    /// How the instrument treats orders.
    Status(StatusNews),
    /// What the instrument is.
    Instrument(Place),
    /// Where the channels stand.
    Heartbeat(HeartbeatNews),
    /// What traded in a span of time.
    Candle(CandleNews),
    /// What traded in the last 24 hours.
    Statistics(StatisticsNews),
    /// Messages were dropped for a session that did not read them.
    Lagged(LaggedNews),
}

/// Whether the best bid may be at or above the best ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Crossing {
    /// Orders match as they come: never.
    Never,
    /// Orders are, or were, collected for an auction that is not over.
    MayBe,
}

/// Levels of the book changed.
#[derive(Debug, Clone, Copy)]
pub struct DepthNews<'a> {
    /// Which changes are in it. One counter per instrument, shared with snapshots and with the best bid and ask.
    pub span: Span,
    /// Changed bids with their totals now, best first; zero: the level is gone.
    pub bids: &'a [Level],
    /// Changed asks with their totals now, best first; zero: the level is gone.
    pub asks: &'a [Level],
    /// The whole book after the changes.
    pub book: &'a LevelBook,
    /// Down to which level a follower has the book.
    pub levels_max: usize,
    /// Whether it may be crossed.
    pub crossing: Crossing,
    /// Whether messages may leave numbers out, so that the first one must be told.
    pub numbering: Numbering,
}

/// How the numbers of a flow's messages follow each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Numbering {
    /// Each message has the next number.
    EachOne,
    /// A message covers several.
    Spans,
}

/// The book as it stands.
#[derive(Debug, Clone, Copy)]
pub struct DepthView<'a> {
    /// The last change that it contains.
    pub place: Place,
    /// The whole book.
    pub book: &'a LevelBook,
    /// How many levels of each side are shown.
    pub levels_max: usize,
    /// Whether it may be crossed.
    pub crossing: Crossing,
}

/// The best bid and ask.
#[derive(Debug, Clone, Copy)]
pub struct TopNews {
    /// Which changes of the top are in it.
    pub span: Span,
    /// The number of the last change of the book.
    pub depth_seq: u64,
    /// The best bid and ask.
    pub top: TopOfBook,
    /// Whether messages may leave numbers out.
    pub numbering: Numbering,
}

/// Two orders traded.
#[derive(Debug, Clone, Copy)]
pub struct TradeNews<'a> {
    /// Its place among the instrument's trades.
    pub place: Place,
    /// The trade.
    pub trade: &'a PublicTrade,
}

/// Displayed orders changed.
#[derive(Debug, Clone, Copy)]
pub struct OrdersNews<'a> {
    /// Its place among the instrument's changes.
    pub place: Place,
    /// What became of them, in order.
    pub changes: &'a [OrderChange],
    /// All displayed orders after the changes.
    pub queues: &'a OrderQueues,
    /// Whether the book may be crossed.
    pub crossing: Crossing,
}

/// The book order by order as it stands.
#[derive(Debug, Clone, Copy)]
pub struct OrdersView<'a> {
    /// The last change that it contains.
    pub place: Place,
    /// All displayed orders.
    pub queues: &'a OrderQueues,
    /// Whether the book may be crossed.
    pub crossing: Crossing,
}

/// A trade was taken back.
#[derive(Debug, Clone, Copy)]
pub struct BustedNews<'a> {
    /// Its place among the trades.
    pub place: Place,
    /// The trade.
    pub trade: &'a PastTrade,
}

/// How the instrument treats orders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StatusNews {
    /// Its place among the changes of status.
    pub place: Place,
    /// What it does with orders.
    pub state: SessionState,
    /// What an auction would do now; only while orders are collected.
    pub indicative: Option<Indicative>,
}

/// Where the channels of an instrument stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeartbeatNews {
    /// Its place among the heartbeats.
    pub place: Place,
    /// The last change of the book.
    pub depth_seq: u64,
    /// The last change of displayed orders.
    pub orders_seq: u64,
    /// The last trade.
    pub trades_seq: u64,
    /// The last change of the best bid and ask.
    pub top_seq: u64,
    /// Hash of all displayed levels.
    pub book_hash: u64,
}

/// What traded in a span of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CandleNews {
    /// The candle's number, and when it was so.
    pub place: Place,
    /// How long it lasts.
    pub interval: Interval,
    /// The candle.
    pub candle: Candle,
}

/// What traded in the last 24 hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StatisticsNews {
    /// The seconds that it covers.
    pub span: Span,
    /// The sums; nothing where nothing ever traded.
    pub statistics: Option<Statistics>,
    /// Whether messages may leave numbers out.
    pub numbering: Numbering,
}

/// Messages were dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LaggedNews {
    /// What they told of.
    pub content: Content,
    /// The numbers that were dropped.
    pub span: Span,
}

/// What a flow tells of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Content {
    /// Every trade.
    Trades,
    /// The aggregated book and its changes.
    Depth(Window),
    /// Best bid and ask.
    Top,
    /// The book order by order.
    Orders,
    /// How the instrument treats orders.
    Status,
    /// What the instrument is.
    Instruments,
    /// Where the other channels stand.
    Heartbeat,
    /// What traded in each span of time.
    Candles(Interval),
    /// What traded in the last 24 hours.
    Statistics,
}

/// Down to which level a flow tells of the book.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Window {
    /// All levels.
    Full,
    /// So many of each side.
    Levels(u16),
}

impl Window {
    /// How many levels of each side.
    pub fn levels_max(self) -> usize {
        match self {
            Self::Full => usize::MAX,
            Self::Levels(levels) => usize::from(levels),
        }
    }
}

/// Whether a format has words for a piece of news, and what kind of frame they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// A text frame.
    Text,
    /// A binary frame.
    Binary,
    /// Nothing: the format has no words for it.
    Nothing,
}

/// Writes news in one persona's words. Each piece is written once for all who follow it in this format.
pub trait MarketFormat: std::fmt::Debug + Send + Sync {
    /// Tells formats apart: flows of one name share what is written.
    fn name(&self) -> &'static str;

    /// Appends the message to `out`, which is empty.
    fn write(&self, listed: &ListedInstrument, news: &News<'_>, out: &mut Vec<u8>) -> Written;
}
