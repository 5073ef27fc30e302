//! Logon by signature: what opens a session, that it opens no other, and what a key may do.

use client::{ClientConfig, SigningKey, connect};
use data_encoding::HEXLOWER;
use protocol::{NewOrder, Side, Submit};
use ring::hmac;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

use crate::admin::operate;
use crate::participant::{Participant, limit};
use crate::venue::{Venue, within};

/// The first private key of RFC 8032, section 7.1, and its public part.
const ED25519_PRIVATE: &str = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n-----END PRIVATE KEY-----\n";
const ED25519_PUBLIC: &str = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n-----END PUBLIC KEY-----\n";

/// Enters an HMAC key of account 1; its secret.
async fn new_key(venue: &Venue, id: &str, permissions: &Value) -> String {
    let body = json!({"account": 1, "id": id, "permissions": permissions}).to_string();
    let (status, answer) = operate(venue, "POST", "/v1/admin/keys", &body).await;
    assert_eq!(status, 201, "{answer}");
    answer["secret"].as_str().unwrap().to_owned()
}

/// Connects and says hello; its challenge.
async fn greeted(venue: &Venue) -> (Participant, String) {
    let mut participant = Participant::connect(venue).await;
    let hello = participant
        .ask(r#"{"op":"hello","id":1,"protocol":1}"#)
        .await;
    let challenge = hello["challenge"].as_str().unwrap().to_owned();
    assert_eq!(challenge.len(), 32);
    (participant, challenge)
}

fn signed(secret: &str, id: &str, challenge: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let text = format!("rialto-logon:1:{id}:{challenge}");
    HEXLOWER.encode(hmac::sign(&key, text.as_bytes()).as_ref())
}

fn logon(id: &str, signature: &str) -> String {
    format!(r#"{{"op":"logon","id":2,"key_id":"{id}","signature":"{signature}"}}"#)
}

/// A session that is logged on by signature.
async fn logged_on(venue: &Venue, id: &str, secret: &str) -> Participant {
    let (mut participant, challenge) = greeted(venue).await;
    let answer = participant
        .ask(&logon(id, &signed(secret, id, &challenge)))
        .await;
    assert_eq!(
        (&answer["type"], &answer["account"]),
        (&json!("logged_on"), &json!(1))
    );
    participant
}

#[tokio::test]
async fn a_signature_over_the_challenge_opens_its_own_session_and_no_other() {
    let venue = Venue::open().await;
    let secret = new_key(&venue, "desk", &json!(["read", "trade"])).await;
    let (mut first, challenge) = greeted(&venue).await;
    let overheard = logon("desk", &signed(&secret, "desk", &challenge));
    assert_eq!(first.ask(&overheard).await["type"], "logged_on");

    let (mut second, other_challenge) = greeted(&venue).await;
    let replayed = second.ask(&overheard).await;

    assert_ne!(challenge, other_challenge);
    assert_eq!(replayed["code"], "bad_signature");
    let order = second.ask(&limit(3, "buy", "1.00", "1")).await;
    assert_eq!(order["code"], "logon_required");
    let again = first.ask(&overheard).await;
    assert_eq!(again["code"], "already_logged_on");
    assert_eq!(
        first.ask(&limit(3, "buy", "1.00", "1")).await["kind"],
        "accepted"
    );
    venue.close().await;
}

#[tokio::test]
async fn whatever_else_is_signed_or_sent_opens_nothing() {
    let venue = Venue::open().await;
    let secret = new_key(&venue, "desk", &json!(["read", "trade"])).await;
    let other_secret = new_key(&venue, "other", &json!(["read", "trade"])).await;
    let (mut participant, challenge) = greeted(&venue).await;
    let good = signed(&secret, "desk", &challenge);
    let flipped = format!(
        "{}{}",
        if good.starts_with('0') { '1' } else { '0' },
        &good[1..]
    );

    for (id, signature, code) in [
        ("desk", flipped.as_str(), "bad_signature"),
        ("desk", &good[..62], "bad_signature"),
        ("desk", &good[..63], "bad_signature"),
        ("desk", "", "bad_signature"),
        ("desk", "no hexadecimal", "bad_signature"),
        (
            "desk",
            &signed(&other_secret, "desk", &challenge),
            "bad_signature",
        ),
        (
            "desk",
            &signed(&secret, "other", &challenge),
            "bad_signature",
        ),
        ("desk", &signed(&secret, "desk", ""), "bad_signature"),
        ("other", &good, "bad_signature"),
        ("nobody", &good, "bad_key"),
        ("de:sk", &good, "bad_key"),
    ] {
        let answer = participant.ask(&logon(id, signature)).await;
        assert_eq!(answer["code"], code, "{id} {signature}");
    }
    for (fields, code) in [
        (r#""key_id":"desk""#, "missing_field"),
        (r#""signature":"00""#, "missing_field"),
        (
            r#""key":"alice","key_id":"desk","signature":"00""#,
            "unknown_field",
        ),
        (r#""key_id":"my desk","signature":"00""#, "bad_field"),
    ] {
        let answer = participant
            .ask(&format!(r#"{{"op":"logon","id":5,{fields}}}"#))
            .await;
        assert_eq!(answer["code"], code, "{fields}");
    }

    let upper = logon("desk", &good.to_uppercase());
    assert_eq!(participant.ask(&upper).await["type"], "logged_on");
    venue.close().await;
}

#[tokio::test]
async fn a_key_may_do_what_it_is_permitted_and_nothing_else() {
    let venue = Venue::open().await;
    let reading = new_key(&venue, "reader", &json!(["read"])).await;
    let trading = new_key(&venue, "trader", &json!(["trade"])).await;
    let mut reader = logged_on(&venue, "reader", &reading).await;
    let mut trader = logged_on(&venue, "trader", &trading).await;
    let trades = [
        limit(10, "buy", "1.00", "1"),
        r#"{"op":"cancel","id":10,"symbol":"BTCUSDT","order_id":1}"#.to_owned(),
        r#"{"op":"replace","id":10,"symbol":"BTCUSDT","order_id":1,"quantity":"2"}"#.to_owned(),
        r#"{"op":"cancel_replace","id":10,"symbol":"BTCUSDT","cancel_order_id":1,"side":"buy","type":"limit","price":"1.00","quantity":"1"}"#.to_owned(),
        r#"{"op":"mass_cancel","id":10}"#.to_owned(),
        r#"{"op":"mass_quote","id":10,"mmp_group":1,"quotes":[{"symbol":"BTCUSDT"}]}"#.to_owned(),
        r#"{"op":"mmp_reset","id":10,"symbol":"BTCUSDT","mmp_group":1}"#.to_owned(),
        r#"{"op":"cancel_after","id":10,"timeout_ms":0}"#.to_owned(),
    ];
    let reads = [
        r#"{"op":"open_orders","id":10}"#,
        r#"{"op":"balances","id":10}"#,
        r#"{"op":"subscribe","id":10,"channel":"queue"}"#,
        r#"{"op":"subscribe","id":10,"channel":"executions"}"#,
        r#"{"op":"resume_executions","id":10,"epoch":1,"after":[]}"#,
    ];

    for request in &trades {
        assert_eq!(reader.ask(request).await["code"], "not_permitted");
        assert_ne!(trader.ask(request).await["code"], "not_permitted");
    }
    for request in reads {
        assert_eq!(trader.ask(request).await["code"], "not_permitted");
        assert_ne!(reader.ask(request).await["code"], "not_permitted");
    }
    let market = r#"{"op":"subscribe","id":11,"channel":"top"}"#;
    assert_eq!(trader.ask(market).await["type"], "subscribed");
    venue.close().await;
}

#[tokio::test]
async fn a_revoked_key_closes_its_sessions_and_opens_none() {
    let venue = Venue::open().await;
    let secret = new_key(&venue, "desk", &json!(["trade"])).await;
    let other_secret = new_key(&venue, "other", &json!(["trade"])).await;
    let mut desk = logged_on(&venue, "desk", &secret).await;
    let mut other = logged_on(&venue, "other", &other_secret).await;

    let (status, _) = operate(&venue, "POST", "/v1/admin/keys/revoke", r#"{"id":"desk"}"#).await;

    assert_eq!(status, 200);
    let farewell = desk.read().await;
    assert_eq!(farewell["reason"], "key_revoked");
    let ending = desk.read_to_end().await;
    assert_eq!(ending.code, CloseCode::Policy);
    assert_eq!(ending.reason, "key_revoked");
    other.assert_alive().await;
    let (mut late, challenge) = greeted(&venue).await;
    let refused = late
        .ask(&logon("desk", &signed(&secret, "desk", &challenge)))
        .await;
    assert_eq!(refused["code"], "bad_key");
    venue.close().await;
}

#[tokio::test]
async fn the_client_signs_with_either_kind_of_key_and_trades() {
    let venue = Venue::open().await;
    let secret = new_key(&venue, "desk", &json!(["read", "trade"])).await;
    let body = json!({"account": 2, "id": "pair", "public_key": ED25519_PUBLIC}).to_string();
    assert_eq!(
        operate(&venue, "POST", "/v1/admin/keys", &body).await.0,
        201
    );
    let url = format!("ws://{}/v1/ws", venue.address);

    for (key, account) in [
        (SigningKey::hmac("desk", &secret).unwrap(), 1),
        (SigningKey::ed25519("pair", ED25519_PRIVATE).unwrap(), 2),
    ] {
        let config = ClientConfig::new(&url, "test").with_signing_key(key);
        let mut session = within(connect(config)).await.unwrap();
        assert_eq!(session.account, Some(account));
        let submit = Submit {
            symbol: "BTCUSDT".parse().unwrap(),
            order: NewOrder::limit(Side::Buy, "1.00".parse().unwrap(), "1".parse().unwrap()),
            at_us: None,
        };
        session.sender.submit(submit).unwrap();
        within(session.sender.flush()).await.unwrap();
        let heard = within(session.receiver.next()).await.unwrap();
        assert!(format!("{heard:?}").contains("Accepted"), "{heard:?}");
    }
    let wrong = SigningKey::hmac("desk", "another secret").unwrap();
    let refused = within(connect(
        ClientConfig::new(&url, "test").with_signing_key(wrong),
    ))
    .await;
    assert!(
        refused.unwrap_err().to_string().contains("bad_signature"),
        "a wrong secret opens nothing"
    );
    venue.close().await;
}
