//! Goal: a batch is answered instruction by instruction, and what an all-or-none batch refuses leaves nothing behind.
//!
//! Method: batches on one instrument, their blocks of events in words, and the state's hash.

mod desk;

use desk::{Desk, cancel, limit};
use engine::{
    AccountId, Batch, BatchError, BatchMode, CancelReplace, ClientIdPolicy, ClientOrderId, Command,
    Event, Instruction, NewOrder, OnCancelFailure, OrderId, OrderKind, OrderRate, OrderRef,
    OriginalOutcome, RejectReason, RiskLimits, SetLimits, Side,
};

/// A batch of account 1.
fn batch(mode: BatchMode, instructions: Vec<Instruction>) -> Command {
    Command::Batch(Batch::new(AccountId(1), mode, instructions).expect("it is one"))
}

fn desk() -> Desk {
    Desk::remembering(100, 100)
}

/// The block: a number where a step begins, then what was decided of it.
fn words(events: &[Event]) -> Vec<String> {
    let word = |event: &Event| match event {
        Event::Step(step) => format!("{}:", step.index),
        Event::Accepted(accepted) => format!("accepted {}", accepted.order_id.0),
        Event::Rejected(rejected) => format!("rejected {:?}", rejected.reason),
        Event::Repeated(repeated) => format!("repeated {:?}", repeated.original),
        Event::Canceled(canceled) => format!("canceled {}", canceled.order_id.0),
        Event::Trade(_) => "trade".to_owned(),
        Event::Rested(rested) => format!("rested {}", rested.order_id.0),
        Event::Conditioned(_)
        | Event::Prevented(_)
        | Event::Queued(_)
        | Event::Triggered(_)
        | Event::Refilled(_)
        | Event::Pegged(_)
        | Event::Replaced(_)
        | Event::HoldReleased(_)
        | Event::StatusChanged(_)
        | Event::Indicative(_)
        | Event::TermsChanged(_)
        | Event::TradeBusted(_)
        | Event::BustRefused(_) => format!("{event:?}"),
    };
    events.iter().map(word).collect()
}

fn state_hash(desk: &Desk) -> u64 {
    desk.engine.state_hash()
}

fn idempotent(client: &str, price: i64) -> NewOrder {
    NewOrder {
        client_id_policy: ClientIdPolicy::Idempotent,
        ..limit(client, Side::Buy, 1, price)
    }
}

fn unknown() -> Instruction {
    Instruction::Cancel(OrderRef::Id(OrderId(900)))
}

#[test]
fn a_cancel_replace_of_a_sequential_batch_says_both_things_at_its_step() {
    let mut desk = desk();
    desk.ask(Command::Submit(limit("a", Side::Buy, 10, 100)));
    let exchange = CancelReplace {
        cancel: OrderRef::Id(OrderId(1)),
        new_order: limit("b", Side::Buy, 4, 101),
        on_cancel_failure: OnCancelFailure::Stop,
    };

    let events = desk.ask(batch(
        BatchMode::Sequential,
        vec![unknown(), Instruction::CancelReplace(exchange)],
    ));

    assert_eq!(
        words(&events),
        [
            "0:",
            "rejected UnknownOrder",
            "1:",
            "canceled 1",
            "accepted 2",
            "rested 2"
        ]
    );
}

#[test]
fn an_all_or_none_batch_carries_no_cancel_replace() {
    let mut desk = desk();
    desk.ask(Command::Submit(limit("a", Side::Buy, 10, 100)));
    let exchange = CancelReplace {
        cancel: OrderRef::Id(OrderId(1)),
        new_order: limit("b", Side::Buy, 4, 101),
        on_cancel_failure: OnCancelFailure::Stop,
    };

    let events = desk.ask(batch(
        BatchMode::AllOrNone,
        vec![Instruction::CancelReplace(exchange)],
    ));

    assert_eq!(words(&events), ["0:", "rejected NotInBatch"]);
}

#[test]
fn a_refused_batch_leaves_the_state_of_a_command_that_does_nothing() {
    let (mut asked, mut ticked) = (desk(), desk());
    for desk in [&mut asked, &mut ticked] {
        desk.ask(Command::Submit(limit("a", Side::Buy, 10, 100)));
        desk.ask(Command::SetLimits(SetLimits {
            account: AccountId(1),
            limits: RiskLimits {
                order_rate: Some(OrderRate {
                    orders_max: 50,
                    window: 1_000,
                }),
                ..RiskLimits::NONE
            },
        }));
    }

    let refused = asked.ask(batch(
        BatchMode::AllOrNone,
        vec![
            Instruction::Submit(limit("b", Side::Buy, 1, 99)),
            Instruction::Submit(limit("c", Side::Sell, 1, 105)),
            unknown(),
        ],
    ));
    ticked.ask(Command::Tick);

    assert_eq!(
        words(&refused),
        [
            "0:",
            "rejected BatchRefused",
            "1:",
            "rejected BatchRefused",
            "2:",
            "rejected UnknownOrder"
        ]
    );
    assert_eq!(state_hash(&asked), state_hash(&ticked));
}

