//! What a process keeps when it is killed, reset, cut off from its power or from its disk. Each file says its
//! goal and its method.

mod reset;
mod restart;
mod server;
mod snapshot;
