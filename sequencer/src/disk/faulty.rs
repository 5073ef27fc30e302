//! A disk on which calls fail, stall, are left out, or end the process, as the fault points say.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::{Disk, DiskFile, DiskLock, DiskSpace, OpenMode};
use crate::clock::pause;
use crate::faults::{FaultPoint, Faults, Which, WriteFault};

/// `EIO` and `ENOSPC`, which have no `ErrorKind` that says them exactly.
const EIO: i32 = 5;
const ENOSPC: i32 = 28;

/// Another disk, with faults.
#[derive(Debug)]
pub(super) struct FaultyDisk {
    disk: Arc<dyn Disk>,
    plan: Arc<Plan>,
}

#[derive(Debug)]
struct FaultyFile {
    file: Box<dyn DiskFile>,
    plan: Arc<Plan>,
}

/// What goes wrong, and how many calls there were.
#[derive(Debug)]
struct Plan {
    faults: Faults,
    calls: AtomicU64,
    writes: AtomicU64,
    syncs: AtomicU64,
}

impl FaultyDisk {
    pub(super) fn new(disk: Arc<dyn Disk>, faults: Faults) -> Self {
        Self {
            disk,
            plan: Arc::new(Plan {
                faults,
                calls: AtomicU64::new(0),
                writes: AtomicU64::new(0),
                syncs: AtomicU64::new(0),
            }),
        }
    }
}

impl Plan {
    /// A call that changes something is entered.
    fn enter(&self) {
        let call = next(&self.calls);
        if self.faults.has(FaultPoint::CrashAtSyscall(call)) {
            tracing::error!(call, "RIALTO_FAULT ends the process at this call");
            std::process::abort();
        }
    }

    fn sync(
        &self,
        skipped_by: FaultPoint,
        sync: impl FnOnce() -> io::Result<()>,
    ) -> io::Result<()> {
        self.enter();
        let number = next(&self.syncs);
        for point in self.faults.points() {
            if let FaultPoint::StallSync(time, which) = point {
                stall(*time, *which, number);
            }
        }
        if self.faults.has(FaultPoint::FailSyncAt(number)) {
            return Err(io::Error::from_raw_os_error(EIO));
        }
        if self.faults.has(skipped_by) {
            return Ok(());
        }
        sync()
    }

    fn write(&self, file: &dyn DiskFile, bytes: &[u8], offset: u64) -> io::Result<usize> {
        self.enter();
        let number = next(&self.writes);
        for point in self.faults.points() {
            if let FaultPoint::StallWrite(time, which) = point {
                stall(*time, *which, number);
            }
            if let FaultPoint::FailWriteAt(at, how) = point
                && *at == number
            {
                return fail(*how, file, bytes, offset);
            }
        }
        file.write_at(bytes, offset)
    }
}

fn fail(how: WriteFault, file: &dyn DiskFile, bytes: &[u8], offset: u64) -> io::Result<usize> {
    match how {
        WriteFault::Io => Err(io::Error::from_raw_os_error(EIO)),
        WriteFault::NoSpace => Err(io::Error::from_raw_os_error(ENOSPC)),
        WriteFault::Interrupted => Err(io::ErrorKind::Interrupted.into()),
        WriteFault::Short => file.write_at(&bytes[..bytes.len() / 2], offset),
    }
}

fn stall(time: Duration, which: Which, number: u64) {
    match which {
        Which::Every => pause(time),
        Which::At(at) if at == number => pause(time),
        Which::At(_) => {}
    }
}

fn next(counter: &AtomicU64) -> u64 {
    counter.fetch_add(1, Ordering::Relaxed) + 1
}

impl Disk for FaultyDisk {
    fn list(&self, folder: &Path) -> io::Result<Vec<PathBuf>> {
        self.disk.list(folder)
    }

    fn open(&self, path: &Path, mode: OpenMode) -> io::Result<Box<dyn DiskFile>> {
        if mode == OpenMode::Create {
            self.plan.enter();
        }
        Ok(Box::new(FaultyFile {
            file: self.disk.open(path, mode)?,
            plan: Arc::clone(&self.plan),
        }))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.plan.enter();
        self.disk.rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.plan.enter();
        self.disk.remove(path)
    }

    fn make_folder(&self, path: &Path) -> io::Result<()> {
        self.plan.enter();
        self.disk.make_folder(path)
    }

    fn is_folder(&self, path: &Path) -> bool {
        self.disk.is_folder(path)
    }

    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        self.plan
            .sync(FaultPoint::SkipFolderSync, || self.disk.sync_folder(folder))
    }

    fn space(&self, path: &Path) -> io::Result<DiskSpace> {
        let mut space = self.disk.space(path)?;
        for point in self.plan.faults.points() {
            if let FaultPoint::DiskFreeBytes(free_bytes) = point {
                space.free_bytes = *free_bytes;
            }
        }
        Ok(space)
    }

    fn lock(&self, path: &Path) -> io::Result<Box<dyn DiskLock>> {
        self.disk.lock(path)
    }
}

impl DiskFile for FaultyFile {
    fn length(&self) -> io::Result<u64> {
        self.file.length()
    }

    fn read_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<usize> {
        self.file.read_at(bytes, offset)
    }

    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<usize> {
        self.plan.write(&*self.file, bytes, offset)
    }

    fn sync(&self) -> io::Result<()> {
        self.plan
            .sync(FaultPoint::SkipDataSync, || self.file.sync())
    }
}
