//! Goal: whoever asks for binary frames has the same exchange. Method: one session in text and one in bytes follow
//! everything while orders of every kind come in both; what they were told is compared message by message.

use client::{ClientConfig, Incoming, Session, connect};
use engine::InstrumentId;
use gateway::{ListedInstrument, Listing, ListingError};
use protocol::{
    BinaryInstrument, Cancel, Channel, ErrorCode, ExecutionCursor, Frames, InstrumentTable, Layout,
    MassCancel, MassQuote, NewOrder, Operation, OrderRef, OrderSize, Quote, Reason, Replace,
    Report, ReportKind, Request, Resume, ResumeExecutions, Scale, ServerMessage, Side, Submit,
    Subscription, Symbol,
};
use serde_json::Value;
use tokio_tungstenite::tungstenite::Message;

use crate::participant::Participant;
use crate::venue::{Venue, instruments, within};

async fn session(venue: &Venue, key: &str, frames: Frames) -> Session {
    let url = format!("ws://{}/v1/ws", venue.address);
    let config = ClientConfig::new(url, "test")
        .with_key(key)
        .with_frames(frames);
    let session = within(connect(config)).await.unwrap();
    assert_eq!(session.hello.frames, frames);
    session
}

async fn next(session: &mut Session) -> ServerMessage {
    match within(session.receiver.next()).await.unwrap() {
        Incoming::Message(message) => message,
        other @ (Incoming::Disconnected(_) | Incoming::Reconnected(_)) => {
            panic!("a message was expected, not {other:?}")
        }
    }
}

/// Reads up to the answer to a `ping` that is sent now.
async fn up_to_now(session: &mut Session) -> Vec<ServerMessage> {
    let id = within(session.sender.send(Operation::Ping)).await.unwrap();
    let mut messages = Vec::new();
    loop {
        let message = next(session).await;
        if matches!(&message, ServerMessage::Pong(pong) if pong.request == Some(id)) {
            return messages;
        }
        messages.push(message);
    }
}

async fn report_to(session: &mut Session, id: u64) -> Report {
    loop {
        let message = next(session).await;
        assert!(!matches!(message, ServerMessage::Error(_)), "{message:?}");
        if let ServerMessage::Report(report) = message
            && report.request == Some(id)
        {
            return *report;
        }
    }
}

fn btcusdt() -> Symbol {
    "BTCUSDT".parse().unwrap()
}

fn limit(side: Side, price: &str, quantity: &str) -> NewOrder {
    NewOrder::limit(side, price.parse().unwrap(), quantity.parse().unwrap())
}

fn submit(order: NewOrder) -> Operation {
    Operation::Submit(Submit {
        symbol: btcusdt(),
        order,
        at_us: None,
    })
}

/// Every channel that has a layout of its own.
async fn follow_everything(session: &mut Session) {
    let as_text = [
        Channel::Candles,
        Channel::Statistics,
        Channel::Balances,
        Channel::Positions,
    ];
    let of_all = [Channel::Executions, Channel::DropCopy];
    for channel in Channel::ALL {
        if as_text.contains(channel) {
            continue;
        }
        let symbols = (!of_all.contains(channel)).then(|| vec![btcusdt()]);
        session
            .sender
            .subscribe(Subscription::of(*channel, symbols))
            .unwrap();
    }
    within(session.sender.flush()).await.unwrap();
}

