//! What is sent: by seed, a mix that keeps every book small and trades a little.
//!
//! Nine in twenty are orders that rest near the reference price, as many end one of them, and two in twenty take
//! what rests. All trade the same quantity, so that most takers trade with one maker.

use std::collections::VecDeque;

use protocol::Symbol;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// Prices of resting orders are at most so many ticks from the reference.
const TICKS_AWAY_MAX: u64 = 50;
/// Resting orders that a session leaves in the books before it only ends and takes.
const RESTING_ORDERS_MAX: usize = 64;
/// Of twenty: how many rest, and how many rest or end an order that does.
const RESTING_OF_TWENTY: u64 = 9;
const RESTING_OR_ENDING_OF_TWENTY: u64 = 18;

/// One instrument that is traded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LoadInstrument {
    /// Its printed name.
    pub symbol: Symbol,
    /// Decimals of a price unit.
    pub price_decimals: u8,
    /// Decimals of a quantity unit.
    pub quantity_decimals: u8,
    /// Price units of a tick.
    pub tick_units: u64,
    /// The price around which orders rest, in units.
    pub reference_units: u64,
    /// What each order is for, in units.
    pub quantity_units: u64,
}

/// Of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoadSide {
    /// Buys.
    Buy,
    /// Sells.
    Sell,
}

/// What one request asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoadOrder {
    /// Enters a limit order that rests.
    Rest {
        /// Buy or sell.
        side: LoadSide,
        /// Its limit, in units.
        price_units: u64,
    },
    /// Enters an immediate-or-cancel order that reaches what rests.
    Take {
        /// Buy or sell.
        side: LoadSide,
        /// Its limit, in units.
        price_units: u64,
    },
    /// Ends the order that this number entered; it may have traded meanwhile.
    End {
        /// The request that entered it.
        entered: u64,
    },
}

/// One request of the stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked {
    /// Its number, ascending over all sessions.
    pub number: u64,
    /// Which session sends it.
    pub connection: usize,
    /// Place of the instrument in the plan.
    pub instrument: usize,
    /// What it asks.
    pub order: LoadOrder,
}

/// The requests of all sessions, without an end.
#[derive(Debug)]
pub struct OrderStream {
    instruments: Vec<LoadInstrument>,
    /// Of each session: what it left in the books, oldest first.
    resting: Vec<VecDeque<(u64, usize)>>,
    chance: ChaCha8Rng,
    number: u64,
}

impl OrderStream {
    /// A stream of so many sessions.
    ///
    /// # Panics
    /// There is no session or no instrument.
    pub fn new(instruments: Vec<LoadInstrument>, connections: usize, seed: u64) -> Self {
        assert!(
            connections > 0 && !instruments.is_empty(),
            "a load has sessions and instruments"
        );
        Self {
            instruments,
            resting: vec![VecDeque::new(); connections],
            // Another stream than the schedule's, which has the same seed.
            chance: ChaCha8Rng::seed_from_u64(seed ^ 0x6f72_6465_7273),
            number: 0,
        }
    }

    /// What is traded, in the order that requests name it by.
    pub fn instruments(&self) -> &[LoadInstrument] {
        &self.instruments
    }

    /// The next request.
    pub fn next_asked(&mut self) -> Asked {
        self.number += 1;
        let number = self.number;
        let connection = self.below(self.resting.len());
        let twentieth = self.chance.next_u64() % 20;
        let resting = self.resting[connection].len();
        let is_full = resting >= RESTING_ORDERS_MAX;
        let may_end = resting > 0;
        if twentieth < RESTING_OF_TWENTY && !is_full {
            return self.rest(number, connection);
        }
        if twentieth < RESTING_OR_ENDING_OF_TWENTY && may_end {
            return self.end(number, connection);
        }
        self.take(number, connection)
    }

    /// Ends one of the orders that a session has left, until there is none.
    pub fn next_ending(&mut self) -> Option<Asked> {
        let connection = self
            .resting
            .iter()
            .position(|resting| !resting.is_empty())?;
        self.number += 1;
        Some(self.end(self.number, connection))
    }

