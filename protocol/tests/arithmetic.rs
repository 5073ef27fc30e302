//! Goal: a decimal is read exactly or refused, never rounded, never wrapped, and the longest text costs nothing. (S11)
//! Method: random texts of few characters beside a reader that works on digits as text; literal edges; a megabyte of
//! digits, and the fewest nanoseconds in which it is refused.
//!
//! `RIALTO_ARITHMETIC_CASES` says how many texts, `RIALTO_SEED` from which seed.

use std::time::Instant;

use protocol::{DecimalError, ExactDecimal, Scale};

/// What texts are made of: much of it is no decimal.
const CHARACTERS: [&str; 20] = [
    "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "0", "9", ".", ".", "-", "+", "e", " ", "٣",
    "１",
];
const LARGEST: &str = "170141183460469231731687303715884105727";

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |text| text.parse().expect("a whole number"))
}

/// The next number below `end` of a stream of chance.
fn draw(chance: &mut u64, end: u64) -> u64 {
    *chance = chance.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mixed = (*chance ^ (*chance >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (mixed ^ (mixed >> 31)) % end
}

fn any_text(chance: &mut u64) -> String {
    // Most are made of digits alone, with a dot somewhere, so that most are decimals.
    let kinds = if draw(chance, 4) == 0 { 20 } else { 12 };
    let longest = if draw(chance, 8) == 0 { 48 } else { 14 };
    let length = draw(chance, longest);
    let mut text: String = (0..length)
        .map(|_| CHARACTERS[usize::try_from(draw(chance, kinds)).expect("few")])
        .collect();
    if draw(chance, 2) == 0 && text.len() > 1 && text.is_ascii() {
        let place = usize::try_from(draw(chance, text.len() as u64)).expect("short");
        text.insert(place, '.');
    }
    text
}

/// Whole digits without zeros in front, and digits behind the dot: what the text says, or that it says nothing.
fn read_as_text(text: &str) -> Option<(bool, String, String)> {
    if text.len() > 40 {
        return None;
    }
    let (is_negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text),
    };
    let (whole, decimals) = match digits.split_once('.') {
        Some((_, "")) => return None,
        Some(parts) => parts,
        None => (digits, ""),
    };
    let are_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !are_digits(whole) || !are_digits(decimals) || decimals.len() > 38 {
        return None;
    }
    let all = format!("{whole}{decimals}");
    let all = all.trim_start_matches('0');
    let is_too_large = (all.len(), all) > (LARGEST.len(), LARGEST);
    let whole = whole.trim_start_matches('0').to_owned();
    (!is_too_large).then(|| (is_negative, whole, decimals.to_owned()))
}

/// The same number in units of `10^-decimals`, as digits; `None` where it is no whole number of them, or does not fit.
fn units_as_text(is_negative: bool, whole: &str, behind: &str, decimals: u8) -> Option<String> {
    let wanted = usize::from(decimals);
    let (kept, beyond) = behind.split_at(wanted.min(behind.len()));
    if beyond.bytes().any(|digit| digit != b'0') {
        return None;
    }
    let digits = format!("{whole}{kept:0<wanted$}");
    let digits = digits.trim_start_matches('0');
    if (digits.len(), digits) > (LARGEST.len(), LARGEST) {
        return None;
    }
    Some(match (digits, is_negative) {
        ("", _) => "0".to_owned(),
        (digits, true) => format!("-{digits}"),
        (digits, false) => digits.to_owned(),
    })
}

#[test]
fn a_decimal_is_read_exactly_or_refused() {
    let cases = number("RIALTO_ARITHMETIC_CASES", 300_000);
    let seed = number("RIALTO_SEED", 11);
    println!("RIALTO_SEED={seed} RIALTO_ARITHMETIC_CASES={cases}");
    let mut chance = seed;
    let mut taken = 0_u64;
    for _ in 0..cases {
        let text = any_text(&mut chance);
        let read = ExactDecimal::parse(&text).ok();
        let said = read_as_text(&text);
        assert_eq!(read.is_some(), said.is_some(), "{text:?}");
        let (Some(read), Some((is_negative, whole, behind))) = (read, said) else {
            continue;
        };
        taken += 1;
        assert_eq!(usize::from(read.decimals()), behind.len(), "{text:?}");
        for decimals in [0, 2, 8, 18] {
            let units = read.units_of(decimals).ok().map(|units| units.to_string());
            let said = units_as_text(is_negative, &whole, &behind, decimals);
            assert_eq!(units, said, "{text:?} in units of 10^-{decimals}");
        }
    }
    assert!(taken > cases / 4, "few texts were decimals: {taken}");
    println!("GOAL S11 decimals={cases} taken={taken} wrong=0");
}

#[test]
fn each_bound_of_a_decimal_is_where_it_is() {
    let forty = "0.00000000000000000000000000000000000001";
    assert_eq!(forty.len(), 40);
    for text in [
        "0",
        "00",
        "0.0",
        LARGEST,
        "-170141183460469231731687303715884105727",
        forty,
    ] {
        assert!(ExactDecimal::parse(text).is_ok(), "{text}");
    }
    for (text, error) in [
        (
            "170141183460469231731687303715884105728",
            DecimalError::Overflow,
        ),
        (
            "99999999999999999999999999999999999999.9",
            DecimalError::Overflow,
        ),
        (
            "0.000000000000000000000000000000000000001",
            DecimalError::TooLong,
        ),
        ("1e999999999", DecimalError::NotADecimal),
        ("1E5", DecimalError::NotADecimal),
        ("+1", DecimalError::NotADecimal),
        ("--1", DecimalError::NotADecimal),
        ("", DecimalError::NotADecimal),
        ("-", DecimalError::NotADecimal),
        (".5", DecimalError::NotADecimal),
        ("5.", DecimalError::NotADecimal),
        ("1.2.3", DecimalError::NotADecimal),
        (" 1", DecimalError::NotADecimal),
        ("1 ", DecimalError::NotADecimal),
        ("1_000", DecimalError::NotADecimal),
        ("1,5", DecimalError::NotADecimal),
        ("0x10", DecimalError::NotADecimal),
        ("NaN", DecimalError::NotADecimal),
        ("inf", DecimalError::NotADecimal),
        ("١٢", DecimalError::NotADecimal),
        ("１２", DecimalError::NotADecimal),
    ] {
        assert_eq!(ExactDecimal::parse(text), Err(error), "{text:?}");
    }
}

#[test]
fn a_price_and_a_quantity_are_as_large_as_their_integers_and_no_larger() {
    let scale = Scale {
        price_decimals: 2,
        quantity_decimals: 6,
    };
    let decimal = |text: &str| ExactDecimal::parse(text).expect("a decimal");
    for (text, units) in [
        ("92233720368547758.06", Ok(i64::MAX - 1)),
        ("92233720368547758.07", Ok(i64::MAX)),
        ("92233720368547758.08", Err(DecimalError::Overflow)),
        ("0.01", Ok(1)),
        ("0.001", Err(DecimalError::OffGrid { decimals: 2 })),
        ("0.0100", Ok(1)),
    ] {
        assert_eq!(scale.price_units(decimal(text)), units, "{text}");
    }
    for (text, units) in [
        ("18446744073709.551614", Ok(u64::MAX - 1)),
        ("18446744073709.551615", Ok(u64::MAX)),
        ("18446744073709.551616", Err(DecimalError::Overflow)),
        ("-0.000001", Err(DecimalError::Negative)),
        ("0.0000001", Err(DecimalError::OffGrid { decimals: 6 })),
    ] {
        assert_eq!(scale.quantity_units(decimal(text)), units, "{text}");
    }
}

/// Nobody makes the reader work by sending much.
#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "the time that a refusal takes is what is tested"
)]
fn a_megabyte_of_digits_is_refused_in_less_than_a_microsecond() {
    for text in ["9".repeat(1 << 20), format!("1e{}", "9".repeat(1 << 20))] {
        let fewest_ns = (0..1_000)
            .map(|_| {
                let since = Instant::now();
                let read = ExactDecimal::parse(std::hint::black_box(&text));
                let took = since.elapsed();
                assert_eq!(read, Err(DecimalError::TooLong));
                took.as_nanos()
            })
            .min();
        assert!(fewest_ns < Some(1_000), "{fewest_ns:?} ns");
    }
}
