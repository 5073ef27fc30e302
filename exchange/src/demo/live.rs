//! The live status: redrawn in place on a terminal, a line a second in a pipe, nothing for machines.

use std::fmt::Write as _;
use std::io::Write as _;
use std::time::Duration;

use feed_sim::FeedSnapshot;
use gateway::{GatewayView, InstrumentGlance};
use protocol::ExactDecimal;

use crate::output::Output;

/// How often a terminal is redrawn.
const REDRAW_INTERVAL: Duration = Duration::from_millis(500);
/// How often a pipe gets a line.
const LINE_INTERVAL: Duration = Duration::from_secs(1);
/// Machines wait for the end.
const NEVER: Duration = Duration::from_secs(86_400);

/// Shows where a run stands.
#[derive(Debug)]
pub struct Live {
    output: Output,
    run_for: Option<Duration>,
    lines_drawn: usize,
}

impl Live {
    /// Nothing is shown yet.
    pub const fn new(output: Output, run_for: Option<Duration>) -> Self {
        Self {
            output,
            run_for,
            lines_drawn: 0,
        }
    }

    /// How often it wants to show something.
    pub const fn interval(&self) -> Duration {
        match self.output {
            Output::Terminal => REDRAW_INTERVAL,
            Output::Lines => LINE_INTERVAL,
            Output::Json => NEVER,
        }
    }

    /// Shows where the run stands now.
    pub fn show(&mut self, feed: &FeedSnapshot, view: &GatewayView) {
        let queued = view.queued_commands();
        match self.output {
            Output::Terminal => self.redraw(&self.table(feed, queued, &view.instruments())),
            Output::Lines => {
                let rates = self.rates(feed, queued);
                self.output.say(&format!("{rates} · {}", answers(feed)));
            }
            Output::Json => {}
        }
    }

    fn rates(&self, feed: &FeedSnapshot, queued: u64) -> String {
        format!(
            "{} · {:.0} orders/s · {:.0} trades/s · {queued} queued",
            self.elapsed(feed.seconds),
            feed.orders_per_s,
            feed.trades_per_s
        )
    }

    /// Lines of at most 80 columns: one that wraps could not be redrawn in place.
    fn table(&self, feed: &FeedSnapshot, queued: u64, instruments: &[InstrumentGlance]) -> String {
        let mut text = format!("{}\n{}", self.rates(feed, queued), answers(feed));
        let _ = write!(
            text,
            "\n{:<10}{:>14}{:>14}{:>14}{:>8}{:>8}",
            "", "bid", "ask", "last", "orders", "queue"
        );
        for glance in instruments.iter().filter(|glance| is_traded(feed, glance)) {
            let _ = write!(
                text,
                "\n{:<10}{:>14}{:>14}{:>14}{:>8}{:>8}",
                glance.symbol.as_str(),
                price(glance.bid),
                price(glance.ask),
                price(glance.last),
                glance.open_orders,
                glance.queue_depth
            );
        }
        text
    }

    fn elapsed(&self, seconds: f64) -> String {
        match self.run_for {
            Some(whole) => format!("{seconds:.0} s of {} s", whole.as_secs_f64()),
            None => format!("{seconds:.0} s"),
        }
    }

    /// Goes up to where the last table began, and writes over it.
    fn redraw(&mut self, table: &str) {
        let mut screen = String::new();
        if self.lines_drawn > 0 {
            let _ = write!(screen, "\x1b[{}A", self.lines_drawn);
        }
        for line in table.lines() {
            let _ = writeln!(screen, "\r\x1b[2K{line}");
        }
        self.lines_drawn = table.lines().count();
        let mut stdout = std::io::stdout().lock();
        if let Err(error) = stdout
            .write_all(screen.as_bytes())
            .and_then(|()| stdout.flush())
        {
            tracing::debug!(%error, "the terminal is gone");
        }
    }
}

fn answers(feed: &FeedSnapshot) -> String {
    format!(
        "round trip p50 {} us, p99 {} us · {} rejects · {} busy",
        feed.round_trip_us.p50, feed.round_trip_us.p99, feed.rejects, feed.busy
    )
}

fn is_traded(feed: &FeedSnapshot, glance: &InstrumentGlance) -> bool {
    feed.instruments
        .iter()
        .any(|line| line.symbol == glance.symbol)
}

fn price(price: Option<ExactDecimal>) -> String {
    price.map_or_else(|| "-".to_owned(), |price| price.to_string())
}
