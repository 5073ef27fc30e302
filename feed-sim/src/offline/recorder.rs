//! Rows as LOBSTER writes them: `seconds.nanos,type,order id,size,price,direction`.

use std::io::{self, Write};

use protocol::Side;

use crate::flow::market::{MarketFact, OrderFact, Sight, Whose};

/// Price in the file, for one tick.
const PRICE_PER_TICK: i64 = 100;

/// What a row says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowKind {
    /// An order was added to the book.
    Add,
    /// Part of an order was taken back.
    Reduce,
    /// An order was deleted.
    Delete,
    /// A displayed order traded.
    Trade,
    /// A hidden order traded.
    HiddenTrade,
}

/// One row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TapeRow {
    /// When, in nanoseconds.
    pub at_ns: u64,
    /// What it says.
    pub kind: RowKind,
    /// The resting order.
    pub order_id: u64,
    /// How much, in lots.
    pub lots: u64,
    /// At which price, in hundredths of a tick.
    pub price: i64,
    /// The resting order's side.
    pub side: Side,
}

impl RowKind {
    /// LOBSTER's number for it.
    pub const fn code(self) -> u8 {
        match self {
            Self::Add => 1,
            Self::Reduce => 2,
            Self::Delete => 3,
            Self::Trade => 4,
            Self::HiddenTrade => 5,
        }
    }
}

impl TapeRow {
    /// The row of a fact; `None` for what a market of displayed orders does not show.
    pub fn of(at_ns: u64, fact: &MarketFact) -> Option<Self> {
        let about = |kind, order: &OrderFact| {
            (order.sight == Sight::Displayed).then_some(Self {
                at_ns,
                kind,
                order_id: order.number.turn(),
                lots: order.lots,
                price: order.ticks * PRICE_PER_TICK,
                side: order.side,
            })
        };
        match fact {
            MarketFact::Rested(order) => about(RowKind::Add, order),
            MarketFact::Reduced(order) => about(RowKind::Reduce, order),
            MarketFact::Canceled(order) => about(RowKind::Delete, order),
            MarketFact::Over(_) => None,
            MarketFact::Traded(trade) => Some(Self {
                at_ns,
                kind: match trade.maker_sight {
                    Sight::Displayed => RowKind::Trade,
                    Sight::Hidden => RowKind::HiddenTrade,
                },
                order_id: match trade.maker {
                    Whose::Own(number) => number.turn(),
                    Whose::Others => 0,
                },
                lots: trade.lots,
                price: trade.ticks * PRICE_PER_TICK,
                side: match trade.aggressor_side {
                    Side::Buy => Side::Sell,
                    Side::Sell => Side::Buy,
                },
            }),
        }
    }
}

/// Writes rows to a file.
#[derive(Debug)]
pub struct Recorder<W: Write> {
    out: W,
    rows: u64,
}

impl<W: Write> Recorder<W> {
    /// One that writes to `out`, which should be buffered.
    pub fn new(out: W) -> Self {
        Self { out, rows: 0 }
    }

    /// Writes a row.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn write(&mut self, row: &TapeRow) -> io::Result<()> {
        self.rows += 1;
        let direction = match row.side {
            Side::Buy => "1",
            Side::Sell => "-1",
        };
        writeln!(
            self.out,
            "{}.{:09},{},{},{},{},{direction}",
            row.at_ns / 1_000_000_000,
            row.at_ns % 1_000_000_000,
            row.kind.code(),
            row.order_id,
            row.lots,
            row.price,
        )
    }

    /// Flushes; says how many rows were written.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn finish(mut self) -> io::Result<u64> {
        self.out.flush()?;
        Ok(self.rows)
    }
}
