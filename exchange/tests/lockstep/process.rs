//! A `rialto serve` process on a data folder.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

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
pub struct Exchange {
    process: Child,
    stdout: BufReader<ChildStdout>,
    /// Where sessions connect.
    pub url: String,
    /// Host and port of HTTP.
    pub http: String,
}

impl Exchange {
    /// Starts one on `folder` with keys laid over the built-in configuration.
    pub fn start(folder: &Path, config: &str, flags: &[&str]) -> Self {
        let file = folder.join("test.toml");
        std::fs::write(&file, config).expect("it is written");
        let mut process = rialto()
            .args(["serve", "--json", "--listen", "127.0.0.1:0", "--data"])
            .arg(folder)
            .arg("--config")
            .arg(&file)
            .args(flags)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the binary runs");
        let mut stdout = BufReader::new(process.stdout.take().expect("stdout is piped"));
        let mut line = String::new();
        stdout.read_line(&mut line).expect("stdout is text");
        let ready: Value = serde_json::from_str(&line).expect("it says where it is");
        let text = |key: &str| ready[key].as_str().expect("its address").to_owned();
        Self {
            url: text("url"),
            http: text("http").replace("http://", ""),
            process,
            stdout,
        }
    }

    /// Asks it to stop, and says what it said last.
    pub fn stop(mut self) -> Value {
        let process_id = self.process.id().to_string();
        let told = Command::new("kill").args(["-TERM", &process_id]).status();
        assert!(told.expect("there is a kill").success());
        let mut rest = String::new();
        self.stdout
            .read_to_string(&mut rest)
            .expect("stdout is text");
        self.process.wait().expect("it was started");
        let last = rest.lines().last().expect("it says how it ended");
        serde_json::from_str(last).expect("it is JSON")
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        // A test that failed leaves nobody behind; one that did not has waited.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
