//! Pings that a socket owes answers to: the venue drops those who do not answer within a minute.

use std::collections::VecDeque;

use tokio_tungstenite::tungstenite::Bytes;

/// Pings without an answer after which a socket is dropped. One goes every 20 seconds, so the oldest is a minute old.
const UNANSWERED_MAX: usize = 3;

/// Pings that were not answered yet, the oldest first.
#[derive(Debug, Default)]
pub struct Pings {
    unanswered: VecDeque<Bytes>,
}

impl Pings {
    /// The next ping of a socket, with this payload; `None` where it has not answered the last ones.
    pub fn next(&mut self, payload: Bytes) -> Option<Bytes> {
        if self.unanswered.len() >= UNANSWERED_MAX {
            return None;
        }
        self.unanswered.push_back(payload.clone());
        Some(payload)
    }

    /// A pong came. One that copies a ping answers it and those before it; any other one is no sign of life.
    pub fn note_pong(&mut self, payload: &Bytes) {
        if let Some(place) = self.unanswered.iter().rposition(|ping| ping == payload) {
            self.unanswered.drain(..=place);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pinged() -> Pings {
        let mut pings = Pings::default();
        for payload in ["20", "40", "60"] {
            assert!(pings.next(Bytes::from(payload)).is_some());
        }
        pings
    }

    #[test]
    fn who_answers_no_ping_for_a_minute_is_dropped() {
        assert_eq!(pinged().next(Bytes::from("80")), None);
    }

    #[test]
    fn a_pong_that_copies_no_ping_prevents_nothing() {
        let mut pings = pinged();

        pings.note_pong(&Bytes::new());
        pings.note_pong(&Bytes::from("hello"));

        assert_eq!(pings.next(Bytes::from("80")), None);
    }

    #[test]
    fn a_pong_answers_its_ping_and_those_before_it() {
        let mut pings = pinged();

        pings.note_pong(&Bytes::from("40"));

        for payload in ["80", "100"] {
            assert!(pings.next(Bytes::from(payload)).is_some());
        }
        assert_eq!(pings.next(Bytes::from("120")), None);
    }
}
