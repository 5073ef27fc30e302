//! The exchange's clock, in the words of the sequencer and of the wire.

use gateway::Pacing;
use sequencer::ClockSource;

use crate::config::ClockMode;

/// What a sequencer reads.
pub fn clock_source(clock: ClockMode, pacing: &Pacing) -> ClockSource {
    if let Pacing::Lockstep(lockstep) = pacing {
        return ClockSource::Manual(lockstep.clock.clone());
    }
    match clock {
        ClockMode::Realtime => ClockSource::Realtime,
        ClockMode::Scaled(factor) => ClockSource::Scaled(factor),
        // A lockstep without a pacer stands.
        ClockMode::Replay | ClockMode::Lockstep => ClockSource::Replay,
    }
}

/// What sessions are told of it.
pub const fn wire_clock(clock: ClockMode) -> protocol::ClockMode {
    match clock {
        ClockMode::Realtime => protocol::ClockMode::Realtime,
        ClockMode::Scaled(_) => protocol::ClockMode::Accelerated,
        ClockMode::Replay => protocol::ClockMode::Replay,
        ClockMode::Lockstep => protocol::ClockMode::Lockstep,
    }
}
