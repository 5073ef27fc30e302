//! The real binary: an exchange on free ports, with or without participants.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

/// An exchange that runs until this is dropped.
pub struct Exchange {
    child: Child,
    folder: tempfile::TempDir,
    /// Where its public port answers HTTP.
    pub http: String,
    /// Where its admin port does.
    pub admin: String,
}

/// The built binary, or the one that `RIALTO_BINARY` names, without the caller's own configuration.
fn rialto() -> Command {
    let built = env!("CARGO_BIN_EXE_rialto");
    let mut command = Command::new(std::env::var_os("RIALTO_BINARY").unwrap_or(built.into()));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("RIALTO_") {
            command.env_remove(name);
        }
    }
    command
}

impl Exchange {
    /// One on which participants enter so many orders per second.
    pub fn demo(orders_per_s: u32) -> Self {
        let mut command = rialto();
        // Even flow: what is looked at is the page.
        command.args(["demo", "--flow", "participants"]);
        command.args(["--rate", &orders_per_s.to_string()]);
        Self::start(command)
    }

    /// One on which nothing happens unless somebody asks.
    pub fn serve() -> Self {
        let mut command = rialto();
        command.args(["serve", "--json"]);
        Self::start(command)
    }

    fn start(mut command: Command) -> Self {
        let folder = tempfile::tempdir().unwrap();
        command
            .args(["--listen", "127.0.0.1:0", "--data"])
            .arg(folder.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit());
        let mut child = command.spawn().unwrap();
        let file = folder.path().join("rialto.run.json");
        // The first line comes when it is ready; the rest is read so that it never waits for us.
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        lines.next().unwrap().unwrap();
        std::thread::spawn(move || lines.for_each(drop));
        let place = std::iter::repeat_with(|| std::fs::read_to_string(&file))
            .take(1_000_000)
            .find_map(Result::ok)
            .unwrap();
        let place: Value = serde_json::from_str(&place).unwrap();
        let text = |key: &str| place[key].as_str().unwrap().to_owned();
        Self {
            http: text("http"),
            admin: text("admin"),
            child,
            folder,
        }
    }

    /// Performs the play of a file on this exchange.
    pub fn play(&self, file: &Path) -> Child {
        let mut command = rialto();
        command
            .arg("play")
            .arg(file)
            .args([
                "--url",
                &format!("{}/v1/ws", self.http.replacen("http", "ws", 1)),
            ])
            .args(["--admin-url", &self.admin])
            .env("RIALTO_ADMIN_KEY", self.admin_key())
            .stdout(Stdio::null());
        command.spawn().unwrap()
    }

    /// The operators' key.
    pub fn admin_key(&self) -> String {
        let key = std::fs::read_to_string(self.folder.path().join("admin.key")).unwrap();
        key.trim().to_owned()
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
