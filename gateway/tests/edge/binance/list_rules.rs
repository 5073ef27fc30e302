//! Order lists: what ends with what, which orders go together, how many there may be.

use serde_json::json;

use crate::binance::bot::{Bot, alice, bob};
use crate::binance::socket_api::Api;
use crate::venue::Venue;

const OTO: &str = "symbol=BTCUSDT&workingType=LIMIT&workingSide=BUY&workingPrice=90&workingQuantity=1&workingTimeInForce=GTC&workingClientOrderId=first&pendingType=LIMIT&pendingSide=SELL&pendingPrice=120&pendingQuantity=1&pendingTimeInForce=GTC&pendingClientOrderId=later";

async fn trade_at_100(alice: &Bot<'_>, bob: &Bot<'_>) {
    bob.limit("SELL", "100.00", "1", "").await.body();
    alice.limit("BUY", "100.00", "1", "").await.body();
}

/// A pair of the side, with these types, prices left out.
fn pair(side: &str, above: &str, below: &str) -> String {
    format!("symbol=BTCUSDT&side={side}&quantity=1&aboveType={above}&belowType={below}")
}

#[tokio::test]
async fn a_cancel_of_a_pending_order_ends_its_whole_list() {
    let venue = Venue::open().await;
    let alice = alice(&venue);
    let mut api = Api::open(&venue, "").await;
    api.ask_signed(&venue, "userDataStream.subscribe.signature", json!({}))
        .await;
    alice.ask("POST", "orderList/oto", OTO).await.body();
    api.event("listStatus").await;

    let pending = "symbol=BTCUSDT&origClientOrderId=later&newClientOrderId=bye";
    let canceled = alice.ask("DELETE", "order", pending).await.body();

    assert_eq!(canceled["listOrderStatus"], "ALL_DONE");
    let reports = canceled["orderReports"].as_array().unwrap();
    let ended: Vec<_> = reports
        .iter()
        .map(|it| (it["origClientOrderId"].clone(), it["status"].clone()))
        .collect();
    assert_eq!(
        ended,
        [
            (json!("first"), json!("CANCELED")),
            (json!("later"), json!("CANCELED"))
        ]
    );
    let open = alice.ask("GET", "openOrders", "symbol=BTCUSDT").await;
    assert_eq!(open.body(), json!([]));
    let told = api.event("listStatus").await;
    assert_eq!(
        (&told["l"], &told["L"]),
        (&json!("ALL_DONE"), &json!("ALL_DONE"))
    );
    venue.close().await;
}

#[tokio::test]
async fn a_pending_order_that_has_started_is_canceled_alone() {
    let venue = Venue::open().await;
    let (alice, bob) = (alice(&venue), bob(&venue));
    alice.ask("POST", "orderList/oto", OTO).await.body();
    bob.limit("SELL", "90.00", "1", "").await.body();

    let started = "symbol=BTCUSDT&origClientOrderId=later";
    let canceled = alice.ask("DELETE", "order", started).await.body();

    assert_eq!(canceled["orderReports"].as_array().unwrap().len(), 1);
    let first = "symbol=BTCUSDT&origClientOrderId=first";
    let first = alice.ask("GET", "order", first).await.body();
    assert_eq!(first["status"], "FILLED");
    venue.close().await;
}

#[tokio::test]
async fn the_legs_of_a_pair_stand_where_their_types_belong() {
    let venue = Venue::open().await;
    let alice = alice(&venue);
    let cases = [
        ("SELL", "STOP_LOSS", "LIMIT_MAKER", -1166),
        ("BUY", "LIMIT_MAKER", "STOP_LOSS", -1165),
        ("BUY", "STOP_LOSS", "STOP_LOSS_LIMIT", -1196),
        ("SELL", "STOP_LOSS", "STOP_LOSS", -1197),
        ("BUY", "TAKE_PROFIT", "TAKE_PROFIT", -1198),
        ("SELL", "TAKE_PROFIT", "TAKE_PROFIT", -1199),
        ("SELL", "LIMIT_MAKER", "LIMIT_MAKER", -1168),
        ("SELL", "LIMIT", "STOP_LOSS", -1158),
    ];

    for (side, above, below, code) in cases {
        let refused = alice
            .ask("POST", "orderList/oco", &pair(side, above, below))
            .await;
        assert_eq!(refused.refusal().1, code, "{side} {above} {below}");
    }
    venue.close().await;
}

