//! The watermark: what a segment's writer knew to be durable when it last looked.
//!
//! Its payload: count u64, highest durable position u64, state u8 (1 open, 2 closed, 3 continued in the next
//! segment). Two blocks far from the frames hold the last two, so that damage to the last frames leaves what
//! says that they were durable.

use crate::log::codec::{DecodeError, Reader};
use crate::position::LogPosition;

/// Where watermarks stand: the odd ones in the second.
pub(super) const WATERMARK_BLOCKS: [u64; 2] = [1, 2];

/// What is known to be durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Watermark {
    /// How many were written into the segment: the higher is the newer.
    pub count: u64,
    pub durable: LogPosition,
    pub state: SegmentState,
}

/// What became of a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SegmentState {
    /// It is written to.
    Open = 1,
    /// Everything that was shown is in it and synced: the process stopped in order.
    Closed = 2,
    /// The next segment goes on.
    Continued = 3,
}

impl Watermark {
    pub fn encode(&self) -> Vec<u8> {
        let mut payload = Vec::with_capacity(17);
        payload.extend_from_slice(&self.count.to_le_bytes());
        payload.extend_from_slice(&self.durable.0.to_le_bytes());
        payload.push(self.state as u8);
        payload
    }

    pub fn decode(payload: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(payload);
        Ok(Self {
            count: reader.u64()?,
            durable: LogPosition(reader.u64()?),
            state: match reader.u8()? {
                1 => SegmentState::Open,
                2 => SegmentState::Closed,
                3 => SegmentState::Continued,
                _ => return Err(DecodeError::Unknown("a segment's state")),
            },
        })
    }
}
