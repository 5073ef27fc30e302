//! SIGHUP: "read the configuration again", as services are told.

/// Notices SIGHUP from its making on.
#[derive(Debug)]
pub struct ReloadSignal {
    #[cfg(unix)]
    hangups: Option<tokio::signal::unix::Signal>,
}

impl ReloadSignal {
    /// From now on SIGHUP ends the process no more.
    pub fn new() -> Self {
        #[cfg(unix)]
        {
            use tokio::signal::unix::{SignalKind, signal};
            let hangups = signal(SignalKind::hangup());
            if let Err(error) = &hangups {
                tracing::error!(%error, "SIGHUP cannot be noticed");
            }
            Self {
                hangups: hangups.ok(),
            }
        }
        #[cfg(not(unix))]
        Self {}
    }

    /// Resolves at the next one.
    pub async fn said(&mut self) {
        #[cfg(unix)]
        if let Some(hangups) = &mut self.hangups
            && hangups.recv().await.is_some()
        {
            return;
        }
        std::future::pending::<()>().await;
    }
}
