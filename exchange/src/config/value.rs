//! Values that are more than a number or a word, read from their text.

use std::fmt;
use std::num::{NonZeroU16, NonZeroU32};
use std::str::FromStr;
use std::time::Duration;

use serde::de::{self, Deserialize, Deserializer, Visitor};

pub use gateway::{Amount, Span};

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

/// A length of time that may be as short as microseconds, such as `1ms` or `100us`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TickLength(pub Duration);

/// A set of settings that go together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// What config/exchange.toml says.
    Default,
    /// Orders and their answers, and nothing that a small exchange in another language would not have.
    Bare,
    /// No hand-off between threads, and none that sleeps.
    LowLatency,
}

impl Profile {
    /// As it is written.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Bare => "bare",
            Self::LowLatency => "low-latency",
        }
    }
}

impl FromStr for Profile {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        [Self::Default, Self::Bare, Self::LowLatency]
            .into_iter()
            .find(|profile| profile.word() == text)
            .ok_or_else(|| {
                "there is no such profile; write \"default\", \"bare\" or \"low-latency\""
                    .to_owned()
            })
    }
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
    /// Ticks, each as soon as everybody enrolled is done with the one before.
    Lockstep,
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
            "lockstep" => return Ok(Self::Lockstep),
            _ => {}
        }
        text.strip_prefix('x')
            .and_then(|factor| factor.parse().ok())
            .filter(|factor: &NonZeroU32| factor.get() <= 1_000_000)
            .map(Self::Scaled)
            .ok_or_else(|| "there is no such clock; write \"realtime\", \"lockstep\", \"replay\" or \"xN\" with N from 1 to 1000000".to_owned())
    }
}

impl fmt::Display for ClockMode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Realtime => formatter.write_str("realtime"),
            Self::Scaled(factor) => write!(formatter, "x{factor}"),
            Self::Replay => formatter.write_str("replay"),
            Self::Lockstep => formatter.write_str("lockstep"),
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

impl FromStr for TickLength {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let micros = text.strip_suffix("us").map(str::parse::<u64>);
        match micros {
            Some(Ok(micros)) => Ok(Self(Duration::from_micros(micros))),
            Some(Err(_)) | None => text.parse().map(|Span(length)| Self(length)),
        }
    }
}

impl<'de> Deserialize<'de> for TickLength {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let wanted = "a number and a unit in quotes, such as \"1ms\" or \"100us\"";
        deserializer.deserialize_str(TextVisitor {
            wanted,
            read: str::parse,
        })
    }
}

impl<'de> Deserialize<'de> for Profile {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let wanted = "\"default\", \"bare\" or \"low-latency\"";
        deserializer.deserialize_str(TextVisitor {
            wanted,
            read: str::parse,
        })
    }
}

impl<'de> Deserialize<'de> for ClockMode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let wanted = "\"realtime\", \"lockstep\", \"replay\" or \"xN\"";
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
