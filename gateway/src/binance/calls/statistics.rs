//! Sums of what was traded: candles, tickers, averages, aggregate trades.

use crate::binance::amount::{Amount, DECIMALS};
use crate::binance::calls::status::WantedStatus;
use crate::binance::calls::{Call, listed_symbols, maybe_symbol, needed_symbol, writing};
use crate::binance::filters::AVERAGE_MINUTES;
use crate::binance::params::Params;
use crate::binance::refusal::Refusal;
use crate::binance::tape::{CandleRange, Interval};
use crate::binance::time_unit::TimeUnit;
use crate::binance::wire::{
    AggregateAnswer, AverageAnswer, AverageEvent, FullTicker, FullTickerEvent, KlineAnswer,
    KlineEvent, MiniTicker, MiniTickerEvent, WindowTicker, WindowTickerEvent, Windowed, json,
};
use crate::edge::{Edge, InstrumentState};
use crate::lock::lock;

const KLINES_DEFAULT: usize = 500;
const KLINES_MAX: usize = 1_000;
const TRADES_DEFAULT: usize = 500;
const TRADES_MAX: usize = 1_000;
const DAY_S: u64 = 86_400;
const HOUR_S: i64 = 3_600;
/// From `-12:00` to `+14:00`.
const ZONES_S: std::ops::RangeInclusive<i64> = -12 * HOUR_S..=14 * HOUR_S;
const SECOND_US: u64 = 1_000_000;

/// Aggregate trades.
///
/// # Errors
/// The venue's refusal.
pub fn aggregate_trades(edge: &Edge, mut call: Call) -> Result<String, Refusal> {
    let state = needed_symbol(edge, &mut call.params)?;
    let from = call.params.whole("fromId")?;
    let start_us = call.params.time_us("startTime")?;
    let end_us = call.params.time_us("endTime")?;
    let limit = call.params.limit(TRADES_DEFAULT, TRADES_MAX)?;
    call.params.finish()?;
    if from.is_some() && (start_us.is_some() || end_us.is_some()) {
        return Err(Refusal::bad_combination());
    }
    let tape = lock(&edge.binance.symbol(state).tape);
    let mut found: Vec<_> = tape
        .aggregates()
        .iter()
        .filter(|it| from.is_none_or(|from| it.id >= from))
        .filter(|it| start_us.is_none_or(|start| it.at_us >= start))
        .filter(|it| end_us.is_none_or(|end| it.at_us <= end.saturating_add(999)))
        .collect();
    if from.is_some() || start_us.is_some() {
        found.truncate(limit);
    } else {
        found.drain(..found.len().saturating_sub(limit));
    }
    let writing = writing(state, call.unit);
    let answers: Vec<AggregateAnswer> = found
        .into_iter()
        .map(|it| AggregateAnswer::of(writing, it))
        .collect();
    Ok(json(&answers))
}

/// Reads a time zone such as `8`, `-03:30` or `+08:00`; in seconds.
pub fn shift_of_zone(zone: &str) -> Option<i64> {
    let (sign, rest) = match zone.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, zone.strip_prefix('+').unwrap_or(zone)),
    };
    let (hours, minutes) = rest.split_once(':').unwrap_or((rest, "0"));
    let (hours, minutes): (i64, i64) = (hours.parse().ok()?, minutes.parse().ok()?);
    let is_time = (0..=14).contains(&hours) && (0..60).contains(&minutes);
    let shift_s = sign * (hours.clamp(0, 14) * HOUR_S + minutes.clamp(0, 59) * 60);
    (is_time && ZONES_S.contains(&shift_s)).then_some(shift_s)
}

/// Candles.
///
/// # Errors
/// The venue's refusal.
pub fn klines(edge: &Edge, mut call: Call) -> Result<String, Refusal> {
    let params = &mut call.params;
    let state = needed_symbol(edge, params)?;
    let name = params.needed_text("interval")?;
    let interval =
        Interval::named(&name).ok_or_else(|| Refusal::new(-1120, "Invalid interval."))?;
    let start_us = params.time_us("startTime")?;
    let end_us = params.time_us("endTime")?;
    let shift = match params.text("timeZone")? {
        Some(zone) => shift_of_zone(&zone).ok_or_else(|| Refusal::bad_value("timeZone"))?,
        None => 0,
    };
    let limit = params.limit(KLINES_DEFAULT, KLINES_MAX)?;
    call.params.finish()?;
    let now_s = edge.at_us() / SECOND_US;
    let range = CandleRange {
        from: start_us.map(|start| start.div_ceil(SECOND_US)),
        until: end_us.map_or(now_s, |end| (end / SECOND_US).min(now_s)),
        count: limit,
        shift,
    };
    let writing = writing(state, call.unit);
    let tape = lock(&edge.binance.symbol(state).tape);
    let answers: Vec<KlineAnswer> = tape
        .candles
        .range(interval, range)
        .iter()
        .map(|candle| KlineAnswer::of(writing, interval, candle))
        .collect();
    Ok(json(&answers))
}

