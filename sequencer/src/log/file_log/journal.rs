//! The journal thread: one write and one sync per round, then the gate.

use std::collections::VecDeque;
use std::fs::{self, File};
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{Ordering, fence};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;

use super::frame::{Chain, FrameHeader, blocks_of, put_frame};
use super::recovery::{OpenError, Recovered};
use super::segment::{Segment, SegmentHeader, preallocate};
use super::{BLOCK_BYTES, Durability, FileLogOptions, Frame, Shard};
use crate::abort::abort_on_panic;
use crate::clock::Stopwatch;
use crate::position::{Epoch, LogPosition};

/// Most bytes one write has: a sync costs the same up to about this size.
const ROUND_BYTES_MAX: usize = 1 << 20;
/// Smallest segment: a frame of a usual batch must fit several times.
const SEGMENT_BYTES_MIN: u64 = 64 << 10;

/// Everything the journal thread owns.
#[derive(Debug)]
pub(super) struct Journal {
    shard: Arc<Shard>,
    options: FileLogOptions,
    segment: Segment,
    spares: Spares,
    chain: Chain,
    epoch: Epoch,
    /// Position of the next frame that is written.
    next: LogPosition,
    /// Highest position that is synced.
    synced: LogPosition,
    since_sync: Stopwatch,
    /// Frames that came before one with a lower position; `None` where that one is missing.
    waiting: VecDeque<Option<Frame>>,
    buffer: Vec<u8>,
}

/// The file of zeros that becomes the next segment, made by a thread of its own.
#[derive(Debug)]
struct Spares {
    folder: PathBuf,
    ask: SyncSender<(PathBuf, u64)>,
    ready: Receiver<io::Result<File>>,
}

impl Journal {
    pub fn open(
        shard: Arc<Shard>,
        options: FileLogOptions,
        recovered: Recovered,
    ) -> Result<Self, OpenError> {
        let folder = shard.folder.clone();
        let in_folder = |error| OpenError::io(&folder, error);
        let bytes = options.segment_bytes.max(SEGMENT_BYTES_MIN);
        let options = FileLogOptions {
            segment_bytes: bytes - bytes % BLOCK_BYTES as u64,
            ..options
        };
        let spares = Spares::start(folder.clone()).map_err(in_folder)?;
        spares.order(options.segment_bytes);
        let next = LogPosition(recovered.last.0 + 1);
        let header = header_of(&options, recovered.epoch, next, recovered.chain);
        let segment = if let Some(segment) = recovered.segment {
            segment
        } else {
            let first = spares
                .begin(1, &header, options.segment_bytes)
                .map_err(in_folder)?;
            spares.order(options.segment_bytes);
            first
        };
        Ok(Self {
            shard,
            options,
            segment,
            spares,
            chain: recovered.chain,
            epoch: recovered.epoch,
            next,
            synced: recovered.last,
            since_sync: Stopwatch::start(),
            waiting: VecDeque::new(),
            buffer: Vec::new(),
        })
    }

    pub fn spawn(self) -> io::Result<JoinHandle<()>> {
        std::thread::Builder::new()
            .name("journal".to_owned())
            // A journal that ended in the middle would leave matchers waiting for ever.
            .spawn(move || abort_on_panic("journal", || self.run()))
    }

    fn run(mut self) {
        let shard = Arc::clone(&self.shard);
        let is_first = shard.journal_thread.set(std::thread::current()).is_ok();
        assert!(is_first, "a shard has one journal thread");
        loop {
            match self.round() {
                Ok(true) => {}
                Ok(false) if self.is_over() => break,
                Ok(false) => self.sleep(),
                Err(error) => {
                    // One failed write or sync and nothing that follows can be trusted: no retry.
                    shard.fail(&format!("the journal failed: {error}"));
                    return;
                }
            }
        }
        if let Err(error) = self.finish() {
            shard.fail(&format!("the journal failed: {error}"));
        }
    }

    /// Writes what has come, syncs it, lets it out. Says whether there was anything.
    fn round(&mut self) -> io::Result<bool> {
        self.collect();
        if !matches!(self.waiting.front(), Some(Some(_))) {
            return self.sync_when_due();
        }
        self.buffer.clear();
        let mut last = self.next;
        while let Some(Some(frame)) = self.waiting.front() {
            let blocks = blocks_of(frame.body.len()) as u64;
            let pending = (self.buffer.len() / BLOCK_BYTES) as u64;
            if self.buffer.len() >= ROUND_BYTES_MAX || !self.segment.has_room(pending + blocks) {
                break;
            }
            let frame = self.waiting.pop_front().flatten();
            last = self.put(frame.expect("it was looked at"), pending);
        }
        if self.buffer.is_empty() {
            self.rotate()?;
            return Ok(true);
        }
        self.segment.write(&self.buffer)?;
        self.make_durable(last)?;
        Ok(true)
    }

    /// Sorts what has come by position.
    fn collect(&mut self) {
        while let Some(frame) = self.shard.frames.pop() {
            let ahead = usize::try_from(frame.position.0 - self.next.0)
                .expect("frames in flight are bounded");
            if ahead >= self.waiting.len() {
                self.waiting.resize_with(ahead + 1, || None);
            }
            self.waiting[ahead] = Some(frame);
        }
    }

