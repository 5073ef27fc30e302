//! Goal: no bytes can break the reader, and what is written is read back as it was. Method: random bytes,
//! mangled golden files, random requests and messages; a failure prints its shrunk case.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::sample::select;
use proptest::test_runner::{Config, TestCaseError};
use proptest::{prop_assert_eq, proptest};
use protocol::{
    AssetName, Balance, Balances, Cancel, CancelAfter, CancelReplace, Channel, ChildStart,
    ClientOrderId, Conditions, Delivery, Depth, DepthSnapshot, Display, ErrorCode, ErrorMessage,
    EventId, ExactDecimal, ExecutionCursor, Hello, InlineText, Level, Liquidity, Logon, MassCancel,
    MassCanceled, MassQuote, MmpReset, NewOrder, Oco, OcoMode, OnCancelFailure, OnDisconnect,
    OnLag, OpenOrder, OpenOrders, OpenOrdersRequest, Operation, OrderKind, OrderRef, OrderSize,
    OrderStatus, Parent, Peg, PegReference, PostOnly, Priority, Quote, Reason, Replace, Report,
    ReportKind, Request, Resume, ResumeExecutions, Scale, SelfTradePrevention, ServerMessage, Side,
    Submit, Subscription, Symbol, TimeInForce, Top, Trade, Trailing, TrailingDistance, Trigger,
    TriggerKind, TriggerSource,
};

const REPORTS: [&str; 3] = [
    include_str!("golden/message.report.trade.json"),
    include_str!("golden/request.submit.every_field.json"),
    include_str!("golden/message.hello.json"),
];

fn word<T: Copy + std::fmt::Debug + 'static>(all: &'static [T]) -> impl Strategy<Value = T> {
    select(all)
}

fn decimal() -> impl Strategy<Value = ExactDecimal> {
    (any::<i64>(), 0_u8..=18)
        .prop_map(|(units, decimals)| ExactDecimal::new(i128::from(units), decimals))
}

fn name<const LENGTH: usize>() -> impl Strategy<Value = InlineText<LENGTH>> {
    proptest::string::string_regex("[A-Za-z0-9_.:/-]{1,12}")
        .expect("a pattern")
        .prop_map(|text| text.parse().expect("the pattern gives names"))
}

fn symbol() -> impl Strategy<Value = Symbol> {
    name()
}

fn client_order_id() -> impl Strategy<Value = ClientOrderId> {
    name()
}

fn time_in_force() -> impl Strategy<Value = TimeInForce> {
    prop_oneof![
        Just(TimeInForce::GoodTillCanceled),
        Just(TimeInForce::ImmediateOrCancel),
        Just(TimeInForce::FillOrKill),
        any::<u64>().prop_map(|expire_at_us| TimeInForce::GoodTillDate { expire_at_us }),
        select(&[
            TimeInForce::Day,
            TimeInForce::AtOpen,
            TimeInForce::AtClose,
            TimeInForce::GoodForAuction,
            TimeInForce::GoodForContinuous,
        ]),
    ]
}

fn order_kind() -> impl Strategy<Value = OrderKind> {
    let peg = (
        word(PegReference::ALL),
        option::of(decimal()),
        option::of(decimal()),
    )
        .prop_map(|(reference, offset, cap)| Peg {
            reference,
            offset,
            cap,
        });
    prop_oneof![
        decimal().prop_map(|price| OrderKind::Limit { price }),
        decimal().prop_map(|protection| OrderKind::MarketWithProtection { protection }),
        Just(OrderKind::Market),
        Just(OrderKind::MarketToLimit),
        peg.prop_map(OrderKind::Pegged),
    ]
}

fn display() -> impl Strategy<Value = Display> {
    prop_oneof![
        Just(Display::Full),
        Just(Display::Hidden),
        decimal().prop_map(|display_quantity| Display::Iceberg { display_quantity }),
    ]
}