/// The average price of the last minutes.
///
/// # Errors
/// The venue's refusal.
pub fn average(edge: &Edge, mut call: Call) -> Result<String, Refusal> {
    let state = needed_symbol(edge, &mut call.params)?;
    call.params.finish()?;
    let price = average_price(edge, state).map_or(Amount::ZERO, Amount::of_units);
    Ok(json(&AverageAnswer {
        mins: AVERAGE_MINUTES,
        price,
        close_time: call.unit.of_us(edge.at_us()),
    }))
}

/// The price that filters measure by, in units of the eighth place: the average of the last minutes, or else the
/// last one; `None` before the first trade.
pub fn average_price(edge: &Edge, state: &InstrumentState) -> Option<i128> {
    let now_s = edge.at_us() / SECOND_US;
    let tape = lock(&edge.binance.symbol(state).tape);
    let recent = tape
        .candles
        .since(now_s.saturating_sub(AVERAGE_MINUTES * 60))
        .filter(|(sum, _)| sum.trades > 0);
    drop(tape);
    if let Some((sum, _)) = recent {
        return crate::binance::wire::average_units(
            writing(state, TimeUnit::default()),
            sum.notional,
            sum.volume,
        );
    }
    let last = state.reference.last()?;
    Amount::of_price(last, state.listed.scale)
        .decimal()
        .units_of(DECIMALS)
        .ok()
}

/// How much of a ticker is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Detail {
    Full,
    Mini,
}

/// What a request for tickers says: which symbols, in one object or a list, and how much of each.
struct Wanted<'a> {
    states: Vec<&'a InstrumentState>,
    is_list: bool,
    detail: Detail,
}

fn wanted<'a>(edge: &'a Edge, params: &mut Params) -> Result<Wanted<'a>, Refusal> {
    if params.has("symbol") && params.has("symbols") {
        return Err(Refusal::bad_combination());
    }
    let detail = match params.text("type")?.as_deref() {
        None | Some("FULL") => Detail::Full,
        Some("MINI") => Detail::Mini,
        Some(_) => return Err(Refusal::new(-1139, "Invalid ticker type.")),
    };
    let wanted = WantedStatus::read(params)?;
    if let Some(state) = maybe_symbol(edge, params)? {
        wanted.must_be_of(edge, state)?;
        return Ok(Wanted {
            states: vec![state],
            is_list: false,
            detail,
        });
    }
    let states = match params.words("symbols")? {
        Some(names) => listed_symbols(edge, &names)?,
        None => edge.instruments.iter().collect(),
    };
    let states = states.into_iter().filter(|it| wanted.is_of(edge, it));
    Ok(Wanted {
        states: states.collect(),
        is_list: true,
        detail,
    })
}

fn in_form(answers: Vec<String>, is_list: bool) -> String {
    if is_list {
        return format!("[{}]", answers.join(","));
    }
    answers
        .into_iter()
        .next()
        .unwrap_or_else(|| "{}".to_owned())
}

/// Statistics of the last 24 hours.
///
/// # Errors
/// The venue's refusal.
pub fn ticker_24h(edge: &Edge, mut call: Call) -> Result<String, Refusal> {
    let wanted = wanted(edge, &mut call.params)?;
    call.params.finish()?;
    let answers = wanted.states.into_iter().map(|state| {
        let windowed = windowed(edge, state, DAY_S);
        let writing = writing(state, call.unit);
        match wanted.detail {
            Detail::Full => {
                let top = lock(&state.market).top();
                json(&FullTicker::of(writing, &windowed, top))
            }
            Detail::Mini => json(&MiniTicker::of(writing, &windowed)),
        }
    });
    Ok(in_form(answers.collect(), wanted.is_list))
}

/// Statistics of the day.
///
/// # Errors
/// The venue's refusal.
pub fn ticker_trading_day(edge: &Edge, mut call: Call) -> Result<String, Refusal> {
    needs_symbols(&call.params)?;
    let shift = match call.params.text("timeZone")? {
        Some(zone) => shift_of_zone(&zone).ok_or_else(|| Refusal::bad_value("timeZone"))?,
        None => 0,
    };
    let local = (edge.at_us() / SECOND_US).saturating_add_signed(shift);
    window_tickers(edge, call, local % DAY_S)
}

