//! What is refused before matching, in the order in which the reasons are told.

use engine::{
    Accepted, CancelReason, ClientIdPolicy, Display, Event, FundsCheck, NewOrder, Notional,
    OnCancelFailure, OrderHandle, OrderId, OrderKind, OrderRef, OrderSize, OriginalOutcome,
    PostOnly, Price, Priority, Quantity, RejectReason, Rejected, Repeated, Replace, Replaced, Side,
    TimeInForce, Timestamp,
};

use super::{NaiveBook, Order, Payload, is_on_grid, is_whole_lots, refusal};

impl NaiveBook {
    pub(super) fn submit(&mut self, order: &NewOrder, events: &mut Vec<Event>) {
        match self.repeated(order, None) {
            Some(answer) => events.push(answer),
            None => self.enter(order, None, events),
        }
    }

    /// Admits an order, matches it, and remembers what was decided.
    pub(super) fn enter(
        &mut self,
        order: &NewOrder,
        replaces: Option<(OrderRef, OnCancelFailure)>,
        events: &mut Vec<Event>,
    ) {
        let outcome = match self.admit(order) {
            Ok(taker) => {
                let id = taker.id;
                self.orders_accepted += 1;
                events.push(accepted(order, id));
                self.match_order(taker, order.minimum_quantity.units(), events);
                OriginalOutcome::Accepted(id)
            }
            Err(reason) => {
                events.push(refused(order, reason));
                OriginalOutcome::Rejected(reason)
            }
        };
        self.remember((order.clone(), replaces), outcome);
    }

    /// Under the idempotent policy what was decided of a client id is decided.
    pub(super) fn remember(&mut self, payload: Payload, outcome: OriginalOutcome) {
        let (order, _) = &payload;
        let is_idempotent = order.client_id_policy == ClientIdPolicy::Idempotent;
        if let (true, Some(client)) = (is_idempotent, order.client_order_id) {
            self.remembered
                .insert((order.account, client), (payload, outcome));
        }
    }

    /// The answer to an idempotent order whose client id was used before.
    pub(super) fn repeated(
        &self,
        order: &NewOrder,
        replaces: Option<(OrderRef, OnCancelFailure)>,
    ) -> Option<Event> {
        if order.client_id_policy != ClientIdPolicy::Idempotent {
            return None;
        }
        let (account, client_order_id) = (order.account, order.client_order_id?);
        let (payload, original) = self.remembered.get(&(account, client_order_id))?;
        Some(if *payload == (order.clone(), replaces) {
            Event::Repeated(Repeated {
                account,
                client_order_id,
                original: *original,
            })
        } else {
            refused(order, RejectReason::DuplicateClientOrderId)
        })
    }

    /// Whether an open order of the account has this client id.
    fn is_id_open(&self, order: &NewOrder) -> bool {
        let mut open = self.bids.iter().chain(&self.asks);
        order.client_order_id.is_some()
            && open.any(|other| {
                other.account == order.account && other.client_order_id == order.client_order_id
            })
    }

    fn admit(&self, order: &NewOrder) -> Result<Order, RejectReason> {
        if self.is_id_open(order) {
            return Err(RejectReason::DuplicateClientOrderId);
        }
        self.check_quantity(order)?;
        let limit = match order.kind {
            OrderKind::Limit { price } if is_on_grid(&self.instrument, price) => Some(price),
            OrderKind::Limit { .. } => return Err(RejectReason::InvalidPrice),
            OrderKind::Market => None,
            OrderKind::MarketWithProtection { .. }
            | OrderKind::MarketToLimit
            | OrderKind::Pegged { .. } => {
                unreachable!("this book knows limit and market orders only")
            }
        };
        check_combination(order)?;
        check_expiry(order.time_in_force, self.now)?;
        let mut taker = self.taker(order, limit);
        if order.post_only != PostOnly::No {
            let asked = limit.expect("a post-only order has a limit");
            let price = self.post_only_price(&taker, asked);
            taker.price = price.ok_or(RejectReason::PostOnlyWouldCross)?;
            taker.limit = price;
        }
        if self.lacks_reference(&taker) {
            return Err(RejectReason::NoReference);
        }
        Ok(taker)
    }

