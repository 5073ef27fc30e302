//! `rialto config`: whether a configuration is right, and what each value is and where it is from.

use std::process::ExitCode;

use serde::Serialize;

use crate::cli::{ConfigArgs, ConfigCommand};
use crate::config::{Config, ConfigError, Layers, ShownValue};
use crate::exit;
use crate::output::Output;

/// What `check` tells machines.
#[derive(Debug, Serialize)]
struct Checked {
    valid: bool,
    instruments: usize,
    files: Vec<String>,
}

/// What `show` tells machines.
#[derive(Debug, Serialize)]
struct Shown {
    values: Vec<ShownValue>,
}

/// Does what was asked. A wrong configuration ends with code 2, as at `serve`.
pub fn run(command: &ConfigCommand, output: Output) -> ExitCode {
    let outcome = match command {
        ConfigCommand::Check(arguments) => check(&layers(arguments), output),
        ConfigCommand::Show(arguments) => show(&layers(arguments), output),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => exit::refuse(&error.to_string()),
    }
}

fn layers(arguments: &ConfigArgs) -> Layers {
    let mut layers = arguments.exchange.layers();
    layers.files.extend(arguments.files.iter().cloned());
    layers
}

fn check(layers: &Layers, output: Output) -> Result<(), ConfigError> {
    let config = Config::load(layers)?;
    let instruments = config.listing.instruments.len();
    output.say(&format!(
        "the configuration is right: {instruments} instruments, public {}, admin {}",
        config.addresses.public, config.addresses.admin
    ));
    output.object(&Checked {
        valid: true,
        instruments,
        files: layers
            .files
            .iter()
            .map(|file| file.display().to_string())
            .collect(),
    });
    Ok(())
}

fn show(layers: &Layers, output: Output) -> Result<(), ConfigError> {
    let values = Config::shown(layers)?;
    let longest = values.iter().map(line_length).max().unwrap_or_default();
    let width = longest.min(WIDTH_MAX);
    let lines: Vec<String> = values
        .iter()
        .map(|shown| {
            let line = format!("{} = {}", shown.key, shown.value);
            format!("{line:<width$}  # {}", shown.from)
        })
        .collect();
    output.say(&lines.join("\n"));
    output.object(&Shown { values });
    Ok(())
}

/// Where the column of places begins at the latest.
const WIDTH_MAX: usize = 64;

fn line_length(shown: &ShownValue) -> usize {
    shown.key.len() + shown.value.len() + " = ".len()
}
