//! Who gets in: Host, Origin, header limits, handshake time, connection limits. Raw sockets.

use std::time::Duration;

use gateway::{AllowedHosts, Limits};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::participant::Participant;
use crate::venue::{Setup, Venue, limits, until, within};

/// Sends raw bytes and reads until the other end closes.
pub async fn exchange(venue: &Venue, request: &str) -> String {
    let mut stream = within(TcpStream::connect(venue.address)).await.unwrap();
    within(stream.write_all(request.as_bytes())).await.unwrap();
    read_answer(&mut stream).await
}

async fn read_answer(stream: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    // A reset after the answer is as good as an end.
    let _ = within(stream.read_to_end(&mut answer)).await;
    String::from_utf8(answer).unwrap()
}

fn upgrade(host: &str, more_headers: &str) -> String {
    format!(
        "GET /v1/ws HTTP/1.1\r\nHost: {host}\r\nConnection: Upgrade, close\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{more_headers}\r\n"
    )
}

/// The status line's code.
fn status(answer: &str) -> &str {
    answer.split(' ').nth(1).unwrap_or("none")
}

/// The status of an upgrade request; 101 leaves the connection open, so only the head is read.
async fn upgrade_status(venue: &Venue, host: &str, more_headers: &str) -> String {
    let mut stream = within(TcpStream::connect(venue.address)).await.unwrap();
    within(stream.write_all(upgrade(host, more_headers).as_bytes()))
        .await
        .unwrap();
    let mut head = [0; 12];
    within(stream.read_exact(&mut head)).await.unwrap();
    str::from_utf8(&head[9..]).unwrap().to_owned()
}