#[tokio::test]
async fn a_list_that_pays_itself_buys_first_and_sells_then() {
    let venue = Venue::open().await;
    let alice = alice(&venue);
    let opo = OTO.replace("&pendingQuantity=1", "");

    let sells = opo.replace("workingSide=BUY", "workingSide=SELL");
    let sells = alice.ask("POST", "orderList/opo", &sells).await;
    let buys = opo.replace("pendingSide=SELL", "pendingSide=BUY");
    let buys = alice.ask("POST", "orderList/opo", &buys).await;

    assert_eq!(
        sells.refusal(),
        (400, -1222, "Working order in an OPO list must be a bid.")
    );
    assert_eq!(
        buys.refusal(),
        (400, -1223, "Pending orders in an OPO list must be asks.")
    );
    venue.close().await;
}

#[tokio::test]
async fn a_pair_in_the_words_of_before_may_trail_and_name_its_strategies() {
    let venue = Venue::open().await;
    let (alice, bob) = (alice(&venue), bob(&venue));
    trade_at_100(&alice, &bob).await;

    let placed = alice
        .ask(
            "POST",
            "order/oco",
            "symbol=BTCUSDT&side=SELL&quantity=1&price=110&stopPrice=95&trailingDelta=200&limitStrategyId=7&stopStrategyId=8&stopStrategyType=1000001",
        )
        .await
        .body();

    let reports = &placed["orderReports"];
    assert_eq!(reports[0]["strategyId"], 7);
    assert_eq!(
        (
            &reports[1]["trailingDelta"],
            &reports[1]["strategyId"],
            &reports[1]["strategyType"]
        ),
        (&json!(200), &json!(8), &json!(1_000_001))
    );
    venue.close().await;
}

#[tokio::test]
async fn an_account_has_so_many_lists_open_and_no_more() {
    let venue = Venue::open().await;
    let alice = alice(&venue);
    let unnamed = OTO
        .replace("&workingClientOrderId=first", "")
        .replace("&pendingClientOrderId=later", "")
        .replace("workingPrice=90", "workingPrice=10")
        .replace("pendingQuantity=1", "pendingQuantity=0.1");

    for _ in 0..20 {
        alice.ask("POST", "orderList/oto", &unnamed).await.body();
    }
    let refused = alice.ask("POST", "orderList/oto", &unnamed).await;

    assert_eq!(
        refused.refusal(),
        (400, -1013, "Filter failure: MAX_NUM_ORDER_LISTS")
    );
    venue.close().await;
}

#[tokio::test]
async fn the_waiting_legs_of_one_list_are_counted_together() {
    let venue = Venue::open().await;
    let (alice, bob) = (alice(&venue), bob(&venue));
    trade_at_100(&alice, &bob).await;
    let stop = "symbol=BTCUSDT&side=SELL&type=STOP_LOSS&quantity=1&stopPrice=50";
    for _ in 0..4 {
        alice.ask("POST", "order", stop).await.body();
    }

    let both_wait = pair("SELL", "TAKE_PROFIT", "STOP_LOSS");
    let both_wait = format!("{both_wait}&aboveStopPrice=110&belowStopPrice=90");
    let refused = alice.ask("POST", "orderList/oco", &both_wait).await;

    assert_eq!(
        refused.refusal(),
        (400, -1013, "Filter failure: MAX_NUM_ALGO_ORDERS")
    );
    venue.close().await;
}

#[tokio::test]
async fn lists_are_asked_for_by_number_or_time_and_as_many_as_are_wanted() {
    let venue = Venue::open().await;
    let alice = alice(&venue);
    let mut ids = Vec::new();
    for place in 1..=3 {
        let named = OTO
            .replace("=first", &format!("=first{place}"))
            .replace("=later", &format!("=later{place}"));
        let placed = alice.ask("POST", "orderList/oto", &named).await.body();
        ids.push(placed["orderListId"].as_u64().unwrap());
    }
    let asked = async |params: &str| -> Vec<u64> {
        let found = alice.ask("GET", "allOrderList", params).await.body();
        let found = found.as_array().unwrap().iter();
        found
            .map(|it| it["orderListId"].as_u64().unwrap())
            .collect()
    };

    assert_eq!(asked("limit=2").await, ids[1..]);
    assert_eq!(asked(&format!("fromId={}&limit=1", ids[0])).await, ids[..1]);
    assert_eq!(asked("startTime=1&limit=2").await, ids[..2]);
    let days = alice
        .ask("GET", "allOrderList", "startTime=1&endTime=86400002")
        .await;
    assert_eq!(days.refusal().1, -1127);
    let both = alice
        .ask("GET", "allOrderList", "startTime=1&fromId=1")
        .await;
    assert_eq!(both.refusal().1, -1128);
    venue.close().await;
}
