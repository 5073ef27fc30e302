//! What single parameters may say, and what is answered where the market has nothing to offer.

use serde_json::json;

use crate::binance::bot::{alice, ask, bob};
use crate::binance::socket_api::Api;
use crate::venue::Venue;

#[tokio::test]
async fn an_empty_parameter_is_called_empty_although_it_is_mandatory() {
    let venue = Venue::open().await;

    let empty = ask(&venue, "GET", "/api/v3/depth?symbol=").await;
    let missing = ask(&venue, "GET", "/api/v3/depth").await;

    assert_eq!(
        empty.refusal(),
        (400, -1105, "Parameter 'symbol' was empty.")
    );
    assert_eq!(missing.refusal().1, -1102);
    venue.close().await;
}

#[tokio::test]
async fn symbols_of_another_status_are_left_out_and_the_only_one_is_refused() {
    let venue = Venue::open().await;
    let of_one = [
        "depth?symbol=BTCUSDT",
        "ticker/24hr?symbol=BTCUSDT",
        "ticker/tradingDay?symbol=BTCUSDT",
        "ticker?symbol=BTCUSDT",
        "ticker/price?symbol=BTCUSDT",
        "ticker/bookTicker?symbol=BTCUSDT",
        "executionRules?symbol=BTCUSDT",
    ];

    for path in of_one {
        let trading = format!("/api/v3/{path}&symbolStatus=TRADING");
        ask(&venue, "GET", &trading).await.body();
        let halted = format!("/api/v3/{path}&symbolStatus=HALT");
        assert_eq!(
            ask(&venue, "GET", &halted).await.refusal(),
            (
                400,
                -1220,
                "The symbol's status does not match the requested symbolStatus."
            ),
            "{path}"
        );
        let unknown = format!("/api/v3/{path}&symbolStatus=SLEEPING");
        assert_eq!(ask(&venue, "GET", &unknown).await.refusal().1, -1122);
    }
    for path in ["ticker/price", "ticker/24hr", "ticker/bookTicker"] {
        let halted = format!("/api/v3/{path}?symbolStatus=HALT");
        assert_eq!(ask(&venue, "GET", &halted).await.body(), json!([]));
    }
    venue.close().await;
}

#[tokio::test]
async fn a_time_zone_is_from_twelve_hours_behind_to_fourteen_ahead() {
    let venue = Venue::open().await;
    let asked = async |zone: &str| {
        let path = format!("/api/v3/klines?symbol=BTCUSDT&interval=1d&timeZone={zone}");
        ask(&venue, "GET", &path).await.status
    };

    for zone in ["-12:00", "-1:00", "0", "5:45", "14:00"] {
        assert_eq!(asked(zone).await, 200, "{zone}");
    }
    for zone in [
        "-12:01",
        "-13",
        "14:01",
        "15",
        "9223372036854775807",
        "5:60",
    ] {
        assert_eq!(asked(zone).await, 400, "{zone}");
    }
    venue.close().await;
}

#[tokio::test]
async fn an_iceberg_shows_less_than_it_is() {
    let venue = Venue::open().await;
    let alice = alice(&venue);

    let whole = alice.limit("BUY", "50.00", "1", "&icebergQty=1").await;
    let part = alice
        .limit("BUY", "50.00", "1", "&icebergQty=0.5")
        .await
        .body();

    assert_eq!(whole.refusal(), (400, -2010, "IcebergQty exceeds QTY."));
    assert_eq!(part["icebergQty"], "0.50000000");
    venue.close().await;
}

