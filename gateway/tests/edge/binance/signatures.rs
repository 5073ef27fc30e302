//! Who may ask: keys, signatures over the bytes that were sent, times.

use data_encoding::BASE64;
use ring::signature::Ed25519KeyPair;
use serde_json::json;

use crate::binance::bot::{Answer, alice, hmac_of, now_ms, send};
use crate::venue::Venue;

/// Asks for the account with this query, key header and a signature of that secret.
async fn account(venue: &Venue, query: &str, key: &str, secret: &str) -> Answer {
    let target = format!(
        "/api/v3/account?{query}&signature={}",
        hmac_of(secret, query)
    );
    let header = if key.is_empty() {
        String::new()
    } else {
        format!("X-MBX-APIKEY: {key}\r\n")
    };
    send(venue, "GET", &target, &header, "").await
}

#[tokio::test]
async fn a_request_needs_a_key_that_is_known_and_its_signature() {
    let venue = Venue::open().await;
    let now = format!("timestamp={}", now_ms(&venue).await);
    let (key, secret) = ("api-alice", "secret-of-alice");

    let good = account(&venue, &now, key, secret).await;
    assert_eq!(good.status, 200);
    let without = account(&venue, &now, "", secret).await;
    assert_eq!(without.refusal().1, -2014);
    let unknown = account(&venue, &now, "nobody", secret).await;
    assert_eq!((unknown.status, unknown.refusal().1), (401, -2015));
    let other = account(&venue, &now, key, "secret-of-bob").await;
    assert_eq!((other.status, other.refusal().1), (400, -1022));
    venue.close().await;
}

#[tokio::test]
async fn a_request_is_taken_while_it_is_new() {
    let venue = Venue::open().await;
    let now = now_ms(&venue).await;
    let (key, secret) = ("api-alice", "secret-of-alice");
    for (query, code) in [
        (format!("timestamp={}", now - 20_000), -1021),
        (format!("timestamp={}", now + 60_000), -1021),
        (format!("timestamp={now}&recvWindow=60001"), -1102),
        ("recvWindow=5000".to_owned(), -1102),
    ] {
        let answer = account(&venue, &query, key, secret).await;
        assert_eq!(answer.refusal().1, code, "{query}");
    }
    let late = format!("recvWindow=59999.5&timestamp={}000", now - 20_000);
    assert_eq!(account(&venue, &late, key, secret).await.status, 200);
    venue.close().await;
}

#[tokio::test]
async fn query_and_body_are_signed_one_after_the_other() {
    let venue = Venue::open().await;
    let bot = alice(&venue);
    let query = "symbol=BTCUSDT&side=BUY&type=LIMIT";
    let body = format!(
        "timeInForce=GTC&quantity=1&price=90&timestamp={}",
        now_ms(&venue).await
    );
    let signature = hmac_of(bot.secret, &[query, &body].concat());
    let target = format!("/api/v3/order/test?{query}");

    let signed = format!("{body}&signature={signature}");
    let answer = send(&venue, "POST", &target, &bot.header(), &signed).await;

    assert_eq!(answer.body(), json!({}));
    venue.close().await;
}

#[tokio::test]
async fn an_ed25519_key_signs_over_rest() {
    let venue = Venue::open().await;
    let seed = [
        0x9d, 0x61, 0xb1, 0x9d, 0xef, 0xfd, 0x5a, 0x60, 0xba, 0x84, 0x4a, 0xf4, 0x92, 0xec, 0x2c,
        0xc4, 0x44, 0x49, 0xc5, 0x69, 0x7b, 0x32, 0x69, 0x19, 0x70, 0x3b, 0xac, 0x03, 0x1c, 0xae,
        0x7f, 0x60,
    ];
    let pair = Ed25519KeyPair::from_seed_unchecked(&seed).unwrap();
    let query = format!("timestamp={}", now_ms(&venue).await);
    let signature = BASE64.encode(pair.sign(query.as_bytes()).as_ref());
    let encoded = signature
        .replace('+', "%2B")
        .replace('/', "%2F")
        .replace('=', "%3D");
    let target = format!("/api/v3/account?{query}&signature={encoded}");

    let answer = send(&venue, "GET", &target, "X-MBX-APIKEY: api-alice-ed\r\n", "").await;

    assert_eq!(answer.body()["uid"], 1);
    venue.close().await;
}

#[tokio::test]
async fn a_key_for_reading_does_not_trade() {
    let venue = Venue::open().await;
    let bot = crate::binance::bot::Bot {
        venue: &venue,
        key: "api-carol",
        secret: "secret-of-carol",
    };

    assert_eq!(bot.ask("GET", "account", "").await.status, 200);
    let refused = bot.limit("BUY", "90.00", "1", "").await;
    assert_eq!((refused.status, refused.refusal().1), (401, -2015));
    venue.close().await;
}
