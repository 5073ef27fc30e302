//! Who may depend on whom: the picture of design.md section 1, and what each crate must not know.

use crate::tree::{assert_none, root};

/// Arrows point down only. `exchange` sees everything it wires, `benches` all libraries.
const MAY_SEE: [(&str, &[&str]); 12] = [
    ("benches/abi", &["engine"]),
    ("engine", &[]),
    ("ledger", &["engine"]),
    ("protocol", &[]),
    ("sequencer", &["engine", "ledger"]),
    ("history", &["engine"]),
    (
        "gateway",
        &["engine", "history", "ledger", "protocol", "sequencer"],
    ),
    ("client", &["protocol"]),
    ("feed-sim", &["client", "protocol"]),
    ("scenario", &["engine"]),
    (
        "exchange",
        &[
            "client",
            "engine",
            "feed-sim",
            "gateway",
            "history",
            "ledger",
            "protocol",
            "scenario",
            "sequencer",
        ],
    ),
    (
        "benches",
        &[
            "client",
            "engine",
            "feed-sim",
            "gateway",
            "history",
            "ledger",
            "protocol",
            "scenario",
            "sequencer",
        ],
    ),
];

/// What would bring I/O, clocks, chance, waiting or wire formats where they do not belong.
const MUST_NOT_KNOW: [(&str, &[&str]); 5] = [
    (
        "ledger",
        &["tokio", "futures-util", "serde", "rust_decimal", "rand"],
    ),
    ("history", &["tokio", "futures-util", "serde", "rand"]),
    ("protocol", &["tokio", "tokio-tungstenite", "axum"]),
    (
        "sequencer",
        &["tokio", "serde", "serde_json", "axum", "rand"],
    ),
    ("scenario", &["tokio", "serde"]),
];

fn manifest(member: &str) -> toml::Table {
    let path = root().join(member).join("Cargo.toml");
    let text = std::fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("{} cannot be read: {error}", path.display()));
    text.parse()
        .unwrap_or_else(|error| panic!("{} is no TOML: {error}", path.display()))
}

fn names(manifest: &toml::Table, section: &str) -> Vec<String> {
    let table = manifest.get(section).and_then(toml::Value::as_table);
    table
        .map(|table| table.keys().cloned().collect())
        .unwrap_or_default()
}

fn members() -> Vec<String> {
    let workspace = manifest(".");
    let members = workspace["workspace"]["members"]
        .as_array()
        .expect("the workspace lists its members");
    members
        .iter()
        .map(|member| member.as_str().expect("a member is a path").to_owned())
        .collect()
}

#[test]
fn every_crate_of_the_workspace_has_its_place_in_the_picture() {
    let drawn: Vec<&str> = MAY_SEE.iter().map(|(member, _)| *member).collect();

    let undrawn: Vec<String> = members()
        .into_iter()
        .filter(|member| !drawn.contains(&member.as_str()))
        .collect();

    assert_none("crates that design.md does not draw", &undrawn);
}

#[test]
fn arrows_point_down_only() {
    let members = members();
    let mut new_edges = Vec::new();

    for (member, may_see) in MAY_SEE {
        let manifest = manifest(member);
        // Dev-dependencies are exempt: engine's tests use scenario.
        for section in ["dependencies", "build-dependencies"] {
            let seen = names(&manifest, section);
            let new = seen
                .iter()
                .filter(|name| members.contains(name) && !may_see.contains(&name.as_str()));
            new_edges.extend(new.map(|name| format!("{member} -> {name}")));
        }
    }

    assert_none("edges that design.md does not draw", &new_edges);
}

#[test]
fn engine_depends_on_a_hash_function_and_nothing_else() {
    assert_eq!(names(&manifest("engine"), "dependencies"), ["xxhash-rust"]);
}

#[test]
fn no_crate_knows_what_it_must_not() {
    let mut known = Vec::new();

    for (member, forbidden) in MUST_NOT_KNOW {
        let seen = names(&manifest(member), "dependencies");
        known.extend(
            seen.iter()
                .filter(|name| forbidden.contains(&name.as_str()))
                .map(|name| format!("{member} -> {name}")),
        );
    }

    assert_none("crates that know what they must not", &known);
}

#[test]
fn every_crate_takes_the_lint_table_of_the_workspace() {
    let mut without = Vec::new();

    for member in members() {
        let manifest = manifest(&member);
        let takes = manifest
            .get("lints")
            .and_then(|lints| lints.get("workspace"));
        if takes.and_then(toml::Value::as_bool) != Some(true) {
            without.push(member);
        }
    }

    assert_none("crates without `[lints] workspace = true`", &without);
}

#[test]
fn one_version_of_the_websocket_library_in_the_whole_tree() {
    let lock: toml::Table = std::fs::read_to_string(root().join("Cargo.lock"))
        .expect("Cargo.lock is committed")
        .parse()
        .expect("Cargo.lock is TOML");
    let packages = lock["package"].as_array().expect("it lists packages");

    let versions: Vec<&str> = packages
        .iter()
        .filter(|package| package["name"].as_str() == Some("tungstenite"))
        .filter_map(|package| package["version"].as_str())
        .collect();

    assert_eq!(versions.len(), 1, "{versions:?}");
}
