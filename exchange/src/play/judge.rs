//! Holds what was seen against what was expected.

mod prices;

use std::time::Duration;

use protocol::{ExactDecimal, TradingState};
use serde::Serialize;

use crate::play::claim::{Bounds, Claim, Expectation, Window};
use crate::play::record::{ActorLog, Record, Tape, Touch};

/// Whether an expectation held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// What was expected.
    pub name: String,
    /// Whether it held.
    pub held: bool,
    /// What was measured, and what was wanted.
    pub measured: String,
}

/// A figure that was measured, in words.
type Measured = (bool, String);

/// Judges one expectation.
pub fn judge(expectation: &Expectation, record: &Record) -> Verdict {
    let (held, measured) = match record.tapes.get(&expectation.symbol) {
        Some(tape) => {
            let seen = Seen { record, tape };
            seen.judge(&expectation.claim)
        }
        None => (
            false,
            format!("no instrument is called {}", expectation.symbol),
        ),
    };
    Verdict {
        name: expectation.name.clone(),
        held,
        measured,
    }
}

/// One instrument in a record.
struct Seen<'a> {
    record: &'a Record,
    tape: &'a Tape,
}

impl Seen<'_> {
    fn judge(&self, claim: &Claim) -> Measured {
        match claim {
            Claim::PriceMoved(window, direction, bounds) => {
                self.price_moved(*window, *direction, *bounds)
            }
            Claim::PriceRecovered(window, direction, bounds) => {
                self.price_recovered(*window, *direction, *bounds)
            }
            Claim::SpreadTimes(window, bounds) => self.spread_times(*window, *bounds),
            Claim::SpreadRecovers {
                after,
                within,
                times,
            } => self.spread_recovers(*after, *within, *times),
            Claim::OneSided(window, side) => self.one_sided(*window, *side),
            Claim::StateWithin {
                state,
                after,
                within,
            } => self.state_within(state, *after, *within),
            Claim::Trades(window, bounds) => {
                let trades = self.prices(*window).len();
                bounded("trades", trades, *bounds)
            }
            Claim::NoTradesWhile(state) => self.no_trades_while(state),
            Claim::Accepted(actor, bounds) => {
                self.of(actor, |log| bounded("accepted", log.accepted, *bounds))
            }
            Claim::Rejected(actor, reason, bounds) => self.of(actor, |log| {
                let count = counted(&log.rejected, reason.as_deref());
                bounded(&format!("rejected of {:?}", log.rejected), count, *bounds)
            }),
            Claim::Canceled(actor, reason, bounds) => self.of(actor, |log| {
                let count = counted(&log.canceled, reason.as_deref());
                bounded(&format!("canceled of {:?}", log.canceled), count, *bounds)
            }),
            Claim::Busy(actor, bounds) => self.of(actor, |log| {
                let rejected = counted(&log.rejected, Some("busy"));
                let busy = rejected.saturating_add(counted(&log.errors, Some("busy")));
                bounded("busy answers", busy, *bounds)
            }),
            Claim::Answered(actor) => self.answered(actor.as_deref()),
            Claim::OpenOrders(actor, bounds) => self.of(actor, |log| match log.open_orders {
                Some(open) => bounded("open orders", open, *bounds),
                None => (false, "nobody could say".to_owned()),
            }),
            Claim::AnswerMs(actor, window, bounds) => {
                self.of(actor, |log| answer_ms(log, *window, *bounds))
            }
            Claim::SlowReader(actor) => self.of(actor, |log| match &log.fell_behind {
                Some(how) => (true, how.clone()),
                None => (false, "it was told everything all the time".to_owned()),
            }),
            Claim::FeedWhole => self.feed_whole(),
            Claim::NeverCrossed => self.never_crossed(),
            Claim::Indicative(bounds) => {
                bounded("indicative prices", self.tape.indicatives.len(), *bounds)
            }
            Claim::AuctionPrice => self.auction_price(),
            Claim::Conserved => match &self.record.is_conserved {
                Ok(true) => (true, "every asset adds up".to_owned()),
                Ok(false) => (false, "an asset does not add up".to_owned()),
                Err(reason) => (false, reason.clone()),
            },
        }
    }

    fn of(&self, actor: &str, judge: impl FnOnce(&ActorLog) -> Measured) -> Measured {
        match self.record.actors.get(actor) {
            Some(log) => judge(log),
            None => (false, format!("{actor} was never there")),
        }
    }

    /// Engine time, from the beginning of the play.
    fn at(&self, at_us: u64) -> Duration {
        Duration::from_micros(at_us.saturating_sub(self.record.began_us))
    }

    fn has(&self, window: Window, at_us: u64) -> bool {
        let at = self.at(at_us);
        at_us >= self.record.began_us && window.from <= at && at <= window.to
    }

    fn state_within(&self, state: &str, after: Duration, within: Duration) -> Measured {
        let mut states = self.tape.states.iter();
        let began = states.find(|(at_us, known)| known.word() == state && self.at(*at_us) >= after);
        match began {
            Some((at_us, _)) => {
                let took = self.at(*at_us).saturating_sub(after);
                let measured = format!(
                    "after {} ms, at most {}",
                    took.as_millis(),
                    within.as_millis()
                );
                (took <= within, measured)
            }
            None => (false, format!("never; it was {}", self.states())),
        }
    }

    fn states(&self) -> String {
        let words = self.tape.states.iter().map(|(at_us, state)| {
            format!("{} from {} ms", state.word(), self.at(*at_us).as_millis())
        });
        words.collect::<Vec<_>>().join(", ")
    }

    fn no_trades_while(&self, state: &str) -> Measured {
        let spans = self.spans(state);
        if spans.is_empty() {
            return (
                false,
                format!("it was never {state}; it was {}", self.states()),
            );
        }
        // What one command does has one time: only what lies strictly within was done in the state.
        let within = |at_us: u64| spans.iter().any(|(from, to)| *from < at_us && at_us < *to);
        let count = self
            .tape
            .trades
            .iter()
            .filter(|trade| within(trade.at_us))
            .count();
        (
            count == 0,
            format!("{count} trades in {} stretches", spans.len()),
        )
    }

    /// From when to when the instrument was in the state, in engine time.
    fn spans(&self, state: &str) -> Vec<(u64, u64)> {
        let states = &self.tape.states;
        let ends = states
            .iter()
            .skip(1)
            .map(|(at_us, _)| *at_us)
            .chain([u64::MAX]);
        let spans = states.iter().zip(ends);
        spans
            .filter(|((_, known), _)| known.word() == state)
            .map(|((from, _), to)| (*from, to))
            .collect()
    }

    fn answered(&self, actor: Option<&str>) -> Measured {
        let logs = self.record.actors.iter();
        let meant = logs.filter(|(name, _)| actor.is_none_or(|actor| actor == name.as_str()));
        let (mut answers, mut missing) = (0_usize, 0_usize);
        let mut lost = Vec::new();
        for (name, log) in meant {
            answers += log.answers.len();
            missing += log.unanswered();
            lost.extend(
                log.lost
                    .as_ref()
                    .map(|how| format!("; {name} was lost: {how}")),
            );
        }
        let measured = format!("{answers} answers, {missing} missing{}", lost.concat());
        (missing == 0 && answers > 0, measured)
    }

    fn feed_whole(&self) -> Measured {
        let tape = self.tape;
        let (gaps, lags, wrong) = (tape.gaps, tape.lags, tape.contradictions());
        let measured = format!("{gaps} gaps, {lags} lags, {wrong} contradictions");
        (
            gaps == 0 && lags == 0 && wrong == 0 && !tape.tops.is_empty(),
            measured,
        )
    }

    fn never_crossed(&self) -> Measured {
        let continuous = self.spans(TradingState::Continuous.word());
        let is_crossed = |top: &&Touch| {
            let crosses = matches!((top.bid, top.ask), (Some(bid), Some(ask)) if bid >= ask);
            crosses
                && continuous
                    .iter()
                    .any(|(from, to)| *from < top.at_us && top.at_us < *to)
        };
        let count = self.tape.tops.iter().filter(is_crossed).count();
        let measured = format!("{count} of {} best prices", self.tape.tops.len());
        (count == 0 && !self.tape.tops.is_empty(), measured)
    }

    fn auction_price(&self) -> Measured {
        let Some(last) = self.tape.indicatives.last() else {
            return (false, "no indicative price was published".to_owned());
        };
        let mut volume = 0_i128;
        let decimals = last.volume.decimals();
        let wanted = last.volume.units();
        let after = self
            .tape
            .trades
            .iter()
            .filter(|trade| trade.at_us > last.at_us);
        for trade in after {
            if !is_same(trade.exact_price, last.price) {
                let measured = format!(
                    "a trade at {} before the indicative {} at {} was done",
                    trade.exact_price, last.volume, last.price
                );
                return (false, measured);
            }
            let units = trade.quantity.units_of(decimals).unwrap_or(i128::MAX);
            volume = volume.saturating_add(units);
            if volume >= wanted {
                break;
            }
        }
        let traded = ExactDecimal::new(volume, decimals);
        let measured = format!(
            "{traded} at one price; indicative {} at {}",
            last.volume, last.price
        );
        (volume == wanted, measured)
    }
}

