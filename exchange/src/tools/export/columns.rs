//! What a table is made of: columns, cells, and who writes them.

use gateway::ListedInstrument;
use protocol::ExactDecimal;

use super::ExportError;

/// A column of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// What is in it.
    pub kind: ColumnKind,
}

/// What is in a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnKind {
    /// Words.
    Text,
    /// Whole numbers.
    Whole,
    /// Microseconds since 1970, UTC.
    Instant,
    /// Exact decimals with up to so many digits behind the dot.
    Decimal(u8),
}

/// One value of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cell<'a> {
    /// Of a [`ColumnKind::Text`].
    Text(&'a str),
    /// Of a [`ColumnKind::Whole`] or a [`ColumnKind::Instant`].
    Whole(u64),
    /// Of a [`ColumnKind::Decimal`].
    Decimal(ExactDecimal),
}

/// Takes rows.
pub trait Table {
    /// Adds a row, a cell for each column.
    ///
    /// # Errors
    /// It cannot be written.
    fn row(&mut self, cells: &[Cell<'_>]) -> Result<(), ExportError>;

    /// Writes what is left; says how many rows there are.
    ///
    /// # Errors
    /// It cannot be written.
    fn finish(self: Box<Self>) -> Result<u64, ExportError>;
}

/// How many digits the decimals of all exported instruments need.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decimals {
    /// Of a price.
    pub price: u8,
    /// Of a quantity.
    pub quantity: u8,
    /// Of price times quantity.
    pub notional: u8,
}

impl Decimals {
    /// The most that one of them needs.
    pub fn of(listed: &[ListedInstrument]) -> Self {
        let most = |of: fn(&ListedInstrument) -> ExactDecimal| {
            listed.iter().map(move |it| of(it).decimals())
        };
        Self {
            price: most(|it| it.scale.price(0)).max().unwrap_or(0),
            quantity: most(|it| it.scale.quantity(0)).max().unwrap_or(0),
            notional: most(|it| it.scale.notional(0)).max().unwrap_or(0),
        }
    }
}

/// A column of words.
pub const fn text(name: &'static str) -> Column {
    Column {
        name,
        kind: ColumnKind::Text,
    }
}

/// A column of whole numbers.
pub const fn whole(name: &'static str) -> Column {
    Column {
        name,
        kind: ColumnKind::Whole,
    }
}

/// A column of instants.
pub const fn instant(name: &'static str) -> Column {
    Column {
        name,
        kind: ColumnKind::Instant,
    }
}

/// A column of exact decimals.
pub const fn decimal(name: &'static str, digits: u8) -> Column {
    Column {
        name,
        kind: ColumnKind::Decimal(digits),
    }
}
