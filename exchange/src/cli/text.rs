//! Values of flags, read from their text.

use std::str::FromStr;
use std::time::Duration;

use crate::config::Span;

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
