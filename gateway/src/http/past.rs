//! Candles and statistics for those who ask once.

use std::sync::Arc;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use engine::Timestamp;
use history::{Candle, CandleRange, Interval, Statistics};
use http::StatusCode;
use protocol::{ExactDecimal, Scale};

use crate::edge::Edge;
use crate::http::error::ErrorAnswer;
use crate::http::market::{bad_query, find};
use crate::http::routes::json;
use crate::native::translate::at_us;

/// What may stand behind the question mark of `/v1/candles`.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CandlesQuery {
    interval: String,
    from_us: Option<u64>,
    to_us: Option<u64>,
    count: Option<usize>,
}

const CANDLES_BY_DEFAULT: usize = 500;
const CANDLES_MAX: usize = 1_000;
const WINDOW_NS: u64 = 86_400_000_000_000;

/// A candle on the wire.
#[derive(Debug, serde::Serialize)]
struct WireCandle {
    start_us: u64,
    end_us: u64,
    open: String,
    high: String,
    low: String,
    close: String,
    volume: String,
    quote_volume: String,
    taker_buy_volume: String,
    taker_buy_quote_volume: String,
    trades: u64,
    auction_trades: u64,
    auction_volume: String,
    is_closed: bool,
}

/// Statistics on the wire.
#[derive(Debug, serde::Serialize)]
struct WireStatistics {
    from_us: u64,
    to_us: u64,
    open: String,
    high: String,
    low: String,
    last: String,
    last_quantity: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    previous_close: Option<String>,
    volume: String,
    quote_volume: String,
    /// Truncated to the price's decimals; exact it is `quote_volume / volume`.
    #[serde(skip_serializing_if = "Option::is_none")]
    average_price: Option<String>,
    trades: u64,
    first_trade_id: u64,
    last_trade_id: u64,
}

/// Candles of one instrument, oldest first, without a gap.
pub async fn candles(
    State(edge): State<Arc<Edge>>,
    Path(symbol): Path<String>,
    query: Result<Query<CandlesQuery>, QueryRejection>,
) -> Result<Response, ErrorAnswer> {
    let Query(query) = query.map_err(|rejection| bad_query(&rejection))?;
    let state = find(&edge, &symbol)?;
    let interval = Interval::named(&query.interval).ok_or_else(|| {
        let message = format!("`interval` names no interval: `{}`", query.interval);
        ErrorAnswer::new(StatusCode::BAD_REQUEST, "bad_query", message)
    })?;
    let now = now(&edge);
    let until = query.to_us.map_or(now, |to_us| from_us(to_us).min(now));
    let count = query.count.unwrap_or(CANDLES_BY_DEFAULT).min(CANDLES_MAX);
    let range = match query.from_us {
        Some(from) => CandleRange::From {
            from: from_us(from),
            until,
            count,
        },
        None => CandleRange::Newest { until, count },
    };
    let id = state.id();
    let candles = edge
        .past
        .ask(move |history| history.candles(id, interval, range))
        .await;
    let wire = |candle: &Candle| wire_candle(state.listed.scale, interval, candle, now);
    let candles: Vec<WireCandle> = candles.iter().map(wire).collect();
    let name = interval.name();
    let body = serde_json::json!({ "symbol": symbol, "interval": name, "candles": candles });
    Ok(json(body.to_string().into_bytes()))
}

/// What traded in the last 24 hours.
pub async fn statistics(
    State(edge): State<Arc<Edge>>,
    Path(symbol): Path<String>,
) -> Result<Response, ErrorAnswer> {
    let state = find(&edge, &symbol)?;
    let (id, now) = (state.id(), now(&edge));
    let statistics = edge
        .past
        .ask(move |history| history.statistics(id, now, WINDOW_NS))
        .await;
    let statistics = statistics.map(|it| wire_statistics(state.listed.scale, &it));
    let body = serde_json::json!({ "symbol": symbol, "statistics": statistics });
    Ok(json(body.to_string().into_bytes()))
}

fn now(edge: &Edge) -> Timestamp {
    from_us(edge.at_us())
}

const fn from_us(us: u64) -> Timestamp {
    Timestamp(us.saturating_mul(1_000))
}

fn wire_candle(scale: Scale, interval: Interval, candle: &Candle, now: Timestamp) -> WireCandle {
    let price = |price: engine::Price| scale.price(price.units()).to_string();
    let end = interval.next_after(candle.start);
    WireCandle {
        start_us: at_us(candle.start),
        end_us: at_us(end),
        open: price(candle.open),
        high: price(candle.high),
        low: price(candle.low),
        close: price(candle.close),
        volume: volume(scale, candle.volume),
        quote_volume: scale.notional(candle.notional.units()).to_string(),
        taker_buy_volume: volume(scale, candle.taker_buy_volume),
        taker_buy_quote_volume: scale
            .notional(candle.taker_buy_notional.units())
            .to_string(),
        trades: candle.trades,
        auction_trades: candle.auction_trades,
        auction_volume: volume(scale, candle.auction_volume),
        is_closed: end <= now,
    }
}

fn wire_statistics(scale: Scale, statistics: &Statistics) -> WireStatistics {
    let price = |price: engine::Price| scale.price(price.units()).to_string();
    let volume_units = i128::try_from(statistics.volume).unwrap_or(i128::MAX);
    let average = statistics.notional.units().checked_div(volume_units);
    let average = average.and_then(|units| i64::try_from(units).ok());
    WireStatistics {
        from_us: at_us(statistics.from),
        to_us: at_us(statistics.until),
        open: price(statistics.open),
        high: price(statistics.high),
        low: price(statistics.low),
        last: price(statistics.last),
        last_quantity: scale.quantity(statistics.last_quantity.units()).to_string(),
        previous_close: statistics.close_before.map(price),
        volume: volume(scale, statistics.volume),
        quote_volume: scale.notional(statistics.notional.units()).to_string(),
        average_price: average.map(|units| scale.price(units).to_string()),
        trades: statistics.trades,
        first_trade_id: statistics.first_trade.0,
        last_trade_id: statistics.last_trade.0,
    }
}

/// A sum of quantities may be larger than one quantity can be.
fn volume(scale: Scale, units: u128) -> String {
    let decimals = scale.quantity(0).decimals();
    ExactDecimal::new(i128::try_from(units).unwrap_or(i128::MAX), decimals).to_string()
}
