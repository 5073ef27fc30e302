//! How long the benches run.

use std::time::Duration;

use crate::workload::OperationCount;

/// Operations of each workload; names a number.
pub const OPERATIONS_VARIABLE: &str = "RIALTO_BENCH_OPERATIONS";
const OPERATIONS_SHORT: OperationCount = OperationCount(100_000);

/// How long criterion looks at one bench. Short by default, so that the whole run takes minutes; criterion's
/// own `--measurement-time` and `--sample-size` lengthen it.
pub const MEASUREMENT_TIME: Duration = Duration::from_millis(500);
/// How long criterion runs one bench before it looks.
pub const WARM_UP_TIME: Duration = Duration::from_millis(200);
/// Criterion's least number of samples.
pub const SAMPLES: usize = 10;

/// How many operations a workload has: 100,000, or what `RIALTO_BENCH_OPERATIONS` says (2,000,000 in every
/// published figure).
///
/// # Panics
/// The variable is no number.
pub fn operation_count() -> OperationCount {
    std::env::var(OPERATIONS_VARIABLE).map_or(OPERATIONS_SHORT, |text| {
        let number = text.replace('_', "").parse();
        OperationCount(number.expect("RIALTO_BENCH_OPERATIONS is a number of operations"))
    })
}
