//! Drives a matcher on the gateway's own runtime, under `threads = "inline"`: no hand-off between threads.

use std::sync::Arc;

use sequencer::{IdleStrategy, InlineMatcher, MatcherState, Turn};
use tokio::sync::Notify;

/// A full ring of the default size is this many batches.
const TURNS_AT_ONCE: usize = 16;

/// Turns the matcher whenever it has something to do, until it is drained or the shard halts.
pub async fn drive(mut matcher: InlineMatcher) -> MatcherState {
    let bell = Arc::new(Notify::new());
    let ringer = Arc::clone(&bell);
    matcher.on_wake(Arc::new(move || ringer.notify_one()));
    loop {
        match take_turns(&mut matcher) {
            // Readers of what it let out, and sessions that bring more, run in between.
            Turn::Worked | Turn::Blocked => tokio::task::yield_now().await,
            // What comes is looked for, not waited for: the runtime looks at its sockets in between, and no thread
            // has to be woken.
            Turn::Idle { .. } if never_sleeps(matcher.idle()) => tokio::task::yield_now().await,
            Turn::Idle { wake_after: None } => bell.notified().await,
            Turn::Idle {
                wake_after: Some(limit),
            } => {
                // Rung or late: either way it is time to look.
                let _rung = tokio::time::timeout(limit, bell.notified()).await;
            }
            Turn::Halted | Turn::Drained => return matcher.state(),
        }
    }
}

/// Turns it until nothing is left of what sessions brought, or as often as that may take: who reads what they did runs
/// once for all of it.
fn take_turns(matcher: &mut InlineMatcher) -> Turn {
    for _ in 1..TURNS_AT_ONCE {
        match matcher.turn() {
            Turn::Worked => {}
            turn @ (Turn::Idle { .. } | Turn::Blocked | Turn::Halted | Turn::Drained) => {
                return turn;
            }
        }
    }
    matcher.turn()
}

const fn never_sleeps(idle: IdleStrategy) -> bool {
    match idle {
        IdleStrategy::Spin | IdleStrategy::Yield => true,
        IdleStrategy::Park { .. } => false,
    }
}
