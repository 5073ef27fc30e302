//! Orders by REST: entered, refused, canceled, replaced, amended, asked for.

use serde_json::json;

use crate::binance::bot::{alice, ask, bob};
use crate::binance::socket_api::Api;
use crate::venue::Venue;

#[tokio::test]
async fn a_limit_order_is_answered_in_full_and_can_be_asked_for_and_canceled() {
    let venue = Venue::open().await;
    let alice = alice(&venue);

    let placed = alice
        .limit("BUY", "100.00", "2", "&newClientOrderId=mine")
        .await
        .body();
    assert_eq!(placed["symbol"], "BTCUSDT");
    assert_eq!(placed["orderListId"], -1);
    assert_eq!(placed["clientOrderId"], "mine");
    assert_eq!(placed["price"], "100.00000000");
    assert_eq!(placed["origQty"], "2.00000000");
    assert_eq!(placed["executedQty"], "0.00000000");
    assert_eq!(placed["cummulativeQuoteQty"], "0.00000000");
    assert_eq!(placed["status"], "NEW");
    assert_eq!(placed["selfTradePreventionMode"], "EXPIRE_MAKER");
    assert_eq!(placed["fills"], json!([]));
    let id = placed["orderId"].as_u64().unwrap();

    let found = alice
        .ask("GET", "order", "symbol=BTCUSDT&origClientOrderId=mine")
        .await
        .body();
    assert_eq!(found["orderId"], id);
    assert_eq!(found["isWorking"], true);
    assert_eq!(found["stopPrice"], "0.00000000");
    assert_eq!(found["icebergQty"], "0.00000000");

    let account = alice.ask("GET", "account", "").await.body();
    assert_eq!(
        account["balances"][0],
        json!({"asset": "USDT", "free": "99800.00000000", "locked": "200.00000000"})
    );

    let canceled = alice
        .ask(
            "DELETE",
            "order",
            &format!("symbol=BTCUSDT&orderId={id}&newClientOrderId=away"),
        )
        .await
        .body();
    assert_eq!(canceled["origClientOrderId"], "mine");
    assert_eq!(canceled["clientOrderId"], "away");
    assert_eq!(canceled["status"], "CANCELED");
    assert_eq!(canceled.get("workingTime"), None);
    let found = alice
        .ask("GET", "order", "symbol=BTCUSDT&origClientOrderId=mine")
        .await
        .body();
    assert_eq!(found["status"], "CANCELED");
    venue.close().await;
}

#[tokio::test]
async fn a_market_order_tells_its_fills_and_both_sides_remember_the_trades() {
    let venue = Venue::open().await;
    let (alice, bob) = (alice(&venue), bob(&venue));
    bob.limit("SELL", "100.00", "1", "").await.body();
    bob.limit("SELL", "101.00", "1", "").await.body();

    let filled = alice
        .ask(
            "POST",
            "order",
            "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=1.5",
        )
        .await
        .body();

    assert_eq!(filled["status"], "FILLED");
    assert_eq!(filled["price"], "0.00000000");
    assert_eq!(filled["cummulativeQuoteQty"], "150.50000000");
    assert_eq!(
        filled["fills"],
        json!([
            {"price": "100.00000000", "qty": "1.00000000", "commission": "0.00000000", "commissionAsset": "BTC", "tradeId": 1},
            {"price": "101.00000000", "qty": "0.50000000", "commission": "0.00000000", "commissionAsset": "BTC", "tradeId": 2},
        ])
    );
    let trades = bob.ask("GET", "myTrades", "symbol=BTCUSDT").await.body();
    assert_eq!(trades[1]["quoteQty"], "50.50000000");
    assert_eq!(trades[1]["isMaker"], true);
    assert_eq!(trades[1]["isBuyer"], false);
    venue.close().await;
}

