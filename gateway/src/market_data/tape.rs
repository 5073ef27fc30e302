//! Candles and statistics for those who follow them: told in beats, out of the history.
//!
//! A candle's number says when it begins, so that numbers go on over a restart and none is left out. The history
//! may come to know of a trade after the end of its second: then everything from there on is told again.

use std::collections::BTreeMap;

use engine::{InstrumentId, Timestamp, TradeId};
use history::{Candle, CandleRange, History, Interval, Statistics};

use crate::market_data::market::Market;
use crate::market_data::news::{CandleNews, Content, News, Numbering, StatisticsNews};
use crate::market_data::place::{Place, Span};
use crate::session::WakeList;

/// Candles of one interval that are told in one beat; what is left waits for the next one.
const CANDLES_PER_BEAT: usize = 4_096;
const SECOND_NS: u64 = 1_000_000_000;
/// The window of statistics.
const WINDOW_NS: u64 = 86_400 * SECOND_NS;

/// What the followers of candles and statistics were told. Empty where nobody follows.
#[derive(Debug, Default)]
pub struct ToldTape {
    candles: BTreeMap<Interval, ToldCandles>,
    statistics: Option<ToldStatistics>,
}

/// What the followers of one interval were told.
#[derive(Debug, Clone, Copy)]
struct ToldCandles {
    /// The newest candle, once one was told.
    newest: Option<ToldCandle>,
    /// The last trade that is in it.
    last_trade: TradeId,
}

#[derive(Debug, Clone, Copy)]
struct ToldCandle {
    candle: Candle,
    /// When it was told.
    at: Timestamp,
}

#[derive(Debug, Clone, Copy)]
struct ToldStatistics {
    statistics: Option<Statistics>,
    span: Span,
}

/// What the history is asked for one instrument.
#[derive(Debug)]
pub struct TapeQuestion {
    instrument: InstrumentId,
    candles: Vec<(Interval, ToldCandles)>,
    wants_statistics: bool,
}

/// What it says.
#[derive(Debug)]
pub struct TapeAnswer {
    now: Timestamp,
    last_trade: TradeId,
    candles: Vec<(Interval, Vec<Candle>)>,
    statistics: FoundStatistics,
}

/// What is known of the last 24 hours.
#[derive(Debug)]
enum FoundStatistics {
    /// Nobody follows them.
    NotWanted,
    /// Nothing where nothing ever traded.
    Found(Option<Statistics>),
}

impl TapeQuestion {
    /// Looks into the history: of each interval what followers were not told as it is at `now`.
    pub fn ask(&self, history: &History, now: Timestamp) -> TapeAnswer {
        let id = self.instrument;
        let candles = self.candles.iter().map(|(interval, told)| {
            let range = told.missing(history, id, *interval, now);
            (*interval, history.candles(id, *interval, range))
        });
        TapeAnswer {
            now,
            last_trade: history.last_trade(id),
            candles: candles.collect(),
            statistics: if self.wants_statistics {
                FoundStatistics::Found(history.statistics(id, now, WINDOW_NS))
            } else {
                FoundStatistics::NotWanted
            },
        }
    }
}

impl ToldCandles {
    const NOTHING: Self = Self {
        newest: None,
        last_trade: TradeId(0),
    };

    /// The candles that followers do not have as they are.
    fn missing(
        &self,
        history: &History,
        id: InstrumentId,
        interval: Interval,
        now: Timestamp,
    ) -> CandleRange {
        let Some(newest) = self.newest else {
            return CandleRange::Newest {
                until: now,
                count: 1,
            };
        };
        let next = if newest.was_closed(interval) {
            interval.next_after(newest.candle.start)
        } else {
            newest.candle.start
        };
        // A trade may have come to the history after the end of its candle.
        let changed = history
            .first_second_after(id, self.last_trade)
            .map_or(next, |second| interval.start_of(second));
        CandleRange::From {
            from: next.min(changed),
            until: now,
            count: CANDLES_PER_BEAT,
        }
    }
}

impl ToldCandle {
    fn was_closed(&self, interval: Interval) -> bool {
        interval.next_after(self.candle.start) <= self.at
    }
}

impl Market {
    /// What the history is to be asked; `None` where nobody follows candles or statistics. What nobody follows any
    /// more is forgotten.
    pub fn tape_question(&mut self) -> Option<TapeQuestion> {
        let mut followed: Vec<Interval> = Vec::new();
        let mut wants_statistics = false;
        for group in self.groups.iter().filter(|group| !group.is_empty()) {
            match group.terms.content {
                Content::Candles(interval) => followed.push(interval),
                Content::Statistics => wants_statistics = true,
                Content::Trades
                | Content::Depth(_)
                | Content::Top
                | Content::Orders
                | Content::Status
                | Content::Instruments
                | Content::Heartbeat => {}
            }
        }
        followed.sort_unstable();
        followed.dedup();
        self.tape
            .candles
            .retain(|interval, _| followed.contains(interval));
        if !wants_statistics {
            self.tape.statistics = None;
        }
        if followed.is_empty() && !wants_statistics {
            return None;
        }
        let told = |interval: Interval| {
            let told = self.tape.candles.get(&interval).copied();
            (interval, told.unwrap_or(ToldCandles::NOTHING))
        };
        Some(TapeQuestion {
            instrument: self.listed.instrument.id,
            candles: followed.into_iter().map(told).collect(),
            wants_statistics,
        })
    }

