//! Writes requests as binary frames.

use zerocopy::IntoBytes;
use zerocopy::little_endian::{U16, U32, U64};

use crate::binary::layout::{Bytes, Header};
use crate::binary::order_encode::{Entered, order_ref, write_at, write_order};
use crate::binary::request_layout::{
    CancelAfterLayout, CancelLayout, CancelReplaceLayout, MassCancelLayout, MassQuoteLayout,
    MmpResetLayout, PingLayout, QuoteLayout, ReplaceLayout, SubmitLayout, TickDoneLayout, flags,
};
use crate::binary::{InstrumentTable, Layout, nothing, numbers};
use crate::request::{MassCancel, MassQuote, Operation, Replace, Request, TickDone};

impl Request {
    /// Appends the request to `buffer` as one binary frame, if it has a layout.
    pub fn encode_binary(&self, instruments: &InstrumentTable, buffer: &mut Vec<u8>) -> Layout {
        Layout::of(buffer, |buffer| write(self, instruments, buffer))
    }
}

fn write(request: &Request, instruments: &InstrumentTable, buffer: &mut Vec<u8>) -> Option<()> {
    let id = request.id;
    match &request.operation {
        Operation::Submit(submit) => {
            let entered = Entered {
                id,
                instrument: instruments.by_symbol(&submit.symbol)?,
                order: &submit.order,
                at_us: submit.at_us,
            };
            write_order(buffer, SubmitLayout::TEMPLATE, entered, None)
        }
        Operation::CancelReplace(both) => {
            let entered = Entered {
                id,
                instrument: instruments.by_symbol(&both.symbol)?,
                order: &both.order,
                at_us: both.at_us,
            };
            let ended = Some((both.cancel, both.on_cancel_failure));
            write_order(buffer, CancelReplaceLayout::TEMPLATE, entered, ended)
        }
        Operation::Cancel(cancel) => {
            let (order_by, order) = order_ref(Some(cancel.order));
            let root = CancelLayout {
                header: Header::of::<CancelLayout>(CancelLayout::TEMPLATE),
                id: nothing::number(id)?,
                instrument: U16::new(instruments.by_symbol(&cancel.symbol)?.number),
                order_by,
                flags: flags_of(cancel.at_us),
                order,
            };
            write_root(buffer, &root, cancel.at_us);
            Some(())
        }
        Operation::Replace(replace) => write_replace(buffer, id, replace, instruments),
        Operation::MassCancel(asked) => write_mass_cancel(buffer, id, asked, instruments),
        Operation::MassQuote(asked) => write_mass_quote(buffer, id, asked, instruments),
        Operation::MmpReset(reset) => {
            let root = MmpResetLayout {
                header: Header::of::<MmpResetLayout>(MmpResetLayout::TEMPLATE),
                id: nothing::number(id)?,
                mmp_group: U32::new(reset.mmp_group),
                instrument: U16::new(instruments.by_symbol(&reset.symbol)?.number),
                flags: flags_of(reset.at_us),
                reserved: 0,
            };
            write_root(buffer, &root, reset.at_us);
            Some(())
        }
        Operation::CancelAfter(cancel_after) => {
            let root = CancelAfterLayout {
                header: Header::of::<CancelAfterLayout>(CancelAfterLayout::TEMPLATE),
                id: nothing::number(id)?,
                timeout_ms: U64::new(cancel_after.timeout_ms),
                flags: flags_of(cancel_after.at_us),
                reserved: [0; 7],
            };
            write_root(buffer, &root, cancel_after.at_us);
            Some(())
        }
        Operation::Ping => {
            let root = PingLayout {
                header: Header::of::<PingLayout>(PingLayout::TEMPLATE),
                id: nothing::number(id)?,
            };
            write_root(buffer, &root, None);
            Some(())
        }
        Operation::TickDone(TickDone {
            tick,
            idle_until: None,
        }) => {
            let root = TickDoneLayout {
                header: Header::of::<TickDoneLayout>(TickDoneLayout::TEMPLATE),
                id: nothing::number(id)?,
                tick: U64::new(*tick),
            };
            write_root(buffer, &root, None);
            Some(())
        }
        // Said a few times in a session: as text.
        Operation::TickDone(TickDone {
            idle_until: Some(_),
            ..
        })
        | Operation::Hello(_)
        | Operation::Enroll(_)
        | Operation::Logon(_)
        // A list of unlike parts: as text.
        | Operation::Batch(_)
        | Operation::OpenOrders(_)
        | Operation::Balances
        | Operation::Positions
        | Operation::Candles(_)
        | Operation::Statistics(_)
        | Operation::Past(_)
        | Operation::Subscribe(_)
        | Operation::Unsubscribe(_)
        | Operation::Resume(_)
        | Operation::ResumeExecutions(_) => None,
    }
}

