//! What a process and its children take of the machine, as `/proc` says.

use std::fs;

use serde::{Deserialize, Serialize};

const BYTES_PER_KIB: u64 = 1_024;

/// CPU time and memory of a process tree at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct UsageReading {
    /// Ticks of CPU time so far, user and system.
    cpu_ticks: u64,
    /// Resident memory now.
    pub resident_kib: u64,
}

/// What a process tree took while it was measured.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Usage {
    /// Cores that it kept busy in the mean.
    pub cores: f64,
    /// Resident memory at most, in MiB.
    pub rss_mib: f64,
}

/// Which processes are added up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Counted {
    WithChildren,
    Alone,
}

impl Counted {
    fn read(self, process: u32) -> UsageReading {
        match self {
            Self::WithChildren => read_tree(process),
            Self::Alone => read_process(process),
        }
    }
}

/// Follows a process tree.
#[derive(Debug, Clone)]
pub struct UsageWatch {
    process: u32,
    counted: Counted,
    first: UsageReading,
    last: UsageReading,
    resident_kib_max: u64,
}

impl UsageWatch {
    /// Begins now.
    pub fn start(process: u32) -> Self {
        Self::of(process, Counted::WithChildren)
    }

    fn of(process: u32, counted: Counted) -> Self {
        let first = counted.read(process);
        Self {
            process,
            counted,
            first,
            last: first,
            resident_kib_max: first.resident_kib,
        }
    }

    /// Begins now, with this process and none of those that it started: the load, without the exchanges.
    pub fn start_of_load() -> Self {
        Self::of(std::process::id(), Counted::Alone)
    }

    /// Begins anew: what was before does not count.
    pub fn restart(&mut self) {
        *self = Self::of(self.process, self.counted);
    }

    /// Looks.
    pub fn look(&mut self) {
        let now = self.counted.read(self.process);
        if now.resident_kib == 0 {
            return;
        }
        self.last = now;
        self.resident_kib_max = self.resident_kib_max.max(now.resident_kib);
    }

    /// What was taken between the start and the last look, which were so many seconds apart.
    #[expect(clippy::cast_precision_loss, reason = "ticks and KiB fit exactly")]
    pub fn usage(&self, seconds: f64) -> Usage {
        let ticks = self.last.cpu_ticks.saturating_sub(self.first.cpu_ticks);
        let per_second = ticks_per_s();
        let cores = if seconds > 0.0 {
            ticks as f64 / per_second as f64 / seconds
        } else {
            0.0
        };
        Usage {
            cores,
            rss_mib: self.resident_kib_max as f64 / BYTES_PER_KIB as f64,
        }
    }
}

/// A process, its children and theirs, added up; nothing where `/proc` is not there.
fn read_tree(process: u32) -> UsageReading {
    let mut sum = read_process(process);
    let children = fs::read_to_string(format!("/proc/{process}/task/{process}/children"));
    for child in children.unwrap_or_default().split_whitespace() {
        if let Ok(child) = child.parse() {
            let reading = read_tree(child);
            sum.cpu_ticks += reading.cpu_ticks;
            sum.resident_kib += reading.resident_kib;
        }
    }
    sum
}

fn read_process(process: u32) -> UsageReading {
    let read = |file: &str| fs::read_to_string(format!("/proc/{process}/{file}"));
    let stat = read("stat").unwrap_or_default();
    let status = read("status").unwrap_or_default();
    UsageReading {
        cpu_ticks: cpu_ticks(&stat).unwrap_or(0),
        resident_kib: resident_kib(&status).unwrap_or(0),
    }
}

/// User and system time: the 14th and 15th field, counted with the name in parentheses as the second.
fn cpu_ticks(stat: &str) -> Option<u64> {
    let (_, behind_name) = stat.rsplit_once(')')?;
    let mut fields = behind_name.split_whitespace().skip(11);
    let user: u64 = fields.next()?.parse().ok()?;
    let system: u64 = fields.next()?.parse().ok()?;
    Some(user + system)
}

fn resident_kib(status: &str) -> Option<u64> {
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}

#[cfg(target_os = "linux")]
fn ticks_per_s() -> u64 {
    rustix::param::clock_ticks_per_second().max(1)
}

#[cfg(not(target_os = "linux"))]
fn ticks_per_s() -> u64 {
    1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_spaces_and_parentheses_does_not_shift_the_fields() {
        let stat = "42 (tokio (rt) 1) S 1 42 42 0 -1 4194560 900 0 0 0 150 25 7 8 20 0 3 0";

        assert_eq!(cpu_ticks(stat), Some(175));
    }

    #[test]
    fn resident_memory_is_read_in_kib() {
        assert_eq!(
            resident_kib("VmPeak:\t 9 kB\nVmRSS:\t    2048 kB\n"),
            Some(2_048)
        );
        assert_eq!(resident_kib(""), None);
    }

    #[test]
    fn cores_are_cpu_seconds_by_seconds() {
        let reading = |cpu_ticks, resident_kib| UsageReading {
            cpu_ticks,
            resident_kib,
        };
        let watch = UsageWatch {
            process: 1,
            counted: Counted::Alone,
            first: reading(100, 1_024),
            last: reading(100 + 3 * ticks_per_s(), 2_048),
            resident_kib_max: 4_096,
        };

        let usage = watch.usage(2.0);

        assert!((usage.cores - 1.5).abs() < 1e-9);
        assert!((usage.rss_mib - 4.0).abs() < 1e-9);
    }
}
