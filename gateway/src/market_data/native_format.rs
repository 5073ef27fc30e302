//! Market data in the words of the native protocol.

use engine::{OrderChangeKind, Quantity, SessionState, Side};
use protocol::{
    BookChecksum, BookOrder, CandleUpdate, Channel, Depth, DepthSnapshot, Frames, Heartbeat,
    InstrumentDefinition, Lagged, Layout, OrderChange, Orders, OrdersSnapshot, ServerMessage,
    StatisticsUpdate, Status, Top, Trade, TradeBusted, TradingState,
};

use crate::listing::ListedInstrument;
use crate::market_data::book::{Level, LevelBook};
use crate::market_data::news::{
    BustedNews, CandleNews, Content, Crossing, DepthNews, DepthView, HeartbeatNews, LaggedNews,
    MarketFormat, News, Numbering, OrdersNews, OrdersView, StatisticsNews, StatusNews, TopNews,
    TradeNews, Written,
};
use crate::market_data::order_queues::{DisplayedOrder, OrderQueues};
use crate::market_data::place::{Place, Span};
use crate::native::{instrument_terms, records, translate};

/// The native protocol's frames.
#[derive(Debug, Clone, Copy)]
pub struct NativeFormat {
    frames: Frames,
}

static TEXT: NativeFormat = NativeFormat {
    frames: Frames::Text,
};
static BINARY: NativeFormat = NativeFormat {
    frames: Frames::Binary,
};

/// The format of those who asked for frames of this kind.
pub fn format_of(frames: Frames) -> &'static dyn MarketFormat {
    match frames {
        Frames::Text => &TEXT,
        Frames::Binary => &BINARY,
    }
}

impl MarketFormat for NativeFormat {
    fn name(&self) -> &'static str {
        match self.frames {
            Frames::Text => "native",
            Frames::Binary => "native_binary",
        }
    }

    fn write(&self, listed: &ListedInstrument, news: &News<'_>, out: &mut Vec<u8>) -> Written {
        let message = message(listed, news);
        if self.frames == Frames::Binary
            && message.encode_binary_of(&listed.binary(), out) == Layout::Fixed
        {
            return Written::Binary;
        }
        message.encode(out);
        Written::Text
    }
}

fn message(listed: &ListedInstrument, news: &News<'_>) -> ServerMessage {
    match news {
        News::Depth(news) => ServerMessage::Depth(depth(listed, news)),
        News::DepthSnapshot(view) => ServerMessage::DepthSnapshot(depth_snapshot(listed, view)),
        News::Top(news) => ServerMessage::Top(top(listed, news)),
        News::Trade(news) => ServerMessage::Trade(trade(listed, news)),
        News::Busted(news) => ServerMessage::TradeBusted(busted(listed, news)),
        News::Orders(news) => ServerMessage::Orders(orders(listed, news)),
        News::OrdersSnapshot(view) => ServerMessage::OrdersSnapshot(orders_snapshot(listed, view)),
        News::Status(news) => ServerMessage::Status(status(listed, news)),
        News::Instrument(place) => ServerMessage::Instrument(Box::new(instrument(listed, *place))),
        News::Heartbeat(news) => ServerMessage::Heartbeat(heartbeat(listed, news)),
        News::Candle(news) => ServerMessage::Candle(Box::new(candle(listed, news))),
        News::Statistics(news) => ServerMessage::Statistics(Box::new(statistics(listed, news))),
        News::Lagged(news) => ServerMessage::Lagged(lagged(listed, news)),
    }
}

fn depth(listed: &ListedInstrument, news: &DepthNews<'_>) -> Depth {
    let levels = |levels: &[Level]| {
        levels
            .iter()
            .map(|level| wire_level(listed, *level))
            .collect()
    };
    Depth {
        symbol: listed.symbol,
        epoch: news.span.epoch.0,
        from: first_of(news.span, news.numbering),
        seq: news.span.last,
        at_us: translate::at_us(news.span.at),
        bids: levels(news.bids),
        asks: levels(news.asks),
        may_be_crossed: news.crossing == Crossing::MayBe,
        checksum: Some(checksum_of_levels(news.book, news.levels_max)),
    }
}

/// The book as it stands, as a message.
pub fn depth_snapshot(listed: &ListedInstrument, view: &DepthView<'_>) -> DepthSnapshot {
    let DepthView {
        place,
        book,
        levels_max,
        crossing,
    } = *view;
    let wire = |level| wire_level(listed, level);
    DepthSnapshot {
        symbol: listed.symbol,
        epoch: place.epoch.0,
        seq: place.seq,
        at_us: translate::at_us(place.at),
        bids: book.bids().take(levels_max).map(wire).collect(),
        asks: book.asks().take(levels_max).map(wire).collect(),
        may_be_crossed: crossing == Crossing::MayBe,
        checksum: Some(checksum_of_levels(book, levels_max)),
    }
}

