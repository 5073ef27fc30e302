//! Random requests and messages: of any numbers, or of numbers that an instrument's units can tell.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::{BoxedStrategy, Just, Strategy, any, prop_oneof};
use proptest::sample::select;
use protocol::{
    AssetName, Balance, Balances, Cancel, CancelAfter, CancelReplace, CandleInterval,
    CandlesRequest, Channel, ChildStart, ClientOrderId, Conditions, Delivery, Depth, DepthSnapshot,
    Display, Enroll, ErrorCode, ErrorMessage, EventId, ExactDecimal, ExecutionCursor, Frames,
    Hello, InlineText, Level, Liquidity, Logon, MassCancel, MassCanceled, MassQuote, MmpReset,
    NewOrder, Oco, OcoMode, OnCancelFailure, OnDisconnect, OnLag, OpenOrder, OpenOrders,
    OpenOrdersRequest, Operation, OrderKind, OrderRef, OrderSize, OrderStatus, Parent, PastKind,
    PastRequest, Peg, PegReference, PostOnly, Priority, Quote, Reason, Replace, Report, ReportKind,
    Resume, ResumeExecutions, Scale, SelfTradePrevention, ServerMessage, Side, SignedLogon,
    StatisticsRequest, Submit, Subscription, Symbol, TickDone, TimeInForce, Top, Trade,
    TradeBusted, Trailing, TrailingDistance, Trigger, TriggerKind, TriggerSource,
};

/// The instrument that random units belong to.
pub const SCALE: Scale = Scale {
    price_decimals: 4,
    quantity_decimals: 4,
};

/// Which numbers and names are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Numbers {
    /// Any decimals of any names.
    Any,
    /// Whole units of one instrument.
    Units,
}

fn word<T: Copy + std::fmt::Debug + 'static>(all: &'static [T]) -> impl Strategy<Value = T> {
    select(all)
}

pub fn decimal(of: Numbers) -> BoxedStrategy<ExactDecimal> {
    match of {
        Numbers::Any => (any::<i64>(), 0_u8..=18)
            .prop_map(|(units, decimals)| ExactDecimal::new(i128::from(units), decimals))
            .boxed(),
        Numbers::Units => (0..i64::MAX)
            .prop_map(|units| ExactDecimal::new(i128::from(units), SCALE.price_decimals))
            .boxed(),
    }
}

/// An amount of money.
fn amount(of: Numbers) -> BoxedStrategy<ExactDecimal> {
    match of {
        Numbers::Any => decimal(of),
        Numbers::Units => any::<i64>()
            .prop_map(|units| SCALE.notional(units.into()))
            .boxed(),
    }
}

pub fn name<const LENGTH: usize>() -> impl Strategy<Value = InlineText<LENGTH>> {
    proptest::string::string_regex("[A-Za-z0-9_.:/-]{1,12}")
        .expect("a pattern")
        .prop_map(|text| text.parse().expect("the pattern gives names"))
}

