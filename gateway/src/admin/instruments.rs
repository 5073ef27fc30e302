//! One instrument in the hands of its operators: its rules, its grid, its session state. Each change is a
//! command in the instrument's own order, and is answered when it is durable.

use axum::Json;
use axum::extract::{Extension, Path, State};
use engine::{
    AuctionReference, Command, FanOutAction, Grid, Instrument, MassCancel, Operation, Price,
    Quantity, RejectReason, SideFilter,
};
use http::StatusCode;
use protocol::{DecimalError, ExactDecimal, Scale};
use sequencer::BookTerms;
use serde::{Deserialize, Serialize};
use tokio::sync::oneshot;
use tracing::info;

use crate::admin::AdminView;
use crate::admin::body::{AccountReference, Body};
use crate::admin::money::find_account;
use crate::admin::risk::{FanOutAnswer, bad, fan_out, find_instrument, targets};
use crate::edge::InstrumentState;
use crate::http::ErrorAnswer;
use crate::listener::Peer;
use crate::native::translate;
use crate::operated::Operated;
use crate::rule_set::{RuleSet, ScheduleState};

/// `POST /v1/admin/rules`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetRules {
    symbol: String,
    rules: RuleSet,
}

/// `POST /v1/admin/grid`. What is not named stays.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetGrid {
    symbol: String,
    tick_size: Option<String>,
    lot_size: Option<String>,
}

/// `POST /v1/admin/session`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetSession {
    symbol: String,
    state: ScheduleState,
}

/// `POST /v1/admin/delist`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Delist {
    symbol: String,
}

/// `POST /v1/admin/uncross`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Uncross {
    symbol: String,
    reference: Option<String>,
}

/// `POST /v1/admin/mass_cancel`. What is not named is not looked at.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CancelAll {
    account: AccountReference,
    symbol: Option<String>,
    side: Option<SideWord>,
    price_from: Option<String>,
    price_to: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum SideWord {
    Buy,
    Sell,
}

/// A command to one instrument; durable when it is told.
#[derive(Debug, Serialize)]
pub struct OperatedAnswer {
    symbol: String,
    /// Its place in the instrument's order.
    seq: u64,
    at_us: u64,
}

/// `GET /v1/admin/instruments/{symbol}`.
#[derive(Debug, Serialize)]
pub struct InstrumentAnswer {
    symbol: String,
    /// The last command that was applied.
    seq: u64,
    session_state: &'static str,
    tick_size: String,
    lot_size: String,
    price_min: String,
    price_max: String,
    quantity_min: String,
    quantity_max: String,
    rules: RuleSet,
}

/// `GET /v1/admin/instruments/{symbol}`.
pub async fn instrument(
    State(view): State<AdminView>,
    Path(symbol): Path<String>,
) -> Result<Json<InstrumentAnswer>, ErrorAnswer> {
    let state = find_instrument(&view, &symbol)?;
    let book = book_of(&view, state).await?;
    Ok(Json(answer(state, &book)))
}

/// `POST /v1/admin/rules`.
pub async fn set_rules(
    State(view): State<AdminView>,
    Extension(who): Extension<Peer>,
    Body(request): Body<SetRules>,
) -> Result<Json<OperatedAnswer>, ErrorAnswer> {
    let state = find_instrument(&view, &request.symbol)?;
    let rules = request
        .rules
        .to_rules(state.listed.scale)
        .map_err(|mistake| bad(format!("field `rules.{}`: {mistake}", mistake.key)))?;
    let command = Command::Operate(Operation::SetRules(Box::new(rules)));
    let answer = operate(&view, state, command).await?;
    info!(target: "admin", who = %who.address, symbol = %state.listed.symbol, seq = answer.seq, "set rules");
    Ok(Json(answer))
}

/// `POST /v1/admin/grid`.
pub async fn set_grid(
    State(view): State<AdminView>,
    Extension(who): Extension<Peer>,
    Body(request): Body<SetGrid>,
) -> Result<Json<OperatedAnswer>, ErrorAnswer> {
    let state = find_instrument(&view, &request.symbol)?;
    let now = book_of(&view, state).await?.terms;
    let grid = grid(&request, &now, &state.listed.instrument, state.listed.scale)?;
    let command = Command::Operate(Operation::SetGrid(grid));
    let answer = operate(&view, state, command).await?;
    info!(target: "admin", who = %who.address, symbol = %state.listed.symbol, seq = answer.seq, "set the grid");
    Ok(Json(answer))
}

