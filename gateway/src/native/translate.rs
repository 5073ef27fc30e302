//! Between the native protocol's words and the engine's: dull and total.

use engine::{OrderId, Price, Quantity, RejectReason, SessionState, Timestamp};
use protocol::{DecimalError, ExactDecimal, Reason, Scale};

/// A request that says something an order cannot have: the reason, and a sentence that names the field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Untranslatable {
    /// The reason that the report gives.
    pub reason: Reason,
    /// A sentence for people.
    pub text: String,
}

const NS_PER_US: u64 = 1_000;

/// Engine time on the wire.
pub const fn at_us(at: Timestamp) -> u64 {
    at.0 / NS_PER_US
}

/// A time of the wire as engine time; later than all time there is where it would not fit.
pub const fn timestamp(at_us: u64) -> Timestamp {
    Timestamp(at_us.saturating_mul(NS_PER_US))
}

/// A limit price, above zero.
///
/// # Errors
/// It is zero, negative, off the unit grid or too large.
pub fn price(field: &str, price: ExactDecimal, scale: Scale) -> Result<Price, Untranslatable> {
    let units = scale
        .price_units(price)
        .map_err(|error| untranslatable(Reason::InvalidPrice, field, error))?;
    if units == 0 {
        return Err(zero(Reason::InvalidPrice, field));
    }
    Ok(Price::from_units(units))
}

/// A quantity, above zero.
///
/// # Errors
/// It is zero, negative, off the unit grid or too large.
pub fn quantity(
    field: &str,
    quantity: ExactDecimal,
    scale: Scale,
) -> Result<Quantity, Untranslatable> {
    let quantity = quantity_or_zero(field, quantity, scale)?;
    if quantity.is_zero() {
        return Err(zero(Reason::InvalidQuantity, field));
    }
    Ok(quantity)
}

pub(super) fn quantity_or_zero(
    field: &str,
    quantity: ExactDecimal,
    scale: Scale,
) -> Result<Quantity, Untranslatable> {
    scale
        .quantity_units(quantity)
        .map(Quantity::from_units)
        .map_err(|error| untranslatable(Reason::InvalidQuantity, field, error))
}

pub(super) fn zero(reason: Reason, field: &str) -> Untranslatable {
    Untranslatable {
        reason,
        text: format!("field `{field}`: it must be above zero"),
    }
}

pub(super) fn untranslatable(reason: Reason, field: &str, error: DecimalError) -> Untranslatable {
    Untranslatable {
        reason,
        text: format!("field `{field}`: {error}"),
    }
}

/// A client order id in the engine's form. Both crates admit the same texts.
pub fn client_order_id(id: protocol::ClientOrderId) -> engine::ClientOrderId {
    engine::ClientOrderId::from_padded(&id.padded(), id.length())
        .expect("the protocol admits only client order ids that the engine admits")
}

/// A client order id in the wire's form.
pub fn wire_client_order_id(id: engine::ClientOrderId) -> protocol::ClientOrderId {
    protocol::ClientOrderId::from_padded_to(id.padded(), id.length())
        .expect("the engine admits only client order ids that the protocol admits")
}

/// Which order is meant.
pub fn order_ref(order: protocol::OrderRef) -> engine::OrderRef {
    match order {
        protocol::OrderRef::Order(id) => engine::OrderRef::Id(OrderId(id)),
        protocol::OrderRef::Client(id) => engine::OrderRef::Client(client_order_id(id)),
    }
}

/// A side in the engine's form.
pub const fn engine_side(side: protocol::Side) -> engine::Side {
    match side {
        protocol::Side::Buy => engine::Side::Buy,
        protocol::Side::Sell => engine::Side::Sell,
    }
}

/// A side in the wire's form.
pub const fn wire_side(side: engine::Side) -> protocol::Side {
    match side {
        engine::Side::Buy => protocol::Side::Buy,
        engine::Side::Sell => protocol::Side::Sell,
    }
}

/// What a failed cancel means for the new order, in the engine's form.
pub const fn on_cancel_failure(policy: protocol::OnCancelFailure) -> engine::OnCancelFailure {
    match policy {
        protocol::OnCancelFailure::Stop => engine::OnCancelFailure::Stop,
        protocol::OnCancelFailure::Continue => engine::OnCancelFailure::Continue,
    }
}

/// Whether a changed order kept its place, in the wire's form.
pub const fn wire_priority(priority: engine::Priority) -> protocol::Priority {
    match priority {
        engine::Priority::Kept => protocol::Priority::Kept,
        engine::Priority::Lost => protocol::Priority::Lost,
    }
}

