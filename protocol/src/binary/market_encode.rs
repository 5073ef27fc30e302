//! Writes market data as binary frames.

use zerocopy::little_endian::{U16, U32, U64};

use crate::binary::instruments::Known;
use crate::binary::layout::{Bytes, Header};
use crate::binary::market_layout::{
    BookOrderLayout, DepthLayout, DepthSnapshotLayout, HeartbeatLayout, LaggedLayout, LevelLayout,
    OrderChangeLayout, OrdersLayout, OrdersSnapshotLayout, QueueLayout, StatusLayout, TopLayout,
    TradeBustedLayout, TradeLayout, flags,
};
use crate::binary::numbers::{self, Numbered};
use crate::binary::{BinaryInstrument, nothing};
use crate::scale::Scale;
use crate::server_message::{
    BookOrder, Depth, DepthSnapshot, Heartbeat, Level, Orders, OrdersSnapshot, QueuePosition,
    ServerMessage, Status, Top, Trade, TradeBusted,
};

/// Writes a message of market data, if it is one.
pub(super) fn write(
    message: &ServerMessage,
    instruments: Known<'_>,
    buffer: &mut Vec<u8>,
) -> Option<()> {
    let find = |symbol| instruments.by_symbol(symbol);
    match message {
        ServerMessage::Depth(message) => write_depth(message, find(&message.symbol)?, buffer),
        ServerMessage::DepthSnapshot(message) => {
            write_depth_snapshot(message, find(&message.symbol)?, buffer)
        }
        ServerMessage::Trade(message) => {
            put(buffer, &trade(message, find(&message.symbol)?)?);
            Some(())
        }
        ServerMessage::TradeBusted(message) => {
            put(buffer, &trade_busted(message, find(&message.symbol)?)?);
            Some(())
        }
        ServerMessage::Top(message) => {
            put(buffer, &top(message, find(&message.symbol)?)?);
            Some(())
        }
        ServerMessage::Orders(message) => write_orders(message, find(&message.symbol)?, buffer),
        ServerMessage::OrdersSnapshot(message) => {
            write_orders_snapshot(message, find(&message.symbol)?, buffer)
        }
        ServerMessage::Status(message) => {
            put(buffer, &status(message, find(&message.symbol)?)?);
            Some(())
        }
        ServerMessage::Heartbeat(message) => {
            put(buffer, &heartbeat(message, find(&message.symbol)?));
            Some(())
        }
        ServerMessage::Queue(message) => {
            put(buffer, &queue(message, find(&message.symbol)?)?);
            Some(())
        }
        // A candle's interval has no place in the layout.
        ServerMessage::Lagged(message) if message.interval.is_none() => {
            let root = LaggedLayout {
                header: Header::of::<LaggedLayout>(LaggedLayout::TEMPLATE),
                epoch: U64::new(message.epoch),
                from: U64::new(message.from),
                to: U64::new(message.to),
                instrument: U16::new(find(&message.symbol)?.number),
                channel: message.channel.number(),
                reserved: [0; 5],
            };
            put(buffer, &root);
            Some(())
        }
        ServerMessage::Lagged(_)
        | ServerMessage::Hello(_)
        | ServerMessage::LoggedOn(_)
        | ServerMessage::Report(_)
        | ServerMessage::Trace(_)
        | ServerMessage::OpenOrders(_)
        | ServerMessage::Balances(_)
        | ServerMessage::Positions(_)
        | ServerMessage::Past(_)
        | ServerMessage::Candles(_)
        | ServerMessage::Candle(_)
        | ServerMessage::Statistics(_)
        | ServerMessage::MassCanceled(_)
        | ServerMessage::Quoted(_)
        | ServerMessage::Batched(_)
        | ServerMessage::Done(_)
        | ServerMessage::Subscribed(_)
        | ServerMessage::Unsubscribed(_)
        | ServerMessage::Instrument(_)
        | ServerMessage::Pong(_)
        | ServerMessage::Enrolled(_)
        | ServerMessage::Tick(_)
        | ServerMessage::Error(_)
        | ServerMessage::GoingAway(_) => None,
    }
}

fn put<T: Bytes>(buffer: &mut Vec<u8>, block: &T) {
    buffer.extend_from_slice(block.as_bytes());
}

fn count<T>(entries: &[T]) -> Option<U32> {
    u32::try_from(entries.len()).ok().map(U32::new)
}

const fn book_flags(may_be_crossed: bool, checksum: Option<u32>) -> u8 {
    let crossed = if may_be_crossed {
        flags::MAY_BE_CROSSED
    } else {
        0
    };
    let checked = if checksum.is_some() {
        flags::CHECKSUM
    } else {
        0
    };
    crossed | checked
}

