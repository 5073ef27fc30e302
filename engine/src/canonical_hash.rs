//! One spelling of values as words, hashed: the same values give the same hash on every machine.

use xxhash_rust::xxh3::Xxh3Default;

use crate::command::OrderRef;
use crate::event::OriginalOutcome;
use crate::id::{ClientOrderId, ExternalId, StpGroup};
use crate::order::{
    ClientIdPolicy, Display, OrderKind, OrderSize, PostOnly, SelfTradePrevention, TimeInForce,
};
use crate::price::Price;
use crate::quantity::Notional;
use crate::side::Side;

/// Hashes words in the order in which they are given. XXH3, 64 bits, seed 0.
pub(crate) struct CanonicalHash(Xxh3Default);

impl CanonicalHash {
    pub(crate) fn new() -> Self {
        Self(Xxh3Default::new())
    }

    pub(crate) fn finish(&self) -> u64 {
        self.0.digest()
    }

    pub(crate) fn word(&mut self, word: u64) -> &mut Self {
        self.0.update(&word.to_le_bytes());
        self
    }

    pub(crate) fn price(&mut self, price: Price) -> &mut Self {
        self.word(price.units().cast_unsigned())
    }

    pub(crate) fn notional(&mut self, notional: Notional) -> &mut Self {
        self.0.update(&notional.units().to_le_bytes());
        self
    }

    pub(crate) fn side(&mut self, side: Side) -> &mut Self {
        self.word(match side {
            Side::Buy => 0,
            Side::Sell => 1,
        })
    }

    pub(crate) fn client_order_id(&mut self, id: Option<ClientOrderId>) -> &mut Self {
        match id {
            None => self.word(0),
            Some(id) => {
                let text = id.as_str().as_bytes();
                self.word(text.len() as u64);
                self.0.update(text);
                self
            }
        }
    }

    pub(crate) fn external_id(&mut self, id: Option<ExternalId>) -> &mut Self {
        match id {
            None => self.word(0),
            Some(id) => self.word(1).word(id.0),
        }
    }

    pub(crate) fn stp_group(&mut self, group: Option<StpGroup>) -> &mut Self {
        match group {
            None => self.word(0),
            Some(group) => self.word(1).word(u64::from(group.0)),
        }
    }

    pub(crate) fn kind(&mut self, kind: OrderKind) -> &mut Self {
        match kind {
            OrderKind::Limit { price } => self.word(1).price(price),
            OrderKind::Market => self.word(2),
        }
    }

    pub(crate) fn size(&mut self, size: OrderSize) -> &mut Self {
        match size {
            OrderSize::Quantity(quantity) => self.word(1).word(quantity.units()),
            OrderSize::QuoteAmount(amount) => self.word(2).notional(amount),
        }
    }

    pub(crate) fn time_in_force(&mut self, time_in_force: TimeInForce) -> &mut Self {
        match time_in_force {
            TimeInForce::GoodTillCanceled => self.word(1),
            TimeInForce::ImmediateOrCancel => self.word(2),
            TimeInForce::FillOrKill => self.word(3),
            TimeInForce::GoodTillDate(expiry) => self.word(4).word(expiry.0),
        }
    }

    pub(crate) fn post_only(&mut self, post_only: PostOnly) -> &mut Self {
        self.word(match post_only {
            PostOnly::No => 0,
            PostOnly::Reject => 1,
            PostOnly::Slide => 2,
        })
    }

    pub(crate) fn display(&mut self, display: Display) -> &mut Self {
        self.word(match display {
            Display::Full => 0,
            Display::Hidden => 1,
        })
    }

    pub(crate) fn self_trade_prevention(&mut self, mode: SelfTradePrevention) -> &mut Self {
        self.word(match mode {
            SelfTradePrevention::None => 0,
            SelfTradePrevention::CancelNewest => 1,
            SelfTradePrevention::CancelOldest => 2,
            SelfTradePrevention::CancelBoth => 3,
            SelfTradePrevention::Decrement => 4,
        })
    }

    pub(crate) fn client_id_policy(&mut self, policy: ClientIdPolicy) -> &mut Self {
        self.word(match policy {
            ClientIdPolicy::Idempotent => 1,
            ClientIdPolicy::OpenUnique => 2,
        })
    }

    /// Which order is meant. A handle stands for its order only in one process, so it counts as one word.
    pub(crate) fn order_ref(&mut self, order: OrderRef) -> &mut Self {
        match order {
            OrderRef::Id(id) => self.word(1).word(id.0),
            OrderRef::Handle(handle) => self
                .word(2)
                .word(u64::from(handle.slot) << 32 | u64::from(handle.generation)),
            OrderRef::Client(id) => self.word(3).client_order_id(Some(id)),
            OrderRef::External(id) => self.word(4).word(id.0),
        }
    }

    pub(crate) fn outcome(&mut self, outcome: OriginalOutcome) -> &mut Self {
        match outcome {
            OriginalOutcome::Accepted(id) => self.word(1).word(id.0),
            OriginalOutcome::Rejected(reason) => self.word(2).word(reason as u64),
        }
    }
}
