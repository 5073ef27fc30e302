//! How the admin port words what the ledger or the sequencer refused.

use http::StatusCode;
use ledger::ControlRefusal;
use sequencer::{ControlError, Refused};

use crate::http::ErrorAnswer;

/// The answer to a control command that had no effect, or whose effect is not known.
pub fn refused(error: ControlError) -> ErrorAnswer {
    let (status, code) = match error {
        ControlError::NotTaken(Refused::Full) => (StatusCode::SERVICE_UNAVAILABLE, "busy"),
        ControlError::NotTaken(Refused::LowDisk) => (StatusCode::SERVICE_UNAVAILABLE, "low_disk"),
        ControlError::NotTaken(
            Refused::Unavailable | Refused::UnknownInstrument | Refused::NamesHandle,
        ) => (StatusCode::SERVICE_UNAVAILABLE, "unavailable"),
        ControlError::Refused(refusal) => of_ledger(refusal),
        ControlError::OutcomeUnknown => (StatusCode::INTERNAL_SERVER_ERROR, "outcome_unknown"),
    };
    ErrorAnswer::new(status, code, error.to_string())
}

const fn of_ledger(refusal: ControlRefusal) -> (StatusCode, &'static str) {
    match refusal {
        ControlRefusal::UnknownAccount => (StatusCode::NOT_FOUND, "unknown_account"),
        ControlRefusal::AccountExists => (StatusCode::CONFLICT, "account_exists"),
        ControlRefusal::TooManyAccounts => (StatusCode::CONFLICT, "too_many_accounts"),
        ControlRefusal::UnknownAsset => (StatusCode::NOT_FOUND, "unknown_asset"),
        ControlRefusal::AmountNotPositive => (StatusCode::BAD_REQUEST, "bad_amount"),
        ControlRefusal::TooMuchMoney => (StatusCode::CONFLICT, "too_much_money"),
        ControlRefusal::Insufficient => (StatusCode::CONFLICT, "insufficient_funds"),
        ControlRefusal::KeyExists => (StatusCode::CONFLICT, "key_exists"),
        ControlRefusal::UnknownKey => (StatusCode::NOT_FOUND, "unknown_key"),
        ControlRefusal::TooManyKeys => (StatusCode::CONFLICT, "too_many_keys"),
        ControlRefusal::BadKey => (StatusCode::BAD_REQUEST, "bad_key"),
        ControlRefusal::TakenOut => (StatusCode::GONE, "taken_out"),
    }
}
