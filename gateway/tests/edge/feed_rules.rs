//! The rules of market data and of sessions, each by its name, over real sockets. (MD-1, MD-2, MD-5, MD-6, COD-1, DMS-1)
//!
//! Method: an exchange behind a gateway on port 0; what is told is compared with the engine, fed with what the log has kept, or
//! with literal numbers. What must not happen by a time is seen by what happens to another account at a later one.

use std::time::Duration;

use client::{BookFollower, LocalBook, LocalOrders, Step};
use engine::{Command, SessionState, Side};
use gateway::Limits;
use protocol::{Operation, Request, ServerMessage};
use serde_json::{Value, json};

use crate::feed_chaos::{Chance, Mirror, Trader};
use crate::participant::{Participant, limit};
use crate::venue::{Venue, instruments, limits, within};

/// A subscription to one channel of BTCUSDT.
fn subscription(id: u64, channel: &str) -> String {
    format!(r#"{{"op":"subscribe","id":{id},"channel":"{channel}","symbols":["BTCUSDT"]}}"#)
}

/// Price and quantity in smallest units.
fn units(level: &Value) -> Option<(i64, u64)> {
    let digits = |place: usize| level[place].as_str().map(|text| text.replace('.', ""));
    Some((digits(0)?.parse().unwrap(), digits(1)?.parse().unwrap()))
}

/// Everything that is told of the book: its top, its levels, its orders.
struct Watcher {
    session: Participant,
    levels: LocalBook,
    orders: LocalOrders,
    top: [Option<(i64, u64)>; 2],
    top_seq: Option<u64>,
    changes: u64,
}

impl Watcher {
    async fn join(venue: &Venue) -> Self {
        let listed = &instruments()[0];
        let mut session = Participant::greet(venue).await;
        for (id, channel) in [(1, "top"), (2, "depth"), (3, "orders")] {
            session.send(&subscription(id, channel)).await;
        }
        Self {
            session,
            levels: LocalBook::new(listed.symbol, listed.scale),
            orders: LocalOrders::new(listed.symbol, listed.scale),
            top: [None, None],
            top_seq: None,
            changes: 0,
        }
    }

    /// Takes in the next message: each must be the next of its channel, and fit.
    async fn read(&mut self) {
        let message = self.session.read().await;
        let read = ServerMessage::decode(&message.to_string()).unwrap();
        if let ServerMessage::DepthSnapshot(snapshot) = &read {
            assert_eq!(snapshot.epoch, 7);
            self.levels.apply_snapshot(snapshot).unwrap();
        } else if let ServerMessage::OrdersSnapshot(snapshot) = &read {
            assert_eq!(snapshot.epoch, 7);
            self.orders.apply_snapshot(snapshot).unwrap();
        } else if let ServerMessage::Depth(change) = &read {
            let before = self.levels.seq().expect("the snapshot comes first");
            assert_eq!((change.epoch, change.seq), (7, before + 1));
            self.levels.apply(change).unwrap();
            self.changes += 1;
        } else if let ServerMessage::Orders(change) = &read {
            let before = self.orders.place().expect("the snapshot comes first").seq;
            assert_eq!((change.epoch, change.seq), (7, before + 1));
            self.orders.apply(change).unwrap();
        } else if let ServerMessage::Top(top) = &read {
            if let Some(before) = self.top_seq {
                assert_eq!((top.epoch, top.seq), (7, before + 1));
            }
            self.top_seq = Some(top.seq);
            self.top = [units(&message["bid"]), units(&message["ask"])];
        } else {
            assert!(matches!(read, ServerMessage::Subscribed(_)), "{message}");
        }
    }

    fn is_at(&self, mirror: &Mirror) -> bool {
        let best = |side| mirror.levels(side).first().copied();
        self.levels.place().is_some()
            && self.orders.place().is_some()
            && self.top == [best(Side::Buy), best(Side::Sell)]
            && mirror.is_followed_by(&self.levels, &self.orders)
    }
}

#[tokio::test]
async fn md_1_a_snapshot_and_each_change_behind_it_are_the_engines_book_at_every_number() {
    let mut chance = Chance::seeded();
    println!("RIALTO_SEED={}", chance.seed());
    let venue = Venue::open().await;
    let mut traders = [
        Trader::new(&venue, "alice").await,
        Trader::new(&venue, "bob").await,
    ];
    let mut mirror = Mirror::new();
    for n in 0..100 {
        traders[n % 2].act(&mut chance).await;
    }

    let mut watcher = Watcher::join(&venue).await;
    for n in 0..500 {
        traders[n % 2].act(&mut chance).await;
        mirror.catch_up(&venue);
        within(async {
            while !watcher.is_at(&mirror) {
                watcher.read().await;
            }
        })
        .await;
    }

    assert!(watcher.changes > 200, "{} changes", watcher.changes);
    venue.close().await;
}

/// Sends what a follower wants to ask, numbered from `id` on.
async fn send_all(session: &mut Participant, operations: Vec<Operation>, id: u64) {
    for (operation, id) in operations.into_iter().zip(id..) {
        let id = Some(id);
        session.send(&Request { id, operation }.to_json()).await;
    }
}

/// Hands the follower what comes until it is at change `seq`; returns what it asks for on the way.
async fn follow_up_to(
    session: &mut Participant,
    follower: &mut BookFollower<LocalBook>,
    seq: u64,
) -> Vec<Operation> {
    let mut asked = Vec::new();
    while follower.book().seq() != Some(seq) && asked.is_empty() {
        let message = session.read().await;
        let message = ServerMessage::decode(&message.to_string()).unwrap();
        let step = if let ServerMessage::Error(error) = &message {
            follower.refused(error)
        } else {
            follower.take(&message)
        };
        if let Step::Ask(operations) = step {
            asked = operations;
        }
    }
    asked
}

#[tokio::test]
async fn md_2_a_lost_change_is_noticed_by_the_next_number_and_sent_again_or_a_snapshot_is_required()
{
    let venue = Venue::open_with_limits(Limits {
        resume_messages_max: 4,
        ..limits()
    })
    .await;
    let mut alice = Participant::log_on(&venue, "alice").await;
    let listed = &instruments()[0];
    let mut session = Participant::greet(&venue).await;
    let mut follower = BookFollower::new(LocalBook::new(listed.symbol, listed.scale));
    send_all(&mut session, follower.catch_up(), 1).await;
    follow_up_to(&mut session, &mut follower, 0).await;

    for n in 1..=4 {
        alice.ask(&limit(n, "buy", &format!("9{n}.00"), "1")).await;
    }
    follow_up_to(&mut session, &mut follower, 1).await;
    assert_eq!(session.read().await["seq"], 2, "this one is lost");
    let asked = follow_up_to(&mut session, &mut follower, 4).await;
    let [Operation::Resume(resume)] = asked.as_slice() else {
        panic!("it asks for what is missing, not {asked:?}");
    };
    assert_eq!((resume.epoch, resume.from), (7, 2));
    send_all(&mut session, asked, 10).await;
    assert_eq!(follow_up_to(&mut session, &mut follower, 4).await, []);
    assert_eq!(follower.book().bids().count(), 4);

    // The first of seven is lost, and four are kept.
    for n in 5..=11 {
        alice
            .ask(&limit(n, "buy", &format!("7{}.00", n % 10), "1"))
            .await;
    }
    let mut lost = session.read().await;
    while lost["seq"] != 5 {
        lost = session.read().await;
    }
    let asked = follow_up_to(&mut session, &mut follower, 11).await;
    send_all(&mut session, asked, 20).await;
    let refused = session
        .read_until(|message| message["type"] == "error")
        .await;
    assert_eq!(refused["code"], "snapshot_required");
    let ServerMessage::Error(refused) = ServerMessage::decode(&refused.to_string()).unwrap() else {
        unreachable!("it is an error");
    };
    let Step::Ask(asked) = follower.refused(&refused) else {
        panic!("it asks for a snapshot");
    };
    send_all(&mut session, asked, 30).await;
    assert_eq!(follow_up_to(&mut session, &mut follower, 11).await, []);

    assert_eq!(follower.book().bids().count(), 11);
    assert_eq!(follower.faults(), 0);
    venue.close().await;
}

/// Best bid and ask of a message of `top` that says both.
fn both_sides(top: &Value) -> Option<(i64, i64)> {
    Some((units(&top["bid"])?.0, units(&top["ask"])?.0))
}

#[tokio::test]
async fn md_5_no_state_that_is_told_of_continuous_trading_is_crossed_or_locked() {
    let mut chance = Chance::seeded();
    println!("RIALTO_SEED={}", chance.seed());
    let venue = Venue::open().await;
    let mut watcher = Participant::greet(&venue).await;
    watcher.ask(&subscription(1, "top")).await;
    watcher.ask(&subscription(2, "orders")).await;
    watcher.ask(&subscription(4, "status")).await;
    let mut traders = [
        Trader::new(&venue, "alice").await,
        Trader::new(&venue, "bob").await,
    ];
    for n in 0..400 {
        traders[n % 2].act(&mut chance).await;
    }
    // A call, in which what is told may be crossed and says so, and what it leaves behind.
    venue
        .command(Command::SetState(SessionState::Auction))
        .await;
    for n in 0..30 {
        traders[n % 2].act(&mut chance).await;
    }
    venue
        .command(Command::SetState(SessionState::Continuous))
        .await;
    for n in 0..400 {
        traders[n % 2].act(&mut chance).await;
    }

    let listed = &instruments()[0];
    let mut orders = LocalOrders::new(listed.symbol, listed.scale);
    let (mut tops, mut called, mut is_continuous) = (0, 0, true);
    watcher.send(r#"{"op":"ping","id":3}"#).await;
    let mut messages = std::mem::take(&mut watcher.passed);
    while messages.last().is_none_or(|last| last["request"] != 3) {
        messages.push(watcher.read().await);
    }
    for message in &messages {
        if message["type"] == "status" {
            is_continuous = message["state"] == "continuous";
        } else if message["may_be_crossed"] == true {
            called += 1;
        } else if message["type"] == "top"
            && is_continuous
            && let Some((bid, ask)) = both_sides(message)
        {
            tops += 1;
            assert!(bid < ask, "{message}");
        }
        let read = ServerMessage::decode(&message.to_string()).unwrap();
        if let ServerMessage::OrdersSnapshot(snapshot) = &read {
            orders.apply_snapshot(snapshot).unwrap();
        }
        if let ServerMessage::Orders(change) = &read {
            orders.apply(change).unwrap();
            let (bid, ask) = (orders.bids().next(), orders.asks().next());
            if let (Some(bid), Some(ask), Value::Null) = (bid, ask, &message["may_be_crossed"]) {
                assert!(bid.price_units < ask.price_units, "{message}");
            }
        }
    }

    assert!(tops > 10 && called > 0, "{tops} tops, {called} of a call");
    venue.close().await;
}

#[tokio::test]
async fn md_6_the_checksum_is_that_of_ten_levels_or_of_their_orders_asks_first_as_digits() {
    let venue = Venue::open().await;
    let mut alice = Participant::log_on(&venue, "alice").await;
    let mut carol = Participant::log_on(&venue, "carol").await;
    // Twelve levels a side: 101.00 x 0.01, 102.00 x 0.02 and up, 99.00 x 0.01, 98.00 x 0.02 and down.
    for n in 1..=12 {
        let quantity = format!("0.{n:02}");
        let (ask, bid) = (format!("{}.00", 100 + n), format!("{}.00", 100 - n));
        alice.ask(&limit(2 * n, "sell", &ask, &quantity)).await;
        alice.ask(&limit(2 * n + 1, "buy", &bid, &quantity)).await;
    }
    let mut levels = Participant::greet(&venue).await;
    let mut orders = Participant::greet(&venue).await;
    levels.ask(&subscription(1, "depth")).await;
    orders.ask(&subscription(1, "orders")).await;

    let snapshots = [levels.read().await, orders.read().await];
    carol.ask(&limit(1, "sell", "101.00", "0.005")).await;
    let changes = [levels.read().await, orders.read().await];

    // CRC32 of 10100 1000 10200 2000 … 11000 10000 9900 1000 … 9000 10000, and each order has a level for itself.
    let before = 1_207_313_541_u64;
    assert_eq!(snapshots[0]["checksum"], before);
    assert_eq!(snapshots[1]["checksum"], before);
    // 10100 1500 10200 2000 …, and order by order 10100 1000 10100 500 10200 2000 ….
    assert_eq!(changes[0]["checksum"], 3_581_006_072_u64);
    assert_eq!(changes[1]["checksum"], 2_026_992_963_u64);
    venue.close().await;
}

/// How a connection is lost.
#[derive(Debug, Clone, Copy)]
enum Loss {
    Close,
    Drop,
    Silence,
}

/// The ids of orders that a message of `orders` takes out, in its order.
fn removed(message: &Value) -> Vec<u64> {
    let changes = message["changes"].as_array().into_iter().flatten();
    changes
        .filter(|change| change[0] == "removed")
        .map(|change| change[2].as_u64().unwrap())
        .collect()
}

fn going(id: u64, side: &str, price: &str) -> String {
    limit(id, side, price, "1").replace('}', r#","on_disconnect":"cancel"}"#)
}

#[tokio::test]
async fn cod_1_however_a_connection_is_lost_its_orders_go_in_their_order_after_the_grace() {
    for loss in [Loss::Close, Loss::Drop, Loss::Silence] {
        let venue = Venue::open_with_limits(Limits {
            disconnect_grace: Duration::from_millis(20),
            ping_interval: Duration::from_millis(100),
            idle_timeout: Duration::from_millis(400),
            ..limits()
        })
        .await;
        let mut watcher = Participant::greet(&venue).await;
        watcher.ask(&subscription(1, "orders")).await;
        let mut alice = Participant::log_on(&venue, "alice").await;
        alice.ask(&going(1, "buy", "91.00")).await;
        alice.ask(&going(2, "sell", "110.00")).await;
        alice.ask(&limit(3, "buy", "93.00", "1")).await;
        alice.ask(&going(4, "buy", "92.00")).await;

        let silent = match loss {
            Loss::Close => {
                alice
                    .send_frame(tokio_tungstenite::tungstenite::Message::Close(None))
                    .await;
                None
            }
            Loss::Drop => {
                drop(alice);
                None
            }
            // It is there and answers no ping.
            Loss::Silence => Some(alice),
        };
        let mut gone = Vec::new();
        while gone.len() < 3 {
            gone.extend(removed(&watcher.read().await));
        }

        assert_eq!(gone, [1, 2, 4], "{loss:?}");
        let mut alice = Participant::log_on(&venue, "alice").await;
        alice
            .ask(r#"{"op":"resume_executions","id":5,"epoch":7,"after":[]}"#)
            .await;
        alice.assert_alive().await;
        let told: Vec<_> = alice
            .passed
            .iter()
            .filter(|report| report["kind"] == "canceled")
            .map(|report| (report["order_id"].clone(), report["reason"].clone()))
            .collect();
        let reason = json!("disconnected");
        assert_eq!(
            told,
            [1, 2, 4].map(|id| (json!(id), reason.clone())),
            "{loss:?}"
        );
        drop(silent);
        venue.close().await;
    }
}

/// How many orders the account has open.
async fn open_count(participant: &mut Participant) -> usize {
    let answer = participant.ask(r#"{"op":"open_orders","id":501}"#).await;
    answer["orders"].as_array().unwrap().len()
}

#[tokio::test]
async fn cod_1_who_resumes_before_the_grace_is_over_keeps_its_orders() {
    let venue = Venue::open_with_limits(Limits {
        disconnect_grace: Duration::from_millis(1_200),
        ..limits()
    })
    .await;
    let mut watcher = Participant::greet(&venue).await;
    watcher.ask(&subscription(1, "orders")).await;
    let mut alice = Participant::log_on(&venue, "alice").await;
    let mut bob = Participant::log_on(&venue, "bob").await;
    alice.ask(&going(1, "buy", "91.00")).await;
    bob.ask(&going(1, "buy", "90.00")).await;

    drop(alice);
    let mut alice = Participant::log_on(&venue, "alice").await;
    let resumed = alice
        .ask(r#"{"op":"resume_executions","id":2,"epoch":7,"after":[]}"#)
        .await;
    drop(bob);
    // Bob was lost later than she, and his order goes.
    watcher.read_until(|message| removed(message) == [2]).await;

    assert_eq!(resumed["type"], "subscribed");
    assert_eq!(open_count(&mut alice).await, 1);
    venue.close().await;
}

fn cancel_after(id: u64, timeout_ms: u64) -> String {
    format!(r#"{{"op":"cancel_after","id":{id},"timeout_ms":{timeout_ms}}}"#)
}

/// Arms the timer of an account with an order for so long, and waits until it has run out.
async fn wait_by(clock: &mut Participant, id: u64, timeout_ms: u64) {
    clock.ask(&limit(id, "buy", "80.00", "0.1")).await;
    clock.ask(&cancel_after(id + 1, timeout_ms)).await;
    clock
        .read_until(|message| message["kind"] == "canceled")
        .await;
}

#[tokio::test]
async fn dms_1_no_refresh_for_so_long_cancels_all_and_then_it_is_off_and_zero_disarms() {
    let venue = Venue::open().await;
    let mut alice = Participant::log_on_and_follow(&venue, "alice").await;
    let mut clock = Participant::log_on_and_follow(&venue, "bob").await;
    alice.ask(&limit(1, "buy", "90.00", "1")).await;
    alice.ask(&limit(2, "sell", "110.00", "1")).await;

    // Refreshed before it runs out: at the time of the first setting nothing happens.
    alice.send(&cancel_after(3, 400)).await;
    alice.ask(&cancel_after(4, 3_600_000)).await;
    wait_by(&mut clock, 10, 500).await;
    assert_eq!(open_count(&mut alice).await, 2);

    // Disarmed.
    alice.send(&cancel_after(5, 300)).await;
    alice.ask(&cancel_after(6, 0)).await;
    wait_by(&mut clock, 20, 400).await;
    assert_eq!(open_count(&mut alice).await, 2);

    // Not refreshed: all go, in the order in which they came.
    alice.passed.clear();
    alice.ask(&cancel_after(7, 100)).await;
    let mut gone = Vec::new();
    while gone.len() < 2 {
        let report = alice
            .read_until(|message| message["kind"] == "canceled")
            .await;
        gone.push((report["order_id"].clone(), report["reason"].clone()));
    }
    let reason = json!("disconnected");
    assert_eq!(gone, [1, 2].map(|id| (json!(id), reason.clone())));

    // Off until it is armed again.
    alice.ask(&limit(8, "buy", "90.00", "1")).await;
    wait_by(&mut clock, 30, 300).await;
    assert_eq!(open_count(&mut alice).await, 1);
    venue.close().await;
}
