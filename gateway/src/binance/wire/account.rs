//! An account, its trades and what they cost it.

use engine::AccountId;
use ledger::{Balance, FeeRates};
use serde::Serialize;

use crate::binance::amount::Amount;
use crate::binance::orders::AccountTrade;
use crate::binance::wire::Writing;
use crate::listing::Listing;

/// The answer to `account`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(
    clippy::struct_excessive_bools,
    reason = "the venue's message has them"
)]
pub struct AccountAnswer {
    maker_commission: i64,
    taker_commission: i64,
    buyer_commission: i64,
    seller_commission: i64,
    commission_rates: Rates,
    can_trade: bool,
    can_withdraw: bool,
    can_deposit: bool,
    brokered: bool,
    require_self_trade_prevention: bool,
    prevent_sor: bool,
    update_time: u64,
    account_type: &'static str,
    balances: Vec<WireBalance>,
    permissions: [&'static str; 1],
    uid: u64,
}

/// What the account has of one asset.
#[derive(Debug, Serialize)]
struct WireBalance {
    asset: String,
    free: Amount,
    locked: Amount,
}

/// Rates as fractions.
#[derive(Debug, Clone, Copy, Serialize)]
struct Rates {
    maker: Amount,
    taker: Amount,
    buyer: Amount,
    seller: Amount,
}

impl Rates {
    const NONE: Self = Self {
        maker: Amount::ZERO,
        taker: Amount::ZERO,
        buyer: Amount::ZERO,
        seller: Amount::ZERO,
    };

    fn of(rates: FeeRates) -> Self {
        Self {
            maker: rate(i128::from(rates.maker_ppm)),
            taker: rate(i128::from(rates.taker_ppm)),
            ..Self::NONE
        }
    }
}

/// Millionths as a fraction.
fn rate(ppm: i128) -> Amount {
    const DECIMALS_OF_PPM: u8 = 6;
    Amount::new(ppm, DECIMALS_OF_PPM)
}

/// What of an asset can be spent and what is held. What is on its way to be durable counts as spendable: an
/// answer never shows less than there is.
pub fn free_and_locked(balance: &Balance, decimals: u8) -> (Amount, Amount) {
    let free = balance
        .available
        .checked_add(balance.pending)
        .unwrap_or(balance.available);
    (
        Amount::of_money(free, decimals),
        Amount::of_money(balance.hold, decimals),
    )
}

/// Whether assets of which the account has nothing are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EmptyBalances {
    /// They are.
    Shown,
    /// They are not.
    Omitted,
}

impl AccountAnswer {
    /// The account as it stands.
    pub fn new(
        account: AccountId,
        rates: FeeRates,
        (listing, balances): (&Listing, &[Balance]),
        empty: EmptyBalances,
        update_time: u64,
    ) -> Self {
        let balances = balances.iter().filter_map(|balance| {
            let asset = listing.asset(balance.asset)?;
            let (free, locked) = free_and_locked(balance, asset.decimals);
            let is_shown = empty == EmptyBalances::Shown || !(free.is_zero() && locked.is_zero());
            is_shown.then(|| WireBalance {
                asset: asset.name.to_string(),
                free,
                locked,
            })
        });
        Self {
            maker_commission: i64::from(rates.maker_ppm) / 100,
            taker_commission: i64::from(rates.taker_ppm) / 100,
            buyer_commission: 0,
            seller_commission: 0,
            commission_rates: Rates::of(rates),
            can_trade: true,
            can_withdraw: true,
            can_deposit: true,
            brokered: false,
            require_self_trade_prevention: false,
            prevent_sor: false,
            update_time,
            account_type: "SPOT",
            balances: balances.collect(),
            permissions: ["SPOT"],
            uid: u64::from(account.0),
        }
    }
}

/// The answer to `account/commission`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CommissionAnswer {
    symbol: String,
    standard_commission: Rates,
    special_commission: Rates,
    tax_commission: Rates,
    discount: Discount,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_field_names, reason = "the venue's message has them")]
struct Discount {
    enabled_for_account: bool,
    enabled_for_symbol: bool,
    discount_asset: &'static str,
    discount: Amount,
}

impl Discount {
    /// No asset pays fees at a discount here.
    const NONE: Self = Self {
        enabled_for_account: false,
        enabled_for_symbol: false,
        discount_asset: "BNB",
        discount: Amount::ZERO,
    };
}

impl CommissionAnswer {
    /// What trading a symbol costs.
    pub fn new(symbol: &str, rates: FeeRates) -> Self {
        Self {
            symbol: symbol.to_owned(),
            standard_commission: Rates::of(rates),
            special_commission: Rates::NONE,
            tax_commission: Rates::NONE,
            discount: Discount::NONE,
        }
    }
}

/// The answer to a tested order that asks what it would cost.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct OrderRates {
    standard_commission_for_order: TwoRates,
    special_commission_for_order: TwoRates,
    tax_commission_for_order: TwoRates,
    discount: Discount,
}

#[derive(Debug, Serialize)]
struct TwoRates {
    maker: Amount,
    taker: Amount,
}

/// What an order would cost, as JSON.
pub fn order_rates(rates: FeeRates) -> String {
    const NONE: TwoRates = TwoRates {
        maker: Amount::ZERO,
        taker: Amount::ZERO,
    };
    let standard = Rates::of(rates);
    crate::binance::wire::json(&OrderRates {
        standard_commission_for_order: TwoRates {
            maker: standard.maker,
            taker: standard.taker,
        },
        special_commission_for_order: NONE,
        tax_commission_for_order: NONE,
        discount: Discount::NONE,
    })
}

/// What trading a symbol costs, as `sapi` says it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TradeFeeAnswer {
    symbol: String,
    maker_commission: String,
    taker_commission: String,
}

impl TradeFeeAnswer {
    /// The rates of a symbol.
    pub fn new(symbol: &str, rates: FeeRates) -> Self {
        Self {
            symbol: symbol.to_owned(),
            maker_commission: rate(i128::from(rates.maker_ppm)).short(),
            taker_commission: rate(i128::from(rates.taker_ppm)).short(),
        }
    }
}

/// A trade of the account.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TradeAnswer {
    symbol: String,
    id: u64,
    order_id: u64,
    order_list_id: i64,
    price: Amount,
    qty: Amount,
    quote_qty: Amount,
    commission: Amount,
    commission_asset: String,
    time: u64,
    is_buyer: bool,
    is_maker: bool,
    is_best_match: bool,
}

impl TradeAnswer {
    /// A trade as the account remembers it.
    pub fn of(writing: Writing<'_>, trade: &AccountTrade) -> Self {
        let fill = &trade.fill;
        Self {
            symbol: writing.symbol().to_owned(),
            id: fill.trade_id.0,
            order_id: trade.order_id.0,
            order_list_id: trade
                .list_id
                .map_or(-1, |id| i64::try_from(id).unwrap_or(i64::MAX)),
            price: writing.price(fill.price),
            qty: writing.quantity(fill.quantity),
            quote_qty: writing.notional(engine::Notional::of(fill.price, fill.quantity)),
            commission: fill.commission,
            commission_asset: fill.commission_asset.to_string(),
            time: writing.time(trade.at_us),
            is_buyer: trade.is_buyer,
            is_maker: fill.is_maker,
            is_best_match: true,
        }
    }
}
