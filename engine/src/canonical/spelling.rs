//! How each type of the engine is spelled. A tag or an order of fields never changes within one version of
//! the state; what is new gets a new tag.

use super::{
    Canonical, StateError, StateReader, StateSink, canonical_enum, canonical_newtype,
    canonical_struct,
};
use crate::cancel_reason::CancelReason;
use crate::command::OrderRef;
use crate::event::{OriginalOutcome, Priority, TradePhase};
use crate::id::{
    AccountId, ClientOrderId, ExternalId, FeeTier, InstrumentId, OrderHandle, OrderId,
    SessionNumber, StpGroup, TradeId,
};
use crate::instrument::{FundsCheck, Instrument, MarketBudget};
use crate::order::{
    ClientIdPolicy, Display, OrderKind, OrderSize, PegReference, PostOnly, SelfTradePrevention,
    TimeInForce,
};
use crate::price::Price;
use crate::quantity::{Notional, Quantity};
use crate::reject::RejectReason;
use crate::sequence::{SequenceNumber, Timestamp};
use crate::session::SessionState;
use crate::side::Side;

canonical_newtype!(
    AccountId,
    InstrumentId,
    OrderId,
    TradeId,
    ExternalId,
    FeeTier,
    StpGroup,
    SequenceNumber,
    Timestamp,
    SessionNumber,
);

macro_rules! canonical_units {
    ($($type:ident),+) => {$(
        impl Canonical for $type {
            fn write<S: StateSink>(&self, out: &mut S) {
                self.units().write(out);
            }

            fn read(from: &mut StateReader<'_>) -> Result<Self, StateError> {
                from.value().map(Self::from_units)
            }
        }
    )+};
}

canonical_units!(Price, Quantity, Notional);

impl Canonical for ClientOrderId {
    fn write<S: StateSink>(&self, out: &mut S) {
        self.length().write(out);
        out.put(self.as_bytes());
    }

    fn read(from: &mut StateReader<'_>) -> Result<Self, StateError> {
        let length: u8 = from.value()?;
        let text = str::from_utf8(from.bytes(usize::from(length))?);
        text.ok()
            .and_then(|text| Self::new(text).ok())
            .ok_or(StateError::Impossible("a text is no client order id"))
    }
}

canonical_struct!(OrderHandle { slot, generation });

canonical_enum!(Side { 0 => Buy, 1 => Sell });

canonical_enum!(OrderKind {
    1 => Limit { price },
    2 => Market,
    3 => MarketWithProtection { points },
    4 => MarketToLimit,
    5 => Pegged { reference, offset },
});

canonical_enum!(PegReference { 1 => Primary, 2 => Market, 3 => Mid });

canonical_enum!(OrderSize { 1 => Quantity(quantity), 2 => QuoteAmount(amount) });

canonical_enum!(TimeInForce {
    1 => GoodTillCanceled,
    2 => ImmediateOrCancel,
    3 => FillOrKill,
    4 => GoodTillDate(expiry),
    5 => Day,
    6 => AtOpen,
    7 => AtClose,
    8 => GoodForAuction,
    9 => GoodForContinuous,
});

canonical_enum!(PostOnly { 0 => No, 1 => Reject, 2 => Slide });

canonical_enum!(Display { 0 => Full, 1 => Hidden, 2 => Iceberg { peak } });

canonical_enum!(SelfTradePrevention {
    0 => None,
    1 => CancelNewest,
    2 => CancelOldest,
    3 => CancelBoth,
    4 => Decrement,
});

canonical_enum!(ClientIdPolicy { 1 => Idempotent, 2 => OpenUnique });

canonical_enum!(OrderRef { 1 => Id(id), 2 => Handle(handle), 3 => Client(id), 4 => External(id) });

canonical_enum!(OriginalOutcome { 1 => Accepted(id), 2 => Rejected(reason) });

canonical_enum!(SessionState {
    0 => Continuous,
    1 => PreOpen,
    2 => OpeningAuction,
    3 => Auction,
    4 => ClosingAuction,
    5 => Halted,
    6 => Closed,
    7 => VolatilityAuction,
    8 => Reserved,
    9 => Paused,
    10 => LimitUp,
    11 => LimitDown,
});

canonical_enum!(MarketBudget { 1 => Reject, 2 => Partial });

canonical_enum!(FundsCheck { 1 => Enforced, 2 => Off });

canonical_struct!(Instrument {
    id,
    tick_size,
    lot_size,
    price_min,
    price_max,
    quantity_min,
    quantity_max,
    open_orders_max,
    idempotency_orders_max,
    idempotency_sequences_max,
    market_budget,
    market_protection_bips,
    hold_surcharge_ppm,
    funds_check,
    rules,
});

canonical_enum!(RejectReason {
    1 => DuplicateClientOrderId,
    2 => DuplicateExternalId,
    3 => UnknownOrder,
    4 => TooLate,
    5 => Halted,
    6 => Closed,
    7 => InvalidQuantity,
    8 => InvalidPrice,
    9 => InvalidCombination,
    10 => NotInAuction,
    11 => Expired,
    12 => PostOnlyWouldCross,
    13 => NoReference,
    14 => InsufficientFunds,
    15 => TooManyOpenOrders,
    16 => UnknownInstrument,
    17 => ExternalIdsOff,
    18 => PriceOutsideBand,
    19 => MmpFrozen,
    20 => WouldTrigger,
    21 => AccountKilled,
    22 => NotSupported,
    40 => MarketKilled,
    41 => CancelOnly,
    42 => QuantityLimit,
    43 => NotionalLimit,
    44 => PriceLimit,
    45 => OpenOrdersLimit,
    46 => PositionLimit,
    47 => OrderRateLimit,
    48 => OrderToTradeLimit,
    55 => BatchRefused,
    56 => NotInBatch,
    57 => BatchTooLong,
    60 => InvalidTerms,
    61 => UnknownTrade,
    62 => TradeTooOld,
    63 => TradeBusted,
    100 => TakenOut,
});

canonical_enum!(CancelReason {
    1 => Requested,
    2 => MassCancel,
    3 => ImmediateOrCancel,
    4 => FillOrKill,
    5 => Expired,
    6 => SelfTradePrevention,
    7 => NoLiquidity,
    8 => BudgetSpent,
    9 => Protection,
    10 => ExecutionRange,
    11 => OcoPartner,
    12 => ParentEnded,
    13 => MarketMakerProtection,
    14 => Disconnected,
    15 => AuctionEnded,
    16 => SessionState,
    17 => PostOnlyWouldCross,
    18 => PriceOutsideBand,
    19 => InvalidPrice,
    20 => WouldTrigger,
    21 => QuoteReplaced,
});

canonical_enum!(TradePhase { 0 => Continuous, 1 => Auction });

canonical_enum!(Priority { 0 => Kept, 1 => Lost });
