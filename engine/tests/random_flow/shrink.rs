//! Makes a failing run smaller: steps are left out while it still fails.

use std::panic;

use super::run::{RunKind, play};
use super::step::Step;
use super::subject::Subject;

/// The smallest failing run that leaving out steps leads to. Panics on the way are not printed.
pub fn shrink<S: Subject>(steps: &[Step]) -> Vec<Step> {
    let hook = panic::take_hook();
    panic::set_hook(Box::new(|_| {}));
    let small = leave_out::<S>(steps);
    panic::set_hook(hook);
    small
}

fn leave_out<S: Subject>(steps: &[Step]) -> Vec<Step> {
    let mut kept = until_failure::<S>(steps);
    let mut chunk = kept.len().div_ceil(2);
    while chunk > 0 {
        let before = kept.len();
        let mut place = 0;
        while place < kept.len() {
            let end = (place + chunk).min(kept.len());
            let without: Vec<Step> = [&kept[..place], &kept[end..]].concat();
            if play::<S>(&without, RunKind::Thorough).is_err() {
                kept = until_failure::<S>(&without);
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
fn until_failure<S: Subject>(steps: &[Step]) -> Vec<Step> {
    let difference = play::<S>(steps, RunKind::Thorough).expect_err("the run fails");
    steps[..steps.len().min(difference.place + 1)].to_vec()
}
