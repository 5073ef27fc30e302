//! Goal: recorded flow meets those who trade beside it by HR-1 and HR-2, and a record that is replayed alone comes out as
//! it was. Method: the binary as an exchange, the binary as the record's player, and a session that takes between two
//! rows; the book is what the public feed says.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Output, Stdio};

use client::{ClientConfig, Incoming, LocalBook, Session, connect};
use protocol::{
    Channel, ExactDecimal, NewOrder, Operation, Scale, ServerMessage, Side, Submit, Subscription,
    Symbol, TimeInForce,
};
use serde_json::Value;

const SYMBOL: &str = "BTCUSD";
/// Cents, as hundredths of a tick in a file.
const ASK_101: &str = "1010000";

fn rialto() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rialto"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("RIALTO_") {
            command.env_remove(name);
        }
    }
    command
}

/// An exchange that is ready, and stops with the test.
struct Exchange {
    process: Child,
    stdout: BufReader<ChildStdout>,
    url: String,
}

impl Exchange {
    fn start(folder: &Path, clock: &str) -> Self {
        let mut process = rialto()
            .args([
                "serve",
                "--json",
                "--listen",
                "127.0.0.1:0",
                "--clock",
                clock,
            ])
            .arg("--data")
            .arg(folder.join("data"))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the binary runs");
        let mut stdout = BufReader::new(process.stdout.take().expect("stdout is piped"));
        let mut line = String::new();
        stdout.read_line(&mut line).expect("stdout is text");
        let ready: Value = serde_json::from_str(&line).expect("it says where it is");
        Self {
            url: ready["url"].as_str().expect("its address").to_owned(),
            process,
            stdout,
        }
    }

    /// Stops it; says what it said last.
    fn stop(mut self) -> Value {
        let id = self.process.id().to_string();
        let told = Command::new("kill").args(["-TERM", &id]).status();
        assert!(told.expect("there is a kill").success());
        let mut last = String::new();
        for line in self.stdout.by_ref().lines() {
            last = line.expect("stdout is text");
        }
        serde_json::from_str(&last).expect("it is JSON")
    }

    fn replay(&self, file: &Path, speed: &str) -> Command {
        let mut command = rialto();
        command
            .args(["feed", "--json", "--url", &self.url, "--symbol", SYMBOL])
            .args(["--speed", speed, "--replay"])
            .arg(file);
        command
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        // A test that failed leaves nobody behind; one that did not has stopped it.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn summary(output: &Output) -> Value {
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8_lossy(&output.stdout);
    serde_json::from_str(text.lines().last().expect("it sums itself up")).expect("it is JSON")
}

/// A participant who watches the book and takes from it.
struct Participant {
    session: Session,
    book: LocalBook,
}

impl Participant {
    async fn watch(url: &str) -> Self {
        let config = ClientConfig::new(url.to_owned(), "replay test").with_key("demo-alice");
        let session = connect(config).await.expect("it listens");
        let symbol: Symbol = SYMBOL.parse().expect("a symbol");
        let follow = Subscription::of(Channel::Depth, Some(vec![symbol]));
        session.sender.subscribe(follow).expect("it is queued");
        session.sender.flush().await.expect("it is sent");
        let scale = Scale {
            price_decimals: 2,
            quantity_decimals: 8,
        };
        Self {
            session,
            book: LocalBook::new(symbol, scale),
        }
    }

    /// Waits until so many lots, and no others, are offered at 101.
    async fn await_offer(&mut self, lots: u64) {
        let wait = async {
            loop {
                let asks: Vec<_> = self.book.asks().collect();
                if let [level] = asks[..]
                    && (level.price_units, level.quantity_units) == (10_100, lots)
                {
                    return;
                }
                match self.session.receiver.next().await.expect("it goes on") {
                    Incoming::Message(ServerMessage::DepthSnapshot(snapshot)) => {
                        self.book.apply_snapshot(&snapshot).expect("it fits");
                    }
                    Incoming::Message(ServerMessage::Depth(change)) => {
                        self.book.apply(&change).expect("it follows");
                    }
                    Incoming::Message(_) => {}
                    other @ (Incoming::Disconnected(_) | Incoming::Reconnected(_)) => {
                        panic!("{other:?}")
                    }
                }
            }
        };
        let waited = tokio::time::timeout(std::time::Duration::from_secs(20), wait).await;
        assert!(waited.is_ok(), "{lots} were never offered at 101");
    }

