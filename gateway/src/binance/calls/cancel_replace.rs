//! Cancel-replace: one order ends and another enters, and the answer says how far it came.

use std::sync::Arc;

use engine::{CancelReplace, Command, NewOrder, OnCancelFailure, OrderRef, RejectReason};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::binance::calls::change::{self, CancelRequest};
use crate::binance::calls::entry::{checked, placed, read};
use crate::binance::calls::hand_over::{Notes, check_open_orders, hand_over};
use crate::binance::calls::{Call, needed_symbol, writing};
use crate::binance::ids::IdSource;
use crate::binance::keys::Caller;
use crate::binance::order_request::OrderRequest;
use crate::binance::orders::VenueOrder;
use crate::binance::params::Params;
use crate::binance::refusal::{Refusal, of_entry};
use crate::binance::time_unit::TimeUnit;
use crate::binance::translate;
use crate::binance::wire::{CanceledOrder, json};
use crate::binance::words::{CancelReplaceMode, RateLimitMode};
use crate::door::Door;
use crate::edge::{Edge, InstrumentState};

/// Ends an order and enters another, in one command.
///
/// # Errors
/// The venue's refusal; where one of the two was done, it says which.
pub async fn cancel_replace(edge: Arc<Edge>, mut call: Call) -> Result<String, Refusal> {
    let caller = call.caller()?;
    let state = needed_symbol(&edge, &mut call.params)?;
    let asked = Asked::read(&mut call.params)?;
    let request = read(&mut call.params)?;
    call.params.finish()?;
    let (request, order) = checked(&edge, state, &caller, request)?;
    let now_us = edge.at_us();
    if let Err(refusal) = edge.binance.limits.check_orders(caller.account, 1, now_us) {
        return match asked.when_limited {
            RateLimitMode::DoNothing => Err(refusal),
            RateLimitMode::CancelOnly => {
                cancel_only(&edge, state, (&caller, call.unit), &asked, refusal).await
            }
        };
    }
    edge.binance.limits.entered(caller.account, 1, now_us);
    let found = change::find_open(&edge, state, &caller, &asked.cancel);
    let done = match (found, asked.mode) {
        (Ok(order_id), mode) => {
            let command = CancelReplace {
                cancel: OrderRef::Id(order_id),
                new_order: order,
                on_cancel_failure: match mode {
                    CancelReplaceMode::StopOnFailure => OnCancelFailure::Stop,
                    CancelReplaceMode::AllowFailure => OnCancelFailure::Continue,
                },
            };
            both(
                &edge,
                state,
                (&caller, call.unit),
                &asked,
                (&request, command),
            )
            .await?
        }
        (Err(refusal), CancelReplaceMode::StopOnFailure) => Done {
            canceled: Err(refusal),
            placed: None,
        },
        (Err(refusal), CancelReplaceMode::AllowFailure) => Done {
            canceled: Err(refusal),
            placed: Some(enter(&edge, state, (&caller, call.unit), (&request, order)).await),
        },
    };
    done.answer()
}

/// What a cancel-replace says beside its new order.
#[derive(Debug)]
struct Asked {
    mode: CancelReplaceMode,
    cancel: CancelRequest,
    when_limited: RateLimitMode,
}

impl Asked {
    fn read(params: &mut Params) -> Result<Self, Refusal> {
        const MODE: &str = "cancelReplaceMode";
        const LIMITED: &str = "orderRateLimitExceededMode";
        let mode = params
            .word(MODE, CancelReplaceMode::parse, || Refusal::bad_value(MODE))?
            .ok_or_else(|| Refusal::mandatory(MODE))?;
        let when_limited = params
            .word(LIMITED, RateLimitMode::parse, || {
                Refusal::bad_value(LIMITED)
            })?
            .unwrap_or(RateLimitMode::DoNothing);
        let cancel = CancelRequest::read(
            params,
            [
                "cancelOrderId",
                "cancelOrigClientOrderId",
                "cancelNewClientOrderId",
            ],
        )?;
        Ok(Self {
            mode,
            cancel,
            when_limited,
        })
    }
}

/// How far both steps came: `placed` is `None` where it was not tried.
#[derive(Debug)]
struct Done {
    canceled: Result<String, Refusal>,
    placed: Option<Result<String, Refusal>>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Both<'a> {
    cancel_result: &'static str,
    new_order_result: &'static str,
    cancel_response: &'a RawValue,
    new_order_response: Option<&'a RawValue>,
}

