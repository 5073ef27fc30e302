//! Orders on their way to the matcher, by the only name that they have.
//!
//! They come in the order in which they are decided, but for sessions that race each other: what is decided next stands at
//! the front. Only a change of an order that nobody has heard of yet looks further.

use std::collections::VecDeque;

use engine::{AccountId, ClientOrderId, Notional, Side};

/// An order on its way to the matcher.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entering {
    /// Buy or sell.
    pub side: Side,
    /// What the door reserved for it.
    pub hold: Notional,
}

/// The orders of one instrument that are on their way.
#[derive(Debug, Default)]
pub(super) struct EnteringOrders {
    queue: VecDeque<(AccountId, ClientOrderId, Entering)>,
}

impl EnteringOrders {
    /// An order was sent.
    pub(super) fn push(&mut self, account: AccountId, id: ClientOrderId, entering: Entering) {
        self.queue.push_back((account, id, entering));
    }

    /// The outcome of an order is here: of those with its name, the first that was sent.
    pub(super) fn decided(&mut self, account: AccountId, id: ClientOrderId) {
        let place = self.queue.iter().position(is(account, id));
        self.remove(place);
    }

    /// An order was not taken: of those with its name, the last that was sent.
    pub(super) fn not_taken(&mut self, account: AccountId, id: ClientOrderId) {
        let place = self.queue.iter().rposition(is(account, id));
        self.remove(place);
    }

    /// The order with this name, the last that was sent.
    pub(super) fn find(&self, account: AccountId, id: ClientOrderId) -> Option<Entering> {
        let is = is(account, id);
        let found = self.queue.iter().rfind(|one| is(one));
        found.map(|(.., entering)| *entering)
    }

    fn remove(&mut self, place: Option<usize>) {
        if let Some(place) = place {
            self.queue.remove(place);
        }
    }
}

fn is(
    account: AccountId,
    id: ClientOrderId,
) -> impl Fn(&(AccountId, ClientOrderId, Entering)) -> bool {
    move |(of, named, _)| *of == account && *named == id
}

#[cfg(test)]
mod tests {
    use super::{AccountId, ClientOrderId, Entering, EnteringOrders, Notional, Side};

    const ALICE: AccountId = AccountId(1);
    const BOB: AccountId = AccountId(2);

    fn id(text: &str) -> ClientOrderId {
        ClientOrderId::new(text).unwrap()
    }

    const fn holding(units: i128) -> Entering {
        Entering {
            side: Side::Buy,
            hold: Notional::from_units(units),
        }
    }

    #[test]
    fn an_order_is_known_from_its_sending_to_its_outcome() {
        let mut orders = EnteringOrders::default();
        orders.push(ALICE, id("a"), holding(1));
        orders.push(BOB, id("a"), holding(2));

        assert_eq!(orders.find(ALICE, id("a")), Some(holding(1)));
        assert_eq!(orders.find(BOB, id("a")), Some(holding(2)));
        assert_eq!(orders.find(BOB, id("b")), None);

        orders.decided(BOB, id("a"));
        assert_eq!(orders.find(BOB, id("a")), None);
        assert_eq!(orders.find(ALICE, id("a")), Some(holding(1)));
    }

    #[test]
    fn a_repeated_order_that_was_not_taken_leaves_the_first_one() {
        let mut orders = EnteringOrders::default();
        orders.push(ALICE, id("a"), holding(1));
        orders.push(ALICE, id("a"), holding(2));

        orders.not_taken(ALICE, id("a"));
        assert_eq!(orders.find(ALICE, id("a")), Some(holding(1)));

        orders.decided(ALICE, id("a"));
        assert_eq!(orders.find(ALICE, id("a")), None);
        orders.decided(ALICE, id("a"));
    }
}
