//! Goal: the flow of both presets looks like a market, and the control does not. Method: each runs against
//! the engine for an hour of its own time under several seeds; the medians of all figures meet the gates.
//!
//! `RIALTO_FLOW_SEEDS`, `RIALTO_FLOW_HOURS` and `RIALTO_FLOW_PRESETS` make the runs longer or fewer.

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

/// The report on the medians over the seeds, printed with the range of each figure.
fn report(preset: Preset, tick_class: TickClass) -> RealismReport {
    let seeds = setting("RIALTO_FLOW_SEEDS", 8);
    let hours = setting("RIALTO_FLOW_HOURS", 1);
    let reports: Vec<RealismReport> = (1..=seeds)
        .map(|seed| RealismReport::of(run(preset, seed, hours), tick_class))
        .collect();
    for report in &reports {
        let kurtosis = (report.figures.kurtosis_1s, report.figures.kurtosis_10s);
        println!("{:?} {kurtosis:.1?} vr {:.2} acf {:.2} {:.2} gaps {:.2} spread {:.1} {:.2} rate {:.1} hid {:.2} logdev {:.2} vol {:.2} hump {} {:.2} shape {:?}", report.failed(),
            report.figures.variance_ratio_10, report.figures.abs_return_acf_1_20, report.figures.abs_return_acf_21_60, report.figures.gap_cv,
            report.figures.spread_mean, report.figures.spread_p95_to_p50, report.figures.events_per_s, report.figures.hidden_percent, report.figures.gap_log_deviation, report.figures.volatility_1s,
            report.figures.depth_peak_tick, report.figures.depth_at_25_to_peak, report.figures.metaorders);
    }
    let medians = median_report(&reports).expect("there are seeds");
    println!("{} · {seeds} seeds x {hours} h\n{medians}", preset.name());
    medians
}

#[test]
fn small_tick_passes_the_twelve_gates() {
    assert_eq!(report(Preset::SmallTick, TickClass::Small).failed(), Vec::<u32>::new());
}

#[test]
fn large_tick_passes_the_twelve_gates() {
    assert_eq!(report(Preset::LargeTick, TickClass::Large).failed(), Vec::<u32>::new());
}

#[test]
fn a_poisson_flow_fails_the_gates_on_clustering_memory_and_tails() {
    let failed = report(Preset::Poisson, TickClass::Small).failed();

    for gate in [3, 4, 5, 7, 8] {
        assert!(failed.contains(&gate), "gate {gate} let the control pass");
    }
}
