//! Goal: the flow of both presets looks like a market, and the control does not. Method: each runs against
//! the engine for an hour of its own time under several seeds; the medians of all figures meet the gates.
//!
//! `RIALTO_FLOW_SEEDS`, `RIALTO_FLOW_HOURS` and `RIALTO_FLOW_PRESETS` make the runs longer or fewer.

use std::fmt::Write;

use exchange::EngineMarket;
use feed_sim::realism::{Figures, RealismReport, TickClass, median_report};
use feed_sim::{Model, ModelName, Preset};

const HOUR_NS: u64 = 3_600_000_000_000;

fn setting(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).map_or(otherwise, |text| text.parse().expect("a whole number"))
}

fn run(preset: Preset, seed: u64, hours: u64) -> Figures {
    let name = ModelName {
        seed,
        symbol: preset.name(),
        sector: "one",
    };
    let mut model = Model::new(preset.terms(), name);
    feed_sim::offline::figures(&mut model, &mut EngineMarket::new(), hours * HOUR_NS)
}

/// The report on the medians over the seeds, and what is to be printed of it.
fn report(preset: Preset, tick_class: TickClass) -> (RealismReport, String) {
    let seeds = setting("RIALTO_FLOW_SEEDS", 8);
    let hours = setting("RIALTO_FLOW_HOURS", 1);
    let mut text = format!("{} · {seeds} seeds x {hours} h\n", preset.name());
    let mut reports = Vec::new();
    for seed in 1..=seeds {
        let report = RealismReport::of(run(preset, seed, hours), tick_class);
        writeln!(text, "seed {seed}: failed {:?}", report.failed()).expect("texts grow");
        reports.push(report);
    }
    let medians = median_report(&reports).expect("there are seeds");
    text.push_str(&medians.to_string());
    (medians, text)
}

#[test]
fn small_tick_passes_the_twelve_gates() {
    let (medians, text) = report(Preset::SmallTick, TickClass::Small);

    println!("{text}");
    assert!(medians.passes, "gates {:?} failed", medians.failed());
}

#[test]
fn large_tick_passes_the_twelve_gates() {
    let (medians, text) = report(Preset::LargeTick, TickClass::Large);

    println!("{text}");
    assert!(medians.passes, "gates {:?} failed", medians.failed());
}

#[test]
fn a_poisson_flow_fails_the_gates_on_clustering_memory_and_tails() {
    let (medians, text) = report(Preset::Poisson, TickClass::Small);

    println!("{text}");
    for gate in [3, 4, 5, 7, 8] {
        assert!(
            medians.failed().contains(&gate),
            "gate {gate} let the control pass"
        );
    }
}