#[tokio::test]
async fn an_order_by_money_never_spends_more() {
    let venue = Venue::open().await;
    let (alice, bob) = (alice(&venue), bob(&venue));
    bob.limit("SELL", "30.00", "5", "").await.body();

    let filled = alice
        .ask(
            "POST",
            "order",
            "symbol=BTCUSDT&side=BUY&type=MARKET&quoteOrderQty=100",
        )
        .await
        .body();

    assert_eq!(filled["status"], "FILLED");
    assert_eq!(filled["origQuoteOrderQty"], "100.00000000");
    assert_eq!(filled["executedQty"], "3.33333000");
    assert_eq!(filled["cummulativeQuoteQty"], "99.99990000");
    assert_eq!(filled["origQty"], "3.33333000");
    venue.close().await;
}

#[tokio::test]
async fn what_cannot_be_taken_is_refused_in_the_venues_words() {
    let venue = Venue::open().await;
    let alice = alice(&venue);
    alice.limit("SELL", "100.00", "1", "").await.body();
    let order = "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&price=100&quantity=1";
    let cases = [
        (order.replace("BUY", "HOLD"), -1117, "Invalid side."),
        (order.replace("LIMIT", "FOO"), -1116, "Invalid orderType."),
        (order.replace("GTC", "GTX"), -1115, "Invalid timeInForce."),
        (order.replace("BTCUSDT", "NOPE"), -1121, "Invalid symbol."),
        (
            order.replace("&price=100", ""),
            -1102,
            "Mandatory parameter 'price' was not sent, was empty/null, or malformed.",
        ),
        (
            order.replace("quantity=1", "quantity=abc"),
            -1100,
            "Illegal characters found in parameter 'quantity'; legal range is '^([0-9]{1,20})(\\.[0-9]{1,20})?$'.",
        ),
        (
            order.replace("quantity=1", "quantity=0.123456789"),
            -1111,
            "Parameter 'quantity' has too much precision.",
        ),
        (
            order.replace("price=100", "price=100.001"),
            -1013,
            "Filter failure: PRICE_FILTER",
        ),
        (
            order.replace("quantity=1", "quantity=0.000001"),
            -1013,
            "Filter failure: LOT_SIZE",
        ),
        (
            order.replace("quantity=1", "quantity=0.04"),
            -1013,
            "Filter failure: NOTIONAL",
        ),
        (
            order.replace("quantity=1", "quantity=1001"),
            -2010,
            "Account has insufficient balance for requested action.",
        ),
        (
            order.replace("LIMIT&timeInForce=GTC", "LIMIT_MAKER"),
            -2010,
            "Order would immediately match and take.",
        ),
        (
            order.replace("LIMIT&timeInForce=GTC", "MARKET"),
            -1106,
            "Parameter 'price' sent when not required.",
        ),
        (
            format!("{order}&foo=1"),
            -1104,
            "Not all sent parameters were read; read '8' parameter(s) but was sent '9'.",
        ),
    ];
    for (params, code, text) in cases {
        let answer = alice.ask("POST", "order", &params).await;

        assert_eq!(answer.refusal(), (400, code, text), "{params}");
    }
    venue.close().await;
}

#[tokio::test]
async fn a_client_order_id_is_unique_while_its_order_is_open() {
    let venue = Venue::open().await;
    let alice = alice(&venue);
    let mine = "&newClientOrderId=mine";
    let first = alice.limit("BUY", "90.00", "1", mine).await.body();

    let again = alice.limit("BUY", "90.00", "1", mine).await;
    assert_eq!(again.refusal(), (400, -2010, "Duplicate order sent."));

    let cancel = format!("symbol=BTCUSDT&orderId={}", first["orderId"]);
    alice.ask("DELETE", "order", &cancel).await.body();
    let twice = alice.ask("DELETE", "order", &cancel).await;
    assert_eq!(twice.refusal(), (400, -2011, "Unknown order sent."));
    alice.limit("BUY", "90.00", "1", mine).await.body();
    venue.close().await;
}

