//! Goal: every mistake in a request is told by code and field. Method: frames by hand, literal answers.

use protocol::{
    CodecError, Conditions, Display, ErrorCode, ExactDecimal, NewOrder, Operation, OrderKind,
    OrderRef, OrderSize, PostOnly, Request, SelfTradePrevention, ServerMessage, Side, TimeInForce,
};

fn decode(frame: &str) -> Result<Request, CodecError> {
    Request::decode(frame.as_bytes(), 1_024)
}

fn refusal(frame: &str) -> (ErrorCode, Option<u64>, String) {
    let error = decode(frame).expect_err("the frame has a mistake");
    (error.code, error.request, error.text)
}

fn decimal(text: &str) -> ExactDecimal {
    text.parse().expect("a decimal of the test")
}

#[test]
fn a_limit_order_has_its_defaults() {
    let request = decode(
        r#"{"op":"submit","id":7,"symbol":"BTCUSDT","side":"buy","type":"limit","price":"100.50","quantity":"0.3"}"#,
    )
    .unwrap();

    let Operation::Submit(submit) = request.operation else {
        panic!("a submit was sent")
    };
    assert_eq!(request.id, Some(7));
    assert_eq!(submit.symbol.as_str(), "BTCUSDT");
    assert_eq!(
        submit.order,
        NewOrder {
            client_order_id: None,
            side: Side::Buy,
            kind: OrderKind::Limit {
                price: decimal("100.50")
            },
            size: OrderSize::Quantity(decimal("0.3")),
            time_in_force: TimeInForce::GoodTillCanceled,
            post_only: PostOnly::No,
            display: Display::Full,
            minimum_quantity: None,
            self_trade_prevention: SelfTradePrevention::Newest,
            stp_group: None,
            conditions: Conditions::NONE,
            is_traced: false,
        }
    );
}

#[test]
fn a_json_number_keeps_its_text() {
    let request = decode(
        r#"{"op":"replace","symbol":"BTCUSDT","order_id":5,"price":0.10000000000000000001,"quantity":3}"#,
    )
    .unwrap();

    let Operation::Replace(replace) = request.operation else {
        panic!("a replace was sent")
    };
    assert_eq!(replace.order, OrderRef::Order(5));
    assert_eq!(replace.price, Some(decimal("0.10000000000000000001")));
    assert_eq!(replace.quantity, Some(decimal("3")));
}

#[test]
fn spaces_escapes_and_order_of_fields_do_not_matter() {
    let request = decode(
        "{ \"client_order_id\" : \"a\\/1\" , \"\\u006fp\" : \"cancel\", \"symbol\": \"BTCUSDT\" }",
    )
    .unwrap();

    let Operation::Cancel(cancel) = request.operation else {
        panic!("a cancel was sent")
    };
    assert_eq!(cancel.order, OrderRef::Client("a/1".parse().unwrap()));
}

