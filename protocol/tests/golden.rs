//! Goal: the bytes of every message are what docs/protocol.md shows. Method: one golden file per message
//! (`request.OP[.case].json`, `message.TYPE[.case].json`) is read and written back, and the document is
//! searched for its section, its bytes and each of its fields.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use protocol::{
    BatchMode, CandleInterval, Channel, ChildStart, ClockMode, Delivery, ErrorCode, Frames,
    GoingAwayReason, Liquidity, OcoMode, OnCancelFailure, OnDisconnect, OnLag, Operation,
    OrderChangeKind, OrderStatus, OrderType, PegReference, PostOnly, Priority, Reason, ReportKind,
    Request, SelfTradePrevention, ServerMessage, Side, TradingState, TriggerSource,
};

struct Golden {
    /// `request` or `message`.
    direction: String,
    /// The value of `op` or `type`.
    name: String,
    file: String,
    bytes: String,
}

fn golden_files() -> Vec<Golden> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let mut files: Vec<_> = fs::read_dir(&folder)
        .expect("the folder of golden files")
        .map(|entry| entry.expect("a golden file").path())
        .collect();
    files.sort();
    files.iter().map(|path| golden(path)).collect()
}

fn golden(path: &Path) -> Golden {
    let file = path
        .file_name()
        .and_then(|name| name.to_str())
        .expect("a golden file has a plain name")
        .to_owned();
    let mut words = file.split('.');
    let mut word = || words.next().expect("request.OP.json").to_owned();
    let (direction, name) = (word(), word());
    let text = fs::read_to_string(path).expect("a golden file is text");
    let bytes = text
        .strip_suffix('\n')
        .expect("a golden file ends with a line feed");
    Golden {
        direction,
        name,
        bytes: bytes.to_owned(),
        file,
    }
}

fn document() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/protocol.md");
    fs::read_to_string(path).expect("docs/protocol.md")
}

/// The sections of one chapter, by the name that their title has in backquotes.
fn sections(chapter: &str) -> BTreeMap<String, String> {
    let document = document();
    let (_, after) = document
        .split_once(&format!("\n## {chapter}\n"))
        .expect("the chapter");
    let chapter = after.split("\n## ").next().expect("the chapter's text");
    chapter
        .split("\n### `")
        .skip(1)
        .map(|section| {
            let (name, text) = section.split_once('`').expect("a name in backquotes");
            (name.to_owned(), text.to_owned())
        })
        .collect()
}

fn names(direction: &str) -> BTreeSet<String> {
    golden_files()
        .into_iter()
        .filter(|golden| golden.direction == direction)
        .map(|golden| golden.name)
        .collect()
}

fn owned(words: &[&str]) -> BTreeSet<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

#[test]
fn every_request_is_read_and_written_back_byte_by_byte() {
    for golden in golden_files() {
        if golden.direction != "request" {
            continue;
        }
        let request = Request::decode(golden.bytes.as_bytes(), 16_384)
            .unwrap_or_else(|error| panic!("{}: {error}", golden.file));

        assert_eq!(request.operation.op(), golden.name, "{}", golden.file);
        assert_eq!(request.to_json(), golden.bytes, "{}", golden.file);
    }
}

#[test]
fn every_message_is_read_and_written_back_byte_by_byte() {
    for golden in golden_files() {
        if golden.direction != "message" {
            continue;
        }
        let message = ServerMessage::decode(&golden.bytes)
            .unwrap_or_else(|error| panic!("{}: {error}", golden.file));
        let mut written = Vec::new();
        message.encode(&mut written);

        let written = String::from_utf8(written).expect("messages are text");
        assert_eq!(written, golden.bytes, "{}", golden.file);
        let tag = format!("{{\"type\":\"{}\"", golden.name);
        assert!(written.starts_with(&tag), "{}", golden.file);
    }
}

#[test]
fn every_request_and_message_has_a_golden_file_and_a_section() {
    assert_eq!(names("request"), owned(Operation::OPS));
    assert_eq!(names("message"), owned(ServerMessage::TYPES));
    let titles = |chapter| sections(chapter).into_keys().collect::<BTreeSet<_>>();
    assert_eq!(titles("Requests"), owned(Operation::OPS));
    assert_eq!(titles("Messages"), owned(ServerMessage::TYPES));
}

