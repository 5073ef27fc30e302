//! Goal: `rialto play` judges what it says it judges: plays of this project pass, an expectation that does not hold is exit
//! code 1, a wrong file is exit code 2 and says where. Method: run the built binary on files of the test's own.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

/// Runs `rialto play` with these arguments.
fn play(arguments: &[&str]) -> Output {
    let mut command = rialto(Path::new(env!("CARGO_BIN_EXE_rialto")));
    command.arg("play").args(arguments);
    command.output().expect("the binary runs")
}

/// A binary without the caller's own configuration.
fn rialto(program: &Path) -> Command {
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("RIALTO_") {
            command.env_remove(name);
        }
    }
    command
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("what it says is text")
}

fn plays() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../config/plays")
}

/// A halt in a market of its own: alice and bob, and nobody else.
const HALT: &str = r#"
about = "a halt in a small market"
for = "900ms"
symbol = "BTCUSDT"

[[step]]
at = "0ms"
do = "rest"
as = "alice"
side = "sell"
quantity = "0.5"
away_percent = "0"
around = "64000"

[[step]]
at = "300ms"
do = "halt"

[[step]]
at = "500ms"
do = "enter"
as = "bob"
side = "buy"
orders = 3
quantity = "0.01"
through_percent = "1"
around = "64000"

[[step]]
at = "700ms"
do = "resume"
"#;

fn halt_expecting(expectations: &str) -> Output {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let file = folder.path().join("halt.toml");
    std::fs::write(&file, format!("{HALT}\n{expectations}")).expect("it can be written");
    play(&["--json", &file.display().to_string()])
}

fn object(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| {
        panic!("{error}: {} {}", text(&output.stdout), text(&output.stderr))
    })
}

#[test]
fn a_play_passes_when_everything_holds() {
    let output = halt_expecting(
        r#"
[[expect]]
that = "rejected"
as = "bob"
reason = "halted"
at_least = "3"
at_most = "3"

[[expect]]
that = "no_trades_while"
state = "halted"

[[expect]]
that = "open_orders"
as = "alice"
at_least = "1"

[[expect]]
that = "conserved"
"#,
    );

    let summary = object(&output);
    assert_eq!(output.status.code(), Some(0), "{summary}");
    assert_eq!(summary["passed"], 1);
    let verdicts = summary["results"][0]["expectations"].as_array().unwrap();
    assert_eq!(verdicts.len(), 4);
    assert!(verdicts.iter().all(|verdict| verdict["held"] == true));
}

#[test]
fn a_play_fails_by_the_one_expectation_that_does_not_hold() {
    let output = halt_expecting(
        r#"
[[expect]]
that = "rejected"
as = "bob"
at_most = "2"

[[expect]]
that = "conserved"
"#,
    );

    let summary = object(&output);
    assert_eq!(output.status.code(), Some(1), "{summary}");
    let verdicts = &summary["results"][0]["expectations"];
    assert_eq!(verdicts[0]["held"], false);
    assert_eq!(verdicts[1]["held"], true);
}

#[test]
fn a_step_that_the_exchange_refuses_fails_the_play() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("refused.toml");
    let asks = r#"
about = "an operator asks for nonsense"
for = "100ms"
symbol = "BTCUSDT"
[[step]]
at = "0ms"
do = "ask"
verb = "fund"
body = '{"account":"nobody","asset":"BTC","amount":"1"}'
[[expect]]
that = "conserved"
"#;
    std::fs::write(&file, asks).unwrap();

    let output = play(&["--json", &file.display().to_string()]);

    let summary = object(&output);
    assert_eq!(output.status.code(), Some(1), "{summary}");
    let trouble = summary["results"][0]["trouble"][0].as_str().unwrap();
    assert!(trouble.contains("unknown_account"), "{trouble}");
}

#[test]
fn a_wrong_file_is_refused_with_place_key_value_and_remedy() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("wrong.toml");
    let head = "about = \"x\"\nfor = \"1s\"\nsymbol = \"BTCUSDT\"\n";
    let expect = "[[expect]]\nthat = \"conserved\"\n";
    for (body, said) in [
        (
            "[[step]]\nat = \"0ms\"\ndo = \"halz\"\n",
            "FILE:6: step.1.do = \"halz\": there is no such choice (did you mean \"halt\"?); write one of",
        ),
        (
            "[[step]]\nat = \"2s\"\ndo = \"halt\"\n",
            "FILE:5: step.1.at = \"2s\": the play is over by then; write an earlier time",
        ),
        (
            "[[step]]\nat = \"0ms\"\ndo = \"halt\"\nas = \"alice\"\n",
            "FILE:7: step.1.as = \"alice\": this step does not know the key; take it out",
        ),
        (
            "[[step]]\nat = \"0ms\"\ndo = \"sweep\"\nas = \"alice\"\nside = \"buy\"\n",
            "step.1.quantity: the key is missing; add it",
        ),
        (
            "[[expect]]\nthat = \"trades\"\n",
            "expect.1.at_least: an expectation without bounds cannot fail; add",
        ),
        (
            "[[expect]]\nthat = \"rejected\"\nas = \"carl\"\nat_least = \"1\"\n",
            "FILE:6: expect.1.as = \"carl\": no step names this actor; write one of those that act",
        ),
        (
            "sede = 7\n",
            "FILE:4: sede = 7: unknown key; did you mean `seed`?",
        ),
        (
            "[exchange.gateway]\nlissten = \"x\"\n",
            "FILE:5: gateway.lissten = \"x\"",
        ),
    ] {
        std::fs::write(&file, format!("{head}{body}{expect}")).unwrap();

        let output = play(&[&file.display().to_string()]);

        let stderr = text(&output.stderr).replace(&file.display().to_string(), "FILE");
        assert_eq!(output.status.code(), Some(2), "{body}: {stderr}");
        assert!(stderr.contains(said), "{body}: {stderr}");
        assert_eq!(text(&output.stdout), "", "{body}");
    }
}

