//! Every command and control entry, there and back.

use engine::{
    AccountId, Admission, Admit, AuctionReference, BatchMode, Cancel, CancelReplace, ChildStart,
    ClientIdPolicy, ClientOrderId, Command, Conditions, Display, ExternalId, FanOut, FanOutAction,
    FanOutId, FeeTier, Instruction, InstrumentId, MassCancel, MmpGroup, NewOrder, Notional, Oco,
    OcoMode, OnCancelFailure, OnDisconnect, OrderHandle, OrderId, OrderKind, OrderRate, OrderRef,
    OrderSize, OrderToTrade, Parent, PegReference, PostOnly, Price, Quantity, Replace, RiskLimits,
    Scope, SelfTradePrevention, SequenceNumber, SessionFilter, SessionNumber, SessionState,
    SetFeeTier, SetLimits, Side, SideFilter, StpGroup, TimeInForce, Timestamp, TrailingDistance,
    Trigger, TriggerKind, TriggerSource,
};
use ledger::{ApiKey, AssetId, KeyId, KeyMaterial, Money, Permissions};

use super::{decode_entry, encode_batch};
use crate::control::{ControlCommand, OperatorNote};
use crate::fan_outs::Targets;
use crate::inbound::{EnteredBy, InboundCommand, Origin};
use crate::log::{Batch, RejectedPart, Rejection};
use crate::position::LogPosition;
use crate::stamps::Stamps;

fn plain_order() -> NewOrder {
    NewOrder {
        account: AccountId(7),
        client_order_id: Some(ClientOrderId::new("a-1").unwrap()),
        client_id_policy: ClientIdPolicy::Idempotent,
        external_id: None,
        side: Side::Buy,
        kind: OrderKind::Limit {
            price: Price::from_units(-3),
        },
        size: OrderSize::Quantity(Quantity::from_units(5)),
        time_in_force: TimeInForce::GoodTillCanceled,
        post_only: PostOnly::No,
        display: Display::Full,
        minimum_quantity: Quantity::ZERO,
        self_trade_prevention: SelfTradePrevention::CancelNewest,
        stp_group: None,
        conditions: None,
        extra: Notional::from_units(15),
    }
}

/// Rules with something of each kind.
fn every_rule() -> engine::Rules {
    let call = engine::CallEnd::After(engine::CallLength::fixed(7));
    engine::Rules {
        matching: engine::MatchingAlgorithm::ProRata(engine::ProRata {
            minimum_allocation: Quantity::from_units(2),
            top_order: engine::TopOrder::Off,
            first_in_first_out_bips: 4_000,
        }),
        velocity: Some(engine::Velocity {
            ticks: 20,
            window: 1_000,
            reserved: call,
        }),
        schedule: Some(engine::Schedule::of_day(
            100,
            &[engine::ScheduleStep {
                at: 10,
                random_max: 5,
                state: SessionState::Auction,
            }],
        )),
        reference: Some(Price::from_units(99)),
        random_seed: u64::MAX,
        batch_instructions_max: 5,
        doubled_bands: Some(engine::DoubledBands::of_day(
            100,
            &[engine::BandWindow { from: 1, until: 9 }],
        )),
        ..engine::Rules::PLAIN
    }
}

/// A batch with an instruction of each kind.
fn every_instruction(mode: BatchMode) -> Command {
    let account = AccountId(7);
    let change = Replace {
        account,
        order: OrderRef::Client(ClientOrderId::new("b").unwrap()),
        side: Side::Sell,
        quantity: None,
        price: Some(Price::from_units(4)),
        peak: None,
        stop: None,
        expiry: None,
        extra: Notional::from_units(3),
    };
    let both = CancelReplace {
        cancel: OrderRef::Id(OrderId(5)),
        new_order: plain_order(),
        on_cancel_failure: OnCancelFailure::Stop,
    };
    let instructions = vec![
        Instruction::Submit(plain_order()),
        Instruction::Cancel(OrderRef::Id(OrderId(9))),
        Instruction::Replace(change),
        Instruction::CancelReplace(both),
    ];
    Command::Batch(engine::Batch::new(account, mode, instructions).unwrap())
}