fn flags_of(at_us: Option<u64>) -> u8 {
    at_us.map_or(0, |_| flags::SHORT_AT)
}

fn write_root<T: Bytes>(buffer: &mut Vec<u8>, root: &T, at_us: Option<u64>) {
    buffer.extend_from_slice(root.as_bytes());
    write_at(buffer, at_us);
}

fn write_replace(
    buffer: &mut Vec<u8>,
    id: Option<u64>,
    replace: &Replace,
    instruments: &InstrumentTable,
) -> Option<()> {
    let instrument = instruments.by_symbol(&replace.symbol)?;
    let scale = instrument.scale;
    let (order_by, order) = order_ref(Some(replace.order));
    let root = ReplaceLayout {
        header: Header::of::<ReplaceLayout>(ReplaceLayout::TEMPLATE),
        id: nothing::number(id)?,
        instrument: U16::new(instrument.number),
        order_by,
        flags: flags_of(replace.at_us),
        order,
        quantity: nothing::quantity(replace.quantity, scale)?,
        price: nothing::price(replace.price, scale)?,
        display_quantity: nothing::quantity(replace.display_quantity, scale)?,
        trigger_price: nothing::price(replace.trigger_price, scale)?,
        expire_at_us: nothing::number(replace.expire_at_us)?,
    };
    write_root(buffer, &root, replace.at_us);
    Some(())
}

fn write_mass_cancel(
    buffer: &mut Vec<u8>,
    id: Option<u64>,
    asked: &MassCancel,
    instruments: &InstrumentTable,
) -> Option<()> {
    let instrument = match &asked.symbol {
        Some(symbol) => Some(instruments.by_symbol(symbol)?),
        None => None,
    };
    let bound = |price: Option<_>| match (instrument, price) {
        (Some(instrument), price) => nothing::price(price, instrument.scale),
        (None, None) => Some(nothing::NO_PRICE.into()),
        (None, Some(_)) => None,
    };
    let root = MassCancelLayout {
        header: Header::of::<MassCancelLayout>(MassCancelLayout::TEMPLATE),
        id: nothing::number(id)?,
        instrument: U16::new(instrument.map_or(0, |instrument| instrument.number)),
        side: numbers::maybe(asked.side),
        flags: flags_of(asked.at_us),
        session: U32::new(asked.session.unwrap_or(0)),
        price_from: bound(asked.price_from)?,
        price_to: bound(asked.price_to)?,
    };
    write_root(buffer, &root, asked.at_us);
    Some(())
}

fn write_mass_quote(
    buffer: &mut Vec<u8>,
    id: Option<u64>,
    asked: &MassQuote,
    instruments: &InstrumentTable,
) -> Option<()> {
    let root = MassQuoteLayout {
        header: Header::of::<MassQuoteLayout>(MassQuoteLayout::TEMPLATE),
        id: nothing::number(id)?,
        mmp_group: U32::new(asked.mmp_group),
        quotes: U16::new(u16::try_from(asked.quotes.len()).ok()?),
        flags: flags_of(asked.at_us),
        reserved: 0,
    };
    buffer.extend_from_slice(root.as_bytes());
    for quote in &asked.quotes {
        let instrument = instruments.by_symbol(&quote.symbol)?;
        let scale = instrument.scale;
        let entry = QuoteLayout {
            instrument: U16::new(instrument.number),
            reserved: [0; 6],
            bid_price: nothing::price(quote.bid_price, scale)?,
            bid_quantity: nothing::quantity(quote.bid_quantity, scale)?,
            ask_price: nothing::price(quote.ask_price, scale)?,
            ask_quantity: nothing::quantity(quote.ask_quantity, scale)?,
        };
        buffer.extend_from_slice(entry.as_bytes());
    }
    write_at(buffer, asked.at_us);
    Some(())
}
