//! The rows of LOBSTER's message files: `seconds.nanos,type,order id,size,price,direction`.
//!
//! Type 1 is an order that was added, 2 one that lost a part, 3 one that was deleted, 4 a trade of a displayed order,
//! 5 a trade of a hidden one, whose id is 0. The order is always the one that rested; direction 1: it buys. Sizes are in
//! lots, prices in hundredths of a tick, times in seconds since midnight UTC of the first row's day.

use engine::{Event, OrderChange, OrderChangeKind, OrderId, Price, Quantity, Side, Timestamp};
use gateway::ListedInstrument;
use sequencer::Replica;

use super::columns::{Cell, Table};
use super::shown_quantities::ShownQuantities;
use super::{Content, Done, ExportError, Span};

const SECOND_NS: u64 = 1_000_000_000;
const DAY_NS: u64 = 86_400 * SECOND_NS;
/// Price in a row, for one tick.
const PRICE_PER_TICK: i64 = 100;

/// The rows of one instrument.
#[derive(Debug, Default)]
pub struct Tape {
    shown: ShownQuantities,
    /// Midnight before the first row.
    midnight_ns: Option<u64>,
}

/// What a row says of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum RowKind {
    Add = 1,
    Reduce = 2,
    Delete = 3,
    Trade = 4,
    HiddenTrade = 5,
}

/// One row, but for its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Row {
    kind: RowKind,
    order_id: OrderId,
    size: Quantity,
    price: Price,
    side: Side,
}

impl Content for Tape {
    fn begin(&mut self, replica: &Replica, listed: &[ListedInstrument]) {
        let book = listed.first().map(|listed| listed.instrument.id);
        if let Some(book) = book.and_then(|id| replica.engine().book(id)) {
            self.shown = ShownQuantities::of(book);
        }
    }

    fn take(
        &mut self,
        done: &Done<'_>,
        span: Span,
        table: &mut dyn Table,
    ) -> Result<(), ExportError> {
        // Before the changes: an order that is displayed no more after them was displayed when it traded.
        let hidden = self.hidden_trades(done.events);
        let rows: Vec<Row> = done
            .order_changes
            .iter()
            .filter_map(|change| self.row_of(change))
            .chain(hidden)
            .collect();
        if span.has(done.outcome.at) {
            for row in rows {
                self.write(done, row, table)?;
            }
        }
        Ok(())
    }
}

impl Tape {
    fn hidden_trades(&self, events: &[Event]) -> Vec<Row> {
        let hidden = events.iter().filter_map(|event| {
            let Event::Trade(trade) = event else {
                return None;
            };
            (!self.shown.shows(trade.maker.order_id)).then_some(Row {
                kind: RowKind::HiddenTrade,
                order_id: OrderId(0),
                size: trade.quantity,
                price: trade.price,
                side: trade.aggressor_side.opposite(),
            })
        });
        hidden.collect()
    }

    /// What the change says; nothing where the order shows as much as before.
    fn row_of(&mut self, change: &OrderChange) -> Option<Row> {
        let shown = match change.kind {
            OrderChangeKind::Added(shown)
            | OrderChangeKind::Reduced(shown)
            | OrderChangeKind::Executed(shown)
            | OrderChangeKind::Refilled(shown) => shown,
            OrderChangeKind::Removed => Quantity::ZERO,
        };
        let before = self.shown.set(change.order_id, shown);
        let (less, more) = (before.checked_sub(shown), shown.checked_sub(before));
        let (kind, size) = match change.kind {
            OrderChangeKind::Added(_) => (RowKind::Add, shown),
            OrderChangeKind::Refilled(_) => (RowKind::Add, more?),
            OrderChangeKind::Reduced(_) => match less {
                Some(less) => (RowKind::Reduce, less),
                None => (RowKind::Add, more?),
            },
            OrderChangeKind::Executed(_) => (RowKind::Trade, less?),
            OrderChangeKind::Removed => (RowKind::Delete, before),
        };
        (!size.is_zero()).then_some(Row {
            kind,
            order_id: change.order_id,
            size,
            price: change.price,
            side: change.side,
        })
    }

    fn write(
        &mut self,
        done: &Done<'_>,
        row: Row,
        table: &mut dyn Table,
    ) -> Result<(), ExportError> {
        let instrument = &done.listed.instrument;
        let lots = row
            .size
            .units()
            .checked_div(instrument.lot_size)
            .filter(|lots| lots.checked_mul(instrument.lot_size) == Some(row.size.units()))
            .ok_or(ExportError::OffGrid {
                order_id: row.order_id.0,
            })?;
        let hundredths = row.price.units().saturating_mul(PRICE_PER_TICK);
        let price = hundredths.checked_div(instrument.tick_size).unwrap_or(0);
        let time = self.seconds(done.outcome.at);
        let kind = match row.kind {
            RowKind::Add => "1",
            RowKind::Reduce => "2",
            RowKind::Delete => "3",
            RowKind::Trade => "4",
            RowKind::HiddenTrade => "5",
        };
        table.row(&[
            Cell::Text(&time),
            Cell::Text(kind),
            Cell::Whole(row.order_id.0),
            Cell::Whole(lots),
            Cell::Text(&price.to_string()),
            Cell::Text(match row.side {
                Side::Buy => "1",
                Side::Sell => "-1",
            }),
        ])
    }

    fn seconds(&mut self, at: Timestamp) -> String {
        let midnight_ns = *self.midnight_ns.get_or_insert(at.0 - at.0 % DAY_NS);
        let since = at.0.saturating_sub(midnight_ns);
        format!("{}.{:09}", since / SECOND_NS, since % SECOND_NS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(order: u64, kind: OrderChangeKind) -> OrderChange {
        OrderChange {
            order_id: OrderId(order),
            account: engine::AccountId(1),
            side: Side::Buy,
            price: Price::from_units(100),
            kind,
        }
    }

    fn quantity(units: u64) -> Quantity {
        Quantity::from_units(units)
    }

    #[test]
    fn a_row_says_how_much_changed() {
        let mut tape = Tape::default();
        let rows = [
            OrderChangeKind::Added(quantity(10)),
            OrderChangeKind::Reduced(quantity(8)),
            OrderChangeKind::Executed(quantity(3)),
            OrderChangeKind::Refilled(quantity(9)),
            OrderChangeKind::Removed,
        ]
        .map(|kind| {
            let row = tape.row_of(&change(7, kind)).unwrap();
            (row.kind, row.size.units())
        });

        assert_eq!(
            rows,
            [
                (RowKind::Add, 10),
                (RowKind::Reduce, 2),
                (RowKind::Trade, 5),
                (RowKind::Add, 6),
                (RowKind::Delete, 9),
            ]
        );
    }

    #[test]
    fn times_count_from_midnight_of_the_first_row_and_go_on_over_the_next_one() {
        let mut tape = Tape::default();
        let first = Timestamp(20_000 * DAY_NS + 34_200 * SECOND_NS + 189_607_670);

        assert_eq!(tape.seconds(first), "34200.189607670");
        assert_eq!(
            tape.seconds(Timestamp(20_001 * DAY_NS + 5)),
            "86400.000000005"
        );
    }
}