fn put_levels(buffer: &mut Vec<u8>, levels: &[Level], scale: Scale) -> Option<()> {
    for level in levels {
        let entry = LevelLayout {
            price: nothing::price(Some(level.price), scale)?,
            quantity: nothing::quantity(Some(level.quantity), scale)?,
        };
        put(buffer, &entry);
    }
    Some(())
}

fn write_depth(message: &Depth, instrument: &BinaryInstrument, buffer: &mut Vec<u8>) -> Option<()> {
    let root = DepthLayout {
        header: Header::of::<DepthLayout>(DepthLayout::TEMPLATE),
        epoch: U64::new(message.epoch),
        from: nothing::number(message.from)?,
        seq: U64::new(message.seq),
        at_us: U64::new(message.at_us),
        instrument: U16::new(instrument.number),
        flags: book_flags(message.may_be_crossed, message.checksum),
        reserved: 0,
        checksum: U32::new(message.checksum.unwrap_or_default()),
        bids: count(&message.bids)?,
        asks: count(&message.asks)?,
    };
    put(buffer, &root);
    put_levels(buffer, &message.bids, instrument.scale)?;
    put_levels(buffer, &message.asks, instrument.scale)
}

fn write_depth_snapshot(
    message: &DepthSnapshot,
    instrument: &BinaryInstrument,
    buffer: &mut Vec<u8>,
) -> Option<()> {
    let root = DepthSnapshotLayout {
        header: Header::of::<DepthSnapshotLayout>(DepthSnapshotLayout::TEMPLATE),
        epoch: U64::new(message.epoch),
        from: U64::new(nothing::NO_NUMBER),
        seq: U64::new(message.seq),
        at_us: U64::new(message.at_us),
        instrument: U16::new(instrument.number),
        flags: book_flags(message.may_be_crossed, message.checksum),
        reserved: 0,
        checksum: U32::new(message.checksum.unwrap_or_default()),
        bids: count(&message.bids)?,
        asks: count(&message.asks)?,
    };
    put(buffer, &root);
    put_levels(buffer, &message.bids, instrument.scale)?;
    put_levels(buffer, &message.asks, instrument.scale)
}

fn trade(message: &Trade, instrument: &BinaryInstrument) -> Option<TradeLayout> {
    let scale = instrument.scale;
    Some(TradeLayout {
        header: Header::of::<TradeLayout>(TradeLayout::TEMPLATE),
        epoch: U64::new(message.epoch),
        seq: U64::new(message.seq),
        at_us: U64::new(message.at_us),
        trade_id: U64::new(message.trade_id),
        price: nothing::price(Some(message.price), scale)?,
        quantity: nothing::quantity(Some(message.quantity), scale)?,
        instrument: U16::new(instrument.number),
        aggressor_side: message.aggressor_side.number(),
        reserved: [0; 5],
    })
}

fn trade_busted(message: &TradeBusted, instrument: &BinaryInstrument) -> Option<TradeBustedLayout> {
    let scale = instrument.scale;
    Some(TradeBustedLayout {
        header: Header::of::<TradeBustedLayout>(TradeBustedLayout::TEMPLATE),
        epoch: U64::new(message.epoch),
        seq: U64::new(message.seq),
        at_us: U64::new(message.at_us),
        trade_id: U64::new(message.trade_id),
        price: nothing::price(Some(message.price), scale)?,
        quantity: nothing::quantity(Some(message.quantity), scale)?,
        traded_at_us: U64::new(message.traded_at_us),
        instrument: U16::new(instrument.number),
        aggressor_side: message.aggressor_side.number(),
        reserved: [0; 5],
    })
}

fn top(message: &Top, instrument: &BinaryInstrument) -> Option<TopLayout> {
    let scale = instrument.scale;
    let price = |level: Option<Level>| nothing::price(level.map(|level| level.price), scale);
    let quantity =
        |level: Option<Level>| nothing::quantity(level.map(|level| level.quantity), scale);
    Some(TopLayout {
        header: Header::of::<TopLayout>(TopLayout::TEMPLATE),
        epoch: U64::new(message.epoch),
        from: nothing::number(message.from)?,
        seq: U64::new(message.seq),
        at_us: U64::new(message.at_us),
        bid_price: price(message.bid)?,
        bid_quantity: quantity(message.bid)?,
        ask_price: price(message.ask)?,
        ask_quantity: quantity(message.ask)?,
        instrument: U16::new(instrument.number),
        reserved: [0; 6],
    })
}

