//! Order lists: one cancels the other, one starts the other.

use serde_json::json;

use crate::binance::bot::{Bot, alice, bob};
use crate::binance::socket_api::Api;
use crate::venue::Venue;

/// Sets the last price to 100.
async fn trade_at_100(alice: &Bot<'_>, bob: &Bot<'_>) {
    bob.limit("SELL", "100.00", "1", "").await.body();
    alice.limit("BUY", "100.00", "1", "").await.body();
}

const OCO: &str = "symbol=BTCUSDT&side=SELL&quantity=1&aboveType=LIMIT_MAKER&abovePrice=110&aboveClientOrderId=take&belowType=STOP_LOSS_LIMIT&belowStopPrice=95&belowPrice=94&belowTimeInForce=GTC&belowClientOrderId=stop";

#[tokio::test]
async fn an_execution_of_one_leg_ends_the_other_by_its_trigger() {
    let venue = Venue::open().await;
    let (alice, bob) = (alice(&venue), bob(&venue));
    trade_at_100(&alice, &bob).await;

    let placed = alice.ask("POST", "orderList/oco", OCO).await.body();
    assert_eq!(placed["contingencyType"], "OCO");
    assert_eq!(placed["listOrderStatus"], "EXECUTING");
    assert_eq!(
        placed["orderReports"][0]["orderListId"],
        placed["orderListId"]
    );
    let open = alice.ask("GET", "openOrderList", "").await.body();
    assert_eq!(open[0]["orderListId"], placed["orderListId"]);
    bob.limit("BUY", "110.00", "0.4", "").await.body();

    let stop = "symbol=BTCUSDT&origClientOrderId=stop";
    let stop = alice.ask("GET", "order", stop).await.body();
    assert_eq!(
        (&stop["status"], &stop["expiryReason"]),
        (&json!("EXPIRED"), &json!("OCO_TRIGGER"))
    );
    venue.close().await;
}

#[tokio::test]
async fn a_canceled_leg_takes_its_list_along() {
    let venue = Venue::open().await;
    let (alice, bob) = (alice(&venue), bob(&venue));
    trade_at_100(&alice, &bob).await;
    alice.ask("POST", "orderList/oco", OCO).await.body();

    let canceled = alice
        .ask("DELETE", "order", "symbol=BTCUSDT&origClientOrderId=take")
        .await
        .body();

    assert_eq!(canceled["listOrderStatus"], "ALL_DONE");
    assert_eq!(canceled["orderReports"][0]["status"], "CANCELED");
    assert_eq!(canceled["orderReports"][1]["status"], "CANCELED");
    let open = alice
        .ask("GET", "openOrders", "symbol=BTCUSDT")
        .await
        .body();
    assert_eq!(open, json!([]));
    venue.close().await;
}

#[tokio::test]
async fn prices_on_the_wrong_side_of_the_last_one_are_refused() {
    let venue = Venue::open().await;
    let (alice, bob) = (alice(&venue), bob(&venue));
    trade_at_100(&alice, &bob).await;

    let wrong = OCO.replace("abovePrice=110", "abovePrice=99");
    let refused = alice.ask("POST", "orderList/oco", &wrong).await;

    assert_eq!(
        refused.refusal(),
        (
            400,
            -2010,
            "The relationship of the prices for the orders is not correct."
        )
    );
    venue.close().await;
}

