//! An instrument's candles: what traded, by second, minute, hour and day. Other intervals are folded from these.

use std::collections::VecDeque;

use engine::{Price, SequenceNumber, Timestamp, TradeId};

use crate::candle::{Candle, Print};
use crate::interval::{Base, Interval};
use crate::statistics::Statistics;

/// Seconds that are kept: a day of them.
const SECONDS_MAX: usize = 86_400;
/// Minutes that are kept: a week of them and more.
const MINUTES_MAX: usize = 11_000;
/// Hours that are kept: two years of them.
const HOURS_MAX: usize = 17_600;
/// Days that are kept: ten years of them.
const DAYS_MAX: usize = 3_660;

/// An instrument's candles. Only spans in which something traded are kept; the gaps are filled when asked.
#[derive(Debug)]
pub struct CandleSeries {
    seconds: Ring,
    minutes: Ring,
    hours: Ring,
    days: Ring,
    /// The second that trades go into.
    current: Option<Candle>,
}

/// Candles of one length, oldest first; the oldest make room.
#[derive(Debug)]
struct Ring {
    interval: Interval,
    candles: VecDeque<Candle>,
    candles_max: usize,
}

/// Which candles are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CandleRange {
    /// The newest ones up to and with the one that `until` is in, which is not in the future: gaps are filled up to it.
    Newest {
        /// The last instant that is asked for.
        until: Timestamp,
        /// How many at most.
        count: usize,
    },
    /// The oldest ones that begin at `from` or later, and at `until` or earlier, which is not in the future.
    From {
        /// The first beginning that is asked for.
        from: Timestamp,
        /// The last beginning that is asked for.
        until: Timestamp,
        /// How many at most.
        count: usize,
    },
}

impl Default for CandleSeries {
    fn default() -> Self {
        Self {
            seconds: Ring::new(Interval::Second1, SECONDS_MAX),
            minutes: Ring::new(Interval::Minute1, MINUTES_MAX),
            hours: Ring::new(Interval::Hour1, HOURS_MAX),
            days: Ring::new(Interval::Day1, DAYS_MAX),
            current: None,
        }
    }
}

impl CandleSeries {
    /// Takes in a trade at `at`. Returns the second before, if this one begins another.
    pub fn trade(&mut self, at: Timestamp, print: &Print) -> Option<Candle> {
        let second = Candle::of(Interval::Second1.start_of(at), print);
        match &mut self.current {
            Some(current) if current.start == second.start => {
                current.extend(&second);
                None
            }
            Some(_) | None => self.begin(second),
        }
    }

    /// Takes in a second that was kept; it takes the place of an earlier one of the same second, and one without
    /// trades takes that away.
    pub fn load(&mut self, second: Candle) {
        let newest = self.current.as_ref().or(self.seconds.candles.back());
        let is_new = newest.is_none_or(|newest| newest.start < second.start);
        if is_new && !second.is_empty() {
            self.begin(second);
        } else {
            self.correct(second.start, Some(second).filter(|it| !it.is_empty()));
        }
    }

    /// What traded in the second that begins at `start`, if anything did and it is kept.
    pub fn second(&self, start: Timestamp) -> Option<Candle> {
        let current = self.current.filter(|current| current.start == start);
        current.or_else(|| self.seconds.get(start).copied())
    }

    /// Another second takes the place of the one that begins at `start`; `None`: nothing traded in it. Longer candles
    /// are made again of the shorter ones that they consist of; of one that began before those that are kept, only
    /// the volume is corrected.
    pub fn correct(&mut self, start: Timestamp, second: Option<Candle>) {
        if self.current.is_some_and(|current| current.start == start) {
            self.current = second;
            return;
        }
        let before = self.seconds.put(start, second);
        let change = (before, second);
        self.minutes.make_again(start, &self.seconds, change);
        self.hours.make_again(start, &self.minutes, change);
        self.days.make_again(start, &self.hours, change);
    }

    /// The second that trades go into.
    pub const fn current(&self) -> Option<&Candle> {
        self.current.as_ref()
    }

    /// Seconds in which something traded, the newest first.
    pub fn newest_seconds(&self) -> impl Iterator<Item = &Candle> {
        self.current.iter().chain(self.seconds.candles.iter().rev())
    }

