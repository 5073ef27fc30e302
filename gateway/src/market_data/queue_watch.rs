//! Where an account's own displayed orders stand in their queues, told when it changes.

use std::collections::BTreeMap;
use std::sync::Arc;

use engine::{AccountId, OrderChange, OrderId, Price, Side, Timestamp};
use protocol::{Frames, QueuePosition, ServerMessage};
use sequencer::SessionId;
use tokio_tungstenite::tungstenite::Message;

use crate::hashing::HashMap;
use crate::listing::ListedInstrument;
use crate::market_data::level_queue::QueuePlace;
use crate::market_data::order_queues::{DisplayedOrder, OrderQueues};
use crate::native::translate;
use crate::session::{Audience, SessionEntry, WakeList};
use crate::wire;

/// Own orders whose places are followed. Nobody's orders cost nothing.
#[derive(Debug)]
pub struct QueueWatch {
    listed: ListedInstrument,
    followers: HashMap<AccountId, Vec<Arc<SessionEntry>>>,
    /// Followed orders by level, each with what was last told of it.
    levels: HashMap<(Side, Price), BTreeMap<OrderId, Followed>>,
    buffer: Vec<u8>,
}

/// A followed order.
#[derive(Debug, Clone, Copy)]
struct Followed {
    account: AccountId,
    told: Option<QueuePlace>,
}

impl QueueWatch {
    /// Nobody follows.
    pub fn new(listed: ListedInstrument) -> Self {
        Self {
            listed,
            followers: HashMap::default(),
            levels: HashMap::default(),
            buffer: Vec::new(),
        }
    }

    /// The account's session follows: it is told of every order that the account displays.
    pub fn join(
        &mut self,
        queues: &OrderQueues,
        account: AccountId,
        entry: &Arc<SessionEntry>,
        at: Timestamp,
    ) {
        let own: Vec<DisplayedOrder> = [Side::Buy, Side::Sell]
            .into_iter()
            .flat_map(|side| queues.orders(side))
            .filter(|order| order.account == account)
            .collect();
        for order in own {
            let Some((order, place)) = queues.place_of(order.order_id) else {
                continue;
            };
            let position = self.position(&order, place, at);
            let message = self.message(&position, entry.frames());
            entry.outbound.push_own(message);
            let followed = Followed {
                account,
                told: Some(place),
            };
            self.levels
                .entry((order.side, order.price))
                .or_default()
                .entry(order.order_id)
                .or_insert(followed);
        }
        self.followers
            .entry(account)
            .or_default()
            .push(Arc::clone(entry));
    }

    /// The session no longer follows.
    pub fn leave(&mut self, session: SessionId) {
        self.followers.retain(|_, entries| {
            entries.retain(|entry| entry.id != session);
            !entries.is_empty()
        });
        let followers = &self.followers;
        self.levels.retain(|_, orders| {
            orders.retain(|_, followed| followers.contains_key(&followed.account));
            !orders.is_empty()
        });
    }

    /// Tells of every followed order that the changes of one command have moved, come or gone.
    pub fn tell(
        &mut self,
        queues: &OrderQueues,
        changes: &[OrderChange],
        at: Timestamp,
        wakes: &mut WakeList,
    ) {
        if self.followers.is_empty() {
            return;
        }
        let mut touched: Vec<(Side, Price)> = Vec::new();
        for change in changes {
            let level = (change.side, change.price);
            if self.followers.contains_key(&change.account) {
                self.levels
                    .entry(level)
                    .or_default()
                    .entry(change.order_id)
                    .or_insert(Followed {
                        account: change.account,
                        told: None,
                    });
            }
            if !touched.contains(&level) {
                touched.push(level);
            }
        }
        for level in touched {
            self.tell_level(queues, level, at, wakes);
        }
    }

    fn tell_level(
        &mut self,
        queues: &OrderQueues,
        level: (Side, Price),
        at: Timestamp,
        wakes: &mut WakeList,
    ) {
        let Some(mut orders) = self.levels.remove(&level) else {
            return;
        };
        orders.retain(|order_id, followed| {
            let found = queues
                .place_of(*order_id)
                .filter(|(order, _)| (order.side, order.price) == level);
            let (order, place) = found.unwrap_or_else(|| gone(*order_id, followed.account, level));
            let is_gone = found.is_none();
            // What came and went within one command was never there to be told of.
            let is_news = followed.told != Some(place) && !(is_gone && followed.told.is_none());
            if is_news {
                let position = self.position(&order, place, at);
                let entries = self.followers.get(&followed.account).cloned();
                for entry in entries.into_iter().flatten() {
                    let message = self.message(&position, entry.frames());
                    wakes.push(&entry.outbound, message, Audience::Private);
                }
                followed.told = Some(place);
            }
            !is_gone
        });
        if !orders.is_empty() {
            self.levels.insert(level, orders);
        }
    }

    fn position(&self, order: &DisplayedOrder, place: QueuePlace, at: Timestamp) -> ServerMessage {
        let scale = self.listed.scale;
        ServerMessage::Queue(QueuePosition {
            symbol: self.listed.symbol,
            order_id: order.order_id.0,
            at_us: translate::at_us(at),
            side: translate::wire_side(order.side),
            price: scale.price(order.price.units()),
            quantity: scale.quantity(place.own.units()),
            quantity_ahead: scale.quantity(place.ahead.quantity.units()),
            orders_ahead: place.ahead.orders,
            quantity_behind: scale.quantity(place.behind.quantity.units()),
            orders_behind: place.behind.orders,
        })
    }

    fn message(&mut self, position: &ServerMessage, frames: Frames) -> Message {
        let instrument = self.listed.binary();
        wire::say(&mut self.buffer, frames, &instrument, position)
    }
}

/// An order that has left its level: nothing is shown of it.
fn gone(
    order_id: OrderId,
    account: AccountId,
    (side, price): (Side, Price),
) -> (DisplayedOrder, QueuePlace) {
    let place = QueuePlace::default();
    let order = DisplayedOrder {
        order_id,
        account,
        side,
        price,
        quantity: place.own,
    };
    (order, place)
}
