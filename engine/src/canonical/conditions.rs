//! How what an order waits for, and whom it is tied to, is spelled.

use super::{canonical_enum, canonical_newtype, canonical_struct};
use crate::conditions::{
    ChildStart, Conditions, MmpGroup, Oco, OcoMode, OnDisconnect, Parent, TrailingDistance,
    Trigger, TriggerKind, TriggerSource,
};

canonical_struct!(Conditions {
    trigger,
    oco,
    parent,
    cap,
    mmp_group,
    on_disconnect,
});

canonical_struct!(Trigger { kind, source });

canonical_enum!(TriggerKind {
    1 => Stop { price },
    2 => TakeProfit { price },
    3 => Trailing { distance, step, activation },
});

canonical_enum!(TrailingDistance { 1 => Price(units), 2 => Bips(bips) });

canonical_enum!(TriggerSource { 1 => Last, 2 => BidAsk, 3 => Mid });

canonical_struct!(Oco { partner, mode });

canonical_enum!(OcoMode { 1 => Cancel, 2 => Reduce });

canonical_struct!(Parent { order, start });

canonical_enum!(ChildStart { 1 => OnFullFill, 2 => OnEachFill });

canonical_newtype!(MmpGroup);

canonical_enum!(OnDisconnect { 0 => Keep, 1 => Cancel });
