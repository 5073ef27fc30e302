//! The WebSocket, as an `AsyncAPI` 3 document.

use protocol::{Channel, Operation, ServerMessage};
use serde_json::{Map, Value, json};

use crate::document::Document;
use crate::samples::Samples;
use crate::schema::{payload, shared};

/// The whole document. Its view is the exchange's: it receives requests and sends messages.
pub fn document(document: &Document, samples: &Samples) -> Value {
    let mut messages = Map::new();
    for op in Operation::OPS {
        let name = format!("request.{op}");
        let payload = payload(samples.of(&name), &document.section("Requests", op));
        messages.insert(
            name,
            message(op, samples, &format!("request.{op}"), &payload),
        );
    }
    for name in ServerMessage::TYPES {
        let payload = payload(samples.of(name), &document.section("Messages", name));
        messages.insert((*name).to_owned(), message(name, samples, name, &payload));
    }
    json!({
        "asyncapi": "3.0.0",
        "info": {
            "title": "The native protocol of Rialto",
            "version": format!("{}.0.0", protocol::PROTOCOL_VERSION),
            "description": "One JSON object per text frame, on one WebSocket. A session says `hello`, logs on where it acts for an account, and then asks and listens. docs/protocol.md tells what each field means, the order of a session, and the binary frames.",
            "license": {"name": "MIT OR Apache-2.0"}
        },
        "defaultContentType": "application/json",
        "servers": {
            "local": {"host": "127.0.0.1:9080", "protocol": "ws", "pathname": "/v1/ws"}
        },
        "channels": channels(&messages),
        "operations": operations(document),
        "components": {"messages": messages, "schemas": shared()}
    })
}

fn message(title: &str, samples: &Samples, name: &str, payload: &Value) -> Value {
    // The golden files come first.
    let example = &samples.of(name)[0];
    json!({
        "name": title,
        "title": title,
        "contentType": "application/json",
        "payload": payload,
        "examples": [{"payload": example}]
    })
}

/// The socket itself with everything, and each channel that can be subscribed to, with what flows there.
fn channels(messages: &Map<String, Value>) -> Value {
    let reference = |name: &str| json!({"$ref": format!("#/components/messages/{name}")});
    let mut channels = Map::new();
    let everything: Map<String, Value> = messages
        .keys()
        .map(|name| (name.clone(), reference(name)))
        .collect();
    channels.insert(
        "session".to_owned(),
        json!({
            "address": "/v1/ws",
            "title": "A session",
            "description": "All requests and messages of one connection.",
            "messages": everything
        }),
    );
    for channel in Channel::ALL {
        let flowing: Map<String, Value> = flowing(*channel)
            .iter()
            .map(|name| ((*name).to_owned(), reference(name)))
            .collect();
        channels.insert(
            channel.word().to_owned(),
            json!({
                "address": "/v1/ws",
                "title": format!("The channel `{}`", channel.word()),
                "description": format!("What flows after `subscribe` with `channel` `{}`, on the same socket.", channel.word()),
                "messages": flowing
            }),
        );
    }
    Value::Object(channels)
}

/// What flows on a channel.
fn flowing(channel: Channel) -> &'static [&'static str] {
    match channel {
        Channel::Trades => &["trade", "trade_busted", "lagged"],
        Channel::Depth => &["depth_snapshot", "depth", "lagged"],
        Channel::Top => &["top", "lagged"],
        Channel::Orders => &["orders_snapshot", "orders", "lagged"],
        Channel::Status => &["status", "lagged"],
        Channel::Instruments => &["instrument", "lagged"],
        Channel::Heartbeat => &["heartbeat", "lagged"],
        Channel::Queue => &["queue"],
        Channel::Executions | Channel::DropCopy => &["report"],
        Channel::Candles => &["candle", "lagged"],
        Channel::Statistics => &["statistics", "lagged"],
        Channel::Balances => &["balances"],
        Channel::Positions => &["positions"],
    }
}

fn operations(document: &Document) -> Value {
    let of_session = |name: &str| json!({"$ref": format!("#/channels/session/messages/{name}")});
    let mut operations = Map::new();
    for op in Operation::OPS {
        let section = document.section("Requests", op);
        assert!(
            !section.answers.is_empty(),
            "docs/protocol.md does not say what `{op}` is answered by"
        );
        let answers = section.answers.iter().map(String::as_str).chain(["error"]);
        operations.insert(
            (*op).to_owned(),
            json!({
                "action": "receive",
                "channel": {"$ref": "#/channels/session"},
                "summary": section.about,
                "messages": [of_session(&format!("request.{op}"))],
                "reply": {
                    "channel": {"$ref": "#/channels/session"},
                    "messages": answers.map(of_session).collect::<Vec<_>>()
                }
            }),
        );
    }
    for channel in Channel::ALL {
        let word = channel.word();
        let messages: Vec<Value> = flowing(*channel)
            .iter()
            .map(|name| json!({"$ref": format!("#/channels/{word}/messages/{name}")}))
            .collect();
        operations.insert(
            format!("follow_{word}"),
            json!({
                "action": "send",
                "channel": {"$ref": format!("#/channels/{word}")},
                "summary": format!("What a subscriber to `{word}` is told."),
                "messages": messages
            }),
        );
    }
    operations.insert(
        "say_goodbye".to_owned(),
        json!({
            "action": "send",
            "channel": {"$ref": "#/channels/session"},
            "summary": document.section("Messages", "going_away").about,
            "messages": [of_session("going_away"), of_session("trace")]
        }),
    );
    Value::Object(operations)
}
