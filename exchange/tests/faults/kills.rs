//! Goal R1: kill -9 at any moment, and at each call that changes something on the disk, loses no acknowledged
//! order, doubles none and leaves no report of a trade that never happened; the state is what the journal says.
//! Method: two accounts trade on the real binary and note every answer; it is killed, or ends itself at the N-th
//! call (`crash_at_syscall`); the journal is told by a bare engine; the next process says the same hash, and
//! answers every order that is sent again with its first result. Control: a journal whose end is taken away.
//! `RIALTO_KILLS` and `RIALTO_CRASHES` say how many.

use std::path::Path;
use std::time::Duration;

use exchange::Config;

use crate::chance::{Chance, times};
use crate::oracle::{self, Story};
use crate::server::{Server, SmallExchange};
use crate::witness::{Seen, Witness, ask_again, trade};

/// Kills of one data folder, before the next one begins with an empty one.
const KILLS_OF_A_FOLDER: u64 = 20;
/// Orders of each account that are sent again at the end of a folder.
const ASKED_AGAIN: usize = 200;
/// A process that is to end by itself has ended by then.
const PATIENCE: Duration = Duration::from_secs(60);

/// What was found over all folders.
#[derive(Debug, Default)]
struct Tally {
    acknowledged: usize,
    trades: usize,
    lost: usize,
    duplicated: usize,
    phantom: usize,
    hashes_equal: usize,
    retries_wrong: usize,
}

impl Tally {
    fn add(&mut self, story: &Story, seen: &Seen) {
        let faults = story.faults(seen);
        self.lost += faults.lost.len();
        self.duplicated += faults.duplicated.len();
        self.phantom += faults.phantom.len();
        assert!(faults.are_none(), "{faults:?}");
    }

    fn is_clean(&self) -> bool {
        self.lost + self.duplicated + self.phantom + self.retries_wrong == 0
    }
}

fn story_of(folder: &Path, config: &Config) -> Story {
    let generation = oracle::newest_generation(folder).expect("a generation counts");
    let copy = oracle::copy(&generation);
    oracle::tell(copy.path(), config).expect("what was acknowledged can be read")
}

/// Trades on a process until `end` has ended it.
async fn trade_until(
    server: Server,
    round: u64,
    witness: &Witness,
    end: impl AsyncFnOnce(&Server),
) {
    tokio::join!(trade(&server, round, witness), end(&server));
    server.kill();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_kill_at_a_random_moment_loses_or_doubles_what_was_acknowledged() {
    let mut chance = Chance::new("kills");
    let kills = times("RIALTO_KILLS", 10);
    let small = SmallExchange::new();
    let config = small.config();
    let mut tally = Tally::default();
    let mut done = 0;
    while done < kills {
        let folder = tempfile::tempdir().expect("a folder");
        let witness = Witness::default();
        let mut story: Option<Story> = None;
        for round in 0..KILLS_OF_A_FOLDER.min(kills - done) {
            let server = small.start(folder.path(), "").expect("it starts");
            if let Some(story) = &story {
                assert_eq!(server.state_hash(), story.state_hash, "after kill {round}");
                tally.hashes_equal += 1;
            }
            let moment = Duration::from_micros(chance.between(1_000, 50_000));
            let before = witness.acknowledged();
            trade_until(server, round, &witness, async |server| {
                while witness.acknowledged() == before {
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
                tokio::time::sleep(moment).await;
                server.signal("KILL");
            })
            .await;
            let told = story_of(folder.path(), &config);
            tally.add(&told, &witness.seen());
            story = Some(told);
            done += 1;
        }
        let server = small.start(folder.path(), "").expect("it starts");
        let story = story.expect("there was a round");
        assert_eq!(server.state_hash(), story.state_hash, "after the last kill");
        tally.hashes_equal += 1;
        let seen = witness.seen();
        tally.acknowledged += seen.acknowledged.len();
        tally.trades += seen.trades.len();
        let wrong = ask_again(&server, &seen, ASKED_AGAIN).await;
        tally.retries_wrong += wrong.len();
        assert!(wrong.is_empty(), "{wrong:?}");
        let stopped = server.stop();
        assert_eq!(
            stopped.totals["ledger_conserved"], true,
            "{}",
            stopped.totals
        );
    }
    println!(
        "GOAL R1 kills={kills} acknowledged={} trades={} lost={} duplicated={} phantom={} hashes_equal={} \
         retries_wrong={}",
        tally.acknowledged,
        tally.trades,
        tally.lost,
        tally.duplicated,
        tally.phantom,
        tally.hashes_equal,
        tally.retries_wrong
    );
    assert!(tally.is_clean());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_end_at_a_call_of_the_journal_loses_or_doubles_what_was_acknowledged() {
    let crashes = times("RIALTO_CRASHES", 12);
    let small = SmallExchange::new();
    let config = small.config();
    let mut tally = Tally::default();
    let mut while_starting = 0;
    for call in 1..=crashes {
        let folder = tempfile::tempdir().expect("a folder");
        let witness = Witness::default();
        let Ok(server) = small.start(folder.path(), &format!("crash_at_syscall={call}")) else {
            while_starting += 1;
            let server = small
                .start(folder.path(), "")
                .expect("it starts after a start that broke off");
            assert_eq!(
                server.operate("GET", "/conservation", "").1["conserved"],
                true
            );
            server.kill();
            continue;
        };
        let trading = trade(&server, 0, &witness);
        assert!(
            tokio::time::timeout(PATIENCE, trading).await.is_ok(),
            "call {call} never came"
        );
        server.kill();
        let story = story_of(folder.path(), &config);
        let seen = witness.seen();
        tally.add(&story, &seen);
        tally.acknowledged += seen.acknowledged.len();
        let server = small.start(folder.path(), "").expect("it starts");
        assert_eq!(
            server.state_hash(),
            story.state_hash,
            "after an end at call {call}"
        );
        tally.hashes_equal += 1;
        server.kill();
    }
    println!(
        "GOAL R1 crashes_at_calls={crashes} while_starting={while_starting} acknowledged={} lost={} duplicated={} \
         phantom={} hashes_equal={}",
        tally.acknowledged, tally.lost, tally.duplicated, tally.phantom, tally.hashes_equal
    );
    assert!(tally.is_clean());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_journal_whose_end_is_taken_away_is_seen() {
    let small = SmallExchange::new();
    let config = small.config();
    let folder = tempfile::tempdir().expect("a folder");
    let witness = Witness::default();
    let server = small.start(folder.path(), "").expect("it starts");
    trade_until(server, 0, &witness, async |server| {
        while witness.acknowledged() < 100 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        server.signal("KILL");
    })
    .await;

    let generation = oracle::newest_generation(folder.path()).expect("a generation counts");
    let copy = oracle::copy(&generation);
    let caught = [0_usize, 1].into_iter().filter(|how| {
        let segment = copy.path().join("journal-0000000001.seg");
        let bytes = std::fs::read(generation.join("journal-0000000001.seg")).expect("it is read");
        // All frames but the first ones become zeros; or only the watermarks stay away as well.
        let from = 16 * 1_024;
        let mut cut = bytes;
        cut[from..].fill(0);
        if *how == 1 {
            cut[512..1_536].fill(0);
        }
        std::fs::write(&segment, cut).expect("it is written");
        match oracle::tell(copy.path(), &config) {
            Err(_) => true,
            Ok(story) => !story.faults(&witness.seen()).lost.is_empty(),
        }
    });

    assert_eq!(caught.count(), 2);
    println!("GOAL R1 controls_caught=2/2");
}
