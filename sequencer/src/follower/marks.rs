//! What the live matchers say after each entry, for the follower to compare.

use std::collections::VecDeque;

use crossbeam_queue::ArrayQueue;

use super::digest::EventDigest;
use crate::position::LogPosition;

/// Marks of one matcher that wait for the follower; beyond, the oldest make room. Digests run on, so a
/// later mark stands for all that were lost.
const MARKS_MAX: usize = 1 << 15;

/// Where a matcher's digest stood after one entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Mark {
    pub position: LogPosition,
    pub digest: EventDigest,
}

/// A live matcher's end.
#[derive(Debug)]
pub(crate) struct Marks(ArrayQueue<Mark>);

impl Marks {
    pub(crate) fn new() -> Self {
        Self(ArrayQueue::new(MARKS_MAX))
    }

    /// Says where the digest stands. Never waits.
    pub(crate) fn set(&self, mark: Mark) {
        // The oldest one that is pushed out is not missed.
        let _ = self.0.force_push(mark);
    }
}

/// One matcher's digest as the follower replays it, against what the matcher said.
#[derive(Debug, Default)]
pub(crate) struct Comparison {
    digest: EventDigest,
    /// The follower's marks that were not compared yet, oldest first.
    own: VecDeque<Mark>,
    /// The matcher's next mark, where it is ahead of the follower.
    next: Option<Mark>,
}

/// The follower and a matcher disagree about everything up to a position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Parted {
    pub position: LogPosition,
    pub live: EventDigest,
    pub replayed: EventDigest,
}

impl Comparison {
    pub(crate) const fn digest(&mut self) -> &mut EventDigest {
        &mut self.digest
    }

    /// An entry was replayed.
    pub(crate) fn replayed(&mut self, position: LogPosition) {
        if self.own.len() >= MARKS_MAX {
            self.own.pop_front();
        }
        let digest = self.digest;
        self.own.push_back(Mark { position, digest });
    }

    /// Compares as far as both have come.
    pub(crate) fn compare(&mut self, live: &Marks) -> Result<(), Parted> {
        while let Some(own) = self.own.front().copied() {
            let Some(mark) = self.next.take().or_else(|| live.0.pop()) else {
                return Ok(());
            };
            if mark.position > own.position {
                // The matcher's mark of this entry was pushed out by later ones.
                self.next = Some(mark);
                self.own.pop_front();
                continue;
            }
            if mark.position == own.position {
                if mark.digest != own.digest {
                    return Err(Parted {
                        position: mark.position,
                        live: mark.digest,
                        replayed: own.digest,
                    });
                }
                self.own.pop_front();
            }
        }
        Ok(())
    }

    /// Whether everything that was replayed agrees with what the matcher said.
    ///
    /// What was lost by pushing out counts as agreed only when a later mark agreed.
    pub(crate) fn is_agreed(&self) -> bool {
        self.own.is_empty() && self.next.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::{Comparison, EventDigest, LogPosition, MARKS_MAX, Mark, Marks, Parted};
    use std::hash::Hasher;

    fn digest(number: u64) -> EventDigest {
        let mut digest = EventDigest::default();
        digest.write_u64(number);
        digest
    }

    fn mark(position: u64, number: u64) -> Mark {
        Mark {
            position: LogPosition(position),
            digest: digest(number),
        }
    }

    fn replay(comparison: &mut Comparison, position: u64, number: u64) {
        *comparison.digest() = digest(number);
        comparison.replayed(LogPosition(position));
    }

    #[test]
    fn equal_marks_agree_whoever_is_first() {
        let (live, mut follower) = (Marks::new(), Comparison::default());
        live.set(mark(1, 1));
        replay(&mut follower, 1, 1);
        replay(&mut follower, 4, 4);

        assert_eq!(follower.compare(&live), Ok(()));
        assert!(
            !follower.is_agreed(),
            "the matcher has not said anything of 4"
        );
        live.set(mark(4, 4));

        assert_eq!(follower.compare(&live), Ok(()));
        assert!(follower.is_agreed());
    }

    #[test]
    fn a_difference_is_found_at_its_position() {
        let (live, mut follower) = (Marks::new(), Comparison::default());
        for (position, number) in [(1, 1), (2, 2), (3, 3)] {
            live.set(mark(position, number));
            replay(
                &mut follower,
                position,
                if position == 2 { 9 } else { number },
            );
        }

        assert_eq!(
            follower.compare(&live),
            Err(Parted {
                position: LogPosition(2),
                live: digest(2),
                replayed: digest(9),
            })
        );
    }

    #[test]
    fn marks_that_were_pushed_out_agree_when_a_later_one_does() {
        let (live, mut follower) = (Marks::new(), Comparison::default());
        let marks = u64::try_from(MARKS_MAX).unwrap() + 10;
        for position in 1..=marks {
            live.set(mark(position, position));
        }
        for position in 1..=marks {
            replay(&mut follower, position, position);
            assert_eq!(follower.compare(&live), Ok(()));
            assert_eq!(follower.is_agreed(), position > 10, "{position}");
        }
    }
}
