//! What the lockstep clock is told, and the checks of it.

use engine::Timestamp;
use gateway::{LockstepConfig, PacedKey};
use sequencer::{IdleStrategy, ManualClock, SequencerConfig, Threads};
use serde::Deserialize;

use crate::config::error::ConfigError;
use crate::config::value::{ClockMode, Span, TickLength};

const NS_PER_S: u64 = 1_000_000_000;

/// `[clock]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenClock {
    /// `realtime`, `xN`, `lockstep` or `replay`.
    pub mode: ClockMode,
    /// By how much time passes at once in lockstep.
    pub tick: TickLength,
    /// When time begins in lockstep: seconds since 1970-01-01 UTC.
    pub start_s: u64,
    /// How many sessions are waited for before it begins.
    pub sessions_awaited: usize,
    /// How long somebody enrolled is waited for, by the world's time.
    pub stall_timeout: Span,
    /// What ids are drawn from that the exchange gives for clients in lockstep.
    pub seed: u64,
    /// Keys of clients that cannot say when they are done.
    pub paced_by_commands: Vec<WrittenKey>,
}

/// `[[clock.paced_by_commands]]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenKey {
    /// What the client sends as its key.
    pub key: String,
    /// Its place among all who are enrolled.
    pub rank: u32,
}

/// Derives and checks what of `[clock]` is for the lockstep.
///
/// # Errors
/// A tick or a patience of nothing, or ranks that are 0 or stand twice.
pub fn derive(clock: &WrittenClock) -> Result<LockstepConfig, ConfigError> {
    for (key, length) in [
        ("clock.tick", clock.tick.0),
        ("clock.stall_timeout", clock.stall_timeout.0),
    ] {
        if length.is_zero() {
            let remedy = "write a time such as \"1ms\" or \"10s\"";
            return Err(ConfigError::new(key, "it is nothing", remedy));
        }
    }
    let mut keys: Vec<PacedKey> = Vec::new();
    for row in &clock.paced_by_commands {
        let is_taken = |other: &PacedKey| other.rank == row.rank || other.key == row.key;
        if row.rank == 0 || keys.iter().any(is_taken) {
            return Err(ConfigError::new(
                "clock.paced_by_commands",
                format!(
                    "the key `{}` or its rank {} stands twice, or the rank is 0",
                    row.key, row.rank
                ),
                "give each key one row, and each row a rank of its own from 1 on",
            ));
        }
        keys.push(PacedKey {
            key: row.key.clone(),
            rank: row.rank,
        });
    }
    let start = Timestamp(clock.start_s.saturating_mul(NS_PER_S));
    Ok(LockstepConfig {
        clock: ManualClock::at(start),
        tick: clock.tick.0,
        start,
        sessions_awaited: clock.sessions_awaited,
        stall_timeout: clock.stall_timeout.0,
        paced_by_commands: keys,
        seed: clock.seed,
    })
}

/// In lockstep one matcher has all instruments, and whoever paces it turns it.
pub fn layout(clock: ClockMode, sequencer: SequencerConfig) -> SequencerConfig {
    match clock {
        ClockMode::Lockstep => SequencerConfig {
            threads: Threads::Inline,
            idle: IdleStrategy::Park { spins: 0 },
            ..sequencer
        },
        ClockMode::Realtime | ClockMode::Scaled(_) | ClockMode::Replay => sequencer,
    }
}
