//! The words of a scenario for the engine's reasons and states.

use engine::{CancelReason, RejectReason, SessionState};

use crate::market_line::{CancelWord, RejectWord, StatusWord};

/// The word for an order that was refused when it entered, later than it came.
pub(crate) const fn refusal_word(reason: CancelReason) -> Option<RejectWord> {
    match reason {
        CancelReason::PostOnlyWouldCross => Some(RejectWord::PostOnly),
        CancelReason::PriceOutsideBand => Some(RejectWord::PriceBand),
        CancelReason::InvalidPrice => Some(RejectWord::InvalidPrice),
        CancelReason::WouldTrigger => Some(RejectWord::WouldTrigger),
        CancelReason::Requested
        | CancelReason::MassCancel
        | CancelReason::ImmediateOrCancel
        | CancelReason::FillOrKill
        | CancelReason::Expired
        | CancelReason::SelfTradePrevention
        | CancelReason::NoLiquidity
        | CancelReason::BudgetSpent
        | CancelReason::Protection
        | CancelReason::ExecutionRange
        | CancelReason::OcoPartner
        | CancelReason::ParentEnded
        | CancelReason::MarketMakerProtection
        | CancelReason::Disconnected
        | CancelReason::AuctionEnded
        | CancelReason::QuoteReplaced
        | CancelReason::SessionState => None,
    }
}

pub(crate) const fn cancel_word(reason: CancelReason) -> CancelWord {
    match reason {
        CancelReason::Requested => CancelWord::Requested,
        CancelReason::MassCancel => CancelWord::Mass,
        CancelReason::ImmediateOrCancel => CancelWord::ImmediateOrCancel,
        CancelReason::FillOrKill => CancelWord::FillOrKill,
        CancelReason::Expired => CancelWord::Expired,
        CancelReason::SelfTradePrevention => CancelWord::SelfTrade,
        CancelReason::NoLiquidity => CancelWord::NoLiquidity,
        CancelReason::BudgetSpent => CancelWord::BudgetSpent,
        CancelReason::Protection => CancelWord::Protection,
        CancelReason::ExecutionRange => CancelWord::Collar,
        CancelReason::OcoPartner => CancelWord::Oco,
        CancelReason::ParentEnded => CancelWord::Parent,
        CancelReason::MarketMakerProtection => CancelWord::MarketMakerProtection,
        CancelReason::Disconnected => CancelWord::Disconnect,
        CancelReason::AuctionEnded => CancelWord::Auction,
        // The last ones are told as refusals.
        CancelReason::SessionState
        | CancelReason::QuoteReplaced
        | CancelReason::PostOnlyWouldCross
        | CancelReason::PriceOutsideBand
        | CancelReason::InvalidPrice
        | CancelReason::WouldTrigger => CancelWord::State,
    }
}

pub(crate) const fn status_word(state: SessionState) -> StatusWord {
    match state {
        SessionState::Continuous => StatusWord::Continuous,
        SessionState::PreOpen => StatusWord::PreOpen,
        SessionState::OpeningAuction => StatusWord::OpeningAuction,
        SessionState::Auction => StatusWord::Auction,
        SessionState::ClosingAuction => StatusWord::ClosingAuction,
        SessionState::Halted => StatusWord::Halted,
        SessionState::Closed => StatusWord::Closed,
        SessionState::VolatilityAuction => StatusWord::VolatilityAuction,
        SessionState::Reserved => StatusWord::Reserved,
        SessionState::Paused => StatusWord::Paused,
        SessionState::LimitUp => StatusWord::LimitUp,
        SessionState::LimitDown => StatusWord::LimitDown,
    }
}

pub(crate) const fn reject_word(reason: RejectReason) -> RejectWord {
    match reason {
        RejectReason::DuplicateClientOrderId | RejectReason::DuplicateExternalId => {
            RejectWord::DuplicateId
        }
        RejectReason::UnknownOrder => RejectWord::UnknownOrder,
        RejectReason::TooLate => RejectWord::TooLate,
        RejectReason::Halted => RejectWord::Halted,
        RejectReason::Closed => RejectWord::Closed,
        RejectReason::NotInAuction => RejectWord::NotInAuction,
        RejectReason::InvalidQuantity => RejectWord::InvalidQuantity,
        RejectReason::InvalidPrice => RejectWord::InvalidPrice,
        RejectReason::InvalidCombination => RejectWord::InvalidCombination,
        RejectReason::Expired => RejectWord::Expired,
        RejectReason::PostOnlyWouldCross => RejectWord::PostOnly,
        RejectReason::NoReference => RejectWord::NoReference,
        RejectReason::InsufficientFunds => RejectWord::InsufficientFunds,
        RejectReason::TooManyOpenOrders => RejectWord::TooManyOpenOrders,
        RejectReason::UnknownInstrument => RejectWord::UnknownInstrument,
        RejectReason::ExternalIdsOff => RejectWord::ExternalIdsOff,
        RejectReason::PriceOutsideBand => RejectWord::PriceBand,
        RejectReason::MmpFrozen => RejectWord::ProtectionFrozen,
        RejectReason::WouldTrigger => RejectWord::WouldTrigger,
        RejectReason::AccountKilled | RejectReason::MarketKilled => RejectWord::Killed,
        RejectReason::NotSupported => RejectWord::NotSupported,
        RejectReason::CancelOnly => RejectWord::CancelOnly,
        RejectReason::QuantityLimit
        | RejectReason::NotionalLimit
        | RejectReason::PriceLimit
        | RejectReason::OpenOrdersLimit
        | RejectReason::PositionLimit
        | RejectReason::OrderRateLimit
        | RejectReason::OrderToTradeLimit => RejectWord::AccountLimit,
        RejectReason::BatchRefused => RejectWord::BatchRefused,
        RejectReason::NotInBatch => RejectWord::NotInBatch,
        RejectReason::BatchTooLong => RejectWord::BatchTooLong,
        RejectReason::UnknownTrade => RejectWord::UnknownTrade,
        RejectReason::TradeTooOld => RejectWord::TradeTooOld,
        RejectReason::TradeBusted => RejectWord::TradeBusted,
        RejectReason::InvalidTerms | RejectReason::TakenOut => panic!("no scenario does that"),
    }
}
