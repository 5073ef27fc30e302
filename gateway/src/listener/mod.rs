//! From a listening socket to a served connection: limits first, then the request.

mod accept;
mod allowed_hosts;
mod permits;
mod tls;
mod transport;

pub use accept::{Peer, accept_until, ended};
pub use allowed_hosts::{AllowedHosts, refuse_foreign};
pub use permits::Permits;
pub use tls::{BadIdentity, Tls};
pub use transport::Transport;
