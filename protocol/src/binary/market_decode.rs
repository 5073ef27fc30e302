//! Reads market data out of binary frames.

use zerocopy::little_endian::{I64, U32, U64};

use crate::binary::cursor::{Cursor, instrument, maybe_word, word};
use crate::binary::layout::Header;
use crate::binary::market_layout::{
    BookOrderLayout, DepthLayout, DepthSnapshotLayout, HeartbeatLayout, LaggedLayout, LevelLayout,
    OrderChangeLayout, OrdersLayout, OrdersSnapshotLayout, QueueLayout, StatusLayout, TopLayout,
    TradeBustedLayout, TradeLayout, flags,
};
use crate::binary::{BinaryInstrument, InstrumentTable, nothing};
use crate::error::{CodecError, ErrorCode};
use crate::exact_decimal::ExactDecimal;
use crate::server_message::{
    BookOrder, Depth, DepthSnapshot, Heartbeat, Lagged, Level, OrderChange, Orders, OrdersSnapshot,
    QueuePosition, ServerMessage, Status, Top, Trade, TradeBusted,
};

/// Reads a message of market data.
pub(super) fn read(
    header: Header,
    cursor: &mut Cursor<'_>,
    instruments: &InstrumentTable,
) -> Result<ServerMessage, CodecError> {
    match header.template.get() {
        DepthLayout::TEMPLATE => depth(header, cursor, instruments),
        DepthSnapshotLayout::TEMPLATE => depth_snapshot(header, cursor, instruments),
        TradeLayout::TEMPLATE => trade(header, cursor, instruments),
        TradeBustedLayout::TEMPLATE => trade_busted(header, cursor, instruments),
        TopLayout::TEMPLATE => top(header, cursor, instruments),
        OrdersLayout::TEMPLATE => orders(header, cursor, instruments),
        OrdersSnapshotLayout::TEMPLATE => orders_snapshot(header, cursor, instruments),
        StatusLayout::TEMPLATE => status(header, cursor, instruments),
        HeartbeatLayout::TEMPLATE => heartbeat(header, cursor, instruments),
        QueueLayout::TEMPLATE => queue(header, cursor, instruments),
        LaggedLayout::TEMPLATE => {
            let root: &LaggedLayout = cursor.root(header, "lagged")?;
            Ok(ServerMessage::Lagged(Lagged {
                channel: word(root.channel, "channel")?,
                symbol: instrument(instruments, root.instrument.get())?.symbol,
                epoch: root.epoch.get(),
                from: root.from.get(),
                to: root.to.get(),
                interval: None,
            }))
        }
        unknown => Err(CodecError::new(
            ErrorCode::BadField,
            format!("field `template`: no message has {unknown}"),
        )),
    }
}

/// A price that must be there.
fn price(field: I64, instrument: &BinaryInstrument) -> Result<ExactDecimal, CodecError> {
    nothing::read_price(field, instrument.scale).ok_or_else(|| CodecError::missing("price"))
}

/// A quantity that must be there.
fn quantity(field: U64, instrument: &BinaryInstrument) -> Result<ExactDecimal, CodecError> {
    nothing::read_quantity(field, instrument.scale).ok_or_else(|| CodecError::missing("quantity"))
}

fn levels(
    count: U32,
    cursor: &mut Cursor<'_>,
    instrument: &BinaryInstrument,
) -> Result<Vec<Level>, CodecError> {
    let count = usize::try_from(count.get()).unwrap_or(usize::MAX);
    let entries: &[LevelLayout] = cursor.entries(count, "level")?;
    let level = |entry: &LevelLayout| {
        Ok(Level {
            price: price(entry.price, instrument)?,
            quantity: quantity(entry.quantity, instrument)?,
        })
    };
    entries.iter().map(level).collect()
}

fn checksum(set: u8, checksum: U32) -> Option<u32> {
    (set & flags::CHECKSUM != 0).then(|| checksum.get())
}

fn depth(
    header: Header,
    cursor: &mut Cursor<'_>,
    instruments: &InstrumentTable,
) -> Result<ServerMessage, CodecError> {
    let root: &DepthLayout = cursor.root(header, "depth")?;
    let instrument = instrument(instruments, root.instrument.get())?;
    Ok(ServerMessage::Depth(Depth {
        symbol: instrument.symbol,
        epoch: root.epoch.get(),
        from: nothing::read_number(root.from),
        seq: root.seq.get(),
        at_us: root.at_us.get(),
        bids: levels(root.bids, cursor, instrument)?,
        asks: levels(root.asks, cursor, instrument)?,
        may_be_crossed: root.flags & flags::MAY_BE_CROSSED != 0,
        checksum: checksum(root.flags, root.checksum),
    }))
}