fn trigger() -> impl Strategy<Value = Trigger> {
    let distance = prop_oneof![
        decimal().prop_map(TrailingDistance::Price),
        any::<u32>().prop_map(TrailingDistance::Bips),
    ];
    let trailing = (distance, option::of(decimal()), option::of(decimal())).prop_map(
        |(distance, step, activation)| {
            TriggerKind::Trailing(Trailing {
                distance,
                step,
                activation,
            })
        },
    );
    let kind = prop_oneof![
        decimal().prop_map(|price| TriggerKind::Stop { price }),
        decimal().prop_map(|price| TriggerKind::TakeProfit { price }),
        trailing,
    ];
    (kind, word(TriggerSource::ALL)).prop_map(|(kind, source)| Trigger { kind, source })
}

fn conditions() -> impl Strategy<Value = Conditions> {
    let oco = (order_ref(), word(OcoMode::ALL)).prop_map(|(partner, mode)| Oco { partner, mode });
    let parent =
        (order_ref(), word(ChildStart::ALL)).prop_map(|(order, start)| Parent { order, start });
    (
        option::of(trigger()),
        option::of(oco),
        option::of(parent),
        option::of(any::<u32>()),
        word(OnDisconnect::ALL),
    )
        .prop_map(
            |(trigger, oco, parent, mmp_group, on_disconnect)| Conditions {
                trigger,
                oco,
                parent,
                mmp_group,
                on_disconnect,
            },
        )
}

fn new_order() -> impl Strategy<Value = NewOrder> {
    let amount = prop_oneof![
        decimal().prop_map(OrderSize::Quantity),
        decimal().prop_map(OrderSize::QuoteAmount)
    ];
    let first = (
        option::of(client_order_id()),
        word(Side::ALL),
        order_kind(),
        amount,
        time_in_force(),
    );
    let second = (
        word(PostOnly::ALL),
        display(),
        option::of(decimal()),
        word(SelfTradePrevention::ALL),
        option::of(any::<u32>()),
        conditions(),
    );
    (first, second).prop_map(|(first, second)| {
        let (client_order_id, side, kind, amount, time_in_force) = first;
        let (post_only, display, minimum_quantity, self_trade_prevention, stp_group, conditions) =
            second;
        NewOrder {
            client_order_id,
            side,
            kind,
            size: amount,
            time_in_force,
            post_only,
            display,
            minimum_quantity,
            self_trade_prevention,
            stp_group,
            conditions,
        }
    })
}

fn order_ref() -> impl Strategy<Value = OrderRef> {
    prop_oneof![
        any::<u64>().prop_map(OrderRef::Order),
        client_order_id().prop_map(OrderRef::Client)
    ]
}

fn at() -> impl Strategy<Value = Option<u64>> {
    option::of(any::<u64>())
}

fn order_operation() -> impl Strategy<Value = Operation> {
    let submit = (symbol(), new_order(), at()).prop_map(|(symbol, order, at_us)| {
        Operation::Submit(Submit {
            symbol,
            order,
            at_us,
        })
    });
    let cancel = (symbol(), order_ref(), at()).prop_map(|(symbol, order, at_us)| {
        Operation::Cancel(Cancel {
            symbol,
            order,
            at_us,
        })
    });
    let changes = (vec(option::of(decimal()), 4), at(), at());
    let replace = (symbol(), order_ref(), changes).prop_map(|(symbol, order, changes)| {
        let (decimals, expire_at_us, at_us) = changes;
        Operation::Replace(Replace {
            symbol,
            order,
            quantity: decimals[0],
            price: decimals[1],
            display_quantity: decimals[2],
            trigger_price: decimals[3],
            expire_at_us,
            at_us,
        })
    });
    let cancel_replace = (
        symbol(),
        order_ref(),
        word(OnCancelFailure::ALL),
        new_order(),
        at(),
    )
        .prop_map(|(symbol, cancel, on_cancel_failure, order, at_us)| {
            Operation::CancelReplace(CancelReplace {
                symbol,
                cancel,
                on_cancel_failure,
                order,
                at_us,
            })
        });
    prop_oneof![submit, cancel, replace, cancel_replace]
}

