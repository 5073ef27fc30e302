//! How much an order is for: mostly a round lot, often less, seldom very much more.

use crate::flow::arithmetic::{count, power};
use crate::flow::stream::Stream;

/// A round lot.
const ROUND_LOTS: u64 = 100;
/// No order is for more.
const LOTS_MAX: f64 = 20_000.0;

/// A limit order's lots: 56 % one round lot, 35 % odd, the rest several round lots.
pub fn limit_lots(stream: &mut Stream) -> u64 {
    let drawn = stream.uniform();
    if drawn < 0.56 {
        return ROUND_LOTS;
    }
    if drawn < 0.87 {
        return 1 + stream.below(ROUND_LOTS - 1);
    }
    if drawn < 0.905 {
        // Odd and large.
        let lots = 100.0 * power(stream.uniform(), -1.0 / 1.15);
        let lots = count(lots.min(LOTS_MAX));
        return if lots.is_multiple_of(ROUND_LOTS) {
            lots + 1
        } else {
            lots
        };
    }
    let rounds = power(stream.uniform(), -1.0 / 1.15);
    ROUND_LOTS * (1 + count(rounds.min(LOTS_MAX / 100.0)))
}

/// A marketable order's lots: less even, with a thinner tail.
pub fn marketable_lots(stream: &mut Stream) -> u64 {
    let drawn = stream.uniform();
    if drawn < 0.45 {
        return ROUND_LOTS;
    }
    if drawn < 0.75 {
        return 1 + stream.below(ROUND_LOTS - 1);
    }
    let lots = 100.0 * power(stream.uniform(), -1.0 / 1.9);
    count(lots.min(LOTS_MAX)).max(1)
}
