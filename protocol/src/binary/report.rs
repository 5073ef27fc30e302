//! Reports as binary frames.

use std::borrow::Cow;

use zerocopy::IntoBytes;
use zerocopy::little_endian::{I128, U16, U32, U64};

use crate::binary::cursor::{Cursor, instrument, maybe_word, name, word};
use crate::binary::instruments::{BinaryInstrument, InstrumentTable};
use crate::binary::layout::Header;
use crate::binary::message_layout::{
    AmountsLayout, ClientOrderIdLayout, ExecutionLayout, ReportLayout, flags,
};
use crate::binary::numbers::{self, Numbered};
use crate::binary::{Layout, nothing};
use crate::error::CodecError;
use crate::exact_decimal::ExactDecimal;
use crate::reason::Reason;
use crate::server_message::{EventId, Report};

/// Room for a report with its id and its trade: it is made once.
const FRAME_BYTES_USUAL: usize =
    size_of::<ReportLayout>() + size_of::<ClientOrderIdLayout>() + size_of::<ExecutionLayout>();

impl Report {
    /// Appends the message to `buffer` as one binary frame, if it fits its layout.
    pub fn encode_binary(&self, instrument: &BinaryInstrument, buffer: &mut Vec<u8>) -> Layout {
        Layout::of(buffer, |buffer| write(self, instrument, buffer))
    }
}

pub(super) fn write(
    report: &Report,
    instrument: &BinaryInstrument,
    buffer: &mut Vec<u8>,
) -> Option<()> {
    let scale = instrument.scale;
    let execution = if has_execution(report) {
        Some(execution(report, instrument)?)
    } else {
        None
    };
    let amounts = if has_amounts(report) {
        Some(amounts(report, instrument)?)
    } else {
        None
    };
    let text = report.text.as_deref();
    let flag = |is_set: bool, bit: u8| if is_set { bit } else { 0 };
    let (event_seq, event_k) = report.event.map_or((0, 0), |event| (event.seq, event.k));
    let root = ReportLayout {
        header: Header::of::<ReportLayout>(ReportLayout::TEMPLATE),
        request: nothing::number(report.request)?,
        at_us: U64::new(report.at_us),
        order_id: nothing::number(report.order_id)?,
        event_seq: U64::new(event_seq),
        event_k: U32::new(event_k),
        instrument: U16::new(instrument.number),
        kind: report.kind.number(),
        side: numbers::maybe(report.side),
        price: nothing::price(report.price, scale)?,
        quantity: nothing::quantity(report.quantity, scale)?,
        filled_quantity: nothing::quantity(report.filled_quantity, scale)?,
        leaves_quantity: nothing::quantity(report.leaves_quantity, scale)?,
        status: numbers::maybe(report.status),
        liquidity: numbers::maybe(report.liquidity),
        priority: numbers::maybe(report.priority),
        flags: flag(report.client_order_id.is_some(), flags::CLIENT_ORDER_ID)
            | flag(execution.is_some(), flags::EXECUTION)
            | flag(amounts.is_some(), flags::AMOUNTS)
            | flag(report.event.is_some(), flags::EVENT)
            | flag(text.is_some(), flags::TEXT),
        reason: numbers::maybe(report.reason),
        reserved: 0,
        text_bytes: text_bytes(text)?,
        reserved_too: U32::ZERO,
    };
    buffer.reserve(FRAME_BYTES_USUAL);
    buffer.extend_from_slice(root.as_bytes());
    if let Some(id) = &report.client_order_id {
        let block = ClientOrderIdLayout {
            client_order_id: id.padded(),
            reserved: U32::ZERO,
        };
        buffer.extend_from_slice(block.as_bytes());
    }
    if let Some(execution) = execution {
        buffer.extend_from_slice(execution.as_bytes());
    }
    if let Some(amounts) = amounts {
        buffer.extend_from_slice(amounts.as_bytes());
    }
    buffer.extend_from_slice(text.unwrap_or_default().as_bytes());
    Some(())
}

/// How many bytes of text follow.
pub(super) fn text_bytes(text: Option<&str>) -> Option<U16> {
    let bytes = u16::try_from(text.unwrap_or_default().len()).ok()?;
    Some(U16::new(bytes))
}

const fn has_execution(report: &Report) -> bool {
    report.last_price.is_some()
        || report.last_quantity.is_some()
        || report.trade_id.is_some()
        || report.fee.is_some()
        || report.fee_asset.is_some()
}