    /// Where money counts, a market buy by quantity and a market sell by amount are measured by the
    /// best opposite price or the last one. The others are their own measure.
    fn lacks_reference(&self, taker: &Order) -> bool {
        let needs_one = match taker.side {
            Side::Buy => taker.money.is_none(),
            Side::Sell => taker.money.is_some(),
        };
        let has_one = !self.side(taker.side.opposite()).is_empty() || self.trades > 0;
        let is_market = taker.limit.is_none();
        let counts_money = self.instrument.funds_check == FundsCheck::Enforced;
        counts_money && is_market && needs_one && !has_one
    }

    fn check_quantity(&self, order: &NewOrder) -> Result<(), RejectReason> {
        let is_good = match order.size {
            OrderSize::Quantity(quantity) => {
                is_whole_lots(&self.instrument, quantity)
                    && quantity >= self.instrument.quantity_min
                    && is_whole_lots(&self.instrument, order.minimum_quantity)
                    && order.minimum_quantity <= quantity
            }
            OrderSize::QuoteAmount(amount) => {
                let minimum = order.minimum_quantity.units();
                amount > Notional::ZERO && minimum.is_multiple_of(self.instrument.lot_size)
            }
        };
        if is_good {
            Ok(())
        } else {
            Err(RejectReason::InvalidQuantity)
        }
    }

    fn taker(&self, order: &NewOrder, limit: Option<Price>) -> Order {
        let (open, money) = match order.size {
            OrderSize::Quantity(quantity) => (quantity.units(), None),
            OrderSize::QuoteAmount(amount) => (0, Some(amount.units())),
        };
        Order {
            id: OrderId(self.orders_accepted + 1),
            account: order.account,
            client_order_id: order.client_order_id,
            side: order.side,
            limit,
            price: limit.unwrap_or_default(),
            open,
            filled: 0,
            money,
            hidden: order.display == Display::Hidden,
            time_in_force: order.time_in_force,
            post_only: order.post_only,
            self_trade_prevention: order.self_trade_prevention,
            stp_group: order.stp_group,
            replace_count: 0,
            session: self.session,
        }
    }

    pub(super) fn replace(&mut self, replace: Replace, events: &mut Vec<Event>) {
        match self.admit_replace(&replace) {
            Ok((old, new)) => self.exchange(&old, new, events),
            Err(reason) => events.push(refusal(replace.account, replace.order, reason)),
        }
    }

    /// The order as it is and as it would be.
    fn admit_replace(&self, replace: &Replace) -> Result<(Order, Order), RejectReason> {
        let id = self.find(replace.account, replace.order)?;
        let mut orders = self.bids.iter().chain(&self.asks);
        let old = orders
            .find(|order| order.id == id)
            .expect("it was found")
            .clone();
        let mut new = old.clone();
        if let Some(quantity) = replace.quantity {
            if !is_whole_lots(&self.instrument, quantity) {
                return Err(RejectReason::InvalidQuantity);
            }
            new.open = quantity.units().saturating_sub(old.filled);
        }
        if let Some(price) = replace.price {
            if !is_on_grid(&self.instrument, price) {
                return Err(RejectReason::InvalidPrice);
            }
            new.price = price;
        }
        if replace.side != old.side {
            return Err(RejectReason::InvalidCombination);
        }
        if let Some(expiry) = replace.expiry {
            new.time_in_force = TimeInForce::GoodTillDate(expiry);
            check_expiry(new.time_in_force, self.now)?;
        }
        new.limit = Some(new.price);
        let makes_only = new.open > 0 && new.post_only != PostOnly::No;
        if makes_only && self.would_take(&new) {
            return Err(RejectReason::PostOnlyWouldCross);
        }
        Ok((old, new))
    }

