//! What an account has, and what happened to it, over the socket: first all, then every change, to its own sessions alone.

use serde_json::{Value, json};

use crate::participant::{Participant, limit};
use crate::venue::Venue;

async fn subscribe(participant: &mut Participant, channel: &str) -> Value {
    let request = format!(r#"{{"op":"subscribe","id":70,"channel":"{channel}"}}"#);
    participant.ask(&request).await
}

fn of<'a>(message: &'a Value, list: &str, key: &str, name: &str) -> &'a Value {
    let records = message[list].as_array().unwrap();
    let found = records.iter().find(|record| record[key] == name);
    found.unwrap_or_else(|| panic!("{name} is in {message}"))
}

#[tokio::test]
async fn balances_are_told_whole_and_then_what_has_changed() {
    let venue = Venue::open().await;
    let mut watcher = Participant::log_on(&venue, "alice").await;
    let mut alice = Participant::log_on(&venue, "alice").await;
    let mut bob = Participant::log_on(&venue, "bob").await;

    assert_eq!(
        subscribe(&mut watcher, "balances").await["type"],
        "subscribed"
    );
    let all = watcher.read().await;
    alice.ask(&limit(1, "sell", "100.00", "2")).await;
    let held = watcher.read().await;
    bob.ask(&limit(1, "buy", "100.00", "0.5")).await;
    let traded = watcher.read().await;
    alice.ask(r#"{"op":"mass_cancel","id":2}"#).await;
    let released = watcher.read().await;
    let asked = watcher.ask(r#"{"op":"balances","id":71}"#).await;

    assert_eq!(
        (&all["type"], &all["seq"], &all["epoch"]),
        (&json!("balances"), &json!(1), &json!(7))
    );
    assert_eq!(all["balances"].as_array().unwrap().len(), 3);
    assert_eq!(held["seq"], 2);
    assert_eq!(held["balances"].as_array().unwrap().len(), 1);
    let btc = of(&held, "balances", "asset", "BTC");
    assert_eq!(
        (&btc["available"], &btc["hold"]),
        (&json!("8.00000000"), &json!("2.00000000"))
    );
    assert_eq!(traded["seq"], 3);
    let usdt = of(&traded, "balances", "asset", "USDT");
    assert_eq!(usdt["available"], "100050.00000000");
    let btc = of(&traded, "balances", "asset", "BTC");
    assert_eq!(
        (&btc["total"], &btc["hold"]),
        (&json!("9.50000000"), &json!("1.50000000"))
    );
    assert_eq!(released["seq"], 4);
    let btc = of(&released, "balances", "asset", "BTC");
    assert_eq!(
        (&btc["available"], &btc["hold"]),
        (&json!("9.50000000"), &json!("0.00000000"))
    );
    assert_eq!(asked["seq"], Value::Null);
    assert_eq!(of(&asked, "balances", "asset", "BTC"), btc);
    venue.close().await;
}

#[tokio::test]
async fn positions_are_told_whole_and_then_when_a_trade_has_changed_them() {
    let venue = Venue::open().await;
    let mut alice = Participant::log_on(&venue, "alice").await;
    let mut bob = Participant::log_on(&venue, "bob").await;
    alice.ask(&limit(1, "sell", "100.00", "2")).await;
    bob.ask(&limit(1, "buy", "100.00", "0.5")).await;

    let mut watcher = Participant::log_on(&venue, "bob").await;
    assert_eq!(
        subscribe(&mut watcher, "positions").await["type"],
        "subscribed"
    );
    let all = watcher.read().await;
    bob.ask(&limit(2, "buy", "99.00", "1")).await;
    bob.ask(&limit(3, "buy", "100.00", "0.5")).await;
    let changed = watcher.read().await;
    let asked = bob.ask(r#"{"op":"positions","id":9}"#).await;
    let other = Participant::log_on(&venue, "carol")
        .await
        .ask(r#"{"op":"positions","id":9}"#)
        .await;

    assert_eq!(
        (&all["type"], &all["seq"]),
        (&json!("positions"), &json!(1))
    );
    let first = of(&all, "positions", "symbol", "BTCUSDT");
    assert_eq!(
        [
            &first["position"],
            &first["cost"],
            &first["average_price"],
            &first["realized"]
        ],
        ["0.50000", "50.0000000", "100.00", "0.0000000"]
    );
    // The order that rests in between has changed nothing.
    assert_eq!(changed["seq"], 2);
    let second = of(&changed, "positions", "symbol", "BTCUSDT");
    assert_eq!(second["position"], "1.00000");
    assert_eq!(
        of(&asked, "positions", "symbol", "BTCUSDT")["position"],
        "1.00000"
    );
    assert_eq!(other["positions"], json!([]));
    venue.close().await;
}

#[tokio::test]
async fn own_state_needs_a_logon_is_of_the_whole_account_and_ends_when_it_is_left() {
    let venue = Venue::open().await;
    let mut stranger = Participant::greet(&venue).await;
    for channel in ["balances", "positions", "drop_copy"] {
        assert_eq!(
            subscribe(&mut stranger, channel).await["code"],
            "logon_required"
        );
    }
    let mut alice = Participant::log_on(&venue, "alice").await;
    for channel in ["balances", "positions", "drop_copy"] {
        let of_some =
            format!(r#"{{"op":"subscribe","id":1,"channel":"{channel}","symbols":["BTCUSDT"]}}"#);
        assert_eq!(alice.ask(&of_some).await["code"], "bad_field");
        let leave = format!(r#"{{"op":"unsubscribe","id":2,"channel":"{channel}"}}"#);
        assert_eq!(alice.ask(&leave).await["code"], "not_subscribed");
        assert_eq!(subscribe(&mut alice, channel).await["type"], "subscribed");
        assert_eq!(
            subscribe(&mut alice, channel).await["code"],
            "already_subscribed"
        );
        assert_eq!(alice.ask(&leave).await["type"], "unsubscribed");
    }
    alice.passed.clear();
    alice.ask(&limit(3, "buy", "90.00", "1")).await;
    alice.assert_alive().await;
    let told: Vec<_> = alice.passed.iter().map(|it| it["type"].clone()).collect();
    assert_eq!(told, Vec::<Value>::new());
    venue.close().await;
}

#[tokio::test]
async fn a_drop_copy_has_every_report_of_all_sessions_once_and_goes_on_at_its_cursor() {
    let venue = Venue::open().await;
    let mut copy = Participant::log_on(&venue, "alice").await;
    let mut alice = Participant::log_on_and_follow(&venue, "alice").await;
    let mut bob = Participant::log_on(&venue, "bob").await;
    let answer = subscribe(&mut copy, "drop_copy").await;
    assert_eq!(
        (&answer["channel"], &answer["epoch"]),
        (&json!("drop_copy"), &json!(7))
    );

    alice.ask(&limit(1, "sell", "100.00", "2")).await;
    // It trades itself, too: its own answers are apart from the copies.
    let own = copy.ask(&limit(1, "sell", "101.00", "1")).await;
    bob.ask(&limit(1, "buy", "100.00", "1")).await;
    bob.ask(&limit(2, "buy", "90.00", "1")).await;
    copy.read_until(|message| message["kind"] == "trade").await;
    copy.assert_alive().await;
    let mut copies = std::mem::take(&mut copy.passed);
    copies.retain(|message| message["request"] != 1);
    let seen: Vec<String> = copies.iter().map(place).collect();
    drop(copy);
    alice.ask(&limit(2, "sell", "102.00", "1")).await;

    let mut back = Participant::log_on(&venue, "alice").await;
    let resume = r#"{"op":"resume_executions","id":3,"channel":"drop_copy","epoch":7,"after":[{"symbol":"BTCUSDT","seq":2,"k":0}]}"#;
    assert_eq!(back.ask(resume).await["channel"], "drop_copy");
    back.ask(&limit(4, "buy", "80.00", "1")).await;
    back.assert_alive().await;
    let again: Vec<String> = back
        .passed
        .iter()
        .filter(|message| message["request"] != 4)
        .map(place)
        .collect();

    assert_eq!(own["kind"], "accepted");
    assert_eq!(
        seen,
        ["accepted 1.0", "rested 1.1", "accepted 2.0", "rested 2.1"]
    );
    assert_eq!(
        again,
        [
            "rested 2.1",
            "trade 3.1",
            "accepted 5.0",
            "rested 5.1",
            "accepted 6.0",
            "rested 6.1"
        ]
    );
    venue.close().await;
}

/// `kind seq.k` of a report.
fn place(report: &Value) -> String {
    let event = &report["event"];
    format!(
        "{} {}.{}",
        report["kind"].as_str().unwrap(),
        event["seq"],
        event["k"]
    )
}

#[tokio::test]
async fn an_accounts_past_is_told_over_its_socket_page_by_page() {
    let venue = Venue::open().await;
    let mut alice = Participant::log_on(&venue, "alice").await;
    let mut bob = Participant::log_on(&venue, "bob").await;
    alice.ask(&limit(1, "sell", "100.00", "2")).await;
    alice.ask(&limit(2, "sell", "101.00", "1")).await;
    let replace = r#"{"op":"replace","id":3,"symbol":"BTCUSDT","order_id":2,"quantity":"0.5"}"#;
    alice.ask(replace).await;
    for id in 1..=3 {
        bob.ask(&limit(id, "buy", "100.00", "0.5")).await;
    }
    alice.ask(&limit(4, "buy", "100.00", "0.1")).await;
    alice
        .ask(r#"{"op":"cancel","id":5,"symbol":"BTCUSDT","order_id":2}"#)
        .await;

    let closed = alice
        .ask(r#"{"op":"closed_orders","id":6,"symbol":"BTCUSDT"}"#)
        .await;
    let open = alice
        .ask(r#"{"op":"closed_orders","id":7,"symbol":"BTCUSDT","order_id":1}"#)
        .await;
    let amended = alice
        .ask(r#"{"op":"amendments","id":8,"symbol":"BTCUSDT"}"#)
        .await;
    let prevented = alice
        .ask(r#"{"op":"prevented_matches","id":9,"symbol":"BTCUSDT"}"#)
        .await;
    let first = alice
        .ask(r#"{"op":"executions","id":10,"symbol":"BTCUSDT","from_id":1,"count":2}"#)
        .await;
    let rest = alice
        .ask(r#"{"op":"executions","id":11,"symbol":"BTCUSDT","from_id":3,"count":2}"#)
        .await;
    let carols = Participant::log_on(&venue, "carol")
        .await
        .ask(r#"{"op":"executions","id":12,"symbol":"BTCUSDT"}"#)
        .await;
    let nobodys = Participant::greet(&venue)
        .await
        .ask(r#"{"op":"closed_orders","id":13,"symbol":"BTCUSDT"}"#)
        .await;

    let ids = |page: &Value, key: &str| -> Vec<u64> {
        let records = page["records"].as_array().unwrap();
        records.iter().map(|it| it[key].as_u64().unwrap()).collect()
    };
    assert_eq!(closed["type"], "closed_orders");
    assert_eq!(ids(&closed, "order_id"), [2, 6]);
    assert_eq!(closed["records"][0]["reason"], "requested");
    assert_eq!(closed["records"][0]["replace_count"], 1);
    assert_eq!(open["records"], json!([]));
    assert_eq!(ids(&amended, "order_id"), [2]);
    assert_eq!(
        (
            &amended["records"][0]["quantity_before"],
            &amended["records"][0]["quantity"]
        ),
        (&json!("1.00000"), &json!("0.50000"))
    );
    assert_eq!(prevented["records"][0]["maker_order_id"], 1);
    assert_eq!(ids(&first, "trade_id"), [1, 2]);
    assert_eq!(first["next_from_id"], 3);
    assert_eq!(ids(&rest, "trade_id"), [3]);
    assert_eq!(rest["next_from_id"], Value::Null);
    assert_eq!(
        (&rest["records"][0]["liquidity"], &rest["records"][0]["fee"]),
        (&json!("maker"), &json!("0.00000000"))
    );
    assert_eq!(carols["records"], json!([]));
    assert_eq!(nobodys["code"], "logon_required");
    venue.close().await;
}