#[tokio::test]
async fn a_web_page_of_another_origin_is_refused() {
    let venue = Venue::open().await;

    for origin in [
        "http://evil.example",
        "https://127.0.0.1.evil.example",
        "null",
        "http://localhost:3000",
    ] {
        let answer = exchange(
            &venue,
            &upgrade("127.0.0.1", &format!("Origin: {origin}\r\n")),
        )
        .await;
        assert_eq!(status(&answer), "403", "{origin}");
        assert!(
            answer.contains(r#""error":"foreign_origin""#),
            "{origin}: {answer}"
        );
    }

    assert_eq!(venue.view.sessions(), 0);
    venue.close().await;
}

#[tokio::test]
async fn programs_own_pages_and_configured_origins_are_let_in() {
    let allowed = AllowedHosts {
        hosts: vec!["desk.example".to_owned()],
        origins: vec!["https://desk.example".to_owned()],
    };
    let venue = Venue::open_with(Setup {
        allowed,
        ..Setup::default()
    })
    .await;

    assert_eq!(upgrade_status(&venue, "127.0.0.1:9080", "").await, "101");
    let own = "Origin: http://127.0.0.1:9080\r\n";
    assert_eq!(upgrade_status(&venue, "127.0.0.1:9080", own).await, "101");
    let desk = "Origin: https://desk.example\r\n";
    assert_eq!(upgrade_status(&venue, "desk.example", desk).await, "101");
    venue.close().await;
}

#[tokio::test]
async fn a_foreign_host_is_refused_on_every_path_and_port() {
    let venue = Venue::open().await;

    for path in [
        "/healthz",
        "/v1/instruments",
        "/v1/depth/BTCUSDT",
        "/v1/ws",
        "/nowhere",
    ] {
        let request =
            format!("GET {path} HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n");
        let answer = exchange(&venue, &request).await;
        assert_eq!(status(&answer), "403", "{path}");
        assert!(
            answer.contains(r#""error":"foreign_host""#),
            "{path}: {answer}"
        );
    }
    let mut admin = within(TcpStream::connect(venue.admin_address))
        .await
        .unwrap();
    let request = "GET /v1/status HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n";
    within(admin.write_all(request.as_bytes())).await.unwrap();
    assert_eq!(status(&read_answer(&mut admin).await), "403");
    venue.close().await;
}

#[tokio::test]
async fn a_request_without_a_host_or_with_two_is_refused() {
    let venue = Venue::open().await;

    for hosts in ["", "Host: localhost\r\nHost: localhost\r\n"] {
        let request = format!("GET /healthz HTTP/1.1\r\n{hosts}Connection: close\r\n\r\n");
        let answer = exchange(&venue, &request).await;
        assert_eq!(status(&answer), "400", "{hosts:?}: {answer}");
    }

    venue.close().await;
}

#[tokio::test]
async fn an_upgrade_that_is_none_is_refused() {
    let venue = Venue::open().await;

    let plain = exchange(
        &venue,
        "GET /v1/ws HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
    )
    .await;
    let old = exchange(
        &venue,
        &upgrade("localhost", "").replace("Version: 13", "Version: 8"),
    )
    .await;

    assert_eq!(status(&plain), "400");
    assert!(plain.contains(r#""error":"bad_upgrade""#), "{plain}");
    assert_eq!(status(&old), "400");
    venue.close().await;
}

#[tokio::test]
async fn too_many_or_too_long_headers_are_refused() {
    let venue = Venue::open().await;
    let many = "X-Many: y\r\n".repeat(65);
    let long = format!("X-Long: {}\r\n", "y".repeat(20_000));

    for headers in [many, long] {
        let request = format!("GET /healthz HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n");
        let answer = exchange(&venue, &request).await;
        assert_eq!(
            status(&answer),
            "431",
            "{}",
            &answer[..answer.len().min(200)]
        );
    }

    venue.close().await;
}

#[tokio::test]
async fn whoever_dribbles_a_handshake_is_closed_in_time() {
    let limits = Limits {
        handshake_timeout: Duration::from_millis(100),
        ..limits()
    };
    let venue = Venue::open_with_limits(limits).await;
    let mut stream = within(TcpStream::connect(venue.address)).await.unwrap();
    within(stream.write_all(b"GET /v1/ws HTT")).await.unwrap();

    // Nothing more is sent: the end comes from the other side.
    let answer = read_answer(&mut stream).await;

    assert!(!answer.contains("101"), "{answer}");
    until("the connection is counted out", || {
        venue.view.connections() == 0
    })
    .await;
    venue.close().await;
}

#[tokio::test]
async fn a_session_without_hello_is_closed_in_time() {
    let limits = Limits {
        handshake_timeout: Duration::from_millis(100),
        ..limits()
    };
    let venue = Venue::open_with_limits(limits).await;
    let mut mute = Participant::connect(&venue).await;

    let ending = mute.read_to_end().await;

    assert_eq!(ending.reason, "idle_timeout");
    assert_eq!(mute.passed[0]["type"], "going_away");
    venue.close().await;
}

#[tokio::test]
async fn one_connection_too_many_is_told_so_and_room_comes_back() {
    let limits = Limits {
        connections_max: 2,
        ..limits()
    };
    let venue = Venue::open_with_limits(limits).await;
    let first = Participant::log_on(&venue, "alice").await;
    let mut second = Participant::log_on(&venue, "bob").await;

    let mut third = within(TcpStream::connect(venue.address)).await.unwrap();
    let answer = read_answer(&mut third).await;
    assert_eq!(status(&answer), "503");
    assert!(
        answer.ends_with(
            r#"{"error":"too_many_connections","text":"the connection limit is reached"}"#
        )
    );
    second.assert_alive().await;

    drop(first);
    until("the first one is counted out", || {
        venue.view.connections() == 1
    })
    .await;
    Participant::log_on(&venue, "carol")
        .await
        .assert_alive()
        .await;
    venue.close().await;
}

#[tokio::test]
async fn one_address_cannot_take_all_connections() {
    let limits = Limits {
        connections_per_address_max: 1,
        ..limits()
    };
    let venue = Venue::open_with_limits(limits).await;
    let _first = Participant::log_on(&venue, "alice").await;

    let mut second = within(TcpStream::connect(venue.address)).await.unwrap();

    assert_eq!(status(&read_answer(&mut second).await), "503");
    venue.close().await;
}

#[tokio::test]
async fn a_kept_connection_is_closed_when_its_time_is_over() {
    let limits = Limits {
        http_lifetime_max: Duration::from_millis(100),
        ..limits()
    };
    let venue = Venue::open_with_limits(limits).await;
    let mut kept = within(TcpStream::connect(venue.address)).await.unwrap();
    let request = format!("GET /healthz HTTP/1.1\r\nhost: {}\r\n\r\n", venue.address);
    within(kept.write_all(request.as_bytes())).await.unwrap();

    let mut answer = String::new();
    within(kept.read_to_string(&mut answer)).await.unwrap();

    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(answer.ends_with(r#"{"status":"ok"}"#), "{answer}");
    venue.close().await;
}
