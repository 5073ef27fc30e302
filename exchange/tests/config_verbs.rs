//! Goal: `rialto config` says what is wrong and what is so, and `rialto doctor` whether the machine is fit.
//! Method: the built binary on files, variables and flags; each mistake is to be told with file and line, key, value and
//! remedy, and with exit code 2.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on says where by panicking"
)]

use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Output};

/// The built binary, without the caller's own configuration.
fn rialto(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rialto"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("RIALTO_") {
            command.env_remove(name);
        }
    }
    command.args(arguments);
    command
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn run(arguments: &[&str]) -> Output {
    rialto(arguments).output().unwrap()
}

/// A configuration, and how the complaint about it begins: place, key and value.
const WRONG: [(&str, &str); 26] = [
    (
        "[gateway]\nlissten = \"127.0.0.1:2\"\n",
        "FILE:2: gateway.lissten = \"127.0.0.1:2\"",
    ),
    ("[sequenser]\nthreads = 1\n", "FILE:1: sequenser"),
    (
        "[ledger]\naccounts_max = \"many\"\n",
        "FILE:2: ledger.accounts_max = \"many\"",
    ),
    (
        "[ledger]\naccounts_max = 0\n",
        "FILE:2: ledger.accounts_max = 0",
    ),
    (
        "[demo]\ninstruments = -1\n",
        "FILE:2: demo.instruments = -1",
    ),
    (
        "[gateway]\nlisten = 9080\n",
        "FILE:2: gateway.listen = 9080",
    ),
    (
        "[gateway]\nlisten = \"localhost\"\n",
        "FILE:2: gateway.listen = \"localhost\"",
    ),
    (
        "[gateway]\nadmin_listen = \"127.0.0.1:9080\"\n",
        "FILE:2: gateway.admin_listen = \"127.0.0.1:9080\"",
    ),
    (
        "[gateway.limits]\nidle_timeout = \"60\"\n",
        "FILE:2: gateway.limits.idle_timeout = \"60\"",
    ),
    (
        "[gateway.limits]\nconnections_max = 0\n",
        "FILE:2: gateway.limits.connections_max = 0",
    ),
    (
        "[gateway.limits]\noutbound_messages_max = 100\n",
        "FILE:2: gateway.limits.outbound_messages_max = 100",
    ),
    (
        "[gateway.limits]\nping_interval = \"90s\"\n",
        "FILE:2: gateway.limits.ping_interval = \"90s\"",
    ),
    (
        "[sequencer]\nidle = \"prak\"\n",
        "FILE:2: sequencer.idle = \"prak\"",
    ),
    (
        "[sequencer]\nthreads = 0\n",
        "FILE:2: sequencer.threads = 0",
    ),
    (
        "[sequencer]\nring_capacity_commands = 5000\n",
        "FILE:2: sequencer.ring_capacity_commands = 5000",
    ),
    (
        "[sequencer]\ncancel_reserve_commands = 4096\n",
        "FILE:2: sequencer.cancel_reserve_commands = 4096",
    ),
    (
        "[sequencer]\nstage_stamps = \"yes\"\n",
        "FILE:2: sequencer.stage_stamps = \"yes\"",
    ),
    (
        "[log]\ndurability = \"always\"\n",
        "FILE:2: log.durability = \"always\"",
    ),
    (
        "[log]\nsegment_bytes = 65537\n",
        "FILE:2: log.segment_bytes = 65537",
    ),
    ("[clock]\nmode = \"x0\"\n", "FILE:2: clock.mode = \"x0\""),
    (
        "[[instrument]]\nsymbol = \"BTCUSDT\"\ntick_size = 0.01\n",
        "FILE:3: instrument.BTCUSDT.tick_size = 0.01",
    ),
    (
        "[[instrument]]\nsymbol = \"ETHUSDT\"\ntick_size = \"0.001\"\n",
        "FILE:3: instrument.ETHUSDT.tick_size = \"0.001\"",
    ),
    (
        "[[instrument]]\nsymbol = \"BTCUSDT\"\nquote = \"EUR\"\n",
        "FILE:3: instrument.BTCUSDT.quote = \"EUR\"",
    ),
    (
        "[[instrument]]\nsymbol = \"BTCUSDT\"\nmaker_fee_ppm = -50\n",
        "FILE:3: instrument.BTCUSDT.maker_fee_ppm = -50",
    ),
    (
        "[[demo.account]]\nname = \"bob\"\nkey = \"demo-alice\"\n",
        "FILE:3: demo.account.bob.key = \"demo-alice\"",
    ),
    (
        "[rules.spot.entry_band]\nlow = \"20\"\nhigh = \"10\"\n",
        "FILE:2: rules.spot.entry_band.low = \"20\"",
    ),
];

#[test]
fn each_mistake_names_file_key_value_and_remedy() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("mine.toml");
    let name = file.display().to_string();
    for (written, place) in WRONG {
        std::fs::write(&file, written).unwrap();

        for arguments in [
            &["config", "check", &name][..],
            &["config", "show", "--config", &name],
            &["serve", "--config", &name],
        ] {
            let output = run(arguments);

            let told = text(&output.stderr).replace(&name, "FILE");
            assert_eq!(output.status.code(), Some(2), "{arguments:?}: {told}");
            assert_eq!(text(&output.stdout), "", "{arguments:?}");
            let rest = told
                .strip_prefix(&format!("rialto: {place}: "))
                .unwrap_or_else(|| panic!("{arguments:?}: {place} is not how this begins: {told}"));
            let (reason, remedy) = rest.split_once("; ").expect("a remedy follows");
            assert!(reason.len() > 5 && remedy.trim().len() > 3, "{told}");
        }
    }
}

