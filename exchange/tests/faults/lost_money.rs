//! Goal: an account that had spent what a repair takes out of the log opens in cancel-only, and an operator can open it.
//! Method: alice withdraws more than she began with, after a deposit; the deposit is taken out; start again, ask.

use std::path::Path;
use std::sync::Arc;

use client::{Incoming, Session};
use protocol::{NewOrder, Operation, Reason, Report, ServerMessage, Side, Submit};
use sequencer::{JournalView, RealDisk};

use crate::server::{Server, SmallExchange, rialto};

fn last_position(folder: &Path) -> u64 {
    let journal = folder.join("generation-0001");
    let view = JournalView::open(Arc::new(RealDisk), &journal).expect("it is whole");
    view.last_position().0
}

fn pay(server: &Server, verb: &str, amount: &str) {
    let body = format!(r#"{{"account":"alice","asset":"BTC","amount":"{amount}"}}"#);
    let (status, answer) = server.operate("POST", &format!("/v1/admin/{verb}"), &body);
    assert_eq!(status, 200, "{answer}");
}

/// The answer to an order of the account behind `key`.
async fn answer(server: &Server, key: &str) -> Report {
    let mut session: Session = server.log_on(key).await;
    let decimal = |text: &str| text.parse().expect("a decimal");
    let order = NewOrder::limit(Side::Buy, decimal("100.00"), decimal("0.00100"));
    let submit = Operation::Submit(Submit {
        symbol: "BTCUSDT".parse().expect("a symbol"),
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
            return *report;
        }
    }
}

#[tokio::test]
async fn an_account_whose_money_is_gone_opens_in_cancel_only() {
    let small = SmallExchange::new();
    let folder = tempfile::tempdir().expect("a folder");
    let server = small.start(folder.path(), "").expect("it starts");
    pay(&server, "fund", "5");
    pay(&server, "withdraw", "12");
    assert!(server.stop().status.success());
    // What an operator asks for stands behind a note of who asked: note, deposit, note, withdrawal.
    let deposit = last_position(folder.path()) - 2;
    let mut repair = rialto();
    repair.args(["repair", "--reject", &deposit.to_string(), "--data"]);
    repair.arg(folder.path());
    small.configure(&mut repair);
    let repaired = repair.output().expect("the binary runs");
    assert!(repaired.status.success(), "{repaired:?}");

    let server = small.start(folder.path(), "").expect("it starts");

    let refused = answer(&server, "demo-alice").await;
    assert_eq!(refused.reason, Some(Reason::CancelOnly), "{refused:?}");
    let taken = answer(&server, "demo-bob").await;
    assert_eq!(taken.reason, None, "{taken:?}");
    pay(&server, "fund", "2");
    let open = r#"{"scope":"account","account":"alice","admission":"open"}"#;
    let (status, told) = server.operate("POST", "/v1/admin/admit", open);
    assert_eq!(status, 200, "{told}");
    assert_eq!(answer(&server, "demo-alice").await.reason, None);
    assert!(server.stop().status.success());
    // Nothing is gone any more: it stays open.
    let server = small.start(folder.path(), "").expect("it starts");
    assert_eq!(answer(&server, "demo-alice").await.reason, None);
    server.kill();
}
