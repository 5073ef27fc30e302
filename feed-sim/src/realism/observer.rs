//! Takes a tape row by row and keeps what the figures need.

use protocol::Side;

use crate::flow::arithmetic::{real, real_signed};
use crate::offline::{RowKind, TapeRow};
use crate::realism::book::{TapeBook, TapeTop};
use crate::realism::lobster::TapeError;

/// Price in the file, for one tick.
pub const PRICE_PER_TICK: i64 = 100;
/// What comes first is dropped: the book is not whole yet.
pub const DROPPED_NS: u64 = 60_000_000_000;
/// Less than this says nothing, in seconds.
const SECONDS_MIN: f64 = 10.0;
/// The shape of the book is looked at this often.
const SHAPE_GAP_NS: u64 = 1_000_000_000;
/// And so many ticks of it.
pub const SHAPE_TICKS: usize = 100;

/// One marketable order: prints of one time and side, merged.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TapeParent {
    /// When.
    pub at_ns: u64,
    /// 1 bought, -1 sold.
    pub sign: f64,
    /// What it took.
    pub lots: u64,
    /// The middle before it, in ticks.
    pub mid_before: f64,
}

/// Everything that the figures are computed from. Times are from the first row on, in nanoseconds.
#[derive(Debug, Default)]
pub struct Observer {
    book: TapeBook,
    first_at_ns: Option<u64>,
    last_top: Option<TapeTop>,
    last_at_ns: u64,
    shaped_at_ns: u64,
    /// Rows by kind: add, reduce, delete, trade, hidden trade.
    pub kinds: [u64; 5],
    /// When each row was.
    pub times_ns: Vec<u64>,
    /// Marketable orders.
    pub parents: Vec<TapeParent>,
    /// When the middle changed, and what it was then, in ticks.
    pub mids: Vec<(u64, f64)>,
    /// Seconds for which the spread was so many ticks, by spread.
    pub spread_s: Vec<f64>,
    /// How far behind the best an added order was, in ticks; below zero inside.
    pub placed: Vec<i64>,
    /// How long deleted orders were there, in seconds.
    pub lifetimes_s: Vec<f64>,
    /// What added orders were for.
    pub add_lots: Vec<u64>,
    /// The queue imbalance of each state: place of the last middle, and the imbalance.
    pub imbalances: Vec<(usize, f64)>,
    /// The sum of what was shown at each tick from the best on.
    pub shape: Vec<f64>,
}

impl Observer {
    /// Takes the next row.
    pub fn row(&mut self, row: &TapeRow) {
        let first = *self.first_at_ns.get_or_insert(row.at_ns);
        let at_ns = row.at_ns.saturating_sub(first);
        let row = TapeRow { at_ns, ..*row };
        let counts = at_ns >= DROPPED_NS;
        if counts {
            self.pass_time(at_ns);
            self.note(&row);
        }
        self.last_at_ns = at_ns;
        let ended = self.book.apply(&row);
        if counts
            && row.kind == RowKind::Delete
            && let Some(order) = ended
        {
            self.lifetimes_s.push(real(at_ns - order.at_ns) * 1e-9);
        }
        self.note_top(at_ns, counts);
    }

    fn note(&mut self, row: &TapeRow) {
        self.kinds[usize::from(row.kind.code()) - 1] += 1;
        self.times_ns.push(row.at_ns);
        match row.kind {
            RowKind::Add => {
                self.add_lots.push(row.lots);
                if let Some(best) = self.book.best(row.side) {
                    self.placed.push(match row.side {
                        Side::Buy => (best - row.price) / PRICE_PER_TICK,
                        Side::Sell => (row.price - best) / PRICE_PER_TICK,
                    });
                }
            }
            RowKind::Trade | RowKind::HiddenTrade => self.note_trade(row),
            RowKind::Reduce | RowKind::Delete => {}
        }
    }

