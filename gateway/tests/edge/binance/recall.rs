//! Goal: after a restart the persona tells of orders, trades and candles what it told before. Method: it is asked,
//! made to forget all and fill itself from the history as a start does, and asked again.

use std::fmt::Write as _;

use crate::binance::bot::{Bot, alice, ask, bob};
use crate::venue::Venue;

const ORDER: &str = "symbol=BTCUSDT&type=LIMIT&timeInForce=GTC";

/// Everything that is asked of the past, as text.
async fn told(venue: &Venue, bots: &[&Bot<'_>]) -> String {
    let mut all = String::new();
    for bot in bots {
        for (path, query) in [
            ("allOrders", "symbol=BTCUSDT"),
            ("openOrders", "symbol=BTCUSDT"),
            ("order", "symbol=BTCUSDT&orderId=1"),
            ("myTrades", "symbol=BTCUSDT"),
            ("myTrades", "symbol=BTCUSDT&fromId=2"),
            ("myPreventedMatches", "symbol=BTCUSDT&orderId=7"),
        ] {
            let answer = bot.ask("GET", path, query).await;
            let (status, body) = (answer.status, answer.body);
            writeln!(all, "{path}?{query} {status} {body}").expect("text grows");
        }
    }
    for target in [
        "/api/v3/klines?symbol=BTCUSDT&interval=1d",
        "/api/v3/klines?symbol=BTCUSDT&interval=1M",
        "/api/v3/aggTrades?symbol=BTCUSDT",
        "/api/v3/avgPrice?symbol=BTCUSDT",
    ] {
        let mut body = ask(venue, "GET", target).await.body();
        if let Some(answer) = body.as_object_mut() {
            answer.remove("closeTime");
        }
        writeln!(all, "{target} {body}").expect("text grows");
    }
    all
}

#[tokio::test]
async fn what_is_recalled_from_the_history_is_what_was_told() {
    let venue = Venue::open().await;
    let (alice, bob) = (alice(&venue), bob(&venue));
    bob.limit("SELL", "100.00", "1", "&newClientOrderId=first")
        .await
        .body();
    bob.limit("SELL", "101.00", "3", "").await.body();
    let market = "symbol=BTCUSDT&side=BUY&type=MARKET";
    alice
        .ask("POST", "order", &format!("{market}&quantity=1.5"))
        .await
        .body();
    alice
        .ask("POST", "order", &format!("{market}&quoteOrderQty=60"))
        .await
        .body();
    let stop = format!("{ORDER}&side=BUY&price=120&quantity=1&stopPrice=110")
        .replace("LIMIT", "STOP_LOSS_LIMIT");
    alice.ask("POST", "order", &stop).await.body();
    bob.limit("SELL", "102.00", "1", "").await.body();
    bob.ask(
        "POST",
        "order",
        &format!("{ORDER}&side=BUY&price=102&quantity=2&selfTradePreventionMode=EXPIRE_BOTH"),
    )
    .await
    .body();
    alice
        .ask("DELETE", "order", "symbol=BTCUSDT&orderId=5")
        .await
        .body();
    let before = told(&venue, &[&alice, &bob]).await;
    assert!(before.contains("\"status\":\"CANCELED\"") && before.contains("EXPIRED_IN_MATCH"));

    venue.view.settle();

    let after = told(&venue, &[&alice, &bob]).await;
    for (before, after) in before.lines().zip(after.lines()) {
        assert_eq!(after, before);
    }
    venue.close().await;
}
