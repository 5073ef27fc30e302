//! A `rialto serve` process on a data folder, as users start and stop it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};

use client::{ClientConfig, Session, connect};
use serde_json::Value;

/// The built binary, without the caller's own configuration.
pub fn rialto() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rialto"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("RIALTO_") {
            command.env_remove(name);
        }
    }
    command
}

/// A process that is ready.
pub struct Server {
    pub process: Child,
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
    /// Starts one and waits until it is ready.
    pub fn start(folder: &Path) -> Self {
        let mut command = rialto();
        command.args(["serve", "--json", "--listen", "127.0.0.1:0", "--data"]);
        command.arg(folder).stderr(Stdio::null());
        Self::spawn(command, folder).expect("it says where it is")
    }

    /// Starts what `command` says; `None` where it ends before it is ready.
    pub fn spawn(mut command: Command, folder: &Path) -> Option<Self> {
        let mut process = command
            .stdout(Stdio::piped())
            .spawn()
            .expect("the binary runs");
        let mut stdout = BufReader::new(process.stdout.take().expect("stdout is piped"));
        let mut line = String::new();
        stdout.read_line(&mut line).expect("stdout is text");
        let Ok(ready) = serde_json::from_str::<Value>(&line) else {
            process.wait().expect("it was started");
            return None;
        };
        let text = |key: &str| ready[key].as_str().expect("its address").to_owned();
        Some(Self {
            url: text("url"),
            admin: text("admin"),
            folder: folder.to_owned(),
            process,
            stdout,
        })
    }

    /// Ends it as a power switch would end the process, not the machine.
    pub fn kill(mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        self.process.wait().expect("it was started");
    }

    /// Asks it to stop, waits, and says what it said last.
    pub fn stop(mut self) -> Stopped {
        let asked = Command::new("kill")
            .args(["-TERM", &self.process.id().to_string()])
            .status()
            .expect("there is a kill");
        assert!(asked.success(), "it runs");
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

    /// A session with this key.
    pub async fn log_on(&self, key: &str) -> Session {
        let config = ClientConfig::new(self.url.clone(), "process test").with_key(key);
        connect(config).await.expect("it listens")
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
}