#[test]
fn help_teaches_with_examples() {
    let output = play(&["--help"]);

    assert_eq!(output.status.code(), Some(0));
    let help = text(&output.stdout);
    assert!(
        help.contains("Examples:") && help.contains("[[expect]]"),
        "{help}"
    );
}

/// Each play fails on an exchange that has the defect it is there to catch, by the expectation that the defect breaks. The
/// plays themselves pass on this exchange: the gate runs them by the program.
///
/// `RIALTO_DEFECTIVE` is an exchange with all the defects of tests/planted/plays built in, of which `DEFECT_OF_PLAY` names
/// the one that is there; `RIALTO_DEFECTS` names the plays that are asked for. `.ci/plays_on_defects` builds and asks.
#[test]
fn no_play_passes_on_an_exchange_with_its_own_defect() {
    let Some(defective) = std::env::var_os("RIALTO_DEFECTIVE") else {
        let line =
            b"GOAL plays_on_defects SKIPPED: no defective exchange; run .ci/plays_on_defects\n";
        std::io::stderr().write_all(line).unwrap();
        return;
    };
    let asked = std::env::var("RIALTO_DEFECTS").unwrap_or_default();
    let asked: Vec<&str> = asked.split_whitespace().collect();
    let mut defects = defects();
    assert_eq!(defects.len(), 10, "each of the ten plays has its defect");
    defects.retain(|defect| asked.is_empty() || asked.contains(&defect.play.as_str()));
    assert!(!defects.is_empty(), "{asked:?} names no play");

    let passed: Vec<String> = std::thread::scope(|scope| {
        let runs: Vec<_> = defects
            .chunks(defects.len().div_ceil(AT_ONCE))
            .map(|chunk| {
                let escaped = |defect: &Defect| escapes(Path::new(&defective), defect);
                scope.spawn(move || chunk.iter().filter_map(escaped).collect::<Vec<_>>())
            })
            .collect();
        runs.into_iter()
            .flat_map(|run| run.join().unwrap())
            .collect()
    });

    say(&format!(
        "GOAL plays_on_defects caught={} of={}\n",
        defects.len() - passed.len(),
        defects.len()
    ));
    assert!(passed.is_empty(), "{}", passed.join("\n"));
}

/// Past the harness, which swallows what a passing test prints.
fn say(line: &str) {
    let written = std::io::stderr().write_all(line.as_bytes());
    written.expect("standard error is open");
}

/// Plays that run at the same time.
const AT_ONCE: usize = 3;

/// A planted defect: the play that is to fail, and by which expectation.
struct Defect {
    play: String,
    caught_by: String,
}

/// What the patches of tests/planted/plays say in their heads.
fn defects() -> Vec<Defect> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/planted/plays");
    let mut patches: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("defects are planted")
        .map(|entry| entry.expect("a folder can be listed").path())
        .collect();
    patches.sort();
    patches
        .iter()
        .map(|path| {
            let patch = std::fs::read_to_string(path).expect("a patch is text");
            let said = |what: &str| {
                let line = patch.lines().find_map(|line| line.strip_prefix(what));
                line.unwrap_or_else(|| panic!("{}: no line `{what}`", path.display()))
                    .to_owned()
            };
            Defect {
                play: said("# play: "),
                caught_by: said("# caught by: "),
            }
        })
        .collect()
}

/// How the defect was not caught by the expectation that is there for it; `None`: it was.
fn escapes(defective: &Path, defect: &Defect) -> Option<String> {
    let file = plays().join(format!("{}.toml", defect.play));
    let output = rialto(defective)
        .args(["play", "--json", &file.display().to_string()])
        .env("DEFECT_OF_PLAY", &defect.play)
        .output()
        .expect("the binary runs");
    let said = text(&output.stdout);
    let summary: Value = serde_json::from_str(&said).unwrap_or_default();
    let broken: Vec<String> = summary["results"][0]["expectations"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|verdict| verdict["held"] == false)
        .map(|verdict| format!("{}: {}", verdict["name"], verdict["measured"]))
        .collect();
    let is_broken = |name: &str| broken.iter().any(|verdict| verdict.contains(name));
    let line = format!(
        "{}: exit {:?}, {broken:?}\n",
        defect.play,
        output.status.code()
    );
    say(&line);
    let is_caught = output.status.code() == Some(1) && is_broken(&defect.caught_by);
    (!is_caught).then(|| {
        format!(
            "{}: not caught by `{}`: {:?} {said} {}",
            defect.play,
            defect.caught_by,
            output.status.code(),
            text(&output.stderr)
        )
    })
}
