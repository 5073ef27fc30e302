//! Goal: a load tells what a server does to those who would have asked, not only to those who could.
//! Method: a server that answers at once, and once stands still.

use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use feed_sim::load::{Arrivals, Dialect, LoadInstrument, LoadPlan, LoadProgress, LoadRecord, run};
use tokio_tungstenite::tungstenite::{Message, WebSocket, accept};

const HELLO: &str = r#"{"type":"hello","protocol":1,"server":"test","epoch":1,"session":1,"clock":"realtime","at_us":1,"limits":{"frame_bytes_max":16384,"outbound_messages_max":4096,"subscriptions_max":0,"depth_levels_max":0},"instruments":[]}"#;
const LOGGED_ON: &str = r#"{"type":"logged_on","account":1,"at_us":1}"#;

/// What the server does with the n-th order.
#[derive(Clone, Copy)]
enum Behavior {
    AnswersAll,
    StandsStillAt(u64, Duration),
    IsBusyAt(u64),
    IsSilentAt(u64),
}

/// Serves one session on a thread; returns where.
fn serve(behavior: Behavior) -> (String, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    let address = listener.local_addr().expect("it is bound").to_string();
    // Nobody ever says anything here: receiving with a limit is a pause.
    let (never, pause): (Sender<()>, Receiver<()>) = channel();
    let server = std::thread::spawn(move || {
        let (stream, _) = listener.accept().expect("the load connects");
        let mut socket = accept(stream).expect("it upgrades");
        for answer in [HELLO, LOGGED_ON] {
            socket.read().expect("it greets");
            socket.send(Message::text(answer)).expect("it listens");
        }
        answer_orders(&mut socket, behavior, &pause);
        drop(never);
    });
    (address, server)
}

fn answer_orders(socket: &mut WebSocket<TcpStream>, behavior: Behavior, pause: &Receiver<()>) {
    let mut orders = 0;
    while let Ok(message) = socket.read() {
        let Message::Text(text) = message else { return };
        orders += 1;
        let id: String = text
            .split_once("\"id\":")
            .map(|(_, rest)| rest.chars().take_while(char::is_ascii_digit).collect())
            .expect("an order has an id");
        let mut report = format!(r#"{{"type":"report","request":{id},"kind":"accepted"}}"#);
        match behavior {
            Behavior::StandsStillAt(order, time) if order == orders => {
                let _nobody = pause.recv_timeout(time);
            }
            Behavior::IsBusyAt(order) if order == orders => {
                report = format!(
                    r#"{{"type":"report","request":{id},"kind":"rejected","reason":"busy"}}"#
                );
            }
            Behavior::IsSilentAt(order) if order == orders => continue,
            Behavior::AnswersAll
            | Behavior::StandsStillAt(..)
            | Behavior::IsBusyAt(_)
            | Behavior::IsSilentAt(_) => {}
        }
        if socket.send(Message::text(report)).is_err() {
            return;
        }
    }
}

fn load(behavior: Behavior) -> LoadRecord {
    patient_load(behavior, Duration::MAX)
}

fn patient_load(behavior: Behavior, patience: Duration) -> LoadRecord {
    let (address, server) = serve(behavior);
    let plan = LoadPlan {
        address,
        path: "/v1/ws".to_owned(),
        dialect: Dialect::NativeJson,
        keys: vec!["a".to_owned()],
        instruments: vec![LoadInstrument {
            symbol: "BTCUSDT".parse().expect("it is a symbol"),
            price_decimals: 2,
            quantity_decimals: 5,
            tick_units: 1,
            reference_units: 6_400_000,
            quantity_units: 1_000,
        }],
        connections: 1,
        rate: 1_000,
        arrivals: Arrivals::Constant,
        warm_up: Duration::from_millis(100),
        run_for: Duration::from_secs(1),
        patience,
        seed: 1,
    };
    let record = run(&plan, &Arc::new(LoadProgress::default())).expect("the load runs");
    server.join().expect("the server ends with the load");
    record
}

#[test]
fn every_order_is_answered_and_counted_once() {
    let record = load(Behavior::AnswersAll);

    assert_eq!(
        (record.sent, record.intended, record.answered),
        (1_100, 1_000, 1_000)
    );
    assert_eq!(record.error_count(), 0, "{:?}", record.errors);
    assert_eq!(record.answers.get("accepted"), Some(&1_100));
}

#[test]
fn a_server_that_stands_still_is_seen_by_all_who_would_have_asked() {
    let record = load(Behavior::StandsStillAt(500, Duration::from_millis(400)));

    // 400 of 1,000 orders were meant to leave meanwhile, and waited 200 ms in the mean. Who measured from
    // the time of sending, or did not send, would see one slow answer.
    let p90_us = record
        .percentiles()
        .us("p90")
        .expect("there are samples enough");
    assert!(p90_us > 250_000.0, "p90 is {p90_us} us");
    assert_eq!(record.answered, 1_000);
}

#[test]
fn a_refusal_for_want_of_room_is_an_error_by_its_name() {
    let record = load(Behavior::IsBusyAt(300));

    assert_eq!(record.errors.get("busy"), Some(&1));
    assert_eq!(record.error_count(), 1);
}

#[test]
fn an_order_without_an_answer_is_an_error() {
    let record = load(Behavior::IsSilentAt(300));

    assert_eq!(record.unanswered, 1);
    assert_eq!(record.errors.get("unanswered"), Some(&1));
}

#[test]
fn an_impatient_load_ends_when_an_order_has_waited_too_long() {
    let standstill = Behavior::StandsStillAt(500, Duration::from_millis(400));

    let record = patient_load(standstill, Duration::from_millis(200));

    assert_eq!(record.errors.get("given_up"), Some(&1));
    assert!(record.sent < 1_000, "{} orders left", record.sent);
    assert_eq!(record.unanswered, 0);
}
