//! What a process keeps when it is killed, reset, cut off from its power or from its disk. Each file says its
//! goal and its method.

#![expect(clippy::print_stdout, reason = "scripts read the lines that say GOAL")]

mod chance;
mod export;
mod failing_start;
mod feed_rules;
mod history_kills;
mod http;
mod io_errors;
mod kills;
mod limits;
mod lost_money;
mod operators;
mod oracle;
mod orderly;
mod past;
#[cfg(target_os = "linux")]
mod power_cuts;
#[cfg(unix)]
mod reload;
mod reset;
mod restart;
mod retold;
mod secrets;
mod server;
mod skipped;
mod snapshot;
mod strace;
mod tools;
mod witness;
