//! An order as the naive book knows it.

use engine::{
    AccountId, CancelReason, Canceled, ClientOrderId, Event, Notional, OrderHandle, OrderId, Party,
    PostOnly, Price, Quantity, Rested, SelfTradePrevention, SessionNumber, Side, StpGroup,
    TimeInForce,
};

/// A resting order, or a taker on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    pub id: OrderId,
    pub account: AccountId,
    pub client_order_id: Option<ClientOrderId>,
    pub side: Side,
    /// `None` for a market order.
    pub limit: Option<Price>,
    /// Where it rests; of no meaning for a market order.
    pub price: Price,
    pub open: u64,
    pub filled: u64,
    /// Money still to be spent or received, for a market order by amount.
    pub money: Option<i128>,
    pub hidden: bool,
    pub time_in_force: TimeInForce,
    pub post_only: PostOnly,
    pub self_trade_prevention: SelfTradePrevention,
    pub stp_group: Option<StpGroup>,
    pub replace_count: u32,
    pub session: SessionNumber,
}

impl Order {
    /// Whether the two must not trade with each other.
    pub fn is_own(&self, other: &Order) -> bool {
        let same_group = self.stp_group.is_some() && self.stp_group == other.stp_group;
        self.account == other.account || same_group
    }

    /// How much it can still trade at a price: whole lots for its money, or what is open.
    pub fn open_at(&self, price: Price, lot: u64) -> u64 {
        match self.money {
            None => self.open,
            Some(money) => {
                let units = money / i128::from(price.units());
                u64::try_from(units).expect("test amounts are small") / lot * lot
            }
        }
    }

    /// Takes a fill, or a decrement, off what is open.
    pub fn reduce(&mut self, quantity: u64, price: Price) {
        match &mut self.money {
            None => self.open -= quantity,
            Some(money) => *money -= i128::from(price.units()) * i128::from(quantity),
        }
    }

    pub fn party(&self) -> Party {
        Party {
            order_id: self.id,
            external_id: None,
            account: self.account,
            fee: engine::FeeBasis::default(),
            leaves_quantity: Quantity::from_units(self.open),
            filled_quantity: Quantity::from_units(self.filled),
            hold_used: Notional::ZERO,
            hold: Notional::ZERO,
        }
    }

    pub fn rested(&self) -> Event {
        let (displayed, hidden) = if self.hidden {
            (0, self.open)
        } else {
            (self.open, 0)
        };
        Event::Rested(Rested {
            order_id: self.id,
            handle: OrderHandle {
                slot: 0,
                generation: 0,
            },
            account: self.account,
            side: self.side,
            price: self.price,
            displayed_quantity: Quantity::from_units(displayed),
            hidden_quantity: Quantity::from_units(hidden),
            hold: Notional::ZERO,
        })
    }

    pub fn canceled(&self, quantity: u64, reason: CancelReason) -> Event {
        Event::Canceled(Canceled {
            order_id: self.id,
            external_id: None,
            account: self.account,
            side: self.side,
            price: self.limit.map(|_| self.price),
            canceled_quantity: Quantity::from_units(quantity),
            filled_quantity: Quantity::from_units(self.filled),
            unspent: Notional::from_units(self.money.unwrap_or(0)),
            reason,
        })
    }
}
