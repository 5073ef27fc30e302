//! From the words of a scenario to the engine's types.
//!
//! What the engine cannot do is named here, and only here.

use engine::{
    AccountId, AuctionReference, ChildStart, ClientIdPolicy, ClientOrderId, Conditions, Display,
    ExecutionRange, FundsCheck, Instrument, InstrumentId, MarketBudget, MatchingAlgorithm,
    MmpGroup, NewOrder, Notional, Oco, OcoMode, OnDisconnect, OrderKind, OrderRef, OrderSize,
    Parent, PegReference, PostOnly, Price, PriceBand, ProRata, Quantity, Rules,
    SelfTradePrevention, SessionState, Side, StpGroup, TimeInForce, Timestamp, TrailingDistance,
    Trigger, TriggerKind, TriggerSource,
};

use crate::command::MarketState;
use crate::instrument_options::{
    Collar, GrowingChild, InstrumentOptions, MarketResidual, MatchingRule, StopOnEntry, TopOrder,
};
use crate::market_line::RejectWord;
use crate::order_entry::{
    Lifetime, Limit, OrderEntry, OrderOptions, PegReference as PegWord, PostOnlyWord,
    SelfTradeWord, SideWord, Size, TriggerSource as SourceWord,
};
use crate::session_rules::with_session_rules;

/// Why a command does not reach the engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Obstacle {
    /// The engine cannot do this.
    Unable(String),
    /// The engine's types cannot even say it, and the rule book refuses it.
    Refused(RejectWord),
}

/// Highest price and largest quantity of a scenario: their product fits, a million times over.
const BOUND: u64 = 1_000_000_000_000_000;
const OPEN_ORDERS_MAX: u32 = 1_000_000;
const INSTRUMENT: InstrumentId = InstrumentId(1);

/// The engine's instrument for a scenario: no money, ids unique while open.
pub(crate) fn instrument(options: &InstrumentOptions) -> Result<Instrument, Obstacle> {
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
        rules: with_session_rules(options, &rules(options))
            .map_err(|what| Obstacle::Unable(what.to_owned()))?,
    })
}

/// The mechanisms that an instrument line asks for.
fn rules(options: &InstrumentOptions) -> Rules {
    Rules {
        matching: match options.matching {
            None | Some(MatchingRule::Fifo) => MatchingAlgorithm::PriceTime,
            Some(MatchingRule::ProRata) => MatchingAlgorithm::ProRata(pro_rata(options)),
        },
        market_residual: match options.market_residual {
            None | Some(MarketResidual::Rest) => engine::MarketResidual::Rest,
            Some(MarketResidual::Cancel) => engine::MarketResidual::Cancel,
        },
        growing_child: match options.grow {
            None | Some(GrowingChild::Lose) => engine::GrowingChild::Lose,
            Some(GrowingChild::Keep) => engine::GrowingChild::Keep,
        },
        stop_on_entry: match options.stop_on_entry {
            None | Some(StopOnEntry::Reject) => engine::StopOnEntry::Reject,
            Some(StopOnEntry::Trigger) => engine::StopOnEntry::Trigger,
        },
        entry_band: options.band.map(|band| PriceBand {
            low: Price::from_units(band.low),
            high: Price::from_units(band.high),
        }),
        execution_range: options.collar.map(|collar| match collar {
            Collar::Around(percent) => ExecutionRange {
                low_bips: bips(percent.bips, |bips| WHOLE.saturating_sub(bips)),
                high_bips: bips(percent.bips, |bips| WHOLE.saturating_add(bips)),
            },
            Collar::Range { low, high } => ExecutionRange {
                low_bips: bips(low.bips, |bips| bips),
                high_bips: bips(high.bips, |bips| bips),
            },
        }),
        ..Rules::PLAIN
    }
}

/// Hundredths of a percent of all of it.
const WHOLE: u64 = 10_000;

fn bips(bips: u64, of_reference: impl FnOnce(u64) -> u64) -> u32 {
    u32::try_from(of_reference(bips)).unwrap_or(u32::MAX)
}

fn pro_rata(options: &InstrumentOptions) -> ProRata {
    ProRata {
        minimum_allocation: Quantity::from_units(options.minimum_allocation.unwrap_or(1)),
        top_order: match options.top {
            None | Some(TopOrder::Off) => engine::TopOrder::Off,
            Some(TopOrder::On) => engine::TopOrder::On {
                quantity_min: Quantity::ZERO,
                quantity_max: Quantity::MAX,
            },
        },
        first_in_first_out_bips: options
            .split
            .map_or(0, |split| bips(split.bips, |bips| bips)),
    }
}

