//! Reads LOBSTER's message files for a replay, with the order book file beside them.
//!
//! A message tells by how much an order changed; a replay needs what is left of it. Orders of before the first message
//! have no message of their own: where there is an order book file, one order for each price level of its first line
//! stands for them, and messages about unknown orders are about the one of their level.

use std::collections::HashMap;
use std::io::BufRead;
use std::path::{Path, PathBuf};

use protocol::{ExactDecimal, Side};

use crate::offline::{RowKind, TapeRow};
use crate::realism::{TapeError, read_tape};
use crate::replay::recorded_row::{RecordedAction, RecordedRow, RecordedSide, Recording};

/// Numbers from here on are ours: LOBSTER's own are far below.
const OWN_NUMBERS: u64 = 1 << 61;
/// Decimals that a price in hundredths of a tick has more than the tick.
const HUNDREDTHS_DECIMALS: u8 = 2;
const DAY_US: u64 = 86_400_000_000;

/// What a tick and a lot of a tape are in the instrument that it is replayed into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TapeUnits {
    /// The instrument's tick size: prices of a tape are hundredths of it.
    pub tick_size: ExactDecimal,
    /// The instrument's lot size: sizes of a tape are multiples of it.
    pub lot_size: ExactDecimal,
}

/// One price level of an order book file: side, price in hundredths of a tick, lots.
pub type TapeLevel = (Side, i64, u64);

/// The order book file beside a message file: LOBSTER names both alike.
pub fn orderbook_beside(messages: &Path) -> Option<PathBuf> {
    let name = messages.file_name()?.to_str()?;
    let beside = name.replace("_message", "_orderbook");
    (beside != name).then(|| messages.with_file_name(beside))
}

/// Midnight of the day in a file's name, `TICKER_2012-06-21_...`, in microseconds since 1970; 1970 where there is none.
pub fn midnight_us(path: &Path) -> u64 {
    let name = path.file_name().and_then(|name| name.to_str());
    let mut parts = name.into_iter().flat_map(|name| name.split('_'));
    let day = parts.find_map(|part| {
        let (year, month, day) = date(part)?;
        days_since_1970(year, month, day)
    });
    day.unwrap_or(0).saturating_mul(DAY_US)
}

fn date(text: &str) -> Option<(u64, u64, u64)> {
    let mut parts = text.split('-');
    let mut next = |digits: usize| {
        let part = parts.next()?;
        (part.len() == digits).then(|| part.parse::<u64>().ok())?
    };
    let date = (next(4)?, next(2)?, next(2)?);
    let is_day =
        (1970..=9999).contains(&date.0) && (1..=12).contains(&date.1) && (1..=31).contains(&date.2);
    is_day.then_some(date)
}

/// The civil calendar, with years that begin in March.
fn days_since_1970(year: u64, month: u64, day: u64) -> Option<u64> {
    let year = if month <= 2 { year - 1 } else { year };
    let month = (month + 9) % 12;
    let days = 365 * year + year / 4 - year / 100 + year / 400 + (month * 306 + 5) / 10 + day - 1;
    days.checked_sub(719_468)
}

/// The levels of an order book file's first line: ask price, ask size, bid price, bid size, and so on.
///
/// # Errors
/// The line cannot be read, or does not consist of such groups of four.
pub fn read_levels(mut file: impl BufRead) -> Result<Vec<TapeLevel>, String> {
    let mut line = String::new();
    file.read_line(&mut line)
        .map_err(|error| error.to_string())?;
    let numbers: Result<Vec<i64>, _> = line.trim().split(',').map(str::parse).collect();
    let numbers = numbers.map_err(|_| "line 1 is not made of whole numbers".to_owned())?;
    if numbers.is_empty() || !numbers.len().is_multiple_of(4) {
        return Err(format!(
            "line 1 has {} numbers, not four for each level",
            numbers.len()
        ));
    }
    let mut levels = Vec::new();
    for group in numbers.chunks_exact(4) {
        for (side, price, lots) in [
            (Side::Sell, group[0], group[1]),
            (Side::Buy, group[2], group[3]),
        ] {
            // A level that is not there has no size and a price far away.
            if let Ok(lots) = u64::try_from(lots)
                && lots > 0
                && price > 0
            {
                levels.push((side, price, lots));
            }
        }
    }
    Ok(levels)
}

/// Reads the messages; `levels` is the book after the first of them.
///
/// # Errors
/// The file cannot be read, or a row makes no sense.
pub fn read_messages(
    file: impl BufRead,
    levels: &[TapeLevel],
    units: TapeUnits,
    midnight_us: u64,
) -> Result<Recording, TapeError> {
    let mut messages = Messages::new(units, midnight_us);
    let mut is_first = true;
    read_tape(file, |row| {
        if std::mem::take(&mut is_first) {
            messages.open(levels, row);
        }
        messages.take(row);
    })?;
    Ok(messages.recording)
}

/// What is known while messages are read.
struct Messages {
    units: TapeUnits,
    midnight_us: u64,
    /// By the tape's number: ours, and the lots that are left.
    open: HashMap<u64, Left>,
    /// By side and price: the order that stands for what was there before.
    before: HashMap<(Side, i64), Left>,
    own_numbers: u64,
    recording: Recording,
}

/// An order as the tape has it.
#[derive(Debug, Clone, Copy)]
struct Left {
    number: u64,
    lots: u64,
}

