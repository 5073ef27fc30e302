//! Which part of a list is asked for.

use engine::{OrderId, Timestamp};

/// Which part of a list is asked for. Answers are always in the order of the list, oldest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// The least id.
    pub from_id: u64,
    /// The earliest time.
    pub from: Timestamp,
    /// The latest time.
    pub until: Timestamp,
    /// Which of them, where there are more.
    pub take: Take,
}

/// Which of them, where there are more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Take {
    /// The oldest so many.
    Oldest(usize),
    /// The newest so many.
    Newest(usize),
}

/// Whose facts of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    /// All of the account.
    Account,
    /// Those of one of its orders.
    Order(OrderId),
}

/// Which orders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Those that have ended.
    Closed,
    /// Open ones too.
    All,
}

impl Page {
    /// The newest `count` of all.
    pub const fn newest(count: usize) -> Self {
        Self {
            from_id: 0,
            from: Timestamp(0),
            until: Timestamp(u64::MAX),
            take: Take::Newest(count),
        }
    }

    /// The oldest `count` of all.
    pub const fn oldest(count: usize) -> Self {
        Self {
            take: Take::Oldest(count),
            ..Self::newest(count)
        }
    }

    /// Those with this id or a later one.
    #[must_use]
    pub const fn from_id(self, from_id: u64) -> Self {
        Self { from_id, ..self }
    }

    /// Those from `from` to `until`, both included.
    #[must_use]
    pub const fn between(self, from: Timestamp, until: Timestamp) -> Self {
        Self {
            from,
            until,
            ..self
        }
    }

    pub(crate) const fn admits(&self, id: u64, at: Timestamp) -> bool {
        self.from_id <= id && self.from.0 <= at.0 && at.0 <= self.until.0
    }

    /// Takes what is asked for out of a list that is in order.
    pub(crate) fn of<T>(&self, list: impl DoubleEndedIterator<Item = T>) -> Vec<T> {
        match self.take {
            Take::Oldest(count) => list.take(count).collect(),
            Take::Newest(count) => {
                let mut newest: Vec<T> = list.rev().take(count).collect();
                newest.reverse();
                newest
            }
        }
    }
}
