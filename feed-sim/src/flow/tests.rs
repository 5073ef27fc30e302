//! The flow of a seed is fixed for good, and a seat more changes no other seat's path.

use std::fmt::Write;

use super::*;
use crate::participant::{MarketMaker, Passive, Taker};

const SHAPE: Shape = Shape {
    half_spread_ticks: 10,
    level_step_ticks: 5,
    levels: 5,
    quote_lots: 100,
    lots_min: 1,
    price_min_ticks: 1,
    price_max_ticks: 1_000_000,
};

fn seat(seed: u64, name: &str) -> Seat {
    let stream = || Stream::named(seed, name);
    let participant = match name.split('/').next() {
        Some("maker") => Participant::MarketMaker(MarketMaker::new(stream(), 5)),
        Some("taker") => Participant::Taker(Taker::new(stream())),
        _ => Participant::Passive(Passive::new(stream(), 50_000_000, 8)),
    };
    let arrivals = Stream::named(seed, &format!("{name}/arrivals"));
    Seat::new(0, participant, arrivals, 1_000_000)
}

fn flow(seed: u64, names: &[&str]) -> Flow {
    let reference = ReferencePrice::new(Stream::named(seed, "reference"), 50_000, 100);
    let instruments = vec![FlowInstrument {
        shape: SHAPE,
        reference,
    }];
    Flow::new(
        instruments,
        names.iter().map(|name| seat(seed, name)).collect(),
    )
}

fn intents(mut flow: Flow, count: usize) -> Vec<Intent> {
    std::iter::from_fn(|| flow.next_due(u64::MAX))
        .take(count)
        .collect()
}

/// A hash of what is meant, written out so that it depends on nothing but the intents.
fn fingerprint(intents: &[Intent]) -> u64 {
    let mut text = String::new();
    for intent in intents {
        writeln!(text, "{intent:?}").expect("a string takes all that is written");
    }
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

#[test]
fn the_flow_of_a_seed_is_fixed_for_good() {
    let names = ["maker/0", "taker/0", "passive/0"];

    assert_eq!(
        fingerprint(&intents(flow(1, &names), 10_000)),
        7_051_436_044_574_467_155
    );
}

#[test]
fn a_seat_more_changes_no_other_seats_path() {
    let alone = intents(flow(1, &["maker/0", "taker/0"]), 4_000);
    let joined = intents(
        flow(1, &["maker/0", "taker/0", "passive/0", "taker/1"]),
        8_000,
    );

    for seat in 0..2 {
        let path = |all: &[Intent]| -> Vec<Intent> {
            all.iter()
                .filter(|intent| intent.seat == seat)
                .copied()
                .take(1_000)
                .collect()
        };
        assert_eq!(path(&alone).len(), 1_000);
        assert_eq!(path(&alone), path(&joined));
    }
}

fn model(symbol: &str, place: usize) -> LiveModel {
    let name = model::ModelName {
        seed: 1,
        symbol,
        sector: "all",
    };
    LiveModel::new(name, place, 50_000, &SHAPE, 1_400.0)
}

#[test]
fn an_instrument_more_changes_no_other_models_path() {
    let alone = intents(Flow::of_models(vec![model("first", 0)]), 2_000);
    let models = vec![model("first", 0), model("second", 1), model("third", 2)];
    let joined = intents(Flow::of_models(models), 8_000);

    let path = |all: &[Intent]| -> Vec<Intent> {
        let own = all.iter().filter(|intent| intent.seat == 0);
        own.copied().take(2_000).collect()
    };
    assert_eq!(path(&alone).len(), 2_000);
    assert_eq!(path(&alone), path(&joined));
}

#[test]
fn another_seed_is_another_flow() {
    assert_ne!(
        intents(flow(1, &["taker/0"]), 10),
        intents(flow(2, &["taker/0"]), 10)
    );
}

#[test]
fn nothing_is_due_before_its_time() {
    let mut flow = flow(1, &["taker/0"]);
    let first = flow.next_at_ns().expect("a taker always comes again");

    assert_eq!(flow.next_due(first - 1), None);
    assert_eq!(flow.next_due(first).map(|intent| intent.at_ns), Some(first));
}

#[test]
fn the_first_quotes_stand_within_a_tenth_of_a_second() {
    let intents = intents(flow(1, &["maker/0"]), 10);

    assert_eq!(intents.last().map(|intent| intent.at_ns), Some(100_000_000));
}
