//! The same as text, for scripts and for those who read once.

use std::fmt::Write as _;

use crate::top::glance::{Glance, Level, duration};

/// Levels a side, and trades, that are printed.
const LINES: usize = 10;

/// The text.
pub fn of(glance: &Glance) -> String {
    let mut text = format!(
        "{} {} · {}\n{} orders/s · {} trades/s · {} sessions · {} queued · {} busy · {} slow consumers\n",
        glance.symbol,
        glance.last.as_deref().unwrap_or("-"),
        glance.condition,
        glance.orders_per_s,
        glance.trades_per_s,
        glance.sessions,
        glance.queued,
        glance.busy,
        glance.slow_consumers
    );
    // Writing to a string cannot fail.
    let _ = writeln!(
        text,
        "\n{:>16} {:>16}   {:>16} {:>16}",
        "bid size", "bid", "ask", "ask size"
    );
    let none = Level {
        price: String::new(),
        quantity: String::new(),
        share: 0,
    };
    let rows = glance.bids.len().max(glance.asks.len()).min(LINES);
    for row in 0..rows {
        let bid = glance.bids.get(row).unwrap_or(&none);
        let ask = glance.asks.get(row).unwrap_or(&none);
        let line = format!(
            "{:>16} {:>16}   {:>16} {:>16}",
            bid.quantity, bid.price, ask.price, ask.quantity
        );
        let _ = writeln!(text, "{}", line.trim_end());
    }
    let _ = writeln!(
        text,
        "\n{:<8} {:>4} {:>16} {:>16}",
        "time", "side", "price", "size"
    );
    for print in glance.trades.iter().take(LINES) {
        let _ = writeln!(
            text,
            "{:<8} {:>4} {:>16} {:>16}",
            print.time, print.side, print.price, print.quantity
        );
    }
    let _ = writeln!(
        text,
        "\n{:<8} {:>8} {:>8} {:>8}",
        "stage", "p50", "p99", "max"
    );
    for stage in &glance.stages {
        let _ = writeln!(
            text,
            "{:<8} {:>8} {:>8} {:>8}",
            stage.stage,
            duration(stage.p50_ns),
            duration(stage.p99_ns),
            duration(stage.max_ns)
        );
    }
    text.trim_end().to_owned()
}
