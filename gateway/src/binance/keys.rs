//! Who asks: keys, signatures over the bytes as they were sent, and how old a request may be.

use std::net::SocketAddr;

use data_encoding::{BASE64, HEXLOWER_PERMISSIVE};
use engine::AccountId;
use ledger::{ApiKey, KeyId, KeyMaterial, KeyState, Permissions};
use protocol::ClockMode;

use crate::binance::amount::Amount;
use crate::binance::params::{Params, PayloadEncoding};
use crate::binance::refusal::Refusal;
use crate::edge::Edge;
use crate::keys::verify;

const RECV_WINDOW_DEFAULT_US: u64 = 5_000_000;
const RECV_WINDOW_MAX_US: u64 = 60_000_000;
/// A request may be so far ahead of the exchange's clock.
const AHEAD_MAX_US: u64 = 1_000_000;
/// Units of the eighth place of a millisecond in a microsecond.
const UNITS_PER_US: i128 = 100_000;

/// Keys that config gives to demo accounts. They are public, so they open from this machine only.
#[derive(Debug, Clone, Default)]
pub struct DemoApiKeys(Vec<ApiKey>);

impl DemoApiKeys {
    /// Keys with what their signatures are checked with.
    pub const fn new(keys: Vec<ApiKey>) -> Self {
        Self(keys)
    }

    /// Whose they are.
    pub fn accounts(&self) -> impl Iterator<Item = AccountId> {
        self.0.iter().map(|key| key.account)
    }

    fn get(&self, id: &str) -> Option<&ApiKey> {
        self.0.iter().find(|key| key.id.as_str() == id)
    }
}

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// For which account.
    pub account: AccountId,
    /// With which key.
    pub key: KeyId,
}

/// No such key, or it may not do this, or not from there.
pub fn bad_key() -> Refusal {
    Refusal::new(-2015, "Invalid API-key, IP, or permissions for action.").with_status(401)
}

/// There is no key in the request.
pub fn no_key() -> Refusal {
    Refusal::new(-2014, "API-key format invalid.").with_status(401)
}

fn bad_signature() -> Refusal {
    Refusal::new(-1022, "Signature for this request is not valid.")
}

/// Finds a key that is enabled, may do what is needed, and opens from that address.
///
/// # Errors
/// There is none.
pub fn find_key<'a>(
    edge: &'a Edge,
    id: &str,
    needed: Permissions,
    address: SocketAddr,
) -> Result<&'a ApiKey, Refusal> {
    let entered = KeyId::new(id).and_then(|id| edge.ledger.key(&id));
    let key = match entered {
        Some((key, KeyState::Enabled)) => key,
        None if address.ip().to_canonical().is_loopback() => {
            edge.binance.demo_keys.get(id).ok_or_else(bad_key)?
        }
        Some((_, KeyState::Revoked)) | None => return Err(bad_key()),
    };
    if !key.permissions.allow(needed) {
        return Err(bad_key());
    }
    edge.binance.follow(edge, key.account);
    Ok(key)
}

/// Whether a key still opens anything.
pub fn is_enabled(edge: &Edge, key: &KeyId) -> bool {
    match edge.ledger.key(key) {
        Some((_, state)) => state == KeyState::Enabled,
        None => edge.binance.demo_keys.get(key.as_str()).is_some(),
    }
}

/// A signature as it was sent, over any of the payloads that it may be over.
///
/// # Errors
/// It is over none of them.
pub fn check_signature(key: &ApiKey, payloads: &[&[u8]], signature: &str) -> Result<(), Refusal> {
    let bytes = match &key.material {
        KeyMaterial::HmacSecret(_) => HEXLOWER_PERMISSIVE.decode(signature.as_bytes()),
        KeyMaterial::RsaPublic(_) | KeyMaterial::Ed25519Public(_) => {
            BASE64.decode(signature.as_bytes())
        }
    };
    let bytes = bytes.map_err(|_| bad_signature())?;
    payloads
        .iter()
        .any(|payload| verify(key, payload, &bytes).is_ok())
        .then_some(())
        .ok_or_else(bad_signature)
}

/// Checks a signature of the WebSocket API, whose clients sign plain or percent-encoded values.
///
/// # Errors
/// It is over neither.
pub fn check_socket_signature(
    key: &ApiKey,
    params: &Params,
    signature: &str,
) -> Result<(), Refusal> {
    let plain = params.payload(PayloadEncoding::Plain);
    let encoded = params.payload(PayloadEncoding::Percent);
    check_signature(key, &[plain.as_bytes(), encoded.as_bytes()], signature)
}

/// By what a request's age is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JudgedBy {
    /// The exchange's time, which is the world's.
    WorldTime {
        /// Now.
        now_us: u64,
    },
    /// Nothing: the client's clock is the world's, the exchange's is not.
    Nothing,
}

