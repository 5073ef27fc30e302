//! The naive book: two sorted lists of orders and the rule book, read literally.
//!
//! Written from docs/market-rules.md, not from the engine. It is slow and obvious, and says the
//! same events as the engine; places in memory are all zero, because it has none.

mod admission;
mod matching;
mod order;

use std::collections::BTreeMap;

use engine::{
    AccountId, Cancel, CancelReason, CancelReplace, ClientOrderId, Command, Event, Instrument,
    MassCancel, NewOrder, OnCancelFailure, OrderId, OrderRef, OriginalOutcome, Price, Quantity,
    RejectReason, Rejected, SequenceNumber, Sequenced, SessionFilter, SessionNumber, Side,
    SideFilter, TimeInForce, Timestamp,
};

pub use order::Order;

/// One instrument's book and what it remembers.
pub struct NaiveBook {
    instrument: Instrument,
    /// Best first, oldest first at one price.
    bids: Vec<Order>,
    /// Best first, oldest first at one price.
    asks: Vec<Order>,
    orders_accepted: u64,
    trades: u64,
    now: Timestamp,
    /// The connection by which the command came.
    session: SessionNumber,
    /// Submits under the idempotent policy: what was asked, and what was decided.
    remembered: BTreeMap<(AccountId, ClientOrderId), (Payload, OriginalOutcome)>,
}

/// What an idempotent client id was used for: an order, and what it was to replace.
type Payload = (NewOrder, Option<(OrderRef, OnCancelFailure)>);

/// Commands of the random flow come by two connections, and by none that is known.
pub fn session_of(sequence: SequenceNumber) -> SessionNumber {
    SessionNumber(u32::try_from(sequence.0 % 3).expect("0 to 2"))
}

impl NaiveBook {
    pub fn new(instrument: &Instrument) -> Self {
        Self {
            instrument: *instrument,
            bids: Vec::new(),
            asks: Vec::new(),
            orders_accepted: 0,
            trades: 0,
            now: Timestamp(0),
            session: SessionNumber::NONE,
            remembered: BTreeMap::new(),
        }
    }

    /// Resting orders of one side, best first, in queue order.
    pub fn side(&self, side: Side) -> &[Order] {
        match side {
            Side::Buy => &self.bids,
            Side::Sell => &self.asks,
        }
    }

    pub fn apply(&mut self, command: &Sequenced<Command>, events: &mut Vec<Event>) {
        self.now = command.at;
        self.session = session_of(command.sequence);
        self.expire(events);
        match &command.command {
            Command::Submit(order) => self.submit(order, events),
            Command::Cancel(cancel) => self.cancel(*cancel, events),
            Command::Replace(replace) => self.replace(*replace, events),
            Command::CancelReplace(both) => self.cancel_replace(both, events),
            Command::MassCancel(filter) => self.mass_cancel(*filter, events),
            Command::Tick => {}
            Command::SetState(_)
            | Command::Uncross(_)
            | Command::SetLastPrice(_)
            | Command::Admit(_)
            | Command::SetLimits(_)
            | Command::SetFeeTier(_)
            | Command::FanOut(_)
            | Command::Quote(_)
            | Command::MmpReset(_)
            | Command::Disconnect(_)
            | Command::CancelAfter(_)
            | Command::Operate(_)
            | Command::Batch(_)
            | Command::Bust(_) => {
                panic!("this book trades continuously")
            }
        }
    }

    /// Everything whose time has come goes, by expiry, then by age.
    fn expire(&mut self, events: &mut Vec<Event>) {
        let now = self.now;
        let due = |order: &Order| match order.time_in_force {
            TimeInForce::GoodTillDate(expiry) => (expiry <= now).then_some((expiry, order.id)),
            TimeInForce::GoodTillCanceled
            | TimeInForce::ImmediateOrCancel
            | TimeInForce::FillOrKill => None,
            TimeInForce::Day
            | TimeInForce::AtOpen
            | TimeInForce::AtClose
            | TimeInForce::GoodForAuction
            | TimeInForce::GoodForContinuous => unreachable!("this book knows no sessions"),
        };
        let mut expired: Vec<_> = self.bids.iter().chain(&self.asks).filter_map(due).collect();
        expired.sort();
        for (_, id) in expired {
            let order = self.take(id).expect("it rests");
            events.push(order.canceled(order.open, CancelReason::Expired));
        }
    }

    fn cancel(&mut self, cancel: Cancel, events: &mut Vec<Event>) {
        match self.find(cancel.account, cancel.order) {
            Ok(id) => {
                let order = self.take(id).expect("it was found");
                events.push(order.canceled(order.open, CancelReason::Requested));
            }
            Err(reason) => {
                events.push(refusal(cancel.account, cancel.order, reason));
            }
        }
    }

