//! Reads requests by hand on `op`, so that each mistake can name its field.

use crate::error::{CodecError, ErrorCode};
use crate::inline_text::Symbol;
use crate::request::decode_order::new_order;
use crate::request::field::{
    Field, Fields, decimal, number, parsed, short_number, text, text_of_at_most,
};
use crate::request::plain;
use crate::request::{
    Batch, Cancel, CancelAfter, CancelReplace, CandlesRequest, Enroll, Hello, Logon, MassCancel,
    MassQuote, MmpReset, OpenOrdersRequest, Operation, OrderRef, PastRequest, Quote, Replace,
    Request, Resume, ResumeExecutions, StatisticsRequest, Submit, Subscription, TickDone,
};
use crate::words::{
    CandleInterval, Channel, Delivery, Frames, OnCancelFailure, OnLag, PastKind, Side,
};

/// Most characters of a client's name.
const CLIENT_LENGTH_MAX: usize = 128;

impl Request {
    /// Reads one frame.
    ///
    /// # Errors
    /// The frame is longer than `frame_bytes_max`, is no JSON object, or is no request: the error names
    /// the field that is missing, unknown, doubled or wrong.
    pub fn decode(frame: &[u8], frame_bytes_max: usize) -> Result<Self, CodecError> {
        CodecError::refuse_longer(frame, frame_bytes_max)?;
        if let Some(request) = plain::read(frame) {
            return Ok(request);
        }
        Self::decode_any(frame)
    }

    /// Reads one frame, whatever it is.
    pub(super) fn decode_any(frame: &[u8]) -> Result<Self, CodecError> {
        let frame = str::from_utf8(frame)
            .map_err(|error| CodecError::new(ErrorCode::NotText, error.to_string()))?;
        let (mut fields, outcome) = Fields::read(frame);
        let request = fields.request();
        outcome
            .and_then(|()| decode_fields(&mut fields))
            .map_err(|error| error.of_request(request))
    }
}

fn decode_fields(fields: &mut Fields<'_>) -> Result<Request, CodecError> {
    fields.refuse_repeated()?;
    let id = fields.optional(Field::Id, number)?;
    let op = fields.required(Field::Op, text)?;
    let operation = match op.as_ref() {
        "hello" => Operation::Hello(hello(fields)?),
        "logon" => Operation::Logon(Logon::decode(fields)?),
        "submit" => Operation::Submit(submit(fields)?),
        "cancel" => Operation::Cancel(cancel(fields)?),
        "replace" => Operation::Replace(replace(fields)?),
        "cancel_replace" => Operation::CancelReplace(cancel_replace(fields)?),
        "batch" => Operation::Batch(Batch::decode(fields)?),
        "mass_cancel" => Operation::MassCancel(mass_cancel(fields)?),
        "mass_quote" => Operation::MassQuote(mass_quote(fields)?),
        "mmp_reset" => Operation::MmpReset(mmp_reset(fields)?),
        "cancel_after" => Operation::CancelAfter(cancel_after(fields)?),
        "open_orders" => Operation::OpenOrders(open_orders(fields)?),
        "balances" => Operation::Balances,
        "positions" => Operation::Positions,
        "candles" => Operation::Candles(CandlesRequest::decode(fields)?),
        "statistics" => Operation::Statistics(StatisticsRequest::decode(fields)?),
        "subscribe" => Operation::Subscribe(new_subscription(fields)?),
        "unsubscribe" => Operation::Unsubscribe(subscription(fields)?),
        "resume" => Operation::Resume(resume(fields)?),
        "resume_executions" => Operation::ResumeExecutions(ResumeExecutions::decode(fields)?),
        "ping" => Operation::Ping,
        "enroll" => Operation::Enroll(Enroll {
            rank: fields.required(Field::Rank, short_number)?,
        }),
        "tick_done" => Operation::TickDone(TickDone {
            tick: fields.required(Field::Tick, number)?,
            idle_until: fields.optional(Field::IdleUntil, number)?,
        }),
        other => match PastKind::from_word(other) {
            Some(kind) => Operation::Past(PastRequest::decode(kind, fields)?),
            None => return Err(unknown_op(other)),
        },
    };
    fields.refuse_rest(&op)?;
    Ok(Request { id, operation })
}

fn unknown_op(op: &str) -> CodecError {
    let op: String = op.chars().take(64).collect();
    CodecError::new(
        ErrorCode::UnknownOp,
        format!("`op` names no request: `{op}`"),
    )
}

fn hello(fields: &mut Fields<'_>) -> Result<Hello, CodecError> {
    Ok(Hello {
        protocol: fields.required(Field::Protocol, number)?,
        client: fields.optional(Field::Client, text_of_at_most(CLIENT_LENGTH_MAX))?,
        frames: fields
            .optional(Field::Frames, word(Frames::from_word))?
            .unwrap_or_default(),
        schema_version: fields.optional(Field::SchemaVersion, short_number)?,
    })
}

