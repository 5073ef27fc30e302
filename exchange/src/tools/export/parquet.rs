//! Rows as a Parquet file: decimals stay exact, instants are instants.

use std::io::Write;
use std::mem::take;
use std::sync::Arc;

use parquet::basic::{LogicalType, Repetition, TimeUnit, Type as Physical};
use parquet::data_type::{
    ByteArray, ByteArrayType, FixedLenByteArray, FixedLenByteArrayType, Int64Type,
};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::{Type, TypePtr};

use super::ExportError;
use super::columns::{Cell, Column, ColumnKind, Table};

/// Rows that are written together.
const GROUP_ROWS: usize = 65_536;
/// Bytes of a decimal.
const DECIMAL_BYTES: usize = 16;
/// Digits that always fit into them.
const DECIMAL_DIGITS: i32 = 38;

/// Writes rows as a Parquet file.
pub struct Parquet {
    writer: SerializedFileWriter<Box<dyn Write + Send>>,
    columns: Vec<(ColumnKind, Values)>,
    group_rows: usize,
    rows: u64,
}

/// What waits of a column.
enum Values {
    Texts(Vec<ByteArray>),
    Wholes(Vec<i64>),
    Decimals(Vec<FixedLenByteArray>),
}

impl Parquet {
    /// A file with these columns.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn new(out: Box<dyn Write + Send>, columns: &[Column]) -> Result<Self, ExportError> {
        let fields: Result<Vec<TypePtr>, ParquetError> =
            columns.iter().map(|column| field(*column)).collect();
        let schema = Type::group_type_builder("rialto").with_fields(fields?);
        let properties = Arc::new(WriterProperties::builder().build());
        let writer = SerializedFileWriter::new(out, Arc::new(schema.build()?), properties)?;
        let columns = columns.iter().map(|column| {
            let values = match column.kind {
                ColumnKind::Text => Values::Texts(Vec::new()),
                ColumnKind::Whole | ColumnKind::Instant => Values::Wholes(Vec::new()),
                ColumnKind::Decimal(_) => Values::Decimals(Vec::new()),
            };
            (column.kind, values)
        });
        Ok(Self {
            writer,
            columns: columns.collect(),
            group_rows: 0,
            rows: 0,
        })
    }

    fn write_group(&mut self) -> Result<(), ParquetError> {
        if self.group_rows == 0 {
            return Ok(());
        }
        self.group_rows = 0;
        let mut group = self.writer.next_row_group()?;
        for (_, values) in &mut self.columns {
            let mut column = group
                .next_column()?
                .expect("a group has the columns of its file");
            match values {
                Values::Texts(texts) => {
                    let column = column.typed::<ByteArrayType>();
                    column.write_batch(&take(texts), None, None)?;
                }
                Values::Wholes(wholes) => {
                    let column = column.typed::<Int64Type>();
                    column.write_batch(&take(wholes), None, None)?;
                }
                Values::Decimals(decimals) => {
                    let column = column.typed::<FixedLenByteArrayType>();
                    column.write_batch(&take(decimals), None, None)?;
                }
            }
            column.close()?;
        }
        group.close()?;
        Ok(())
    }
}

impl Table for Parquet {
    fn row(&mut self, cells: &[Cell<'_>]) -> Result<(), ExportError> {
        assert_eq!(
            cells.len(),
            self.columns.len(),
            "a row has a cell for each column"
        );
        for (cell, (kind, values)) in cells.iter().zip(&mut self.columns) {
            match (cell, values) {
                (Cell::Text(text), Values::Texts(texts)) => {
                    texts.push(ByteArray::from(text.as_bytes().to_vec()));
                }
                (Cell::Whole(number), Values::Wholes(wholes)) => {
                    wholes.push(i64::try_from(*number).unwrap_or(i64::MAX));
                }
                (Cell::Decimal(decimal), Values::Decimals(decimals)) => {
                    let ColumnKind::Decimal(digits) = *kind else {
                        unreachable!("decimals wait in columns of decimals")
                    };
                    let units = decimal
                        .units_of(digits)
                        .expect("a column has as many digits as its widest instrument");
                    decimals.push(FixedLenByteArray::from(units.to_be_bytes().to_vec()));
                }
                (Cell::Text(_) | Cell::Whole(_) | Cell::Decimal(_), _) => {
                    unreachable!("a row's cells are of their columns' kinds")
                }
            }
        }
        self.rows += 1;
        self.group_rows += 1;
        if self.group_rows == GROUP_ROWS {
            self.write_group()?;
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<u64, ExportError> {
        self.write_group()?;
        self.writer.close()?;
        Ok(self.rows)
    }
}

fn field(column: Column) -> Result<TypePtr, ParquetError> {
    let builder = |physical| {
        Type::primitive_type_builder(column.name, physical).with_repetition(Repetition::REQUIRED)
    };
    let builder = match column.kind {
        ColumnKind::Text => {
            builder(Physical::BYTE_ARRAY).with_logical_type(Some(LogicalType::String))
        }
        ColumnKind::Whole => builder(Physical::INT64),
        ColumnKind::Instant => builder(Physical::INT64)
            .with_logical_type(Some(LogicalType::timestamp(true, TimeUnit::MICROS))),
        ColumnKind::Decimal(digits) => builder(Physical::FIXED_LEN_BYTE_ARRAY)
            .with_length(i32::try_from(DECIMAL_BYTES).expect("it is 16"))
            .with_precision(DECIMAL_DIGITS)
            .with_scale(i32::from(digits))
            .with_logical_type(Some(LogicalType::decimal(
                i32::from(digits),
                DECIMAL_DIGITS,
            ))),
    };
    Ok(Arc::new(builder.build()?))
}
