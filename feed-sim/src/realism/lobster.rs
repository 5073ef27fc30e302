//! Reads LOBSTER's message files: `seconds.nanos,type,order id,size,price,direction`.

use std::io::BufRead;

use protocol::Side;

use crate::offline::{RowKind, TapeRow};

/// Why a tape cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum TapeError {
    /// The file cannot be read.
    #[error("{0}")]
    File(#[from] std::io::Error),
    /// A row makes no sense.
    #[error("line {line}: {problem}")]
    Row {
        /// Which line, from 1.
        line: u64,
        /// What is wrong with it.
        problem: String,
    },
    /// Too little is left after the first minute.
    #[error(
        "after its first minute the tape has {rows} rows in {seconds:.0} s: too few to judge, or without trades"
    )]
    TooShort {
        /// How many rows it has.
        rows: u64,
        /// How long it is, without its first minute.
        seconds: f64,
    },
}

/// Reads a tape to its end; each row goes to `rows`. Rows of auctions (6) and halts (7) are passed over.
///
/// # Errors
/// The file cannot be read, or a row makes no sense or is before the one above it.
pub fn read_tape(mut file: impl BufRead, mut rows: impl FnMut(&TapeRow)) -> Result<u64, TapeError> {
    let mut text = String::new();
    let mut line = 0;
    let mut last_at_ns = 0;
    loop {
        text.clear();
        if file.read_line(&mut text)? == 0 {
            return Ok(line);
        }
        line += 1;
        let trimmed = text.trim();
        if trimmed.is_empty() {
            continue;
        }
        let wrong = |problem: String| TapeError::Row { line, problem };
        if let Some(row) = row(trimmed).map_err(wrong)? {
            if row.at_ns < last_at_ns {
                return Err(wrong("it is earlier than the row above it".to_owned()));
            }
            last_at_ns = row.at_ns;
            rows(&row);
        }
    }
}

fn row(text: &str) -> Result<Option<TapeRow>, String> {
    let fields: Vec<&str> = text.split(',').map(str::trim).collect();
    // Some of LOBSTER's files have a seventh field, which names a market participant.
    let [time, code, order_id, lots, price, direction, ..] = fields[..] else {
        return Err(format!("six fields are expected, not {}", fields.len()));
    };
    let kind = match code {
        "1" => RowKind::Add,
        "2" => RowKind::Reduce,
        "3" => RowKind::Delete,
        "4" => RowKind::Trade,
        "5" => RowKind::HiddenTrade,
        "6" | "7" => return Ok(None),
        other => return Err(format!("{other} is no type of row")),
    };
    Ok(Some(TapeRow {
        at_ns: nanoseconds(time)?,
        kind,
        order_id: number(order_id, "an order id")?,
        lots: number(lots, "a size")?,
        price: number(price, "a price")?,
        side: match direction {
            "1" => Side::Buy,
            "-1" => Side::Sell,
            other => return Err(format!("{other} is no direction: 1 or -1")),
        },
    }))
}

fn number<N: std::str::FromStr>(text: &str, what: &str) -> Result<N, String> {
    text.parse().map_err(|_| format!("{text} is not {what}"))
}

/// Seconds with up to nine decimals, as nanoseconds.
fn nanoseconds(text: &str) -> Result<u64, String> {
    let (seconds, fraction) = text.split_once('.').unwrap_or((text, ""));
    let wrong = || format!("{text} is not a time in seconds");
    if fraction.len() > 9 || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(wrong());
    }
    let seconds: u64 = seconds.parse().map_err(|_| wrong())?;
    let nanos: u64 = format!("{fraction:0<9}").parse().map_err(|_| wrong())?;
    seconds
        .checked_mul(1_000_000_000)
        .and_then(|whole| whole.checked_add(nanos))
        .ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    //! Rows as LOBSTER writes them, and rows that are wrong.

    use super::*;

    #[test]
    fn a_row_says_what_its_fields_say() {
        let row = row("34200.189607670,1,11885113,21,2238100,-1")
            .unwrap()
            .unwrap();

        assert_eq!(row.at_ns, 34_200_189_607_670);
        assert_eq!(row.kind, RowKind::Add);
        assert_eq!(
            (row.order_id, row.lots, row.price),
            (11_885_113, 21, 2_238_100)
        );
        assert_eq!(row.side, Side::Sell);
    }

    #[test]
    fn short_fractions_are_fractions() {
        assert_eq!(nanoseconds("34200.5"), Ok(34_200_500_000_000));
        assert_eq!(nanoseconds("34200"), Ok(34_200_000_000_000));
        assert!(nanoseconds("34200.1234567891").is_err());
        assert!(nanoseconds("34200.-5").is_err());
    }

    #[test]
    fn a_row_that_makes_no_sense_is_named_by_its_line() {
        let text = "1.0,1,5,100,5000,1\n1.0,9,5,100,5000,1\n";

        let error = read_tape(text.as_bytes(), |_| {}).unwrap_err();

        assert_eq!(error.to_string(), "line 2: 9 is no type of row");
    }

    #[test]
    fn a_tape_whose_time_goes_back_is_refused() {
        let text = "2.0,1,5,100,5000,1\n1.0,1,6,100,5000,1\n";

        let error = read_tape(text.as_bytes(), |_| {}).unwrap_err();

        assert_eq!(
            error.to_string(),
            "line 2: it is earlier than the row above it"
        );
    }
}
