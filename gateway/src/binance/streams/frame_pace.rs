//! How fast a socket may speak: so many frames within any one second.

use std::collections::VecDeque;

const SECOND_US: u64 = 1_000_000;

/// Frames that a socket said within the last second.
#[derive(Debug)]
pub struct FramePace {
    frames_per_s_max: u32,
    said_at_us: VecDeque<u64>,
}

impl FramePace {
    /// Nothing was said yet.
    pub fn new(frames_per_s_max: u32) -> Self {
        Self {
            frames_per_s_max,
            said_at_us: VecDeque::new(),
        }
    }

    /// Whether a frame at `now_us` is still within the bound. One that is counts.
    pub fn admit(&mut self, now_us: u64) -> bool {
        while let Some(oldest_us) = self.said_at_us.front()
            && oldest_us.saturating_add(SECOND_US) <= now_us
        {
            self.said_at_us.pop_front();
        }
        let is_admitted =
            u32::try_from(self.said_at_us.len()).is_ok_and(|frames| frames < self.frames_per_s_max);
        if is_admitted {
            self.said_at_us.push_back(now_us);
        }
        is_admitted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_frames_within_any_second_are_taken_and_the_sixth_is_not() {
        let mut pace = FramePace::new(5);

        for now_us in [700_000, 800_000, 900_000, 1_100_000, 1_200_000] {
            assert!(pace.admit(now_us));
        }
        assert!(!pace.admit(1_699_999));
        assert!(pace.admit(1_700_000));
        assert!(!pace.admit(1_799_999));
        assert!(pace.admit(1_800_000));
    }
}
