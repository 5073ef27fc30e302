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

/// Ticks at which an uncross would trade the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Candidate {
    lowest: i64,
    highest: i64,
    volume: u128,
    /// What is bid beyond what is asked; negative the other way round.
    surplus: i128,
}

/// At which price, and how much, `bids` and `asks` trade; `None` where nothing crosses.
///
/// Both are best price first. The reference is `None` where nothing was given and nothing has traded.
pub(super) fn equilibrium(
    bids: &[Interest],
    asks: &[Interest],
    reference: Option<Price>,
    tick_size: i64,
) -> Option<(Price, u128)> {
    let mut candidates = candidates(bids, asks, tick_size);
    let volume = candidates.iter().map(|candidate| candidate.volume).max()?;
    if volume == 0 {
        return None;
    }
    candidates.retain(|candidate| candidate.volume == volume);
    let least = candidates
        .iter()
        .map(|candidate| candidate.surplus.unsigned_abs())
        .min()?;
    candidates.retain(|candidate| candidate.surplus.unsigned_abs() == least);
    let price = price_among(&candidates, reference, tick_size)?;
    Some((Price::from_units(price), volume))
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

/// The tick nearest to `reference` between two ticks; of two equally near ones the lower.
fn nearest(reference: i64, from: i64, to: i64, tick_size: i64) -> i64 {
    let within = reference.clamp(from, to);
    let below = within - (within - from) % tick_size;
    let above = (below + tick_size).min(to);
    if within - below <= above - within {
        below
    } else {
        above
    }
}

/// The midpoint of two ticks, rounded down to a tick.
fn midpoint(from: i64, to: i64, tick_size: i64) -> i64 {
    let half = (to - from) / 2;
    from + half - half % tick_size
}

fn candidates(bids: &[Interest], asks: &[Interest], tick_size: i64) -> Vec<Candidate> {
    let mut prices: Vec<i64> = bids.iter().chain(asks).map(|at| at.price.units()).collect();
    prices.sort_unstable();
    prices.dedup();
    // What is bid at a price or above it, and asked at it or below: running sums from either end.
    let mut bid: u128 = bids.iter().map(|at| at.units).sum();
    let mut asked = 0;
    let (mut dearest_left, mut cheapest_left) = (bids.len(), 0);
    let mut candidates = Vec::with_capacity(2 * prices.len());
    for (k, &price) in prices.iter().enumerate() {
        while let Some(at) = asks.get(cheapest_left)
            && at.price.units() <= price
        {
            asked += at.units;
            cheapest_left += 1;
        }
        candidates.push(candidate(price, price, bid, asked));
        while dearest_left > 0 && bids[dearest_left - 1].price.units() <= price {
            bid -= bids[dearest_left - 1].units;
            dearest_left -= 1;
        }
        let Some(next) = prices.get(k + 1) else { break };
        if next - price > tick_size {
            candidates.push(candidate(price + tick_size, next - tick_size, bid, asked));
        }
    }
    candidates
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
    use super::{Interest, Price, equilibrium};

    fn interests(levels: &[(u128, i64)]) -> Vec<Interest> {
        let interest = |&(units, price)| Interest {
            price: Price::from_units(price),
            units,
        };
        levels.iter().map(interest).collect()
    }

    fn price_and_volume(
        bids: &[(u128, i64)],
        asks: &[(u128, i64)],
        reference: Option<i64>,
    ) -> Option<(i64, u128)> {
        let reference = reference.map(Price::from_units);
        let found = equilibrium(&interests(bids), &interests(asks), reference, 1);
        found.map(|(price, volume)| (price.units(), volume))
    }

    #[test]
    fn au_1_most_volume_then_least_surplus_then_pressure() {
        let bids = [(500, 640), (1_000, 639), (1_000, 634), (500, 633)];
        let asks = [(1_000, 610), (500, 640), (520, 641), (550, 642), (519, 643)];

        assert_eq!(price_and_volume(&bids, &asks, None), Some((639, 1_000)));
    }

    #[test]
    fn au_3_more_to_sell_takes_the_lowest_price() {
        assert_eq!(
            price_and_volume(&[(100, 105)], &[(150, 100)], Some(104)),
            Some((100, 100))
        );
    }

    #[test]
    fn au_4_no_surplus_takes_the_price_nearest_the_reference() {
        for (reference, price) in [(98, 100), (103, 103), (110, 105)] {
            assert_eq!(
                price_and_volume(&[(100, 105)], &[(100, 100)], Some(reference)),
                Some((price, 100))
            );
        }
    }

    #[test]
    fn without_a_reference_it_is_the_midpoint_rounded_down() {
        assert_eq!(
            price_and_volume(&[(100, 105)], &[(100, 100)], None),
            Some((102, 100))
        );
    }

    #[test]
    fn au_7_what_does_not_cross_does_not_trade() {
        assert_eq!(price_and_volume(&[(10, 99)], &[(10, 101)], None), None);
        assert_eq!(price_and_volume(&[], &[(10, 101)], None), None);
        assert_eq!(price_and_volume(&[], &[], None), None);
    }

    #[test]
    fn a_reference_between_two_ticks_takes_the_lower_of_equally_near_ones() {
        let (bids, asks) = (interests(&[(10, 110)]), interests(&[(10, 100)]));
        for (reference, price) in [(104, 100), (105, 100), (106, 110)] {
            let reference = Some(Price::from_units(reference));
            assert_eq!(
                equilibrium(&bids, &asks, reference, 10),
                Some((Price::from_units(price), 10))
            );
        }
    }
}
