//! Prepares the next segment on a thread of its own, and looks after the room on the disk meanwhile.
//!
//! A segment is made under a temporary name, filled with zeros, synced, renamed and its folder synced before
//! anybody needs it: going on in it costs one write more and no sync more than any other round. The zeros go to the
//! disk a little at a time, as long as nobody waits for them: whoever's report is due waits behind what the disk has
//! been given already, and a whole segment would be a tenth of a second.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, SyncSender, channel, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;

use super::BLOCK_BYTES;
use super::reading::Opened;
use super::segment::{BlankSegment, segment_path};
use super::shard::Shard;
use crate::abort::abort_on_panic;
use crate::disk::{Disk, OpenMode, write_once};

/// How often the room on the disk is looked at.
const SPACE_POLL: Duration = Duration::from_millis(250);
/// Zeros that the disk is given at once while nobody waits for the segment.
const ZEROS_PER_SYNC: u64 = 1 << 20;
/// The name of a segment that is not filled yet.
const UNFINISHED: &str = "journal.next";

/// What is asked of the thread.
#[derive(Debug, Clone, Copy)]
enum Ask {
    /// Segment `.0`, of `.1` bytes, as soon as there is room enough.
    Soon(u64, u64),
    /// What was asked for last is needed now, even if it takes the last room there is.
    Now,
}

/// Makes blank segments.
#[derive(Debug)]
pub(super) struct Preparing {
    shard: Arc<Shard>,
    ask: Option<Sender<Ask>>,
    ready: Receiver<BlankSegment>,
    thread: Option<JoinHandle<()>>,
    wishes: Arc<Wishes>,
}

/// What whoever orders a segment wants meanwhile.
#[derive(Debug, Default)]
pub(super) struct Wishes {
    /// It is not wanted any more.
    is_ending: AtomicBool,
    /// Somebody waits for it.
    is_awaited: AtomicBool,
}

impl Preparing {
    pub fn start(shard: &Arc<Shard>) -> io::Result<Self> {
        let (ask, asked) = channel();
        let (done, ready) = sync_channel(1);
        let wishes = Arc::<Wishes>::default();
        let worker = Worker {
            shard: Arc::clone(shard),
            asked,
            done,
            wishes: Arc::clone(&wishes),
        };
        let thread = std::thread::Builder::new()
            .name("journal-next".to_owned())
            .spawn(move || abort_on_panic("journal-next", || worker.run()))?;
        Ok(Self {
            shard: Arc::clone(shard),
            ask: Some(ask),
            ready,
            thread: Some(thread),
            wishes,
        })
    }

    /// Has segment `number` made.
    pub fn order(&self, number: u64, bytes: u64) {
        self.say(Ask::Soon(number, bytes));
    }

    /// The segment that was ordered, of at least `bytes`; waits for it.
    pub fn take(&self, bytes: u64) -> io::Result<BlankSegment> {
        self.wishes.is_awaited.store(true, Ordering::Release);
        self.say(Ask::Now);
        let gone = |_| io::Error::other("the next segment could not be prepared");
        let blank = self.ready.recv().map_err(gone);
        self.wishes.is_awaited.store(false, Ordering::Release);
        let mut blank = blank?;
        if blank.bytes < bytes {
            // Ordered in the usual size; a frame needs a larger one.
            fill(&blank, blank.bytes, bytes, &self.wishes)?;
            blank.file.sync()?;
            blank.bytes = bytes;
        }
        Ok(blank)
    }

    fn say(&self, ask: Ask) {
        // Whether the thread is still there is seen when the segment is taken.
        let _ = self.ask.as_ref().map(|asking| asking.send(ask));
    }
}

/// What is being made is left as it is.
impl Drop for Preparing {
    fn drop(&mut self) {
        self.wishes.is_ending.store(true, Ordering::Release);
        self.ask = None;
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!(folder = %self.shard.folder.display(), "the thread that prepares segments panicked");
        }
    }
}

struct Worker {
    shard: Arc<Shard>,
    asked: Receiver<Ask>,
    done: SyncSender<BlankSegment>,
    wishes: Arc<Wishes>,
}

impl Worker {
    fn run(self) {
        let mut wanted = None;
        let mut is_urgent = false;
        loop {
            match self.asked.recv_timeout(SPACE_POLL) {
                Ok(Ask::Soon(number, bytes)) => {
                    (wanted, is_urgent) = (Some((number, bytes)), false);
                }
                Ok(Ask::Now) => is_urgent = true,
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
            self.shard.look_after_space();
            let Some((number, bytes)) = wanted else {
                continue;
            };
            if !is_urgent && !self.shard.has_space_for(bytes) {
                continue;
            }
            wanted = None;
            match self.prepare(number, bytes) {
                Ok(blank) => {
                    if self.done.send(blank).is_err() {
                        return;
                    }
                }
                Err(_) if self.wishes.is_ending.load(Ordering::Acquire) => return,
                Err(error) => {
                    let reason = format!("the journal's next segment cannot be made: {error}");
                    return self.shard.fail(&reason);
                }
            }
        }
    }

    fn prepare(&self, number: u64, bytes: u64) -> io::Result<BlankSegment> {
        let (disk, folder) = (&**self.shard.disk(), &self.shard.folder);
        match left_ready(disk, folder, number, bytes) {
            Some(blank) => Ok(blank),
            None => make(disk, folder, number, bytes, &self.wishes),
        }
    }
}

/// The blank segment that an earlier process left.
fn left_ready(disk: &dyn Disk, folder: &Path, number: u64, bytes: u64) -> Option<BlankSegment> {
    let Ok(Opened::Blank(mut blocks)) = Opened::open(disk, folder, number) else {
        return None;
    };
    if blocks.blocks * BLOCK_BYTES as u64 != bytes || !blocks.is_zero_from(0).ok()? {
        return None;
    }
    let file = disk.open(&blocks.path, OpenMode::Write).ok()?;
    // Its zeros may be those of a cut that was not synced.
    file.sync().ok()?;
    Some(BlankSegment {
        file,
        number,
        bytes,
    })
}

/// Makes blank segment `number` of `folder`.
pub(super) fn make(
    disk: &dyn Disk,
    folder: &Path,
    number: u64,
    bytes: u64,
    wishes: &Wishes,
) -> io::Result<BlankSegment> {
    let unfinished: PathBuf = folder.join(UNFINISHED);
    let blank = BlankSegment {
        file: disk.open(&unfinished, OpenMode::Create)?,
        number,
        bytes,
    };
    fill(&blank, 0, bytes, wishes)?;
    blank.file.sync()?;
    disk.rename(&unfinished, &segment_path(folder, number))?;
    disk.sync_folder(folder)?;
    Ok(blank)
}

fn fill(blank: &BlankSegment, from: u64, to: u64, wishes: &Wishes) -> io::Result<()> {
    static ZEROS: [u8; 1 << 16] = [0; 1 << 16];
    let mut offset = from;
    let mut synced = from;
    while offset < to {
        if wishes.is_ending.load(Ordering::Acquire) {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let left = usize::try_from(to - offset).unwrap_or(usize::MAX);
        let part = left.min(ZEROS.len());
        write_once(&*blank.file, &ZEROS[..part], offset)?;
        offset += part as u64;
        if offset - synced >= ZEROS_PER_SYNC && !wishes.is_awaited.load(Ordering::Acquire) {
            blank.file.sync()?;
            synced = offset;
        }
    }
    Ok(())
}
