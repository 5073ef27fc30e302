//! Goal: `rialto keys` and `rialto accounts` operate an exchange that runs, with nothing but its data folder.
//! Method: the real binary serves; the clients are run as an operator runs them, and read back.

use std::path::Path;
use std::process::Output;

use serde_json::Value;

use crate::server::{SmallExchange, rialto};

fn operate(arguments: &[&str], folder: &Path) -> Output {
    let mut command = rialto();
    command.args(arguments).arg("--data").arg(folder);
    command.output().expect("the binary runs")
}

fn answered(arguments: &[&str], folder: &Path) -> Value {
    let mut words = arguments.to_vec();
    words.push("--json");
    let output = operate(&words, folder);
    assert!(output.status.success(), "{arguments:?}: {output:?}");
    serde_json::from_slice(&output.stdout).expect("it is JSON")
}

fn find<'a>(list: &'a Value, name: &str, value: &str) -> &'a Value {
    let list = list.as_array().expect("a list");
    let found = list.iter().find(|one| one[name] == value);
    found.unwrap_or_else(|| panic!("no {name} {value} in {list:?}"))
}

#[test]
fn keys_are_entered_listed_and_revoked() {
    let small = SmallExchange::new();
    let folder = tempfile::tempdir().expect("a folder");
    let server = small.start(folder.path(), "").expect("it starts");

    let new = answered(
        &[
            "keys",
            "new",
            "alice",
            "--id",
            "desk",
            "--permissions",
            "read",
        ],
        folder.path(),
    );
    let secret = new["secret"].as_str().expect("shown once").to_owned();
    let listed = answered(&["keys", "list"], folder.path());
    let desk = find(&listed["keys"], "id", "desk");
    assert_eq!(desk["permissions"], serde_json::json!(["read"]));
    assert!(
        !listed.to_string().contains(&secret),
        "a list has no secret"
    );
    let again = operate(&["keys", "new", "alice", "--id", "desk"], folder.path());
    assert_eq!(again.status.code(), Some(1), "{again:?}");
    let said = String::from_utf8(again.stderr).expect("it is text");
    assert!(said.contains("key_exists"), "{said}");

    answered(&["keys", "revoke", "desk"], folder.path());

    let listed = answered(&["keys", "list"], folder.path());
    assert_eq!(find(&listed["keys"], "id", "desk")["state"], "revoked");
    server.stop();
}

#[test]
fn accounts_are_listed_funded_and_reset() {
    let small = SmallExchange::new();
    let folder = tempfile::tempdir().expect("a folder");
    let server = small.start(folder.path(), "").expect("it starts");
    let bitcoins_of_alice = || {
        let listed = answered(&["accounts", "list"], folder.path());
        let alice = find(&listed["accounts"], "name", "alice").clone();
        find(&alice["balances"], "asset", "BTC")["available"].clone()
    };
    assert_eq!(bitcoins_of_alice(), "10.00000000");

    answered(&["accounts", "fund", "alice", "BTC", "2.5"], folder.path());
    assert_eq!(bitcoins_of_alice(), "12.50000000");
    let refused = operate(
        &["accounts", "fund", "alice", "BTC", "1.123456789"],
        folder.path(),
    );
    assert_eq!(refused.status.code(), Some(1), "{refused:?}");

    let reset = answered(&["accounts", "reset"], folder.path());
    assert_eq!(reset["generation"], 2);
    assert_eq!(bitcoins_of_alice(), "10.00000000");

    server.stop();
    let gone = operate(&["accounts", "list"], folder.path());
    assert_eq!(gone.status.code(), Some(2), "{gone:?}");
    let said = String::from_utf8(gone.stderr).expect("it is text");
    assert!(said.contains("the exchange has stopped"), "{said}");
}

#[test]
fn every_change_that_operators_ask_for_stands_in_the_journal_with_who_asked() {
    let small = SmallExchange::new();
    let folder = tempfile::tempdir().expect("a folder");
    let server = small.start(folder.path(), "").expect("it starts");
    let symbol = answered(&["admin", "status"], folder.path())["instruments"][0]["symbol"]
        .as_str()
        .expect("an instrument")
        .to_owned();

    answered(
        &["admin", "halt", &symbol, "--operator", "desk"],
        folder.path(),
    );
    answered(&["admin", "log-level", "info"], folder.path());
    answered(&["accounts", "list"], folder.path());
    let refused = operate(
        &["admin", "fund", "nobody", "BTC", "1", "--operator", "night"],
        folder.path(),
    );
    assert_eq!(refused.status.code(), Some(1), "{refused:?}");
    server.stop();

    let mut replay = rialto();
    replay.args(["replay", "--show", "audit", "--json", "--data"]);
    replay.arg(folder.path());
    small.configure(&mut replay);
    let output = replay.output().expect("the binary runs");
    assert!(output.status.success(), "{output:?}");
    let shown: Value = serde_json::from_slice(&output.stdout).expect("it is JSON");
    let audit = shown["audit"].as_array().expect("a list");
    let lines: Vec<(&str, &str)> = audit
        .iter()
        .map(|line| {
            (
                line["who"].as_str().unwrap(),
                line["request"].as_str().unwrap(),
            )
        })
        .collect();
    let halt = format!(r#"POST /v1/admin/session {{"state":"halted","symbol":"{symbol}"}}"#);
    assert_eq!(
        lines,
        [
            ("desk (admin) at 127.0.0.1", halt.as_str()),
            (
                "admin at 127.0.0.1",
                r#"POST /v1/admin/log_level {"filter":"info"}"#
            ),
            (
                "night (admin) at 127.0.0.1",
                r#"POST /v1/admin/fund {"account":"nobody","amount":"1","asset":"BTC"}"#
            ),
        ]
    );
    assert!(
        audit
            .iter()
            .all(|line| line["at_us"].as_u64() > Some(1_700_000_000_000_000))
    );
}
