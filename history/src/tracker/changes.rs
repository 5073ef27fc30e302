//! What each event does to an order.

use engine::{
    Accepted, Canceled, Conditioned, Notional, OrderId, OrderKind, OrderSize, Party, Pegged,
    Prevented, Quantity, Replaced, Rested, SelfTradePrevention, Side, Trade,
};

use super::OrderTracker;
use crate::amendment::{Amendment, PreventedMatch};
use crate::execution::{Fee, Fees, Leg, TradeRecord};
use crate::order::{OrderRecord, OrderStatus};
use crate::place::EventPlace;

/// What a match that was prevented ends of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ends {
    Nothing,
    Whole,
    DownTo(Quantity),
}

/// What ends of the taker and of the maker, by the mode that decided.
const fn ends(prevented: &Prevented) -> [Ends; 2] {
    match prevented.mode {
        SelfTradePrevention::None => [Ends::Nothing, Ends::Nothing],
        SelfTradePrevention::CancelNewest => [Ends::Whole, Ends::Nothing],
        SelfTradePrevention::CancelOldest => [Ends::Nothing, Ends::Whole],
        SelfTradePrevention::CancelBoth => [Ends::Whole, Ends::Whole],
        SelfTradePrevention::Decrement => [
            Ends::DownTo(prevented.taker_leaves_quantity),
            Ends::DownTo(prevented.maker_leaves_quantity),
        ],
    }
}

impl OrderTracker {
    /// The order, which has this event as its last one. Unknown ones were entered before history began.
    pub(super) fn changed(
        &mut self,
        place: EventPlace,
        order_id: OrderId,
    ) -> Option<&mut OrderRecord> {
        let order = self.orders.get_mut(&order_id)?;
        order.last_event = place;
        self.touched.push(order_id);
        Some(order)
    }

    pub(super) fn accepted(&mut self, place: EventPlace, accepted: &Accepted) {
        let leaves_quantity = match accepted.size {
            OrderSize::Quantity(quantity) => quantity,
            OrderSize::QuoteAmount(_) => Quantity::ZERO,
        };
        let price = match accepted.kind {
            OrderKind::Limit { price } => Some(price),
            OrderKind::Market
            | OrderKind::MarketWithProtection { .. }
            | OrderKind::MarketToLimit
            | OrderKind::Pegged { .. } => None,
        };
        self.list(OrderRecord {
            order_id: accepted.order_id,
            account: accepted.account,
            client_order_id: accepted.client_order_id,
            side: accepted.side,
            kind: accepted.kind,
            size: accepted.size,
            price,
            time_in_force: accepted.time_in_force,
            post_only: accepted.post_only,
            display: accepted.display,
            self_trade_prevention: accepted.self_trade_prevention,
            conditions: None,
            leaves_quantity,
            filled_quantity: Quantity::ZERO,
            filled_notional: Notional::ZERO,
            prevented_quantity: Quantity::ZERO,
            status: OrderStatus::Entering,
            replace_count: 0,
            entered_at: place.at,
            working_since: Some(place.at),
            last_event: place,
        });
        self.touched.push(accepted.order_id);
    }

    pub(super) fn conditioned(&mut self, place: EventPlace, conditioned: &Conditioned) {
        let Some(order) = self.changed(place, conditioned.order_id) else {
            return;
        };
        order.conditions = Some(Box::new(conditioned.conditions));
        if conditioned.conditions.make_it_wait() {
            order.status = OrderStatus::Waiting;
            order.working_since = None;
        }
    }

    pub(super) fn traded(&mut self, place: EventPlace, trade: &Trade, fees: Fees) -> TradeRecord {
        let notional = Notional::of(trade.price, trade.quantity);
        TradeRecord {
            event: place,
            trade_id: trade.trade_id,
            price: trade.price,
            quantity: trade.quantity,
            phase: trade.phase,
            aggressor_side: trade.aggressor_side,
            taker: self.party(place, &trade.taker, notional, fees.taker),
            maker: self.party(place, &trade.maker, notional, fees.maker),
        }
    }

    fn party(&mut self, place: EventPlace, party: &Party, notional: Notional, fee: Fee) -> Leg {
        let mut leg = Leg {
            account: party.account,
            order_id: party.order_id,
            client_order_id: None,
            fee,
            leaves_quantity: party.leaves_quantity,
        };
        if let Some(order) = self.changed(place, party.order_id) {
            order.filled_quantity = party.filled_quantity;
            order.filled_notional = order.filled_notional + notional;
            order.leaves_quantity = party.leaves_quantity;
            order.working_since.get_or_insert(place.at);
            leg.client_order_id = order.client_order_id;
        }
        leg
    }

