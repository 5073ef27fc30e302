//! Chance for secrets, from the system.

use std::fs::File;
use std::io::{self, Read};

/// So many bytes that nobody can guess.
pub fn chance<const BYTES: usize>() -> io::Result<[u8; BYTES]> {
    let mut bytes = [0; BYTES];
    File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(bytes)
}
