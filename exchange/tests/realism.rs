//! Goal: the flow of both presets looks like a market, and the control does not. Method: each runs against
//! the engine for an hour of its own time under several seeds; the medians of all figures meet the gates.
//!
//! `RIALTO_FLOW_SEEDS`, `RIALTO_FLOW_HOURS` and `RIALTO_FLOW_PRESETS` make the runs longer or fewer.

use std::fmt::Write;

use exchange::EngineMarket;
use feed_sim::offline::{Recorder, watch};
use feed_sim::realism::{
    Figures, Metaorder, Observer, RealismReport, TickClass, impact_exponent, median_report,
};
use feed_sim::{Model, ModelName, Preset};
use ring::digest::{Context, SHA256};

const HOUR_NS: u64 = 3_600_000_000_000;

fn setting(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).map_or(otherwise, |text| text.parse().expect("a whole number"))
}

fn run(preset: Preset, seed: u64, hours: u64) -> (Figures, Vec<Metaorder>) {
    let mut model = model(preset, preset.name(), seed);
    let until_ns = hours * HOUR_NS;
    let (tape, metaorders) = watch(&mut model, &mut EngineMarket::new(), until_ns, &mut |_| {});
    (Figures::of(&tape, &metaorders), metaorders)
}

fn model(preset: Preset, symbol: &str, seed: u64) -> Model {
    let name = ModelName {
        seed,
        symbol,
        sector: "one",
    };
    Model::new(preset.terms(), name)
}

/// The report on the medians over the seeds, and what is to be printed of it.
struct Medians {
    report: RealismReport,
    text: String,
    /// The exponent of impact of the metaorders of all seeds: one hour has too few long ones.
    impact_exponent: f64,
}

fn report(preset: Preset, tick_class: TickClass) -> Medians {
    let seeds = setting("RIALTO_FLOW_SEEDS", 8);
    let hours = setting("RIALTO_FLOW_HOURS", 1);
    let mut text = format!("{} · {seeds} seeds x {hours} h\n", preset.name());
    let mut reports = Vec::new();
    let mut metaorders = Vec::new();
    for seed in 1..=seeds {
        let (figures, known) = run(preset, seed, hours);
        metaorders.extend(known);
        let report = RealismReport::of(figures, tick_class);
        writeln!(text, "seed {seed}: failed {:?}", report.failed()).expect("texts grow");
        reports.push(report);
    }
    let report = median_report(&reports).expect("there are seeds");
    let impact_exponent = impact_exponent(&metaorders);
    let known = metaorders.len();
    write!(
        text,
        "{report}\nimpact of {known} metaorders: {impact_exponent:.3}"
    )
    .expect("texts grow");
    Medians {
        report,
        text,
        impact_exponent,
    }
}

#[test]
fn small_tick_passes_the_twelve_gates() {
    let medians = report(Preset::SmallTick, TickClass::Small);

    println!("{}", medians.text);
    assert_eq!(medians.report.failed(), Vec::<u32>::new());
    assert!((0.35..=0.70).contains(&medians.impact_exponent));
}

#[test]
fn large_tick_passes_the_twelve_gates() {
    let medians = report(Preset::LargeTick, TickClass::Large);

    println!("{}", medians.text);
    assert_eq!(medians.report.failed(), Vec::<u32>::new());
    assert!((0.35..=0.70).contains(&medians.impact_exponent));
}

/// The tape of one instrument of several in a flow.
fn tape(preset: Preset, symbol: &str, seed: u64) -> Observer {
    let mut model = model(preset, symbol, seed);
    watch(&mut model, &mut EngineMarket::new(), HOUR_NS, &mut |_| {}).0
}

/// Returns of the middle over so long.
fn returns(tape: &Observer, gap_ns: u64) -> Vec<f64> {
    let middles = tape.mid_grid(gap_ns);
    middles.windows(2).map(|pair| pair[1] - pair[0]).collect()
}

