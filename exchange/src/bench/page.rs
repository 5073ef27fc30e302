//! A bench as one page that needs nothing else: figures, charts, flags, verdicts.

mod charts;

use std::fmt::Write as _;
use std::io::Read;

use flate2::read::GzDecoder;
use gateway::PLOTLY_GZIP;

use crate::bench::baseline::Judgement;
use crate::bench::summary::{BenchSummary, RunLine};

const STYLE: &str = include_str!("page/style.css");

/// The page; an earlier run is laid under its charts.
pub fn html(summary: &BenchSummary, old: Option<&BenchSummary>) -> String {
    let mut body = String::new();
    put_head(&mut body, summary);
    put_targets(&mut body, summary);
    put_verdicts(&mut body, summary);
    let charts = charts::all(&shown(summary), &old.map(shown).unwrap_or_default());
    for chart in &charts {
        let _ = writeln!(
            body,
            "<h2>{}</h2><p>{}</p><div class=\"chart\" id=\"{}\"></div>",
            escaped(chart.title),
            escaped(chart.note),
            chart.id
        );
    }
    put_runs(&mut body, summary);
    let mut drawing = String::new();
    for chart in &charts {
        let _ = writeln!(
            drawing,
            "Plotly.newPlot(\"{}\", {}, {}, {{responsive: true, displaylogo: false}});",
            chart.id,
            in_script(&chart.traces),
            in_script(&chart.layout)
        );
    }
    format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>rialto bench</title>\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<style>{STYLE}</style>\n\
         <script>{}</script></head>\n<body>\n{body}\n<script>\n{drawing}</script>\n</body></html>\n",
        script()
    )
}

/// The run of each target whose charts are shown: of a sweep the fastest that held its rate, else the last one.
fn shown(summary: &BenchSummary) -> Vec<&RunLine> {
    let of_target = |line: &crate::bench::summary::TargetLine| {
        let mut runs = summary
            .runs
            .iter()
            .rev()
            .filter(|run| run.target == line.target);
        match line.rate_held {
            Some(rate) => runs.find(|run| run.rate == rate),
            None => runs.next(),
        }
    };
    summary.targets.iter().filter_map(of_target).collect()
}

fn put_head(body: &mut String, summary: &BenchSummary) {
    let (machine, load) = (&summary.machine, &summary.load);
    let verdict = if summary.ok { "passed" } else { "failed" };
    let _ = writeln!(
        body,
        "<h1>rialto bench <span class=\"{verdict}\">{verdict}</span></h1>\n<p>{}: an order that leaves late is late, \
         not left out.</p>\n<table class=\"facts\">",
        escaped(&load.kind)
    );
    let facts = [
        (
            "machine",
            format!(
                "{}, {} cores, {} MiB, {}",
                machine.cpu, machine.cores, machine.memory_mib, machine.system
            ),
        ),
        ("cores of load and exchange", machine.placement.clone()),
        ("priority of both", machine.priority.clone()),
        (
            "commit",
            format!("{} (version {})", summary.commit, summary.version),
        ),
        ("flags", summary.flags.join(" ")),
        ("seed", load.seed.to_string()),
        ("protocol", load.protocol.clone()),
        (
            "load",
            format!(
                "{} orders/s, {} arrivals, {} connections, {} instruments, {} s after {} s of warm-up{}",
                load.rate,
                load.arrivals,
                load.connections,
                load.instruments,
                load.seconds,
                load.warm_up_seconds,
                if load.sweep { ", sweep" } else { "" }
            ),
        ),
    ];
    for (name, fact) in facts {
        let _ = writeln!(body, "<tr><th>{name}</th><td>{}</td></tr>", escaped(&fact));
    }
    body.push_str("</table>\n");
}

