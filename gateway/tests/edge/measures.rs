//! What the exchange tells of itself: metrics, performance, and whether it serves.

use serde_json::{Value, json};

use crate::admin::operate;
use crate::handshake::exchange;
use crate::participant::{Participant, limit};
use crate::venue::{Venue, until};

/// The body of a GET on the public port.
async fn page(venue: &Venue, path: &str) -> String {
    let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    let answer = exchange(venue, &request).await;
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    answer.split_once("\r\n\r\n").unwrap().1.to_owned()
}

/// A venue on which one order rests, one trades with it, and one is refused by the engine and one at the door.
async fn traded() -> (Venue, [Participant; 2]) {
    let venue = Venue::open().await;
    let mut alice = Participant::log_on(&venue, "alice").await;
    let mut bob = Participant::log_on(&venue, "bob").await;
    alice.ask(&limit(1, "buy", "100.00", "2")).await;
    bob.ask(&limit(1, "sell", "100.00", "0.5")).await;
    bob.ask(r#"{"op":"cancel","id":2,"symbol":"BTCUSDT","order_id":77}"#)
        .await;
    bob.ask(&limit(3, "buy", "100.001", "0.5")).await;
    until("the trade is published", || {
        venue.view.counters().trades == 1
    })
    .await;
    (venue, [alice, bob])
}

#[tokio::test]
async fn metrics_count_what_happened() {
    let (venue, _participants) = traded().await;

    let metrics = page(&venue, "/metrics").await;

    for line in [
        "rialto_ready 1",
        "rialto_halted 0",
        "rialto_orders_total 2",
        "rialto_trades_total 1",
        "rialto_commands_total 3",
        "rialto_rejects_total{reason=\"unknown_order\"} 1",
        "rialto_rejects_total{reason=\"invalid_price\"} 1",
        "rialto_sessions 2",
        "rialto_slow_consumers_total 0",
        "rialto_fallen_behind_total 0",
        "rialto_queue_depth{matcher=\"0\"} 0",
        "rialto_queue_full_total{matcher=\"0\"} 0",
        "rialto_history_waits_total 0",
        "rialto_history_failed 0",
        "rialto_recovery_seconds 0.000000000",
        "rialto_open_orders{symbol=\"BTCUSDT\"} 1",
        "rialto_stage_seconds_count{stage=\"match\"} 3",
        "rialto_stage_seconds_count{stage=\"total\"} 3",
        "rialto_stage_seconds_bucket{stage=\"total\",le=\"+Inf\"} 3",
        "# TYPE rialto_journal_sync_seconds histogram",
    ] {
        assert!(
            metrics.lines().any(|found| found == line),
            "{line} is not in\n{metrics}"
        );
    }
    venue.close().await;
}

#[tokio::test]
async fn every_metric_has_help_and_a_type_and_no_value_twice() {
    let (venue, _participants) = traded().await;

    let metrics = page(&venue, "/metrics").await;

    let mut seen = std::collections::BTreeSet::new();
    let mut declared = std::collections::BTreeSet::new();
    for line in metrics.lines() {
        if let Some(typed) = line.strip_prefix("# TYPE ") {
            let name = typed.split(' ').next().unwrap();
            assert!(
                metrics.contains(&format!("# HELP {name} ")),
                "{name} has no help"
            );
            assert!(declared.insert(name.to_owned()), "{name} is declared twice");
        } else if !line.starts_with('#') {
            let (sample, value) = line.rsplit_once(' ').unwrap();
            assert!(seen.insert(sample.to_owned()), "{sample} is told twice");
            assert!(value.parse::<f64>().is_ok(), "{line}");
            let name = sample.split('{').next().unwrap();
            let family = ["_bucket", "_sum", "_count"]
                .iter()
                .find_map(|part| {
                    name.strip_suffix(part)
                        .filter(|base| declared.contains(*base))
                })
                .unwrap_or(name);
            assert!(declared.contains(family), "{name} has no type");
        }
    }
    assert!(seen.len() > 100, "{} samples", seen.len());
    venue.close().await;
}

#[tokio::test]
async fn performance_tells_stages_and_rejects() {
    let (venue, _participants) = traded().await;

    let told: Value = serde_json::from_str(&page(&venue, "/v1/performance").await).unwrap();

    assert_eq!(told["condition"], "ok");
    assert_eq!(told["gateway"]["accepted"], 2);
    assert_eq!(
        told["rejects"],
        json!({"invalid_price": 1, "unknown_order": 1})
    );
    let stages: Vec<_> = told["stages"].as_array().unwrap().iter().collect();
    let names: Vec<_> = stages
        .iter()
        .map(|stage| stage["stage"].as_str().unwrap())
        .collect();
    assert_eq!(
        names,
        [
            "decode", "door", "queue", "append", "match", "journal", "publish", "total"
        ]
    );
    for stage in stages {
        assert_eq!(stage["count"], 3, "{stage}");
        let counted: u64 = stage["buckets"]
            .as_array()
            .unwrap()
            .iter()
            .map(|bucket| bucket[1].as_u64().unwrap())
            .sum();
        assert_eq!(counted, 3, "{stage}");
        assert!(stage["p50_ns"].as_u64() <= stage["p99_ns"].as_u64());
        assert!(stage["p99_ns"].as_u64() <= stage["max_ns"].as_u64());
    }
    venue.close().await;
}

#[tokio::test]
async fn an_exchange_that_serves_is_live_and_ready_on_both_ports() {
    let venue = Venue::open().await;

    for path in ["/health/live", "/health/ready", "/healthz"] {
        assert_eq!(page(&venue, path).await, r#"{"status":"ok"}"#);
        let (status, body) = operate(&venue, "GET", path, "").await;
        assert_eq!((status, body), (200, json!({"status": "ok"})), "{path}");
    }
    venue.close().await;
}

#[tokio::test]
async fn what_the_binance_persona_refuses_is_counted_by_code() {
    let venue = Venue::open().await;
    for symbol in ["NONESUCH", "NONESUCH", "BTCUSDT"] {
        let path = format!("/api/v3/depth?symbol={symbol}");
        let request =
            format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        exchange(&venue, &request).await;
    }

    let metrics = page(&venue, "/metrics").await;

    let counted: Vec<&str> = metrics
        .lines()
        .filter(|line| line.starts_with("rialto_binance_refusals_total{"))
        .collect();
    assert_eq!(
        counted,
        [r#"rialto_binance_refusals_total{code="-1121"} 2"#]
    );
    venue.close().await;
}

/// Words that name metrics of ours in a text.
fn metrics_named_in(text: &str) -> std::collections::BTreeSet<&str> {
    text.split(|character: char| !character.is_ascii_alphanumeric() && character != '_')
        .filter(|word| word.starts_with("rialto_"))
        .collect()
}

#[tokio::test]
async fn what_the_guide_and_the_dashboard_name_is_told() {
    let (venue, _participants) = traded().await;
    let metrics = page(&venue, "/metrics").await;
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");

    for document in ["docs/operations.md", "docs/grafana-dashboard.json"] {
        let text = std::fs::read_to_string(root.join(document)).unwrap();
        let named = metrics_named_in(&text);
        assert!(named.len() > 10, "{document} names {}", named.len());
        for name in named {
            assert!(
                metrics.contains(&format!("\n{name} "))
                    || metrics.contains(&format!("\n{name}{{"))
                    || metrics.contains(&format!("# TYPE {name} ")),
                "{document} names {name}, which is not told"
            );
        }
    }
    let dashboard = std::fs::read_to_string(root.join("docs/grafana-dashboard.json")).unwrap();
    let dashboard: Value = serde_json::from_str(&dashboard).unwrap();
    assert_eq!(dashboard["panels"].as_array().unwrap().len(), 15);
    venue.close().await;
}