fn every_command() -> Vec<Command> {
    let other_order = NewOrder {
        client_order_id: None,
        client_id_policy: ClientIdPolicy::OpenUnique,
        external_id: Some(ExternalId(u64::MAX)),
        side: Side::Sell,
        kind: OrderKind::Market,
        size: OrderSize::QuoteAmount(Notional::from_units(i128::MAX)),
        time_in_force: TimeInForce::GoodTillDate(Timestamp(9)),
        post_only: PostOnly::Slide,
        display: Display::Hidden,
        minimum_quantity: Quantity::MAX,
        self_trade_prevention: SelfTradePrevention::Decrement,
        stp_group: Some(StpGroup(4)),
        ..plain_order()
    };
    let mut commands = vec![
        Command::Submit(plain_order()),
        Command::Submit(other_order),
        Command::Cancel(Cancel {
            account: AccountId(1),
            order: OrderRef::Id(OrderId(12)),
        }),
        Command::Cancel(Cancel {
            account: AccountId(1),
            order: OrderRef::Handle(OrderHandle {
                slot: 3,
                generation: 4,
            }),
        }),
        Command::Replace(Replace {
            account: AccountId(2),
            order: OrderRef::Client(ClientOrderId::new("b").unwrap()),
            side: Side::Sell,
            quantity: Some(Quantity::from_units(8)),
            price: None,
            peak: Some(Quantity::from_units(2)),
            stop: Some(Price::from_units(-6)),
            expiry: Some(Timestamp(11)),
            extra: Notional::ZERO,
        }),
        Command::CancelReplace(CancelReplace {
            cancel: OrderRef::External(ExternalId(5)),
            new_order: plain_order(),
            on_cancel_failure: OnCancelFailure::Continue,
        }),
        every_instruction(BatchMode::Sequential),
        every_instruction(BatchMode::AllOrNone),
        Command::MassCancel(MassCancel {
            session: SessionFilter::Only(SessionNumber(7)),
            ..MassCancel::all_of(AccountId(3))
        }),
        Command::MassCancel(MassCancel {
            account: AccountId(3),
            side: SideFilter::Only(Side::Sell),
            price_from: Price::MIN,
            price_to: Price::MAX,
            session: SessionFilter::Any,
        }),
        Command::Tick,
        Command::SetState(SessionState::ClosingAuction),
        Command::Uncross(AuctionReference::LastPrice),
        Command::Uncross(AuctionReference::Given(Price::from_units(-7))),
        Command::SetLastPrice(Price::from_units(12)),
        Command::Admit(Admit {
            scope: Scope::Account(AccountId(4)),
            admission: Admission::CancelOnly,
        }),
        Command::SetLimits(SetLimits {
            account: AccountId(5),
            limits: RiskLimits::NONE,
        }),
        Command::Operate(engine::Operation::SetRules(Box::new(every_rule()))),
        Command::Operate(engine::Operation::Delist),
        Command::Operate(engine::Operation::SetFees(Box::new(
            engine::FeeSchedule::by_tier(&[
                engine::FeeRates {
                    maker_ppm: -20,
                    taker_ppm: 100,
                },
                engine::FeeRates {
                    maker_ppm: 10,
                    taker_ppm: 80,
                },
            ])
            .expect("two tiers"),
        ))),
        Command::Bust(Box::new(engine::Bust {
            trade: engine::PastTrade {
                trade_id: engine::TradeId(31),
                price: Price::from_units(-32),
                quantity: Quantity::from_units(33),
                phase: engine::TradePhase::Auction,
                aggressor_side: Side::Sell,
                at: Timestamp(34),
                taker: engine::PastParty {
                    order_id: OrderId(35),
                    account: AccountId(36),
                    fee: engine::FeeBasis::Listed(FeeTier(3)),
                },
                maker: engine::PastParty {
                    order_id: OrderId(37),
                    account: AccountId(38),
                    fee: engine::FeeBasis::Rate(-25),
                },
            },
            operator: "desk@192.0.2.7".into(),
        })),
        Command::Operate(engine::Operation::SetGrid(engine::Grid {
            tick_size: 5,
            lot_size: 10,
            price_min: Price::from_units(-5),
            price_max: Price::from_units(100),
            quantity_min: Quantity::from_units(10),
            quantity_max: Quantity::from_units(90),
        })),
        Command::Quote(engine::Quote {
            account: AccountId(5),
            group: MmpGroup(6),
            bid: Some(engine::QuoteSide {
                price: Price::from_units(7),
                quantity: Quantity::from_units(8),
                extra: Notional::from_units(9),
            }),
            ask: None,
        }),
        Command::MmpReset(engine::MmpReset {
            account: AccountId(5),
            group: MmpGroup(6),
        }),
        Command::CancelAfter(engine::CancelAfter {
            account: AccountId(5),
            delay: 60,
        }),
        Command::FanOut(FanOut {
            id: FanOutId(8),
            action: FanOutAction::Disconnect(engine::Disconnect {
                account: AccountId(5),
            }),
        }),
        Command::FanOut(FanOut {
            id: FanOutId(9),
            action: FanOutAction::SetLimits(every_limit()),
        }),
        Command::FanOut(FanOut {
            id: FanOutId(10),
            action: FanOutAction::SetFeeTier(SetFeeTier {
                account: AccountId(6),
                fee_tier: FeeTier(3),
            }),
        }),
        Command::FanOut(FanOut {
            id: FanOutId(11),
            action: FanOutAction::Admit(Admit {
                scope: Scope::Exchange,
                admission: Admission::Killed,
            }),
        }),
    ];
    commands.extend(special_orders().into_iter().map(Command::Submit));
    commands
}

