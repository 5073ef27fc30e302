//! Goal: after kill -9 and restart the history is what the journal says: orders, executions, amendments, prevented
//! matches, candles and statistics, nothing missing, nothing twice, nothing else. Method: two accounts enter, change,
//! cancel and trade orders of many kinds at random on the real binary, with themselves too; it is killed at a random
//! moment; the journal of a copy of its folder is told in the plainest way (`retold.rs`); the next process is asked
//! over HTTP, page by page. Now and then a trade is taken back, and snapshots are written all the time, so that starts
//! go on from them. `RIALTO_HISTORY_KILLS` says how many kills.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use client::{Incoming, Session};
use exchange::Config;
use gateway::ListedInstrument;
use protocol::{Operation, Request, ServerMessage};
use serde_json::{Value, json};

use crate::chance::{Chance, times};
use crate::http::public;
use crate::oracle;
use crate::retold::{KINDS, Past, Print, past_of};
use crate::server::{Server, SmallExchange};
use crate::witness::SYMBOLS;

/// Accounts, with their keys and numbers.
const ACCOUNTS: [(&str, u32); 2] = [("demo-alice", 1), ("demo-bob", 2)];
/// Requests of a session that may be without an answer.
const WINDOW: usize = 32;
const US_PER_S: u64 = 1_000_000;
/// Few, so that there are many pages.
const PAGE: usize = 97;
const PATIENCE: Duration = Duration::from_secs(60);

/// One request of many kinds; earlier orders of the account are named as they were.
fn request(chance: &mut Chance, account: &str, round: u64, k: u64) -> Value {
    let mut pick = |count: u64| chance.between(0, count);
    let symbol = SYMBOLS[usize::from(pick(3) == 0)];
    let side = if pick(2) == 0 { "buy" } else { "sell" };
    let stp = ["none", "newest", "oldest", "both", "decrement"];
    let stp = stp[usize::try_from(pick(5)).expect("it is small")];
    let price = format!("{}.00", 1_000 + pick(6));
    let quantity = format!("0.{:03}", 1 + pick(9));
    let earlier = format!("{account}-{round}-{}", k.saturating_sub(1 + pick(12)));
    let mut order = json!({
        "op": "submit", "symbol": symbol, "side": side, "type": "limit", "price": price, "quantity": quantity,
        "client_order_id": format!("{account}-{round}-{k}"), "self_trade_prevention": stp,
    });
    match pick(20) {
        0 => json!({"op": "cancel", "symbol": symbol, "client_order_id": earlier}),
        1 | 2 => {
            json!({"op": "replace", "symbol": symbol, "client_order_id": earlier, "quantity": quantity})
        }
        3 | 4 => {
            json!({"op": "replace", "symbol": symbol, "client_order_id": earlier, "price": price})
        }
        5 => {
            order["op"] = json!("cancel_replace");
            order["cancel_client_order_id"] = json!(earlier);
            order["on_cancel_failure"] = json!("continue");
            order
        }
        6 => {
            order["time_in_force"] = json!("IOC");
            order
        }
        7 => {
            order["time_in_force"] = json!("FOK");
            order
        }
        8 => {
            order["post_only"] = json!("slide");
            order
        }
        9 => {
            order["display_quantity"] = json!("0.001");
            order
        }
        10 => {
            order["stop_price"] = json!(price);
            order
        }
        11 => market(order, "quantity", &quantity),
        12 => market(order, "quote_amount", "3.5"),
        13 if k % 40 == 39 => json!({"op": "mass_cancel", "symbol": symbol, "side": side}),
        _ => order,
    }
}

fn market(mut order: Value, measure: &str, amount: &str) -> Value {
    order["type"] = json!("market");
    let fields = order.as_object_mut().expect("an object");
    fields.remove("price");
    fields.remove("quantity");
    fields.insert(measure.to_owned(), json!(amount));
    order
}

fn operation(request: &Value) -> Operation {
    let text = request.to_string();
    let request = Request::decode(text.as_bytes(), 16_384);
    request.expect("it is a request").operation
}

