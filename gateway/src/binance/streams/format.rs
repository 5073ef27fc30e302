//! Book and trades in the venue's words, for all who follow the same stream.

use crate::binance::amount::Amount;
use crate::binance::time_unit::TimeUnit;
use crate::binance::wire::{
    BookTickerEvent, DepthAnswer, DepthUpdate, TradeEvent, WireLevel, Writing, json,
};
use crate::listing::ListedInstrument;
use crate::market_data::book::Level;
use crate::market_data::news::{DepthNews, MarketFormat, News, TopNews, Written};
use crate::market_data::{Content, Delivery, FlowTerms, Interval, Window};
use crate::native::translate::at_us;

/// What a stream of the book or of trades tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Every trade.
    Trade,
    /// Best bid and ask.
    BookTicker,
    /// Changes of the book, gathered for so many milliseconds.
    Depth(u64),
    /// So many levels of the book, each so many milliseconds in which they changed.
    Levels(u16, u64),
}

/// Whether messages stand in `{"stream":..,"data":..}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// They stand alone.
    Raw,
    /// They do.
    Combined,
}

/// One way to write one kind.
#[derive(Debug)]
pub struct StreamFormat {
    kind: Kind,
    /// What follows the symbol and `@` in the stream's name.
    suffix: &'static str,
    shape: Shape,
    unit: TimeUnit,
    name: &'static str,
}

macro_rules! formats {
    ($($kind:expr, $suffix:literal;)+) => {
        [$([
            format_of($kind, $suffix, Shape::Raw, TimeUnit::Millisecond, concat!($suffix, " raw ms")),
            format_of($kind, $suffix, Shape::Raw, TimeUnit::Microsecond, concat!($suffix, " raw us")),
            format_of($kind, $suffix, Shape::Combined, TimeUnit::Millisecond, concat!($suffix, " combined ms")),
            format_of($kind, $suffix, Shape::Combined, TimeUnit::Microsecond, concat!($suffix, " combined us")),
        ],)+]
    };
}

const fn format_of(
    kind: Kind,
    suffix: &'static str,
    shape: Shape,
    unit: TimeUnit,
    name: &'static str,
) -> StreamFormat {
    StreamFormat {
        kind,
        suffix,
        shape,
        unit,
        name,
    }
}

static FORMATS: [[StreamFormat; 4]; 12] = formats! {
    Kind::Trade, "trade";
    Kind::BookTicker, "bookTicker";
    Kind::Depth(1_000), "depth";
    Kind::Depth(1_000), "depth@1000ms";
    Kind::Depth(100), "depth@100ms";
    Kind::Levels(5, 1_000), "depth5";
    Kind::Levels(10, 1_000), "depth10";
    Kind::Levels(20, 1_000), "depth20";
    Kind::Levels(5, 100), "depth5@100ms";
    Kind::Levels(10, 100), "depth10@100ms";
    Kind::Levels(20, 100), "depth20@100ms";
    Kind::Levels(20, 1_000), "depth20@1000ms";
};

/// How to follow the stream with this suffix; `None` where the market has no such stream.
pub fn terms_of(suffix: &str, shape: Shape, unit: TimeUnit) -> Option<FlowTerms> {
    let format = FORMATS
        .iter()
        .flatten()
        .find(|it| it.suffix == suffix && it.shape == shape && it.unit == unit)?;
    let every_ms = |ms| Interval::of_ms(ms).map(Delivery::Interval);
    let (content, delivery) = match format.kind {
        Kind::Trade => (Content::Trades, Delivery::Every),
        Kind::BookTicker => (Content::Top, Delivery::Every),
        Kind::Depth(ms) => (Content::Depth(Window::Full), every_ms(ms)?),
        Kind::Levels(levels, ms) => (Content::Depth(Window::Levels(levels)), every_ms(ms)?),
    };
    Some(FlowTerms {
        content,
        delivery,
        format,
    })
}

impl MarketFormat for StreamFormat {
    fn name(&self) -> &'static str {
        self.name
    }

    fn write(&self, listed: &ListedInstrument, news: &News<'_>, out: &mut Vec<u8>) -> Written {
        let writing = Writing {
            listed,
            unit: self.unit,
        };
        let text = match (self.kind, news) {
            (Kind::Trade, News::Trade(trade)) => json(&TradeEvent::of(writing, trade.trade)),
            (Kind::BookTicker, News::Top(top)) => json(&book_ticker(writing, top)),
            (Kind::Depth(_), News::Depth(depth)) => json(&depth_update(writing, depth)),
            (Kind::Levels(..), News::Depth(depth)) => json(&DepthAnswer::new(
                writing,
                depth.span.last,
                (depth.book, depth.levels_max),
            )),
            (Kind::Levels(..), News::DepthSnapshot(view)) => json(&DepthAnswer::of(writing, view)),
            (Kind::Trade | Kind::BookTicker | Kind::Depth(_) | Kind::Levels(..), _) => {
                return Written::Nothing;
            }
        };
        match self.shape {
            Shape::Raw => out.extend_from_slice(text.as_bytes()),
            Shape::Combined => {
                let symbol = writing.symbol().to_ascii_lowercase();
                let head = format!(r#"{{"stream":"{symbol}@{}","data":"#, self.suffix);
                out.extend_from_slice(head.as_bytes());
                out.extend_from_slice(text.as_bytes());
                out.push(b'}');
            }
        }
        Written::Text
    }
}

fn level(writing: Writing<'_>, level: &Level) -> WireLevel {
    WireLevel(writing.price(level.price), writing.quantity(level.quantity))
}

fn depth_update(writing: Writing<'_>, news: &DepthNews<'_>) -> DepthUpdate {
    DepthUpdate {
        e: "depthUpdate".to_owned(),
        event_time: writing.time(at_us(news.span.at)),
        s: writing.symbol().to_owned(),
        first_update_id: news.span.first,
        u: news.span.last,
        b: news.bids.iter().map(|it| level(writing, it)).collect(),
        a: news.asks.iter().map(|it| level(writing, it)).collect(),
    }
}

fn book_ticker(writing: Writing<'_>, news: &TopNews) -> BookTickerEvent {
    let side = |level: Option<Level>| {
        level.map_or((Amount::ZERO, Amount::ZERO), |level| {
            (writing.price(level.price), writing.quantity(level.quantity))
        })
    };
    let ((b, bid_quantity), (a, ask_quantity)) = (side(news.top.bid), side(news.top.ask));
    BookTickerEvent {
        u: news.depth_seq,
        s: writing.symbol().to_owned(),
        b,
        bid_quantity,
        a,
        ask_quantity,
    }
}
