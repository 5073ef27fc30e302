//! Trades that operators take back, over sockets: the money, the reports, the tape and the past.

use serde_json::{Value, json};

use crate::admin::operate;
use crate::http::own;
use crate::participant::{Participant, limit};
use crate::venue::Venue;

async fn bust(venue: &Venue, trade_id: u64) -> (u16, Value) {
    let body = format!(r#"{{"instrument":"ETHUSDT","trade_id":{trade_id},"operator":"desk"}}"#);
    operate(venue, "POST", "/v1/admin/bust", &body).await
}

fn in_eth(order: &str) -> String {
    order.replace("BTCUSDT", "ETHUSDT")
}

async fn money(session: &mut Participant) -> Value {
    session.ask(r#"{"op":"balances","id":99}"#).await["balances"].clone()
}

#[tokio::test]
async fn a_bust_is_told_to_both_parties_and_to_everybody_and_the_past_shows_it() {
    let venue = Venue::open().await;
    let mut alice = Participant::log_on_and_follow(&venue, "alice").await;
    let mut bob = Participant::log_on_and_follow(&venue, "bob").await;
    let mut carol = Participant::greet(&venue).await;
    carol
        .ask(r#"{"op":"subscribe","id":1,"channel":"trades","symbols":["ETHUSDT"]}"#)
        .await;
    let (had, bob_had) = (money(&mut alice).await, money(&mut bob).await);
    alice.ask(&in_eth(&limit(1, "sell", "100.00", "2"))).await;
    bob.ask(&in_eth(&limit(1, "buy", "100.00", "2"))).await;
    let printed = carol.read_until(|it| it["type"] == "trade").await;
    assert_ne!(money(&mut alice).await, had);

    let (status, answer) = bust(&venue, 1).await;

    assert_eq!(status, 200, "{answer}");
    assert_eq!(
        (&answer["instrument"], &answer["price"], &answer["quantity"]),
        (&json!("ETHUSDT"), &json!("100.00"), &json!("2.0000"))
    );
    assert_eq!(
        (&answer["buyer"], &answer["seller"]),
        (&json!(2), &json!(1))
    );
    for (session, side, liquidity) in [(&mut alice, "sell", "maker"), (&mut bob, "buy", "taker")] {
        let report = session.read_until(|it| it["kind"] == "busted").await;
        assert_eq!(
            (&report["side"], &report["liquidity"], &report["trade_id"]),
            (&json!(side), &json!(liquidity), &json!(1)),
            "{report}"
        );
        assert_eq!(report["last_price"], "100.00");
        assert_eq!(report["event"]["seq"], answer["seq"]);
    }
    let told = carol.read_until(|it| it["type"] == "trade_busted").await;
    let seq = |message: &Value| message["seq"].as_u64().unwrap();
    assert_eq!(seq(&told), seq(&printed) + 1);
    assert_eq!(told["traded_at_us"], printed["at_us"]);
    assert_eq!(
        (money(&mut alice).await, money(&mut bob).await),
        (had, bob_had)
    );

    let (_, past) = own(&venue, "alice", "/v1/account/executions/ETHUSDT").await;
    assert_eq!(past["records"][0]["busted_at_us"], answer["at_us"]);
    let (_, trades) = own(&venue, "alice", "/v1/trades/ETHUSDT").await;
    assert_eq!(trades["trades"], json!([]));
    let (status, books) = operate(&venue, "GET", "/v1/admin/conservation", "").await;
    assert_eq!(status, 200);
    assert!(
        !books.to_string().contains(r#""conserved":false"#),
        "{books}"
    );
    venue.close().await;
}

#[tokio::test]
async fn what_cannot_be_taken_back_is_refused_by_its_reason_and_changes_nothing() {
    let venue = Venue::open().await;
    let mut alice = Participant::log_on(&venue, "alice").await;
    let mut bob = Participant::log_on(&venue, "bob").await;
    let (status, refused) = bust(&venue, 1).await;
    assert_eq!((status, &refused["error"]), (404, &json!("unknown_trade")));
    alice.ask(&in_eth(&limit(1, "sell", "100.00", "2"))).await;
    bob.ask(&in_eth(&limit(1, "buy", "100.00", "2"))).await;
    // Bob sells all that he has, what he bought included.
    let bobs = money(&mut bob).await;
    let eth = bobs
        .as_array()
        .unwrap()
        .iter()
        .find(|it| it["asset"] == "ETH");
    let all = eth.unwrap()["available"].as_str().unwrap().to_owned();
    let all = &all[..all.len() - 4];
    let resting = bob.ask(&in_eth(&limit(2, "sell", "200.00", all))).await;
    assert_eq!(resting["kind"], "accepted", "{resting}");
    let before = (money(&mut alice).await, money(&mut bob).await);

    let (status, refused) = bust(&venue, 1).await;

    assert_eq!(
        (status, &refused["error"]),
        (409, &json!("insufficient_funds"))
    );
    let text = refused["text"].as_str().unwrap();
    assert!(text.contains("account 2") && text.contains("ETH"), "{text}");
    assert_eq!((money(&mut alice).await, money(&mut bob).await), before);

    bob.ask(r#"{"op":"mass_cancel","id":3}"#).await;
    let (status, done) = bust(&venue, 1).await;
    assert_eq!(status, 200, "{done}");
    let (status, refused) = bust(&venue, 1).await;
    assert_eq!((status, &refused["error"]), (409, &json!("trade_busted")));
    let nameless = r#"{"instrument":"ETHUSDT","trade_id":1,"operator":"two words"}"#;
    let (status, _) = operate(&venue, "POST", "/v1/admin/bust", nameless).await;
    assert_eq!(status, 400);
    venue.close().await;
}
