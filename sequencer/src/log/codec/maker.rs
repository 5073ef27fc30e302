//! Quotes, protection and lost connections as bytes.

use engine::{
    AccountId, CancelAfter, Disconnect, MmpGroup, MmpReset, Notional, Price, Quantity, Quote,
    QuoteSide,
};

use super::{DecodeError, Reader, put_i64, put_i128, put_option, put_u32, put_u64};

pub(super) fn put_quote(bytes: &mut Vec<u8>, quote: &Quote) {
    put_u32(bytes, quote.account.0);
    put_u32(bytes, quote.group.0);
    put_option(bytes, quote.bid, put_side);
    put_option(bytes, quote.ask, put_side);
}

pub(super) fn quote(reader: &mut Reader<'_>) -> Result<Quote, DecodeError> {
    Ok(Quote {
        account: AccountId(reader.u32()?),
        group: MmpGroup(reader.u32()?),
        bid: reader.option(side)?,
        ask: reader.option(side)?,
    })
}

fn put_side(bytes: &mut Vec<u8>, side: QuoteSide) {
    put_i64(bytes, side.price.units());
    put_u64(bytes, side.quantity.units());
    put_i128(bytes, side.extra.units());
}

fn side(reader: &mut Reader<'_>) -> Result<QuoteSide, DecodeError> {
    Ok(QuoteSide {
        price: Price::from_units(reader.i64()?),
        quantity: Quantity::from_units(reader.u64()?),
        extra: Notional::from_units(reader.i128()?),
    })
}

pub(super) fn put_mmp_reset(bytes: &mut Vec<u8>, reset: MmpReset) {
    put_u32(bytes, reset.account.0);
    put_u32(bytes, reset.group.0);
}

pub(super) fn mmp_reset(reader: &mut Reader<'_>) -> Result<MmpReset, DecodeError> {
    Ok(MmpReset {
        account: AccountId(reader.u32()?),
        group: MmpGroup(reader.u32()?),
    })
}

pub(super) fn put_disconnect(bytes: &mut Vec<u8>, disconnect: Disconnect) {
    put_u32(bytes, disconnect.account.0);
}

pub(super) fn disconnect(reader: &mut Reader<'_>) -> Result<Disconnect, DecodeError> {
    Ok(Disconnect {
        account: AccountId(reader.u32()?),
    })
}

pub(super) fn put_cancel_after(bytes: &mut Vec<u8>, cancel_after: CancelAfter) {
    put_u32(bytes, cancel_after.account.0);
    put_u64(bytes, cancel_after.delay);
}

pub(super) fn cancel_after(reader: &mut Reader<'_>) -> Result<CancelAfter, DecodeError> {
    Ok(CancelAfter {
        account: AccountId(reader.u32()?),
        delay: reader.u64()?,
    })
}
