//! Goal: a binary frame says what the text says, and no bytes break its reader. Method: random requests and messages in
//! whole units go to bytes and back, and to text and back; random and mangled bytes are read.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::{Strategy, any, prop_oneof};
use proptest::test_runner::{Config, TestCaseError};
use proptest::{prop_assert, prop_assert_eq, proptest};
use protocol::{
    BinaryInstrument, BookOrder, CodecError, ErrorCode, Heartbeat, InstrumentTable, Lagged, Layout,
    NewOrder, Operation, OrderChange, OrderChangeKind, OrderSize, Orders, OrdersSnapshot,
    QueuePosition, Request, ServerMessage, Side, Status, Submit, TickDone, TradingState,
};

use crate::strategies::{
    Numbers, SCALE, account_message, decimal, market_message, order_operation, other_operation,
    report,
};

fn instruments() -> InstrumentTable {
    InstrumentTable::new([BinaryInstrument {
        number: 7,
        symbol: "BTCUSDT".parse().expect("a symbol"),
        scale: SCALE,
    }])
}

const fn has_layout(operation: &Operation) -> bool {
    match operation {
        Operation::Submit(_)
        | Operation::Cancel(_)
        | Operation::Replace(_)
        | Operation::CancelReplace(_)
        | Operation::MassCancel(_)
        | Operation::MassQuote(_)
        | Operation::MmpReset(_)
        | Operation::CancelAfter(_)
        | Operation::TickDone(TickDone {
            idle_until: None, ..
        })
        | Operation::Ping => true,
        Operation::TickDone(TickDone {
            idle_until: Some(_),
            ..
        })
        | Operation::Hello(_)
        | Operation::Enroll(_)
        | Operation::Batch(_)
        | Operation::Logon(_)
        | Operation::OpenOrders(_)
        | Operation::Balances
        | Operation::Positions
        | Operation::Candles(_)
        | Operation::Statistics(_)
        | Operation::Past(_)
        | Operation::Subscribe(_)
        | Operation::Unsubscribe(_)
        | Operation::Resume(_)
        | Operation::ResumeExecutions(_) => false,
    }
}

/// Messages of the channels that [`market_message`] leaves out.
fn book_message() -> impl Strategy<Value = ServerMessage> {
    let of = Numbers::Units;
    let place = (any::<u32>(), any::<u32>(), any::<u32>());
    let order = (any::<u32>(), decimal(of), decimal(of));
    let words = (any::<bool>(), option::of(any::<u32>()), 0..5_usize);
    let symbol = || "BTCUSDT".parse().expect("a symbol");
    (place, vec(order, 1..4), words, 0..6).prop_map(move |(place, orders, words, which)| {
        let (epoch, seq, at_us) = (place.0.into(), place.1.into(), place.2.into());
        let (may_be_crossed, checksum, kind) = words;
        let (id, price, quantity) = orders[0];
        let order_id = id.into();
        let side = if may_be_crossed {
            Side::Buy
        } else {
            Side::Sell
        };
        let book = |(id, price, quantity): &(u32, _, _)| BookOrder {
            order_id: u64::from(*id),
            price: *price,
            quantity: *quantity,
        };
        match which {
            0 => ServerMessage::OrdersSnapshot(OrdersSnapshot {
                symbol: symbol(),
                epoch,
                seq,
                at_us,
                bids: orders.iter().map(book).collect(),
                asks: orders.iter().skip(1).map(book).collect(),
                may_be_crossed,
                checksum,
            }),
            1 => ServerMessage::Orders(Orders {
                symbol: symbol(),
                epoch,
                seq,
                at_us,
                changes: orders
                    .iter()
                    .map(|(id, price, quantity)| OrderChange {
                        kind: OrderChangeKind::ALL[kind],
                        side,
                        order_id: u64::from(*id),
                        price: *price,
                        quantity: *quantity,
                    })
                    .collect(),
                may_be_crossed,
                checksum,
            }),
            2 => ServerMessage::Status(Status {
                symbol: symbol(),
                epoch,
                seq,
                at_us,
                state: TradingState::ALL[kind * 2],
                indicative_price: may_be_crossed.then_some(price),
                indicative_volume: may_be_crossed.then_some(quantity),
                imbalance_side: may_be_crossed.then_some(side),
                imbalance: may_be_crossed.then_some(quantity),
            }),
            3 => ServerMessage::Heartbeat(Heartbeat {
                symbol: symbol(),
                epoch,
                seq,
                at_us,
                depth_seq: seq,
                orders_seq: epoch,
                trades_seq: at_us,
                top_seq: order_id,
                book_hash: seq,
            }),
            4 => ServerMessage::Queue(QueuePosition {
                symbol: symbol(),
                order_id,
                at_us,
                side,
                price,
                quantity,
                quantity_ahead: quantity,
                orders_ahead: id,
                quantity_behind: quantity,
                orders_behind: place.0,
            }),
            _ => ServerMessage::Lagged(Lagged {
                channel: protocol::Channel::ALL[kind],
                symbol: symbol(),
                epoch,
                from: seq,
                to: at_us,
                interval: None,
            }),
        }
    })
}

