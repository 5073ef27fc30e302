//! One message there and one back: echoes as the floor, the exchange beside them, one connection, closed loop.

mod cores;
mod echo;
mod exchange;
mod line;
mod wake_up;

use std::io;
use std::time::Duration;

pub use cores::Cores;
pub use echo::{Echo, spinning_echo, websocket_echo};
pub use exchange::{Exchange, Kind};
pub use line::{Line, Reply, framed};
pub use wake_up::wake_up;

/// Who answers.
pub struct Contestant {
    /// What the table calls it.
    pub name: &'static str,
    line: Line,
    ask: Box<dyn FnMut(u64) -> Vec<u8>>,
    asked: u64,
    times: Vec<Duration>,
}

impl Contestant {
    /// Asks what `ask` writes for each number, over `line`.
    pub fn new(name: &'static str, line: Line, ask: Box<dyn FnMut(u64) -> Vec<u8>>) -> Self {
        Self {
            name,
            line,
            ask,
            asked: 0,
            times: Vec::new(),
        }
    }

    /// Asks so many times; the first tenth warms up.
    ///
    /// # Errors
    /// The connection is lost.
    pub fn round(&mut self, trips: u64) -> io::Result<()> {
        for trip in 0..trips {
            self.asked += 1;
            let message = (self.ask)(self.asked);
            let time = self.line.round_trip(&message)?;
            if trip >= trips / 10 {
                self.times.push(time);
            }
        }
        Ok(())
    }

    /// The time that so many of a thousand trips do not exceed, in microseconds.
    pub fn per_mille_us(&mut self, per_mille: usize) -> f64 {
        self.times.sort_unstable();
        let place = self.times.len() * per_mille / 1_000;
        let time = self.times.get(place).copied().unwrap_or_default();
        time.as_secs_f64() * 1e6
    }
}
