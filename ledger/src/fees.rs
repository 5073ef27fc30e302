//! What a trade costs its two parties: the fees that its rates make.

use engine::{FeeBasis, Notional, PastTrade, Price, Quantity, Side, Trade};

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
    /// What `trade` costs its parties: amount x rate, truncated, in the fee asset; the rate is that of the party's tier,
    /// or the one that the trade carries where fees were changed. (MON-2)
    ///
    /// # Panics
    /// The trade is larger than all the money that there can be.
    pub fn fees(&self, trade: &Trade) -> TradeFees {
        let fees = (trade.taker.fee, trade.maker.fee);
        self.fees_at(trade.price, trade.quantity, trade.aggressor_side, fees)
    }

    /// What a trade that was made has cost its parties.
    ///
    /// # Panics
    /// As of [`InstrumentTerms::fees`].
    pub fn fees_of_past(&self, trade: &PastTrade) -> TradeFees {
        let fees = (trade.taker.fee, trade.maker.fee);
        self.fees_at(trade.price, trade.quantity, trade.aggressor_side, fees)
    }

    fn fees_at(
        &self,
        price: Price,
        quantity: Quantity,
        aggressor_side: Side,
        (taker, maker): (FeeBasis, FeeBasis),
    ) -> TradeFees {
        let fee = |side: Side, rate_ppm: i128| {
            let (asset, amount) = match (self.fee_asset, side) {
                (FeeAsset::Received, Side::Buy) => (self.base, self.base_amount(quantity)),
                (FeeAsset::Received, Side::Sell) | (FeeAsset::Quote, Side::Buy | Side::Sell) => {
                    (self.quote, self.quote_amount(Notional::of(price, quantity)))
                }
            };
            let amount = amount.expect("a trade is never larger than the holds that cover it");
            Fee {
                asset,
                amount: share(amount, rate_ppm),
            }
        };
        let taker_ppm = match taker {
            FeeBasis::Listed(tier) => i128::from(self.fees.of(tier).taker_ppm),
            FeeBasis::Rate(ppm) => i128::from(ppm),
        };
        let maker_ppm = match maker {
            FeeBasis::Listed(tier) => i128::from(self.fees.of(tier).maker_ppm),
            FeeBasis::Rate(ppm) => i128::from(ppm),
        };
        TradeFees {
            taker: fee(aggressor_side, taker_ppm),
            maker: fee(aggressor_side.opposite(), maker_ppm),
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
