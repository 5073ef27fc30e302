//! The book order by order: every change of a displayed order, as the channel `orders` tells it.

use engine::{OrderChangeKind, Quantity};

use super::columns::{Cell, Column, Decimals, Table, decimal, instant, text, whole};
use super::trades::side_word;
use super::{Content, Done, ExportError, Span};

/// Every change of a displayed order.
#[derive(Debug)]
pub struct Orders;

/// Its columns. `quantity` is what the order displays after the change.
pub fn columns(decimals: Decimals) -> Vec<Column> {
    vec![
        instant("at_us"),
        text("symbol"),
        whole("seq"),
        text("change"),
        whole("order_id"),
        text("side"),
        decimal("price", decimals.price),
        decimal("quantity", decimals.quantity),
    ]
}

impl Content for Orders {
    fn take(
        &mut self,
        done: &Done<'_>,
        span: Span,
        table: &mut dyn Table,
    ) -> Result<(), ExportError> {
        if !span.has(done.outcome.at) {
            return Ok(());
        }
        let scale = done.listed.scale;
        for change in done.order_changes {
            let (word, shown) = match change.kind {
                OrderChangeKind::Added(shown) => ("added", shown),
                OrderChangeKind::Reduced(shown) => ("reduced", shown),
                OrderChangeKind::Executed(shown) => ("executed", shown),
                OrderChangeKind::Refilled(shown) => ("refilled", shown),
                OrderChangeKind::Removed => ("removed", Quantity::ZERO),
            };
            table.row(&[
                Cell::Whole(done.outcome.at.0 / 1_000),
                Cell::Text(done.listed.symbol.as_str()),
                Cell::Whole(done.outcome.sequence.0),
                Cell::Text(word),
                Cell::Whole(change.order_id.0),
                Cell::Text(side_word(change.side)),
                Cell::Decimal(scale.price(change.price.units())),
                Cell::Decimal(scale.quantity(shown.units())),
            ])?;
        }
        Ok(())
    }
}
