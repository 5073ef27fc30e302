//! The machine: its clock, and how many files a process may have open.

use std::process::{Command, Stdio};
use std::time::Duration;

use rustix::process::{Resource, getrlimit};

use crate::clock::{Stopwatch, wall_s};
use crate::config::Config;
use crate::doctor::Finding;
use crate::tools::utc;

/// 2026-01-01: a clock before it was never set.
const BUILT_S: u64 = 1_767_225_600;
/// Looks at the clock for its resolution.
const LOOKS: u32 = 1_000;
/// A clock that costs more slows each command down.
const LOOK_MAX: Duration = Duration::from_micros(1);
/// Files beside connections: segments, snapshots, listeners, standard streams.
const OWN_FILES: u64 = 256;

/// The clock: whether it is set, cheap, and kept.
pub fn clock() -> Vec<Finding> {
    vec![is_set(wall_s()), is_cheap(), is_kept()]
}

fn is_set(now_s: u64) -> Finding {
    if now_s < BUILT_S {
        return Finding::failed(
            "clock",
            format!("it says {now_s} s since 1970, which is before this program was made"),
            "set it: times of orders and trades come from it",
        );
    }
    let now = utc(now_s.saturating_mul(1_000_000));
    let (now, _) = now.split_once('.').unwrap_or((&now, ""));
    Finding::ok("clock", format!("{now} UTC"))
}

fn is_cheap() -> Finding {
    let watch = Stopwatch::start();
    let mut last = Duration::ZERO;
    for _ in 0..LOOKS {
        last = watch.elapsed();
    }
    let look = last / LOOKS;
    let found = format!("a look takes {} ns", look.as_nanos());
    if look > LOOK_MAX {
        return Finding::warning(
            "clock cost",
            found,
            "let the system use the processor's counter (on Linux: clocksource tsc)",
        );
    }
    Finding::ok("clock cost", found)
}

/// systemd knows whether somebody keeps the clock right; elsewhere nobody is asked.
fn is_kept() -> Finding {
    let told = Command::new("timedatectl")
        .args(["show", "--property=NTPSynchronized", "--value"])
        .stderr(Stdio::null())
        .output();
    match told.as_ref().map(|told| told.stdout.trim_ascii()) {
        Ok(b"yes") => Finding::ok("clock sync", "kept by time servers"),
        Ok(b"no") => Finding::warning(
            "clock sync",
            "nobody keeps the clock right",
            "run chrony or systemd-timesyncd: other machines compare their times with ours",
        ),
        Ok(_) | Err(_) => Finding::ok("clock sync", "unknown: no timedatectl here"),
    }
}

/// How many files the process may have open.
pub fn file_limit(config: &Config) -> Finding {
    let limit = getrlimit(Resource::Nofile).current;
    let connections = u64::try_from(config.limits.connections_max).unwrap_or(u64::MAX);
    judge_limit(limit, connections)
}

fn judge_limit(limit: Option<u64>, connections: u64) -> Finding {
    let needed = connections.saturating_add(OWN_FILES);
    match limit {
        None => Finding::ok("open files", "no limit"),
        Some(limit) if limit >= needed => Finding::ok(
            "open files",
            format!("{limit} may be open, {needed} are needed"),
        ),
        Some(limit) => Finding::failed(
            "open files",
            format!(
                "{limit} may be open, {needed} are needed for gateway.limits.connections_max = {connections}"
            ),
            format!("ulimit -n {needed} (systemd: LimitNOFILE={needed}), or fewer connections"),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Verdict;

    #[test]
    fn a_clock_that_was_never_set_is_told() {
        assert_eq!(is_set(0).verdict, Verdict::Failed);
        assert_eq!(is_set(1_800_000_000).verdict, Verdict::Ok);
    }

    #[test]
    fn too_few_files_for_the_connections_are_told_with_the_number_that_is_needed() {
        let finding = judge_limit(Some(1_024), 1_024);

        assert_eq!(
            finding.line(),
            "FAILED   open files   1024 may be open, 1280 are needed for \
             gateway.limits.connections_max = 1024; ulimit -n 1280 (systemd: LimitNOFILE=1280), or fewer connections"
        );
        assert_eq!(judge_limit(Some(1_280), 1_024).verdict, Verdict::Ok);
        assert_eq!(judge_limit(None, 1_024).verdict, Verdict::Ok);
    }
}