/// Orders that use what only few have: each kind, lifetime, trigger and tie once.
fn special_orders() -> Vec<NewOrder> {
    let kinds = [
        OrderKind::MarketWithProtection { points: u64::MAX },
        OrderKind::MarketToLimit,
        OrderKind::Pegged {
            reference: PegReference::Primary,
            offset: -2,
        },
        OrderKind::Pegged {
            reference: PegReference::Mid,
            offset: 3,
        },
    ];
    let lifetimes = [
        TimeInForce::Day,
        TimeInForce::AtOpen,
        TimeInForce::AtClose,
        TimeInForce::GoodForAuction,
        TimeInForce::GoodForContinuous,
    ];
    let trailing = |distance, step, activation| TriggerKind::Trailing {
        distance,
        step,
        activation,
    };
    let triggers = [
        (TriggerKind::Stop { price: Price::MIN }, TriggerSource::Last),
        (
            TriggerKind::TakeProfit { price: Price::MAX },
            TriggerSource::BidAsk,
        ),
        (
            trailing(TrailingDistance::Price(5), Some(2), None),
            TriggerSource::Mid,
        ),
        (
            trailing(
                TrailingDistance::Bips(500),
                None,
                Some(Price::from_units(4)),
            ),
            TriggerSource::Last,
        ),
    ];
    let conditions = triggers.map(|(kind, source)| Conditions {
        trigger: Some(Trigger { kind, source }),
        oco: Some(Oco {
            partner: OrderRef::Id(OrderId(3)),
            mode: OcoMode::Reduce,
        }),
        parent: Some(Parent {
            order: OrderRef::Client(ClientOrderId::new("p").unwrap()),
            start: ChildStart::OnEachFill,
        }),
        cap: Some(Price::from_units(101)),
        mmp_group: Some(MmpGroup(9)),
        on_disconnect: OnDisconnect::Cancel,
        fill_cap: Some(Quantity::from_units(7)),
    });
    let orders = kinds.map(|kind| NewOrder {
        kind,
        ..plain_order()
    });
    let lasting = lifetimes.map(|time_in_force| NewOrder {
        time_in_force,
        ..plain_order()
    });
    let iceberg = NewOrder {
        display: Display::Iceberg {
            peak: Quantity::from_units(4),
        },
        ..plain_order()
    };
    let conditioned = conditions.map(|conditions| NewOrder {
        conditions: Some(Box::new(conditions)),
        ..plain_order()
    });
    let mut all = orders.to_vec();
    all.extend(lasting);
    all.push(iceberg);
    all.extend(conditioned);
    all
}

fn every_limit() -> SetLimits {
    SetLimits {
        account: AccountId(5),
        limits: RiskLimits {
            quantity_max: Some(Quantity::from_units(1)),
            notional_max: Some(Notional::from_units(2)),
            price_band_bips: Some(3),
            open_orders_max: Some(4),
            position_max: Some(Quantity::from_units(5)),
            order_rate: Some(OrderRate {
                orders_max: 6,
                window: 7,
            }),
            order_to_trade: Some(OrderToTrade {
                orders_free: 8,
                orders_per_trade: 9,
                window: 10,
            }),
        },
    }
}

