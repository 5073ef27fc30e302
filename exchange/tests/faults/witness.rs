//! What clients saw: two accounts trade with each other as fast as answers come, and note every answer.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use client::{Incoming, Session};
use protocol::{
    Channel, NewOrder, Operation, OrderRef, Report, ReportKind, ServerMessage, Side, Submit,
    Subscription,
};

use crate::server::Server;

/// Requests of a session that may be without an answer.
const WINDOW: usize = 48;
/// The instruments that are traded, in the order of the configuration: two matchers.
pub const SYMBOLS: [&str; 2] = ["BTCUSDT", "ETHUSDT"];

/// Everything that clients of one exchange were told, over all its processes.
#[derive(Debug, Default)]
pub struct Witness {
    seen: Mutex<Seen>,
    /// Set before the power goes: nothing that comes later counts.
    is_cut: AtomicBool,
}

/// What was told.
#[derive(Debug, Default, Clone)]
pub struct Seen {
    /// Client order ids that were sent, with their outcome known or not.
    pub sent: BTreeSet<String>,
    /// Client order id to the exchange's, of accepted orders.
    pub acknowledged: BTreeMap<String, u64>,
    /// Symbol and trade id to price and quantity.
    pub trades: BTreeMap<(String, u64), (String, String)>,
    /// Account and asset to the most that was said to be available.
    pub available: BTreeMap<(String, String), i128>,
}

impl Witness {
    /// What was told so far.
    pub fn seen(&self) -> Seen {
        self.seen.lock().expect("nobody panics with it").clone()
    }

    /// How many orders were acknowledged so far.
    pub fn acknowledged(&self) -> usize {
        self.seen
            .lock()
            .expect("nobody panics with it")
            .acknowledged
            .len()
    }

    /// From here on nothing counts.
    pub fn cut(&self) {
        self.is_cut.store(true, Ordering::SeqCst);
    }

    /// The power is back.
    pub fn go_on(&self) {
        self.is_cut.store(false, Ordering::SeqCst);
    }

    fn note(&self, account: &str, message: &ServerMessage) {
        let mut seen = self.seen.lock().expect("nobody panics with it");
        if let ServerMessage::Report(report) = message {
            seen.note_report(report);
        } else if let ServerMessage::Balances(balances) = message {
            for balance in &balances.balances {
                let key = (account.to_owned(), balance.asset.to_string());
                let most = seen.available.entry(key).or_default();
                *most = (*most).max(balance.available.units());
            }
        }
    }
}

impl Seen {
    fn note_report(&mut self, report: &Report) {
        match (report.kind, report.client_order_id, report.order_id) {
            (ReportKind::Accepted | ReportKind::Repeated, Some(client), Some(id)) => {
                self.acknowledged.insert(client.to_string(), id);
            }
            (ReportKind::Trade, _, _) => {
                if let (Some(trade), Some(price), Some(quantity)) =
                    (report.trade_id, report.last_price, report.last_quantity)
                {
                    let key = (report.symbol.to_string(), trade);
                    let content = (price.to_string(), quantity.to_string());
                    self.trades.insert(key, content);
                }
            }
            _ => {}
        }
    }
}

/// Trades until the process ends or the power is cut. `round` makes client order ids of its own.
pub async fn trade(server: &Server, round: u64, witness: &Witness) {
    let (Ok(buyer), Ok(seller)) = (
        server.connect("demo-alice").await,
        server.connect("demo-bob").await,
    ) else {
        return;
    };
    tokio::join!(
        trade_one(buyer, "alice", round, witness),
        trade_one(seller, "bob", round, witness)
    );
}

