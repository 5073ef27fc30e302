//! One number for everything that a matcher's entries said so far.
//!
//! The live matcher folds the events of each entry as it applies it, the follower folds them again as it
//! replays it. Where the numbers differ the two have parted: then or at any earlier entry, for nothing that
//! was folded once ever leaves the number again.

use std::hash::{Hash, Hasher};

use crate::egress::EventBatch;

/// A running hash over events; the same in every process of one build.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct EventDigest(u64);

/// An odd constant with well-spread bits: 2^64 divided by the golden ratio.
const SPREAD: u64 = 0x9E37_79B9_7F4A_7C15;

impl EventDigest {
    /// Folds everything that a batch's commands said.
    pub(crate) fn fold(&mut self, batch: &EventBatch) {
        for outcome in &batch.outcomes {
            self.fold_outcome(batch, outcome);
        }
    }

    /// Folds what one command of a batch said.
    pub(crate) fn fold_outcome(&mut self, batch: &EventBatch, outcome: &crate::CommandOutcome) {
        self.mix(u64::from(outcome.instrument.0));
        self.mix(outcome.sequence.0);
        self.mix(outcome.at.0);
        for event in batch.events_of(outcome) {
            event.hash(self);
        }
    }

    fn mix(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(23) ^ word).wrapping_mul(SPREAD);
    }

    pub(crate) const fn number(self) -> u64 {
        self.0
    }
}

impl Hasher for EventDigest {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks::<8>();
        for word in words {
            self.mix(u64::from_le_bytes(*word));
        }
        let mut last = [0; 8];
        last[..rest.len()].copy_from_slice(rest);
        self.mix(u64::from_le_bytes(last));
    }

    fn write_u8(&mut self, value: u8) {
        self.mix(u64::from(value));
    }

    fn write_u32(&mut self, value: u32) {
        self.mix(u64::from(value));
    }

    fn write_u64(&mut self, value: u64) {
        self.mix(value);
    }

    fn write_i64(&mut self, value: i64) {
        self.mix(value.cast_unsigned());
    }

    fn write_i128(&mut self, value: i128) {
        let bits = value.cast_unsigned();
        let (low, high) = (bits & u128::from(u64::MAX), bits >> 64);
        for half in [low, high] {
            self.mix(u64::try_from(half).expect("half of 128 bits"));
        }
    }

    fn write_isize(&mut self, value: isize) {
        // What tells an enum's variants from each other.
        self.mix(u64::try_from(value.cast_unsigned()).expect("a machine has at most 64 bits"));
    }
}

#[cfg(test)]
mod tests {
    use super::EventDigest;
    use crate::egress::{CommandOutcome, EventBatch, EventRange};
    use crate::inbound::Origin;
    use crate::stamps::Stamps;
    use engine::{
        AccountId, Command, Event, HoldReleased, InstrumentId, Notional, OrderId, SequenceNumber,
        Side, Timestamp,
    };

    fn batch(released: i128, at: u64) -> EventBatch {
        let event = Event::HoldReleased(HoldReleased {
            order_id: Some(OrderId(3)),
            account: AccountId(2),
            side: Side::Buy,
            released: Notional::from_units(released),
            hold: Notional::ZERO,
        });
        let events = EventRange { start: 0, end: 1 };
        EventBatch {
            outcomes: vec![CommandOutcome {
                instrument: InstrumentId(1),
                sequence: SequenceNumber(9),
                at: Timestamp(at),
                origin: Origin::default(),
                stamps: Stamps::default(),
                command: Command::Tick,
                events,
                level_changes: EventRange::default(),
                order_changes: EventRange::default(),
            }],
            events: vec![event],
            ..EventBatch::default()
        }
    }

    fn digest(batches: &[EventBatch]) -> u64 {
        let mut digest = EventDigest::default();
        for batch in batches {
            digest.fold(batch);
        }
        digest.number()
    }

    #[test]
    fn a_difference_of_one_unit_or_one_tick_is_seen_and_stays_seen() {
        let same = digest(&[batch(5, 1), batch(7, 2)]);

        assert_eq!(same, digest(&[batch(5, 1), batch(7, 2)]));
        for other in [
            [batch(6, 1), batch(7, 2)],
            [batch(5 + (1 << 64), 1), batch(7, 2)],
            [batch(5, 0), batch(7, 2)],
            [batch(7, 2), batch(5, 1)],
        ] {
            assert_ne!(same, digest(&other));
        }
    }
}
