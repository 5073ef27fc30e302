//! One open order of the private read model.

use engine::{
    AccountId, Canonical, ClientOrderId, Display, Notional, OrderId, OrderSize, PostOnly, Price,
    Quantity, Side, StateError, StateReader, StateSink, TimeInForce, Timestamp,
};

/// An order as its last report left it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenOrder {
    /// The exchange's id.
    pub order_id: OrderId,
    /// Who owns it.
    pub account: AccountId,
    /// The participant's id.
    pub client_order_id: Option<ClientOrderId>,
    /// Buy or sell.
    pub side: Side,
    /// Its limit price now; `None` for a market order.
    pub price: Option<Price>,
    /// What it is for now.
    pub size: OrderSize,
    /// Traded so far.
    pub filled_quantity: Quantity,
    /// Still open.
    pub leaves_quantity: Quantity,
    /// How long it lives.
    pub time_in_force: TimeInForce,
    /// Whether it may take liquidity.
    pub post_only: PostOnly,
    /// How much of it the market sees.
    pub display: Display,
    /// What is reserved for it.
    pub hold: Notional,
    /// Engine time of its entry.
    pub entered_at: Timestamp,
    /// How often it was changed.
    pub replace_count: u32,
    pub(super) stage: Stage,
    pub(super) changes_under_way: u32,
    /// The least that may be reserved for it when the changes under way are done.
    pub(super) least_hold: Notional,
}

/// Where an order is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// Entered by the command that is being applied.
    Entering,
    /// Outside the book: it waits for what makes it enter.
    Waiting,
    /// In the book.
    Resting,
    /// Ended.
    Gone,
}

/// The order as a snapshot keeps it: between blocks, when no change is on its way.
impl Canonical for OpenOrder {
    fn write<S: StateSink>(&self, out: &mut S) {
        let Self {
            order_id,
            account,
            client_order_id,
            side,
            price,
            size,
            filled_quantity,
            leaves_quantity,
            time_in_force,
            post_only,
            display,
            hold,
            entered_at,
            replace_count,
            stage,
            changes_under_way: _,
            least_hold: _,
        } = self;
        order_id.write(out);
        account.write(out);
        client_order_id.write(out);
        side.write(out);
        price.write(out);
        size.write(out);
        filled_quantity.write(out);
        leaves_quantity.write(out);
        time_in_force.write(out);
        post_only.write(out);
        display.write(out);
        hold.write(out);
        entered_at.write(out);
        replace_count.write(out);
        (*stage == Stage::Waiting).write(out);
    }

    fn read(from: &mut StateReader<'_>) -> Result<Self, StateError> {
        let mut order = Self {
            order_id: from.value()?,
            account: from.value()?,
            client_order_id: from.value()?,
            side: from.value()?,
            price: from.value()?,
            size: from.value()?,
            filled_quantity: from.value()?,
            leaves_quantity: from.value()?,
            time_in_force: from.value()?,
            post_only: from.value()?,
            display: from.value()?,
            hold: from.value()?,
            entered_at: from.value()?,
            replace_count: from.value()?,
            stage: Stage::Resting,
            changes_under_way: 0,
            least_hold: Notional::ZERO,
        };
        if from.value()? {
            order.stage = Stage::Waiting;
        }
        order.least_hold = order.hold;
        Ok(order)
    }
}

impl OpenOrder {
    /// Its quantity; zero for one by quote amount, which is measured in money.
    pub const fn quantity(&self) -> Quantity {
        match self.size {
            OrderSize::Quantity(quantity) => quantity,
            OrderSize::QuoteAmount(_) => Quantity::ZERO,
        }
    }

    /// What the next change can count on: less than `hold` where an earlier one on its way gives some of it back.
    pub fn counted_hold(&self) -> Notional {
        if self.changes_under_way == 0 {
            self.hold
        } else {
            self.hold.min(self.least_hold)
        }
    }

    /// Whether it is outside the book.
    pub fn is_waiting(&self) -> bool {
        self.stage == Stage::Waiting
    }

    pub(super) const fn is_by_quantity(&self) -> bool {
        matches!(self.size, OrderSize::Quantity(_))
    }
}
