//! REST: a request in, a body and the counts of what was asked out.

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::{Extension, Request, State};
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER};
use http::{HeaderMap, StatusCode};
use ledger::Permissions;

use crate::binance::calls::{self, Call, Surface};
use crate::binance::ids;
use crate::binance::keys::{
    Caller, check_signature, check_time, find_key, judged_by, no_key, without_signature,
};
use crate::binance::limits::OrderCounts;
use crate::binance::methods::{self, Asked, Security};
use crate::binance::pace::pace;
use crate::binance::params::Params;
use crate::binance::refusal::Refusal;
use crate::binance::time_unit::TimeUnit;
use crate::edge::Edge;
use crate::listener::Peer;

const BODY_BYTES_MAX: usize = 65_536;

const API_KEY: HeaderName = HeaderName::from_static("x-mbx-apikey");
const TIME_UNIT: HeaderName = HeaderName::from_static("x-mbx-time-unit");
const USED_WEIGHT: HeaderName = HeaderName::from_static("x-mbx-used-weight");
const USED_WEIGHT_MINUTE: HeaderName = HeaderName::from_static("x-mbx-used-weight-1m");
const ORDERS_10S: HeaderName = HeaderName::from_static("x-mbx-order-count-10s");
const ORDERS_DAY: HeaderName = HeaderName::from_static("x-mbx-order-count-1d");
const CONNECTION_NAME: HeaderName = HeaderName::from_static("x-mbx-uuid");

/// What is counted beside an answer.
#[derive(Debug, Clone, Copy, Default)]
struct Counts {
    weight: Option<u32>,
    orders: Option<OrderCounts>,
}

/// Answers a request to a path of this persona.
pub async fn answer(
    State(edge): State<Arc<Edge>>,
    Extension(peer): Extension<Peer>,
    request: Request,
) -> Response {
    let mut counts = Counts::default();
    let answered = try_answer(&edge, &peer, request, &mut counts).await;
    let mut response = match answered {
        Ok(body) => ok(body),
        Err(refusal) => {
            edge.binance.refusals.count(&refusal);
            refused(&refusal)
        }
    };
    count(response.headers_mut(), counts);
    named(response)
}

async fn try_answer(
    edge: &Arc<Edge>,
    peer: &Peer,
    request: Request,
    counts: &mut Counts,
) -> Result<String, Refusal> {
    let (parts, body) = request.into_parts();
    let asked = methods::of_path(&parts.method, parts.uri.path());
    let query = parts.uri.query().unwrap_or("");
    let body = read_body(body).await?;
    let security = asked.map_or(Security::None, |asked| asked.security);
    let key = parts.headers.get(API_KEY);
    let _paced = pace(edge, security, key.and_then(|key| key.to_str().ok())).await?;
    let address = peer.address.ip();
    let now_us = edge.at_us();
    let limits = &edge.binance.limits;
    counts.weight = Some(limits.used(address, now_us));
    let Some(asked) = asked else {
        counts.weight = Some(limits.charge(address, 1, now_us)?);
        return Err(Refusal::not_supported());
    };
    let params = Params::of_http(query, &body);
    let symbols = u32::try_from(edge.instruments.len()).unwrap_or(u32::MAX);
    let weight = params.as_ref().map_or(asked.weight, |params| {
        methods::weight(asked, params, symbols)
    });
    counts.weight = Some(limits.charge(address, weight, now_us)?);
    let mut params = params?;
    let unit = unit_of(&parts.headers)?;
    let caller = authenticate(
        edge,
        peer,
        asked,
        (&parts.headers, query, &body),
        &mut params,
    )?;
    let account = caller.as_ref().map(|caller| caller.account);
    let call = Call {
        method: asked.method,
        params,
        caller,
        unit,
        surface: Surface::Rest,
    };
    let answered = calls::answer(Arc::clone(edge), call).await;
    if answered.is_ok() && methods::is_free_of_charge(asked.method) {
        counts.weight = Some(limits.give_back(address, weight, now_us));
    }
    if asked.security == Security::Trade {
        counts.orders = account.map(|account| limits.orders_of(account, edge.at_us()));
    }
    answered
}

