//! WebSocket frames of a client, written into and read out of plain buffers: no copy that is not needed, no wait.

/// Bit of a frame's first byte: the message ends with it.
const FINAL: u8 = 0x80;
const OPCODE: u8 = 0x0f;
/// Bit of the second byte: the payload is masked, as every client's is.
const MASKED: u8 = 0x80;
const LENGTH: u8 = 0x7f;
const LENGTH_IN_TWO: u8 = 126;
const LENGTH_IN_EIGHT: u8 = 127;
/// The mask of every frame: it protects old proxies, and between two ends of one machine there is none.
const MASK: [u8; 4] = [0x1f, 0x8b, 0x52, 0xe7];

/// What a frame is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FrameKind {
    /// A text message.
    Text,
    /// A binary message.
    Binary,
    /// The other end closes.
    Close,
    /// The other end wants a pong.
    Ping,
    /// An answer to a ping.
    Pong,
    /// Part of a message, or nothing that is known.
    Other,
}

/// A frame at the beginning of a buffer.
#[derive(Debug, PartialEq, Eq)]
pub struct Frame<'a> {
    /// What it is.
    pub kind: FrameKind,
    /// What it carries.
    pub payload: &'a [u8],
    /// Bytes of the buffer that it takes.
    pub length: usize,
}

/// Appends one whole message.
pub fn put(buffer: &mut Vec<u8>, kind: FrameKind, payload: &[u8]) {
    let opcode = match kind {
        FrameKind::Text => 0x1,
        FrameKind::Binary => 0x2,
        FrameKind::Close => 0x8,
        FrameKind::Ping => 0x9,
        FrameKind::Pong => 0xa,
        FrameKind::Other => unreachable!("only whole messages are written"),
    };
    buffer.push(FINAL | opcode);
    match u8::try_from(payload.len()) {
        Ok(short) if short < LENGTH_IN_TWO => buffer.push(MASKED | short),
        _ => {
            if let Ok(length) = u16::try_from(payload.len()) {
                buffer.push(MASKED | LENGTH_IN_TWO);
                buffer.extend_from_slice(&length.to_be_bytes());
            } else {
                buffer.push(MASKED | LENGTH_IN_EIGHT);
                buffer.extend_from_slice(&(payload.len() as u64).to_be_bytes());
            }
        }
    }
    buffer.extend_from_slice(&MASK);
    let start = buffer.len();
    buffer.extend_from_slice(payload);
    mask(&mut buffer[start..]);
}

fn mask(payload: &mut [u8]) {
    let four = u32::from_ne_bytes(MASK);
    let eight = u64::from(four) << 32 | u64::from(four);
    let (words, rest) = payload.as_chunks_mut::<8>();
    for word in words {
        *word = (u64::from_ne_bytes(*word) ^ eight).to_ne_bytes();
    }
    for (byte, mask) in rest.iter_mut().zip(MASK.iter().cycle()) {
        *byte ^= mask;
    }
}

/// The frame at the beginning of `bytes`, if it is whole. A server's frames are not masked.
pub fn first(bytes: &[u8]) -> Option<Frame<'_>> {
    let (&[begin, second], rest) = bytes.split_first_chunk::<2>()?;
    let (header, length): (usize, usize) = match second & LENGTH {
        LENGTH_IN_TWO => {
            let (length, _) = rest.split_first_chunk::<2>()?;
            (4, usize::from(u16::from_be_bytes(*length)))
        }
        LENGTH_IN_EIGHT => {
            let (length, _) = rest.split_first_chunk::<8>()?;
            let length = u64::from_be_bytes(*length);
            (10, usize::try_from(length).unwrap_or(usize::MAX))
        }
        short => (2, usize::from(short)),
    };
    let payload = bytes.get(header..header.checked_add(length)?)?;
    Some(Frame {
        kind: kind(begin),
        payload,
        length: header + length,
    })
}

fn kind(begin: u8) -> FrameKind {
    if begin & FINAL == 0 {
        return FrameKind::Other;
    }
    match begin & OPCODE {
        0x1 => FrameKind::Text,
        0x2 => FrameKind::Binary,
        0x8 => FrameKind::Close,
        0x9 => FrameKind::Ping,
        0xa => FrameKind::Pong,
        _ => FrameKind::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_framed_as_the_rfc_says() {
        let mut buffer = Vec::new();

        put(&mut buffer, FrameKind::Text, b"Hello");

        assert_eq!(buffer[..2], [0x81, 0x85]);
        assert_eq!(buffer[2..6], MASK);
        let unmasked: Vec<u8> = buffer[6..]
            .iter()
            .zip(MASK.iter().cycle())
            .map(|(byte, mask)| byte ^ mask)
            .collect();
        assert_eq!(unmasked, b"Hello");
    }

    #[test]
    fn each_size_of_length_is_written_and_read() {
        for length in [0_usize, 125, 126, 65_535, 65_536] {
            let mut buffer = Vec::new();
            put(&mut buffer, FrameKind::Binary, &vec![7; length]);
            let header = buffer.len() - length - MASK.len();
            // As a server would have sent it: without the mask.
            let mut plain = buffer[..header].to_vec();
            plain[1] &= LENGTH;
            plain.extend(vec![7; length]);

            let frame = first(&plain).expect("it is whole");

            assert_eq!(frame.kind, FrameKind::Binary);
            assert_eq!(frame.payload.len(), length);
            assert_eq!(frame.length, plain.len());
            assert_eq!(first(&plain[..plain.len() - 1]), None, "the end is missing");
        }
    }
}
