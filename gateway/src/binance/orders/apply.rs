//! What an event means for the orders of the accounts that use this persona, and what is told of it.

use engine::{
    Accepted, AccountId, Canceled, Event, OrderId, Party, Prevented, Price, Quantity, Replaced,
    SelfTradePrevention, Side, Trade, Triggered,
};
use ledger::Fee;

use crate::binance::limits::FilledAs;
use crate::binance::orders::block::Block;
use crate::binance::orders::endings::{asked_for, end_of, ends_later, fill_of, lost_quantities};
use crate::binance::orders::list::ListNews;
use crate::binance::orders::order::VenueOrder;
use crate::binance::orders::registry::VenueOrders;
use crate::binance::orders::report::{AccountTrade, Amendment, PreventedMatch, Report};
use crate::binance::words::{ExecutionType, Status};

/// What is told of a block.
#[derive(Debug, Default)]
pub struct Told {
    /// Steps of orders, in their order.
    pub reports: Vec<Report>,
    /// Steps of lists, after those of their orders.
    pub lists: Vec<ListNews>,
    /// Whose balance of which side's asset has changed: a buyer's quote, a seller's base.
    pub touched: Vec<(AccountId, Side)>,
    /// First fills, which count for the limits of orders.
    pub first_fills: Vec<(AccountId, FilledAs)>,
}

impl VenueOrders {
    /// Applies a block. Accounts that nobody follows are passed over.
    pub fn apply(
        &mut self,
        block: &Block<'_>,
        is_followed: impl Fn(AccountId) -> bool,
        told: &mut Told,
    ) {
        for (place, event) in block.events.iter().enumerate() {
            match event {
                Event::Accepted(it) if is_followed(it.account) => {
                    self.accept(block, place, it, told);
                }
                Event::Trade(trade) => self.trade(block, place, trade, &is_followed, told),
                Event::Canceled(it) if is_followed(it.account) => self.cancel(block, it, told),
                Event::Replaced(it) if is_followed(it.account) => self.replace(block, it, told),
                Event::Triggered(it) if is_followed(it.account) => self.fire(block, it, told),
                Event::Prevented(it) => self.prevent(block, it, &is_followed, told),
                Event::Rested(it) => {
                    self.reprice(it.account, it.order_id, it.price);
                    self.start(block, (it.account, it.order_id), told);
                }
                Event::Pegged(it) => {
                    if let Some(price) = it.price {
                        self.reprice(it.account, it.order_id, price);
                    }
                }
                Event::HoldReleased(it)
                    if is_followed(it.account) && !block.refuses(it.account) =>
                {
                    told.touched.push((it.account, it.side));
                }
                Event::Rejected(it) if is_followed(it.account) => self.refuse(block, it, told),
                Event::TradeBusted(it) => told.touch(&it.trade, &is_followed),
                Event::StatusChanged(it) => self.state = it.state,
                Event::Accepted(_)
                | Event::Canceled(_)
                | Event::Replaced(_)
                | Event::Triggered(_)
                | Event::HoldReleased(_)
                | Event::Rejected(_)
                | Event::Repeated(_)
                | Event::Refilled(_)
                | Event::Conditioned(_)
                | Event::Queued(_)
                | Event::Indicative(_)
                | Event::TermsChanged(_)
                | Event::Step(_)
                | Event::BustRefused(_) => {}
            }
        }
        self.follow_lists(block, told);
    }

    fn accept(&mut self, block: &Block<'_>, place: usize, accepted: &Accepted, told: &mut Told) {
        let conditions = match block.events.get(place.saturating_add(1)) {
            Some(Event::Conditioned(it)) if it.order_id == accepted.order_id => {
                Some(&it.conditions)
            }
            Some(_) | None => None,
        };
        let attributes = block.attributes_of(place);
        let order = VenueOrder::accepted(accepted, conditions, attributes, block.at_us);
        self.of_mut(order.account).list(order.clone());
        told.touched.push((order.account, order.side));
        self.tell(block, order, ExecutionType::New, told);
    }

    fn trade(
        &mut self,
        block: &Block<'_>,
        place: usize,
        trade: &Trade,
        is_followed: &impl Fn(AccountId) -> bool,
        told: &mut Told,
    ) {
        let parties = [
            (&trade.taker, FilledAs::Taker),
            (&trade.maker, FilledAs::Maker),
        ];
        if !parties.iter().any(|(party, _)| is_followed(party.account)) {
            return;
        }
        let fees = block.listed.terms.fees(trade);
        for ((party, filled_as), fee) in parties.into_iter().zip([fees.taker, fees.maker]) {
            if is_followed(party.account) {
                self.fill(block, place, trade, (party, filled_as, fee), told);
            }
        }
    }