impl Done {
    fn answer(self) -> Result<String, Refusal> {
        let word = |is_done: bool| if is_done { "SUCCESS" } else { "FAILURE" };
        let (is_canceled, cancel_text) = spelled(self.canceled);
        let placed = self.placed.map(spelled);
        let is_placed = placed.as_ref().is_some_and(|(is_placed, _)| *is_placed);
        let raw = |text: &'_ str| -> Box<RawValue> {
            RawValue::from_string(text.to_owned()).expect("answers are JSON")
        };
        let cancel_response = raw(&cancel_text);
        let new_order_response = placed.as_ref().map(|(_, text)| raw(text));
        let body = json(&Both {
            cancel_result: word(is_canceled),
            new_order_result: placed
                .as_ref()
                .map_or("NOT_ATTEMPTED", |(is_placed, _)| word(*is_placed)),
            cancel_response: &cancel_response,
            new_order_response: new_order_response.as_deref(),
        });
        let refusal = match (is_canceled, is_placed) {
            (true, true) => return Ok(body),
            (false, false) => Refusal::new(-2022, "Order cancel-replace failed."),
            (true, false) | (false, true) => {
                Refusal::new(-2021, "Order cancel-replace partially failed.").with_status(409)
            }
        };
        Err(Refusal {
            more: Some(body),
            ..refusal
        })
    }
}

fn spelled(result: Result<String, Refusal>) -> (bool, String) {
    match result {
        Ok(text) => (true, text),
        Err(refusal) => (false, refusal.json()),
    }
}

async fn both(
    edge: &Arc<Edge>,
    state: &InstrumentState,
    (caller, unit): (&Caller, TimeUnit),
    asked: &Asked,
    (request, mut command): (&OrderRequest, CancelReplace),
) -> Result<Done, Refusal> {
    let request_id = asked
        .cancel
        .request_id
        .map_or_else(|| IdSource::of(edge).client_order_id(), Ok)?;
    Door::new(&edge.ledger, state, caller.account).reserve_cancel_replace(&mut command);
    let attributes = translate::attributes(request);
    let replacement = VenueOrder::refused(&command.new_order, attributes);
    let notes = Notes {
        attributes,
        request_id: Some(request_id),
        replacement: Some(Box::new(replacement)),
    };
    let command = Command::CancelReplace(command);
    let on_its_way = hand_over(edge, state, caller.account, command, notes)?;
    let answered = on_its_way.outcome().await?;
    let ended = CanceledOrder::all_of(&answered.reports).next();
    let canceled = match ended {
        Some(report) => Ok(json(&CanceledOrder::of(
            writing(state, unit),
            report,
            request_id,
        ))),
        None => Err(Refusal::unknown_order()),
    };
    let is_tried = canceled.is_ok() || asked.mode == CancelReplaceMode::AllowFailure;
    Ok(Done {
        placed: is_tried.then(|| placed(state, unit, &answered, request.response)),
        canceled,
    })
}

async fn enter(
    edge: &Arc<Edge>,
    state: &InstrumentState,
    (caller, unit): (&Caller, TimeUnit),
    (request, mut order): (&OrderRequest, NewOrder),
) -> Result<String, Refusal> {
    check_open_orders(edge, caller.account)?;
    Door::new(&edge.ledger, state, caller.account)
        .reserve_entry(&mut order)
        .map_err(|_| of_entry(RejectReason::InsufficientFunds))?;
    let notes = Notes {
        attributes: translate::attributes(request),
        ..Notes::default()
    };
    let command = Command::Submit(order);
    let on_its_way = hand_over(edge, state, caller.account, command, notes)?;
    placed(state, unit, &on_its_way.outcome().await?, request.response)
}

/// The order count is used up: the old order is ended all the same.
async fn cancel_only(
    edge: &Arc<Edge>,
    state: &InstrumentState,
    (caller, unit): (&Caller, TimeUnit),
    asked: &Asked,
    limited: Refusal,
) -> Result<String, Refusal> {
    let done = Done {
        canceled: change::cancel_one(edge, state, (caller, unit), &asked.cancel).await,
        placed: Some(Err(limited)),
    };
    done.answer()
}
