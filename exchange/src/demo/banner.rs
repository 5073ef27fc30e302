//! What is said when an exchange is ready: URLs, keys, a snippet to paste.

use std::fmt::Write;
use std::net::SocketAddr;

use crate::config::Config;
use crate::exchange::Exchange;
use crate::storage::DataFolder;

/// The text.
pub fn text(exchange: &Exchange, config: &Config, folder: &DataFolder) -> String {
    let state = if folder.is_temporary() {
        format!("State is in {} until it stops", folder.path().display())
    } else {
        format!("State is kept in {}", folder.path().display())
    };
    let symbol = config
        .listing
        .instruments
        .first()
        .map_or("BTCUSDT", |listed| listed.symbol.as_str());
    let mut text = format!(
        "Rialto {version}: {count} instruments. {state}; Ctrl-C stops in order.\n\n\
         \x20 dashboard  http://{public}/  http://{admin}/ (operators)\n\
         \x20 WebSocket  {url}\n\
         \x20 HTTP       http://{public}/v1/instruments  /v1/depth/{symbol}  /v1/trades/{symbol}  /healthz\n\
         \x20 admin      http://{admin}/v1/status  /conservation  /v1/admin/...\n\
         \x20 admin key  {admin_key}\n{tls}\n\
         \x20 demo keys (this machine only)\n",
        version = env!("CARGO_PKG_VERSION"),
        count = config.listing.instruments.len(),
        url = websocket_url(exchange.public),
        public = reachable(exchange.public),
        admin = reachable(exchange.admin),
        admin_key = exchange.admin_key.reveal(),
        tls = tls(exchange),
    );
    for account in &config.demo.people {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "    {:<12} key {}", account.name, account.key);
    }
    text.push_str(&snippet(
        &websocket_url(exchange.public),
        symbol,
        key(config),
    ));
    text
}

/// Where TLS is spoken and whom to trust for it; nothing where it is not.
fn tls(exchange: &Exchange) -> String {
    let Some(authority) = &exchange.authority else {
        return String::new();
    };
    let addresses: Vec<String> = std::iter::once(exchange.public)
        .chain(exchange.further.iter().copied())
        .map(|address| format!("https://{}", reachable(address)))
        .collect();
    format!(
        "\x20 TLS        {}\n\x20 trust      {}\n",
        addresses.join("  "),
        authority.display()
    )
}

/// Where sessions connect.
pub fn websocket_url(public: SocketAddr) -> String {
    format!("ws://{}/v1/ws", reachable(public))
}

/// An address that a client on this machine can use: nobody connects to `0.0.0.0`.
pub fn reachable(address: SocketAddr) -> SocketAddr {
    if !address.ip().is_unspecified() {
        return address;
    }
    let loopback = match address {
        SocketAddr::V4(_) => std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST),
        SocketAddr::V6(_) => std::net::IpAddr::V6(std::net::Ipv6Addr::LOCALHOST),
    };
    SocketAddr::new(loopback, address.port())
}

fn key(config: &Config) -> &str {
    config
        .demo
        .people
        .first()
        .map_or("demo-alice", |account| account.key.as_str())
}

fn snippet(url: &str, symbol: &str, key: &str) -> String {
    format!(
        r#"
A first session, to paste (pip install websockets):

python3 - <<'BOT'
import json
from websockets.sync.client import connect
with connect("{url}") as ws:
    def ask(**request):
        ws.send(json.dumps(request))
        return json.loads(ws.recv())
    print(ask(op="hello", id=1, protocol=1)["type"])
    print(ask(op="logon", id=2, key="{key}"))
    print(ask(op="submit", id=3, symbol="{symbol}", side="buy", type="market", quantity="0.01"))
BOT
"#
    )
}

#[cfg(test)]
mod tests {
    //! What is to be pasted can be pasted: a shell wants the end of the text at the beginning of its line.

    use super::*;

    #[test]
    fn snippet_begins_and_ends_at_the_first_column() {
        let text = snippet("ws://127.0.0.1:9080/v1/ws", "BTCUSDT", "demo-alice");

        assert!(
            text.contains("\npython3 - <<'BOT'\nimport json\n"),
            "{text}"
        );
        assert!(text.ends_with("\nBOT\n"), "{text}");
    }

    #[test]
    fn nobody_is_told_to_connect_to_an_unspecified_address() {
        let everywhere = "0.0.0.0:9080".parse().unwrap();

        assert_eq!(websocket_url(everywhere), "ws://127.0.0.1:9080/v1/ws");
    }
}
