//! Goal: what `rialto feed --offline`, `--record` and `--report` promise of files and exit codes. Method: the
//! binary, on tapes of minutes.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn rialto(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_rialto"))
        .args(arguments)
        .output()
        .expect("the binary starts")
}

fn text(path: &Path) -> &str {
    path.to_str().expect("temporary paths are plain text")
}

/// Records ten minutes; says where.
fn record(folder: &Path, preset: &str, seed: &str, file: &str) -> PathBuf {
    let tape = folder.join(file);
    let recorded = rialto(&[
        "feed",
        "--offline",
        "--preset",
        preset,
        "--seed",
        seed,
        "--for",
        "600s",
        "--record",
        text(&tape),
    ]);
    assert!(recorded.status.success(), "{recorded:?}");
    tape
}

#[test]
fn the_same_seed_gives_the_same_tape_byte_for_byte() {
    let folder = tempfile::tempdir().unwrap();

    let first = std::fs::read(record(folder.path(), "small_tick", "11", "first")).unwrap();
    let again = std::fs::read(record(folder.path(), "small_tick", "11", "again")).unwrap();
    let other = std::fs::read(record(folder.path(), "small_tick", "12", "other")).unwrap();

    assert!(first == again, "two tapes of one seed differ");
    assert!(first != other, "two seeds gave one tape");
}

#[test]
fn rows_are_those_of_lobster() {
    let folder = tempfile::tempdir().unwrap();
    let tape = record(folder.path(), "large_tick", "3", "tape");

    let rows = std::fs::read_to_string(tape).unwrap();

    let mut kinds = [0; 6];
    for row in rows.lines() {
        let fields: Vec<&str> = row.split(',').collect();
        let [time, kind, order, size, price, direction] = fields[..] else {
            panic!("{row} has not six fields");
        };
        let (_, nanos) = time.split_once('.').expect("a time has a fraction");
        assert_eq!(nanos.len(), 9, "{row}");
        kinds[kind.parse::<usize>().unwrap()] += 1;
        assert!(order.parse::<u64>().unwrap() > 0, "{row}");
        assert!(size.parse::<u64>().unwrap() > 0, "{row}");
        assert_eq!(price.parse::<i64>().unwrap() % 100, 0, "{row}");
        assert!(["1", "-1"].contains(&direction), "{row}");
    }
    assert!(kinds[1..].iter().all(|rows| *rows > 0), "{kinds:?}");
    assert_eq!(kinds[0], 0);
}

#[test]
fn a_control_without_memory_fails_its_report() {
    let folder = tempfile::tempdir().unwrap();
    let tape = record(folder.path(), "poisson", "1", "tape");
    let page = folder.path().join("report.html");

    let reported = rialto(&["feed", "--report", text(&tape), "--html", text(&page)]);

    assert_eq!(reported.status.code(), Some(1));
    let said = String::from_utf8(reported.stdout).unwrap();
    assert!(said.contains("gates that failed: "), "{said}");
    assert!(said.contains("branching ratio, 10 s"), "{said}");
    let page = std::fs::read_to_string(page).unwrap();
    assert!(page.contains("At least one gate failed."));
    assert!(page.contains("<svg"));
}

#[test]
fn a_report_for_machines_has_every_gate() {
    let folder = tempfile::tempdir().unwrap();
    let tape = record(folder.path(), "small_tick", "1", "tape");

    let reported = rialto(&["feed", "--json", "--report", text(&tape)]);

    let report: serde_json::Value = serde_json::from_slice(&reported.stdout).unwrap();
    assert_eq!(report["gates"].as_array().unwrap().len(), 12);
    assert_eq!(report["tick_class"], "small");
    assert!(report["figures"]["events_per_parent"].as_f64().unwrap() > 10.0);
    assert_eq!(
        report["passes"].as_bool().unwrap(),
        reported.status.success()
    );
}

#[test]
fn a_tape_that_cannot_be_read_is_refused_with_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let tape = folder.path().join("tape");
    std::fs::write(
        &tape,
        "34200.1,1,1,100,5853300,1\n34200.2,8,1,100,5853300,1\n",
    )
    .unwrap();

    let reported = rialto(&["feed", "--report", text(&tape)]);

    assert_eq!(reported.status.code(), Some(2));
    let said = String::from_utf8(reported.stderr).unwrap();
    assert!(said.contains("line 2: 8 is no type of row"), "{said}");
}

#[test]
fn a_tape_without_a_second_minute_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let tape = folder.path().join("tape");
    std::fs::write(&tape, "34200.1,1,1,100,5853300,1\n").unwrap();

    let reported = rialto(&["feed", "--report", text(&tape)]);

    assert_eq!(reported.status.code(), Some(2));
    let said = String::from_utf8(reported.stderr).unwrap();
    assert!(said.contains("too few to judge"), "{said}");
}
