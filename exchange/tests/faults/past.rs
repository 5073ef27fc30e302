//! Goal: the history has every trade that was reported, once, after kill -9 and restart. Method: two accounts trade
//! on the real binary, which is killed when all is answered, again and again; after each start what HTTP says of the
//! past is compared with what was reported.

use client::{Incoming, Session};
use protocol::{NewOrder, Operation, ReportKind, ServerMessage, Side, Submit};
use serde_json::json;

use crate::http::public;
use crate::server::Server;

const KILLS: u64 = 4;
const TRADES: u64 = 25;

async fn accepted(session: &mut Session, side: Side, price: &str) {
    let decimal = |text: &str| text.parse().expect("a decimal");
    let order = NewOrder::limit(side, decimal(price), decimal("0.00100"));
    let submit = Operation::Submit(Submit {
        symbol: "BTCUSDT".parse().expect("a symbol"),
        order,
        at_us: None,
    });
    let number = session.sender.send(submit).await.expect("there is room");
    session.sender.flush().await.expect("it is connected");
    loop {
        let Ok(Incoming::Message(ServerMessage::Report(report))) = session.receiver.next().await
        else {
            continue;
        };
        if report.request == Some(number) {
            assert_eq!(report.kind, ReportKind::Accepted);
            return;
        }
    }
}

#[tokio::test]
async fn every_trade_that_was_reported_is_in_the_history_once_after_each_kill() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut server = Server::start(folder.path());
    for round in 1..=KILLS {
        let mut alice = server.log_on("demo-alice").await;
        let mut bob = server.log_on("demo-bob").await;
        for k in 0..TRADES {
            let price = format!("{}.00", 50_000 + k);
            accepted(&mut alice, Side::Buy, &price).await;
            accepted(&mut bob, Side::Sell, &price).await;
        }
        server.kill();

        server = Server::start(folder.path());
        let told = &public(&server, "/v1/statistics/BTCUSDT", None)["statistics"];
        assert_eq!(told["trades"], round * TRADES, "round {round}");
        assert_eq!(told["first_trade_id"], 1, "round {round}");
        assert_eq!(told["last_trade_id"], round * TRADES, "round {round}");
        let candles = public(&server, "/v1/candles/BTCUSDT?interval=1s&count=1000", None);
        let candles = candles["candles"].as_array().expect("a list").clone();
        let counted: u64 = candles.iter().filter_map(|it| it["trades"].as_u64()).sum();
        assert_eq!(counted, round * TRADES, "round {round}");
        assert_eq!(candles[0]["open"], json!("50000.00"), "round {round}");
    }
    let stopped = server.stop();
    assert!(stopped.status.success(), "{}", stopped.totals);
}
