//! Goal: what market data and client order ids promise over restarts and resets, by the rules' names. (MD-3, ID-2)
//! Method: the real binary on a data folder, stopped, reset and killed; a client with a book, and one with an order.

use client::{BookFollower, Incoming, LocalBook, Session, Step};
use protocol::{
    ErrorMessage, NewOrder, OpenOrdersRequest, Operation, Reason, Report, ReportKind,
    ServerMessage, Side, Submit, Symbol,
};

use crate::server::{Server, SmallExchange};

fn symbol() -> Symbol {
    "BTCUSDT".parse().expect("a symbol")
}

async fn next(session: &mut Session) -> ServerMessage {
    match session.receiver.next().await {
        Ok(Incoming::Message(message)) => message,
        other => panic!("a message was expected, not {other:?}"),
    }
}

/// Submits a limit buy; says what became of it.
async fn buy(session: &mut Session, client_order_id: &str, price: &str) -> Report {
    let decimal = |text: &str| text.parse().expect("a decimal");
    let mut order = NewOrder::limit(Side::Buy, decimal(price), decimal("0.00100"));
    order.client_order_id = Some(client_order_id.parse().expect("a client order id"));
    let submit = Operation::Submit(Submit {
        symbol: symbol(),
        order,
        at_us: None,
    });
    let request = session.sender.send(submit).await.expect("it is connected");
    loop {
        if let ServerMessage::Report(report) = next(session).await
            && report.request == Some(request)
        {
            return *report;
        }
    }
}

/// A session without a key and what it follows: a book.
struct Watcher {
    session: Session,
    follower: BookFollower<LocalBook>,
    refusals: Vec<ErrorMessage>,
}

impl Watcher {
    async fn connect(server: &Server, follower: Option<BookFollower<LocalBook>>) -> Self {
        let session = server.log_on("demo-bob").await;
        let listed = session.hello.instruments.iter();
        let terms = listed.clone().find(|terms| terms.symbol == symbol());
        let scale = terms.expect("it is listed").scale();
        let book = || BookFollower::new(LocalBook::new(symbol(), scale));
        let mut watcher = Self {
            session,
            follower: follower.unwrap_or_else(book),
            refusals: Vec::new(),
        };
        let asked = watcher.follower.catch_up();
        watcher.ask(asked).await;
        watcher
    }

    async fn ask(&mut self, operations: Vec<Operation>) {
        for operation in operations {
            let sent = self.session.sender.send(operation).await;
            sent.expect("it is connected");
        }
    }

    /// Follows until the book is at a number; returns the epoch of what brought it there.
    async fn follow_up_to(&mut self, epoch: u64, seq: u64) {
        while self.place() != Some((epoch, seq)) {
            let message = next(&mut self.session).await;
            let step = if let ServerMessage::Error(error) = &message {
                self.refusals.push(error.clone());
                self.follower.refused(error)
            } else {
                self.follower.take(&message)
            };
            if let Step::Ask(operations) = step {
                self.ask(operations).await;
            }
        }
    }

    fn place(&self) -> Option<(u64, u64)> {
        let place = self.follower.book().place()?;
        Some((place.epoch, place.seq))
    }
}

#[tokio::test]
async fn md_3_a_clean_restart_keeps_the_epoch_and_a_reset_begins_one_that_needs_a_snapshot() {
    let folder = tempfile::tempdir().expect("a folder");
    let small = SmallExchange::new();
    let server = small.start(folder.path(), "").expect("it starts");
    let mut alice = server.log_on("demo-alice").await;
    let mut watcher = Watcher::connect(&server, None).await;
    buy(&mut alice, "one", "50000.00").await;
    buy(&mut alice, "two", "50001.00").await;
    watcher.follow_up_to(1, 2).await;
    assert!(server.stop().status.success());

    let server = small.start(folder.path(), "").expect("it starts");
    let mut alice = server.log_on("demo-alice").await;
    let mut watcher = Watcher::connect(&server, Some(watcher.follower)).await;
    buy(&mut alice, "three", "50002.00").await;
    watcher.follow_up_to(1, 3).await;
    assert_eq!(watcher.refusals, [], "it goes on where it was");
    assert_eq!(watcher.follower.book().bids().count(), 3);

    let (status, done) = server.operate("POST", "/v1/admin/reset", "");
    assert_eq!((status, &done["epoch"]), (200, &2.into()), "{done}");
    let mut alice = server.log_on("demo-alice").await;
    let mut watcher = Watcher::connect(&server, Some(watcher.follower)).await;
    buy(&mut alice, "one", "40000.00").await;
    watcher.follow_up_to(2, 1).await;
    let refused: Vec<_> = watcher.refusals.iter().map(|it| it.code.word()).collect();
    // And on the new connection there was no subscription to end.
    assert_eq!(refused, ["snapshot_required", "not_subscribed"]);
    assert_eq!(watcher.follower.book().bids().count(), 1);
    assert_eq!(watcher.follower.faults(), 0);
    server.kill();
}

#[tokio::test]
async fn id_2_after_a_kill_a_retry_gets_its_first_answer_and_another_order_under_the_id_is_refused()
{
    let folder = tempfile::tempdir().expect("a folder");
    let small = SmallExchange::new();
    let server = small.start(folder.path(), "").expect("it starts");
    let mut alice = server.log_on("demo-alice").await;
    let first = buy(&mut alice, "once", "50000.00").await;
    assert_eq!(first.kind, ReportKind::Accepted);
    server.kill();

    let server = small.start(folder.path(), "").expect("it starts");
    let mut alice = server.log_on("demo-alice").await;
    let again = buy(&mut alice, "once", "50000.00").await;
    let other = buy(&mut alice, "once", "50001.00").await;
    let open = Operation::OpenOrders(OpenOrdersRequest { symbol: None });
    alice.sender.send(open).await.expect("it is connected");
    let orders = loop {
        if let ServerMessage::OpenOrders(open) = next(&mut alice).await {
            break open.orders;
        }
    };

    assert_eq!(
        (again.kind, again.order_id),
        (ReportKind::Repeated, first.order_id)
    );
    assert_eq!(
        (other.kind, other.reason),
        (ReportKind::Rejected, Some(Reason::DuplicateClientOrderId))
    );
    assert_eq!(orders.len(), 1);
    server.kill();
}