async fn read_body(body: Body) -> Result<String, Refusal> {
    let bytes = to_bytes(body, BODY_BYTES_MAX)
        .await
        .map_err(|_| Refusal::new(-1000, "The request is too large.").with_status(413))?;
    String::from_utf8(bytes.into())
        .map_err(|_| Refusal::new(-1100, "Illegal characters found in a parameter."))
}

fn unit_of(headers: &HeaderMap) -> Result<TimeUnit, Refusal> {
    match headers.get(TIME_UNIT) {
        Some(value) => TimeUnit::parse(value.to_str().unwrap_or("")),
        None => Ok(TimeUnit::default()),
    }
}

/// Who asks, where the method wants to know. The signature is over the bytes of query and body.
fn authenticate(
    edge: &Edge,
    peer: &Peer,
    asked: Asked,
    (headers, query, body): (&HeaderMap, &str, &str),
    params: &mut Params,
) -> Result<Option<Caller>, Refusal> {
    let needed = match asked.security {
        Security::None => return Ok(None),
        Security::Key | Security::Read => Permissions::READ,
        Security::Trade => Permissions::TRADE,
    };
    let id = headers
        .get(API_KEY)
        .and_then(|value| value.to_str().ok())
        .filter(|id| !id.is_empty())
        .ok_or_else(no_key)?;
    if asked.security == Security::Key {
        let key = find_key(edge, id, needed, peer.address)?;
        return Ok(Some(Caller {
            account: key.account,
            key: key.id.clone(),
        }));
    }
    let signature = params.needed_text("signature");
    check_time(params, judged_by(edge))?;
    let signature = signature?;
    let key = find_key(edge, id, needed, peer.address)?;
    let payload = [without_signature(query), without_signature(body)].concat();
    check_signature(key, &[payload.as_bytes()], &signature)?;
    Ok(Some(Caller {
        account: key.account,
        key: key.id.clone(),
    }))
}

fn ok(body: String) -> Response {
    with_body(StatusCode::OK, body)
}

/// The key that a request shows, where it shows one.
pub fn key_of(headers: &HeaderMap) -> Option<String> {
    let key = headers.get(API_KEY)?.to_str().ok()?;
    (!key.is_empty()).then(|| key.to_owned())
}

/// A refusal as a response.
pub fn refused(refusal: &Refusal) -> Response {
    let status = StatusCode::from_u16(refusal.status).unwrap_or(StatusCode::BAD_REQUEST);
    let mut response = with_body(status, refusal.json());
    if let Some(seconds) = refusal.retry_after_s {
        response
            .headers_mut()
            .insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

fn with_body(status: StatusCode, body: String) -> Response {
    let headers = [
        (
            CONTENT_TYPE,
            HeaderValue::from_static("application/json;charset=UTF-8"),
        ),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (status, headers, body).into_response()
}

fn count(headers: &mut HeaderMap, counts: Counts) {
    if let Some(weight) = counts.weight {
        headers.insert(USED_WEIGHT, HeaderValue::from(weight));
        headers.insert(USED_WEIGHT_MINUTE, HeaderValue::from(weight));
    }
    if let Some(orders) = counts.orders {
        headers.insert(ORDERS_10S, HeaderValue::from(orders.ten_seconds));
        headers.insert(ORDERS_DAY, HeaderValue::from(orders.day));
    }
}

/// The response with a name of its own, which some clients log.
pub fn named(mut response: Response) -> Response {
    let name = ids::new_uuid()
        .ok()
        .and_then(|name| HeaderValue::from_str(&name).ok());
    if let Some(name) = name {
        response.headers_mut().insert(CONNECTION_NAME, name);
    }
    response
}
