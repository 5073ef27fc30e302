//! A bounded queue whose places are counted before they are taken.

use std::sync::atomic::{AtomicUsize, Ordering};

use crossbeam_queue::ArrayQueue;

/// A bounded queue of many producers and one consumer, which never blocks and can be closed.
///
/// A producer takes a place first and fills it then. So a limit below the capacity holds exactly, however
/// many producers race, and a closed ring knows when the last one under way has arrived.
#[derive(Debug)]
pub(crate) struct Ring<T> {
    queue: ArrayQueue<T>,
    /// Places taken, times two; the last bit says that the ring is closed.
    places: AtomicUsize,
}

const CLOSED: usize = 1;
const PLACE: usize = 2;

/// A place that was taken and is not filled yet.
#[derive(Debug)]
#[must_use]
pub(crate) struct RingPlace(());

/// Why a ring took nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RingRefused {
    Full,
    Closed,
}

impl<T> Ring<T> {
    pub(crate) fn new(capacity: usize) -> Self {
        Self {
            queue: ArrayQueue::new(capacity),
            places: AtomicUsize::new(0),
        }
    }

    /// Adds to the tail, if fewer than `limit` places are taken.
    #[cfg(test)]
    pub(crate) fn try_push(&self, item: T, limit: usize) -> Result<(), RingRefused> {
        self.take_place(limit).map(|place| self.fill(place, item))
    }

    /// Takes a place at the tail, if fewer than `limit` are taken. It is to be filled at once.
    #[inline]
    pub(crate) fn take_place(&self, limit: usize) -> Result<RingPlace, RingRefused> {
        let limit = limit.min(self.queue.capacity());
        let taken = self
            .places
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, |places| {
                let is_free = places & CLOSED == 0 && places / PLACE < limit;
                is_free.then(|| places.saturating_add(PLACE))
            });
        match taken {
            Ok(_) => Ok(RingPlace(())),
            Err(places) if places & CLOSED == CLOSED => Err(RingRefused::Closed),
            Err(_) => Err(RingRefused::Full),
        }
    }

    /// Fills a place that was taken.
    #[inline]
    pub(crate) fn fill(&self, RingPlace(()): RingPlace, item: T) {
        let pushed = self.queue.push(item);
        assert!(pushed.is_ok(), "a place that was taken is free");
    }

    /// Moves up to `limit` items from the head to `items`. Only the consumer calls it.
    pub(crate) fn pop_into(&self, items: &mut Vec<T>, limit: usize) {
        let mut popped: usize = 0;
        while popped < limit
            && let Some(item) = self.queue.pop()
        {
            items.push(item);
            popped = popped.saturating_add(1);
        }
        if popped > 0 {
            let places = popped.saturating_mul(PLACE);
            self.places.fetch_sub(places, Ordering::AcqRel);
        }
    }

    /// How many places are taken.
    pub(crate) fn depth(&self) -> usize {
        self.places.load(Ordering::Relaxed) / PLACE
    }

    /// Refuses whatever comes from now on.
    pub(crate) fn close(&self) {
        self.places.fetch_or(CLOSED, Ordering::AcqRel);
    }

    /// Whether it is closed and nothing is in it or on its way.
    pub(crate) fn is_drained(&self) -> bool {
        self.places.load(Ordering::Acquire) == CLOSED
    }
}

#[cfg(test)]
mod tests {
    use super::{Ordering, PLACE, Ring, RingRefused};

    #[test]
    fn places_above_the_limit_are_refused_and_the_capacity_serves_the_others() {
        let ring = Ring::new(3);

        assert_eq!(ring.try_push('a', 2), Ok(()));
        assert_eq!(ring.try_push('b', 2), Ok(()));
        assert_eq!(ring.try_push('c', 2), Err(RingRefused::Full));
        assert_eq!(ring.try_push('d', 3), Ok(()));
        assert_eq!(ring.try_push('e', 3), Err(RingRefused::Full));
        assert_eq!(ring.depth(), 3);

        let mut items = Vec::new();
        ring.pop_into(&mut items, 2);
        assert_eq!(items, ['a', 'b']);
        assert_eq!(ring.try_push('f', 2), Ok(()));
    }

    #[test]
    fn a_closed_ring_takes_nothing_and_is_drained_when_it_is_empty() {
        let ring = Ring::new(3);
        ring.try_push('a', 3).unwrap();

        ring.close();

        assert_eq!(ring.try_push('b', 3), Err(RingRefused::Closed));
        assert!(!ring.is_drained());
        ring.pop_into(&mut Vec::new(), 9);
        assert!(ring.is_drained());
    }

    #[test]
    fn a_closed_ring_is_not_drained_while_a_place_is_taken_and_not_filled_yet() {
        let ring = Ring::<char>::new(3);
        // A producer that stopped between taking its place and filling it.
        ring.places.fetch_add(PLACE, Ordering::SeqCst);

        ring.close();

        assert!(!ring.is_drained(), "its command would be lost");
        ring.queue.push('a').unwrap();
        ring.pop_into(&mut Vec::new(), 9);
        assert!(ring.is_drained());
    }

    #[test]
    fn racing_producers_never_exceed_the_limit() {
        let ring = Ring::new(100);

        let taken: usize = std::thread::scope(|scope| {
            let producers: Vec<_> = (0..4)
                .map(|_| {
                    scope.spawn(|| {
                        (0..100)
                            .filter(|item| ring.try_push(*item, 90).is_ok())
                            .count()
                    })
                })
                .collect();
            producers.into_iter().map(|one| one.join().unwrap()).sum()
        });

        assert_eq!(taken, 90);
        assert_eq!(ring.depth(), 90);
    }
}
