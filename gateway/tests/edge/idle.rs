//! Connections that only wait cost little memory, and each still gets its message.
//!
//! Method: the exchange alone is in this process, whose memory is what is measured; the connections are held by a second
//! process, which is this program again with another part to play.

use std::io::{BufRead, BufReader, Lines, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use gateway::Limits;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::own_process;
use crate::participant::{Participant, limit};
use crate::venue::{Venue, limits};

const UPGRADE: &str = "GET /v1/ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

/// What one may cost.
const BYTES_EACH_MAX: usize = 8_192;
/// Those before these pay for what is there once.
const FIRST: usize = 100;
/// Files that a process has open beside its connections.
const OTHER_FILES: u64 = 200;
/// How long one answer may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// Names the exchange, and the number of connections, to the process that holds them.
const HOLDER: &str = "RIALTO_IDLE_HOLDER";
const TEST: &str = "idle::idle_connections_are_small_and_are_all_told";

/// How many connections: the goal's 10,000, or as many as `RIALTO_IDLE_CONNECTIONS` says.
fn connections() -> usize {
    std::env::var("RIALTO_IDLE_CONNECTIONS").map_or(10_000, |count| count.parse().unwrap())
}

/// Memory of this process that is in use, in bytes.
fn resident_bytes() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let kibibytes = line.and_then(|line| line.split_whitespace().nth(1));
    kibibytes.map_or(0, |kibibytes| kibibytes.parse::<usize>().unwrap() * 1_024)
}

/// Sees to it that so many connections can be open in this process; false: the system does not let it.
fn may_open(connections: usize) -> bool {
    let needed = u64::try_from(connections).unwrap() + OTHER_FILES;
    let limit = getrlimit(Resource::Nofile);
    if limit.current.is_none_or(|current| current >= needed) {
        return true;
    }
    let maximum = limit.maximum.map(|maximum| maximum.max(needed));
    let raised = Rlimit {
        current: Some(needed),
        maximum,
    };
    setrlimit(Resource::Nofile, raised).is_ok()
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
fn read_up_to(stream: &mut TcpStream, text: &str) {
    let mut seen = Vec::new();
    while !String::from_utf8_lossy(&seen).contains(text) {
        let mut piece = [0; 2_048];
        let length = stream.read(&mut piece).unwrap();
        assert!(length > 0, "the connection lives");
        seen.extend_from_slice(&piece[..length]);
    }
}

fn follow(address: SocketAddr) -> TcpStream {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.write_all(UPGRADE.as_bytes()).unwrap();
    read_up_to(&mut stream, "\r\n\r\n");
    let hello = frame(r#"{"op":"hello","protocol":1}"#);
    let subscribe = frame(r#"{"op":"subscribe","channel":"top","symbols":["BTCUSDT"]}"#);
    stream.write_all(&hello).unwrap();
    read_up_to(&mut stream, r#""type":"hello""#);
    stream.write_all(&subscribe).unwrap();
    read_up_to(&mut stream, r#""type":"top""#);
    stream
}

/// The process that holds connections: opens those that it is told to, and hears what all of them are told.
struct Holder(Child, Lines<BufReader<ChildStdout>>);

impl Holder {
    fn start(address: SocketAddr) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args([TEST, "--exact", "--nocapture"])
            .env(HOLDER, address.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        Self(child, stdout.lines())
    }

    /// Has it open so many more, or with 0 hear what all are told; waits until it is done.
    fn tell(&mut self, count: usize) {
        writeln!(self.0.stdin.as_mut().unwrap(), "{count}").unwrap();
        let done = format!("done {count}");
        let said = self.1.by_ref().map_while(Result::ok);
        assert!(
            said.into_iter().any(|line| line.ends_with(&done)),
            "the other process did {count}"
        );
    }
}

/// What that process does.
#[expect(clippy::print_stdout, reason = "that is how it is heard")]
fn hold(address: SocketAddr) {
    let mut streams: Vec<TcpStream> = Vec::new();
    for line in std::io::stdin().lines() {
        let count: usize = line.unwrap().parse().unwrap();
        assert!(may_open(streams.len() + count));
        streams.extend((0..count).map(|_| follow(address)));
        if count == 0 {
            for stream in &mut streams {
                read_up_to(stream, r#""bid":["99.00","1.00000"]"#);
            }
        }
        println!("done {count}");
    }
}

#[tokio::test]
async fn idle_connections_are_small_and_are_all_told() {
    if let Ok(address) = std::env::var(HOLDER) {
        return hold(address.parse().unwrap());
    }
    if !own_process::is_this(TEST) {
        return;
    }
    let connections = connections();
    if !may_open(connections) {
        println!(
            "SKIPPED {TEST}: {connections} connections are more than the system lets one process open"
        );
        return;
    }
    let limits = Limits {
        connections_max: connections + 10,
        connections_per_address_max: connections + 10,
        ..limits()
    };
    let venue = Venue::open_with_limits(limits).await;
    let mut alice = Participant::log_on(&venue, "alice").await;
    let mut holder = Holder::start(venue.address);

    let (holder, each) = tokio::task::spawn_blocking(move || {
        holder.tell(FIRST);
        let before = resident_bytes();
        holder.tell(connections - FIRST);
        let each = resident_bytes().saturating_sub(before) / (connections - FIRST);
        (holder, each)
    })
    .await
    .unwrap();
    alice.ask(&limit(1, "buy", "99.00", "1")).await;
    let mut holder = tokio::task::spawn_blocking(move || {
        let mut holder = holder;
        holder.tell(0);
        holder
    })
    .await
    .unwrap();

    println!(
        "GOAL idle connections={connections} bytes_each={each} goal={BYTES_EACH_MAX} told={connections}"
    );
    assert!(
        each <= BYTES_EACH_MAX,
        "an idle connection takes {each} bytes"
    );
    assert_eq!(venue.view.counters().slow_consumers, 0);
    drop(holder.0.stdin.take());
    assert!(holder.0.wait().unwrap().success());
    drop(alice);
    venue.close().await;
}