fn top(listed: &ListedInstrument, news: &TopNews) -> Top {
    Top {
        symbol: listed.symbol,
        epoch: news.span.epoch.0,
        from: first_of(news.span, news.numbering),
        seq: news.span.last,
        at_us: translate::at_us(news.span.at),
        bid: news.top.bid.map(|level| wire_level(listed, level)),
        ask: news.top.ask.map(|level| wire_level(listed, level)),
    }
}

/// A trade, as a message.
pub const fn trade(listed: &ListedInstrument, news: &TradeNews<'_>) -> Trade {
    let TradeNews { place, trade } = news;
    Trade {
        symbol: listed.symbol,
        epoch: place.epoch.0,
        seq: place.seq,
        at_us: translate::at_us(place.at),
        trade_id: trade.trade_id.0,
        price: listed.scale.price(trade.price.units()),
        quantity: listed.scale.quantity(trade.quantity.units()),
        aggressor_side: translate::wire_side(trade.aggressor_side),
    }
}

const fn busted(listed: &ListedInstrument, news: &BustedNews<'_>) -> TradeBusted {
    let BustedNews { place, trade } = news;
    TradeBusted {
        symbol: listed.symbol,
        epoch: place.epoch.0,
        seq: place.seq,
        at_us: translate::at_us(place.at),
        trade_id: trade.trade_id.0,
        price: listed.scale.price(trade.price.units()),
        quantity: listed.scale.quantity(trade.quantity.units()),
        aggressor_side: translate::wire_side(trade.aggressor_side),
        traded_at_us: translate::at_us(trade.at),
    }
}

fn orders(listed: &ListedInstrument, news: &OrdersNews<'_>) -> Orders {
    Orders {
        symbol: listed.symbol,
        epoch: news.place.epoch.0,
        seq: news.place.seq,
        at_us: translate::at_us(news.place.at),
        changes: news
            .changes
            .iter()
            .map(|change| order_change(listed, change))
            .collect(),
        may_be_crossed: news.crossing == Crossing::MayBe,
        checksum: Some(checksum_of_orders(news.queues)),
    }
}

/// The book order by order as it stands, as a message.
pub fn orders_snapshot(listed: &ListedInstrument, view: &OrdersView<'_>) -> OrdersSnapshot {
    let OrdersView {
        place,
        queues,
        crossing,
    } = *view;
    let side = |side| {
        queues
            .orders(side)
            .map(|order| book_order(listed, &order))
            .collect()
    };
    OrdersSnapshot {
        symbol: listed.symbol,
        epoch: place.epoch.0,
        seq: place.seq,
        at_us: translate::at_us(place.at),
        bids: side(Side::Buy),
        asks: side(Side::Sell),
        may_be_crossed: crossing == Crossing::MayBe,
        checksum: Some(checksum_of_orders(queues)),
    }
}

fn status(listed: &ListedInstrument, news: &StatusNews) -> Status {
    let indicative = news.indicative.filter(|found| found.price.is_some());
    let quantity = |units: u128| {
        listed
            .scale
            .quantity(u64::try_from(units).unwrap_or(u64::MAX))
    };
    let surplus = indicative
        .map(|found| found.surplus)
        .filter(|surplus| *surplus != 0);
    Status {
        symbol: listed.symbol,
        epoch: news.place.epoch.0,
        seq: news.place.seq,
        at_us: translate::at_us(news.place.at),
        state: trading_state(news.state),
        indicative_price: indicative
            .and_then(|found| found.price)
            .map(|price| listed.scale.price(price.units())),
        indicative_volume: indicative.map(|found| quantity(found.volume)),
        imbalance_side: surplus.map(|surplus| {
            if surplus > 0 {
                protocol::Side::Buy
            } else {
                protocol::Side::Sell
            }
        }),
        imbalance: surplus.map(|surplus| quantity(surplus.unsigned_abs())),
    }
}

fn instrument(listed: &ListedInstrument, place: Place) -> InstrumentDefinition {
    InstrumentDefinition {
        epoch: place.epoch.0,
        seq: place.seq,
        at_us: translate::at_us(place.at),
        instrument: instrument_terms(listed, &listed.instrument),
    }
}

const fn heartbeat(listed: &ListedInstrument, news: &HeartbeatNews) -> Heartbeat {
    Heartbeat {
        symbol: listed.symbol,
        epoch: news.place.epoch.0,
        seq: news.place.seq,
        at_us: translate::at_us(news.place.at),
        depth_seq: news.depth_seq,
        orders_seq: news.orders_seq,
        trades_seq: news.trades_seq,
        top_seq: news.top_seq,
        book_hash: news.book_hash,
    }
}

const fn lagged(listed: &ListedInstrument, news: &LaggedNews) -> Lagged {
    Lagged {
        channel: channel(news.content),
        symbol: listed.symbol,
        epoch: news.span.epoch.0,
        from: news.span.first,
        to: news.span.last,
        interval: match news.content {
            Content::Candles(interval) => Some(records::wire_interval(interval)),
            Content::Trades
            | Content::Depth(_)
            | Content::Top
            | Content::Orders
            | Content::Status
            | Content::Instruments
            | Content::Heartbeat
            | Content::Statistics => None,
        },
    }
}