    /// The first second in which a trade after `trade` is, among those that are kept.
    pub fn first_second_after(&self, trade: TradeId) -> Option<Timestamp> {
        self.newest_seconds()
            .take_while(|second| second.last_trade > trade)
            .last()
            .map(|second| second.start)
    }

    /// The same series without what commands after `sequence` traded: the last second that is whole, and those
    /// before it. Says where the first second begins that is not.
    pub fn without(&self, sequence: SequenceNumber) -> (Self, Option<Timestamp>) {
        let mut kept = Self::default();
        // Days and hours that are older than every second stay as they are.
        let mut cut = None;
        let seconds = self.seconds.candles.iter().chain(&self.current);
        for second in seconds {
            if second.last_sequence > sequence {
                cut = Some(second.start);
                break;
            }
            kept.load(*second);
        }
        let oldest = self.seconds.candles.front().or(self.current.as_ref());
        if let Some(oldest) = oldest {
            kept.prepend(self, oldest.start);
        }
        (kept, cut)
    }

    /// What is known from before the oldest second: longer candles, which keep what they have from then.
    fn prepend(&mut self, whole: &Self, oldest: Timestamp) {
        for (kept, whole) in [
            (&mut self.minutes, &whole.minutes),
            (&mut self.hours, &whole.hours),
            (&mut self.days, &whole.days),
        ] {
            let before = whole.candles.iter().rev();
            for candle in before.filter(|candle| candle.start < kept.interval.start_of(oldest)) {
                kept.candles.push_front(*candle);
            }
        }
    }

    /// Candles without a gap, oldest first. The last one may go on.
    pub fn candles(&self, interval: Interval, range: CandleRange) -> Vec<Candle> {
        let Some(first) = self.first_start(interval) else {
            return Vec::new();
        };
        let (from, until, count) = match range {
            CandleRange::Newest { until, count } => {
                let from = interval.back_from(until, count.saturating_sub(1));
                (from, until, count)
            }
            CandleRange::From { from, until, count } => {
                let start = interval.start_of(from);
                let from = if start < from {
                    interval.next_after(from)
                } else {
                    start
                };
                (from, until, count)
            }
        };
        self.filled(interval, from.max(first), until, count)
    }

    /// What traded in `window_ns` up to `now`, in whole seconds; longer than a day in whole minutes.
    pub fn statistics(&self, now: Timestamp, window_ns: u64) -> Option<Statistics> {
        let ring = if window_ns <= crate::calendar::DAY_NS {
            &self.seconds
        } else {
            &self.minutes
        };
        let from = ring
            .interval
            .next_after(Timestamp(now.0.saturating_sub(window_ns)));
        let mut sum: Option<Candle> = None;
        let current = self.current.as_ref().filter(|second| second.start >= from);
        for candle in ring.from(from).chain(current) {
            match &mut sum {
                Some(sum) => sum.extend(candle),
                None => sum = Some(*candle),
            }
        }
        let before = self.close_before(from);
        let last = self.last_price()?;
        let sum = sum.unwrap_or_else(|| Candle::empty(from, before.unwrap_or(last)));
        Some(Statistics::new(&sum, from, now, before))
    }

    /// The price of the last trade.
    pub fn last_price(&self) -> Option<Price> {
        let last = self.current.as_ref().or(self.days.candles.back());
        last.map(|candle| candle.close)
    }

    fn begin(&mut self, second: Candle) -> Option<Candle> {
        let before = self.current.replace(second)?;
        for ring in [
            &mut self.seconds,
            &mut self.minutes,
            &mut self.hours,
            &mut self.days,
        ] {
            ring.take_in(&before);
        }
        Some(before)
    }

    fn ring(&self, base: Base) -> &Ring {
        match base {
            Base::Seconds => &self.seconds,
            Base::Minutes => &self.minutes,
            Base::Hours => &self.hours,
            Base::Days => &self.days,
        }
    }

    /// Where the first candle of the interval begins that is kept.
    fn first_start(&self, interval: Interval) -> Option<Timestamp> {
        let oldest = self.ring(interval.base()).candles.front();
        let oldest = oldest.or(self.current.as_ref())?;
        Some(interval.start_of(oldest.start))
    }

    /// The last price before `at`.
    fn close_before(&self, at: Timestamp) -> Option<Price> {
        if let Some(current) = self.current.filter(|current| current.start < at) {
            return Some(current.close);
        }
        [&self.seconds, &self.minutes, &self.hours, &self.days]
            .into_iter()
            .find_map(|ring| ring.close_before(at))
    }

