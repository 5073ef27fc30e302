//! Goal: the page has everything it needs and everything it must say. Method: a summary by hand, its page as text.

use std::collections::BTreeMap;

use feed_sim::load::LoadRecord;

use super::*;
use crate::bench::baseline::Comparison;
use crate::bench::stages::StageLine;
use crate::bench::summary::{Load, Machine, TargetLine};
use crate::bench::target::Target;
use crate::bench::thresholds::Verdict;
use crate::bench::usage::Usage;

fn summary() -> BenchSummary {
    let mut record = LoadRecord::new(0, 1_000_000_000);
    for number in 1..=2_000 {
        record.note_sent(number, number + 10);
        record.note_answer(number, number + 100 * number);
    }
    record.finish(0);
    let usage = Usage {
        cores: 0.5,
        rss_mib: 40.0,
    };
    let stage = StageLine {
        stage: "match and settle".to_owned(),
        mean_us: 1.5,
    };
    let run = RunLine::new(
        (Target::Rialto, 1, 20_000),
        &record,
        (usage, usage),
        vec![stage],
    );
    let target = TargetLine::new(Target::Rialto, &[&run], None).unwrap();
    BenchSummary {
        command: "bench".to_owned(),
        version: "0.1.0".to_owned(),
        commit: "abc123".to_owned(),
        machine: Machine {
            cpu: "Nice <CPU>".to_owned(),
            cores: 2,
            memory_mib: 1_024,
            system: "6.1".to_owned(),
            placement: "apart".to_owned(),
            priority: "ahead".to_owned(),
        },
        flags: vec!["bench".to_owned(), "--rate".to_owned(), "20000".to_owned()],
        load: Load {
            kind: "open loop, latency from the intended send time".to_owned(),
            protocol: "json".to_owned(),
            arrivals: "poisson".to_owned(),
            rate: 20_000,
            connections: 16,
            instruments: 4,
            seconds: 1.0,
            warm_up_seconds: 1.0,
            seed: 77,
            sweep: false,
        },
        targets: vec![target],
        runs: vec![run],
        skipped: BTreeMap::from([("go".to_owned(), "not installed: Go".to_owned())]),
        thresholds: vec![Verdict {
            target: "rialto".to_owned(),
            threshold: "p99_us <= 10".to_owned(),
            value: Some(198.0),
            held: false,
        }],
        comparisons: vec![Comparison {
            target: "rialto".to_owned(),
            figure: "p50_us".to_owned(),
            before: 50.0,
            now: 100.0,
            judgement: Judgement::Worse,
        }],
        ok: false,
    }
}

#[test]
fn the_page_says_machine_commit_seed_flags_and_every_verdict() {
    let page = html(&summary(), None);

    for said in [
        "Nice &lt;CPU&gt;",
        "abc123",
        "<td>77</td>",
        "bench --rate 20000",
        "open loop, latency from the intended send time",
        "go was skipped: not installed: Go",
        "p99_us &lt;= 10",
        "<span class=\"failed\">failed</span>",
        "<td class=\"failed\">worse</td>",
    ] {
        assert!(page.contains(said), "the page does not say {said}");
    }
}

#[test]
fn the_page_draws_four_charts_with_a_script_of_its_own_and_loads_nothing() {
    let page = html(&summary(), None);

    for chart in ["percentiles", "histogram", "over-time", "stages"] {
        assert!(
            page.contains(&format!("id=\"{chart}\"")),
            "no place for {chart}"
        );
        assert!(
            page.contains(&format!("Plotly.newPlot(\"{chart}\"")),
            "{chart} is not drawn"
        );
    }
    assert!(page.contains("plotly.js v"), "the script is not in it");
    assert!(page.len() < 6_000_000, "the page has {} bytes", page.len());
    let (head, _) = page.split_once("<script>").unwrap();
    assert!(!head.contains("src="), "the head loads something");
    assert!(!page.contains("<script src"), "a script is loaded");
    assert!(!page.contains("<link"), "a style is loaded");
}

#[test]
fn an_earlier_run_is_laid_under_the_percentiles() {
    let now = summary();

    let page = html(&now, Some(&now));

    assert!(page.contains("rialto at 20000/s (baseline)"));
}

#[test]
fn a_summary_is_read_as_it_was_printed() {
    let summary = summary();

    let text = serde_json::to_string(&summary).unwrap();
    let read: BenchSummary = serde_json::from_str(&text).unwrap();

    assert_eq!(read.flags, summary.flags);
    assert_eq!(read.thresholds, summary.thresholds);
    assert_eq!(read.runs[0].answers, summary.runs[0].answers);
    let (p50, was) = (
        read.targets[0].p50_us.unwrap(),
        summary.targets[0].p50_us.unwrap(),
    );
    // A float is read to its last digit but one.
    assert!((p50 - was).abs() < was * 1e-12, "{p50} was {was}");
}