    fn fill(
        &mut self,
        block: &Block<'_>,
        place: usize,
        trade: &Trade,
        (party, filled_as, fee): (&Party, FilledAs, Fee),
        told: &mut Told,
    ) {
        self.start(block, (party.account, party.order_id), told);
        let Some(order) = self.order_mut(party.account, party.order_id) else {
            return;
        };
        if order.executed.is_zero() {
            told.first_fills.push((party.account, filled_as));
        }
        order.executed = party.filled_quantity;
        let cost = engine::Notional::of(trade.price, trade.quantity);
        order.cumulative_quote = order
            .cumulative_quote
            .checked_add(cost)
            .expect("an order's cost fits, its hold did");
        order.updated_us = block.at_us;
        let is_filled = if order.is_by_quote() {
            !ends_later(block, place, order.order_id)
        } else {
            party.leaves_quantity.is_zero()
        };
        order.status = if is_filled {
            Status::Filled
        } else {
            Status::PartiallyFilled
        };
        let (order, fill) = (order.clone(), fill_of(block, trade, filled_as, fee));
        let account_orders = self.of_mut(party.account);
        account_orders.traded(AccountTrade {
            order_id: order.order_id,
            list_id: order.attributes.list_id,
            fill,
            is_buyer: order.side == Side::Buy,
            at_us: block.at_us,
        });
        if is_filled {
            account_orders.close(order.order_id);
        }
        for side in [Side::Buy, Side::Sell] {
            told.touched.push((order.account, side));
        }
        self.tell(block, order, ExecutionType::Trade, told);
        last(told).fill = Some(fill);
    }

    fn cancel(&mut self, block: &Block<'_>, canceled: &Canceled, told: &mut Told) {
        let Some(order) = self.order_mut(canceled.account, canceled.order_id) else {
            return;
        };
        let reason = asked_for(block, canceled);
        let (execution, status, expiry_reason) = end_of(reason, order);
        order.status = status;
        order.expiry_reason = expiry_reason;
        order.updated_us = block.at_us;
        let order = order.clone();
        self.of_mut(order.account).close(order.order_id);
        told.touched.push((order.account, order.side));
        let prevented = match execution {
            ExecutionType::TradePrevention => self.last_prevented_of(&order),
            ExecutionType::New
            | ExecutionType::Canceled
            | ExecutionType::Replaced
            | ExecutionType::Trade
            | ExecutionType::Expired
            | ExecutionType::Rejected => None,
        };
        self.tell(block, order, execution, told);
        let report = last(told);
        report.prevented = prevented;
        if execution == ExecutionType::Canceled {
            report.request_id = block.request_id;
        }
    }

    fn last_prevented_of(&self, order: &VenueOrder) -> Option<PreventedMatch> {
        let id = order.prevented_match_id?;
        let kept = self.of(order.account)?.prevented();
        kept.iter().rev().find(|it| it.id == id).copied()
    }

    fn replace(&mut self, block: &Block<'_>, replaced: &Replaced, told: &mut Told) {
        let execution_id = self.next_execution(block.sequence);
        let Some(order) = self.order_mut(replaced.account, replaced.order_id) else {
            return;
        };
        let (former_id, former_quantity) = (order.client_order_id, order.quantity);
        order.quantity = replaced.quantity;
        if order.order_type.has_price() {
            order.price = replaced.price;
        }
        order.updated_us = block.at_us;
        order.amendments = replaced.replace_count;
        if let Some(new_id) = block.request_id
            && block.amended() == Some(replaced.order_id)
        {
            order.client_order_id = new_id;
        }
        let order = order.clone();
        let account_orders = self.of_mut(order.account);
        account_orders.rename(&order, former_id);
        account_orders.amended(Amendment {
            order_id: order.order_id,
            execution_id,
            former_id,
            new_id: order.client_order_id,
            former_quantity,
            new_quantity: order.quantity,
            at_us: block.at_us,
        });
        told.touched.push((order.account, order.side));
        told.reports.push(Report {
            execution: ExecutionType::Replaced,
            execution_id,
            at_us: block.at_us,
            fill: None,
            prevented: None,
            request_id: None,
            former_id: Some(former_id),
            refusal: None,
            order,
        });
    }

