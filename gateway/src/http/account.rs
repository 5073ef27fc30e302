//! What was, for the account that it happened to: orders, executions, amendments, prevented matches, page by page.
//!
//! Who asks shows its demo key as a bearer token, from this machine, as at `logon`.

use std::sync::Arc;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Extension, Path, Query, State};
use axum::response::Response;
use engine::{AccountId, InstrumentId, OrderId, Timestamp};
use history::{History, Of, Page, Stage, Take};
use http::header::AUTHORIZATION;
use http::{HeaderMap, StatusCode};
use serde::Serialize;

use crate::edge::{Edge, InstrumentState};
use crate::http::error::ErrorAnswer;
use crate::http::market::{bad_query, find};
use crate::http::records::{WireAmendment, WireExecution, WireOrder, WirePrevented};
use crate::http::routes::json;
use crate::listener::Peer;
use crate::listing::ListedInstrument;
use crate::native::translate::timestamp;

const COUNT_BY_DEFAULT: usize = 500;
const COUNT_MAX: usize = 1_000;
const BEARER: &str = "Bearer ";

/// What may stand behind the question mark.
#[derive(Debug, Clone, Copy, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PastQuery {
    /// The least id; from there on the oldest are told, without it the newest.
    from_id: Option<u64>,
    from_us: Option<u64>,
    to_us: Option<u64>,
    count: Option<usize>,
    /// Of one order.
    order_id: Option<u64>,
    /// Open orders too.
    #[serde(default)]
    open: bool,
}

impl PastQuery {
    fn page(self) -> Page {
        let count = self.count.unwrap_or(COUNT_BY_DEFAULT).min(COUNT_MAX);
        let is_from = self.from_id.is_some() || self.from_us.is_some();
        let page = if is_from {
            Page::oldest(count)
        } else {
            Page::newest(count)
        };
        let until = self.to_us.map_or(Timestamp(u64::MAX), timestamp);
        page.from_id(self.from_id.unwrap_or(0))
            .between(timestamp(self.from_us.unwrap_or(0)), until)
    }

    const fn of(self) -> Of {
        match self.order_id {
            Some(order_id) => Of::Order(OrderId(order_id)),
            None => Of::Account,
        }
    }
}

/// One page of a list.
#[derive(Debug, Serialize)]
struct Answer<T> {
    symbol: String,
    records: Vec<T>,
    /// Where the next page begins, if this one is full.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_from_id: Option<u64>,
}

/// What a request's parts are extracted to.
type Parts = (
    State<Arc<Edge>>,
    Extension<Peer>,
    Path<String>,
    HeaderMap,
    Result<Query<PastQuery>, QueryRejection>,
);

/// Closed orders of the account; with `open=true` open ones too.
pub async fn orders(
    edge: State<Arc<Edge>>,
    peer: Extension<Peer>,
    symbol: Path<String>,
    head: HeaderMap,
    query: Result<Query<PastQuery>, QueryRejection>,
) -> Result<Response, ErrorAnswer> {
    let parts = (edge, peer, symbol, head, query);
    let asked = |history: &History, account, id, query: PastQuery| {
        if let Some(order_id) = query.order_id {
            let meant = engine::OrderRef::Id(OrderId(order_id));
            return history.order(account, id, meant).into_iter().collect();
        }
        let stage = if query.open {
            Stage::All
        } else {
            Stage::Closed
        };
        history.orders(account, id, stage, &query.page())
    };
    answer(parts, asked, WireOrder::of, |order| order.order_id.0).await
}

/// Executions of the account.
pub async fn executions(
    edge: State<Arc<Edge>>,
    peer: Extension<Peer>,
    symbol: Path<String>,
    head: HeaderMap,
    query: Result<Query<PastQuery>, QueryRejection>,
) -> Result<Response, ErrorAnswer> {
    let parts = (edge, peer, symbol, head, query);
    let asked = |history: &History, account, id, query: PastQuery| {
        history.executions(account, id, query.of(), &query.page())
    };
    answer(parts, asked, WireExecution::of, |it| it.trade.trade_id.0).await
}

/// Amendments of the account's orders.
pub async fn amendments(
    edge: State<Arc<Edge>>,
    peer: Extension<Peer>,
    symbol: Path<String>,
    head: HeaderMap,
    query: Result<Query<PastQuery>, QueryRejection>,
) -> Result<Response, ErrorAnswer> {
    let parts = (edge, peer, symbol, head, query);
    let asked = |history: &History, account, id, query: PastQuery| {
        history.amendments(account, id, query.of(), &query.page())
    };
    answer(parts, asked, WireAmendment::of, |it| it.event.sequence.0).await
}

/// Matches of the account's orders that were prevented.
pub async fn prevented(
    edge: State<Arc<Edge>>,
    peer: Extension<Peer>,
    symbol: Path<String>,
    head: HeaderMap,
    query: Result<Query<PastQuery>, QueryRejection>,
) -> Result<Response, ErrorAnswer> {
    let parts = (edge, peer, symbol, head, query);
    let asked = |history: &History, account, id, query: PastQuery| {
        history.prevented_matches(account, id, query.of(), &query.page())
    };
    answer(parts, asked, WirePrevented::of, |it| it.prevented_id).await
}

async fn answer<R, W>(
    (State(edge), Extension(peer), Path(symbol), head, query): Parts,
    asked: impl FnOnce(&History, AccountId, InstrumentId, PastQuery) -> Vec<R> + Send + 'static,
    wire: impl Fn(&ListedInstrument, &R) -> W,
    id_of: impl Fn(&R) -> u64,
) -> Result<Response, ErrorAnswer>
where
    R: Send + 'static,
    W: Serialize,
{
    let account = account_of(&edge, &peer, &head)?;
    let Query(query) = query.map_err(|rejection| bad_query(&rejection))?;
    let state: &InstrumentState = find(&edge, &symbol)?;
    let id = state.id();
    let records = edge
        .past
        .ask(move |history| asked(history, account, id, query))
        .await;
    let page = query.page();
    let next_from_id = match page.take {
        Take::Oldest(most) if records.len() >= most => {
            records.last().map(|last| id_of(last).saturating_add(1))
        }
        Take::Oldest(_) | Take::Newest(_) => None,
    };
    let body = Answer {
        symbol,
        records: records.iter().map(|it| wire(&state.listed, it)).collect(),
        next_from_id,
    };
    let body = serde_json::to_vec(&body).expect("records are plain structs of texts and numbers");
    Ok(json(body))
}

/// Whose key it is.
fn account_of(edge: &Edge, peer: &Peer, head: &HeaderMap) -> Result<AccountId, ErrorAnswer> {
    let refused = |text| ErrorAnswer::new(StatusCode::UNAUTHORIZED, "bad_key", text);
    if !peer.address.ip().to_canonical().is_loopback() {
        return Err(refused("demo keys work from this machine only"));
    }
    let token = head.get(AUTHORIZATION).and_then(|it| it.to_str().ok());
    token
        .and_then(|token| token.strip_prefix(BEARER))
        .and_then(|key| edge.keys.account(key))
        .ok_or_else(|| refused("no account has this key; send `Authorization: Bearer KEY`"))
}