fn subscription() -> impl Strategy<Value = Subscription> {
    (
        word(Channel::ALL),
        option::of(vec(symbol(), 0..4)),
        option::of(any::<u32>()),
        option::of(word(Delivery::ALL)),
        any::<u32>(),
        option::of(word(OnLag::ALL)),
    )
        .prop_map(
            |(channel, symbols, levels, delivery, interval_ms, on_lag)| {
                let delivery =
                    delivery.filter(|_| matches!(channel, Channel::Depth | Channel::Top));
                let is_interval = delivery == Some(Delivery::Interval);
                Subscription {
                    channel,
                    symbols,
                    levels: levels.filter(|_| channel == Channel::Depth),
                    delivery,
                    interval_ms: is_interval.then_some(interval_ms),
                    on_lag,
                }
            },
        )
}

fn other_operation() -> impl Strategy<Value = Operation> {
    let mass_cancel = (
        symbol(),
        option::of(word(Side::ALL)),
        option::of(decimal()),
        at(),
    );
    prop_oneof![
        (any::<u64>(), option::of(".{0,32}"))
            .prop_map(|(protocol, client)| Operation::Hello(Hello { protocol, client })),
        ".{0,64}".prop_map(|key| Operation::Logon(Logon { key })),
        mass_cancel.prop_map(|(symbol, side, price_from, at_us)| {
            Operation::MassCancel(MassCancel {
                symbol: Some(symbol),
                side,
                price_from,
                price_to: price_from,
                at_us,
            })
        }),
        option::of(symbol()).prop_map(|symbol| Operation::OpenOrders(OpenOrdersRequest { symbol })),
        subscription().prop_map(Operation::Subscribe),
        subscription().prop_map(Operation::Unsubscribe),
        (word(Channel::ALL), symbol(), any::<u64>(), any::<u64>()).prop_map(
            |(channel, symbol, epoch, from)| Operation::Resume(Resume {
                channel,
                symbol,
                epoch,
                from,
            })
        ),
        (
            any::<u64>(),
            vec((symbol(), any::<u64>(), any::<u32>()), 0..4)
        )
            .prop_map(|(epoch, after)| {
                let after = after.into_iter();
                Operation::ResumeExecutions(ResumeExecutions {
                    epoch,
                    after: after
                        .map(|(symbol, seq, k)| ExecutionCursor { symbol, seq, k })
                        .collect(),
                })
            }),
        (symbol(), any::<u32>(), at()).prop_map(|(symbol, mmp_group, at_us)| {
            Operation::MmpReset(MmpReset {
                symbol,
                mmp_group,
                at_us,
            })
        }),
        (any::<u64>(), at()).prop_map(|(timeout_ms, at_us)| Operation::CancelAfter(CancelAfter {
            timeout_ms,
            at_us
        })),
        (any::<u32>(), symbol(), option::of(decimal()), at()).prop_map(
            |(mmp_group, symbol, bid, at_us)| {
                Operation::MassQuote(MassQuote {
                    mmp_group,
                    quotes: vec![Quote {
                        symbol,
                        bid_price: bid,
                        bid_quantity: bid,
                        ask_price: None,
                        ask_quantity: None,
                    }],
                    at_us,
                })
            }
        ),
        Just(Operation::Balances),
        Just(Operation::Ping),
    ]
}

fn report() -> impl Strategy<Value = ServerMessage> {
    let order = (
        at(),
        word(ReportKind::ALL),
        symbol(),
        at(),
        option::of(client_order_id()),
    );
    let numbers = vec(option::of(decimal()), 10);
    let words = (
        option::of(word(Side::ALL)),
        option::of(word(OrderStatus::ALL)),
        option::of(word(Liquidity::ALL)),
        option::of(word(Priority::ALL)),
        option::of(word(Reason::ALL)),
    );
    let rest = (
        option::of(name()),
        option::of(".{0,40}"),
        option::of((any::<u64>(), any::<u32>())),
        any::<u64>(),
    );
    (order, numbers, words, rest).prop_map(|(order, numbers, words, rest)| {
        let (request, kind, symbol, order_id, client_order_id) = order;
        let (side, status, liquidity, priority, reason) = words;
        let (fee_asset, text, event, at_us): (Option<AssetName>, Option<String>, _, _) = rest;
        ServerMessage::Report(Box::new(Report {
            request,
            kind,
            symbol,
            order_id,
            client_order_id,
            side,
            price: numbers[0],
            quantity: numbers[1],
            quote_amount: numbers[2],
            filled_quantity: numbers[3],
            leaves_quantity: numbers[4],
            canceled_quantity: numbers[5],
            displayed_quantity: numbers[9],
            status,
            last_price: numbers[6],
            last_quantity: numbers[7],
            trade_id: order_id,
            liquidity,
            fee: numbers[8],
            fee_asset,
            priority,
            reason,
            text: text.map(Into::into),
            event: event.map(|(seq, k)| EventId { seq, k }),
            at_us,
        }))
    })
}

