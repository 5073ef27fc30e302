//! An exchange of a few lines: it answers, and does one thing wrong if it is told to.

use futures_util::{SinkExt, StreamExt};
use protocol::{
    Channel, Depth, DepthSnapshot, Level, LoggedOn, MassCanceled, Operation, Reason, Report,
    ReportKind, Request, ServerMessage, Symbol,
};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::Message;

/// The answer to `hello`.
const HELLO: &str = r#"{"type":"hello","protocol":1,"server":"scripted","epoch":1,"session":1,"clock":"realtime","at_us":1000,"limits":{"frame_bytes_max":16384,"outbound_messages_max":1024,"subscriptions_max":64,"depth_levels_max":1000},"instruments":[{"symbol":"BTCUSDT","base":"BTC","quote":"USDT","tick_size":"0.01","lot_size":"0.00001","price_decimals":2,"quantity_decimals":5,"price_min":"0.01","price_max":"1000000.00","quantity_min":"0.00001","quantity_max":"9000.00000"}]}"#;

/// What it says before it stops.
const GOOD_BYE: &str =
    r#"{"type":"going_away","reason":"shutdown","text":"the exchange is being stopped"}"#;

/// What it does wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    None,
    /// A change of the book is left out.
    Gap,
    /// A bid comes to stand above the best ask.
    Crossed,
    /// Requests about orders are not answered.
    Silent,
    /// New orders are answered busy.
    Busy,
    /// The first two connections end instead of an answer to an order: one with a good-bye, one without a word.
    Leaves,
}

/// After how many orders such a connection ends.
pub const ORDERS_BEFORE_LEAVING: u32 = 8;

/// Listens on a free port.
pub struct ScriptedExchange {
    listener: TcpListener,
    fault: Fault,
}

impl ScriptedExchange {
    pub async fn listen(fault: Fault) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        Self { listener, fault }
    }

    pub fn url(&self) -> String {
        let address = self.listener.local_addr().expect("it is bound");
        format!("ws://{address}/v1/ws")
    }

    /// Serves whoever comes, until it is aborted.
    pub async fn serve(self) {
        let mut connections = 0;
        while let Ok((stream, _)) = self.listener.accept().await {
            let leaving = match (self.fault, connections) {
                (Fault::Leaves, 0) => Leaving::WithGoodBye,
                (Fault::Leaves, 1) => Leaving::WithoutAWord,
                _ => Leaving::Never,
            };
            connections += 1;
            tokio::spawn(serve_session(stream, self.fault, leaving));
        }
    }
}

/// How a connection ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Leaving {
    Never,
    WithGoodBye,
    WithoutAWord,
}

async fn serve_session(stream: TcpStream, fault: Fault, leaving: Leaving) {
    let mut socket = tokio_tungstenite::accept_async(stream)
        .await
        .expect("the feed speaks WebSocket");
    let mut orders = 0;
    while let Some(Ok(frame)) = socket.next().await {
        if !frame.is_text() {
            continue;
        }
        let request = Request::decode(&frame.into_data(), 65_536).expect("the feed sends requests");
        orders += u32::from(matches!(request.operation, Operation::Submit(_)));
        if orders > ORDERS_BEFORE_LEAVING && leaving != Leaving::Never {
            if leaving == Leaving::WithGoodBye {
                let _ = socket.send(Message::text(GOOD_BYE)).await;
                let _ = socket.close(None).await;
            }
            return;
        }
        for answer in answers(&request, fault) {
            if socket.send(Message::text(answer)).await.is_err() {
                return;
            }
        }
    }
}

fn answers(request: &Request, fault: Fault) -> Vec<String> {
    match &request.operation {
        Operation::Hello(_) => vec![HELLO.to_owned()],
        Operation::Logon(_) => vec![text(&ServerMessage::LoggedOn(LoggedOn {
            request: request.id,
            account: 1,
            at_us: 0,
        }))],
        Operation::Subscribe(wanted) if wanted.channel == Channel::Depth => depth(fault),
        Operation::Submit(_) | Operation::CancelReplace(_) if fault == Fault::Busy => {
            let mut refused = report(request.id, ReportKind::Rejected);
            refused.reason = Some(Reason::Busy);
            vec![text(&ServerMessage::Report(Box::new(refused)))]
        }
        Operation::Submit(_) | Operation::CancelReplace(_) | Operation::Cancel(_)
            if fault == Fault::Silent =>
        {
            Vec::new()
        }
        Operation::Submit(_) | Operation::CancelReplace(_) => {
            vec![text(&ServerMessage::Report(Box::new(report(
                request.id,
                ReportKind::Accepted,
            ))))]
        }
        Operation::Cancel(_) => vec![text(&ServerMessage::Report(Box::new(report(
            request.id,
            ReportKind::Canceled,
        ))))],
        Operation::MassCancel(_) => vec![text(&ServerMessage::MassCanceled(MassCanceled {
            request: request.id,
            canceled_orders: 0,
            at_us: 0,
        }))],
        Operation::Replace(_)
        | Operation::Batch(_)
        | Operation::MassQuote(_)
        | Operation::MmpReset(_)
        | Operation::CancelAfter(_)
        | Operation::OpenOrders(_)
        | Operation::Balances
        | Operation::Positions
        | Operation::Candles(_)
        | Operation::Statistics(_)
        | Operation::Past(_)
        | Operation::Subscribe(_)
        | Operation::Unsubscribe(_)
        | Operation::Resume(_)
        | Operation::ResumeExecutions(_)
        | Operation::Enroll(_)
        | Operation::TickDone(_)
        | Operation::Ping => Vec::new(),
    }
}

/// A snapshot, a good change, and the planted one.
fn depth(fault: Fault) -> Vec<String> {
    let snapshot = DepthSnapshot {
        symbol: symbol(),
        epoch: 1,
        seq: 4,
        at_us: 0,
        bids: vec![level("63999.00")],
        asks: vec![level("64001.00")],
        may_be_crossed: false,
        checksum: None,
    };
    let change = |seq, bid| {
        text(&ServerMessage::Depth(Depth {
            symbol: symbol(),
            epoch: 1,
            from: None,
            seq,
            at_us: 0,
            bids: vec![level(bid)],
            asks: Vec::new(),
            may_be_crossed: false,
            checksum: None,
        }))
    };
    let mut told = vec![
        text(&ServerMessage::DepthSnapshot(snapshot)),
        change(5, "63998.00"),
    ];
    match fault {
        Fault::Gap => told.push(change(7, "63997.00")),
        Fault::Crossed => told.push(change(6, "64002.00")),
        Fault::None | Fault::Silent | Fault::Busy | Fault::Leaves => {}
    }
    told
}

fn report(request: Option<u64>, kind: ReportKind) -> Report {
    Report {
        request,
        ..Report::new(kind, symbol(), 0)
    }
}

fn level(price: &str) -> Level {
    Level {
        price: price.parse().expect("a price"),
        quantity: "1.00000".parse().expect("a quantity"),
    }
}

fn symbol() -> Symbol {
    "BTCUSDT".parse().expect("a symbol")
}

fn text(message: &ServerMessage) -> String {
    let mut frame = Vec::new();
    message.encode(&mut frame);
    String::from_utf8(frame).expect("messages are text")
}
