//! A client that never sleeps: writes a message, and reads without waiting until its answer is whole.

use std::hint::spin_loop;
use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use tokio_tungstenite::tungstenite;

use crate::measure::timed;

/// When an answer is whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reply {
    /// When as many bytes have come as were sent.
    AsLong,
    /// When a WebSocket frame of a server has.
    Frame,
}

/// One connection.
#[derive(Debug)]
pub struct Line {
    stream: TcpStream,
    reply: Reply,
    input: Vec<u8>,
}

impl Line {
    /// Connects; with [`Reply::Frame`] upgrades to a WebSocket at `path`.
    ///
    /// # Errors
    /// Nobody is there, or the upgrade is refused.
    pub fn open(address: &str, path: &str, reply: Reply) -> io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        let stream = match reply {
            Reply::AsLong => stream,
            Reply::Frame => {
                let url = format!("ws://{address}{path}");
                let upgraded = tungstenite::client(url, stream);
                let (socket, _) = upgraded.map_err(|error| io::Error::other(error.to_string()))?;
                socket.into_inner()
            }
        };
        stream.set_nonblocking(true)?;
        Ok(Self {
            stream,
            reply,
            input: Vec::new(),
        })
    }

    /// The socket, which does not block.
    pub fn into_stream(self) -> TcpStream {
        self.stream
    }

    /// Sends a message, which is framed already, and waits for its answer.
    ///
    /// # Errors
    /// The connection is lost.
    pub fn round_trip(&mut self, message: &[u8]) -> io::Result<Duration> {
        let (time, outcome) = timed(|| self.ask(message));
        outcome?;
        Ok(time)
    }

    /// The same; returns what came.
    ///
    /// # Errors
    /// The connection is lost.
    pub fn ask(&mut self, message: &[u8]) -> io::Result<&[u8]> {
        self.input.clear();
        self.stream.write_all(message)?;
        while !self.is_whole(message.len()) {
            let mut bytes = [0; 4_096];
            match self.stream.read(&mut bytes) {
                Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
                Ok(read) => self.input.extend_from_slice(&bytes[..read]),
                Err(error) if error.kind() == ErrorKind::WouldBlock => spin_loop(),
                Err(error) => return Err(error),
            }
        }
        Ok(&self.input)
    }

    fn is_whole(&self, sent: usize) -> bool {
        match self.reply {
            Reply::AsLong => self.input.len() >= sent,
            Reply::Frame => frame_length(&self.input).is_some_and(|all| self.input.len() >= all),
        }
    }
}

/// The length of a server's frame, header and all, if that much of it is there.
fn frame_length(input: &[u8]) -> Option<usize> {
    match *input {
        [_, 126, high, low, ..] => Some(4 + usize::from(u16::from_be_bytes([high, low]))),
        [_, length, ..] if length < 126 => Some(2 + usize::from(length)),
        _ => None,
    }
}

/// A client's text frame, masked with zeros.
pub fn framed(text: &str) -> Vec<u8> {
    let mut frame = vec![0x81];
    match u8::try_from(text.len()) {
        Ok(length) if length < 126 => frame.push(0x80 | length),
        _ => {
            let length = u16::try_from(text.len()).expect("a request is short");
            frame.push(0xfe);
            frame.extend_from_slice(&length.to_be_bytes());
        }
    }
    frame.extend_from_slice(&[0; 4]);
    frame.extend_from_slice(text.as_bytes());
    frame
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_is_whole_with_its_last_byte() {
        assert_eq!(frame_length(&[0x81]), None);
        assert_eq!(frame_length(&[0x81, 3, b'a']), Some(5));
        assert_eq!(frame_length(&[0x81, 126, 1]), None);
        assert_eq!(frame_length(&[0x81, 126, 1, 0]), Some(260));
    }

    #[test]
    fn short_and_long_texts_are_framed() {
        assert_eq!(framed("ab"), [0x81, 0x82, 0, 0, 0, 0, b'a', b'b']);
        let long = framed(&"x".repeat(300));
        assert_eq!(long[..4], [0x81, 0xfe, 1, 44]);
        assert_eq!(long.len(), 308);
    }
}
