//! "Stop, in order": said once, heard by everybody who waits for it.

use tokio::sync::watch;

/// The wish to stop.
#[derive(Debug, Clone)]
pub struct StopSignal(watch::Receiver<bool>);

/// Says it.
#[derive(Debug)]
pub struct StopSender(watch::Sender<bool>);

impl StopSignal {
    /// A signal that nobody has given yet.
    pub fn new() -> (StopSender, Self) {
        let (sender, receiver) = watch::channel(false);
        (StopSender(sender), Self(receiver))
    }

    /// Whether it was said.
    pub fn is_said(&self) -> bool {
        *self.0.borrow()
    }

    /// Resolves when it is said, or was.
    pub async fn said(&mut self) {
        // A sender that is gone cannot say it any more: nobody will ever stop this.
        if self.0.wait_for(|is_said| *is_said).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

impl StopSender {
    /// Says it; saying it again changes nothing.
    pub fn stop(&self) {
        self.0.send_replace(true);
    }
}