    /// The priority table: more of what is displayed, or another price, goes to the tail. One
    /// that trades nothing on its way just rests elsewhere: `Replaced` said where.
    fn exchange(&mut self, old: &Order, mut new: Order, events: &mut Vec<Event>) {
        if new.open == 0 {
            let order = self.take(old.id).expect("it rests");
            events.push(order.canceled(order.open, CancelReason::Requested));
            return;
        }
        new.replace_count += 1;
        let grows = new.open > old.open && !new.hidden;
        let loses = new.price != old.price || grows;
        events.push(replaced(
            &new,
            if loses {
                Priority::Lost
            } else {
                Priority::Kept
            },
        ));
        if loses {
            self.take(old.id);
            let before = events.len();
            self.match_order(new, 0, events);
            let has_traded = events[before..]
                .iter()
                .any(|event| matches!(event, Event::Trade(_)));
            if !has_traded && matches!(events.last(), Some(Event::Rested(_))) {
                events.pop();
            }
        } else {
            let side = self.side_mut(old.side);
            let place = side
                .iter()
                .position(|order| order.id == old.id)
                .expect("it rests");
            side[place] = new;
        }
    }
}

fn check_combination(order: &NewOrder) -> Result<(), RejectReason> {
    let is_market = order.kind == OrderKind::Market;
    let is_immediate = matches!(
        order.time_in_force,
        TimeInForce::ImmediateOrCancel | TimeInForce::FillOrKill
    );
    let by_amount = matches!(order.size, OrderSize::QuoteAmount(_));
    let is_post_only = order.post_only != PostOnly::No;
    let has_minimum = !order.minimum_quantity.is_zero();
    let contradicts = is_post_only && (is_immediate || is_market || has_minimum)
        || by_amount && (!is_market || has_minimum);
    if contradicts {
        Err(RejectReason::InvalidCombination)
    } else {
        Ok(())
    }
}

fn check_expiry(time_in_force: TimeInForce, now: Timestamp) -> Result<(), RejectReason> {
    match time_in_force {
        TimeInForce::GoodTillDate(expiry) if expiry <= now => Err(RejectReason::Expired),
        TimeInForce::GoodTillDate(_)
        | TimeInForce::GoodTillCanceled
        | TimeInForce::ImmediateOrCancel
        | TimeInForce::FillOrKill => Ok(()),
        TimeInForce::Day
        | TimeInForce::AtOpen
        | TimeInForce::AtClose
        | TimeInForce::GoodForAuction
        | TimeInForce::GoodForContinuous => unreachable!("this book knows no sessions"),
    }
}

fn accepted(order: &NewOrder, order_id: OrderId) -> Event {
    Event::Accepted(Accepted {
        order_id,
        handle: OrderHandle {
            slot: 0,
            generation: 0,
        },
        account: order.account,
        client_order_id: order.client_order_id,
        external_id: None,
        side: order.side,
        kind: order.kind,
        size: order.size,
        time_in_force: order.time_in_force,
        post_only: order.post_only,
        display: order.display,
        self_trade_prevention: order.self_trade_prevention,
        stp_group: order.stp_group,
        hold: Notional::ZERO,
    })
}

pub(super) fn refused(order: &NewOrder, reason: RejectReason) -> Event {
    Event::Rejected(Rejected {
        account: order.account,
        order_id: None,
        client_order_id: order.client_order_id,
        external_id: None,
        reason,
    })
}

fn replaced(order: &Order, priority: Priority) -> Event {
    Event::Replaced(Replaced {
        order_id: order.id,
        account: order.account,
        side: order.side,
        price: order.price,
        quantity: Quantity::from_units(order.filled + order.open),
        filled_quantity: Quantity::from_units(order.filled),
        leaves_quantity: Quantity::from_units(order.open),
        time_in_force: order.time_in_force,
        priority,
        replace_count: order.replace_count,
        hold: Notional::ZERO,
    })
}
