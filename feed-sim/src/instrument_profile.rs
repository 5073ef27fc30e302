//! Where the exchange's terms of an instrument and its configured flow become one thing: decimals on the
//! outside, ticks and lots on the inside.

use protocol::{
    Display, ExactDecimal, InstrumentTerms, NewOrder, OrderKind, OrderSize, PostOnly, Scale,
    SelfTradePrevention, Side, Symbol, TimeInForce,
};

use crate::book_check::BookCheck;
use crate::config::{InstrumentConfig, ParticipantsConfig};
use crate::error::FeedError;
use crate::flow::intent::{IntendedKind, IntendedOrder};
use crate::flow::market::VisibleLevel;
use crate::flow::{LEVELS_SEEN, Seen};
use crate::participant::Shape;

/// One instrument, with its grid and its shape.
#[derive(Debug, Clone)]
pub struct InstrumentProfile {
    /// Its printed name.
    pub symbol: Symbol,
    /// Its units.
    pub scale: Scale,
    /// Where the reference price starts, in ticks.
    pub reference_ticks: i64,
    /// How its book is meant to look.
    pub shape: Shape,
    /// Price units of a tick.
    tick_units: i64,
    /// Quantity units of a lot.
    lot_units: u64,
}

impl InstrumentProfile {
    /// Puts the configured flow on the exchange's grid.
    ///
    /// # Errors
    /// The reference price or the quantity does not fit on it.
    pub fn new(
        config: &InstrumentConfig,
        participants: &ParticipantsConfig,
        terms: &InstrumentTerms,
    ) -> Result<Self, FeedError> {
        let grid = Grid::of(terms).map_err(|problem| off_grid(terms, problem))?;
        let reference_ticks = grid
            .ticks(config.reference_price)
            .map_err(|problem| off_grid(terms, problem))?;
        let shape = grid
            .shape(config, participants, terms, reference_ticks)
            .map_err(|problem| off_grid(terms, problem))?;
        if !(shape.price_min_ticks..=shape.price_max_ticks).contains(&reference_ticks) {
            return Err(off_grid(
                terms,
                "the reference price is out of bounds".to_owned(),
            ));
        }
        Ok(Self {
            symbol: terms.symbol,
            scale: grid.scale,
            reference_ticks,
            shape,
            tick_units: grid.tick_units,
            lot_units: grid.lot_units,
        })
    }

    /// A reported price in ticks; one off the grid is taken below it.
    pub fn ticks(&self, price: ExactDecimal) -> i64 {
        let units = self.scale.price_units(price);
        units.map_or(0, |units| units / self.tick_units)
    }

    /// A reported quantity in lots.
    pub fn lots(&self, quantity: ExactDecimal) -> u64 {
        let units = self.scale.quantity_units(quantity);
        units.map_or(0, |units| units / self.lot_units)
    }

    /// A quantity of the configuration in lots.
    ///
    /// # Errors
    /// It does not fit on the grid.
    pub fn configured_lots(&self, quantity: ExactDecimal) -> Result<u64, String> {
        let units = self.scale.quantity_units(quantity);
        let units = units.map_err(|error| format!("quantity {quantity}: {error}"))?;
        Ok(units / self.lot_units)
    }

    /// Best bid and ask in ticks, where there are both.
    pub fn best_ticks(&self, check: &BookCheck) -> Option<(i64, i64)> {
        let state = check.state();
        Some((state.bid? / self.tick_units, state.ask? / self.tick_units))
    }

    /// So many lots, bought or sold, as a quantity.
    pub fn position(&self, lots: i64) -> ExactDecimal {
        let units = i128::from(lots) * i128::from(self.lot_units);
        ExactDecimal::new(units, self.scale.quantity_decimals)
    }

    /// Half ticks x lots as money of the quote asset.
    pub fn money(&self, half_ticks_lots: i128) -> ExactDecimal {
        let units = half_ticks_lots * i128::from(self.tick_units) * i128::from(self.lot_units) / 2;
        let decimals = self.scale.price_decimals + self.scale.quantity_decimals;
        ExactDecimal::new(units, decimals)
    }

    /// What a book shows, as a model looks at it.
    pub fn seen(&self, check: &BookCheck) -> Seen {
        let levels = |side| {
            let levels = check.levels(side, LEVELS_SEEN).into_iter();
            levels
                .map(|level| VisibleLevel {
                    ticks: level.price_units / self.tick_units,
                    lots: level.quantity_units / self.lot_units,
                })
                .collect()
        };
        Seen {
            bids: levels(Side::Buy),
            asks: levels(Side::Sell),
        }
    }

    /// An intended order as the protocol words it; without a client order id.
    pub fn new_order(&self, intended: &IntendedOrder) -> NewOrder {
        let limit = |ticks: i64| OrderKind::Limit {
            price: self.scale.price(ticks.saturating_mul(self.tick_units)),
        };
        let (kind, time_in_force, post_only) = match intended.kind {
            IntendedKind::Quote { ticks } => {
                (limit(ticks), TimeInForce::GoodTillCanceled, PostOnly::Slide)
            }
            IntendedKind::Hidden { ticks } | IntendedKind::Limit { ticks } => {
                (limit(ticks), TimeInForce::GoodTillCanceled, PostOnly::No)
            }
            IntendedKind::ImmediateOrCancel { ticks } => {
                (limit(ticks), TimeInForce::ImmediateOrCancel, PostOnly::No)
            }
            IntendedKind::Market => (
                OrderKind::Market,
                TimeInForce::ImmediateOrCancel,
                PostOnly::No,
            ),
        };
        let quantity = self
            .scale
            .quantity(intended.lots.saturating_mul(self.lot_units));
        NewOrder {
            kind,
            time_in_force,
            post_only,
            display: match intended.kind {
                IntendedKind::Hidden { .. } => Display::Hidden,
                IntendedKind::Quote { .. }
                | IntendedKind::Limit { .. }
                | IntendedKind::ImmediateOrCancel { .. }
                | IntendedKind::Market => Display::Full,
            },
            // Participants of one session share an account and must be able to trade with each other.
            self_trade_prevention: SelfTradePrevention::None,
            ..NewOrder::market(intended.side, OrderSize::Quantity(quantity))
        }
    }
}

