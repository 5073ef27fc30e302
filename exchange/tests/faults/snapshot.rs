//! Goal: after a kill, a start that goes on from a snapshot shows what was shown: open orders, the public book,
//! the newest trades, and their numbers.
//! Method: the real binary, told to write snapshots often; two accounts trade and quote; the process is killed
//! and started again on the same folder, twice: once with its snapshots, once without.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use client::{Incoming, Session};
use protocol::{NewOrder, Operation, ServerMessage, Side, Submit};
use serde_json::Value;

use crate::server::{Server, rialto};

/// Orders of one account: enough for several snapshots.
const ORDERS: u64 = 3_000;

/// How often a snapshot is looked for before the test gives up.
const LOOKS: usize = 20_000;

fn start(folder: &Path) -> Server {
    let config = folder.join("often.toml");
    std::fs::write(&config, "[log]\nsnapshot_replay_time = \"1ms\"\n").expect("a place for it");
    let mut command = rialto();
    command.args(["serve", "--json", "--listen", "127.0.0.1:0", "--config"]);
    command.arg(config).arg("--data").arg(folder);
    command.stderr(Stdio::null());
    Server::spawn(command, folder).expect("it says where it is")
}

fn order(k: u64, side: Side) -> Operation {
    // Prices of both sides cross now and then.
    let price = match side {
        Side::Buy => 50_000 + k % 40,
        Side::Sell => 50_035 + k % 41,
    };
    let decimal = |text: &str| text.parse().expect("a decimal");
    let order = NewOrder::limit(side, decimal(&format!("{price}.00")), decimal("0.00010"));
    Operation::Submit(Submit {
        symbol: "BTCUSDT".parse().expect("a symbol"),
        order,
        at_us: None,
    })
}

async fn next_message(session: &mut Session) -> ServerMessage {
    match session.receiver.next().await.expect("it answers") {
        Incoming::Message(message) => message,
        Incoming::Disconnected(_) | Incoming::Reconnected(_) => panic!("it stays connected"),
    }
}

/// Submits orders, and waits until the last one is answered.
async fn trade(session: &mut Session, side: Side) {
    let mut last = 0;
    for k in 0..ORDERS {
        loop {
            if let Ok(request) = session.sender.queue(order(k, side)) {
                break last = request;
            }
            session.sender.flush().await.expect("it is connected");
            next_message(session).await;
        }
    }
    session.sender.flush().await.expect("it is connected");
    loop {
        if let ServerMessage::Report(report) = next_message(session).await
            && report.request == Some(last)
        {
            return;
        }
    }
}

async fn open_orders(server: &Server, key: &str) -> Vec<String> {
    let mut session = server.log_on(key).await;
    session.sender.open_orders(None).expect("there is room");
    session.sender.flush().await.expect("it is connected");
    let mut orders = Vec::new();
    loop {
        if let ServerMessage::OpenOrders(part) = next_message(&mut session).await {
            orders.extend(part.orders.iter().map(|order| format!("{order:?}")));
            if !part.has_more {
                return orders;
            }
        }
    }
}

fn get(server: &Server, path: &str) -> Value {
    let address = server.url.strip_prefix("ws://").expect("plain WebSocket");
    let address = address.split('/').next().expect("a host");
    let mut stream = TcpStream::connect(address).expect("it listens");
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
    )
    .expect("it reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("it answers");
    let (_, body) = answer.split_once("\r\n\r\n").expect("a body");
    serde_json::from_str(body).expect("it is JSON")
}

/// Everything that a participant can look at.
#[derive(Debug, PartialEq)]
struct Shown {
    orders: [Vec<String>; 2],
    depth: Value,
    trades: Value,
}

async fn shown(server: &Server) -> Shown {
    Shown {
        orders: [
            open_orders(server, "demo-alice").await,
            open_orders(server, "demo-bob").await,
        ],
        depth: get(server, "/v1/depth/BTCUSDT"),
        trades: get(server, "/v1/trades/BTCUSDT?count=500"),
    }
}

fn snapshots(folder: &Path) -> Vec<PathBuf> {
    let generation = folder.join("generation-0001");
    let entries = std::fs::read_dir(generation).expect("the first generation");
    let paths = entries.map(|entry| entry.expect("it is there").path());
    paths
        .filter(|path| path.extension().is_some_and(|ending| ending == "snap"))
        .collect()
}

#[tokio::test]
async fn a_start_from_a_snapshot_shows_what_was_shown() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = start(folder.path());
    trade(&mut server.log_on("demo-alice").await, Side::Buy).await;
    trade(&mut server.log_on("demo-bob").await, Side::Sell).await;
    let before = shown(&server).await;
    // The follower is behind: it has all the time that it needs.
    let has_one = (0..LOOKS).any(|_| {
        get(&server, "/v1/depth/BTCUSDT");
        !snapshots(folder.path()).is_empty()
    });
    assert!(has_one, "a snapshot was written");
    server.kill();
    assert!(!before.orders[0].is_empty() && !before.orders[1].is_empty());
    assert_ne!(before.trades["trades"][0], Value::Null, "they traded");

    let server = start(folder.path());
    let from_snapshot = shown(&server).await;
    server.kill();
    for path in snapshots(folder.path()) {
        std::fs::remove_file(path).expect("it is there");
    }
    let server = start(folder.path());
    let from_the_whole_log = shown(&server).await;
    server.kill();

    assert_eq!(from_snapshot, before);
    assert_eq!(from_the_whole_log, before);
}
