//! What goes over a wire, as far as a fault has to know it: whose request it is, what it is about, and how each dialect says no.

use std::borrow::Cow;

use protocol::{ErrorCode, ErrorMessage, OrderStatus, Reason, Report, ReportKind, Symbol};
use serde_json::Value;

use crate::binance::BinanceRefusal;
use crate::faults::plan::Fault;

/// The dialect and way of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Surface {
    /// Native sessions.
    Native,
    /// The WebSocket API of the Binance persona.
    SocketApi,
    /// Its streams.
    Streams,
    /// Its REST, and the native HTTP.
    Http,
}

impl Surface {
    /// For the report.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Native => "native",
            Self::SocketApi => "ws_api",
            Self::Streams => "streams",
            Self::Http => "rest",
        }
    }
}

/// What a request asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// Enters an order, or changes one.
    Entry,
    /// Ends orders.
    Cancel,
    /// Anything else.
    Other,
}

/// A request on a socket.
#[derive(Debug, Clone)]
pub struct Asked {
    /// What it asks for.
    pub wish: Wish,
    /// Its id, as JSON.
    pub id: Value,
    /// The word of what it asks for.
    pub word: String,
    /// Who asks, where it says so.
    pub key: Option<String>,
    symbol: Option<Symbol>,
}

/// Reads a request as far as it is needed; nothing where it is none.
pub fn asked(surface: Surface, text: &str) -> Option<Asked> {
    let frame: Value = serde_json::from_str(text).ok()?;
    let params = &frame["params"];
    let (word, key, wish) = match surface {
        Surface::Native => {
            let word = frame["op"].as_str()?;
            let key = frame["key"].as_str().or_else(|| frame["key_id"].as_str());
            let wish = match word {
                "submit" | "replace" | "cancel_replace" | "mass_quote" => Wish::Entry,
                "cancel" | "mass_cancel" => Wish::Cancel,
                _ => Wish::Other,
            };
            (word, key, wish)
        }
        Surface::SocketApi | Surface::Streams | Surface::Http => {
            let word = frame["method"].as_str()?;
            let wish = match word.trim_start_matches("v3/") {
                "order.cancel" | "openOrders.cancelAll" | "orderList.cancel" => Wish::Cancel,
                "order.place" | "order.cancelReplace" | "order.amend.keepPriority" => Wish::Entry,
                list if list.starts_with("orderList.place") => Wish::Entry,
                _ => Wish::Other,
            };
            (word, params["apiKey"].as_str(), wish)
        }
    };
    let symbol = frame["symbol"]
        .as_str()
        .or_else(|| params["symbol"].as_str());
    Some(Asked {
        wish,
        id: frame["id"].clone(),
        word: word.to_owned(),
        key: key.map(str::to_owned),
        symbol: symbol.and_then(|symbol| Symbol::new(symbol).ok()),
    })
}

/// What a request over HTTP asks for.
pub fn wish_of(method: &http::Method, path: &str) -> Wish {
    let is_orders = ["/order", "/openOrders", "/orderList"]
        .iter()
        .any(|word| path.contains(word));
    match *method {
        http::Method::DELETE if is_orders => Wish::Cancel,
        http::Method::POST | http::Method::PUT if is_orders && !path.ends_with("/test") => {
            Wish::Entry
        }
        _ => Wish::Other,
    }
}

/// Native messages of market data.
const NATIVE_MARKET: [&str; 9] = [
    "trade",
    "depth_snapshot",
    "depth",
    "top",
    "orders_snapshot",
    "orders",
    "status",
    "heartbeat",
    "candle",
];

