//! Goal R3: no report leaves after a failed write or sync; the exchange halts, ends with code 74 within a second,
//! and starts again with everything that was acknowledged.
//! Method: strace makes the N-th write or sync of each thread that writes the journal fail (EIO, ENOSPC, a short
//! write), stall, or be interrupted, which is no failure. Its record says what was synced: everything else is taken
//! away from a copy of the journal, as a power cut would, and what was acknowledged must still be in it. Control:
//! answers before the sync. `RIALTO_IO_ERRORS` says up to which N; without strace it is skipped and says so, unless
//! that is set.

use std::path::Path;
use std::time::Duration;

use crate::chance::times;
use crate::oracle;
use crate::server::{Server, SmallExchange};
use crate::skipped;
use crate::strace::{self, Injection, Record, Rule};
use crate::witness::{Seen, Witness, trade};

/// A process that is to end by itself has ended by then.
const PATIENCE: Duration = Duration::from_secs(120);
/// Orders that are acknowledged after a call that was only to stall.
const ENOUGH: usize = 20;

/// What one injection came to.
enum Outcome {
    /// The call never came: the process did something else.
    NeverCame,
    /// It ended before it was ready.
    WhileStarting,
    /// Everything was as it must be.
    Held { ended_after_s: f64 },
    /// What was acknowledged was not durable.
    Lost(String),
}

/// Waits until the call came and went, and orders were acknowledged after it.
async fn went_on(record: &Path, witness: &Witness) {
    let came = |text: String| text.contains("(INJECTED)") || text.contains("(DELAYED)");
    while !std::fs::read_to_string(record).is_ok_and(came) {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let before = witness.acknowledged();
    while witness.acknowledged() < before + ENOUGH {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

async fn inject(small: &SmallExchange, faults: &str, injection: &Injection) -> Outcome {
    let folder = tempfile::tempdir().expect("a folder");
    let record = folder.path().join("record");
    let data = folder.path().join("data");
    let witness = Witness::default();
    let command = small.command(&strace::around(&record, injection), &data, faults);
    let server = match Server::spawn(command, &data) {
        Ok(server) => server,
        Err(status) => {
            assert_eq!(status.code(), Some(74), "{injection:?} while starting");
            let server = small.start(&data, "");
            server.expect("it starts after a start that failed").kill();
            return Outcome::WhileStarting;
        }
    };
    let rule = injection.rule();
    let ended = tokio::select! {
        () = trade(&server, 0, &witness) => Some(Rule::EndsIt),
        () = went_on(&record, &witness), if rule == Rule::GoesOn => Some(Rule::GoesOn),
        () = tokio::time::sleep(PATIENCE) => None,
    };
    if ended != Some(Rule::EndsIt) {
        server.signal("KILL");
    }
    let status = server.ended();
    if ended.is_none() {
        return Outcome::NeverCame;
    }
    assert_eq!(ended, Some(rule), "{injection:?}: {status}");
    if rule == Rule::EndsIt {
        assert_eq!(status.code(), Some(74), "{injection:?}");
    }
    let record = Record::read(&record);
    look_at(small, &data, &record, &witness.seen(), injection)
}

/// Whether everything that was acknowledged is in what was synced, and whether it starts again.
fn look_at(
    small: &SmallExchange,
    data: &Path,
    record: &Record,
    seen: &Seen,
    injection: &Injection,
) -> Outcome {
    let generation = oracle::newest_generation(data).expect("a generation counts");
    let copy = oracle::copy(&generation);
    record.take_away(copy.path());
    match oracle::tell(copy.path(), &small.config()) {
        Ok(story) if story.faults(seen).are_none() => {}
        Ok(story) => return Outcome::Lost(format!("{:?}", story.faults(seen))),
        Err(refusal) => return Outcome::Lost(refusal),
    }
    let story =
        oracle::tell(oracle::copy(&generation).path(), &small.config()).expect("it can be read");
    let server = small.start(data, "").expect("it starts again");
    assert_eq!(server.state_hash(), story.state_hash, "{injection:?}");
    server.kill();
    Outcome::Held {
        ended_after_s: match injection.rule() {
            Rule::EndsIt => record.ended_after_s.expect("something was injected"),
            Rule::GoesOn => 0.0,
        },
    }
}

/// Up to which call; `None` where there is no strace.
fn calls_wanted() -> Option<u64> {
    if strace::is_there() {
        return Some(times("RIALTO_IO_ERRORS", 4));
    }
    assert!(
        std::env::var("RIALTO_IO_ERRORS").is_err(),
        "RIALTO_IO_ERRORS asks for failing disks: strace is missing or may not trace"
    );
    skipped::say("R3", "failing disks need strace, and the right to trace");
    None
}

/// Injects into every call up to the wanted one: what stands first in `ways` at each, and every other way at each
/// too where it was said how many calls there are to be, else one of them in turn.
async fn inject_each(call: &'static str, ways: &[&'static str]) {
    let Some(calls) = calls_wanted() else { return };
    let every_way = std::env::var("RIALTO_IO_ERRORS").is_ok();
    let small = SmallExchange::new();
    let (mut held, mut while_starting) = (0, 0);
    let mut slowest_s: f64 = 0.0;
    for at in 1..=calls {
        for (k, how) in ways.iter().copied().enumerate() {
            let others = ways.len() - 1;
            let is_its_turn = k == 0 || usize::try_from(at).expect("it is small") % others == k - 1;
            if !every_way && !is_its_turn {
                continue;
            }
            match inject(&small, "", &Injection { call, how, at }).await {
                Outcome::Held { ended_after_s } => {
                    held += 1;
                    slowest_s = slowest_s.max(ended_after_s);
                }
                Outcome::WhileStarting => while_starting += 1,
                Outcome::NeverCame => panic!("{call} {at} never came"),
                Outcome::Lost(what) => panic!("{call} {how} at {at}: {what}"),
            }
        }
    }
    println!(
        "GOAL R3 call={call} calls={calls} ways={} held={held} while_starting={while_starting} \
         reports_after_failure=0 exit_code=74 ended_after_ms_max={:.0} bar_ms=1000",
        ways.len(),
        slowest_s * 1_000.0
    );
    let is_bar = std::env::var("RIALTO_TIME_BARS").is_ok_and(|bars| bars == "1");
    let bar_s = if is_bar { 1.0 } else { 10.0 };
    assert!(slowest_s <= bar_s, "{slowest_s} s");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_report_leaves_after_a_sync_that_failed() {
    inject_each(
        "fdatasync",
        &[
            "error=EIO",
            "error=ENOSPC",
            "delay_enter=50000",
            "error=EINTR",
        ],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_report_leaves_after_a_write_that_failed() {
    inject_each(
        "pwrite64",
        &[
            "error=EIO",
            "error=ENOSPC",
            "retval=511",
            "delay_enter=50000",
            "error=EINTR",
        ],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_before_the_sync_is_seen_where_the_sync_fails() {
    if calls_wanted().is_none() {
        return;
    }
    let small = SmallExchange::new();
    let mut caught = None;
    for at in 8..=58 {
        let injection = Injection {
            call: "fdatasync",
            how: "error=EIO",
            at,
        };
        // The sync takes so long that answers come before it fails.
        let outcome = inject(&small, "ack_before_sync,stall_sync_ms=20", &injection).await;
        if let Outcome::Lost(_) = outcome {
            caught = Some(at);
            break;
        }
    }
    let at = caught.expect("an answer before the sync was not seen");
    println!("GOAL R3 controls_caught=1/1 at_call={at}");
}
