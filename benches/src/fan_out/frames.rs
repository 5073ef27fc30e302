//! Frames of a server in what a socket brings, however it is cut.

/// The frames of one connection.
#[derive(Debug, Default)]
pub struct Frames {
    /// The beginning of a frame whose end has not come.
    begun: Vec<u8>,
}

impl Frames {
    /// Takes in what came, and tells each payload that is whole.
    pub fn take(&mut self, bytes: &[u8], tell: impl FnMut(&[u8])) {
        if self.begun.is_empty() {
            let taken = tell_whole(bytes, tell);
            self.begun.extend_from_slice(&bytes[taken..]);
        } else {
            self.begun.extend_from_slice(bytes);
            let taken = tell_whole(&self.begun, tell);
            self.begun.drain(..taken);
        }
    }
}

/// Tells what is whole; returns how many bytes that was.
fn tell_whole(bytes: &[u8], mut tell: impl FnMut(&[u8])) -> usize {
    let mut taken = 0;
    while let Some((head, length)) = head_of(&bytes[taken..])
        && bytes.len() - taken >= head + length
    {
        tell(&bytes[taken + head..taken + head + length]);
        taken += head + length;
    }
    taken
}

/// How long the head of the first frame is, and its payload.
fn head_of(bytes: &[u8]) -> Option<(usize, usize)> {
    let (first, rest) = bytes.split_at_checked(2)?;
    match first[1] {
        126 => {
            let (length, _) = rest.split_first_chunk::<2>()?;
            Some((4, usize::from(u16::from_be_bytes(*length))))
        }
        127 => {
            let (length, _) = rest.split_first_chunk::<8>()?;
            Some((10, usize::try_from(u64::from_be_bytes(*length)).ok()?))
        }
        length => Some((2, usize::from(length))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_the_same_however_they_come() {
        let mut bytes = vec![0x81, 2, b'h', b'i', 0x81, 126, 1, 0];
        bytes.extend([b'x'; 256]);
        bytes.extend([0x89, 0]);
        for cut in 1..bytes.len() {
            let (mut frames, mut told) = (Frames::default(), Vec::new());
            for part in bytes.chunks(cut) {
                frames.take(part, |payload| told.push(payload.to_vec()));
            }
            assert_eq!(told, [b"hi".to_vec(), vec![b'x'; 256], Vec::new()], "{cut}");
        }
    }
}
