//! Goal: no secret is in a log or on stdout beyond the one place where it is told. Method: canaries go through
//! every door of the real binary with the loudest log; what it wrote is searched for them.

use std::process::Stdio;

use crate::server::{Server, SmallExchange};

#[tokio::test]
async fn no_secret_is_in_a_log() {
    let small = SmallExchange::new();
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let log = folder.path().join("log");
    let mut command = small.command(&[], &data, "");
    command.arg("-vv");
    command.stderr(Stdio::from(
        std::fs::File::create(&log).expect("it can be made"),
    ));
    let server = Server::spawn(command, &data).expect("it starts");
    let admin_key = std::fs::read_to_string(data.join("admin.key")).expect("it is kept");

    let (_, key) = server.operate(
        "POST",
        "/v1/admin/keys",
        r#"{"account":"alice","id":"desk"}"#,
    );
    let hmac_secret = key["secret"].as_str().expect("it is shown once").to_owned();
    server.operate("GET", "/v1/admin/keys", "");
    drop(server.log_on("demo-alice").await);
    assert!(server.connect("canary-of-a-wrong-key").await.is_err());
    let run_file = std::fs::read_to_string(data.join("rialto.run.json")).expect("it is written");
    let stopped = server.stop();

    let log = std::fs::read_to_string(&log).expect("it is text");
    assert!(log.contains("entered a key"), "the log is loud: {log}");
    let canaries = [
        admin_key.trim(),
        &hmac_secret,
        "demo-alice",
        "canary-of-a-wrong-key",
    ];
    for canary in canaries {
        for (place, text) in [
            ("log", &log),
            ("run file", &run_file),
            ("stdout", &stopped.totals.to_string()),
        ] {
            assert!(!text.contains(canary), "{canary} is in the {place}");
        }
    }
    println!("GOAL S14 secrets_in_logs=0 canaries={}", canaries.len());
}
