//! What all subscribers of one process write down: the last number that each was told, and how late.

use std::time::{Duration, Instant};

/// Shared by everybody on the thread.
#[derive(Debug)]
pub struct Board {
    /// When the news of each number was asked for, from `sent_from` on.
    sent: Vec<Instant>,
    sent_from: u64,
    /// The last number that each subscriber was told.
    pub told: Vec<u64>,
    /// Whether each subscriber has stopped reading.
    pub is_stalled: Vec<bool>,
    /// How late each news came, while that is measured, in microseconds.
    late_us: Vec<u32>,
    /// How often a subscriber was told that it had missed something.
    pub lagged: usize,
    /// The first connection that was lost, and why.
    pub trouble: Option<String>,
}

/// How late news came.
#[derive(Debug, Clone, Copy)]
pub struct Percentiles {
    /// In the median, in microseconds.
    pub p50_us: u32,
    /// In 99 of 100 cases at most, in microseconds.
    pub p99_us: u32,
}

impl Board {
    /// For so many.
    pub fn new(subscribers: usize) -> Self {
        Self {
            sent: Vec::new(),
            sent_from: u64::MAX,
            told: vec![0; subscribers],
            is_stalled: vec![false; subscribers],
            late_us: Vec::new(),
            lagged: 0,
            trouble: None,
        }
    }

    /// Measures from the news with this number on.
    pub fn measure_from(&mut self, number: u64) {
        self.sent_from = number;
        self.sent.clear();
        self.late_us.clear();
    }

    /// The next news was due at this time.
    pub fn note_due(&mut self, due: Instant) {
        self.sent.push(due);
    }

    /// Measures no more; how late everything was.
    pub fn percentiles(&mut self) -> Percentiles {
        self.sent_from = u64::MAX;
        self.late_us.sort_unstable();
        let at = |per_cent: usize| {
            let place = self.late_us.len() * per_cent / 100;
            self.late_us.get(place).copied().unwrap_or(u32::MAX)
        };
        Percentiles {
            p50_us: at(50),
            p99_us: at(99),
        }
    }

    /// A subscriber was told something at `now`.
    pub fn note(&mut self, subscriber: usize, payload: &[u8], now: Instant) {
        if payload.starts_with(br#"{"type":"lagged""#) {
            self.lagged += 1;
        }
        if !payload.starts_with(br#"{"type":"top""#) {
            return;
        }
        let Some(number) = number_of(payload) else {
            return;
        };
        self.told[subscriber] = number;
        let Some(place) = number.checked_sub(self.sent_from) else {
            return;
        };
        let place = usize::try_from(place).unwrap_or(usize::MAX);
        if let Some(due) = self.sent.get(place) {
            let late = now.saturating_duration_since(*due);
            self.late_us.push(micros(late));
        }
    }

    /// Whether everybody who reads was told the news with this number.
    pub fn have_all_been_told(&self, number: u64) -> bool {
        let subscribers = self.told.iter().zip(&self.is_stalled);
        subscribers
            .filter(|(_, is_stalled)| !**is_stalled)
            .all(|(told, _)| *told >= number)
    }
}

fn micros(late: Duration) -> u32 {
    u32::try_from(late.as_micros()).unwrap_or(u32::MAX)
}

/// The number of a message: what stands behind `"seq":`.
fn number_of(payload: &[u8]) -> Option<u64> {
    const KEY: &[u8] = br#""seq":"#;
    let place = payload.windows(KEY.len()).position(|part| part == KEY)?;
    let digits = payload[place + KEY.len()..].iter();
    let digits = digits.take_while(|byte| byte.is_ascii_digit());
    Some(digits.fold(0, |number, digit| {
        number * 10 + u64::from(digit.saturating_sub(b'0'))
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::now;

    #[test]
    fn news_count_from_when_they_were_due_and_for_those_alone_that_read() {
        let mut board = Board::new(2);
        board.is_stalled[1] = true;
        let due = now();
        board.measure_from(7);
        board.note_due(due);
        for (subscriber, payload) in [
            (1, r#"{"type":"lagged","from":3,"to":9}"#),
            (0, r#"{"type":"top","symbol":"X","seq":6,"at_us":1}"#),
        ] {
            board.note(subscriber, payload.as_bytes(), due);
        }
        assert!(!board.have_all_been_told(7));
        let later = due + Duration::from_micros(250);
        board.note(0, br#"{"type":"top","symbol":"X","seq":7}"#, later);

        assert!(board.have_all_been_told(7));
        assert_eq!((board.percentiles().p99_us, board.lagged), (250, 1));
    }
}
