//! Goal: a session opens, asks, hears, and survives a lost connection. Method: a scripted exchange on a
//! free port plays the other end.

mod scripted_exchange;

use std::time::Duration;

use client::{ClientConfig, ClientError, Incoming, Reconnect, SendError, Session, connect};
use protocol::{
    Cancel, Channel, ErrorCode, ExecutionCursor, Logon, NewOrder, Operation, OrderRef,
    ResumeExecutions, ServerMessage, Side, Submit, Subscription,
};

use crate::scripted_exchange::{Peer, ScriptedExchange};

fn submit() -> Submit {
    Submit {
        symbol: "BTCUSDT".parse().expect("a symbol"),
        order: NewOrder::limit(
            Side::Buy,
            "100.00".parse().expect("a price"),
            "0.5".parse().expect("a quantity"),
        ),
        at_us: None,
    }
}

fn depth() -> Subscription {
    Subscription::of(Channel::Depth, None)
}

async fn open(exchange: &ScriptedExchange, reconnect: Reconnect) -> (Session, Peer) {
    let config = ClientConfig::new(exchange.url(), "test").with_reconnect(reconnect);
    let (session, peer) = tokio::join!(connect(config), exchange.greet());
    (session.expect("the exchange greets"), peer)
}

const SOON: Reconnect = Reconnect::Backoff {
    pause_first: Duration::from_millis(1),
    pause_max: Duration::from_millis(4),
    attempts_max: 3,
};

