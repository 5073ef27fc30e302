//! Orders of a session whose way through the exchange is told when their answer has been written.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use protocol::Trace;
use sequencer::{Stage, Stamps};

use crate::lock::lock;

/// Most orders of one session that are traced at a time; further ones are answered without a trace.
const UNDER_WAY_MAX: usize = 256;

/// The traced orders of a session that have no answer yet. A session without any costs one look at a counter.
#[derive(Debug, Default)]
pub struct Traces {
    count: AtomicUsize,
    under_way: Mutex<Vec<Traced>>,
}

/// An order that is traced: its request, and how long it took to read, where that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Traced {
    request: u64,
    read_ns: Option<u64>,
}

/// A trace that lacks the time it took to write the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnwrittenTrace {
    trace: Trace,
    read_at_ns: u64,
    published_at_ns: u64,
}

impl Traces {
    /// The order of this request is traced; reading it took so long.
    pub fn begin(&self, request: u64, read_ns: Option<u64>) {
        let mut under_way = lock(&self.under_way);
        if under_way.len() < UNDER_WAY_MAX {
            under_way.push(Traced { request, read_ns });
            self.count.store(under_way.len(), Ordering::Release);
        }
    }

    /// The order of this request is answered, or never got on its way: it is traced no more. `None` where it was not;
    /// else what is known of it.
    pub fn end(&self, request: u64) -> Option<Traced> {
        if self.count.load(Ordering::Acquire) == 0 {
            return None;
        }
        let mut under_way = lock(&self.under_way);
        let place = under_way
            .iter()
            .position(|traced| traced.request == request)?;
        let traced = under_way.remove(place);
        self.count.store(under_way.len(), Ordering::Release);
        Some(traced)
    }
}

impl UnwrittenTrace {
    /// What `stamps` tell of an order whose answer was queued at `published_at_ns`.
    pub fn new(
        trace: Trace,
        traced: Traced,
        stamps: &Stamps,
        published_at_ns: Option<u64>,
    ) -> Self {
        let published_at_ns = published_at_ns.unwrap_or(0);
        let between = |from: u64, to: u64| (from != 0 && to != 0).then(|| to.saturating_sub(from));
        let part = |from, to| between(stamps.at(from), stamps.at(to));
        let appended = part(Stage::Popped, Stage::Appended);
        let durable = part(Stage::Matched, Stage::Released);
        let trace = Trace {
            read_ns: traced.read_ns,
            decode_ns: part(Stage::Read, Stage::Decoded),
            risk_ns: part(Stage::Decoded, Stage::Queued),
            queue_ns: part(Stage::Queued, Stage::Popped),
            match_ns: part(Stage::Appended, Stage::Matched),
            journal_ns: appended
                .zip(durable)
                .map(|(appended, durable)| appended.saturating_add(durable)),
            publish_ns: between(stamps.at(Stage::Released), published_at_ns),
            ..trace
        };
        Self {
            trace,
            read_at_ns: stamps.at(Stage::Read),
            published_at_ns,
        }
    }

    /// The whole, for an answer that was written at `written_at_ns`.
    pub fn written(&self, written_at_ns: Option<u64>) -> Trace {
        let written = |from: u64| {
            let to = written_at_ns.filter(|_| from != 0)?;
            Some(to.saturating_sub(from))
        };
        let since_read = written(self.read_at_ns);
        Trace {
            write_ns: written(self.published_at_ns),
            total_ns: since_read.map(|ns| ns.saturating_add(self.trace.read_ns.unwrap_or(0))),
            ..self.trace
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn untimed() -> Trace {
        Trace {
            request: Some(7),
            symbol: "BTCUSDT".parse().unwrap(),
            order_id: Some(3),
            read_ns: None,
            decode_ns: None,
            risk_ns: None,
            queue_ns: None,
            match_ns: None,
            journal_ns: None,
            publish_ns: None,
            write_ns: None,
            total_ns: None,
        }
    }

    const fn traced(read_ns: Option<u64>) -> Traced {
        Traced {
            request: 7,
            read_ns,
        }
    }

    #[test]
    fn the_parts_of_a_trace_are_the_whole() {
        let mut stamps = Stamps::default();
        for (stage, ns) in [
            (Stage::Read, 1_000),
            (Stage::Decoded, 1_300),
            (Stage::Queued, 1_700),
            (Stage::Popped, 5_000),
            (Stage::Appended, 5_200),
            (Stage::Matched, 6_000),
            (Stage::Released, 106_000),
        ] {
            stamps.stamp(stage, ns);
        }

        let unwritten = UnwrittenTrace::new(untimed(), traced(Some(50)), &stamps, Some(107_000));
        let trace = unwritten.written(Some(120_000));

        assert_eq!(
            trace,
            Trace {
                read_ns: Some(50),
                decode_ns: Some(300),
                risk_ns: Some(400),
                queue_ns: Some(3_300),
                match_ns: Some(800),
                journal_ns: Some(100_200),
                publish_ns: Some(1_000),
                write_ns: Some(13_000),
                total_ns: Some(119_050),
                ..untimed()
            }
        );
    }

    #[test]
    fn without_stamps_a_trace_has_no_times() {
        let unwritten = UnwrittenTrace::new(untimed(), traced(None), &Stamps::default(), None);

        assert_eq!(unwritten.written(None), untimed());
    }

    #[test]
    fn a_request_is_traced_once() {
        let traces = Traces::default();
        traces.begin(7, Some(50));

        assert_eq!(traces.end(8), None);
        assert_eq!(traces.end(7), Some(traced(Some(50))));
        assert_eq!(traces.end(7), None);
    }
}
