//! Reads a client's messages.

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, ReadBuf};

use crate::websocket::buffers::{self, BUFFER_BYTES};
use crate::websocket::frame::{Broken, Head, Opcode, close_reply};

/// The beginning of a frame that is copied away while nothing comes; more keeps its buffer.
const PUT_AWAY_BYTES_MAX: usize = 4_096;

/// What came from a client.
#[derive(Debug, PartialEq, Eq)]
pub enum Incoming<'a> {
    /// A text message, which may be no UTF-8: who reads it looks.
    Text(&'a [u8]),
    /// A binary message.
    Binary(&'a [u8]),
    /// A ping, to be answered with the same bytes.
    Ping(&'a [u8]),
    /// A pong.
    Pong,
    /// The client closes; what is to be answered.
    Close(&'a [u8]),
    /// The connection has ended.
    End,
}

/// The reading end of a WebSocket.
#[derive(Debug)]
pub struct Reader<R> {
    source: R,
    /// Lent while something in it waits to be read.
    buffer: Vec<u8>,
    /// What waits in the buffer: from here,
    start: usize,
    /// to here.
    end: usize,
    /// The frames of a message so far, with what it is.
    message: Option<(Opcode, Vec<u8>)>,
    /// The message of several frames that was told last.
    told: Vec<u8>,
    message_bytes_max: usize,
}

impl<R: AsyncRead + Unpin> Reader<R> {
    /// Reads from `source`, behind what was `read` from it already, messages of at most `message_bytes_max`.
    pub fn new(source: R, read: &[u8], message_bytes_max: usize) -> Self {
        let mut reader = Self {
            source,
            buffer: Vec::new(),
            start: 0,
            end: 0,
            message: None,
            told: Vec::new(),
            message_bytes_max,
        };
        if !read.is_empty() {
            reader.buffer = buffers::lend_for_reading();
            if reader.buffer.len() < read.len() {
                reader.buffer.resize(read.len(), 0);
            }
            reader.buffer[..read.len()].copy_from_slice(read);
            reader.end = read.len();
        }
        reader
    }

    /// The socket, when everything is over.
    pub fn into_source(self) -> R {
        self.source
    }

    /// The next message or control frame. It can be dropped between two of them, and nothing is lost.
    ///
    /// # Errors
    /// The client broke the protocol.
    pub async fn next(&mut self) -> Result<Incoming<'_>, Broken> {
        self.told = Vec::new();
        let (opcode, place) = loop {
            if let Some(head) = self.whole_frame()? {
                let payload = self.take_frame(&head);
                match self.assemble(&head, payload.clone())? {
                    Assembled::Message(opcode) => break (opcode, Place::Message),
                    Assembled::Frame => break (head.opcode, Place::Buffer(payload)),
                    Assembled::Nothing => continue,
                }
            }
            let read = poll_fn(|context| self.poll_more(context)).await;
            // A connection that breaks is gone like one that ends.
            if read.unwrap_or(0) == 0 {
                return Ok(Incoming::End);
            }
        };
        let payload = match place {
            Place::Buffer(range) => &self.buffer[range],
            Place::Message => &self.told,
        };
        Ok(match opcode {
            Opcode::Text => Incoming::Text(payload),
            Opcode::Binary => Incoming::Binary(payload),
            Opcode::Ping => Incoming::Ping(payload),
            Opcode::Pong => Incoming::Pong,
            Opcode::Close => Incoming::Close(close_reply(payload)?),
            Opcode::Continuation => unreachable!("a message has the kind of its first frame"),
        })
    }

    /// Whether the next message is told without a look at the socket, as far as its first frame goes.
    pub fn has_frame(&self) -> bool {
        matches!(self.whole_frame(), Ok(Some(_)))
    }

    /// The head of the first frame that waits, if all of it is here.
    fn whole_frame(&self) -> Result<Option<Head>, Broken> {
        let waiting = &self.buffer[self.start..self.end];
        let head = Head::read(waiting, self.message_bytes_max)?;
        Ok(head.filter(|head| head.frame_bytes() <= waiting.len()))
    }

    /// Takes a whole frame off the front; says where its payload is, the mask taken off.
    fn take_frame(&mut self, head: &Head) -> std::ops::Range<usize> {
        let end = self.start + head.frame_bytes();
        let payload = self.start + head.payload_at..end;
        head.unmask(&mut self.buffer[payload.clone()]);
        self.start = end;
        payload
    }

    /// Puts a message of several frames together.
    fn assemble(
        &mut self,
        head: &Head,
        payload: std::ops::Range<usize>,
    ) -> Result<Assembled, Broken> {
        match (head.opcode, head.is_final, self.message.take()) {
            // It may stand between the frames of a message.
            (Opcode::Close | Opcode::Ping | Opcode::Pong, _, message) => {
                self.message = message;
                Ok(Assembled::Frame)
            }
            (Opcode::Text | Opcode::Binary, true, None) => Ok(Assembled::Frame),
            (Opcode::Text | Opcode::Binary, false, None) => {
                self.message = Some((head.opcode, self.buffer[payload].to_vec()));
                Ok(Assembled::Nothing)
            }
            (Opcode::Continuation, is_final, Some((opcode, mut bytes))) => {
                if bytes.len() + payload.len() > self.message_bytes_max {
                    return Err(Broken::TooLarge);
                }
                bytes.extend_from_slice(&self.buffer[payload]);
                if is_final {
                    self.told = bytes;
                    return Ok(Assembled::Message(opcode));
                }
                self.message = Some((opcode, bytes));
                Ok(Assembled::Nothing)
            }
            (Opcode::Text | Opcode::Binary, _, Some(_)) | (Opcode::Continuation, _, None) => {
                Err(Broken::Protocol)
            }
        }
    }

    /// Reads more behind what waits; zero bytes are the end.
    fn poll_more(&mut self, context: &mut Context<'_>) -> Poll<io::Result<usize>> {
        self.make_room();
        let mut room = ReadBuf::new(&mut self.buffer[self.end..]);
        let read = Pin::new(&mut self.source).poll_read(context, &mut room);
        let read_bytes = room.filled().len();
        if read.is_pending() {
            self.put_away();
        }
        ready!(read)?;
        self.end += read_bytes;
        Poll::Ready(Ok(read_bytes))
    }

    /// Gives the buffer back while nothing comes; the beginning of a frame is kept by itself.
    fn put_away(&mut self) {
        let waiting = &self.buffer[self.start..self.end];
        if waiting.len() > PUT_AWAY_BYTES_MAX {
            return;
        }
        let waiting = waiting.to_vec();
        (self.start, self.end) = (0, waiting.len());
        buffers::give_back_read(std::mem::replace(&mut self.buffer, waiting));
    }

    /// Sees to it that the buffer has room behind what waits, which is less than a frame.
    fn make_room(&mut self) {
        if self.buffer.len() < BUFFER_BYTES {
            let mut buffer = buffers::lend_for_reading();
            let waiting = &self.buffer[self.start..self.end];
            buffer[..waiting.len()].copy_from_slice(waiting);
            (self.start, self.end) = (0, waiting.len());
            self.buffer = buffer;
        } else if self.start == self.end {
            (self.start, self.end) = (0, 0);
        } else if self.end == self.buffer.len() {
            self.buffer.copy_within(self.start..self.end, 0);
            (self.start, self.end) = (0, self.end - self.start);
            if self.end == self.buffer.len() {
                // The frame is larger than a buffer, and no larger than it may be.
                self.buffer.resize(self.end * 2, 0);
            }
        }
    }
}

/// Where a message is.
enum Place {
    Buffer(std::ops::Range<usize>),
    Message,
}

/// What a frame came to.
enum Assembled {
    /// A message of several frames is whole; it is of this kind.
    Message(Opcode),
    /// The frame stands for itself.
    Frame,
    /// More frames are to come.
    Nothing,
}

#[cfg(test)]
mod tests {
    use super::*;

    const MASK: [u8; 4] = [7, 77, 177, 27];
    /// A masked payload whose length stands in two bytes behind, and in eight.
    const MASKED_MEDIUM: u8 = 0xfe;
    const MASKED_LONG: u8 = 0xff;

    fn masked(first: u8, payload: &[u8]) -> Vec<u8> {
        let mut frame = vec![first];
        match u16::try_from(payload.len()) {
            Ok(short) if short <= 125 => frame.push(0x80 | u8::try_from(short).unwrap()),
            Ok(medium) => {
                frame.push(MASKED_MEDIUM);
                frame.extend_from_slice(&medium.to_be_bytes());
            }
            Err(_) => {
                frame.push(MASKED_LONG);
                frame.extend_from_slice(&u64::try_from(payload.len()).unwrap().to_be_bytes());
            }
        }
        frame.extend_from_slice(&MASK);
        frame.extend(
            payload
                .iter()
                .zip(MASK.iter().cycle())
                .map(|(byte, mask)| byte ^ mask),
        );
        frame
    }

    /// What a reader tells of these bytes, when the socket brings so many at once.
    async fn told(bytes: &[u8], at_once: usize) -> Vec<String> {
        let (mut client, server) = tokio::io::duplex(at_once);
        let bytes = bytes.to_vec();
        let writing = tokio::spawn(async move {
            // A reader that gives up leaves the rest unread.
            let _ = tokio::io::AsyncWriteExt::write_all(&mut client, &bytes).await;
        });
        let mut reader = Reader::new(server, &[], 200_000);
        let mut told = Vec::new();
        loop {
            let incoming = reader.next().await;
            told.push(match &incoming {
                Ok(Incoming::Text(text)) if text.len() > 100 => format!("long text {}", text.len()),
                Ok(Incoming::Text(text)) => format!("text {}", String::from_utf8_lossy(text)),
                Ok(Incoming::Binary(bytes)) => format!("binary {bytes:?}"),
                Ok(Incoming::Ping(bytes)) => format!("ping {bytes:?}"),
                Ok(Incoming::Pong) => "pong".to_owned(),
                Ok(Incoming::Close(reply)) => format!("close {reply:?}"),
                Ok(Incoming::End) => "end".to_owned(),
                Err(broken) => format!("{broken:?}"),
            });
            if matches!(incoming, Ok(Incoming::End) | Err(_)) {
                break;
            }
        }
        drop(reader);
        writing.await.unwrap();
        told
    }

    #[tokio::test]
    async fn messages_are_the_same_however_the_socket_cuts_them() {
        let mut bytes = masked(0x81, b"one");
        bytes.extend(masked(0x82, &[1, 2, 255]));
        bytes.extend(masked(0x81, &vec![b'x'; 150_000]));
        bytes.extend(masked(0x01, b"in "));
        bytes.extend(masked(0x89, b"hm"));
        bytes.extend(masked(0x00, b"three "));
        bytes.extend(masked(0x80, b"parts"));
        bytes.extend(masked(0x81, b""));
        bytes.extend(masked(0x8a, b""));
        bytes.extend(masked(0x88, &[3, 232, b'b', b'y', b'e']));
        let expected = [
            "text one",
            "binary [1, 2, 255]",
            "long text 150000",
            "ping [104, 109]",
            "text in three parts",
            "text ",
            "pong",
            "close [3, 232, 98, 121, 101]",
            "end",
        ];

        for at_once in [1, 7, 1_000, 1_000_000] {
            assert_eq!(told(&bytes, at_once).await, expected, "{at_once} at once");
        }
    }

    #[tokio::test]
    async fn what_no_client_may_send_ends_the_session() {
        let unmasked = [0x81, 1, b'x'].to_vec();
        let too_long = [[0x81, MASKED_LONG].as_slice(), &200_001_u64.to_be_bytes()].concat();
        let too_long = [too_long, MASK.to_vec()].concat();
        let many_parts = [
            masked(0x01, &vec![b'x'; 150_000]),
            masked(0x80, &vec![b'x'; 50_001]),
        ]
        .concat();
        for (bytes, broken) in [
            (unmasked, "Protocol"),
            (too_long, "TooLarge"),
            (many_parts, "TooLarge"),
            (masked(0xc1, b"reserved bit"), "Protocol"),
            (masked(0x83, b"no such kind"), "Protocol"),
            (masked(0x80, b"the end of nothing"), "Protocol"),
            (masked(0x09, b"a ping in parts"), "Protocol"),
            (masked(0x89, &[0; 126]), "Protocol"),
            (
                [masked(0x01, b"a"), masked(0x81, b"b")].concat(),
                "Protocol",
            ),
            (masked(0x88, &[3]), "Protocol"),
            (masked(0x88, &[3, 237]), "Protocol"),
            (masked(0x88, &[3, 232, 0xff]), "NotUtf8"),
        ] {
            assert_eq!(told(&bytes, 64).await, [broken], "{bytes:?}");
        }
    }

    #[tokio::test]
    async fn what_was_read_before_comes_first_and_an_idle_reader_holds_no_buffer() {
        let (client, server) = tokio::io::duplex(64);
        let mut reader = Reader::new(server, &masked(0x81, b"early"), 1_000);
        assert_eq!(reader.next().await, Ok(Incoming::Text(b"early")));

        let waited = poll_fn(|context| Poll::Ready(reader.poll_more(context).is_pending())).await;

        assert!(waited);
        assert_eq!(reader.buffer.capacity(), 0);
        drop(client);
    }

    #[tokio::test]
    async fn the_beginning_of_a_frame_holds_no_more_than_itself() {
        let (mut client, server) = tokio::io::duplex(64);
        let frame = masked(0x81, b"in two halves");
        let mut reader = Reader::new(server, &frame[..9], 1_000);

        let waited = poll_fn(|context| Poll::Ready(reader.poll_more(context).is_pending())).await;

        assert!(waited);
        assert_eq!(reader.buffer.capacity(), 9);
        tokio::io::AsyncWriteExt::write_all(&mut client, &frame[9..])
            .await
            .unwrap();
        assert_eq!(reader.next().await, Ok(Incoming::Text(b"in two halves")));
    }
}
