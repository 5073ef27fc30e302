//! The price of an uncross: most volume, least surplus, pressure, nearest the reference.
//!
//! The four steps of market-rules section 10 (ASX principles, Xetra surplus and reference rules). Volume
//! and surplus change only at limit prices, so not every tick is looked at: each limit price is one
//! candidate, and so is the run of ticks between two neighboring ones.

use crate::price::Price;

/// One side's open quantity at one limit price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Interest {
    pub price: Price,
    pub units: u128,
}

/// What one side of a call is for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Interests {
    /// Market orders: at any price.
    pub market_units: u128,
    /// Market orders that their reserve bounds: up to a price, which is no limit price. Best first.
    pub bounded: Vec<Interest>,
    /// Limit orders by price, best first.
    pub limits: Vec<Interest>,
}

/// What an uncross would do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Equilibrium {
    pub(crate) price: Price,
    pub(crate) volume: u128,
    /// What is bid at the price beyond what is asked; negative the other way round.
    pub(crate) surplus: i128,
}

/// Ticks at which an uncross would trade the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Candidate {
    lowest: i64,
    highest: i64,
    volume: u128,
    /// What is bid beyond what is asked; negative the other way round.
    surplus: i128,
}

/// At which price, and how much, buyers and sellers trade; `None` where nothing crosses.
///
/// The reference is `None` where nothing was given and nothing has traded.
pub(super) fn equilibrium(
    buyers: &Interests,
    sellers: &Interests,
    reference: Option<Price>,
    tick_size: i64,
) -> Option<Equilibrium> {
    if buyers.limits.is_empty() && sellers.limits.is_empty() {
        return at_reference(buyers, sellers, reference?);
    }
    let all = candidates(buyers, sellers, tick_size);
    let volume = all.iter().map(|candidate| candidate.volume).max()?;
    if volume == 0 {
        return None;
    }
    let mut best = all;
    best.retain(|candidate| candidate.volume == volume);
    let least = best
        .iter()
        .map(|candidate| candidate.surplus.unsigned_abs())
        .min()?;
    best.retain(|candidate| candidate.surplus.unsigned_abs() == least);
    let price = price_among(&best, reference, tick_size)?;
    let chosen = best
        .iter()
        .find(|candidate| candidate.lowest <= price && price <= candidate.highest)
        .expect("the price is one of the candidates'");
    Some(Equilibrium {
        price: Price::from_units(price),
        volume,
        surplus: chosen.surplus,
    })
}

/// Market orders meet and nobody names a price: the reference is the price.
fn at_reference(buyers: &Interests, sellers: &Interests, reference: Price) -> Option<Equilibrium> {
    let reached = |interests: &Interests, reaches: fn(Price, Price) -> bool| -> u128 {
        let bounded = interests.bounded.iter();
        let within = bounded.filter(|interest| reaches(interest.price, reference));
        interests.market_units + within.map(|interest| interest.units).sum::<u128>()
    };
    let bid = reached(buyers, |bound, price| bound >= price);
    let asked = reached(sellers, |bound, price| bound <= price);
    let Candidate {
        volume, surplus, ..
    } = candidate(reference.units(), reference.units(), bid, asked);
    (volume > 0).then_some(Equilibrium {
        price: reference,
        volume,
        surplus,
    })
}

/// Steps three and four, over what the first two left.
fn price_among(candidates: &[Candidate], reference: Option<Price>, tick_size: i64) -> Option<i64> {
    let lowest = candidates.iter().map(|candidate| candidate.lowest).min()?;
    let highest = candidates.iter().map(|candidate| candidate.highest).max()?;
    if candidates.iter().all(|candidate| candidate.surplus > 0) {
        return Some(highest);
    }
    if candidates.iter().all(|candidate| candidate.surplus < 0) {
        return Some(lowest);
    }
    let with_buys = candidates.iter().filter(|candidate| candidate.surplus > 0);
    let with_sells = candidates.iter().filter(|candidate| candidate.surplus < 0);
    let from = with_buys.map(|candidate| candidate.highest).max();
    let to = with_sells.map(|candidate| candidate.lowest).min();
    let (from, to) = (from.unwrap_or(lowest), to.unwrap_or(highest));
    match reference {
        Some(reference) => Some(nearest(reference.units(), from, to, tick_size)),
        None => Some(midpoint(from, to, tick_size)),
    }
}

