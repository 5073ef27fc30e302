//! Noise: orders by chance, most of them behind the best, a few that trade.

use protocol::Side;

use crate::agent::{Means, View, Wish};
use crate::flow::Stream;
use crate::flow::intent::IntendedKind;

/// One look of so many trades at once.
const TAKES_ONCE_IN: u64 = 5;
/// Orders go at most so many spreads behind the best.
const SPREADS_BEHIND_MAX: u64 = 8;
/// One more takes the place of the oldest.
const OPEN_ORDERS_MAX: usize = 8;

/// Trades by chance.
#[derive(Debug)]
pub struct Noise {
    means: Means,
    stream: Stream,
}

impl Noise {
    /// Noise with these means.
    pub const fn new(means: Means, stream: Stream) -> Self {
        Self { means, stream }
    }

    /// Does one thing, on a side that chance chooses.
    pub fn look(&mut self, view: View<'_>, wishes: &mut Vec<Wish>) {
        let side = if self.stream.below(2) == 0 {
            Side::Buy
        } else {
            Side::Sell
        };
        let lots = self
            .means
            .lots_min
            .max(1 + self.stream.below(self.means.lots));
        let takes = self.stream.once_in(TAKES_ONCE_IN);
        let spread = (view.ask - view.bid).unsigned_abs().max(1);
        let behind = self.stream.below(spread.saturating_mul(SPREADS_BEHIND_MAX));
        if let (true, Some((oldest, _))) = (
            view.account.open_count() >= OPEN_ORDERS_MAX,
            view.account.open().next(),
        ) {
            wishes.push(Wish::Cancel(oldest));
        }
        if view.room(side, self.means) < lots {
            return;
        }
        if takes {
            wishes.push(view.take(side, lots));
            return;
        }
        let behind = i64::try_from(behind).unwrap_or(0);
        let ticks = match side {
            Side::Buy => view.bid - behind,
            Side::Sell => view.ask + behind,
        };
        if ticks > 0 {
            let kind = IntendedKind::Quote { ticks };
            wishes.push(Wish::Enter { side, kind, lots });
        }
    }
}

#[cfg(test)]
mod tests {
    //! Goal: it does a little of everything and never more than it may. Method: a thousand looks at one book.

    use super::*;
    use crate::agent::account::{Account, OpenOrder};
    use crate::flow::intent::OrderNumber;

    #[test]
    fn it_takes_now_and_then_and_never_leaves_more_open_than_it_may() {
        let means = Means {
            lots: 10,
            lots_min: 2,
            position_max: 60,
        };
        let mut noise = Noise::new(means, Stream::named(7, "noise"));
        let (mut account, mut takes, mut rests) = (Account::default(), 0, 0);
        for look in 0..1_000 {
            let mut wishes = Vec::new();
            let view = View {
                bid: 1_000,
                ask: 1_010,
                traded_lots: 0,
                account: &account,
            };
            noise.look(view, &mut wishes);
            for wish in wishes {
                match wish {
                    Wish::Cancel(number) => account.ended(number),
                    Wish::Enter { side, kind, lots } => {
                        assert!((2..=10).contains(&lots));
                        if let IntendedKind::Quote { ticks } = kind {
                            assert!(
                                (920..=1_000).contains(&ticks) || (1_010..=1_090).contains(&ticks)
                            );
                            rests += 1;
                            let order = OpenOrder {
                                side,
                                ticks,
                                leaves_lots: lots,
                            };
                            account.sent(OrderNumber(look), order);
                        } else {
                            takes += 1;
                            account.traded(OrderNumber(look), side, 1_000, lots);
                        }
                    }
                }
            }
            assert!(account.open_count() <= OPEN_ORDERS_MAX);
            assert!(account.position_lots().abs() <= 60);
        }
        assert!(
            takes > 50 && rests > 3 * takes,
            "{takes} takes, {rests} rest"
        );
    }
}