#[tokio::test]
async fn nobody_sees_or_cancels_another_accounts_order() {
    let venue = Venue::open().await;
    let (alice, bob) = (alice(&venue), bob(&venue));
    let placed = alice.limit("BUY", "90.00", "1", "").await.body();
    let order = format!("symbol=BTCUSDT&orderId={}", placed["orderId"]);

    let seen = bob.ask("GET", "order", &order).await;
    assert_eq!(seen.refusal(), (400, -2013, "Order does not exist."));
    let canceled = bob.ask("DELETE", "order", &order).await;
    assert_eq!(canceled.refusal(), (400, -2011, "Unknown order sent."));
    venue.close().await;
}

#[tokio::test]
async fn a_cancel_replace_says_how_far_it_came() {
    let venue = Venue::open().await;
    let alice = alice(&venue);
    let first = alice.limit("BUY", "90.00", "1", "").await.body();
    let order = "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&price=91&quantity=1";
    let replace =
        |mode: &str, id: &str| format!("{order}&cancelReplaceMode={mode}&cancelOrderId={id}");
    let id = first["orderId"].to_string();

    let both = alice
        .ask(
            "POST",
            "order/cancelReplace",
            &replace("STOP_ON_FAILURE", &id),
        )
        .await
        .body();
    assert_eq!(both["cancelResult"], "SUCCESS");
    assert_eq!(both["newOrderResult"], "SUCCESS");
    assert_eq!(both["cancelResponse"]["status"], "CANCELED");
    assert_eq!(both["newOrderResponse"]["status"], "NEW");

    let none = alice
        .ask(
            "POST",
            "order/cancelReplace",
            &replace("STOP_ON_FAILURE", &id),
        )
        .await;
    assert_eq!(
        (none.status, none.body["code"].as_i64()),
        (400, Some(-2022))
    );
    assert_eq!(none.body["data"]["newOrderResult"], "NOT_ATTEMPTED");
    assert_eq!(none.body["data"]["newOrderResponse"], json!(null));
    assert_eq!(none.body["data"]["cancelResponse"]["code"], -2011);

    let one = alice
        .ask(
            "POST",
            "order/cancelReplace",
            &replace("ALLOW_FAILURE", &id),
        )
        .await;
    assert_eq!((one.status, one.body["code"].as_i64()), (409, Some(-2021)));
    assert_eq!(one.body["data"]["cancelResult"], "FAILURE");
    let id = one.body["data"]["newOrderResponse"]["orderId"].to_string();

    let too_dear = replace("STOP_ON_FAILURE", &id).replace("quantity=1", "quantity=2000");
    let lost = alice.ask("POST", "order/cancelReplace", &too_dear).await;
    assert_eq!(
        (lost.status, lost.body["code"].as_i64()),
        (409, Some(-2021))
    );
    assert_eq!(lost.body["data"]["cancelResult"], "SUCCESS");
    assert_eq!(lost.body["data"]["newOrderResponse"]["code"], -2010);
    venue.close().await;
}