#[tokio::test]
async fn a_session_with_a_key_says_hello_and_logs_on() {
    let exchange = ScriptedExchange::listen().await;
    let config = ClientConfig::new(exchange.url(), "test").with_key("demo-1");

    let server = async {
        let mut peer = exchange.greet().await;
        let Operation::Logon(logon) = peer.hear().await.operation else {
            panic!("logon follows hello")
        };
        assert_eq!(logon, Logon::DemoKey("demo-1".to_owned()));
        peer.say(r#"{"type":"logged_on","account":12,"at_us":1001}"#)
            .await;
        peer
    };
    let (session, _peer) = tokio::join!(connect(config), server);
    let session = session.expect("the exchange agrees");

    assert_eq!(session.account, Some(12));
    assert_eq!(session.hello.instruments[0].scale().price_decimals, 2);
}

#[tokio::test]
async fn a_refused_key_is_told_with_its_code() {
    let exchange = ScriptedExchange::listen().await;
    let config = ClientConfig::new(exchange.url(), "test").with_key("wrong");

    let server = async {
        let mut peer = exchange.greet().await;
        peer.hear().await;
        peer.say(r#"{"type":"error","code":"bad_key","text":"the key is not known here"}"#)
            .await;
        peer
    };
    let (session, _peer) = tokio::join!(connect(config), server);

    let Err(ClientError::Refused { code, text }) = session else {
        panic!("the exchange refused")
    };
    assert_eq!(code, ErrorCode::BadKey);
    assert_eq!(text, "the key is not known here");
}

#[tokio::test]
async fn nobody_at_the_address_is_told() {
    let exchange = ScriptedExchange::listen().await;
    let url = exchange.url();
    drop(exchange);

    let outcome = connect(ClientConfig::new(url, "test")).await;

    assert!(matches!(outcome, Err(ClientError::Connect { .. })));
}

#[tokio::test]
async fn a_url_that_is_not_ws_is_refused() {
    let outcome = connect(ClientConfig::new("https://127.0.0.1:1/", "test")).await;

    assert!(matches!(outcome, Err(ClientError::BadUrl { .. })));
}

#[tokio::test]
async fn queued_requests_arrive_in_order_after_one_flush() {
    let exchange = ScriptedExchange::listen().await;
    let (session, mut peer) = open(&exchange, Reconnect::Never).await;
    let other_task = session.sender.clone();

    assert_eq!(session.sender.submit(submit()), Ok(1));
    assert_eq!(
        other_task.cancel(Cancel {
            symbol: "BTCUSDT".parse().expect("a symbol"),
            order: OrderRef::Order(77),
            at_us: None,
        }),
        Ok(2)
    );
    assert_eq!(session.sender.ping(), Ok(3));
    assert_eq!(session.sender.queued_requests(), 3);
    session.sender.flush().await.expect("connected");

    assert_eq!(session.sender.queued_requests(), 0);
    let first = peer.hear().await;
    assert_eq!(
        (first.id, first.operation),
        (Some(1), Operation::Submit(submit()))
    );
    let second = peer.hear().await;
    assert_eq!((second.id, second.operation.op()), (Some(2), "cancel"));
    let third = peer.hear().await;
    assert_eq!((third.id, third.operation), (Some(3), Operation::Ping));
}

#[tokio::test]
async fn a_full_queue_refuses_and_keeps_what_it_has() {
    let exchange = ScriptedExchange::listen().await;
    let mut config = ClientConfig::new(exchange.url(), "test");
    config.limits.queued_requests_max = 2;
    let (session, _peer) = tokio::join!(connect(config), exchange.greet());
    let session = session.expect("the exchange greets");

    assert_eq!(session.sender.ping(), Ok(1));
    assert_eq!(session.sender.ping(), Ok(2));
    assert_eq!(
        session.sender.ping(),
        Err(SendError::QueueFull {
            queued_requests_max: 2
        })
    );
    assert_eq!(session.sender.queued_requests(), 2);
}

#[tokio::test]
async fn messages_come_typed_and_a_bad_one_does_not_end_the_session() {
    let exchange = ScriptedExchange::listen().await;
    let (mut session, mut peer) = open(&exchange, Reconnect::Never).await;

    peer.say(r#"{"type":"pong","request":4,"at_us":5}"#).await;
    peer.say("not json").await;
    peer.say(r#"{"type":"pong","request":5,"at_us":6}"#).await;

    let Ok(Incoming::Message(ServerMessage::Pong(pong))) = session.receiver.next().await else {
        panic!("a pong was sent")
    };
    assert_eq!(pong.request, Some(4));
    assert!(matches!(
        session.receiver.next().await,
        Err(ClientError::Codec(_))
    ));
    let Ok(Incoming::Message(ServerMessage::Pong(pong))) = session.receiver.next().await else {
        panic!("a pong was sent")
    };
    assert_eq!(pong.request, Some(5));
    assert!(matches!(session.receiver.try_next(), Ok(None)));
}

#[tokio::test]
async fn without_reconnect_a_lost_connection_ends_the_session() {
    let exchange = ScriptedExchange::listen().await;
    let (mut session, peer) = open(&exchange, Reconnect::Never).await;

    drop(peer);

    assert!(matches!(
        session.receiver.next().await,
        Err(ClientError::Closed { .. })
    ));
    assert!(matches!(
        session.receiver.next().await,
        Err(ClientError::Closed { .. })
    ));
    assert_eq!(session.sender.ping(), Err(SendError::Disconnected));
}

#[tokio::test]
async fn a_new_connection_subscribes_again_and_sends_nothing_of_before() {
    let exchange = ScriptedExchange::listen().await;
    let (mut session, mut peer) = open(&exchange, SOON).await;
    session.sender.subscribe(depth()).expect("connected");
    session.sender.flush().await.expect("connected");
    assert_eq!(peer.hear().await.id, Some(1));
    session.sender.submit(submit()).expect("connected");

    peer.close().await;
    let Ok(Incoming::Disconnected(lost)) = session.receiver.next().await else {
        panic!("the exchange closed")
    };
    assert_eq!(lost.dropped_requests, 1);
    assert_eq!(session.sender.ping(), Err(SendError::Disconnected));
    let (again, mut peer) = tokio::join!(session.receiver.next(), exchange.greet());

    let Ok(Incoming::Reconnected(again)) = again else {
        panic!("the exchange listens")
    };
    assert_eq!(again.attempts, 1);
    let request = peer.hear().await;
    assert_eq!(request.operation, Operation::Subscribe(depth()));
    assert_eq!(request.id, Some(3));
    session.sender.ping().expect("connected again");
    session.sender.flush().await.expect("connected again");
    assert_eq!(peer.hear().await.operation, Operation::Ping);
}

/// An answer to the request that follows executions, whose last event was this one.
fn followed(request: u64, seq: u64, k: u32) -> String {
    format!(
        r#"{{"type":"subscribed","request":{request},"channel":"executions","symbols":["BTCUSDT"],"epoch":4,"cursor":[{{"symbol":"BTCUSDT","seq":{seq},"k":{k}}}]}}"#
    )
}

fn rested(seq: u64, k: u32) -> String {
    format!(
        r#"{{"type":"report","kind":"rested","symbol":"BTCUSDT","order_id":1,"event":{{"seq":{seq},"k":{k}}},"at_us":1000}}"#
    )
}

fn place(seq: u64, k: u32) -> ResumeExecutions {
    let symbol = "BTCUSDT".parse().expect("a symbol");
    ResumeExecutions {
        channel: Channel::Executions,
        epoch: 4,
        after: vec![ExecutionCursor { symbol, seq, k }],
    }
}

/// Loses the connection and gets a new one.
async fn lose(session: &mut Session, exchange: &ScriptedExchange, peer: Peer) -> Peer {
    peer.close().await;
    let lost = session.receiver.next().await;
    assert!(matches!(lost, Ok(Incoming::Disconnected(_))));
    let (again, peer) = tokio::join!(session.receiver.next(), exchange.greet());
    assert!(matches!(again, Ok(Incoming::Reconnected(_))));
    peer
}

#[tokio::test]
async fn executions_go_on_at_the_last_report_over_any_number_of_connections() {
    let exchange = ScriptedExchange::listen().await;
    let (mut session, mut peer) = open(&exchange, SOON).await;
    assert_eq!(session.sender.executions_place(), None);
    let executions = Subscription::of(Channel::Executions, None);
    session.sender.subscribe(executions).expect("connected");
    session.sender.flush().await.expect("connected");
    assert_eq!(peer.hear().await.id, Some(1));
    for text in [&followed(1, 7, 2), &rested(9, 1), &rested(9, 0)] {
        peer.say(text).await;
        session.receiver.next().await.expect("connected");
    }

    let mut peer = lose(&mut session, &exchange, peer).await;
    let asked = peer.hear().await;
    assert_eq!(asked.operation, Operation::ResumeExecutions(place(9, 1)));

    // What the answer says of the latest event has still to come: it is lost before that, but for one report.
    peer.say(&followed(2, 30, 1)).await;
    peer.say(&rested(12, 0)).await;
    for _ in 0..2 {
        session.receiver.next().await.expect("connected");
    }
    let mut peer = lose(&mut session, &exchange, peer).await;
    let asked = peer.hear().await;
    assert_eq!(asked.operation, Operation::ResumeExecutions(place(12, 0)));
    assert_eq!(session.sender.executions_place(), Some(place(12, 0)));
}

#[tokio::test]
async fn executions_that_are_no_longer_kept_begin_anew() {
    let exchange = ScriptedExchange::listen().await;
    let (mut session, mut peer) = open(&exchange, SOON).await;
    session
        .sender
        .resume_executions(place(3, 0))
        .expect("connected");
    session.sender.flush().await.expect("connected");
    let asked = peer.hear().await;
    assert_eq!(asked.operation, Operation::ResumeExecutions(place(3, 0)));

    peer.say(r#"{"type":"error","request":1,"code":"snapshot_required","text":"gone"}"#)
        .await;
    let told = session.receiver.next().await;
    assert!(matches!(
        told,
        Ok(Incoming::Message(ServerMessage::Error(_)))
    ));
    let (_, asked) = tokio::join!(
        async { session.receiver.try_next().expect("connected") },
        peer.hear()
    );

    let anew = Operation::Subscribe(Subscription::of(Channel::Executions, None));
    assert_eq!((asked.id, asked.operation), (Some(2), anew));
    peer.say(&followed(2, 30, 1)).await;
    session.receiver.next().await.expect("connected");
    assert_eq!(session.sender.executions_place(), Some(place(30, 1)));
}

#[tokio::test]
async fn reconnecting_ends_when_the_attempts_are_used_up() {
    let exchange = ScriptedExchange::listen().await;
    let (mut session, peer) = open(&exchange, SOON).await;

    drop(peer);
    drop(exchange);

    assert!(matches!(
        session.receiver.next().await,
        Ok(Incoming::Disconnected(_))
    ));
    assert!(matches!(
        session.receiver.next().await,
        Err(ClientError::Connect { .. })
    ));
    assert!(matches!(
        session.receiver.next().await,
        Err(ClientError::Closed { .. })
    ));
}

#[tokio::test]
async fn a_dropped_wait_does_not_lose_the_attempt_to_reconnect() {
    let exchange = ScriptedExchange::listen().await;
    let (mut session, peer) = open(&exchange, SOON).await;
    peer.close().await;
    assert!(matches!(
        session.receiver.next().await,
        Ok(Incoming::Disconnected(_))
    ));

    for _ in 0..3 {
        assert!(matches!(session.receiver.try_next(), Ok(None)));
    }
    let (again, _peer) = tokio::join!(session.receiver.next(), exchange.greet());

    assert!(matches!(again, Ok(Incoming::Reconnected(_))));
}

#[tokio::test]
async fn a_session_that_is_closed_by_its_user_sends_what_is_queued_and_does_not_reconnect() {
    let exchange = ScriptedExchange::listen().await;
    let (mut session, mut peer) = open(&exchange, SOON).await;
    session.sender.ping().expect("connected");

    session.sender.close().await.expect("connected");

    assert_eq!(peer.hear().await.operation, Operation::Ping);
    let (end, ()) = tokio::join!(session.receiver.next(), peer.hear_close());
    assert!(matches!(end, Err(ClientError::Closed { .. })));
}

#[tokio::test]
async fn a_session_that_is_closed_while_it_reconnects_ends() {
    let exchange = ScriptedExchange::listen().await;
    let (mut session, peer) = open(&exchange, SOON).await;
    peer.close().await;
    assert!(matches!(
        session.receiver.next().await,
        Ok(Incoming::Disconnected(_))
    ));

    assert_eq!(session.sender.close().await, Err(SendError::Disconnected));

    assert!(matches!(
        session.receiver.next().await,
        Err(ClientError::Closed { .. })
    ));
}
