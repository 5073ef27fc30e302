//! A ledger with money in it, and the engine's holds as market-rules and the engine's documents define
//! them: cost at the own limit, plus the surcharge rounded up.

use std::sync::Arc;

use engine::{
    AccountId, Event, FeeBasis, HoldReleased, InstrumentId, Notional, OrderId, Party, Price,
    Quantity, Side, Trade, TradeId, TradePhase,
};
use ledger::{
    Asset, AssetId, Balance, ControlDesk, FeeAsset, FeeRates, FeeSchedule, InstrumentTerms, Ledger,
    LedgerConfig, Money,
};

pub const COIN: AssetId = AssetId(0);
pub const CASH: AssetId = AssetId(1);
pub const GOLD: AssetId = AssetId(2);
pub const COIN_CASH: InstrumentId = InstrumentId(1);
pub const GOLD_CASH: InstrumentId = InstrumentId(2);

/// COIN-CASH with these fees; one unit is one unit.
pub fn terms(maker_fee_ppm: i32, taker_fee_ppm: u32, fee_asset: FeeAsset) -> InstrumentTerms {
    InstrumentTerms {
        instrument: COIN_CASH,
        base: COIN,
        quote: CASH,
        base_units_per_quantity_unit: 1,
        quote_units_per_notional_unit: 1,
        fees: flat(maker_fee_ppm, taker_fee_ppm),
        fee_asset,
    }
}

/// The same fees for everybody.
pub fn flat(maker_ppm: i32, taker_ppm: u32) -> FeeSchedule {
    FeeSchedule::flat(FeeRates {
        maker_ppm,
        taker_ppm,
    })
}

pub fn assets() -> Vec<Asset> {
    ["COIN", "CASH", "GOLD"]
        .into_iter()
        .zip(0..)
        .map(|(name, id)| Asset {
            id: AssetId(id),
            name: name.to_owned(),
            decimals: 8,
        })
        .collect()
}

/// A ledger with accounts 1 to 4, and the desk that feeds it.
pub fn open(terms: Vec<InstrumentTerms>) -> (Arc<Ledger>, ControlDesk) {
    let config = LedgerConfig { accounts_max: 200 };
    let ledger = Arc::new(Ledger::new(config, assets(), terms).unwrap());
    let mut desk = ledger.control_desk();
    for account in 1..=4 {
        desk.create_account(AccountId(account), &[]).unwrap();
    }
    (ledger, desk)
}

pub fn deposit(ledger: &Ledger, desk: &mut ControlDesk, account: u32, asset: AssetId, units: i128) {
    desk.deposit(AccountId(account), asset, Money::from_units(units))
        .unwrap();
    ledger.publish(&desk.take_gives());
}

/// Total, available, pending and hold of one asset.
pub fn balance(ledger: &Ledger, account: u32, asset: AssetId) -> [i128; 4] {
    let Balance {
        total,
        available,
        pending,
        hold,
        ..
    } = ledger.balances(AccountId(account))[usize::from(asset.0)];
    [total, available, pending, hold].map(Money::units)
}

/// What an order holds for `leaves` at `price`.
pub fn hold(terms: &InstrumentTerms, side: Side, price: i64, leaves: u64) -> Notional {
    let leaves = i128::from(leaves);
    Notional::from_units(match side {
        Side::Sell => leaves,
        Side::Buy => {
            let cost = leaves * i128::from(price);
            cost + (cost * i128::from(terms.hold_surcharge_ppm()) + 999_999) / 1_000_000
        }
    })
}

/// An open order, as far as money goes.
#[derive(Debug, Clone, Copy)]
pub struct Open {
    pub account: u32,
    pub side: Side,
    pub limit: i64,
    pub leaves: u64,
    pub hold: Notional,
}

impl Open {
    /// Takes a fill of `quantity`, as the engine accounts for it.
    pub fn fill(&mut self, terms: &InstrumentTerms, quantity: u64) -> Party {
        self.leaves -= quantity;
        let left = hold(terms, self.side, self.limit, self.leaves);
        let used = self.hold.checked_sub(left).unwrap();
        self.hold = left;
        party(self.account, used.units(), left.units())
    }

    /// Gives back what is held.
    pub fn release(self) -> Event {
        released(self.account, self.side, self.hold.units())
    }
}

pub fn party(account: u32, hold_used: i128, hold: i128) -> Party {
    Party {
        order_id: OrderId(u64::from(account)),
        external_id: None,
        account: AccountId(account),
        fee: FeeBasis::default(),
        leaves_quantity: Quantity::ZERO,
        filled_quantity: Quantity::ZERO,
        hold_used: Notional::from_units(hold_used),
        hold: Notional::from_units(hold),
    }
}

pub fn trade(price: i64, quantity: u64, aggressor_side: Side, taker: Party, maker: Party) -> Event {
    Event::Trade(Trade {
        phase: TradePhase::Continuous,
        trade_id: TradeId(1),
        price: Price::from_units(price),
        quantity: Quantity::from_units(quantity),
        aggressor_side,
        taker,
        maker,
    })
}

pub fn released(account: u32, side: Side, units: i128) -> Event {
    Event::HoldReleased(HoldReleased {
        order_id: None,
        account: AccountId(account),
        side,
        released: Notional::from_units(units),
        hold: Notional::ZERO,
    })
}
