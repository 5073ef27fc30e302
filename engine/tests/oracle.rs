//! Goal: the engine says, event by event, what an obvious book written from the rules says.
//!
//! Method: seeded random commands over few prices and few accounts run through both. A difference
//! is made as small as it gets and printed as a scenario. `RIALTO_SEED` and `RIALTO_ORACLE_COMMANDS`
//! choose seed and length.

mod naive;
mod random_flow;

use std::collections::BTreeMap;

use engine::Event;
use random_flow::{
    FaultySubject, RealSubject, RestoredSubject, RunKind, Step, StepMaker, Subject, naive_events,
    play, shrink, story,
};

const SEED: u64 = 20_260_701;
const COMMANDS: usize = 300_000;
/// One run in this many is long, so that pools and tables are used up and used again.
const LONG_RUN_EVERY: u64 = 40;
const SHORT_RUN_STEPS: usize = 2_000;
const LONG_RUN_STEPS: usize = 60_000;

fn number_from_environment(key: &str) -> Option<u64> {
    let text = std::env::var(key).ok()?;
    Some(
        text.parse()
            .unwrap_or_else(|_| panic!("{key}={text} is no number")),
    )
}

fn steps(seed: u64, count: usize) -> Vec<Step> {
    let mut maker = StepMaker::new(seed);
    (0..count).map(|_| maker.next()).collect()
}

/// Runs one seed; a difference is made small and told.
fn check<S: Subject>(seed: u64, count: usize, kind: RunKind) -> u64 {
    let steps = steps(seed, count);
    match play::<S>(&steps, kind) {
        Ok(hash) => hash,
        Err(difference) => panic!(
            "{}",
            tell_failure::<S>(seed, &steps, kind, &difference.what)
        ),
    }
}

fn tell_failure<S: Subject>(seed: u64, steps: &[Step], kind: RunKind, what: &str) -> String {
    let small = shrink::<S>(steps, kind);
    let difference = play::<S>(&small, kind).expect_err("the small run fails too");
    let scenario = story(&format!("found by the oracle with seed {seed}"), &small);
    let list: Vec<String> = small.iter().map(|step| format!("  {step:?}")).collect();
    let list = list.join("\n");
    format!(
        "RIALTO_SEED={seed}: engine and naive book differ: {what}\n\n\
        made small ({} commands), {difference}\n{list}\n\nas a scenario:\n\n{scenario}",
        small.len()
    )
}

#[test]
fn engine_says_what_the_naive_book_says() {
    let seed = number_from_environment("RIALTO_SEED").unwrap_or(SEED);
    let wanted = number_from_environment("RIALTO_ORACLE_COMMANDS").map_or(COMMANDS, |count| {
        usize::try_from(count).expect("a count of commands")
    });
    println!("RIALTO_SEED={seed} RIALTO_ORACLE_COMMANDS={wanted}");

    let mut done = 0;
    for run in 0.. {
        if done >= wanted {
            break;
        }
        let is_long = run % LONG_RUN_EVERY == LONG_RUN_EVERY - 1;
        let length = if is_long {
            LONG_RUN_STEPS
        } else {
            SHORT_RUN_STEPS
        };
        let count = length.min(wanted - done);
        check::<RealSubject>(seed.wrapping_add(run), count, RunKind::Long);
        done += count;
    }
}

#[test]
fn books_feeds_and_invariants_agree_after_every_command() {
    for seed in 1..=10 {
        check::<RealSubject>(seed, 2_000, RunKind::Thorough);
    }
}

#[test]
fn with_money_the_events_are_the_same_and_what_is_reserved_is_what_open_orders_need() {
    for seed in 101..=120 {
        check::<RealSubject>(seed, 2_000, RunKind::Funded);
    }
}

#[test]
fn an_engine_that_is_restored_again_and_again_says_what_the_first_one_says() {
    for seed in 201..=220 {
        let steps = steps(seed, 2_000);
        for kind in [RunKind::Long, RunKind::Funded] {
            if let Err(difference) = play::<RestoredSubject>(&steps, kind) {
                panic!("seed {seed}, {kind:?}, {difference}");
            }
        }
    }
}

