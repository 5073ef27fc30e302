//! Stops, take-profits and trailing stops: what fires them, and in which order.

use scenario::{SideWord, TriggerSource};

use super::order::{Distance, Id, Order, Place, Trail, Trigger, TriggerKind};
use super::{NaiveMarket, opposite};

/// Which way a price must go to fire a stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Up,
    Down,
}

/// Twice a price, so that a middle is whole.
type Doubled = i64;

impl NaiveMarket {
    /// Something traded at this price: the last price moves, and stops look at it.
    pub(super) fn print(&mut self, price: i64) {
        self.last_price = Some(price);
        self.prints.push((self.now, price));
        self.follow_trails(price);
        let hit = |order: &Order, trigger: &Trigger| {
            trigger.source == TriggerSource::Last && is_hit(order.side, trigger, 2 * price)
        };
        self.hit_those(hit);
    }

    /// After the queue is empty: stops that look at the book.
    pub(super) fn look_at_book(&mut self) {
        let references: Vec<(Id, Doubled)> = self
            .orders
            .iter()
            .filter(|order| order.place == Place::Armed)
            .filter_map(|order| {
                let source = order.trigger?.source;
                let looks_at_book = source != TriggerSource::Last;
                let reference = self.reference_of(order.side, source);
                looks_at_book.then_some((order.id, reference?))
            })
            .collect();
        let reference = |id: Id| references.iter().find(|(other, _)| *other == id);
        self.hit_those(|order, trigger| {
            reference(order.id).is_some_and(|(_, price)| is_hit(order.side, trigger, *price))
        });
    }

    /// What a stop of this side looks at now.
    fn reference_of(&self, side: SideWord, source: TriggerSource) -> Option<Doubled> {
        match source {
            TriggerSource::Last => self.last_price.map(|price| 2 * price),
            TriggerSource::BidAsk => self.best_displayed(opposite(side)).map(|price| 2 * price),
            TriggerSource::Mid => {
                let bid = self.best_displayed(SideWord::Buy)?;
                Some(bid + self.best_displayed(SideWord::Sell)?)
            }
        }
    }

    /// Whether a stop is true already.
    pub(super) fn is_true_now(&self, order: &Order) -> bool {
        let Some(trigger) = order.trigger else {
            return false;
        };
        let reference = self.reference_of(order.side, trigger.source);
        reference.is_some_and(|price| is_hit(order.side, &trigger, price))
    }

    /// Puts those that are hit into the queue: upwards by rising price, then downwards by falling, then by age.
    fn hit_those(&mut self, is_hit: impl Fn(&Order, &Trigger) -> bool) {
        let mut hit: Vec<(Way, i64, Id)> = Vec::new();
        for order in &self.orders {
            if order.place != Place::Armed {
                continue;
            }
            if let Some(trigger) = &order.trigger
                && is_hit(order, trigger)
            {
                let way = way(order.side, trigger);
                let price = fires_at(trigger).expect("it was hit");
                hit.push((way, price, order.id));
            }
        }
        hit.sort_by_key(|(way, price, id)| match way {
            Way::Up => (0, *price, *id),
            Way::Down => (1, -*price, *id),
        });
        for (_, price, id) in hit {
            self.hit(id, price);
        }
    }

    pub(super) fn hit(&mut self, id: Id, price: i64) {
        let order = self.order_mut(id);
        order.place = Place::Hit;
        order.fired_at = Some(price);
        self.queue.push(id);
    }

    /// Tracking begins with the last price, or at the activation price.
    pub(super) fn begin_trail(&mut self, id: Id) {
        let (last, side) = (self.last_price, self.order(id).side);
        if let Some(trail) = trail_mut(self.order_mut(id)) {
            trail.entry_price = last;
            let waits = trail.activation.is_some() && trail.activation != last;
            trail.stop = if waits {
                None
            } else {
                last.map(|price| behind(trail.distance, side, price))
            };
        }
    }

    fn follow_trails(&mut self, price: i64) {
        for order in &mut self.orders {
            let (side, is_armed) = (order.side, order.place == Place::Armed);
            if let (true, Some(trail)) = (is_armed, trail_mut(order)) {
                follow(trail, side, price);
            }
        }
    }
}

fn trail_mut(order: &mut Order) -> Option<&mut Trail> {
    match &mut order.trigger.as_mut()?.kind {
        TriggerKind::Trailing(trail) => Some(trail),
        TriggerKind::Stop(_) | TriggerKind::TakeProfit(_) => None,
    }
}

/// The stop goes with the price in the order's favor, in whole steps.
fn follow(trail: &mut Trail, side: SideWord, price: i64) {
    let wished = behind(trail.distance, side, price);
    let Some(stop) = trail.stop else {
        // Without a last price at entry, the first print is where it stands.
        let entry = *trail.entry_price.get_or_insert(price);
        if is_activated(trail.activation, entry, price) {
            trail.stop = Some(wished);
        }
        return;
    };
    let gain = match side {
        SideWord::Sell => wished - stop,
        SideWord::Buy => stop - wished,
    };
    let step = i64::try_from(trail.step.max(1)).expect("a step is small");
    let whole = gain.max(0) / step * step;
    trail.stop = Some(match side {
        SideWord::Sell => stop + whole,
        SideWord::Buy => stop - whole,
    });
}

/// The stop that lies the distance behind a price.
fn behind(distance: Distance, side: SideWord, price: i64) -> i64 {
    match (side, distance) {
        (SideWord::Sell, Distance::Price(distance)) => price - distance,
        (SideWord::Buy, Distance::Price(distance)) => price + distance,
        // The first whole price that satisfies: price <= high * (1 - b / 10^4).
        (SideWord::Sell, Distance::Bips(bips)) => (price * (10_000 - bips)).div_euclid(10_000),
        (SideWord::Buy, Distance::Bips(bips)) => {
            (price * (10_000 + bips) + 9_999).div_euclid(10_000)
        }
    }
}

/// The print reaches the activation price from the side where the last price was at entry.
fn is_activated(activation: Option<i64>, entry: i64, price: i64) -> bool {
    activation.is_none_or(|activation| {
        let rises = entry < activation && price >= activation;
        let falls = entry > activation && price <= activation;
        rises || falls || price == activation
    })
}

/// At which price it fires; a trailing stop that is not active does not.
pub fn fires_at(trigger: &Trigger) -> Option<i64> {
    match trigger.kind {
        TriggerKind::Stop(price) | TriggerKind::TakeProfit(price) => Some(price),
        TriggerKind::Trailing(trail) => trail.stop,
    }
}

fn way(side: SideWord, trigger: &Trigger) -> Way {
    match (side, trigger.kind) {
        (SideWord::Buy, TriggerKind::Stop(_) | TriggerKind::Trailing(_))
        | (SideWord::Sell, TriggerKind::TakeProfit(_)) => Way::Up,
        (SideWord::Sell, TriggerKind::Stop(_) | TriggerKind::Trailing(_))
        | (SideWord::Buy, TriggerKind::TakeProfit(_)) => Way::Down,
    }
}

fn is_hit(side: SideWord, trigger: &Trigger, reference: Doubled) -> bool {
    let Some(price) = fires_at(trigger) else {
        return false;
    };
    match way(side, trigger) {
        Way::Up => reference >= 2 * price,
        Way::Down => reference <= 2 * price,
    }
}
