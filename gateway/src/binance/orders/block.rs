//! One command's events, as this persona's orders take them in.

use engine::{AccountId, ClientOrderId, Event, OrderId};

use crate::binance::orders::order::{Attributes, VenueOrder};
use crate::listing::{ListedInstrument, Listing};

/// One command's events, and what the request for it says.
#[derive(Debug, Clone, Copy)]
pub struct Block<'a> {
    /// All that is listed.
    pub listing: &'a Listing,
    /// The instrument.
    pub listed: &'a ListedInstrument,
    /// The command's place in the instrument's order.
    pub sequence: u64,
    /// When.
    pub at_us: u64,
    /// What happened.
    pub events: &'a [Event],
    /// What the request says of the order that it enters.
    pub attributes: Attributes,
    /// The same of each order of a list, in the order in which they are accepted.
    pub legs: &'a [Attributes],
    /// The client id that the request gives a cancel, or an amended order.
    pub request_id: Option<ClientOrderId>,
    /// The order that was to take the place of a canceled one, as it is told of if it was refused.
    pub replacement: Option<&'a VenueOrder>,
}

impl Block<'_> {
    /// What the request says of the order that is accepted at this place of the block.
    pub(super) fn attributes_of(&self, place: usize) -> Attributes {
        let before = self.events.iter().take(place);
        let is_accepted = |event: &&Event| matches!(event, Event::Accepted(_));
        let leg = self.legs.get(before.filter(is_accepted).count());
        leg.copied().unwrap_or(self.attributes)
    }

    /// The order that the request amends: what its list does with the others follows.
    pub(super) fn amended(&self) -> Option<OrderId> {
        self.events.iter().find_map(|event| {
            if let Event::Replaced(replaced) = event {
                Some(replaced.order_id)
            } else {
                None
            }
        })
    }

    /// Whether an order of the account was refused: what was reserved for it comes back, and nobody was told of it.
    pub(super) fn refuses(&self, account: AccountId) -> bool {
        let is_refusal =
            |event: &Event| matches!(event, Event::Rejected(it) if it.account == account);
        self.events.iter().any(is_refusal)
    }
}
