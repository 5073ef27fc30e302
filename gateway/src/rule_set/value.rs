//! Values that are more than a number or a word, read from their text and written as it.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use protocol::ExactDecimal;
use serde::de::{self, Deserialize, Deserializer, Visitor};
use serde::ser::{Serialize, Serializer};

const NS_PER_MS: u64 = 1_000_000;
const MS_PER_S: u64 = 1_000;
const MS_PER_MINUTE: u64 = 60_000;
const MS_PER_HOUR: u64 = 3_600_000;

/// A decimal in quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Amount(pub ExactDecimal);

/// A percentage with at most two decimals, as hundredths of a percent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Percent(pub u32);

/// A length of time, such as `250ms`, `10s`, `2m`, `1h`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span(pub Duration);

/// A time of the day in UTC, such as `09:30` or `16:00:00.500`, in milliseconds from midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeOfDay(pub u64);

impl FromStr for Amount {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        ExactDecimal::parse(text)
            .map(Self)
            .map_err(|error| format!("{error}; write digits with one dot, such as \"0.01\""))
    }
}

impl FromStr for Percent {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let remedy = "write a percentage with at most two decimals, such as \"2.5\"";
        let percent = ExactDecimal::parse(text).map_err(|error| format!("{error}; {remedy}"))?;
        if percent.is_negative() {
            return Err(format!("a percentage is not negative here; {remedy}"));
        }
        let bips = percent
            .units_of(2)
            .map_err(|error| format!("{error}; {remedy}"))?;
        u32::try_from(bips)
            .map(Self)
            .map_err(|_| format!("it is too large; {remedy}"))
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
            "s" => MS_PER_S,
            "m" => MS_PER_MINUTE,
            "h" => MS_PER_HOUR,
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

impl FromStr for TimeOfDay {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        ms_of_day(text).map(Self).ok_or_else(|| {
            "this is no time of day; write hours, minutes and perhaps seconds: 09:30 or 16:00:00.500"
                .to_owned()
        })
    }
}

fn ms_of_day(text: &str) -> Option<u64> {
    let (clock, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let mut parts = clock.split(':');
    let mut next = |limit: u64| {
        let part = parts.next()?;
        let number: u64 = part.parse().ok()?;
        (part.len() == 2 && number < limit).then_some(number)
    };
    let hours = next(24)?;
    let minutes = next(60)?;
    let seconds = match clock.matches(':').count() {
        1 => 0,
        2 => next(60)?,
        _ => return None,
    };
    let has_seconds = clock.len() == "00:00:00".len();
    let ms = match fraction.len() {
        3 if has_seconds => fraction.parse::<u64>().ok()?,
        1 if !text.contains('.') => 0,
        _ => return None,
    };
    let minutes = hours.checked_mul(60)?.checked_add(minutes)?;
    let seconds = minutes.checked_mul(60)?.checked_add(seconds)?;
    seconds.checked_mul(MS_PER_S)?.checked_add(ms)
}

impl Span {
    /// So many units of engine time, which are nanoseconds; `None` where they do not fit.
    pub fn ns(self) -> Option<u64> {
        u64::try_from(self.0.as_nanos()).ok()
    }

    /// So many nanoseconds, which are whole milliseconds wherever a rule set was read.
    pub const fn of_ns(ns: u64) -> Self {
        Self(Duration::from_nanos(ns))
    }
}

impl TimeOfDay {
    /// Nanoseconds from midnight.
    pub const fn ns(self) -> u64 {
        self.0.saturating_mul(NS_PER_MS)
    }

    /// So many nanoseconds from midnight.
    pub const fn of_ns(ns: u64) -> Self {
        Self(ns / NS_PER_MS)
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl fmt::Display for Percent {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, hundredths) = (self.0 / 100, self.0 % 100);
        match hundredths {
            0 => write!(formatter, "{whole}"),
            _ if hundredths % 10 == 0 => write!(formatter, "{whole}.{}", hundredths / 10),
            _ => write!(formatter, "{whole}.{hundredths:02}"),
        }
    }
}

impl fmt::Display for Span {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ms = self.0.as_millis();
        let units = [
            (u128::from(MS_PER_HOUR), "h"),
            (u128::from(MS_PER_MINUTE), "m"),
            (u128::from(MS_PER_S), "s"),
        ];
        let whole = units
            .iter()
            .find(|(ms_per_unit, _)| ms > 0 && ms.is_multiple_of(*ms_per_unit));
        match whole {
            Some((ms_per_unit, unit)) => write!(formatter, "{}{unit}", ms / ms_per_unit),
            None => write!(formatter, "{ms}ms"),
        }
    }
}

impl fmt::Display for TimeOfDay {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (seconds, ms) = (self.0 / MS_PER_S, self.0 % MS_PER_S);
        let (hours, minutes) = (seconds / 3_600, seconds / 60 % 60);
        write!(formatter, "{hours:02}:{minutes:02}:{:02}", seconds % 60)?;
        match ms {
            0 => Ok(()),
            _ => write!(formatter, ".{ms:03}"),
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

/// Written as its text, read from it.
macro_rules! as_text {
    ($($type:ident: $wanted:literal),+ $(,)?) => {$(
        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_str(TextVisitor {
                    wanted: $wanted,
                    read: str::parse,
                })
            }
        }
    )+};
}

as_text!(
    Amount: "a decimal in quotes, such as \"0.01\"",
    Percent: "a percentage in quotes, such as \"2.5\"",
    Span: "a number and a unit in quotes, such as \"10s\" or \"250ms\"",
    TimeOfDay: "a time of day in quotes, such as \"09:30\"",
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_of_day_is_read_and_written() {
        let read = |text: &str| text.parse::<TimeOfDay>().map(|time| time.to_string());

        assert_eq!(read("09:30"), Ok("09:30:00".to_owned()));
        assert_eq!(read("23:59:59.250"), Ok("23:59:59.250".to_owned()));
        for wrong in [
            "24:00",
            "9:30",
            "09:60",
            "09:30.5",
            "09",
            "09:30:00.5",
            "a9:30",
            "09:30:0",
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_length_of_time_is_written_in_its_largest_whole_unit() {
        let rewritten = ["250ms", "90s", "120s", "3600s", "0s"].map(|text| {
            let span: Span = text.parse().unwrap();
            span.to_string()
        });

        assert_eq!(rewritten, ["250ms", "90s", "2m", "1h", "0ms"]);
    }

    #[test]
    fn a_percentage_has_at_most_two_decimals() {
        let read = |text: &str| text.parse::<Percent>().map(|percent| percent.to_string());

        assert_eq!(read("2.50"), Ok("2.5".to_owned()));
        assert_eq!(read("0.05"), Ok("0.05".to_owned()));
        assert_eq!(read("200"), Ok("200".to_owned()));
        assert!(read("0.001").is_err());
        assert!(read("-1").is_err());
    }
}
