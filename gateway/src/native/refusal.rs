//! A request that changes nothing, and why.

use std::borrow::Cow;

use protocol::ErrorCode;

/// A request that changes nothing, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// What kind of mistake it is.
    pub code: ErrorCode,
    /// A sentence for people.
    pub text: Cow<'static, str>,
}

impl Refusal {
    /// A refusal with a fixed sentence.
    pub const fn new(code: ErrorCode, text: &'static str) -> Self {
        Self {
            code,
            text: Cow::Borrowed(text),
        }
    }
}

/// A request's number that leaves no room for the next one.
pub const NUMBER_TOO_LARGE: Refusal =
    Refusal::new(ErrorCode::BadField, "field `id`: it must be below 2^64 - 1");