#[tokio::test]
async fn an_amended_order_keeps_its_place_and_gets_another_id() {
    let venue = Venue::open().await;
    let (alice, bob) = (alice(&venue), bob(&venue));
    let mine = alice
        .limit("BUY", "100.00", "3", "&newClientOrderId=mine")
        .await
        .body();
    bob.limit("BUY", "100.00", "1", "").await.body();
    let amend = |quantity: &str| {
        format!(
            "symbol=BTCUSDT&orderId={}&newQty={quantity}",
            mine["orderId"]
        )
    };
    let path = "order/amend/keepPriority";

    let amended = alice.ask("PUT", path, &amend("2")).await.body();
    assert_eq!(amended["amendedOrder"]["qty"], "2.00000000");
    assert_eq!(amended["amendedOrder"]["origClientOrderId"], "mine");
    let new_id = amended["amendedOrder"]["clientOrderId"].as_str().unwrap();
    let again = format!("&newClientOrderId={new_id}");
    let refused = alice.limit("BUY", "99.00", "1", &again).await;
    assert_eq!(refused.refusal(), (400, -2010, "Duplicate order sent."));
    for (quantity, text) in [
        ("2", "The requested action would change no state; rejecting"),
        ("3", "Order amend (quantity increase) is not supported."),
    ] {
        let refused = alice.ask("PUT", path, &amend(quantity)).await;
        assert_eq!(refused.refusal(), (400, -2038, text));
    }
    bob.ask(
        "POST",
        "order",
        "symbol=BTCUSDT&side=SELL&type=LIMIT&timeInForce=IOC&price=100&quantity=2&selfTradePreventionMode=NONE",
    )
    .await
    .body();

    let order = format!("symbol=BTCUSDT&orderId={}", mine["orderId"]);
    let found = alice.ask("GET", "order", &order).await.body();
    assert_eq!(found["status"], "FILLED");
    let history = alice.ask("GET", "order/amendments", &order).await.body();
    assert_eq!(history[0]["origQty"], "3.00000000");
    assert_eq!(history[0]["newQty"], "2.00000000");
    venue.close().await;
}

#[tokio::test]
async fn self_trades_are_prevented_in_the_takers_way() {
    for (mode, maker, taker, prevented) in [
        ("EXPIRE_TAKER", "NEW", "EXPIRED_IN_MATCH", "2.00000000"),
        ("EXPIRE_MAKER", "EXPIRED_IN_MATCH", "NEW", ""),
        (
            "EXPIRE_BOTH",
            "EXPIRED_IN_MATCH",
            "EXPIRED_IN_MATCH",
            "2.00000000",
        ),
        ("DECREMENT", "EXPIRED_IN_MATCH", "NEW", "1.00000000"),
        ("NONE", "FILLED", "PARTIALLY_FILLED", ""),
    ] {
        let venue = Venue::open().await;
        let alice = alice(&venue);
        let rests = alice.limit("SELL", "100.00", "1", "").await.body();
        let comes = alice
            .limit(
                "BUY",
                "100.00",
                "2",
                &format!("&selfTradePreventionMode={mode}"),
            )
            .await
            .body();

        assert_eq!(comes["status"], taker, "{mode}");
        assert_eq!(
            comes["preventedQuantity"].as_str().unwrap_or(""),
            prevented,
            "{mode}"
        );
        let order = format!("symbol=BTCUSDT&orderId={}", rests["orderId"]);
        let found = alice.ask("GET", "order", &order).await.body();
        assert_eq!(found["status"], maker, "{mode}");
        let matches = alice.ask("GET", "myPreventedMatches", &order).await.body();
        let expected = usize::from(mode != "NONE");
        assert_eq!(matches.as_array().unwrap().len(), expected, "{mode}");
        venue.close().await;
    }
}

#[tokio::test]
async fn what_is_not_offered_is_refused_and_never_unknown() {
    let venue = Venue::open().await;
    for (verb, path) in [
        ("GET", "/api/v3/nope"),
        ("PATCH", "/api/v3/order"),
        ("GET", "/sapi/v1/nope"),
        ("GET", "/api"),
    ] {
        let answer = ask(&venue, verb, path).await;

        assert_eq!(
            answer.refusal(),
            (400, -1020, "This operation is not supported."),
            "{path}"
        );
    }
    venue.close().await;
}

