//! Where a bench runs, as the system says, and of which commit the program is.

use std::fs;
use std::process::{Command, Stdio};

use crate::bench::cores::{Cores, Placement};
use crate::bench::priority::Priority;
use crate::bench::summary::Machine;

const KIB_PER_MIB: u64 = 1_024;

/// This machine.
pub fn describe(cores: &Cores, priority: &Priority) -> Machine {
    let read = |file: &str| fs::read_to_string(file).unwrap_or_default();
    let field = |text: &str, name: &str| {
        let line = text.lines().find(|line| line.starts_with(name))?;
        Some(line.split_once(':')?.1.trim().to_owned())
    };
    let memory_kib = field(&read("/proc/meminfo"), "MemTotal")
        .and_then(|text| text.split(' ').next()?.parse::<u64>().ok());
    Machine {
        cpu: field(&read("/proc/cpuinfo"), "model name").unwrap_or_else(unknown),
        cores: cores.count,
        memory_mib: memory_kib.unwrap_or(0) / KIB_PER_MIB,
        system: field(
            &format!("system:{}", read("/proc/sys/kernel/osrelease")),
            "system",
        )
        .unwrap_or_else(unknown),
        placement: match cores.placement {
            Placement::Apart => "apart",
            Placement::Free => "free",
        }
        .to_owned(),
        priority: priority.word().to_owned(),
    }
}

/// The commit of the repository that the program lies in, with `-dirty` if that was changed since.
pub fn commit() -> String {
    let folder = std::env::current_exe().ok();
    let folder = folder.as_deref().and_then(|program| program.parent());
    let Some(folder) = folder else {
        return unknown();
    };
    let said = Command::new("git")
        .arg("-C")
        .arg(folder)
        .args(["describe", "--always", "--dirty", "--abbrev=12"])
        .stdin(Stdio::null())
        .output();
    match said {
        Ok(said) if said.status.success() => {
            String::from_utf8_lossy(&said.stdout).trim().to_owned()
        }
        Ok(_) | Err(_) => unknown(),
    }
}

fn unknown() -> String {
    "unknown".to_owned()
}
