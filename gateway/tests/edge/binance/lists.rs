//! Order lists: one cancels the other, one starts the other.

use serde_json::json;

use crate::binance::bot::{Bot, alice, bob};
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
