//! Goal: a scenario passes when the market says exactly what is expected, and fails in words else.
//!
//! Method: short stories run on the engine, the report is compared as text.

use std::fs;

use scenario::{Report, run_path, run_text};

fn run(text: &str) -> String {
    let mut report = Report::default();
    run_text("story.scenario".as_ref(), text, &mut report);
    report.to_string()
}

const TRADE: &str = "== two orders\nA sell 5 @ 101\nX buy 3 @ 101\n--\n";

#[test]
fn what_is_expected_line_by_line_passes() {
    let text = format!("{TRADE}trade X A 3 @ 101\nbook | A 2@101\n");

    assert_eq!(run(&text), "1 passed, 0 failed");
}

#[test]
fn the_final_book_may_be_left_out() {
    let text = format!("{TRADE}trade X A 3 @ 101\n");

    assert_eq!(run(&text), "1 passed, 0 failed");
}

#[test]
fn a_wrong_line_fails_with_expected_actual_and_the_command() {
    let text = format!("{TRADE}trade X A 2 @ 101\n");

    assert_eq!(
        run(&text),
        "story.scenario:5: two orders\n  expected: trade X A 2 @ 101\n  actual:   trade X A 3 @ 101\n  \
         said by line 3: X buy 3 @ 101\n0 passed, 1 failed"
    );
}

#[test]
fn an_event_that_is_not_expected_fails_at_its_command() {
    assert_eq!(
        run(TRADE),
        "story.scenario:3: two orders\n  expected: (nothing more)\n  actual:   trade X A 3 @ 101\n  \
         said by line 3: X buy 3 @ 101\n0 passed, 1 failed"
    );
}

#[test]
fn an_event_that_does_not_come_fails_at_its_line() {
    let text = format!("{TRADE}trade X A 3 @ 101\ncancel A 2 requested\n");

    assert_eq!(
        run(&text),
        "story.scenario:6: two orders\n  expected: cancel A 2 requested\n  actual:   (nothing more)\n\
         0 passed, 1 failed"
    );
}

#[test]
fn a_wrong_final_book_fails() {
    let text = format!("{TRADE}trade X A 3 @ 101\nbook | A 3@101\n");

    assert_eq!(
        run(&text),
        "story.scenario:6: two orders\n  expected: book | A 3@101\n  actual:   book | A 2@101\n\
         0 passed, 1 failed"
    );
}

#[test]
fn a_book_line_needs_a_show_or_the_end() {
    let text = "== order of books\nA sell 5 @ 101\nshow\nB sell 5 @ 102\n--\n\
        book | A 5@101\nbook | A 5@101, B 5@102\n";

    assert_eq!(run(text), "1 passed, 0 failed");
}

#[test]
fn what_the_engine_cannot_do_fails_and_says_what() {
    let groups: Vec<String> = ('A'..='I')
        .map(|group| format!("mmp:{group}=qty:1,window:1,kind:sliding"))
        .collect();
    let groups = groups.join(" ");

    assert_eq!(
        run(&format!("== too many\ninstrument {groups}\n--\n")),
        "story.scenario:2: too many\n  the engine cannot do this: more protected groups than an instrument \
        has\n0 passed, 1 failed"
    );
}

#[test]
fn folders_are_run_to_their_depth_in_the_order_of_their_paths_and_failures_do_not_hide_successes() {
    let folder = tempfile::tempdir().unwrap();
    let deep = folder.path().join("b/c");
    fs::create_dir_all(&deep).unwrap();
    let good = "== good\n--\nbook |\n";
    fs::write(folder.path().join("a.scenario"), "== bad\nA bay 5\n--\n").unwrap();
    fs::write(deep.join("d.scenario"), good).unwrap();
    fs::write(
        folder.path().join("z.scenario"),
        format!("{good}== not so\n--\nbook A 1@1 |\n"),
    )
    .unwrap();
    fs::write(folder.path().join("notes.txt"), "no scenario").unwrap();

    let report = run_path(&[folder.path()]);

    assert_eq!((report.passed, report.failed), (2, 2), "{report}");
    assert!(report.failures[0].file.ends_with("a.scenario"));
    assert!(report.failures[1].file.ends_with("z.scenario"));
    assert_eq!(report.failures[1].line, 6);
}

#[test]
fn a_path_without_scenarios_is_no_success() {
    let folder = tempfile::tempdir().unwrap();

    assert_eq!(run_path(&[folder.path()]).failed, 1);
    assert_eq!(
        run_path(&[folder.path().join("missing.scenario")]).failed,
        1
    );
}
