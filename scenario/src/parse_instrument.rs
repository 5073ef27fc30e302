//! Reads the `instrument` line.

use crate::instrument_options::{
    AuctionSelfTrade, Busts, Collar, DayWindow, GrowingChild, Indicative, InstrumentOptions,
    MarketResidual, MatchingRule, Pair, Percent, PriceRange, Protection, StopOnEntry, TopOrder,
    WindowKind,
};
use crate::lexer::{Words, integer};
use crate::name::Name;
use crate::parse_order::set;

/// Reads the options after the word `instrument`.
pub(crate) fn parse_instrument(line: &str) -> Result<InstrumentOptions, String> {
    let mut words = Words::new(line);
    words.expect("instrument")?;
    let mut options = InstrumentOptions::default();
    while let Some(word) = words.peek(0) {
        words.next("an option")?;
        let (key, value) = word
            .split_once('=')
            .ok_or_else(|| format!("`{word}` is no `option=value`"))?;
        match key.strip_prefix("mmp:") {
            Some(group) => options.protections.push(parse_protection(group, value)?),
            None => parse_option(key, value, &mut options)?,
        }
    }
    Ok(options)
}

fn parse_option(key: &str, value: &str, options: &mut InstrumentOptions) -> Result<(), String> {
    match key {
        "tick" => set(&mut options.tick, key, positive(value, "tick")),
        "lot" => set(&mut options.lot, key, positive(value, "lot")),
        "match" => set(&mut options.matching, key, MatchingRule::read(value)),
        "min_alloc" => set(
            &mut options.minimum_allocation,
            key,
            integer(value, "quantity"),
        ),
        "top" => set(&mut options.top, key, TopOrder::read(value)),
        "split" => set(&mut options.split, key, parse_part(value)),
        "band" => set(&mut options.band, key, parse_range(value)),
        "collar" => set(&mut options.collar, key, parse_collar(value)),
        "corridor" => set(&mut options.corridor, key, parse_percent(value)),
        "static_corridor" => set(&mut options.static_corridor, key, parse_percent(value)),
        "call" => set(&mut options.call, key, integer(value, "length of time")),
        "luld" => set(&mut options.luld, key, parse_percent(value)),
        "luld_limit" => set(
            &mut options.luld_limit,
            key,
            integer(value, "length of time"),
        ),
        "luld_pause" => set(
            &mut options.luld_pause,
            key,
            integer(value, "length of time"),
        ),
        "luld_mean" => set(&mut options.luld_mean, key, parse_pair(value)),
        "luld_double" => set(&mut options.luld_double, key, parse_window(value)),
        "velocity" => set(&mut options.velocity, key, parse_pair(value)),
        "auction_stp" => set(
            &mut options.auction_self_trade,
            key,
            AuctionSelfTrade::read(value),
        ),
        "market_residual" => set(
            &mut options.market_residual,
            key,
            MarketResidual::read(value),
        ),
        "stop_on_entry" => set(&mut options.stop_on_entry, key, StopOnEntry::read(value)),
        "grow" => set(&mut options.grow, key, GrowingChild::read(value)),
        "ref" => set(&mut options.reference, key, integer(value, "price")),
        "indicative" => set(&mut options.indicative, key, Indicative::read(value)),
        "busts" => set(&mut options.busts, key, Busts::read(value)),
        "batch_max" => set(&mut options.batch_max, key, integer(value, "count")),
        _ => Err(format!("`{key}=` is no option of an instrument")),
    }
}

fn positive<T: std::str::FromStr + PartialOrd + From<u8>>(
    text: &str,
    what: &str,
) -> Result<T, String> {
    let number: T = integer(text, what)?;
    if number < T::from(1) {
        return Err(format!("{what} must be at least 1"));
    }
    Ok(number)
}

fn parse_percent(text: &str) -> Result<Percent, String> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let is_percent = fraction.len() <= 2 && !text.ends_with('.');
    let bips = format!("{whole}{fraction:0<2}");
    if !is_percent || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(format!(
            "`{text}` is no percentage with at most two decimals"
        ));
    }
    Ok(Percent {
        bips: integer(&bips, "percentage")?,
    })
}

/// A percentage of a whole: at most all of it.
fn parse_part(text: &str) -> Result<Percent, String> {
    let part = parse_percent(text)?;
    let whole_bips = 10_000;
    if part.bips > whole_bips {
        return Err(format!("`{text}` is more than 100 percent"));
    }
    Ok(part)
}

fn parse_range(text: &str) -> Result<PriceRange, String> {
    let (low, high) = text
        .split_once("..")
        .ok_or_else(|| format!("`{text}` is no `LO..HI`"))?;
    Ok(PriceRange {
        low: integer(low, "price")?,
        high: integer(high, "price")?,
    })
}

fn parse_collar(text: &str) -> Result<Collar, String> {
    match text.split_once("..") {
        None => parse_percent(text).map(Collar::Around),
        Some((low, high)) => Ok(Collar::Range {
            low: parse_percent(low)?,
            high: parse_percent(high)?,
        }),
    }
}

fn parse_pair(text: &str) -> Result<Pair, String> {
    let (first, second) = text
        .split_once('/')
        .ok_or_else(|| format!("`{text}` is no `N/T`"))?;
    Ok(Pair {
        first: integer(first, "number")?,
        second: integer(second, "number")?,
    })
}

fn parse_window(text: &str) -> Result<DayWindow, String> {
    let parts = text
        .split_once('/')
        .and_then(|(span, day)| Some((span.split_once("..")?, day)));
    let ((from, until), day) = parts.ok_or_else(|| format!("`{text}` is no `FROM..UNTIL/DAY`"))?;
    let window = DayWindow {
        from: integer(from, "time")?,
        until: integer(until, "time")?,
        day: integer(day, "length of time")?,
    };
    if window.from < window.until && window.until <= window.day {
        Ok(window)
    } else {
        Err(format!("`{text}` is no span within its day"))
    }
}

fn parse_protection(group: &str, text: &str) -> Result<Protection, String> {
    let (mut quantity, mut count, mut delta) = (None, None, None);
    let (mut window, mut kind, mut freeze) = (None, None, None);
    for part in text.split(',') {
        let (key, value) = part
            .split_once(':')
            .ok_or_else(|| format!("`{part}` is no `key:value`"))?;
        match key {
            "qty" => set(&mut quantity, key, integer(value, "quantity"))?,
            "count" => set(&mut count, key, integer(value, "count"))?,
            "delta" => set(&mut delta, key, integer(value, "quantity"))?,
            "window" => set(&mut window, key, integer(value, "length of time"))?,
            "kind" => set(&mut kind, key, WindowKind::read(value))?,
            "freeze" => set(&mut freeze, key, integer(value, "length of time"))?,
            _ => return Err(format!("`{key}:` is no part of a protection")),
        }
    }
    if quantity.is_none() && count.is_none() && delta.is_none() {
        return Err("a protection needs `qty:`, `count:` or `delta:`".to_owned());
    }
    Ok(Protection {
        group: Name::new(group)?,
        quantity,
        count,
        delta,
        window: window.ok_or_else(|| "`window:` is missing".to_owned())?,
        kind: kind.ok_or_else(|| "`kind:` is missing".to_owned())?,
        freeze,
    })
}
