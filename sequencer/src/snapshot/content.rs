//! What a snapshot says, as bytes: in one order, every length counted, nothing trusted.

use engine::{FanOutId, InstrumentId, STATE_VERSION, SequenceNumber, Timestamp};

use super::{BookSnapshot, SequenceState, Snapshot, money};
use crate::log::codec::{
    DecodeError, Reader, decode_control, encode_control, put_bytes, put_count, put_u32, put_u64,
};
use crate::position::{Epoch, LogPosition};

const MAGIC: &[u8; 8] = b"RIALTOS1";
/// Version of everything in a snapshot but the engine's states, which have their own.
const FORMAT_VERSION: u32 = 2;

/// Why a content cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ContentError {
    /// It is something else.
    #[error("it is no snapshot of rialto")]
    BadMagic,
    /// Another program wrote it.
    #[error("it has format version {0}, and this program reads version {FORMAT_VERSION}")]
    BadVersion(u32),
    /// Another program spelled its instruments.
    #[error(
        "its instruments are spelled in version {0}, and this program reads version {STATE_VERSION}"
    )]
    BadStateVersion(u32),
    /// It contradicts itself though its checksums hold.
    #[error("its content cannot be read: {0}")]
    Unreadable(&'static str),
}

impl From<DecodeError> for ContentError {
    fn from(error: DecodeError) -> Self {
        Self::Unreadable(match error {
            DecodeError::TooShort => "it ends too early",
            DecodeError::TooLong => "it goes on after its end",
            DecodeError::Unknown(what) => what,
        })
    }
}

pub(super) fn encode(snapshot: &Snapshot) -> Vec<u8> {
    let Snapshot {
        position,
        epoch,
        chain,
        commands,
        control,
        fan_outs,
        ledger,
        settlement,
        books,
        read_model,
    } = snapshot;
    let mut out = Vec::new();
    out.extend_from_slice(MAGIC);
    put_u32(&mut out, FORMAT_VERSION);
    put_u64(&mut out, position.0);
    put_u64(&mut out, epoch.0);
    put_u64(&mut out, *chain);
    put_u64(&mut out, *commands);
    put_sequence(&mut out, control);
    put_count(&mut out, fan_outs.len());
    for (id, command) in fan_outs {
        put_u64(&mut out, id.0);
        encode_control(command, &mut out);
    }
    money::put_ledger(&mut out, ledger);
    money::put_settlement(&mut out, settlement);
    put_count(&mut out, books.len());
    for book in books {
        put_u32(&mut out, book.instrument.0);
        put_sequence(&mut out, &book.sequence);
        put_u64(&mut out, book.state_hash);
        put_bytes(&mut out, &book.state);
    }
    put_bytes(&mut out, read_model);
    out
}

pub(super) fn decode(content: &[u8]) -> Result<Snapshot, ContentError> {
    let mut reader = Reader::new(content);
    if reader.bytes(MAGIC.len())? != MAGIC {
        return Err(ContentError::BadMagic);
    }
    let version = reader.u32()?;
    if version != FORMAT_VERSION {
        return Err(ContentError::BadVersion(version));
    }
    let snapshot = Snapshot {
        position: LogPosition(reader.u64()?),
        epoch: Epoch(reader.u64()?),
        chain: reader.u64()?,
        commands: reader.u64()?,
        control: sequence(&mut reader)?,
        fan_outs: reader.list(|reader| Ok((FanOutId(reader.u64()?), decode_control(reader)?)))?,
        ledger: money::ledger(&mut reader)?,
        settlement: money::settlement(&mut reader)?,
        books: reader.list(book)?,
        read_model: reader.counted_bytes()?.to_vec(),
    };
    reader.end()?;
    for book in &snapshot.books {
        check_state_version(book)?;
    }
    Ok(snapshot)
}

/// A state begins with the version of its spelling.
fn check_state_version(book: &BookSnapshot) -> Result<(), ContentError> {
    let version = Reader::new(&book.state).u32()?;
    if version == STATE_VERSION {
        Ok(())
    } else {
        Err(ContentError::BadStateVersion(version))
    }
}

fn put_sequence(out: &mut Vec<u8>, state: &SequenceState) {
    put_u64(out, state.last.0);
    put_u64(out, state.at.0);
}

fn sequence(reader: &mut Reader<'_>) -> Result<SequenceState, DecodeError> {
    Ok(SequenceState {
        last: SequenceNumber(reader.u64()?),
        at: Timestamp(reader.u64()?),
    })
}

fn book(reader: &mut Reader<'_>) -> Result<BookSnapshot, DecodeError> {
    Ok(BookSnapshot {
        instrument: InstrumentId(reader.u32()?),
        sequence: sequence(reader)?,
        state_hash: reader.u64()?,
        state: reader.counted_bytes()?.to_vec(),
    })
}
