//! The listening sockets of a process. They outlive a reset: connections wait in them meanwhile.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::TcpListener;

use crate::config::{Addresses, TlsPart};
use crate::wiring::StartError;

/// Sockets that listen.
#[derive(Debug, Clone)]
pub struct Listeners {
    /// WebSocket and HTTP.
    pub public: Arc<TcpListener>,
    /// Where that is.
    pub public_address: SocketAddr,
    /// WebSocket and HTTP too, for TLS.
    pub further: Vec<Arc<TcpListener>>,
    /// Where those are.
    pub further_addresses: Vec<SocketAddr>,
    /// The verbs of operators.
    pub admin: Arc<TcpListener>,
    /// Where that is.
    pub admin_address: SocketAddr,
}

impl Listeners {
    /// Listens.
    ///
    /// # Errors
    /// An address is taken, or the system gives no listener.
    pub async fn open(addresses: Addresses, tls: &TlsPart) -> Result<Self, StartError> {
        let (public, public_address) = listen(addresses.public, "--listen").await?;
        let (admin, admin_address) = listen(addresses.admin, "--admin-listen").await?;
        let (mut further, mut further_addresses) = (Vec::new(), Vec::new());
        if let TlsPart::On { further: wanted } = tls {
            for address in wanted {
                let (listener, address) = listen(*address, "--tls-listen").await?;
                further.push(listener);
                further_addresses.push(address);
            }
        }
        Ok(Self {
            public,
            public_address,
            further,
            further_addresses,
            admin,
            admin_address,
        })
    }
}

async fn listen(
    address: SocketAddr,
    flag: &'static str,
) -> Result<(Arc<TcpListener>, SocketAddr), StartError> {
    let refused = |error: io::Error| {
        if error.kind() == io::ErrorKind::AddrInUse {
            StartError::AddressInUse { address, flag }
        } else {
            StartError::Listen {
                address,
                flag,
                error,
            }
        }
    };
    let listener = TcpListener::bind(address).await.map_err(refused)?;
    let address = listener.local_addr().map_err(refused)?;
    Ok((Arc::new(listener), address))
}
