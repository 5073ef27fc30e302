//! What a trade costs its two parties.

use engine::{Notional, Side, Trade};

use crate::asset::AssetId;
use crate::money::Money;
use crate::terms::{FeeAsset, InstrumentTerms, PPM};

/// What both parties of a trade pay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TradeFees {
    /// The arriving order's fee.
    pub taker: Fee,
    /// The resting order's fee.
    pub maker: Fee,
}

/// A fee and what it is taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fee {
    /// In which asset.
    pub asset: AssetId,
    /// How much; negative is a rebate.
    pub amount: Money,
}

impl InstrumentTerms {
    /// What `trade` costs its parties: amount x rate, truncated, in the fee asset. (MON-2)
    ///
    /// # Panics
    /// The trade is larger than all the money that there can be.
    pub fn fees(&self, trade: &Trade) -> TradeFees {
        let fee = |side: Side, rate_ppm: i128| {
            let (asset, amount) = match (self.fee_asset, side) {
                (FeeAsset::Received, Side::Buy) => (self.base, self.base_amount(trade.quantity)),
                (FeeAsset::Received, Side::Sell) | (FeeAsset::Quote, Side::Buy | Side::Sell) => (
                    self.quote,
                    self.quote_amount(Notional::of(trade.price, trade.quantity)),
                ),
            };
            let amount = amount.expect("a trade is never larger than the holds that cover it");
            Fee {
                asset,
                amount: share(amount, rate_ppm),
            }
        };
        TradeFees {
            taker: fee(trade.aggressor_side, i128::from(self.taker_fee_ppm)),
            maker: fee(
                trade.aggressor_side.opposite(),
                i128::from(self.maker_fee_ppm),
            ),
        }
    }
}

/// `rate_ppm` millionths of `amount`, truncated toward zero.
fn share(amount: Money, rate_ppm: i128) -> Money {
    let product = amount
        .units()
        .checked_mul(rate_ppm)
        .expect("money is bounded, so that a fee's product fits");
    Money::from_units(product / PPM)
}