#[test]
fn each_order_of_a_batch_counts_for_the_rate_of_its_account() {
    let two_in_a_window = SetLimits {
        account: AccountId(1),
        limits: RiskLimits {
            order_rate: Some(OrderRate {
                orders_max: 2,
                window: 1_000,
            }),
            ..RiskLimits::NONE
        },
    };
    let three = || {
        ["a", "b", "c"]
            .map(|id| Instruction::Submit(limit(id, Side::Buy, 1, 99)))
            .to_vec()
    };

    let mut desk_of_one = desk();
    desk_of_one.ask(Command::SetLimits(two_in_a_window));
    let sequential = desk_of_one.ask(batch(BatchMode::Sequential, three()));
    let mut desk_of_other = desk();
    desk_of_other.ask(Command::SetLimits(two_in_a_window));
    let refused = desk_of_other.ask(batch(BatchMode::AllOrNone, three()));
    let taken = desk_of_other.ask(batch(BatchMode::AllOrNone, three()[..2].to_vec()));

    assert_eq!(words(&sequential)[6..], ["2:", "rejected OrderRateLimit"]);
    assert_eq!(words(&refused)[4..], ["2:", "rejected OrderRateLimit"]);
    assert_eq!(words(&taken)[..4], ["0:", "accepted 1", "1:", "accepted 2"]);
}

#[test]
fn a_batch_that_is_sent_again_is_answered_as_before_and_enters_nothing() {
    let mut desk = desk();
    let orders = || {
        vec![
            Instruction::Submit(idempotent("a", 99)),
            Instruction::Submit(idempotent("b", 98)),
        ]
    };
    desk.ask(batch(BatchMode::AllOrNone, orders()));

    let again = desk.ask(batch(BatchMode::AllOrNone, orders()));
    let alone = desk.ask(Command::Submit(idempotent("b", 98)));

    let first = OriginalOutcome::Accepted(OrderId(1));
    let second = OriginalOutcome::Accepted(OrderId(2));
    assert_eq!(
        words(&again),
        [
            "0:".to_owned(),
            format!("repeated {first:?}"),
            "1:".to_owned(),
            format!("repeated {second:?}")
        ]
    );
    assert_eq!(words(&alone), [format!("repeated {second:?}")]);
    assert_eq!(desk.queue(Side::Buy), [(1, 1), (2, 1)]);
}

#[test]
fn a_refused_batch_that_is_sent_again_gets_its_refusal() {
    let mut desk = desk();
    let orders = || vec![Instruction::Submit(idempotent("a", 99)), unknown()];
    desk.ask(batch(BatchMode::AllOrNone, orders()));

    let again = desk.ask(batch(BatchMode::AllOrNone, orders()));

    let original = OriginalOutcome::Rejected(RejectReason::BatchRefused);
    assert_eq!(
        words(&again),
        [
            "0:".to_owned(),
            format!("repeated {original:?}"),
            "1:".to_owned(),
            "rejected BatchRefused".to_owned()
        ]
    );
}

#[test]
fn an_id_that_was_used_for_another_order_refuses_the_batch() {
    let mut desk = desk();
    desk.ask(Command::Submit(idempotent("a", 99)));
    desk.ask(cancel(1));

    let events = desk.ask(batch(
        BatchMode::AllOrNone,
        vec![
            Instruction::Submit(idempotent("b", 97)),
            Instruction::Submit(idempotent("a", 98)),
        ],
    ));

    assert_eq!(
        words(&events),
        [
            "0:",
            "rejected BatchRefused",
            "1:",
            "rejected DuplicateClientOrderId"
        ]
    );
}

#[test]
fn sixty_four_instructions_are_a_batch_and_none_or_one_more_are_not() {
    let many = |count: usize| vec![unknown(); count];
    let of = |count| Batch::new(AccountId(1), BatchMode::Sequential, many(count));

    assert!(of(64).is_ok());
    assert_eq!(of(65), Err(BatchError::BadCount));
    assert_eq!(of(0), Err(BatchError::BadCount));
}

#[test]
fn an_order_of_another_account_is_in_no_batch() {
    let others = NewOrder {
        account: AccountId(2),
        ..limit("a", Side::Buy, 1, 99)
    };

    let batch = Batch::new(
        AccountId(1),
        BatchMode::Sequential,
        vec![Instruction::Submit(others)],
    );

    assert_eq!(batch, Err(BatchError::OtherAccount));
}

#[test]
fn an_instrument_that_is_not_listed_refuses_each_instruction() {
    let mut desk = desk();
    let market = NewOrder {
        kind: OrderKind::Market,
        ..limit("m", Side::Buy, 1, 1)
    };
    let command = engine::Sequenced {
        instrument: engine::InstrumentId(9),
        sequence: engine::SequenceNumber(1),
        at: engine::Timestamp(0),
        command: batch(
            BatchMode::Sequential,
            vec![Instruction::Submit(market), unknown()],
        ),
    };
    let mut events = Vec::new();

    desk.engine.apply(&command, &mut events);

    assert_eq!(
        words(&events),
        [
            "0:",
            "rejected UnknownInstrument",
            "1:",
            "rejected UnknownInstrument"
        ]
    );
    assert!(matches!(
        &events[1],
        Event::Rejected(rejected) if rejected.client_order_id == ClientOrderId::new("m").ok()
    ));
}
