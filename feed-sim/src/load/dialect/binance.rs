//! The Binance persona's WebSocket API: a signed log-on, then orders without signatures of their own.

use std::fmt::Write as _;

use ring::hmac;

use crate::clock::unix_ms;
use crate::load::LoadError;
use crate::load::dialect::digits::{number_behind, put_decimal, put_number, word_behind};
use crate::load::dialect::{Answer, Health};
use crate::load::order_stream::{Asked, LoadInstrument, LoadOrder, LoadSide};
use crate::load::socket::Greeting;

/// An answer that is good.
const STATUS_OK: u64 = 200;
/// The venue's code for an order that is gone.
const ORDER_IS_GONE: &[u8] = b"\"code\":-2011";
/// A request is taken while it is not older than this.
const RECEIVE_WINDOW_MS: u64 = 60_000;

/// The key that every session of a load logs on with.
#[derive(Debug, Clone)]
pub struct SignedLogon {
    /// What is sent as the key.
    pub api_key: String,
    /// What requests are signed with.
    pub secret: String,
}

impl SignedLogon {
    /// `session.logon`, signed.
    pub(super) fn log_on(&self, greeting: &mut Greeting) -> Result<(), LoadError> {
        let now_ms = unix_ms();
        let query = format!("apiKey={}&timestamp={now_ms}", self.api_key);
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.secret.as_bytes());
        let mut signature = String::new();
        for byte in hmac::sign(&key, query.as_bytes()).as_ref() {
            // Writing to a string cannot fail.
            let _ = write!(signature, "{byte:02x}");
        }
        let question = format!(
            r#"{{"id":0,"method":"session.logon","params":{{"apiKey":"{}","timestamp":{now_ms},"signature":"{signature}"}}}}"#,
            self.api_key
        );
        let answer = greeting.ask(question.as_bytes())?;
        if number_behind(&answer, b"\"status\":") == Some(STATUS_OK) {
            return Ok(());
        }
        Err(LoadError::Refused {
            reason: String::from_utf8_lossy(&answer).into_owned(),
        })
    }
}

/// Writes an `order.place` or an `order.cancel`.
pub fn write(buffer: &mut Vec<u8>, asked: &Asked, instrument: &LoadInstrument, tag: &str) {
    buffer.extend_from_slice(b"{\"id\":");
    put_number(buffer, asked.number);
    let method: &[u8] = match asked.order {
        LoadOrder::Rest { .. } | LoadOrder::Take { .. } => {
            b",\"method\":\"order.place\",\"params\":{\"symbol\":\""
        }
        LoadOrder::End { .. } => b",\"method\":\"order.cancel\",\"params\":{\"symbol\":\"",
    };
    buffer.extend_from_slice(method);
    buffer.extend_from_slice(instrument.symbol.as_str().as_bytes());
    match asked.order {
        LoadOrder::Rest { side, price_units } => {
            put_terms(buffer, side, b"GTC", price_units, instrument);
            put_name(buffer, b"\",\"newClientOrderId\":\"", tag, asked.number);
        }
        LoadOrder::Take { side, price_units } => {
            put_terms(buffer, side, b"IOC", price_units, instrument);
            put_name(buffer, b"\",\"newClientOrderId\":\"", tag, asked.number);
        }
        LoadOrder::End { entered } => {
            put_name(buffer, b"\",\"origClientOrderId\":\"", tag, entered);
        }
    }
    buffer.extend_from_slice(b"\",\"recvWindow\":");
    put_number(buffer, RECEIVE_WINDOW_MS);
    buffer.extend_from_slice(b",\"timestamp\":");
    put_number(buffer, unix_ms());
    buffer.extend_from_slice(b"}}");
}

fn put_name(buffer: &mut Vec<u8>, field: &[u8], tag: &str, number: u64) {
    buffer.extend_from_slice(field);
    buffer.extend_from_slice(tag.as_bytes());
    put_number(buffer, number);
}

fn put_terms(
    buffer: &mut Vec<u8>,
    side: LoadSide,
    time_in_force: &[u8],
    price_units: u64,
    instrument: &LoadInstrument,
) {
    let side: &[u8] = match side {
        LoadSide::Buy => b"\",\"side\":\"BUY\",\"type\":\"LIMIT\",\"timeInForce\":\"",
        LoadSide::Sell => b"\",\"side\":\"SELL\",\"type\":\"LIMIT\",\"timeInForce\":\"",
    };
    buffer.extend_from_slice(side);
    buffer.extend_from_slice(time_in_force);
    buffer.extend_from_slice(b"\",\"newOrderRespType\":\"ACK\",\"price\":\"");
    put_decimal(buffer, price_units, instrument.price_decimals);
    buffer.extend_from_slice(b"\",\"quantity\":\"");
    put_decimal(
        buffer,
        instrument.quantity_units,
        instrument.quantity_decimals,
    );
}

/// Reads a message.
pub fn read(message: &[u8]) -> Answer<'_> {
    let front = &message[..message.len().min(48)];
    let Some(number) = number_behind(front, b"{\"id\":") else {
        return Answer::ToNobody;
    };
    let status = number_behind(front, b"\"status\":").unwrap_or(0);
    let (kind, health) = if status == STATUS_OK {
        ("ok", Health::Good)
    } else if contains(message, ORDER_IS_GONE) {
        ("unknown_order", Health::Good)
    } else {
        (
            word_behind(message, b"\"msg\":").unwrap_or("error"),
            Health::Bad,
        )
    };
    Answer::To {
        number,
        kind,
        health,
    }
}

fn contains(message: &[u8], part: &[u8]) -> bool {
    message.windows(part.len()).any(|window| window == part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_says_which_order_it_is_for_and_whether_it_is_well() {
        let answer = |number, kind, health| Answer::To {
            number,
            kind,
            health,
        };

        let ok = br#"{"id":9,"status":200,"result":{"symbol":"BTCUSDT"}}"#;
        assert_eq!(read(ok), answer(9, "ok", Health::Good));
        let gone = br#"{"id":4,"status":400,"error":{"code":-2011,"msg":"Unknown order sent."}}"#;
        assert_eq!(read(gone), answer(4, "unknown_order", Health::Good));
        let poor = br#"{"id":4,"status":400,"error":{"code":-2010,"msg":"Account has insufficient balance for requested action."}}"#;
        assert_eq!(
            read(poor),
            answer(
                4,
                "Account has insufficient balance for requested action.",
                Health::Bad
            )
        );
        assert_eq!(
            read(br#"{"subscriptionId":0,"event":{}}"#),
            Answer::ToNobody
        );
    }
}
