//! Reads recorded order flow from `.csv`, `.csv.gz` and `.csv.xz` files: order tables in both variants of the format,
//! and message files of LOBSTER, which have no line of names.
//!
//! The variants of tables name a column differently and count volume differently (whole units of 1e-8, or
//! decimals). Which one a file is, is decided from the whole file: a recorder of decimals writes a dot
//! or an exponent in every volume, a recorder of integers in none; a file that does both is refused,
//! because guessing wrong would be off by a factor of 100 million.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use protocol::ExactDecimal;

use crate::realism::TapeError;
use crate::replay::lobster::{
    TapeUnits, midnight_us, orderbook_beside, read_levels, read_messages,
};
use crate::replay::recorded_row::{RecordedAction, RecordedRow, RecordedSide, Recording};

/// Decimals of the volume unit in files that count in integers.
const INTEGER_VOLUME_DECIMALS: u8 = 8;

/// Why a recording cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum RecordingError {
    /// The file cannot be opened.
    #[error("cannot open {path}: {source}")]
    Open {
        /// Which file.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// The bytes cannot be unpacked, or are no comma-separated table.
    #[error("the table cannot be read: {0}")]
    Table(#[from] csv::Error),
    /// A column is missing.
    #[error("there is no column named {0}")]
    MissingColumn(&'static str),
    /// A value cannot be read.
    #[error("row {row}: {column} `{text}` is {problem}")]
    BadValue {
        /// Which row, counted from 1 after the header.
        row: u64,
        /// Which column.
        column: &'static str,
        /// What stands there.
        text: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// Some volumes are written as integers, others as decimals.
    #[error(
        "row {row} writes its volume in another unit than row 1: integers and decimals are mixed"
    )]
    MixedVolumes {
        /// The first row that differs.
        row: u64,
    },
    /// The file cannot be unpacked or read to its end.
    #[error("{path}: {source}")]
    Read {
        /// Which file.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// A message file of LOBSTER makes no sense.
    #[error("{path}: {problem}")]
    Tape {
        /// Which file.
        path: String,
        /// What is wrong, and where.
        problem: TapeError,
    },
    /// An order book file of LOBSTER makes no sense.
    #[error("{path}: {problem}")]
    Levels {
        /// Which file.
        path: String,
        /// What is wrong with its first line.
        problem: String,
    },
}

/// Reads a whole recording: an order table, or a message file of LOBSTER with the order book file beside it. The decoder
/// is chosen by the file's ending, the format by its first line.
///
/// # Errors
/// A file cannot be opened, unpacked, or understood.
pub fn read_recording(
    path: &Path,
    orderbook: Option<&Path>,
    units: TapeUnits,
) -> Result<Recording, RecordingError> {
    let mut file = open(path)?;
    let is_messages = {
        let start = file.fill_buf().map_err(|source| RecordingError::Read {
            path: path.display().to_string(),
            source,
        })?;
        start.first().is_some_and(u8::is_ascii_digit)
    };
    if !is_messages {
        return Ok(Recording {
            opening: Vec::new(),
            rows: read_rows(file)?,
        });
    }
    let beside = orderbook_beside(path).filter(|beside| beside.exists());
    let levels = match orderbook.map(Path::to_path_buf).or(beside) {
        Some(path) => read_levels(open(&path)?).map_err(|problem| RecordingError::Levels {
            path: path.display().to_string(),
            problem,
        })?,
        None => Vec::new(),
    };
    read_messages(file, &levels, units, midnight_us(path)).map_err(|problem| RecordingError::Tape {
        path: path.display().to_string(),
        problem,
    })
}

/// Opens a file, choosing the decoder by its ending: `.gz`, `.xz`, or none.
///
/// # Errors
/// It cannot be opened.
pub fn open(path: &Path) -> Result<Box<dyn BufRead>, RecordingError> {
    let file = File::open(path).map_err(|source| RecordingError::Open {
        path: path.display().to_string(),
        source,
    })?;
    let file = BufReader::new(file);
    Ok(match path.extension().and_then(|ending| ending.to_str()) {
        Some("gz") => Box::new(BufReader::new(flate2::bufread::MultiGzDecoder::new(file))),
        Some("xz") => Box::new(BufReader::new(lzma_rust2::XzReader::new(file, true))),
        Some(_) | None => Box::new(file),
    })
}

/// Reads the table of a recording.
///
/// # Errors
/// It is no table, lacks a column, or has a value that cannot be read.
pub fn read_rows(source: impl Read) -> Result<Vec<RecordedRow>, RecordingError> {
    let mut table = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .from_reader(source);
    let columns = Columns::find(table.headers()?)?;
    let mut rows = Vec::new();
    let mut volume_unit = None;
    let mut record = csv::StringRecord::new();
    while table.read_record(&mut record)? {
        let number = rows.len() as u64 + 1;
        let line = Line {
            number,
            record: &record,
        };
        let unit = VolumeUnit::of(line.text(columns.volume));
        if *volume_unit.get_or_insert(unit) != unit {
            return Err(RecordingError::MixedVolumes { row: number });
        }
        rows.push(line.row(&columns, unit)?);
    }
    Ok(rows)
}

/// In which unit a file counts volume.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum VolumeUnit {
    Integers,
    Decimals,
}

impl VolumeUnit {
    fn of(text: &str) -> Self {
        if text.contains(['.', 'e', 'E']) {
            Self::Decimals
        } else {
            Self::Integers
        }
    }
}

/// Where each column stands.
struct Columns {
    id: usize,
    stamped_at: usize,
    price: usize,
    volume: usize,
    action: usize,
    direction: usize,
}

impl Columns {
    fn find(header: &csv::StringRecord) -> Result<Self, RecordingError> {
        // Names are compared without the marks that differ between the variants: `.` and `_`.
        let plain = |name: &str| name.trim_start_matches('\u{feff}').replace(['.', '_'], "");
        let column = |name: &'static str| {
            header
                .iter()
                .position(|found| plain(found).eq_ignore_ascii_case(&plain(name)))
                .ok_or(RecordingError::MissingColumn(name))
        };
        Ok(Self {
            id: column("id")?,
            stamped_at: column("exchange_timestamp")?,
            price: column("price")?,
            volume: column("volume")?,
            action: column("action")?,
            direction: column("direction")?,
        })
    }
}

