//! The half of a session that listens.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use futures_util::{FutureExt, StreamExt};
use protocol::{HelloAnswer, InstrumentTable, ServerMessage};
use tokio_tungstenite::tungstenite::Message;

use crate::config::{ClientConfig, Reconnect};
use crate::connection::{self, FrameStream};
use crate::error::ClientError;
use crate::sender::Shared;

/// What a receiver hears.
#[derive(Debug)]
pub enum Incoming {
    /// A message of the exchange.
    Message(ServerMessage),
    /// The connection is lost and a new one is being tried; go on calling [`Receiver::next`].
    Disconnected(Disconnected),
    /// There is a new connection.
    Reconnected(Box<Reconnected>),
}

/// A lost connection. What was sent and not answered may or may not have been done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disconnected {
    /// What is known about it.
    pub reason: String,
    /// Queued requests that were certainly not sent, and will not be.
    pub dropped_requests: usize,
}

/// A new connection. Subscriptions are asked for again, so every book begins with a new snapshot, but for executions and drop
/// copies: those go on where they were, so the reports in between come first, none twice. Where the exchange no longer keeps
/// them, its error `snapshot_required` comes, the channel begins anew, and open orders are to be asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reconnected {
    /// What the exchange said.
    pub hello: HelloAnswer,
    /// The account, with a key.
    pub account: Option<u64>,
    /// How many attempts it took.
    pub attempts: u32,
}

/// Hears the exchange. Dropping the future of [`Receiver::next`] loses nothing.
pub struct Receiver {
    shared: Arc<Shared>,
    config: Arc<ClientConfig>,
    names: Arc<InstrumentTable>,
    state: State,
    /// The last message led to a request, which has not been sent yet.
    must_flush: bool,
}

enum State {
    Connected(FrameStream),
    Reconnecting(Reconnecting),
    Ended { reason: String },
}

type Reconnecting =
    Pin<Box<dyn Future<Output = Result<(FrameStream, Reconnected), ClientError>> + Send>>;

impl fmt::Debug for Receiver {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Receiver").finish_non_exhaustive()
    }
}

impl Receiver {
    pub(crate) fn new(
        shared: Arc<Shared>,
        config: Arc<ClientConfig>,
        frames_in: FrameStream,
    ) -> Self {
        Self {
            names: shared.names(),
            shared,
            config,
            state: State::Connected(frames_in),
            must_flush: false,
        }
    }

    /// The next thing that happens.
    ///
    /// # Errors
    /// [`ClientError::Codec`]: a message could not be read, and the next call goes on after it. All
    /// others: the session is over, and further calls say [`ClientError::Closed`].
    pub async fn next(&mut self) -> Result<Incoming, ClientError> {
        if self.must_flush {
            // A connection that is lost by now is noticed below.
            let _ = self.shared.flush().await;
            self.must_flush = false;
        }
        loop {
            match &mut self.state {
                State::Connected(frames_in) => match frames_in.next().await {
                    Some(Ok(Message::Text(text))) => {
                        let message = ServerMessage::decode(&text)?;
                        self.must_flush = self.shared.note(&message);
                        return Ok(Incoming::Message(message));
                    }
                    Some(Ok(Message::Close(frame))) => {
                        let reason = frame.map_or_else(String::new, |frame| frame.to_string());
                        return self.lose(format!("the exchange closed it {reason}"));
                    }
                    Some(Ok(Message::Binary(bytes))) => {
                        let message = ServerMessage::decode_binary(&bytes, &self.names)?;
                        self.must_flush = self.shared.note(&message);
                        return Ok(Incoming::Message(message));
                    }
                    // Tungstenite answers pings by itself.
                    Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => {}
                    Some(Err(error)) => return self.lose(error.to_string()),
                    None => return self.lose("the exchange is gone".to_owned()),
                },
                State::Reconnecting(attempt) => {
                    let outcome = attempt.await;
                    return self.settle(outcome);
                }
                State::Ended { reason } => {
                    return Err(ClientError::Closed {
                        reason: reason.clone(),
                    });
                }
            }
        }
    }

    /// What is there already, without waiting.
    ///
    /// # Errors
    /// As [`Receiver::next`].
    pub fn try_next(&mut self) -> Result<Option<Incoming>, ClientError> {
        self.next().now_or_never().transpose()
    }

    fn lose(&mut self, reason: String) -> Result<Incoming, ClientError> {
        let dropped_requests = self.shared.disconnect();
        let is_over = self.shared.is_closed_by_us();
        match self.config.reconnect {
            Reconnect::Backoff { .. } if !is_over => {
                let shared = Arc::clone(&self.shared);
                let config = Arc::clone(&self.config);
                self.state = State::Reconnecting(Box::pin(reconnect(shared, config)));
                Ok(Incoming::Disconnected(Disconnected {
                    reason,
                    dropped_requests,
                }))
            }
            Reconnect::Backoff { .. } | Reconnect::Never => {
                self.state = State::Ended {
                    reason: reason.clone(),
                };
                Err(ClientError::Closed { reason })
            }
        }
    }

    fn settle(
        &mut self,
        outcome: Result<(FrameStream, Reconnected), ClientError>,
    ) -> Result<Incoming, ClientError> {
        match outcome {
            Ok((frames_in, reconnected)) => {
                self.names = self.shared.names();
                self.state = State::Connected(frames_in);
                Ok(Incoming::Reconnected(Box::new(reconnected)))
            }
            Err(error) => {
                self.state = State::Ended {
                    reason: error.to_string(),
                };
                Err(error)
            }
        }
    }
}

/// Tries until there is a connection, the attempts are used up, or trying has no point.
async fn reconnect(
    shared: Arc<Shared>,
    config: Arc<ClientConfig>,
) -> Result<(FrameStream, Reconnected), ClientError> {
    let Reconnect::Backoff {
        pause_first,
        pause_max,
        attempts_max,
    } = config.reconnect
    else {
        unreachable!("a client that never reconnects does not get here")
    };
    let mut pause = pause_first;
    let mut attempts = 0;
    loop {
        tokio::time::sleep(pause).await;
        if shared.is_closed_by_us() {
            let reason = "it was closed while it was being reconnected".to_owned();
            return Err(ClientError::Closed { reason });
        }
        attempts += 1;
        match try_once(&shared, &config).await {
            Ok((frames_in, hello, account)) => {
                let reconnected = Reconnected {
                    hello,
                    account,
                    attempts,
                };
                return Ok((frames_in, reconnected));
            }
            Err(error) if error.is_passing() && attempts < attempts_max => {
                pause = pause.saturating_mul(2).min(pause_max);
            }
            Err(error) => return Err(error),
        }
    }
}

async fn try_once(
    shared: &Shared,
    config: &ClientConfig,
) -> Result<(FrameStream, HelloAnswer, Option<u64>), ClientError> {
    let opened = connection::open(config).await?;
    shared
        .reconnect(opened.frames_out, &opened.hello)
        .await
        .map_err(|error| ClientError::Closed {
            reason: error.to_string(),
        })?;
    Ok((opened.frames_in, opened.hello, opened.account))
}
