//! What accounts may do: kill switches, cancel-only, limits, fee tiers. Each is logged, and reaches every
//! instrument that is meant once.

use std::time::Duration;

use axum::Json;
use axum::extract::{Extension, State};
use engine::{AccountId, Admission, Admit, FanOutAction, FeeTier, Scope, SetFeeTier, SetLimits};
use http::StatusCode;
use ledger::FEE_TIERS_MAX;
use sequencer::{ControlCommand, Targets};
use serde::{Deserialize, Serialize};
use tracing::info;

use crate::account_limits::{AccountLimits, RateLimit, RatioLimit};
use crate::admin::AdminView;
use crate::admin::body::{AccountReference, Body};
use crate::admin::money::{find_account, sequence};
use crate::edge::InstrumentState;
use crate::http::ErrorAnswer;
use crate::listener::Peer;
use crate::native::translate;

/// How often an answer looks whether every instrument has done its part.
const LOOK_INTERVAL: Duration = Duration::from_millis(1);
/// How often it looks before it says that they will.
const LOOKS_MAX: u32 = 5_000;

/// `POST /v1/admin/admit`; `POST /v1/admin/kill` is the same without `admission`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Switch {
    scope: ScopeWord,
    account: Option<AccountReference>,
    symbol: Option<String>,
    admission: Option<AdmissionWord>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum ScopeWord {
    Account,
    Instrument,
    Exchange,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum AdmissionWord {
    Open,
    CancelOnly,
    Killed,
}

/// `POST /v1/admin/limits`. What is not named is not limited.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    account: AccountReference,
    symbol: String,
    quantity_max: Option<String>,
    notional_max: Option<String>,
    price_band_percent: Option<String>,
    open_orders_max: Option<u32>,
    position_max: Option<String>,
    order_rate: Option<RateLimit>,
    order_to_trade: Option<RatioLimit>,
}

/// `POST /v1/admin/fee_tier`; without a symbol on every instrument.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FeeTierOf {
    account: AccountReference,
    symbol: Option<String>,
    fee_tier: u8,
}

/// A command to several instruments; durable when it is told.
#[derive(Debug, Serialize)]
pub struct FanOutAnswer {
    /// Its place in the control sequence.
    seq: u64,
    at_us: u64,
    /// Whether every instrument has done its part. If not, it will: at the latest after the next start.
    applied: bool,
}

/// `POST /v1/admin/kill`.
pub async fn kill(
    view: State<AdminView>,
    who: Extension<Peer>,
    Body(switch): Body<Switch>,
) -> Result<Json<FanOutAnswer>, ErrorAnswer> {
    if switch.admission.is_some() {
        return Err(bad(
            "a kill takes no `admission`; POST /v1/admin/admit does",
        ));
    }
    turn(view, who, &switch, Admission::Killed).await
}

/// `POST /v1/admin/admit`.
pub async fn admit(
    view: State<AdminView>,
    who: Extension<Peer>,
    Body(switch): Body<Switch>,
) -> Result<Json<FanOutAnswer>, ErrorAnswer> {
    let admission = match switch.admission {
        Some(AdmissionWord::Open) => Admission::Open,
        Some(AdmissionWord::CancelOnly) => Admission::CancelOnly,
        Some(AdmissionWord::Killed) => Admission::Killed,
        None => return Err(bad("field `admission`: write open, cancel_only or killed")),
    };
    turn(view, who, &switch, admission).await
}

/// `POST /v1/admin/limits`.
pub async fn limits(
    State(view): State<AdminView>,
    Extension(who): Extension<Peer>,
    Body(request): Body<Limits>,
) -> Result<Json<FanOutAnswer>, ErrorAnswer> {
    let account = find_account(&view, &request.account)?;
    let state = find_instrument(&view, &request.symbol)?;
    let limits = request.limits().to_engine(state.listed.scale);
    let limits = limits.map_err(|error| bad(error.to_string()))?;
    let action = FanOutAction::SetLimits(SetLimits { account, limits });
    let answer = fan_out(&view, Targets::One(state.id()), action).await?;
    info!(target: "admin", who = %who.address, account = account.0, symbol = %state.listed.symbol, seq = answer.seq, "set limits");
    Ok(Json(answer))
}

