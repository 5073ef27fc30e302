//! Goal: docs/asyncapi.json and docs/openapi.json say what the protocol is, today. Method: each schema is made of what
//! the types write (golden files and random requests and messages), of the words that they know, and of the rows of
//! docs/protocol.md; the files must be exactly that, hold together, and take in what else the types write.
//!
//! `RIALTO_WRITE=1 cargo test -p protocol --test interface` writes the files.

mod asyncapi;
mod document;
mod openapi;
mod samples;
mod schema;
#[path = "../properties/strategies.rs"]
#[expect(dead_code, reason = "the other tests need more of it")]
mod strategies;
mod validity;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use protocol::{Channel, Operation, ServerMessage};
use serde_json::Value;

use crate::document::Document;
use crate::samples::Samples;
use crate::validity::{fault, unresolved};

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../docs")
        .join(name)
}

fn read(name: &str) -> Value {
    let text = fs::read_to_string(path(name)).expect("a file of docs");
    serde_json::from_str(&text).expect("it is JSON")
}

/// The file must be this; with `RIALTO_WRITE` it becomes it.
fn assert_current(name: &str, value: &Value) {
    let mut text = serde_json::to_string_pretty(value).expect("JSON can be written");
    text.push('\n');
    if std::env::var_os("RIALTO_WRITE").is_some() {
        fs::write(path(name), &text).expect("docs can be written");
    }
    let found = fs::read_to_string(path(name)).unwrap_or_default();
    let line = found
        .lines()
        .zip(text.lines())
        .position(|(found, wanted)| found != wanted);
    assert!(
        found == text,
        "docs/{name} is not current (line {line:?}): RIALTO_WRITE=1 cargo test -p protocol --test interface"
    );
}

#[test]
fn the_asyncapi_document_is_what_the_types_say() {
    let (document, samples) = (Document::read(), Samples::draw(1));

    assert_current("asyncapi.json", &asyncapi::document(&document, &samples));
}

#[test]
fn the_openapi_document_is_what_the_types_say() {
    let (document, samples) = (Document::read(), Samples::draw(1));

    assert_current("openapi.json", &openapi::document(&document, &samples));
}

#[test]
fn every_request_message_and_channel_is_in_the_asyncapi_document() {
    let document = read("asyncapi.json");
    let keys = |pointer: &str| -> BTreeSet<String> {
        let object = document.pointer(pointer).and_then(Value::as_object);
        object.expect(pointer).keys().cloned().collect()
    };

    let operations = keys("/operations");
    let messages = keys("/components/messages");
    let channels = keys("/channels");

    for op in Operation::OPS {
        assert!(operations.contains(*op), "no operation for `{op}`");
        assert!(
            messages.contains(&format!("request.{op}")),
            "no message for `{op}`"
        );
        let replies = document.pointer(&format!("/operations/{op}/reply/messages"));
        let replies = replies.and_then(Value::as_array).map_or(0, Vec::len);
        assert!(
            replies >= 2,
            "`{op}` is answered by a message or by an error"
        );
    }
    for message_type in ServerMessage::TYPES {
        assert!(
            messages.contains(*message_type),
            "no message `{message_type}`"
        );
    }
    for channel in Channel::ALL {
        assert!(
            channels.contains(channel.word()),
            "no channel `{}`",
            channel.word()
        );
        assert!(operations.contains(&format!("follow_{}", channel.word())));
    }
}

#[test]
fn the_documents_hold_together() {
    for (name, version, key) in [
        ("asyncapi.json", "3.0.0", "asyncapi"),
        ("openapi.json", "3.1.0", "openapi"),
    ] {
        let document = read(name);

        assert_eq!(document[key], version);
        assert!(document["info"]["title"].is_string() && document["info"]["version"].is_string());
        assert_eq!(unresolved(&document), Vec::<String>::new(), "{name}");
    }
    let document = read("asyncapi.json");
    for (name, operation) in document["operations"].as_object().expect("operations") {
        let channel = operation["channel"]["$ref"].as_str().expect("a channel");
        assert!(["send", "receive"].contains(&operation["action"].as_str().unwrap_or_default()));
        let own = operation["messages"].as_array().expect("its messages");
        let replies = operation.pointer("/reply/messages");
        let replies = replies.and_then(Value::as_array).map_or(&[][..], |it| it);
        for message in own.iter().chain(replies) {
            let message = message["$ref"].as_str().expect("a reference");
            assert!(
                message.starts_with(&format!("{channel}/messages/")),
                "{name}: a message of its own channel, not {message}"
            );
        }
    }
}

#[test]
fn whatever_the_types_write_fits_its_schema_and_a_stranger_does_not() {
    let document = read("asyncapi.json");
    let schema = |name: &str| {
        document
            .pointer(&format!("/components/messages/{name}/payload"))
            .unwrap_or_else(|| panic!("no payload of {name}"))
    };

    let mut checked = 0;
    for (name, samples) in Samples::draw(2).all() {
        for sample in samples {
            assert_eq!(
                fault(&document, schema(&name), &sample),
                None,
                "{name}: {sample}"
            );
            let mut strange = sample.clone();
            strange["type"] = Value::from("stranger");
            strange["op"] = Value::from("stranger");
            assert!(
                fault(&document, schema(&name), &strange).is_some(),
                "{name}"
            );
            checked += 1;
        }
    }
    assert!(checked > 1_000, "{checked} samples are too few");
}
