//! The native protocol in JSON: orders by template, answers by their first fields.

use protocol::{Frames, Hello, Logon, Operation, PROTOCOL_VERSION, Request, ServerMessage};

use crate::load::LoadError;
use crate::load::dialect::digits::{number_behind, put_decimal, put_number, word_behind};
use crate::load::dialect::{Answer, Health};
use crate::load::order_stream::{Asked, LoadInstrument, LoadOrder, LoadSide};
use crate::load::socket::Greeting;

const REQUEST: &[u8] = b"\"request\":";

/// `hello`, then `logon`.
pub fn log_on(greeting: &mut Greeting, key: &str) -> Result<(), LoadError> {
    let hello = Operation::Hello(Hello {
        protocol: PROTOCOL_VERSION,
        client: Some("rialto bench".to_owned()),
        frames: Frames::Text,
        schema_version: None,
    });
    let logon = Operation::Logon(Logon::DemoKey(key.to_owned()));
    for operation in [hello, logon] {
        let question = Request {
            id: None,
            operation,
        };
        let answer = greeting.ask(question.to_json().as_bytes())?;
        let text = String::from_utf8_lossy(&answer);
        match ServerMessage::decode(&text) {
            Ok(ServerMessage::Hello(_) | ServerMessage::LoggedOn(_)) => {}
            Ok(_) | Err(_) => {
                return Err(LoadError::Refused {
                    reason: text.into_owned(),
                });
            }
        }
    }
    Ok(())
}

/// Writes a `submit` or a `cancel`.
pub fn write(buffer: &mut Vec<u8>, asked: &Asked, instrument: &LoadInstrument, tag: &str) {
    let op: &[u8] = match asked.order {
        LoadOrder::Rest { .. } | LoadOrder::Take { .. } => b"{\"op\":\"submit\",\"id\":",
        LoadOrder::End { .. } => b"{\"op\":\"cancel\",\"id\":",
    };
    buffer.extend_from_slice(op);
    put_number(buffer, asked.number);
    buffer.extend_from_slice(b",\"symbol\":\"");
    buffer.extend_from_slice(instrument.symbol.as_str().as_bytes());
    buffer.extend_from_slice(b"\",\"client_order_id\":\"");
    buffer.extend_from_slice(tag.as_bytes());
    match asked.order {
        LoadOrder::Rest { side, price_units } => {
            put_number(buffer, asked.number);
            put_terms(buffer, side, price_units, instrument);
            buffer.extend_from_slice(b"\"}");
        }
        LoadOrder::Take { side, price_units } => {
            put_number(buffer, asked.number);
            put_terms(buffer, side, price_units, instrument);
            buffer.extend_from_slice(b"\",\"time_in_force\":\"IOC\"}");
        }
        LoadOrder::End { entered } => {
            put_number(buffer, entered);
            buffer.extend_from_slice(b"\"}");
        }
    }
}

fn put_terms(buffer: &mut Vec<u8>, side: LoadSide, price_units: u64, instrument: &LoadInstrument) {
    let side: &[u8] = match side {
        LoadSide::Buy => b"\",\"side\":\"buy\",\"type\":\"limit\",\"price\":\"",
        LoadSide::Sell => b"\",\"side\":\"sell\",\"type\":\"limit\",\"price\":\"",
    };
    buffer.extend_from_slice(side);
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
    // What has a request's number has it at the front: `type` first, then `request`.
    let front = &message[..message.len().min(64)];
    let Some(number) = number_behind(front, REQUEST) else {
        return Answer::ToNobody;
    };
    let kind = word_behind(message, b"\"kind\":").unwrap_or("error");
    match kind {
        "accepted" | "canceled" | "rested" | "trade" | "repeated" => Answer::To {
            number,
            kind,
            health: Health::Good,
        },
        "rejected" => refused(number, word_behind(message, b"\"reason\":")),
        other => Answer::To {
            number,
            kind: word_behind(message, b"\"code\":").unwrap_or(other),
            health: Health::Bad,
        },
    }
}

fn refused(number: u64, reason: Option<&str>) -> Answer<'_> {
    let kind = reason.unwrap_or("rejected");
    Answer::To {
        number,
        kind,
        // An order that traded cannot be ended any more: that is how it should be.
        health: match kind {
            "unknown_order" | "too_late" => Health::Good,
            _ => Health::Bad,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bitcoin() -> LoadInstrument {
        LoadInstrument {
            symbol: "BTCUSDT".parse().unwrap(),
            price_decimals: 2,
            quantity_decimals: 5,
            tick_units: 1,
            reference_units: 6_400_000,
            quantity_units: 1_500,
        }
    }

    fn written(order: LoadOrder) -> String {
        let asked = Asked {
            number: 12,
            connection: 0,
            instrument: 0,
            order,
        };
        let mut buffer = Vec::new();
        write(&mut buffer, &asked, &bitcoin(), "a-");
        String::from_utf8(buffer).unwrap()
    }

    #[test]
    fn orders_are_written_as_the_protocol_says() {
        let side = LoadSide::Sell;
        let price_units = 6_425_010;

        for (order, text) in [
            (
                LoadOrder::Rest { side, price_units },
                r#"{"op":"submit","id":12,"symbol":"BTCUSDT","client_order_id":"a-12","side":"sell","type":"limit","price":"64250.10","quantity":"0.01500"}"#,
            ),
            (
                LoadOrder::Take { side, price_units },
                r#"{"op":"submit","id":12,"symbol":"BTCUSDT","client_order_id":"a-12","side":"sell","type":"limit","price":"64250.10","quantity":"0.01500","time_in_force":"IOC"}"#,
            ),
            (
                LoadOrder::End { entered: 7 },
                r#"{"op":"cancel","id":12,"symbol":"BTCUSDT","client_order_id":"a-7"}"#,
            ),
        ] {
            assert_eq!(written(order), text);
            Request::decode(text.as_bytes(), 4_096).expect("the protocol reads it");
        }
    }

    #[test]
    fn an_answer_is_told_from_what_answers_nobody() {
        let accepted = br#"{"type":"report","request":3,"kind":"accepted","symbol":"BTCUSDT"}"#;
        let late = br#"{"type":"report","request":4,"kind":"rejected","symbol":"BTCUSDT","status":"rejected","reason":"too_late"}"#;
        let busy = br#"{"type":"report","request":5,"kind":"rejected","symbol":"BTCUSDT","reason":"busy"}"#;
        let error = br#"{"type":"error","request":16,"code":"missing_field","text":"field `price` is missing"}"#;
        let trade = br#"{"type":"report","kind":"trade","symbol":"BTCUSDT"}"#;

        let answer = |number, kind, health| Answer::To {
            number,
            kind,
            health,
        };
        assert_eq!(read(accepted), answer(3, "accepted", Health::Good));
        assert_eq!(read(late), answer(4, "too_late", Health::Good));
        assert_eq!(read(busy), answer(5, "busy", Health::Bad));
        assert_eq!(read(error), answer(16, "missing_field", Health::Bad));
        assert_eq!(read(trade), Answer::ToNobody);
    }
}