/// One line of the table while it is read.
struct Line<'a> {
    number: u64,
    record: &'a csv::StringRecord,
}

impl Line<'_> {
    fn row(&self, columns: &Columns, unit: VolumeUnit) -> Result<RecordedRow, RecordingError> {
        Ok(RecordedRow {
            number: self.number,
            order: self.integer(columns.id, "id")?,
            stamped_at_us: self
                .integer(columns.stamped_at, "exchange_timestamp")?
                .saturating_mul(1_000),
            price: self.decimal(columns.price, "price")?,
            volume: match unit {
                VolumeUnit::Decimals => self.decimal(columns.volume, "volume")?,
                VolumeUnit::Integers => ExactDecimal::new(
                    i128::from(self.integer(columns.volume, "volume")?),
                    INTEGER_VOLUME_DECIMALS,
                ),
            },
            traded: ExactDecimal::new(0, 0),
            action: match self.text(columns.action) {
                "created" => RecordedAction::Created,
                "changed" => RecordedAction::Changed,
                "deleted" => RecordedAction::Deleted,
                _ => return Err(self.bad(columns.action, "action", "no known action")),
            },
            side: match self.text(columns.direction) {
                "bid" => RecordedSide::Bid,
                "ask" => RecordedSide::Ask,
                _ => return Err(self.bad(columns.direction, "direction", "neither bid nor ask")),
            },
        })
    }

    fn text(&self, column: usize) -> &str {
        self.record.get(column).unwrap_or_default()
    }

    fn integer(&self, column: usize, name: &'static str) -> Result<u64, RecordingError> {
        self.text(column)
            .parse()
            .map_err(|_| self.bad(column, name, "no whole number"))
    }

    fn decimal(&self, column: usize, name: &'static str) -> Result<ExactDecimal, RecordingError> {
        scientific(self.text(column)).ok_or_else(|| self.bad(column, name, "no decimal"))
    }

    fn bad(&self, column: usize, name: &'static str, problem: &'static str) -> RecordingError {
        RecordingError::BadValue {
            row: self.number,
            column: name,
            text: self.text(column).to_owned(),
            problem,
        }
    }
}

