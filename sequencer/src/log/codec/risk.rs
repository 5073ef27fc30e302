//! Switches, limits and fee tiers as bytes.

use engine::{
    AccountId, Admission, Admit, FeeTier, Notional, OrderRate, OrderToTrade, Quantity, RiskLimits,
    Scope, SetFeeTier, SetLimits,
};

use super::{DecodeError, Reader, put_i128, put_option, put_u8, put_u32, put_u64};

pub(super) fn put_admit(bytes: &mut Vec<u8>, admit: &Admit) {
    match admit.scope {
        Scope::Exchange => put_u8(bytes, 1),
        Scope::Instrument => put_u8(bytes, 2),
        Scope::Account(account) => {
            put_u8(bytes, 3);
            put_u32(bytes, account.0);
        }
    }
    put_u8(
        bytes,
        match admit.admission {
            Admission::Open => 1,
            Admission::CancelOnly => 2,
            Admission::Killed => 3,
        },
    );
}

pub(super) fn admit(reader: &mut Reader<'_>) -> Result<Admit, DecodeError> {
    Ok(Admit {
        scope: match reader.u8()? {
            1 => Scope::Exchange,
            2 => Scope::Instrument,
            3 => Scope::Account(AccountId(reader.u32()?)),
            _ => return Err(DecodeError::Unknown("the scope of a switch")),
        },
        admission: match reader.u8()? {
            1 => Admission::Open,
            2 => Admission::CancelOnly,
            3 => Admission::Killed,
            _ => return Err(DecodeError::Unknown("a switch")),
        },
    })
}

pub(super) fn put_set_limits(bytes: &mut Vec<u8>, set: &SetLimits) {
    let limits = &set.limits;
    put_u32(bytes, set.account.0);
    put_option(bytes, limits.quantity_max, put_quantity);
    put_option(bytes, limits.notional_max, |bytes, notional| {
        put_i128(bytes, notional.units());
    });
    put_option(bytes, limits.price_band_bips, put_u32);
    put_option(bytes, limits.open_orders_max, put_u32);
    put_option(bytes, limits.position_max, put_quantity);
    put_option(bytes, limits.order_rate, |bytes, rate| {
        put_u32(bytes, rate.orders_max);
        put_u64(bytes, rate.window);
    });
    put_option(bytes, limits.order_to_trade, |bytes, ratio| {
        put_u32(bytes, ratio.orders_free);
        put_u32(bytes, ratio.orders_per_trade);
        put_u64(bytes, ratio.window);
    });
}

pub(super) fn set_limits(reader: &mut Reader<'_>) -> Result<SetLimits, DecodeError> {
    Ok(SetLimits {
        account: AccountId(reader.u32()?),
        limits: RiskLimits {
            quantity_max: reader.option(quantity)?,
            notional_max: reader.option(|reader| reader.i128().map(Notional::from_units))?,
            price_band_bips: reader.option(Reader::u32)?,
            open_orders_max: reader.option(Reader::u32)?,
            position_max: reader.option(quantity)?,
            order_rate: reader.option(|reader| {
                Ok(OrderRate {
                    orders_max: reader.u32()?,
                    window: reader.u64()?,
                })
            })?,
            order_to_trade: reader.option(|reader| {
                Ok(OrderToTrade {
                    orders_free: reader.u32()?,
                    orders_per_trade: reader.u32()?,
                    window: reader.u64()?,
                })
            })?,
        },
    })
}

pub(super) fn put_set_fee_tier(bytes: &mut Vec<u8>, set: SetFeeTier) {
    put_u32(bytes, set.account.0);
    put_u8(bytes, set.fee_tier.0);
}

pub(super) fn set_fee_tier(reader: &mut Reader<'_>) -> Result<SetFeeTier, DecodeError> {
    Ok(SetFeeTier {
        account: AccountId(reader.u32()?),
        fee_tier: FeeTier(reader.u8()?),
    })
}

fn put_quantity(bytes: &mut Vec<u8>, quantity: Quantity) {
    put_u64(bytes, quantity.units());
}

fn quantity(reader: &mut Reader<'_>) -> Result<Quantity, DecodeError> {
    reader.u64().map(Quantity::from_units)
}
