//! Trades that are taken back as bytes.

use engine::{
    AccountId, Bust, FeeBasis, FeeTier, OrderId, PastParty, PastTrade, Price, Quantity, Timestamp,
    TradeId, TradePhase,
};

use super::command::{put_side, side};
use super::{DecodeError, Reader, put_bytes, put_i64, put_u8, put_u32, put_u64};

/// In the place of a tier's number: a rate follows.
const RATE_FOLLOWS: u8 = u8::MAX;
/// Longest name of who asks, in bytes.
const OPERATOR_BYTES_MAX: usize = 256;

pub(super) fn put_bust(bytes: &mut Vec<u8>, bust: &Bust) {
    let PastTrade {
        trade_id,
        price,
        quantity,
        phase,
        aggressor_side,
        at,
        taker,
        maker,
    } = bust.trade;
    put_u64(bytes, trade_id.0);
    put_i64(bytes, price.units());
    put_u64(bytes, quantity.units());
    put_u8(
        bytes,
        match phase {
            TradePhase::Continuous => 1,
            TradePhase::Auction => 2,
        },
    );
    put_side(bytes, aggressor_side);
    put_u64(bytes, at.0);
    for party in [taker, maker] {
        put_u64(bytes, party.order_id.0);
        put_u32(bytes, party.account.0);
        put_fee(bytes, party.fee);
    }
    put_bytes(bytes, bust.operator.as_bytes());
}

pub(super) fn bust(reader: &mut Reader<'_>) -> Result<Bust, DecodeError> {
    let trade = PastTrade {
        trade_id: TradeId(reader.u64()?),
        price: Price::from_units(reader.i64()?),
        quantity: Quantity::from_units(reader.u64()?),
        phase: match reader.u8()? {
            1 => TradePhase::Continuous,
            2 => TradePhase::Auction,
            _ => return Err(DecodeError::Unknown("how a trade was made")),
        },
        aggressor_side: side(reader)?,
        at: Timestamp(reader.u64()?),
        taker: party(reader)?,
        maker: party(reader)?,
    };
    let operator = reader.counted_bytes()?;
    let operator = str::from_utf8(operator).ok();
    let operator = operator.filter(|name| name.len() <= OPERATOR_BYTES_MAX);
    Ok(Bust {
        trade,
        operator: operator.ok_or(DecodeError::Unknown("an operator"))?.into(),
    })
}

fn party(reader: &mut Reader<'_>) -> Result<PastParty, DecodeError> {
    Ok(PastParty {
        order_id: OrderId(reader.u64()?),
        account: AccountId(reader.u32()?),
        fee: fee(reader)?,
    })
}

fn put_fee(bytes: &mut Vec<u8>, fee: FeeBasis) {
    match fee {
        FeeBasis::Listed(tier) => put_u8(bytes, tier.0),
        FeeBasis::Rate(ppm) => {
            put_u8(bytes, RATE_FOLLOWS);
            put_i64(bytes, i64::from(ppm));
        }
    }
}

fn fee(reader: &mut Reader<'_>) -> Result<FeeBasis, DecodeError> {
    match reader.u8()? {
        RATE_FOLLOWS => i32::try_from(reader.i64()?)
            .map(FeeBasis::Rate)
            .map_err(|_| DecodeError::Unknown("a rate of a fee")),
        tier => Ok(FeeBasis::Listed(FeeTier(tier))),
    }
}