#[tokio::test]
async fn an_order_that_trails_is_called_as_its_owner_called_it_and_begins_on_the_side_of_its_type()
{
    let venue = Venue::open().await;
    let (alice, bob) = (alice(&venue), bob(&venue));
    bob.limit("SELL", "100.00", "1", "").await.body();
    alice.limit("BUY", "100.00", "1", "").await.body();
    let trailing = |side: &str, kind: &str, stop: &str| {
        format!(
            "symbol=BTCUSDT&side={side}&type={kind}&quantity=0.1&trailingDelta=100&stopPrice={stop}&newOrderRespType=RESULT"
        )
    };

    for (side, kind, stop) in [
        ("SELL", "TAKE_PROFIT", "110"),
        ("SELL", "STOP_LOSS", "90"),
        ("BUY", "STOP_LOSS", "110"),
        ("BUY", "TAKE_PROFIT", "90"),
    ] {
        let placed = alice
            .ask("POST", "order", &trailing(side, kind, stop))
            .await;
        let placed = placed.body();
        assert_eq!(
            (placed["type"].as_str(), placed["trailingTime"].as_i64()),
            (Some(kind), Some(-1))
        );
        let asked = format!("symbol=BTCUSDT&orderId={}", placed["orderId"]);
        let found = alice.ask("GET", "order", &asked).await.body();
        assert_eq!(found["type"], kind);
        alice.ask("DELETE", "order", &asked).await.body();
    }
    for (side, kind, stop) in [
        ("SELL", "TAKE_PROFIT", "90"),
        ("SELL", "STOP_LOSS", "110"),
        ("BUY", "STOP_LOSS", "90"),
        ("BUY", "TAKE_PROFIT", "110"),
        ("SELL", "STOP_LOSS", "100"),
    ] {
        let refused = alice
            .ask("POST", "order", &trailing(side, kind, stop))
            .await;
        assert_eq!(
            refused.refusal(),
            (400, -2010, "Order would trigger immediately.")
        );
    }
    venue.close().await;
}

#[tokio::test]
async fn permission_sets_are_left_out_where_nobody_wants_them() {
    let venue = Venue::open().await;
    let shown = ask(&venue, "GET", "/api/v3/exchangeInfo?symbol=BTCUSDT").await;
    let hidden = "/api/v3/exchangeInfo?symbol=BTCUSDT&showPermissionSets=false";
    let hidden = ask(&venue, "GET", hidden).await;

    let sets = |body: &serde_json::Value| body["symbols"][0]["permissionSets"].to_string();
    assert_eq!(sets(&shown.body()), r#"[["SPOT"]]"#);
    assert_eq!(sets(&hidden.body()), "[]");
    venue.close().await;
}

#[tokio::test]
async fn a_replacement_that_is_refused_after_the_cancel_is_told_as_rejected() {
    let venue = Venue::open().await;
    let (alice, bob) = (alice(&venue), bob(&venue));
    bob.limit("SELL", "100.00", "1", "").await.body();
    let mine = alice
        .limit("BUY", "90.00", "1", "&newClientOrderId=mine")
        .await;
    let mine = mine.body();
    let mut api = Api::open(&venue, "").await;
    api.ask_signed(&venue, "userDataStream.subscribe.signature", json!({}))
        .await;

    let crossing = "symbol=BTCUSDT&cancelReplaceMode=STOP_ON_FAILURE&cancelOrigClientOrderId=mine&cancelNewClientOrderId=bye&side=BUY&type=LIMIT_MAKER&price=100&quantity=2&newClientOrderId=next";
    let refused = alice.ask("POST", "order/cancelReplace", crossing).await;

    assert_eq!(refused.refusal().1, -2021);
    let (gone, next) = (
        api.event("executionReport").await,
        api.event("executionReport").await,
    );
    assert_eq!(
        (&gone["x"], &gone["c"], &gone["i"]),
        (&json!("CANCELED"), &json!("bye"), &mine["orderId"])
    );
    let told = ["c", "C", "x", "X", "r", "o", "p", "q", "w"].map(|field| next[field].clone());
    assert_eq!(
        told,
        [
            json!("next"),
            json!(""),
            json!("REJECTED"),
            json!("REJECTED"),
            json!("WOULD_MATCH_IMMEDIATELY"),
            json!("LIMIT_MAKER"),
            json!("100.00000000"),
            json!("2.00000000"),
            json!(false),
        ]
    );
    let balance = api.event("outboundAccountPosition").await;
    assert_eq!(balance["B"][0]["l"], "0.00000000");
    venue.close().await;
}