/// `POST /v1/admin/session`.
pub async fn set_session(
    State(view): State<AdminView>,
    Extension(who): Extension<Peer>,
    Body(request): Body<SetSession>,
) -> Result<Json<OperatedAnswer>, ErrorAnswer> {
    let state = find_instrument(&view, &request.symbol)?;
    let answer = operate(&view, state, Command::SetState(request.state.into())).await?;
    info!(target: "admin", who = %who.address, symbol = %state.listed.symbol, state = ?request.state, seq = answer.seq, "set the session state");
    Ok(Json(answer))
}

/// `POST /v1/admin/delist`.
pub async fn delist(
    State(view): State<AdminView>,
    Extension(who): Extension<Peer>,
    Body(request): Body<Delist>,
) -> Result<Json<OperatedAnswer>, ErrorAnswer> {
    let state = find_instrument(&view, &request.symbol)?;
    let answer = operate(&view, state, Command::Operate(Operation::Delist)).await?;
    info!(target: "admin", who = %who.address, symbol = %state.listed.symbol, seq = answer.seq, "delisted");
    Ok(Json(answer))
}

/// `POST /v1/admin/uncross`.
pub async fn uncross(
    State(view): State<AdminView>,
    Extension(who): Extension<Peer>,
    Body(request): Body<Uncross>,
) -> Result<Json<OperatedAnswer>, ErrorAnswer> {
    let state = find_instrument(&view, &request.symbol)?;
    let scale = state.listed.scale;
    let reference = read_price("reference", request.reference.as_deref(), scale)?;
    let reference = reference.map_or(AuctionReference::LastPrice, AuctionReference::Given);
    let answer = operate(&view, state, Command::Uncross(reference)).await?;
    info!(target: "admin", who = %who.address, symbol = %state.listed.symbol, seq = answer.seq, "uncrossed");
    Ok(Json(answer))
}

/// `POST /v1/admin/mass_cancel`.
pub async fn mass_cancel(
    State(view): State<AdminView>,
    Extension(who): Extension<Peer>,
    Body(request): Body<CancelAll>,
) -> Result<Json<FanOutAnswer>, ErrorAnswer> {
    let account = find_account(&view, &request.account)?;
    let targets = targets(&view, request.symbol.as_deref())?;
    let has_range = request.price_from.is_some() || request.price_to.is_some();
    let range = match &request.symbol {
        Some(symbol) => {
            let scale = find_instrument(&view, symbol)?.listed.scale;
            let from = read_price("price_from", request.price_from.as_deref(), scale)?;
            let to = read_price("price_to", request.price_to.as_deref(), scale)?;
            (from.unwrap_or(Price::MIN), to.unwrap_or(Price::MAX))
        }
        None if has_range => return Err(bad("a price range needs a `symbol`")),
        None => (Price::MIN, Price::MAX),
    };
    let action = FanOutAction::MassCancel(MassCancel {
        account,
        side: match request.side {
            None => SideFilter::Both,
            Some(SideWord::Buy) => SideFilter::Only(engine::Side::Buy),
            Some(SideWord::Sell) => SideFilter::Only(engine::Side::Sell),
        },
        price_from: range.0,
        price_to: range.1,
        session: engine::SessionFilter::Any,
    });
    let answer = fan_out(&view, targets, action).await?;
    info!(target: "admin", who = %who.address, account = account.0, "canceled an account's orders");
    Ok(Json(answer))
}

/// Has the instrument's matcher do it, and waits until it is durable.
async fn operate(
    view: &AdminView,
    state: &InstrumentState,
    command: Command,
) -> Result<OperatedAnswer, ErrorAnswer> {
    let Operated {
        sequence,
        at,
        refused,
    } = hand_in(view, state, command)?
        .await
        .map_err(|_| unavailable("the exchange stops".to_owned()))?;
    match refused {
        Some(reason) => Err(refused_answer(reason)),
        None => Ok(OperatedAnswer {
            symbol: state.listed.symbol.to_string(),
            seq: sequence.0,
            at_us: translate::at_us(at),
        }),
    }
}