/// By what this exchange judges requests.
pub fn judged_by(edge: &Edge) -> JudgedBy {
    match edge.clock {
        ClockMode::Realtime => JudgedBy::WorldTime {
            now_us: edge.at_us(),
        },
        ClockMode::Accelerated | ClockMode::Replay | ClockMode::Lockstep => JudgedBy::Nothing,
    }
}

/// Whether a request is new enough: takes `timestamp` and `recvWindow` out.
///
/// # Errors
/// A number is missing or wrong, or it is too old or from the future.
pub fn check_time(params: &mut Params, judged_by: JudgedBy) -> Result<(), Refusal> {
    let window_us = recv_window_us(params)?;
    if !params.has("timestamp") {
        return Err(Refusal::mandatory("timestamp"));
    }
    let sent_us = params
        .time_us("timestamp")
        .map_err(|refusal| match refusal.code {
            -1105 => Refusal::mandatory("timestamp"),
            _ => refusal,
        })?
        .ok_or_else(|| Refusal::mandatory("timestamp"))?;
    let JudgedBy::WorldTime { now_us } = judged_by else {
        return Ok(());
    };
    if sent_us >= now_us.saturating_add(AHEAD_MAX_US) {
        return Err(Refusal::new(
            -1021,
            "Timestamp for this request was 1000ms ahead of the server's time.",
        ));
    }
    if now_us.saturating_sub(sent_us) > window_us {
        return Err(Refusal::new(
            -1021,
            "Timestamp for this request is outside of the recvWindow.",
        ));
    }
    Ok(())
}

fn recv_window_us(params: &mut Params) -> Result<u64, Refusal> {
    let Some(window) = params.amount("recvWindow")? else {
        return Ok(RECV_WINDOW_DEFAULT_US);
    };
    let units = window.units();
    if units % UNITS_PER_US != 0 {
        return Err(Refusal::illegal_characters(
            "recvWindow",
            "^([0-9]{1,5})(\\.[0-9]{1,3})?$",
        ));
    }
    let window_us = u64::try_from(units / UNITS_PER_US).unwrap_or(u64::MAX);
    if window_us > RECV_WINDOW_MAX_US {
        return Err(Refusal::new(
            -1102,
            format!(
                "Parameter 'recvWindow' contains unexpected value. Cannot be greater than {}.",
                Amount::new(60_000, 0).short()
            ),
        ));
    }
    Ok(window_us)
}

/// A query or form body without its signature, byte by byte as it was sent.
pub fn without_signature(text: &str) -> String {
    text.split('&')
        .filter(|pair| !pair.starts_with("signature="))
        .collect::<Vec<_>>()
        .join("&")
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW_US: u64 = 1_700_000_000_000_000;

    fn checked(query: &str) -> Result<(), i32> {
        let mut params = Params::of_http(query, "").unwrap();
        check_time(&mut params, JudgedBy::WorldTime { now_us: NOW_US })
            .map_err(|refusal| refusal.code)
    }

    #[test]
    fn a_request_is_taken_within_its_window_and_a_second_ahead() {
        for (query, expected) in [
            ("timestamp=1700000000000", Ok(())),
            ("timestamp=1699999995000", Ok(())),
            ("timestamp=1699999994999", Err(-1021)),
            ("timestamp=1700000000999", Ok(())),
            ("timestamp=1700000001000", Err(-1021)),
            ("timestamp=1699999994999999&recvWindow=5000.001", Ok(())),
            ("timestamp=1699999994999998&recvWindow=5000.001", Err(-1021)),
            ("timestamp=1699999940000&recvWindow=60000", Ok(())),
            ("timestamp=1700000000000&recvWindow=60000.001", Err(-1102)),
            ("timestamp=1700000000000&recvWindow=5000.0001", Err(-1100)),
            ("recvWindow=5000", Err(-1102)),
            ("timestamp=", Err(-1102)),
            ("timestamp=abc", Err(-1100)),
        ] {
            assert_eq!(checked(query), expected, "{query}");
        }
    }

    #[test]
    fn where_time_is_not_the_worlds_a_request_is_not_judged_by_its_age() {
        for (query, expected) in [
            ("timestamp=1", Ok(())),
            ("timestamp=99999999999999", Ok(())),
            ("recvWindow=5000", Err(-1102)),
        ] {
            let mut params = Params::of_http(query, "").unwrap();
            let checked = check_time(&mut params, JudgedBy::Nothing);
            assert_eq!(checked.map_err(|refusal| refusal.code), expected, "{query}");
        }
    }

    #[test]
    fn what_is_signed_is_the_text_without_the_signature() {
        assert_eq!(without_signature("a=1&signature=x&b=%20"), "a=1&b=%20");
        assert_eq!(without_signature("signature=x"), "");
        assert_eq!(without_signature("a=1"), "a=1");
    }
}
