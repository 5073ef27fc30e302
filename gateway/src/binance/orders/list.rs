//! Orders that were entered together and are tied to each other.

use engine::{ClientOrderId, OrderId};

/// Orders that were entered together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderList {
    /// Its number.
    pub id: u64,
    /// How its orders are tied: `OCO` or `OTO`.
    pub contingency: &'static str,
    /// Its owner's id of it.
    pub client_id: ClientOrderId,
    /// Its orders, with the ids that their owner gave them.
    pub orders: Vec<(OrderId, ClientOrderId)>,
    /// When it was entered.
    pub at_us: u64,
}
