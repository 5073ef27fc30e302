//! The newest messages of a channel, for those who were away for a moment.

use std::collections::VecDeque;

use tokio_tungstenite::tungstenite::Message;

/// Keeps a channel's newest messages while somebody follows it, and for as many messages after the last one left
/// as it can hold: longer nobody could go on from what it keeps.
#[derive(Debug)]
pub struct Ring {
    messages: VecDeque<Message>,
    /// The number of the first message that is kept.
    first_seq: u64,
    bytes: usize,
    bounds: RingBounds,
    unfollowed_left: usize,
}

/// How much a ring keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RingBounds {
    /// Most messages; zero keeps none.
    pub messages_max: usize,
    /// Most bytes.
    pub bytes_max: usize,
}

/// Whether anybody follows a channel when a message is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeardBy {
    /// At least one session does.
    Somebody,
    /// Nobody does.
    Nobody,
}

impl RingBounds {
    /// Keeps nothing.
    pub const NONE: Self = Self {
        messages_max: 0,
        bytes_max: 0,
    };
}

impl Ring {
    /// An empty ring, warm: a start may follow a stop that somebody goes on from.
    pub const fn new(bounds: RingBounds) -> Self {
        Self {
            messages: VecDeque::new(),
            first_seq: 0,
            bytes: 0,
            bounds,
            unfollowed_left: bounds.messages_max,
        }
    }

    /// Whether a message that nobody follows must be kept.
    pub const fn is_warm(&self) -> bool {
        self.unfollowed_left > 0
    }

    /// Somebody follows the channel.
    pub const fn warm_up(&mut self) {
        self.unfollowed_left = self.bounds.messages_max;
    }

    /// Keeps the message with this number, the next one.
    pub fn keep(&mut self, seq: u64, message: Message, heard_by: HeardBy) {
        if self.bounds.messages_max == 0 {
            return;
        }
        match heard_by {
            HeardBy::Somebody => self.warm_up(),
            HeardBy::Nobody => {
                self.unfollowed_left = self.unfollowed_left.saturating_sub(1);
                if self.unfollowed_left == 0 {
                    return self.cool_down();
                }
            }
        }
        if self.messages.is_empty() {
            self.first_seq = seq;
        }
        self.bytes += message.len();
        self.messages.push_back(message);
        while self.messages.len() > self.bounds.messages_max || self.bytes > self.bounds.bytes_max {
            let Some(oldest) = self.messages.pop_front() else {
                break;
            };
            self.bytes -= oldest.len();
            self.first_seq += 1;
        }
    }

    fn cool_down(&mut self) {
        self.messages = VecDeque::new();
        self.bytes = 0;
    }

    /// The messages from number `from` on, if all of them are kept.
    pub fn since(&self, from: u64) -> Option<impl Iterator<Item = &Message>> {
        let skipped = usize::try_from(from.checked_sub(self.first_seq)?).ok()?;
        (skipped < self.messages.len()).then(|| self.messages.iter().skip(skipped))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(seq: u64) -> Message {
        Message::text(seq.to_string())
    }

    fn kept(ring: &Ring, from: u64) -> Option<Vec<String>> {
        let messages = ring.since(from)?;
        Some(messages.map(Message::to_string).collect())
    }

    fn ring(messages_max: usize) -> Ring {
        Ring::new(RingBounds {
            messages_max,
            bytes_max: 1_000,
        })
    }

    #[test]
    fn the_newest_messages_are_kept_and_older_ones_are_refused() {
        let mut ring = ring(3);
        for seq in 5..=9 {
            ring.keep(seq, message(seq), HeardBy::Somebody);
        }

        assert_eq!(kept(&ring, 8).unwrap(), ["8", "9"]);
        assert_eq!(kept(&ring, 7).unwrap(), ["7", "8", "9"]);
        assert_eq!(kept(&ring, 6), None);
        assert_eq!(kept(&ring, 10), None);
    }

    #[test]
    fn bytes_are_bounded_too() {
        let mut ring = Ring::new(RingBounds {
            messages_max: 100,
            bytes_max: 5,
        });
        for seq in 10..20 {
            ring.keep(seq, message(seq), HeardBy::Somebody);
        }

        assert_eq!(kept(&ring, 18).unwrap(), ["18", "19"]);
        assert_eq!(kept(&ring, 17), None);
    }

    #[test]
    fn a_channel_that_nobody_follows_is_kept_for_as_long_as_it_could_be_resumed() {
        let mut ring = ring(3);
        ring.keep(1, message(1), HeardBy::Somebody);
        ring.keep(2, message(2), HeardBy::Nobody);
        ring.keep(3, message(3), HeardBy::Nobody);
        assert_eq!(kept(&ring, 2).unwrap(), ["2", "3"]);
        assert!(ring.is_warm());

        ring.keep(4, message(4), HeardBy::Nobody);

        assert!(!ring.is_warm());
        assert_eq!(kept(&ring, 2), None);
    }
}
