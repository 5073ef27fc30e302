//! Goal: docs/market-rules.md names a proof for every rule and for every case of the sections that are
//! built, and no proof that does not exist.
//!
//! Method: the document, the scenario files and the test files are read as text.

use std::fs;
use std::path::{Path, PathBuf};

/// Every case of the rule book, in its order.
const CASES: &str = "
    FIFO-1 FIFO-2 FIFO-3 FIFO-4 FIFO-5 FIFO-6 FIFO-7 PR-1 PR-2 PR-3 PR-4 PR-7 ICE-1 ICE-2 ICE-3 ICE-5
    ST-1 ST-2 ST-3 ST-4 ST-5 ST-6 PO-1 PO-2 PO-3 PO-4 TIF-1 TIF-2 TIF-3 TIF-5 TIF-6
    GTD-1 GTD-2 GTD-3 GTD-4 GTD-5 STP-1 STP-2 STP-3 STP-4 STP-5 STP-6 STP-7
    AM-1 AM-2 AM-3 AM-4 AM-5 AM-6 AU-1 AU-3 AU-4 AU-6 AU-7 AU-8 AU-9 CO-1 CO-2 CO-3
    VI-1 VI-2 VI-3 LU-1 LU-2 LU-3 VE-1 OC-1 OC-2 BR-1 PG-1 PG-2 PG-3 TR-1 TR-2 TR-4
    MQ-1 MQ-2 MQ-3 MMP-1 MMP-2 MMP-3 COD-1 DMS-1 ID-1 ID-2 MON-1 MON-2 KS-1
    MD-1 MD-2 MD-3 MD-4 MD-5 MD-6 MD-7 RP-1 RP-2 RP-3 HR-1 HR-2 HR-3";

/// Families whose cases must have a proof.
const BUILT_FAMILIES: [&str; 22] = [
    "FIFO", "PR", "ICE", "ST", "PO", "TIF", "GTD", "STP", "AM", "AU", "CO", "VI", "LU", "VE", "TR",
    "OC", "BR", "PG", "MQ", "MMP", "COD", "DMS",
];

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn rule_book() -> String {
    fs::read_to_string(workspace().join("docs/market-rules.md")).expect("the rule book is there")
}

/// Each `FILE: NAME` that the text names as a proof.
fn proofs(text: &str) -> Vec<(String, String)> {
    let spans = text.split('`').skip(1).step_by(2);
    let proof = |span: &str| {
        let (file, name) = span.split_once(": ")?;
        let extension = Path::new(file).extension()?;
        let is_file = extension == "scenario" || extension == "rs";
        is_file.then(|| (file.to_owned(), name.to_owned()))
    };
    spans.filter_map(proof).collect()
}

/// Rows of the table of cases: id, and what stands beside it.
fn rows(book: &str) -> Vec<(String, String)> {
    let (_, table) = book
        .split_once("| case | proof |\n|---|---|\n")
        .expect("the table of cases is there");
    let row = |line: &str| {
        let (id, proof) = line
            .strip_prefix("| ")?
            .strip_suffix(" |")?
            .split_once(" | ")?;
        Some((id.to_owned(), proof.to_owned()))
    };
    table.lines().filter_map(row).collect()
}

/// Titles of a file of engine/tests/scenarios.
fn titles(file: &str) -> Vec<String> {
    let path = workspace().join("engine/tests/scenarios").join(file);
    let text =
        fs::read_to_string(&path).unwrap_or_else(|_| panic!("{} is missing", path.display()));
    text.lines()
        .filter_map(|line| line.strip_prefix("== "))
        .map(str::to_owned)
        .collect()
}

fn exists(file: &str, name: &str) -> bool {
    if file.ends_with(".scenario") {
        return titles(file).iter().any(|title| title == name);
    }
    let source = fs::read_to_string(workspace().join(file)).unwrap_or_default();
    source.contains(&format!("fn {name}("))
}

#[test]
fn every_proof_that_is_named_exists() {
    let missing: Vec<_> = proofs(&rule_book())
        .into_iter()
        .filter(|(file, name)| !exists(file, name))
        .collect();

    assert!(
        missing.is_empty(),
        "docs/market-rules.md names proofs that do not exist: {missing:#?}"
    );
}

#[test]
fn every_case_of_the_rule_book_has_its_row_in_order() {
    let ids: Vec<String> = rows(&rule_book()).into_iter().map(|(id, _)| id).collect();

    assert_eq!(ids, CASES.split_whitespace().collect::<Vec<_>>());
}

#[test]
fn every_case_of_a_built_section_has_a_proof_and_every_other_one_or_an_issue() {
    for (id, proof) in rows(&rule_book()) {
        let (family, _) = id.split_once('-').unwrap();
        let is_built = BUILT_FAMILIES.contains(&family);
        let has_proof = !proofs(&proof).is_empty();
        let has_issue = proof.contains("open (issue ");

        assert!(has_proof || (has_issue && !is_built), "{id}: {proof}");
    }
}

#[test]
fn a_scenario_that_stands_beside_a_case_cites_it_in_its_title() {
    for (id, proof) in rows(&rule_book()) {
        for (file, name) in proofs(&proof)
            .iter()
            .filter(|(file, _)| file.ends_with(".scenario"))
        {
            assert!(
                name.starts_with(&format!("{id} ")),
                "{id} is proved by {file}: {name}"
            );
        }
    }
}

#[test]
fn every_numbered_rule_names_a_proof() {
    let book = rule_book();
    let (rules, _) = book.split_once("## How the rules were read").unwrap();
    let starts = |line: &str| {
        let number = line.split(' ').next().unwrap_or_default();
        let is_number = number.split('.').all(|part| part.parse::<u32>().is_ok());
        number.contains('.') && is_number
    };
    let mut current = String::new();
    let mut all = Vec::new();
    for line in rules.lines() {
        if starts(line) {
            all.push(std::mem::take(&mut current));
        }
        current.push_str(line);
        current.push('\n');
    }
    all.push(current);

    for rule in &all[1..] {
        assert!(!proofs(rule).is_empty(), "no proof: {rule}");
    }
    assert!(all.len() > 30, "the rules were found");
}
