//! The same small exchange in Go and in Python: carried inside the program, unpacked and built where they run.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::bench::server::StartFailed;

/// The files of `benches/baselines/`, by their paths there.
const FILES: [(&str, &str); 8] = [
    (
        "instruments.json",
        include_str!("../../../benches/baselines/instruments.json"),
    ),
    (
        "go/go.mod",
        include_str!("../../../benches/baselines/go/go.mod"),
    ),
    (
        "go/main.go",
        include_str!("../../../benches/baselines/go/main.go"),
    ),
    (
        "go/book.go",
        include_str!("../../../benches/baselines/go/book.go"),
    ),
    (
        "go/session.go",
        include_str!("../../../benches/baselines/go/session.go"),
    ),
    (
        "go/websocket.go",
        include_str!("../../../benches/baselines/go/websocket.go"),
    ),
    (
        "python/book.py",
        include_str!("../../../benches/baselines/python/book.py"),
    ),
    (
        "python/server.py",
        include_str!("../../../benches/baselines/python/server.py"),
    ),
];

/// The baselines, unpacked.
#[derive(Debug)]
pub struct Baselines {
    folder: tempfile::TempDir,
}

impl Baselines {
    /// Unpacks all of them.
    ///
    /// # Errors
    /// There is no room for them.
    pub fn unpack() -> Result<Self, StartFailed> {
        let folder = tempfile::TempDir::with_prefix("rialto-baselines-")?;
        for (path, text) in FILES {
            let path = folder.path().join(path);
            if let Some(parent) = path.parent() {
                fs::create_dir_all(parent)?;
            }
            fs::write(path, text)?;
        }
        Ok(Self { folder })
    }

    /// The command that serves the Go exchange, which is built first.
    ///
    /// # Errors
    /// Go is not installed, or cannot build it.
    pub fn go(&self, mode: &str) -> Result<Command, StartFailed> {
        let program = self.path("go/exchange");
        if !program.exists() {
            let built = Command::new("go")
                .args(["build", "-o", "exchange", "."])
                .current_dir(self.path("go"))
                // What it needs is in its own folder and in Go.
                .env("GOFLAGS", "-mod=mod")
                .env("GOPROXY", "off")
                .stdin(Stdio::null())
                .output()
                .map_err(|_| StartFailed::NotInstalled("Go (the program `go`)"))?;
            if !built.status.success() {
                let complaint = String::from_utf8_lossy(&built.stderr).into_owned();
                return Err(StartFailed::NotBuilt(complaint));
            }
        }
        let mut command = Command::new(program);
        command.args(["--mode", mode]);
        self.serve(&mut command);
        Ok(command)
    }

    /// The command that serves the Python exchange.
    ///
    /// # Errors
    /// Python or its WebSocket library is not installed.
    pub fn python(&self, mode: &str) -> Result<Command, StartFailed> {
        let has_library = Command::new("python3")
            .args(["-c", "import websockets"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        match has_library {
            Err(_) => return Err(StartFailed::NotInstalled("Python (the program `python3`)")),
            Ok(status) if !status.success() => {
                return Err(StartFailed::NotInstalled(
                    "Python's library `websockets` (pip install websockets uvloop orjson)",
                ));
            }
            Ok(_) => {}
        }
        let mut command = Command::new("python3");
        command
            .arg(self.path("python/server.py"))
            .args(["--mode", mode]);
        self.serve(&mut command);
        Ok(command)
    }

    fn serve(&self, command: &mut Command) {
        command
            .arg("--instruments")
            .arg(self.path("instruments.json"))
            .args(["--listen", "127.0.0.1:0"]);
    }

    fn path(&self, inside: &str) -> PathBuf {
        Path::join(self.folder.path(), inside)
    }
}
