//! Writes a server's messages, gathered.

use std::io;

use tokio::io::{AsyncWrite, AsyncWriteExt};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;

use crate::websocket::buffers::{self, BUFFER_BYTES};
use crate::websocket::frame::{CONTROL_BYTES_MAX, Opcode, put_head};

/// The writing end of a WebSocket.
#[derive(Debug)]
pub struct Writer<W> {
    sink: W,
    /// What is gathered; lent while there is anything.
    out: Vec<u8>,
    write_bytes: usize,
}

impl<W: AsyncWrite + Unpin> Writer<W> {
    /// Writes to `sink` when `write_bytes` are gathered, or when it is asked to.
    pub const fn new(sink: W, write_bytes: usize) -> Self {
        Self {
            sink,
            out: Vec::new(),
            write_bytes,
        }
    }

    /// Gathers a message, and writes what is gathered when that is much.
    ///
    /// # Errors
    /// The connection is broken.
    pub async fn feed(&mut self, message: &Message) -> io::Result<()> {
        let (opcode, payload): (_, &[u8]) = match message {
            Message::Text(text) => (Opcode::Text, text.as_bytes()),
            Message::Binary(bytes) => (Opcode::Binary, bytes),
            Message::Ping(bytes) => (Opcode::Ping, bytes),
            Message::Pong(bytes) => (Opcode::Pong, bytes),
            Message::Close(frame) => return self.feed_close(frame.as_ref()).await,
            Message::Frame(_) => unreachable!("nobody writes raw frames"),
        };
        self.borrow_room();
        put_head(&mut self.out, opcode, payload.len());
        if payload.len() > BUFFER_BYTES {
            // Not copied: it would make the buffer large for good.
            self.write_gathered().await?;
            return self.sink.write_all(payload).await;
        }
        self.out.extend_from_slice(payload);
        self.write_if_much().await
    }

    /// Gathers frames that are written out already.
    ///
    /// # Errors
    /// The connection is broken.
    pub async fn feed_frames(&mut self, frames: &[u8]) -> io::Result<()> {
        if self.out.is_empty() {
            // Nothing is before them: they need no copy.
            return self.sink.write_all(frames).await;
        }
        self.out.extend_from_slice(frames);
        self.write_if_much().await
    }

    async fn feed_close(&mut self, frame: Option<&CloseFrame>) -> io::Result<()> {
        let mut payload = Vec::new();
        if let Some(frame) = frame {
            payload.extend_from_slice(&u16::from(frame.code).to_be_bytes());
            payload.extend_from_slice(frame.reason.as_bytes());
            payload.truncate(CONTROL_BYTES_MAX);
        }
        self.feed_close_bytes(&payload).await
    }

    /// Gathers a close frame with this code and reason.
    ///
    /// # Errors
    /// The connection is broken.
    pub async fn feed_close_bytes(&mut self, payload: &[u8]) -> io::Result<()> {
        self.borrow_room();
        put_head(&mut self.out, Opcode::Close, payload.len());
        self.out.extend_from_slice(payload);
        self.write_if_much().await
    }

    /// Writes all that is gathered.
    ///
    /// # Errors
    /// The connection is broken.
    pub async fn flush(&mut self) -> io::Result<()> {
        self.write_gathered().await?;
        buffers::give_back_written(std::mem::take(&mut self.out));
        self.sink.flush().await
    }

    /// The socket, when everything is over.
    pub fn into_sink(self) -> W {
        self.sink
    }

    fn borrow_room(&mut self) {
        if self.out.capacity() == 0 {
            self.out = buffers::lend_for_writing();
        }
    }

    async fn write_if_much(&mut self) -> io::Result<()> {
        if self.out.len() >= self.write_bytes {
            self.write_gathered().await?;
        }
        Ok(())
    }

    async fn write_gathered(&mut self) -> io::Result<()> {
        if !self.out.is_empty() {
            self.sink.write_all(&self.out).await?;
            self.out.clear();
        }
        Ok(())
    }
}
