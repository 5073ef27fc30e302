//! What is listed, by symbol and by id.

use engine::{Instrument, InstrumentId};
use ledger::{AssetId, InstrumentTerms};
use protocol::{AssetName, BinaryInstrument, Scale, Symbol};

use crate::hashing::HashMap;

/// An instrument with everything that turns its integers into words and back.
#[derive(Debug, Clone)]
pub struct ListedInstrument {
    /// Its printed name.
    pub symbol: Symbol,
    /// Its grid and bounds.
    pub instrument: Instrument,
    /// How its decimals and its integer units belong together.
    pub scale: Scale,
    /// What trading it costs.
    pub terms: InstrumentTerms,
    /// What is bought and sold.
    pub base: AssetName,
    /// What it is paid with.
    pub quote: AssetName,
}

impl ListedInstrument {
    /// How binary frames name it: by its id.
    ///
    /// # Panics
    /// The id is above 65,535: no [`Listing`] takes such an instrument.
    pub fn binary(&self) -> BinaryInstrument {
        BinaryInstrument {
            number: binary_number(self.instrument.id)
                .expect("no listing takes an instrument that binary frames cannot name"),
            symbol: self.symbol,
            scale: self.scale,
        }
    }
}

/// An asset as participants see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListedAsset {
    /// Which one.
    pub id: AssetId,
    /// Its printed name.
    pub name: AssetName,
    /// One asset is 10^decimals smallest units.
    pub decimals: u8,
}

/// So many are looked through sooner than hashed.
const FEW_SYMBOLS: usize = 8;

/// All instruments and assets.
#[derive(Debug)]
pub struct Listing {
    instruments: Vec<ListedInstrument>,
    /// In the order of the instruments, one beside the other.
    symbols: Vec<Symbol>,
    by_symbol: HashMap<Symbol, usize>,
    assets: Vec<ListedAsset>,
}

/// Why instruments cannot be listed together.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ListingError {
    /// Ids must be 1, 2, 3, and so on.
    #[error("instrument {symbol} has id {id}, but ids are dense from 1")]
    SparseId {
        /// Which instrument.
        symbol: Symbol,
        /// Its id.
        id: u32,
    },
    /// A symbol names one instrument.
    #[error("symbol {0} is listed twice")]
    SymbolTwice(Symbol),
    /// Binary frames name an instrument by 16 bits.
    #[error(
        "instrument {symbol} would have id {id}, but binary frames name 65,535 instruments at most: list fewer"
    )]
    TooMany {
        /// Which instrument.
        symbol: Symbol,
        /// The id that it would have.
        id: u32,
    },
}

impl Listing {
    /// Lists `instruments`, whose ids are dense from 1, and the assets that they are traded in.
    ///
    /// # Errors
    /// An id is out of order or above 65,535, or a symbol stands twice.
    pub fn new(
        instruments: Vec<ListedInstrument>,
        assets: Vec<ListedAsset>,
    ) -> Result<Self, ListingError> {
        let mut by_symbol = HashMap::default();
        for (place, listed) in instruments.iter().enumerate() {
            let id = listed.instrument.id;
            if place_of(id) != Some(place) {
                return Err(ListingError::SparseId {
                    symbol: listed.symbol,
                    id: id.0,
                });
            }
            if binary_number(id).is_none() {
                return Err(ListingError::TooMany {
                    symbol: listed.symbol,
                    id: id.0,
                });
            }
            if by_symbol.insert(listed.symbol, place).is_some() {
                return Err(ListingError::SymbolTwice(listed.symbol));
            }
        }
        Ok(Self {
            symbols: instruments.iter().map(|listed| listed.symbol).collect(),
            instruments,
            by_symbol,
            assets,
        })
    }

    /// All instruments, by id.
    pub fn instruments(&self) -> &[ListedInstrument] {
        &self.instruments
    }

    /// Where among [`Self::instruments`] the instrument with this name stands.
    pub fn place_of_symbol(&self, symbol: &Symbol) -> Option<usize> {
        if self.symbols.len() <= FEW_SYMBOLS {
            return self.symbols.iter().position(|listed| listed == symbol);
        }
        self.by_symbol.get(symbol).copied()
    }

    /// All assets.
    pub fn assets(&self) -> &[ListedAsset] {
        &self.assets
    }

    /// The asset with this name.
    pub fn asset_named(&self, name: &str) -> Option<&ListedAsset> {
        self.assets.iter().find(|asset| asset.name.as_str() == name)
    }

    /// The asset with this id.
    pub fn asset(&self, id: AssetId) -> Option<&ListedAsset> {
        self.assets.iter().find(|asset| asset.id == id)
    }
}

/// What binary frames call the instrument; `None` where they cannot.
fn binary_number(instrument: InstrumentId) -> Option<u16> {
    u16::try_from(instrument.0).ok()
}

/// Where in a list by id the instrument stands; `None` for the control sequence.
pub fn place_of(instrument: InstrumentId) -> Option<usize> {
    usize::try_from(instrument.0).ok()?.checked_sub(1)
}
