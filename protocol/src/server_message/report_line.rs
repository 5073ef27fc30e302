//! The reports that most answers are, written into room that is known to be enough: nothing is asked for on the way.
//!
//! What is unusual is left to the general writer. A report that is written here is written the same there
//! (`a_report_is_the_same_from_both_writers`).

use crate::exact_decimal::ExactDecimal;
use crate::inline_text::InlineText;
use crate::reason::Reason;
use crate::server_message::report::{EventId, Report};
use crate::words::{Liquidity, OrderStatus, Priority, Side};

/// Bytes of the longest report that is written here.
const ROOM: usize = 1_536;
/// Bytes of the longest sentence among them.
const TEXT_BYTES_MAX: usize = 256;
/// Digits that are made at once.
const DIGITS: usize = 8;
/// The least number with more of them.
const LONG: u64 = 100_000_000;
/// Powers of ten that fit 64 bits.
const POWERS: [u64; 20] = powers();

/// Appends the report to `buffer`, if it is as most are; nothing is appended otherwise.
pub(super) fn encode(report: &Report, buffer: &mut Vec<u8>) -> Written {
    let start = buffer.len();
    buffer.resize(start + ROOM, 0);
    let mut line = Line {
        rest: &mut buffer[start..],
        written: Written::Whole,
    };
    line.report(report);
    let (left, written) = (line.rest.len(), line.written);
    buffer.truncate(match written {
        Written::Whole => start + ROOM - left,
        Written::Not => start,
    });
    written
}

/// Whether a report was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Written {
    Whole,
    Not,
}

struct Line<'a> {
    /// Room that is free.
    rest: &'a mut [u8],
    written: Written,
}

/// `,"key":`
macro_rules! key {
    ($key:literal) => {
        concat!(",\"", $key, "\":").as_bytes()
    };
}

/// `,"key":"`
macro_rules! quoted_key {
    ($key:literal) => {
        concat!(",\"", $key, "\":\"").as_bytes()
    };
}

