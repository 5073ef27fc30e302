//! Messages of the exchange as binary frames.

use std::borrow::Cow;

use zerocopy::IntoBytes;
use zerocopy::little_endian::{U16, U32, U64};

use crate::binary::cursor::{Cursor, header, instrument};
use crate::binary::instruments::Known;
use crate::binary::layout::Header;
use crate::binary::message_layout::{
    DoneLayout, ErrorLayout, MassCanceledLayout, PongLayout, QuotedLayout, ReportLayout,
    TickLayout, flags,
};
use crate::binary::numbers::{self, Numbered};
use crate::binary::{
    BinaryInstrument, InstrumentTable, Layout, market_decode, market_encode, nothing, report,
};
use crate::error::{CodecError, ErrorCode};
use crate::server_message::{Done, ErrorMessage, MassCanceled, Pong, Quoted, ServerMessage, Tick};

impl ServerMessage {
    /// Reads one binary frame; `instruments` are those of `hello`.
    ///
    /// # Errors
    /// The frame is cut short, of another schema, or no message.
    pub fn decode_binary(frame: &[u8], instruments: &InstrumentTable) -> Result<Self, CodecError> {
        let header = header(frame)?;
        let mut cursor = Cursor::new(frame);
        let message = read(header, &mut cursor, instruments)?;
        cursor.end()?;
        Ok(message)
    }

    /// Appends the message to `buffer` as one binary frame, if it has a layout and fits it.
    pub fn encode_binary(&self, instruments: &InstrumentTable, buffer: &mut Vec<u8>) -> Layout {
        Layout::of(buffer, |buffer| {
            write(self, Known::All(instruments), buffer)
        })
    }

    /// The same for a message that is about `instrument`, or about none.
    pub fn encode_binary_of(&self, instrument: &BinaryInstrument, buffer: &mut Vec<u8>) -> Layout {
        Layout::of(buffer, |buffer| write(self, Known::One(instrument), buffer))
    }
}

fn read(
    header: Header,
    cursor: &mut Cursor<'_>,
    instruments: &InstrumentTable,
) -> Result<ServerMessage, CodecError> {
    Ok(match header.template.get() {
        ReportLayout::TEMPLATE => {
            ServerMessage::Report(Box::new(report::read(header, cursor, instruments)?))
        }
        MassCanceledLayout::TEMPLATE => {
            let root: &MassCanceledLayout = cursor.root(header, "mass_canceled")?;
            ServerMessage::MassCanceled(MassCanceled {
                request: nothing::read_number(root.request),
                canceled_orders: root.canceled_orders.get(),
                at_us: root.at_us.get(),
            })
        }
        QuotedLayout::TEMPLATE => quoted(header, cursor, instruments)?,
        DoneLayout::TEMPLATE => {
            let root: &DoneLayout = cursor.root(header, "done")?;
            ServerMessage::Done(Done {
                request: nothing::read_number(root.request),
                at_us: root.at_us.get(),
            })
        }
        PongLayout::TEMPLATE => {
            let root: &PongLayout = cursor.root(header, "pong")?;
            ServerMessage::Pong(Pong {
                request: nothing::read_number(root.request),
                at_us: root.at_us.get(),
            })
        }
        TickLayout::TEMPLATE => {
            let root: &TickLayout = cursor.root(header, "tick")?;
            ServerMessage::Tick(Tick {
                tick: root.tick.get(),
                at_us: root.at_us.get(),
            })
        }
        ErrorLayout::TEMPLATE => {
            let root: &ErrorLayout = cursor.root(header, "error")?;
            let text = cursor.text(usize::from(root.text_bytes.get()))?;
            ServerMessage::Error(ErrorMessage {
                request: nothing::read_number(root.request),
                code: ErrorCode::from_number(root.code).unwrap_or(ErrorCode::Other),
                text: Cow::Owned(text.to_owned()),
                retry_after_ms: Some(root.retry_after_ms.get()).filter(|pause| *pause != 0),
            })
        }
        _ => return market_decode::read(header, cursor, instruments),
    })
}

fn quoted(
    header: Header,
    cursor: &mut Cursor<'_>,
    instruments: &InstrumentTable,
) -> Result<ServerMessage, CodecError> {
    let root: &QuotedLayout = cursor.root(header, "quoted")?;
    let text = if root.flags & flags::TEXT == 0 {
        None
    } else {
        let text = cursor.text(usize::from(root.text_bytes.get()))?;
        Some(Cow::Owned(text.to_owned()))
    };
    Ok(ServerMessage::Quoted(Quoted {
        request: nothing::read_number(root.request),
        symbol: instrument(instruments, root.instrument.get())?.symbol,
        mmp_group: root.mmp_group.get(),
        bid_order_id: nothing::read_number(root.bid_order_id),
        ask_order_id: nothing::read_number(root.ask_order_id),
        reason: report::reason(root.reason),
        text,
        at_us: root.at_us.get(),
    }))
}

