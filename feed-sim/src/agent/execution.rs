//! Execution algorithms: a large order is worked on in slices, evenly over a time (TWAP) or as a part of what others trade
//! (POV). When it is done the next one comes, on the other side more often than not while something is in hand.

use protocol::Side;

use crate::agent::{Means, View, Wish};
use crate::flow::Stream;

/// A large order is for so many usual ones.
const SLICES: u64 = 20;
/// Over so many looks it is worked on evenly.
const LOOKS: u64 = 60;
/// So much of what others trade is its part, in percent.
const SHARE_PERCENT: u64 = 10;
/// Looks between two large orders.
const LOOKS_BETWEEN: u64 = 20;

/// How fast a large order is worked on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// The same in each time.
    Even,
    /// As a share of what others trade.
    ShareOfVolume,
}

/// Works on large orders.
#[derive(Debug)]
pub struct Execution {
    means: Means,
    stream: Stream,
    pace: Pace,
    parent: Option<Parent>,
    looks_to_wait: u64,
}

/// A large order.
#[derive(Debug, Clone, Copy)]
struct Parent {
    side: Side,
    lots: u64,
    looks: u64,
    /// Lots that others traded since it began.
    volume_lots: u64,
    /// What the account had traded when it began.
    traded_before: u64,
}

impl Execution {
    /// An algorithm with these means.
    pub const fn new(means: Means, stream: Stream, pace: Pace) -> Self {
        Self {
            means,
            stream,
            pace,
            parent: None,
            looks_to_wait: 0,
        }
    }

    /// Trades what is due of the large order by now.
    pub fn look(&mut self, view: View<'_>, wishes: &mut Vec<Wish>) {
        let traded = view.account.traded_lots();
        let Some(mut parent) = self.parent.take().or_else(|| self.next(&view)) else {
            return;
        };
        parent.looks += 1;
        parent.volume_lots = parent.volume_lots.saturating_add(view.traded_lots);
        let done = traded - parent.traded_before;
        if done >= parent.lots || parent.lots - done < self.means.lots_min {
            self.looks_to_wait = LOOKS_BETWEEN;
            return;
        }
        let due = match self.pace {
            Pace::Even => parent.lots.saturating_mul(parent.looks.min(LOOKS)) / LOOKS,
            Pace::ShareOfVolume => parent.volume_lots.saturating_mul(SHARE_PERCENT) / 100,
        };
        // A slice that did not trade is due again, but no more than two at once.
        let open = view.account.open_lots(parent.side);
        let slice = due.min(parent.lots).saturating_sub(done + open);
        let slice = slice.min(2 * self.means.lots);
        if slice >= self.means.lots_min {
            wishes.push(view.take(parent.side, slice));
        }
        self.parent = Some(parent);
    }

    fn next(&mut self, view: &View<'_>) -> Option<Parent> {
        if self.looks_to_wait > 0 {
            self.looks_to_wait -= 1;
            return None;
        }
        let side = match view.account.position_lots() {
            0 if self.stream.below(2) == 0 => Side::Buy,
            0 => Side::Sell,
            // Three of four go back to where it began.
            position => {
                let goes_back = !self.stream.once_in(4);
                if (position > 0) == goes_back {
                    Side::Sell
                } else {
                    Side::Buy
                }
            }
        };
        let lots = self.means.lots.saturating_mul(SLICES);
        let lots = lots.min(view.room(side, self.means));
        (lots >= self.means.lots_min).then(|| Parent {
            side,
            lots,
            looks: 0,
            volume_lots: 0,
            traded_before: view.account.traded_lots(),
        })
    }
}

#[cfg(test)]
mod tests {
    //! Goal: a large order is done evenly over its time, or as its part of the volume, and no more of it than it is for.
    //! Method: a market that always has enough.

    use super::*;
    use crate::agent::account::Account;
    use crate::flow::intent::OrderNumber;

    const MEANS: Means = Means {
        lots: 30,
        lots_min: 1,
        position_max: 10_000,
    };

    /// What is traded by the end of each look, where others trade so much at each.
    fn work(pace: Pace, looks: usize, volume: u64) -> Vec<u64> {
        let mut execution = Execution::new(MEANS, Stream::named(3, "execution"), pace);
        let mut account = Account::default();
        (0..looks)
            .map(|_| {
                let mut wishes = Vec::new();
                let view = View {
                    bid: 100,
                    ask: 101,
                    traded_lots: volume,
                    account: &account,
                };
                execution.look(view, &mut wishes);
                for wish in wishes {
                    if let Wish::Enter { side, lots, .. } = wish {
                        account.traded(OrderNumber(0), side, 100, lots);
                    }
                }
                account.traded_lots()
            })
            .collect()
    }

    #[test]
    fn twap_trades_the_same_at_each_look_and_then_rests() {
        let traded = work(Pace::Even, 80, 0);

        // 600 lots over 60 looks: ten at each.
        assert_eq!((traded[0], traded[29], traded[59]), (10, 300, 600));
        assert_eq!(traded[79], 600, "it rests before the next one");
        assert!(work(Pace::Even, 100, 0)[99] > 600, "the next one comes");
    }

    #[test]
    fn pov_trades_a_tenth_of_what_others_trade() {
        let traded = work(Pace::ShareOfVolume, 60, 70);

        assert_eq!((traded[0], traded[9], traded[59]), (7, 70, 420));
        assert_eq!(
            work(Pace::ShareOfVolume, 60, 0)[59],
            0,
            "nobody else trades"
        );
    }

    #[test]
    fn pov_is_never_more_than_its_large_order() {
        let traded = work(Pace::ShareOfVolume, 30, 100_000);

        assert_eq!(traded[29], 600);
    }
}
