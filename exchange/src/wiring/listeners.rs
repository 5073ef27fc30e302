//! The two listening sockets of a process. They outlive a reset: connections wait in them meanwhile.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::TcpListener;

use crate::config::Addresses;
use crate::wiring::StartError;

/// Sockets that listen.
#[derive(Debug, Clone)]
pub struct Listeners {
    /// WebSocket and HTTP.
    pub public: Arc<TcpListener>,
    /// Where that is.
    pub public_address: SocketAddr,
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
    pub async fn open(addresses: Addresses) -> Result<Self, StartError> {
        let (public, public_address) = listen(addresses.public, "--listen").await?;
        let (admin, admin_address) = listen(addresses.admin, "--admin-listen").await?;
        Ok(Self {
            public,
            public_address,
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