/// What the runner knows of a new order beyond its line.
pub(crate) struct Identity {
    pub(crate) account: AccountId,
    pub(crate) client_order_id: ClientOrderId,
    pub(crate) stp_group: Option<StpGroup>,
    /// Whom the order is tied to.
    pub(crate) tied: Tied,
}

/// Whom an order is tied to, as the engine knows them.
#[derive(Default)]
pub(crate) struct Tied {
    pub(crate) partner: Option<OrderRef>,
    pub(crate) parent: Option<OrderRef>,
    pub(crate) mmp_group: Option<MmpGroup>,
}

/// The engine's order for an order line. A contradiction that the engine's types cannot say becomes another one,
/// so that the engine tells the first of all reasons against the order.
pub(crate) fn new_order(entry: &OrderEntry, identity: &Identity) -> Result<NewOrder, Obstacle> {
    match as_written(entry, identity) {
        Err(Obstacle::Refused(RejectWord::InvalidCombination)) => {
            as_written(&contradictory(entry), identity)
        }
        Ok(order) => Ok(order),
        Err(obstacle) => Err(obstacle),
    }
}

/// The same order, immediate and post-only.
fn contradictory(entry: &OrderEntry) -> OrderEntry {
    let mut entry = entry.clone();
    let options = &mut entry.options;
    options.lifetimes = vec![Lifetime::ImmediateOrCancel];
    options.post_only = Some(PostOnlyWord::Reject);
    options.hidden = false;
    let is_trailing = options.trail.is_some() || options.trail_bips.is_some();
    let triggers = [options.stop, options.take].into_iter().flatten().count();
    let has_more = options.step.is_some() || options.activate.is_some();
    // A trigger that can be said is, for its prices.
    if triggers != 1 || is_trailing || has_more {
        (options.stop, options.take, options.trigger_on) = (None, None, None);
        (options.trail, options.trail_bips) = (None, None);
        (options.step, options.activate) = (None, None);
    }
    options.points = None;
    if options.oco.is_some() {
        options.oco_reduce = None;
    }
    if options.parent.is_some() {
        options.parent_partial = None;
    }
    if entry.limit == Limit::Peg {
        options.peg = options.peg.or(Some(PegWord::Primary));
    } else {
        (options.peg, options.offset, options.cap) = (None, None, None);
    }
    entry
}

fn as_written(entry: &OrderEntry, identity: &Identity) -> Result<NewOrder, Obstacle> {
    let options = &entry.options;
    Ok(NewOrder {
        account: identity.account,
        client_order_id: Some(identity.client_order_id),
        client_id_policy: ClientIdPolicy::OpenUnique,
        external_id: None,
        side: side(entry.side),
        kind: order_kind(entry)?,
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
        display: display(options)?,
        minimum_quantity: Quantity::from_units(options.minimum.unwrap_or(0)),
        self_trade_prevention: self_trade_prevention(options),
        stp_group: identity.stp_group,
        conditions: conditions(entry, &identity.tied)?.map(Box::new),
        extra: Notional::ZERO,
    })
}

fn order_kind(entry: &OrderEntry) -> Result<OrderKind, Obstacle> {
    match (entry.limit, entry.options.points) {
        (Limit::Price(units), None) => Ok(OrderKind::Limit {
            price: Price::from_units(units),
        }),
        (Limit::Market, None) => Ok(OrderKind::Market),
        (Limit::Market, Some(points)) => Ok(OrderKind::MarketWithProtection { points }),
        (Limit::Price(_) | Limit::Peg, Some(_)) => refused(RejectWord::InvalidCombination),
        (Limit::Peg, None) => match entry.options.peg {
            Some(reference) => Ok(OrderKind::Pegged {
                reference: peg_reference(reference),
                offset: entry.options.offset.unwrap_or(0),
            }),
            None => refused(RejectWord::InvalidCombination),
        },
    }
}

const fn peg_reference(word: PegWord) -> PegReference {
    match word {
        PegWord::Primary => PegReference::Primary,
        PegWord::Market => PegReference::Market,
        PegWord::Mid => PegReference::Mid,
    }
}

