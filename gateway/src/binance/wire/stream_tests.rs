//! Goal: messages that the live venue sent are read by this wire's own types, every field of them.
//!
//! Method: the folder of recorded messages is named by `RIALTO_RECORDED_DATA`; without it the test says that it did
//! nothing. Each message is read, written again, and compared with what was recorded, field by field.

use std::io::Read;

use serde_json::Value;

use super::*;

const FILE: &str = "binance_spot_btcusdt_20240809_first120s.jsonl.gz";

/// The messages of the recording, each as the venue sent it, with the name of its stream.
fn messages() -> Option<Vec<(String, Value)>> {
    let folder = std::env::var_os("RIALTO_RECORDED_DATA")?;
    let path = std::path::Path::new(&folder).join(FILE);
    let packed = std::fs::File::open(&path).expect("the recording is in the folder");
    let mut text = String::new();
    flate2::read::MultiGzDecoder::new(packed)
        .read_to_string(&mut text)
        .expect("the recording is gzip");
    let messages = text.lines().map(|line| {
        let (_received_ns, message) = line.split_once(' ').expect("a time stands before it");
        let message: Value = serde_json::from_str(message).expect("each line has JSON");
        let stream = message["stream"].as_str().expect("it is combined");
        (stream.to_owned(), message["data"].clone())
    });
    Some(messages.collect())
}

fn same<T: Serialize + for<'a> Deserialize<'a>>(message: &Value) {
    let read: T = serde_json::from_value(message.clone()).expect("it is of this type");
    let written = serde_json::to_value(read).expect("it can be written");
    assert_eq!(&written, message);
}

#[test]
fn recorded_messages_have_the_fields_of_this_wire() {
    let Some(messages) = messages() else {
        println!("SKIPPED: RIALTO_RECORDED_DATA names no folder with recorded messages");
        return;
    };
    let mut counts = [0_usize; 3];
    for (stream, message) in &messages {
        if stream.ends_with("@trade") {
            same::<TradeEvent>(message);
            counts[0] += 1;
        } else if stream.contains("@depth") && message.get("U").is_some() {
            same::<DepthUpdate>(message);
            counts[1] += 1;
        } else if stream.ends_with("@bookTicker") {
            same::<BookTickerEvent>(message);
            counts[2] += 1;
        }
    }
    assert!(counts.iter().all(|count| *count > 0), "{counts:?}");
}
