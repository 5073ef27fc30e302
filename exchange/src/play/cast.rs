//! The actors of a play: participants with a session each, and what they enter.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use client::{ClientConfig, ClientError, Incoming, Sender, Session};
use protocol::{
    Cancel, Channel, ClientOrderId, ExactDecimal, InstrumentTerms, MassCancel, NewOrder,
    OnDisconnect, OpenOrdersRequest, Operation, OrderRef, OrderSize, PostOnly, ServerMessage, Side,
    Submit, Subscription, Symbol, TimeInForce,
};
use tokio::task::JoinHandle;

use crate::clock::Stopwatch;
use crate::play::chance::Chance;
use crate::play::file::{DisconnectWord, SideWord};
use crate::play::record::{Record, number};
use crate::play::step::{Orders, Pricing};

/// Orders that are queued before they are sent together.
const QUEUED_MAX: u32 = 200;
/// How long a pause between orders is at least; shorter ones are made up for by sending several.
const PAUSE_MIN: Duration = Duration::from_millis(1);

/// The record that everybody writes to.
pub type SharedRecord = Arc<Mutex<Record>>;

/// Takes the record; nobody panics while he has it.
pub fn lock(record: &SharedRecord) -> MutexGuard<'_, Record> {
    record
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// Everybody who acts.
#[derive(Debug)]
pub struct Cast {
    actors: BTreeMap<String, Actor>,
}

/// One who acts.
#[derive(Debug)]
struct Actor {
    sender: Sender,
    hearing: JoinHandle<()>,
}

/// An actor at one of his steps.
#[derive(Debug, Clone)]
pub struct Player {
    /// Who.
    pub name: String,
    /// His session.
    pub sender: Sender,
    /// What everybody sees and is told.
    pub record: SharedRecord,
    /// Since the play began.
    pub watch: Stopwatch,
    /// What he trades.
    pub terms: InstrumentTerms,
    /// His chance at this step.
    pub chance: Chance,
    /// Makes his ids his own.
    pub tag: String,
}

/// Why an actor could not do what he was to do.
#[derive(Debug, thiserror::Error)]
pub enum ActError {
    /// His session is gone.
    #[error("his session is gone")]
    Gone,
    /// Nobody knows where the market is.
    #[error("the book of {0} is empty and nothing has traded; say `around`")]
    NoMiddle(Symbol),
    /// The exchange refused.
    #[error("{0}")]
    Refused(String),
}

impl Cast {
    /// Opens a session for everybody.
    ///
    /// # Errors
    /// A key is no good, or the exchange is not there.
    pub async fn enter(
        url: &str,
        keys: &BTreeMap<String, String>,
        record: &SharedRecord,
        watch: Stopwatch,
    ) -> Result<Self, (String, ClientError)> {
        let mut actors = BTreeMap::new();
        for (name, key) in keys {
            let named = |error: ClientError| (name.clone(), error);
            let session = log_on(url, name, key).await.map_err(named)?;
            lock(record).log(name);
            let sender = session.sender.clone();
            // What becomes of orders later is told to those who ask for it.
            let follows = Operation::Subscribe(Subscription::of(Channel::Executions, None));
            let gone = |_| ClientError::Closed {
                reason: "the session is gone".to_owned(),
            };
            sender.send(follows).await.map_err(gone).map_err(named)?;
            let hearing = tokio::spawn(hear(session, name.clone(), Arc::clone(record), watch));
            actors.insert(name.clone(), Actor { sender, hearing });
        }
        Ok(Self { actors })
    }

    /// The session of an actor who is still there.
    pub fn sender(&self, actor: &str) -> Option<Sender> {
        self.actors.get(actor).map(|actor| actor.sender.clone())
    }

    /// Breaks an actor's connection without a word.
    pub fn disconnect(&mut self, actor: &str, record: &SharedRecord) {
        if let Some(actor) = self.actors.remove(actor) {
            actor.hearing.abort();
        }
        lock(record).log(actor).gave_up();
    }

    /// Lets everybody go.
    pub fn leave(&mut self) {
        for actor in std::mem::take(&mut self.actors).into_values() {
            actor.hearing.abort();
        }
    }
}

/// Opens a session with a key.
pub async fn log_on(url: &str, name: &str, key: &str) -> Result<Session, ClientError> {
    let config = ClientConfig::new(url, format!("rialto play: {name}")).with_key(key);
    client::connect(config).await
}

/// How many orders an account has open.
///
/// # Errors
/// The exchange is not there, or says no.
pub async fn open_orders(url: &str, name: &str, key: &str) -> Result<u64, ClientError> {
    let mut session = log_on(url, name, key).await?;
    let asked = Operation::OpenOrders(OpenOrdersRequest { symbol: None });
    let gone = |_| ClientError::Closed {
        reason: "the session is gone".to_owned(),
    };
    session.sender.send(asked).await.map_err(gone)?;
    let mut count = 0_u64;
    loop {
        if let Incoming::Message(ServerMessage::OpenOrders(open)) = session.receiver.next().await? {
            count = count.saturating_add(u64::try_from(open.orders.len()).unwrap_or(u64::MAX));
            if !open.has_more {
                return Ok(count);
            }
        }
    }
}

async fn hear(mut session: Session, name: String, record: SharedRecord, watch: Stopwatch) {
    loop {
        match session.receiver.next().await {
            Ok(Incoming::Message(message)) => {
                lock(&record).log(&name).hear(&message, watch.elapsed());
            }
            Ok(Incoming::Disconnected(_) | Incoming::Reconnected(_))
            | Err(ClientError::Codec(_)) => {}
            Err(error) => {
                lock(&record).log(&name).lost = Some(error.to_string());
                return;
            }
        }
    }
}

