//! Makes a failing run smaller: steps are left out while it still fails.

use std::panic;

use super::run::{RunKind, play};
use super::step::Step;
use super::subject::Subject;

/// The smallest failing run that leaving out steps leads to. Panics on the way are not printed.
pub fn shrink<S: Subject>(steps: &[Step], kind: RunKind) -> Vec<Step> {
    let hook = panic::take_hook();
    panic::set_hook(Box::new(|_| {}));
    let small = leave_out::<S>(steps, every_command(kind));
    panic::set_hook(hook);
    small
}

fn leave_out<S: Subject>(steps: &[Step], kind: RunKind) -> Vec<Step> {
    let mut kept = until_failure::<S>(steps, kind);
    let mut chunk = kept.len().div_ceil(2);
    while chunk > 0 {
        let before = kept.len();
        let mut place = 0;
        while place < kept.len() {
            let end = (place + chunk).min(kept.len());
            let without: Vec<Step> = [&kept[..place], &kept[end..]].concat();
            if play::<S>(&without, kind).is_err() {
                kept = until_failure::<S>(&without, kind);
            } else {
                place = end;
            }
        }
        if chunk > 1 {
            chunk = chunk.div_ceil(2);
        } else if kept.len() == before {
            chunk = 0;
        }
    }
    kept
}

/// Without what comes after the first difference.
fn until_failure<S: Subject>(steps: &[Step], kind: RunKind) -> Vec<Step> {
    let difference = play::<S>(steps, kind).expect_err("the run fails");
    steps[..steps.len().min(difference.place + 1)].to_vec()
}

/// A difference is looked for after every command, so that the run ends where it begins.
fn every_command(kind: RunKind) -> RunKind {
    match kind {
        RunKind::Long | RunKind::Thorough => RunKind::Thorough,
        RunKind::Funded => RunKind::Funded,
    }
}
