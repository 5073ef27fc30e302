//! The order book of one instrument: what rests, in priority order.

pub(crate) mod book_side;
pub(crate) mod depth;
mod invariants;
pub(crate) mod order_book;
pub(crate) mod order_extras;
mod order_index;
pub(crate) mod order_pool;
pub(crate) mod order_slot;
pub(crate) mod order_traits;
pub(crate) mod owner_index;
pub(crate) mod plain_orders;
mod price_index;
pub(crate) mod price_level;
pub(crate) mod slot_table;
mod special_orders;