impl Player {
    /// Enters the orders of a step.
    ///
    /// # Errors
    /// He cannot.
    pub async fn enter(mut self, orders: &Orders) -> Result<(), ActError> {
        let pause = orders.over / orders.count;
        let began = self.watch.elapsed();
        let mut queued = 0_u32;
        for place in 0..orders.count {
            let order = self.order(orders, place)?;
            self.submit(order)?;
            queued += 1;
            let due = began + pause * (place + 1);
            let ahead = due.saturating_sub(self.watch.elapsed());
            if ahead >= PAUSE_MIN || queued >= QUEUED_MAX {
                self.flush().await?;
                queued = 0;
                tokio::time::sleep(ahead).await;
            }
        }
        self.flush().await
    }

    /// Enters an order and cancels it, again and again; each pair leaves by itself.
    ///
    /// # Errors
    /// He cannot.
    pub async fn flicker(mut self, orders: &Orders) -> Result<(), ActError> {
        let pause = orders.over / orders.count;
        let began = self.watch.elapsed();
        let mut queued = 0_u32;
        for place in 0..orders.count {
            let id = format!("{}-{place}", self.tag);
            let id =
                ClientOrderId::new(&id).map_err(|_| ActError::Refused(format!("{id} is no id")))?;
            let order = NewOrder {
                client_order_id: Some(id),
                post_only: PostOnly::Reject,
                ..self.order(orders, place)?
            };
            self.submit(order)?;
            self.ask(Operation::Cancel(Cancel {
                symbol: self.terms.symbol,
                order: OrderRef::Client(id),
                at_us: None,
            }))?;
            queued += 1;
            let ahead = (began + pause * (place + 1)).saturating_sub(self.watch.elapsed());
            if ahead >= PAUSE_MIN || queued >= QUEUED_MAX {
                self.flush().await?;
                queued = 0;
                tokio::time::sleep(ahead).await;
            }
        }
        self.flush().await
    }

    /// Cancels all that he has in the instrument.
    ///
    /// # Errors
    /// He cannot.
    pub async fn cancel_all(self) -> Result<(), ActError> {
        self.ask(Operation::MassCancel(MassCancel::of(Some(
            self.terms.symbol,
        ))))?;
        self.flush().await
    }

    fn submit(&self, order: NewOrder) -> Result<(), ActError> {
        self.ask(Operation::Submit(Submit {
            symbol: self.terms.symbol,
            order,
            at_us: None,
        }))
    }

    fn ask(&self, operation: Operation) -> Result<(), ActError> {
        // Under the record's lock: no answer may come before its request is noted.
        let mut record = lock(&self.record);
        let request = self.sender.queue(operation).map_err(|_| ActError::Gone)?;
        record.log(&self.name).asked(request, self.watch.elapsed());
        Ok(())
    }

    async fn flush(&self) -> Result<(), ActError> {
        self.sender.flush().await.map_err(|_| ActError::Gone)
    }

    /// The order at a place of a step.
    fn order(&mut self, orders: &Orders, place: u32) -> Result<NewOrder, ActError> {
        let side = match orders.side {
            SideWord::Both if place.is_multiple_of(2) => Side::Buy,
            SideWord::Buy => Side::Buy,
            SideWord::Sell | SideWord::Both => Side::Sell,
        };
        let quantity = orders.quantity.0;
        let limit = |price| NewOrder::limit(side, price, quantity);
        // How many steps behind the first one; those of two sides stand opposite each other.
        let rank = match orders.side {
            SideWord::Both => place / 2,
            SideWord::Buy | SideWord::Sell => place,
        };
        let order = match orders.pricing {
            Pricing::Market => NewOrder::market(side, OrderSize::Quantity(quantity)),
            Pricing::Behind {
                percent,
                step_percent,
            } => limit(self.price(orders, side, -percent - step_percent * f64::from(rank))?),
            Pricing::Through { percent } => limit(self.price(orders, side, percent)?),
            Pricing::Taking { percent } => NewOrder {
                time_in_force: TimeInForce::ImmediateOrCancel,
                ..limit(self.price(orders, side, percent)?)
            },
            Pricing::Around { percent } => {
                let percent = self.chance.around() * percent;
                limit(self.price(orders, Side::Buy, percent)?)
            }
        };
        let mut order = order;
        order.conditions.on_disconnect = match orders.on_disconnect {
            DisconnectWord::Keep => OnDisconnect::Keep,
            DisconnectWord::Cancel => OnDisconnect::Cancel,
        };
        Ok(order)
    }

    /// A price so many percent beyond the middle of the book, on the grid and within its bounds.
    fn price(&self, orders: &Orders, side: Side, percent: f64) -> Result<ExactDecimal, ActError> {
        let symbol = self.terms.symbol;
        let told = || lock(&self.record).tapes.get(&symbol)?.middle();
        let middle = orders
            .around
            .or_else(told)
            .ok_or(ActError::NoMiddle(symbol))?;
        let signed = match side {
            Side::Buy => percent,
            Side::Sell => -percent,
        };
        let wanted = middle * (1.0 + signed / 100.0);
        let lowest = number(self.terms.price_min);
        let wanted = wanted.clamp(lowest, number(self.terms.price_max));
        let decimals = self.terms.price_decimals;
        let tick = self.terms.tick_size.units_of(decimals).unwrap_or(1).max(1);
        let units = format!("{:.0}", wanted * 10_f64.powi(i32::from(decimals)));
        let units: i128 = units.parse().expect("a rounded figure is a whole number");
        Ok(ExactDecimal::new(units / tick * tick, decimals))
    }
}