    fn filled(
        &self,
        interval: Interval,
        from: Timestamp,
        until: Timestamp,
        count: usize,
    ) -> Vec<Candle> {
        let mut kept = self.folded(interval, from).into_iter().peekable();
        let mut price = self.close_before(from);
        let mut candles = Vec::new();
        let mut start = from;
        while start <= until && candles.len() < count {
            let candle = match kept.next_if(|candle| candle.start == start) {
                Some(candle) => Some(candle),
                None => price.map(|price| Candle::empty(start, price)),
            };
            if let Some(candle) = candle {
                price = Some(candle.close);
                candles.push(candle);
            }
            start = interval.next_after(start);
        }
        candles
    }

    /// The candles of the interval in which something traded.
    fn folded(&self, interval: Interval, from: Timestamp) -> Vec<Candle> {
        let mut folded: Vec<Candle> = Vec::new();
        let current = self.current.as_ref().filter(|second| second.start >= from);
        for candle in self.ring(interval.base()).from(from).chain(current) {
            let start = interval.start_of(candle.start);
            match folded.last_mut() {
                Some(last) if last.start == start => last.extend(candle),
                Some(_) | None => folded.push(Candle { start, ..*candle }),
            }
        }
        folded
    }
}

impl Ring {
    const fn new(interval: Interval, candles_max: usize) -> Self {
        Self {
            interval,
            candles: VecDeque::new(),
            candles_max,
        }
    }

    fn take_in(&mut self, second: &Candle) {
        let start = self.interval.start_of(second.start);
        match self.candles.back_mut() {
            Some(last) if last.start == start => last.extend(second),
            Some(_) | None => {
                if self.candles.len() >= self.candles_max {
                    self.candles.pop_front();
                }
                self.candles.push_back(Candle { start, ..*second });
            }
        }
    }

    fn get(&self, start: Timestamp) -> Option<&Candle> {
        let place = self.place_of(start).ok()?;
        self.candles.get(place)
    }

    fn place_of(&self, start: Timestamp) -> Result<usize, usize> {
        self.candles
            .binary_search_by_key(&start, |candle| candle.start)
    }

    /// Puts a candle in the place of the one that begins at `start`, and returns that one. None older than all that
    /// are kept comes in.
    fn put(&mut self, start: Timestamp, candle: Option<Candle>) -> Option<Candle> {
        match (self.place_of(start), candle) {
            (Ok(place), Some(candle)) => Some(std::mem::replace(&mut self.candles[place], candle)),
            (Ok(place), None) => self.candles.remove(place),
            (Err(0), Some(_)) if self.candles.len() >= self.candles_max => None,
            (Err(_), None) => None,
            (Err(place), Some(candle)) => {
                self.candles.insert(place, candle);
                None
            }
        }
    }

    /// Makes the candle that `at` is in again, of the shorter ones in its span; a second there has changed.
    fn make_again(
        &mut self,
        at: Timestamp,
        shorter: &Self,
        (before, after): (Option<Candle>, Option<Candle>),
    ) {
        let start = self.interval.start_of(at);
        let end = self.interval.next_after(start);
        let has_all = shorter.candles.len() < shorter.candles_max
            || shorter.candles.front().is_some_and(|it| it.start <= start);
        if has_all {
            let mut made: Option<Candle> = None;
            for candle in shorter.from(start).take_while(|it| it.start < end) {
                match &mut made {
                    Some(made) => made.extend(candle),
                    None => made = Some(Candle { start, ..*candle }),
                }
            }
            self.put(start, made);
        } else if let Ok(place) = self.place_of(start) {
            let candle = &mut self.candles[place];
            if let Some(before) = before {
                candle.take_out_all(&before);
            }
            if let Some(after) = after {
                candle.put_in_all(&after);
            }
        }
    }

    fn from(&self, from: Timestamp) -> impl Iterator<Item = &Candle> {
        let skipped = self.candles.partition_point(|candle| candle.start < from);
        self.candles.iter().skip(skipped)
    }

    /// The close of the last candle that ends before `at`, or at it.
    fn close_before(&self, at: Timestamp) -> Option<Price> {
        let before = self
            .candles
            .partition_point(|candle| self.interval.next_after(candle.start) <= at);
        let last = before.checked_sub(1)?;
        self.candles.get(last).map(|candle| candle.close)
    }
}