fn levels() -> impl Strategy<Value = Vec<Level>> {
    vec(
        (decimal(), decimal()).prop_map(|(price, quantity)| Level { price, quantity }),
        0..5,
    )
}

fn market_message() -> impl Strategy<Value = ServerMessage> {
    let place = (symbol(), any::<u64>(), any::<u64>(), any::<u64>());
    (place, levels(), levels(), word(Side::ALL), 0..4).prop_map(
        |(place, bids, asks, side, which)| {
            let (symbol, epoch, seq, at_us) = place;
            let first = bids.first().copied();
            match (which, first) {
                (0, _) => ServerMessage::Depth(Depth {
                    symbol,
                    epoch,
                    from: None,
                    seq,
                    at_us,
                    bids,
                    asks,
                    may_be_crossed: false,
                    checksum: None,
                }),
                (1, _) => ServerMessage::DepthSnapshot(DepthSnapshot {
                    symbol,
                    epoch,
                    seq,
                    at_us,
                    bids,
                    asks,
                    may_be_crossed: false,
                    checksum: None,
                }),
                (2, Some(level)) => ServerMessage::Trade(Trade {
                    symbol,
                    epoch,
                    seq,
                    at_us,
                    trade_id: seq,
                    price: level.price,
                    quantity: level.quantity,
                    aggressor_side: side,
                }),
                _ => {
                    let ask = asks.first().copied();
                    ServerMessage::Top(Top {
                        symbol,
                        epoch,
                        from: None,
                        seq,
                        at_us,
                        bid: first,
                        ask,
                    })
                }
            }
        },
    )
}

fn account_message() -> impl Strategy<Value = ServerMessage> {
    let order = (
        symbol(),
        any::<u64>(),
        option::of(client_order_id()),
        word(Side::ALL),
        decimal(),
        at(),
    )
        .prop_map(
            |(symbol, order_id, client_order_id, side, price, expire_at_us)| OpenOrder {
                symbol,
                order_id,
                client_order_id,
                side,
                price: (order_id % 3 != 0).then_some(price),
                waiting: order_id % 2 == 0,
                quantity: price,
                filled_quantity: price,
                leaves_quantity: price,
                expire_at_us,
                entered_at_us: order_id,
            },
        );
    let balance = (name(), decimal()).prop_map(|(asset, total)| Balance {
        asset,
        total,
        available: total,
        pending: ExactDecimal::ZERO,
        hold: total,
    });
    prop_oneof![
        (at(), vec(order, 0..4), any::<bool>()).prop_map(|(request, orders, has_more)| {
            ServerMessage::OpenOrders(OpenOrders {
                request,
                orders,
                has_more,
            })
        }),
        (at(), vec(balance, 0..4)).prop_map(|(request, balances)| ServerMessage::Balances(
            Balances { request, balances }
        )),
        (at(), any::<u64>(), any::<u64>()).prop_map(|(request, canceled_orders, at_us)| {
            ServerMessage::MassCanceled(MassCanceled {
                request,
                canceled_orders,
                at_us,
            })
        }),
        (at(), word(ErrorCode::ALL), ".{0,60}").prop_map(|(request, code, text)| {
            ServerMessage::Error(ErrorMessage {
                request,
                code,
                text: text.into(),
            })
        }),
    ]
}

