//! The places that an exchange takes: two ports, and a folder on a disk.

use std::fs::File;
use std::io::{self, Write};
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::time::Duration;

use sequencer::{Disk, RealDisk};

use crate::clock::Stopwatch;
use crate::config::Config;
use crate::doctor::Finding;
use crate::storage::{DataError, DataFolder, read_admin_key};

/// Syncs that are measured.
const SYNCS: usize = 50;
/// What is written before each: a block of the journal's usual size.
const BLOCK_BYTES: usize = 4_096;
/// Each answer waits for a sync: slower ones are felt, and much slower ones fill the queues.
const SYNC_SLOW: Duration = Duration::from_millis(10);
const SYNC_UNFIT: Duration = Duration::from_millis(250);
const MIB: u64 = 1 << 20;

/// Whether both ports are free.
pub fn ports(config: &Config) -> Vec<Finding> {
    vec![
        port("public port", config.addresses.public, "--listen"),
        port("admin port", config.addresses.admin, "--admin-listen"),
    ]
}

fn port(check: &'static str, address: SocketAddr, flag: &str) -> Finding {
    match TcpListener::bind(address) {
        Ok(_) => Finding::ok(check, format!("{address} is free")),
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => Finding::failed(
            check,
            format!("{address} is in use"),
            format!("stop who listens there, or choose another one with {flag}"),
        ),
        Err(error) => Finding::failed(
            check,
            format!("{address}: {error}"),
            format!("choose an address of this machine with {flag}"),
        ),
    }
}

/// The folder, its disk's room, and how long a sync takes on it. Nothing is made that is not there.
pub fn data_folder(folder: &Path, config: &Config) -> Vec<Finding> {
    let Some(there) = folder.ancestors().find(|above| above.is_dir()) else {
        let remedy = "give a folder that can be made, with --data";
        let found = format!("{}: nothing of it is there", folder.display());
        return vec![Finding::failed("data folder", found, remedy)];
    };
    let mut findings = if there == folder {
        existing(folder)
    } else {
        let found = format!("{} is made at the first start", folder.display());
        vec![Finding::ok("data folder", found)]
    };
    findings.push(room(there, config));
    findings.push(match sync_times(there) {
        Ok(times) => judge_syncs(&times),
        Err(error) => Finding::failed(
            "disk sync",
            format!("{}: {error}", there.display()),
            "give this user the right to write there, or choose another folder with --data",
        ),
    });
    findings
}

fn existing(folder: &Path) -> Vec<Finding> {
    let opened = match DataFolder::open(folder) {
        Ok(_) => Finding::ok("data folder", format!("{} can be used", folder.display())),
        Err(error @ DataError::InUse { .. }) => {
            let remedy = "it serves already; name another folder with --data for a second one";
            Finding::warning("data folder", error.to_string(), remedy)
        }
        Err(error) => {
            let remedy = "give a folder that can be written, with --data";
            Finding::failed("data folder", error.to_string(), remedy)
        }
    };
    if !folder.join("admin.key").exists() {
        return vec![opened];
    }
    let key = match read_admin_key(folder) {
        Ok(_) => Finding::ok("admin key", "readable by its owner only"),
        Err(error) => Finding::failed("admin key", error.to_string(), "see docs/operations.md"),
    };
    vec![opened, key]
}

fn room(folder: &Path, config: &Config) -> Finding {
    let space = match RealDisk.space(folder) {
        Ok(space) => space,
        Err(error) => return Finding::warning("disk room", error.to_string(), "look with df"),
    };
    let needed = config.journal.segment_bytes.saturating_mul(2);
    let found = format!(
        "{} MiB free of {}",
        space.free_bytes / MIB,
        space.total_bytes / MIB
    );
    if space.free_bytes < needed {
        let remedy = format!(
            "make room: two segments of the journal take {} MiB",
            needed / MIB
        );
        return Finding::failed("disk room", found, remedy);
    }
    Finding::ok("disk room", found)
}

/// Writes and syncs as the journal does, in a file that goes away.
fn sync_times(folder: &Path) -> io::Result<Vec<Duration>> {
    let mut file: File = tempfile::tempfile_in(folder)?;
    let block = [0xA5; BLOCK_BYTES];
    let mut times = Vec::with_capacity(SYNCS);
    for _ in 0..SYNCS {
        file.write_all(&block)?;
        let watch = Stopwatch::start();
        file.sync_data()?;
        times.push(watch.elapsed());
    }
    times.sort();
    Ok(times)
}

fn judge_syncs(sorted: &[Duration]) -> Finding {
    let at = |share: usize| sorted.get(sorted.len() * share / 100).copied();
    let (median, slow) = (at(50).unwrap_or_default(), at(98).unwrap_or_default());
    let found = format!(
        "p50 {} us, p98 {} us, of {} syncs",
        median.as_micros(),
        slow.as_micros(),
        sorted.len()
    );
    let remedy = "every answer waits for one: use a disk with a protected cache, or --durability async and lose what \
                  was reported last at a power cut";
    if median >= SYNC_UNFIT {
        Finding::failed("disk sync", found, remedy)
    } else if slow >= SYNC_SLOW {
        Finding::warning("disk sync", found, remedy)
    } else {
        Finding::ok("disk sync", found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Verdict;

    #[test]
    fn a_slow_disk_is_told_and_one_that_is_unfit_fails() {
        let syncs = |us: u64| vec![Duration::from_micros(us); 50];

        assert_eq!(judge_syncs(&syncs(120)).verdict, Verdict::Ok);
        assert_eq!(judge_syncs(&syncs(12_000)).verdict, Verdict::Warning);
        assert_eq!(judge_syncs(&syncs(300_000)).verdict, Verdict::Failed);
    }

    #[test]
    fn a_port_that_somebody_has_is_told() {
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();

        let finding = port("public port", taken.local_addr().unwrap(), "--listen");

        assert_eq!(finding.verdict, Verdict::Failed);
        assert!(finding.line().contains("is in use; stop who listens there"));
    }
}