fn execution(report: &Report, instrument: &BinaryInstrument) -> Option<ExecutionLayout> {
    let fee = report.fee.unwrap_or(ExactDecimal::ZERO);
    let flag = |is_set: bool, bit: u8| if is_set { bit } else { 0 };
    Some(ExecutionLayout {
        last_price: nothing::price(report.last_price, instrument.scale)?,
        last_quantity: nothing::quantity(report.last_quantity, instrument.scale)?,
        trade_id: nothing::number(report.trade_id)?,
        fee: I128::new(fee.units()),
        fee_asset: nothing::name(report.fee_asset.as_ref()),
        fee_decimals: fee.decimals(),
        flags: flag(report.fee.is_some(), flags::FEE)
            | flag(report.fee_asset.is_some(), flags::FEE_ASSET),
        reserved: U16::ZERO,
    })
}

const fn has_amounts(report: &Report) -> bool {
    report.quote_amount.is_some()
        || report.displayed_quantity.is_some()
        || report.canceled_quantity.is_some()
}

fn amounts(report: &Report, instrument: &BinaryInstrument) -> Option<AmountsLayout> {
    Some(AmountsLayout {
        quote_amount: nothing::amount(report.quote_amount, instrument.scale)?,
        displayed_quantity: nothing::quantity(report.displayed_quantity, instrument.scale)?,
        canceled_quantity: nothing::quantity(report.canceled_quantity, instrument.scale)?,
    })
}

pub(super) fn read(
    header: Header,
    cursor: &mut Cursor<'_>,
    instruments: &InstrumentTable,
) -> Result<Report, CodecError> {
    let root: &ReportLayout = cursor.root(header, "report")?;
    let instrument = instrument(instruments, root.instrument.get())?;
    let scale = instrument.scale;
    let is_set = |bit: u8| root.flags & bit != 0;
    let mut report = Report {
        request: nothing::read_number(root.request),
        order_id: nothing::read_number(root.order_id),
        side: maybe_word(root.side, "side")?,
        price: nothing::read_price(root.price, scale),
        quantity: nothing::read_quantity(root.quantity, scale),
        filled_quantity: nothing::read_quantity(root.filled_quantity, scale),
        leaves_quantity: nothing::read_quantity(root.leaves_quantity, scale),
        status: maybe_word(root.status, "status")?,
        liquidity: maybe_word(root.liquidity, "liquidity")?,
        priority: maybe_word(root.priority, "priority")?,
        reason: reason(root.reason),
        event: is_set(flags::EVENT).then(|| EventId {
            seq: root.event_seq.get(),
            k: root.event_k.get(),
        }),
        ..Report::new(
            word(root.kind, "kind")?,
            instrument.symbol,
            root.at_us.get(),
        )
    };
    if is_set(flags::CLIENT_ORDER_ID) {
        let block: &ClientOrderIdLayout = cursor.block("client_order_id")?;
        report.client_order_id = Some(name(&block.client_order_id, "client_order_id")?);
    }
    if is_set(flags::EXECUTION) {
        read_execution(cursor.block("execution")?, instrument, &mut report)?;
    }
    if is_set(flags::AMOUNTS) {
        let block: &AmountsLayout = cursor.block("amounts")?;
        report.quote_amount = nothing::read_amount(block.quote_amount, scale);
        report.displayed_quantity = nothing::read_quantity(block.displayed_quantity, scale);
        report.canceled_quantity = nothing::read_quantity(block.canceled_quantity, scale);
    }
    if is_set(flags::TEXT) {
        let text = cursor.text(usize::from(root.text_bytes.get()))?;
        report.text = Some(Cow::Owned(text.to_owned()));
    }
    Ok(report)
}

/// A reason that this version does not know is a reason all the same.
pub(super) fn reason(number: u8) -> Option<Reason> {
    (number != 0).then(|| Reason::from_number(number).unwrap_or(Reason::Other))
}

fn read_execution(
    block: &ExecutionLayout,
    instrument: &BinaryInstrument,
    report: &mut Report,
) -> Result<(), CodecError> {
    let scale = instrument.scale;
    report.last_price = nothing::read_price(block.last_price, scale);
    report.last_quantity = nothing::read_quantity(block.last_quantity, scale);
    report.trade_id = nothing::read_number(block.trade_id);
    if block.flags & flags::FEE != 0 {
        if block.fee_decimals > ExactDecimal::DECIMALS_MAX {
            return Err(CodecError::bad("fee_decimals", "there are at most 38"));
        }
        report.fee = Some(ExactDecimal::new(block.fee.get(), block.fee_decimals));
    }
    if block.flags & flags::FEE_ASSET != 0 {
        report.fee_asset = Some(name(&block.fee_asset, "fee_asset")?);
    }
    Ok(())
}