fn put_targets(body: &mut String, summary: &BenchSummary) {
    body.push_str(
        "<h2>Targets</h2><table><tr><th>target</th><th>rate held</th><th>answers/s</th><th>p50 us</th><th>p99 us</th>\
         <th>p99.9 us</th><th>cores</th><th>RSS MiB</th><th>errors</th></tr>\n",
    );
    for line in &summary.targets {
        let figure = |us: Option<f64>| us.map_or_else(|| "–".to_owned(), |us| format!("{us:.0}"));
        let rate = line
            .rate_held
            .map_or_else(|| "–".to_owned(), |rate| rate.to_string());
        let _ = writeln!(
            body,
            "<tr><td>{}</td><td>{rate}</td><td>{:.0}</td><td>{}</td><td>{}</td><td>{}</td><td>{:.2}</td><td>{:.0}</td><td>{}</td></tr>",
            line.target.name(),
            line.answers_per_s,
            figure(line.p50_us),
            figure(line.p99_us),
            figure(line.p999_us),
            line.exchange_cores,
            line.exchange_rss_mib,
            line.errors
        );
    }
    body.push_str("</table>\n");
    for (target, reason) in &summary.skipped {
        let _ = writeln!(
            body,
            "<p class=\"failed\">{} was skipped: {}</p>",
            escaped(target),
            escaped(reason)
        );
    }
}

fn put_verdicts(body: &mut String, summary: &BenchSummary) {
    body.push_str(
        "<h2>Verdicts</h2><table><tr><th></th><th>target</th><th>threshold</th><th>is</th></tr>\n",
    );
    for verdict in &summary.thresholds {
        let (class, mark) = if verdict.held {
            ("passed", "✓")
        } else {
            ("failed", "✗")
        };
        let value = verdict.value.map_or_else(
            || "not known: too few samples".to_owned(),
            |value| format!("{value:.1}"),
        );
        let _ = writeln!(
            body,
            "<tr><td class=\"{class}\">{mark}</td><td>{}</td><td>{}</td><td>{value}</td></tr>",
            escaped(&verdict.target),
            escaped(&verdict.threshold)
        );
    }
    body.push_str("</table>\n");
    if summary.comparisons.is_empty() {
        return;
    }
    body.push_str("<h2>Against the baseline</h2><table><tr><th></th><th>target</th><th>figure</th><th>was</th><th>is</th></tr>\n");
    for line in &summary.comparisons {
        let (class, word) = match line.judgement {
            Judgement::Better => ("passed", "better"),
            Judgement::Same => ("", "same"),
            Judgement::Worse => ("failed", "worse"),
        };
        let _ = writeln!(
            body,
            "<tr><td class=\"{class}\">{word}</td><td>{}</td><td>{}</td><td>{:.1}</td><td>{:.1}</td></tr>",
            escaped(&line.target),
            escaped(&line.figure),
            line.before,
            line.now
        );
    }
    body.push_str("</table>\n");
}

fn put_runs(body: &mut String, summary: &BenchSummary) {
    body.push_str(
        "<h2>Every run</h2><table><tr><th>round</th><th>target</th><th>rate</th><th>answers/s</th><th>latency us</th>\
         <th>load late, p99 us</th><th>answers</th><th>errors</th></tr>\n",
    );
    for run in &summary.runs {
        let counts = |counts: &std::collections::BTreeMap<String, u64>| {
            let words: Vec<String> = counts
                .iter()
                .map(|(kind, count)| format!("{kind} {count}"))
                .collect();
            escaped(&words.join(", "))
        };
        let told: Vec<String> = run
            .latency
            .told
            .iter()
            .map(|told| format!("{} {:.0}", told.name, told.us))
            .collect();
        let late = run
            .lateness
            .us("p99")
            .map_or_else(|| "–".to_owned(), |us| format!("{us:.0}"));
        let _ = writeln!(
            body,
            "<tr><td>{}</td><td>{}</td><td>{}</td><td>{:.0}</td><td>{}, max {:.0}</td><td>{late}</td><td>{}</td><td>{}</td></tr>",
            run.round,
            run.target.name(),
            run.rate,
            run.answers_per_s,
            told.join(", "),
            run.latency.max_us,
            counts(&run.answers),
            counts(&run.errors)
        );
    }
    body.push_str("</table>\n");
}

fn script() -> String {
    let mut script = String::new();
    GzDecoder::new(PLOTLY_GZIP)
        .read_to_string(&mut script)
        .expect("the script was packed when this program was built");
    script
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

/// JSON that cannot end the script that it stands in.
fn in_script(value: &serde_json::Value) -> String {
    value.to_string().replace('<', "\\u003c")
}

#[cfg(test)]
mod tests;