#[tokio::test]
async fn a_session_in_bytes_is_told_what_a_session_in_text_is_told() {
    let venue = Venue::open().await;
    let mut told_in_text = session(&venue, "alice", Frames::Text).await;
    let mut told_in_bytes = session(&venue, "alice", Frames::Binary).await;
    let mut bob = session(&venue, "bob", Frames::Binary).await;
    follow_everything(&mut told_in_text).await;
    follow_everything(&mut told_in_bytes).await;
    let mut in_text = up_to_now(&mut told_in_text).await;
    let mut in_bytes = up_to_now(&mut told_in_bytes).await;

    let mut maker = limit(Side::Sell, "100.50", "2.000");
    maker.client_order_id = Some("maker/1".parse().unwrap());
    let mut alice = session(&venue, "alice", Frames::Binary).await;
    let id = alice.sender.send(submit(maker)).await.unwrap();
    let accepted = report_to(&mut alice, id).await;
    assert_eq!(accepted.kind, ReportKind::Accepted);
    let id = bob
        .sender
        .send(submit(limit(Side::Buy, "100.50", "0.750")))
        .await
        .unwrap();
    assert_eq!(report_to(&mut bob, id).await.kind, ReportKind::Accepted);
    let replace = Operation::Replace(Replace {
        symbol: btcusdt(),
        order: OrderRef::Client("maker/1".parse().unwrap()),
        quantity: None,
        price: Some("101.00".parse().unwrap()),
        display_quantity: None,
        trigger_price: None,
        expire_at_us: None,
        at_us: None,
    });
    let id = alice.sender.send(replace).await.unwrap();
    assert_eq!(report_to(&mut alice, id).await.kind, ReportKind::Replaced);
    let cancel = Operation::Cancel(Cancel {
        symbol: btcusdt(),
        order: OrderRef::Order(accepted.order_id.unwrap()),
        at_us: None,
    });
    let id = alice.sender.send(cancel).await.unwrap();
    assert_eq!(report_to(&mut alice, id).await.kind, ReportKind::Canceled);

    in_text.extend(up_to_now(&mut told_in_text).await);
    in_bytes.extend(up_to_now(&mut told_in_bytes).await);

    assert_eq!(in_text, in_bytes);
    let count = |is_meant: fn(&ServerMessage) -> bool| {
        in_bytes.iter().filter(|message| is_meant(message)).count()
    };
    assert_eq!(
        count(|message| matches!(message, ServerMessage::Trade(_))),
        1
    );
    assert_eq!(
        count(|message| matches!(message, ServerMessage::Depth(_))),
        4
    );
    assert_eq!(
        count(|message| matches!(message, ServerMessage::Orders(_))),
        4
    );
    assert_eq!(
        count(|message| matches!(message, ServerMessage::Queue(_))),
        5
    );
    assert!(count(|message| matches!(message, ServerMessage::Report(_))) >= 5);
    venue.close().await;
}

#[tokio::test]
async fn mass_quotes_mass_cancels_and_refusals_work_in_bytes() {
    let venue = Venue::open().await;
    let mut alice = session(&venue, "alice", Frames::Binary).await;
    let quote = Operation::MassQuote(MassQuote {
        mmp_group: 1,
        quotes: vec![Quote {
            symbol: btcusdt(),
            bid_price: Some("99.00".parse().unwrap()),
            bid_quantity: Some("1.000".parse().unwrap()),
            ask_price: Some("101.00".parse().unwrap()),
            ask_quantity: Some("1.000".parse().unwrap()),
        }],
        at_us: None,
    });
    let mass_cancel = Operation::MassCancel(MassCancel::of(None));

    within(alice.sender.send(quote)).await.unwrap();
    let ServerMessage::Quoted(quoted) = next(&mut alice).await else {
        panic!("a quote is answered by `quoted`")
    };
    within(alice.sender.send(mass_cancel)).await.unwrap();
    let ServerMessage::MassCanceled(canceled) = next(&mut alice).await else {
        panic!("a mass cancel is answered by `mass_canceled`")
    };
    let too_dear = submit(limit(Side::Buy, "90000.00", "9.000"));
    let id = within(alice.sender.send(too_dear)).await.unwrap();
    let refused = report_to(&mut alice, id).await;
    let amount = OrderSize::QuoteAmount("10".parse().unwrap());
    let market = submit(NewOrder::market(Side::Buy, amount));
    let id = within(alice.sender.send(market)).await.unwrap();
    let unmeasured = report_to(&mut alice, id).await;

    assert!(quoted.bid_order_id.is_some() && quoted.ask_order_id.is_some());
    assert_eq!(canceled.canceled_orders, 2);
    assert_eq!(refused.reason, Some(Reason::InsufficientFunds));
    assert_eq!(
        refused.text.as_deref(),
        Some("the available balance does not cover the order")
    );
    assert_eq!(unmeasured.quote_amount, Some("10.0000000".parse().unwrap()));
    venue.close().await;
}

#[tokio::test]
async fn what_was_missed_is_told_again_in_bytes() {
    let venue = Venue::open().await;
    let mut alice = session(&venue, "alice", Frames::Binary).await;
    for price in ["98.00", "97.00"] {
        let id = alice
            .sender
            .send(submit(limit(Side::Buy, price, "1.000")))
            .await
            .unwrap();
        report_to(&mut alice, id).await;
    }
    let epoch = alice.hello.epoch;
    let mut late = session(&venue, "alice", Frames::Binary).await;
    let mut asked_in_text = session(&venue, "alice", Frames::Text).await;
    let resume = [
        Operation::ResumeExecutions(ResumeExecutions {
            channel: Channel::Executions,
            epoch,
            after: vec![ExecutionCursor {
                symbol: btcusdt(),
                seq: 1,
                k: 0,
            }],
        }),
        Operation::Resume(Resume {
            channel: Channel::Depth,
            symbol: btcusdt(),
            epoch,
            from: 1,
        }),
    ];

    for operation in resume {
        late.sender.queue(operation.clone()).unwrap();
        asked_in_text.sender.queue(operation).unwrap();
    }
    let in_bytes = up_to_now(&mut late).await;
    let in_text = up_to_now(&mut asked_in_text).await;

    assert_eq!(in_bytes.len(), 7, "{in_bytes:?}");
    assert!(matches!(in_bytes[1], ServerMessage::Report(_)));
    assert!(matches!(in_bytes[6], ServerMessage::Depth(_)));
    let but_for_the_number = |messages: &[ServerMessage]| messages[1..4].to_vec();
    assert_eq!(but_for_the_number(&in_bytes), but_for_the_number(&in_text));
    assert_eq!(in_bytes[5..], in_text[5..]);
    venue.close().await;
}

