//! The requests that most frames bring, read in one pass: limit orders and cancels without anything special.
//!
//! What is unusual in any way, or wrong, is left to the general reader, which names each mistake. A frame that is taken here
//! means the same there (`a_plain_frame_means_the_same_to_both_readers`).

use crate::exact_decimal::ExactDecimal;
use crate::inline_text::InlineText;
use crate::request::{
    Cancel, Conditions, Display, NewOrder, Operation, OrderKind, OrderRef, OrderSize, Request,
    Submit, TimeInForce,
};
use crate::words::{PostOnly, SelfTradePrevention, Side};

/// Reads a frame, if it is as most are.
pub(super) fn read(frame: &[u8]) -> Option<Request> {
    let fields = PlainFields::read(frame)?;
    let id = match fields.id {
        Some(digits) => Some(whole_number(digits)?),
        None => None,
    };
    let operation = match fields.op? {
        b"submit" => Operation::Submit(fields.submit()?),
        b"cancel" => Operation::Cancel(fields.cancel()?),
        _ => return None,
    };
    Some(Request { id, operation })
}

/// What a plain request can have: strings without their quotes, numbers as they stand. All of it is ASCII.
#[derive(Debug, Default)]
struct PlainFields<'a> {
    op: Option<&'a [u8]>,
    id: Option<&'a [u8]>,
    symbol: Option<&'a [u8]>,
    client_order_id: Option<&'a [u8]>,
    order_id: Option<&'a [u8]>,
    side: Option<&'a [u8]>,
    order_type: Option<&'a [u8]>,
    price: Option<&'a [u8]>,
    quantity: Option<&'a [u8]>,
    time_in_force: Option<&'a [u8]>,
}

/// What a value is.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Text,
    Number,
}

impl<'a> PlainFields<'a> {
    fn read(frame: &'a [u8]) -> Option<Self> {
        let mut fields = Self::default();
        let mut rest = frame.strip_prefix(b"{")?;
        loop {
            let (name, behind) = string(rest)?;
            rest = behind.strip_prefix(b":")?;
            let (slot, kind) = fields.slot(name)?;
            let (value, behind) = match kind {
                Kind::Text => string(rest)?,
                Kind::Number => digits(rest)?,
            };
            if slot.replace(value).is_some() {
                return None;
            }
            match behind {
                [b',', more @ ..] => rest = more,
                [b'}'] => return Some(fields),
                _ => return None,
            }
        }
    }

    /// Where the value of this name goes, and what it is.
    fn slot(&mut self, name: &[u8]) -> Option<(&mut Option<&'a [u8]>, Kind)> {
        Some(match name {
            b"op" => (&mut self.op, Kind::Text),
            b"id" => (&mut self.id, Kind::Number),
            b"symbol" => (&mut self.symbol, Kind::Text),
            b"client_order_id" => (&mut self.client_order_id, Kind::Text),
            b"order_id" => (&mut self.order_id, Kind::Number),
            b"side" => (&mut self.side, Kind::Text),
            b"type" => (&mut self.order_type, Kind::Text),
            b"price" => (&mut self.price, Kind::Text),
            b"quantity" => (&mut self.quantity, Kind::Text),
            b"time_in_force" => (&mut self.time_in_force, Kind::Text),
            _ => return None,
        })
    }

    fn submit(&self) -> Option<Submit> {
        if self.order_id.is_some() || self.order_type? != b"limit" {
            return None;
        }
        let side = match self.side? {
            b"buy" => Side::Buy,
            b"sell" => Side::Sell,
            _ => return None,
        };
        let time_in_force = match self.time_in_force {
            None | Some(b"GTC") => TimeInForce::GoodTillCanceled,
            Some(b"IOC") => TimeInForce::ImmediateOrCancel,
            Some(b"FOK") => TimeInForce::FillOrKill,
            Some(_) => return None,
        };
        let client_order_id = match self.client_order_id {
            Some(id) => Some(name(id)?),
            None => None,
        };
        Some(Submit {
            symbol: name(self.symbol?)?,
            order: NewOrder {
                client_order_id,
                side,
                kind: OrderKind::Limit {
                    price: decimal(self.price?)?,
                },
                size: OrderSize::Quantity(decimal(self.quantity?)?),
                time_in_force,
                post_only: PostOnly::No,
                display: Display::Full,
                minimum_quantity: None,
                self_trade_prevention: SelfTradePrevention::Newest,
                stp_group: None,
                conditions: Conditions::default(),
                is_traced: false,
            },
            at_us: None,
        })
    }

    fn cancel(&self) -> Option<Cancel> {
        let of_an_order = [self.side, self.order_type, self.price];
        let of_its_size = [self.quantity, self.time_in_force];
        if of_an_order.iter().chain(&of_its_size).any(Option::is_some) {
            return None;
        }
        let order = match (self.order_id, self.client_order_id) {
            (Some(id), None) => OrderRef::Order(whole_number(id)?),
            (None, Some(id)) => OrderRef::Client(name(id)?),
            (None, None) | (Some(_), Some(_)) => return None,
        };
        Some(Cancel {
            symbol: name(self.symbol?)?,
            order,
            at_us: None,
        })
    }
}

/// A string of plain ASCII at the front, without its quotes, and what stands behind it.
fn string(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let text = text.strip_prefix(b"\"")?;
    let (inner, behind) = text.split_at(plain_bytes(text));
    Some((inner, behind.strip_prefix(b"\"")?))
}

