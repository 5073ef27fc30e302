//! Connections that only wait cost little memory, and each still gets its message.

use gateway::Limits;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::own_process;
use crate::participant::{Participant, limit};
use crate::venue::{Venue, limits, within};

const UPGRADE: &str = "GET /v1/ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

/// Twice the goal of 8 KiB: both ends live in this process, and its allocator rounds up.
const BYTES_EACH_MAX: usize = 16_384;

/// How many connections: few, or as many as `RIALTO_IDLE_CONNECTIONS` says (two descriptors each).
fn connections() -> usize {
    std::env::var("RIALTO_IDLE_CONNECTIONS").map_or(500, |count| count.parse().unwrap())
}

/// Memory of this process that is in use, in bytes.
fn resident_bytes() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let kibibytes = line.and_then(|line| line.split_whitespace().nth(1));
    kibibytes.map_or(0, |kibibytes| kibibytes.parse::<usize>().unwrap() * 1_024)
}

/// A text frame with a mask of zeros.
fn frame(text: &str) -> Vec<u8> {
    let length = u8::try_from(text.len()).unwrap();
    assert!(length < 126);
    let mut frame = vec![0x81, 0x80 | length, 0, 0, 0, 0];
    frame.extend_from_slice(text.as_bytes());
    frame
}

/// Reads until `text` has come; keeps no buffer.
async fn read_up_to(stream: &mut TcpStream, text: &str) {
    let mut seen = Vec::new();
    while !String::from_utf8_lossy(&seen).contains(text) {
        let mut piece = [0; 2_048];
        let length = within(stream.read(&mut piece)).await.unwrap();
        assert!(length > 0, "the connection lives");
        seen.extend_from_slice(&piece[..length]);
    }
}

async fn follow(venue: &Venue) -> TcpStream {
    let mut stream = within(TcpStream::connect(venue.address)).await.unwrap();
    stream.write_all(UPGRADE.as_bytes()).await.unwrap();
    read_up_to(&mut stream, "\r\n\r\n").await;
    let hello = frame(r#"{"op":"hello","protocol":1}"#);
    let subscribe = frame(r#"{"op":"subscribe","channel":"top","symbols":["BTCUSDT"]}"#);
    stream.write_all(&hello).await.unwrap();
    read_up_to(&mut stream, r#""type":"hello""#).await;
    stream.write_all(&subscribe).await.unwrap();
    read_up_to(&mut stream, r#""type":"top""#).await;
    stream
}

#[tokio::test]
async fn idle_connections_are_small_and_are_all_told() {
    if !own_process::is_this("idle::idle_connections_are_small_and_are_all_told") {
        return;
    }
    let connections = connections();
    let limits = Limits {
        connections_max: connections + 10,
        connections_per_address_max: connections + 10,
        ..limits()
    };
    let venue = Venue::open_with_limits(limits).await;
    let mut alice = Participant::log_on(&venue, "alice").await;
    // What the first ones cost is not theirs alone.
    let mut streams = Vec::with_capacity(connections);
    for _ in 0..50 {
        streams.push(follow(&venue).await);
    }
    let before = resident_bytes();
    while streams.len() < connections {
        streams.push(follow(&venue).await);
    }
    let each = resident_bytes().saturating_sub(before) / (connections - 50);

    alice.ask(&limit(1, "buy", "99.00", "1")).await;
    for stream in &mut streams {
        read_up_to(stream, r#""bid":["99.00","1.00000"]"#).await;
    }

    println!("GOAL idle connections={connections} bytes_each={each} goal=8192");
    assert!(
        each <= BYTES_EACH_MAX,
        "an idle connection takes {each} bytes"
    );
    assert_eq!(venue.view.counters().slow_consumers, 0);
    drop(streams);
    drop(alice);
    venue.close().await;
}
