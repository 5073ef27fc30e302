//! What a model has planned, by time.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::flow::market::ModelNumber;

/// What is planned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Plan {
    /// An order's time is over.
    Expire(ModelNumber),
    /// Part of an order is taken back.
    Reduce(ModelNumber),
    /// The market maker looks at its quotes.
    Look,
    /// Somebody who waited for a narrower spread tries again.
    Take,
}

/// Plans; ties go in the order in which they were made.
#[derive(Debug, Clone, Default)]
pub struct Agenda {
    plans: BinaryHeap<Reverse<(u64, u64, Plan)>>,
    made: u64,
}

impl Agenda {
    /// Plans something.
    pub fn add(&mut self, at_ns: u64, plan: Plan) {
        self.made += 1;
        self.plans.push(Reverse((at_ns, self.made, plan)));
    }

    /// When the first plan is due.
    pub fn next_at_ns(&self) -> u64 {
        self.plans
            .peek()
            .map_or(u64::MAX, |Reverse((at_ns, ..))| *at_ns)
    }

    /// The first plan.
    pub fn take(&mut self) -> Option<Plan> {
        self.plans.pop().map(|Reverse((.., plan))| plan)
    }
}
