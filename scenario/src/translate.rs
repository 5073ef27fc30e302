//! From the words of a scenario to the engine's types.
//!
//! What the engine cannot do yet is named here, and only here: building it adds an arm.

use engine::{
    AccountId, AuctionReference, ClientIdPolicy, ClientOrderId, Display, FundsCheck, Instrument,
    InstrumentId, MarketBudget, NewOrder, Notional, OrderKind, OrderSize, PostOnly, Price,
    Quantity, Rules, SelfTradePrevention, SessionState, Side, StpGroup, TimeInForce, Timestamp,
};

use crate::command::MarketState;
use crate::instrument_options::{
    GrowingChild, InstrumentOptions, MarketResidual, MatchingRule, StopOnEntry, TopOrder,
};
use crate::market_line::RejectWord;
use crate::order_entry::{
    Lifetime, Limit, OrderEntry, OrderOptions, PostOnlyWord, SelfTradeWord, SideWord, Size,
};
use crate::session_rules::with_session_rules;

/// Why a command does not reach the engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Obstacle {
    /// The engine cannot do this yet.
    NotBuilt(String),
    /// The engine's types cannot even say it, and the rule book refuses it.
    Refused(RejectWord),
}

pub(crate) fn not_built<T>(what: impl Into<String>) -> Result<T, Obstacle> {
    Err(Obstacle::NotBuilt(what.into()))
}

/// Highest price and largest quantity of a scenario: their product fits, a million times over.
const BOUND: u64 = 1_000_000_000_000_000;
const OPEN_ORDERS_MAX: u32 = 1_000_000;
const INSTRUMENT: InstrumentId = InstrumentId(1);

/// The engine's instrument for a scenario: no money, ids unique while open.
pub(crate) fn instrument(options: &InstrumentOptions) -> Result<Instrument, Obstacle> {
    if let Some(what) = instrument_option_not_built(options) {
        return not_built(format!("instrument {what}"));
    }
    let tick_size = options.tick.unwrap_or(1);
    let lot_size = options.lot.unwrap_or(1);
    let bound = i64::try_from(BOUND).expect("the bound fits");
    Ok(Instrument {
        id: INSTRUMENT,
        tick_size,
        lot_size,
        price_min: Price::from_units(tick_size),
        price_max: Price::from_units((bound / tick_size).max(1) * tick_size),
        quantity_min: Quantity::from_units(lot_size),
        quantity_max: Quantity::from_units((BOUND / lot_size).max(1) * lot_size),
        open_orders_max: OPEN_ORDERS_MAX,
        idempotency_orders_max: 1,
        idempotency_sequences_max: 1,
        market_budget: MarketBudget::Partial,
        market_protection_bips: 0,
        hold_surcharge_ppm: 0,
        funds_check: FundsCheck::Off,
        rules: with_session_rules(options, &Rules::PLAIN).or_else(not_built)?,
    })
}

/// The first option that asks for more than plain price-time trading.
fn instrument_option_not_built(options: &InstrumentOptions) -> Option<&'static str> {
    let asked = [
        (
            "match=pro_rata",
            options.matching == Some(MatchingRule::ProRata),
        ),
        ("top=on", options.top == Some(TopOrder::On)),
        ("split=", options.split.is_some()),
        ("band=", options.band.is_some()),
        ("collar=", options.collar.is_some()),
        (
            "market_residual=cancel",
            options.market_residual == Some(MarketResidual::Cancel),
        ),
        (
            "stop_on_entry=trigger",
            options.stop_on_entry == Some(StopOnEntry::Trigger),
        ),
        ("mmp:", !options.protections.is_empty()),
        ("grow=keep", options.grow == Some(GrowingChild::Keep)),
    ];
    asked
        .into_iter()
        .find_map(|(what, is_asked)| is_asked.then_some(what))
}

/// What the runner knows of a new order beyond its line.
pub(crate) struct Identity {
    pub(crate) account: AccountId,
    pub(crate) client_order_id: ClientOrderId,
    pub(crate) stp_group: Option<StpGroup>,
}

/// The engine's order for an order line.
pub(crate) fn new_order(entry: &OrderEntry, identity: &Identity) -> Result<NewOrder, Obstacle> {
    if let Some(what) = order_option_not_built(&entry.options) {
        return not_built(what);
    }
    let options = &entry.options;
    Ok(NewOrder {
        account: identity.account,
        client_order_id: Some(identity.client_order_id),
        client_id_policy: ClientIdPolicy::OpenUnique,
        external_id: None,
        side: side(entry.side),
        kind: order_kind(entry.limit)?,
        size: match entry.size {
            Size::Quantity(units) => OrderSize::Quantity(Quantity::from_units(units)),
            Size::Quote(amount) => OrderSize::QuoteAmount(Notional::from_units(amount.into())),
        },
        time_in_force: time_in_force(&options.lifetimes)?,
        post_only: match options.post_only {
            None => PostOnly::No,
            Some(PostOnlyWord::Reject) => PostOnly::Reject,
            Some(PostOnlyWord::Slide) => PostOnly::Slide,
        },
        display: if options.hidden {
            Display::Hidden
        } else {
            Display::Full
        },
        minimum_quantity: Quantity::from_units(options.minimum.unwrap_or(0)),
        self_trade_prevention: self_trade_prevention(options.self_trade),
        stp_group: identity.stp_group,
        conditions: None,
        extra: Notional::ZERO,
    })
}

