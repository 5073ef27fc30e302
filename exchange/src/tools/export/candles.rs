//! Candles without gaps, from an instrument's first trade on.

use engine::{Event, InstrumentId, Timestamp};
use gateway::ListedInstrument;
use history::{Candle, Interval, Print};
use protocol::ExactDecimal;

use super::columns::{Cell, Column, Decimals, Table, decimal, instant, text, whole};
use super::{Content, Done, ExportError, Span, find};

/// Candles of one length of all exported instruments.
#[derive(Debug)]
pub struct Candles {
    interval: Interval,
    /// The candle that each instrument's trades go into.
    current: Vec<(InstrumentId, Option<Candle>)>,
}

/// Their columns.
pub fn columns(decimals: Decimals) -> Vec<Column> {
    vec![
        instant("start_us"),
        text("symbol"),
        text("interval"),
        decimal("open", decimals.price),
        decimal("high", decimals.price),
        decimal("low", decimals.price),
        decimal("close", decimals.price),
        decimal("volume", decimals.quantity),
        decimal("quote_volume", decimals.notional),
        whole("trades"),
        decimal("taker_buy_volume", decimals.quantity),
        decimal("taker_buy_quote_volume", decimals.notional),
        whole("auction_trades"),
        decimal("auction_volume", decimals.quantity),
    ]
}

impl Candles {
    /// None yet.
    pub fn new(interval: Interval, listed: &[ListedInstrument]) -> Self {
        let ids = listed.iter().map(|listed| listed.instrument.id);
        Self {
            interval,
            current: ids.map(|id| (id, None)).collect(),
        }
    }

    /// Writes the candle of the instrument that is over, and empty ones up to `start`.
    fn close_up_to(
        &mut self,
        listed: &ListedInstrument,
        start: Timestamp,
        table: &mut dyn Table,
    ) -> Result<(), ExportError> {
        let interval = self.interval;
        let Some(current) = self.current_of(listed.instrument.id) else {
            return Ok(());
        };
        while let Some(candle) = current.filter(|candle| candle.start < start) {
            write(&candle, interval, listed, table)?;
            let next = interval.next_after(candle.start);
            *current = Some(Candle::empty(next, candle.close));
        }
        Ok(())
    }

    fn current_of(&mut self, id: InstrumentId) -> Option<&mut Option<Candle>> {
        let mut current = self.current.iter_mut();
        current.find(|(of, _)| *of == id).map(|(_, candle)| candle)
    }
}

impl Content for Candles {
    fn take(
        &mut self,
        done: &Done<'_>,
        span: Span,
        table: &mut dyn Table,
    ) -> Result<(), ExportError> {
        if !span.has(done.outcome.at) {
            return Ok(());
        }
        let start = self.interval.start_of(done.outcome.at);
        for event in done.events {
            let Event::Trade(trade) = event else { continue };
            self.close_up_to(done.listed, start, table)?;
            let one = Candle::of(start, &Print::of(trade, done.outcome.sequence));
            if let Some(current) = self.current_of(done.listed.instrument.id) {
                match current {
                    Some(candle) => candle.extend(&one),
                    None => *current = Some(one),
                }
            }
        }
        Ok(())
    }

    /// The last ones go on; they are written as far as they have come.
    fn end(
        &mut self,
        listed: &[ListedInstrument],
        table: &mut dyn Table,
    ) -> Result<(), ExportError> {
        for (id, candle) in &self.current {
            if let (Some(candle), Some(listed)) = (candle, find(listed, *id)) {
                write(candle, self.interval, listed, table)?;
            }
        }
        Ok(())
    }
}

fn write(
    candle: &Candle,
    interval: Interval,
    listed: &ListedInstrument,
    table: &mut dyn Table,
) -> Result<(), ExportError> {
    let price = |price: engine::Price| Cell::Decimal(listed.scale.price(price.units()));
    let decimals = listed.scale.quantity(0).decimals();
    let volume = |units: u128| {
        let units = i128::try_from(units).unwrap_or(i128::MAX);
        Cell::Decimal(ExactDecimal::new(units, decimals))
    };
    let notional =
        |notional: engine::Notional| Cell::Decimal(listed.scale.notional(notional.units()));
    table.row(&[
        Cell::Whole(candle.start.0 / 1_000),
        Cell::Text(listed.symbol.as_str()),
        Cell::Text(interval.name()),
        price(candle.open),
        price(candle.high),
        price(candle.low),
        price(candle.close),
        volume(candle.volume),
        notional(candle.notional),
        Cell::Whole(candle.trades),
        volume(candle.taker_buy_volume),
        notional(candle.taker_buy_notional),
        Cell::Whole(candle.auction_trades),
        volume(candle.auction_volume),
    ])
}
