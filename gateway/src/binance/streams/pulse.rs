//! Streams that are told in beats: candles, tickers, average prices.

use std::time::Duration;

use protocol::Symbol;
use tokio::time::MissedTickBehavior;

use crate::binance::calls::statistics;
use crate::binance::tape::Interval;
use crate::binance::time_unit::TimeUnit;
use crate::edge::{Edge, InstrumentState};
use crate::session::WakeList;

/// What is told in beats.
#[derive(Debug, Default)]
pub struct Pulse {
    beats: u64,
}

impl Pulse {
    /// How often candles of a second and tickers are told, in engine time.
    pub const BEAT: Duration = Duration::from_secs(1);

    /// Tells what is due with the next beat.
    pub fn beat(&mut self, edge: &Edge, wakes: &mut WakeList) {
        self.beats = self.beats.wrapping_add(1);
        edge.binance.users.expire_keys(edge.at_us(), wakes);
        wakes.wake(&edge.flusher);
        if edge.binance.hub.is_empty() {
            return;
        }
        for name in edge.binance.hub.names() {
            tell(edge, &name, self.beats, wakes);
        }
        wakes.wake(&edge.flusher);
    }
}

/// Tells what is due, beat by beat. Runs until it is dropped.
pub async fn keep_pulse(edge: &Edge) {
    let mut beats = tokio::time::interval(edge.wall_time_of(Pulse::BEAT));
    beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut wakes = WakeList::default();
    let mut pulse = Pulse::default();
    loop {
        beats.tick().await;
        pulse.beat(edge, &mut wakes);
    }
}

fn tell(edge: &Edge, name: &str, beat: u64, wakes: &mut WakeList) {
    if let Some(array) = name.strip_prefix('!') {
        return tell_all(edge, name, array, wakes);
    }
    let Some((symbol, suffix)) = name.split_once('@') else {
        return;
    };
    let state = Symbol::new(&symbol.to_ascii_uppercase())
        .ok()
        .and_then(|symbol| edge.by_symbol(&symbol));
    let Some(state) = state else { return };
    if !is_due(suffix, beat) {
        return;
    }
    // Looked at before somebody is told: a stream without a first trade stays silent.
    if written(edge, state, suffix, TimeUnit::default()).is_none() {
        return;
    }
    edge.binance.hub.tell(name, wakes, |unit| {
        written(edge, state, suffix, unit).unwrap_or_default()
    });
}

/// Candles longer than a second are told each other beat.
fn is_due(suffix: &str, beat: u64) -> bool {
    !suffix.starts_with("kline_") || suffix == "kline_1s" || beat.is_multiple_of(2)
}

fn written(edge: &Edge, state: &InstrumentState, suffix: &str, unit: TimeUnit) -> Option<String> {
    match suffix {
        "miniTicker" => statistics::mini_event(edge, state, unit),
        "ticker" => statistics::full_event(edge, state, unit),
        "ticker_1h" => statistics::window_event(edge, state, ("1hTicker", 3_600), unit),
        "ticker_4h" => statistics::window_event(edge, state, ("4hTicker", 14_400), unit),
        "ticker_1d" => statistics::window_event(edge, state, ("1dTicker", 86_400), unit),
        "avgPrice" => statistics::average_event(edge, state, unit),
        _ => {
            let named = suffix.strip_prefix("kline_")?;
            let (name, shift) = named.split_once('@').map_or((named, 0), |(name, zone)| {
                (name, statistics::shift_of_zone(zone).unwrap_or(0))
            });
            statistics::kline_event(edge, state, (Interval::named(name)?, shift), unit)
        }
    }
}

fn tell_all(edge: &Edge, name: &str, array: &str, wakes: &mut WakeList) {
    let Some(suffix) = array.strip_suffix("@arr") else {
        return;
    };
    let all = |unit| -> Vec<String> {
        edge.instruments
            .iter()
            .filter_map(|state| written(edge, state, suffix, unit))
            .collect()
    };
    if all(TimeUnit::default()).is_empty() {
        return;
    }
    edge.binance
        .hub
        .tell(name, wakes, |unit| format!("[{}]", all(unit).join(",")));
}
