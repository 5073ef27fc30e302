//! What an account may do: its switch, its fee tier, its limits and the position that they look at, by instrument.

use axum::Json;
use axum::extract::{Path, State};
use engine::{AccountId, Admission};
use protocol::ExactDecimal;
use serde::Serialize;

use crate::account_limits::AccountLimits;
use crate::admin::AdminView;
use crate::admin::instruments::unavailable;
use crate::admin::money::find_account;
use crate::admin::risk::find_instrument;
use crate::edge::InstrumentState;
use crate::http::ErrorAnswer;

/// `GET /v1/admin/limits/{account}` and `.../{symbol}`.
#[derive(Debug, Serialize)]
pub struct AccountRulesAnswer {
    account: u32,
    instruments: Vec<RulesOnInstrument>,
}

/// What holds on one instrument. A limit that is not told is none.
#[derive(Debug, Serialize)]
struct RulesOnInstrument {
    symbol: String,
    /// The last command that was applied to the instrument.
    seq: u64,
    admission: &'static str,
    fee_tier: u8,
    /// Bought less sold.
    position: String,
    limits: AccountLimits,
}

/// `GET /v1/admin/limits/{account}`: on every instrument.
pub async fn everywhere(
    State(view): State<AdminView>,
    Path(account): Path<String>,
) -> Result<Json<AccountRulesAnswer>, ErrorAnswer> {
    let account = named(&view, &account)?;
    let mut instruments = Vec::new();
    for state in &view.edge.instruments {
        instruments.push(rules(&view, state, account).await?);
    }
    Ok(Json(AccountRulesAnswer {
        account: account.0,
        instruments,
    }))
}

/// `GET /v1/admin/limits/{account}/{symbol}`.
pub async fn on_one(
    State(view): State<AdminView>,
    Path((account, symbol)): Path<(String, String)>,
) -> Result<Json<AccountRulesAnswer>, ErrorAnswer> {
    let account = named(&view, &account)?;
    let state = find_instrument(&view, &symbol)?;
    Ok(Json(AccountRulesAnswer {
        account: account.0,
        instruments: vec![rules(&view, state, account).await?],
    }))
}

fn named(view: &AdminView, account: &str) -> Result<AccountId, ErrorAnswer> {
    let Ok(reference) = account.parse();
    find_account(view, &reference)
}

async fn rules(
    view: &AdminView,
    state: &InstrumentState,
    account: AccountId,
) -> Result<RulesOnInstrument, ErrorAnswer> {
    let ports = &view.edge.ports;
    let answer = ports
        .account_rules(state.id(), account)
        .map_err(|refused| unavailable(refused.to_string()))?;
    let rules = answer
        .recv_async()
        .await
        .map_err(|_| unavailable("the exchange stops".to_owned()))?;
    let scale = state.listed.scale;
    Ok(RulesOnInstrument {
        symbol: state.listed.symbol.to_string(),
        seq: rules.sequence.0,
        admission: match rules.admission {
            Admission::Open => "open",
            Admission::CancelOnly => "cancel_only",
            Admission::Killed => "killed",
        },
        fee_tier: rules.fee_tier.0,
        position: ExactDecimal::new(rules.position, scale.quantity_decimals).to_string(),
        limits: AccountLimits::of(&rules.limits, scale),
    })
}