async fn trade_one(mut session: Session, account: &str, round: u64, witness: &Witness) {
    let executions = Subscription::of(Channel::Executions, None);
    let mut unanswered = BTreeSet::new();
    if session
        .sender
        .queue(Operation::Subscribe(executions))
        .is_err()
    {
        return;
    }
    for k in 0_u64.. {
        while unanswered.len() < WINDOW {
            // Noted before it is sent: its outcome may never be known.
            let operation = operation(account, round, k + unanswered.len() as u64, witness);
            match session.sender.queue(operation) {
                Ok(request) => drop(unanswered.insert(request)),
                Err(_) => return,
            }
        }
        if session.sender.flush().await.is_err() {
            return;
        }
        // At least one answer, and all that are there.
        let mut next = session.receiver.next().await.map(Some);
        loop {
            match next {
                Ok(Some(Incoming::Message(message))) => {
                    if witness.is_cut.load(Ordering::SeqCst) {
                        return;
                    }
                    witness.note(account, &message);
                    if let Some(request) = request_of(&message) {
                        unanswered.remove(&request);
                    }
                }
                Ok(None) => break,
                Ok(Some(Incoming::Disconnected(_) | Incoming::Reconnected(_))) | Err(_) => return,
            }
            next = session.receiver.try_next();
        }
    }
}

fn request_of(message: &ServerMessage) -> Option<u64> {
    if let ServerMessage::Report(report) = message {
        report.request
    } else if let ServerMessage::Balances(balances) = message {
        balances.request
    } else if let ServerMessage::Error(error) = message {
        error.request
    } else {
        None
    }
}

/// The k-th request of an account: buys and sells that meet, some that stay, some cancels, a look at the money.
fn operation(account: &str, round: u64, k: u64, witness: &Witness) -> Operation {
    let symbol = SYMBOLS[usize::from(k % 3 == 2)];
    if k % 16 == 9 {
        return Operation::Balances;
    }
    if k % 16 == 13 {
        let earlier = order_name(account, round, k - 5);
        return Operation::Cancel(protocol::Cancel {
            symbol: symbol.parse().expect("a symbol"),
            order: OrderRef::Client(earlier.parse().expect("a client order id")),
            at_us: None,
        });
    }
    let name = order_name(account, round, k);
    witness
        .seen
        .lock()
        .expect("nobody panics with it")
        .sent
        .insert(name.clone());
    submit(account, symbol, &name, k)
}

fn order_name(account: &str, round: u64, k: u64) -> String {
    format!("{account}-{round}-{k}")
}

/// The order that goes by this name: the same one whenever it is sent.
fn submit(account: &str, symbol: &str, name: &str, k: u64) -> Operation {
    let decimal = |text: &str| text.parse().expect("a decimal");
    let (side, price) = match account {
        "alice" => (Side::Buy, 1_000 + k % 4),
        _ => (Side::Sell, 1_000 + k % 5),
    };
    let price = format!("{price}.00");
    let mut order = NewOrder::limit(side, decimal(&price), decimal("0.00010"));
    order.client_order_id = Some(name.parse().expect("a client order id"));
    Operation::Submit(Submit {
        symbol: symbol.parse().expect("a symbol"),
        order,
        at_us: None,
    })
}

/// Sends orders again whose outcome is known or not, as a client does after a restart; says which of the
/// acknowledged ones were not answered with their first result.
pub async fn ask_again(server: &Server, seen: &Seen, orders_max: usize) -> Vec<String> {
    let mut wrong = Vec::new();
    for account in ["alice", "bob"] {
        let mut session = server.log_on(&format!("demo-{account}")).await;
        let prefix = format!("{account}-");
        let mut names: Vec<&String> = seen
            .sent
            .iter()
            .filter(|name| name.starts_with(&prefix))
            .collect();
        names.truncate(orders_max);
        for name in names {
            let k: u64 = name
                .rsplit('-')
                .next()
                .expect("it has parts")
                .parse()
                .expect("a number");
            let symbol = SYMBOLS[usize::from(k % 3 == 2)];
            let operation = submit(account, symbol, name, k);
            let request = session.sender.queue(operation).expect("there is room");
            session.sender.flush().await.expect("it is connected");
            let report = loop {
                match session.receiver.next().await.expect("it answers") {
                    Incoming::Message(ServerMessage::Report(report))
                        if report.request == Some(request) =>
                    {
                        break report;
                    }
                    Incoming::Message(_) => {}
                    Incoming::Disconnected(_) | Incoming::Reconnected(_) => panic!("it went away"),
                }
            };
            if let Some(id) = seen.acknowledged.get(name)
                && (report.kind != ReportKind::Repeated || report.order_id != Some(*id))
            {
                wrong.push(format!("{name}: {:?} {:?}", report.kind, report.order_id));
            }
        }
    }
    wrong
}