/// The tick nearest to `reference` between two prices; of two equally near ones the lower.
///
/// The ends count as ticks: orders that rest since before the tick changed may be off its grid.
fn nearest(reference: i64, from: i64, to: i64, tick_size: i64) -> i64 {
    let within = reference.clamp(from, to);
    let below = tick_below(within, tick_size).max(from);
    let above = (tick_below(within, tick_size) + tick_size).min(to);
    if within - below <= above - within {
        below
    } else {
        above
    }
}

/// The midpoint of two prices, rounded down to a tick.
fn midpoint(from: i64, to: i64, tick_size: i64) -> i64 {
    tick_below(from + (to - from) / 2, tick_size).max(from)
}

/// The highest tick that is not above a price.
const fn tick_below(price: i64, tick_size: i64) -> i64 {
    price - price.rem_euclid(tick_size)
}

/// Every tick between the lowest and the highest limit price, in runs at which the same would trade.
fn candidates(buyers: &Interests, sellers: &Interests, tick_size: i64) -> Vec<Candidate> {
    let limits = || buyers.limits.iter().chain(&sellers.limits);
    let units = |interest: &Interest| interest.price.units();
    let (Some(lowest), Some(highest)) = (limits().map(units).min(), limits().map(units).max())
    else {
        return Vec::new();
    };
    let bounds = buyers.bounded.iter().chain(&sellers.bounded);
    let within = bounds
        .map(units)
        .filter(|at| (lowest..=highest).contains(at));
    let mut prices: Vec<i64> = limits().map(units).chain(within).collect();
    prices.sort_unstable();
    prices.dedup();
    let (mut demand, mut supply) = (Demand::of(buyers), Supply::of(sellers));
    let mut candidates = Vec::with_capacity(2 * prices.len());
    for (k, &price) in prices.iter().enumerate() {
        let (bid, asked) = (demand.at(price), supply.at(price));
        candidates.push(candidate(price, price, bid, asked));
        let Some(next) = prices.get(k + 1) else { break };
        let from = tick_below(price, tick_size) + tick_size;
        let to = tick_below(next - 1, tick_size);
        if from <= to {
            candidates.push(candidate(from, to, demand.at(from), asked));
        }
    }
    candidates
}

/// What is bid at a price or above it, for prices that rise.
struct Demand {
    /// Highest price first.
    left: Vec<Interest>,
    units: u128,
}

impl Demand {
    fn of(buyers: &Interests) -> Self {
        let mut left: Vec<_> = buyers
            .limits
            .iter()
            .chain(&buyers.bounded)
            .copied()
            .collect();
        left.sort_unstable_by_key(|interest| std::cmp::Reverse(interest.price));
        Self {
            units: buyers.market_units + left.iter().map(|interest| interest.units).sum::<u128>(),
            left,
        }
    }

    fn at(&mut self, price: i64) -> u128 {
        while let Some(lowest) = self.left.pop_if(|lowest| lowest.price.units() < price) {
            self.units -= lowest.units;
        }
        self.units
    }
}

/// What is asked at a price or below it, for prices that rise.
struct Supply {
    /// Highest price first: the next to join is the last one.
    left: Vec<Interest>,
    units: u128,
}

impl Supply {
    fn of(sellers: &Interests) -> Self {
        let mut left: Vec<_> = sellers
            .limits
            .iter()
            .chain(&sellers.bounded)
            .copied()
            .collect();
        left.sort_unstable_by_key(|interest| std::cmp::Reverse(interest.price));
        Self {
            left,
            units: sellers.market_units,
        }
    }

    fn at(&mut self, price: i64) -> u128 {
        while let Some(lowest) = self.left.pop_if(|lowest| lowest.price.units() <= price) {
            self.units += lowest.units;
        }
        self.units
    }
}

fn candidate(lowest: i64, highest: i64, bid: u128, asked: u128) -> Candidate {
    let signed = |units: u128| i128::try_from(units).expect("quantities of a book fit");
    Candidate {
        lowest,
        highest,
        volume: bid.min(asked),
        surplus: signed(bid) - signed(asked),
    }
}

#[cfg(test)]
mod tests {
    use super::{Interest, Interests, Price, equilibrium};

    fn interests(market_units: u128, levels: &[(u128, i64)]) -> Interests {
        let interest = |&(units, price)| Interest {
            price: Price::from_units(price),
            units,
        };
        Interests {
            market_units,
            bounded: Vec::new(),
            limits: levels.iter().map(interest).collect(),
        }
    }