#[tokio::test]
async fn a_pending_order_starts_when_the_working_one_is_filled() {
    let venue = Venue::open().await;
    let (alice, bob) = (alice(&venue), bob(&venue));
    let oto = "symbol=BTCUSDT&workingType=LIMIT&workingSide=BUY&workingPrice=90&workingQuantity=1&workingTimeInForce=GTC&pendingType=LIMIT&pendingSide=SELL&pendingPrice=120&pendingQuantity=1&pendingTimeInForce=GTC&pendingClientOrderId=later";

    let placed = alice.ask("POST", "orderList/oto", oto).await.body();
    assert_eq!(placed["orderReports"][0]["status"], "NEW");
    assert_eq!(placed["orderReports"][1]["status"], "PENDING_NEW");
    assert_eq!(placed["orderReports"][1]["workingTime"], -1);
    bob.limit("SELL", "90.00", "1", "").await.body();

    let later = "symbol=BTCUSDT&origClientOrderId=later";
    let later = alice.ask("GET", "order", later).await.body();
    assert_eq!(later["status"], "NEW");
    assert_eq!(later["isWorking"], true);
    venue.close().await;
}

#[tokio::test]
async fn a_list_is_told_when_it_is_entered_and_when_it_has_ended() {
    let venue = Venue::open().await;
    let (alice, bob) = (alice(&venue), bob(&venue));
    trade_at_100(&alice, &bob).await;
    let mut api = Api::open(&venue, "").await;
    api.ask_signed(&venue, "userDataStream.subscribe.signature", json!({}))
        .await;

    let placed = alice.ask("POST", "orderList/oco", OCO).await.body();
    let started = api.event("listStatus").await;
    bob.limit("BUY", "110.00", "1", "").await.body();
    let done = api.event("listStatus").await;

    assert_eq!(
        (&started["l"], &started["L"], &started["c"], &started["r"]),
        (
            &json!("EXEC_STARTED"),
            &json!("EXECUTING"),
            &json!("OCO"),
            &json!("NONE")
        )
    );
    assert_eq!(started["g"], placed["orderListId"]);
    assert_eq!(started["C"], placed["listClientOrderId"]);
    assert_eq!(started["O"][0]["i"], placed["orders"][0]["orderId"]);
    assert_eq!(started["O"][1]["c"], "stop");
    assert_eq!(
        (&done["l"], &done["L"]),
        (&json!("ALL_DONE"), &json!("ALL_DONE"))
    );
    venue.close().await;
}

const OTOCO: &str = "workingType=LIMIT&workingSide=BUY&workingPrice=90&workingTimeInForce=GTC&pendingSide=SELL&pendingAboveType=LIMIT_MAKER&pendingAbovePrice=120&pendingAboveClientOrderId=take&pendingBelowType=STOP_LOSS&pendingBelowStopPrice=80&pendingBelowClientOrderId=stop";

#[tokio::test]
async fn a_pending_stop_waits_for_its_price_once_the_working_order_is_filled() {
    let venue = Venue::open().await;
    let (alice, bob) = (alice(&venue), bob(&venue));
    let otoco = format!("symbol=BTCUSDT&{OTOCO}&workingQuantity=1&pendingQuantity=1");
    alice.ask("POST", "orderList/otoco", &otoco).await.body();
    let stop = "symbol=BTCUSDT&origClientOrderId=stop";
    let pending = alice.ask("GET", "order", stop).await.body();

    bob.limit("SELL", "90.00", "1", "").await.body();

    assert_eq!(pending["status"], "PENDING_NEW");
    let armed = alice.ask("GET", "order", stop).await.body();
    assert_eq!(
        (&armed["status"], &armed["workingTime"], &armed["isWorking"]),
        (&json!("NEW"), &json!(-1), &json!(false))
    );
    venue.close().await;
}

#[tokio::test]
async fn an_answer_shows_pending_orders_although_the_working_one_was_filled_at_once() {
    let venue = Venue::open().await;
    let (alice, bob) = (alice(&venue), bob(&venue));
    bob.limit("SELL", "90.00", "1", "").await.body();

    let otoco = format!("symbol=BTCUSDT&{OTOCO}&workingQuantity=1&pendingQuantity=1");
    let placed = alice.ask("POST", "orderList/otoco", &otoco).await.body();

    assert_eq!(placed["orderReports"][0]["status"], "FILLED");
    for pending in [1, 2] {
        let report = &placed["orderReports"][pending];
        assert_eq!(
            (&report["status"], &report["workingTime"]),
            (&json!("PENDING_NEW"), &json!(-1))
        );
    }
    let take = "symbol=BTCUSDT&origClientOrderId=take";
    let take = alice.ask("GET", "order", take).await.body();
    assert_eq!(take["status"], "NEW");
    venue.close().await;
}

