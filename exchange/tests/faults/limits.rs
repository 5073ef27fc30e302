//! Goal: accounts are limited from their opening on as the configuration says, after a restart too, on an instrument that is
//! added later too, and an operator changes it while they trade.
//! Method: the real binary serves with `account_limits`; orders at the limit and one lot above it, by each way an account
//! comes to be.

use std::path::Path;
use std::process::Output;

use client::{Incoming, Session};
use protocol::{NewOrder, Operation, Reason, ServerMessage, Side, Submit};

use crate::server::{Server, SmallExchange, rialto};

const AT_MOST_A_MILLI: &str =
    "[[instrument]]\nsymbol = \"BTCUSDT\"\naccount_limits = { quantity_max = \"0.001\" }\n";

fn operate(arguments: &[&str], folder: &Path) -> Output {
    let mut command = rialto();
    command.args(arguments).arg("--data").arg(folder);
    command.output().expect("the binary runs")
}

fn done(arguments: &[&str], folder: &Path) -> String {
    let output = operate(arguments, folder);
    assert!(output.status.success(), "{arguments:?}: {output:?}");
    String::from_utf8(output.stdout).expect("it is text")
}

/// Why a limit order of the account behind `key` is refused; `None` where it is not.
async fn refusal(server: &Server, key: &str, symbol: &str, quantity: &str) -> Option<Reason> {
    let mut session: Session = server.log_on(key).await;
    let decimal = |text: &str| text.parse().expect("a decimal");
    let order = NewOrder::limit(Side::Buy, decimal("100.00"), decimal(quantity));
    let submit = Operation::Submit(Submit {
        symbol: symbol.parse().expect("a symbol"),
        order,
        at_us: None,
    });
    let request = session.sender.queue(submit).expect("there is room");
    session.sender.flush().await.expect("it is connected");
    loop {
        let told = session.receiver.next().await.expect("it answers");
        if let Incoming::Message(ServerMessage::Report(report)) = told
            && report.request == Some(request)
        {
            return report.reason;
        }
    }
}

#[tokio::test]
async fn accounts_are_limited_from_their_opening_on() {
    let small = SmallExchange::with(AT_MOST_A_MILLI);
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let above = Some(Reason::QuantityLimit);

    for _ in ["first start", "restart"] {
        let server = small.start(folder, "").expect("it starts");
        for key in ["demo-alice", "demo-bob"] {
            assert_eq!(refusal(&server, key, "BTCUSDT", "0.001").await, None);
            assert_eq!(refusal(&server, key, "BTCUSDT", "0.00101").await, above);
        }
        assert_eq!(refusal(&server, "demo-alice", "ETHUSDT", "2").await, None);
        server.stop();
    }

    let server = small.start(folder, "").expect("it starts");
    done(&["admin", "limits", "alice", "BTCUSDT", "--none"], folder);
    let limits = [
        "admin",
        "limits",
        "bob",
        "BTCUSDT",
        "--quantity-max",
        "0.002",
    ];
    done(&limits, folder);
    assert_eq!(
        refusal(&server, "demo-alice", "BTCUSDT", "0.01").await,
        None
    );
    assert_eq!(refusal(&server, "demo-bob", "BTCUSDT", "0.002").await, None);
    assert_eq!(
        refusal(&server, "demo-bob", "BTCUSDT", "0.00201").await,
        above
    );
    server.kill();

    // What an operator said holds after a crash, and not the configuration again.
    let server = small.start(folder, "").expect("it starts");
    assert_eq!(
        refusal(&server, "demo-alice", "BTCUSDT", "0.01").await,
        None
    );
    assert_eq!(
        refusal(&server, "demo-bob", "BTCUSDT", "0.00201").await,
        above
    );
    server.stop();
}

#[tokio::test]
async fn accounts_that_are_there_are_limited_on_an_instrument_that_is_added() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let server = SmallExchange::new().start(folder, "").expect("it starts");
    assert_eq!(refusal(&server, "demo-alice", "BTCUSDT", "1").await, None);
    server.stop();
    let mut added: toml::Table = include_str!("../../../config/instruments.toml")
        .parse()
        .expect("it is TOML");
    let mut third = added["instrument"][2].clone();
    let limits: toml::Value = toml::from_str("quantity_max = \"3\"").expect("it is TOML");
    third
        .as_table_mut()
        .expect("a table")
        .insert("account_limits".to_owned(), limits);
    added = toml::Table::new();
    added.insert("instrument".to_owned(), vec![third].into());
    let wider = SmallExchange::with(&added.to_string());

    let server = wider.start(folder, "").expect("it starts");

    assert_eq!(refusal(&server, "demo-alice", "SOLUSDT", "3").await, None);
    assert_eq!(
        refusal(&server, "demo-alice", "SOLUSDT", "3.001").await,
        Some(Reason::QuantityLimit)
    );
    server.stop();
}

#[tokio::test]
async fn an_account_that_an_operator_opens_is_limited_too() {
    let small = SmallExchange::with(AT_MOST_A_MILLI);
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let server = small.start(folder, "").expect("it starts");

    let opened = done(
        &["accounts", "open", "40", "--deposit", "USDT=1000"],
        folder,
    );

    let mut rows = opened.lines().map(|line| line.split_whitespace().next());
    assert!(rows.any(|account| account == Some("40")), "{opened}");
    let shown = done(&["accounts", "show", "40"], folder);
    assert!(shown.contains("1000.00000000"), "{shown}");
    done(&["accounts", "withdraw", "40", "USDT", "1"], folder);
    let again = operate(&["accounts", "open", "40"], folder);
    assert_eq!(again.status.code(), Some(1), "{again:?}");
    server.stop();
    let shown = {
        let mut command = rialto();
        command.args(["replay", "--show", "hash", "--json", "--data"]);
        command.arg(folder);
        small.configure(&mut command);
        command.output().expect("the binary runs")
    };
    assert!(shown.status.success(), "{shown:?}");
    let entries = crate::oracle::newest_generation(folder).expect("a generation counts");
    let view = sequencer::JournalView::open(std::sync::Arc::new(sequencer::RealDisk), &entries)
        .expect("it is whole");
    let limited = view
        .read_from(sequencer::LogPosition(1))
        .expect("it is whole")
        .flat_map(|entry| entry.expect("it is whole").commands)
        .filter(|command| {
            matches!(&command.command, engine::Command::FanOut(part)
                if matches!(part.action, engine::FanOutAction::SetLimits(set) if set.account.0 == 40))
        });
    assert_eq!(
        limited.count(),
        1,
        "one limit, on the one instrument that has limits"
    );
}