/// Reads a decimal that may have an exponent: `2.6e-06` is 26 with seven decimals.
fn scientific(text: &str) -> Option<ExactDecimal> {
    let Some((mantissa, exponent)) = text.split_once(['e', 'E']) else {
        return ExactDecimal::parse(text).ok();
    };
    let mantissa = ExactDecimal::parse(mantissa).ok()?;
    let exponent: i32 = exponent.parse().ok()?;
    let decimals = i32::from(mantissa.decimals()).checked_sub(exponent)?;
    if let Ok(decimals) = u8::try_from(decimals) {
        return (decimals <= ExactDecimal::DECIMALS_MAX)
            .then(|| ExactDecimal::new(mantissa.units(), decimals));
    }
    let factor = 10_i128.checked_pow(decimals.unsigned_abs())?;
    Some(ExactDecimal::new(mantissa.units().checked_mul(factor)?, 0))
}

#[cfg(test)]
mod tests {
    //! Both variants of the format are read from small tables made by hand.

    use super::*;

    const INTEGERS: &str = "id,timestamp,exchange.timestamp,price,volume,action,direction\n\
        7,1430438404518,1430438404000,236.47,200000000,created,bid\n\
        7,1430438404635,1430438404000,236.47,0,deleted,bid\n";

    const DECIMALS: &str = "id,timestamp,exchange_timestamp,price,volume,action,direction\n\
        9,1777689383201,1777689380521,78318.0,2.6e-06,created,ask\n\
        9,1777689383300,1777689380600,78318.0,0.0,deleted,ask\n";

    #[test]
    fn integer_volumes_count_units_of_1e_minus_8() {
        let rows = read_rows(INTEGERS.as_bytes()).unwrap();

        assert_eq!(rows.len(), 2);
        assert_eq!(rows[0].number, 1);
        assert_eq!(rows[0].order, 7);
        assert_eq!(rows[0].stamped_at_us, 1_430_438_404_000_000);
        assert_eq!(rows[0].price, ExactDecimal::parse("236.47").unwrap());
        assert_eq!(rows[0].volume, ExactDecimal::parse("2.00000000").unwrap());
        assert_eq!(rows[0].action, RecordedAction::Created);
        assert_eq!(rows[0].side, RecordedSide::Bid);
        assert!(rows[1].volume.is_zero());
    }

    #[test]
    fn decimal_volumes_may_have_an_exponent() {
        let rows = read_rows(DECIMALS.as_bytes()).unwrap();

        assert_eq!(rows[0].volume.units_of(8), Ok(260));
        assert_eq!(rows[0].price.units_of(2), Ok(7_831_800));
        assert_eq!(rows[0].side, RecordedSide::Ask);
        assert_eq!(rows[1].action, RecordedAction::Deleted);
    }

    #[test]
    fn a_file_that_mixes_volume_units_is_refused() {
        let mixed = format!("{INTEGERS}8,1430438404700,1430438404000,236.47,0.5,created,bid\n");

        let refused = read_rows(mixed.as_bytes());

        assert!(matches!(
            refused,
            Err(RecordingError::MixedVolumes { row: 3 })
        ));
    }

    #[test]
    fn an_error_names_row_and_column() {
        let broken = INTEGERS.replace("236.47,0", "abc,0");

        let error = read_rows(broken.as_bytes()).unwrap_err();

        assert_eq!(error.to_string(), "row 2: price `abc` is no decimal");
    }

    #[test]
    fn a_missing_column_is_named() {
        let error = read_rows("id,timestamp,price\n".as_bytes()).unwrap_err();

        assert_eq!(
            error.to_string(),
            "there is no column named exchange_timestamp"
        );
    }

    #[test]
    fn zero_and_nine_nines_are_no_price() {
        let table = INTEGERS
            .replacen("236.47", "0.0", 1)
            .replacen("236.47", "999999999", 1);
        let rows = read_rows(table.as_bytes()).unwrap();

        assert!(!rows[0].is_priced());
        assert!(!rows[1].is_priced());
    }
}