/// Why a command was refused, in the wire's form.
pub const fn reject_reason(reason: RejectReason) -> Reason {
    match reason {
        RejectReason::DuplicateClientOrderId => Reason::DuplicateClientOrderId,
        RejectReason::UnknownOrder => Reason::UnknownOrder,
        RejectReason::TooLate => Reason::TooLate,
        RejectReason::Halted => Reason::Halted,
        RejectReason::Closed => Reason::Closed,
        RejectReason::NotInAuction => Reason::NotInAuction,
        RejectReason::InvalidQuantity => Reason::InvalidQuantity,
        RejectReason::InvalidPrice => Reason::InvalidPrice,
        RejectReason::InvalidCombination => Reason::InvalidCombination,
        RejectReason::Expired => Reason::Expired,
        RejectReason::PostOnlyWouldCross => Reason::PostOnlyWouldCross,
        RejectReason::NoReference => Reason::NoReference,
        RejectReason::InsufficientFunds => Reason::InsufficientFunds,
        RejectReason::TooManyOpenOrders => Reason::TooManyOpenOrders,
        RejectReason::UnknownInstrument => Reason::UnknownSymbol,
        RejectReason::PriceOutsideBand => Reason::PriceOutsideBand,
        RejectReason::MmpFrozen => Reason::MmpFrozen,
        RejectReason::WouldTrigger => Reason::WouldTrigger,
        RejectReason::AccountKilled => Reason::AccountKilled,
        RejectReason::MarketKilled => Reason::MarketKilled,
        RejectReason::NotSupported => Reason::NotSupported,
        RejectReason::CancelOnly => Reason::CancelOnly,
        RejectReason::QuantityLimit => Reason::QuantityLimit,
        RejectReason::NotionalLimit => Reason::NotionalLimit,
        RejectReason::PriceLimit => Reason::PriceLimit,
        RejectReason::OpenOrdersLimit => Reason::OpenOrdersLimit,
        RejectReason::PositionLimit => Reason::PositionLimit,
        RejectReason::OrderRateLimit => Reason::OrderRateLimit,
        RejectReason::OrderToTradeLimit => Reason::OrderToTradeLimit,
        RejectReason::BatchRefused => Reason::BatchRefused,
        RejectReason::NotInBatch => Reason::NotInBatch,
        RejectReason::BatchTooLong => Reason::BatchTooLong,
        RejectReason::UnknownTrade => Reason::UnknownTrade,
        RejectReason::TradeTooOld => Reason::TradeTooOld,
        RejectReason::TradeBusted => Reason::TradeBusted,
        // External ids do not exist on this wire.
        RejectReason::DuplicateExternalId
        | RejectReason::ExternalIdsOff
        | RejectReason::InvalidTerms
        | RejectReason::TakenOut => Reason::Other,
    }
}

/// Why an order ended, in the wire's form.
pub const fn cancel_reason(reason: engine::CancelReason) -> Reason {
    match reason {
        // A quote's old side goes because its owner asks for the new one.
        engine::CancelReason::Requested | engine::CancelReason::QuoteReplaced => Reason::Requested,
        engine::CancelReason::MassCancel => Reason::MassCancel,
        engine::CancelReason::ImmediateOrCancel => Reason::ImmediateOrCancel,
        engine::CancelReason::FillOrKill => Reason::FillOrKill,
        engine::CancelReason::Expired => Reason::Expired,
        engine::CancelReason::SelfTradePrevention => Reason::SelfTradePrevention,
        engine::CancelReason::NoLiquidity => Reason::NoLiquidity,
        engine::CancelReason::BudgetSpent => Reason::BudgetSpent,
        engine::CancelReason::Protection => Reason::Protection,
        engine::CancelReason::ExecutionRange => Reason::ExecutionRange,
        engine::CancelReason::OcoPartner => Reason::OcoPartner,
        engine::CancelReason::ParentEnded => Reason::ParentEnded,
        engine::CancelReason::MarketMakerProtection => Reason::MarketMakerProtection,
        engine::CancelReason::Disconnected => Reason::Disconnected,
        engine::CancelReason::AuctionEnded => Reason::AuctionEnded,
        engine::CancelReason::SessionState => Reason::SessionState,
        engine::CancelReason::PostOnlyWouldCross => Reason::PostOnlyWouldCross,
        engine::CancelReason::PriceOutsideBand => Reason::PriceOutsideBand,
        engine::CancelReason::InvalidPrice => Reason::InvalidPrice,
        engine::CancelReason::WouldTrigger => Reason::WouldTrigger,
    }
}

/// What an instrument does with orders, in the words of rule sets and scenario files.
pub const fn session_state(state: SessionState) -> &'static str {
    match state {
        SessionState::Continuous => "continuous",
        SessionState::PreOpen => "pre_open",
        SessionState::OpeningAuction => "opening_auction",
        SessionState::Auction => "auction",
        SessionState::ClosingAuction => "closing_auction",
        SessionState::Halted => "halted",
        SessionState::Closed => "closed",
        SessionState::VolatilityAuction => "vol_auction",
        SessionState::Reserved => "reserved",
        SessionState::Paused => "paused",
        SessionState::LimitUp => "limit_up",
        SessionState::LimitDown => "limit_down",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CENTS: Scale = Scale {
        price_decimals: 2,
        quantity_decimals: 3,
    };

    fn decimal(text: &str) -> ExactDecimal {
        text.parse().unwrap()
    }

    #[test]
    fn a_price_is_a_whole_number_of_units() {
        assert_eq!(
            price("price", decimal("100.5"), CENTS),
            Ok(Price::from_units(10_050))
        );
    }

    #[test]
    fn an_off_grid_price_is_refused_and_never_rounded() {
        let refused = price("price", decimal("100.005"), CENTS).unwrap_err();

        assert_eq!(refused.reason, Reason::InvalidPrice);
        assert_eq!(refused.text, "field `price`: it has more than 2 decimals");
    }

    #[test]
    fn zero_negative_and_overflowing_quantities_are_refused() {
        for text in [
            "0",
            "0.000",
            "-1",
            "18446744073709551616",
            "18446744073709551.616",
        ] {
            let refused = quantity("quantity", decimal(text), CENTS).unwrap_err();
            assert_eq!(refused.reason, Reason::InvalidQuantity, "{text}");
        }
    }

    #[test]
    fn a_time_beyond_all_time_is_the_latest_there_is() {
        assert_eq!(timestamp(u64::MAX), Timestamp(u64::MAX));
        assert_eq!(
            at_us(timestamp(1_700_000_000_000_001)),
            1_700_000_000_000_001
        );
    }
}
