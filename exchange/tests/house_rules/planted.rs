//! A planted bug that no longer fits the code proves nothing: each patch applies, and says what must catch it.

use std::path::Path;

use crate::tree::{SourceFile, assert_none, files};

#[test]
fn every_planted_bug_applies_and_names_the_test_that_catches_it() {
    let files = files();
    let patches: Vec<&SourceFile> = files
        .iter()
        .filter(|file| {
            file.path.starts_with("tests/planted/")
                && Path::new(&file.path)
                    .extension()
                    .is_some_and(|ending| ending == "patch")
        })
        .collect();
    assert!(!patches.is_empty(), "no planted bugs in tests/planted");
    let mut faults = Vec::new();

    for patch in patches {
        if !patch.text.contains("\n# test: ") && !patch.text.starts_with("# test: ") {
            faults.push(format!("{}: no line `# test: COMMAND`", patch.path));
        }
        for hunk in hunks_of(&patch.text) {
            let target = files.iter().find(|file| file.path == hunk.path);
            let fits = target.is_some_and(|target| contains_lines(&target.text, &hunk.before));
            if !fits {
                faults.push(format!(
                    "{}: renew it for {}: {}",
                    patch.path, hunk.path, hunk.head
                ));
            }
        }
    }

    assert_none(
        "planted bugs that do not fit the code of today (tests/planted)",
        &faults,
    );
}

/// One change of a patch: where it is, and which lines must be there.
struct Hunk<'a> {
    path: &'a str,
    head: &'a str,
    before: Vec<&'a str>,
}

fn hunks_of(patch: &str) -> Vec<Hunk<'_>> {
    let mut hunks: Vec<Hunk<'_>> = Vec::new();
    let mut path = "";
    let mut is_in_hunk = false;
    for line in patch.lines() {
        if line.starts_with("diff --git ") {
            is_in_hunk = false;
        } else if let Some(head) = line.strip_prefix("@@ ").filter(|_| !path.is_empty()) {
            is_in_hunk = true;
            hunks.push(Hunk {
                path,
                head,
                before: Vec::new(),
            });
        } else if is_in_hunk {
            let before = &mut hunks.last_mut().expect("a hunk is open").before;
            before.extend(line.strip_prefix([' ', '-']));
            if line.is_empty() {
                before.push(""); // an empty line whose leading blank an editor took
            }
        } else if let Some(target) = line.strip_prefix("--- a/") {
            path = target;
        }
    }
    assert!(!hunks.is_empty(), "a patch without a change");
    hunks
}

fn contains_lines(text: &str, wanted: &[&str]) -> bool {
    let lines: Vec<&str> = text.lines().collect();
    !wanted.is_empty() && lines.windows(wanted.len()).any(|window| window == wanted)
}