fn depth_snapshot(
    header: Header,
    cursor: &mut Cursor<'_>,
    instruments: &InstrumentTable,
) -> Result<ServerMessage, CodecError> {
    let root: &DepthSnapshotLayout = cursor.root(header, "depth_snapshot")?;
    let instrument = instrument(instruments, root.instrument.get())?;
    Ok(ServerMessage::DepthSnapshot(DepthSnapshot {
        symbol: instrument.symbol,
        epoch: root.epoch.get(),
        seq: root.seq.get(),
        at_us: root.at_us.get(),
        bids: levels(root.bids, cursor, instrument)?,
        asks: levels(root.asks, cursor, instrument)?,
        may_be_crossed: root.flags & flags::MAY_BE_CROSSED != 0,
        checksum: checksum(root.flags, root.checksum),
    }))
}

fn trade(
    header: Header,
    cursor: &mut Cursor<'_>,
    instruments: &InstrumentTable,
) -> Result<ServerMessage, CodecError> {
    let root: &TradeLayout = cursor.root(header, "trade")?;
    let instrument = instrument(instruments, root.instrument.get())?;
    Ok(ServerMessage::Trade(Trade {
        symbol: instrument.symbol,
        epoch: root.epoch.get(),
        seq: root.seq.get(),
        at_us: root.at_us.get(),
        trade_id: root.trade_id.get(),
        price: price(root.price, instrument)?,
        quantity: quantity(root.quantity, instrument)?,
        aggressor_side: word(root.aggressor_side, "aggressor_side")?,
    }))
}

fn trade_busted(
    header: Header,
    cursor: &mut Cursor<'_>,
    instruments: &InstrumentTable,
) -> Result<ServerMessage, CodecError> {
    let root: &TradeBustedLayout = cursor.root(header, "trade_busted")?;
    let instrument = instrument(instruments, root.instrument.get())?;
    Ok(ServerMessage::TradeBusted(TradeBusted {
        symbol: instrument.symbol,
        epoch: root.epoch.get(),
        seq: root.seq.get(),
        at_us: root.at_us.get(),
        trade_id: root.trade_id.get(),
        price: price(root.price, instrument)?,
        quantity: quantity(root.quantity, instrument)?,
        aggressor_side: word(root.aggressor_side, "aggressor_side")?,
        traded_at_us: root.traded_at_us.get(),
    }))
}

fn top(
    header: Header,
    cursor: &mut Cursor<'_>,
    instruments: &InstrumentTable,
) -> Result<ServerMessage, CodecError> {
    let root: &TopLayout = cursor.root(header, "top")?;
    let instrument = instrument(instruments, root.instrument.get())?;
    let level = |at: I64, total: U64| match nothing::read_price(at, instrument.scale) {
        Some(price) => Ok(Some(Level {
            price,
            quantity: quantity(total, instrument)?,
        })),
        None => Ok(None),
    };
    Ok(ServerMessage::Top(Top {
        symbol: instrument.symbol,
        epoch: root.epoch.get(),
        from: nothing::read_number(root.from),
        seq: root.seq.get(),
        at_us: root.at_us.get(),
        bid: level(root.bid_price, root.bid_quantity)?,
        ask: level(root.ask_price, root.ask_quantity)?,
    }))
}

fn orders(
    header: Header,
    cursor: &mut Cursor<'_>,
    instruments: &InstrumentTable,
) -> Result<ServerMessage, CodecError> {
    let root: &OrdersLayout = cursor.root(header, "orders")?;
    let instrument = instrument(instruments, root.instrument.get())?;
    let count = usize::try_from(root.changes.get()).unwrap_or(usize::MAX);
    let entries: &[OrderChangeLayout] = cursor.entries(count, "order_change")?;
    let change = |entry: &OrderChangeLayout| {
        Ok(OrderChange {
            kind: word(entry.kind, "kind")?,
            side: word(entry.side, "side")?,
            order_id: entry.order_id.get(),
            price: price(entry.price, instrument)?,
            quantity: quantity(entry.quantity, instrument)?,
        })
    };
    Ok(ServerMessage::Orders(Orders {
        symbol: instrument.symbol,
        epoch: root.epoch.get(),
        seq: root.seq.get(),
        at_us: root.at_us.get(),
        changes: entries.iter().map(change).collect::<Result<_, _>>()?,
        may_be_crossed: root.flags & flags::MAY_BE_CROSSED != 0,
        checksum: checksum(root.flags, root.checksum),
    }))
}