/// Hands a command to the instrument's matcher; its outcome comes when it is durable.
pub(super) fn hand_in(
    view: &AdminView,
    state: &InstrumentState,
    command: Command,
) -> Result<oneshot::Receiver<Operated>, ErrorAnswer> {
    let handed_in = view.edge.hand_in_for_operators(state, command);
    handed_in.map_err(|refused| unavailable(refused.to_string()))
}

/// The engine refused the command.
pub(super) fn refused_answer(reason: RejectReason) -> ErrorAnswer {
    ErrorAnswer::new(StatusCode::CONFLICT, "refused", reason.sentence())
}

/// The exchange takes nothing now.
pub(super) fn unavailable(text: String) -> ErrorAnswer {
    ErrorAnswer::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", text)
}

/// What the instrument is now.
async fn book_of(view: &AdminView, state: &InstrumentState) -> Result<BookTerms, ErrorAnswer> {
    let answer = view
        .edge
        .ports
        .terms_of(state.id())
        .map_err(|refused| unavailable(refused.to_string()))?;
    let terms = answer.recv_async().await;
    terms.map_err(|_| unavailable("the exchange stops".to_owned()))
}

fn answer(state: &InstrumentState, book: &BookTerms) -> InstrumentAnswer {
    let scale = state.listed.scale;
    let terms = &book.terms;
    let price = |price: Price| scale.price(price.units()).to_string();
    let quantity = |quantity: Quantity| scale.quantity(quantity.units()).to_string();
    InstrumentAnswer {
        symbol: state.listed.symbol.to_string(),
        seq: book.sequence.0,
        session_state: translate::session_state(book.session_state),
        tick_size: scale.price(terms.tick_size).to_string(),
        lot_size: scale.quantity(terms.lot_size).to_string(),
        price_min: price(terms.price_min),
        price_max: price(terms.price_max),
        quantity_min: quantity(terms.quantity_min),
        quantity_max: quantity(terms.quantity_max),
        rules: RuleSet::of(&terms.rules, scale),
    }
}

/// The grid asked for; the bounds it was listed with are moved inward onto it.
fn grid(
    request: &SetGrid,
    now: &Instrument,
    listed: &Instrument,
    scale: Scale,
) -> Result<Grid, ErrorAnswer> {
    let tick_size = read_price("tick_size", request.tick_size.as_deref(), scale)?;
    let tick_size = tick_size.map_or(now.tick_size, Price::units);
    let lot_size = match request.lot_size.as_deref() {
        None => now.lot_size,
        Some(text) => ExactDecimal::parse(text)
            .and_then(|lot| scale.quantity_units(lot))
            .map_err(|error| unreadable("lot_size", error))?,
    };
    if tick_size <= 0 {
        return Err(bad("field `tick_size`: it is above zero"));
    }
    if lot_size == 0 {
        return Err(bad("field `lot_size`: it is above zero"));
    }
    let (low, high) = (listed.price_min.units(), listed.price_max.units());
    let (least, most) = (listed.quantity_min.units(), listed.quantity_max.units());
    let beyond = low.rem_euclid(tick_size);
    let low = low
        .saturating_sub(beyond)
        .saturating_add(if beyond > 0 { tick_size } else { 0 });
    Ok(Grid {
        tick_size,
        lot_size,
        price_min: Price::from_units(low),
        price_max: Price::from_units(high.saturating_sub(high.rem_euclid(tick_size))),
        quantity_min: Quantity::from_units(least.next_multiple_of(lot_size)),
        quantity_max: Quantity::from_units(
            most.saturating_sub(most.checked_rem(lot_size).unwrap_or(0)),
        ),
    })
}

fn read_price(field: &str, text: Option<&str>, scale: Scale) -> Result<Option<Price>, ErrorAnswer> {
    let Some(text) = text else {
        return Ok(None);
    };
    ExactDecimal::parse(text)
        .and_then(|price| scale.price_units(price))
        .map(|units| Some(Price::from_units(units)))
        .map_err(|error| unreadable(field, error))
}

fn unreadable(field: &str, error: DecimalError) -> ErrorAnswer {
    bad(format!("field `{field}`: {error}; write such as \"12.5\""))
}