/// Statistics of a window of any length.
///
/// # Errors
/// The venue's refusal.
pub fn ticker_rolling(edge: &Edge, mut call: Call) -> Result<String, Refusal> {
    needs_symbols(&call.params)?;
    let window_s = match call.params.text("windowSize")? {
        Some(size) => window_of(&size).ok_or_else(|| Refusal::bad_value("windowSize"))?,
        None => DAY_S,
    };
    window_tickers(edge, call, window_s)
}

fn needs_symbols(params: &Params) -> Result<(), Refusal> {
    if params.has("symbol") || params.has("symbols") {
        return Ok(());
    }
    Err(Refusal::either("symbol", "symbols"))
}

/// Seconds of `1m` to `59m`, `1h` to `23h`, `1d` to `7d`.
fn window_of(size: &str) -> Option<u64> {
    let (unit_s, most) = match size.as_bytes().last()? {
        b'm' => (60, 59),
        b'h' => (3_600, 23),
        b'd' => (DAY_S, 7),
        _ => return None,
    };
    let count: u64 = size.get(..size.len().checked_sub(1)?)?.parse().ok()?;
    (1..=most).contains(&count).then_some(count * unit_s)
}

fn window_tickers(edge: &Edge, mut call: Call, window_s: u64) -> Result<String, Refusal> {
    let wanted = wanted(edge, &mut call.params)?;
    call.params.finish()?;
    let answers = wanted.states.into_iter().map(|state| {
        let windowed = windowed(edge, state, window_s);
        let writing = writing(state, call.unit);
        match wanted.detail {
            Detail::Full => json(&WindowTicker::of(writing, &windowed)),
            Detail::Mini => json(&MiniTicker::of(writing, &windowed)),
        }
    });
    Ok(in_form(answers.collect(), wanted.is_list))
}

fn windowed(edge: &Edge, state: &InstrumentState, window_s: u64) -> Windowed {
    let now_us = edge.at_us();
    let from_s = (now_us / SECOND_US).saturating_sub(window_s);
    let tape = lock(&edge.binance.symbol(state).tape);
    Windowed {
        open_us: from_s.saturating_mul(SECOND_US),
        close_us: now_us,
        sum: tape.candles.since(from_s),
    }
}

/// A candle as its stream tells it; `None` before the first trade.
pub fn kline_event(
    edge: &Edge,
    state: &InstrumentState,
    (interval, shift): (Interval, i64),
    unit: TimeUnit,
) -> Option<String> {
    let now_us = edge.at_us();
    let range = CandleRange {
        from: None,
        until: now_us / SECOND_US,
        count: 1,
        shift,
    };
    let tape = lock(&edge.binance.symbol(state).tape);
    let candle = *tape.candles.range(interval, range).last()?;
    drop(tape);
    let writing = writing(state, unit);
    Some(json(&KlineEvent::of(writing, interval, &candle, now_us)))
}

/// The small ticker of a stream; `None` before the first trade.
pub fn mini_event(edge: &Edge, state: &InstrumentState, unit: TimeUnit) -> Option<String> {
    let windowed = windowed(edge, state, DAY_S);
    windowed.sum?;
    Some(json(&MiniTickerEvent::of(writing(state, unit), &windowed)))
}

/// The ticker of a stream; `None` before the first trade.
pub fn full_event(edge: &Edge, state: &InstrumentState, unit: TimeUnit) -> Option<String> {
    let windowed = windowed(edge, state, DAY_S);
    windowed.sum?;
    let top = lock(&state.market).top();
    Some(json(&FullTickerEvent::of(
        writing(state, unit),
        &windowed,
        top,
    )))
}

/// The ticker of a window; `None` before the first trade.
pub fn window_event(
    edge: &Edge,
    state: &InstrumentState,
    (name, window_s): (&'static str, u64),
    unit: TimeUnit,
) -> Option<String> {
    let windowed = windowed(edge, state, window_s);
    windowed.sum?;
    Some(json(&WindowTickerEvent::of(
        writing(state, unit),
        name,
        &windowed,
    )))
}

/// The average price of a stream; `None` before the first trade.
pub fn average_event(edge: &Edge, state: &InstrumentState, unit: TimeUnit) -> Option<String> {
    let price = Amount::of_units(average_price(edge, state)?);
    let time = unit.of_us(edge.at_us());
    Some(json(&AverageEvent::new(
        state.listed.symbol.as_str(),
        price,
        time,
    )))
}
