//! Market data for those who ask once.

use std::sync::Arc;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use http::StatusCode;
use protocol::Symbol;

use crate::edge::{Edge, InstrumentState};
use crate::http::error::ErrorAnswer;
use crate::http::routes::{json, write_list};
use crate::lock::lock;
use crate::market_data::news::TradeNews;
use crate::market_data::{depth_snapshot, orders_snapshot, wire_trade};
use crate::native::instrument_terms;

/// What may stand behind the question mark of `/v1/depth`.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DepthQuery {
    levels: Option<usize>,
}

/// What may stand behind the question mark of `/v1/trades`.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TradesQuery {
    count: Option<usize>,
}

const TRADES_BY_DEFAULT: usize = 100;

/// All instruments with their grids and bounds.
pub async fn instruments(State(edge): State<Arc<Edge>>) -> Response {
    let mut body = br#"{"instruments":"#.to_vec();
    write_list(&mut body, &edge.instruments, |body, state| {
        instrument_terms(&state.listed, &state.terms()).encode(body);
    });
    body.push(b'}');
    json(body)
}

/// The book of one instrument, as the message `depth_snapshot`.
pub async fn depth(
    State(edge): State<Arc<Edge>>,
    Path(symbol): Path<String>,
    query: Result<Query<DepthQuery>, QueryRejection>,
) -> Result<Response, ErrorAnswer> {
    let Query(query) = query.map_err(|rejection| bad_query(&rejection))?;
    let state = find(&edge, &symbol)?;
    let levels = query.levels.unwrap_or(usize::MAX);
    let snapshot = depth_snapshot(&state.listed, &lock(&state.market).depth_view(levels));
    let mut body = Vec::new();
    snapshot.encode(&mut body);
    Ok(json(body))
}

/// The book of one instrument order by order, as the message `orders_snapshot`.
pub async fn orders(
    State(edge): State<Arc<Edge>>,
    Path(symbol): Path<String>,
) -> Result<Response, ErrorAnswer> {
    let state = find(&edge, &symbol)?;
    let snapshot = orders_snapshot(&state.listed, &lock(&state.market).orders_view());
    let mut body = Vec::new();
    snapshot.encode(&mut body);
    Ok(json(body))
}

/// The newest trades of one instrument, oldest first.
pub async fn trades(
    State(edge): State<Arc<Edge>>,
    Path(symbol): Path<String>,
    query: Result<Query<TradesQuery>, QueryRejection>,
) -> Result<Response, ErrorAnswer> {
    let Query(query) = query.map_err(|rejection| bad_query(&rejection))?;
    let state = find(&edge, &symbol)?;
    let trades = lock(&state.market).newest_trades(query.count.unwrap_or(TRADES_BY_DEFAULT));
    let mut body = br#"{"trades":"#.to_vec();
    write_list(&mut body, &trades, |body, (place, trade)| {
        let news = TradeNews {
            place: *place,
            trade,
        };
        wire_trade(&state.listed, &news).encode(body);
    });
    body.push(b'}');
    Ok(json(body))
}

/// The instrument of this name.
pub fn find<'a>(edge: &'a Edge, symbol: &str) -> Result<&'a InstrumentState, ErrorAnswer> {
    Symbol::new(symbol)
        .ok()
        .and_then(|symbol| edge.by_symbol(&symbol))
        .ok_or_else(|| ErrorAnswer::unknown_symbol(symbol))
}

/// What is behind the question mark cannot be read.
pub fn bad_query(rejection: &QueryRejection) -> ErrorAnswer {
    ErrorAnswer::new(StatusCode::BAD_REQUEST, "bad_query", rejection.body_text())
}
