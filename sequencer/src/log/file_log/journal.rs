//! The journal thread: one write and one sync per round, then the gate.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{Ordering, fence};
use std::thread::JoinHandle;
use std::time::Duration;

use super::frame::{Chain, FrameHeader, blocks_of, put_frame};
use super::preparing::Preparing;
use super::recovery::{Begins, Recovered};
use super::segment::{FIRST_FRAME_BLOCK, SEGMENT_BYTES_MIN, Segment, SegmentHeader, Shows};
use super::shard::{Frame, Shard};
use super::survey::OpenError;
use super::watermark::SegmentState;
use super::{BLOCK_BYTES, Durability, FileLogOptions};
use crate::abort::abort_on_panic;
use crate::clock::Stopwatch;
use crate::faults::FaultPoint;
use crate::position::{Epoch, LogPosition};

/// Most bytes one write has. What comes while a sync is under way goes with the next one: on a disk that is busy with
/// others a sync takes milliseconds whatever it carries, and a smaller round would hold all of them up.
const ROUND_BYTES_MAX: usize = 4 << 20;
/// How long nothing has to come before the watermark is synced too, which nobody waits for.
const QUIET: Duration = Duration::from_millis(20);

/// Everything the journal thread owns.
#[derive(Debug)]
pub(super) struct Journal {
    shard: Arc<Shard>,
    options: FileLogOptions,
    segment: Segment,
    preparing: Preparing,
    chain: Chain,
    epoch: Epoch,
    /// Position of the next frame that is written.
    next: LogPosition,
    /// Highest position that is synced.
    synced: LogPosition,
    since_sync: Stopwatch,
    /// Whether the last watermark is synced.
    is_watermark_synced: bool,
    /// Frames that came before one with a lower position; `None` where that one is missing.
    waiting: VecDeque<Option<Frame>>,
    buffer: Vec<u8>,
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
        let preparing = Preparing::start(&shard).map_err(in_folder)?;
        let next = LogPosition(recovered.last.0 + 1);
        let header = SegmentHeader {
            epoch: recovered.epoch,
            blocks: options.segment_bytes / BLOCK_BYTES as u64,
            first: next,
            chain: recovered.chain,
            shows: Shows::from(options.durability),
        };
        let segment = match (recovered.segment, recovered.begins) {
            (Some(segment), Begins::There) => segment,
            (before, Begins::There | Begins::Anew) => {
                begin(before, &preparing, header, recovered.last).map_err(in_folder)?
            }
        };
        preparing.order(segment.number + 1, options.segment_bytes);
        Ok(Self {
            shard,
            options,
            segment,
            preparing,
            chain: recovered.chain,
            epoch: recovered.epoch,
            next,
            synced: recovered.last,
            since_sync: Stopwatch::start(),
            is_watermark_synced: true,
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
                // One failed write or sync and nothing that follows can be trusted: no retry.
                Err(error) => return shard.fail(&format!("the journal failed: {error}")),
            }
        }
        if let Err(error) = self.finish() {
            shard.fail(&format!("the journal failed: {error}"));
        }
    }

    /// Writes what has come, syncs it, lets it out. Says whether there was anything.
    fn round(&mut self) -> io::Result<bool> {
        if self.shard.is_failed.load(Ordering::Acquire) {
            return Err(io::Error::other("an earlier write failed"));
        }
        self.collect();
        if !matches!(self.waiting.front(), Some(Some(_))) {
            self.sync_watermark_when_quiet()?;
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
        let mut header = FrameHeader {
            position: frame.position,
            durable: self.synced,
            chain: self.chain,
            matcher: frame.matcher,
            body_bytes: u32::try_from(frame.body.len()).expect("a body is bounded"),
        };
        self.chain = self.chain.then(&header, &frame.body);
        header.chain = self.chain;
        let mut place = self.segment.place();
        place.index += pending;
        put_frame(&mut self.buffer, place, &header, &frame.body);
        self.next = LogPosition(self.next.0 + 1);
        // Where there is room enough already, the body's is given up.
        let _ = self.shard.spare_bodies.push(frame.body);
        frame.position
    }

    fn make_durable(&mut self, last: LogPosition) -> io::Result<()> {
        if self.shard.storage.faults().has(FaultPoint::AckBeforeSync) {
            self.let_out(last);
        }
        match self.options.durability {
            Durability::Sync => self.sync(last)?,
            Durability::Async(every) => {
                if self.since_sync.elapsed() >= every {
                    self.sync(last)?;
                }
            }
            Durability::None => {}
        }
        self.let_out(last);
        if self.synced == last {
            // After the reports: nobody waits for it.
            self.write_watermark(SegmentState::Open)?;
        }
        Ok(())
    }

    fn let_out(&self, last: LogPosition) {
        self.shard.durable.store(last.0, Ordering::Release);
        if let Some(gate) = self.shard.gate.get() {
            gate.release(last);
        }
    }

    fn sync(&mut self, last: LogPosition) -> io::Result<()> {
        let syncing = Stopwatch::start();
        self.segment.sync()?;
        if let Some(gate) = self.shard.gate.get() {
            gate.note_sync(syncing.elapsed());
        }
        self.synced = last;
        self.since_sync = Stopwatch::start();
        self.is_watermark_synced = true;
        Ok(())
    }

    fn write_watermark(&mut self, state: SegmentState) -> io::Result<()> {
        self.is_watermark_synced = false;
        self.segment.write_watermark(self.synced, state)
    }

    /// Under [`Durability::Async`]: syncs what was written a while ago.
    fn sync_when_due(&mut self) -> io::Result<bool> {
        let last = LogPosition(self.next.0 - 1);
        if let Durability::Async(every) = self.options.durability
            && self.synced < last
            && self.since_sync.elapsed() >= every
        {
            self.sync(last)?;
            self.write_watermark(SegmentState::Open)?;
        }
        Ok(false)
    }

    /// Goes on in the next segment, once everything in this one is synced.
    fn rotate(&mut self) -> io::Result<()> {
        let frame = self.waiting.front().and_then(Option::as_ref);
        let blocks = frame.map_or(0, |frame| blocks_of(frame.body.len()) as u64);
        // A frame larger than a whole segment gets a segment of its size.
        let needed = (FIRST_FRAME_BLOCK + blocks) * BLOCK_BYTES as u64;
        let last = LogPosition(self.next.0 - 1);
        if self.synced < last {
            self.sync(last)?;
        }
        let blank = self
            .preparing
            .take(self.options.segment_bytes.max(needed))?;
        self.write_watermark(SegmentState::Continued)?;
        let header = SegmentHeader {
            epoch: self.epoch,
            blocks: blank.bytes / BLOCK_BYTES as u64,
            first: self.next,
            chain: self.chain,
            shows: self.segment.header.shows,
        };
        self.segment = Segment::begin(blank, header);
        // Before the next one is there: a segment that has one behind it was begun, and its header must be whole.
        self.segment.write_header()?;
        self.segment.sync()?;
        self.preparing
            .order(self.segment.number + 1, self.options.segment_bytes);
        Ok(())
    }

    /// Every handle is gone, and everything that they handed over is written.
    fn is_over(&self) -> bool {
        self.shard.handles.load(Ordering::Acquire) == 0
            && self.shard.frames.is_empty()
            && self.waiting.is_empty()
    }

    fn sleep(&mut self) {
        self.shard.is_journal_asleep.store(true, Ordering::Relaxed);
        fence(Ordering::SeqCst);
        let has_work = !self.shard.frames.is_empty() || self.is_over();
        if !has_work {
            match self.options.durability {
                Durability::Async(every) if self.synced.0 + 1 < self.next.0 => {
                    std::thread::park_timeout(every.max(Duration::from_millis(1)));
                }
                Durability::Sync if !self.is_watermark_synced => {
                    std::thread::park_timeout(QUIET);
                }
                Durability::Sync | Durability::Async(_) | Durability::None => std::thread::park(),
            }
        }
        self.shard.is_journal_asleep.store(false, Ordering::Relaxed);
    }

    /// Under [`Durability::Sync`], when nothing has come for a while: makes the watermark durable, so that
    /// even after a power cut it says which of the last frames had been acknowledged.
    fn sync_watermark_when_quiet(&mut self) -> io::Result<()> {
        if self.options.durability == Durability::Sync
            && !self.is_watermark_synced
            && self.since_sync.elapsed() >= QUIET
        {
            self.segment.sync()?;
            self.is_watermark_synced = true;
        }
        Ok(())
    }

    /// Syncs everything, and notes that nothing is missing.
    pub fn finish(&mut self) -> io::Result<()> {
        self.segment.write_header()?;
        self.sync(LogPosition(self.next.0 - 1))?;
        self.write_watermark(SegmentState::Closed)?;
        self.segment.sync()
    }
}

/// Begins a segment, synced, after the one that there is.
fn begin(
    before: Option<Segment>,
    preparing: &Preparing,
    header: SegmentHeader,
    last: LogPosition,
) -> io::Result<Segment> {
    let bytes = header.blocks * BLOCK_BYTES as u64;
    preparing.order(before.as_ref().map_or(1, |before| before.number + 1), bytes);
    let blank = preparing.take(bytes)?;
    if let Some(mut before) = before {
        before.write_watermark(last, SegmentState::Continued)?;
    }
    let mut segment = Segment::begin(blank, header);
    segment.write_header()?;
    segment.sync()?;
    Ok(segment)
}
