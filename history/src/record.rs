//! What the history keeps, one fact a record.

use engine::{InstrumentId, SequenceNumber};

use crate::amendment::{Amendment, PreventedMatch};
use crate::bust::BustRecord;
use crate::candle::Candle;
use crate::execution::TradeRecord;
use crate::order::OrderRecord;
use crate::spelled::spelled_enum;

/// One fact about one instrument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Record {
    /// An order ended.
    Order(Box<OrderRecord>),
    /// Two orders traded.
    Trade(Box<TradeRecord>),
    /// An order was changed.
    Amendment(Box<Amendment>),
    /// Two orders met and did not trade.
    Prevented(Box<PreventedMatch>),
    /// The trades of one second; it takes the place of an earlier one of the same second.
    Second(Box<Candle>),
    /// What was kept of the instrument beyond this command was never durable, and does not count.
    Cut(SequenceNumber),
    /// A trade was taken back.
    Bust(Box<BustRecord>),
}

spelled_enum!(Record {
    1 => Order(order),
    2 => Trade(trade),
    3 => Amendment(amendment),
    4 => Prevented(prevented),
    5 => Second(candle),
    6 => Cut(sequence),
    7 => Bust(bust),
});

/// A record with the instrument that it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filed {
    /// Which instrument.
    pub instrument: InstrumentId,
    /// What happened.
    pub record: Record,
}

crate::spelled::spelled_struct!(Filed { instrument, record });
