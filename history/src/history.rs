//! The read model of everything that is over: built from events in order, kept in files, found by account.

use std::collections::BTreeMap;
use std::io;

use engine::{
    Event, InstrumentId, PastTrade, SequenceNumber, StateError, StateReader, Timestamp, Trade,
};

use crate::archive::{Archive, Marks, Opened};
use crate::candle::{Candle, Print};
use crate::candle_series::CandleSeries;
use crate::execution::Fees;
use crate::index::{Index, IndexLimits};
use crate::interval::Interval;
use crate::record::{Filed, Record};
use crate::storage::{Storage, Syncing};
use crate::tracker::OrderTracker;

/// Where a history is kept.
#[derive(Debug)]
pub struct Storages {
    /// Orders, executions, amendments and prevented matches.
    pub records: Box<dyn Storage>,
    /// What traded in each second.
    pub seconds: Box<dyn Storage>,
}

/// One command's part in the history.
#[derive(Debug, Clone, Copy)]
pub struct Block<'a> {
    /// Which instrument.
    pub instrument: InstrumentId,
    /// The command's place in the instrument's order.
    pub sequence: SequenceNumber,
    /// Engine time.
    pub at: Timestamp,
    /// What it did.
    pub events: &'a [Event],
}

/// Closed orders, executions, amendments, prevented matches, candles and statistics of all instruments.
///
/// It is fed every command once, in the order of each instrument, and only with what is durable. What it has
/// written already it takes in again without writing it twice: so a start feeds it the journal's tail.
#[derive(Debug)]
pub struct History {
    pub(crate) records: Archive,
    seconds: Archive,
    pub(crate) index: Index,
    pub(crate) instruments: BTreeMap<InstrumentId, OfInstrument>,
    /// The commands up to which everything is in `records`, or on its way there.
    recorded: Marks,
    /// The commands up to which everything is in `seconds`, or on its way there.
    counted: Marks,
    failure: Option<String>,
    found: Vec<Record>,
}

/// What is known of one instrument.
#[derive(Debug, Default)]
pub(crate) struct OfInstrument {
    pub tracker: OrderTracker,
    pub candles: CandleSeries,
    /// Whether the second that trades go into has changed since it was written.
    is_second_changed: bool,
}

/// What was found when a history was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct HistoryOpened {
    /// Orders, executions, amendments and prevented matches.
    pub records: Opened,
    /// Seconds.
    pub seconds: Opened,
}

impl History {
    /// Opens what was kept. What is not whole at the end is cut off, and comes again with the journal.
    ///
    /// # Errors
    /// The storage fails.
    pub fn open(storages: Storages, limits: IndexLimits) -> io::Result<(Self, HistoryOpened)> {
        let mut index = Index::new(limits);
        let mut instruments = BTreeMap::<InstrumentId, OfInstrument>::new();
        let (records, records_opened) =
            Archive::open(storages.records, |place, filed| index.add(&filed, place))?;
        let (seconds, seconds_opened) = Archive::open(storages.seconds, |_, filed| {
            let candles = &mut instruments.entry(filed.instrument).or_default().candles;
            match filed.record {
                Record::Second(second) => candles.load(*second),
                Record::Cut(sequence) => *candles = candles.without(sequence).0,
                Record::Order(_)
                | Record::Trade(_)
                | Record::Amendment(_)
                | Record::Prevented(_)
                | Record::Bust(_) => {}
            }
        })?;
        let history = Self {
            recorded: records.written().clone(),
            counted: seconds.written().clone(),
            records,
            seconds,
            index,
            instruments,
            failure: None,
            found: Vec::new(),
        };
        let opened = HistoryOpened {
            records: records_opened,
            seconds: seconds_opened,
        };
        Ok((history, opened))
    }

    /// Up to which command of the instrument everything is kept.
    pub fn kept(&self, instrument: InstrumentId) -> SequenceNumber {
        let of = |marks: &Marks| marks.get(&instrument).copied().unwrap_or_default();
        of(&self.recorded).min(of(&self.counted))
    }

