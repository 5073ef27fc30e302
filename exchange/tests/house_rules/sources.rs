//! How files are named, how long they are, and what none of them says.

use crate::tree::{SourceFile, assert_none, files};

/// The longest file outside tests, in lines.
const LINES_MAX: usize = 400;

/// Files that are longer, each with the reason why cutting it would make it worse.
const LONGER: [(&str, &str); 2] = [
    (
        "gateway/src/faults/link.rs",
        "what becomes of a frame, in and out, is read on one page",
    ),
    (
        "gateway/src/faults/plan.rs",
        "each key of a plan beside what it becomes",
    ),
];

/// Words that name nothing.
const BANNED_IN_FILE_NAMES: [&str; 20] = [
    "util",
    "utils",
    "helper",
    "helpers",
    "common",
    "misc",
    "manager",
    "data",
    "info",
    "processor",
    "handler",
    "tmp",
    "foo",
    "qty",
    "px",
    "amt",
    "ord",
    "ob",
    "impl",
    "types",
];

fn rust_files() -> Vec<SourceFile> {
    files().into_iter().filter(SourceFile::is_rust).collect()
}

/// Every line of every Rust file that `breaks` a rule, as `path:line: text`.
fn lines_that(breaks: impl Fn(&SourceFile, &str) -> bool) -> Vec<String> {
    let mut places = Vec::new();
    for file in rust_files() {
        for (line, number) in file.text.lines().zip(1..) {
            if breaks(&file, line) {
                places.push(format!("{}:{number}: {}", file.path, line.trim()));
            }
        }
    }
    places
}

#[test]
fn lints_are_expected_with_a_reason_and_never_allowed() {
    let allow = ["#[", "allow("].concat();
    let allow_file = ["#![", "allow("].concat();

    let places = lines_that(|_, line| line.contains(&allow) || line.contains(&allow_file));

    assert_none("use #[expect(lint, reason = ..)]", &places);
}

#[test]
fn files_outside_tests_have_at_most_400_lines() {
    let too_long: Vec<String> = rust_files()
        .iter()
        .filter(|file| !file.is_test() && !LONGER.iter().any(|(path, _)| *path == file.path))
        .map(|file| (file, file.text.lines().count()))
        .filter(|(_, lines)| *lines > LINES_MAX)
        .map(|(file, lines)| format!("{}: {lines} lines", file.path))
        .collect();

    assert_none("split them into rooms, or say in LONGER why not", &too_long);
}

#[test]
fn exceptions_from_the_length_are_still_needed() {
    let files = files();

    for (path, reason) in LONGER {
        let file = files.iter().find(|file| file.path == path);
        let lines = file.map_or(0, |file| file.text.lines().count());
        assert!(
            lines > LINES_MAX,
            "{path} has {lines} lines: take it off the list ({reason})"
        );
    }
}

#[test]
fn no_file_is_named_by_a_word_that_names_nothing() {
    let misnamed: Vec<String> = rust_files()
        .iter()
        .map(|file| file.path.clone())
        .filter(|path| {
            let stem = path
                .rsplit('/')
                .next()
                .unwrap_or_default()
                .trim_end_matches(".rs");
            // Market data is the field's own word for what everyone sees.
            let stem = stem.replace("market_data", "market");
            let ends_with_number = stem.ends_with(|character: char| character.is_ascii_digit());
            ends_with_number
                || stem
                    .split(['_', '-'])
                    .any(|word| BANNED_IN_FILE_NAMES.contains(&word))
        })
        .collect();

    assert_none("rename them after what they hold", &misnamed);
}

#[test]
fn every_file_opens_with_one_sentence_about_itself() {
    let silent: Vec<String> = rust_files()
        .iter()
        .filter(|file| !file.text.starts_with("//!") && !file.text.starts_with("#!"))
        .map(|file| file.path.clone())
        .collect();

    assert_none("open them with `//!`", &silent);
}

#[test]
fn imports_and_exports_are_by_name() {
    let places = lines_that(|file, line| {
        let line = line.trim_start();
        let is_glob =
            (line.starts_with("use ") || line.starts_with("pub use ")) && line.ends_with("::*;");
        let is_of_tests = line == "use super::*;" || line.contains("prelude::*") || file.is_test();
        is_glob && !is_of_tests
    });

    assert_none("import by name", &places);
}

#[test]
fn nothing_is_left_to_do_in_the_code() {
    let marks = [
        ["TO", "DO"].concat(),
        ["FIX", "ME"].concat(),
        ["todo", "!("].concat(),
        ["XX", "X"].concat(),
    ];

    let places = lines_that(|_, line| marks.iter().any(|mark| line.contains(mark.as_str())));

    assert_none("open an issue instead", &places);
}

#[test]
fn no_file_knows_the_machine_it_was_written_on() {
    let marks = [
        ["/wo", "rk/"].concat(),
        ["/tm", "p/w/"].concat(),
        ["/ro", "ot/"].concat(),
        ["/ho", "me/"].concat(),
        ["/Us", "ers/"].concat(),
    ];

    let mut places = Vec::new();
    for file in files() {
        for (line, number) in file.text.lines().zip(1..) {
            if marks.iter().any(|mark| line.contains(mark.as_str())) {
                places.push(format!("{}:{number}: {}", file.path, line.trim()));
            }
        }
    }

    assert_none("absolute paths of one machine", &places);
}

#[test]
fn decisions_have_numbers_of_their_own() {
    let mut numbers: Vec<String> = files()
        .iter()
        .filter_map(|file| file.path.strip_prefix("docs/adr/").map(str::to_owned))
        .filter(|name| name.contains(".md"))
        .map(|name| name.chars().take(4).collect())
        .collect();
    let count = numbers.len();

    numbers.sort();
    numbers.dedup();

    assert_eq!(numbers.len(), count, "two files of docs/adr share a number");
}
