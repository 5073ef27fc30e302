//! Positions of one matcher's instruments: it alone writes them, anybody reads.

use std::sync::OnceLock;

use engine::{AccountId, InstrumentId, Notional};

use crate::cells::{CHUNK_ACCOUNTS, accounts_of_chunk, chunk_place};
use crate::money::Money;
use crate::position::Position;
use crate::versioned::Versioned;

/// Base, cost, realized, and fees in base and quote.
type PositionCell = Versioned<5>;

/// Positions of one matcher's instruments.
#[derive(Debug)]
pub(crate) struct PositionCells {
    instruments: Box<[InstrumentId]>,
    /// A chunk comes to be when one of its accounts first trades.
    chunks: Box<[OnceLock<Box<[PositionCell]>>]>,
}

impl PositionCells {
    pub(crate) fn new(instruments: &[InstrumentId], accounts_max: u32) -> Self {
        let (last, _) = chunk_place(AccountId(accounts_max.saturating_sub(1)));
        Self {
            instruments: instruments.into(),
            chunks: (0..=last).map(|_| OnceLock::new()).collect(),
        }
    }

    /// The instruments whose positions these are.
    pub(crate) fn instruments(&self) -> &[InstrumentId] {
        &self.instruments
    }

    /// Whether the instrument is one of these.
    pub(crate) fn has(&self, instrument: InstrumentId) -> bool {
        self.instruments.contains(&instrument)
    }

    /// Every position that is not as if nothing had been traded, by account, then instrument.
    pub(crate) fn all(&self) -> impl Iterator<Item = (AccountId, Position)> {
        let accounts = (0..)
            .zip(&self.chunks)
            .filter(|(_, chunk)| chunk.get().is_some())
            .flat_map(|(chunk, _)| accounts_of_chunk(chunk));
        accounts.flat_map(move |account| {
            let own = self.instruments.iter();
            own.map(move |instrument| (account, self.read(account, *instrument)))
                .filter(|(_, position)| *position != Position::flat(position.instrument))
        })
    }

    /// The account's position; flat where it never traded.
    pub(crate) fn read(&self, account: AccountId, instrument: InstrumentId) -> Position {
        let cell = self
            .place(account, instrument)
            .and_then(|(chunk, place)| self.chunks[chunk].get().map(|cells| &cells[place]));
        let Some(cell) = cell else {
            return Position::flat(instrument);
        };
        let [base, cost, realized, fees_base, fees_quote] = cell.read();
        Position {
            instrument,
            base,
            cost: Notional::from_units(cost),
            realized: Notional::from_units(realized),
            fees_base: Money::from_units(fees_base),
            fees_quote: Money::from_units(fees_quote),
        }
    }

    /// Replaces the account's position. Only the one settlement of these instruments calls it.
    pub(crate) fn write(&self, account: AccountId, position: &Position) {
        let (chunk, place) = self
            .place(account, position.instrument)
            .expect("a matcher settles its own instruments only");
        let cells = self.chunks[chunk].get_or_init(|| {
            let count = CHUNK_ACCOUNTS.checked_mul(self.instruments.len());
            (0..count.expect("a chunk is small"))
                .map(|_| PositionCell::new())
                .collect()
        });
        cells[place].write([
            position.base,
            position.cost.units(),
            position.realized.units(),
            position.fees_base.units(),
            position.fees_quote.units(),
        ]);
    }

    /// In which chunk the cell is, and where in it.
    fn place(&self, account: AccountId, instrument: InstrumentId) -> Option<(usize, usize)> {
        let column = self.instruments.iter().position(|own| *own == instrument)?;
        let (chunk, offset) = chunk_place(account);
        let row = offset.checked_mul(self.instruments.len())?;
        Some((chunk, row.checked_add(column)?))
    }
}
