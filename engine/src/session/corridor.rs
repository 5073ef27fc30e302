//! Price corridors: what would trade outside of them begins a volatility auction instead. Xetra.

use super::call_end::CallEnd;
use super::price_range::Range;
use crate::price::Price;

/// How far from its references a taker may trade before a volatility auction begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Corridors {
    /// Half the width around the last price as the taker begins, in hundredths of a percent of it; `None`
    /// bounds nothing.
    pub dynamic_bips: Option<u32>,
    /// Half the width around the last auction price, in hundredths of a percent of it; `None` bounds nothing.
    pub static_bips: Option<u32>,
    /// What ends the volatility auction.
    pub call: CallEnd,
}

impl Corridors {
    /// None.
    pub const OFF: Self = Self {
        dynamic_bips: None,
        static_bips: None,
        call: CallEnd::Operator,
    };

    pub(crate) const fn is_sound(&self) -> bool {
        self.call.is_sound()
    }

    pub(crate) const fn bound_something(&self) -> bool {
        self.dynamic_bips.is_some() || self.static_bips.is_some()
    }

    /// Where a taker may trade that begins at this last price.
    pub(crate) fn dynamic(&self, last_price: Option<Price>) -> Range {
        around(last_price, self.dynamic_bips)
    }

    /// Where anybody may trade.
    pub(crate) fn fixed(&self, last_auction_price: Option<Price>) -> Range {
        around(last_auction_price, self.static_bips)
    }
}

/// Without a reference, or a width, nothing is bounded.
fn around(reference: Option<Price>, bips: Option<u32>) -> Range {
    match (reference, bips) {
        (Some(reference), Some(bips)) => Range::around(reference, bips),
        (Some(_) | None, _) => Range::ALL,
    }
}
