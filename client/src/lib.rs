//! Rust client of the native protocol.
//!
//! [`connect`] opens a session and splits it: a [`Sender`] that any number of tasks can clone, and one
//! [`Receiver`]. [`LocalBook`] and [`LocalOrders`] rebuild a book
//! from its channel and check it; a [`BookFollower`] keeps them in step with what is lost, repeated and reordered.
//!
//! ```no_run
//! use client::{ClientConfig, Incoming, connect};
//! use protocol::{NewOrder, ServerMessage, Side, Submit};
//!
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! let config = ClientConfig::new("ws://127.0.0.1:9080/v1/ws", "first bot").with_key("demo-alice");
//! let mut session = connect(config).await?;
//! session.sender.submit(Submit {
//!     symbol: "BTCUSDT".parse()?,
//!     order: NewOrder::limit(Side::Buy, "100.00".parse()?, "0.01".parse()?),
//!     at_us: None,
//! })?;
//! session.sender.flush().await?;
//! while let Incoming::Message(message) = session.receiver.next().await? {
//!     if let ServerMessage::Report(report) = message {
//!         assert_eq!(report.request, Some(1));
//!     }
//! }
//! # Ok(())
//! # }
//! ```

mod book_error;
mod book_follower;
mod config;
mod connection;
mod credentials;
mod error;
mod execution_place;
mod local_book;
mod local_orders;
mod receiver;
mod sender;
mod subscriptions;

use std::sync::Arc;

use protocol::HelloAnswer;

pub use book_error::{BookError, BookPlace};
pub use book_follower::{BookFollower, FollowedBook, Step, Taken};
pub use config::{ClientConfig, ClientLimits, Reconnect};
pub use credentials::{BadSigningKey, Credentials, DemoKey, SigningKey};
pub use error::{ClientError, SendError};
pub use local_book::{BookLevel, LocalBook};
pub use local_orders::{LocalOrders, QueuedOrder};
pub use receiver::{Disconnected, Incoming, Receiver, Reconnected};
pub use sender::Sender;

/// An open session.
#[derive(Debug)]
pub struct Session {
    /// What the exchange said: version, limits, instruments.
    pub hello: HelloAnswer,
    /// The account, with a key.
    pub account: Option<u64>,
    /// The half that asks.
    pub sender: Sender,
    /// The half that listens.
    pub receiver: Receiver,
}

/// Opens a session: connects, says `hello` and, with a key, logs on. This first time nothing is retried.
///
/// # Errors
/// The URL is wrong, nobody answers in time, or the exchange refuses.
pub async fn connect(config: ClientConfig) -> Result<Session, ClientError> {
    let opened = connection::open(&config).await?;
    let shared = Arc::new(sender::Shared::new(
        opened.frames_out,
        &opened.hello,
        config.limits.queued_requests_max,
    ));
    Ok(Session {
        hello: opened.hello,
        account: opened.account,
        sender: Sender::new(Arc::clone(&shared)),
        receiver: Receiver::new(shared, Arc::new(config), opened.frames_in),
    })
}
