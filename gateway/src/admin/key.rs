//! The admin key: who may use the verbs of the admin port.

use std::io;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use data_encoding::HEXLOWER;
use http::header::AUTHORIZATION;
use http::{HeaderMap, StatusCode};
use tracing::warn;

use crate::admin::AdminView;
use crate::admin::chance::chance;
use crate::http::ErrorAnswer;
use crate::listener::Peer;

/// The secret of the operators. It is never shown by `Debug`, and compared in constant time.
#[derive(Clone, PartialEq, Eq)]
pub struct AdminKey(String);

impl AdminKey {
    /// A key with this text.
    ///
    /// # Errors
    /// It is shorter than a secret may be, or a header cannot carry it.
    pub fn new(text: impl Into<String>) -> Result<Self, BadAdminKey> {
        let text = text.into();
        let is_word = text.bytes().all(|byte| byte.is_ascii_graphic());
        if text.len() < LENGTH_MIN || text.len() > LENGTH_MAX || !is_word {
            return Err(BadAdminKey);
        }
        Ok(Self(text))
    }

    /// A new one, that nobody can guess.
    ///
    /// # Errors
    /// The system gives no chance.
    pub fn generate() -> io::Result<Self> {
        Ok(Self(HEXLOWER.encode(&chance::<CHANCE_BYTES>()?)))
    }

    /// The secret itself, for the one who is to have it.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Whether it is the same one; how long that takes says nothing about where they differ.
    fn is(&self, offered: &str) -> bool {
        let (own, offered) = (self.0.as_bytes(), offered.as_bytes());
        let differs = own
            .iter()
            .zip(offered)
            .fold(0, |differs, (one, other)| differs | (one ^ other));
        own.len() == offered.len() && differs == 0
    }
}

/// Bytes of a new key, before it is written in hexadecimal.
const CHANCE_BYTES: usize = 16;
const LENGTH_MIN: usize = 16;
const LENGTH_MAX: usize = 128;

/// A text that cannot be an admin key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an admin key has {LENGTH_MIN} to {LENGTH_MAX} visible ASCII characters")]
pub struct BadAdminKey;

impl std::fmt::Debug for AdminKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("AdminKey(..)")
    }
}

/// What the owner of a key is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    /// Does everything.
    Admin,
    /// Looks, and changes nothing.
    Viewer,
}

/// Lets through who has a key that is good for this.
pub async fn require_key(State(view): State<AdminView>, request: Request, next: Next) -> Response {
    let who = request.extensions().get::<Peer>().map(|peer| peer.address);
    let offered = offered_key(request.headers());
    match offered.map(|offered| role_of(&view, offered)) {
        Some(Some(Role::Admin)) => next.run(request).await,
        Some(Some(Role::Viewer)) if request.method().is_safe() => next.run(request).await,
        Some(Some(Role::Viewer)) => {
            warn!(
                target: "admin",
                ?who,
                path = request.uri().path(),
                "a viewer asked for a change and was refused"
            );
            let text = "the viewer key looks and changes nothing: this verb wants the admin key";
            ErrorAnswer::new(StatusCode::FORBIDDEN, "viewer_only", text).into_response()
        }
        Some(None) => {
            warn!(
                ?who,
                path = request.uri().path(),
                "an admin request had a wrong key"
            );
            refusal("this is not the admin key").into_response()
        }
        None => refusal(
            "send `Authorization: Bearer KEY` with the admin key, which was printed at the start",
        )
        .into_response(),
    }
}

fn role_of(view: &AdminView, offered: &str) -> Option<Role> {
    // Both are compared: how long it takes does not say whose key it is like.
    let (is_admin, is_viewer) = (
        view.operations.key.is(offered),
        view.operations.viewer_key.is(offered),
    );
    match (is_admin, is_viewer) {
        (true, _) => Some(Role::Admin),
        (false, true) => Some(Role::Viewer),
        (false, false) => None,
    }
}

fn offered_key(headers: &HeaderMap) -> Option<&str> {
    headers
        .get(AUTHORIZATION)?
        .to_str()
        .ok()?
        .strip_prefix("Bearer ")
        .map(str::trim)
}

fn refusal(text: &'static str) -> ErrorAnswer {
    ErrorAnswer::new(StatusCode::UNAUTHORIZED, "bad_admin_key", text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_whole_key_is_the_key() {
        let key = AdminKey::new("0123456789abcdef").unwrap();

        assert!(key.is("0123456789abcdef"));
        for other in [
            "",
            "0123456789abcdeF",
            "0123456789abcde",
            "0123456789abcdef0",
        ] {
            assert!(!key.is(other), "{other}");
        }
    }

    #[test]
    fn a_short_or_unprintable_text_is_no_key() {
        for text in [
            "",
            "0123456789abcde",
            "0123456789 abcdef",
            "0123456789abcdef\n",
        ] {
            assert_eq!(AdminKey::new(text), Err(BadAdminKey), "{text:?}");
        }
    }

    #[test]
    fn debug_does_not_show_it() {
        let key = AdminKey::new("0123456789abcdef").unwrap();

        assert_eq!(format!("{key:?}"), "AdminKey(..)");
    }
}
