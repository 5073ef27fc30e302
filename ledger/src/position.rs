//! What an account bought and sold of one instrument, what that cost, and what it brought.
//!
//! With `base` bought positive and sold negative, and `cost` of the sign of `base`:
//!
//! - a trade that opens or adds: `base += ±quantity`, `cost += ±quantity x price`;
//! - a trade that closes `c` of `|base|`: `cost_out = cost x c / |base|`, truncated toward zero and the whole
//!   cost where nothing stays open; `realized += (what it brought, or -(what it cost)) - cost_out`;
//! - a trade through zero closes all of it, and opens the rest at its price;
//! - `unrealized = base x mark - cost`, `average price = cost / base`.
//!
//! A trade that is taken back takes with it what it did: the base and the cost that it opened, and what it realized
//! by closing; the cost that it had closed is open again. Where nothing is open then, what is left of the cost goes to
//! `realized`, as if it had been closed.
//!
//! What truncation keeps out of `realized` stays in `cost`, so that `realized - cost` is, to the last unit,
//! all that was received less all that was paid. Fees stand beside it.

use engine::{InstrumentId, Notional, Price, Quantity, Side};

use crate::money::Money;

/// What an account has of one instrument by trading it, fees apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// Of which instrument.
    pub instrument: InstrumentId,
    /// Bought less sold, in quantity units; negative is short. Deposits and withdrawals do not count.
    pub base: i128,
    /// What the open base cost, in price units x quantity units; negative where it is short.
    pub cost: Notional,
    /// What closing brought over what opening had cost, in price units x quantity units.
    pub realized: Notional,
    /// Fees paid in the base asset, less rebates.
    pub fees_base: Money,
    /// Fees paid in the quote asset, less rebates.
    pub fees_quote: Money,
}

/// What a trade closed of a position.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Closing {
    /// How much of the open base, in quantity units.
    pub units: u64,
    /// What that had cost, in price units x quantity units.
    pub cost: Notional,
}

impl Closing {
    /// It closed nothing.
    pub const NONE: Self = Self {
        units: 0,
        cost: Notional::ZERO,
    };
}

/// At which price an open position is valued.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// The price of the last trade.
    Last(Price),
    /// Halfway between the best bid and the best ask.
    Mid {
        /// The best bid.
        bid: Price,
        /// The best ask.
        ask: Price,
    },
}

impl Position {
    /// Nothing was traded.
    pub const fn flat(instrument: InstrumentId) -> Self {
        Self {
            instrument,
            base: 0,
            cost: Notional::ZERO,
            realized: Notional::ZERO,
            fees_base: Money::ZERO,
            fees_quote: Money::ZERO,
        }
    }

    /// Takes in a trade on `side` of it, and says what that closed.
    pub fn trade(&mut self, side: Side, price: Price, quantity: Quantity) -> Closing {
        let units = i128::from(quantity.units());
        let sign = sign_of(side);
        let closing = if times(self.base, sign) < 0 {
            units.min(magnitude(self.base))
        } else {
            0
        };
        let mut closed = Closing::NONE;
        if closing > 0 {
            closed = Closing {
                units: u64::try_from(closing).expect("it closes at most what it is for"),
                cost: self.close(sign, price, closing),
            };
        }
        self.open(sign, price, difference(units, closing));
        closed
    }

    /// Takes back a trade on `side` of it that closed `closed`.
    pub fn take_back(&mut self, side: Side, price: Price, quantity: Quantity, closed: Closing) {
        let units = i128::from(quantity.units());
        let back = sign_of(side.opposite());
        let closing = i128::from(closed.units);
        self.open(back, price, difference(units, closing));
        self.base = sum(self.base, times(back, closing));
        self.cost = Notional::from_units(sum(self.cost.units(), closed.cost.units()));
        // What closing brought, less what it had cost.
        let brought = times(times(back, closing), price.units().into());
        let gain = difference(brought, closed.cost.units());
        self.realized = Notional::from_units(difference(self.realized.units(), gain));
        if self.base == 0 {
            let left = self.cost.units();
            self.realized = Notional::from_units(difference(self.realized.units(), left));
            self.cost = Notional::ZERO;
        }
    }

    /// What the open base would bring at `mark` over what it cost, in price units x quantity units. At a mid
    /// between two units it is truncated toward zero.
    pub fn unrealized(&self, mark: Mark) -> Notional {
        let (sum, parts) = match mark {
            Mark::Last(price) => (i128::from(price.units()), 1),
            Mark::Mid { bid, ask } => (sum(bid.units().into(), ask.units().into()), 2),
        };
        let gain = difference(times(self.base, sum), times(self.cost.units(), parts));
        Notional::from_units(gain.checked_div(parts).expect("one or two"))
    }

