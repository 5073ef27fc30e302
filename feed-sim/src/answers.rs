//! Which requests of a session still wait for their answer.

use std::collections::VecDeque;

use crate::flow::intent::OrderNumber;

/// A request that waits for its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    /// When it was meant to be sent, on the clock.
    pub intended_ns: u64,
    /// What it is about.
    pub subject: Subject,
}

/// What a request is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// It enters this order.
    Entry {
        /// Whose order.
        seat: usize,
        /// Which order.
        number: OrderNumber,
    },
    /// It ends an order.
    Cancel,
}

/// Requests by id. Ids grow by one, so a queue with holes finds each at its distance from the front.
#[derive(Debug, Default)]
pub struct Answers {
    first: u64,
    waiting: VecDeque<Option<Waiting>>,
    count: u64,
}

impl Answers {
    /// Notes a request; ids must grow.
    pub fn expect(&mut self, request: u64, waiting: Waiting) {
        if self.waiting.is_empty() {
            self.first = request;
        }
        let place = place(self.first, request).expect("request ids grow");
        assert!(place >= self.waiting.len(), "request ids grow");
        self.waiting.resize(place, None);
        self.waiting.push_back(Some(waiting));
        self.count += 1;
    }

    /// Takes the request that was answered; `None` if it waits no longer or was never noted.
    pub fn take(&mut self, request: u64) -> Option<Waiting> {
        let place = place(self.first, request)?;
        let taken = self.waiting.get_mut(place)?.take()?;
        self.count -= 1;
        while let Some(None) = self.waiting.front() {
            self.waiting.pop_front();
            self.first += 1;
        }
        Some(taken)
    }

    /// Gives up on all that wait, oldest first.
    pub fn give_up(&mut self) -> impl Iterator<Item = Waiting> {
        self.count = 0;
        std::mem::take(&mut self.waiting).into_iter().flatten()
    }

    /// How many requests wait.
    pub fn count(&self) -> u64 {
        self.count
    }
}

fn place(first: u64, request: u64) -> Option<usize> {
    usize::try_from(request.checked_sub(first)?).ok()
}

#[cfg(test)]
mod tests {
    //! Each request is answered once, in any order.

    use super::*;

    const WAITING: Waiting = Waiting {
        intended_ns: 5,
        subject: Subject::Cancel,
    };

    #[test]
    fn answers_may_come_in_any_order_and_count_once() {
        let mut answers = Answers::default();
        for request in [3, 4, 7] {
            answers.expect(request, WAITING);
        }

        assert_eq!(answers.take(4), Some(WAITING));
        assert_eq!(answers.take(4), None);
        assert_eq!(answers.take(5), None);
        assert_eq!(answers.take(1), None);
        assert_eq!(answers.count(), 2);
        assert_eq!(answers.take(3), Some(WAITING));
        assert_eq!(answers.take(7), Some(WAITING));
        assert_eq!(answers.count(), 0);
    }

    #[test]
    fn what_is_answered_is_forgotten() {
        let mut answers = Answers::default();
        for request in 1..=1_000 {
            answers.expect(request, WAITING);
            answers.take(request);
        }

        assert!(answers.waiting.is_empty());
        answers.expect(2_000, WAITING);
        assert_eq!(answers.waiting.len(), 1);
    }
}