fn batch() -> Batch {
    let commands = every_command().into_iter().zip(0..);
    Batch {
        number: 77,
        control: vec![
            ControlCommand::CreateAccount {
                account: AccountId(9),
                deposits: Box::new([
                    (AssetId(0), Money::from_units(5)),
                    (AssetId(2), Money::from_units(6)),
                ]),
            },
            add_key("hmac", KeyMaterial::HmacSecret(vec![7; 32].into())),
            add_key("rsa", KeyMaterial::RsaPublic(vec![8; 270].into())),
            add_key("ed25519", KeyMaterial::Ed25519Public([9; 32])),
            ControlCommand::TakeOut(Rejection {
                position: LogPosition(5),
                rejected: RejectedPart::Whole,
            }),
            ControlCommand::TakeOut(Rejection {
                position: LogPosition(6),
                rejected: RejectedPart::Command {
                    instrument: InstrumentId(7),
                    sequence: SequenceNumber(8),
                },
            }),
            ControlCommand::Note(Box::new(OperatorNote {
                who: "desk (admin) at 127.0.0.1".to_owned(),
                request: "POST /reset {}".to_owned(),
            })),
            ControlCommand::RevokeKey {
                id: KeyId::new("rsa").unwrap(),
            },
            ControlCommand::FanOut {
                targets: Targets::All,
                action: Box::new(FanOutAction::SetLimits(every_limit())),
            },
            ControlCommand::FanOut {
                targets: Targets::One(InstrumentId(3)),
                action: Box::new(FanOutAction::Admit(Admit {
                    scope: Scope::Instrument,
                    admission: Admission::Open,
                })),
            },
            ControlCommand::Deposit {
                account: AccountId(9),
                asset: AssetId(2),
                amount: Money::from_units(1_000),
            },
            ControlCommand::Withdraw {
                account: AccountId(9),
                asset: AssetId(2),
                amount: Money::from_units(1),
            },
        ],
        commands: commands
            .map(|(command, k)| InboundCommand {
                instrument: InstrumentId(k),
                origin: Origin::default(),
                at: (k % 2 == 0).then_some(Timestamp(u64::from(k))),
                stamps: Stamps::default(),
                command,
            })
            .collect(),
    }
}

fn add_key(id: &str, material: KeyMaterial) -> ControlCommand {
    ControlCommand::AddKey(Box::new(ApiKey {
        id: KeyId::new(id).unwrap(),
        account: AccountId(9),
        material,
        permissions: Permissions::READ.and(Permissions::TRADE),
    }))
}

fn encoded() -> Vec<u8> {
    let mut bytes = Vec::new();
    encode_batch(&batch(), Timestamp(123), &mut bytes);
    bytes
}

#[test]
fn by_which_connection_orders_come_is_kept_and_costs_nothing_where_none_is_known() {
    let numbered = EnteredBy(SessionNumber(0xA1B2_C3D4));
    let batch = |entered_by| Batch {
        number: 1,
        control: Vec::new(),
        commands: vec![InboundCommand {
            instrument: InstrumentId(1),
            origin: Origin {
                entered_by,
                ..Origin::default()
            },
            at: None,
            stamps: Stamps::default(),
            command: Command::Submit(plain_order()),
        }],
    };
    let (mut with, mut without) = (Vec::new(), Vec::new());
    encode_batch(&batch(numbered), Timestamp(1), &mut with);
    encode_batch(&batch(EnteredBy::default()), Timestamp(1), &mut without);

    assert_eq!(with.len(), without.len() + 5);
    for (bytes, entered_by) in [(with, numbered), (without, EnteredBy::default())] {
        let entry = decode_entry(LogPosition(1), &bytes).unwrap();
        assert_eq!(entry.commands, batch(entered_by).commands);
    }
}

#[test]
fn an_entry_comes_back_as_it_was_written() {
    let entry = decode_entry(LogPosition(6), &encoded()).unwrap();

    assert_eq!(entry.position, LogPosition(6));
    assert_eq!(entry.at, Timestamp(123));
    assert_eq!(entry.number, 77);
    assert_eq!(entry.control, batch().control);
    assert_eq!(entry.commands, batch().commands);
}

#[test]
fn bytes_that_end_too_early_or_too_late_are_refused() {
    let bytes = encoded();
    for end in 0..bytes.len() {
        assert!(
            decode_entry(LogPosition(1), &bytes[..end]).is_err(),
            "{end}"
        );
    }
    let longer = [bytes.as_slice(), &[0]].concat();
    assert!(decode_entry(LogPosition(1), &longer).is_err());
}

#[test]
fn no_flipped_bit_panics() {
    let mut bytes = encoded();
    for bit in 0..bytes.len() * 8 {
        bytes[bit / 8] ^= 1 << (bit % 8);
        // What it says does not matter here: checksums stand before it.
        let _ = decode_entry(LogPosition(1), &bytes);
        bytes[bit / 8] ^= 1 << (bit % 8);
    }
}
