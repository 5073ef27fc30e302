//! What is measured: anything that takes operations and folds its trades.

use crate::operation::Operation;
use crate::trade_fold::TradeFold;
use crate::workload::Workload;

/// How many operations are warmed at once.
pub const BATCH_OPERATIONS: usize = 32;

/// A book that can be raced. Rulers, candidates and the exchange's engine are ones.
pub trait Book {
    /// An empty book with room for the workload.
    fn for_workload(workload: &Workload) -> Self;

    /// Does what is asked and folds the trades it makes.
    fn apply(&mut self, operation: &Operation, fold: &mut TradeFold);

    /// Enters what rests before the clock starts.
    fn with_resting(workload: &Workload) -> Self
    where
        Self: Sized,
    {
        let mut book = Self::for_workload(workload);
        let mut fold = TradeFold::default();
        for operation in &workload.resting {
            book.apply(operation, &mut fold);
        }
        assert_eq!(fold.trades, 0, "nothing trades before the clock starts");
        book
    }

    /// Does everything that is timed, one operation after the other.
    fn run(&mut self, workload: &Workload) -> TradeFold {
        let mut fold = TradeFold::default();
        for operation in &workload.operations {
            self.apply(operation, &mut fold);
        }
        fold
    }

    /// Does everything that is timed in batches, as a matcher drains its ring: what a batch is going to
    /// need is touched before its first operation is done.
    fn run_batches(&mut self, workload: &Workload) -> TradeFold {
        let mut fold = TradeFold::default();
        for batch in workload.operations.chunks(BATCH_OPERATIONS) {
            self.warm(batch);
            for operation in batch {
                self.apply(operation, &mut fold);
            }
        }
        fold
    }

    /// Touches what a batch of at most [`BATCH_OPERATIONS`] is going to need, so that its cache misses
    /// overlap instead of queueing. Decides nothing.
    #[inline]
    fn warm(&self, _batch: &[Operation]) {}
}
