//! A web page must not trade on a local exchange: Host and Origin are checked before any route.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{HOST, ORIGIN, UPGRADE};
use http::uri::Authority;
use http::{HeaderMap, Method, StatusCode};

use crate::http::ErrorAnswer;

/// Host names under which the exchange answers, beside loopback addresses and `localhost`.
#[derive(Debug, Clone, Default)]
pub struct AllowedHosts {
    /// Further host names or addresses, without a port.
    pub hosts: Vec<String>,
    /// Further origins of pages that may use the exchange, e.g. `https://desk.example:8443`.
    pub origins: Vec<String>,
}

impl AllowedHosts {
    /// Whether a request for this host is meant for us. DNS rebinding: a foreign name may point here.
    pub fn admits_host(&self, authority: &Authority) -> bool {
        let host = authority.host();
        is_loopback(host)
            || self
                .hosts
                .iter()
                .any(|allowed| allowed.eq_ignore_ascii_case(host))
    }

    /// Whether a page of this origin may change state: only the exchange's own pages and those in config.
    pub fn admits_origin(&self, origin: &str, host: &Authority) -> bool {
        if self
            .origins
            .iter()
            .any(|allowed| allowed.eq_ignore_ascii_case(origin))
        {
            return true;
        }
        origin
            .strip_prefix("http://")
            .or_else(|| origin.strip_prefix("https://"))
            .is_some_and(|authority| authority.eq_ignore_ascii_case(host.as_str()))
    }
}

fn is_loopback(host: &str) -> bool {
    let bare = host
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .unwrap_or(host);
    bare.eq_ignore_ascii_case("localhost")
        || bare
            .parse::<IpAddr>()
            .is_ok_and(|address| address.to_canonical().is_loopback())
}

/// Lets through what is meant for us and does not come from a foreign page.
pub async fn refuse_foreign(
    State(allowed): State<Arc<AllowedHosts>>,
    request: Request,
    next: Next,
) -> Response {
    match check(&allowed, &request) {
        Ok(()) => next.run(request).await,
        Err(refusal) => refusal.into_response(),
    }
}

fn check(allowed: &AllowedHosts, request: &Request) -> Result<(), ErrorAnswer> {
    let host = host_of(request)?;
    if !allowed.admits_host(&host) {
        return Err(ErrorAnswer::new(
            StatusCode::FORBIDDEN,
            "foreign_host",
            "the Host header names a host that this exchange does not answer for",
        ));
    }
    let headers = request.headers();
    if !changes_state(request.method(), headers) {
        return Ok(());
    }
    // Programs send no Origin, web pages always do.
    for origin in headers.get_all(ORIGIN) {
        let is_own = origin
            .to_str()
            .is_ok_and(|origin| allowed.admits_origin(origin, &host));
        if !is_own {
            return Err(ErrorAnswer::new(
                StatusCode::FORBIDDEN,
                "foreign_origin",
                "a page of another origin must not use this exchange",
            ));
        }
    }
    Ok(())
}

fn changes_state(method: &Method, headers: &HeaderMap) -> bool {
    headers.contains_key(UPGRADE) || !matches!(*method, Method::GET | Method::HEAD)
}

fn host_of(request: &Request) -> Result<Authority, ErrorAnswer> {
    let bad_host = || {
        ErrorAnswer::new(
            StatusCode::BAD_REQUEST,
            "bad_host",
            "one readable Host header is needed",
        )
    };
    if let Some(authority) = request.uri().authority() {
        return Ok(authority.clone());
    }
    let mut hosts = request.headers().get_all(HOST).iter();
    let host = hosts.next().ok_or_else(bad_host)?;
    if hosts.next().is_some() {
        return Err(bad_host());
    }
    Authority::try_from(host.as_bytes()).map_err(|_| bad_host())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host(text: &str) -> Authority {
        text.parse().unwrap()
    }

    #[test]
    fn loopback_names_and_addresses_are_ours() {
        let allowed = AllowedHosts::default();

        for ours in [
            "localhost",
            "LOCALHOST:9080",
            "127.0.0.1:9080",
            "127.1.2.3",
            "[::1]:9080",
        ] {
            assert!(allowed.admits_host(&host(ours)), "{ours}");
        }
    }

    #[test]
    fn other_names_are_foreign_until_configured() {
        let allowed = AllowedHosts {
            hosts: vec!["desk.example".into()],
            origins: vec![],
        };

        assert!(allowed.admits_host(&host("desk.example:9080")));
        for foreign in [
            "evil.example",
            "localhost.evil.example",
            "10.0.0.1",
            "127.0.0.1.evil.example",
        ] {
            assert!(!allowed.admits_host(&host(foreign)), "{foreign}");
        }
    }

    #[test]
    fn only_the_same_origin_and_configured_ones_may_change_state() {
        let allowed = AllowedHosts {
            hosts: vec![],
            origins: vec!["https://desk.example".into()],
        };
        let ours = host("127.0.0.1:9080");

        assert!(allowed.admits_origin("http://127.0.0.1:9080", &ours));
        assert!(allowed.admits_origin("https://desk.example", &ours));
        for foreign in [
            "null",
            "http://evil.example",
            "http://127.0.0.1:3000",
            "http://localhost:9080",
            "",
        ] {
            assert!(!allowed.admits_origin(foreign, &ours), "{foreign}");
        }
    }
}