    /// Up to which command of the instrument events were applied.
    pub fn applied(&self, instrument: InstrumentId) -> SequenceNumber {
        let known = self.instruments.get(&instrument);
        known.map_or(SequenceNumber(0), |it| it.tracker.sequence())
    }

    /// What broke; from then on nothing more is kept.
    pub fn failure(&self) -> Option<&str> {
        self.failure.as_deref()
    }

    /// Goes on with the open orders that a snapshot kept: [`OrderTracker::spell`] spelled them.
    ///
    /// # Errors
    /// The bytes spell no open orders.
    pub fn restore_open_orders(
        &mut self,
        instrument: InstrumentId,
        from: &mut StateReader<'_>,
    ) -> Result<(), StateError> {
        let mut tracker = OrderTracker::default();
        tracker.restore(from)?;
        self.instruments.entry(instrument).or_default().tracker = tracker;
        Ok(())
    }

    /// Takes in what one command did.
    ///
    /// # Panics
    /// The command was taken in already, or is earlier than one that was.
    pub fn apply(&mut self, block: Block<'_>, fees: impl Fn(&Trade) -> Fees) {
        let Block {
            instrument,
            sequence,
            at,
            events,
        } = block;
        let known = self.instruments.entry(instrument).or_default();
        let mut found = std::mem::take(&mut self.found);
        known.tracker.apply(sequence, at, events, fees, &mut found);
        let recorded = self.recorded.entry(instrument).or_default();
        if *recorded < sequence {
            *recorded = sequence;
            for record in found.drain(..) {
                self.file(instrument, record);
            }
        }
        found.clear();
        self.found = found;
        let counted = self.counted.entry(instrument).or_default();
        if *counted < sequence {
            *counted = sequence;
            for event in events {
                if let Event::Trade(trade) = event {
                    self.count(instrument, at, &Print::of(trade, sequence));
                } else if let Event::TradeBusted(busted) = event {
                    self.uncount(instrument, sequence, &busted.trade);
                }
            }
        }
        if self.records.is_frame_full() {
            self.flush();
        }
    }

    /// Everything of the journal was fed. Where more was kept than `sequence`, the journal has lost the end of what
    /// it had shown: it does not count here either.
    pub fn settle(&mut self, instrument: InstrumentId, sequence: SequenceNumber) {
        let undone = self.index.busts_after(instrument, sequence);
        if self
            .recorded
            .get(&instrument)
            .is_some_and(|kept| *kept > sequence)
        {
            self.file(instrument, Record::Cut(sequence));
            self.recorded.insert(instrument, sequence);
        }
        if self
            .counted
            .get(&instrument)
            .is_some_and(|kept| *kept > sequence)
        {
            self.counted.insert(instrument, sequence);
            let cut = Filed {
                instrument,
                record: Record::Cut(sequence),
            };
            self.seconds.push(&cut);
            self.count_again(instrument, sequence);
        }
        for bust in undone {
            self.count_second(instrument, sequence, bust.traded_at);
        }
    }

    /// Hands what was taken in to the system.
    pub fn flush(&mut self) {
        let written = self.records.flush(&self.recorded);
        self.note(written);
    }

    /// Hands seconds to the system too, those that go on included. To be called about once a second.
    pub fn checkpoint(&mut self) {
        self.flush();
        for (instrument, known) in &mut self.instruments {
            if !std::mem::take(&mut known.is_second_changed) {
                continue;
            }
            if let Some(second) = known.candles.current() {
                let filed = Filed {
                    instrument: *instrument,
                    record: Record::Second(Box::new(*second)),
                };
                self.seconds.push(&filed);
            }
        }
        let written = self.seconds.flush(&self.counted);
        self.note(written);
    }

    /// Makes everything that was taken in survive a power cut. Waits for the disk.
    pub fn sync(&mut self) {
        let syncing = self.begin_sync();
        self.end_sync(syncing());
    }

    /// What makes everything that was taken in so far survive a power cut: whoever waits for it need not hold the
    /// history. [`Self::end_sync`] takes what came of it.
    pub fn begin_sync(&mut self) -> Syncing {
        self.checkpoint();
        let (records, seconds) = (self.records.syncing(), self.seconds.syncing());
        Box::new(move || records().and_then(|()| seconds()))
    }