fn bytes_of(message: &ServerMessage) -> String {
    let mut buffer = Vec::new();
    message.encode(&mut buffer);
    String::from_utf8(buffer).expect("messages are text")
}

fn read_back(message: &ServerMessage) -> Result<(), TestCaseError> {
    let bytes = bytes_of(message);

    let read = ServerMessage::decode(&bytes)
        .map_err(|error| TestCaseError::fail(format!("{error}: {bytes}")))?;

    prop_assert_eq!(&read, message);
    prop_assert_eq!(bytes_of(&read), bytes);
    Ok(())
}

proptest! {
    #![proptest_config(Config { cases: 512, failure_persistence: None, ..Config::default() })]

    #[test]
    fn no_bytes_break_the_readers(bytes in vec(any::<u8>(), 0..200)) {
        let _ = Request::decode(&bytes, 128);
        let _ = ServerMessage::decode(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn no_text_of_json_characters_breaks_the_readers(text in r#"[{}\[\]",:\\ua0-9.eE+\-optrice]{0,120}"#) {
        let _ = Request::decode(text.as_bytes(), 1_024);
        let _ = ServerMessage::decode(&text);
    }

    #[test]
    fn no_mangled_frame_breaks_the_readers(
        which in 0..REPORTS.len(),
        place in any::<u16>(),
        byte in any::<u8>(),
        end in any::<u16>(),
    ) {
        let mut bytes = REPORTS[which].as_bytes().to_vec();
        let length = bytes.len();
        bytes[usize::from(place) % length] = byte;
        bytes.truncate(usize::from(end) % length + 1);

        let _ = Request::decode(&bytes, 16_384);
        let _ = ServerMessage::decode(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn a_request_is_read_back_as_it_was_written(
        id in option::of(any::<u64>()),
        operation in prop_oneof![order_operation(), other_operation()],
    ) {
        let request = Request { id, operation };
        let bytes = request.to_json();

        let read = Request::decode(bytes.as_bytes(), 65_536)
            .map_err(|error| TestCaseError::fail(format!("{error}: {bytes}")))?;

        prop_assert_eq!(&read, &request);
        prop_assert_eq!(read.to_json(), bytes);
    }

    #[test]
    fn a_message_is_read_back_as_it_was_written(
        message in prop_oneof![report(), market_message(), account_message()],
    ) {
        read_back(&message)?;
    }

    #[test]
    fn a_decimal_is_read_back_as_it_was_written(units in any::<i128>(), decimals in 0_u8..=38) {
        let decimal = ExactDecimal::new(units, decimals);
        let text = decimal.to_string();

        if text.len() <= ExactDecimal::LENGTH_MAX {
            prop_assert_eq!(text.parse::<ExactDecimal>(), Ok(decimal));
        }
    }

    #[test]
    fn units_are_the_same_units_after_a_trip_over_the_wire(
        price_units in 0..=i64::MAX,
        quantity_units in any::<u64>(),
        price_decimals in 0_u8..=18,
        quantity_decimals in 0_u8..=18,
    ) {
        let scale = Scale { price_decimals, quantity_decimals };
        let price: ExactDecimal = scale.price(price_units).to_string().parse().expect("a decimal");
        let quantity: ExactDecimal = scale.quantity(quantity_units).to_string().parse().expect("a decimal");
        let notional = i128::from(price_units) * i128::from(quantity_units % 1_000_000);

        prop_assert_eq!(scale.price_units(price), Ok(price_units));
        prop_assert_eq!(scale.quantity_units(quantity), Ok(quantity_units));
        prop_assert_eq!(scale.notional_units(scale.notional(notional)), Ok(notional));
    }

    #[test]
    fn trailing_zeros_change_no_units(units in 0..=i64::MAX, zeros in 0_usize..8) {
        let scale = Scale { price_decimals: 4, quantity_decimals: 0 };
        let text = format!("{}{}", scale.price(units), "0".repeat(zeros));

        let price: ExactDecimal = text.parse().expect("a decimal");

        prop_assert_eq!(scale.price_units(price), Ok(units));
    }
}
