//! How a session is bound to an account: by a demo key, or by a signature over the exchange's challenge.

use crate::error::CodecError;
use crate::inline_text::{Challenge, KeyName};
use crate::json_writer::JsonWriter;
use crate::request::field::{Field, Fields, parsed, text_of_at_most};

/// Most characters of a demo key.
const KEY_LENGTH_MAX: usize = 128;
/// Most characters of a signature: one of 8,192 bits in hexadecimal.
const SIGNATURE_LENGTH_MAX: usize = 2_048;

/// Binds the session to an account. Neither keys nor signatures are ever printed.
#[derive(Clone, PartialEq, Eq)]
pub enum Logon {
    /// By a demo key, from the same machine.
    DemoKey(String),
    /// By a signature.
    Signature(SignedLogon),
}

/// A key's signature over the challenge of this session's `hello`.
#[derive(Clone, PartialEq, Eq)]
pub struct SignedLogon {
    /// Which key signed.
    pub key_id: KeyName,
    /// The signature in hexadecimal.
    pub signature: String,
}

impl std::fmt::Debug for Logon {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Logon").finish_non_exhaustive()
    }
}

impl std::fmt::Debug for SignedLogon {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("SignedLogon")
            .finish_non_exhaustive()
    }
}

impl SignedLogon {
    /// The text whose bytes are signed. A challenge is given to one session and never again, so what was signed
    /// for one session opens no other.
    pub fn signed_text(key_id: &KeyName, challenge: &Challenge) -> String {
        format!("rialto-logon:1:{key_id}:{challenge}")
    }
}

impl Logon {
    pub(super) fn decode(fields: &mut Fields<'_>) -> Result<Self, CodecError> {
        let read_key = text_of_at_most(KEY_LENGTH_MAX);
        if let Some(key) = fields.optional(Field::Key, read_key)? {
            return Ok(Self::DemoKey(key));
        }
        let Some(key_id) = fields.optional(Field::KeyId, parsed)? else {
            return Err(CodecError::missing("key"));
        };
        let read_signature = text_of_at_most(SIGNATURE_LENGTH_MAX);
        Ok(Self::Signature(SignedLogon {
            key_id,
            signature: fields.required(Field::Signature, read_signature)?,
        }))
    }

    pub(super) fn write(&self, json: &mut JsonWriter<'_>) {
        match self {
            Self::DemoKey(key) => json.text(Field::Key.name(), key),
            Self::Signature(signed) => {
                json.name(Field::KeyId.name(), &signed.key_id);
                json.text(Field::Signature.name(), &signed.signature);
            }
        }
    }
}