impl Line<'_> {
    fn report(&mut self, report: &Report) {
        self.put(b"{\"type\":\"report\"");
        self.maybe_number(key!("request"), report.request);
        self.word(quoted_key!("kind"), report.kind.word());
        self.name(quoted_key!("symbol"), &report.symbol);
        self.maybe_number(key!("order_id"), report.order_id);
        if let Some(id) = &report.client_order_id {
            self.name(quoted_key!("client_order_id"), id);
        }
        self.maybe_word(quoted_key!("side"), report.side.map(Side::word));
        self.sizes(report);
        self.maybe_word(quoted_key!("status"), report.status.map(OrderStatus::word));
        self.execution(report);
        self.maybe_word(quoted_key!("priority"), report.priority.map(Priority::word));
        self.maybe_word(quoted_key!("reason"), report.reason.map(Reason::word));
        if let Some(text) = &report.text {
            self.text(text.as_bytes());
        }
        if let Some(EventId { seq, k }) = report.event {
            self.put(b",\"event\":{\"seq\":");
            self.digits(seq);
            self.put(key!("k"));
            self.digits(u64::from(k));
            self.put(b"}");
        }
        self.put(key!("at_us"));
        self.digits(report.at_us);
        self.put(b"}");
    }

    fn sizes(&mut self, report: &Report) {
        self.decimal(quoted_key!("price"), report.price);
        self.decimal(quoted_key!("quantity"), report.quantity);
        self.decimal(quoted_key!("quote_amount"), report.quote_amount);
        self.decimal(quoted_key!("filled_quantity"), report.filled_quantity);
        self.decimal(quoted_key!("leaves_quantity"), report.leaves_quantity);
        self.decimal(quoted_key!("displayed_quantity"), report.displayed_quantity);
        self.decimal(quoted_key!("canceled_quantity"), report.canceled_quantity);
    }

    fn execution(&mut self, report: &Report) {
        self.decimal(quoted_key!("last_price"), report.last_price);
        self.decimal(quoted_key!("last_quantity"), report.last_quantity);
        self.maybe_number(key!("trade_id"), report.trade_id);
        self.maybe_word(
            quoted_key!("liquidity"),
            report.liquidity.map(Liquidity::word),
        );
        self.decimal(quoted_key!("fee"), report.fee);
        if let Some(asset) = &report.fee_asset {
            self.name(quoted_key!("fee_asset"), asset);
        }
    }

    // Where it is inlined the length of a literal is a constant, and copying it takes a few moves instead of a call.
    #[expect(
        clippy::inline_always,
        reason = "the compiler weighs its size before it knows the literal"
    )]
    #[inline(always)]
    fn put(&mut self, text: &[u8]) {
        let (room, rest) = std::mem::take(&mut self.rest).split_at_mut(text.len());
        room.copy_from_slice(text);
        self.rest = rest;
    }

    /// Copies as much as fits a word, of which `length` bytes count.
    #[inline]
    fn put_some<const N: usize>(&mut self, text: &[u8; N], length: usize) {
        self.rest[..N].copy_from_slice(text);
        self.rest = &mut std::mem::take(&mut self.rest)[length..];
    }

    #[expect(clippy::inline_always, reason = "as `put`")]
    #[inline(always)]
    fn maybe_number(&mut self, key: &'static [u8], number: Option<u64>) {
        if let Some(number) = number {
            self.put(key);
            self.digits(number);
        }
    }

    #[expect(clippy::inline_always, reason = "as `put`")]
    #[inline(always)]
    fn word(&mut self, key: &'static [u8], word: &'static str) {
        self.put(key);
        self.put(word.as_bytes());
        self.put(b"\"");
    }

    #[expect(clippy::inline_always, reason = "as `put`")]
    #[inline(always)]
    fn maybe_word(&mut self, key: &'static [u8], word: Option<&'static str>) {
        if let Some(word) = word {
            self.word(key, word);
        }
    }

    /// Copies as much as a name can have, and counts what it has.
    #[expect(clippy::inline_always, reason = "as `put`")]
    #[inline(always)]
    fn name<const LENGTH: usize>(&mut self, key: &'static [u8], name: &InlineText<LENGTH>) {
        self.put(key);
        self.put_some(&name.padded(), usize::from(name.length()));
        self.put(b"\"");
    }

    #[expect(clippy::inline_always, reason = "as `put`")]
    #[inline(always)]
    fn decimal(&mut self, key: &'static [u8], decimal: Option<ExactDecimal>) {
        if let Some(decimal) = decimal {
            self.put(key);
            self.short_decimal(decimal);
            self.put(b"\"");
        }
    }

    /// Of 64 bits, as all are but the largest sums of money and rebates.
    #[inline(never)]
    fn short_decimal(&mut self, decimal: ExactDecimal) {
        let decimals = usize::from(decimal.decimals());
        let (Ok(units), Some(power)) = (u64::try_from(decimal.units()), POWERS.get(decimals))
        else {
            self.written = Written::Not;
            return;
        };
        self.digits(units / power);
        if decimals > 0 {
            self.put(b".");
            self.padded_digits(units % power, decimals);
        }
    }

    /// A number without zeros in front.
    #[inline]
    fn digits(&mut self, number: u64) {
        if number >= LONG {
            self.digits(number / LONG);
            self.put_some(&text_of(eight_digits(number % LONG)), DIGITS);
            return;
        }
        let digits = eight_digits(number);
        // The first digit is the lowest byte; of zero the last one is kept.
        let zeros = (digits.trailing_zeros() / 8).min(7);
        let text = u64::from_le_bytes(text_of(digits)) >> (8 * zeros);
        self.put_some(&text.to_le_bytes(), DIGITS - zeros as usize);
    }

    /// So many digits of a number that has no more; zeros in front.
    #[inline]
    fn padded_digits(&mut self, number: u64, count: usize) {
        if count > DIGITS {
            self.padded_digits(number / LONG, count - DIGITS);
            self.put_some(&text_of(eight_digits(number % LONG)), DIGITS);
        } else {
            // Those that do not count come last.
            let shifted = number * POWERS[DIGITS - count];
            self.put_some(&text_of(eight_digits(shifted)), count);
        }
    }

    fn text(&mut self, text: &[u8]) {
        let is_special = |byte: &u8| matches!(byte, b'"' | b'\\') || *byte < b' ';
        if text.len() > TEXT_BYTES_MAX || text.iter().any(is_special) {
            self.written = Written::Not;
            return;
        }
        self.put(quoted_key!("text"));
        self.put(text);
        self.put(b"\"");
    }
}

/// The digits of a number below [`LONG`], one a byte, the first one lowest: two, four and eight at once.
#[inline]
const fn eight_digits(number: u64) -> u64 {
    let fours = (number / 10_000) | (number % 10_000) << 32;
    let hundreds = ((fours * 10_486) >> 20) & 0x7f_0000_007f;
    let twos = hundreds | (fours - hundreds * 100) << 16;
    let tens = ((twos * 103) >> 10) & 0x000f_000f_000f_000f;
    tens | (twos - tens * 10) << 8
}

