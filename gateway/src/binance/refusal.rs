//! How the venue refuses: a status, a code and the sentence that clients match on.

use std::borrow::Cow;

use engine::RejectReason;
use serde::Serialize;

/// A refusal of this venue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// HTTP status; the status of a ws-api answer too.
    pub status: u16,
    /// The venue's code, below zero.
    pub code: i32,
    /// The venue's sentence, word for word: clients match on it.
    pub text: Cow<'static, str>,
    /// What more it says, as JSON.
    pub more: Option<String>,
    /// After how many seconds it is worth another try.
    pub retry_after_s: Option<u64>,
}

/// A refusal on the wire.
#[derive(Debug, Serialize)]
pub struct WireRefusal<'a> {
    code: i32,
    #[serde(rename = "msg")]
    text: &'a str,
    #[serde(rename = "data", skip_serializing_if = "Option::is_none")]
    more: Option<&'a serde_json::value::RawValue>,
}

impl Refusal {
    /// A refusal with status 400.
    pub fn new(code: i32, text: impl Into<Cow<'static, str>>) -> Self {
        Self {
            status: 400,
            code,
            text: text.into(),
            more: None,
            retry_after_s: None,
        }
    }

    /// The same with another status.
    #[must_use]
    pub fn with_status(self, status: u16) -> Self {
        Self { status, ..self }
    }

    /// A parameter that must be there is not, or is not what it has to be.
    pub fn mandatory(parameter: &str) -> Self {
        Self::new(
            -1102,
            format!(
                "Mandatory parameter '{parameter}' was not sent, was empty/null, or malformed."
            ),
        )
    }

    /// Neither of two parameters is there.
    pub fn either(one: &str, other: &str) -> Self {
        Self::new(
            -1102,
            format!("Param '{one}' or '{other}' must be sent, but both were empty/null!"),
        )
    }

    /// A parameter has characters that it cannot have.
    pub fn illegal_characters(parameter: &str, legal: &str) -> Self {
        Self::new(
            -1100,
            format!(
                "Illegal characters found in parameter '{parameter}'; legal range is '{legal}'."
            ),
        )
    }

    /// A parameter is empty.
    pub fn empty(parameter: &str) -> Self {
        Self::new(-1105, format!("Parameter '{parameter}' was empty."))
    }

    /// A parameter does not go with the others.
    pub fn not_required(parameter: &str) -> Self {
        Self::new(
            -1106,
            format!("Parameter '{parameter}' sent when not required."),
        )
    }

    /// Parameters that may be sent, but not together.
    pub fn bad_combination() -> Self {
        Self::new(-1128, "Combination of optional parameters invalid.")
    }

    /// A parameter has a value that it cannot have.
    pub fn bad_value(parameter: &str) -> Self {
        Self::new(
            -1130,
            format!("Data sent for parameter '{parameter}' is not valid."),
        )
    }

    /// No instrument has this symbol.
    pub fn bad_symbol() -> Self {
        Self::new(-1121, "Invalid symbol.")
    }

    /// A filter of the symbol is not met.
    pub fn filter(name: &str) -> Self {
        Self::new(-1013, format!("Filter failure: {name}"))
    }

    /// The engine takes no such order.
    pub fn order(text: impl Into<Cow<'static, str>>) -> Self {
        Self::new(-2010, text)
    }

    /// There is no open order to cancel.
    pub fn unknown_order() -> Self {
        Self::new(-2011, "Unknown order sent.")
    }

    /// There is no order at all.
    pub fn no_such_order() -> Self {
        Self::new(-2013, "Order does not exist.")
    }

    /// What is asked is not offered.
    pub fn not_supported() -> Self {
        Self::new(-1020, "This operation is not supported.")
    }

    /// The exchange takes no more commands now.
    pub fn busy() -> Self {
        Self::new(
            -1008,
            "Server is currently overloaded with other requests. Please try again in a few minutes.",
        )
        .with_status(503)
    }