    /// Notes what came of a sync.
    pub fn end_sync(&mut self, synced: io::Result<()>) {
        self.note(synced);
        self.index.forget_before(self.records.start());
    }

    fn file(&mut self, instrument: InstrumentId, record: Record) {
        if self.failure.is_some() {
            return;
        }
        let filed = Filed { instrument, record };
        let place = self.records.push(&filed);
        self.index.add(&filed, place);
    }

    fn count(&mut self, instrument: InstrumentId, at: Timestamp, print: &Print) {
        let known = self.instruments.entry(instrument).or_default();
        known.is_second_changed = true;
        let over = known.candles.trade(at, print);
        if let Some(second) = over.filter(|_| self.failure.is_none()) {
            self.file_second(instrument, second);
        }
    }

    fn file_second(&mut self, instrument: InstrumentId, second: Candle) {
        let filed = Filed {
            instrument,
            record: Record::Second(Box::new(second)),
        };
        self.seconds.push(&filed);
    }

    /// Seconds that had trades which do not count are made again from those that do.
    fn count_again(&mut self, instrument: InstrumentId, sequence: SequenceNumber) {
        let known = self.instruments.entry(instrument).or_default();
        let (kept, cut) = known.candles.without(sequence);
        known.candles = kept;
        let Some(cut) = cut else { return };
        let page = crate::page::Page::oldest(usize::MAX).between(cut, Timestamp(u64::MAX));
        let trades = self.trades(instrument, &page);
        for trade in trades {
            if self.bust_of(instrument, trade.trade_id).is_none() {
                self.count(instrument, trade.event.at, &Print::of_record(&trade));
            }
        }
    }

    /// A trade does not count any more. Where not all trades of its second are found, it takes its volume with it,
    /// and prices stay.
    fn uncount(&mut self, instrument: InstrumentId, sequence: SequenceNumber, trade: &PastTrade) {
        let second = Interval::Second1.start_of(trade.at);
        if self.index.has_all_from(instrument, second) {
            return self.count_second(instrument, sequence, trade.at);
        }
        let known = self.instruments.entry(instrument).or_default();
        let Some(mut counted) = known.candles.second(second) else {
            return;
        };
        counted.take_out(&Print::of_past(trade, sequence));
        self.correct(instrument, second, Some(counted));
    }

    /// Counts the second that `at` is in again: the trades up to the command at `sequence` that stand.
    fn count_second(&mut self, instrument: InstrumentId, sequence: SequenceNumber, at: Timestamp) {
        let start = Interval::Second1.start_of(at);
        let last = Timestamp(Interval::Second1.next_after(start).0.saturating_sub(1));
        let page = crate::page::Page::oldest(usize::MAX).between(start, last);
        let mut counted: Option<Candle> = None;
        for trade in self.trades(instrument, &page) {
            let busted = self.bust_of(instrument, trade.trade_id);
            let is_busted = busted.is_some_and(|event| event.sequence <= sequence);
            if is_busted || trade.event.sequence > sequence {
                continue;
            }
            let one = Candle::of(start, &Print::of_record(&trade));
            match &mut counted {
                Some(counted) => counted.extend(&one),
                None => counted = Some(one),
            }
        }
        self.correct(instrument, start, counted);
    }

    /// Another second takes the place of the one that begins at `start`; `None`: nothing traded in it.
    fn correct(&mut self, instrument: InstrumentId, start: Timestamp, counted: Option<Candle>) {
        let known = self.instruments.entry(instrument).or_default();
        let before = known.candles.second(start);
        known.candles.correct(start, counted);
        // A second without trades says that there is none.
        let filed = counted.or(before.map(|before| Candle::empty(start, before.open)));
        if let Some(filed) = filed.filter(|_| self.failure.is_none()) {
            self.file_second(instrument, filed);
        }
    }

    fn note(&mut self, result: io::Result<()>) {
        if let Err(error) = result
            && self.failure.is_none()
        {
            self.failure = Some(error.to_string());
        }
    }
}
