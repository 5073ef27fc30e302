//! The charts of a page, as figures of the chart script.

use serde_json::{Value, json};

use crate::bench::summary::RunLine;

/// One chart.
pub struct Chart {
    /// Of its place on the page.
    pub id: &'static str,
    /// Above it.
    pub title: &'static str,
    /// Below that: what it shows.
    pub note: &'static str,
    /// What is drawn.
    pub traces: Value,
    /// How.
    pub layout: Value,
}

/// Colors of the targets, in their order.
const COLORS: [&str; 8] = [
    "#1f6feb", "#d1570a", "#2da44e", "#8250df", "#bf3989", "#57606a", "#9a6700", "#0a7ea4",
];

/// All charts; `old` is an earlier run, drawn with dots.
pub fn all(runs: &[&RunLine], old: &[&RunLine]) -> Vec<Chart> {
    vec![
        percentiles(runs, old),
        histogram(runs),
        over_time(runs),
        stages(runs),
    ]
}

fn color(place: usize) -> &'static str {
    COLORS[place % COLORS.len()]
}

fn name(run: &RunLine) -> String {
    format!("{} at {}/s", run.target.name(), run.rate)
}

fn percentiles(runs: &[&RunLine], old: &[&RunLine]) -> Chart {
    let trace = |run: &RunLine, place: usize, dash: &str, name: String| {
        json!({
            "type": "scatter", "mode": "lines", "name": name,
            "line": {"color": color(place), "dash": dash},
            "x": run.curve.iter().map(|point| point.nines).collect::<Vec<_>>(),
            "y": run.curve.iter().map(|point| point.us).collect::<Vec<_>>(),
        })
    };
    let mut traces: Vec<Value> = runs
        .iter()
        .enumerate()
        .map(|(place, run)| trace(run, place, "solid", name(run)))
        .collect();
    for before in old {
        let place = runs.iter().position(|run| run.target == before.target);
        let named = format!("{} (baseline)", name(before));
        traces.push(trace(before, place.unwrap_or(runs.len()), "dot", named));
    }
    Chart {
        id: "percentiles",
        title: "Latency by percentile",
        note: "Each nine is as wide as the one before: x is 1/(1-p). A curve ends where ten samples are left.",
        traces: Value::Array(traces),
        layout: json!({
            "xaxis": {
                "type": "log", "title": {"text": "percentile"},
                "tickvals": [1, 2, 10, 100, 1_000, 10_000, 100_000, 1_000_000],
                "ticktext": ["0", "p50", "p90", "p99", "p99.9", "p99.99", "p99.999", "p99.9999"],
            },
            "yaxis": {"type": "log", "title": {"text": "us"}},
            "margin": {"t": 10},
        }),
    }
}

fn histogram(runs: &[&RunLine]) -> Chart {
    let trace = |(place, run): (usize, &&RunLine)| {
        json!({
            "type": "scatter", "mode": "lines", "fill": "tozeroy", "name": name(run),
            "line": {"color": color(place), "shape": "hvh"},
            "x": run.histogram.iter().map(|bar| bar.up_to_us).collect::<Vec<_>>(),
            "y": run.histogram.iter().map(|bar| bar.count).collect::<Vec<_>>(),
        })
    };
    Chart {
        id: "histogram",
        title: "Histogram",
        note: "Answers by latency; each bar is an eighth wider than the one before.",
        traces: runs.iter().enumerate().map(trace).collect(),
        layout: json!({
            "xaxis": {"type": "log", "title": {"text": "us"}},
            "yaxis": {"title": {"text": "answers"}},
            "margin": {"t": 10},
        }),
    }
}

fn over_time(runs: &[&RunLine]) -> Chart {
    let mut traces = Vec::new();
    for (place, run) in runs.iter().enumerate() {
        let at: Vec<f64> = run.intervals.iter().map(|line| line.at_s).collect();
        let p99: Vec<Option<f64>> = run.intervals.iter().map(|line| line.p99_us).collect();
        let max: Vec<f64> = run.intervals.iter().map(|line| line.max_us).collect();
        traces.push(json!({
            "type": "scatter", "mode": "lines", "name": format!("{}, p99", name(run)),
            "line": {"color": color(place)}, "x": at, "y": p99,
        }));
        traces.push(json!({
            "type": "scatter", "mode": "markers", "name": format!("{}, max", name(run)),
            "marker": {"color": color(place), "size": 4}, "x": at, "y": max,
        }));
    }
    Chart {
        id: "over-time",
        title: "Latency over time",
        note: "By when the answer came, from the end of the warm-up on.",
        traces: Value::Array(traces),
        layout: json!({
            "xaxis": {"title": {"text": "s"}},
            "yaxis": {"type": "log", "title": {"text": "us"}},
            "margin": {"t": 10},
        }),
    }
}

fn stages(runs: &[&RunLine]) -> Chart {
    let told: Vec<&&RunLine> = runs.iter().filter(|run| !run.stages.is_empty()).collect();
    let names: Vec<String> = told.iter().map(|run| name(run)).collect();
    let mut traces = Vec::new();
    let count = told.first().map_or(0, |run| run.stages.len());
    for place in 0..count {
        let means: Vec<f64> = told.iter().map(|run| run.stages[place].mean_us).collect();
        traces.push(json!({
            "type": "bar", "orientation": "h", "name": told[0].stages[place].stage,
            "marker": {"color": color(place)}, "y": names, "x": means,
        }));
    }
    let rest: Vec<f64> = told
        .iter()
        .map(|run| {
            let known: f64 = run.stages.iter().map(|stage| stage.mean_us).sum();
            (run.latency.mean_us - known).max(0.0)
        })
        .collect();
    traces.push(json!({
        "type": "bar", "orientation": "h", "name": "sockets, wake-ups and the load itself",
        "marker": {"color": "#d0d7de"}, "y": names, "x": rest,
    }));
    Chart {
        id: "stages",
        title: "Where the time goes",
        note: "Mean of each stage inside the exchange, by its own stamps; what is left is between the two programs.",
        traces: Value::Array(traces),
        layout: json!({
            "barmode": "stack", "xaxis": {"title": {"text": "us, mean"}},
            "yaxis": {"automargin": true}, "margin": {"t": 10},
        }),
    }
}
