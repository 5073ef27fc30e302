//! Rows as comma-separated values. No cell has a comma, a quote or a line end in it.

use std::io::Write;

use super::ExportError;
use super::columns::{Cell, Column, Table};

/// Writes rows as lines.
pub struct Csv {
    out: Box<dyn Write + Send>,
    rows: u64,
}

impl Csv {
    /// Rows below the names of their columns.
    ///
    /// # Errors
    /// The names cannot be written.
    pub fn new(mut out: Box<dyn Write + Send>, columns: &[Column]) -> Result<Self, ExportError> {
        let names: Vec<&str> = columns.iter().map(|column| column.name).collect();
        writeln!(out, "{}", names.join(","))?;
        Ok(Self { out, rows: 0 })
    }

    /// Rows alone.
    pub const fn without_names(out: Box<dyn Write + Send>) -> Self {
        Self { out, rows: 0 }
    }
}

impl Table for Csv {
    fn row(&mut self, cells: &[Cell<'_>]) -> Result<(), ExportError> {
        for (place, cell) in cells.iter().enumerate() {
            if place > 0 {
                write!(self.out, ",")?;
            }
            match cell {
                Cell::Text(text) => write!(self.out, "{text}")?,
                Cell::Whole(number) => write!(self.out, "{number}")?,
                Cell::Decimal(decimal) => write!(self.out, "{decimal}")?,
            }
        }
        writeln!(self.out)?;
        self.rows += 1;
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<u64, ExportError> {
        self.out.flush()?;
        Ok(self.rows)
    }
}
