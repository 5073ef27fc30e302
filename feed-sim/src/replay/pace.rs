//! When each recorded row is due, in the exchange's time and on the wall.

use std::num::NonZeroU32;
use std::time::Duration;

/// How fast a recording is replayed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Speed {
    /// This many times as fast as it was recorded.
    Times(NonZeroU32),
    /// As fast as the exchange answers.
    Max,
}

impl std::str::FromStr for Speed {
    type Err = SpeedError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "max" {
            return Ok(Self::Max);
        }
        text.parse().map(Self::Times).map_err(|_| SpeedError)
    }
}

/// A speed is a whole number above 0, or `max`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a speed is a whole number above 0, or `max`")]
pub struct SpeedError;

/// Turns the stamps of rows into engine time that never goes back.
///
/// The venue's stamp decides, because it is the time that its own engine saw; the recorder's stamp has
/// the jitter of a network in it and can step back where two sources were joined. In one variant of the
/// format the venue's stamp is the time at which the order was entered, so that later rows of an old
/// order lie in the past: those happen at the latest time seen so far.
#[derive(Debug, Default)]
pub struct EngineTime {
    latest_us: u64,
}

impl EngineTime {
    /// Engine time of the next row, in microseconds since the epoch.
    pub fn of_row(&mut self, stamped_at_us: u64) -> u64 {
        self.latest_us = self.latest_us.max(stamped_at_us);
        self.latest_us
    }
}

/// How long after the first row a row is due on the wall; `None` is at once.
pub fn due_after(speed: Speed, first_us: u64, at_us: u64) -> Option<Duration> {
    match speed {
        Speed::Max => None,
        Speed::Times(times) => {
            let elapsed = Duration::from_micros(at_us.saturating_sub(first_us));
            elapsed.checked_div(times.get())
        }
    }
}

#[cfg(test)]
mod tests {
    //! Engine time never goes back, and speeds divide the gaps.

    use super::*;

    #[test]
    fn engine_time_never_goes_back() {
        let mut time = EngineTime::default();

        assert_eq!(time.of_row(1_000), 1_000);
        assert_eq!(time.of_row(400), 1_000);
        assert_eq!(time.of_row(1_001), 1_001);
    }

    #[test]
    fn a_tenfold_speed_waits_a_tenth() {
        let tenfold: Speed = "10".parse().unwrap();

        assert_eq!(
            due_after(tenfold, 5_000_000, 6_000_000),
            Some(Duration::from_millis(100))
        );
        assert_eq!(due_after(Speed::Max, 5_000_000, 6_000_000), None);
    }

    #[test]
    fn hr_3_at_five_times_the_speed_gaps_are_a_fifth_and_rows_keep_their_order() {
        let fivefold: Speed = "5".parse().unwrap();
        let recorded_us = [7_000_000, 7_000_500, 7_000_500, 12_000_500];

        let due = recorded_us.map(|at_us| due_after(fivefold, 7_000_000, at_us).unwrap());

        assert_eq!(due, [0, 100, 100, 1_000_100].map(Duration::from_micros));
    }

    #[test]
    fn speed_zero_is_refused() {
        assert_eq!("0".parse::<Speed>(), Err(SpeedError));
        assert_eq!("max".parse::<Speed>(), Ok(Speed::Max));
    }
}
