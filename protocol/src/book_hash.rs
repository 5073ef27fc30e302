//! A hash of a whole displayed book that is kept up with each change of a level.

use crate::words::Side;

/// Hash of all displayed levels: the sum, modulo 2^53, of one number per level. The order in which levels came
/// does not count, so a follower's own book gives the same one.
///
/// A level's number mixes `x = price_units * 2 + (1 for an ask)`, then `x ^ quantity_units`, each by
/// `x ^= x >> 30; x *= 0xbf58476d1ce4e5b9; x ^= x >> 27; x *= 0x94d049bb133111eb; x ^= x >> 31` on 64 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct BookHash(u64);

impl BookHash {
    const MASK: u64 = (1 << 53) - 1;

    /// Replaces what a level shows; zero where it is not there.
    pub fn change(&mut self, side: Side, price_units: i64, before: u64, after: u64) {
        self.0 = self
            .0
            .wrapping_sub(level(side, price_units, before))
            .wrapping_add(level(side, price_units, after));
    }

    /// The hash, below 2^53.
    pub const fn value(self) -> u64 {
        self.0 & Self::MASK
    }
}

fn level(side: Side, price_units: i64, quantity_units: u64) -> u64 {
    if quantity_units == 0 {
        return 0;
    }
    let rank = match side {
        Side::Buy => 0,
        Side::Sell => 1,
    };
    let place = price_units
        .cast_unsigned()
        .wrapping_mul(2)
        .wrapping_add(rank);
    mixed(mixed(place) ^ quantity_units)
}

const fn mixed(mut x: u64) -> u64 {
    x ^= x >> 30;
    x = x.wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x ^= x >> 27;
    x = x.wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_book_has_one_hash_however_it_came_about() {
        let mut straight = BookHash::default();
        straight.change(Side::Buy, 99, 0, 5);
        straight.change(Side::Sell, 101, 0, 7);
        let mut roundabout = BookHash::default();
        roundabout.change(Side::Sell, 101, 0, 2);
        roundabout.change(Side::Sell, 102, 0, 9);
        roundabout.change(Side::Buy, 99, 0, 5);
        roundabout.change(Side::Sell, 102, 9, 0);
        roundabout.change(Side::Sell, 101, 2, 7);

        assert_eq!(straight, roundabout);
        assert_ne!(straight.value(), 0);
    }

    #[test]
    fn side_price_and_quantity_count() {
        let hash = |side, price, quantity| {
            let mut hash = BookHash::default();
            hash.change(side, price, 0, quantity);
            hash.value()
        };
        let one = hash(Side::Buy, 100, 5);

        assert_ne!(one, hash(Side::Sell, 100, 5));
        assert_ne!(one, hash(Side::Buy, 101, 5));
        assert_ne!(one, hash(Side::Buy, 100, 6));
        assert_eq!(BookHash::default().value(), 0);
    }
}
