//! One exchange under load: started as a process of its own, asked where it is, ended.

use std::fs;
use std::io::{self, BufRead, BufReader};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process_group};
use serde::Deserialize;

use crate::bench::baselines::Baselines;
use crate::bench::cores::Cores;
use crate::bench::target::{Maker, Target};
use crate::cli::BenchArgs;

/// Limits of one address out of the way, and an account for the Binance persona.
const OWN_CONFIG: &str = include_str!("own_exchange.toml");

/// Why a target does not run.
#[derive(Debug, thiserror::Error)]
pub enum StartFailed {
    /// It needs a program that is not there: it is skipped.
    #[error("not installed: {0}")]
    NotInstalled(&'static str),
    /// It does not speak what is asked: it is skipped.
    #[error("it speaks the native protocol in JSON alone")]
    OtherWire,
    /// It could not be built.
    #[error("it could not be built: {0}")]
    NotBuilt(String),
    /// It said nothing of where it is.
    #[error("it did not say where it is; it said: {0}")]
    Silent(String),
    /// A file or process could not be made.
    #[error(transparent)]
    System(#[from] io::Error),
}

impl StartFailed {
    /// Whether the target is skipped for it, and the others go on.
    pub const fn is_skipped(&self) -> bool {
        match self {
            Self::NotInstalled(_) | Self::OtherWire => true,
            Self::NotBuilt(_) | Self::Silent(_) | Self::System(_) => false,
        }
    }
}

/// An exchange that runs.
#[derive(Debug)]
pub struct Server {
    /// Host and port of its sockets.
    pub address: String,
    child: Option<Child>,
    /// Removed when it ends.
    _folder: Option<tempfile::TempDir>,
}

/// The first line of every exchange under load.
#[derive(Debug, Deserialize)]
struct Ready {
    url: String,
}

impl Server {
    /// Starts a target on the exchange's cores.
    ///
    /// # Errors
    /// It is not installed, cannot be built, or does not start.
    pub fn start(
        target: Target,
        arguments: &BenchArgs,
        baselines: &Baselines,
        cores: &Cores,
    ) -> Result<Self, StartFailed> {
        let (mut command, folder) = match target.maker() {
            Maker::Rialto(profile) => {
                let folder = tempfile::TempDir::with_prefix("rialto-bench-")?;
                let profile = profile.unwrap_or(arguments.profile);
                let command = own_command(arguments, profile.word(), &folder)?;
                (command, Some(folder))
            }
            Maker::Go(mode) => (baselines.go(mode)?, None),
            Maker::Python(mode) => (baselines.python(mode)?, None),
            Maker::Nobody => unreachable!("what runs already is not started"),
        };
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            // A group of its own, so that the processes that it starts end with it.
            .process_group(0);
        cores.take_exchange();
        let spawned = command.spawn();
        cores.take_all();
        Self::ready(spawned?, folder)
    }

    /// One that runs already.
    pub fn running(address: String) -> Self {
        Self {
            address,
            child: None,
            _folder: None,
        }
    }

    /// Its process, if it was started here.
    pub fn process(&self) -> Option<u32> {
        self.child.as_ref().map(Child::id)
    }

    fn ready(mut child: Child, folder: Option<tempfile::TempDir>) -> Result<Self, StartFailed> {
        let stdout = child.stdout.take();
        let mut line = String::new();
        if let Some(stdout) = stdout {
            BufReader::new(stdout).read_line(&mut line)?;
        }
        let Ok(ready) = serde_json::from_str::<Ready>(&line) else {
            // It is of no use, and may have ended by itself.
            end(&mut child);
            return Err(StartFailed::Silent(line));
        };
        Ok(Self {
            address: host_of(&ready.url).to_owned(),
            child: Some(child),
            _folder: folder,
        })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            // Its folder goes with it: there is nothing to stop in order.
            end(child);
        }
    }
}

/// Ends a child with all that it started; it may have ended by itself.
fn end(child: &mut Child) {
    let group = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    if let Some(group) = group {
        let _ = kill_process_group(group, Signal::KILL);
    }
    let _ = child.wait();
}

fn own_command(
    arguments: &BenchArgs,
    profile: &str,
    folder: &tempfile::TempDir,
) -> Result<Command, StartFailed> {
    let config = folder.path().join("bench.toml");
    fs::write(&config, OWN_CONFIG)?;
    let mut command = Command::new(std::env::current_exe()?);
    command
        .args(["serve", "--json", "-q", "--listen", "127.0.0.1:0"])
        .args(["--profile", profile])
        .arg("--data")
        .arg(folder.path().join("state"))
        .arg("--config")
        .arg(config);
    for file in &arguments.config {
        command.arg("--config").arg(file);
    }
    if let Some(durability) = &arguments.durability {
        command.args(["--durability", durability]);
    }
    Ok(command)
}

/// Host and port of a URL.
pub fn host_of(url: &str) -> &str {
    let behind = url.split_once("://").map_or(url, |(_, behind)| behind);
    behind.split('/').next().unwrap_or(behind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn host_and_port_are_cut_out_of_any_url() {
        assert_eq!(host_of("ws://127.0.0.1:9080/v1/ws"), "127.0.0.1:9080");
        assert_eq!(host_of("http://localhost:9081"), "localhost:9081");
        assert_eq!(host_of("127.0.0.1:9080"), "127.0.0.1:9080");
    }
}
