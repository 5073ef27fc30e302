//! Ids that the exchange gives: client order ids that nobody sent, listen keys, the names of connections.

use std::fs::File;
use std::io::Read;
use std::sync::{Arc, Mutex};

use engine::ClientOrderId;

use crate::binance::refusal::Refusal;
use crate::edge::Edge;
use crate::lock::lock;
use crate::lockstep::Lockstep;

/// Letters and digits, 62 of them.
const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const CLIENT_ORDER_ID_LENGTH: usize = 22;
const LISTEN_KEY_LENGTH: usize = 60;
/// Chance is read from the system in so many bytes at once: a system call per order would be felt.
const CHANCE_BYTES: usize = 4_096;

/// Chance that was read and not used yet.
static CHANCE: Mutex<Vec<u8>> = Mutex::new(Vec::new());

/// Where ids of orders come from.
#[derive(Debug, Clone, Default)]
pub enum IdSource {
    /// The system's chance.
    #[default]
    Chance,
    /// The seed of a run in lockstep: the same requests get the same ids.
    Seed(Arc<Lockstep>),
}

impl IdSource {
    /// Of an exchange.
    pub fn of(edge: &Edge) -> Self {
        edge.lockstep
            .as_ref()
            .map_or(Self::Chance, |lockstep| Self::Seed(Arc::clone(lockstep)))
    }

    /// An id of 22 letters and digits for an order without one.
    ///
    /// # Errors
    /// The system gives no chance.
    pub fn client_order_id(&self) -> Result<ClientOrderId, Refusal> {
        let text = match self {
            Self::Chance => letters(CLIENT_ORDER_ID_LENGTH)?,
            Self::Seed(lockstep) => (0..CLIENT_ORDER_ID_LENGTH)
                .map(|_| letter(lockstep.next_chance().to_be_bytes()[0] % 62))
                .collect(),
        };
        Ok(ClientOrderId::new(&text).expect("letters and digits are an id"))
    }
}

fn letter(place: u8) -> char {
    char::from(ALPHABET[usize::from(place)])
}

/// The name of a user data stream.
///
/// # Errors
/// The system gives no chance.
pub fn new_listen_key() -> Result<String, Refusal> {
    letters(LISTEN_KEY_LENGTH)
}

/// The name of a connection, in the shape of a UUID.
///
/// # Errors
/// The system gives no chance.
pub fn new_uuid() -> Result<String, Refusal> {
    let hex = |count| -> Result<String, Refusal> {
        Ok(letters(count)?
            .bytes()
            .map(|byte| char::from(b"0123456789abcdef"[usize::from(byte % 16)]))
            .collect())
    };
    Ok([hex(8)?, hex(4)?, hex(4)?, hex(4)?, hex(12)?].join("-"))
}

fn letters(count: usize) -> Result<String, Refusal> {
    let mut text = String::with_capacity(count);
    let mut pool = lock(&CHANCE);
    while text.len() < count {
        let Some(byte) = pool.pop() else {
            pool.resize(CHANCE_BYTES, 0);
            File::open("/dev/urandom")
                .and_then(|mut source| source.read_exact(&mut pool))
                .map_err(|_| {
                    Refusal::new(
                        -1000,
                        "An unknown error occurred while processing the request.",
                    )
                })?;
            continue;
        };
        // 248 is four times 62: above it, some letters would come more often.
        if byte < 248 {
            text.push(letter(byte % 62));
        }
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_22_letters_and_digits_and_do_not_repeat() {
        let first = IdSource::Chance.client_order_id().unwrap().to_string();
        let second = IdSource::Chance.client_order_id().unwrap().to_string();

        assert_eq!((first.len(), second.len()), (22, 22));
        assert!(first.bytes().all(|byte| byte.is_ascii_alphanumeric()));
        assert_ne!(first, second);
    }

    #[test]
    fn a_connection_is_named_like_a_uuid() {
        let uuid = new_uuid().unwrap();
        let lengths: Vec<usize> = uuid.split('-').map(str::len).collect();

        assert_eq!(lengths, [8, 4, 4, 4, 12]);
    }
}
