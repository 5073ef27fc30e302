//! How ties of orders, counters of protection and open quotes are spelled.

use super::{Canonical, StateError, StateReader, StateSink, canonical_enum, canonical_struct};
use crate::conditions::MmpGroup;
use crate::id::{AccountId, OrderId};
use crate::linked::{Parentage, Partner, Ties};
use crate::market_maker_protection::{
    Freeze, Frozen, GroupCounter, MmpCounters, ProtectedGroup, ProtectedGroups, ProtectionLimits,
    ProtectionWindow, Totals,
};
use crate::mass_quote::Quotes;
use crate::pegged::Peg;
use crate::side::Side;

canonical_struct!(Ties {
    partner,
    parent,
    has_children,
    mmp_group,
    on_disconnect,
    owed,
});

canonical_struct!(Partner {
    order,
    mode,
    shared,
});

canonical_struct!(Peg {
    reference,
    offset,
    cap,
    hold_price,
});

canonical_struct!(Parentage {
    order,
    start,
    parent_is_open,
    has_turn,
    wanted_units,
    allowed_units,
    granted_units,
});

impl Canonical for ProtectedGroups {
    fn write<S: StateSink>(&self, out: &mut S) {
        self.iter().copied().collect::<Vec<_>>().write(out);
    }

    fn read(from: &mut StateReader<'_>) -> Result<Self, StateError> {
        let groups: Vec<ProtectedGroup> = from.value()?;
        Self::new(&groups).ok_or(StateError::Impossible("too many groups are protected"))
    }
}

canonical_struct!(ProtectedGroup {
    group,
    limits,
    window,
    freeze,
});

canonical_struct!(ProtectionLimits {
    quantity,
    trades,
    delta,
});

canonical_enum!(ProtectionWindow { 1 => Tumbling(length), 2 => Sliding(length) });

canonical_enum!(Freeze { 1 => UntilReset, 2 => For(length) });

impl Canonical for MmpCounters {
    fn write<S: StateSink>(&self, out: &mut S) {
        (self.iter().count() as u64).write(out);
        for (key, counter) in self.iter() {
            key.write(out);
            counter.started.write(out);
            counter.totals.write(out);
            counter.fills.iter().copied().collect::<Vec<_>>().write(out);
            counter.frozen.write(out);
        }
    }

    fn read(from: &mut StateReader<'_>) -> Result<Self, StateError> {
        let mut counters = Self::default();
        let count: u64 = from.value()?;
        for _ in 0..count {
            let key: (AccountId, MmpGroup) = from.value()?;
            let counter = GroupCounter {
                started: from.value()?,
                totals: from.value()?,
                fills: from.value::<Vec<_>>()?.into(),
                frozen: from.value()?,
            };
            counters.restore(key, counter);
        }
        Ok(counters)
    }
}

canonical_struct!(Totals {
    units,
    trades,
    net_units,
});

canonical_enum!(Frozen { 0 => No, 1 => Until(end), 2 => UntilReset });

impl Canonical for Quotes {
    fn write<S: StateSink>(&self, out: &mut S) {
        (self.iter().count() as u64).write(out);
        for (key, [bid, ask]) in self.iter() {
            key.write(out);
            bid.write(out);
            ask.write(out);
        }
    }

    fn read(from: &mut StateReader<'_>) -> Result<Self, StateError> {
        let mut quotes = Self::default();
        let count: u64 = from.value()?;
        for _ in 0..count {
            let (account, group): (AccountId, MmpGroup) = from.value()?;
            for side in [Side::Buy, Side::Sell] {
                if let Some(order) = from.value::<Option<OrderId>>()? {
                    quotes.set(account, group, side, order);
                }
            }
        }
        Ok(quotes)
    }
}