    /// Two steps in one block, unless it repeats one that was decided before; a refused new order does not bring the old one back. Where
    /// the first step's refusal ends it, it is the new order that is refused.
    fn cancel_replace(&mut self, both: &CancelReplace, events: &mut Vec<Event>) {
        let replaces = Some((both.cancel, both.on_cancel_failure));
        if let Some(answer) = self.repeated(&both.new_order, replaces) {
            events.push(answer);
            return;
        }
        match self.find(both.new_order.account, both.cancel) {
            Ok(id) => {
                let order = self.take(id).expect("it was found");
                events.push(order.canceled(order.open, CancelReason::Requested));
            }
            Err(reason) => match both.on_cancel_failure {
                OnCancelFailure::Stop => {
                    events.push(admission::refused(&both.new_order, reason));
                    let outcome = OriginalOutcome::Rejected(reason);
                    self.remember((both.new_order.clone(), replaces), outcome);
                    return;
                }
                OnCancelFailure::Continue => {
                    events.push(refusal(both.new_order.account, both.cancel, reason));
                }
            },
        }
        self.enter(&both.new_order, replaces, events);
    }

    fn mass_cancel(&mut self, filter: MassCancel, events: &mut Vec<Event>) {
        let is_meant = |order: &&Order| {
            order.account == filter.account
                && match filter.side {
                    SideFilter::Both => true,
                    SideFilter::Only(side) => order.side == side,
                }
                && order.price >= filter.price_from
                && order.price <= filter.price_to
                && match filter.session {
                    SessionFilter::Any => true,
                    SessionFilter::Only(session) => order.session == session,
                }
        };
        let meant = self.bids.iter().chain(&self.asks).filter(is_meant);
        let mut ids: Vec<OrderId> = meant.map(|order| order.id).collect();
        ids.sort();
        for id in ids {
            let order = self.take(id).expect("it rests");
            events.push(order.canceled(order.open, CancelReason::MassCancel));
        }
    }

    /// A resting order of this account; else whether it is gone or was never there.
    fn find(&self, account: AccountId, order: OrderRef) -> Result<OrderId, RejectReason> {
        let own = |other: &&Order| other.account == account;
        let mut orders = self.bids.iter().chain(&self.asks);
        match order {
            OrderRef::Id(id) => match orders.find(|other| other.id == id) {
                Some(order) if own(&order) => Ok(id),
                None if id.0 >= 1 && id.0 <= self.orders_accepted => Err(RejectReason::TooLate),
                Some(_) | None => Err(RejectReason::UnknownOrder),
            },
            OrderRef::Client(client) => orders
                .filter(own)
                .find(|other| other.client_order_id == Some(client))
                .map(|order| order.id)
                .ok_or_else(|| self.why_not_found(account, client)),
            OrderRef::Handle(_) | OrderRef::External(_) => {
                unreachable!("the driver does not use what the naive book does not have")
            }
        }
    }

    /// An id that idempotence remembers as accepted was issued, so its order is gone.
    fn why_not_found(&self, account: AccountId, client: ClientOrderId) -> RejectReason {
        match self.remembered.get(&(account, client)) {
            Some((_, OriginalOutcome::Accepted(_))) => RejectReason::TooLate,
            Some((_, OriginalOutcome::Rejected(_))) | None => RejectReason::UnknownOrder,
        }
    }

    fn side_mut(&mut self, side: Side) -> &mut Vec<Order> {
        match side {
            Side::Buy => &mut self.bids,
            Side::Sell => &mut self.asks,
        }
    }

    /// Takes an order out of the book.
    fn take(&mut self, id: OrderId) -> Option<Order> {
        for side in [&mut self.bids, &mut self.asks] {
            if let Some(place) = side.iter().position(|order| order.id == id) {
                return Some(side.remove(place));
            }
        }
        None
    }

    /// Puts an order behind everything that is as good as it.
    fn insert(&mut self, order: Order) {
        let side = self.side_mut(order.side);
        let is_worse = |other: &Order| order.price.is_better_than(order.side, other.price);
        let place = side.iter().position(is_worse).unwrap_or(side.len());
        side.insert(place, order);
    }
}

/// A refusal of a command about an order that exists already.
fn refusal(account: AccountId, order: OrderRef, reason: RejectReason) -> Event {
    let (order_id, client_order_id) = match order {
        OrderRef::Id(id) => (Some(id), None),
        OrderRef::Client(client) => (None, Some(client)),
        OrderRef::Handle(_) | OrderRef::External(_) => (None, None),
    };
    Event::Rejected(Rejected {
        account,
        order_id,
        client_order_id,
        external_id: None,
        reason,
    })
}

/// Price and quantity grids.
fn is_on_grid(instrument: &Instrument, price: Price) -> bool {
    price.units() % instrument.tick_size == 0
        && price >= instrument.price_min
        && price <= instrument.price_max
}

fn is_whole_lots(instrument: &Instrument, quantity: Quantity) -> bool {
    quantity.units().is_multiple_of(instrument.lot_size) && quantity <= instrument.quantity_max
}
