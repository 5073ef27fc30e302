//! Where the time goes inside the exchange: what its own stamps say, between two looks at it.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// It answers at once, or is no help.
const PATIENCE: Duration = Duration::from_secs(2);

/// The stages in their order: as the exchange calls them, and what happens in them.
const STAGES: [(&str, &str); 7] = [
    ("decode", "read and decode"),
    ("door", "door and ring"),
    ("queue", "hand-off to the matcher"),
    ("append", "append to the log"),
    ("match", "match and settle"),
    ("journal", "durable, gate"),
    ("publish", "report and queue"),
];

/// The mean time that a command spent in a stage.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StageLine {
    /// What happens in it.
    pub stage: String,
    /// Microseconds.
    pub mean_us: f64,
}

/// All that commands spent in each stage so far: how many, and ns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StageReading([(u64, u64); STAGES.len()]);

#[derive(Deserialize)]
struct Performance {
    stages: Vec<StageFigures>,
}

#[derive(Deserialize)]
struct StageFigures {
    stage: String,
    count: u64,
    sum_ns: u64,
}

impl StageReading {
    /// Asks the exchange at `address`; nothing if it does not answer or times nothing.
    pub fn ask(address: &str) -> Self {
        match fetch(address) {
            Ok(body) => Self::read(&body),
            Err(error) => {
                tracing::debug!(%error, "the exchange says nothing of stages");
                Self::default()
            }
        }
    }

    fn read(body: &str) -> Self {
        let Ok(performance) = serde_json::from_str::<Performance>(body) else {
            return Self::default();
        };
        let mut reading = Self::default();
        for ((name, _), sums) in STAGES.iter().zip(&mut reading.0) {
            let told = performance.stages.iter().find(|told| told.stage == *name);
            *sums = told.map_or((0, 0), |told| (told.count, told.sum_ns));
        }
        reading
    }

    /// The means between an earlier reading and this one; none where nothing was timed.
    #[expect(clippy::cast_precision_loss, reason = "sums of ns fit well enough")]
    pub fn lines_since(&self, before: &Self) -> Vec<StageLine> {
        let mut lines = Vec::new();
        for ((_, stage), (now, then)) in STAGES.iter().zip(self.0.iter().zip(&before.0)) {
            let count = now.0.saturating_sub(then.0);
            if count == 0 {
                return Vec::new();
            }
            lines.push(StageLine {
                stage: (*stage).to_owned(),
                mean_us: now.1.saturating_sub(then.1) as f64 / count as f64 / 1_000.0,
            });
        }
        lines
    }
}

fn fetch(address: &str) -> io::Result<String> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    write!(
        stream,
        "GET /v1/performance HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let body = answer
        .split_once("\r\n\r\n")
        .map(|(_, body)| body.to_owned());
    body.ok_or_else(|| io::ErrorKind::InvalidData.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(commands: u64, decode_ns: u64) -> String {
        let stages: Vec<String> = STAGES
            .iter()
            .map(|(name, _)| {
                let sum = if *name == "decode" {
                    decode_ns
                } else {
                    500 * commands
                };
                format!(r#"{{"stage":"{name}","count":{commands},"sum_ns":{sum},"p50_ns":1}}"#)
            })
            .collect();
        format!(r#"{{"version":"0.1.0","stages":[{}]}}"#, stages.join(","))
    }

    #[test]
    fn stages_are_means_over_the_commands_between_two_looks() {
        let before = StageReading::read(&body(10, 1_000));
        let after = StageReading::read(&body(20, 21_000));

        let lines = after.lines_since(&before);

        assert_eq!(lines.len(), 7);
        assert_eq!(lines[0].stage, "read and decode");
        assert!((lines[0].mean_us - 2.0).abs() < 1e-9, "{lines:?}");
        assert!((lines[4].mean_us - 0.5).abs() < 1e-9, "{lines:?}");
    }

    #[test]
    fn who_times_nothing_has_no_stages() {
        let silent = StageReading::read(r#"{"stages":[]}"#);

        assert_eq!(silent.lines_since(&StageReading::default()), []);
    }
}
