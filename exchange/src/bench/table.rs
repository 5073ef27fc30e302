//! A bench for people: a line a run, a table of the targets, every verdict.

use std::fmt::Write as _;

use feed_sim::load::Percentiles;

use crate::bench::baseline::Judgement;
use crate::bench::summary::{BenchSummary, RunLine};

/// One run on one line.
pub fn run(line: &RunLine) -> String {
    let mut text = format!(
        "{:<16} {:>9} orders/s · {:>9.0} answers/s · {}",
        line.target.name(),
        line.rate,
        line.answers_per_s,
        percentiles(&line.latency)
    );
    let _ = write!(
        text,
        " · {:.2} cores, {:.0} MiB · load {:.2} cores",
        line.exchange.cores, line.exchange.rss_mib, line.client.cores
    );
    for (kind, count) in &line.errors {
        let _ = write!(text, " · {count} {kind}");
    }
    text
}

/// Everything, after the last run.
pub fn text(summary: &BenchSummary) -> String {
    let load = &summary.load;
    let mut text = format!(
        "\n{} · {} cores ({}, priority {}) · {}\n{} · {} · {} connections · {} instruments · seed {} · {}\n\n",
        summary.machine.cpu,
        summary.machine.cores,
        summary.machine.placement,
        summary.machine.priority,
        summary.machine.system,
        load.kind,
        load.protocol,
        load.connections,
        load.instruments,
        load.seed,
        load.arrivals,
    );
    let _ = writeln!(
        text,
        "{:<16} {:>12} {:>12} {:>9} {:>9} {:>9} {:>7} {:>8} {:>7}",
        "target",
        "rate held",
        "answers/s",
        "p50 us",
        "p99 us",
        "p99.9 us",
        "cores",
        "RSS MiB",
        "errors"
    );
    for line in &summary.targets {
        let _ = writeln!(
            text,
            "{:<16} {:>12} {:>12.0} {:>9} {:>9} {:>9} {:>7.2} {:>8.0} {:>7}",
            line.target.name(),
            line.rate_held
                .map_or_else(|| "-".to_owned(), |rate| rate.to_string()),
            line.answers_per_s,
            figure(line.p50_us),
            figure(line.p99_us),
            figure(line.p999_us),
            line.exchange_cores,
            line.exchange_rss_mib,
            line.errors
        );
    }
    put_stages(&mut text, summary);
    for (target, reason) in &summary.skipped {
        let _ = writeln!(text, "SKIPPED {target}: {reason}");
    }
    put_verdicts(&mut text, summary);
    text
}

/// Of the last run of each target that tells.
fn put_stages(text: &mut String, summary: &BenchSummary) {
    for line in &summary.targets {
        let runs = summary.runs.iter().rev();
        let told = runs
            .filter(|run| run.target == line.target)
            .find(|run| !run.stages.is_empty());
        if let Some(run) = told {
            let _ = write!(
                text,
                "stages of {} at {} orders/s, mean us:",
                run.target, run.rate
            );
            for stage in &run.stages {
                let _ = write!(text, " {} {:.1} ·", stage.stage, stage.mean_us);
            }
            let _ = writeln!(text, " order to answer {:.1}", run.latency.mean_us);
        }
    }
}

fn put_verdicts(text: &mut String, summary: &BenchSummary) {
    for verdict in &summary.thresholds {
        let _ = writeln!(
            text,
            "{} {} {} (is {})",
            if verdict.held { "✓" } else { "✗" },
            verdict.target,
            verdict.threshold,
            verdict
                .value
                .map_or_else(|| "not known".to_owned(), |value| format!("{value:.1}"))
        );
    }
    for comparison in &summary.comparisons {
        let word = match comparison.judgement {
            Judgement::Better => "better",
            Judgement::Same => "same",
            Judgement::Worse => "WORSE",
        };
        let _ = writeln!(
            text,
            "{word:<6} {} {}: {:.1}, was {:.1}",
            comparison.target, comparison.figure, comparison.now, comparison.before
        );
    }
}

fn percentiles(latency: &Percentiles) -> String {
    let mut text = String::new();
    for told in &latency.told {
        if told.name != "p75" {
            let _ = write!(text, "{} {:.0} ", told.name, told.us);
        }
    }
    let _ = write!(text, "max {:.0} us", latency.max_us);
    text
}

fn figure(us: Option<f64>) -> String {
    us.map_or_else(|| "-".to_owned(), |us| format!("{us:.0}"))
}
