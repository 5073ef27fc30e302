//! Candles and statistics for those who ask once.

use std::sync::Arc;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use http::StatusCode;
use protocol::{CandleInterval, CandlesRequest};

use crate::edge::Edge;
use crate::http::error::ErrorAnswer;
use crate::http::market::{bad_query, find};
use crate::http::routes::{json, write_list};
use crate::native::past;

/// What may stand behind the question mark of `/v1/candles`.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CandlesQuery {
    interval: String,
    from_us: Option<u64>,
    to_us: Option<u64>,
    count: Option<u32>,
}

/// Candles of one instrument, oldest first, without a gap.
pub async fn candles(
    State(edge): State<Arc<Edge>>,
    Path(symbol): Path<String>,
    query: Result<Query<CandlesQuery>, QueryRejection>,
) -> Result<Response, ErrorAnswer> {
    let Query(query) = query.map_err(|rejection| bad_query(&rejection))?;
    let place = find(&edge, &symbol)?.place();
    let interval = CandleInterval::from_word(&query.interval).ok_or_else(|| {
        let message = format!("`interval` names no interval: `{}`", query.interval);
        ErrorAnswer::new(StatusCode::BAD_REQUEST, "bad_query", message)
    })?;
    let asked = CandlesRequest {
        symbol: edge.instruments[place].listed.symbol,
        interval,
        from_us: query.from_us,
        to_us: query.to_us,
        count: query.count,
    };
    let asking = Arc::clone(&edge);
    let found = edge
        .past
        .ask(move |history| past::candles(&asking, &asking.instruments[place], &asked, history))
        .await;
    let mut body =
        format!(r#"{{"symbol":"{symbol}","interval":"{interval}","candles":"#).into_bytes();
    write_list(&mut body, &found.candles, |body, candle| {
        candle.encode(body);
    });
    body.push(b'}');
    Ok(json(body))
}

/// What traded in the last 24 hours.
pub async fn statistics(
    State(edge): State<Arc<Edge>>,
    Path(symbol): Path<String>,
) -> Result<Response, ErrorAnswer> {
    let place = find(&edge, &symbol)?.place();
    let asking = Arc::clone(&edge);
    let found = edge
        .past
        .ask(move |history| past::statistics(&asking, &asking.instruments[place], history))
        .await;
    let mut body = format!(r#"{{"symbol":"{symbol}","statistics":"#).into_bytes();
    match found.statistics {
        Some(statistics) => statistics.encode(&mut body),
        None => body.extend_from_slice(b"null"),
    }
    body.push(b'}');
    Ok(json(body))
}