    /// Too much was asked in so short a time.
    pub fn too_many(retry_after_s: u64) -> Self {
        Self {
            retry_after_s: Some(retry_after_s),
            ..Self::new(
                -1003,
                "Too many requests; please use the websocket for live updates to avoid bans.",
            )
            .with_status(429)
        }
    }

    /// There is no service now.
    pub fn unavailable() -> Self {
        Self::new(-1016, "This service is no longer available.").with_status(503)
    }

    /// The outcome did not come in time.
    pub fn timeout() -> Self {
        Self::new(
            -1007,
            "Timeout waiting for response from backend server. Send status unknown; execution status unknown.",
        )
        .with_status(408)
    }

    /// As it stands on the wire.
    pub fn wire(&self) -> WireRefusal<'_> {
        WireRefusal {
            code: self.code,
            text: &self.text,
            more: self
                .more
                .as_deref()
                .map(|more| serde_json::from_str(more).expect("what is said more is JSON")),
        }
    }

    /// As JSON.
    pub fn json(&self) -> String {
        serde_json::to_string(&self.wire()).expect("a refusal is plain JSON")
    }
}

/// What the engine's refusal of a new order is called here.
pub fn of_entry(reason: RejectReason) -> Refusal {
    let text = match reason {
        RejectReason::DuplicateClientOrderId | RejectReason::DuplicateExternalId => {
            "Duplicate order sent."
        }
        RejectReason::UnknownOrder | RejectReason::TooLate => "Order does not exist.",
        RejectReason::Halted
        | RejectReason::Closed
        | RejectReason::NotInAuction
        | RejectReason::MarketKilled
        | RejectReason::InvalidTerms
        | RejectReason::BatchRefused
        | RejectReason::NotInBatch
        | RejectReason::BatchTooLong
        | RejectReason::UnknownTrade
        | RejectReason::TradeTooOld
        | RejectReason::TradeBusted
        | RejectReason::TakenOut
        | RejectReason::UnknownInstrument => "Market is closed.",
        RejectReason::InvalidQuantity => return Refusal::filter("LOT_SIZE"),
        RejectReason::InvalidPrice => return Refusal::filter("PRICE_FILTER"),
        RejectReason::PriceOutsideBand | RejectReason::PriceLimit => {
            return Refusal::filter("PERCENT_PRICE_BY_SIDE");
        }
        RejectReason::TooManyOpenOrders | RejectReason::OpenOrdersLimit => {
            return Refusal::filter("MAX_NUM_ORDERS");
        }
        RejectReason::QuantityLimit | RejectReason::PositionLimit => {
            return Refusal::filter("MAX_POSITION");
        }
        RejectReason::NotionalLimit => return Refusal::filter("NOTIONAL"),
        RejectReason::OrderRateLimit | RejectReason::OrderToTradeLimit => {
            return Refusal::new(-1015, "Too many new orders.").with_status(429);
        }
        RejectReason::InvalidCombination | RejectReason::Expired | RejectReason::ExternalIdsOff => {
            "Unsupported order combination"
        }
        RejectReason::PostOnlyWouldCross => "Order would immediately match and take.",
        RejectReason::NoReference => "Order book liquidity is less than symbol minimum quantity.",
        RejectReason::InsufficientFunds => "Account has insufficient balance for requested action.",
        RejectReason::WouldTrigger => "Order would trigger immediately.",
        RejectReason::AccountKilled | RejectReason::CancelOnly | RejectReason::MmpFrozen => {
            "This action is disabled on this account."
        }
        RejectReason::NotSupported => "This order type is not supported for this symbol.",
    };
    Refusal::order(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_written_as_code_and_msg() {
        assert_eq!(
            Refusal::bad_symbol().json(),
            r#"{"code":-1121,"msg":"Invalid symbol."}"#
        );
        let mut refusal = Refusal::new(-2022, "Order cancel-replace failed.");
        refusal.more = Some(r#"{"cancelResult":"FAILURE"}"#.to_owned());
        assert_eq!(
            refusal.json(),
            r#"{"code":-2022,"msg":"Order cancel-replace failed.","data":{"cancelResult":"FAILURE"}}"#
        );
    }
}