/// Digits as text.
#[inline]
const fn text_of(digits: u64) -> [u8; DIGITS] {
    (digits | 0x3030_3030_3030_3030).to_le_bytes()
}

const fn powers() -> [u64; 20] {
    let mut powers = [1; 20];
    let mut place = 1;
    while place < powers.len() {
        powers[place] = powers[place - 1] * 10;
        place += 1;
    }
    powers
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::{Written, encode};
    use crate::exact_decimal::ExactDecimal;
    use crate::reason::Reason;
    use crate::server_message::report::{EventId, Report};
    use crate::words::{Liquidity, OrderStatus, Priority, ReportKind, Side};

    fn of_both(report: &Report) -> (Written, Vec<u8>, Vec<u8>) {
        let (mut quick, mut general) = (b"[".to_vec(), b"[".to_vec());
        let written = encode(report, &mut quick);
        report.encode_any(&mut general);
        (written, quick, general)
    }

    /// Everything that a report can have, as long as it can be.
    fn longest(units: i128, decimals: u8) -> Report {
        let decimal = Some(ExactDecimal::new(units, decimals));
        Report {
            request: Some(u64::MAX),
            kind: ReportKind::Trade,
            symbol: "A".repeat(20).parse().unwrap(),
            order_id: Some(u64::MAX),
            client_order_id: Some("b".repeat(36).parse().unwrap()),
            side: Some(Side::Sell),
            price: decimal,
            quantity: decimal,
            quote_amount: decimal,
            filled_quantity: decimal,
            leaves_quantity: decimal,
            displayed_quantity: decimal,
            canceled_quantity: decimal,
            status: Some(OrderStatus::PartiallyFilled),
            last_price: decimal,
            last_quantity: decimal,
            trade_id: Some(u64::MAX),
            liquidity: Some(Liquidity::Maker),
            fee: decimal,
            fee_asset: Some("C".repeat(12).parse().unwrap()),
            priority: Some(Priority::Kept),
            reason: Some(Reason::DuplicateClientOrderId),
            text: Some(Cow::Owned("d".repeat(256))),
            event: Some(EventId {
                seq: u64::MAX,
                k: u32::MAX,
            }),
            at_us: u64::MAX,
        }
    }

    #[test]
    fn a_report_is_the_same_from_both_writers() {
        let short = Report::new(ReportKind::Accepted, "BTCUSDT".parse().unwrap(), 0);
        for report in [longest(i128::from(u64::MAX), 19), longest(0, 0), short] {
            let (written, quick, general) = of_both(&report);

            assert_eq!(written, Written::Whole);
            assert_eq!(String::from_utf8(quick), String::from_utf8(general));
        }
    }

    #[test]
    fn numbers_of_every_length_are_the_same_from_both_writers() {
        let mut report = Report::new(ReportKind::Trade, "BTCUSDT".parse().unwrap(), 0);
        let mut number = 7_u64;
        for _ in 0..20 {
            for near in [number - 1, number, number + 1] {
                report.at_us = near;
                for decimals in [0, 1, 2, 6, 8, 19] {
                    report.price = Some(ExactDecimal::new(i128::from(near), decimals));
                    let (written, quick, general) = of_both(&report);

                    assert_eq!(written, Written::Whole);
                    assert_eq!(String::from_utf8(quick), String::from_utf8(general));
                }
            }
            number = number.saturating_mul(10).min(u64::MAX - 1);
        }
    }

    #[test]
    fn what_is_unusual_is_left_to_the_general_writer() {
        let usual = Report::new(ReportKind::Rejected, "BTCUSDT".parse().unwrap(), 1);
        let with_text = |text: &str| Report {
            text: Some(Cow::Owned(text.to_owned())),
            ..usual.clone()
        };
        let with_fee = |units, decimals| Report {
            fee: Some(ExactDecimal::new(units, decimals)),
            ..usual.clone()
        };
        for report in [
            with_text("it is \"quoted\""),
            with_text("a \\ and more"),
            with_text("two\nlines"),
            with_text(&"e".repeat(257)),
            with_fee(-1, 8),
            with_fee(i128::from(u64::MAX) + 1, 8),
            with_fee(1, 20),
        ] {
            let (written, quick, _) = of_both(&report);

            assert_eq!((written, quick.as_slice()), (Written::Not, &b"["[..]));
            let mut whole = Vec::new();
            report.encode(&mut whole);
            assert!(whole.ends_with(b"\"at_us\":1}"));
        }
    }
}
