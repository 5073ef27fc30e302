//! Goal: what was acknowledged is there after kill -9, once, with its money; a retry is answered as before.
//! Method: the real binary on a data folder; a session over WebSocket submits orders and notes which were
//! acknowledged; the process is killed in the middle of them, and started again on the same folder.

use std::collections::BTreeMap;

use client::{Incoming, Session};
use protocol::{
    ExecutionCursor, NewOrder, OpenOrder, Operation, Report, ReportKind, ResumeExecutions,
    ServerMessage, Side, Submit,
};

use crate::server::Server;

const KILLS: u64 = 3;
const ORDERS: u64 = 200;

fn order(round: u64, k: u64) -> Operation {
    let price = format!("{}.00", 50_000 + k);
    let decimal = |text: &str| text.parse().expect("a decimal");
    let mut order = NewOrder::limit(Side::Buy, decimal(&price), decimal("0.00100"));
    let id = format!("r{round}-{k}");
    order.client_order_id = Some(id.parse().expect("a client order id"));
    Operation::Submit(Submit {
        symbol: "BTCUSDT".parse().expect("a symbol"),
        order,
        at_us: None,
    })
}

async fn next_message(session: &mut Session) -> Option<ServerMessage> {
    match session.receiver.next().await {
        Ok(Incoming::Message(message)) => Some(message),
        Ok(Incoming::Disconnected(_) | Incoming::Reconnected(_)) | Err(_) => None,
    }
}

/// The report that answers `request`.
async fn answer(session: &mut Session, request: u64) -> Report {
    loop {
        let message = next_message(session).await.expect("it answers");
        if let ServerMessage::Report(report) = message
            && report.request == Some(request)
        {
            return *report;
        }
    }
}

async fn open_orders(session: &mut Session) -> Vec<OpenOrder> {
    session.sender.open_orders(None).expect("there is room");
    session.sender.flush().await.expect("it is connected");
    let mut orders = Vec::new();
    loop {
        let message = next_message(session).await.expect("it answers");
        if let ServerMessage::OpenOrders(part) = message {
            orders.extend(part.orders);
            if !part.has_more {
                return orders;
            }
        }
    }
}

/// Submits orders until `acknowledged_max` are acknowledged, and kills the server then.
async fn trade_until_killed(
    server: Server,
    round: u64,
    acknowledged_max: u64,
    acknowledged: &mut BTreeMap<String, u64>,
) {
    let mut session = server.log_on("demo-alice").await;
    for k in 0..ORDERS {
        session
            .sender
            .queue(order(round, k))
            .expect("there is room");
    }
    session.sender.flush().await.expect("it is connected");
    let mut heard = 0;
    while heard < acknowledged_max {
        let message = next_message(&mut session).await.expect("it answers");
        let ServerMessage::Report(report) = message else {
            continue;
        };
        if report.kind == ReportKind::Accepted {
            let client = report.client_order_id.expect("it was given");
            let id = report.order_id.expect("it was accepted");
            acknowledged.insert(client.to_string(), id);
            heard += 1;
        }
    }
    server.kill();
}

#[tokio::test]
async fn acknowledged_orders_survive_a_kill_once_each() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut acknowledged = BTreeMap::new();
    for round in 0..KILLS {
        let server = Server::start(folder.path());
        trade_until_killed(server, round, 20 + 70 * round, &mut acknowledged).await;
    }

    let server = Server::start(folder.path());
    let mut session = server.log_on("demo-alice").await;
    let orders = open_orders(&mut session).await;

    let mut found = BTreeMap::new();
    for order in &orders {
        let client = order.client_order_id.expect("each has one").to_string();
        assert_eq!(
            found.insert(client, order.order_id),
            None,
            "it is there twice"
        );
    }
    for (client, id) in &acknowledged {
        assert_eq!(found.get(client), Some(id), "{client} was acknowledged");
    }
    println!(
        "GOAL R1 kills={KILLS} acknowledged={} lost=0 duplicated=0",
        acknowledged.len()
    );
    server.kill();
}

#[tokio::test]
async fn a_retry_after_a_kill_gets_the_original_result() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut acknowledged = BTreeMap::new();
    trade_until_killed(Server::start(folder.path()), 0, 1, &mut acknowledged).await;

    let server = Server::start(folder.path());
    let mut session = server.log_on("demo-alice").await;
    let request = session.sender.queue(order(0, 0)).expect("there is room");
    session.sender.flush().await.expect("it is connected");
    let report = answer(&mut session, request).await;

    assert_eq!(report.kind, ReportKind::Repeated);
    assert_eq!(report.order_id, acknowledged.get("r0-0").copied());
    server.kill();
}

#[tokio::test]
async fn executions_go_on_after_a_kill_where_their_cursor_stood() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path());
    let mut session = server.log_on("demo-alice").await;
    let mut cursor = None;
    for k in 0..3 {
        let request = session.sender.queue(order(0, k)).expect("there is room");
        session.sender.flush().await.expect("it is connected");
        let accepted = answer(&mut session, request).await;
        // The answer to the second order is the last that is seen.
        if k == 1 {
            cursor = accepted.event;
        }
    }
    server.kill();
    let cursor = cursor.expect("it was accepted");

    let server = Server::start(folder.path());
    let mut session = server.log_on("demo-alice").await;
    let resume = Operation::ResumeExecutions(ResumeExecutions {
        channel: protocol::Channel::Executions,
        epoch: 1,
        after: vec![ExecutionCursor {
            symbol: "BTCUSDT".parse().expect("a symbol"),
            seq: cursor.seq,
            k: cursor.k,
        }],
    });
    session.sender.queue(resume).expect("there is room");
    session.sender.ping().expect("there is room");
    session.sender.flush().await.expect("it is connected");
    let mut told = Vec::new();
    loop {
        let message = next_message(&mut session).await.expect("it answers");
        if let ServerMessage::Report(report) = message {
            let id = report.client_order_id.expect("it was given");
            told.push((report.kind, id.to_string()));
        } else if let ServerMessage::Error(error) = message {
            panic!("{error:?}");
        } else if let ServerMessage::Pong(_) = message {
            break;
        }
    }

    let [second, third] = ["r0-1", "r0-2"].map(str::to_owned);
    let expected = [
        (ReportKind::Rested, second),
        (ReportKind::Accepted, third.clone()),
        (ReportKind::Rested, third),
    ];
    assert_eq!(told, expected);
    server.kill();
}
