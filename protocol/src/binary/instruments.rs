//! What the numbers of binary frames count: which instrument is meant, and in units of how many decimals.

use std::collections::HashMap;

use crate::inline_text::Symbol;
use crate::scale::Scale;
use crate::server_message::InstrumentTerms;

/// An instrument as binary frames name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BinaryInstrument {
    /// Its number, above zero.
    pub number: u16,
    /// Its name in text.
    pub symbol: Symbol,
    /// The units of its prices and quantities.
    pub scale: Scale,
}

/// Where a writer finds the instrument of a message.
#[derive(Debug, Clone, Copy)]
pub(super) enum Known<'a> {
    /// Any of a table.
    All(&'a InstrumentTable),
    /// One alone.
    One(&'a BinaryInstrument),
}

impl<'a> Known<'a> {
    pub(super) fn by_symbol(self, symbol: &Symbol) -> Option<&'a BinaryInstrument> {
        match self {
            Self::All(table) => table.by_symbol(symbol),
            Self::One(instrument) => (instrument.symbol == *symbol).then_some(instrument),
        }
    }
}

/// All instruments that binary frames can name.
#[derive(Debug, Clone, Default)]
pub struct InstrumentTable {
    by_number: Vec<Option<BinaryInstrument>>,
    by_symbol: HashMap<Symbol, BinaryInstrument>,
}

impl InstrumentTable {
    /// A table of these instruments.
    pub fn new(instruments: impl IntoIterator<Item = BinaryInstrument>) -> Self {
        let mut table = Self::default();
        for instrument in instruments {
            let place = usize::from(instrument.number);
            if table.by_number.len() <= place {
                table.by_number.resize(place + 1, None);
            }
            table.by_number[place] = Some(instrument);
            table.by_symbol.insert(instrument.symbol, instrument);
        }
        table
    }

    /// A table of what `hello` lists.
    pub fn of_terms(terms: &[InstrumentTerms]) -> Self {
        Self::new(terms.iter().map(InstrumentTerms::binary))
    }

    /// The instrument with this number.
    pub fn by_number(&self, number: u16) -> Option<&BinaryInstrument> {
        self.by_number.get(usize::from(number))?.as_ref()
    }

    /// The instrument with this name.
    pub fn by_symbol(&self, symbol: &Symbol) -> Option<&BinaryInstrument> {
        self.by_symbol.get(symbol)
    }
}