    fn fire(&mut self, block: &Block<'_>, fired: &Triggered, told: &mut Told) {
        let Some(order) = self.order_mut(fired.account, fired.order_id) else {
            return;
        };
        order.status = Status::New;
        order.working_us = Some(block.at_us);
        order.updated_us = block.at_us;
        if order.trailing_delta.is_some() {
            order.stop_price = Some(fired.stop_price);
        }
        let order = order.clone();
        self.tell(block, order, ExecutionType::New, told);
    }

    /// An order that waited for another one is in the book, or tried against it, from now on.
    fn start(
        &mut self,
        block: &Block<'_>,
        (account, order_id): (AccountId, OrderId),
        told: &mut Told,
    ) {
        let Some(order) = self.order_mut(account, order_id) else {
            return;
        };
        if order.status != Status::PendingNew {
            return;
        }
        order.status = Status::New;
        order.working_us = Some(block.at_us);
        order.updated_us = block.at_us;
        let order = order.clone();
        self.tell(block, order, ExecutionType::New, told);
    }

    fn reprice(&mut self, account: AccountId, order_id: OrderId, price: Price) {
        if let Some(order) = self.order_mut(account, order_id) {
            order.price = price;
        }
    }

    fn prevent(
        &mut self,
        block: &Block<'_>,
        prevented: &Prevented,
        is_followed: &impl Fn(AccountId) -> bool,
        told: &mut Told,
    ) {
        let legs = [
            (prevented.taker_account, prevented.taker),
            (prevented.maker_account, prevented.maker),
        ];
        if !legs.iter().any(|(account, _)| is_followed(*account)) {
            return;
        }
        let id = self.next_prevented(block.sequence);
        let lost = lost_quantities(prevented, |account, order_id| {
            self.of(account)
                .and_then(|orders| orders.get(order_id))
                .map_or(Quantity::ZERO, VenueOrder::leaves)
        });
        let one = PreventedMatch {
            id,
            taker: prevented.taker,
            taker_account: prevented.taker_account,
            maker: prevented.maker,
            price: prevented.price,
            taker_prevented: lost[0],
            maker_prevented: lost[1],
            mode: prevented.mode,
            at_us: block.at_us,
        };
        for (place, ((account, order_id), lost)) in legs.into_iter().zip(lost).enumerate() {
            if !is_followed(account) {
                continue;
            }
            // Both orders are one account's as a rule: it remembers the match once.
            if place == 0 || account != prevented.taker_account {
                self.of_mut(account).was_prevented(one);
            }
            self.lose(block, (account, order_id), lost, one, told);
        }
    }

    /// What an order lost because it met its own account. Where nothing else tells of its end, this does.
    fn lose(
        &mut self,
        block: &Block<'_>,
        (account, order_id): (AccountId, OrderId),
        lost: Option<Quantity>,
        one: PreventedMatch,
        told: &mut Told,
    ) {
        let Some(order) = self.order_mut(account, order_id) else {
            return;
        };
        let Some(lost) = lost else { return };
        order.prevented = order.prevented.checked_add(lost).unwrap_or(order.quantity);
        order.prevented_match_id = Some(one.id);
        order.updated_us = block.at_us;
        if one.mode != SelfTradePrevention::Decrement {
            return;
        }
        let is_over = order.leaves().is_zero();
        if is_over {
            order.status = Status::ExpiredInMatch;
        }
        let order = order.clone();
        if is_over {
            self.of_mut(account).close(order_id);
        }
        told.touched.push((account, order.side));
        self.tell(block, order, ExecutionType::TradePrevention, told);
        last(told).prevented = Some(one);
    }

    /// Tells a step of an order.
    pub(super) fn tell(
        &mut self,
        block: &Block<'_>,
        order: VenueOrder,
        execution: ExecutionType,
        told: &mut Told,
    ) {
        told.reports.push(Report {
            order,
            execution,
            execution_id: self.next_execution(block.sequence),
            at_us: block.at_us,
            fill: None,
            prevented: None,
            request_id: None,
            former_id: None,
            refusal: None,
        });
    }
}

fn last(told: &mut Told) -> &mut Report {
    told.reports.last_mut().expect("it was told just before")
}