fn submit(fields: &mut Fields<'_>) -> Result<Submit, CodecError> {
    Ok(Submit {
        symbol: fields.required(Field::Symbol, parsed)?,
        order: new_order(fields)?,
        at_us: fields.optional(Field::AtUs, number)?,
    })
}

fn cancel(fields: &mut Fields<'_>) -> Result<Cancel, CodecError> {
    Ok(Cancel {
        symbol: fields.required(Field::Symbol, parsed)?,
        order: order_ref(fields, Field::OrderId, Field::ClientOrderId)?,
        at_us: fields.optional(Field::AtUs, number)?,
    })
}

fn replace(fields: &mut Fields<'_>) -> Result<Replace, CodecError> {
    let symbol = fields.required(Field::Symbol, parsed)?;
    let replace = replace_of(symbol, fields)?;
    Ok(Replace {
        at_us: fields.optional(Field::AtUs, number)?,
        ..replace
    })
}

/// A change of an order of an instrument that is known; when it is to happen is not read.
pub(super) fn replace_of(symbol: Symbol, fields: &mut Fields<'_>) -> Result<Replace, CodecError> {
    Ok(Replace {
        symbol,
        order: order_ref(fields, Field::OrderId, Field::ClientOrderId)?,
        quantity: fields.optional(Field::Quantity, decimal)?,
        price: fields.optional(Field::Price, decimal)?,
        display_quantity: fields.optional(Field::DisplayQuantity, decimal)?,
        trigger_price: fields.optional(Field::TriggerPrice, decimal)?,
        expire_at_us: fields.optional(Field::ExpireAtUs, number)?,
        at_us: None,
    })
}

fn cancel_replace(fields: &mut Fields<'_>) -> Result<CancelReplace, CodecError> {
    let symbol = fields.required(Field::Symbol, parsed)?;
    let both = cancel_replace_of(symbol, fields)?;
    Ok(CancelReplace {
        at_us: fields.optional(Field::AtUs, number)?,
        ..both
    })
}

/// The same of the end of one order and the entry of another.
pub(super) fn cancel_replace_of(
    symbol: Symbol,
    fields: &mut Fields<'_>,
) -> Result<CancelReplace, CodecError> {
    Ok(CancelReplace {
        symbol,
        cancel: order_ref(fields, Field::CancelOrderId, Field::CancelClientOrderId)?,
        on_cancel_failure: fields
            .optional(Field::OnCancelFailure, word(OnCancelFailure::from_word))?
            .unwrap_or(OnCancelFailure::Stop),
        order: new_order(fields)?,
        at_us: None,
    })
}

fn mass_cancel(fields: &mut Fields<'_>) -> Result<MassCancel, CodecError> {
    let request = MassCancel {
        symbol: fields.optional(Field::Symbol, parsed)?,
        side: fields.optional(Field::Side, word(Side::from_word))?,
        price_from: fields.optional(Field::PriceFrom, decimal)?,
        price_to: fields.optional(Field::PriceTo, decimal)?,
        session: fields.optional(Field::Session, short_number)?,
        at_us: fields.optional(Field::AtUs, number)?,
    };
    if request.session == Some(0) {
        return Err(CodecError::bad(
            Field::Session.name(),
            "sessions are numbered from 1",
        ));
    }
    let has_prices = request.price_from.is_some() || request.price_to.is_some();
    if has_prices && request.symbol.is_none() {
        return Err(CodecError::missing(Field::Symbol.name()));
    }
    Ok(request)
}

fn mass_quote(fields: &mut Fields<'_>) -> Result<MassQuote, CodecError> {
    let quotes: Vec<Quote> = fields.required(Field::Quotes, |field, raw| {
        serde_json::from_str(raw).map_err(|error| CodecError::bad(field.name(), error))
    })?;
    check_quotes(&quotes)?;
    Ok(MassQuote {
        mmp_group: fields.required(Field::MmpGroup, short_number)?,
        quotes,
        at_us: fields.optional(Field::AtUs, number)?,
    })
}

/// One quote an instrument, each side whole.
pub(crate) fn check_quotes(quotes: &[Quote]) -> Result<(), CodecError> {
    let is_half = |price: Option<_>, quantity: Option<_>| price.is_some() != quantity.is_some();
    for (place, quote) in quotes.iter().enumerate() {
        if is_half(quote.bid_price, quote.bid_quantity)
            || is_half(quote.ask_price, quote.ask_quantity)
        {
            return Err(CodecError::bad(
                Field::Quotes.name(),
                "a side has a price and a quantity, or neither",
            ));
        }
        let symbols = quotes.iter().take(place);
        if symbols
            .into_iter()
            .any(|other| other.symbol == quote.symbol)
        {
            return Err(CodecError::bad(
                Field::Quotes.name(),
                format_args!("`{}` stands twice", quote.symbol),
            ));
        }
    }
    if quotes.is_empty() || quotes.len() > MassQuote::QUOTES_MAX {
        return Err(CodecError::bad(
            Field::Quotes.name(),
            format_args!("there are 1 to {} of them", MassQuote::QUOTES_MAX),
        ));
    }
    Ok(())
}

