//! Reads requests out of binary frames.

use crate::binary::cursor::{
    Cursor, header, instrument, malformed, maybe_word, must_be_zero, refuse_newer,
};
use crate::binary::layout::Header;
use crate::binary::message_layout::AtLayout;
use crate::binary::order_decode::{self, read_order};
use crate::binary::request_layout::{
    CancelAfterLayout, CancelLayout, CancelReplaceLayout, EndedLayout, MassCancelLayout,
    MassQuoteLayout, MmpResetLayout, PingLayout, QuoteLayout, ReplaceLayout, SubmitLayout,
    TickDoneLayout, flags,
};
use crate::binary::{InstrumentTable, nothing};
use crate::error::{CodecError, ErrorCode};
use crate::request::{
    Cancel, CancelAfter, CancelReplace, MassCancel, MassQuote, MmpReset, Operation, OrderRef,
    Quote, Replace, Request, Submit, TickDone, check_quotes,
};
use crate::words::OnCancelFailure;

impl Request {
    /// Reads one binary frame; `instruments` are those of `hello`.
    ///
    /// # Errors
    /// The frame is longer than `frame_bytes_max`, cut short, of another schema, or no request: the error names
    /// the block or field.
    pub fn decode_binary(
        frame: &[u8],
        frame_bytes_max: usize,
        instruments: &InstrumentTable,
    ) -> Result<Self, CodecError> {
        CodecError::refuse_longer(frame, frame_bytes_max)?;
        let header = header(frame)?;
        let id = frame
            .get(8..16)
            .and_then(|bytes| bytes.try_into().ok())
            .map(u64::from_le_bytes)
            .filter(|id| *id != nothing::NO_NUMBER);
        refuse_newer(header)
            .and_then(|()| operation(header, frame, instruments))
            .map(|operation| Self { id, operation })
            .map_err(|error| error.of_request(id))
    }
}

#[inline]
fn operation(
    header: Header,
    frame: &[u8],
    instruments: &InstrumentTable,
) -> Result<Operation, CodecError> {
    let mut cursor = Cursor::new(frame);
    let operation = match header.template.get() {
        SubmitLayout::TEMPLATE => {
            let root: &SubmitLayout = cursor.root(header, "submit")?;
            let instrument = instrument(instruments, root.instrument.get())?;
            let (order, at_us) = read_order(root, instrument, &mut cursor)?;
            Operation::Submit(Submit {
                symbol: instrument.symbol,
                order,
                at_us,
            })
        }
        CancelLayout::TEMPLATE => cancel(header, &mut cursor, instruments)?,
        ReplaceLayout::TEMPLATE => replace(header, &mut cursor, instruments)?,
        CancelReplaceLayout::TEMPLATE => cancel_replace(header, &mut cursor, instruments)?,
        MassCancelLayout::TEMPLATE => mass_cancel(header, &mut cursor, instruments)?,
        MassQuoteLayout::TEMPLATE => mass_quote(header, &mut cursor, instruments)?,
        MmpResetLayout::TEMPLATE => {
            let root: &MmpResetLayout = cursor.root(header, "mmp_reset")?;
            must_be_zero(root.reserved == 0, "reserved")?;
            Operation::MmpReset(MmpReset {
                symbol: instrument(instruments, root.instrument.get())?.symbol,
                mmp_group: root.mmp_group.get(),
                at_us: at(root.flags, &mut cursor)?,
            })
        }
        CancelAfterLayout::TEMPLATE => {
            let root: &CancelAfterLayout = cursor.root(header, "cancel_after")?;
            must_be_zero(root.reserved == [0; 7], "reserved")?;
            Operation::CancelAfter(CancelAfter {
                timeout_ms: root.timeout_ms.get(),
                at_us: at(root.flags, &mut cursor)?,
            })
        }
        PingLayout::TEMPLATE => {
            let _root: &PingLayout = cursor.root(header, "ping")?;
            Operation::Ping
        }
        TickDoneLayout::TEMPLATE => {
            let root: &TickDoneLayout = cursor.root(header, "tick_done")?;
            Operation::TickDone(TickDone {
                tick: root.tick.get(),
                idle_until: None,
            })
        }
        unknown => {
            return Err(CodecError::new(
                ErrorCode::UnknownOp,
                format!("no request has the template {unknown}"),
            ));
        }
    };
    cursor.end()?;
    Ok(operation)
}

/// The time that a request of few flags carries.
fn at(set: u8, cursor: &mut Cursor<'_>) -> Result<Option<u64>, CodecError> {
    must_be_zero(set & !flags::SHORT_AT == 0, "flags")?;
    if set & flags::SHORT_AT == 0 {
        return Ok(None);
    }
    let at: &AtLayout = cursor.block("at")?;
    Ok(Some(at.at_us.get()))
}

fn required_order(by: u8, bytes: &[u8; 36]) -> Result<OrderRef, CodecError> {
    order_decode::order_ref(by, bytes, "order")?.ok_or_else(|| CodecError::missing("order"))
}