/// The exchange's grid of one instrument.
struct Grid {
    scale: Scale,
    tick_units: i64,
    lot_units: u64,
}

impl Grid {
    fn of(terms: &InstrumentTerms) -> Result<Self, String> {
        let scale = Scale {
            price_decimals: terms.price_decimals,
            quantity_decimals: terms.quantity_decimals,
        };
        let tick_units = scale
            .price_units(terms.tick_size)
            .map_err(|error| format!("tick size: {error}"))?;
        let lot_units = scale
            .quantity_units(terms.lot_size)
            .map_err(|error| format!("lot size: {error}"))?;
        if tick_units == 0 || lot_units == 0 {
            return Err("tick and lot size must be above zero".to_owned());
        }
        Ok(Self {
            scale,
            tick_units,
            lot_units,
        })
    }

    fn ticks(&self, price: ExactDecimal) -> Result<i64, String> {
        let units = self
            .scale
            .price_units(price)
            .map_err(|error| format!("price {price}: {error}"))?;
        Ok(units / self.tick_units)
    }

    fn lots(&self, quantity: ExactDecimal) -> Result<u64, String> {
        let units = self
            .scale
            .quantity_units(quantity)
            .map_err(|error| format!("quantity {quantity}: {error}"))?;
        Ok(units / self.lot_units)
    }

    fn shape(
        &self,
        config: &InstrumentConfig,
        participants: &ParticipantsConfig,
        terms: &InstrumentTerms,
        reference_ticks: i64,
    ) -> Result<Shape, String> {
        let lots_min = self.lots(terms.quantity_min)?.max(1);
        Ok(Shape {
            half_spread_ticks: fraction(reference_ticks, config.half_spread_ppm),
            level_step_ticks: fraction(reference_ticks, config.level_step_ppm),
            levels: participants.market_maker_levels,
            quote_lots: self.lots(config.quote_quantity)?.max(2 * lots_min),
            lots_min,
            price_min_ticks: self.ticks(terms.price_min)?.max(1),
            price_max_ticks: self.ticks(terms.price_max)?,
        })
    }
}

/// So many millionths of a price, at least one tick.
fn fraction(ticks: i64, ppm: u32) -> i64 {
    let part = i128::from(ticks) * i128::from(ppm) / 1_000_000;
    i64::try_from(part).map_or(i64::MAX, |part| part.max(1))
}

fn off_grid(terms: &InstrumentTerms, problem: String) -> FeedError {
    FeedError::OffGrid {
        symbol: terms.symbol.to_string(),
        problem,
    }
}

#[cfg(test)]
mod tests {
    //! Millionths become ticks, and intents become orders on the exchange's grid.

    use protocol::Side;

    use super::*;
    use crate::flow::intent::OrderNumber;

    fn decimal(text: &str) -> ExactDecimal {
        text.parse().unwrap()
    }

    fn profile() -> InstrumentProfile {
        let terms = InstrumentTerms {
            number: 1,
            symbol: "ABCXYZ".parse().unwrap(),
            base: "ABC".parse().unwrap(),
            quote: "XYZ".parse().unwrap(),
            tick_size: decimal("0.05"),
            lot_size: decimal("0.001"),
            price_decimals: 2,
            quantity_decimals: 4,
            price_min: decimal("0.05"),
            price_max: decimal("100000"),
            quantity_min: decimal("0.002"),
            quantity_max: decimal("100"),
        };
        let config = InstrumentConfig {
            symbol: "ABCXYZ".parse().unwrap(),
            reference_price: decimal("1000"),
            quote_quantity: decimal("0.5"),
            half_spread_ppm: 100,
            level_step_ppm: 1,
            reference_step_ppm_max: 10,
            weight: 1,
        };
        let participants = ParticipantsConfig {
            market_makers: 1,
            market_maker_share_percent: 50,
            market_maker_levels: 3,
            takers: 1,
            taker_share_percent: 25,
            passives: 1,
            passive_share_percent: 25,
            passive_open_orders_max: 4,
        };
        InstrumentProfile::new(&config, &participants, &terms).unwrap()
    }

    #[test]
    fn distances_are_on_the_tick_grid_and_never_nothing() {
        let profile = profile();

        assert_eq!(profile.reference_ticks, 20_000);
        assert_eq!(profile.shape.half_spread_ticks, 2);
        assert_eq!(profile.shape.level_step_ticks, 1);
        assert_eq!(profile.shape.quote_lots, 500);
        assert_eq!(profile.shape.lots_min, 2);
    }

    #[test]
    fn an_intent_becomes_an_order_on_the_grid() {
        let order = profile().new_order(&IntendedOrder {
            number: OrderNumber(0),
            side: Side::Sell,
            kind: IntendedKind::ImmediateOrCancel { ticks: 19_999 },
            lots: 7,
        });

        assert_eq!(
            order.kind,
            OrderKind::Limit {
                price: decimal("999.95")
            }
        );
        assert_eq!(order.size, OrderSize::Quantity(decimal("0.0070")));
        assert_eq!(order.time_in_force, TimeInForce::ImmediateOrCancel);
        assert_eq!(order.self_trade_prevention, SelfTradePrevention::None);
    }
}
