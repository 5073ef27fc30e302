//! Seeded workloads that every book is measured with.

mod flow;
mod resting;
mod sweep;

pub use flow::{Flow, flow};
pub use resting::{deep_book, small_book};
pub use sweep::sweeps;

use crate::model_book::ModelBook;
use crate::operation::{NO_SLOT, Operation, OperationKind};
use crate::trade_fold::TradeFold;

/// The seed of every published figure. The flows of this one leave about as many orders and levels
/// standing as the canonical run of the public benchmark does.
pub const SEED: u64 = 31;

/// How many operations are timed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OperationCount(pub usize);

impl OperationCount {
    /// What the published figures are taken with.
    pub const FULL: Self = Self(2_000_000);
}

/// Orders that rest before the clock starts, and operations that are timed.
#[derive(Debug, Clone)]
pub struct Workload {
    /// Short name, e.g. `w1`.
    pub name: &'static str,
    /// Entered before the clock starts; nothing of it trades.
    pub resting: Vec<Operation>,
    /// What is timed.
    pub operations: Vec<Operation>,
    /// Lowest price of any operation.
    pub price_min: i64,
    /// Highest price of any operation.
    pub price_max: i64,
    /// Most orders that rest at once.
    pub orders_max: usize,
    /// Levels in use at the end.
    pub levels_at_end: usize,
    /// Orders that rest at the end.
    pub resting_at_end: usize,
    /// The trades that a right book makes.
    pub expected: TradeFold,
}

impl Workload {
    /// All of one size: W1-W3 and the five flows.
    pub fn all(count: OperationCount) -> Vec<Self> {
        let mut workloads = vec![
            small_book(SEED, count),
            deep_book(SEED, count, 1_000_000),
            sweeps(SEED, count),
        ];
        workloads.extend(Flow::ALL.map(|kind| flow(kind, SEED, count)));
        workloads
    }

    /// A hash of everything that is asked, so that a changed generator is noticed.
    pub fn golden_hash(&self) -> u64 {
        let mut fold = TradeFold::default();
        for operation in self.resting.iter().chain(&self.operations) {
            let kind = u64::from(operation.kind as u8) << 1 | u64::from(operation.side as u8);
            fold.trade(
                operation.id,
                kind,
                operation.price,
                u64::from(operation.quantity),
            );
        }
        fold.hash
    }
}

/// Collects a workload while a model book decides what is live.
struct Recorder {
    book: ModelBook,
    resting: Vec<Operation>,
    operations: Vec<Operation>,
    next_id: u64,
}

impl Recorder {
    fn new() -> Self {
        Self {
            book: ModelBook::default(),
            resting: Vec::new(),
            operations: Vec::new(),
            next_id: 1,
        }
    }

    /// A submit under the next id; ids are given in order of entry, as by a session that counts.
    fn submit(&mut self, kind: OperationKind, side: engine::Side, price: i64, quantity: u32) {
        let id = self.next_id;
        self.next_id += 1;
        self.record(Operation {
            id,
            price,
            quantity,
            filled: 0,
            slot: NO_SLOT,
            kind,
            side,
        });
    }

    fn record(&mut self, operation: Operation) {
        let applied = self.book.apply(operation);
        self.operations.push(applied);
    }

    /// What was recorded so far rests before the clock starts.
    fn start_clock(&mut self) {
        assert_eq!(
            self.book.fold().trades,
            0,
            "nothing trades before the clock starts"
        );
        self.resting = std::mem::take(&mut self.operations);
    }

    fn finish(self, name: &'static str) -> Workload {
        let prices = || {
            self.resting
                .iter()
                .chain(&self.operations)
                .map(|operation| operation.price)
        };
        Workload {
            name,
            price_min: prices().min().expect("a workload has operations"),
            price_max: prices().max().expect("a workload has operations"),
            orders_max: self.book.slots_used(),
            levels_at_end: self.book.live_levels(),
            resting_at_end: self.book.live_orders(),
            expected: self.book.fold(),
            resting: self.resting,
            operations: self.operations,
        }
    }
}
