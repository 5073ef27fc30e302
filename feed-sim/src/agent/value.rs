//! Value: what it thinks the instrument is worth follows the price slowly; it trades against what strays from that.

use protocol::Side;

use crate::agent::{Means, View, Wish};

/// What it thinks moves a part of the way to the price at each look: one in so many.
const LOOKS: i64 = 64;
/// It trades where the price is so many spreads away from what it thinks.
const SPREADS_AWAY: i64 = 2;

/// Buys below a worth and sells above.
#[derive(Debug)]
pub struct Value {
    means: Means,
    /// Twice the worth, in ticks x [`LOOKS`]; `None` before the first look.
    worth: Option<i64>,
}

impl Value {
    /// A trader by value with these means.
    pub const fn new(means: Means) -> Self {
        Self { means, worth: None }
    }

    /// Thinks again, and trades if the price is far from what it thinks.
    pub fn look(&mut self, view: View<'_>, wishes: &mut Vec<Wish>) {
        let middle = view.middle_doubled();
        let worth = self.worth.get_or_insert(middle * LOOKS);
        *worth += middle - worth.div_euclid(LOOKS);
        let worth = worth.div_euclid(LOOKS);
        let far = 2 * SPREADS_AWAY * (view.ask - view.bid);
        let side = if 2 * view.ask < worth - far {
            Side::Buy
        } else if 2 * view.bid > worth + far {
            Side::Sell
        } else {
            return;
        };
        let lots = self.means.lots.min(view.room(side, self.means));
        if lots >= self.means.lots_min {
            wishes.push(view.take(side, lots));
        }
    }
}

#[cfg(test)]
mod tests {
    //! Goal: it buys what fell and sells what rose, as far as it may. Method: a price that jumps.

    use super::*;
    use crate::agent::account::Account;
    use crate::flow::intent::{IntendedKind, OrderNumber};

    fn look(value: &mut Value, bid: i64, account: &Account) -> Vec<Wish> {
        let mut wishes = Vec::new();
        let view = View {
            bid,
            ask: bid + 2,
            traded_lots: 0,
            account,
        };
        value.look(view, &mut wishes);
        wishes
    }

    #[test]
    fn it_buys_what_fell_far_and_sells_what_rose_far() {
        let means = Means {
            lots: 10,
            lots_min: 1,
            position_max: 15,
        };
        let mut value = Value::new(means);
        let mut account = Account::default();
        assert_eq!(look(&mut value, 1_000, &account), []);
        assert_eq!(look(&mut value, 998, &account), [], "that is near");

        let buy = |lots| Wish::Enter {
            side: Side::Buy,
            kind: IntendedKind::ImmediateOrCancel { ticks: 992 },
            lots,
        };
        assert_eq!(look(&mut value, 990, &account), [buy(10)]);
        account.traded(OrderNumber(0), Side::Buy, 992, 10);
        assert_eq!(look(&mut value, 990, &account), [buy(5)]);
        account.traded(OrderNumber(1), Side::Buy, 992, 5);
        assert_eq!(
            look(&mut value, 990, &account),
            [],
            "it has all that it may"
        );

        let sold = look(&mut value, 1_020, &account);
        assert!(
            matches!(
                sold[..],
                [Wish::Enter {
                    side: Side::Sell,
                    ..
                }]
            ),
            "{sold:?}"
        );
    }
}