/// A word for what an event is about, as finely as a rule would.
fn word(event: &Event) -> String {
    match event {
        Event::Accepted(accepted) => format!("accepted {:?}", accepted.time_in_force),
        Event::Rejected(rejected) => format!("rejected {:?}", rejected.reason),
        Event::Repeated(repeated) => format!("repeated {:?}", repeated.original),
        Event::Trade(_) => "trade".to_owned(),
        Event::Prevented(prevented) => format!("prevented {:?}", prevented.mode),
        Event::Rested(rested) if rested.displayed_quantity.is_zero() => "rested hidden".to_owned(),
        Event::Rested(_) => "rested".to_owned(),
        Event::Replaced(replaced) => format!("replaced {:?}", replaced.priority),
        Event::Canceled(canceled) => format!("canceled {:?}", canceled.reason),
        Event::HoldReleased(_) => "hold released".to_owned(),
        Event::StatusChanged(_) => "status changed".to_owned(),
        Event::Conditioned(_) => "conditioned".to_owned(),
        Event::Queued(_) => "queued".to_owned(),
        Event::Triggered(_) => "triggered".to_owned(),
        Event::Refilled(_) => "refilled".to_owned(),
        Event::Pegged(_) => "pegged".to_owned(),
        Event::Indicative(_) => "indicative".to_owned(),
        Event::TermsChanged(_) => "terms".to_owned(),
        Event::Step(step) => format!("step {}", step.index),
        Event::TradeBusted(_) => "busted".to_owned(),
        Event::BustRefused(_) => "bust_refused".to_owned(),
    }
}

#[test]
fn random_commands_reach_every_event_and_every_reason_often() {
    let mut counts: BTreeMap<String, u32> = BTreeMap::new();
    for event in naive_events(&steps(SEED, 20_000)) {
        *counts.entry(word(&event)).or_default() += 1;
    }
    let often = |prefix: &str| {
        let found = counts.iter().filter(|(word, _)| word.starts_with(prefix));
        found.map(|(_, count)| *count).sum::<u32>() >= 10
    };

    let words = [
        "accepted GoodTillCanceled",
        "accepted ImmediateOrCancel",
        "accepted FillOrKill",
        "accepted GoodTillDate",
        "rejected DuplicateClientOrderId",
        "rejected UnknownOrder",
        "rejected TooLate",
        "rejected InvalidQuantity",
        "rejected InvalidPrice",
        "rejected InvalidCombination",
        "rejected Expired",
        "rejected PostOnlyWouldCross",
        "repeated Accepted",
        "repeated Rejected",
        "trade",
        "prevented CancelNewest",
        "prevented CancelOldest",
        "prevented CancelBoth",
        "prevented Decrement",
        "rested hidden",
        "replaced Kept",
        "replaced Lost",
        "canceled Requested",
        "canceled MassCancel",
        "canceled ImmediateOrCancel",
        "canceled FillOrKill",
        "canceled Expired",
        "canceled SelfTradePrevention",
        "canceled NoLiquidity",
    ];
    for word in words {
        assert!(often(word), "seldom: {word}, {counts:#?}");
    }
}

#[test]
fn two_runs_of_the_same_commands_end_with_the_same_state_hash() {
    for seed in 1..=5 {
        let one = check::<RealSubject>(seed, 5_000, RunKind::Long);
        let other = check::<RealSubject>(seed, 5_000, RunKind::Long);

        assert_eq!(one, other, "seed {seed}");
    }
}

#[test]
fn different_commands_end_with_different_state_hashes() {
    let mut hashes: Vec<u64> = (1..=20)
        .map(|seed| check::<RealSubject>(seed, 500, RunKind::Long))
        .collect();

    hashes.sort_unstable();
    hashes.dedup();

    assert_eq!(hashes.len(), 20);
}

#[test]
fn a_planted_fault_is_found_made_small_and_told_as_a_scenario_that_the_engine_passes() {
    let steps = steps(7, 2_000);
    assert!(
        play::<FaultySubject>(&steps, RunKind::Long).is_err(),
        "the fault is found"
    );

    let small = shrink::<FaultySubject>(&steps, RunKind::Thorough);
    let text = story("an immediate order never rests", &small).to_string();
    let mut report = scenario::Report::default();
    scenario::run_text("oracle".as_ref(), &text, &mut report);

    assert!(small.len() <= 2, "one order is enough: {small:#?}");
    assert_eq!((report.passed, report.failed), (1, 0), "{report}\n{text}");
}
