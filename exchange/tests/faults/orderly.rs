//! Goal: SIGTERM under load ends the process within five seconds with exit code 0, and every acknowledged order is
//! there after the restart.
//! Method: two accounts trade as fast as answers come and note each of them; beside them stand a connection that says
//! nothing and one that asks for the whole market and never reads. The process is told to end; the journal is told by a
//! bare engine, the next process says the same hash, and answers orders that are sent again with their first result.

use std::io::Write;
use std::net::TcpStream;
use std::time::Duration;

use tokio::time::Instant;

use crate::chance::{Chance, times};
use crate::oracle;
use crate::server::{Server, SmallExchange};
use crate::witness::{Witness, ask_again, trade};

/// How long it may take to end.
const END_MAX: Duration = Duration::from_secs(5);
const ASKED_AGAIN: usize = 200;

/// A WebSocket that has opened, and reads nothing after that.
fn never_reading(server: &Server) -> TcpStream {
    let address = server.url.strip_prefix("ws://").expect("a plain socket");
    let address = address.strip_suffix("/v1/ws").expect("the native protocol");
    let mut stream = TcpStream::connect(address).expect("it listens");
    write!(
        stream,
        "GET /v1/ws HTTP/1.1\r\nHost: {address}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    .expect("it takes a request");
    for text in [
        r#"{"op":"hello","protocol":1}"#,
        r#"{"op":"subscribe","channel":"orders"}"#,
        r#"{"op":"subscribe","channel":"depth"}"#,
    ] {
        // A masked text frame with a mask of zeros: the bytes stay as they are.
        let mut frame = vec![
            0x81,
            0x80 | u8::try_from(text.len()).expect("it is short"),
            0,
            0,
            0,
            0,
        ];
        frame.extend_from_slice(text.as_bytes());
        stream.write_all(&frame).expect("it takes a frame");
    }
    stream
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_acknowledged_order_is_there_after_a_stop_under_load_that_took_less_than_five_seconds()
 {
    let mut chance = Chance::new("orderly");
    let stops = times("RIALTO_STOPS", 3);
    let small = SmallExchange::new();
    let config = small.config();
    let folder = tempfile::tempdir().expect("a folder");
    let witness = Witness::default();
    let mut longest = Duration::ZERO;
    for round in 0..stops {
        let server = small.start(folder.path(), "").expect("it starts");
        let silent = TcpStream::connect(server.admin.trim_start_matches("http://"));
        let deaf = never_reading(&server);
        let moment = Duration::from_micros(chance.between(20_000, 200_000));
        let before = witness.acknowledged();
        let told_at = async {
            while witness.acknowledged() == before {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            tokio::time::sleep(moment).await;
            server.signal("TERM");
            Instant::now()
        };
        let ((), told_at) = tokio::join!(trade(&server, round, &witness), told_at);
        let status = server.ended();
        let took = told_at.elapsed();
        drop((silent, deaf));

        assert_eq!(status.code(), Some(0), "stop {round}");
        assert!(took < END_MAX, "stop {round} took {took:?}");
        longest = longest.max(took);
        let generation = oracle::newest_generation(folder.path()).expect("a generation counts");
        let copy = oracle::copy(&generation);
        let story = oracle::tell(copy.path(), &config).expect("it can be read");
        let faults = story.faults(&witness.seen());
        assert!(faults.are_none(), "{faults:?}");
    }
    let server = small.start(folder.path(), "").expect("it starts");
    let seen = witness.seen();
    let wrong = ask_again(&server, &seen, ASKED_AGAIN).await;
    assert!(wrong.is_empty(), "{wrong:?}");
    server.stop();
    println!(
        "GOAL stop stops={stops} acknowledged={} lost=0 longest_ms={}",
        seen.acknowledged.len(),
        longest.as_millis()
    );
}
