//! Goal: a configuration that is read again changes what may change, by commands that a restart and a replay know;
//! names what may not; and changes nothing where it is wrong.
//! Method: a real process whose file is written again, told by SIGHUP and by `rialto admin reload`.

use std::path::Path;
use std::process::Stdio;

use client::{Incoming, Session};
use protocol::{
    Channel, NewOrder, Operation, Report, ReportKind, SelfTradePrevention, ServerMessage, Side,
    Submit, Subscription,
};
use serde_json::{Value, json};

use crate::server::{Server, SmallExchange, rialto};

/// Looks before something that has to come is given up.
const LOOKS: usize = 3_000;

fn start(small: &SmallExchange, folder: &Path) -> Server {
    let mut command = small.command(&[], folder, "");
    let log = std::fs::File::options()
        .create(true)
        .append(true)
        .open(folder.with_extension("log"));
    command.env("RIALTO_LOG", "warn,admin=info");
    command.stderr(Stdio::from(log.expect("a place for the log")));
    Server::spawn(command, folder).expect("it starts")
}

fn log(folder: &Path) -> String {
    std::fs::read_to_string(folder.with_extension("log")).expect("it logs")
}

fn tick_size(server: &Server) -> String {
    let (status, answer) = server.operate("GET", "/v1/admin/instruments/BTCUSDT", "");
    assert_eq!(status, 200, "{answer}");
    answer["tick_size"].as_str().expect("a price").to_owned()
}

/// What alice may do on BTCUSDT, as `rialto admin limits` tells it.
fn limits_of_alice(folder: &Path) -> Value {
    let mut command = rialto();
    command.args(["admin", "limits", "alice", "BTCUSDT", "--json", "--data"]);
    let output = command.arg(folder).output().expect("the binary runs");
    assert!(output.status.success(), "{output:?}");
    let answer: Value = serde_json::from_slice(&output.stdout).expect("it is JSON");
    answer["instruments"][0]["limits"].clone()
}

fn keys(list: &Value) -> Vec<&str> {
    let list = list.as_array().expect("a list");
    list.iter()
        .map(|change| change["key"].as_str().expect("a key"))
        .collect()
}

fn look_until(what: &str, mut is_so: impl FnMut() -> bool) {
    for _ in 0..LOOKS {
        if is_so() {
            return;
        }
        std::thread::park_timeout(std::time::Duration::from_millis(5));
    }
    panic!("it never came: {what}");
}

#[test]
fn a_reload_changes_what_may_change_and_names_what_may_not() {
    let small = SmallExchange::with("");
    let room = tempfile::tempdir().expect("a folder");
    let folder = room.path().join("state");
    let server = start(&small, &folder);
    assert_eq!(tick_size(&server), "0.01");

    small.rewrite(
        "[[instrument]]\nsymbol = \"BTCUSDT\"\ntick_size = \"0.05\"\nprice_min = \"0.05\"\nmaker_fee_ppm = 77\n\
         idempotency_orders_max = 77\naccount_limits = { quantity_max = \"3\" }\n[gateway.limits]\nconnections_max = 77\n",
    );
    let (status, done) = server.operate("POST", "/v1/admin/reload", "{}");

    assert_eq!(status, 200, "{done}");
    assert_eq!(
        keys(&done["changed"]),
        [
            "instrument.BTCUSDT.account_limits",
            "instrument.BTCUSDT.account_limits.quantity_max",
            "instrument.BTCUSDT.maker_fee_ppm",
            "instrument.BTCUSDT.price_min",
            "instrument.BTCUSDT.tick_size",
        ]
    );
    assert_eq!(
        done["changed"][4],
        json!({ "key": "instrument.BTCUSDT.tick_size", "from": "\"0.01\"", "to": "\"0.05\"" })
    );
    let not_changed = &done["not_changed"];
    assert_eq!(
        keys(not_changed),
        [
            "gateway.limits.connections_max",
            "instrument.BTCUSDT.idempotency_orders_max"
        ]
    );
    assert_eq!(not_changed[0]["needs"], "a restart");
    assert_eq!(
        (&not_changed[1]["from"], &not_changed[1]["to"]),
        (&json!("8192"), &json!("77"))
    );
    assert_eq!(tick_size(&server), "0.05");
    assert_eq!(limits_of_alice(&folder)["quantity_max"], "3.000000");
    let said = log(&folder);
    assert!(
        said.contains("idempotency_orders_max") && said.contains("a new data folder"),
        "{said}"
    );

    // Asked again, it has nothing to do.
    let (_, again) = server.operate("POST", "/v1/admin/reload", "{}");
    assert_eq!(
        (&again["changed"], &again["commands"]),
        (&json!([]), &json!(0))
    );
    server.stop();
}