    pub(super) fn prevented(&mut self, place: EventPlace, prevented: &Prevented) -> PreventedMatch {
        self.prevented_matches = self.prevented_matches.saturating_add(1);
        let prevented_id = self.prevented_matches;
        let [taker_ends, maker_ends] = ends(prevented);
        let (taker_prevented_quantity, taker_side) =
            self.prevented_party(place, prevented.taker, taker_ends);
        let (maker_prevented_quantity, maker_side) =
            self.prevented_party(place, prevented.maker, maker_ends);
        PreventedMatch {
            event: place,
            prevented_id,
            taker: prevented.taker,
            taker_account: prevented.taker_account,
            maker: prevented.maker,
            maker_account: prevented.maker_account,
            taker_side: taker_side
                .or(maker_side.map(Side::opposite))
                .unwrap_or(Side::Buy),
            price: prevented.price,
            quantity: prevented.quantity,
            taker_prevented_quantity,
            maker_prevented_quantity,
            mode: prevented.mode,
        }
    }

    /// How much of the order ended by the match that was prevented, and on which side it is.
    fn prevented_party(
        &mut self,
        place: EventPlace,
        order_id: OrderId,
        ends: Ends,
    ) -> (Quantity, Option<Side>) {
        let Some(order) = self.changed(place, order_id) else {
            return (Quantity::ZERO, None);
        };
        let ended = match ends {
            Ends::Nothing => Quantity::ZERO,
            // Its cancellation follows, and says so.
            Ends::Whole => order.leaves_quantity,
            Ends::DownTo(leaves_quantity) => {
                let ended = order.leaves_quantity.checked_sub(leaves_quantity);
                order.leaves_quantity = leaves_quantity;
                ended.unwrap_or(Quantity::ZERO)
            }
        };
        order.prevented_quantity = order
            .prevented_quantity
            .checked_add(ended)
            .expect("what is prevented of an order is no more than the order");
        (ended, Some(order.side))
    }

    pub(super) fn rested(&mut self, place: EventPlace, rested: &Rested) {
        let Some(order) = self.changed(place, rested.order_id) else {
            return;
        };
        order.status = OrderStatus::Resting;
        order.working_since.get_or_insert(place.at);
        // A post-only order may have slid to another price than it was entered at.
        order.price = Some(rested.price);
        order.leaves_quantity = rested
            .displayed_quantity
            .checked_add(rested.hidden_quantity)
            .expect("the parts of an order are no larger than the order");
    }

    pub(super) fn replaced(&mut self, place: EventPlace, replaced: &Replaced) -> Option<Amendment> {
        let order = self.changed(place, replaced.order_id)?;
        let quantity_before = match order.size {
            OrderSize::Quantity(quantity) => quantity,
            OrderSize::QuoteAmount(_) => Quantity::ZERO,
        };
        let amendment = Amendment {
            event: place,
            order_id: order.order_id,
            account: order.account,
            client_order_id: order.client_order_id,
            side: order.side,
            price_before: order.price,
            price: replaced.price,
            quantity_before,
            quantity: replaced.quantity,
            priority: replaced.priority,
            replace_count: replaced.replace_count,
        };
        order.size = OrderSize::Quantity(replaced.quantity);
        order.leaves_quantity = replaced.leaves_quantity;
        order.time_in_force = replaced.time_in_force;
        order.replace_count = replaced.replace_count;
        // A waiting market order has a stop price to change, and no limit.
        if order.price.is_some() {
            order.price = Some(replaced.price);
        }
        Some(amendment)
    }

    pub(super) fn canceled(&mut self, place: EventPlace, canceled: &Canceled) {
        if let Some(order) = self.changed(place, canceled.order_id) {
            order.leaves_quantity = Quantity::ZERO;
            order.status = OrderStatus::Canceled {
                reason: canceled.reason,
                quantity: canceled.canceled_quantity,
                unspent: canceled.unspent,
            };
        }
    }

    pub(super) fn pegged(&mut self, place: EventPlace, pegged: &Pegged) {
        let Some(order) = self.changed(place, pegged.order_id) else {
            return;
        };
        order.status = match pegged.price {
            Some(_) => OrderStatus::Resting,
            None => OrderStatus::Waiting,
        };
        order.price = pegged.price;
        order.leaves_quantity = pegged.leaves_quantity;
    }
}
