//! What was, for the account that it happened to: orders, executions, amendments, prevented matches, page by page.
//!
//! Who asks shows its demo key as a bearer token, from this machine, as at `logon`.

use std::sync::Arc;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Extension, Path, Query, State};
use axum::response::Response;
use engine::AccountId;
use history::Stage;
use http::header::AUTHORIZATION;
use http::{HeaderMap, StatusCode};
use protocol::{PastKind, PastRequest, Symbol};

use crate::edge::Edge;
use crate::http::error::ErrorAnswer;
use crate::http::market::{bad_query, find};
use crate::http::routes::json;
use crate::listener::Peer;
use crate::native::past;

const BEARER: &str = "Bearer ";

/// What may stand behind the question mark.
#[derive(Debug, Clone, Copy, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PastQuery {
    /// The least id; from there on the oldest are told, without it the newest.
    from_id: Option<u64>,
    from_us: Option<u64>,
    to_us: Option<u64>,
    count: Option<u32>,
    /// Of one order.
    order_id: Option<u64>,
    /// Open orders too.
    #[serde(default)]
    open: bool,
}

impl PastQuery {
    const fn asked(self, kind: PastKind, symbol: Symbol) -> PastRequest {
        PastRequest {
            order_id: self.order_id,
            from_id: self.from_id,
            from_us: self.from_us,
            to_us: self.to_us,
            count: self.count,
            ..PastRequest::newest(kind, symbol)
        }
    }

    /// Who names an order means it, whether it is over or not.
    const fn stage(self) -> Stage {
        if self.open || self.order_id.is_some() {
            Stage::All
        } else {
            Stage::Closed
        }
    }
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
    answer((edge, peer, symbol, head, query), PastKind::ClosedOrders).await
}

/// Executions of the account.
pub async fn executions(
    edge: State<Arc<Edge>>,
    peer: Extension<Peer>,
    symbol: Path<String>,
    head: HeaderMap,
    query: Result<Query<PastQuery>, QueryRejection>,
) -> Result<Response, ErrorAnswer> {
    answer((edge, peer, symbol, head, query), PastKind::Executions).await
}

/// Amendments of the account's orders.
pub async fn amendments(
    edge: State<Arc<Edge>>,
    peer: Extension<Peer>,
    symbol: Path<String>,
    head: HeaderMap,
    query: Result<Query<PastQuery>, QueryRejection>,
) -> Result<Response, ErrorAnswer> {
    answer((edge, peer, symbol, head, query), PastKind::Amendments).await
}

/// Matches of the account's orders that were prevented.
pub async fn prevented(
    edge: State<Arc<Edge>>,
    peer: Extension<Peer>,
    symbol: Path<String>,
    head: HeaderMap,
    query: Result<Query<PastQuery>, QueryRejection>,
) -> Result<Response, ErrorAnswer> {
    answer(
        (edge, peer, symbol, head, query),
        PastKind::PreventedMatches,
    )
    .await
}

async fn answer(
    (State(edge), Extension(peer), Path(symbol), head, query): Parts,
    kind: PastKind,
) -> Result<Response, ErrorAnswer> {
    let account = account_of(&edge, &peer, &head)?;
    let Query(query) = query.map_err(|rejection| bad_query(&rejection))?;
    let place = find(&edge, &symbol)?.place();
    let asked = query.asked(kind, edge.instruments[place].listed.symbol);
    let (asking, of) = (Arc::clone(&edge), (account, query.stage()));
    let page = edge
        .past
        .ask(move |history| past::page(&asking, &asking.instruments[place], of, &asked, history))
        .await;
    let mut body = Vec::new();
    page.encode_alone(&mut body);
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