    /// Takes so many lots at 101.
    async fn take(&self, lots: u64) {
        let order = NewOrder {
            time_in_force: TimeInForce::ImmediateOrCancel,
            ..NewOrder::limit(
                Side::Buy,
                ExactDecimal::new(101, 0),
                ExactDecimal::new(i128::from(lots), 8),
            )
        };
        let submit = Operation::Submit(Submit {
            symbol: SYMBOL.parse().expect("a symbol"),
            order,
            at_us: None,
        });
        self.session.sender.send(submit).await.expect("it is sent");
    }
}

fn write(folder: &Path, name: &str, text: &str) -> std::path::PathBuf {
    let file = folder.join(name);
    std::fs::write(&file, text).expect("it is written");
    file
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hr_1_what_a_participant_took_stays_taken_when_the_recorded_order_grows() {
    let folder = tempfile::tempdir().expect("a folder");
    let exchange = Exchange::start(folder.path(), "realtime");
    // The recorded order grows to 300 two seconds after it came, and is deleted two seconds later.
    let table = write(
        folder.path(),
        "orders.csv",
        "id,timestamp,exchange_timestamp,price,volume,action,direction\n\
         1,1000,1000,101.00,200,created,ask\n1,3000,3000,101.00,300,changed,ask\n\
         1,5000,5000,101.00,300,deleted,ask\n",
    );
    let mut participant = Participant::watch(&exchange.url).await;
    let playing = exchange.replay(&table, "1").stdout(Stdio::piped()).spawn();

    participant.await_offer(200).await;
    participant.take(100).await;
    participant.await_offer(100).await;
    participant.await_offer(200).await;

    let played = playing.expect("it runs").wait_with_output();
    let summary = summary(&played.expect("it ends"));
    assert_eq!(summary["rows"], 3);
    assert_eq!(summary["equal"], 1);
    assert_eq!(summary["consumed_trades"], 1);
    assert_eq!(summary["divergence"], 2);
    assert_eq!(summary["causes"]["consumed"], 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hr_2_a_recorded_execution_of_what_a_participant_took_fills_the_next_and_then_is_dropped() {
    let folder = tempfile::tempdir().expect("a folder");
    let exchange = Exchange::start(folder.path(), "realtime");
    // Two offers of 50 and 80; two seconds later the first is executed, then more than is left of the second.
    let messages = write(
        folder.path(),
        "TEST_2012-06-21_34200000_57600000_message_1.csv",
        &format!(
            "34200.0,1,1,50,{ASK_101},-1\n34200.0,1,2,80,{ASK_101},-1\n\
             34202.0,4,1,50,{ASK_101},-1\n34204.0,4,2,80,{ASK_101},-1\n"
        ),
    );
    let mut participant = Participant::watch(&exchange.url).await;
    let playing = exchange
        .replay(&messages, "1")
        .stdout(Stdio::piped())
        .spawn();

    participant.await_offer(130).await;
    participant.take(50).await;
    participant.await_offer(80).await;
    participant.await_offer(30).await;

    let played = playing.expect("it runs").wait_with_output();
    let summary = summary(&played.expect("it ends"));
    assert_eq!(summary["rows"], 4);
    assert_eq!(summary["equal"], 2);
    assert_eq!(summary["divergence"], 2);
    assert_eq!(summary["causes"]["execution_elsewhere"], 1);
    assert_eq!(summary["causes"]["execution_dropped"], 1);
}

#[test]
fn hr_3_five_times_as_fast_takes_a_fifth_of_the_time() {
    let folder = tempfile::tempdir().expect("a folder");
    let exchange = Exchange::start(folder.path(), "realtime");
    let messages = write(
        folder.path(),
        "tape.csv",
        &format!("10.0,1,1,50,{ASK_101},-1\n15.0,1,2,80,{ASK_101},-1\n20.0,3,1,50,{ASK_101},-1\n"),
    );

    let output = exchange.replay(&messages, "5").output().expect("it runs");

    let summary = summary(&output);
    assert_eq!(summary["equal"], 3);
    let seconds = summary["seconds"].as_f64().expect("a time");
    assert!((2.0..4.0).contains(&seconds), "{seconds}");
}

#[test]
fn a_tape_of_the_model_replayed_alone_comes_out_as_it_was() {
    let folder = tempfile::tempdir().expect("a folder");
    let tape = folder.path().join("tape.csv");
    let recorded = rialto()
        .args(["feed", "--offline", "--preset", "small_tick", "--seed", "5"])
        .args(["--for", "60s", "--record"])
        .arg(&tape)
        .output()
        .expect("it runs");
    assert!(recorded.status.success(), "{recorded:?}");
    let mut hashes = Vec::new();
    for round in ["one", "two"] {
        let place = folder.path().join(round);
        std::fs::create_dir(&place).expect("a folder");
        let exchange = Exchange::start(&place, "replay");

        let output = exchange.replay(&tape, "max").output().expect("it runs");

        let summary = summary(&output);
        let (rows, equal) = (summary["rows"].as_u64(), summary["equal"].as_u64());
        assert!(rows > Some(1_000), "{summary}");
        // A model's book has hidden orders that no tape shows; all else is as it was.
        let share = summary["share_percent"].as_f64().expect("a share");
        assert!(share > 99.0, "{summary}");
        println!("GOAL lobster_replay rows={rows:?} equal={equal:?}");
        hashes.push(exchange.stop()["state_hash"].clone());
    }
    assert_eq!(hashes[0], hashes[1]);
}

#[test]
fn what_stood_before_the_first_message_comes_from_the_order_book_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let exchange = Exchange::start(folder.path(), "replay");
    let messages = write(
        folder.path(),
        "AAPL_2012-06-21_34200000_57600000_message_1.csv",
        &format!("34200.1,3,77,40,{ASK_101},-1\n34200.2,4,78,100,{ASK_101},-1\n"),
    );
    write(
        folder.path(),
        "AAPL_2012-06-21_34200000_57600000_orderbook_1.csv",
        "1010000,160,1000000,90\n1010000,60,1000000,90\n",
    );

    let output = exchange.replay(&messages, "max").output().expect("it runs");

    let summary = summary(&output);
    assert_eq!(summary["opening_levels"], 2);
    assert_eq!(summary["equal"], 2);
    assert_eq!(summary["before_recording"], 0);
}
