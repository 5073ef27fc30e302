//! Percent signs in queries and form bodies.

use crate::binance::refusal::Refusal;

/// The text behind percent signs; `+` is a space.
///
/// # Errors
/// It is no UTF-8, or a percent sign has no two digits.
pub fn percent_decoded(text: &str) -> Result<String, Refusal> {
    let bad = || Refusal::new(-1100, "Illegal characters found in a parameter.");
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'+' => bytes.push(b' '),
            b'%' => {
                let digit = |byte: Option<u8>| {
                    byte.and_then(|byte| char::from(byte).to_digit(16))
                        .ok_or_else(bad)
                };
                let (high, low) = (digit(rest.next())?, digit(rest.next())?);
                let value = high.saturating_mul(16).saturating_add(low);
                bytes.push(u8::try_from(value).map_err(|_| bad())?);
            }
            _ => bytes.push(byte),
        }
    }
    String::from_utf8(bytes).map_err(|_| bad())
}

/// Appends a text with percent signs for what is reserved.
pub fn percent_encode(text: &str, out: &mut String) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            out.push(char::from(byte));
        } else {
            const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
            out.push('%');
            for digit in [byte >> 4, byte & 15] {
                out.push(char::from(DIGITS[usize::from(digit)]));
            }
        }
    }
}
