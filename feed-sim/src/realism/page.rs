//! The report as one page with plots: no script, nothing loaded from elsewhere.

use std::fmt::Write;

use crate::flow::arithmetic::real;
use crate::realism::gates::{RealismReport, Verdict};
use crate::realism::observer::Observer;
use crate::realism::statistics::autocorrelation;

const WIDTH: f64 = 420.0;
const HEIGHT: f64 = 220.0;
const MARGIN: f64 = 34.0;
const POINTS_MAX: usize = 800;
const SECOND_NS: u64 = 1_000_000_000;
const STYLE: &str = "body{font:14px system-ui,sans-serif;margin:24px;max-width:920px;color:#222}\
table{border-collapse:collapse;width:100%}td,th{padding:2px 8px;text-align:left;border-bottom:1px solid #ddd}\
.pass{color:#176d2c}.fail{color:#b00020;font-weight:bold}.none{color:#888}\
figure{display:inline-block;margin:8px}figcaption{font-size:12px;color:#555}\
svg{background:#fafafa;border:1px solid #ddd}path{fill:none;stroke:#2457a6;stroke-width:1.2}text{font-size:10px;fill:#666}";

/// One plot: a caption and its points, x rising.
struct Plot {
    caption: &'static str,
    points: Vec<(f64, f64)>,
}

/// The page of one report.
pub fn page(title: &str, tape: &Observer, report: &RealismReport) -> String {
    let title = escape(title);
    let mut html = format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Realism of {title}</title>\
         <style>{STYLE}</style></head><body><h1>Realism of {title}</h1>\n<p>{}</p>\n",
        if report.passes {
            "No gate failed."
        } else {
            "At least one gate failed."
        }
    );
    table(&mut html, report);
    for plot in plots(tape) {
        figure(&mut html, &plot);
    }
    html.push_str("</body></html>\n");
    html
}

fn table(html: &mut String, report: &RealismReport) {
    html.push_str(
        "<table><tr><th>gate</th><th>figure</th><th>target</th><th>value</th><th>verdict</th></tr>\n",
    );
    for gate in report.gates.iter().chain(&report.extra) {
        for check in &gate.checks {
            let (class, word) = match check.verdict {
                Verdict::Pass => ("pass", "pass"),
                Verdict::Fail => ("fail", "fail"),
                Verdict::NotMeasured => ("none", "not measured"),
            };
            let number = if gate.number == 0 {
                "extra".to_owned()
            } else {
                gate.number.to_string()
            };
            // Writing to a string cannot fail.
            let _ = writeln!(
                html,
                "<tr><td>{number} {}</td><td>{}</td><td>{} .. {}</td><td>{:.3}</td><td class=\"{class}\">{word}</td></tr>",
                gate.name,
                escape(check.figure),
                check.low,
                check.high,
                check.value
            );
        }
    }
    html.push_str("</table>\n");
}

fn plots(tape: &Observer) -> Vec<Plot> {
    let mids = tape.mid_grid(SECOND_NS);
    let returns: Vec<f64> = mids.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let sizes: Vec<f64> = returns.iter().map(|change| change.abs()).collect();
    let signs: Vec<f64> = tape.parents.iter().map(|parent| parent.sign).collect();
    let lags = |series: &[f64], last: usize| -> Vec<(f64, f64)> {
        (1..=last)
            .map(|lag| (real(lag as u64), autocorrelation(series, lag)))
            .collect()
    };
    let total: f64 = tape.spread_s.iter().sum();
    let indexed = |values: &[f64]| -> Vec<(f64, f64)> {
        (0_u64..).map(real).zip(values.iter().copied()).collect()
    };
    let spread: Vec<f64> = tape.spread_s.iter().take(80).map(|s| s / total).collect();
    let peak = tape.shape.iter().copied().fold(1.0, f64::max);
    let shape: Vec<f64> = tape.shape.iter().map(|lots| lots / peak).collect();
    vec![
        Plot {
            caption: "Middle of the book, ticks, by second",
            points: thinned(&indexed(&mids)),
        },
        Plot {
            caption: "Autocorrelation of trade signs, by lag in trades",
            points: lags(&signs, 100),
        },
        Plot {
            caption: "Autocorrelation of absolute 1 s returns, by lag in seconds",
            points: lags(&sizes, 100),
        },
        Plot {
            caption: "Autocorrelation of 1 s returns, by lag in seconds",
            points: lags(&returns, 50),
        },
        Plot {
            caption: "Share of time by spread in ticks",
            points: indexed(&spread),
        },
        Plot {
            caption: "Mean shape of the book, by ticks behind the best, of its peak",
            points: indexed(&shape),
        },
    ]
}

fn thinned(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let step = points.len() / POINTS_MAX + 1;
    points.iter().copied().step_by(step).collect()
}

fn figure(html: &mut String, plot: &Plot) {
    let finite: Vec<(f64, f64)> = plot
        .points
        .iter()
        .copied()
        .filter(|(_, y)| y.is_finite())
        .collect();
    let (Some(first), Some(last)) = (finite.first(), finite.last()) else {
        return;
    };
    let low = finite.iter().map(|(_, y)| *y).fold(f64::INFINITY, f64::min);
    let high = finite
        .iter()
        .map(|(_, y)| *y)
        .fold(f64::NEG_INFINITY, f64::max);
    let across = (last.0 - first.0).max(1e-9);
    let along = (high - low).max(1e-9);
    let mut path = String::new();
    for (place, (x, y)) in finite.iter().enumerate() {
        let verb = if place == 0 { 'M' } else { 'L' };
        let x = MARGIN + (x - first.0) / across * (WIDTH - MARGIN - 8.0);
        let y = 8.0 + (high - y) / along * (HEIGHT - MARGIN);
        let _ = write!(path, "{verb}{x:.1} {y:.1}");
    }
    let _ = writeln!(
        html,
        "<figure><svg width=\"{WIDTH}\" height=\"{HEIGHT}\"><path d=\"{path}\"/>\
         <text x=\"2\" y=\"14\">{high:.3}</text><text x=\"2\" y=\"{}\">{low:.3}</text>\
         <text x=\"{MARGIN}\" y=\"{}\">{:.0}</text><text x=\"{}\" y=\"{}\">{:.0}</text></svg>\
         <figcaption>{}</figcaption></figure>",
        HEIGHT - 22.0,
        HEIGHT - 6.0,
        first.0,
        WIDTH - 40.0,
        HEIGHT - 6.0,
        last.0,
        plot.caption
    );
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