    fn put(&mut self, frame: Frame, pending: u64) -> LogPosition {
        assert_eq!(frame.position, self.next, "frames are written in order");
        let header = FrameHeader {
            position: frame.position,
            durable: self.synced,
            chain: self.chain,
            matcher: frame.matcher,
            body_bytes: u32::try_from(frame.body.len()).expect("a body is bounded"),
        };
        let mut place = self.segment.place();
        place.index += pending;
        put_frame(&mut self.buffer, place, &header, &frame.body);
        self.chain = self.chain.then(&header, &frame.body);
        self.next = LogPosition(self.next.0 + 1);
        // Where there is room enough already, the body's is given up.
        let _ = self.shard.spare_bodies.push(frame.body);
        frame.position
    }

    fn make_durable(&mut self, last: LogPosition) -> io::Result<()> {
        match self.options.durability {
            Durability::Sync => self.sync(last)?,
            Durability::Async(every) => {
                if self.since_sync.elapsed() >= every {
                    self.sync(last)?;
                }
            }
            Durability::None => {}
        }
        self.shard.durable.store(last.0, Ordering::Release);
        if let Some(gate) = self.shard.gate.get() {
            gate.release(last);
        }
        if self.synced == last {
            // After the reports: nobody waits for it.
            self.segment.write_watermark(last)?;
        }
        Ok(())
    }

    fn sync(&mut self, last: LogPosition) -> io::Result<()> {
        self.segment.sync()?;
        self.synced = last;
        self.since_sync = Stopwatch::start();
        Ok(())
    }

    /// Under [`Durability::Async`]: syncs what was written a while ago.
    fn sync_when_due(&mut self) -> io::Result<bool> {
        let last = LogPosition(self.next.0 - 1);
        if let Durability::Async(every) = self.options.durability
            && self.synced < last
            && self.since_sync.elapsed() >= every
        {
            self.sync(last)?;
            self.segment.write_watermark(last)?;
        }
        Ok(false)
    }

    /// Goes on in a new segment, once everything in this one is synced.
    fn rotate(&mut self) -> io::Result<()> {
        let frame = self.waiting.front().and_then(Option::as_ref);
        let blocks = frame.map_or(0, |frame| blocks_of(frame.body.len()) as u64);
        // A frame larger than a whole segment gets a segment of its size.
        let needed = (blocks + 2) * BLOCK_BYTES as u64;
        let bytes = self.options.segment_bytes.max(needed);
        self.sync(LogPosition(self.next.0 - 1))?;
        let options = FileLogOptions {
            segment_bytes: bytes,
            ..self.options
        };
        let header = header_of(&options, self.epoch, self.next, self.chain);
        self.segment = self.spares.begin(self.segment.number + 1, &header, bytes)?;
        self.spares.order(self.options.segment_bytes);
        Ok(())
    }

    /// Every handle is gone, and everything that they handed over is written.
    fn is_over(&self) -> bool {
        self.shard.handles.load(Ordering::Acquire) == 0
            && self.shard.frames.is_empty()
            && self.waiting.is_empty()
    }

    fn sleep(&self) {
        self.shard.is_journal_asleep.store(true, Ordering::Relaxed);
        fence(Ordering::SeqCst);
        let has_work = !self.shard.frames.is_empty() || self.is_over();
        if !has_work {
            match self.options.durability {
                Durability::Async(every) if self.synced.0 + 1 < self.next.0 => {
                    std::thread::park_timeout(every.max(Duration::from_millis(1)));
                }
                Durability::Sync | Durability::Async(_) | Durability::None => std::thread::park(),
            }
        }
        self.shard.is_journal_asleep.store(false, Ordering::Relaxed);
    }

    fn finish(&mut self) -> io::Result<()> {
        let last = LogPosition(self.next.0 - 1);
        self.sync(last)?;
        self.segment.write_watermark(last)
    }
}

fn header_of(
    options: &FileLogOptions,
    epoch: Epoch,
    first: LogPosition,
    chain: Chain,
) -> SegmentHeader {
    SegmentHeader {
        epoch,
        blocks: options.segment_bytes / BLOCK_BYTES as u64,
        first,
        chain,
    }
}

impl Spares {
    fn start(folder: PathBuf) -> io::Result<Self> {
        let (ask, orders) = sync_channel::<(PathBuf, u64)>(1);
        let (done, ready) = sync_channel(1);
        std::thread::Builder::new()
            .name("journal-spare".to_owned())
            .spawn(move || {
                for (path, bytes) in orders {
                    if done.send(preallocate(&path, bytes)).is_err() {
                        break;
                    }
                }
            })?;
        Ok(Self { folder, ask, ready })
    }

    fn path(&self) -> PathBuf {
        self.folder.join("journal.next")
    }

    /// Has a spare made; [`Spares::begin`] waits for it.
    fn order(&self, bytes: u64) {
        // Whether the thread is still there is seen when the spare is fetched.
        let _ = self.ask.send((self.path(), bytes));
    }

    fn begin(&self, number: u64, header: &SegmentHeader, bytes: u64) -> io::Result<Segment> {
        let gone = || io::Error::other("the thread that preallocates segments is gone");
        let mut file = self.ready.recv().map_err(|_| gone())??;
        if file.metadata()?.len() != bytes {
            // Ordered in the usual size; this frame needs a larger one.
            fs::remove_file(self.path())?;
            file = preallocate(&self.path(), bytes)?;
        }
        Segment::begin(&self.folder, &self.path(), file, number, header)
    }
}
