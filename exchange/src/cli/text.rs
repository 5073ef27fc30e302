//! Values of flags, read from their text.

use std::num::NonZeroU64;
use std::str::FromStr;
use std::time::Duration;

use engine::Timestamp;
use history::{Interval, day_of};

use crate::config::Span;

const DAY_US: u64 = 86_400_000_000;

/// Reads a value by its `FromStr`, in the shape that clap asks for.
pub fn parse<T: FromStr<Err = String>>(text: &str) -> Result<T, String> {
    text.parse()
}

/// A length of time that is not zero.
pub fn time(text: &str) -> Result<Duration, String> {
    let Span(time) = text.parse()?;
    if time.is_zero() {
        return Err(
            "no time at all; write a whole number above zero and a unit: 250ms, 10s, 2m or 1h"
                .to_owned(),
        );
    }
    Ok(time)
}

/// Rates that have a name: a quiet market to watch, a trading desk's, a busy exchange's, more than any takes.
const RATES: [(&str, u32); 4] = [
    ("watch", 100),
    ("desk", 2_000),
    ("busy", 50_000),
    ("stress", 1_000_000),
];

/// A rate per second, as a number or by its name.
pub fn rate(text: &str) -> Result<u32, String> {
    let named = RATES.iter().find(|(name, _)| *name == text);
    if let Some((_, rate)) = named {
        return Ok(*rate);
    }
    text.parse().map_err(|_| {
        let names: Vec<String> = RATES
            .iter()
            .map(|(name, rate)| format!("{name} ({rate})"))
            .collect();
        format!("no rate; write a whole number, or {}", names.join(", "))
    })
}

/// The same where it is above zero.
pub fn rate_above_zero(text: &str) -> Result<NonZeroU64, String> {
    NonZeroU64::new(rate(text)?.into()).ok_or_else(|| "no rate; write one above zero".to_owned())
}

/// A length of candles by its name.
pub fn interval(text: &str) -> Result<Interval, String> {
    Interval::named(text).ok_or_else(|| {
        let names: Vec<&str> = Interval::ALL.iter().map(|it| it.name()).collect();
        format!("no candle is so long; there are {}", names.join(", "))
    })
}

/// An instant: a day, a day and a time in UTC, or microseconds since 1970.
pub fn instant(text: &str) -> Result<Timestamp, String> {
    let us = match text.parse::<u64>() {
        Ok(us) => Some(us),
        Err(_) => written_instant(text),
    };
    // What is later than any clock here is the end of time.
    us.map(|us| Timestamp(us.saturating_mul(1_000)))
        .ok_or_else(|| {
            "no instant; write 2026-11-23, 2026-11-23T14:30:00.5Z, or microseconds since 1970"
                .to_owned()
        })
}

/// Microseconds since 1970 of `2026-11-23` or `2026-11-23T14:30:00.5Z`.
fn written_instant(text: &str) -> Option<u64> {
    let (date, time) = match text.split_once('T') {
        Some((date, time)) => (date, time.strip_suffix('Z')?),
        None => (text, "00:00:00"),
    };
    let mut parts = date.splitn(3, '-').map(|part| part.parse::<u64>().ok());
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    let midnight_us = day_of(year, month, day)?.checked_mul(DAY_US)?;
    let (whole, fraction) = time.split_once('.').unwrap_or((time, "0"));
    let is_fraction = fraction.len() <= 6 && fraction.bytes().all(|it| it.is_ascii_digit());
    let fraction_us: u64 = format!("{fraction:0<6}").parse().ok()?;
    let mut parts = whole.splitn(3, ':').map(|part| part.parse::<u64>().ok());
    let (hour, minute, second) = (parts.next()??, parts.next()??, parts.next()??);
    let is_time = is_fraction && hour < 24 && minute < 60 && second < 60;
    is_time.then(|| midnight_us + ((hour * 60 + minute) * 60 + second) * 1_000_000 + fraction_us)
}

/// A length of time as `time` reads it, or one in microseconds.
pub fn short_time(text: &str) -> Result<Duration, String> {
    let micros = text.strip_suffix("us").and_then(|count| count.parse().ok());
    match micros {
        Some(count) if count > 0 => Ok(Duration::from_micros(count)),
        Some(_) | None => time(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_is_a_day_a_time_of_it_or_microseconds() {
        for (text, us) in [
            ("0", 0),
            ("1970-01-01", 0),
            ("2024-02-29", 1_709_164_800_000_000),
            ("2024-02-29T13:45:07Z", 1_709_214_307_000_000),
            ("2024-02-29T13:45:07.25Z", 1_709_214_307_250_000),
            ("1709214307250000", 1_709_214_307_250_000),
        ] {
            assert_eq!(instant(text), Ok(Timestamp(us * 1_000)), "{text}");
        }
        for text in [
            "yesterday",
            "2023-02-29",
            "2024-13-01",
            "2024-02-29T24:00:00Z",
            "2024-02-29T13:45:07",
            "2024-02-29T13:45:07.1234567Z",
            "-1",
        ] {
            assert!(instant(text).is_err(), "{text}");
        }
    }
}
