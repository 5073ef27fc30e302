//! The way of an order that asked to be told of it, as far as it has come when it is answered.

use protocol::{Report, Trace};
use sequencer::{CommandOutcome, StageClock};

use crate::session::{SessionEntry, UnwrittenTrace};

/// The trace of an order that asked for one, as far as it has come.
pub(super) fn trace_of(
    session: &SessionEntry,
    outcome: &CommandOutcome,
    report: &Report,
    stage_clock: &StageClock,
) -> Option<Box<UnwrittenTrace>> {
    let traced = session.traces.end(outcome.origin.request)?;
    let trace = Trace {
        request: report.request,
        symbol: report.symbol,
        order_id: report.order_id,
        read_ns: None,
        decode_ns: None,
        risk_ns: None,
        queue_ns: None,
        match_ns: None,
        journal_ns: None,
        publish_ns: None,
        write_ns: None,
        total_ns: None,
    };
    let published_at_ns = stage_clock.now_ns();
    let unwritten = UnwrittenTrace::new(trace, traced, &outcome.stamps, published_at_ns);
    Some(Box::new(unwritten))
}