#[tokio::test]
async fn a_list_that_pays_itself_names_no_pending_quantity() {
    let venue = Venue::open().await;
    let alice = alice(&venue);
    let opoco = format!("symbol=ETHUSDT&{OTOCO}&workingQuantity=1");

    let placed = alice.ask("POST", "orderList/opoco", &opoco).await.body();
    let named = format!("{opoco}&pendingQuantity=1&listClientOrderId=again");
    let refused = alice.ask("POST", "orderList/opoco", &named).await;

    assert_eq!(placed["contingencyType"], "OTO");
    assert_eq!(placed["orderReports"].as_array().unwrap().len(), 3);
    assert_eq!(placed["orderReports"][0]["origQty"], "1.00000000");
    // Less the fee of a thousandth.
    assert_eq!(placed["orderReports"][1]["origQty"], "0.99900000");
    assert_eq!(placed["orderReports"][1]["status"], "PENDING_NEW");
    assert_eq!(
        refused.refusal(),
        (
            400,
            -1106,
            "Parameter 'pendingQuantity' sent when not required."
        )
    );
    venue.close().await;
}

#[tokio::test]
async fn a_cancel_of_all_orders_answers_lists_as_lists() {
    let venue = Venue::open().await;
    let (alice, bob) = (alice(&venue), bob(&venue));
    trade_at_100(&alice, &bob).await;
    alice.limit("BUY", "50.00", "1", "").await.body();
    let placed = alice.ask("POST", "orderList/oco", OCO).await.body();

    let canceled = alice
        .ask("DELETE", "openOrders", "symbol=BTCUSDT")
        .await
        .body();

    assert_eq!(canceled.as_array().unwrap().len(), 2);
    assert_eq!(canceled[0]["status"], "CANCELED");
    assert_eq!(canceled[1]["orderListId"], placed["orderListId"]);
    assert_eq!(canceled[1]["listOrderStatus"], "ALL_DONE");
    assert_eq!(canceled[1]["orderReports"].as_array().unwrap().len(), 2);
    venue.close().await;
}

#[tokio::test]
async fn a_cancel_of_a_list_has_an_id_of_its_own_in_the_answer_and_in_the_events() {
    let venue = Venue::open().await;
    let (alice, bob) = (alice(&venue), bob(&venue));
    trade_at_100(&alice, &bob).await;
    let mut api = Api::open(&venue, "").await;
    api.ask_signed(&venue, "userDataStream.subscribe.signature", json!({}))
        .await;
    let placed = alice.ask("POST", "orderList/oco", OCO).await.body();

    let named = format!(
        "symbol=BTCUSDT&orderListId={}&newClientOrderId=bye",
        placed["orderListId"]
    );
    let named = alice.ask("DELETE", "orderList", &named).await.body();

    let reports = named["orderReports"].as_array().unwrap();
    let ids = |name: &str| -> Vec<_> { reports.iter().map(|it| it[name].clone()).collect() };
    assert_eq!(ids("origClientOrderId"), [json!("take"), json!("stop")]);
    assert_eq!(ids("clientOrderId"), [json!("bye"), json!("bye")]);
    let mut canceled = Vec::new();
    while canceled.len() < 2 {
        let event = api.event("executionReport").await;
        if event["x"] == "CANCELED" {
            canceled.push((event["c"].clone(), event["C"].clone()));
        }
    }
    assert_eq!(
        canceled,
        [(json!("bye"), json!("take")), (json!("bye"), json!("stop"))]
    );
    venue.close().await;
}

