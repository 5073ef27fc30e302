//! What is shown: one instrument, and the exchange as a whole, at a moment.

use serde::Serialize;

/// Everything on the screen.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Glance {
    /// Which instrument.
    pub symbol: String,
    /// `ok`, or what the exchange is doing instead.
    pub condition: String,
    /// The price of the last trade.
    pub last: Option<String>,
    /// Levels, best first: price and quantity.
    pub bids: Vec<Level>,
    /// Likewise.
    pub asks: Vec<Level>,
    /// Trades, newest first.
    pub trades: Vec<Print>,
    /// Closes of the last seconds or minutes, oldest first, as far above the lowest of them as they are, in
    /// thousandths of their range.
    pub closes: Vec<u64>,
    /// Of all instruments, since the look before.
    pub orders_per_s: u64,
    /// Likewise.
    pub trades_per_s: u64,
    /// Open sessions.
    pub sessions: u64,
    /// Commands that wait for matchers.
    pub queued: u64,
    /// Commands refused for want of room, since the start.
    pub busy: u64,
    /// Sessions cut off because they did not read, since the start.
    pub slow_consumers: u64,
    /// Times of each stage, since the start.
    pub stages: Vec<StageTimes>,
}

/// A level of the ladder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Level {
    /// Its price.
    pub price: String,
    /// What is displayed there.
    pub quantity: String,
    /// How large it is beside the largest one shown, in percent.
    pub share: u64,
}

/// A trade.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Print {
    /// At this price.
    pub price: String,
    /// This much.
    pub quantity: String,
    /// Who took: `buy` or `sell`.
    pub side: String,
    /// Time of the day, UTC.
    pub time: String,
}

/// Times of one stage, in ns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StageTimes {
    /// Its name.
    pub stage: String,
    /// The median.
    pub p50_ns: u64,
    /// 99 of a hundred are at most so long.
    pub p99_ns: u64,
    /// The longest one.
    pub max_ns: u64,
}

/// A time in the unit that fits, in at most six characters.
pub fn duration(ns: u64) -> String {
    match ns {
        0..1_000 => format!("{ns}ns"),
        1_000..10_000 => format!("{}.{}us", ns / 1_000, ns % 1_000 / 100),
        10_000..1_000_000 => format!("{}us", ns / 1_000),
        1_000_000..10_000_000 => format!("{}.{}ms", ns / 1_000_000, ns % 1_000_000 / 100_000),
        10_000_000..1_000_000_000 => format!("{}ms", ns / 1_000_000),
        _ => format!("{}s", ns / 1_000_000_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_has_the_unit_that_fits() {
        let written = [
            0,
            999,
            1_000,
            9_990,
            12_345,
            1_250_000,
            45_000_000,
            2_000_000_000,
        ]
        .map(duration);

        assert_eq!(
            written,
            [
                "0ns", "999ns", "1.0us", "9.9us", "12us", "1.2ms", "45ms", "2s"
            ]
        );
    }
}
