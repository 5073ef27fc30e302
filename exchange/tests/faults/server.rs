//! A `rialto serve` process on a data folder, as users start and stop it, small so that it starts fast.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};

use client::{ClientConfig, ClientError, Reconnect, Session, connect};
use exchange::{Config, Layers};
use serde_json::Value;

/// The built binary, without the caller's own configuration.
pub fn rialto() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rialto"));
    without_configuration(&mut command);
    command
}

fn without_configuration(command: &mut Command) {
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("RIALTO_") {
            command.env_remove(name);
        }
    }
}

/// Two instruments, short segments, small rings: the files of a configuration for faults.
pub struct SmallExchange {
    files: Vec<PathBuf>,
    folder: tempfile::TempDir,
}

impl SmallExchange {
    /// Writes the files.
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let built_in = include_str!("../../../config/instruments.toml");
        let built_in: toml::Table = built_in.parse().expect("it is TOML");
        let listed = built_in["instrument"].as_array().expect("a list");
        let mut small = toml::Table::new();
        small.insert("instrument".to_owned(), listed[..2].to_vec().into());
        // Five seconds after a start a command is logged for accounts that have orders and are not there: not while a
        // slow machine compares hashes.
        let small = format!(
            "{small}\n[log]\nsegment_bytes = 65_536\n[demo.participants]\naccounts = 1\n\
             [sequencer]\nring_capacity_commands = 1_024\ncancel_reserve_commands = 64\n\
             [gateway.limits]\ndisconnect_grace = \"1000s\"\n"
        );
        let files = [("none.toml", "instrument = []\n"), ("small.toml", &small)];
        let files = files.map(|(name, text)| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).expect("it is written");
            path
        });
        Self {
            files: files.into(),
            folder,
        }
    }

    /// The same with keys laid over it.
    pub fn with(keys: &str) -> Self {
        let mut small = Self::new();
        let path = small.folder.path().join("more.toml");
        std::fs::write(&path, keys).expect("it is written");
        small.files.push(path);
        small
    }

    /// Writes other keys in place of those that were laid over it.
    pub fn rewrite(&self, keys: &str) {
        std::fs::write(self.folder.path().join("more.toml"), keys).expect("it is written");
    }

    /// What a process with these files is told.
    pub fn config(&self) -> Config {
        let layers = Layers {
            files: self.files.clone(),
            ..Layers::default()
        };
        Config::load(&layers).expect("it is a configuration")
    }

    /// `rialto serve` on `folder`, after `prefix`, with these fault points.
    pub fn command(&self, prefix: &[String], folder: &Path, faults: &str) -> Command {
        let binary = env!("CARGO_BIN_EXE_rialto");
        let mut command = match prefix.split_first() {
            None => Command::new(binary),
            Some((first, rest)) => {
                let mut command = Command::new(first);
                command.args(rest).arg(binary);
                command
            }
        };
        without_configuration(&mut command);
        command.args(["serve", "--json", "--listen", "127.0.0.1:0", "--data"]);
        command.arg(folder);
        // On any machine: what two matchers do at once is what may go wrong.
        command.env("RIALTO_SEQUENCER_THREADS", "2");
        self.configure(&mut command);
        if !faults.is_empty() {
            command.env("RIALTO_FAULT", faults);
        }
        command.stderr(Stdio::null());
        command
    }

    /// Has `command` use the files.
    pub fn configure(&self, command: &mut Command) {
        for file in &self.files {
            command.arg("--config").arg(file);
        }
    }

    /// A process on `folder`, with these fault points.
    ///
    /// # Errors
    /// It ended before it was ready, and how.
    pub fn start(&self, folder: &Path, faults: &str) -> Result<Server, ExitStatus> {
        Server::spawn(self.command(&[], folder, faults), folder)
    }
}

/// A process that is ready.
pub struct Server {
    pub process: Child,
    /// Of the exchange itself, which something else may have started.
    process_id: u64,
    /// Where sessions connect.
    pub url: String,
    /// Where operators ask.
    pub admin: String,
    folder: PathBuf,
    stdout: BufReader<ChildStdout>,
}

