//! `POST /v1/admin/bust`: takes a trade back. What its parties got is reserved before the command is sequenced, so
//! that nobody's money falls below zero.

use axum::Json;
use axum::extract::{Extension, State};
use engine::{Bust, Command, PastTrade, RejectReason, TradeId};
use http::StatusCode;
use ledger::CannotGiveBack;
use protocol::ExactDecimal;
use serde::{Deserialize, Serialize};
use tracing::info;

use crate::admin::AdminView;
use crate::admin::body::Body;
use crate::admin::instruments::{hand_in, refused_answer, unavailable};
use crate::admin::risk::{bad, find_instrument};
use crate::edge::InstrumentState;
use crate::http::ErrorAnswer;
use crate::listener::Peer;
use crate::native::translate;

/// Longest name of who asks, in characters.
const OPERATOR_MAX: usize = 64;

/// `POST /v1/admin/bust`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BustTrade {
    /// The instrument's symbol.
    #[serde(alias = "symbol")]
    instrument: String,
    trade_id: u64,
    /// Who asks, for the journal; its address is noted anyway.
    operator: Option<String>,
}

/// A trade was taken back; durable when it is told.
#[derive(Debug, Serialize)]
pub struct BustAnswer {
    instrument: String,
    trade_id: u64,
    price: String,
    quantity: String,
    buyer: u32,
    seller: u32,
    traded_at_us: u64,
    /// Its place in the instrument's order.
    seq: u64,
    at_us: u64,
}

/// `POST /v1/admin/bust`.
pub async fn bust(
    State(view): State<AdminView>,
    Extension(who): Extension<Peer>,
    Body(request): Body<BustTrade>,
) -> Result<Json<BustAnswer>, ErrorAnswer> {
    let state = find_instrument(&view, &request.instrument)?;
    let operator = operator(request.operator.as_deref(), &who)?;
    let trade = past_trade(&view, state, TradeId(request.trade_id)).await?;
    let ledger = &view.edge.ledger;
    ledger
        .reserve_bust(state.id(), &trade)
        .map_err(|short| cannot_give_back(&view, short))?;
    let command = Command::Bust(Box::new(Bust {
        trade,
        operator: operator.clone().into(),
    }));
    let outcome = match hand_in(&view, state, command) {
        Ok(outcome) => outcome,
        Err(refused) => {
            ledger.give_back_bust(state.id(), &trade);
            return Err(refused);
        }
    };
    let operated = outcome
        .await
        .map_err(|_| unavailable("the exchange stops".to_owned()))?;
    if let Some(reason) = operated.refused {
        return Err(refusal(reason));
    }
    info!(
        target: "admin", %operator, symbol = %state.listed.symbol, trade = request.trade_id, seq = operated.sequence.0,
        "took a trade back"
    );
    let scale = state.listed.scale;
    Ok(Json(BustAnswer {
        instrument: state.listed.symbol.to_string(),
        trade_id: trade.trade_id.0,
        price: scale.price(trade.price.units()).to_string(),
        quantity: scale.quantity(trade.quantity.units()).to_string(),
        buyer: trade.buyer().account.0,
        seller: trade.seller().account.0,
        traded_at_us: translate::at_us(trade.at),
        seq: operated.sequence.0,
        at_us: translate::at_us(operated.at),
    }))
}

/// Who asks, as the journal keeps it: `name@address`, or the address alone.
fn operator(name: Option<&str>, who: &Peer) -> Result<String, ErrorAnswer> {
    let address = who.address.ip();
    let Some(name) = name else {
        return Ok(address.to_string());
    };
    let is_name = (1..=OPERATOR_MAX).contains(&name.chars().count())
        && name.bytes().all(|byte| byte.is_ascii_graphic());
    if is_name {
        Ok(format!("{name}@{address}"))
    } else {
        Err(bad(
            "field `operator`: 1 to 64 letters, digits and signs without spaces",
        ))
    }
}

/// The trade, as its instrument remembers it.
async fn past_trade(
    view: &AdminView,
    state: &InstrumentState,
    trade_id: TradeId,
) -> Result<PastTrade, ErrorAnswer> {
    let asked = view.edge.ports.past_trade(state.id(), trade_id);
    let answer = asked.map_err(|refused| unavailable(refused.to_string()))?;
    answer
        .recv_async()
        .await
        .map_err(|_| unavailable("the exchange stops".to_owned()))?
        .map_err(refusal)
}

/// Why a trade stands.
fn refusal(reason: RejectReason) -> ErrorAnswer {
    let word = translate::reject_reason(reason).word();
    if reason == RejectReason::UnknownTrade {
        ErrorAnswer::new(StatusCode::NOT_FOUND, word, reason.sentence())
    } else if matches!(
        reason,
        RejectReason::TradeTooOld | RejectReason::TradeBusted
    ) {
        ErrorAnswer::new(StatusCode::CONFLICT, word, reason.sentence())
    } else {
        refused_answer(reason)
    }
}

fn cannot_give_back(view: &AdminView, short: CannotGiveBack) -> ErrorAnswer {
    let text = match view.edge.listing.asset(short.asset) {
        Some(asset) => {
            let amount = |units| ExactDecimal::new(units, asset.decimals);
            format!(
                "account {} cannot give back what it got: {} {} are needed, {} are available; fund it, or have it \
                 cancel orders, and ask again",
                short.account.0,
                amount(short.needed.units()),
                asset.name,
                amount(short.available.units()),
            )
        }
        None => short.to_string(),
    };
    ErrorAnswer::new(StatusCode::CONFLICT, "insufficient_funds", text)
}
