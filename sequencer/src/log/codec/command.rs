//! Commands as bytes.

use engine::{
    AccountId, AuctionReference, Cancel, CancelReplace, ClientOrderId, Command, ExternalId, FanOut,
    FanOutAction, FanOutId, Notional, OnCancelFailure, OrderHandle, OrderId, OrderRef, Price,
    Quantity, Replace, SessionNumber, SessionState, Side, Timestamp,
};

use super::batch::{batch, put_batch};
use super::bust::{bust, put_bust};
use super::maker::{
    cancel_after, disconnect, mmp_reset, put_cancel_after, put_disconnect, put_mmp_reset,
    put_quote, quote,
};
use super::mass_cancel::{
    MASS_CANCEL, MASS_CANCEL_OF_SESSION, mass_cancel, mass_cancel_of_session, put_mass_cancel,
};
use super::operation::{operation, put_operation};
use super::order::{order, put_order};
use super::risk::{admit, put_admit, put_set_fee_tier, put_set_limits, set_fee_tier, set_limits};
use super::{DecodeError, Reader, put_i64, put_i128, put_option, put_u8, put_u32, put_u64};
use crate::inbound::EnteredBy;

const SUBMIT: u8 = 1;
const CANCEL: u8 = 2;
const REPLACE: u8 = 3;
const CANCEL_REPLACE: u8 = 4;
const TICK: u8 = 6;
const SET_STATE: u8 = 7;
const UNCROSS: u8 = 8;
const SET_LAST_PRICE: u8 = 9;
const QUOTE: u8 = 20;
const MMP_RESET: u8 = 21;
const DISCONNECT: u8 = 22;
const CANCEL_AFTER: u8 = 23;
const ADMIT: u8 = 40;
const SET_LIMITS: u8 = 41;
const SET_FEE_TIER: u8 = 42;
const OPERATE: u8 = 60;
const BUST: u8 = 61;
const FAN_OUT: u8 = 43;
const BATCH: u8 = 80;
/// Before a command: by which connection its orders come.
const ENTERED_BY: u8 = 81;

/// Writes by which connection the orders of the next command come, if that is known.
pub(super) fn put_entered_by(bytes: &mut Vec<u8>, EnteredBy(session): EnteredBy) {
    if session != SessionNumber::NONE {
        put_u8(bytes, ENTERED_BY);
        put_u32(bytes, session.0);
    }
}

/// Reads a command, and by which connection its orders come.
pub(super) fn decode_entered(reader: &mut Reader<'_>) -> Result<(EnteredBy, Command), DecodeError> {
    let tag = reader.u8()?;
    if tag == ENTERED_BY {
        let session = SessionNumber(reader.u32()?);
        let tag = reader.u8()?;
        return Ok((EnteredBy(session), decode_tagged(tag, reader)?));
    }
    Ok((EnteredBy::default(), decode_tagged(tag, reader)?))
}

pub(super) fn encode(command: &Command, bytes: &mut Vec<u8>) {
    match command {
        Command::Submit(order) => {
            put_u8(bytes, SUBMIT);
            put_order(bytes, order);
        }
        Command::Cancel(cancel) => {
            put_u8(bytes, CANCEL);
            put_u32(bytes, cancel.account.0);
            put_order_ref(bytes, cancel.order);
        }
        Command::Replace(replace) => {
            put_u8(bytes, REPLACE);
            put_replace(bytes, replace);
        }
        Command::CancelReplace(cancel_replace) => {
            put_u8(bytes, CANCEL_REPLACE);
            put_cancel_replace(bytes, cancel_replace);
        }
        Command::MassCancel(mass_cancel) => {
            put_mass_cancel(bytes, mass_cancel);
        }
        Command::Tick => put_u8(bytes, TICK),
        Command::SetState(state) => {
            put_u8(bytes, SET_STATE);
            put_u8(bytes, session_state_tag(*state));
        }
        Command::Uncross(reference) => {
            put_u8(bytes, UNCROSS);
            let given = match reference {
                AuctionReference::LastPrice => None,
                AuctionReference::Given(price) => Some(price.units()),
            };
            put_option(bytes, given, put_i64);
        }
        Command::SetLastPrice(price) => {
            put_u8(bytes, SET_LAST_PRICE);
            put_i64(bytes, price.units());
        }
        Command::Admit(admit) => {
            put_u8(bytes, ADMIT);
            put_admit(bytes, admit);
        }
        Command::SetLimits(set) => {
            put_u8(bytes, SET_LIMITS);
            put_set_limits(bytes, set);
        }
        Command::SetFeeTier(set) => {
            put_u8(bytes, SET_FEE_TIER);
            put_set_fee_tier(bytes, *set);
        }
        Command::Quote(quote) => {
            put_u8(bytes, QUOTE);
            put_quote(bytes, quote);
        }
        Command::MmpReset(reset) => {
            put_u8(bytes, MMP_RESET);
            put_mmp_reset(bytes, *reset);
        }
        Command::Disconnect(disconnect) => {
            put_u8(bytes, DISCONNECT);
            put_disconnect(bytes, *disconnect);
        }
        Command::CancelAfter(cancel_after) => {
            put_u8(bytes, CANCEL_AFTER);
            put_cancel_after(bytes, *cancel_after);
        }
        Command::Operate(operation) => {
            put_u8(bytes, OPERATE);
            put_operation(bytes, operation);
        }
        Command::Bust(bust) => {
            put_u8(bytes, BUST);
            put_bust(bytes, bust);
        }
        Command::FanOut(fan_out) => {
            put_u8(bytes, FAN_OUT);
            put_u64(bytes, fan_out.id.0);
            encode(&fan_out.action.command(), bytes);
        }
        Command::Batch(batch) => {
            put_u8(bytes, BATCH);
            put_batch(bytes, batch);
        }
    }
}