    fn open(&mut self, sign: i128, price: Price, units: i128) {
        let signed = times(sign, units);
        self.base = sum(self.base, signed);
        let cost = times(signed, price.units().into());
        self.cost = Notional::from_units(sum(self.cost.units(), cost));
    }

    /// Returns what the closed part had cost.
    fn close(&mut self, sign: i128, price: Price, units: i128) -> Notional {
        let open = magnitude(self.base);
        let cost_out = share(self.cost.units(), units, open);
        let brought = times(difference(0, times(sign, units)), price.units().into());
        let gain = difference(brought, cost_out);
        self.realized = Notional::from_units(sum(self.realized.units(), gain));
        self.cost = Notional::from_units(difference(self.cost.units(), cost_out));
        self.base = sum(self.base, times(sign, units));
        Notional::from_units(cost_out)
    }
}

const fn sign_of(side: Side) -> i128 {
    match side {
        Side::Buy => 1,
        Side::Sell => -1,
    }
}

/// `part` of `whole` parts of `amount`, truncated toward zero; exact where the product does not fit.
#[expect(
    clippy::arithmetic_side_effects,
    reason = "divisors are open positions, never zero, and the bounds are said beside each step"
)]
fn share(amount: i128, part: i128, whole: i128) -> i128 {
    if let Some(product) = amount.checked_mul(part) {
        return product / whole;
    }
    let (whole, part) = (whole.unsigned_abs(), part.unsigned_abs());
    let amount_abs = amount.unsigned_abs();
    // `part` and what stays of `amount` are at most `whole`, which all the money that there can be bounds
    // below 2^95: multiplied by halves of 32 bits nothing is lost.
    let (full, left) = (amount_abs / whole, amount_abs % whole);
    let (high, low) = (part >> 32, part & 0xFFFF_FFFF);
    let first = product(left, high);
    let second = (first % whole) << 32;
    let second = second.checked_add(product(left, low)).expect(BOUNDED) / whole;
    let shared = product(full, part)
        .checked_add((first / whole) << 32)
        .and_then(|all| all.checked_add(second))
        .and_then(|all| i128::try_from(all).ok())
        .expect(BOUNDED);
    if amount < 0 { -shared } else { shared }
}

const BOUNDED: &str = "positions are made of money, and money is bounded";

fn product(left: u128, right: u128) -> u128 {
    left.checked_mul(right).expect(BOUNDED)
}

fn sum(left: i128, right: i128) -> i128 {
    left.checked_add(right).expect(BOUNDED)
}

fn difference(left: i128, right: i128) -> i128 {
    left.checked_sub(right).expect(BOUNDED)
}

fn times(left: i128, right: i128) -> i128 {
    left.checked_mul(right).expect(BOUNDED)
}

fn magnitude(units: i128) -> i128 {
    units.checked_abs().expect(BOUNDED)
}

#[cfg(test)]
mod tests {
    use super::{Mark, Position, share};
    use engine::Side::{Buy, Sell};
    use engine::{InstrumentId, Price, Quantity, Side};

    fn after(trades: &[(Side, i64, u64)]) -> Position {
        let mut position = Position::flat(InstrumentId(1));
        for (side, price, units) in trades {
            position.trade(
                *side,
                Price::from_units(*price),
                Quantity::from_units(*units),
            );
        }
        position
    }

    /// Base, cost and realized after trades, of which one is taken back at the end.
    fn figures_without(trades: &[(Side, i64, u64)], place: usize) -> [i128; 3] {
        let mut position = Position::flat(InstrumentId(1));
        let closed: Vec<_> = trades
            .iter()
            .map(|(side, price, units)| {
                let (price, units) = (Price::from_units(*price), Quantity::from_units(*units));
                position.trade(*side, price, units)
            })
            .collect();
        let (side, price, units) = trades[place];
        let (price, units) = (Price::from_units(price), Quantity::from_units(units));
        position.take_back(side, price, units, closed[place]);
        [
            position.base,
            position.cost.units(),
            position.realized.units(),
        ]
    }

    #[test]
    fn the_last_trade_taken_back_leaves_what_was_before_it() {
        assert_eq!(figures_without(&[(Buy, 100, 10)], 0), [0, 0, 0]);
        assert_eq!(
            figures_without(&[(Buy, 100, 10), (Buy, 110, 10), (Sell, 120, 5)], 2),
            [20, 2_100, 0]
        );
        // Through zero, and with a cost that a third of is truncated.
        assert_eq!(
            figures_without(&[(Buy, 33, 2), (Buy, 34, 1), (Sell, 40, 7)], 2),
            [3, 100, 0]
        );
        assert_eq!(
            figures_without(&[(Sell, 103, 15), (Buy, 100, 4)], 1),
            [-15, -1_545, 0]
        );
    }

