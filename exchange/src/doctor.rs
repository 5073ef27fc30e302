//! `rialto doctor`: whether this machine and this folder are fit for an exchange, before one is started.

mod machine;
mod places;

use std::process::ExitCode;

use serde::Serialize;

use crate::cli::DoctorArgs;
use crate::config::Config;
use crate::exit;
use crate::output::Output;
use crate::storage::default_folder;

/// What was looked at, what was found, and what to do.
#[derive(Debug, Clone, Serialize)]
pub struct Finding {
    check: &'static str,
    verdict: Verdict,
    found: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    remedy: Option<String>,
}

/// Whether it is fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// It is.
    Ok,
    /// It works, and not well.
    Warning,
    /// An exchange does not start, or loses what it acknowledged.
    Failed,
}

impl Finding {
    fn ok(check: &'static str, found: impl Into<String>) -> Self {
        Self {
            check,
            verdict: Verdict::Ok,
            found: found.into(),
            remedy: None,
        }
    }

    fn warning(check: &'static str, found: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            check,
            verdict: Verdict::Warning,
            found: found.into(),
            remedy: Some(remedy.into()),
        }
    }

    fn failed(check: &'static str, found: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            verdict: Verdict::Failed,
            ..Self::warning(check, found, remedy)
        }
    }

    fn line(&self) -> String {
        let verdict = match self.verdict {
            Verdict::Ok => "ok",
            Verdict::Warning => "warning",
            Verdict::Failed => "FAILED",
        };
        let remedy = self
            .remedy
            .as_ref()
            .map_or_else(String::new, |remedy| format!("; {remedy}"));
        format!("{verdict:<8} {:<12} {}{remedy}", self.check, self.found)
    }
}

/// What machines are told.
#[derive(Debug, Serialize)]
struct Told {
    fit: bool,
    findings: Vec<Finding>,
}

/// Looks at everything. Exit code 1 where an exchange would not start, 2 for a wrong configuration.
pub fn run(arguments: &DoctorArgs, output: Output) -> ExitCode {
    let config = match Config::load(&arguments.exchange.layers()) {
        Ok(config) => config,
        Err(error) => return exit::refuse(&error.to_string()),
    };
    let folder = match &arguments.exchange.data {
        Some(folder) => folder.clone(),
        None => match default_folder() {
            Ok(folder) => folder,
            Err(error) => return exit::refuse(&error.to_string()),
        },
    };
    let mut findings = machine::clock();
    findings.push(machine::file_limit(&config));
    findings.extend(places::ports(&config));
    findings.extend(places::data_folder(&folder, &config));
    let is_fit = findings
        .iter()
        .all(|finding| finding.verdict != Verdict::Failed);
    let lines: Vec<String> = findings.iter().map(Finding::line).collect();
    output.say(&lines.join("\n"));
    output.object(&Told {
        fit: is_fit,
        findings,
    });
    if is_fit {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