fn display(options: &OrderOptions) -> Result<Display, Obstacle> {
    match (options.hidden, options.peak) {
        (false, None) => Ok(Display::Full),
        (true, None) => Ok(Display::Hidden),
        (false, Some(peak)) => Ok(Display::Iceberg {
            peak: Quantity::from_units(peak),
        }),
        (true, Some(_)) => refused(RejectWord::InvalidCombination),
    }
}

/// What an order waits for, and whom it is tied to.
fn conditions(entry: &OrderEntry, tied: &Tied) -> Result<Option<Conditions>, Obstacle> {
    let options = &entry.options;
    let is_pegged = entry.limit == Limit::Peg;
    let has_peg_words = options.peg.is_some() || options.offset.is_some() || options.cap.is_some();
    let is_twice = options.oco.is_some() && options.oco_reduce.is_some()
        || options.parent.is_some() && options.parent_partial.is_some();
    if is_twice || has_peg_words && !is_pegged {
        return refused(RejectWord::InvalidCombination);
    }
    let conditions = Conditions {
        trigger: trigger(options)?,
        oco: tied.partner.map(|partner| Oco {
            partner,
            mode: if options.oco.is_some() {
                OcoMode::Cancel
            } else {
                OcoMode::Reduce
            },
        }),
        parent: tied.parent.map(|order| Parent {
            order,
            start: if options.parent.is_some() {
                ChildStart::OnFullFill
            } else {
                ChildStart::OnEachFill
            },
        }),
        cap: options.cap.map(Price::from_units),
        mmp_group: tied.mmp_group,
        on_disconnect: if options.cancel_on_disconnect {
            OnDisconnect::Cancel
        } else {
            OnDisconnect::Keep
        },
        fill_cap: None,
    };
    Ok((!conditions.are_none()).then_some(conditions))
}

/// What an order waits for; a word that is about a trigger and has none is a combination of nothing.
fn trigger(options: &OrderOptions) -> Result<Option<Trigger>, Obstacle> {
    let trail = (options.trail, options.trail_bips);
    let distance = match trail {
        (None, None) => None,
        (Some(units), None) => Some(TrailingDistance::Price(units)),
        (None, Some(bips)) => Some(TrailingDistance::Bips(
            u32::try_from(bips).unwrap_or(u32::MAX),
        )),
        (Some(_), Some(_)) => return refused(RejectWord::InvalidCombination),
    };
    let kind = match (options.stop, options.take, distance) {
        (None, None, None) => None,
        (Some(units), None, None) => Some(TriggerKind::Stop {
            price: Price::from_units(units),
        }),
        (None, Some(units), None) => Some(TriggerKind::TakeProfit {
            price: Price::from_units(units),
        }),
        (None, None, Some(distance)) => Some(TriggerKind::Trailing {
            distance,
            step: options
                .step
                .map(|step| i64::try_from(step).unwrap_or(i64::MAX)),
            activation: options.activate.map(Price::from_units),
        }),
        _ => return refused(RejectWord::InvalidCombination),
    };
    let trails = options.step.is_some() || options.activate.is_some();
    let is_about_nothing =
        trails && distance.is_none() || options.trigger_on.is_some() && kind.is_none();
    if is_about_nothing {
        return refused(RejectWord::InvalidCombination);
    }
    let source = match options.trigger_on {
        None | Some(SourceWord::Last) => TriggerSource::Last,
        Some(SourceWord::BidAsk) => TriggerSource::BidAsk,
        Some(SourceWord::Mid) => TriggerSource::Mid,
    };
    Ok(kind.map(|kind| Trigger { kind, source }))
}

fn refused<T>(reason: RejectWord) -> Result<T, Obstacle> {
    Err(Obstacle::Refused(reason))
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
            Lifetime::AtOpen => TimeInForce::AtOpen,
            Lifetime::AtClose => TimeInForce::AtClose,
        };
        if decided.replace(time_in_force).is_some() {
            return Err(Obstacle::Refused(RejectWord::InvalidCombination));
        }
    }
    Ok(decided.unwrap_or(TimeInForce::GoodTillCanceled))
}

/// An order without `by=` and without `group=` has an account of its own, so nobody's orders are its own: it trades also
/// with those that it is tied to, though the engine ties orders of one account only.
const fn self_trade_prevention(options: &OrderOptions) -> SelfTradePrevention {
    if options.account.is_none() && options.group.is_none() {
        return SelfTradePrevention::None;
    }
    match options.self_trade {
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
