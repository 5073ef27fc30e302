//! Every trade.

use engine::{Event, PastTrade, Side, TradePhase};

use super::columns::{Cell, Column, Decimals, Table, decimal, instant, text, whole};
use super::{Content, Done, ExportError, Span};

/// Every trade, as everyone could see it, and the ids of its orders. One that was taken back has a second row, of the
/// time at which it was, whose phase is `busted`.
#[derive(Debug)]
pub struct Trades;

/// Its columns.
pub fn columns(decimals: Decimals) -> Vec<Column> {
    vec![
        instant("at_us"),
        text("symbol"),
        whole("seq"),
        whole("trade_id"),
        decimal("price", decimals.price),
        decimal("quantity", decimals.quantity),
        text("aggressor_side"),
        text("phase"),
        whole("taker_order_id"),
        whole("maker_order_id"),
    ]
}

impl Content for Trades {
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
        for event in done.events {
            let (trade, phase) = if let Event::Trade(trade) = event {
                let phase = match trade.phase {
                    TradePhase::Continuous => "continuous",
                    TradePhase::Auction => "auction",
                };
                (PastTrade::of(trade, done.outcome.at), phase)
            } else if let Event::TradeBusted(busted) = event {
                (busted.trade, "busted")
            } else {
                continue;
            };
            table.row(&[
                Cell::Whole(done.outcome.at.0 / 1_000),
                Cell::Text(done.listed.symbol.as_str()),
                Cell::Whole(done.outcome.sequence.0),
                Cell::Whole(trade.trade_id.0),
                Cell::Decimal(scale.price(trade.price.units())),
                Cell::Decimal(scale.quantity(trade.quantity.units())),
                Cell::Text(side_word(trade.aggressor_side)),
                Cell::Text(phase),
                Cell::Whole(trade.taker.order_id.0),
                Cell::Whole(trade.maker.order_id.0),
            ])?;
        }
        Ok(())
    }
}

/// A side's word.
pub const fn side_word(side: Side) -> &'static str {
    match side {
        Side::Buy => "buy",
        Side::Sell => "sell",
    }
}
