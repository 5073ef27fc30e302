//! Looks at an exchange over plain HTTP, as anybody may.

use serde_json::Value;

use crate::clock::Stopwatch;
use crate::operator::{AskError, Desk};
use crate::top::glance::{Glance, Level, Print, StageTimes};

/// Levels a side that are asked for: as many as any terminal shows.
const LEVELS: usize = 40;
const TRADES: usize = 60;
const CLOSES: usize = 120;
const SECONDS_PER_DAY: u64 = 86_400;

/// Looks again and again; rates are between two looks.
pub struct Looker {
    desk: Desk,
    symbols: Vec<String>,
    chosen: usize,
    before: Option<(Stopwatch, Totals)>,
}

/// What only grows.
#[derive(Debug, Clone, Copy)]
struct Totals {
    orders: u64,
    trades: u64,
}

impl Looker {
    /// Asks what is listed.
    ///
    /// # Errors
    /// Nobody answers, or the instrument is not listed.
    pub fn new(url: &str, symbol: Option<&str>) -> Result<Self, AskError> {
        let desk = Desk::public(url);
        let told = desk.ask("GET", "/v1/instruments", &Value::Null)?;
        let symbols: Vec<String> = list(&told["instruments"])
            .iter()
            .map(|instrument| text(&instrument["symbol"]))
            .collect();
        let chosen = match symbol {
            None => 0,
            Some(symbol) => {
                let listed = symbols.iter().position(|listed| listed == symbol);
                if listed.is_none() {
                    // The exchange says it in its own words.
                    desk.ask("GET", &format!("/v1/depth/{symbol}"), &Value::Null)?;
                }
                listed.unwrap_or(0)
            }
        };
        Ok(Self {
            desk,
            symbols,
            chosen,
            before: None,
        })
    }

    /// Shows an instrument further on in the list, or further back; it goes round.
    pub fn step(&mut self, places: isize) {
        let count = self.symbols.len().max(1);
        let moved = self.chosen.checked_add_signed(places);
        self.chosen = moved.map_or(count - 1, |place| place % count);
    }

    /// Looks.
    ///
    /// # Errors
    /// Nobody answers.
    pub fn look(&mut self) -> Result<Glance, AskError> {
        let symbol = self.symbols.get(self.chosen).cloned().unwrap_or_default();
        let get = |path: String| self.desk.ask("GET", &path, &Value::Null);
        let depth = get(format!("/v1/depth/{symbol}?levels={LEVELS}"))?;
        let trades = get(format!("/v1/trades/{symbol}?count={TRADES}"))?;
        let candles = get(format!("/v1/candles/{symbol}?interval=1s&count={CLOSES}"))?;
        let told = get("/v1/performance".to_owned())?;
        let (orders_per_s, trades_per_s) = self.rates(&told["gateway"]);
        let trades = list(&trades["trades"]);
        let levels = |side: &str| levels(list(&depth[side]));
        Ok(Glance {
            symbol,
            condition: text(&told["condition"]),
            last: trades.last().map(|trade| text(&trade["price"])),
            bids: levels("bids"),
            asks: levels("asks"),
            trades: trades.iter().rev().map(print).collect(),
            closes: heights(list(&candles["candles"])),
            orders_per_s,
            trades_per_s,
            sessions: number(&told["sessions"]),
            queued: list(&told["matchers"])
                .iter()
                .map(|matcher| number(&matcher["queue_depth"]))
                .sum(),
            busy: number(&told["gateway"]["busy"]),
            slow_consumers: number(&told["gateway"]["slow_consumers"]),
            stages: list(&told["stages"]).iter().map(stage).collect(),
        })
    }

    fn rates(&mut self, gateway: &Value) -> (u64, u64) {
        let now = Totals {
            orders: number(&gateway["accepted"]),
            trades: number(&gateway["trades"]),
        };
        let before = self.before.replace((Stopwatch::start(), now));
        let Some((since, earlier)) = before else {
            return (0, 0);
        };
        let ms = since.elapsed().as_millis().max(1);
        let per_s = |more: u64| u64::try_from(u128::from(more) * 1_000 / ms).unwrap_or(u64::MAX);
        (
            per_s(now.orders.saturating_sub(earlier.orders)),
            per_s(now.trades.saturating_sub(earlier.trades)),
        )
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap_or_default()
}

/// A decimal without its dot: those of one instrument have the same decimals.
fn units(decimal: &str) -> u128 {
    decimal.replace('.', "").parse().unwrap_or_default()
}

fn levels(pairs: &[Value]) -> Vec<Level> {
    let quantity = |pair: &Value| units(pair[1].as_str().unwrap_or_default());
    let largest = pairs.iter().map(quantity).max().unwrap_or(1).max(1);
    pairs
        .iter()
        .map(|pair| Level {
            price: text(&pair[0]),
            quantity: text(&pair[1]),
            share: u64::try_from(quantity(pair) * 100 / largest).unwrap_or(100),
        })
        .collect()
}

fn print(trade: &Value) -> Print {
    let second = number(&trade["at_us"]) / 1_000_000 % SECONDS_PER_DAY;
    Print {
        price: text(&trade["price"]),
        quantity: text(&trade["quantity"]),
        side: text(&trade["aggressor_side"]),
        time: format!(
            "{:02}:{:02}:{:02}",
            second / 3_600,
            second / 60 % 60,
            second % 60
        ),
    }
}

fn heights(candles: &[Value]) -> Vec<u64> {
    let closes: Vec<u128> = candles
        .iter()
        .map(|candle| units(candle["close"].as_str().unwrap_or_default()))
        .collect();
    let low = closes.iter().min().copied().unwrap_or_default();
    let range = closes.iter().max().copied().unwrap_or_default() - low;
    closes
        .iter()
        // The lowest one shows too.
        .map(|close| u64::try_from((close - low) * 900 / range.max(1)).unwrap_or(900) + 100)
        .collect()
}

fn stage(told: &Value) -> StageTimes {
    StageTimes {
        stage: text(&told["stage"]),
        p50_ns: number(&told["p50_ns"]),
        p99_ns: number(&told["p99_ns"]),
        max_ns: number(&told["max_ns"]),
    }
}

#[cfg(test)]
mod tests {
    //! Goal: what is told over HTTP is what is shown. Method: literal answers.

    use serde_json::json;

    use super::*;

    #[test]
    fn levels_are_as_wide_as_they_are_large() {
        let told = json!([["100.00", "2.000"], ["99.99", "0.500"]]);

        let shares: Vec<u64> = levels(list(&told))
            .iter()
            .map(|level| level.share)
            .collect();

        assert_eq!(shares, [100, 25]);
    }

    #[test]
    fn closes_stand_as_high_as_they_are_in_their_range() {
        let told = json!([{"close": "10.0"}, {"close": "10.9"}, {"close": "10.1"}]);

        assert_eq!(heights(list(&told)), [100, 1_000, 200]);
        assert_eq!(heights(&[]), [0_u64; 0]);
    }

    #[test]
    fn a_trade_has_its_time_of_the_day() {
        let told = json!({"at_us": 1_767_222_065_000_310_u64, "price": "1", "quantity": "2", "aggressor_side": "buy"});

        assert_eq!(print(&told).time, "23:01:05");
    }
}
