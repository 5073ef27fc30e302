//! Load and exchanges go before other processes of the machine, where the system lets them: a compiler beside them
//! would otherwise be seen as latency of whichever exchange it happened to stop. It is the same for every target.
//!
//! On Linux a niceness counts within a session (`setsid`) only, where the scheduler groups by session, so the group's
//! own is set as well, and set back at the end.

use std::fs;

use crate::bench::cores::Placement;

/// The niceness of a session's group in the scheduler.
const GROUP_FILE: &str = "/proc/self/autogroup";
/// The strongest there is.
const FIRST_OF_ALL: i32 = -20;

/// What the processes of a bench have been given, until it is dropped.
#[derive(Debug)]
pub struct Priority {
    given: Given,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Given {
    /// The session's group had this niceness.
    GroupAhead { before: i32 },
    /// There are no groups: the process itself.
    ProcessAhead,
    /// The system does not let it, or it was not wished.
    Nothing,
}

impl Priority {
    /// Takes precedence for this process and what it starts, when load and exchange have cores of their own.
    pub fn take(placement: Placement) -> Self {
        let given = match placement {
            Placement::Apart => take_group(),
            Placement::Free => Given::Nothing,
        };
        Self { given }
    }

    /// `ahead` or `ordinary`.
    pub const fn word(&self) -> &'static str {
        match self.given {
            Given::GroupAhead { .. } | Given::ProcessAhead => "ahead",
            Given::Nothing => "ordinary",
        }
    }
}

impl Drop for Priority {
    fn drop(&mut self) {
        match self.given {
            Given::GroupAhead { before } => {
                let _ = fs::write(GROUP_FILE, before.to_string());
            }
            Given::ProcessAhead | Given::Nothing => {}
        }
    }
}

fn take_group() -> Given {
    if rustix::process::setpriority_process(None, FIRST_OF_ALL).is_err() {
        return Given::Nothing;
    }
    let Some(before) = fs::read_to_string(GROUP_FILE)
        .ok()
        .as_deref()
        .and_then(niceness)
    else {
        return Given::ProcessAhead;
    };
    match fs::write(GROUP_FILE, FIRST_OF_ALL.to_string()) {
        Ok(()) => Given::GroupAhead { before },
        Err(_refused) => Given::Nothing,
    }
}

/// Of `/autogroup-42 nice 5`.
fn niceness(text: &str) -> Option<i32> {
    let (_, behind) = text.split_once("nice ")?;
    behind.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_niceness_of_a_group_is_read_from_its_line() {
        assert_eq!(niceness("/autogroup-42 nice 0\n"), Some(0));
        assert_eq!(niceness("/autogroup-1811 nice -20\n"), Some(-20));
        assert_eq!(niceness(""), None);
    }
}
