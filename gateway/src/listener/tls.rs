//! TLS on the same port as plain text: the first byte of a connection says which it speaks.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::{self, PemObject};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{self, ServerConfig};

use crate::listener::transport::Transport;

/// The first byte of a TLS handshake. No request of HTTP begins with it.
const HANDSHAKE_RECORD: u8 = 0x16;

/// Whether connections may speak TLS.
#[derive(Clone, Default)]
pub enum Tls {
    /// They may not.
    #[default]
    Off,
    /// They may, and may speak plain text as well.
    On(TlsAcceptor),
}

impl std::fmt::Debug for Tls {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Off => "Off",
            Self::On(_) => "On",
        })
    }
}

/// Why a certificate and its key cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum BadIdentity {
    /// A text is not what it should be.
    #[error("it is no PEM text: {0:?}")]
    Text(pem::Error),
    /// They do not belong together, or are of no known kind.
    #[error(transparent)]
    Refused(#[from] rustls::Error),
}

impl Tls {
    /// TLS with a certificate, those that vouch for it behind it, and its private key, all as PEM.
    ///
    /// # Errors
    /// They cannot be read, or do not belong together.
    pub fn on(certificates_pem: &str, key_pem: &str) -> Result<Self, BadIdentity> {
        let certificates = CertificateDer::pem_slice_iter(certificates_pem.as_bytes())
            .collect::<Result<Vec<_>, _>>()
            .map_err(BadIdentity::Text)?;
        let key = PrivateKeyDer::from_pem_slice(key_pem.as_bytes()).map_err(BadIdentity::Text)?;
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(certificates, key)?;
        Ok(Self::On(TlsAcceptor::from(Arc::new(config))))
    }

    /// A connection's transport, once its first byte is there; who says nothing in time is let go.
    ///
    /// # Errors
    /// The connection failed, or its handshake did.
    pub(super) async fn open(
        &self,
        stream: TcpStream,
        patience: Duration,
    ) -> io::Result<Transport> {
        let Self::On(acceptor) = self else {
            return Ok(Transport::Plain(stream));
        };
        let opened = async {
            let mut first = [0_u8];
            stream.peek(&mut first).await?;
            if first != [HANDSHAKE_RECORD] {
                return Ok(Transport::Plain(stream));
            }
            let encrypted = acceptor.accept(stream).await?;
            Ok(Transport::Tls(Box::new(encrypted)))
        };
        tokio::time::timeout(patience, opened)
            .await
            .unwrap_or_else(|_elapsed| Err(io::ErrorKind::TimedOut.into()))
    }
}