    fn note_trade(&mut self, row: &TapeRow) {
        let sign = match row.side {
            Side::Buy => -1.0,
            Side::Sell => 1.0,
        };
        if let Some(last) = self.parents.last_mut()
            && last.at_ns == row.at_ns
            && last.sign * sign > 0.0
        {
            last.lots += row.lots;
            return;
        }
        self.parents.push(TapeParent {
            at_ns: row.at_ns,
            sign,
            lots: row.lots,
            mid_before: self.mids.last().map_or(f64::NAN, |(_, mid)| *mid),
        });
    }

    /// The state since the last row lasted until now.
    fn pass_time(&mut self, at_ns: u64) {
        let since = self.last_at_ns.max(DROPPED_NS);
        if let Some(top) = self.last_top {
            let spread = (top.ask.0 - top.bid.0) / PRICE_PER_TICK;
            let spread = usize::try_from(spread).unwrap_or(0).min(100_000);
            if self.spread_s.len() <= spread {
                self.spread_s.resize(spread + 1, 0.0);
            }
            self.spread_s[spread] += real(at_ns.saturating_sub(since)) * 1e-9;
        }
        if at_ns >= self.shaped_at_ns + SHAPE_GAP_NS {
            self.shaped_at_ns = at_ns;
            self.shape.resize(SHAPE_TICKS, 0.0);
            for side in [Side::Buy, Side::Sell] {
                let shown = self.book.shape(side, PRICE_PER_TICK, SHAPE_TICKS);
                for (sum, lots) in self.shape.iter_mut().zip(shown) {
                    *sum += real(lots);
                }
            }
        }
    }

    fn note_top(&mut self, at_ns: u64, counts: bool) {
        let top = self.book.top();
        self.last_top = top;
        let Some(top) = top else {
            return;
        };
        let mid = real_signed(top.bid.0 + top.ask.0) / (2.0 * real_signed(PRICE_PER_TICK));
        if self
            .mids
            .last()
            .is_none_or(|(_, last)| (last - mid).abs() > 1e-9)
        {
            self.mids.push((at_ns, mid));
        }
        if counts {
            let (bid, ask) = (real(top.bid.1), real(top.ask.1));
            self.imbalances
                .push((self.mids.len() - 1, (bid - ask) / (bid + ask)));
        }
    }

    /// How long the tape is, without what was dropped, in seconds.
    pub fn seconds(&self) -> f64 {
        real(self.last_at_ns.saturating_sub(DROPPED_NS)) * 1e-9
    }

    /// Refuses a tape of which too little is left to compute anything.
    ///
    /// # Errors
    /// After the first minute there are no ten seconds, or no trades.
    pub fn check_length(&self) -> Result<(), TapeError> {
        if self.seconds() < SECONDS_MIN || self.parents.is_empty() {
            return Err(TapeError::TooShort {
                rows: self.times_ns.len() as u64,
                seconds: self.seconds(),
            });
        }
        Ok(())
    }

    /// The middle at each multiple of `gap_ns` from the end of what was dropped on, in ticks.
    pub fn mid_grid(&self, gap_ns: u64) -> Vec<f64> {
        let mut grid = Vec::new();
        let mut place = 0;
        let mut at_ns = DROPPED_NS;
        while at_ns <= self.last_at_ns {
            while place + 1 < self.mids.len() && self.mids[place + 1].0 <= at_ns {
                place += 1;
            }
            if self
                .mids
                .get(place)
                .is_some_and(|(since, _)| *since <= at_ns)
            {
                grid.push(self.mids[place].1);
            }
            at_ns += gap_ns;
        }
        grid
    }

    /// The middle now, in ticks.
    pub fn last_mid(&self) -> f64 {
        self.mids.last().map_or(f64::NAN, |(_, mid)| *mid)
    }

    /// The middle at a time, in ticks.
    pub fn mid_at(&self, at_ns: u64) -> f64 {
        let place = self.mids.partition_point(|(since, _)| *since <= at_ns);
        match place.checked_sub(1) {
            Some(place) => self.mids[place].1,
            None => f64::NAN,
        }
    }
}
