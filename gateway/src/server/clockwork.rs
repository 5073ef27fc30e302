//! Starts what turns matchers and what happens because time passes.

use std::sync::Arc;

use sequencer::{InlineMatcher, MatcherState};
use tokio::task::JoinSet;

use crate::binance::keep_pulse;
use crate::inline_driver::drive;
use crate::lockstep::Pacer;
use crate::market_data::{Interval, keep_interval, keep_tape};
use crate::server::Gateway;
use crate::session::presence;

impl Gateway {
    /// Turns matchers without a thread of their own; in lockstep the pacer does.
    pub(super) fn start_drivers(&mut self) -> JoinSet<MatcherState> {
        let Some(lockstep) = &self.edge.lockstep else {
            return self.inline.drain(..).map(drive).collect();
        };
        let matchers: Result<[InlineMatcher; 1], _> = std::mem::take(&mut self.inline).try_into();
        let [matcher] = matchers.expect("in lockstep there is one matcher, without a thread");
        let pacer = Pacer::new(Arc::clone(&self.edge), Arc::clone(lockstep), matcher);
        std::iter::once(pacer.run()).collect()
    }

    /// Starts what happens because time passes; in lockstep the pacer does all of it.
    pub(super) fn start_clockwork(&self) -> JoinSet<()> {
        let mut clockwork = JoinSet::new();
        if self.edge.lockstep.is_some() {
            return clockwork;
        }
        let edge = Arc::clone(&self.edge);
        clockwork.spawn(async move {
            edge.flusher
                .run(edge.limits.market_data_flush_interval)
                .await;
        });
        for interval in Interval::all() {
            let edge = Arc::clone(&self.edge);
            clockwork.spawn(async move { keep_interval(&edge, interval).await });
        }
        let edge = Arc::clone(&self.edge);
        clockwork.spawn(async move { keep_pulse(&edge).await });
        clockwork.spawn(presence::begin(Arc::clone(&self.edge)));
        let edge = Arc::clone(&self.edge);
        clockwork.spawn(async move { keep_tape(&edge).await });
        clockwork
    }
}
