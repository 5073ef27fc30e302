//! How what an order waits for, and whom it is tied to, is spelled.

use super::{
    Canonical, StateError, StateReader, StateSink, canonical_enum, canonical_newtype,
    canonical_struct,
};
use crate::conditions::{
    ChildStart, Conditions, MmpGroup, Oco, OcoMode, OnDisconnect, Parent, TrailingDistance,
    Trigger, TriggerKind, TriggerSource,
};
use crate::quantity::Quantity;

/// What a lost connection means, and behind it the fill cap where there is one: few orders have it, and the others are spelled
/// as if there were none.
struct Ending(OnDisconnect, Option<Quantity>);

impl Canonical for Ending {
    fn write<S: StateSink>(&self, out: &mut S) {
        match (self.0, self.1) {
            (on_disconnect, None) => on_disconnect.write(out),
            (OnDisconnect::Keep, Some(cap)) => {
                out.put(&[2]);
                cap.write(out);
            }
            (OnDisconnect::Cancel, Some(cap)) => {
                out.put(&[3]);
                cap.write(out);
            }
        }
    }

    fn read(from: &mut StateReader<'_>) -> Result<Self, StateError> {
        match from.value::<u8>()? {
            0 => Ok(Self(OnDisconnect::Keep, None)),
            1 => Ok(Self(OnDisconnect::Cancel, None)),
            2 => Ok(Self(OnDisconnect::Keep, Some(from.value()?))),
            3 => Ok(Self(OnDisconnect::Cancel, Some(from.value()?))),
            tag => Err(StateError::BadTag {
                what: "Conditions",
                tag,
            }),
        }
    }
}

impl Canonical for Conditions {
    fn write<S: StateSink>(&self, out: &mut S) {
        let Self {
            trigger,
            oco,
            parent,
            cap,
            mmp_group,
            on_disconnect,
            fill_cap,
        } = self;
        trigger.write(out);
        oco.write(out);
        parent.write(out);
        cap.write(out);
        mmp_group.write(out);
        Ending(*on_disconnect, *fill_cap).write(out);
    }

    fn read(from: &mut StateReader<'_>) -> Result<Self, StateError> {
        let (trigger, oco, parent) = (from.value()?, from.value()?, from.value()?);
        let (cap, mmp_group) = (from.value()?, from.value()?);
        let Ending(on_disconnect, fill_cap) = from.value()?;
        Ok(Self {
            trigger,
            oco,
            parent,
            cap,
            mmp_group,
            on_disconnect,
            fill_cap,
        })
    }
}

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