/// `POST /v1/admin/fee_tier`.
pub async fn fee_tier(
    State(view): State<AdminView>,
    Extension(who): Extension<Peer>,
    Body(request): Body<FeeTierOf>,
) -> Result<Json<FanOutAnswer>, ErrorAnswer> {
    let account = find_account(&view, &request.account)?;
    if usize::from(request.fee_tier) >= FEE_TIERS_MAX {
        return Err(bad(format!(
            "field `fee_tier`: it is below {FEE_TIERS_MAX}"
        )));
    }
    let targets = targets(&view, request.symbol.as_deref())?;
    let action = FanOutAction::SetFeeTier(SetFeeTier {
        account,
        fee_tier: FeeTier(request.fee_tier),
    });
    let answer = fan_out(&view, targets, action).await?;
    info!(target: "admin", who = %who.address, account = account.0, fee_tier = request.fee_tier, seq = answer.seq, "set a fee tier");
    Ok(Json(answer))
}

async fn turn(
    State(view): State<AdminView>,
    Extension(who): Extension<Peer>,
    switch: &Switch,
    admission: Admission,
) -> Result<Json<FanOutAnswer>, ErrorAnswer> {
    let (scope, targets) = scope(&view, switch)?;
    let action = FanOutAction::Admit(Admit { scope, admission });
    let answer = fan_out(&view, targets, action).await?;
    info!(target: "admin", who = %who.address, ?scope, ?admission, seq = answer.seq, "turned a switch");
    Ok(Json(answer))
}

/// Whom a switch is about, and which instruments are told.
fn scope(view: &AdminView, switch: &Switch) -> Result<(Scope, Targets), ErrorAnswer> {
    let symbol = switch.symbol.as_deref();
    match (switch.scope, &switch.account, symbol) {
        (ScopeWord::Account, Some(account), symbol) => {
            let account: AccountId = find_account(view, account)?;
            Ok((Scope::Account(account), targets(view, symbol)?))
        }
        (ScopeWord::Instrument, None, Some(symbol)) => {
            Ok((Scope::Instrument, targets(view, Some(symbol))?))
        }
        (ScopeWord::Exchange, None, None) => Ok((Scope::Exchange, Targets::All)),
        (ScopeWord::Account, None, _) => Err(bad("scope `account` needs an `account`")),
        (ScopeWord::Instrument, _, _) => Err(bad("scope `instrument` needs a `symbol` alone")),
        (ScopeWord::Exchange, _, _) => Err(bad("scope `exchange` names no account and no symbol")),
    }
}

pub(super) fn targets(view: &AdminView, symbol: Option<&str>) -> Result<Targets, ErrorAnswer> {
    match symbol {
        None => Ok(Targets::All),
        Some(symbol) => find_instrument(view, symbol).map(|state| Targets::One(state.id())),
    }
}

/// Logs it, and waits a while for every instrument to have done its part.
pub(super) async fn fan_out(
    view: &AdminView,
    targets: Targets,
    action: FanOutAction,
) -> Result<FanOutAnswer, ErrorAnswer> {
    let command = ControlCommand::FanOut {
        targets,
        action: Box::new(action),
    };
    let outcome = sequence(view, command).await?;
    let mut applied = false;
    for _ in 0..LOOKS_MAX {
        applied = view.edge.ports.have_seen(targets, outcome.fan_out_id());
        if applied {
            break;
        }
        tokio::time::sleep(LOOK_INTERVAL).await;
    }
    Ok(FanOutAnswer {
        seq: outcome.sequence.0,
        at_us: translate::at_us(outcome.at),
        applied,
    })
}

pub(super) fn find_instrument<'a>(
    view: &'a AdminView,
    symbol: &str,
) -> Result<&'a InstrumentState, ErrorAnswer> {
    let known = symbol.parse().ok();
    known
        .and_then(|symbol| view.edge.by_symbol(&symbol))
        .ok_or_else(|| {
            let text = "no instrument has this symbol";
            ErrorAnswer::new(StatusCode::NOT_FOUND, "unknown_symbol", text.to_owned())
        })
}

impl Limits {
    fn limits(self) -> AccountLimits {
        AccountLimits {
            quantity_max: self.quantity_max,
            notional_max: self.notional_max,
            price_band_percent: self.price_band_percent,
            open_orders_max: self.open_orders_max,
            position_max: self.position_max,
            order_rate: self.order_rate,
            order_to_trade: self.order_to_trade,
        }
    }
}

pub(super) fn bad(text: impl Into<String>) -> ErrorAnswer {
    ErrorAnswer::new(StatusCode::BAD_REQUEST, "bad_request", text.into())
}
