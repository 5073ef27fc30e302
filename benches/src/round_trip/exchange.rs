//! The exchange as a process of its own, and one session on it that enters orders which trade with nobody.

use std::io::{self, BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::round_trip::cores::Cores;
use crate::round_trip::line::{Line, Reply, framed};

/// How it waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Matching on the thread that reads, which never sleeps.
    Spinning,
    /// As it is by default, without a disk to wait for: a thread for sockets, a thread that matches.
    Sleeping,
}

/// An exchange that runs until it is dropped.
#[derive(Debug)]
pub struct Exchange {
    child: Child,
    address: String,
}

impl Exchange {
    /// Starts `program` with its state in `folder`.
    ///
    /// # Errors
    /// It does not start, or does not say where it is.
    pub fn start(program: &Path, folder: &Path, kind: Kind, cores: &Cores) -> io::Result<Self> {
        let profile = match kind {
            Kind::Spinning => "low-latency",
            Kind::Sleeping => "default",
        };
        let mut command = Command::new(program);
        command.env_remove("RIALTO_PROGRAM"); // ours, no key of its configuration
        command
            .args([
                "serve",
                "--json",
                "-q",
                "--listen",
                "127.0.0.1:0",
                "--profile",
                profile,
            ])
            .args(["--durability", "none"])
            .arg("--data")
            .arg(folder)
            .env("RIALTO_LOG_JOURNAL", "memory")
            .stdin(Stdio::null())
            .stdout(Stdio::piped());
        cores.take_server();
        let child = command.spawn();
        cores.take_client();
        Self::ready(child?)
    }

    /// Starts `program` as it is by default, all of it on one core, with these settings of its configuration and nothing
    /// on disk.
    ///
    /// # Errors
    /// It does not start, or does not say where it is.
    pub fn on_one_core(
        program: &Path,
        cores: &Cores,
        settings: &[(&str, String)],
    ) -> io::Result<Self> {
        let folder = std::env::temp_dir().join(format!("fan-out-{}", std::process::id()));
        let mut command = Command::new(program);
        command.env_remove("RIALTO_PROGRAM"); // ours, no key of its configuration
        command
            .args(["serve", "--json", "-q", "--listen", "127.0.0.1:0"])
            .args(["--durability", "none"])
            .arg("--data")
            .arg(&folder)
            .env("RIALTO_LOG_JOURNAL", "memory")
            .envs(settings.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::piped());
        cores.take_one_server();
        let child = command.spawn();
        cores.take_client();
        let started = Self::ready(child?);
        // With its journal in memory it has left nothing that is needed.
        let _ = std::fs::remove_dir_all(&folder);
        started
    }

    fn ready(mut child: Child) -> io::Result<Self> {
        let mut line = String::new();
        if let Some(stdout) = child.stdout.take() {
            BufReader::new(stdout).read_line(&mut line)?;
        }
        let address = line
            .split_once("ws://")
            .and_then(|(_, rest)| rest.split_once('/'))
            .map(|(address, _)| address.to_owned())
            .ok_or_else(|| io::Error::other(format!("it did not say where it is: {line}")))?;
        Ok(Self { child, address })
    }

    /// Host and port.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// What it has used of the processor so far, all its threads.
    ///
    /// # Errors
    /// The system does not say.
    pub fn processor_time(&self) -> io::Result<Duration> {
        let path = format!("/proc/{}/stat", self.child.id());
        let stat = std::fs::read_to_string(path)?;
        // The name may have spaces; what counts stands behind it.
        let (_, behind) = stat.rsplit_once(')').unwrap_or_default();
        let fields: Vec<u64> = behind
            .split_whitespace()
            .map(|field| field.parse().unwrap_or(0))
            .collect();
        let ticks = fields.get(11..13).map_or(0, |times| times.iter().sum());
        let per_second = rustix::param::clock_ticks_per_second();
        Ok(Duration::from_millis(ticks * 1_000 / per_second.max(1)))
    }

    /// Memory that it has in use, in bytes.
    ///
    /// # Errors
    /// The system does not say.
    pub fn resident_bytes(&self) -> io::Result<u64> {
        let path = format!("/proc/{}/statm", self.child.id());
        let statm = std::fs::read_to_string(path)?;
        let pages: u64 = statm
            .split_whitespace()
            .nth(1)
            .map_or(0, |pages| pages.parse().unwrap_or(0));
        let page_bytes = u64::try_from(rustix::param::page_size()).unwrap_or(4_096);
        Ok(pages * page_bytes)
    }

    /// Opens a session that is logged on.
    ///
    /// # Errors
    /// It is not let in.
    pub fn session(&self) -> io::Result<Line> {
        let mut line = Line::open(&self.address, "/v1/ws", Reply::Frame)?;
        for request in [
            r#"{"op":"hello","protocol":1}"#,
            r#"{"op":"logon","key":"demo-alice"}"#,
        ] {
            let answer = line.ask(&framed(request))?;
            let text = String::from_utf8_lossy(answer);
            if text.contains("\"type\":\"error\"") {
                return Err(io::Error::other(text.into_owned()));
            }
        }
        Ok(line)
    }

    /// The n-th order: immediate, far below any ask.
    pub fn order(number: u64) -> Vec<u8> {
        framed(&format!(
            r#"{{"op":"submit","id":{number},"symbol":"BTCUSDT","client_order_id":"trip-{number}","side":"buy","type":"limit","price":"20000.00","quantity":"0.00100","time_in_force":"IOC"}}"#
        ))
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        // It has nothing to keep.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
