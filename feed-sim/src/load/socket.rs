//! One WebSocket of a load: a handshake that waits, then buffers that never do.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
use std::time::Duration;

use mio::Token;
use mio::event::Source;
use tokio_tungstenite::tungstenite;

use crate::load::LoadError;
use crate::load::frame::{self, FrameKind};

/// For the handshake and the log-on.
const PATIENCE: Duration = Duration::from_secs(10);
/// Room for what one read brings.
const READ_BYTES: usize = 64 << 10;

/// A WebSocket of which nothing is waited for.
#[derive(Debug)]
pub struct Socket {
    stream: mio::net::TcpStream,
    input: Vec<u8>,
    /// Bytes of `input` that were read.
    filled: usize,
    /// Bytes of `input` that were taken.
    taken: usize,
    output: Vec<u8>,
    /// Bytes of `output` that were written.
    written: usize,
}

/// A WebSocket whose session is being let in: reads wait.
#[derive(Debug)]
pub struct Greeting {
    stream: TcpStream,
    address: SocketAddr,
    input: Vec<u8>,
}

impl Greeting {
    /// Connects and upgrades.
    ///
    /// # Errors
    /// Nobody is there, or the upgrade is refused.
    pub fn open(address: &str, path: &str) -> Result<Self, LoadError> {
        let failed = |source| LoadError::Connect {
            address: address.to_owned(),
            source,
        };
        let resolved = address
            .to_socket_addrs()
            .and_then(|mut found| {
                found
                    .next()
                    .ok_or_else(|| io::Error::from(ErrorKind::AddrNotAvailable))
            })
            .map_err(failed)?;
        let stream = TcpStream::connect_timeout(&resolved, PATIENCE).map_err(failed)?;
        stream.set_nodelay(true).map_err(failed)?;
        stream.set_read_timeout(Some(PATIENCE)).map_err(failed)?;
        let url = format!("ws://{address}{path}");
        let (socket, _) =
            tungstenite::client(url, stream).map_err(|error| LoadError::Handshake {
                address: address.to_owned(),
                reason: error.to_string(),
            })?;
        Ok(Self {
            // Nothing is said before it is asked, so nothing is lost here.
            stream: socket.into_inner(),
            address: resolved,
            input: Vec::new(),
        })
    }

    /// Sends one message and waits for the next one that comes.
    ///
    /// # Errors
    /// The connection ends, or nothing comes.
    pub fn ask(&mut self, question: &[u8]) -> Result<Vec<u8>, LoadError> {
        let mut framed = Vec::new();
        frame::put(&mut framed, FrameKind::Text, question);
        self.stream
            .write_all(&framed)
            .and_then(|()| self.message())
            .map_err(|source| LoadError::Connect {
                address: self.address.to_string(),
                source,
            })
    }

    fn message(&mut self) -> io::Result<Vec<u8>> {
        loop {
            if let Some(found) = frame::first(&self.input) {
                let (kind, payload) = (found.kind, found.payload.to_vec());
                let length = found.length;
                self.input.drain(..length);
                match kind {
                    FrameKind::Text | FrameKind::Binary => return Ok(payload),
                    FrameKind::Close => return Err(ErrorKind::ConnectionAborted.into()),
                    FrameKind::Ping | FrameKind::Pong | FrameKind::Other => continue,
                }
            }
            let mut bytes = [0; 4_096];
            let read = self.stream.read(&mut bytes)?;
            if read == 0 {
                return Err(ErrorKind::UnexpectedEof.into());
            }
            self.input.extend_from_slice(&bytes[..read]);
        }
    }

    /// From now on nothing is waited for.
    ///
    /// # Errors
    /// The socket cannot be made so.
    pub fn into_socket(self) -> io::Result<Socket> {
        self.stream.set_nonblocking(true)?;
        let mut input = self.input;
        let filled = input.len();
        input.resize(filled.max(READ_BYTES), 0);
        Ok(Socket {
            stream: mio::net::TcpStream::from_std(self.stream),
            input,
            filled,
            taken: 0,
            output: Vec::new(),
            written: 0,
        })
    }
}

impl Socket {
    /// Lets `poll` say when there is something to read.
    ///
    /// # Errors
    /// It cannot be watched.
    pub fn watch(&mut self, poll: &mio::Poll, place: usize) -> io::Result<()> {
        self.stream
            .register(poll.registry(), Token(place), mio::Interest::READABLE)
    }

    /// Queues one message.
    pub fn queue(&mut self, kind: FrameKind, payload: &[u8]) {
        frame::put(&mut self.output, kind, payload);
    }

    /// Writes as much as there is room for. True: nothing is left.
    ///
    /// # Errors
    /// The connection is lost.
    pub fn flush(&mut self) -> io::Result<bool> {
        while self.written < self.output.len() {
            match self.stream.write(&self.output[self.written..]) {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(written) => self.written += written,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(false),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        self.output.clear();
        self.written = 0;
        Ok(true)
    }

    /// Reads once. True: there may be more.
    ///
    /// # Errors
    /// The connection is lost, or the other end has closed it.
    pub fn fill(&mut self) -> io::Result<bool> {
        if self.taken == self.filled {
            (self.taken, self.filled) = (0, 0);
        } else if self.filled == self.input.len() {
            self.input.copy_within(self.taken..self.filled, 0);
            self.filled -= self.taken;
            self.taken = 0;
            if self.filled == self.input.len() {
                // One frame is larger than all the room there is.
                self.input.resize(self.filled * 2, 0);
            }
        }
        match self.stream.read(&mut self.input[self.filled..]) {
            Ok(0) => Err(ErrorKind::UnexpectedEof.into()),
            Ok(read) => {
                self.filled += read;
                Ok(self.filled == self.input.len())
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(false),
            Err(error) if error.kind() == ErrorKind::Interrupted => Ok(true),
            Err(error) => Err(error),
        }
    }

    /// The next whole frame that was read; its place in the buffer stays until the next [`Self::fill`].
    pub fn next_frame(&mut self) -> Option<(FrameKind, &[u8])> {
        let start = self.taken;
        let found = frame::first(&self.input[start..self.filled])?;
        self.taken += found.length;
        Some((found.kind, found.payload))
    }
}