fn mmp_reset(fields: &mut Fields<'_>) -> Result<MmpReset, CodecError> {
    Ok(MmpReset {
        symbol: fields.required(Field::Symbol, parsed)?,
        mmp_group: fields.required(Field::MmpGroup, short_number)?,
        at_us: fields.optional(Field::AtUs, number)?,
    })
}

fn cancel_after(fields: &mut Fields<'_>) -> Result<CancelAfter, CodecError> {
    Ok(CancelAfter {
        timeout_ms: fields.required(Field::TimeoutMs, number)?,
        at_us: fields.optional(Field::AtUs, number)?,
    })
}

fn open_orders(fields: &mut Fields<'_>) -> Result<OpenOrdersRequest, CodecError> {
    Ok(OpenOrdersRequest {
        symbol: fields.optional(Field::Symbol, parsed)?,
    })
}

/// Candles are followed by interval; who leaves them may leave all.
fn new_subscription(fields: &mut Fields<'_>) -> Result<Subscription, CodecError> {
    let subscription = subscription(fields)?;
    if subscription.channel == Channel::Candles && subscription.interval.is_none() {
        return Err(CodecError::missing(Field::Interval.name()));
    }
    Ok(subscription)
}

fn subscription(fields: &mut Fields<'_>) -> Result<Subscription, CodecError> {
    let channel = fields.required(Field::Channel, word(Channel::from_word))?;
    let symbols = fields.optional(Field::Symbols, |field, raw| {
        serde_json::from_str(raw).map_err(|error| CodecError::bad(field.name(), error))
    })?;
    let levels = fields.optional(Field::Levels, short_number)?;
    if levels.is_some() && channel != Channel::Depth {
        return Err(CodecError::bad(
            Field::Levels.name(),
            "only the channel `depth` has levels",
        ));
    }
    let delivery = fields.optional(Field::Delivery, word(Delivery::from_word))?;
    let is_conflatable = matches!(channel, Channel::Depth | Channel::Top);
    if delivery.is_some() && !is_conflatable {
        return Err(CodecError::bad(
            Field::Delivery.name(),
            "only the channels `depth` and `top` have it",
        ));
    }
    let interval_ms = fields.optional(Field::IntervalMs, short_number)?;
    if interval_ms.is_none() && delivery == Some(Delivery::Interval) {
        return Err(CodecError::missing(Field::IntervalMs.name()));
    }
    if interval_ms.is_some() && delivery != Some(Delivery::Interval) {
        return Err(CodecError::bad(
            Field::IntervalMs.name(),
            "it stands beside the delivery `interval`, and only there",
        ));
    }
    Ok(Subscription {
        channel,
        symbols,
        levels,
        delivery,
        interval_ms,
        on_lag: fields.optional(Field::OnLag, word(OnLag::from_word))?,
        interval: interval_of_candles(channel, fields)?,
    })
}

fn interval_of_candles(
    channel: Channel,
    fields: &mut Fields<'_>,
) -> Result<Option<CandleInterval>, CodecError> {
    let interval = fields.optional(Field::Interval, word(CandleInterval::from_word))?;
    if interval.is_some() && channel != Channel::Candles {
        return Err(CodecError::bad(
            Field::Interval.name(),
            "only the channel `candles` has it",
        ));
    }
    Ok(interval)
}

fn resume(fields: &mut Fields<'_>) -> Result<Resume, CodecError> {
    Ok(Resume {
        channel: fields.required(Field::Channel, word(Channel::from_word))?,
        symbol: fields.required(Field::Symbol, parsed)?,
        epoch: fields.required(Field::Epoch, number)?,
        from: fields.required(Field::From, number)?,
    })
}

/// Which order is meant, by one of two fields.
pub(super) fn order_ref(
    fields: &mut Fields<'_>,
    by_order: Field,
    by_client: Field,
) -> Result<OrderRef, CodecError> {
    maybe_order_ref(fields, by_order, by_client)?
        .ok_or_else(|| CodecError::missing(by_order.name()))
}

/// Which order is meant, if any, by one of two fields.
pub(super) fn maybe_order_ref(
    fields: &mut Fields<'_>,
    by_order: Field,
    by_client: Field,
) -> Result<Option<OrderRef>, CodecError> {
    let order_id = fields.optional(by_order, number)?;
    let client_order_id = fields.optional(by_client, parsed)?;
    match (order_id, client_order_id) {
        (Some(order_id), None) => Ok(Some(OrderRef::Order(order_id))),
        (None, Some(client_order_id)) => Ok(Some(OrderRef::Client(client_order_id))),
        (None, None) => Ok(None),
        (Some(_), Some(_)) => Err(CodecError::bad(
            by_client.name(),
            format_args!("it must not stand beside `{}`", by_order.name()),
        )),
    }
}

/// Reads a word by the enum's own reader.
pub(super) fn word<T>(
    from_word: impl FnOnce(&str) -> Option<T>,
) -> impl FnOnce(Field, &str) -> Result<T, CodecError> {
    |field, raw| {
        from_word(&text(field, raw)?)
            .ok_or_else(|| CodecError::bad(field.name(), "it is none of the words it can be"))
    }
}
