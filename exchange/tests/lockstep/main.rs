//! Goal: runs in lockstep can be repeated bit for bit over real sockets. Method: `rialto serve --clock lockstep` with
//! three bots, one of them a plain client of the Binance persona that is paced by its commands; two runs, the second
//! with the bots started the other way round and other pauses between what they send, then `rialto diff` of the
//! journals. Controls: a bot of another seed, and the real clock, under which the same bots leave other journals.

mod bots;
mod process;

use std::path::Path;

use bots::{Bot, Haste, KeyClient, SYMBOL};
use process::Exchange;

const TICKS: u64 = 60;

/// One run, and where its journal is.
struct Run {
    folder: tempfile::TempDir,
    totals: serde_json::Value,
}

/// In which order the bots come, and how they hurry.
#[derive(Clone, Copy)]
enum Arrival {
    AsNumbered,
    TheOtherWayRound,
}

async fn run(seeds: [u64; 2], arrival: Arrival) -> Run {
    let folder = tempfile::tempdir().expect("a folder");
    let exchange = Exchange::start(folder.path(), CONFIG, &["--clock", "lockstep"]);
    let (order, haste) = match arrival {
        Arrival::AsNumbered => ([0, 1], Haste::None),
        Arrival::TheOtherWayRound => ([1, 0], Haste::Random { seed: 99 }),
    };
    let mut bots = tokio::task::JoinSet::new();
    for place in order {
        let key = ["demo-alice", "demo-bob"][place];
        let rank = [1, 3][place];
        let bot = Bot::enroll(&exchange.url, key, rank, seeds[place]).await;
        bots.spawn(bot.trade(TICKS, haste));
    }
    let client = KeyClient::new(&exchange.http, TICKS);
    let asked = tokio::task::spawn_blocking(move || client.trade());
    while let Some(ended) = bots.join_next().await {
        assert!(ended.expect("it does not panic") > 0, "a bot sent nothing");
    }
    assert_eq!(asked.await.expect("it does not panic"), TICKS);
    let totals = exchange.stop();
    Run { folder, totals }
}

fn diff(one: &Path, other: &Path) -> (bool, String) {
    let output = process::rialto()
        .arg("diff")
        .args([one, other])
        .output()
        .expect("the binary runs");
    let text = String::from_utf8_lossy(&output.stdout).into_owned()
        + &String::from_utf8_lossy(&output.stderr);
    (output.status.success(), text)
}

fn hash(folder: &Path) -> String {
    let output = process::rialto()
        .args(["replay", "--show", "hash", "--data"])
        .arg(folder)
        .arg("--config")
        .arg(folder.join("test.toml"))
        .output()
        .expect("the binary runs");
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    // Before it stands the folder.
    let (_, shown) = text.split_once(": position").expect("it says where it is");
    shown.to_owned()
}

/// A key paced by its commands, between the two sessions; who is gone is not waited for long.
const CONFIG: &str = "[clock]\nsessions_awaited = 2\nstall_timeout = \"2s\"\n\
    [[clock.paced_by_commands]]\nkey = \"bot-key\"\nrank = 2\n\
    [[demo.account]]\nname = \"bot\"\nkey = \"demo-bot\"\ndeposits = { USDT = \"1000000\", BTC = \"10\" }\n\
    [[demo.api_key]]\nid = \"bot-key\"\naccount = \"bot\"\nsecret = \"bot-secret\"\n";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_runs_with_three_bots_over_sockets_leave_the_same_journal() {
    let one = run([7, 8], Arrival::AsNumbered).await;
    let other = run([7, 8], Arrival::TheOtherWayRound).await;

    let (is_equal, text) = diff(one.folder.path(), other.folder.path());
    assert!(is_equal, "{text}");
    assert_eq!(hash(one.folder.path()), hash(other.folder.path()));
    assert_eq!(one.totals["state_hash"], other.totals["state_hash"]);
    assert!(one.totals["trades"].as_u64() > Some(10), "{}", one.totals);
    assert_eq!(
        one.totals["lockstep"]["turns"],
        other.totals["lockstep"]["turns"]
    );

    let control = run([7, 9], Arrival::AsNumbered).await;
    let (is_equal, text) = diff(one.folder.path(), control.folder.path());
    assert!(!is_equal, "a bot of another seed left the same journal");
    println!(
        "GOAL lockstep_repeats equal=1 turns={} trades={} control_differs=1 ({})",
        one.totals["lockstep"]["turns"],
        one.totals["trades"],
        text.lines().next().unwrap_or_default()
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_the_real_clock_the_same_bots_leave_other_journals() {
    let mut folders = Vec::new();
    for _ in 0..2 {
        let folder = tempfile::tempdir().expect("a folder");
        let exchange = Exchange::start(folder.path(), "", &["--clock", "realtime"]);
        let bot = Bot::connect(&exchange.url, "demo-alice", 7).await;
        bot.enter_freely(50).await;
        exchange.stop();
        folders.push(folder);
    }

    let (is_equal, text) = diff(folders[0].path(), folders[1].path());

    assert!(!is_equal, "{text}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_stalls_is_named_and_the_others_go_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = "[clock]\nsessions_awaited = 2\nstall_timeout = \"200ms\"\n";
    let exchange = Exchange::start(folder.path(), config, &["--clock", "lockstep"]);
    let diligent = Bot::enroll(&exchange.url, "demo-alice", 1, 7).await;
    let _stalled = Bot::enroll(&exchange.url, "demo-bob", 5, 8).await;

    let sent = diligent.trade(20, Haste::None).await;

    assert!(sent > 0);
    let totals = exchange.stop();
    let dropped = totals["lockstep"]["dropped"].as_array().expect("a list");
    assert_eq!(dropped.len(), 1, "{totals}");
    assert_eq!(dropped[0]["rank"], 5);
    assert_eq!(dropped[0]["tick"], 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_not_enrolled_does_not_trade() {
    let folder = tempfile::tempdir().expect("a folder");
    let exchange = Exchange::start(folder.path(), "", &["--clock", "lockstep"]);
    let mut bot = Bot::connect(&exchange.url, "demo-alice", 7).await;

    assert_eq!(bot.refusal_of_an_order().await, "bad_clock");
    assert_eq!(bot.refusal_of_rank(0).await, "bad_clock");
    let refused = KeyClient::new(&exchange.http, 1).refusal();
    assert!(
        refused.contains("-2015") || refused.contains("-1099"),
        "{refused}"
    );
    assert_eq!(SYMBOL, "BTCUSDT");
    exchange.stop();
}

#[test]
fn two_demos_of_a_seed_end_the_same_and_one_of_another_seed_does_not() {
    let demo = |seed: &str| {
        let output = process::rialto()
            .args(["--json", "demo", "--clock", "lockstep", "--for", "1s"])
            .args(["--rate", "500", "--instruments", "2", "--seed", seed])
            .args(["--listen", "127.0.0.1:0"])
            .output()
            .expect("the binary runs");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{text}");
        let last = text.lines().last().expect("it sums itself up");
        serde_json::from_str::<serde_json::Value>(last).expect("it is JSON")
    };

    let (one, same, other) = (demo("7"), demo("7"), demo("8"));

    for key in ["state_hash", "orders", "cancels", "trades", "seconds"] {
        assert_eq!(one[key], same[key], "{key}");
    }
    assert_ne!(one["state_hash"], other["state_hash"]);
    assert!(one["trades"].as_u64() > Some(20), "{one}");
    println!(
        "GOAL lockstep_demo equal=1 orders={} trades={} state={}",
        one["orders"], one["trades"], one["state_hash"]
    );
}