    /// Price, volume and surplus.
    fn found(
        buyers: &Interests,
        sellers: &Interests,
        reference: Option<i64>,
        tick_size: i64,
    ) -> Option<(i64, u128, i128)> {
        let reference = reference.map(Price::from_units);
        let found = equilibrium(buyers, sellers, reference, tick_size)?;
        Some((found.price.units(), found.volume, found.surplus))
    }

    fn of_limits(
        bids: &[(u128, i64)],
        asks: &[(u128, i64)],
        reference: Option<i64>,
    ) -> Option<(i64, u128, i128)> {
        found(&interests(0, bids), &interests(0, asks), reference, 1)
    }

    #[test]
    fn au_1_most_volume_then_least_surplus_then_pressure() {
        let bids = [(500, 640), (1_000, 639), (1_000, 634), (500, 633)];
        let asks = [(1_000, 610), (500, 640), (520, 641), (550, 642), (519, 643)];

        assert_eq!(of_limits(&bids, &asks, None), Some((639, 1_000, 500)));
    }

    #[test]
    fn au_3_more_to_sell_takes_the_lowest_price() {
        assert_eq!(
            of_limits(&[(100, 105)], &[(150, 100)], Some(104)),
            Some((100, 100, -50))
        );
    }

    #[test]
    fn au_4_no_surplus_takes_the_price_nearest_the_reference() {
        for (reference, price) in [(98, 100), (103, 103), (110, 105)] {
            assert_eq!(
                of_limits(&[(100, 105)], &[(100, 100)], Some(reference)),
                Some((price, 100, 0))
            );
        }
    }

    #[test]
    fn au_6_a_market_order_takes_the_price_of_the_other_side() {
        let buyers = interests(30, &[(10, 101)]);
        let sellers = interests(0, &[(20, 103)]);

        assert_eq!(found(&buyers, &sellers, None, 1), Some((103, 20, 10)));
    }

    #[test]
    fn market_orders_alone_take_the_reference_and_none_without_one() {
        let (buyers, sellers) = (interests(5, &[]), interests(7, &[]));

        assert_eq!(found(&buyers, &sellers, Some(250), 1), Some((250, 5, -2)));
        assert_eq!(found(&buyers, &sellers, None, 1), None);
    }

    #[test]
    fn a_market_order_does_not_reach_beyond_what_its_reserve_bounds() {
        let mut buyers = interests(0, &[(1, 90)]);
        buyers.bounded = vec![Interest {
            price: Price::from_units(100),
            units: 10,
        }];

        let within = found(&buyers, &interests(0, &[(10, 100)]), None, 1);
        let beyond = found(&buyers, &interests(0, &[(10, 101)]), None, 1);

        assert_eq!(within, Some((100, 10, 0)));
        assert_eq!(beyond, None);
    }

    #[test]
    fn buyers_left_over_below_and_sellers_above_leave_the_nearest_to_the_reference_between_them() {
        // Volume 10 everywhere; 5 too many buyers up to 100, 5 too many sellers from 101 on.
        let bids = [(10, 105), (5, 100)];
        let asks = [(10, 95), (5, 101)];
        for (reference, price) in [(90, 100), (100, 100), (101, 101), (110, 101)] {
            let found = of_limits(&bids, &asks, Some(reference));

            assert_eq!(found.map(|found| found.0), Some(price));
        }
    }

    #[test]
    fn without_a_reference_it_is_the_midpoint_rounded_down() {
        assert_eq!(
            of_limits(&[(100, 105)], &[(100, 100)], None),
            Some((102, 100, 0))
        );
    }

    #[test]
    fn au_7_what_does_not_cross_does_not_trade() {
        assert_eq!(of_limits(&[(10, 99)], &[(10, 101)], None), None);
        assert_eq!(of_limits(&[], &[(10, 101)], None), None);
        assert_eq!(of_limits(&[], &[], None), None);
    }

    #[test]
    fn a_reference_between_two_ticks_takes_the_lower_of_equally_near_ones() {
        let (buyers, sellers) = (interests(0, &[(10, 110)]), interests(0, &[(10, 100)]));
        for (reference, price) in [(104, 100), (105, 100), (106, 110)] {
            assert_eq!(
                found(&buyers, &sellers, Some(reference), 10),
                Some((price, 10, 0))
            );
        }
    }
}
