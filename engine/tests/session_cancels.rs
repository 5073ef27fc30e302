//! Goal: a mass cancel by connection ends what that connection entered, whatever became of it since, and nothing else.
//!
//! Method: orders of one account by two connections and by none; what waits, what was changed, what a batch or a quote
//! entered; before and after the state was spelled out and read back.

mod desk;

use desk::{Desk, cancel, limit};
use engine::{
    AccountId, Batch, BatchMode, Command, Conditions, EngineLimits, Event, Instruction,
    InstrumentId, MassCancel, MatchingEngine, NewOrder, Notional, OrderId, OrderKind, OrderRef,
    PegReference, Price, Quantity, Quote, QuoteSide, Replace, SequenceNumber, Sequenced,
    SessionFilter, SessionNumber, Side, SideFilter, Timestamp, Trigger, TriggerKind, TriggerSource,
};

const ALICE: AccountId = AccountId(1);
const FIRST: SessionNumber = SessionNumber(1);
const SECOND: SessionNumber = SessionNumber(2);

fn by(session: SessionNumber) -> Command {
    Command::MassCancel(MassCancel {
        session: SessionFilter::Only(session),
        ..MassCancel::all_of(ALICE)
    })
}

/// The orders that went, in their order.
fn canceled(events: &[Event]) -> Vec<u64> {
    let ids = events.iter().filter_map(|event| {
        if let Event::Canceled(canceled) = event {
            Some(canceled.order_id.0)
        } else {
            None
        }
    });
    ids.collect()
}

fn buy(client: &str, price: i64) -> Command {
    Command::Submit(limit(client, Side::Buy, 5, price))
}

#[test]
fn what_came_by_one_connection_goes_and_the_rest_stays() {
    let mut desk = Desk::remembering(8, 100);
    desk.ask_by(FIRST, buy("a", 100));
    desk.ask_by(SECOND, buy("b", 100));
    desk.ask(buy("c", 100));
    desk.ask_by(FIRST, buy("d", 99));

    assert_eq!(canceled(&desk.ask(by(FIRST))), [1, 4]);

    assert_eq!(desk.queue(Side::Buy), [(2, 5), (3, 5)]);
    assert_eq!(canceled(&desk.ask(by(FIRST))), []);
    assert_eq!(canceled(&desk.ask_by(FIRST, by(SECOND))), [2]);
    assert_eq!(canceled(&desk.ask_by(FIRST, cancel(3))), [3]);
}

#[test]
fn a_side_and_a_range_of_prices_count_too() {
    let mut desk = Desk::remembering(8, 100);
    desk.ask_by(FIRST, buy("a", 100));
    desk.ask_by(FIRST, buy("b", 90));
    desk.ask_by(FIRST, Command::Submit(limit("c", Side::Sell, 5, 101)));

    let filtered = Command::MassCancel(MassCancel {
        account: ALICE,
        side: SideFilter::Only(Side::Buy),
        price_from: Price::from_units(95),
        price_to: Price::MAX,
        session: SessionFilter::Only(FIRST),
    });

    assert_eq!(canceled(&desk.ask(filtered)), [1]);
}

#[test]
fn an_order_stays_with_the_connection_that_entered_it_whoever_changes_it() {
    let mut desk = Desk::remembering(8, 100);
    desk.ask_by(FIRST, buy("a", 100));
    let change = Replace {
        account: ALICE,
        order: OrderRef::Id(OrderId(1)),
        side: Side::Buy,
        quantity: Some(Quantity::from_units(9)),
        price: Some(Price::from_units(98)),
        peak: None,
        stop: None,
        expiry: None,
        extra: Notional::ZERO,
    };
    desk.ask_by(SECOND, Command::Replace(change));

    assert_eq!(canceled(&desk.ask(by(SECOND))), []);
    assert_eq!(canceled(&desk.ask(by(FIRST))), [1]);
}

/// One of every kind that waits, rests or stands for several, by two connections in turn.
fn enter_many(desk: &mut Desk) {
    desk.ask_by(FIRST, buy("rests", 100));
    desk.ask_by(SECOND, Command::Submit(limit("ask", Side::Sell, 5, 110)));
    let stop = NewOrder {
        conditions: Some(Box::new(Conditions {
            trigger: Some(Trigger {
                kind: TriggerKind::Stop {
                    price: Price::from_units(105),
                },
                source: TriggerSource::Last,
            }),
            ..Conditions::NONE
        })),
        ..limit("waits", Side::Buy, 5, 106)
    };
    desk.ask_by(FIRST, Command::Submit(stop));
    let peg = NewOrder {
        kind: OrderKind::Pegged {
            reference: PegReference::Primary,
            offset: 0,
        },
        ..limit("follows", Side::Buy, 5, 1)
    };
    desk.ask_by(SECOND, Command::Submit(peg));
    let side = |price| {
        Some(QuoteSide {
            price: Price::from_units(price),
            quantity: Quantity::from_units(3),
            extra: Notional::ZERO,
        })
    };
    let quote = Quote {
        account: ALICE,
        group: engine::MmpGroup(1),
        bid: side(90),
        ask: side(120),
    };
    desk.ask_by(FIRST, Command::Quote(quote));
    let instructions = vec![
        Instruction::Submit(limit("batched", Side::Buy, 5, 80)),
        Instruction::Submit(limit("batched-too", Side::Buy, 5, 79)),
    ];
    let batch = Batch::new(ALICE, BatchMode::AllOrNone, instructions).expect("they are alike");
    desk.ask_by(SECOND, Command::Batch(batch));
}

#[test]
fn what_waits_follows_quotes_or_came_in_a_batch_has_its_connection_too() {
    let mut desk = Desk::remembering(8, 100);
    enter_many(&mut desk);

    assert_eq!(canceled(&desk.ask(by(FIRST))), [1, 3, 5, 6]);
    assert_eq!(canceled(&desk.ask(by(SECOND))), [2, 4, 7, 8]);
}

#[test]
fn connections_are_part_of_the_state_and_of_its_hash() {
    let mut desk = Desk::remembering(8, 100);
    enter_many(&mut desk);
    let mut unnumbered = Desk::remembering(8, 100);
    let mut state = Vec::new();
    let only = InstrumentId(1);
    desk.engine
        .write_state(only, &mut state)
        .expect("it is listed");

    let mut restored = MatchingEngine::new(EngineLimits { instruments_max: 1 }).with_external_ids();
    restored.restore(&state).expect("it was spelled");
    let mut events = Vec::new();
    let command = Sequenced {
        instrument: only,
        sequence: SequenceNumber(7),
        at: Timestamp(0),
        command: by(FIRST),
    };
    restored.apply(&command, &mut events);

    assert_eq!(canceled(&events), [1, 3, 5, 6]);
    assert_eq!(restored.highest_session(only), Some(SECOND));
    unnumbered.ask(buy("a", 100));
    let mut numbered = Desk::remembering(8, 100);
    numbered.ask_by(FIRST, buy("a", 100));
    assert_ne!(unnumbered.engine.state_hash(), numbered.engine.state_hash());
}