/// Bytes at the front that are neither a string's end nor an escape, nor anything but ASCII. Eight at a time.
fn plain_bytes(text: &[u8]) -> usize {
    let mut plain = 0;
    let (words, rest) = text.as_chunks();
    for word in words {
        let marks = marks_of_special(u64::from_le_bytes(*word));
        if marks != 0 {
            return plain + (marks.trailing_zeros() / 8) as usize;
        }
        plain += word.len();
    }
    let is_special = |byte: &u8| matches!(byte, b'"' | b'\\') || !matches!(byte, 0x20..=0x7f);
    plain + rest.iter().position(is_special).unwrap_or(rest.len())
}

/// The high bit of each byte that is special, as far as the first of them; what is marked above it may not be.
const fn marks_of_special(word: u64) -> u64 {
    let quotes = word ^ repeated(b'"');
    let escapes = word ^ repeated(b'\\');
    let below_space = word.wrapping_sub(repeated(b' ')) & !word;
    let is_quote = quotes.wrapping_sub(repeated(1)) & !quotes;
    let is_escape = escapes.wrapping_sub(repeated(1)) & !escapes;
    (word | below_space | is_quote | is_escape) & repeated(0x80)
}

const fn repeated(byte: u8) -> u64 {
    u64::from_ne_bytes([byte; 8])
}

/// The digits at the front, and what stands behind them.
fn digits(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = text.iter().position(|byte| !byte.is_ascii_digit())?;
    Some(text.split_at(end))
}

/// A JSON number that is whole and not negative.
fn whole_number(digits: &[u8]) -> Option<u64> {
    match digits {
        [] | [b'0', _, ..] => None,
        _ => digits.iter().try_fold(0_u64, |number, digit| {
            number
                .checked_mul(10)?
                .checked_add(u64::from(digit.wrapping_sub(b'0')))
        }),
    }
}

fn name<const LENGTH: usize>(text: &[u8]) -> Option<InlineText<LENGTH>> {
    InlineText::of_bytes(text).ok()
}

fn decimal(text: &[u8]) -> Option<ExactDecimal> {
    ExactDecimal::parse_bytes(text).ok()
}

#[cfg(test)]
mod tests {
    use super::{plain_bytes, read};
    use crate::request::Request;

    const SUBMIT: &str = r#"{"op":"submit","id":7,"symbol":"BTCUSDT","client_order_id":"a-1","side":"sell","type":"limit","price":"100.50","quantity":"3","time_in_force":"IOC"}"#;
    const CANCEL: &str = r#"{"op":"cancel","symbol":"BTCUSDT","order_id":12}"#;

    #[test]
    fn limit_orders_and_cancels_are_plain() {
        for frame in [SUBMIT, CANCEL] {
            let request = read(frame.as_bytes());

            assert!(request.is_some(), "{frame}");
            assert_eq!(request, Request::decode_any(frame.as_bytes()).ok());
        }
    }

    /// Each byte of a plain frame is left out, doubled, or turned into another one: where the plain reader still takes the
    /// frame, the general one reads the same, and what that one refuses is never taken.
    #[test]
    fn a_plain_frame_means_the_same_to_both_readers() {
        let bytes = b"\"\\{}:,019.-+eE \n\x7f\xc3azA";
        let mut taken = 0;
        for frame in [SUBMIT, CANCEL] {
            for place in 0..frame.len() {
                let (front, back) = frame.as_bytes().split_at(place);
                let mut frames = vec![[front, &back[1..]].concat()];
                for byte in bytes {
                    frames.push([front, &[*byte], back].concat());
                    frames.push([front, &[*byte], &back[1..]].concat());
                }
                for frame in frames {
                    let Some(request) = read(&frame) else {
                        continue;
                    };
                    taken += 1;
                    assert_eq!(
                        Request::decode_any(&frame),
                        Ok(request),
                        "{}",
                        String::from_utf8_lossy(&frame)
                    );
                }
            }
        }
        assert!(taken > 500, "{taken}");
    }

    #[test]
    fn every_byte_is_judged_alike_in_a_word_and_behind_the_last_word() {
        for byte in 0..=u8::MAX {
            let is_special = matches!(byte, b'"' | b'\\') || !(b' '..=0x7f).contains(&byte);
            for place in 0..19 {
                for other in [b' ', b'!', b'#', b'[', b']', b'~', 0x7f] {
                    let mut text = [other; 19];
                    text[place] = byte;
                    let expected = if is_special { place } else { 19 };
                    assert_eq!(
                        plain_bytes(&text),
                        expected,
                        "{byte} at {place} among {other}"
                    );
                }
            }
        }
    }

    #[test]
    fn what_stands_twice_or_does_not_belong_there_is_not_plain() {
        for frame in [
            r#"{"op":"cancel","op":"cancel","symbol":"BTCUSDT","order_id":12}"#,
            r#"{"op":"cancel","symbol":"BTCUSDT","order_id":12,"client_order_id":"a"}"#,
            r#"{"op":"cancel","symbol":"BTCUSDT","order_id":12,"side":"buy"}"#,
            r#"{"op":"cancel","symbol":"BTCUSDT","order_id":012}"#,
            r#"{"op":"cancel","symbol":"BTCUSDT","order_id":99999999999999999999}"#,
            r#"{"op":"cancel","symbol":"BTCUSDT","order_id":12} "#,
            r#"{"op":"submit","symbol":"BTCUSDT","side":"buy","type":"market","quantity":"1"}"#,
            r#"{"op":"cancel","symbol":"BTC\u0055SDT","order_id":12}"#,
        ] {
            assert_eq!(read(frame.as_bytes()), None, "{frame}");
        }
    }
}
