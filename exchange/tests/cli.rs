//! Goal: the command line does what its help says, and says what is wrong in words that help.
//! Method: run the built binary as a user would, on free ports, and read stdout, stderr and exit code.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::process::{Command, Output, Stdio};

/// Runs `rialto` with these arguments and without the caller's own configuration.
fn rialto(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rialto"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("RIALTO_") {
            command.env_remove(name);
        }
    }
    command.args(arguments).output().expect("the binary runs")
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("stdout is text")
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("stderr is text")
}

/// The one JSON object that is all of stdout.
fn object(output: &Output) -> serde_json::Value {
    let text = stdout(output);
    assert_eq!(
        text.lines().count(),
        1,
        "one line of JSON, and nothing else: {text}\n{}",
        stderr(output)
    );
    serde_json::from_str(&text).expect("it is JSON")
}

#[test]
fn help_teaches_each_command_with_examples() {
    for arguments in [
        &["--help"][..],
        &["demo", "--help"],
        &["serve", "--help"],
        &["feed", "--help"],
        &["scenario", "--help"],
    ] {
        let output = rialto(arguments);

        assert_eq!(output.status.code(), Some(0), "{arguments:?}");
        assert!(
            stdout(&output).contains("Example"),
            "{arguments:?}: {}",
            stdout(&output)
        );
    }
}

#[test]
fn version_is_one_object_with_json() {
    let output = rialto(&["version", "--json"]);

    assert_eq!(output.status.code(), Some(0));
    assert_eq!(
        object(&output),
        serde_json::json!({ "name": "rialto", "version": env!("CARGO_PKG_VERSION"), "protocol": 1 })
    );
}

#[test]
fn unknown_key_ends_it_with_code_2_before_anything_starts() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("mine.toml");
    std::fs::write(&file, "[gateway]\nlissten = \"127.0.0.1:0\"\n").unwrap();

    let output = rialto(&["serve", "--config", &file.display().to_string()]);

    assert_eq!(output.status.code(), Some(2));
    assert_eq!(stdout(&output), "");
    assert_eq!(
        stderr(&output),
        format!(
            "rialto: {}:2: gateway.lissten = \"127.0.0.1:0\": unknown key; did you mean `listen`?\n",
            file.display()
        )
    );
}

#[test]
fn wrong_value_of_a_flag_names_the_flag_and_the_remedy() {
    let output = rialto(&["demo", "--listen", "nowhere"]);

    assert_eq!(output.status.code(), Some(2));
    assert_eq!(
        stderr(&output),
        "rialto: flag --listen: gateway.listen = \"nowhere\": this is no address with a port; write one such as \"127.0.0.1:9080\", or \"127.0.0.1:0\" for any free port\n"
    );
}

#[test]
fn wrong_length_of_time_names_the_units() {
    let output = rialto(&["demo", "--for", "10"]);

    assert_eq!(output.status.code(), Some(2));
    assert!(
        stderr(&output).contains("write a whole number and a unit: 250ms, 10s, 2m or 1h"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn port_in_use_is_named_with_a_way_out() {
    let folder = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();

    let output = rialto(&[
        "serve",
        "--listen",
        &address,
        "--admin-listen",
        "127.0.0.1:0",
        "--data",
        &folder.path().display().to_string(),
    ]);

    assert_eq!(output.status.code(), Some(2));
    let text = stderr(&output);
    assert!(text.contains(&format!("{address} is in use")), "{text}");
    assert!(text.contains("--listen 127.0.0.1:0"), "{text}");
}

#[test]
fn serve_keeps_its_state_in_the_users_own_folder_unless_one_is_named() {
    let home = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_rialto"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("RIALTO_") {
            command.env_remove(name);
        }
    }
    let mut process = command
        .args(["serve", "--listen", "127.0.0.1:0"])
        .env("HOME", home.path())
        .env("XDG_DATA_HOME", home.path().join("state"))
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut banner = String::new();
    let mut lines = BufReader::new(process.stdout.take().unwrap());
    while !banner.contains("admin key") {
        assert!(lines.read_line(&mut banner).unwrap() > 0, "{banner}");
    }
    process.kill().unwrap();
    process.wait().unwrap();

    let folder = if cfg!(target_os = "macos") {
        home.path().join("Library/Application Support/rialto")
    } else {
        home.path().join("state/rialto")
    };
    assert!(
        banner.contains(&format!("State is kept in {}", folder.display())),
        "{banner}"
    );
    let key = std::fs::read_to_string(folder.join("admin.key")).unwrap();
    assert!(banner.contains(key.trim()), "{banner}");
    assert!(
        folder
            .join("generation-0001/journal-0000000001.seg")
            .exists()
    );
}

#[test]
fn a_folder_that_cannot_be_made_is_named_with_a_way_out() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let inside = file.join("state").display().to_string();

    let output = rialto(&["serve", "--listen", "127.0.0.1:0", "--data", &inside]);

    assert_eq!(output.status.code(), Some(2));
    let text = stderr(&output);
    assert!(
        text.contains(&inside) && text.contains("with --data"),
        "{text}"
    );
}