fn write(message: &ServerMessage, instruments: Known<'_>, buffer: &mut Vec<u8>) -> Option<()> {
    match message {
        ServerMessage::Report(report) => {
            report::write(report, instruments.by_symbol(&report.symbol)?, buffer)
        }
        ServerMessage::MassCanceled(message) => {
            let root = MassCanceledLayout {
                header: Header::of::<MassCanceledLayout>(MassCanceledLayout::TEMPLATE),
                request: nothing::number(message.request)?,
                canceled_orders: U64::new(message.canceled_orders),
                at_us: U64::new(message.at_us),
            };
            buffer.extend_from_slice(root.as_bytes());
            Some(())
        }
        ServerMessage::Quoted(message) => write_quoted(message, instruments, buffer),
        ServerMessage::Done(message) => {
            let root = DoneLayout {
                header: Header::of::<DoneLayout>(DoneLayout::TEMPLATE),
                request: nothing::number(message.request)?,
                at_us: U64::new(message.at_us),
            };
            buffer.extend_from_slice(root.as_bytes());
            Some(())
        }
        ServerMessage::Pong(message) => {
            let root = PongLayout {
                header: Header::of::<PongLayout>(PongLayout::TEMPLATE),
                request: nothing::number(message.request)?,
                at_us: U64::new(message.at_us),
            };
            buffer.extend_from_slice(root.as_bytes());
            Some(())
        }
        ServerMessage::Tick(message) => {
            let root = TickLayout {
                header: Header::of::<TickLayout>(TickLayout::TEMPLATE),
                tick: U64::new(message.tick),
                at_us: U64::new(message.at_us),
            };
            buffer.extend_from_slice(root.as_bytes());
            Some(())
        }
        ServerMessage::Error(message) => {
            let root = ErrorLayout {
                header: Header::of::<ErrorLayout>(ErrorLayout::TEMPLATE),
                request: nothing::number(message.request)?,
                code: message.code.number(),
                reserved: 0,
                text_bytes: report::text_bytes(Some(&message.text))?,
                retry_after_ms: retry_after(message)?,
            };
            buffer.extend_from_slice(root.as_bytes());
            buffer.extend_from_slice(message.text.as_bytes());
            Some(())
        }
        ServerMessage::DepthSnapshot(_)
        | ServerMessage::Depth(_)
        | ServerMessage::Trade(_)
        | ServerMessage::TradeBusted(_)
        | ServerMessage::Top(_)
        | ServerMessage::OrdersSnapshot(_)
        | ServerMessage::Orders(_)
        | ServerMessage::Status(_)
        | ServerMessage::Heartbeat(_)
        | ServerMessage::Queue(_)
        | ServerMessage::Lagged(_) => market_encode::write(message, instruments, buffer),
        // Said a few times in a session: as text.
        ServerMessage::Hello(_)
        | ServerMessage::Enrolled(_)
        | ServerMessage::LoggedOn(_)
        | ServerMessage::Trace(_)
        | ServerMessage::OpenOrders(_)
        | ServerMessage::Balances(_)
        // A list of unlike parts: as text.
        | ServerMessage::Batched(_)
        | ServerMessage::Positions(_)
        | ServerMessage::Past(_)
        | ServerMessage::Candles(_)
        | ServerMessage::Candle(_)
        | ServerMessage::Statistics(_)
        | ServerMessage::Subscribed(_)
        | ServerMessage::Unsubscribed(_)
        | ServerMessage::Instrument(_)
        | ServerMessage::GoingAway(_) => None,
    }
}

/// A pause of zero is none: what says zero goes as text.
fn retry_after(message: &ErrorMessage) -> Option<U32> {
    match message.retry_after_ms {
        Some(0) => None,
        pause => Some(U32::new(pause.unwrap_or_default())),
    }
}

fn write_quoted(message: &Quoted, instruments: Known<'_>, buffer: &mut Vec<u8>) -> Option<()> {
    let text = message.text.as_deref();
    let root = QuotedLayout {
        header: Header::of::<QuotedLayout>(QuotedLayout::TEMPLATE),
        request: nothing::number(message.request)?,
        at_us: U64::new(message.at_us),
        bid_order_id: nothing::number(message.bid_order_id)?,
        ask_order_id: nothing::number(message.ask_order_id)?,
        mmp_group: U32::new(message.mmp_group),
        instrument: U16::new(instruments.by_symbol(&message.symbol)?.number),
        reason: numbers::maybe(message.reason),
        flags: text.map_or(0, |_| flags::TEXT),
        text_bytes: report::text_bytes(text)?,
        reserved: [0; 6],
    };
    buffer.extend_from_slice(root.as_bytes());
    buffer.extend_from_slice(text.unwrap_or_default().as_bytes());
    Some(())
}