fn message_through_bytes(message: &ServerMessage) -> Result<(), TestCaseError> {
    let table = instruments();
    let mut bytes = Vec::new();
    if message.encode_binary(&table, &mut bytes) == Layout::Text {
        let cold = matches!(
            message,
            ServerMessage::OpenOrders(_)
                | ServerMessage::Balances(_)
                | ServerMessage::Positions(_)
                | ServerMessage::Past(_)
                | ServerMessage::Candles(_)
                | ServerMessage::Candle(_)
                | ServerMessage::Statistics(_)
        );
        prop_assert!(cold, "{message:?} has a layout");
        return Ok(());
    }

    let read = ServerMessage::decode_binary(&bytes, &table)
        .map_err(|error| TestCaseError::fail(format!("{error}: {message:?}")))?;

    prop_assert_eq!(&read, message);
    let mut text = Vec::new();
    read.encode(&mut text);
    let text = String::from_utf8(text).expect("messages are text");
    let told = ServerMessage::decode(&text).expect("what was written is read");
    prop_assert_eq!(&told, message);
    for end in 0..bytes.len() {
        let cut = ServerMessage::decode_binary(&bytes[..end], &table);
        prop_assert!(cut.is_err(), "cut at {end}: {cut:?}");
    }
    Ok(())
}

fn refusal(bytes: &[u8]) -> CodecError {
    Request::decode_binary(bytes, 16_384, &instruments()).expect_err("the frame has a mistake")
}

fn limit_order() -> Vec<u8> {
    let price = "1.5000".parse().expect("a price");
    let mut bytes = Vec::new();
    let request = Request {
        id: Some(9),
        operation: Operation::Submit(Submit {
            symbol: "BTCUSDT".parse().expect("a symbol"),
            order: NewOrder::limit(Side::Buy, price, price),
            at_us: None,
        }),
    };
    assert_eq!(
        request.encode_binary(&instruments(), &mut bytes),
        Layout::Fixed
    );
    bytes
}

#[test]
fn a_limit_order_has_104_bytes_and_a_cancel_56() {
    let mut cancel = Vec::new();
    let text = br#"{"op":"cancel","symbol":"BTCUSDT","order_id":5}"#;
    let request = Request::decode(text, 1_024).unwrap();
    assert_eq!(
        request.encode_binary(&instruments(), &mut cancel),
        Layout::Fixed
    );

    assert_eq!(limit_order().len(), 104);
    assert_eq!(cancel.len(), 56);
}

#[test]
fn what_is_wrong_with_a_frame_is_told_with_the_number_of_its_request() {
    let whole = limit_order();
    let changed = |place: usize, byte: u8| {
        let mut bytes = whole.clone();
        bytes[place] = byte;
        refusal(&bytes)
    };

    let cut = refusal(&whole[..60]);
    assert_eq!(cut.code, ErrorCode::MalformedBinary);
    assert_eq!(cut.request, Some(9));
    assert_eq!(
        cut.text,
        "the frame ends within `submit`: 60 bytes are left, it has 104"
    );
    assert_eq!(refusal(&[]).text, "the frame has 0 bytes, a header has 8");
    let longer = refusal(&[whole.as_slice(), &[0]].concat());
    assert_eq!(longer.code, ErrorCode::MalformedBinary);
    assert_eq!(longer.text, "1 bytes are left after the last block");
    let template = changed(2, 77);
    assert_eq!(template.code, ErrorCode::UnknownOp);
    assert_eq!(template.text, "no request has the template 77");
    assert_eq!(changed(4, 1).code, ErrorCode::UnsupportedSchema);
    assert_eq!(changed(6, 2).code, ErrorCode::UnsupportedSchema);
    assert_eq!(changed(0, 96).code, ErrorCode::MalformedBinary);
    let side = changed(18, 9);
    assert_eq!((side.code, side.request), (ErrorCode::BadField, Some(9)));
    assert_eq!(
        side.text,
        "field `side`: 9 is none of the numbers it can be"
    );
    assert_eq!(changed(16, 8).code, ErrorCode::UnknownSymbol);
    assert_eq!(
        changed(94, 1).text,
        "field `flags`: it has bits that mean nothing"
    );
    assert_eq!(
        changed(50, b'x').text,
        "field `client_order_id`: it has bits that mean nothing"
    );
}