#[test]
fn a_wrong_file_changes_nothing_and_says_file_key_value_and_remedy() {
    let small = SmallExchange::with("");
    let room = tempfile::tempdir().expect("a folder");
    let folder = room.path().join("state");
    let server = start(&small, &folder);
    let before = server.state_hash();

    // The limit alone would be fine.
    small.rewrite(
        "[[instrument]]\nsymbol = \"BTCUSDT\"\ntick_size = \"0.051\"\naccount_limits = { quantity_max = \"3\" }\n",
    );
    let (status, refused) = server.operate("POST", "/v1/admin/reload", "{}");
    server.signal("HUP");
    let refusals = |server: &Server| {
        let (_, status_page) = server.operate("GET", "/v1/status", "");
        status_page["gateway"]["reloads_refused"].as_u64()
    };
    look_until("the second refusal", || refusals(&server) == Some(2));

    assert_eq!((status, &refused["error"]), (400, &json!("not_reloaded")));
    let text = refused["text"].as_str().expect("a sentence");
    for part in [
        "more.toml:3",
        "instrument.BTCUSDT.tick_size = \"0.051\"",
        "write a price with at most 2 decimals",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(log(&folder).contains("SIGHUP"), "{}", log(&folder));
    assert_eq!(server.state_hash(), before, "nothing changed");
    assert_eq!(limits_of_alice(&folder), json!({}));
    server.stop();
}

#[test]
fn what_was_reloaded_holds_after_a_restart_and_in_a_replay() {
    let small = SmallExchange::with("");
    let room = tempfile::tempdir().expect("a folder");
    let folder = room.path().join("state");
    let server = start(&small, &folder);
    let steps = |tick: &str| {
        format!("[[instrument]]\nsymbol = \"BTCUSDT\"\ntick_size = \"{tick}\"\nprice_min = \"1\"\n")
    };

    small.rewrite(&steps("0.05"));
    server.signal("HUP");
    look_until("the tick of the file", || tick_size(&server) == "0.05");
    let before = server.state_hash();
    server.stop();

    let server = start(&small, &folder);
    assert_eq!(server.state_hash(), before, "it stands where it stood");
    server.stop();

    // What the file changes while nobody serves holds from the next start on.
    small.rewrite(&steps("0.10"));
    let server = start(&small, &folder);
    assert_eq!(tick_size(&server), "0.10");
    let (status, _) = server.operate("POST", "/v1/admin/reset", "{}");
    assert_eq!((status, tick_size(&server)), (200, "0.10".to_owned()));
    server.stop();

    let mut verify = rialto();
    verify.args(["verify", "--json", "--data"]).arg(&folder);
    small.configure(&mut verify);
    let proof = verify.output().expect("the binary runs");
    assert!(proof.status.success(), "{proof:?}");

    // What fees are taken from is of the journal: another asset needs another folder.
    small.rewrite("[[instrument]]\nsymbol = \"BTCUSDT\"\nfee_asset = \"quote\"\n");
    let refused = small.start(&folder, "").map(drop);
    assert_eq!(refused.expect_err("it refuses").code(), Some(2));
}

/// Alice sells 1 BTC at 50,000 and buys it: what she pays as the maker, in USDT, and as the taker, in BTC.
async fn fees_of_a_trade(server: &Server) -> (String, String) {
    let mut session = server.log_on("demo-alice").await;
    let executions = Subscription::of(Channel::Executions, None);
    session.sender.subscribe(executions).expect("there is room");
    for side in [Side::Sell, Side::Buy] {
        let decimal = |text: &str| text.parse().expect("a decimal");
        let mut order = NewOrder::limit(side, decimal("50000.00"), decimal("1.00000"));
        // Alice trades with herself, so that both parties are told on one session.
        order.self_trade_prevention = SelfTradePrevention::None;
        let submit = Submit {
            symbol: "BTCUSDT".parse().expect("a symbol"),
            order,
            at_us: None,
        };
        session
            .sender
            .queue(Operation::Submit(submit))
            .expect("there is room");
    }
    session.sender.flush().await.expect("it is connected");
    let (mut maker, mut taker) = (None, None);
    while maker.is_none() || taker.is_none() {
        let report = next_trade(&mut session).await;
        let fee = report.fee.expect("a trade has a fee").to_string();
        let fee = fee.trim_end_matches('0').trim_end_matches('.').to_owned();
        match report.side.expect("an order has a side") {
            Side::Sell => maker = Some(fee),
            Side::Buy => taker = Some(fee),
        }
    }
    (maker.unwrap_or_default(), taker.unwrap_or_default())
}

async fn next_trade(session: &mut Session) -> Report {
    const PATIENCE: std::time::Duration = std::time::Duration::from_secs(60);
    loop {
        let incoming = tokio::time::timeout(PATIENCE, session.receiver.next()).await;
        let incoming = incoming.expect("it trades").expect("it is connected");
        if let Incoming::Message(ServerMessage::Report(report)) = incoming
            && report.kind == ReportKind::Trade
        {
            return *report;
        }
    }
}

#[tokio::test]
async fn fees_change_by_a_command_and_a_trade_keeps_what_it_cost() {
    let small = SmallExchange::with("");
    let room = tempfile::tempdir().expect("a folder");
    let folder = room.path().join("state");
    let server = start(&small, &folder);
    let listed = fees_of_a_trade(&server).await;

    small.rewrite(
        "[[instrument]]\nsymbol = \"BTCUSDT\"\nmaker_fee_ppm = 40\ntaker_fee_ppm = 3000\nfee_tiers = []\n",
    );
    let (status, done) = server.operate("POST", "/v1/admin/reload", "{}");
    assert_eq!((status, &done["commands"]), (200, &json!(1)), "{done}");
    assert_eq!(fees_of_a_trade(&server).await, of("2", "0.003"));

    // Both are taken back for what each has cost.
    for trade_id in [1, 2] {
        let ask = json!({"instrument": "BTCUSDT", "trade_id": trade_id}).to_string();
        let (status, busted) = server.operate("POST", "/v1/admin/bust", &ask);
        assert_eq!(status, 200, "{busted}");
    }
    let (_, books) = server.operate("GET", "/conservation", "");
    assert_eq!(books["conserved"], json!(true), "{books}");
    for line in books["assets"].as_array().expect("a list") {
        let fees = line["fees"].as_str().expect("an amount");
        assert_eq!(fees.trim_matches(['0', '.']), "", "{line}");
    }
    let before = server.state_hash();
    server.stop();

    let server = start(&small, &folder);
    assert_eq!(server.state_hash(), before, "it stands where it stood");
    assert_eq!(fees_of_a_trade(&server).await, of("2", "0.003"));
    // What the file says while nobody serves holds from the next start on.
    server.stop();
    small.rewrite("");
    let server = start(&small, &folder);
    assert_eq!(fees_of_a_trade(&server).await, listed);
    server.stop();

    let mut verify = rialto();
    verify.args(["verify", "--json", "--data"]).arg(&folder);
    small.configure(&mut verify);
    let proof = verify.output().expect("the binary runs");
    assert!(proof.status.success(), "{proof:?}");
}

fn of(maker: &str, taker: &str) -> (String, String) {
    (maker.to_owned(), taker.to_owned())
}

#[test]
fn where_orders_hold_a_bound_of_the_fee_no_rate_goes_above_it() {
    let quote = |taker_ppm: u32| {
        format!(
            "[[instrument]]\nsymbol = \"BTCUSDT\"\nfee_asset = \"quote\"\ntaker_fee_ppm = {taker_ppm}\nmaker_fee_ppm = 0\nfee_tiers = []\n"
        )
    };
    let small = SmallExchange::with(&quote(1_000));
    let room = tempfile::tempdir().expect("a folder");
    let folder = room.path().join("state");
    let server = start(&small, &folder);

    for (taker_ppm, key) in [(400, "changed"), (1_000, "changed"), (1_001, "not_changed")] {
        small.rewrite(&quote(taker_ppm));
        let (status, done) = server.operate("POST", "/v1/admin/reload", "{}");
        assert_eq!(status, 200, "{done}");
        assert_eq!(
            keys(&done[key]),
            ["instrument.BTCUSDT.taker_fee_ppm"],
            "{done}"
        );
    }
    server.stop();

    let refused = small.start(&folder, "").map(drop);
    assert_eq!(refused.expect_err("it refuses").code(), Some(2));
}