#[test]
fn every_kind_of_report_has_a_golden_file() {
    let files: BTreeSet<_> = golden_files()
        .into_iter()
        .map(|golden| golden.file)
        .collect();
    for kind in ReportKind::ALL {
        let file = format!("message.report.{kind}.json");
        assert!(files.contains(&file), "{file} is missing");
    }
}

#[test]
fn the_document_quotes_every_golden_file_in_its_section() {
    let requests = sections("Requests");
    let messages = sections("Messages");
    for golden in golden_files() {
        let chapter = match golden.direction.as_str() {
            "request" => &requests,
            "message" => &messages,
            other => panic!("{}: `{other}` is no direction", golden.file),
        };
        let section = &chapter[&golden.name];
        assert!(
            section.contains(&format!("\n{}\n", golden.bytes)),
            "docs/protocol.md does not quote {}:\n{}",
            golden.file,
            golden.bytes
        );
    }
}

#[test]
fn the_document_has_a_row_for_every_field_of_every_golden_file() {
    let requests = sections("Requests");
    let messages = sections("Messages");
    for golden in golden_files() {
        let chapter = if golden.direction == "request" {
            &requests
        } else {
            &messages
        };
        let section = &chapter[&golden.name];
        let fields: BTreeMap<String, serde_json::Value> =
            serde_json::from_str(&golden.bytes).expect("a golden file is a JSON object");
        let told_once_for_all = ["op", "id", "type", "request"];
        for field in fields
            .keys()
            .filter(|field| !told_once_for_all.contains(&field.as_str()))
        {
            assert!(
                section.contains(&format!("\n| `{field}` |")),
                "docs/protocol.md: `{}` has no row for `{field}`",
                golden.name
            );
        }
    }
}

#[test]
fn the_document_knows_every_word() {
    let document = document();
    let words = [
        ErrorCode::ALL.iter().map(|word| word.word()).collect(),
        Reason::ALL.iter().map(|word| word.word()).collect(),
        GoingAwayReason::ALL
            .iter()
            .map(|word| word.word())
            .collect(),
        CandleInterval::ALL.iter().map(|word| word.word()).collect(),
        Channel::ALL.iter().map(|word| word.word()).collect(),
        BatchMode::ALL.iter().map(|word| word.word()).collect(),
        ChildStart::ALL.iter().map(|word| word.word()).collect(),
        ClockMode::ALL.iter().map(|word| word.word()).collect(),
        Liquidity::ALL.iter().map(|word| word.word()).collect(),
        OcoMode::ALL.iter().map(|word| word.word()).collect(),
        OnDisconnect::ALL.iter().map(|word| word.word()).collect(),
        PegReference::ALL.iter().map(|word| word.word()).collect(),
        TriggerSource::ALL.iter().map(|word| word.word()).collect(),
        OnCancelFailure::ALL
            .iter()
            .map(|word| word.word())
            .collect(),
        OrderStatus::ALL.iter().map(|word| word.word()).collect(),
        OrderType::ALL.iter().map(|word| word.word()).collect(),
        PostOnly::ALL.iter().map(|word| word.word()).collect(),
        Priority::ALL.iter().map(|word| word.word()).collect(),
        ReportKind::ALL.iter().map(|word| word.word()).collect(),
        SelfTradePrevention::ALL
            .iter()
            .map(|word| word.word())
            .collect(),
        Delivery::ALL.iter().map(|word| word.word()).collect(),
        Frames::ALL.iter().map(|word| word.word()).collect(),
        OnLag::ALL.iter().map(|word| word.word()).collect(),
        OrderChangeKind::ALL
            .iter()
            .map(|word| word.word())
            .collect(),
        TradingState::ALL.iter().map(|word| word.word()).collect(),
        Side::ALL.iter().map(|word| word.word()).collect::<Vec<_>>(),
    ];
    for word in words.concat() {
        // `other` is what a reader makes of a word it does not know; it is never sent.
        assert!(
            word == "other" || document.contains(&format!("`{word}`")),
            "docs/protocol.md does not tell what `{word}` means"
        );
    }
}