#[test]
fn a_missing_field_is_named() {
    assert_eq!(
        refusal(
            r#"{"op":"submit","id":1,"symbol":"BTCUSDT","side":"buy","type":"limit","quantity":"1"}"#
        ),
        (
            ErrorCode::MissingField,
            Some(1),
            "field `price` is missing".to_owned()
        )
    );
    assert_eq!(
        refusal(r#"{"id":2}"#),
        (
            ErrorCode::MissingField,
            Some(2),
            "field `op` is missing".to_owned()
        )
    );
    assert_eq!(
        refusal(r#"{"op":"cancel","symbol":"BTCUSDT"}"#),
        (
            ErrorCode::MissingField,
            None,
            "field `order_id` is missing".to_owned()
        )
    );
    assert_eq!(
        refusal(r#"{"op":"submit","symbol":"B","side":"buy","type":"limit","price":"1","quantity":"1","time_in_force":"GTD"}"#).2,
        "field `expire_at_us` is missing"
    );
}

#[test]
fn an_unknown_field_is_named() {
    assert_eq!(
        refusal(r#"{"op":"ping","id":3,"colour":"red"}"#),
        (
            ErrorCode::UnknownField,
            Some(3),
            "`ping` has no field `colour`".to_owned()
        )
    );
    assert_eq!(
        refusal(r#"{"op":"ping","price":"1"}"#),
        (
            ErrorCode::UnknownField,
            None,
            "`ping` has no field `price`".to_owned()
        )
    );
}

#[test]
fn a_field_of_the_wrong_type_is_named() {
    assert_eq!(
        refusal(r#"{"op":"logon","id":4,"key":12}"#),
        (
            ErrorCode::BadField,
            Some(4),
            "field `key`: it must be a string".to_owned()
        )
    );
    assert_eq!(
        refusal(r#"{"op":"submit","symbol":"B","side":"up","type":"market","quantity":"1"}"#),
        (
            ErrorCode::BadField,
            None,
            "field `side`: it is none of the words it can be".to_owned()
        )
    );
    assert_eq!(
        refusal(r#"{"op":"submit","symbol":"B","side":"buy","type":"market","quantity":true}"#).2,
        "field `quantity`: it must be a decimal, as a string or as a number"
    );
    assert_eq!(
        refusal(r#"{"op":"submit","symbol":"B","side":"buy","type":"market","quantity":1e3}"#).2,
        "field `quantity`: a decimal is digits with at most one dot between them, no exponent, no plus sign"
    );
    assert_eq!(
        refusal(r#"{"op":"ping","id":-1}"#).2,
        "field `id`: it must be a whole number from 0 to 2^64 - 1"
    );
}

#[test]
fn contradicting_fields_are_refused() {
    assert_eq!(
        refusal(r#"{"op":"submit","symbol":"B","side":"buy","type":"market","price":"1","quantity":"1"}"#).2,
        "field `price`: a market order has no price"
    );
    assert_eq!(
        refusal(r#"{"op":"submit","symbol":"B","side":"buy","type":"market","quantity":"1","quote_amount":"1"}"#).2,
        "field `quote_amount`: an order has either a quantity or a quote amount"
    );
    assert_eq!(
        refusal(r#"{"op":"cancel","symbol":"B","order_id":1,"client_order_id":"a"}"#).2,
        "field `client_order_id`: it must not stand beside `order_id`"
    );
    assert_eq!(
        refusal(r#"{"op":"subscribe","channel":"top","levels":5}"#).2,
        "field `levels`: only the channel `depth` has levels"
    );
}

#[test]
fn a_key_that_stands_twice_is_refused() {
    assert_eq!(
        refusal(r#"{"op":"cancel","id":9,"symbol":"B","order_id":1,"order_id":2}"#),
        (
            ErrorCode::DuplicateField,
            Some(9),
            "field `order_id` stands twice".to_owned()
        )
    );
}

#[test]
fn what_is_no_object_is_malformed_and_its_id_is_told_where_it_was_read() {
    assert_eq!(refusal("[1,2]").0, ErrorCode::MalformedJson);
    assert_eq!(refusal("").0, ErrorCode::MalformedJson);
    let (code, request, _) = refusal(r#"{"id":6,"op":"ping"} trailing"#);
    assert_eq!((code, request), (ErrorCode::MalformedJson, Some(6)));
    let (code, request, _) = refusal(r#"{"id":6,"op":"#);
    assert_eq!((code, request), (ErrorCode::MalformedJson, Some(6)));
}

#[test]
fn an_unknown_op_is_refused() {
    assert_eq!(
        refusal(r#"{"op":"buy_low","id":8}"#),
        (
            ErrorCode::UnknownOp,
            Some(8),
            "`op` names no request: `buy_low`".to_owned()
        )
    );
}

#[test]
fn a_frame_above_the_limit_or_without_text_is_refused() {
    let long = format!(r#"{{"op":"ping","id":{}}}"#, " ".repeat(1_024));
    assert_eq!(refusal(&long).0, ErrorCode::FrameTooLarge);
    let binary = Request::decode(&[0xff, 0xfe], 1_024).unwrap_err();
    assert_eq!(binary.code, ErrorCode::NotText);
}

#[test]
fn deep_nesting_is_refused_without_deep_recursion() {
    let deep = "[".repeat(100_000);
    let closed = "]".repeat(100_000);
    let frame = |field: &str| format!(r#"{{"op":"subscribe","{field}":{deep}{closed}}}"#);

    for field in ["symbols", "channel", "depths"] {
        assert!(Request::decode(frame(field).as_bytes(), 1 << 20).is_err());
    }
    let message = format!(r#"{{"type":"pong","at_us":1,"depths":{deep}{closed}}}"#);
    assert!(ServerMessage::decode(&message).is_ok());
}

#[test]
fn a_reader_of_messages_ignores_what_it_does_not_know() {
    let message =
        ServerMessage::decode(r#"{"at_us": 5, "mood": "good", "type": "pong", "request": 3}"#)
            .unwrap();

    let ServerMessage::Pong(pong) = message else {
        panic!("a pong was sent")
    };
    assert_eq!((pong.request, pong.at_us), (Some(3), 5));
}

#[test]
fn a_reader_of_messages_reads_an_unknown_reason_as_other() {
    let message = ServerMessage::decode(
        r#"{"type":"error","code":"from_the_future","text":"a code of version 9"}"#,
    )
    .unwrap();

    let ServerMessage::Error(error) = message else {
        panic!("an error was sent")
    };
    assert_eq!(error.code, ErrorCode::Other);
}

#[test]
fn a_key_is_never_printed() {
    let request = decode(r#"{"op":"logon","key":"demo-1"}"#).unwrap();

    assert_eq!(
        format!("{request:?}"),
        "Request { id: None, operation: Logon(Logon { .. }) }"
    );
}
