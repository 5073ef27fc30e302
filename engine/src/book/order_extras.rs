//! What few orders have: client id, lifetime, and what the mechanisms of the rule book add.

use crate::id::ClientOrderId;
use crate::linked::Ties;
use crate::order::TimeInForce;
use crate::pegged::Peg;
use crate::waiting::Waiting;

/// What few orders have, by slot.
#[derive(Debug)]
pub(super) struct OrderExtras {
    pub(super) client_order_id: Option<ClientOrderId>,
    pub(super) time_in_force: TimeInForce,
    /// In a box: most orders with a client id have none of it.
    pub(super) special: Option<Box<Special>>,
}

pub(super) const NO_EXTRAS: OrderExtras = OrderExtras {
    client_order_id: None,
    time_in_force: TimeInForce::GoodTillCanceled,
    special: None,
};

/// What the mechanisms of the rule book add to an order. A mechanism adds its field here, and its spelling
/// in `snapshot.rs`.
#[derive(Debug, Default)]
pub(crate) struct Special {
    /// It shows a slice at a time.
    pub(crate) iceberg: Option<Iceberg>,
    /// It is open and not in the book.
    pub(crate) waiting: Option<Waiting>,
    /// What happens to it concerns others.
    pub(crate) ties: Option<Ties>,
    /// Its price follows the book.
    pub(crate) peg: Option<Peg>,
}

/// The part of an iceberg that its slot does not say: there stands the slice that it shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Iceberg {
    /// How much a slice shows.
    pub(crate) peak_units: u64,
    /// What is below the water.
    pub(crate) hidden_units: u64,
}
