//! Momentum: it goes with a move while it lasts, and closes when it is over.

use std::collections::VecDeque;

use protocol::Side;

use crate::agent::{Means, View, Wish};

/// A move is what the middle did since so many looks.
const LOOKS_BACK: usize = 40;
/// A move of so many spreads is one.
const SPREADS: i64 = 2;

/// Trades with moves.
#[derive(Debug)]
pub struct Momentum {
    means: Means,
    /// Twice the middle at the last looks, oldest first.
    seen: VecDeque<i64>,
}

impl Momentum {
    /// A trader with moves with these means.
    pub const fn new(means: Means) -> Self {
        Self {
            means,
            seen: VecDeque::new(),
        }
    }

    /// Goes with the move that there is; without one it closes what it has.
    pub fn look(&mut self, view: View<'_>, wishes: &mut Vec<Wish>) {
        let now = view.middle_doubled();
        self.seen.push_back(now);
        if self.seen.len() <= LOOKS_BACK {
            return;
        }
        let before = self.seen.pop_front().unwrap_or(now);
        let far = 2 * SPREADS * (view.ask - view.bid);
        let position = view.account.position_lots();
        let (side, most) = if now - before > far {
            (Side::Buy, view.room(Side::Buy, self.means))
        } else if before - now > far {
            (Side::Sell, view.room(Side::Sell, self.means))
        } else if position > 0 {
            (Side::Sell, position.unsigned_abs())
        } else {
            (Side::Buy, position.unsigned_abs())
        };
        let lots = self.means.lots.min(most);
        if lots >= self.means.lots_min {
            wishes.push(view.take(side, lots));
        }
    }
}

#[cfg(test)]
mod tests {
    //! Goal: it buys into a rise and sells when the price stands still. Method: a price that rises and stops.

    use super::*;
    use crate::agent::account::Account;
    use crate::flow::intent::OrderNumber;

    #[test]
    fn it_goes_with_a_rise_and_closes_when_it_is_over() {
        let means = Means {
            lots: 10,
            lots_min: 1,
            position_max: 30,
        };
        let mut momentum = Momentum::new(means);
        let (mut account, mut most) = (Account::default(), 0);
        for look in 0..200_i64 {
            let bid = 1_000 + look.min(100);
            let mut wishes = Vec::new();
            let view = View {
                bid,
                ask: bid + 2,
                traded_lots: 0,
                account: &account,
            };
            momentum.look(view, &mut wishes);
            for wish in wishes {
                if let Wish::Enter { side, lots, .. } = wish {
                    account.traded(OrderNumber(0), side, bid, lots);
                }
            }
            most = most.max(account.position_lots());
            assert!(
                look >= 40 || account.position_lots() == 0,
                "it has not seen enough"
            );
        }
        assert_eq!((most, account.position_lots()), (30, 0));
    }
}