#[tokio::test]
async fn an_amount_of_money_finds_nobody_and_a_quantity_expires() {
    let venue = Venue::open().await;
    let (alice, bob) = (alice(&venue), bob(&venue));
    bob.limit("SELL", "100.00", "1", "").await.body();
    alice.limit("BUY", "100.00", "1", "").await.body();

    let market = "symbol=BTCUSDT&side=BUY&type=MARKET";
    let amount = format!("{market}&quoteOrderQty=100");
    let amount = alice.ask("POST", "order", &amount).await;
    let quantity = format!("{market}&quantity=1");
    let quantity = alice.ask("POST", "order", &quantity).await.body();

    assert_eq!(
        amount.refusal(),
        (
            400,
            -2010,
            "Order book liquidity is less than symbol minimum quantity."
        )
    );
    assert_eq!(
        (&quantity["status"], &quantity["expiryReason"]),
        (&json!("EXPIRED"), &json!("INSUFFICIENT_LIQUIDITY"))
    );
    venue.close().await;
}

#[tokio::test]
async fn a_stop_that_follows_the_price_says_since_when() {
    let venue = Venue::open().await;
    let (alice, bob) = (alice(&venue), bob(&venue));
    bob.limit("SELL", "100.00", "1", "").await.body();
    alice.limit("BUY", "100.00", "1", "").await.body();
    let mut api = Api::open(&venue, "").await;
    api.ask_signed(&venue, "userDataStream.subscribe.signature", json!({}))
        .await;

    let stop = "symbol=BTCUSDT&side=SELL&type=STOP_LOSS&quantity=1&trailingDelta=100";
    let placed = alice
        .ask("POST", "order", &format!("{stop}&newOrderRespType=RESULT"))
        .await
        .body();
    let at_once = api.event("executionReport").await;
    alice
        .ask("POST", "order", &format!("{stop}&stopPrice=90"))
        .await
        .body();
    let later = api.event("executionReport").await;

    assert_eq!(at_once["D"], placed["trailingTime"]);
    assert_eq!((&later["d"], later.get("D")), (&json!(100), None));
    venue.close().await;
}

#[tokio::test]
async fn an_amended_order_is_still_worth_enough() {
    let venue = Venue::open().await;
    let alice = alice(&venue);
    alice
        .limit("BUY", "50.00", "1", "&newClientOrderId=mine")
        .await
        .body();

    let too_little = "symbol=BTCUSDT&origClientOrderId=mine&newQty=0.09";
    let too_little = alice
        .ask("PUT", "order/amend/keepPriority", too_little)
        .await;
    let enough = "symbol=BTCUSDT&origClientOrderId=mine&newQty=0.1";
    let enough = alice.ask("PUT", "order/amend/keepPriority", enough).await;

    assert_eq!(
        too_little.refusal(),
        (400, -2038, "Filter failure: NOTIONAL")
    );
    assert_eq!(enough.body()["amendedOrder"]["qty"], "0.10000000");
    venue.close().await;
}

#[tokio::test]
async fn a_peg_is_refused_by_what_is_wrong_with_it() {
    let venue = Venue::open().await;
    let alice = alice(&venue);
    let limit = "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1";
    let maker = "symbol=BTCUSDT&side=BUY&type=LIMIT_MAKER&quantity=1";
    let cases = [
        (limit, "pegPriceType=NEAR", -1210, "Invalid pegPriceType."),
        (
            limit,
            "pegPriceType=PRIMARY_PEG&pegOffsetType=TICKS&pegOffsetValue=1",
            -1211,
            "Invalid pegOffsetType.",
        ),
        (
            limit,
            "pegPriceType=PRIMARY_PEG&pegOffsetType=PRICE_LEVEL&pegOffsetValue=101",
            -1130,
            "Data sent for parameter 'pegOffsetValue' is not valid.",
        ),
        (
            maker,
            "pegPriceType=MARKET_PEG",
            -2010,
            "This price peg cannot be used with this order type.",
        ),
    ];

    for (order, peg, code, text) in cases {
        let refused = alice.ask("POST", "order", &format!("{order}&{peg}")).await;
        assert_eq!(refused.refusal(), (400, code, text), "{peg}");
    }
    venue.close().await;
}