/// Sends requests until the process is gone.
async fn trade(mut session: Session, account: &str, round: u64, mut chance: Chance) {
    let mut unanswered = BTreeSet::new();
    for k in 0_u64.. {
        let next = operation(&request(&mut chance, account, round, k));
        match session.sender.queue(next) {
            Ok(number) => drop(unanswered.insert(number)),
            Err(_) => return,
        }
        while unanswered.len() >= WINDOW {
            if session.sender.flush().await.is_err() {
                return;
            }
            match session.receiver.next().await {
                Ok(Incoming::Message(message)) => {
                    answered(&message).map(|number| unanswered.remove(&number));
                }
                Ok(Incoming::Disconnected(_) | Incoming::Reconnected(_)) | Err(_) => return,
            }
        }
    }
}

fn answered(message: &ServerMessage) -> Option<u64> {
    if let ServerMessage::Report(report) = message {
        report.request
    } else if let ServerMessage::MassCanceled(canceled) = message {
        canceled.request
    } else if let ServerMessage::Error(error) = message {
        panic!("nothing here is malformed: {error:?}");
    } else {
        None
    }
}

/// All of one kind, page by page.
fn told(server: &Server, key: &str, kind: &str, symbol: &str) -> Vec<Value> {
    let (mut all, mut from) = (Vec::new(), Some(0));
    while let Some(first) = from {
        let path = format!("/v1/account/{kind}/{symbol}?count={PAGE}&from_id={first}");
        let page = public(server, &path, Some(key));
        let records = page["records"].as_array().expect("a list").clone();
        assert!(records.len() <= PAGE + 1, "{path}");
        all.extend(records);
        from = page["next_from_id"].as_u64();
    }
    all
}

