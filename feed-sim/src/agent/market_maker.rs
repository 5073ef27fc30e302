//! A market maker: a quote on each side, and both lean against what it has.

use protocol::Side;

use crate::agent::{Means, View, Wish};
use crate::flow::intent::IntendedKind;

/// The widest that it quotes to each side of the middle, as a multiple of half of the spread that it sees.
const WIDTH: i64 = 1;
/// With the largest position its quotes lean by so many half spreads.
const LEAN_HALF_SPREADS: i64 = 3;

/// Quotes both sides.
#[derive(Debug)]
pub struct MarketMaker {
    means: Means,
}

impl MarketMaker {
    /// A market maker with these means.
    pub const fn new(means: Means) -> Self {
        Self { means }
    }

    /// Where its quotes should stand: lower with much in hand, higher with much sold.
    fn targets(&self, view: &View<'_>) -> (i64, i64) {
        let half_spread_doubled = (view.ask - view.bid).max(2);
        let most = i128::from(self.means.position_max).max(1);
        let lean = i128::from(half_spread_doubled)
            * i128::from(LEAN_HALF_SPREADS)
            * i128::from(view.account.position_lots())
            / most;
        let lean = i64::try_from(lean).unwrap_or(0);
        let centre_doubled = view.middle_doubled() - lean;
        let bid = (centre_doubled - WIDTH * half_spread_doubled).div_euclid(2);
        let ask = (centre_doubled + WIDTH * half_spread_doubled + 1).div_euclid(2);
        (bid, ask.max(bid + 1))
    }

    /// Takes back what is not where it should be, and quotes where nothing is.
    pub fn look(&mut self, view: View<'_>, wishes: &mut Vec<Wish>) {
        let (bid, ask) = self.targets(&view);
        for (side, ticks) in [(Side::Buy, bid), (Side::Sell, ask)] {
            let mut stands = false;
            for (number, order) in view.account.open().filter(|(_, order)| order.side == side) {
                if order.ticks == ticks && !stands {
                    stands = true;
                } else {
                    wishes.push(Wish::Cancel(number));
                }
            }
            let position = i128::from(view.account.position_lots());
            let most = i128::from(self.means.position_max);
            let has_room = match side {
                Side::Buy => position < most,
                Side::Sell => -position < most,
            };
            if !stands && has_room {
                wishes.push(Wish::Enter {
                    side,
                    kind: IntendedKind::Quote { ticks },
                    lots: self.means.lots,
                });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    //! Goal: quotes stand around the middle and lean against the position. Method: literal views.

    use super::*;
    use crate::agent::account::{Account, OpenOrder};
    use crate::flow::intent::OrderNumber;

    const MEANS: Means = Means {
        lots: 10,
        lots_min: 1,
        position_max: 100,
    };

    fn view(account: &Account) -> View<'_> {
        View {
            bid: 100,
            ask: 104,
            traded_lots: 0,
            account,
        }
    }

    fn quotes(account: &Account) -> Vec<(Side, i64)> {
        let mut wishes = Vec::new();
        MarketMaker::new(MEANS).look(view(account), &mut wishes);
        wishes
            .iter()
            .filter_map(|wish| match wish {
                Wish::Enter {
                    side,
                    kind: IntendedKind::Quote { ticks },
                    ..
                } => Some((*side, *ticks)),
                Wish::Enter { .. } | Wish::Cancel(_) => None,
            })
            .collect()
    }

    #[test]
    fn without_a_position_it_quotes_at_the_best_prices() {
        assert_eq!(
            quotes(&Account::default()),
            [(Side::Buy, 100), (Side::Sell, 104)]
        );
    }

    #[test]
    fn who_has_bought_quotes_lower_and_at_the_most_buys_no_more() {
        let mut account = Account::default();
        account.traded(OrderNumber(0), Side::Buy, 102, 50);
        assert_eq!(quotes(&account), [(Side::Buy, 97), (Side::Sell, 101)]);
        account.traded(OrderNumber(0), Side::Buy, 102, 50);
        assert_eq!(quotes(&account), [(Side::Sell, 98)]);
    }

    #[test]
    fn who_has_sold_quotes_higher() {
        let mut account = Account::default();
        account.traded(OrderNumber(0), Side::Sell, 102, 50);

        assert_eq!(quotes(&account), [(Side::Buy, 103), (Side::Sell, 107)]);
    }

    #[test]
    fn a_quote_where_it_should_be_stays_and_another_is_taken_back() {
        let mut account = Account::default();
        for (number, ticks) in [(1, 100), (2, 99)] {
            let order = OpenOrder {
                side: Side::Buy,
                ticks,
                leaves_lots: 10,
            };
            account.sent(OrderNumber(number), order);
        }
        let mut wishes = Vec::new();

        MarketMaker::new(MEANS).look(view(&account), &mut wishes);

        assert_eq!(wishes[0], Wish::Cancel(OrderNumber(2)));
        assert_eq!(wishes.len(), 2, "the other side is quoted: {wishes:?}");
    }
}