fn correlation(first: &[f64], second: &[f64]) -> f64 {
    let count = first.len().min(second.len());
    let (first, second) = (&first[..count], &second[..count]);
    let mean = |series: &[f64]| {
        series.iter().sum::<f64>() / f64::from(u32::try_from(count).expect("a tape is short"))
    };
    let (first_mean, second_mean) = (mean(first), mean(second));
    let sum = |one: &[f64], one_mean: f64, other: &[f64], other_mean: f64| -> f64 {
        let both = one.iter().zip(other);
        both.map(|(one, other)| (one - one_mean) * (other - other_mean))
            .sum()
    };
    let both = sum(first, first_mean, second, second_mean);
    both / (sum(first, first_mean, first, first_mean)
        * sum(second, second_mean, second, second_mean))
    .sqrt()
}

/// The middle of all.
fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let half = values.len() / 2;
    f64::midpoint(values[half - 1], values[half])
}

#[test]
fn instruments_of_one_flow_move_together_and_the_more_the_longer_one_looks() {
    for preset in [Preset::SmallTick, Preset::LargeTick] {
        let (mut at_1s, mut at_10s) = (Vec::new(), Vec::new());
        for seed in 1..=6 {
            let (first, second) = (tape(preset, "first", seed), tape(preset, "second", seed));
            let over = |gap_ns| correlation(&returns(&first, gap_ns), &returns(&second, gap_ns));
            at_1s.push(over(1_000_000_000));
            at_10s.push(over(10_000_000_000));
        }
        let (at_1s, at_10s) = (median(at_1s), median(at_10s));

        println!(
            "GOAL flow_correlation preset={} at_1s={at_1s:.2} at_10s={at_10s:.2}",
            preset.name()
        );
        assert!((0.15..=0.50).contains(&at_10s), "{at_10s}");
        assert!(at_1s < at_10s, "{at_1s} and {at_10s}");
    }
}

#[test]
fn a_poisson_flow_fails_the_gates_on_clustering_memory_and_tails() {
    let medians = report(Preset::Poisson, TickClass::Small);

    println!("{}", medians.text);
    let failed = medians.report.failed();
    for gate in [3, 4, 5, 7, 8] {
        assert!(failed.contains(&gate), "gate {gate} let the control pass");
    }
}

/// Rows of a tape that the golden hash is over.
const GOLDEN_ROWS: u64 = 1_000_000;

/// Hashes what is written to it.
struct Digest(Context);

impl std::io::Write for Digest {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// The SHA-256 of the first million rows of seed 7, as `--record` writes them.
fn golden(preset: Preset, hours: u64) -> String {
    let mut digest = Digest(Context::new(&SHA256));
    let mut recorder = Recorder::new(&mut digest);
    let mut rows = 0;
    feed_sim::offline::run(
        &mut model(preset, "golden", 7),
        &mut EngineMarket::new(),
        hours * HOUR_NS,
        &mut |row| {
            if rows < GOLDEN_ROWS {
                recorder.write(&row).expect("a hash takes everything");
                rows += 1;
            }
        },
        &mut |_| {},
    );
    assert_eq!(rows, GOLDEN_ROWS, "run it for longer");
    let hash = digest.0.finish();
    hash.as_ref().iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("texts grow");
        text
    })
}

#[test]
fn the_first_million_rows_of_small_tick_are_what_they_were() {
    assert_eq!(
        golden(Preset::SmallTick, 12),
        "3b265c7106a8a322987b6294a27b15a7da8b55cda63b4c64c510977b06fcd806"
    );
}

#[test]
fn the_first_million_rows_of_large_tick_are_what_they_were() {
    assert_eq!(
        golden(Preset::LargeTick, 3),
        "090c21b7dc1729e18fd70f0e0192fb66222c56126a5b027eb6a4d8b98bdeb37f"
    );
}