#[tokio::test]
async fn a_cancel_of_all_orders_makes_an_id_for_itself() {
    let venue = Venue::open().await;
    let alice = alice(&venue);
    let mut api = Api::open(&venue, "").await;
    api.ask_signed(&venue, "userDataStream.subscribe.signature", json!({}))
        .await;
    alice
        .limit("BUY", "50.00", "1", "&newClientOrderId=mine")
        .await
        .body();

    let canceled = alice
        .ask("DELETE", "openOrders", "symbol=BTCUSDT")
        .await
        .body();

    let made = canceled[0]["clientOrderId"].as_str().unwrap().to_owned();
    assert_eq!(canceled[0]["origClientOrderId"], "mine");
    assert_eq!(made.len(), 22);
    api.event("executionReport").await;
    let told = api.event("executionReport").await;
    assert_eq!(
        (&told["x"], &told["C"]),
        (&json!("CANCELED"), &json!("mine"))
    );
    assert_eq!(told["c"], json!(made));
    venue.close().await;
}

#[tokio::test]
async fn an_amended_leg_is_renamed_alone_and_its_list_says_so() {
    let venue = Venue::open().await;
    let (alice, bob) = (alice(&venue), bob(&venue));
    trade_at_100(&alice, &bob).await;
    let mut api = Api::open(&venue, "").await;
    api.ask_signed(&venue, "userDataStream.subscribe.signature", json!({}))
        .await;
    let placed = alice.ask("POST", "orderList/oco", OCO).await.body();
    api.event("listStatus").await;

    let amend = "symbol=BTCUSDT&origClientOrderId=take&newQty=0.6&newClientOrderId=less";
    let amended = alice.ask("PUT", "order/amend/keepPriority", amend).await;
    let amended = amended.body();

    let list = json!({
        "orderListId": placed["orderListId"],
        "contingencyType": "OCO",
        "listOrderStatus": "EXECUTING",
        "listClientOrderId": placed["listClientOrderId"],
        "symbol": "BTCUSDT",
        "orders": [
            { "symbol": "BTCUSDT", "orderId": placed["orders"][0]["orderId"], "clientOrderId": "less" },
            { "symbol": "BTCUSDT", "orderId": placed["orders"][1]["orderId"], "clientOrderId": "stop" },
        ],
    });
    assert_eq!(amended["amendedOrder"]["clientOrderId"], "less");
    assert_eq!(amended["listStatus"], list);
    let told = api.event("listStatus").await;
    assert_eq!(
        (&told["l"], &told["O"][0]["c"], &told["O"][1]["c"]),
        (&json!("UPDATED"), &json!("less"), &json!("stop"))
    );
    for name in ["less", "stop"] {
        let asked = format!("symbol=BTCUSDT&origClientOrderId={name}");
        let leg = alice.ask("GET", "order", &asked).await.body();
        assert_eq!(
            (&leg["clientOrderId"], &leg["origQty"]),
            (&json!(name), &json!("0.60000000"))
        );
    }
    venue.close().await;
}

#[tokio::test]
async fn a_refused_order_is_no_event() {
    let venue = Venue::open().await;
    let (alice, bob) = (alice(&venue), bob(&venue));
    bob.limit("SELL", "100.00", "1", "").await.body();
    let mut api = Api::open(&venue, "").await;
    api.ask_signed(&venue, "userDataStream.subscribe.signature", json!({}))
        .await;

    let crossing = "symbol=BTCUSDT&side=BUY&type=LIMIT_MAKER&price=100&quantity=1";
    let refused = alice.ask("POST", "order", crossing).await;
    assert_eq!(refused.refusal().1, -2010);
    alice.limit("BUY", "50.00", "1", "").await.body();

    // The first balance that is told is the accepted order's.
    let balance = api.event("outboundAccountPosition").await;
    assert_eq!(balance["B"][0]["l"], "50.00000000");
    venue.close().await;
}
