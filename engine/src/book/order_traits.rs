//! An order's yes-and-no answers, packed above the 52 bits of its id.

use crate::id::{ExternalId, OrderId};
use crate::order::{Display, NewOrder, PostOnly, SelfTradePrevention};
use crate::side::Side;

/// An order's yes-and-no answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Traits(u64);

impl Traits {
    pub(crate) const ID_MASK: u64 = (1 << 52) - 1;
    /// Its extras have what one of the rule book's mechanisms added.
    pub(crate) const SPECIAL: u64 = 1 << 52;
    /// The slot holds an open order.
    pub(crate) const OPEN: u64 = 1 << 53;
    /// The order index keeps it among its elders.
    pub(crate) const ELDER: u64 = 1 << 54;
    /// It has extras in the second array.
    pub(crate) const EXTRAS: u64 = 1 << 56;
    const SELL: u64 = 1 << 57;
    const HIDDEN: u64 = 1 << 58;
    /// It has an external id.
    pub(crate) const EXTERNAL: u64 = 1 << 59;
    /// Above the other traits: the self-trade mode's number times three, plus the post-only mode's.
    const MODES_SHIFT: u32 = 60;

    /// The word of an order that is about to rest: its id and its traits.
    #[inline]
    pub(crate) fn tag(order_id: OrderId, order: &NewOrder) -> u64 {
        assert!(order_id.0 <= Self::ID_MASK, "order ids are below 2^52");
        let side = match order.side {
            Side::Buy => 0,
            Side::Sell => Self::SELL,
        };
        let display = match order.display {
            Display::Full | Display::Iceberg { .. } => 0,
            Display::Hidden => Self::HIDDEN,
        };
        let post_only = match order.post_only {
            PostOnly::No => 0,
            PostOnly::Reject => 1,
            PostOnly::Slide => 2,
        };
        let stp = match order.self_trade_prevention {
            SelfTradePrevention::None => 0,
            SelfTradePrevention::CancelNewest => 3,
            SelfTradePrevention::CancelOldest => 6,
            SelfTradePrevention::CancelBoth => 9,
            SelfTradePrevention::Decrement => 12,
        };
        let modes = (post_only + stp) << Self::MODES_SHIFT;
        order_id.0 | Self::OPEN | side | display | modes
    }

    /// The word of an order that has nothing but a side and perhaps an external id.
    #[inline]
    pub(crate) fn plain_tag(order_id: OrderId, side: Side, external_id: Option<ExternalId>) -> u64 {
        assert!(order_id.0 <= Self::ID_MASK, "order ids are below 2^52");
        // A branch on the side would be a coin toss.
        let side = (side as u64) << Self::SELL.trailing_zeros();
        let external = u64::from(external_id.is_some()) << Self::EXTERNAL.trailing_zeros();
        order_id.0 | Self::OPEN | side | external
    }

    #[inline]
    pub(crate) const fn of(tagged_id: u64) -> Self {
        Self(tagged_id)
    }

    #[inline]
    const fn has(self, bit: u64) -> bool {
        self.0 & bit != 0
    }

    #[inline]
    pub(crate) const fn is_open(self) -> bool {
        self.has(Self::OPEN)
    }

    /// Whether, when it ends, nothing has to be undone but its place in the queue and in the ids' indexes.
    #[inline]
    pub(crate) const fn ends_plainly(self) -> bool {
        !self.has(Self::ELDER | Self::EXTRAS)
    }

    #[inline]
    pub(crate) const fn has_external_id(self) -> bool {
        self.has(Self::EXTERNAL)
    }

    #[inline]
    pub(crate) const fn is_elder(self) -> bool {
        self.has(Self::ELDER)
    }

    #[inline]
    pub(crate) const fn has_extras(self) -> bool {
        self.has(Self::EXTRAS)
    }

    #[inline]
    pub(crate) const fn is_special(self) -> bool {
        self.has(Self::SPECIAL)
    }

    #[inline]
    pub(crate) const fn side(self) -> Side {
        if self.has(Self::SELL) {
            Side::Sell
        } else {
            Side::Buy
        }
    }

    #[inline]
    pub(crate) const fn is_hidden(self) -> bool {
        self.has(Self::HIDDEN)
    }

    #[inline]
    pub(crate) const fn post_only(self) -> PostOnly {
        match (self.0 >> Self::MODES_SHIFT) % 3 {
            1 => PostOnly::Reject,
            2 => PostOnly::Slide,
            _ => PostOnly::No,
        }
    }

    #[inline]
    pub(crate) const fn stp(self) -> SelfTradePrevention {
        match (self.0 >> Self::MODES_SHIFT) / 3 {
            1 => SelfTradePrevention::CancelNewest,
            2 => SelfTradePrevention::CancelOldest,
            3 => SelfTradePrevention::CancelBoth,
            4 => SelfTradePrevention::Decrement,
            _ => SelfTradePrevention::None,
        }
    }
}
