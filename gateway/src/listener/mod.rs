//! From a listening socket to a served connection: limits first, then the request.

mod accept;
mod allowed_hosts;
mod permits;

pub use accept::{Peer, accept_until, ended};
pub use allowed_hosts::{AllowedHosts, refuse_foreign};
pub use permits::Permits;
