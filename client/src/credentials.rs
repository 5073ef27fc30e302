//! Who a client is: nobody, a demo account, or the owner of a key that signs.

use std::fmt;
use std::sync::Arc;

use data_encoding::{BASE64, HEXLOWER};
use protocol::{Challenge, KeyName, Logon, SignedLogon};
use ring::hmac;
use ring::signature::Ed25519KeyPair;

/// Who a client is. Nothing secret of it is printed.
#[derive(Debug, Clone, Default)]
pub enum Credentials {
    /// Nobody: market data alone.
    #[default]
    Nobody,
    /// A demo account.
    DemoKey(DemoKey),
    /// The owner of a key.
    Signing(SigningKey),
}

/// A demo account's key.
#[derive(Clone)]
pub struct DemoKey(String);

/// A key that signs logons.
#[derive(Debug, Clone)]
pub struct SigningKey {
    id: KeyName,
    secret: Secret,
}

#[derive(Clone)]
enum Secret {
    Hmac(Arc<hmac::Key>),
    Ed25519(Arc<Ed25519KeyPair>),
}

/// Why there is no key in what was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadSigningKey {
    /// The id cannot be a key's.
    #[error("a key's id has 1 to 64 letters, digits, `-` and `_`")]
    Id,
    /// The text is no PEM of an Ed25519 private key.
    #[error(
        "give the PEM of an Ed25519 private key, as `openssl genpkey -algorithm ed25519` writes it"
    )]
    Pem,
}

impl SigningKey {
    /// An HMAC key, with its secret as it was shown.
    ///
    /// # Errors
    /// The id cannot be a key's.
    pub fn hmac(id: &str, secret: &str) -> Result<Self, BadSigningKey> {
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
        Self::new(id, Secret::Hmac(Arc::new(key)))
    }

    /// An Ed25519 key, from the PEM of its private part.
    ///
    /// # Errors
    /// The id cannot be a key's, or the text is no such PEM.
    pub fn ed25519(id: &str, pem: &str) -> Result<Self, BadSigningKey> {
        let text: String = pem
            .lines()
            .filter(|line| !line.starts_with("-----"))
            .flat_map(str::split_whitespace)
            .collect();
        let der = BASE64.decode(text.as_bytes());
        let pair = der
            .ok()
            .and_then(|der| Ed25519KeyPair::from_pkcs8_maybe_unchecked(&der).ok())
            .ok_or(BadSigningKey::Pem)?;
        Self::new(id, Secret::Ed25519(Arc::new(pair)))
    }

    fn new(id: &str, secret: Secret) -> Result<Self, BadSigningKey> {
        let id = id.parse().map_err(|_| BadSigningKey::Id)?;
        Ok(Self { id, secret })
    }

    /// A logon for the one session that was given this challenge.
    pub(crate) fn log_on(&self, challenge: &Challenge) -> Logon {
        let text = SignedLogon::signed_text(&self.id, challenge);
        let signature = match &self.secret {
            Secret::Hmac(key) => HEXLOWER.encode(hmac::sign(key, text.as_bytes()).as_ref()),
            Secret::Ed25519(pair) => HEXLOWER.encode(pair.sign(text.as_bytes()).as_ref()),
        };
        Logon::Signature(SignedLogon {
            key_id: self.id,
            signature,
        })
    }
}

impl DemoKey {
    pub(crate) fn log_on(&self) -> Logon {
        Logon::DemoKey(self.0.clone())
    }
}

impl<T: Into<String>> From<T> for DemoKey {
    fn from(text: T) -> Self {
        Self(text.into())
    }
}

impl fmt::Debug for DemoKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("DemoKey(..)")
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The challenge and the secrets of the examples in docs/protocol.md.
    const CHALLENGE: &str = "9f8e7d6c5b4a39281706f5e4d3c2b1a0";
    const HMAC_SECRET: &str = "5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8";
    /// The first private key of RFC 8032, section 7.1.
    const ED25519_PEM: &str = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n-----END PRIVATE KEY-----\n";

    fn document() -> String {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/protocol.md");
        std::fs::read_to_string(path).expect("docs/protocol.md")
    }

    fn signature(key: &SigningKey) -> String {
        let Logon::Signature(signed) = key.log_on(&CHALLENGE.parse().unwrap()) else {
            panic!("a signing key signs");
        };
        assert_eq!(signed.key_id.as_str(), "desk");
        signed.signature
    }

    #[test]
    fn an_hmac_key_signs_as_openssl_does_in_the_document() {
        let key = SigningKey::hmac("desk", HMAC_SECRET).unwrap();

        let signature = signature(&key);

        assert_eq!(
            signature,
            "675fa2ae7097c517f0b675876aa4ccabcba6e51ca35cf81686657b536677231d"
        );
        assert!(document().contains(HMAC_SECRET));
        assert!(document().contains(&format!("\"signature\":\"{signature}\"")));
    }

    #[test]
    fn an_ed25519_key_signs_as_openssl_does_in_the_document() {
        let key = SigningKey::ed25519("desk", ED25519_PEM).unwrap();

        let signature = signature(&key);

        assert_eq!(
            signature,
            "e69fc7663782a87f4ab3dc86049038757b2e4ccc879530206219200329f1d89ccbebf032a8530105c0d99330e940031da9bec90d1ca6fc57decece194b7d690d"
        );
        assert!(document().contains(&format!("\n{signature}\n")));
    }

    #[test]
    fn what_is_no_key_is_refused() {
        for pem in ["", "hello", &ED25519_PEM[..60]] {
            assert_eq!(
                SigningKey::ed25519("desk", pem).unwrap_err(),
                BadSigningKey::Pem
            );
        }
        assert_eq!(
            SigningKey::hmac("my desk", "secret").unwrap_err(),
            BadSigningKey::Id
        );
    }

    #[test]
    fn nothing_secret_is_printed() {
        let credentials = [
            Credentials::DemoKey("canary-1".into()),
            Credentials::Signing(SigningKey::hmac("desk", "canary-2").unwrap()),
        ];

        let printed = format!("{credentials:?}");

        assert!(!printed.contains("canary"), "{printed}");
    }
}
