//! Reads a public key from its PEM: what `openssl pkey -pubout` writes, or PKCS #1 of RSA.

use data_encoding::BASE64;
use ledger::KeyMaterial;

/// The algorithm identifiers, as DER writes them.
const ED25519: &[u8] = &[0x2b, 0x65, 0x70];
const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];

const SEQUENCE: u8 = 0x30;
const OBJECT_IDENTIFIER: u8 = 0x06;
const BIT_STRING: u8 = 0x03;

/// Why a text is no public key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadPublicKey {
    /// The frame around it is missing.
    #[error("give the PEM of a public key, which begins with `-----BEGIN PUBLIC KEY-----`")]
    NoPem,
    /// A private key came: it is to be replaced, for it has left its owner.
    #[error("this is a private key: keep it, make another pair, and give the public part")]
    PrivateKey,
    /// What is inside cannot be read.
    #[error("what stands between its first and last line is damaged")]
    Damaged,
    /// It is of another kind.
    #[error("only RSA and Ed25519 keys are known here")]
    OtherKind,
}

/// The key that the PEM has.
///
/// # Errors
/// It is none, a private one, damaged, or of another kind.
pub fn read_public_key(pem: &str) -> Result<KeyMaterial, BadPublicKey> {
    if pem.contains("PRIVATE KEY-----") {
        return Err(BadPublicKey::PrivateKey);
    }
    if let Some(der) = between(pem, "RSA PUBLIC KEY")? {
        return Ok(KeyMaterial::RsaPublic(der.into()));
    }
    let der = between(pem, "PUBLIC KEY")?.ok_or(BadPublicKey::NoPem)?;
    subject_public_key(&der).ok_or(BadPublicKey::Damaged)?
}

/// The bytes between the lines of `label`.
fn between(pem: &str, label: &str) -> Result<Option<Vec<u8>>, BadPublicKey> {
    let (begin, end) = (
        format!("-----BEGIN {label}-----"),
        format!("-----END {label}-----"),
    );
    let Some((text, _)) = pem
        .split_once(&begin)
        .and_then(|(_, rest)| rest.split_once(&end))
    else {
        return Ok(None);
    };
    let text: String = text.split_ascii_whitespace().collect();
    let der = BASE64.decode(text.as_bytes());
    der.map(Some).map_err(|_| BadPublicKey::Damaged)
}

/// X.509 `SubjectPublicKeyInfo`: an algorithm, and the key as bits.
fn subject_public_key(der: &[u8]) -> Option<Result<KeyMaterial, BadPublicKey>> {
    let (outer, rest) = take(der, SEQUENCE)?;
    if !rest.is_empty() {
        return None;
    }
    let (algorithm, bits) = take(outer, SEQUENCE)?;
    let (identifier, _) = take(algorithm, OBJECT_IDENTIFIER)?;
    let (bits, rest) = take(bits, BIT_STRING)?;
    let (unused_bits, key) = bits.split_first()?;
    if *unused_bits != 0 || !rest.is_empty() {
        return None;
    }
    Some(match identifier {
        RSA => Ok(KeyMaterial::RsaPublic(key.into())),
        ED25519 => Ok(KeyMaterial::Ed25519Public(key.try_into().ok()?)),
        _ => Err(BadPublicKey::OtherKind),
    })
}

/// One DER value with this tag, and what follows it.
fn take(der: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (found, rest) = der.split_first()?;
    let (first, rest) = rest.split_first()?;
    let (length, rest) = match *first {
        short @ 0..=0x7f => (usize::from(short), rest),
        0x81 => (usize::from(*rest.first()?), rest.get(1..)?),
        0x82 => {
            let (bytes, rest) = rest.split_first_chunk::<2>()?;
            (usize::from(u16::from_be_bytes(*bytes)), rest)
        }
        _ => return None,
    };
    (*found == tag).then(|| rest.split_at_checked(length))?
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Made with `openssl genpkey -algorithm ed25519` and `openssl pkey -pubout`.
    const ED25519_PEM: &str = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAr+qSSMICa1X6Q5pErjgdpxubUtsvuPLLcIRHRq2aEQ4=\n-----END PUBLIC KEY-----\n";

    #[test]
    fn an_ed25519_key_is_its_last_32_bytes() {
        let KeyMaterial::Ed25519Public(key) = read_public_key(ED25519_PEM).unwrap() else {
            panic!("it is another kind");
        };

        assert_eq!((key[0], key[31]), (0xaf, 0x0e));
    }

    /// Made with `openssl genrsa 2048` and `openssl rsa -pubout`.
    const RSA_PEM: &str = "-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAyRgw2njYD6OBYSX/vJJZ
2M+K97UqNJSrhwe8JltKNIkGIOuU1xZYKkeD9v+XXgey3imOxWhaPkJ85U3Un2bC
5FTkk16rW9znURD1YZaAZ52ABtu40F5TjjNJd38zVYNHANrIdEeeETEO1i5RzAO6
8aVdKqOUSaax/XcoCqP0I7OzPGobo+NVO8lR3fOHuvsAXO4Xboo9BknsLC7oZU7u
wjgQiR6ot6PpvKgFiVKZYKH8kppiarmu9wbRtBq2UKtI13+VpM50DLmHajjbSbI1
VNjARjVzpIbxZdkQ30L1PICDDt9bdJUtaIywNEp0sbLHZrygqTWsVBczjNzNA5RR
5QIDAQAB
-----END PUBLIC KEY-----";

    #[test]
    fn an_rsa_key_is_the_pkcs_1_inside() {
        let KeyMaterial::RsaPublic(der) = read_public_key(RSA_PEM).unwrap() else {
            panic!("it is another kind");
        };

        // SEQUENCE of 266 bytes, and the public exponent 65537 at its end.
        assert_eq!(der[..4], [0x30, 0x82, 0x01, 0x0a]);
        assert_eq!(der[der.len() - 5..], [0x02, 0x03, 0x01, 0x00, 0x01]);
        assert_eq!(der.len(), 270);
    }

    #[test]
    fn what_is_no_public_key_is_refused_with_the_reason() {
        let cut = ED25519_PEM.replace("MCow", "MCo=");
        let other = ED25519_PEM.replace("K2Vw", "K2Vu");
        for (text, reason) in [
            ("", BadPublicKey::NoPem),
            ("hello", BadPublicKey::NoPem),
            (
                "-----BEGIN PRIVATE KEY-----\nMC4=\n-----END PRIVATE KEY-----",
                BadPublicKey::PrivateKey,
            ),
            (cut.as_str(), BadPublicKey::Damaged),
            (other.as_str(), BadPublicKey::OtherKind),
        ] {
            assert_eq!(read_public_key(text), Err(reason), "{text}");
        }
    }
}
