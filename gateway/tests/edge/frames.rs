//! What breaks the rules of the transport: the right close code, and nobody else notices.

use tokio::io::AsyncWriteExt;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

use crate::participant::{Ending, Participant};
use crate::venue::{Venue, until, within};

fn ending(code: CloseCode, reason: &str) -> Ending {
    Ending {
        code,
        reason: reason.to_owned(),
    }
}

#[tokio::test]
async fn an_oversized_frame_is_refused_and_the_session_lives_on() {
    let venue = Venue::open().await;
    let mut alice = Participant::log_on(&venue, "alice").await;

    for length in [16_385, 65_536] {
        alice.send(&"x".repeat(length)).await;
        assert_eq!(alice.read().await["code"], "frame_too_large", "{length}");
    }

    alice.assert_alive().await;
    venue.close().await;
}

#[tokio::test]
async fn a_frame_beyond_the_transport_closes_with_1009_and_says_so() {
    let venue = Venue::open().await;
    let mut alice = Participant::log_on(&venue, "alice").await;

    alice.send(&"x".repeat(65_537)).await;

    assert_eq!(
        alice.read_to_end().await,
        ending(CloseCode::Size, "frame_too_large")
    );
    assert_eq!(alice.passed.last().unwrap()["reason"], "frame_too_large");
    Participant::log_on(&venue, "alice")
        .await
        .assert_alive()
        .await;
    venue.close().await;
}

#[tokio::test]
async fn a_frame_of_exactly_the_limit_is_read() {
    let venue = Venue::open().await;
    let mut alice = Participant::log_on(&venue, "alice").await;

    alice.send(&" ".repeat(16_384)).await;

    assert_eq!(alice.read().await["code"], "malformed_json");
    alice.assert_alive().await;
    venue.close().await;
}

#[tokio::test]
async fn text_that_is_not_utf8_closes_with_1007() {
    let venue = Venue::open().await;
    let mut alice = Participant::log_on(&venue, "alice").await;
    // A masked text frame of two bytes (mask 0) that are no UTF-8.
    let frame = [0x81, 0x82, 0, 0, 0, 0, 0xff, 0xfe];

    within(alice.stream().write_all(&frame)).await.unwrap();

    assert_eq!(
        alice.read_to_end().await,
        ending(CloseCode::Invalid, "invalid_utf8")
    );
    venue.close().await;
}

#[tokio::test]
async fn an_unmasked_frame_closes_with_1002() {
    let venue = Venue::open().await;
    let mut alice = Participant::log_on(&venue, "alice").await;
    let unmasked = [0x81, 0x02, b'{', b'}'];

    within(alice.stream().write_all(&unmasked)).await.unwrap();

    assert_eq!(
        alice.read_to_end().await,
        ending(CloseCode::Protocol, "protocol_error")
    );
    venue.close().await;
}

#[tokio::test]
async fn a_header_that_announces_half_of_all_memory_closes_with_1009() {
    let venue = Venue::open().await;
    let mut alice = Participant::log_on(&venue, "alice").await;
    let bomb = [
        0x81, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0,
    ];

    within(alice.stream().write_all(&bomb)).await.unwrap();

    assert_eq!(
        alice.read_to_end().await,
        ending(CloseCode::Size, "frame_too_large")
    );
    venue.close().await;
}

#[tokio::test]
async fn a_disconnect_in_the_middle_of_a_frame_leaves_others_alone() {
    let venue = Venue::open().await;
    let mut bob = Participant::log_on(&venue, "bob").await;
    let mut alice = Participant::log_on(&venue, "alice").await;
    // The header promises 100 bytes, five come.
    within(
        alice
            .stream()
            .write_all(&[0x81, 0xe4, 0, 0, 0, 0, b'{', b'"', b'o', b'p', b'"']),
    )
    .await
    .unwrap();

    drop(alice);

    until("the broken session is gone", || venue.view.sessions() == 1).await;
    bob.assert_alive().await;
    venue.close().await;
}

#[tokio::test]
async fn a_ping_is_answered_by_a_pong_with_its_payload() {
    use futures_util::StreamExt;
    let venue = Venue::open().await;
    let stream = tokio::net::TcpStream::connect(venue.address).await.unwrap();
    let url = format!("ws://{}/v1/ws", venue.address);
    let (mut socket, _) = tokio_tungstenite::client_async(url, stream).await.unwrap();

    futures_util::SinkExt::send(&mut socket, Message::Ping(vec![1, 2, 3].into()))
        .await
        .unwrap();

    let pong = within(socket.next()).await.unwrap().unwrap();
    assert_eq!(pong, Message::Pong(vec![1, 2, 3].into()));
    drop(socket);
    venue.close().await;
}

#[tokio::test]
async fn fragments_make_one_message() {
    let venue = Venue::open().await;
    let mut alice = Participant::log_on(&venue, "alice").await;
    let mut frames = vec![0x01, 0x88, 0, 0, 0, 0];
    frames.extend_from_slice(br#"{"op":"p"#);
    frames.extend_from_slice(&[0x80, 0x8c, 0, 0, 0, 0]);
    frames.extend_from_slice(br#"ing","id":6}"#);

    within(alice.stream().write_all(&frames)).await.unwrap();

    let pong = alice.read().await;
    assert_eq!(pong["type"], "pong");
    assert_eq!(pong["request"], 6);
    venue.close().await;
}
