//! The checksum of a book's top: what a follower compares after each message.
//!
//! CRC32 (IEEE) over text: the ten best asks from the lowest up, then the ten best bids from the highest down,
//! of each first the price and then the quantity, without dot and leading zeros. Written in the units of an
//! instrument, with all their decimals, that text is the number of units in decimal. (MD-6)

use crc32fast::Hasher;

/// A checksum that is being taken: asks first, then bids, each best first.
#[derive(Debug, Clone, Default)]
pub struct BookChecksum {
    hasher: Hasher,
}

impl BookChecksum {
    /// How many price levels of each side are in it.
    pub const LEVELS_MAX: usize = 10;

    /// Adds a level, or in an order by order book an order of one, in queue order.
    pub fn add(&mut self, price_units: i64, quantity_units: u64) {
        let mut digits = itoa::Buffer::new();
        self.hasher.update(digits.format(price_units).as_bytes());
        self.hasher.update(digits.format(quantity_units).as_bytes());
    }

    /// The checksum of what was added.
    pub fn value(self) -> u32 {
        self.hasher.finalize()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_example_gives_the_published_number() {
        let mut checksum = BookChecksum::default();
        // Asks 45285.2 x 0.00100000 and 45286.4 x 1.54571953, bids 45283.5 x 0.10000000 and 45283.4 x 1.54582015.
        checksum.add(452_852, 100_000);
        checksum.add(452_864, 154_571_953);
        checksum.add(452_835, 10_000_000);
        checksum.add(452_834, 154_582_015);

        assert_eq!(checksum.value(), 2_050_935_876);
    }

    #[test]
    fn an_empty_book_has_the_checksum_of_nothing() {
        assert_eq!(BookChecksum::default().value(), 0);
    }
}
