//! Goal: what the tools say of a data folder is what the exchange said while it ran; what is broken is named with
//! its place and its remedy; a repair leaves a folder that starts.
//! Method: the real binary trades, says its books, orders, accounts and hash, and is stopped; each tool is run on
//! its folder, or on a copy that was broken on purpose.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::Arc;
use std::time::Duration;

use client::Incoming;
use protocol::ServerMessage;
use sequencer::{JournalView, LogEntry, LogPosition, RealDisk};
use serde_json::{Value, json};

use crate::oracle;
use crate::server::{Server, SmallExchange, rialto};
use crate::witness::{Witness, trade};

/// Looks at a folder before the test gives up on what is to appear there.
const LOOKS: usize = 20_000;

/// Snapshots as often as they can be written.
const SNAPSHOTS_OFTEN: &str = "[log]\nsnapshot_replay_time = \"1ms\"\n";
/// The same, and no more segments than the snapshots need.
const SEGMENTS_DROPPED: &str =
    "[log]\nsnapshot_replay_time = \"1ms\"\nretention_bytes = 65_536\nsegment_bytes = 65_536\n";

/// A process on `folder` on which at least `orders` were acknowledged and no session trades any more.
async fn traded(small: &SmallExchange, folder: &Path, orders: usize) -> Server {
    let server = small.start(folder, "").expect("it starts");
    let witness = Witness::default();
    let enough = async {
        while witness.acknowledged() < orders {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::select! {
        () = trade(&server, 0, &witness) => panic!("it ended by itself"),
        () = enough => {}
    }
    server
}

/// `rialto` with these arguments on a folder, with the configuration of `small`.
fn tool(small: &SmallExchange, arguments: &[&str], folder: &Path) -> Output {
    let mut command: Command = rialto();
    command.args(arguments).arg("--data").arg(folder);
    small.configure(&mut command);
    command.output().expect("the binary runs")
}

fn object(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"))
}

fn complaint(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("stderr is text")
}

/// Replays up to a position, and says what `show` shows.
fn replayed(small: &SmallExchange, folder: &Path, show: &str, until: &str) -> Value {
    let output = tool(
        small,
        &["replay", "--json", "--show", show, "--until", until],
        folder,
    );
    assert!(output.status.success(), "{output:?}");
    assert_eq!(complaint(&output), "", "no progress bar where nobody looks");
    object(&output)
}

/// The open orders of an account: symbol, id, what is left.
async fn open_orders(server: &Server, account: &str) -> Vec<Value> {
    let mut session = server.log_on(&format!("demo-{account}")).await;
    session.sender.open_orders(None).expect("there is room");
    session.sender.flush().await.expect("it is connected");
    let mut orders = Vec::new();
    loop {
        if let Incoming::Message(ServerMessage::OpenOrders(part)) =
            session.receiver.next().await.expect("it answers")
        {
            orders.extend(part.orders.iter().map(|order| {
                json!([
                    order.symbol.to_string(),
                    order.order_id,
                    order.leaves_quantity.to_string()
                ])
            }));
            if !part.has_more {
                orders.sort_by_key(Value::to_string);
                return orders;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replay_shows_what_the_exchange_showed() {
    let small = SmallExchange::new();
    let folder = tempfile::tempdir().expect("a folder");
    // After a restart nothing that the sessions had sent is under way any more.
    traded(&small, folder.path(), 200).await.stop();
    let server = small.start(folder.path(), "").expect("it starts");
    let mut open = open_orders(&server, "alice").await;
    open.extend(open_orders(&server, "bob").await);
    open.sort_by_key(Value::to_string);
    let stopped = server.stop();

    let hashes = replayed(&small, folder.path(), "hash", &last_position(folder.path()));
    assert_eq!(hashes["state_hash"], stopped.totals["state_hash"]);
    assert_eq!(hashes["position"], hashes["last_position"]);

    let orders = replayed(
        &small,
        folder.path(),
        "orders",
        &last_position(folder.path()),
    );
    let mut resting: Vec<Value> = list(&orders["orders"])
        .iter()
        .map(|order| json!([order["symbol"], order["order_id"], order["leaves_quantity"]]))
        .collect();
    resting.sort_by_key(Value::to_string);
    assert!(!open.is_empty());
    assert!(resting == open, "{resting:?} and not {open:?}");
}

fn list(value: &Value) -> &Vec<Value> {
    value.as_array().expect("a list")
}

fn journal(folder: &Path) -> JournalView {
    let generation = oracle::newest_generation(folder).expect("a generation counts");
    JournalView::open(Arc::new(RealDisk), &generation).expect("it is whole")
}

fn last_position(folder: &Path) -> String {
    journal(folder).last_position().0.to_string()
}

/// Position of the first order of all: every snapshot that is taken later has its effects.
fn first_order(folder: &Path) -> u64 {
    let entries = journal(folder).read_from(LogPosition(1));
    let mut entries = entries
        .expect("it is whole")
        .map(|entry| entry.expect("it is whole"));
    let is_order = |entry: &LogEntry| {
        let mut commands = entry.commands.iter();
        commands.any(|command| matches!(command.command, engine::Command::Submit(_)))
    };
    entries.find(is_order).expect("there was one").position.0
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replay_shows_books_and_accounts_at_any_position() {
    let small = SmallExchange::new();
    let folder = tempfile::tempdir().expect("a folder");
    let server = traded(&small, folder.path(), 200).await;
    let (_, asked) = server.operate("GET", "/v1/admin/accounts", "");
    let before = last_position(folder.path());
    let alice = |accounts: &Value| {
        let found = list(&accounts["accounts"]);
        let found = found
            .iter()
            .find(|one| one["account"] == alice_number(&asked));
        found.expect("alice is there")["balances"].clone()
    };
    let at_that_time = replayed(&small, folder.path(), "accounts", &before);
    let body = r#"{"account":"alice","asset":"BTC","amount":"2.5"}"#;
    let (status, _) = server.operate("POST", "/v1/admin/fund", body);
    assert_eq!(status, 200);
    server.stop();

    let later = replayed(
        &small,
        folder.path(),
        "accounts",
        &last_position(folder.path()),
    );
    let earlier = replayed(&small, folder.path(), "accounts", &before);
    let book = replayed(&small, folder.path(), "book", &before);

    // What was shown beside the exchange that ran is what is shown of that position afterwards.
    assert_eq!(earlier["accounts"], at_that_time["accounts"]);
    assert_ne!(alice(&later), alice(&earlier));
    let named: Vec<&Value> = list(&later["accounts"])
        .iter()
        .map(|one| &one["name"])
        .collect();
    assert_eq!(named[..2], [&json!("fees"), &json!("alice")]);
    let levels = list(&book["books"])
        .iter()
        .map(|one| list(&one["bids"]).len() + list(&one["asks"]).len());
    assert!(levels.sum::<usize>() > 0, "{book}");
    let beyond = tool(&small, &["replay", "--until", "99999999"], folder.path());
    assert_eq!(beyond.status.code(), Some(2), "{beyond:?}");
    assert!(complaint(&beyond).contains("position 99999999 is not there: the journal has"));
}

/// The number that the admin port gives alice.
fn alice_number(accounts: &Value) -> Value {
    let found = list(&accounts["accounts"]);
    let found = found.iter().find(|one| one["name"] == "alice");
    found.expect("alice is there")["account"].clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_folder_is_proven_and_a_broken_one_named_with_place_and_remedy() {
    let small = SmallExchange::with(SNAPSHOTS_OFTEN);
    let folder = tempfile::tempdir().expect("a folder");
    let server = traded(&small, folder.path(), 300).await;
    wait_for_snapshot(folder.path());
    let stopped = server.stop();

    let proven = tool(&small, &["verify", "--json"], folder.path());
    assert!(proven.status.success(), "{proven:?}");
    let proof = object(&proven);
    assert_eq!(proof["proven"], true);
    assert_eq!(proof["conserved"], true);
    assert_eq!(proof["state_hash"], stopped.totals["state_hash"]);
    assert!(
        list(&proof["assets"])
            .iter()
            .all(|asset| asset["conserved"] == true)
    );
    assert!(
        list(&proof["snapshots"])
            .iter()
            .all(|one| one["equal"] == true)
    );
    assert!(!list(&proof["snapshots"]).is_empty(), "{proof}");

    let generation = oracle::newest_generation(folder.path()).expect("a generation counts");
    let copy = oracle::copy(&generation);
    flip(&copy.path().join("journal-0000000001.seg"), 20_000);
    let broken = tool(&small, &["verify"], copy.path());
    assert_eq!(broken.status.code(), Some(1), "{broken:?}");
    let said = complaint(&broken);
    for part in [
        "journal-0000000001.seg is damaged at byte ",
        ": position ",
        "restore the file from a copy",
    ] {
        assert!(said.contains(part), "{said}");
    }

    let copy = oracle::copy(&generation);
    flip(snapshots(copy.path()).last().expect("there is one"), 100);
    let broken = tool(&small, &["verify", "--json"], copy.path());
    assert_eq!(broken.status.code(), Some(1), "{broken:?}");
    assert_eq!(object(&broken)["proven"], false);
    let said = object(&broken)["broken"].to_string();
    assert!(said.contains(".snap"), "{said}");
}

fn flip(file: &Path, byte: usize) {
    let mut bytes = std::fs::read(file).expect("it is there");
    bytes[byte] ^= 1;
    std::fs::write(file, bytes).expect("it is written");
}

fn snapshots(generation: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(generation).expect("it is there");
    let paths = entries.map(|entry| entry.expect("it is read").path());
    let mut paths: Vec<PathBuf> = paths
        .filter(|path| path.extension().is_some_and(|ending| ending == "snap"))
        .collect();
    paths.sort();
    paths
}

fn wait_for_snapshot(folder: &Path) {
    let generation = oracle::newest_generation(folder).expect("a generation counts");
    let is_there = (0..LOOKS).any(|_| !snapshots(&generation).is_empty());
    assert!(is_there, "a snapshot was written");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_first_position_at_which_two_folders_differ_is_found() {
    let small = SmallExchange::new();
    let folder = tempfile::tempdir().expect("a folder");
    traded(&small, folder.path(), 50).await.stop();
    let generation = oracle::newest_generation(folder.path()).expect("a generation counts");
    let last: u64 = last_position(folder.path()).parse().expect("a number");
    let diff = |a: &Path, b: &Path| {
        let mut command = rialto();
        command.args(["diff", "--json"]).arg(a).arg(b);
        command.output().expect("the binary runs")
    };
    let copied = || {
        let copy = tempfile::tempdir().expect("a folder");
        let copied = Command::new("cp")
            .arg("-a")
            .args([generation.parent().expect("it is in a folder"), copy.path()])
            .status();
        assert!(copied.expect("there is a cp").success());
        copy
    };
    let name = folder.path().file_name().expect("it has a name");
    let copies = [copied(), copied()];
    let [copy, repaired] = copies.each_ref().map(|copy| copy.path().join(name));

    let mut repair = rialto();
    repair.args(["repair", "--reject", &last.to_string(), "--data"]);
    small.configure(repair.arg(&repaired));
    assert!(repair.status().expect("the binary runs").success());
    let found = object(&diff(folder.path(), &repaired));
    assert_eq!(found["what"], "repair", "{found}");
    assert_eq!(found["position"], last, "{found}");

    let equal = diff(folder.path(), &copy);
    assert!(equal.status.success(), "{equal:?}");
    assert_eq!(object(&equal)["equal"], true);

    for (place, amount) in [(folder.path(), "1"), (&copy, "2")] {
        let server = small.start(place, "").expect("it starts");
        let body = format!(r#"{{"account":"bob","asset":"BTC","amount":"{amount}"}}"#);
        assert_eq!(server.operate("POST", "/v1/admin/fund", &body).0, 200);
        server.stop();
    }
    let differ = diff(folder.path(), &copy);
    assert_eq!(differ.status.code(), Some(1), "{differ:?}");
    let found = object(&differ);
    assert_eq!(found["equal"], false);
    assert_eq!(found["what"], "commands");
    assert_eq!(found["position"], last + 1, "{found}");
    assert_ne!(found["a"], found["b"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_command_that_panics_is_taken_out_and_the_exchange_goes_on() {
    let small = SmallExchange::with(SNAPSHOTS_OFTEN);
    let folder = tempfile::tempdir().expect("a folder");
    traded(&small, folder.path(), 100).await.stop();
    let last: u64 = last_position(folder.path()).parse().expect("a number");
    // A few positions on, so that it comes while they trade.
    let poison = last + 20;
    let faults = format!("panic_at_position={poison}");
    let server = small.start(folder.path(), &faults).expect("it starts");
    let witness = Witness::default();
    trade(&server, 1, &witness).await;
    assert!(!server.ended().success());
    let mut refused = small.command(&[], folder.path(), "");
    let refused = refused
        .stderr(Stdio::piped())
        .output()
        .expect("the binary runs");
    let said = complaint(&refused);
    assert_eq!(refused.status.code(), Some(2), "{said}");
    let remedy = format!("rialto repair --reject {poison}");
    assert!(said.contains(&remedy), "{said}");

    let reject = ["repair", "--json", "--reject", &poison.to_string()];
    let repaired = tool(&small, &reject, folder.path());

    assert!(repaired.status.success(), "{repaired:?}");
    let repaired = object(&repaired);
    assert_eq!(repaired["rejected_position"], poison);
    assert_eq!(repaired["epoch"], 2);
    let again = tool(&small, &reject, folder.path());
    assert_eq!(again.status.code(), Some(2), "{again:?}");
    assert!(complaint(&again).contains("is taken out already"));
    let proof = object(&tool(&small, &["verify", "--json"], folder.path()));
    assert_eq!(proof["proven"], true, "{proof}");
    assert_eq!(proof["taken_out"], json!([poison]));
    let server = small.start(folder.path(), "").expect("it starts");
    assert_eq!(server.state_hash(), proof["state_hash"]);
    server.stop();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn snapshots_that_hold_what_is_taken_out_are_removed() {
    let small = SmallExchange::with(SNAPSHOTS_OFTEN);
    let folder = tempfile::tempdir().expect("a folder");
    let server = traded(&small, folder.path(), 300).await;
    wait_for_snapshot(folder.path());
    let before = server.stop().totals["state_hash"].clone();
    let early = first_order(folder.path()).to_string();

    let repaired = tool(
        &small,
        &["repair", "--json", "--reject", &early],
        folder.path(),
    );

    assert!(repaired.status.success(), "{repaired:?}");
    let removed = object(&repaired)["snapshots_removed"].clone();
    assert!(!list(&removed).is_empty(), "{removed}");
    let early: u64 = early.parse().expect("a number");
    assert!(list(&removed).iter().all(|at| at.as_u64() >= Some(early)));
    assert_eq!(
        object(&tool(&small, &["verify", "--json"], folder.path()))["proven"],
        true
    );
    let server = small.start(folder.path(), "").expect("it starts");
    let now = server.state_hash();
    assert_ne!(Value::from(now.clone()), before);
    server.kill();
    let hashes = replayed(&small, folder.path(), "hash", &last_position(folder.path()));
    assert_eq!(hashes["state_hash"], now);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_journal_without_its_beginning_is_proven_from_its_oldest_snapshot() {
    let small = SmallExchange::with(SEGMENTS_DROPPED);
    let folder = tempfile::tempdir().expect("a folder");
    let server = traded(&small, folder.path(), 3_000).await;
    let generation = oracle::newest_generation(folder.path()).expect("a generation counts");
    let first = generation.join("journal-0000000001.seg");
    let is_gone = (0..LOOKS).any(|_| !first.exists());
    assert!(is_gone, "old segments are dropped");
    let stopped = server.stop();

    let proof = object(&tool(&small, &["verify", "--json"], folder.path()));
    assert_eq!(proof["proven"], true, "{proof}");
    assert_eq!(proof["state_hash"], stopped.totals["state_hash"]);
    assert!(proof["first_position"].as_u64() > Some(1));
    let early = tool(&small, &["replay", "--until", "1"], folder.path());
    assert_eq!(early.status.code(), Some(2), "{early:?}");
    assert!(complaint(&early).contains("position 1 is not there"));

    // The oracle of these tests says that it cannot tell such a story.
    let config = small.config();
    let copy = oracle::copy(&generation);
    let told = std::panic::catch_unwind(|| oracle::tell(copy.path(), &config));
    let panic = told.expect_err("its beginning is gone");
    let said = panic.downcast_ref::<String>().expect("it says why");
    assert!(said.contains("old segments were dropped"), "{said}");
}
