//! Values that are more than a number or a word, read from their text.

use std::fmt;
use std::num::{NonZeroU16, NonZeroU32};
use std::str::FromStr;
use std::time::Duration;

use protocol::ExactDecimal;
use serde::de::{self, Deserialize, Deserializer, Visitor};

/// A decimal in quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Amount(pub ExactDecimal);

/// A length of time, such as `250ms`, `10s`, `2m`, `1h`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span(pub Duration);

/// How many matcher threads there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ThreadCount {
    /// One per instrument, up to `threads_max`.
    PerInstrument,
    /// So many.
    Fixed(NonZeroU16),
    /// None: rings are drained on the gateway's own runtime thread.
    Inline,
}

/// What engine time is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClockMode {
    /// UTC.
    Realtime,
    /// Starts at UTC, goes so many times as fast.
    Scaled(NonZeroU32),
    /// The `at_us` of each request.
    Replay,
}

impl FromStr for Amount {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        ExactDecimal::parse(text)
            .map(Self)
            .map_err(|error| format!("{error}; write digits with one dot, such as \"0.01\""))
    }
}

impl FromStr for Span {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let refusal = || {
            "this is no length of time; write a whole number and a unit: 250ms, 10s, 2m or 1h"
                .to_owned()
        };
        let digits = text
            .find(|character: char| !character.is_ascii_digit())
            .ok_or_else(refusal)?;
        let (number, unit) = text.split_at(digits);
        let ms_per_unit = match unit {
            "ms" => 1,
            "s" => 1_000,
            "m" => 60_000,
            "h" => 3_600_000,
            _ => return Err(refusal()),
        };
        let ms = number
            .parse::<u64>()
            .ok()
            .and_then(|count| count.checked_mul(ms_per_unit))
            .ok_or_else(refusal)?;
        Ok(Self(Duration::from_millis(ms)))
    }
}

impl FromStr for ThreadCount {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "per-instrument" => Ok(Self::PerInstrument),
            "inline" => Ok(Self::Inline),
            _ => Err("there is no such choice; write \"per-instrument\", \"inline\" or a number of threads from 1 on".to_owned()),
        }
    }
}

impl FromStr for ClockMode {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "realtime" => return Ok(Self::Realtime),
            "replay" => return Ok(Self::Replay),
            _ => {}
        }
        text.strip_prefix('x')
            .and_then(|factor| factor.parse().ok())
            .filter(|factor: &NonZeroU32| factor.get() <= 1_000_000)
            .map(Self::Scaled)
            .ok_or_else(|| "there is no such clock; write \"realtime\", \"replay\" or \"xN\" with N from 1 to 1000000".to_owned())
    }
}

impl fmt::Display for ClockMode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Realtime => formatter.write_str("realtime"),
            Self::Scaled(factor) => write!(formatter, "x{factor}"),
            Self::Replay => formatter.write_str("replay"),
        }
    }
}

/// Reads a text by its `FromStr`.
struct TextVisitor<T> {
    wanted: &'static str,
    read: fn(&str) -> Result<T, String>,
}

impl<T> Visitor<'_> for TextVisitor<T> {
    type Value = T;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.wanted)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
        (self.read)(text).map_err(E::custom)
    }
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let wanted = "a decimal in quotes, such as \"0.01\"";
        deserializer.deserialize_str(TextVisitor {
            wanted,
            read: str::parse,
        })
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let wanted = "a number and a unit in quotes, such as \"10s\" or \"250ms\"";
        deserializer.deserialize_str(TextVisitor {
            wanted,
            read: str::parse,
        })
    }
}

impl<'de> Deserialize<'de> for ClockMode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let wanted = "\"realtime\", \"replay\" or \"xN\"";
        deserializer.deserialize_str(TextVisitor {
            wanted,
            read: str::parse,
        })
    }
}

impl<'de> Deserialize<'de> for ThreadCount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ThreadCountVisitor;

        impl Visitor<'_> for ThreadCountVisitor {
            type Value = ThreadCount;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter
                    .write_str("\"per-instrument\", \"inline\" or a number of threads from 1 on")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<ThreadCount, E> {
                text.parse().map_err(E::custom)
            }

            fn visit_u64<E: de::Error>(self, number: u64) -> Result<ThreadCount, E> {
                match u16::try_from(number).ok().and_then(NonZeroU16::new) {
                    Some(count) => Ok(ThreadCount::Fixed(count)),
                    None => Err(E::invalid_value(de::Unexpected::Unsigned(number), &self)),
                }
            }
        }

        deserializer.deserialize_any(ThreadCountVisitor)
    }
}