fn write_orders(
    message: &Orders,
    instrument: &BinaryInstrument,
    buffer: &mut Vec<u8>,
) -> Option<()> {
    let root = OrdersLayout {
        header: Header::of::<OrdersLayout>(OrdersLayout::TEMPLATE),
        epoch: U64::new(message.epoch),
        seq: U64::new(message.seq),
        at_us: U64::new(message.at_us),
        instrument: U16::new(instrument.number),
        flags: book_flags(message.may_be_crossed, message.checksum),
        reserved: 0,
        checksum: U32::new(message.checksum.unwrap_or_default()),
        changes: count(&message.changes)?,
        reserved_too: U32::ZERO,
    };
    put(buffer, &root);
    for change in &message.changes {
        let entry = OrderChangeLayout {
            order_id: U64::new(change.order_id),
            price: nothing::price(Some(change.price), instrument.scale)?,
            quantity: nothing::quantity(Some(change.quantity), instrument.scale)?,
            kind: change.kind.number(),
            side: change.side.number(),
            reserved: [0; 6],
        };
        put(buffer, &entry);
    }
    Some(())
}

fn write_orders_snapshot(
    message: &OrdersSnapshot,
    instrument: &BinaryInstrument,
    buffer: &mut Vec<u8>,
) -> Option<()> {
    let root = OrdersSnapshotLayout {
        header: Header::of::<OrdersSnapshotLayout>(OrdersSnapshotLayout::TEMPLATE),
        epoch: U64::new(message.epoch),
        seq: U64::new(message.seq),
        at_us: U64::new(message.at_us),
        instrument: U16::new(instrument.number),
        flags: book_flags(message.may_be_crossed, message.checksum),
        reserved: 0,
        checksum: U32::new(message.checksum.unwrap_or_default()),
        bids: count(&message.bids)?,
        asks: count(&message.asks)?,
    };
    put(buffer, &root);
    put_book_orders(buffer, &message.bids, instrument.scale)?;
    put_book_orders(buffer, &message.asks, instrument.scale)
}

fn put_book_orders(buffer: &mut Vec<u8>, orders: &[BookOrder], scale: Scale) -> Option<()> {
    for order in orders {
        let entry = BookOrderLayout {
            order_id: U64::new(order.order_id),
            price: nothing::price(Some(order.price), scale)?,
            quantity: nothing::quantity(Some(order.quantity), scale)?,
        };
        put(buffer, &entry);
    }
    Some(())
}

fn status(message: &Status, instrument: &BinaryInstrument) -> Option<StatusLayout> {
    let scale = instrument.scale;
    Some(StatusLayout {
        header: Header::of::<StatusLayout>(StatusLayout::TEMPLATE),
        epoch: U64::new(message.epoch),
        seq: U64::new(message.seq),
        at_us: U64::new(message.at_us),
        instrument: U16::new(instrument.number),
        state: message.state.number(),
        imbalance_side: numbers::maybe(message.imbalance_side),
        reserved: U32::ZERO,
        indicative_price: nothing::price(message.indicative_price, scale)?,
        indicative_volume: nothing::quantity(message.indicative_volume, scale)?,
        imbalance: nothing::quantity(message.imbalance, scale)?,
    })
}

fn heartbeat(message: &Heartbeat, instrument: &BinaryInstrument) -> HeartbeatLayout {
    HeartbeatLayout {
        header: Header::of::<HeartbeatLayout>(HeartbeatLayout::TEMPLATE),
        epoch: U64::new(message.epoch),
        seq: U64::new(message.seq),
        at_us: U64::new(message.at_us),
        depth_seq: U64::new(message.depth_seq),
        orders_seq: U64::new(message.orders_seq),
        trades_seq: U64::new(message.trades_seq),
        top_seq: U64::new(message.top_seq),
        book_hash: U64::new(message.book_hash),
        instrument: U16::new(instrument.number),
        reserved: [0; 6],
    }
}

fn queue(message: &QueuePosition, instrument: &BinaryInstrument) -> Option<QueueLayout> {
    let scale = instrument.scale;
    Some(QueueLayout {
        header: Header::of::<QueueLayout>(QueueLayout::TEMPLATE),
        order_id: U64::new(message.order_id),
        at_us: U64::new(message.at_us),
        price: nothing::price(Some(message.price), scale)?,
        quantity: nothing::quantity(Some(message.quantity), scale)?,
        quantity_ahead: nothing::quantity(Some(message.quantity_ahead), scale)?,
        quantity_behind: nothing::quantity(Some(message.quantity_behind), scale)?,
        orders_ahead: U32::new(message.orders_ahead),
        orders_behind: U32::new(message.orders_behind),
        instrument: U16::new(instrument.number),
        side: message.side.number(),
        reserved: [0; 5],
    })
}
