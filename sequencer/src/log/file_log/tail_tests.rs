//! Goal: a follower at the tail of a log that grows reads what is new, and no more. Method: a disk that counts.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::entries::{Entries, Span};
use super::tests::{SMALL, batch, context, wait_until_durable};
use super::{FileLogOptions, FileLogs};
use crate::disk::{Disk, DiskFile, DiskLock, DiskSpace, OpenMode, RealDisk};
use crate::log::{CommandLog, LogFactory};
use crate::position::LogPosition;

/// The system's files, and how many bytes were asked of them.
#[derive(Debug, Default)]
struct CountingDisk {
    bytes_read: Arc<AtomicU64>,
}

#[derive(Debug)]
struct CountingFile {
    file: Box<dyn DiskFile>,
    bytes_read: Arc<AtomicU64>,
}

impl Disk for CountingDisk {
    fn list(&self, folder: &Path) -> io::Result<Vec<PathBuf>> {
        RealDisk.list(folder)
    }

    fn open(&self, path: &Path, mode: OpenMode) -> io::Result<Box<dyn DiskFile>> {
        Ok(Box::new(CountingFile {
            file: RealDisk.open(path, mode)?,
            bytes_read: Arc::clone(&self.bytes_read),
        }))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        RealDisk.rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        RealDisk.remove(path)
    }

    fn make_folder(&self, path: &Path) -> io::Result<()> {
        RealDisk.make_folder(path)
    }

    fn is_folder(&self, path: &Path) -> bool {
        RealDisk.is_folder(path)
    }

    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        RealDisk.sync_folder(folder)
    }

    fn space(&self, path: &Path) -> io::Result<DiskSpace> {
        RealDisk.space(path)
    }

    fn lock(&self, path: &Path) -> io::Result<Box<dyn DiskLock>> {
        RealDisk.lock(path)
    }
}

impl DiskFile for CountingFile {
    fn length(&self) -> io::Result<u64> {
        self.file.length()
    }

    fn read_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<usize> {
        let found = self.file.read_at(bytes, offset)?;
        let counted = u64::try_from(found).expect("a buffer is smaller");
        self.bytes_read.fetch_add(counted, Ordering::Relaxed);
        Ok(found)
    }

    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<usize> {
        self.file.write_at(bytes, offset)
    }

    fn sync(&self) -> io::Result<()> {
        self.file.sync()
    }
}

#[test]
fn each_look_at_the_tail_reads_what_is_new_and_not_the_rest_of_the_segment() {
    let folder = tempfile::tempdir().unwrap();
    let options = FileLogOptions {
        segment_bytes: 8 << 20,
        ..SMALL
    };
    let mut logs = FileLogs::open(folder.path(), options).unwrap();
    let mut log = LogFactory::open(&mut logs, context()).unwrap();
    let disk = CountingDisk::default();
    let bytes_read = Arc::clone(&disk.bytes_read);
    let span = Span {
        from: LogPosition(1),
        chain_before: None,
        up_to: LogPosition(0),
    };
    let mut tail = Entries::new(Arc::new(disk), folder.path(), span, [].into()).unwrap();

    for number in 1..=200 {
        // A frame of one to five blocks of 512 bytes.
        log.append(&batch(number, u32::try_from(number % 100).unwrap()))
            .unwrap();
        wait_until_durable(&log, number);
        tail.read_up_to(log.durable());
        assert_eq!(tail.next().unwrap().unwrap().number, number);
        assert!(tail.next().is_none(), "nothing more is durable");
    }

    // All frames together are about 256 KiB, the segment is 8 MiB: reading its rest at each look were 1.6 GiB.
    let bytes_read = bytes_read.load(Ordering::Relaxed);
    assert!(bytes_read < 3 << 20, "{bytes_read} bytes in 200 looks");
}
