//! Reads the body of an admin request: one JSON object, every field known.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use http::StatusCode;
use serde::Deserialize;
use serde::de::{DeserializeOwned, Error, Visitor};

use crate::http::ErrorAnswer;

/// A body that was understood. An empty one is an empty object.
#[derive(Debug)]
pub struct Body<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = ErrorAnswer;

    async fn from_request(request: Request, state: &S) -> Result<Self, ErrorAnswer> {
        let bytes = Bytes::from_request(request, state)
            .await
            .map_err(|rejection| bad_body(rejection.body_text()))?;
        let text = if bytes.iter().all(u8::is_ascii_whitespace) {
            b"{}"
        } else {
            bytes.as_ref()
        };
        serde_json::from_slice(text)
            .map(Self)
            .map_err(|error| bad_body(error.to_string()))
    }
}

fn bad_body(text: String) -> ErrorAnswer {
    ErrorAnswer::new(StatusCode::BAD_REQUEST, "bad_request", text)
}

/// How a request names an account: by its number, or by its name where it has one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AccountReference {
    /// Its number.
    Number(u32),
    /// Its name.
    Name(String),
}

impl std::str::FromStr for AccountReference {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(match text.parse() {
            Ok(number) => Self::Number(number),
            Err(_) => Self::Name(text.to_owned()),
        })
    }
}

impl<'de> Deserialize<'de> for AccountReference {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reference;

        impl Visitor<'_> for Reference {
            type Value = AccountReference;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("an account: its number, or its name in quotes")
            }

            fn visit_u64<E: Error>(self, number: u64) -> Result<AccountReference, E> {
                u32::try_from(number)
                    .map(AccountReference::Number)
                    .map_err(|_| E::custom("an account's number is below 2^32"))
            }

            fn visit_str<E: Error>(self, name: &str) -> Result<AccountReference, E> {
                name.parse().map_err(E::custom)
            }
        }

        deserializer.deserialize_any(Reference)
    }
}