pub fn symbol(of: Numbers) -> BoxedStrategy<Symbol> {
    match of {
        Numbers::Any => name().boxed(),
        Numbers::Units => Just("BTCUSDT".parse().expect("a symbol")).boxed(),
    }
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

fn order_kind(of: Numbers) -> impl Strategy<Value = OrderKind> {
    let peg = (
        word(PegReference::ALL),
        option::of(decimal(of)),
        option::of(decimal(of)),
    )
        .prop_map(|(reference, offset, cap)| Peg {
            reference,
            offset,
            cap,
        });
    prop_oneof![
        decimal(of).prop_map(|price| OrderKind::Limit { price }),
        decimal(of).prop_map(|protection| OrderKind::MarketWithProtection { protection }),
        Just(OrderKind::Market),
        Just(OrderKind::MarketToLimit),
        peg.prop_map(OrderKind::Pegged),
    ]
}

fn display(of: Numbers) -> impl Strategy<Value = Display> {
    prop_oneof![
        Just(Display::Full),
        Just(Display::Hidden),
        decimal(of).prop_map(|display_quantity| Display::Iceberg { display_quantity }),
    ]
}

fn trigger(of: Numbers) -> impl Strategy<Value = Trigger> {
    let distance = prop_oneof![
        decimal(of).prop_map(TrailingDistance::Price),
        any::<u32>().prop_map(TrailingDistance::Bips),
    ];
    let trailing = (distance, option::of(decimal(of)), option::of(decimal(of))).prop_map(
        |(distance, step, activation)| {
            TriggerKind::Trailing(Trailing {
                distance,
                step,
                activation,
            })
        },
    );
    let kind = prop_oneof![
        decimal(of).prop_map(|price| TriggerKind::Stop { price }),
        decimal(of).prop_map(|price| TriggerKind::TakeProfit { price }),
        trailing,
    ];
    (kind, word(TriggerSource::ALL)).prop_map(|(kind, source)| Trigger { kind, source })
}

fn conditions(of: Numbers) -> impl Strategy<Value = Conditions> {
    let oco = (order_ref(), word(OcoMode::ALL)).prop_map(|(partner, mode)| Oco { partner, mode });
    let parent =
        (order_ref(), word(ChildStart::ALL)).prop_map(|(order, start)| Parent { order, start });
    (
        option::of(trigger(of)),
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

fn new_order(of: Numbers) -> impl Strategy<Value = NewOrder> {
    let amount = prop_oneof![
        decimal(of).prop_map(OrderSize::Quantity),
        amount(of).prop_map(OrderSize::QuoteAmount)
    ];
    let first = (
        option::of(client_order_id()),
        word(Side::ALL),
        order_kind(of),
        amount,
        time_in_force(),
    );
    let second = (
        word(PostOnly::ALL),
        display(of),
        option::of(decimal(of)),
        word(SelfTradePrevention::ALL),
        option::of(any::<u32>()),
        conditions(of),
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
            is_traced: stp_group.is_some_and(|group| group % 2 == 0),
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

pub fn order_operation(of: Numbers) -> impl Strategy<Value = Operation> {
    let submit = (symbol(of), new_order(of), at()).prop_map(|(symbol, order, at_us)| {
        Operation::Submit(Submit {
            symbol,
            order,
            at_us,
        })
    });
    let cancel = (symbol(of), order_ref(), at()).prop_map(|(symbol, order, at_us)| {
        Operation::Cancel(Cancel {
            symbol,
            order,
            at_us,
        })
    });
    let changes = (vec(option::of(decimal(of)), 4), at(), at());
    let replace = (symbol(of), order_ref(), changes).prop_map(|(symbol, order, changes)| {
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
        symbol(of),
        order_ref(),
        word(OnCancelFailure::ALL),
        new_order(of),
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

fn subscription(of: Numbers) -> impl Strategy<Value = Subscription> {
    (
        word(Channel::ALL),
        option::of(vec(symbol(of), 0..4)),
        option::of(any::<u32>()),
        option::of(word(Delivery::ALL)),
        any::<u32>(),
        option::of(word(OnLag::ALL)),
        word(CandleInterval::ALL),
    )
        .prop_map(
            |(channel, symbols, levels, delivery, interval_ms, on_lag, interval)| {
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
                    interval: (channel == Channel::Candles).then_some(interval),
                }
            },
        )
}

pub fn other_operation(of: Numbers) -> impl Strategy<Value = Operation> {
    let mass_cancel = (
        symbol(of),
        option::of(word(Side::ALL)),
        option::of(decimal(of)),
        at(),
    );
    prop_oneof![
        (any::<u64>(), option::of(".{0,32}")).prop_map(|(protocol, client)| Operation::Hello(
            Hello {
                protocol,
                client,
                frames: if protocol % 2 == 0 {
                    Frames::Text
                } else {
                    Frames::Binary
                },
                schema_version: u32::try_from(protocol % 7).ok(),
            }
        )),
        ".{0,64}".prop_map(|key| Operation::Logon(Logon::DemoKey(key))),
        ("[A-Za-z0-9_-]{1,64}", "[0-9a-f]{0,200}").prop_map(|(key_id, signature)| {
            let key_id = key_id.parse().expect("a key's name");
            Operation::Logon(Logon::Signature(SignedLogon { key_id, signature }))
        }),
        mass_cancel.prop_map(|(symbol, side, price_from, at_us)| {
            Operation::MassCancel(MassCancel {
                symbol: Some(symbol),
                side,
                price_from,
                price_to: price_from,
                session: at_us.map(|at_us| u32::try_from(at_us % 1_000).expect("small") + 1),
                at_us,
            })
        }),
        option::of(symbol(of))
            .prop_map(|symbol| Operation::OpenOrders(OpenOrdersRequest { symbol })),
        subscription(of).prop_map(Operation::Subscribe),
        subscription(of).prop_map(Operation::Unsubscribe),
        (word(Channel::ALL), symbol(of), any::<u64>(), any::<u64>()).prop_map(
            |(channel, symbol, epoch, from)| Operation::Resume(Resume {
                channel,
                symbol,
                epoch,
                from,
            })
        ),
        (
            any::<u64>(),
            vec((symbol(of), any::<u64>(), any::<u32>()), 0..4),
            word(&[Channel::Executions, Channel::DropCopy]),
        )
            .prop_map(|(epoch, after, channel)| {
                let after = after.into_iter();
                Operation::ResumeExecutions(ResumeExecutions {
                    channel,
                    epoch,
                    after: after
                        .map(|(symbol, seq, k)| ExecutionCursor { symbol, seq, k })
                        .collect(),
                })
            }),
        (symbol(of), any::<u32>(), at()).prop_map(|(symbol, mmp_group, at_us)| {
            Operation::MmpReset(MmpReset {
                symbol,
                mmp_group,
                at_us,
            })
        }),
        any::<u32>().prop_map(|rank| Operation::Enroll(Enroll { rank })),
        (any::<u64>(), option::of(any::<u64>()))
            .prop_map(|(tick, idle_until)| { Operation::TickDone(TickDone { tick, idle_until }) }),
        (any::<u64>(), at()).prop_map(|(timeout_ms, at_us)| Operation::CancelAfter(CancelAfter {
            timeout_ms,
            at_us
        })),
        (any::<u32>(), symbol(of), option::of(decimal(of)), at()).prop_map(
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
        (
            symbol(of),
            word(CandleInterval::ALL),
            at(),
            at(),
            option::of(any::<u32>())
        )
            .prop_map(|(symbol, interval, from_us, to_us, count)| {
                Operation::Candles(CandlesRequest {
                    symbol,
                    interval,
                    from_us,
                    to_us,
                    count,
                })
            }),
        (
            symbol(of),
            word(PastKind::ALL),
            at(),
            at(),
            option::of(any::<u32>())
        )
            .prop_map(|(symbol, kind, order_id, from_us, count)| {
                Operation::Past(PastRequest {
                    order_id,
                    from_id: from_us,
                    from_us,
                    to_us: order_id,
                    count,
                    ..PastRequest::newest(kind, symbol)
                })
            }),
        symbol(of).prop_map(|symbol| Operation::Statistics(StatisticsRequest { symbol })),
        Just(Operation::Balances),
        Just(Operation::Positions),
        Just(Operation::Ping),
    ]
}

pub fn report(of: Numbers) -> impl Strategy<Value = ServerMessage> {
    let order = (
        at(),
        word(ReportKind::ALL),
        symbol(of),
        at(),
        option::of(client_order_id()),
    );
    let numbers = (vec(option::of(decimal(of)), 10), option::of(amount(of)));
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
        let (numbers, quote_amount) = numbers;
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
            quote_amount,
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

fn levels(of: Numbers) -> impl Strategy<Value = Vec<Level>> {
    vec(
        (decimal(of), decimal(of)).prop_map(|(price, quantity)| Level { price, quantity }),
        0..5,
    )
}

pub fn market_message(of: Numbers) -> impl Strategy<Value = ServerMessage> {
    let place = (symbol(of), any::<u64>(), any::<u64>(), any::<u64>());
    (place, levels(of), levels(of), word(Side::ALL), 0..5).prop_map(
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
                (4, Some(level)) => ServerMessage::TradeBusted(TradeBusted {
                    symbol,
                    epoch,
                    seq,
                    at_us,
                    trade_id: seq,
                    price: level.price,
                    quantity: level.quantity,
                    aggressor_side: side,
                    traded_at_us: at_us,
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

pub fn account_message(of: Numbers) -> impl Strategy<Value = ServerMessage> {
    let order = (
        symbol(of),
        any::<u64>(),
        option::of(client_order_id()),
        word(Side::ALL),
        decimal(of),
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
    let balance = (name(), decimal(of)).prop_map(|(asset, total)| Balance {
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
            Balances {
                request,
                epoch: request,
                seq: request,
                at_us: request,
                balances
            }
        )),
        (at(), any::<u64>(), any::<u64>()).prop_map(|(request, canceled_orders, at_us)| {
            ServerMessage::MassCanceled(MassCanceled {
                request,
                canceled_orders,
                at_us,
            })
        }),
        (at(), word(ErrorCode::ALL), ".{0,60}", any::<Option<u32>>()).prop_map(
            |(request, code, text, retry_after_ms)| {
                ServerMessage::Error(ErrorMessage {
                    request,
                    code,
                    text: text.into(),
                    retry_after_ms,
                })
            }
        ),
    ]
}