#[test]
fn a_quantity_that_does_not_fit_goes_as_text() {
    let quantity = "1844674407370955.1615".parse().expect("2^64 - 1 units");
    let request = Request {
        id: None,
        operation: Operation::Submit(Submit {
            symbol: "BTCUSDT".parse().expect("a symbol"),
            order: NewOrder::market(Side::Sell, OrderSize::Quantity(quantity)),
            at_us: None,
        }),
    };

    let mut bytes = vec![1];

    assert_eq!(
        request.encode_binary(&instruments(), &mut bytes),
        Layout::Text
    );
    assert_eq!(bytes, [1], "nothing of it was written");
}

proptest! {
    #![proptest_config(Config { cases: 512, failure_persistence: None, ..Config::default() })]

    #[test]
    fn a_request_says_the_same_in_bytes_and_in_text(
        id in option::of(any::<u32>()),
        operation in prop_oneof![order_operation(Numbers::Units), other_operation(Numbers::Units)],
    ) {
        let request = Request { id: id.map(u64::from), operation };
        let table = instruments();
        let mut bytes = Vec::new();
        let layout = request.encode_binary(&table, &mut bytes);
        prop_assert_eq!(layout == Layout::Fixed, has_layout(&request.operation));
        if layout == Layout::Text {
            return Ok(());
        }

        let read = Request::decode_binary(&bytes, 16_384, &table)
            .map_err(|error| TestCaseError::fail(format!("{error}: {request:?}")))?;

        prop_assert_eq!(&read, &request);
        let told = Request::decode(read.to_json().as_bytes(), 65_536).expect("what was written is read");
        prop_assert_eq!(&told, &request);
        for end in 0..bytes.len() {
            prop_assert!(Request::decode_binary(&bytes[..end], 16_384, &table).is_err(), "cut at {}", end);
        }
    }

    #[test]
    fn a_message_says_the_same_in_bytes_and_in_text(
        message in prop_oneof![
            report(Numbers::Units),
            market_message(Numbers::Units),
            account_message(Numbers::Units),
            book_message(),
        ],
    ) {
        message_through_bytes(&message)?;
    }

    #[test]
    fn no_bytes_break_the_binary_readers(bytes in vec(any::<u8>(), 0..200), template in 0_u8..130) {
        let table = instruments();
        let mut framed = bytes.clone();
        let _ = Request::decode_binary(&bytes, 16_384, &table);
        let _ = ServerMessage::decode_binary(&bytes, &table);
        for root in [16_u16, 24, 32, 40, 48, 56, 64, 72, 80, 88, 96, 104] {
            let header = [root, u16::from(template), 0x4c52, 1].map(u16::to_le_bytes).concat();
            framed.splice(..framed.len().min(8), header);
            let _ = Request::decode_binary(&framed, 16_384, &table);
            let _ = ServerMessage::decode_binary(&framed, &table);
        }
    }

    #[test]
    fn no_mangled_order_breaks_the_reader_or_changes_on_its_way(
        place in 8_usize..104,
        byte in any::<u8>(),
    ) {
        let mut bytes = limit_order();
        bytes[place] = byte;
        let table = instruments();
        if let Ok(request) = Request::decode_binary(&bytes, 16_384, &table) {
            let mut again = Vec::new();
            prop_assert_eq!(request.encode_binary(&table, &mut again), Layout::Fixed);
            prop_assert_eq!(Request::decode_binary(&again, 16_384, &table), Ok(request));
        }
    }
}