/// The channel of a message of market data: its word, and which instrument; nothing where it is none.
pub fn market_channel(surface: Surface, text: &str) -> Option<String> {
    match surface {
        Surface::Native => {
            let word = text.strip_prefix(r#"{"type":""#)?.split('"').next()?;
            NATIVE_MARKET.contains(&word).then(|| word.to_owned())
        }
        Surface::Streams => {
            let is_answer = [r#"{"result""#, r#"{"id""#, r#"{"error""#, r#"{"code""#]
                .iter()
                .any(|head| text.starts_with(head));
            let is_private = [
                "executionReport",
                "outboundAccountPosition",
                "balanceUpdate",
                "listStatus",
            ]
            .iter()
            .any(|word| text.contains(word));
            if is_answer || is_private {
                return None;
            }
            let word = text
                .split_once(r#""e":""#)
                .map_or("book", |(_, rest)| rest.split('"').next().unwrap_or("book"));
            Some(word.to_owned())
        }
        Surface::SocketApi | Surface::Http => None,
    }
}

/// The id of the request that a message answers, as JSON.
pub fn answered(surface: Surface, text: &str) -> Option<Value> {
    let name = match surface {
        Surface::Native => "request",
        Surface::SocketApi | Surface::Streams | Surface::Http => "id",
    };
    let frame: Value = serde_json::from_str(text).ok()?;
    let id = frame.get(name)?;
    (!id.is_null()).then(|| id.clone())
}

/// How a request is refused that came too often.
pub fn too_many(surface: Surface, asked: &Asked, fault: &Fault, now_us: u64) -> String {
    let retry_after_us = fault.last_us.unwrap_or(1_000_000);
    match surface {
        Surface::Native => {
            let message = ErrorMessage {
                request: asked.id.as_u64(),
                code: ErrorCode::RateLimited,
                text: sentence(fault, "too many requests in so short a time"),
                retry_after_ms: u32::try_from(retry_after_us / 1_000).ok(),
            };
            written(|buffer| message.encode(buffer))
        }
        Surface::SocketApi | Surface::Streams | Surface::Http => {
            let mut refusal = BinanceRefusal::too_many(retry_after_us.div_ceil(1_000_000));
            worded(&mut refusal, fault);
            refusal.more = Some(format!(
                r#"{{"serverTime":{},"retryAfter":{}}}"#,
                now_us / 1_000,
                now_us.saturating_add(retry_after_us) / 1_000
            ));
            socket_answer(asked, &refusal)
        }
    }
}

/// How a new order is refused, or a cancel.
pub fn refused(surface: Surface, asked: &Asked, fault: &Fault, now_us: u64) -> String {
    match surface {
        Surface::Native => {
            let reason = match asked.wish {
                Wish::Cancel => Reason::TooLate,
                Wish::Entry | Wish::Other => Reason::InsufficientFunds,
            };
            let symbol = asked.symbol.unwrap_or_else(|| {
                Symbol::new("?").unwrap_or_else(|_| unreachable!("one character is a symbol"))
            });
            let report = Report {
                request: asked.id.as_u64(),
                status: (asked.wish == Wish::Entry).then_some(OrderStatus::Rejected),
                reason: Some(fault.reason.unwrap_or(reason)),
                text: Some(sentence(fault, "refused by a fault plan")),
                ..Report::new(ReportKind::Rejected, symbol, now_us)
            };
            written(|buffer| report.encode(buffer))
        }
        Surface::SocketApi | Surface::Streams | Surface::Http => {
            socket_answer(asked, &refusal_of(asked.wish, fault))
        }
    }
}

/// The persona's refusal of an order or a cancel.
pub fn refusal_of(wish: Wish, fault: &Fault) -> BinanceRefusal {
    let mut refusal = match wish {
        Wish::Cancel => BinanceRefusal::unknown_order(),
        Wish::Entry | Wish::Other => {
            BinanceRefusal::order("Account has insufficient balance for requested action.")
        }
    };
    worded(&mut refusal, fault);
    refusal
}

/// The persona's answer that nobody knows what became of a request.
pub fn outcome_unknown(asked: &Asked) -> String {
    socket_answer(asked, &BinanceRefusal::timeout())
}

/// What is said before a connection is closed for maintenance.
pub fn farewell(surface: Surface, now_us: u64) -> String {
    let time = now_us / 1_000;
    match surface {
        Surface::Native => {
            r#"{"type":"going_away","reason":"shutdown","text":"maintenance by a fault plan"}"#
                .to_owned()
        }
        Surface::SocketApi => format!(r#"{{"event":{{"e":"serverShutdown","E":{time}}}}}"#),
        Surface::Streams | Surface::Http => format!(r#"{{"e":"serverShutdown","E":{time}}}"#),
    }
}

/// The persona's sentence and code, where the plan has its own.
pub fn worded(refusal: &mut BinanceRefusal, fault: &Fault) {
    if let Some(code) = fault.code {
        refusal.code = code;
    }
    if let Some(text) = &fault.text {
        refusal.text = Cow::Owned(text.clone());
    }
}

fn sentence(fault: &Fault, otherwise: &'static str) -> Cow<'static, str> {
    match &fault.text {
        Some(text) => Cow::Owned(text.clone()),
        None => Cow::Borrowed(otherwise),
    }
}

fn socket_answer(asked: &Asked, refusal: &BinanceRefusal) -> String {
    let (id, status, error) = (&asked.id, refusal.status, refusal.json());
    format!(r#"{{"id":{id},"status":{status},"error":{error},"rateLimits":[]}}"#)
}

fn written(write: impl FnOnce(&mut Vec<u8>)) -> String {
    let mut buffer = Vec::new();
    write(&mut buffer);
    String::from_utf8(buffer).expect("messages are written as UTF-8")
}

/// Names of times that are whole numbers: of the native protocol in microseconds, of the persona in milliseconds.
const TIMES: [&str; 7] = [
    r#""at_us":"#,
    r#""E":"#,
    r#""T":"#,
    r#""serverTime":"#,
    r#""transactTime":"#,
    r#""updateTime":"#,
    r#""workingTime":"#,
];

/// The same text with its times moved.
pub fn skewed(text: &str, skew_us: i64) -> String {
    let mut moved = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((place, name)) = first_time(rest) {
        let (before, after) = rest.split_at(place + name.len());
        moved.push_str(before);
        let length = after.bytes().take_while(u8::is_ascii_digit).count();
        let (digits, behind) = after.split_at(length);
        let skew = match length {
            13 => skew_us / 1_000,
            16 => skew_us,
            _ => 0,
        };
        match digits.parse::<i64>() {
            Ok(time) => moved.push_str(&time.saturating_add(skew).to_string()),
            Err(_) => moved.push_str(digits),
        }
        rest = behind;
    }
    moved.push_str(rest);
    moved
}

fn first_time(text: &str) -> Option<(usize, &'static str)> {
    let found = TIMES
        .iter()
        .filter_map(|name| Some((text.find(name)?, *name)));
    found.min_by_key(|(place, _)| *place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_moved_and_nothing_else_is() {
        assert_eq!(
            skewed(
                r#"{"type":"pong","at_us":1700000000000000,"seq":5}"#,
                -2_000_000
            ),
            r#"{"type":"pong","at_us":1699999998000000,"seq":5}"#
        );
        assert_eq!(
            skewed(
                r#"{"e":"trade","E":1700000000000,"t":12345,"T":1700000000001}"#,
                5_000_000
            ),
            r#"{"e":"trade","E":1700000005000,"t":12345,"T":1700000005001}"#
        );
    }

    #[test]
    fn market_data_is_told_from_what_is_private() {
        let channel = |surface, text| market_channel(surface, text);

        assert_eq!(
            channel(Surface::Native, r#"{"type":"depth","symbol":"X"}"#),
            Some("depth".to_owned())
        );
        assert_eq!(
            channel(Surface::Native, r#"{"type":"report","kind":"trade"}"#),
            None
        );
        assert_eq!(
            channel(Surface::Streams, r#"{"e":"trade","E":1}"#),
            Some("trade".to_owned())
        );
        assert_eq!(channel(Surface::Streams, r#"{"result":null,"id":1}"#), None);
        assert_eq!(
            channel(Surface::Streams, r#"{"e":"executionReport"}"#),
            None
        );
        assert_eq!(channel(Surface::SocketApi, r#"{"e":"trade"}"#), None);
    }

    #[test]
    fn requests_are_known_by_what_they_want_and_who_asks() {
        let native = asked(
            Surface::Native,
            r#"{"op":"submit","id":7,"symbol":"BTCUSDT"}"#,
        )
        .unwrap();
        assert_eq!((native.wish, native.id.as_u64()), (Wish::Entry, Some(7)));
        let logon = asked(
            Surface::Native,
            r#"{"op":"logon","id":1,"key":"demo-alice"}"#,
        )
        .unwrap();
        assert_eq!(logon.key.as_deref(), Some("demo-alice"));
        let text = r#"{"id":"a","method":"order.cancel","params":{"apiKey":"simkey"}}"#;
        let cancel = asked(Surface::SocketApi, text).unwrap();
        assert_eq!(
            (cancel.wish, cancel.key.as_deref()),
            (Wish::Cancel, Some("simkey"))
        );
        assert_eq!(
            wish_of(&http::Method::POST, "/api/v3/order/test"),
            Wish::Other
        );
        assert_eq!(
            wish_of(&http::Method::DELETE, "/api/v3/openOrders"),
            Wish::Cancel
        );
    }
}
