//! `rialto version`.

use std::process::ExitCode;

use serde::Serialize;

use crate::output::Output;

/// What there is to say about this binary.
#[derive(Debug, Serialize)]
struct About {
    name: &'static str,
    version: &'static str,
    protocol: u64,
}

/// Prints the version.
pub fn run(output: Output) -> ExitCode {
    let about = About {
        name: "rialto",
        version: env!("CARGO_PKG_VERSION"),
        protocol: protocol::PROTOCOL_VERSION,
    };
    output.say(&format!(
        "{} {} (native protocol {})",
        about.name, about.version, about.protocol
    ));
    output.object(&about);
    ExitCode::SUCCESS
}