fn cancel(
    header: Header,
    cursor: &mut Cursor<'_>,
    instruments: &InstrumentTable,
) -> Result<Operation, CodecError> {
    let root: &CancelLayout = cursor.root(header, "cancel")?;
    Ok(Operation::Cancel(Cancel {
        symbol: instrument(instruments, root.instrument.get())?.symbol,
        order: required_order(root.order_by, &root.order)?,
        at_us: at(root.flags, cursor)?,
    }))
}

fn replace(
    header: Header,
    cursor: &mut Cursor<'_>,
    instruments: &InstrumentTable,
) -> Result<Operation, CodecError> {
    let root: &ReplaceLayout = cursor.root(header, "replace")?;
    let instrument = instrument(instruments, root.instrument.get())?;
    let scale = instrument.scale;
    Ok(Operation::Replace(Replace {
        symbol: instrument.symbol,
        order: required_order(root.order_by, &root.order)?,
        quantity: nothing::read_quantity(root.quantity, scale),
        price: nothing::read_price(root.price, scale),
        display_quantity: nothing::read_quantity(root.display_quantity, scale),
        trigger_price: nothing::read_price(root.trigger_price, scale),
        expire_at_us: nothing::read_number(root.expire_at_us),
        at_us: at(root.flags, cursor)?,
    }))
}

fn cancel_replace(
    header: Header,
    cursor: &mut Cursor<'_>,
    instruments: &InstrumentTable,
) -> Result<Operation, CodecError> {
    // Its root block lies as that of a submit does.
    let root: &SubmitLayout = cursor.root(header, "cancel_replace")?;
    let ended: &EndedLayout = cursor.block("ended")?;
    must_be_zero(ended.reserved.get() == 0, "reserved")?;
    let instrument = instrument(instruments, root.instrument.get())?;
    let cancel = required_order(ended.order_by, &ended.order)?;
    let on_cancel_failure = maybe_word(ended.on_cancel_failure, "on_cancel_failure")?;
    let (order, at_us) = read_order(root, instrument, cursor)?;
    Ok(Operation::CancelReplace(CancelReplace {
        symbol: instrument.symbol,
        cancel,
        on_cancel_failure: on_cancel_failure.unwrap_or(OnCancelFailure::Stop),
        order,
        at_us,
    }))
}

fn mass_cancel(
    header: Header,
    cursor: &mut Cursor<'_>,
    instruments: &InstrumentTable,
) -> Result<Operation, CodecError> {
    let root: &MassCancelLayout = cursor.root(header, "mass_cancel")?;
    let instrument = match root.instrument.get() {
        0 => None,
        number => Some(instrument(instruments, number)?),
    };
    let bound = |field: zerocopy::little_endian::I64| match instrument {
        Some(instrument) => Ok(nothing::read_price(field, instrument.scale)),
        None if field.get() == nothing::NO_PRICE => Ok(None),
        None => Err(CodecError::missing("instrument")),
    };
    Ok(Operation::MassCancel(MassCancel {
        symbol: instrument.map(|instrument| instrument.symbol),
        side: maybe_word(root.side, "side")?,
        price_from: bound(root.price_from)?,
        price_to: bound(root.price_to)?,
        session: (root.session.get() != 0).then(|| root.session.get()),
        at_us: at(root.flags, cursor)?,
    }))
}

fn mass_quote(
    header: Header,
    cursor: &mut Cursor<'_>,
    instruments: &InstrumentTable,
) -> Result<Operation, CodecError> {
    let root: &MassQuoteLayout = cursor.root(header, "mass_quote")?;
    must_be_zero(root.reserved == 0, "reserved")?;
    let count = usize::from(root.quotes.get());
    if count > MassQuote::QUOTES_MAX {
        return Err(malformed(format_args!("{count} quotes are too many")));
    }
    let entries: &[QuoteLayout] = cursor.entries(count, "quote")?;
    let quotes = entries
        .iter()
        .map(|entry| quote(entry, instruments))
        .collect::<Result<Vec<_>, _>>()?;
    check_quotes(&quotes)?;
    Ok(Operation::MassQuote(MassQuote {
        mmp_group: root.mmp_group.get(),
        quotes,
        at_us: at(root.flags, cursor)?,
    }))
}

fn quote(entry: &QuoteLayout, instruments: &InstrumentTable) -> Result<Quote, CodecError> {
    must_be_zero(entry.reserved == [0; 6], "reserved")?;
    let instrument = instrument(instruments, entry.instrument.get())?;
    let scale = instrument.scale;
    Ok(Quote {
        symbol: instrument.symbol,
        bid_price: nothing::read_price(entry.bid_price, scale),
        bid_quantity: nothing::read_quantity(entry.bid_quantity, scale),
        ask_price: nothing::read_price(entry.ask_price, scale),
        ask_quantity: nothing::read_quantity(entry.ask_quantity, scale),
    })
}