fn orders_snapshot(
    header: Header,
    cursor: &mut Cursor<'_>,
    instruments: &InstrumentTable,
) -> Result<ServerMessage, CodecError> {
    let root: &OrdersSnapshotLayout = cursor.root(header, "orders_snapshot")?;
    let instrument = instrument(instruments, root.instrument.get())?;
    Ok(ServerMessage::OrdersSnapshot(OrdersSnapshot {
        symbol: instrument.symbol,
        epoch: root.epoch.get(),
        seq: root.seq.get(),
        at_us: root.at_us.get(),
        bids: book_orders(root.bids, cursor, instrument)?,
        asks: book_orders(root.asks, cursor, instrument)?,
        may_be_crossed: root.flags & flags::MAY_BE_CROSSED != 0,
        checksum: checksum(root.flags, root.checksum),
    }))
}

fn book_orders(
    count: U32,
    cursor: &mut Cursor<'_>,
    instrument: &BinaryInstrument,
) -> Result<Vec<BookOrder>, CodecError> {
    let count = usize::try_from(count.get()).unwrap_or(usize::MAX);
    let entries: &[BookOrderLayout] = cursor.entries(count, "book_order")?;
    let order = |entry: &BookOrderLayout| {
        Ok(BookOrder {
            order_id: entry.order_id.get(),
            price: price(entry.price, instrument)?,
            quantity: quantity(entry.quantity, instrument)?,
        })
    };
    entries.iter().map(order).collect()
}

fn status(
    header: Header,
    cursor: &mut Cursor<'_>,
    instruments: &InstrumentTable,
) -> Result<ServerMessage, CodecError> {
    let root: &StatusLayout = cursor.root(header, "status")?;
    let instrument = instrument(instruments, root.instrument.get())?;
    let scale = instrument.scale;
    Ok(ServerMessage::Status(Status {
        symbol: instrument.symbol,
        epoch: root.epoch.get(),
        seq: root.seq.get(),
        at_us: root.at_us.get(),
        state: word(root.state, "state")?,
        indicative_price: nothing::read_price(root.indicative_price, scale),
        indicative_volume: nothing::read_quantity(root.indicative_volume, scale),
        imbalance_side: maybe_word(root.imbalance_side, "imbalance_side")?,
        imbalance: nothing::read_quantity(root.imbalance, scale),
    }))
}

fn heartbeat(
    header: Header,
    cursor: &mut Cursor<'_>,
    instruments: &InstrumentTable,
) -> Result<ServerMessage, CodecError> {
    let root: &HeartbeatLayout = cursor.root(header, "heartbeat")?;
    Ok(ServerMessage::Heartbeat(Heartbeat {
        symbol: instrument(instruments, root.instrument.get())?.symbol,
        epoch: root.epoch.get(),
        seq: root.seq.get(),
        at_us: root.at_us.get(),
        depth_seq: root.depth_seq.get(),
        orders_seq: root.orders_seq.get(),
        trades_seq: root.trades_seq.get(),
        top_seq: root.top_seq.get(),
        book_hash: root.book_hash.get(),
    }))
}

fn queue(
    header: Header,
    cursor: &mut Cursor<'_>,
    instruments: &InstrumentTable,
) -> Result<ServerMessage, CodecError> {
    let root: &QueueLayout = cursor.root(header, "queue")?;
    let instrument = instrument(instruments, root.instrument.get())?;
    Ok(ServerMessage::Queue(QueuePosition {
        symbol: instrument.symbol,
        order_id: root.order_id.get(),
        at_us: root.at_us.get(),
        side: word(root.side, "side")?,
        price: price(root.price, instrument)?,
        quantity: quantity(root.quantity, instrument)?,
        quantity_ahead: quantity(root.quantity_ahead, instrument)?,
        orders_ahead: root.orders_ahead.get(),
        quantity_behind: quantity(root.quantity_behind, instrument)?,
        orders_behind: root.orders_behind.get(),
    }))
}