impl Messages {
    fn new(units: TapeUnits, midnight_us: u64) -> Self {
        Self {
            units,
            midnight_us,
            open: HashMap::new(),
            before: HashMap::new(),
            own_numbers: OWN_NUMBERS,
            recording: Recording::default(),
        }
    }

    /// Fills the book as it was before the first message.
    fn open(&mut self, levels: &[TapeLevel], first: &TapeRow) {
        let mut levels = levels.to_vec();
        let is_its = |level: &TapeLevel| (level.0, level.1) == (first.side, first.price);
        match (first.kind, levels.iter_mut().find(|level| is_its(level))) {
            (RowKind::Add, Some(level)) => level.2 = level.2.saturating_sub(first.lots),
            (RowKind::Reduce | RowKind::Delete | RowKind::Trade, Some(level)) => {
                level.2 = level.2.saturating_add(first.lots);
            }
            (RowKind::Reduce | RowKind::Delete | RowKind::Trade, None) => {
                levels.push((first.side, first.price, first.lots));
            }
            (RowKind::Add, None) | (RowKind::HiddenTrade, _) => {}
        }
        for (side, price, lots) in levels {
            if lots == 0 {
                continue;
            }
            let number = self.own_number();
            self.before.insert((side, price), Left { number, lots });
            let row = TapeRow {
                kind: RowKind::Add,
                order_id: number,
                lots,
                price,
                side,
                ..*first
            };
            let opening = self.row(&row, number, lots, RecordedAction::Created);
            self.recording.opening.push(opening);
        }
    }

    fn take(&mut self, row: &TapeRow) {
        let (number, lots, action) = match row.kind {
            RowKind::Add => self.add(row),
            RowKind::HiddenTrade => (self.own_number(), 0, RecordedAction::ExecutedHidden),
            RowKind::Reduce | RowKind::Delete | RowKind::Trade => self.lessen(row),
        };
        let row = self.row(row, number, lots, action);
        self.recording.rows.push(row);
    }

    /// An order comes, or one that is known grows: a slice of an iceberg, or a larger quantity.
    fn add(&mut self, row: &TapeRow) -> (u64, u64, RecordedAction) {
        match self.open.get_mut(&row.order_id) {
            Some(left) if left.lots > 0 => {
                left.lots = left.lots.saturating_add(row.lots);
                (left.number, left.lots, RecordedAction::Changed)
            }
            Some(_) => {
                let number = self.own_number();
                let left = Left {
                    number,
                    lots: row.lots,
                };
                self.open.insert(row.order_id, left);
                (number, row.lots, RecordedAction::Created)
            }
            None => {
                let left = Left {
                    number: row.order_id,
                    lots: row.lots,
                };
                self.open.insert(row.order_id, left);
                (row.order_id, row.lots, RecordedAction::Created)
            }
        }
    }

    /// An order becomes smaller, or goes.
    fn lessen(&mut self, row: &TapeRow) -> (u64, u64, RecordedAction) {
        let level = (row.side, row.price);
        let is_known = self.open.contains_key(&row.order_id);
        let left = if is_known {
            self.open.get_mut(&row.order_id)
        } else {
            self.before.get_mut(&level)
        };
        let Some(left) = left else {
            let action = match row.kind {
                RowKind::Trade => RecordedAction::Executed,
                RowKind::Add | RowKind::Reduce | RowKind::Delete | RowKind::HiddenTrade => {
                    RecordedAction::Changed
                }
            };
            return (row.order_id, 0, action);
        };
        let before = left.lots;
        left.lots = before.saturating_sub(row.lots);
        match row.kind {
            RowKind::Trade => (left.number, left.lots, RecordedAction::Executed),
            RowKind::Add | RowKind::Reduce | RowKind::Delete | RowKind::HiddenTrade => {
                if left.lots == 0 {
                    // Of what is deleted it is recorded what was open when it ended.
                    (left.number, before, RecordedAction::Deleted)
                } else {
                    (left.number, left.lots, RecordedAction::Changed)
                }
            }
        }
    }

    fn row(&self, row: &TapeRow, order: u64, lots: u64, action: RecordedAction) -> RecordedRow {
        let traded = match action {
            RecordedAction::Executed | RecordedAction::ExecutedHidden => row.lots,
            RecordedAction::Created | RecordedAction::Changed | RecordedAction::Deleted => 0,
        };
        RecordedRow {
            number: self.recording.rows.len() as u64 + 1,
            order,
            stamped_at_us: self.midnight_us.saturating_add(row.at_ns / 1_000),
            price: self.price(row.price),
            volume: self.quantity(lots),
            traded: self.quantity(traded),
            action,
            side: match row.side {
                Side::Buy => RecordedSide::Bid,
                Side::Sell => RecordedSide::Ask,
            },
        }
    }

    fn price(&self, hundredths: i64) -> ExactDecimal {
        let tick = self.units.tick_size;
        let units = i128::from(hundredths).saturating_mul(tick.units());
        ExactDecimal::new(units, tick.decimals().saturating_add(HUNDREDTHS_DECIMALS))
    }

    fn quantity(&self, lots: u64) -> ExactDecimal {
        let lot = self.units.lot_size;
        ExactDecimal::new(i128::from(lots).saturating_mul(lot.units()), lot.decimals())
    }

    fn own_number(&mut self) -> u64 {
        self.own_numbers += 1;
        self.own_numbers
    }
}

#[cfg(test)]
mod tests;