fn is_same(one: ExactDecimal, other: ExactDecimal) -> bool {
    let decimals = one.decimals().max(other.decimals());
    one.units_of(decimals).is_ok() && one.units_of(decimals) == other.units_of(decimals)
}

fn counted(counts: &std::collections::BTreeMap<String, u64>, reason: Option<&str>) -> u64 {
    match reason {
        Some(reason) => counts.get(reason).copied().unwrap_or(0),
        None => counts.values().sum(),
    }
}

fn answer_ms(log: &ActorLog, window: Window, bounds: Bounds) -> Measured {
    let answers = log.answers.iter();
    let mut took: Vec<Duration> = answers
        .filter(|(sent, _)| window.from <= *sent && *sent <= window.to)
        .map(|(_, took)| *took)
        .collect();
    took.sort_unstable();
    let Some(middle) = took.get(took.len() / 2) else {
        return (false, "no answer in that time".to_owned());
    };
    let ms = middle.as_secs_f64() * 1_000.0;
    (
        bounds.hold(ms),
        format!("p50 {ms:.2} ms of {}, {bounds}", took.len()),
    )
}

/// A count, judged.
fn bounded(what: &str, count: impl TryInto<u32>, bounds: Bounds) -> Measured {
    let count: u32 = count.try_into().unwrap_or(u32::MAX);
    (
        bounds.hold(count.into()),
        format!("{count} {what}, {bounds}"),
    )
}
