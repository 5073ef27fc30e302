//! Who may act for which account: demo keys, and signatures of API keys.

use std::collections::HashMap;

use engine::AccountId;
use ledger::{ApiKey, KeyMaterial};
use ring::hmac;
use ring::signature::{ED25519, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};

/// Keys as config gives them. They are printed by the demo, so they are no secrets, but a log is no place for them.
#[derive(Clone, Default)]
pub struct DemoKeys(HashMap<String, AccountId>);

impl DemoKeys {
    /// Keys and the accounts they act for.
    pub fn new(keys: impl IntoIterator<Item = (String, AccountId)>) -> Self {
        Self(keys.into_iter().collect())
    }

    /// The account that the key acts for.
    pub fn account(&self, key: &str) -> Option<AccountId> {
        self.0.get(key).copied()
    }
}

impl std::fmt::Debug for DemoKeys {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("DemoKeys")
            .field("count", &self.0.len())
            .finish_non_exhaustive()
    }
}

/// A signature is not the key's over these bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the signature is not the key's over what was sent")]
pub struct BadSignature;

/// Checks that `signature` is the key's over exactly these bytes: HMAC-SHA256 (compared in constant time), RSA
/// PKCS #1 v1.5 with SHA-256, or Ed25519. What the bytes say, and whether the key still opens anything, is the
/// caller's to look at.
///
/// # Errors
/// It is not.
pub fn verify(key: &ApiKey, payload: &[u8], signature: &[u8]) -> Result<(), BadSignature> {
    let checked = match &key.material {
        KeyMaterial::HmacSecret(secret) => hmac::verify(
            &hmac::Key::new(hmac::HMAC_SHA256, secret),
            payload,
            signature,
        ),
        KeyMaterial::RsaPublic(der) => {
            UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, der).verify(payload, signature)
        }
        KeyMaterial::Ed25519Public(public) => {
            UnparsedPublicKey::new(&ED25519, public).verify(payload, signature)
        }
    };
    checked.map_err(|ring::error::Unspecified| BadSignature)
}

#[cfg(test)]
mod tests {
    use super::{ApiKey, BadSignature, KeyMaterial, verify};
    use data_encoding::HEXLOWER;
    use engine::AccountId;
    use ledger::{KeyId, Permissions};

    const PAYLOAD: &[u8] = b"symbol=BTCUSDT&side=BUY";
    /// PKCS #1 of a key pair whose private part is gone, and its signature of the payload, made with OpenSSL.
    const RSA_PUBLIC: &str = "3082010a0282010100da51071ea0651ccf6a4a9d0fe299cffd6248b214d14935c4f193f56bd439e58169ee31\
        1fccda8f3393de6509665c4f852c2e7721b0851803fee7a5fc02fa93411f21d100999cd2625d911ec5713b89\
        c1e2539978f89005ff106f6af2ef5488936f3252fcf90134e2b1515bf6f1348a7c29a8de9bb1b76e3faa95dd\
        b9696c18f1704180a7f49a35f5bbd458f35475bb2543bb6444fc00f0a0d0995766f58b801313a0191d0e52de\
        e629690cd5773c8af357c82eac4e61d220a5076d2992eaf298701a7704e86d0519af68252e1e56552513f5a8\
        dcf09f8db378a43d0a9bd5e5076d3c22ba163630618a0fd4f846fdc8e9fa62988d107a30cc8605f28d1f1de3\
        af0203010001";
    const RSA_SIGNATURE: &str = "82bc6d057a86fe0dad7575b98cf5e311a437ecdc4610e60acf32cd05b9cdf7766d61f720944a1ce7ea92a4c7\
        d7f9b237224baa3dd5717f799f8fbd41fff713aa8ad1dd471cb7946b30a746d1ef5b7ae5192eb8ed9c4edc36\
        c997b1514864136948b8f792defbb1fa60e6d11481f9dc00d16a091589cf9d9502a820438923813ccdc6cd8b\
        efabfa91ee5abc18c69000ff526d0c2fc9a9302b80aa51396703f5567885f3e2f8a88a6edd773e52dd1d781e\
        29fef4108c78cbfcb0b110ec24f5503f5507cfb4069e7d7a9ed14e79fc30c32159ebcbf226c442243dcf53fb\
        75aa8a7d0d154d17933ce1e89ff9c046d8cd469a9d86f878923555b2f79e347f6209dce4";

    fn bytes(hex: &str) -> Vec<u8> {
        HEXLOWER.decode(hex.as_bytes()).unwrap()
    }

    fn key(material: KeyMaterial) -> ApiKey {
        ApiKey {
            id: KeyId::new("desk").unwrap(),
            account: AccountId(1),
            material,
            permissions: Permissions::TRADE,
        }
    }

    /// The good signature is taken; with any bit of it or of the payload flipped it is not, nor with another
    /// length.
    fn assert_exact(key: &ApiKey, payload: &[u8], signature: &[u8]) {
        assert_eq!(verify(key, payload, signature), Ok(()));
        for bit in 0..signature.len() * 8 {
            let mut flipped = signature.to_vec();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(verify(key, payload, &flipped), Err(BadSignature), "{bit}");
        }
        for bit in 0..payload.len() * 8 {
            let mut flipped = payload.to_vec();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(verify(key, &flipped, signature), Err(BadSignature), "{bit}");
        }
        let short = &signature[..signature.len() - 1];
        assert_eq!(verify(key, payload, short), Err(BadSignature));
        assert_eq!(verify(key, payload, &[]), Err(BadSignature));
    }

    #[test]
    fn an_hmac_is_checked_against_the_secret() {
        // RFC 4231, case 1, with its key of 20 bytes.
        let key = key(KeyMaterial::HmacSecret(vec![0x0b; 20].into()));
        let signature = bytes("b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");

        assert_exact(&key, b"Hi There", &signature);
    }

    #[test]
    fn an_ed25519_signature_is_checked_against_the_public_key() {
        // RFC 8032, section 7.1, test 2.
        let public = bytes("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
        let signature = bytes(
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da\
             085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
        );
        let key = key(KeyMaterial::Ed25519Public(public.try_into().unwrap()));

        assert_exact(&key, &[0x72], &signature);
    }

    #[test]
    fn an_rsa_signature_is_checked_against_the_public_key() {
        let key = key(KeyMaterial::RsaPublic(bytes(RSA_PUBLIC).into()));

        assert_exact(&key, PAYLOAD, &bytes(RSA_SIGNATURE));
    }

    #[test]
    fn a_public_key_that_is_none_takes_no_signature() {
        let key = key(KeyMaterial::RsaPublic(vec![7; 270].into()));

        assert_eq!(
            verify(&key, PAYLOAD, &bytes(RSA_SIGNATURE)),
            Err(BadSignature)
        );
    }
}