fn candle(listed: &ListedInstrument, news: &CandleNews) -> CandleUpdate {
    let now = news.place.at;
    CandleUpdate {
        symbol: listed.symbol,
        epoch: news.place.epoch.0,
        seq: news.place.seq,
        at_us: translate::at_us(now),
        interval: records::wire_interval(news.interval),
        candle: records::candle(listed.scale, news.interval, &news.candle, now),
    }
}

fn statistics(listed: &ListedInstrument, news: &StatisticsNews) -> StatisticsUpdate {
    StatisticsUpdate {
        request: None,
        symbol: listed.symbol,
        epoch: news.span.epoch.0,
        from: first_of(news.span, news.numbering),
        seq: news.span.last,
        at_us: translate::at_us(news.span.at),
        statistics: news
            .statistics
            .map(|statistics| records::statistics(listed.scale, &statistics)),
    }
}

/// The channel that a content is told on.
pub const fn channel(content: Content) -> Channel {
    match content {
        Content::Trades => Channel::Trades,
        Content::Depth(_) => Channel::Depth,
        Content::Top => Channel::Top,
        Content::Orders => Channel::Orders,
        Content::Status => Channel::Status,
        Content::Instruments => Channel::Instruments,
        Content::Heartbeat => Channel::Heartbeat,
        Content::Candles(_) => Channel::Candles,
        Content::Statistics => Channel::Statistics,
    }
}

/// The ten best levels of each side that a follower has, as a checksum. (MD-6)
fn checksum_of_levels(book: &LevelBook, levels_max: usize) -> u32 {
    let count = levels_max.min(BookChecksum::LEVELS_MAX);
    let mut checksum = BookChecksum::default();
    for level in book.asks().take(count).chain(book.bids().take(count)) {
        checksum.add(level.price.units(), level.quantity.units());
    }
    checksum.value()
}

/// The orders of the ten best levels of each side, as a checksum. (MD-6)
fn checksum_of_orders(queues: &OrderQueues) -> u32 {
    let mut checksum = BookChecksum::default();
    for side in [Side::Sell, Side::Buy] {
        for order in queues.orders_of_levels(side, BookChecksum::LEVELS_MAX) {
            checksum.add(order.price.units(), order.quantity.units());
        }
    }
    checksum.value()
}

const fn first_of(span: Span, numbering: Numbering) -> Option<u64> {
    match numbering {
        Numbering::EachOne => None,
        Numbering::Spans => Some(span.first),
    }
}

const fn wire_level(listed: &ListedInstrument, level: Level) -> protocol::Level {
    protocol::Level {
        price: listed.scale.price(level.price.units()),
        quantity: listed.scale.quantity(level.quantity.units()),
    }
}

const fn book_order(listed: &ListedInstrument, order: &DisplayedOrder) -> BookOrder {
    BookOrder {
        order_id: order.order_id.0,
        price: listed.scale.price(order.price.units()),
        quantity: listed.scale.quantity(order.quantity.units()),
    }
}

const fn order_change(listed: &ListedInstrument, change: &engine::OrderChange) -> OrderChange {
    let (kind, quantity) = match change.kind {
        OrderChangeKind::Added(shown) => (protocol::OrderChangeKind::Added, shown),
        OrderChangeKind::Reduced(shown) => (protocol::OrderChangeKind::Reduced, shown),
        OrderChangeKind::Executed(shown) => (protocol::OrderChangeKind::Executed, shown),
        OrderChangeKind::Refilled(shown) => (protocol::OrderChangeKind::Refilled, shown),
        OrderChangeKind::Removed => (protocol::OrderChangeKind::Removed, Quantity::ZERO),
    };
    OrderChange {
        kind,
        side: translate::wire_side(change.side),
        order_id: change.order_id.0,
        price: listed.scale.price(change.price.units()),
        quantity: listed.scale.quantity(quantity.units()),
    }
}

/// A session state in the wire's words.
pub const fn trading_state(state: SessionState) -> TradingState {
    match state {
        SessionState::Continuous => TradingState::Continuous,
        SessionState::PreOpen => TradingState::PreOpen,
        SessionState::OpeningAuction => TradingState::OpeningAuction,
        SessionState::Auction => TradingState::Auction,
        SessionState::ClosingAuction => TradingState::ClosingAuction,
        SessionState::Halted => TradingState::Halted,
        SessionState::Closed => TradingState::Closed,
        SessionState::VolatilityAuction => TradingState::VolatilityAuction,
        SessionState::Reserved => TradingState::Reserved,
        SessionState::Paused => TradingState::Paused,
        SessionState::LimitUp => TradingState::LimitUp,
        SessionState::LimitDown => TradingState::LimitDown,
    }
}
