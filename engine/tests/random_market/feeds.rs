//! What a subscriber knows: the picture of the book, held against both feeds.

use std::collections::BTreeMap;

use engine::{EventSink, Price, Quantity, Side};
use scenario::{Block, BookEntry, BookPicture, BookPrice};

use super::feed_fold::FeedFold;

/// Displayed quantities by price, in queue order.
type Queues = BTreeMap<Price, Vec<Quantity>>;

/// Books folded from the feeds alone.
#[derive(Default)]
pub struct Feeds(FeedFold);

impl Feeds {
    pub fn hear(&mut self, block: &Block) {
        block
            .levels
            .iter()
            .for_each(|change| self.0.level_changed(*change));
        block
            .orders
            .iter()
            .for_each(|change| self.0.order_changed(*change));
    }

    /// What differs from the picture, if something does.
    pub fn difference(&self, picture: &BookPicture) -> Option<String> {
        let sides = [(Side::Buy, &picture.bids), (Side::Sell, &picture.asks)];
        sides
            .into_iter()
            .find_map(|(side, entries)| self.difference_of(side, entries))
    }

    fn difference_of(&self, side: Side, entries: &[BookEntry]) -> Option<String> {
        let queues = displayed(entries);
        let quantities = |queue: &Vec<_>| queue.iter().map(|(_, quantity)| *quantity).collect();
        let orders = self.0.orders(side).iter();
        let fed: Queues = orders
            .map(|(price, queue)| (*price, quantities(queue)))
            .collect();
        if fed != queues {
            return Some(format!(
                "{side:?}: L3 feed gives {fed:?}, the book is {queues:?}"
            ));
        }
        let total = |queue: &Vec<Quantity>| {
            let units = queue.iter().map(|quantity| quantity.units()).sum();
            (
                Quantity::from_units(units),
                u32::try_from(queue.len()).expect("few orders"),
            )
        };
        let levels: BTreeMap<_, _> = queues
            .iter()
            .map(|(price, queue)| (*price, total(queue)))
            .collect();
        let fed = self.0.levels(side);
        (levels != *fed).then(|| format!("{side:?}: L2 feed gives {fed:?}, the book is {levels:?}"))
    }
}

fn displayed(entries: &[BookEntry]) -> Queues {
    let mut queues = Queues::new();
    for entry in entries {
        if let (BookPrice::At(price), 1..) = (entry.price, entry.shown.displayed) {
            let queue = queues.entry(Price::from_units(price)).or_default();
            queue.push(Quantity::from_units(entry.shown.displayed));
        }
    }
    queues
}