    #[test]
    fn an_earlier_trade_taken_back_takes_its_own_base_and_cost() {
        assert_eq!(
            figures_without(&[(Buy, 100, 10), (Buy, 110, 10)], 0),
            [10, 1_100, 0]
        );
        // Bought for 100, sold for 110 and bought for 90: without the sale 20 are open, for 1,900.
        assert_eq!(
            figures_without(&[(Buy, 100, 10), (Sell, 110, 10), (Buy, 90, 10)], 1),
            [20, 1_900, 0]
        );
    }

    #[test]
    fn where_nothing_is_open_after_a_trade_is_taken_back_nothing_is_left_of_the_cost() {
        // Half of 4,000 went with the sale; the purchase for 3,000 takes more cost than is open.
        let trades = [(Buy, 100, 10), (Buy, 300, 10), (Sell, 250, 10)];
        // 10 were bought for 100 and sold for 250: 1,500.
        assert_eq!(figures_without(&trades, 1), [0, 0, 1_500]);
    }

    /// Base, cost and realized.
    fn figures(trades: &[(Side, i64, u64)]) -> [i128; 3] {
        let position = after(trades);
        [
            position.base,
            position.cost.units(),
            position.realized.units(),
        ]
    }

    #[test]
    fn adding_averages_the_cost_and_closing_realizes_the_difference() {
        assert_eq!(figures(&[(Buy, 100, 10), (Buy, 110, 10)]), [20, 2_100, 0]);
        assert_eq!(
            figures(&[(Buy, 100, 10), (Buy, 110, 10), (Sell, 120, 5)]),
            [15, 1_575, 75]
        );
        assert_eq!(
            figures(&[
                (Buy, 100, 10),
                (Buy, 110, 10),
                (Sell, 120, 5),
                (Sell, 90, 15)
            ]),
            [0, 0, -150]
        );
    }

    #[test]
    fn a_short_position_gains_when_the_price_falls() {
        assert_eq!(figures(&[(Sell, 100, 10)]), [-10, -1_000, 0]);
        assert_eq!(figures(&[(Sell, 100, 10), (Buy, 90, 4)]), [-6, -600, 40]);
        assert_eq!(
            after(&[(Sell, 100, 10)])
                .unrealized(Mark::Last(Price::from_units(90)))
                .units(),
            100
        );
    }

    #[test]
    fn a_trade_through_zero_closes_all_and_opens_the_rest_at_its_price() {
        assert_eq!(
            figures(&[(Buy, 100, 10), (Sell, 103, 25)]),
            [-15, -1_545, 30]
        );
        assert_eq!(figures(&[(Sell, 103, 15), (Buy, 100, 20)]), [5, 500, 45]);
    }

    #[test]
    fn what_truncation_keeps_from_the_realized_stays_in_the_cost() {
        // 3 for 100 in all: a third of it is 33, and 67 stay.
        let trades = [(Buy, 33, 2), (Buy, 34, 1), (Sell, 40, 1)];
        assert_eq!(figures(&trades), [2, 67, 7]);
        let position = after(&trades);
        let paid_and_received = -100 + 40;
        assert_eq!(
            position.realized.units() - position.cost.units(),
            paid_and_received
        );
        // The same for a short one: -100 in all, -33 of it is closed.
        assert_eq!(
            figures(&[(Sell, 33, 2), (Sell, 34, 1), (Buy, 40, 1)]),
            [-2, -67, -7]
        );
    }

    #[test]
    fn a_mid_between_two_units_is_truncated_toward_zero() {
        let mid = Mark::Mid {
            bid: Price::from_units(100),
            ask: Price::from_units(101),
        };
        assert_eq!(after(&[(Buy, 100, 3)]).unrealized(mid).units(), 1);
        assert_eq!(after(&[(Sell, 100, 3)]).unrealized(mid).units(), -1);
        assert_eq!(after(&[(Buy, 100, 4)]).unrealized(mid).units(), 2);
    }

    #[test]
    fn a_share_is_exact_where_the_product_does_not_fit() {
        const HUGE: i128 = 10_i128.pow(28);
        assert_eq!(share(HUGE * 7, HUGE / 2, HUGE), HUGE * 7 / 2);
        assert_eq!(share(-HUGE * 7, HUGE / 2, HUGE), -HUGE * 7 / 2);
        // (10^28 - 1) x (2^64 - 1) / 10^28: one below 2^64 - 1.
        let most = i128::from(u64::MAX);
        assert_eq!(share(HUGE - 1, most, HUGE), most - 1);
        assert_eq!(share(1, HUGE - 1, HUGE), 0);
    }
}
