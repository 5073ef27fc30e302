//! The bots of examples/ against a whole exchange, through a wire that the test cuts: they quote two sides around the
//! middle, trade, quote again after a lost connection, and leave nothing behind.

use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use client::ClientConfig;
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, oneshot};

use crate::participant::{Participant, limit};
use crate::venue::{Venue, until, within};

#[path = "../../../examples/market_maker.rs"]
#[expect(dead_code, reason = "the example's own main is run by nobody here")]
mod market_maker;

/// A wire to the exchange that can be cut.
struct Wire {
    address: SocketAddr,
    cut: Arc<Notify>,
}

impl Wire {
    async fn to(exchange: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let cut = Arc::new(Notify::new());
        let is_cut = Arc::clone(&cut);
        tokio::spawn(async move {
            while let Ok((mut near, _)) = listener.accept().await {
                let mut far = TcpStream::connect(exchange).await.unwrap();
                tokio::select! {
                    _ = tokio::io::copy_bidirectional(&mut near, &mut far) => {}
                    () = is_cut.notified() => {}
                }
            }
        });
        Self { address, cut }
    }

    fn url(&self) -> String {
        format!("ws://{}/v1/ws", self.address)
    }
}

/// How much the bots quote; nobody else has an order of this size.
const QUOTED: &str = "0.01000";

/// The bot's levels, `[price, quantity]`, in the next book.
async fn levels(watcher: &mut Participant) -> (Vec<Value>, Vec<Value>) {
    let book = watcher
        .read_until(|message| message["type"] == "depth_snapshot")
        .await;
    let side = |name: &str| {
        let mut levels = book[name].as_array().unwrap().clone();
        levels.retain(|level| level[1] == QUOTED);
        levels
    };
    (side("bids"), side("asks"))
}

/// The first book in which it quotes both sides once, and not at this bid.
async fn until_quoted(watcher: &mut Participant, not_at: &str) -> (Value, Value) {
    loop {
        let (bids, asks) = levels(watcher).await;
        if let ([bid], [ask]) = (&bids[..], &asks[..])
            && bid[0] != not_at
        {
            return (bid.clone(), ask.clone());
        }
    }
}

async fn until_gone(watcher: &mut Participant) {
    while levels(watcher).await != (Vec::new(), Vec::new()) {}
}

/// From now on the books are later than anything before.
async fn look_anew(watcher: &mut Participant) {
    watcher
        .ask(r#"{"op":"unsubscribe","id":2,"channel":"depth"}"#)
        .await;
    watcher.ask(BOOKS).await;
}

const BOOKS: &str = r#"{"op":"subscribe","id":1,"channel":"depth","symbols":["BTCUSDT"],"levels":10,"delivery":"latest"}"#;

/// The market around 1000.00, and who watches it.
async fn market(venue: &Venue) -> (Participant, Participant) {
    let mut alice = Participant::log_on(venue, "alice").await;
    alice.ask(&limit(1, "buy", "990.00", "5")).await;
    alice.ask(&limit(2, "sell", "1010.00", "5")).await;
    let mut watcher = Participant::greet(venue).await;
    watcher.ask(BOOKS).await;
    (alice, watcher)
}

/// Follows a bot of bob's from its first quote to its last.
async fn see_it_quote_trade_and_come_back(
    venue: &Venue,
    wire: &Wire,
) -> (Participant, Participant) {
    let (mut alice, mut watcher) = market(venue).await;
    let (bid, ask) = until_quoted(&mut watcher, "").await;
    // Half a hundredth of a percent from the middle.
    assert_eq!((&bid[0], &ask[0]), (&json!("999.95"), &json!("1000.05")));

    let taken = alice.ask(&limit(3, "buy", "1000.05", "0.01")).await;
    assert_eq!(taken["kind"], "accepted");
    look_anew(&mut watcher).await;
    until_quoted(&mut watcher, "").await;

    let opened = venue.view.counters().sessions;
    wire.cut.notify_one();
    until("it is back", || venue.view.counters().sessions > opened).await;
    look_anew(&mut watcher).await;
    let (before, _) = until_quoted(&mut watcher, "").await;
    let before = before[0].as_str().unwrap();
    let better: f64 = before.parse::<f64>().unwrap() + 0.07;
    alice
        .ask(&limit(4, "buy", &format!("{better:.2}"), "1"))
        .await;
    until_quoted(&mut watcher, before).await;
    (alice, watcher)
}

#[tokio::test]
async fn the_market_maker_in_rust_quotes_trades_comes_back_and_leaves_nothing() {
    let venue = Venue::open().await;
    let wire = Wire::to(venue.address).await;
    let config = ClientConfig::new(wire.url(), "bot").with_key("bob");
    let (leave, left) = oneshot::channel::<()>();
    let bot = tokio::spawn(market_maker::make_market(
        config,
        "BTCUSDT".parse().unwrap(),
        async {
            let _ = left.await;
        },
    ));

    let (_alice, mut watcher) = see_it_quote_trade_and_come_back(&venue, &wire).await;
    leave.send(()).unwrap();

    assert_eq!(within(bot).await.unwrap().unwrap(), 1, "trades");
    until_gone(&mut watcher).await;
    venue.close().await;
}

/// A Python that has what the bot needs; `None` is said loudly.
#[expect(clippy::print_stderr, reason = "what is skipped is said")]
fn python() -> Option<String> {
    let python = std::env::var("RIALTO_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let found = Command::new(&python)
        .args(["-c", "import websockets"])
        .stderr(Stdio::null())
        .status();
    if found.is_ok_and(|status| status.success()) {
        return Some(python);
    }
    assert!(
        std::env::var_os("RIALTO_PYTHON").is_none(),
        "{python} has no websockets"
    );
    eprintln!(
        "SKIPPED: the Python market maker: `{python}` has no `websockets`; RIALTO_PYTHON names another"
    );
    None
}

#[tokio::test]
async fn the_market_maker_in_python_quotes_trades_comes_back_and_leaves_nothing() {
    let Some(python) = python() else {
        return;
    };
    let venue = Venue::open().await;
    let wire = Wire::to(venue.address).await;
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/market_maker.py");
    let bot = Command::new(python)
        .arg(script)
        .args([&wire.url(), "bob", "BTCUSDT"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();

    let (_alice, mut watcher) = see_it_quote_trade_and_come_back(&venue, &wire).await;
    let number = i32::try_from(bot.id()).unwrap();
    let process = rustix::process::Pid::from_raw(number).unwrap();
    rustix::process::kill_process(process, rustix::process::Signal::TERM).unwrap();

    until_gone(&mut watcher).await;
    let output = tokio::task::spawn_blocking(move || bot.wait_with_output());
    let output = within(output).await.unwrap().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{said}");
    assert!(said.contains("sell 0.01000 at 1000.05"), "{said}");
    assert!(said.contains("not connected: "), "{said}");
    assert!(
        said.trim_end().ends_with("1 trades, position -0.01000"),
        "{said}"
    );
    venue.close().await;
}