    fn rest(&mut self, number: u64, connection: usize) -> Asked {
        let (instrument, side) = self.place();
        let ticks = 1 + self.chance.next_u64() % TICKS_AWAY_MAX;
        self.resting[connection].push_back((number, instrument));
        let away = self.instruments[instrument].tick_units * ticks;
        let reference = self.instruments[instrument].reference_units;
        let price_units = match side {
            LoadSide::Buy => reference - away,
            LoadSide::Sell => reference + away,
        };
        Asked {
            number,
            connection,
            instrument,
            order: LoadOrder::Rest { side, price_units },
        }
    }

    fn take(&mut self, number: u64, connection: usize) -> Asked {
        let (instrument, side) = self.place();
        let reach = self.instruments[instrument].tick_units * TICKS_AWAY_MAX;
        let reference = self.instruments[instrument].reference_units;
        let price_units = match side {
            LoadSide::Buy => reference + reach,
            LoadSide::Sell => reference - reach,
        };
        Asked {
            number,
            connection,
            instrument,
            order: LoadOrder::Take { side, price_units },
        }
    }

    fn end(&mut self, number: u64, connection: usize) -> Asked {
        let (entered, instrument) = self.resting[connection]
            .pop_front()
            .expect("it was looked at before");
        Asked {
            number,
            connection,
            instrument,
            order: LoadOrder::End { entered },
        }
    }

    fn place(&mut self) -> (usize, LoadSide) {
        let instrument = self.below(self.instruments.len());
        let side = if self.chance.next_u64().is_multiple_of(2) {
            LoadSide::Buy
        } else {
            LoadSide::Sell
        };
        (instrument, side)
    }

    fn below(&mut self, count: usize) -> usize {
        usize::try_from(self.chance.next_u64() % count as u64).expect("it is below a length")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bitcoin() -> LoadInstrument {
        LoadInstrument {
            symbol: "BTCUSDT".parse().unwrap(),
            price_decimals: 2,
            quantity_decimals: 5,
            tick_units: 1,
            reference_units: 6_400_000,
            quantity_units: 5_000,
        }
    }

    #[test]
    fn the_mix_is_nine_that_rest_nine_that_end_and_two_that_take() {
        let mut stream = OrderStream::new(vec![bitcoin()], 16, 1);
        let (mut rests, mut ends, mut takes) = (0, 0, 0);

        for _ in 0..20_000 {
            match stream.next_asked().order {
                LoadOrder::Rest { .. } => rests += 1,
                LoadOrder::End { .. } => ends += 1,
                LoadOrder::Take { .. } => takes += 1,
            }
        }

        assert!((8_600..9_400).contains(&rests), "{rests} rest");
        assert!((8_200..9_400).contains(&ends), "{ends} end");
        assert!((1_800..2_800).contains(&takes), "{takes} take");
    }

    #[test]
    fn no_order_that_rests_reaches_one_of_the_other_side_and_every_taker_does() {
        let mut stream = OrderStream::new(vec![bitcoin()], 4, 2);

        for _ in 0..10_000 {
            match stream.next_asked().order {
                LoadOrder::Rest { side, price_units } => match side {
                    LoadSide::Buy => assert!((6_399_950..6_400_000).contains(&price_units)),
                    LoadSide::Sell => assert!((6_400_001..=6_400_050).contains(&price_units)),
                },
                LoadOrder::Take { side, price_units } => match side {
                    LoadSide::Buy => assert_eq!(price_units, 6_400_050),
                    LoadSide::Sell => assert_eq!(price_units, 6_399_950),
                },
                LoadOrder::End { .. } => {}
            }
        }
    }

    #[test]
    fn an_order_is_ended_once_by_the_session_that_entered_it() {
        let mut stream = OrderStream::new(vec![bitcoin()], 3, 3);
        let mut entered = std::collections::BTreeMap::new();

        let mut asked: Vec<Asked> = (0..5_000).map(|_| stream.next_asked()).collect();
        while let Some(ending) = stream.next_ending() {
            asked.push(ending);
        }

        for asked in asked {
            match asked.order {
                LoadOrder::Rest { .. } => {
                    entered.insert(asked.number, asked.connection);
                }
                LoadOrder::End { entered: number } => {
                    assert_eq!(entered.remove(&number), Some(asked.connection));
                }
                LoadOrder::Take { .. } => {}
            }
        }
        assert!(entered.is_empty(), "all that rests is ended in the end");
    }
}
