//! What a taker could trade with a level whose orders are icebergs or tied to others: slice by slice, as
//! matching would, with what each trade would do to those behind.

use std::collections::VecDeque;
use std::ops::ControlFlow;

use crate::listing::Listing;
use crate::matching::pro_rata::Share;
use crate::matching::reach::Walk;
use crate::matching::taker::Taker;
use crate::order::SelfTradePrevention;
use crate::price::Price;
use crate::rules::{MatchingAlgorithm, ProRata};

/// A maker as it would stand.
#[derive(Debug, Clone, Copy)]
struct Standing {
    slot: u32,
    shown: u64,
    hidden: u64,
}

impl Standing {
    const fn open(&self) -> u64 {
        self.shown + self.hidden
    }
}

impl Listing {
    /// Meets the makers of a level. Breaks where the taker would stop.
    #[cold]
    pub(super) fn rehearse_level(
        &self,
        walk: &mut Walk,
        taker: &Taker,
        level: u32,
    ) -> ControlFlow<()> {
        let makers = self.book.side(taker.side.opposite());
        let price = makers.price(level);
        let queue = makers.queue(level, &self.book.pool);
        let standing = queue.map(|slot| {
            let order = self.book.pool.get(slot);
            Standing {
                slot,
                shown: order.leaves_units,
                hidden: self.book.pool.reserve_units(slot, order),
            }
        });
        let mut standing: VecDeque<Standing> = standing.collect();
        match self.instrument.rules.matching {
            MatchingAlgorithm::PriceTime => {}
            MatchingAlgorithm::ProRata(terms) => {
                standing = self.resolve_own_of(walk, taker, price, standing)?;
                self.rehearse_shares(walk, taker, (price, terms), &mut standing)?;
            }
        }
        self.rehearse_in_time(walk, taker, price, standing)
    }

    /// The queue, first order first; an iceberg whose slice has traded goes to its end.
    fn rehearse_in_time(
        &self,
        walk: &mut Walk,
        taker: &Taker,
        price: Price,
        mut standing: VecDeque<Standing>,
    ) -> ControlFlow<()> {
        while let Some(maker) = standing.pop_front() {
            let Some(mut maker) = self.as_left(walk, maker) else {
                continue;
            };
            if self.is_own_order(taker, maker.slot) {
                self.rehearse_own(walk, taker, price, maker)?;
                continue;
            }
            self.rehearse_trade(walk, taker, price, &mut maker, u64::MAX)?;
            if maker.shown == 0 && maker.hidden > 0 {
                self.rehearse_refill(&mut maker);
                standing.push_back(maker);
            }
        }
        ControlFlow::Continue(())
    }

    /// Shares out what is less than the level, again and again while icebergs refill.
    fn rehearse_shares(
        &self,
        walk: &mut Walk,
        taker: &Taker,
        (price, terms): (Price, ProRata),
        standing: &mut VecDeque<Standing>,
    ) -> ControlFlow<()> {
        loop {
            let left = standing
                .iter()
                .filter_map(|maker| self.as_left(walk, *maker));
            let mut makers: Vec<Standing> = left.collect();
            let open: u128 = makers.iter().map(|maker| u128::from(maker.open())).sum();
            let wanted = walk.wanted(price);
            if makers.is_empty() || wanted == 0 || u128::from(wanted) >= open {
                *standing = makers.into();
                return ControlFlow::Continue(());
            }
            let shares = makers.iter().map(|maker| {
                let order_id = self.book.pool.get(maker.slot).id();
                Share::of(maker.slot, order_id, maker.shown)
            });
            let shares = self.shares_of(shares.collect(), taker.side.opposite(), wanted, terms);
            for (maker, share) in makers.iter_mut().zip(shares) {
                if let Some(left) = self.as_left(walk, *maker) {
                    *maker = left;
                    if share.units > 0 {
                        self.rehearse_trade(walk, taker, price, maker, share.units)?;
                    }
                }
            }
            let (mut refilled, mut next) = (VecDeque::new(), VecDeque::new());
            for mut maker in makers {
                if maker.shown > 0 {
                    next.push_back(maker);
                } else if maker.hidden > 0 {
                    self.rehearse_refill(&mut maker);
                    refilled.push_back(maker);
                }
            }
            next.append(&mut refilled);
            *standing = next;
        }
    }

    /// Own orders of a level are resolved before it is shared out.
    fn resolve_own_of(
        &self,
        walk: &mut Walk,
        taker: &Taker,
        price: Price,
        standing: VecDeque<Standing>,
    ) -> ControlFlow<(), VecDeque<Standing>> {
        let mut others = VecDeque::new();
        for maker in standing {
            if !self.is_own_order(taker, maker.slot) {
                others.push_back(maker);
            } else if let Some(maker) = self.as_left(walk, maker) {
                self.rehearse_own(walk, taker, price, maker)?;
            }
        }
        ControlFlow::Continue(others)
    }

    fn rehearse_own(
        &self,
        walk: &mut Walk,
        taker: &Taker,
        price: Price,
        maker: Standing,
    ) -> ControlFlow<()> {
        walk.meet(price, maker.open(), true)?;
        if taker.stp == SelfTradePrevention::CancelOldest {
            self.rehearse_end(&mut walk.rehearsal, maker.slot);
        }
        if walk.rehearsal.left_of(taker.order_id, 1) == 0 {
            return ControlFlow::Break(()); // it was its own other leg
        }
        ControlFlow::Continue(())
    }

    /// A trade of at most `most` units with what a maker shows.
    fn rehearse_trade(
        &self,
        walk: &mut Walk,
        taker: &Taker,
        price: Price,
        maker: &mut Standing,
        most: u64,
    ) -> ControlFlow<()> {
        let before = walk.reach.units;
        walk.meet(price, maker.shown.min(most), false)?;
        let units = walk.reach.units - before;
        maker.shown -= units;
        if maker.open() > 0 && walk.wanted(price) == 0 {
            // What is left of its money buys less than one lot of a maker that has one.
            walk.reach.is_done = true;
            return ControlFlow::Break(());
        }
        let order_id = self.book.pool.get(maker.slot).id();
        walk.rehearsal.note_left(order_id, maker.open());
        let fill = (maker.slot, maker.open());
        self.rehearse_fill(&mut walk.rehearsal, taker, fill, units)
    }

    fn rehearse_refill(&self, maker: &mut Standing) {
        let iceberg = self.book.pool.iceberg(maker.slot);
        let peak_units = iceberg.map_or(maker.hidden, |iceberg| iceberg.peak_units);
        maker.shown = peak_units.min(maker.hidden);
        maker.hidden -= maker.shown;
    }

    /// What is left of a maker after what was rehearsed before; of an iceberg the hidden part goes first.
    fn as_left(&self, walk: &Walk, maker: Standing) -> Option<Standing> {
        let order_id = self.book.pool.get(maker.slot).id();
        let open = walk.rehearsal.left_of(order_id, maker.open());
        let shown = maker.shown.min(open);
        (open > 0).then_some(Standing {
            shown,
            hidden: open - shown,
            ..maker
        })
    }
}
