//! What a process keeps when it is killed, reset, cut off from its power or from its disk. Each file says its
//! goal and its method.

mod chance;
mod io_errors;
mod kills;
mod oracle;
#[cfg(target_os = "linux")]
mod power_cuts;
mod reset;
mod restart;
mod secrets;
mod server;
mod snapshot;
mod witness;
