//! Numbers as text, written and found without a tree.

/// Appends a whole number.
pub fn put_number(buffer: &mut Vec<u8>, number: u64) {
    let mut digits = [b'0'; 20];
    let mut place = digits.len();
    let mut left = number;
    loop {
        place -= 1;
        digits[place] = b'0' + u8::try_from(left % 10).expect("a digit is below ten");
        left /= 10;
        if left == 0 {
            break;
        }
    }
    buffer.extend_from_slice(&digits[place..]);
}

/// Appends `units` of `10^-decimals`.
pub fn put_decimal(buffer: &mut Vec<u8>, units: u64, decimals: u8) {
    let divisor = 10_u64.pow(u32::from(decimals));
    put_number(buffer, units / divisor);
    if decimals > 0 {
        buffer.push(b'.');
        let start = buffer.len();
        put_number(buffer, divisor + units % divisor);
        // The leading one stood for the zeros.
        buffer.remove(start);
    }
}

/// The number that stands behind `name`, wherever that is first.
pub fn number_behind(message: &[u8], name: &[u8]) -> Option<u64> {
    let digits = behind(message, name)?;
    let length = digits
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    std::str::from_utf8(&digits[..length]).ok()?.parse().ok()
}

/// The word in quotes that stands behind `name`, wherever that is first.
pub fn word_behind<'a>(message: &'a [u8], name: &[u8]) -> Option<&'a str> {
    let word = behind(message, name)?.strip_prefix(b"\"")?;
    let length = word.iter().position(|byte| *byte == b'"')?;
    std::str::from_utf8(&word[..length]).ok()
}

fn behind<'a>(message: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    let start = message
        .windows(name.len())
        .position(|window| window == name)?;
    let rest = &message[start + name.len()..];
    // Others write a space behind a colon.
    Some(rest.strip_prefix(b" ").unwrap_or(rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(units: u64, decimals: u8) -> String {
        let mut buffer = Vec::new();
        put_decimal(&mut buffer, units, decimals);
        String::from_utf8(buffer).unwrap()
    }

    #[test]
    fn decimals_keep_their_zeros() {
        assert_eq!(decimal(6_400_010, 2), "64000.10");
        assert_eq!(decimal(5, 5), "0.00005");
        assert_eq!(decimal(0, 2), "0.00");
        assert_eq!(decimal(17, 0), "17");
    }

    #[test]
    fn numbers_and_words_are_found_with_and_without_a_space() {
        assert_eq!(
            number_behind(br#"{"request":42,"x":1}"#, b"\"request\":"),
            Some(42)
        );
        assert_eq!(
            number_behind(br#"{"request": 7}"#, b"\"request\":"),
            Some(7)
        );
        assert_eq!(number_behind(br#"{"x":1}"#, b"\"request\":"), None);
        assert_eq!(
            word_behind(br#"{"kind": "trade"}"#, b"\"kind\":"),
            Some("trade")
        );
    }
}
