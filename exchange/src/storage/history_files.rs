//! The history's files: one row of bytes in segments, each named by the place of its first byte.
//!
//! ```text
//! GENERATION/history/records-00000000000000000000.rhi     orders, executions, amendments, prevented matches
//! GENERATION/history/seconds-00000000000000000000.rhi     what traded in each second
//! ```

use std::collections::VecDeque;
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use history::{History, HistoryOpened, IndexLimits, Storage, Storages, Syncing};

use crate::storage::durable::{make_folder, sync_folder};
use crate::storage::error::DataError;
use crate::storage::names_in;

/// A segment is ended when it is so long.
const SEGMENT_BYTES: u64 = 64 << 20;
const FOLDER: &str = "history";
const END: &str = ".rhi";

/// Opens the history of a generation, which is made if there is none. Of each kind so many bytes are kept.
///
/// # Errors
/// The folder cannot be used.
pub fn open_history(generation: &Path, retention_bytes: u64) -> Result<History, DataError> {
    let folder = generation.join(FOLDER);
    let failed = |error| DataError::io(&folder, error);
    make_folder(&folder).map_err(failed)?;
    let storage = |kind| Segments::open(&folder, kind, retention_bytes);
    let storages = Storages {
        records: Box::new(storage("records").map_err(failed)?),
        seconds: Box::new(storage("seconds").map_err(failed)?),
    };
    let opened = History::open(storages, IndexLimits::default());
    let (history, HistoryOpened { records, seconds }) = opened.map_err(failed)?;
    let cut_bytes = records.cut_bytes.saturating_add(seconds.cut_bytes);
    if cut_bytes > 0 {
        tracing::warn!(folder = %folder.display(), cut_bytes, "the history's last write was not finished; the journal brings it again");
    }
    Ok(history)
}

/// One row of bytes in segments. The oldest make room.
#[derive(Debug)]
struct Segments {
    folder: PathBuf,
    kind: &'static str,
    retention_bytes: u64,
    // Oldest first; the last one grows.
    row: VecDeque<Segment>,
}

#[derive(Debug)]
struct Segment {
    path: PathBuf,
    file: Arc<File>,
    first: u64,
    length: u64,
    is_synced: bool,
}

impl Segments {
    fn open(folder: &Path, kind: &'static str, retention_bytes: u64) -> io::Result<Self> {
        let mut firsts: Vec<u64> = names_in(folder)?
            .iter()
            .filter_map(|name| first_of(name, kind))
            .collect();
        firsts.sort_unstable();
        let mut storage = Self {
            folder: folder.to_owned(),
            kind,
            retention_bytes,
            row: VecDeque::new(),
        };
        for first in firsts {
            let path = storage.path_of(first);
            let file = File::options().read(true).write(true).open(&path)?;
            let length = file.metadata()?.len();
            // What does not follow what is before it cannot be counted on.
            if storage.row.back().is_some_and(|last| last.end() != first) {
                storage.row.clear();
            }
            storage.row.push_back(Segment {
                path,
                file: Arc::new(file),
                first,
                length,
                is_synced: true,
            });
        }
        Ok(storage)
    }

    fn path_of(&self, first: u64) -> PathBuf {
        self.folder.join(format!("{}-{first:020}{END}", self.kind))
    }

    fn begin_segment(&mut self) -> io::Result<()> {
        let first = self.end();
        let path = self.path_of(first);
        let file = File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(true)
            .open(&path)?;
        sync_folder(&self.folder)?;
        self.row.push_back(Segment {
            path,
            file: Arc::new(file),
            first,
            length: 0,
            is_synced: true,
        });
        self.drop_oldest()
    }

    fn drop_oldest(&mut self) -> io::Result<()> {
        while self.row.len() > 1 && self.end() - self.start() > self.retention_bytes {
            if let Some(oldest) = self.row.pop_front() {
                fs::remove_file(oldest.path)?;
            }
        }
        Ok(())
    }
}

impl Segment {
    const fn end(&self) -> u64 {
        self.first + self.length
    }
}

impl Storage for Segments {
    fn start(&self) -> u64 {
        self.row.front().map_or(0, |segment| segment.first)
    }

    fn end(&self) -> u64 {
        self.row.back().map_or(0, Segment::end)
    }

    fn read_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<()> {
        let after = self.row.partition_point(|segment| segment.first <= offset);
        let segment = after.checked_sub(1).and_then(|at| self.row.get(at));
        let segment = segment.ok_or(io::ErrorKind::UnexpectedEof)?;
        // A frame never goes on in the next segment.
        segment.file.read_exact_at(bytes, offset - segment.first)
    }

    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self
            .row
            .back()
            .is_none_or(|last| last.length >= SEGMENT_BYTES)
        {
            self.begin_segment()?;
        }
        let last = self
            .row
            .back_mut()
            .expect("one was begun if there was none");
        last.file.write_all_at(bytes, last.length)?;
        last.length += bytes.len() as u64;
        last.is_synced = false;
        Ok(())
    }

    fn syncing(&mut self) -> Syncing {
        let unsynced = self.row.iter_mut().filter(|segment| !segment.is_synced);
        let files: Vec<Arc<File>> = unsynced
            .map(|segment| {
                segment.is_synced = true;
                Arc::clone(&segment.file)
            })
            .collect();
        Box::new(move || files.iter().try_for_each(|file| file.sync_data()))
    }

    fn cut(&mut self, end: u64) -> io::Result<()> {
        while self
            .row
            .back()
            .is_some_and(|last| last.first >= end && last.first > 0)
        {
            if let Some(last) = self.row.pop_back() {
                fs::remove_file(last.path)?;
            }
        }
        if let Some(last) = self.row.back_mut() {
            last.length = last.length.min(end.saturating_sub(last.first));
            last.file.set_len(last.length)?;
            last.is_synced = false;
        }
        Ok(())
    }
}

fn first_of(name: &str, kind: &str) -> Option<u64> {
    let digits = name.strip_prefix(kind)?.strip_prefix('-')?;
    digits.strip_suffix(END)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_stay_where_they_were_put_over_segments_and_starts() {
        let folder = tempfile::tempdir().unwrap();
        let open = || Segments::open(folder.path(), "records", 200 << 20).unwrap();
        let mut storage = open();
        let block = |number: u8| vec![number; 40 << 20];
        for number in 0..3 {
            storage.append(&block(number)).unwrap();
        }
        storage.syncing()().unwrap();

        let storage = open();
        assert_eq!((storage.start(), storage.end()), (0, 120 << 20));
        assert_eq!(storage.row.len(), 2);
        let mut byte = [9];
        for number in 0..3_u8 {
            storage
                .read_at(&mut byte, (u64::from(number) * 40 + 39) << 20)
                .unwrap();
            assert_eq!(byte, [number]);
        }
    }

    #[test]
    fn the_oldest_segment_makes_room_and_a_cut_end_stays_cut() {
        let folder = tempfile::tempdir().unwrap();
        let mut storage = Segments::open(folder.path(), "seconds", 100 << 20).unwrap();
        for _ in 0..4 {
            storage.append(&vec![1; 64 << 20]).unwrap();
        }
        // Room is made when a segment is begun, and that one is not counted yet.
        assert_eq!(storage.start(), 128 << 20);
        storage.cut((192 << 20) + 5).unwrap();
        drop(storage);

        let storage = Segments::open(folder.path(), "seconds", 100 << 20).unwrap();
        assert_eq!(
            (storage.start(), storage.end()),
            (128 << 20, (192 << 20) + 5)
        );
        assert_eq!(names_in(folder.path()).unwrap().len(), 2);
    }
}