#[test]
fn demo_with_the_replay_clock_says_what_to_use_instead() {
    let output = rialto(&["demo", "--clock", "replay", "--listen", "127.0.0.1:0"]);

    assert_eq!(output.status.code(), Some(2));
    let text = stderr(&output);
    assert!(text.contains("rialto serve --clock replay"), "{text}");
}

#[test]
fn a_rate_has_a_name_or_is_a_number() {
    for (word, rate) in [("watch", 100), ("desk", 2_000), ("1234", 1_234)] {
        let output = rialto(&[
            "demo",
            "--for",
            "100ms",
            "--json",
            "--rate",
            word,
            "--listen",
            "127.0.0.1:0",
        ]);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        assert_eq!(object(&output)["rate_orders_per_s"], rate, "{word}");
    }
    let refused = rialto(&["demo", "--rate", "fast"]);
    assert_eq!(refused.status.code(), Some(2));
    let said = stderr(&refused);
    assert!(
        said.contains("watch (100), desk (2000), busy (50000), stress (1000000)"),
        "{said}"
    );
}

#[test]
fn demo_trades_and_sums_itself_up_in_one_object() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().display().to_string();

    let output = rialto(&[
        "demo",
        "--for",
        "2s",
        "--json",
        "--seed",
        "7",
        "--rate",
        "500",
        "--listen",
        "127.0.0.1:0",
        "--data",
        &data,
    ]);

    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let summary = object(&output);
    assert_eq!(summary["seed"], 7);
    assert_eq!(summary["instruments"], 8);
    for positive in ["orders", "trades"] {
        assert!(
            summary[positive].as_u64().is_some_and(|count| count > 0),
            "{positive}: {summary}"
        );
    }
    for zero in ["busy", "gaps", "crossed", "unanswered"] {
        assert_eq!(summary[zero], 0, "{zero}: {summary}");
    }
    assert!(summary["rejects"].is_u64(), "{summary}");
    let agents = summary["agents"].as_array().expect("a list");
    let accounts: BTreeSet<u64> = agents
        .iter()
        .map(|agent| agent["account"].as_u64().expect("an account of its own"))
        .collect();
    assert_eq!((agents.len(), accounts.len()), (12, 12), "{summary}");
    let maker = agents.iter().find(|agent| agent["name"] == "btc-maker");
    let maker = maker.expect("it takes part");
    assert!(maker["orders"].as_u64() > Some(0), "{maker}");
    assert!(maker["profit"].is_string(), "{maker}");
    assert!(
        summary["seconds"]
            .as_f64()
            .is_some_and(|seconds| seconds >= 2.0),
        "{summary}"
    );
    for percentile in ["p50", "p90", "p99", "p999", "max"] {
        assert!(
            summary["round_trip_us"][percentile]
                .as_f64()
                .is_some_and(|us| us > 0.0),
            "{percentile}: {summary}"
        );
    }
    assert_eq!(summary["ledger_conserved"], true);
    let run_file = std::fs::read_to_string(folder.path().join("rialto.run.json")).unwrap();
    let run: serde_json::Value = serde_json::from_str(&run_file).unwrap();
    assert_eq!(run["state"], "stopped");
    assert_eq!(run["summary"], summary);
}

#[test]
fn scenario_that_fails_ends_with_code_1_and_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("wrong.scenario");
    std::fs::write(
        &file,
        "== a story with the wrong end\nA1 sell 5 @ 101\nX buy 5 @ 101\n--\ntrade X A1 4 @ 101\n",
    )
    .unwrap();

    let output = rialto(&["scenario", &file.display().to_string()]);

    assert_eq!(output.status.code(), Some(1));
    let text = stdout(&output);
    assert!(
        text.contains("trade X A1 4 @ 101") && text.contains("trade X A1 5 @ 101"),
        "{text}"
    );
    assert!(text.ends_with("0 passed, 1 failed\n"), "{text}");
}

