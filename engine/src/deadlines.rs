//! What is due when, each thing with one deadline.

use std::collections::BTreeSet;

use crate::sequence::Timestamp;

/// Deadlines, the earliest first, and of the same time the lowest key.
///
/// A tree and not a heap: what is called off goes at once, so that nobody is woken for nothing.
#[derive(Debug)]
pub(crate) struct Deadlines<K> {
    entries: BTreeSet<(Timestamp, K)>,
    /// The earliest deadline, kept beside the tree: one comparison per command.
    next: Timestamp,
}

const NEVER: Timestamp = Timestamp(u64::MAX);

impl<K> Default for Deadlines<K> {
    fn default() -> Self {
        Self {
            entries: BTreeSet::new(),
            next: NEVER,
        }
    }
}

impl<K: Copy + Ord> Deadlines<K> {
    #[inline]
    pub(crate) fn are_due(&self, at: Timestamp) -> bool {
        self.next <= at // an empty list is due at the end of time, and then does nothing
    }

    /// The earliest deadline.
    pub(crate) fn next(&self) -> Option<Timestamp> {
        (!self.entries.is_empty()).then_some(self.next)
    }

    pub(crate) fn add(&mut self, deadline: Timestamp, key: K) {
        self.entries.insert((deadline, key));
        self.next = self.next.min(deadline);
    }

    /// Calls off a deadline.
    ///
    /// # Panics
    /// It is not listed.
    pub(crate) fn remove(&mut self, deadline: Timestamp, key: K) {
        let was_listed = self.entries.remove(&(deadline, key));
        assert!(was_listed, "a deadline that is called off is listed");
        self.next = self.entries.first().map_or(NEVER, |first| first.0);
    }

    /// Whose deadline has come first, if one has.
    pub(crate) fn first_due(&self, at: Timestamp) -> Option<K> {
        let (deadline, key) = *self.entries.first()?;
        (deadline <= at).then_some(key)
    }

    /// All of them, in the order in which they come.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (Timestamp, K)> + '_ {
        self.entries.iter().copied()
    }
}
