//! Goal: a reset begins again in under a second, keeps what was, and a crash in the middle of it leaves one
//! whole generation. Method: the real binary on a data folder; what is left behind by a crash is laid by hand.

use std::fs;
use std::path::Path;

use client::{Incoming, Session};
use protocol::{NewOrder, Operation, ReportKind, ServerMessage, Side, Submit};

use crate::server::{Server, rialto};

/// Submits a limit buy and says what became of it: the kind and the exchange's id.
async fn buy(session: &mut Session, client_order_id: &str) -> (ReportKind, Option<u64>) {
    let decimal = |text: &str| text.parse().expect("a decimal");
    let mut order = NewOrder::limit(Side::Buy, decimal("50000.00"), decimal("0.00100"));
    order.client_order_id = Some(client_order_id.parse().expect("a client order id"));
    let submit = Submit {
        symbol: "BTCUSDT".parse().expect("a symbol"),
        order,
        at_us: None,
    };
    let request = session
        .sender
        .queue(Operation::Submit(submit))
        .expect("there is room");
    session.sender.flush().await.expect("it is connected");
    loop {
        match session.receiver.next().await {
            Ok(Incoming::Message(ServerMessage::Report(report)))
                if report.request == Some(request) =>
            {
                return (report.kind, report.order_id);
            }
            Ok(Incoming::Message(_)) => {}
            Ok(Incoming::Disconnected(_) | Incoming::Reconnected(_)) | Err(_) => {
                panic!("the session ended without an answer")
            }
        }
    }
}

fn generations(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .expect("the folder is there")
        .map(|entry| {
            entry
                .expect("it is read")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .filter(|name| name.starts_with("generation-"))
        .collect();
    names.sort();
    names
}

#[tokio::test]
async fn a_reset_begins_again_while_it_serves_and_a_restart_stays_there() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path());
    let mut before = server.log_on("demo-alice").await;
    assert_eq!(
        buy(&mut before, "one").await,
        (ReportKind::Accepted, Some(1))
    );
    server.operate(
        "POST",
        "/v1/admin/fund",
        r#"{"account":"alice","asset":"BTC","amount":"5"}"#,
    );

    let (status, done) = server.operate("POST", "/v1/admin/reset", "");

    assert_eq!(status, 200, "{done}");
    assert_eq!(
        (&done["generation"], &done["epoch"]),
        (&2.into(), &2.into())
    );
    let took_ms = done["took_ms"].as_u64().expect("a number");
    assert!(took_ms < 1_000, "it took {took_ms} ms");
    println!("GOAL reset took_ms={took_ms} bar_ms=1000");
    let mut after = server.log_on("demo-alice").await;
    // The client order id is free again, ids begin at 1 again, and so does the money.
    assert_eq!(
        buy(&mut after, "one").await,
        (ReportKind::Accepted, Some(1))
    );
    let (_, alice) = server.operate("GET", "/v1/admin/accounts/alice", "");
    assert!(
        alice["balances"]
            .as_array()
            .expect("a list")
            .iter()
            .any(|balance| balance["asset"] == "BTC" && balance["total"] == "10.00000000"),
        "{alice}"
    );
    assert_eq!(
        server.operate("GET", "/conservation", "").1["conserved"],
        true
    );
    server.kill();

    assert_eq!(
        generations(folder.path()),
        ["generation-0001", "generation-0002"]
    );
    assert!(
        folder
            .path()
            .join("generation-0001/journal-0000000001.seg")
            .exists(),
        "what was before is kept"
    );
    let server = Server::start(folder.path());
    let mut after = server.log_on("demo-alice").await;
    assert_eq!(buy(&mut after, "one").await.0, ReportKind::Repeated);
    assert_eq!(server.operate("GET", "/v1/status", "").1["epoch"], 2);
    let stopped = server.stop();
    assert!(stopped.status.success(), "{}", stopped.totals);
}

#[tokio::test]
async fn a_generation_that_was_never_finished_does_not_count() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path());
    let mut session = server.log_on("demo-alice").await;
    assert_eq!(
        buy(&mut session, "one").await,
        (ReportKind::Accepted, Some(1))
    );
    server.kill();
    // As a crash in the middle of a reset leaves them: one without a name yet, one with everything but the end.
    fs::create_dir(folder.path().join("generation-0002.new")).expect("it can be made");
    let unfinished = folder.path().join("generation-0002");
    fs::create_dir(&unfinished).expect("it can be made");
    for file in fs::read_dir(folder.path().join("generation-0001")).expect("it is there") {
        let file = file.expect("it is read");
        // The history's folder: it is made anew.
        if file.path().is_dir() {
            continue;
        }
        fs::copy(file.path(), unfinished.join(file.file_name())).expect("it is copied");
    }
    fs::write(unfinished.join("unfinished"), "").expect("it is written");

    let server = Server::start(folder.path());
    let mut session = server.log_on("demo-alice").await;

    assert_eq!(
        buy(&mut session, "one").await,
        (ReportKind::Repeated, Some(1))
    );
    assert_eq!(generations(folder.path()), ["generation-0001"]);
    server.kill();
}

#[test]
fn a_second_exchange_on_the_folder_is_refused_with_its_name() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path());

    let second = rialto()
        .args(["serve", "--listen", "127.0.0.1:0", "--data"])
        .arg(folder.path())
        .output()
        .expect("the binary runs");

    assert_eq!(second.status.code(), Some(2));
    let complaint = String::from_utf8_lossy(&second.stderr);
    assert!(
        complaint.contains(&format!(
            "{} is in use by another rialto",
            folder.path().display()
        )),
        "{complaint}"
    );
    server.kill();
}

#[test]
fn a_folder_of_other_terms_is_refused_with_both_terms() {
    let folder = tempfile::tempdir().expect("a folder");
    Server::start(folder.path()).kill();
    let other = folder.path().join("other.toml");
    fs::write(&other, "[ledger]\naccounts_max = 2000\n").expect("it is written");

    let refused = rialto()
        .args(["serve", "--listen", "127.0.0.1:0", "--config"])
        .arg(&other)
        .arg("--data")
        .arg(folder.path())
        .output()
        .expect("the binary runs");

    assert_eq!(refused.status.code(), Some(2));
    let complaint = String::from_utf8_lossy(&refused.stderr);
    for part in [
        "instruments.txt",
        "`limit accounts_max=1024`",
        "`limit accounts_max=2000`",
    ] {
        assert!(complaint.contains(part), "{complaint}");
    }
}