#[test]
fn a_wrong_variable_and_a_wrong_flag_are_named_too() {
    let variable = rialto(&["config", "check"])
        .env("RIALTO_LOG_DURABILITY", "never")
        .output()
        .unwrap();
    let flag = run(&["config", "check", "--durability", "never"]);

    assert!(
        text(&variable.stderr).starts_with(
            "rialto: environment variable RIALTO_LOG_DURABILITY: log.durability = \"never\": "
        ),
        "{}",
        text(&variable.stderr)
    );
    assert!(
        text(&flag.stderr).starts_with("rialto: flag --durability: log.durability = \"never\": "),
        "{}",
        text(&flag.stderr)
    );
}

#[test]
fn what_is_right_is_said_and_every_value_tells_where_it_is_from() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("mine.toml");
    std::fs::write(&file, "[sequencer]\n\nthreads = 2\n").unwrap();
    let name = file.display().to_string();

    let checked = run(&["config", "check", &name, "--json"]);
    let mut show = rialto(&[
        "config",
        "show",
        &name,
        "--listen",
        "127.0.0.1:7000",
        "--json",
    ]);
    let shown = show.env("RIALTO_LOG_DURABILITY", "async").output().unwrap();

    assert_eq!(checked.status.code(), Some(0));
    let checked: serde_json::Value = serde_json::from_slice(&checked.stdout).unwrap();
    assert_eq!(checked["valid"], true);
    let shown: serde_json::Value = serde_json::from_slice(&shown.stdout).unwrap();
    let values = shown["values"].as_array().unwrap();
    let of = |key: &str| {
        let found = values.iter().find(|value| value["key"] == key);
        let found = found.unwrap_or_else(|| panic!("{key} is not shown"));
        let part = |part: &str| found[part].as_str().unwrap().replace(&name, "FILE");
        (part("value"), part("from"))
    };
    let pair = |value: &str, from: &str| (value.to_owned(), from.to_owned());
    assert_eq!(of("sequencer.threads"), pair("2", "FILE:3"));
    assert_eq!(
        of("gateway.listen"),
        pair("\"127.0.0.1:7000\"", "flag --listen")
    );
    assert_eq!(
        of("log.durability"),
        pair("\"async\"", "environment variable RIALTO_LOG_DURABILITY")
    );
    assert_eq!(of("sequencer.idle").0, "\"park\"");
    assert!(of("sequencer.idle").1.starts_with("config/exchange.toml:"));
    assert!(
        of("instrument.BTCUSDT.tick_size")
            .1
            .starts_with("config/instruments.toml:")
    );
    assert!(of("feed_sim.seed").1.starts_with("config/feed-sim.toml:"));
    assert!(values.len() > 150, "{} values", values.len());
}

/// Each finding's verdict, by check.
fn findings(folder: &Path, listen: &str) -> (Option<i32>, serde_json::Value) {
    let data = folder.display().to_string();
    let output = run(&["doctor", "--json", "--data", &data, "--listen", listen]);
    (
        output.status.code(),
        serde_json::from_slice(&output.stdout).unwrap(),
    )
}

fn verdict_of<'a>(told: &'a serde_json::Value, check: &str) -> &'a str {
    let all = told["findings"].as_array().unwrap();
    let found = all.iter().find(|finding| finding["check"] == check);
    found.unwrap()["verdict"].as_str().unwrap()
}

#[test]
fn the_doctor_names_what_would_not_start_and_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let wanted = folder.path().join("data");
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();

    let (_, well) = findings(&wanted, "127.0.0.1:0");
    let (code, ill) = findings(&wanted, &taken.local_addr().unwrap().to_string());

    for check in [
        "clock",
        "public port",
        "admin port",
        "data folder",
        "disk room",
    ] {
        assert_eq!(verdict_of(&well, check), "ok", "{well}");
    }
    assert_ne!(verdict_of(&well, "disk sync"), "", "{well}");
    assert_ne!(verdict_of(&well, "open files"), "", "{well}");
    assert_eq!(code, Some(1));
    assert_eq!(ill["fit"], false);
    assert_eq!(verdict_of(&ill, "public port"), "failed");
    assert!(!wanted.exists(), "nothing was made");
}

/// The command lines of a file in deploy/ that start the binary, without its name.
fn command_lines(file: &str) -> Vec<Vec<String>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../deploy")
        .join(file);
    let text = std::fs::read_to_string(path).unwrap();
    let lines = text.lines().filter_map(|line| {
        let unit = line
            .split_once("=/usr/local/bin/rialto ")
            .map(|(_, words)| words.split(' ').map(str::to_owned).collect::<Vec<_>>());
        let image = line
            .strip_prefix("CMD ")
            .map(|words| serde_json::from_str(words).unwrap());
        unit.or(image)
    });
    lines.collect()
}

#[test]
fn what_is_deployed_is_a_command_line_of_this_program() {
    for (file, count) in [("rialto.service", 2), ("Dockerfile", 1)] {
        let lines = command_lines(file);
        assert_eq!(lines.len(), count, "{file}");
        for line in lines {
            let words = ["rialto".to_owned()].into_iter().chain(line.clone());
            let parsed = <exchange::Cli as clap::Parser>::try_parse_from(words);
            assert!(parsed.is_ok(), "{file}: {line:?}: {}", parsed.unwrap_err());
        }
    }
}
