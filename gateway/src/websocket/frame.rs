//! The head of a frame, and what it may be from a client.

use protocol::Frames;

/// How a client broke the protocol, which ends its session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Broken {
    /// A frame or message is above what is taken in.
    TooLarge,
    /// A text is not UTF-8.
    NotUtf8,
    /// Something that no client may send.
    Protocol,
}

/// What a frame carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Opcode {
    Continuation,
    Text,
    Binary,
    Close,
    Ping,
    Pong,
}

/// The most bytes of a control frame's payload.
pub(super) const CONTROL_BYTES_MAX: usize = 125;

const FINAL: u8 = 0x80;
const RESERVED: u8 = 0x70;
const MASKED: u8 = 0x80;

/// The head of a client's frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Head {
    pub opcode: Opcode,
    pub is_final: bool,
    mask: [u8; 4],
    /// Where the payload begins.
    pub payload_at: usize,
    pub payload_bytes: usize,
}

impl Opcode {
    const fn of(bits: u8) -> Option<Self> {
        Some(match bits {
            0x0 => Self::Continuation,
            0x1 => Self::Text,
            0x2 => Self::Binary,
            0x8 => Self::Close,
            0x9 => Self::Ping,
            0xa => Self::Pong,
            _ => return None,
        })
    }

    pub const fn bits(self) -> u8 {
        match self {
            Self::Continuation => 0x0,
            Self::Text => 0x1,
            Self::Binary => 0x2,
            Self::Close => 0x8,
            Self::Ping => 0x9,
            Self::Pong => 0xa,
        }
    }

    const fn is_control(self) -> bool {
        match self {
            Self::Close | Self::Ping | Self::Pong => true,
            Self::Continuation | Self::Text | Self::Binary => false,
        }
    }
}

impl Head {
    /// Reads the head at the front of `bytes`; `None` where more bytes are needed.
    ///
    /// # Errors
    /// No client may send it, or it announces more than `payload_bytes_max`.
    pub fn read(bytes: &[u8], payload_bytes_max: usize) -> Result<Option<Self>, Broken> {
        let [first, second, behind @ ..] = bytes else {
            return Ok(None);
        };
        let opcode = Opcode::of(first & 0x0f).ok_or(Broken::Protocol)?;
        let is_final = first & FINAL != 0;
        if first & RESERVED != 0 || second & MASKED == 0 {
            return Err(Broken::Protocol);
        }
        let (payload_bytes, length_bytes) = match second & !MASKED {
            126 => match behind.first_chunk() {
                Some(length) => (u64::from(u16::from_be_bytes(*length)), 2),
                None => return Ok(None),
            },
            127 => match behind.first_chunk() {
                Some(length) => (u64::from_be_bytes(*length), 8),
                None => return Ok(None),
            },
            short => (u64::from(short), 0),
        };
        let payload_bytes = usize::try_from(payload_bytes).map_err(|_| Broken::TooLarge)?;
        if opcode.is_control() && (payload_bytes > CONTROL_BYTES_MAX || !is_final) {
            return Err(Broken::Protocol);
        }
        if payload_bytes > payload_bytes_max {
            return Err(Broken::TooLarge);
        }
        let Some(mask) = behind.get(length_bytes..).and_then(<[u8]>::first_chunk) else {
            return Ok(None);
        };
        Ok(Some(Self {
            opcode,
            is_final,
            mask: *mask,
            payload_at: length_bytes + 6,
            payload_bytes,
        }))
    }

    /// Bytes of the whole frame.
    pub const fn frame_bytes(&self) -> usize {
        self.payload_at + self.payload_bytes
    }

    /// Takes the mask off the payload.
    pub fn unmask(&self, payload: &mut [u8]) {
        let long = u64::from(u32::from_ne_bytes(self.mask)) * 0x1_0000_0001;
        let mut words = payload.chunks_exact_mut(8);
        for word in &mut words {
            let bytes: &mut [u8; 8] = word.try_into().expect("chunks of eight have eight bytes");
            *bytes = (u64::from_ne_bytes(*bytes) ^ long).to_ne_bytes();
        }
        for (byte, mask) in words
            .into_remainder()
            .iter_mut()
            .zip(self.mask.iter().cycle())
        {
            *byte ^= mask;
        }
    }
}

/// What a client's close frame is answered with: the same code and reason.
///
/// # Errors
/// Its code is none that may be sent, or its reason is no text.
pub(super) fn close_reply(payload: &[u8]) -> Result<&[u8], Broken> {
    let [high, low, reason @ ..] = payload else {
        return if payload.is_empty() {
            Ok(payload)
        } else {
            Err(Broken::Protocol)
        };
    };
    let may_be_sent = matches!(
        u16::from_be_bytes([*high, *low]),
        1_000..=1_003 | 1_007..=1_014 | 3_000..=4_999
    );
    if !may_be_sent {
        return Err(Broken::Protocol);
    }
    if str::from_utf8(reason).is_err() {
        return Err(Broken::NotUtf8);
    }
    Ok(payload)
}

/// Puts a text or binary message behind `out`.
pub fn put_frame(out: &mut Vec<u8>, frames: Frames, payload: &[u8]) {
    let opcode = match frames {
        Frames::Text => Opcode::Text,
        Frames::Binary => Opcode::Binary,
    };
    put_head(out, opcode, payload.len());
    out.extend_from_slice(payload);
}

/// Puts the head of a server's frame behind `out`.
pub(super) fn put_head(out: &mut Vec<u8>, opcode: Opcode, payload_bytes: usize) {
    let first = FINAL | opcode.bits();
    match (u8::try_from(payload_bytes), u16::try_from(payload_bytes)) {
        (Ok(short @ 0..=125), _) => out.extend_from_slice(&[first, short]),
        (_, Ok(medium)) => {
            let [high, low] = medium.to_be_bytes();
            out.extend_from_slice(&[first, 126, high, low]);
        }
        (_, Err(_)) => {
            let long = u64::try_from(payload_bytes).expect("a machine has at most 64 bits");
            out.extend_from_slice(&[first, 127]);
            out.extend_from_slice(&long.to_be_bytes());
        }
    }
}
