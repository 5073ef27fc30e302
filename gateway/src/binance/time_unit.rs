//! Milliseconds or microseconds: what a client asked its times to be in.

use crate::binance::refusal::Refusal;

/// In which unit a client reads times.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TimeUnit {
    /// The default.
    #[default]
    Millisecond,
    /// By header or query.
    Microsecond,
}

/// From this number on, a time that a client sends is in microseconds: it would be the year 5138.
const MICROSECONDS_FROM: u64 = 100_000_000_000_000;

impl TimeUnit {
    /// Reads what a client asks for.
    ///
    /// # Errors
    /// It is neither of the two.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        match text {
            "MILLISECOND" | "millisecond" => Ok(Self::Millisecond),
            "MICROSECOND" | "microsecond" => Ok(Self::Microsecond),
            _ => Err(Refusal::new(
                -1194,
                "Invalid value for time unit; expected either MICROSECOND or MILLISECOND.",
            )),
        }
    }

    /// A time in this unit.
    pub const fn of_us(self, us: u64) -> u64 {
        match self {
            Self::Millisecond => us / 1_000,
            Self::Microsecond => us,
        }
    }
}

/// A time that a client sent, in microseconds whichever unit it is in.
pub const fn sent_us(sent: u64) -> u64 {
    if sent >= MICROSECONDS_FROM {
        sent
    } else {
        sent.saturating_mul(1_000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_unit_of_a_sent_time_is_seen_by_its_size() {
        assert_eq!(sent_us(1_700_000_000_000), 1_700_000_000_000_000);
        assert_eq!(sent_us(1_700_000_000_000_123), 1_700_000_000_000_123);
        assert_eq!(sent_us(0), 0);
    }

    #[test]
    fn a_unit_of_another_name_is_refused() {
        assert_eq!(TimeUnit::parse("MICROSECOND"), Ok(TimeUnit::Microsecond));
        assert_eq!(TimeUnit::parse("NANOSECOND").unwrap_err().code, -1194);
    }
}
