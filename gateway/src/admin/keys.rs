//! API keys: enter, list, end. A secret is made here and shown once.

use axum::Json;
use axum::extract::{Extension, State};
use data_encoding::HEXLOWER;
use http::StatusCode;
use ledger::{ApiKey, KeyId, KeyMaterial, KeyState, Permissions};
use sequencer::ControlCommand;
use serde::{Deserialize, Serialize};
use tracing::info;

use crate::admin::AdminView;
use crate::admin::body::{AccountReference, Body};
use crate::admin::chance::chance;
use crate::admin::money::{find_account, sequence};
use crate::admin::public_key::read_public_key;
use crate::http::ErrorAnswer;
use crate::listener::Peer;
use crate::lock::read;
use crate::session::SessionEnd;

/// Bytes of a new HMAC secret, before it is written in hexadecimal.
const SECRET_BYTES: usize = 32;
/// Bytes of a new id, before it is written in hexadecimal.
const ID_BYTES: usize = 8;

/// `POST /v1/admin/keys`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewKey {
    account: AccountReference,
    /// Without one a new one is made.
    id: Option<String>,
    /// PEM of an RSA or Ed25519 public key; without one an HMAC secret is made.
    public_key: Option<String>,
    /// What it may do; without it: read and trade.
    permissions: Option<Vec<Permission>>,
}

/// `POST /v1/admin/keys/revoke`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RevokedKey {
    id: String,
}

/// One thing that a key may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Permission {
    Read,
    Trade,
    Withdraw,
    Admin,
}

/// A key, without what is secret of it.
#[derive(Debug, Serialize)]
pub struct KeyAnswer {
    id: String,
    account: u32,
    kind: &'static str,
    permissions: Vec<Permission>,
    state: &'static str,
}

/// A key that was just entered.
#[derive(Serialize)]
pub struct NewKeyAnswer {
    #[serde(flatten)]
    key: KeyAnswer,
    /// Of an HMAC key: it is shown here and nowhere else.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
}

/// Every key that was ever entered.
#[derive(Debug, Serialize)]
pub struct KeysAnswer {
    keys: Vec<KeyAnswer>,
}

/// `GET /v1/admin/keys`.
pub async fn keys(State(view): State<AdminView>) -> Json<KeysAnswer> {
    let all = view.edge.ledger.all_keys();
    Json(KeysAnswer {
        keys: all.iter().map(|(key, state)| shown(key, *state)).collect(),
    })
}

/// `POST /v1/admin/keys`.
pub async fn add(
    State(view): State<AdminView>,
    Extension(who): Extension<Peer>,
    Body(request): Body<NewKey>,
) -> Result<(StatusCode, Json<NewKeyAnswer>), ErrorAnswer> {
    let account = find_account(&view, &request.account)?;
    let text = match request.id {
        Some(id) => id,
        None => HEXLOWER.encode(&chance::<ID_BYTES>().map_err(no_chance)?),
    };
    let id = KeyId::new(&text).ok_or_else(|| {
        bad_key("field `id`: 1 to 64 letters, digits, `-` and `_` name a key".to_owned())
    })?;
    let (material, secret) = if let Some(pem) = &request.public_key {
        let material = read_public_key(pem)
            .map_err(|error| bad_key(format!("field `public_key`: {error}")))?;
        (material, None)
    } else {
        let secret = HEXLOWER.encode(&chance::<SECRET_BYTES>().map_err(no_chance)?);
        // What signs is the text, as it is shown.
        let material = KeyMaterial::HmacSecret(secret.as_bytes().into());
        (material, Some(secret))
    };
    let key = ApiKey {
        id,
        account,
        material,
        permissions: match &request.permissions {
            Some(permissions) => set_of(permissions),
            None => Permissions::READ.and(Permissions::TRADE),
        },
    };
    let outcome = sequence(&view, ControlCommand::AddKey(Box::new(key.clone()))).await?;
    info!(
        target: "admin",
        who = %who.address, key = %key.id, account = account.0, seq = outcome.sequence.0, "entered a key"
    );
    let answer = NewKeyAnswer {
        key: shown(&key, KeyState::Enabled),
        secret,
    };
    Ok((StatusCode::CREATED, Json(answer)))
}

/// `POST /v1/admin/keys/revoke`.
pub async fn revoke(
    State(view): State<AdminView>,
    Extension(who): Extension<Peer>,
    Body(request): Body<RevokedKey>,
) -> Result<Json<KeyAnswer>, ErrorAnswer> {
    let unknown = || {
        let text = "there is no such key; GET /v1/admin/keys lists them";
        ErrorAnswer::new(StatusCode::NOT_FOUND, "unknown_key", text)
    };
    let id = KeyId::new(&request.id).ok_or_else(unknown)?;
    let command = ControlCommand::RevokeKey { id: id.clone() };
    let outcome = sequence(&view, command).await?;
    info!(target: "admin", who = %who.address, key = %id, seq = outcome.sequence.0, "ended a key");
    end_sessions(&view, &id);
    let (key, state) = view.edge.ledger.key(&id).ok_or_else(unknown)?;
    Ok(Json(shown(key, state)))
}

/// What was opened with the key is closed.
fn end_sessions(view: &AdminView, key: &KeyId) {
    let routing = read(&view.edge.routing);
    for session in routing.sessions().filter(|entry| entry.is_by_key(key)) {
        session.outbound.end(SessionEnd::KeyRevoked);
    }
}

fn shown(key: &ApiKey, state: KeyState) -> KeyAnswer {
    KeyAnswer {
        id: key.id.to_string(),
        account: key.account.0,
        kind: match key.material {
            KeyMaterial::HmacSecret(_) => "hmac",
            KeyMaterial::RsaPublic(_) => "rsa",
            KeyMaterial::Ed25519Public(_) => "ed25519",
        },
        permissions: EVERY
            .into_iter()
            .filter(|permission| key.permissions.allow(set_of(&[*permission])))
            .collect(),
        state: match state {
            KeyState::Enabled => "enabled",
            KeyState::Revoked => "revoked",
        },
    }
}

const EVERY: [Permission; 4] = [
    Permission::Read,
    Permission::Trade,
    Permission::Withdraw,
    Permission::Admin,
];

fn set_of(permissions: &[Permission]) -> Permissions {
    permissions.iter().fold(Permissions::NONE, |set, one| {
        set.and(match one {
            Permission::Read => Permissions::READ,
            Permission::Trade => Permissions::TRADE,
            Permission::Withdraw => Permissions::WITHDRAW,
            Permission::Admin => Permissions::ADMIN,
        })
    })
}

fn bad_key(text: String) -> ErrorAnswer {
    ErrorAnswer::new(StatusCode::BAD_REQUEST, "bad_key", text)
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "the shape that map_err asks for"
)]
fn no_chance(error: std::io::Error) -> ErrorAnswer {
    let text = format!("the system gives no chance for a secret: {error}");
    ErrorAnswer::new(StatusCode::INTERNAL_SERVER_ERROR, "no_secret", text)
}