#[test]
fn scenario_that_passes_ends_with_code_0() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("right.scenario");
    std::fs::write(
        &file,
        "== FIFO-2 the sweep stops at its own limit\nA1 sell 5 @ 101\nA2 sell 3 @ 101\nX buy 10 @ 101\n--\ntrade X A1 5 @ 101\ntrade X A2 3 @ 101\nrest X 2 @ 101\nbook X 2@101 |\n",
    )
    .unwrap();

    let output = rialto(&["scenario", &file.display().to_string(), "--json"]);

    assert_eq!(output.status.code(), Some(0), "{}", stdout(&output));
    assert_eq!(
        object(&output),
        serde_json::json!({ "passed": 1, "failed": 0, "failures": [] })
    );
}

/// A bench of a second, small enough for any machine.
fn bench(more: &[&str]) -> Output {
    let mut arguments = vec![
        "bench",
        "--json",
        "--rate",
        "200",
        "--for",
        "1s",
        "--warm-up",
        "200ms",
        "--connections",
        "3",
        "--instruments",
        "2",
    ];
    arguments.extend(more);
    rialto(&arguments)
}

#[test]
fn bench_sends_its_rate_and_says_what_it_found_in_one_object_and_one_page() {
    let folder = tempfile::tempdir().unwrap();
    let page = folder.path().join("page.html");

    let output = bench(&["--report", &page.display().to_string(), "--p50-max", "10s"]);

    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let summary = object(&output);
    assert_eq!(summary["ok"], true);
    assert_eq!(summary["load"]["connections"], 3);
    let run = &summary["runs"][0];
    assert_eq!(run["unanswered"], 0);
    assert_eq!(run["errors"], serde_json::json!({}));
    let answered = run["answered"].as_u64().unwrap();
    assert!((140..=260).contains(&answered), "{answered} answers");
    let told = run["latency"]["told"].as_array().unwrap();
    let names: Vec<&str> = told
        .iter()
        .filter_map(|told| told["name"].as_str())
        .collect();
    assert_eq!(
        names,
        ["p50", "p75", "p90"],
        "ten samples are beyond each, and none beyond p99"
    );
    assert!(run["exchange"]["rss_mib"].as_f64().unwrap() > 1.0);
    assert_eq!(run["stages"][0]["stage"], "read and decode");
    let page = std::fs::read_to_string(page).unwrap();
    assert!(page.contains("rialto bench") && page.contains("Plotly.newPlot"));
}

#[test]
fn bench_ends_with_1_for_a_threshold_that_is_missed_and_2_for_what_it_cannot_read() {
    let missed = bench(&["--p50-max", "1us"]);
    assert_eq!(missed.status.code(), Some(1));
    assert_eq!(object(&missed)["thresholds"][0]["held"], false);

    let no_file = bench(&["--baseline", "nowhere.json"]);
    assert_eq!(no_file.status.code(), Some(2));
    assert!(
        stderr(&no_file).contains("nowhere.json"),
        "{}",
        stderr(&no_file)
    );

    let no_target = bench(&["--target", "java"]);
    assert_eq!(no_target.status.code(), Some(2));
    assert!(stderr(&no_target).contains("there is no `java`"));
}

#[test]
fn bench_fails_where_a_figure_is_worse_than_in_the_baseline() {
    let folder = tempfile::tempdir().unwrap();
    let first = bench(&[]);
    let mut old = object(&first);
    // As if everything had been a thousand times as fast.
    old["targets"][0]["p50_us"] = serde_json::json!(0.001);
    let file = folder.path().join("old.json");
    std::fs::write(&file, old.to_string()).unwrap();

    let second = bench(&["--baseline", &file.display().to_string()]);

    assert_eq!(second.status.code(), Some(1));
    let summary = object(&second);
    assert_eq!(summary["comparisons"][0]["figure"], "p50_us");
    assert_eq!(summary["comparisons"][0]["judgement"], "worse");
}

#[test]
fn bench_speaks_the_binance_persona_too() {
    let output = bench(&["--protocol", "binance"]);

    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let answers = &object(&output)["runs"][0]["answers"];
    assert!(answers["ok"].as_u64().unwrap() > 100, "{answers}");
}
