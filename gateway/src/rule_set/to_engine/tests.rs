//! What is written means what it says, is written back as it was read, and mistakes name their key.

use engine::Rules;
use protocol::Scale;

use crate::rule_set::RuleSet;

const SCALE: Scale = Scale {
    price_decimals: 2,
    quantity_decimals: 3,
};

/// Every key that there is.
const EVERY_KEY: &str = r#"{
    "matching": "pro_rata",
    "pro_rata": {
        "minimum_allocation": "0.002",
        "top_order": {"quantity_min": "0.005", "quantity_max": "10"},
        "first_in_first_out_percent": "40"
    },
    "market_residual": "cancel",
    "growing_child": "keep",
    "stop_on_entry": "trigger",
    "refill": {"low_percent": 80, "high_percent": 120},
    "entry_band": {"low": "10", "high": "1000.50"},
    "execution_range": {"low_percent": "50", "high_percent": "200"},
    "corridors": {
        "dynamic_percent": "2",
        "static_percent": "7.5",
        "call": {"length": "2m", "random_max": "30s", "extension": "1m"}
    },
    "luld": {
        "percent": "5",
        "beyond_band": "reject",
        "limit_state": "15s",
        "pause": "5m",
        "mean": {"window": "5m", "every": "30s"},
        "reopening": {"length": "10m"},
        "doubled": [{"from": "09:30", "until": "09:45"}, {"from": "15:35", "until": "16:00"}]
    },
    "velocity": {"ticks": 20, "window": "1s", "reserved": {"length": "5s"}},
    "stop_logic": {"distance": "1.50", "reserved": {"length": "10s"}},
    "auction_self_trade": "cancel_newest",
    "indicative": "each_change",
    "protected_groups": [
        {"group": 1, "quantity": "1.5", "window": "1s", "kind": "tumbling", "freeze": "5s"},
        {"group": 2, "trades": 10, "delta": "0.250", "window": "250ms", "kind": "sliding"}
    ],
    "schedule": {
        "day": "24h",
        "steps": [
            {"at": "09:00", "state": "opening_auction"},
            {"at": "09:30", "random_max": "30s", "state": "continuous"},
            {"at": "16:00:00.500", "state": "closed"}
        ]
    },
    "reference": "100.25",
    "random_seed": 42,
    "batch_instructions_max": 10
}"#;

fn read(text: &str) -> RuleSet {
    serde_json::from_str(text).unwrap()
}

fn key_of_mistake(text: &str) -> String {
    read(text).to_rules(SCALE).unwrap_err().key
}

#[test]
fn every_key_is_read_and_written_back() {
    let rules = read(EVERY_KEY).to_rules(SCALE).unwrap();

    let written = serde_json::to_string(&RuleSet::of(&rules, SCALE)).unwrap();

    assert_eq!(read(&written).to_rules(SCALE).unwrap(), rules);
    let asked: serde_json::Value = serde_json::from_str(EVERY_KEY).unwrap();
    let told: serde_json::Value = serde_json::from_str(&written).unwrap();
    let keys = |value: &serde_json::Value| {
        let keys = value.as_object().unwrap().keys().cloned();
        keys.collect::<std::collections::BTreeSet<_>>()
    };
    assert_eq!(keys(&told), keys(&asked));
}

#[test]
fn values_are_in_the_units_of_the_instrument_and_of_engine_time() {
    let rules = read(EVERY_KEY).to_rules(SCALE).unwrap();

    let velocity = rules.velocity.unwrap();
    assert_eq!((velocity.ticks, velocity.window), (20, 1_000_000_000));
    assert_eq!(rules.stop_logic.unwrap().distance, 150);
    assert_eq!(rules.reference.unwrap().units(), 10_025);
    assert_eq!(rules.corridors.static_bips, Some(750));
    let group = rules.protected_groups.get(engine::MmpGroup(2)).unwrap();
    assert_eq!(group.limits.delta.unwrap().units(), 250);
    assert_eq!(group.window, engine::ProtectionWindow::Sliding(250_000_000));
    let opening = rules.schedule.unwrap().steps[0].unwrap();
    assert_eq!(opening.at, 9 * 3_600 * 1_000_000_000);
    let engine::MatchingAlgorithm::ProRata(terms) = rules.matching else {
        panic!("it is pro-rata");
    };
    assert_eq!(terms.minimum_allocation.units(), 2);
    assert_eq!(terms.first_in_first_out_bips, 4_000);
}

#[test]
fn nothing_named_is_price_time_and_nothing_else() {
    assert_eq!(read("{}").to_rules(SCALE).unwrap(), Rules::PLAIN);
}

#[test]
fn a_mistake_names_its_key() {
    assert_eq!(
        key_of_mistake(r#"{"entry_band": {"low": "2", "high": "1"}}"#),
        "entry_band.low"
    );
    assert_eq!(key_of_mistake(r#"{"reference": "1.001"}"#), "reference");
    assert_eq!(key_of_mistake(r#"{"pro_rata": {}}"#), "pro_rata");
    assert_eq!(
        key_of_mistake(r#"{"luld": {"percent": "0"}}"#),
        "luld.percent"
    );
    assert_eq!(
        key_of_mistake(
            r#"{"luld": {"percent": "5", "doubled": [{"from": "09:45", "until": "09:30"}]}}"#
        ),
        "luld.doubled"
    );
    assert_eq!(
        key_of_mistake(r#"{"batch_instructions_max": 65}"#),
        "batch_instructions_max"
    );
    assert_eq!(
        key_of_mistake(r#"{"luld": {"percent": "5", "mean": {"window": "24h", "every": "1ms"}}}"#),
        "luld.mean"
    );
    assert_eq!(
        key_of_mistake(r#"{"velocity": {"ticks": 0, "window": "1s"}}"#),
        "velocity.ticks"
    );
    assert_eq!(
        key_of_mistake(
            r#"{"velocity": {"ticks": 1, "window": "1s", "reserved": {"length": "0s"}}}"#
        ),
        "velocity.reserved.length"
    );
    assert_eq!(
        key_of_mistake(
            r#"{"protected_groups": [{"group": 1, "trades": 0, "window": "1s", "kind": "sliding"}]}"#
        ),
        "protected_groups"
    );
    assert_eq!(
        key_of_mistake(r#"{"schedule": {"steps": []}}"#),
        "schedule.steps"
    );
    assert_eq!(
        key_of_mistake(
            r#"{"schedule": {"steps": [{"at": "10:00", "random_max": "1h", "state": "auction"}, {"at": "10:30", "state": "continuous"}]}}"#
        ),
        "schedule.steps"
    );
}

#[test]
fn an_unknown_key_is_refused() {
    let unknown: Result<RuleSet, _> = serde_json::from_str(r#"{"volatility": {}}"#);
    let inside: Result<RuleSet, _> =
        serde_json::from_str(r#"{"velocity": {"ticks": 1, "window": "1s", "speed": 1}}"#);

    assert!(unknown.unwrap_err().to_string().contains("unknown field"));
    assert!(inside.unwrap_err().to_string().contains("unknown field"));
}