fn decode_tagged(tag: u8, reader: &mut Reader<'_>) -> Result<Command, DecodeError> {
    match tag {
        SUBMIT => order(reader).map(Command::Submit),
        CANCEL => Ok(Command::Cancel(Cancel {
            account: AccountId(reader.u32()?),
            order: order_ref(reader)?,
        })),
        REPLACE => replace(reader).map(Command::Replace),
        CANCEL_REPLACE => cancel_replace(reader).map(Command::CancelReplace),
        MASS_CANCEL => mass_cancel(reader).map(Command::MassCancel),
        MASS_CANCEL_OF_SESSION => mass_cancel_of_session(reader).map(Command::MassCancel),
        TICK => Ok(Command::Tick),
        SET_STATE => session_state(reader).map(Command::SetState),
        UNCROSS => {
            let given = reader.option(|reader| reader.i64().map(Price::from_units))?;
            Ok(Command::Uncross(given.map_or(
                AuctionReference::LastPrice,
                AuctionReference::Given,
            )))
        }
        SET_LAST_PRICE => Ok(Command::SetLastPrice(Price::from_units(reader.i64()?))),
        ADMIT => admit(reader).map(Command::Admit),
        SET_LIMITS => set_limits(reader).map(Command::SetLimits),
        SET_FEE_TIER => set_fee_tier(reader).map(Command::SetFeeTier),
        QUOTE => quote(reader).map(Command::Quote),
        MMP_RESET => mmp_reset(reader).map(Command::MmpReset),
        DISCONNECT => disconnect(reader).map(Command::Disconnect),
        CANCEL_AFTER => cancel_after(reader).map(Command::CancelAfter),
        OPERATE => operation(reader).map(Command::Operate),
        BUST => bust(reader).map(|bust| Command::Bust(Box::new(bust))),
        FAN_OUT => Ok(Command::FanOut(FanOut {
            id: FanOutId(reader.u64()?),
            action: fan_out_action(reader)?,
        })),
        BATCH => batch(reader).map(Command::Batch),
        _ => Err(DecodeError::Unknown("a command")),
    }
}

/// What can be asked of several instruments, tagged as the command to one.
pub(super) fn fan_out_action(reader: &mut Reader<'_>) -> Result<FanOutAction, DecodeError> {
    match reader.u8()? {
        MASS_CANCEL => mass_cancel(reader).map(FanOutAction::MassCancel),
        MASS_CANCEL_OF_SESSION => mass_cancel_of_session(reader).map(FanOutAction::MassCancel),
        ADMIT => admit(reader).map(FanOutAction::Admit),
        SET_LIMITS => set_limits(reader).map(FanOutAction::SetLimits),
        SET_FEE_TIER => set_fee_tier(reader).map(FanOutAction::SetFeeTier),
        DISCONNECT => disconnect(reader).map(FanOutAction::Disconnect),
        CANCEL_AFTER => cancel_after(reader).map(FanOutAction::CancelAfter),
        _ => Err(DecodeError::Unknown("what several instruments are asked")),
    }
}

pub(super) fn put_cancel_replace(bytes: &mut Vec<u8>, cancel_replace: &CancelReplace) {
    put_order_ref(bytes, cancel_replace.cancel);
    put_u8(
        bytes,
        on_cancel_failure_tag(cancel_replace.on_cancel_failure),
    );
    put_order(bytes, &cancel_replace.new_order);
}

pub(super) fn cancel_replace(reader: &mut Reader<'_>) -> Result<CancelReplace, DecodeError> {
    Ok(CancelReplace {
        cancel: order_ref(reader)?,
        on_cancel_failure: on_cancel_failure(reader)?,
        new_order: order(reader)?,
    })
}

pub(super) fn put_replace(bytes: &mut Vec<u8>, replace: &Replace) {
    put_u32(bytes, replace.account.0);
    put_order_ref(bytes, replace.order);
    put_side(bytes, replace.side);
    put_option(bytes, replace.quantity, |bytes, quantity| {
        put_u64(bytes, quantity.units());
    });
    put_option(bytes, replace.price, |bytes, price| {
        put_i64(bytes, price.units());
    });
    put_option(bytes, replace.peak, |bytes, peak| {
        put_u64(bytes, peak.units());
    });
    put_option(bytes, replace.stop, |bytes, price| {
        put_i64(bytes, price.units());
    });
    put_option(bytes, replace.expiry, |bytes, expiry| {
        put_u64(bytes, expiry.0);
    });
    put_i128(bytes, replace.extra.units());
}