/// How much there was to compare.
#[derive(Debug, Default)]
struct Tally(BTreeMap<&'static str, usize>);

impl Tally {
    fn note(&mut self, kind: &'static str, count: usize) {
        *self.0.entry(kind).or_default() += count;
    }
}

fn compare(server: &Server, past: &Past, config: &Config, tally: &mut Tally) {
    for symbol in SYMBOLS {
        for (key, account) in ACCOUNTS {
            for kind in KINDS {
                let expected = past.facts(symbol, account, kind);
                let told = told(server, key, kind, symbol);
                for (told, expected) in told.iter().zip(&expected) {
                    assert_eq!(told, expected, "{kind} of {key} on {symbol}");
                }
                assert_eq!(told.len(), expected.len(), "{kind} of {key} on {symbol}");
                tally.note(kind, told.len());
            }
        }
        let mut listed = config.listing.instruments.iter();
        let listed = listed.find(|listed| listed.symbol.as_str() == symbol);
        let listed = listed.expect("it is listed");
        let prints = past.prints(symbol);
        for (interval, seconds) in [("1s", 1), ("1m", 60)] {
            let candles = compare_candles(server, listed, &prints, (interval, seconds));
            tally.note("candles", candles);
        }
        compare_statistics(server, listed, &prints);
    }
}

/// Says how many had trades.
fn compare_candles(
    server: &Server,
    listed: &ListedInstrument,
    prints: &[(u64, Print)],
    (interval, seconds): (&str, u64),
) -> usize {
    let path = format!(
        "/v1/candles/{}?interval={interval}&count=1000",
        listed.symbol
    );
    let answer = public(server, &path, None);
    let mut expected = spans(prints, seconds);
    let count = expected.len();
    let mut close: Option<Value> = None;
    for told in answer["candles"].as_array().expect("a list") {
        let start = told["start_us"].as_u64().expect("a time");
        if let Some(prints) = expected.remove(&start) {
            let candle = candle(listed, &prints);
            for (name, value) in candle.as_object().expect("an object") {
                assert_eq!(&told[name], value, "{name} of {told}");
            }
        } else {
            assert_eq!(told["trades"], 0, "{told}");
            let before = close.as_ref().expect("the first one has trades");
            assert_eq!(&told["open"], before, "{told}");
        }
        close = Some(told["close"].clone());
    }
    assert!(expected.is_empty(), "{interval}: missing {expected:?}");
    count
}

fn compare_statistics(server: &Server, listed: &ListedInstrument, prints: &[(u64, Print)]) {
    let path = format!("/v1/statistics/{}", listed.symbol);
    let told = &public(server, &path, None)["statistics"];
    let all: Vec<Print> = prints.iter().map(|(_, print)| *print).collect();
    let expected = candle(listed, &all);
    for name in ["open", "high", "low", "volume", "quote_volume", "trades"] {
        assert_eq!(told[name], expected[name], "{name} of {told}");
    }
    let (first, last) = (prints.first(), prints.last());
    let (first, last) = (first.expect("it traded"), last.expect("it traded"));
    assert_eq!(told["last"], expected["close"], "{told}");
    assert_eq!(told["first_trade_id"], first.0, "{told}");
    assert_eq!(told["last_trade_id"], last.0, "{told}");
}

/// What traded in a span, as HTTP tells a candle.
fn candle(listed: &ListedInstrument, prints: &[Print]) -> Value {
    let (scale, sum) = (listed.scale, |of: &dyn Fn(&Print) -> i128| {
        prints.iter().map(of).sum::<i128>()
    });
    let quantity = |units: i128| {
        let units = u64::try_from(units).expect("little trades here");
        scale.quantity(units).to_string()
    };
    let price = |of: Option<i64>| scale.price(of.expect("there is one")).to_string();
    let traded = |it: &Print| i128::from(it.quantity);
    let paid = |it: &Print| i128::from(it.quantity) * i128::from(it.price);
    let of_buyers = |it: &Print, units: i128| if it.is_buy { units } else { 0 };
    json!({
        "open": price(prints.first().map(|it| it.price)),
        "high": price(prints.iter().map(|it| it.price).max()),
        "low": price(prints.iter().map(|it| it.price).min()),
        "close": price(prints.last().map(|it| it.price)),
        "volume": quantity(sum(&traded)),
        "quote_volume": scale.notional(sum(&paid)).to_string(),
        "taker_buy_volume": quantity(sum(&|it| of_buyers(it, traded(it)))),
        "taker_buy_quote_volume": scale.notional(sum(&|it| of_buyers(it, paid(it)))).to_string(),
        "trades": prints.len(),
    })
}

/// The trades of each span of so many seconds, by its start.
fn spans(prints: &[(u64, Print)], seconds: u64) -> BTreeMap<u64, Vec<Print>> {
    let mut spans = BTreeMap::<u64, Vec<Print>>::new();
    for (_, print) in prints {
        let start = print.at_us - print.at_us % (seconds * US_PER_S);
        spans.entry(start).or_default().push(*print);
    }
    spans
}

fn past(folder: &std::path::Path, config: &Config) -> Past {
    let generation = oracle::newest_generation(folder).expect("a generation counts");
    let copy = oracle::copy(&generation);
    past_of(copy.path(), config)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_history_is_what_the_journal_says_after_each_kill() {
    let mut chance = Chance::new("history kills");
    let kills = times("RIALTO_HISTORY_KILLS", 6);
    let small =
        SmallExchange::with("[log]\nsegment_bytes = 65_536\nsnapshot_replay_time = \"1ms\"\n");
    let config = small.config();
    let folder = tempfile::tempdir().expect("a folder");
    let mut tally = Tally::default();
    let mut server = small.start(folder.path(), "").expect("it starts");
    for round in 0..kills {
        let [(alice, _), (bob, _)] = ACCOUNTS;
        let sessions = [server.log_on(alice).await, server.log_on(bob).await];
        let [one, other] = sessions;
        let moment = Duration::from_millis(chance.between(50, 600));
        let seeds = [chance.fork(), chance.fork()];
        let [first, second] = seeds;
        let killing = async {
            tokio::time::sleep(moment).await;
            server.signal("KILL");
        };
        let trading = async {
            tokio::join!(
                trade(one, "alice", round, first),
                trade(other, "bob", round, second),
                killing
            );
        };
        let ended = tokio::time::timeout(PATIENCE, trading).await;
        assert!(ended.is_ok(), "a session outlives the process");
        server.kill();
        let expected = past(folder.path(), &config);

        server = small.start(folder.path(), "").expect("it starts");
        tally = Tally::default();
        compare(&server, &expected, &config, &mut tally);

        let prints = expected.prints(SYMBOLS[0]);
        let (taken_back, _) = prints[prints.len() / 2];
        let body = json!({"instrument": SYMBOLS[0], "trade_id": taken_back}).to_string();
        let (status, answer) = server.operate("POST", "/v1/admin/bust", &body);
        assert_eq!(status, 200, "{answer}");
        compare(&server, &past(folder.path(), &config), &config, &mut tally);
    }
    println!(
        "GOAL history_after_kills kills={kills} {:?} differences=0",
        tally.0
    );
    assert!(tally.0.values().all(|count| *count > 10), "{tally:?}");
}
