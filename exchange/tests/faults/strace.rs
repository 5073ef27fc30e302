//! Calls of a process that fail on purpose, and what strace saw of them: which writes were never synced.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What strace is told to do.
#[derive(Debug)]
pub struct Injection {
    pub call: &'static str,
    pub how: &'static str,
    /// For the how-many-th time that a thread makes the call.
    pub at: u64,
}

/// How an injected call is to be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// The journal is done with: no report any more, and code 74.
    EndsIt,
    /// Time goes by, or the call is made again: nobody hears of it.
    GoesOn,
}

impl Injection {
    /// What is to come of it.
    pub fn rule(&self) -> Rule {
        if self.how.starts_with("delay") || self.how.ends_with("EINTR") {
            Rule::GoesOn
        } else {
            Rule::EndsIt
        }
    }
}

/// Whether there is a strace that may trace.
pub fn is_there() -> bool {
    Command::new("strace")
        .args([
            "-qq",
            "-f",
            "--seccomp-bpf",
            "-o",
            "/dev/null",
            "-e",
            "trace=fdatasync",
            "true",
        ])
        .output()
        .is_ok_and(|output| output.status.success())
}

/// What strace saw.
#[derive(Debug, Default)]
pub struct Record {
    /// By file: what was written and not synced after that, as offset and length.
    unsynced: BTreeMap<PathBuf, Vec<(u64, u64)>>,
    /// From the injected failure to the end of the process, in seconds.
    pub ended_after_s: Option<f64>,
}

/// What runs the command line that follows it, with its record and the injection.
pub fn around(record: &Path, injection: &Injection) -> Vec<String> {
    let Injection { call, how, at } = injection;
    let inject = format!("inject={call}:{how}:when={at}");
    let text = |path: &Path| path.to_str().expect("paths of tests are text").to_owned();
    let mut arguments: Vec<String> = [
        "strace",
        "-f",
        "-qq",
        "--seccomp-bpf",
        "-ttt",
        "-y",
        "-s",
        "0",
    ]
    .map(str::to_owned)
    .into();
    for argument in [
        "-e",
        "trace=pwrite64,fdatasync,exit_group",
        "-e",
        "signal=none",
        "-e",
        &inject,
        "-o",
    ] {
        arguments.push(argument.to_owned());
    }
    arguments.push(text(record));
    arguments
}

/// The file that a traced call is about, as `12</path>` names it.
fn file_of(call: &str) -> Option<PathBuf> {
    let (_, rest) = call.split_once('<')?;
    let (path, _) = rest.split_once('>')?;
    Some(path.into())
}

/// The parts of `PID TIME CALL`, where the process's number may be padded to a width; `None` of any other line.
fn parts_of(line: &str) -> Option<(&str, f64, &str)> {
    let (process, rest) = line.trim_start().split_once(char::is_whitespace)?;
    let (at, call) = rest.trim_start().split_once(char::is_whitespace)?;
    Some((process, at.parse().ok()?, call.trim_start()))
}

impl Record {
    /// Reads strace's lines, where two threads may cut each other's calls in two.
    pub fn read(path: &Path) -> Self {
        let text = std::fs::read_to_string(path).expect("strace has written it");
        let mut record = Self::default();
        let mut begun: BTreeMap<&str, &str> = BTreeMap::new();
        let mut injected_at = None;
        for line in text.lines() {
            let Some((process, at, call)) = parts_of(line) else {
                continue;
            };
            if call.contains("(INJECTED)") && injected_at.is_none() {
                injected_at = Some(at);
            }
            if let Some(injected_at) = injected_at {
                record.ended_after_s = Some(at - injected_at);
            }
            if let Some(first) = call.strip_suffix("<unfinished ...>") {
                begun.insert(process, first);
                // It may be there from now on.
                record.note(first, true);
                continue;
            }
            let has_failed = call.contains("= -1") || call.contains("(INJECTED)");
            if call.starts_with("<...") {
                if let Some(first) = begun.remove(process) {
                    record.note(first, has_failed);
                }
            } else {
                record.note(call, has_failed);
            }
        }
        record
    }

    fn note(&mut self, call: &str, has_failed: bool) {
        let Some(file) = file_of(call) else { return };
        if call.starts_with("fdatasync") {
            if !has_failed {
                self.unsynced.remove(&file);
            }
        } else if let Some((_, arguments)) = call.split_once("\"\"...,") {
            // A write that failed may have left something all the same.
            let mut numbers = arguments
                .split(|character: char| !character.is_ascii_digit())
                .filter(|text| !text.is_empty())
                .map(|text| text.parse::<u64>().expect("digits"));
            if let (Some(length), Some(offset)) = (numbers.next(), numbers.next()) {
                self.unsynced
                    .entry(file)
                    .or_default()
                    .push((offset, length));
            }
        }
    }

    /// Takes away from a copy what was never synced: frames become zeros.
    pub fn take_away(&self, copy: &Path) {
        for (file, regions) in &self.unsynced {
            let Some(name) = file
                .file_name()
                .filter(|name| name.to_string_lossy().ends_with(".seg"))
            else {
                continue;
            };
            let path = copy.join(name);
            let Ok(mut bytes) = std::fs::read(&path) else {
                continue;
            };
            for (offset, length) in regions {
                // What stands before the first frame is written in place: it says only what was synced.
                if *offset < FIRST_FRAME {
                    continue;
                }
                let from = usize::try_from(*offset).expect("it is small");
                let to = from + usize::try_from(*length).expect("it is small");
                if let Some(region) = bytes.get_mut(from..to) {
                    region.fill(0);
                }
            }
            std::fs::write(&path, bytes).expect("it is written");
        }
    }
}

/// Byte of a segment's first frame.
const FIRST_FRAME: u64 = 1_536;