pub(super) fn replace(reader: &mut Reader<'_>) -> Result<Replace, DecodeError> {
    Ok(Replace {
        account: AccountId(reader.u32()?),
        order: order_ref(reader)?,
        side: side(reader)?,
        quantity: reader.option(|reader| reader.u64().map(Quantity::from_units))?,
        price: reader.option(|reader| reader.i64().map(Price::from_units))?,
        peak: reader.option(|reader| reader.u64().map(Quantity::from_units))?,
        stop: reader.option(|reader| reader.i64().map(Price::from_units))?,
        expiry: reader.option(|reader| reader.u64().map(Timestamp))?,
        extra: Notional::from_units(reader.i128()?),
    })
}

pub(super) fn put_order_ref(bytes: &mut Vec<u8>, order: OrderRef) {
    match order {
        OrderRef::Id(id) => {
            put_u8(bytes, 1);
            put_u64(bytes, id.0);
        }
        OrderRef::Handle(handle) => {
            put_u8(bytes, 2);
            put_u32(bytes, handle.slot);
            put_u32(bytes, handle.generation);
        }
        OrderRef::Client(id) => {
            put_u8(bytes, 3);
            put_client_order_id(bytes, id);
        }
        OrderRef::External(id) => {
            put_u8(bytes, 4);
            put_u64(bytes, id.0);
        }
    }
}

pub(super) fn order_ref(reader: &mut Reader<'_>) -> Result<OrderRef, DecodeError> {
    Ok(match reader.u8()? {
        1 => OrderRef::Id(OrderId(reader.u64()?)),
        2 => OrderRef::Handle(OrderHandle {
            slot: reader.u32()?,
            generation: reader.u32()?,
        }),
        3 => OrderRef::Client(client_order_id(reader)?),
        4 => OrderRef::External(ExternalId(reader.u64()?)),
        _ => return Err(DecodeError::Unknown("an order reference")),
    })
}

pub(super) fn put_client_order_id(bytes: &mut Vec<u8>, id: ClientOrderId) {
    let text = id.as_str().as_bytes();
    put_u8(
        bytes,
        u8::try_from(text.len()).expect("it has at most 36 characters"),
    );
    bytes.extend_from_slice(text);
}

pub(super) fn client_order_id(reader: &mut Reader<'_>) -> Result<ClientOrderId, DecodeError> {
    let length = usize::from(reader.u8()?);
    str::from_utf8(reader.bytes(length)?)
        .ok()
        .and_then(|text| ClientOrderId::new(text).ok())
        .ok_or(DecodeError::Unknown("a client order id"))
}

pub(super) fn put_side(bytes: &mut Vec<u8>, side: Side) {
    put_u8(
        bytes,
        match side {
            Side::Buy => 1,
            Side::Sell => 2,
        },
    );
}

pub(super) fn side(reader: &mut Reader<'_>) -> Result<Side, DecodeError> {
    match reader.u8()? {
        1 => Ok(Side::Buy),
        2 => Ok(Side::Sell),
        _ => Err(DecodeError::Unknown("a side")),
    }
}

const fn session_state_tag(state: SessionState) -> u8 {
    match state {
        SessionState::Continuous => 1,
        SessionState::PreOpen => 2,
        SessionState::OpeningAuction => 3,
        SessionState::Auction => 4,
        SessionState::ClosingAuction => 5,
        SessionState::Halted => 6,
        SessionState::Closed => 7,
        SessionState::VolatilityAuction => 8,
        SessionState::Reserved => 9,
        SessionState::Paused => 10,
        SessionState::LimitUp => 11,
        SessionState::LimitDown => 12,
    }
}

fn session_state(reader: &mut Reader<'_>) -> Result<SessionState, DecodeError> {
    Ok(match reader.u8()? {
        1 => SessionState::Continuous,
        2 => SessionState::PreOpen,
        3 => SessionState::OpeningAuction,
        4 => SessionState::Auction,
        5 => SessionState::ClosingAuction,
        6 => SessionState::Halted,
        7 => SessionState::Closed,
        8 => SessionState::VolatilityAuction,
        9 => SessionState::Reserved,
        10 => SessionState::Paused,
        11 => SessionState::LimitUp,
        12 => SessionState::LimitDown,
        _ => return Err(DecodeError::Unknown("a session state")),
    })
}

fn on_cancel_failure_tag(on_cancel_failure: OnCancelFailure) -> u8 {
    match on_cancel_failure {
        OnCancelFailure::Stop => 1,
        OnCancelFailure::Continue => 2,
    }
}

fn on_cancel_failure(reader: &mut Reader<'_>) -> Result<OnCancelFailure, DecodeError> {
    match reader.u8()? {
        1 => Ok(OnCancelFailure::Stop),
        2 => Ok(OnCancelFailure::Continue),
        _ => Err(DecodeError::Unknown("what a failed cancel means")),
    }
}