/// How a process ended that was asked to.
pub struct Stopped {
    pub status: ExitStatus,
    /// What it said last, as an object.
    pub totals: Value,
}

impl Server {
    /// Starts one as users do, and waits until it is ready.
    pub fn start(folder: &Path) -> Self {
        let mut command = rialto();
        command.args(["serve", "--json", "--listen", "127.0.0.1:0", "--data"]);
        command.arg(folder).stderr(Stdio::null());
        Self::spawn(command, folder).expect("it says where it is")
    }

    /// Starts what `command` says.
    ///
    /// # Errors
    /// It ended before it was ready, and how.
    pub fn spawn(mut command: Command, folder: &Path) -> Result<Self, ExitStatus> {
        let mut process = command
            .stdout(Stdio::piped())
            .spawn()
            .expect("the binary runs");
        let mut stdout = BufReader::new(process.stdout.take().expect("stdout is piped"));
        let mut line = String::new();
        stdout.read_line(&mut line).expect("stdout is text");
        let Ok(ready) = serde_json::from_str::<Value>(&line) else {
            return Err(process.wait().expect("it was started"));
        };
        let text = |key: &str| ready[key].as_str().expect("its address").to_owned();
        Ok(Self {
            url: text("url"),
            admin: text("admin"),
            process_id: ready["process_id"].as_u64().expect("a number"),
            folder: folder.to_owned(),
            process,
            stdout,
        })
    }

    /// Ends it as kill -9 does.
    pub fn kill(mut self) {
        self.signal("KILL");
        self.process.wait().expect("it was started");
    }

    /// Sends a signal; it may have ended by itself.
    pub fn signal(&self, name: &str) {
        let process_id = self.process_id.to_string();
        let mut kill = Command::new("kill");
        let kill = kill.args([format!("-{name}"), process_id]);
        let _ = kill
            .stderr(Stdio::null())
            .status()
            .expect("there is a kill");
    }

    /// Waits until it has ended by itself.
    pub fn ended(mut self) -> ExitStatus {
        self.process.wait().expect("it was started")
    }

    /// Asks it to stop, waits, and says what it said last.
    pub fn stop(mut self) -> Stopped {
        self.signal("TERM");
        let mut rest = String::new();
        self.stdout
            .read_to_string(&mut rest)
            .expect("stdout is text");
        let last = rest.lines().last().expect("it says how it ended");
        Stopped {
            status: self.process.wait().expect("it was started"),
            totals: serde_json::from_str(last).expect("it is JSON"),
        }
    }

    /// A session with this key, which ends when its connection does.
    ///
    /// # Errors
    /// The process is gone.
    pub async fn connect(&self, key: &str) -> Result<Session, ClientError> {
        let mut config = ClientConfig::new(self.url.clone(), "fault test").with_key(key);
        config.reconnect = Reconnect::Never;
        connect(config).await
    }

    /// A session with this key.
    pub async fn log_on(&self, key: &str) -> Session {
        self.connect(key).await.expect("it listens")
    }

    /// Status and body of an admin verb.
    pub fn operate(&self, method: &str, path: &str, body: &str) -> (u16, Value) {
        let key = std::fs::read_to_string(self.folder.join("admin.key")).expect("the key is kept");
        let address = self.admin.strip_prefix("http://").expect("plain HTTP");
        let mut stream = TcpStream::connect(address).expect("it listens");
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nAuthorization: Bearer {}\r\n\
             content-length: {}\r\n\r\n{body}",
            key.trim(),
            body.len()
        )
        .expect("it reads");
        let mut answer = String::new();
        stream
            .read_to_string(&mut answer)
            .expect("it answers in text");
        let status = answer.split(' ').nth(1).expect("a status line");
        let (_, body) = answer.split_once("\r\n\r\n").expect("a body");
        (
            status.parse().expect("a number"),
            serde_json::from_str(body).expect("it is JSON"),
        )
    }

    /// The hash over everything that decides, as the process says it.
    pub fn state_hash(&self) -> String {
        let (status, state) = self.operate("GET", "/v1/admin/state", "");
        assert_eq!(status, 200, "{state}");
        state["state_hash"].as_str().expect("a hash").to_owned()
    }
}