    /// Tells what followers do not have yet.
    pub fn tell_tape(&mut self, answer: &TapeAnswer, wakes: &mut WakeList) {
        for (interval, candles) in &answer.candles {
            for candle in candles {
                self.tell_candle(*interval, candle, answer, wakes);
            }
            let told = self
                .tape
                .candles
                .entry(*interval)
                .or_insert(ToldCandles::NOTHING);
            told.last_trade = if candles.len() < CANDLES_PER_BEAT {
                answer.last_trade
            } else {
                // A beat could not take all: the rest is still to be looked at.
                let in_candles = candles.iter().map(|candle| candle.last_trade);
                in_candles.fold(told.last_trade, Ord::max)
            };
        }
        if let FoundStatistics::Found(statistics) = answer.statistics {
            self.tell_statistics(statistics, answer.now, wakes);
        }
    }

    fn tell_candle(
        &mut self,
        interval: Interval,
        candle: &Candle,
        answer: &TapeAnswer,
        wakes: &mut WakeList,
    ) {
        let now = ToldCandle {
            candle: *candle,
            at: answer.now,
        };
        let told = self
            .tape
            .candles
            .entry(interval)
            .or_insert(ToldCandles::NOTHING);
        let is_as_told = told.newest.is_some_and(|told| {
            told.candle == now.candle && told.was_closed(interval) == now.was_closed(interval)
        });
        if is_as_told {
            return;
        }
        told.newest = Some(now);
        let news = self.candle_news(interval, now);
        let content = Content::Candles(interval);
        self.tell(content, &News::Candle(news), news.place.alone(), wakes);
    }

    fn tell_statistics(
        &mut self,
        statistics: Option<Statistics>,
        now: Timestamp,
        wakes: &mut WakeList,
    ) {
        let seq = now.0 / SECOND_NS;
        let epoch = self.places.trades.epoch;
        let (first, numbering) = match &self.tape.statistics {
            None => (seq, Numbering::EachOne),
            // One message a second; what has not changed needs none.
            Some(told) if seq <= told.span.last || is_same(told.statistics, statistics) => return,
            Some(told) => (told.span.last.saturating_add(1), Numbering::Spans),
        };
        let span = Span {
            epoch,
            first,
            last: seq,
            at: now,
        };
        self.tape.statistics = Some(ToldStatistics { statistics, span });
        let news = StatisticsNews {
            span,
            statistics,
            numbering,
        };
        self.tell(Content::Statistics, &News::Statistics(news), span, wakes);
    }

    fn candle_news(&self, interval: Interval, told: ToldCandle) -> CandleNews {
        CandleNews {
            place: Place {
                epoch: self.places.trades.epoch,
                seq: interval.number_of(told.candle.start),
                at: told.at,
            },
            interval,
            candle: told.candle,
        }
    }

    /// The newest candle as it was told, for those who come later.
    pub(super) fn candle_view(&self, interval: Interval) -> Option<News<'_>> {
        let newest = self.tape.candles.get(&interval)?.newest?;
        Some(News::Candle(self.candle_news(interval, newest)))
    }

    /// The statistics as they were told, for those who come later.
    pub(super) fn statistics_view(&self) -> Option<News<'_>> {
        let told = self.tape.statistics.as_ref()?;
        Some(News::Statistics(StatisticsNews {
            span: told.span,
            statistics: told.statistics,
            numbering: Numbering::EachOne,
        }))
    }

    /// Where the candles of an interval stand.
    pub(super) fn candle_place(&self, interval: Interval) -> Place {
        let told = self.tape.candles.get(&interval);
        told.and_then(|told| told.newest).map_or_else(
            || Place::start(self.places.trades.epoch),
            |newest| self.candle_news(interval, newest).place,
        )
    }

    /// Where the statistics stand.
    pub(super) fn statistics_place(&self) -> Place {
        let start = Place::start(self.places.trades.epoch);
        self.tape.statistics.as_ref().map_or(start, |told| Place {
            seq: told.span.last,
            at: told.span.at,
            ..start
        })
    }
}

/// Whether nothing but the window has moved.
fn is_same(told: Option<Statistics>, now: Option<Statistics>) -> bool {
    let (Some(told), Some(now)) = (told, now) else {
        return told.is_none() && now.is_none();
    };
    let moved = Statistics {
        from: now.from,
        until: now.until,
        ..told
    };
    moved == now
}