fn table() -> InstrumentTable {
    InstrumentTable::new([BinaryInstrument {
        number: 1,
        symbol: btcusdt(),
        scale: Scale {
            price_decimals: 2,
            quantity_decimals: 3,
        },
    }])
}

fn bytes_of(request: &Request) -> Vec<u8> {
    let mut bytes = Vec::new();
    assert_eq!(request.encode_binary(&table(), &mut bytes), Layout::Fixed);
    bytes
}

#[tokio::test]
async fn broken_frames_are_answered_in_the_sessions_own_kind_and_survived() {
    let venue = Venue::open().await;
    let order = Request {
        id: Some(5),
        operation: submit(limit(Side::Buy, "98.00", "1.000")),
    };
    let whole = bytes_of(&order);
    let mut early = Participant::connect(&venue).await;
    early.send_frame(Message::binary(whole.clone())).await;
    let before_hello: Value = early.read().await;
    let mut text = Participant::log_on(&venue, "alice").await;
    text.send_frame(Message::binary(whole[..90].to_vec())).await;
    let in_text = text.read().await;
    let mut bytes = Participant::connect(&venue).await;
    bytes
        .ask(r#"{"op":"hello","id":1,"protocol":1,"frames":"binary","schema_version":1}"#)
        .await;
    bytes
        .send_frame(Message::binary(whole[..90].to_vec()))
        .await;
    let Message::Binary(frame) = bytes.read_frame().await else {
        panic!("an error has a layout")
    };
    let in_bytes = ServerMessage::decode_binary(&frame, &table()).unwrap();
    text.send_frame(Message::binary(whole)).await;
    let accepted = text.read().await;

    assert_eq!(before_hello["code"], "hello_required");
    assert_eq!(in_text["code"], "malformed_binary");
    assert_eq!(in_text["request"], 5);
    let ServerMessage::Error(error) = in_bytes else {
        panic!("an error was expected, not {in_bytes:?}")
    };
    assert_eq!(error.code, ErrorCode::MalformedBinary);
    assert_eq!(error.request, Some(5));
    assert_eq!(accepted["kind"], "accepted");
    assert_eq!(accepted["request"], 5);
    text.assert_alive().await;
    venue.close().await;
}

#[tokio::test]
async fn a_version_of_layouts_that_is_not_spoken_is_refused() {
    let venue = Venue::open().await;
    let mut alice = Participant::connect(&venue).await;

    let refused = alice
        .ask(r#"{"op":"hello","id":1,"protocol":1,"frames":"binary","schema_version":2}"#)
        .await;
    let greeted = alice
        .ask(r#"{"op":"hello","id":2,"protocol":1,"frames":"binary","schema_version":1}"#)
        .await;

    assert_eq!(refused["code"], "unsupported_schema");
    assert_eq!(greeted["frames"], "binary");
    assert_eq!(greeted["schema"], 19_538);
    assert_eq!(greeted["instruments"][0]["number"], 1);
    venue.close().await;
}

/// An instrument of that id, named after it.
fn numbered(id: u32) -> ListedInstrument {
    let mut listed = instruments().remove(0);
    listed.symbol = format!("S{id}").parse().unwrap();
    listed.instrument.id = InstrumentId(id);
    listed
}

#[test]
fn the_65_536th_instrument_is_refused_where_it_is_listed() {
    let whole: Vec<_> = (1..=65_535).map(numbered).collect();
    let one_more: Vec<_> = (1..=65_536).map(numbered).collect();

    let listing = Listing::new(whole, Vec::new()).unwrap();
    let refused = Listing::new(one_more, Vec::new()).unwrap_err();

    assert_eq!(listing.instruments()[65_534].binary().number, 65_535);
    let symbol = "S65536".parse().unwrap();
    assert_eq!(refused, ListingError::TooMany { symbol, id: 65_536 });
}