fn order_option_not_built(options: &OrderOptions) -> Option<&'static str> {
    let asked = [
        ("icebergs (peak=)", options.peak.is_some()),
        ("stops (stop=)", options.stop.is_some()),
        ("take-profits (take=)", options.take.is_some()),
        ("trigger sources (on=)", options.trigger_on.is_some()),
        ("trailing stops (trail=)", options.trail.is_some()),
        ("trailing stops (trail_bips=)", options.trail_bips.is_some()),
        ("trailing stops (step=)", options.step.is_some()),
        ("trailing stops (activate=)", options.activate.is_some()),
        ("pegged orders (peg=)", options.peg.is_some()),
        ("pegged orders (offset=)", options.offset.is_some()),
        ("pegged orders (cap=)", options.cap.is_some()),
        ("linked orders (oco=)", options.oco.is_some()),
        ("linked orders (oco_reduce=)", options.oco_reduce.is_some()),
        ("linked orders (parent=)", options.parent.is_some()),
        (
            "linked orders (parent_partial=)",
            options.parent_partial.is_some(),
        ),
        (
            "market-maker protection (mmp=)",
            options.protection_group.is_some(),
        ),
        ("cancel on disconnect (cod)", options.cancel_on_disconnect),
        ("market with protection (points=)", options.points.is_some()),
    ];
    asked
        .into_iter()
        .find_map(|(what, is_asked)| is_asked.then_some(what))
}

fn order_kind(limit: Limit) -> Result<OrderKind, Obstacle> {
    match limit {
        Limit::Price(units) => Ok(OrderKind::Limit {
            price: Price::from_units(units),
        }),
        Limit::Market => Ok(OrderKind::Market),
        Limit::Peg => not_built("pegged orders"),
    }
}

fn time_in_force(lifetimes: &[Lifetime]) -> Result<TimeInForce, Obstacle> {
    let mut decided = None;
    for lifetime in lifetimes {
        let time_in_force = match lifetime {
            Lifetime::ImmediateOrCancel => TimeInForce::ImmediateOrCancel,
            Lifetime::FillOrKill => TimeInForce::FillOrKill,
            Lifetime::GoodTillDate(expiry) => TimeInForce::GoodTillDate(Timestamp(*expiry)),
            Lifetime::Day => TimeInForce::Day,
            Lifetime::GoodForAuction => TimeInForce::GoodForAuction,
            Lifetime::GoodForContinuous => TimeInForce::GoodForContinuous,
            Lifetime::AtOpen => return not_built("auctions (opg)"),
            Lifetime::AtClose => return not_built("auctions (atc)"),
        };
        if decided.replace(time_in_force).is_some() {
            return Err(Obstacle::Refused(RejectWord::InvalidCombination));
        }
    }
    Ok(decided.unwrap_or(TimeInForce::GoodTillCanceled))
}

const fn self_trade_prevention(word: Option<SelfTradeWord>) -> SelfTradePrevention {
    match word {
        Some(SelfTradeWord::None) => SelfTradePrevention::None,
        None | Some(SelfTradeWord::Newest) => SelfTradePrevention::CancelNewest,
        Some(SelfTradeWord::Oldest) => SelfTradePrevention::CancelOldest,
        Some(SelfTradeWord::Both) => SelfTradePrevention::CancelBoth,
        Some(SelfTradeWord::Decrement) => SelfTradePrevention::Decrement,
    }
}

pub(crate) const fn session_state(word: MarketState) -> SessionState {
    match word {
        MarketState::Continuous => SessionState::Continuous,
        MarketState::Auction => SessionState::Auction,
        MarketState::OpeningAuction => SessionState::OpeningAuction,
        MarketState::ClosingAuction => SessionState::ClosingAuction,
        MarketState::Halted => SessionState::Halted,
        MarketState::Closed => SessionState::Closed,
        MarketState::PreOpen => SessionState::PreOpen,
    }
}

pub(crate) fn auction_reference(price: Option<i64>) -> AuctionReference {
    price.map_or(AuctionReference::LastPrice, |units| {
        AuctionReference::Given(Price::from_units(units))
    })
}

pub(crate) const fn side(word: SideWord) -> Side {
    match word {
        SideWord::Buy => Side::Buy,
        SideWord::Sell => Side::Sell,
    }
}
