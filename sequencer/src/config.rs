//! How a shard is laid out over threads, and with which limits.

use std::num::NonZeroUsize;

use engine::{Instrument, InstrumentError, InstrumentId};

use crate::clock::Stamping;
use crate::follower::RestoreError;
use crate::log::LogError;

/// How a shard is laid out, and its limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SequencerConfig {
    /// How instruments are spread over matchers.
    pub threads: Threads,
    /// The most matcher threads under [`Threads::PerInstrument`]; beyond, instruments share.
    pub threads_max: NonZeroUsize,
    /// What a matcher thread does while there is nothing to do.
    pub idle: IdleStrategy,
    /// Commands that fit a matcher's ring. All of it is allocated at the start.
    pub inbound_capacity_commands: NonZeroUsize,
    /// Places of the ring that only cancels may take.
    pub cancel_reserve_commands: usize,
    /// The most commands that are appended at once.
    pub batch_commands_max: NonZeroUsize,
    /// Batches that may wait for a matcher's reader; beyond, the matcher stops popping.
    pub egress_capacity_batches: NonZeroUsize,
    /// Batches of a matcher that may wait to be durable; beyond, the matcher stops popping.
    pub undurable_batches_max: NonZeroUsize,
    /// Whether commands are stamped at each stage.
    pub stamping: Stamping,
    /// Cores of this machine.
    pub cores: NonZeroUsize,
}

/// How instruments are spread over matchers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Threads {
    /// One thread each, up to `threads_max`; then they share.
    PerInstrument,
    /// This many threads.
    Count(NonZeroUsize),
    /// None: the caller's own thread drives one matcher that has them all.
    Inline,
}

/// What a matcher thread does while there is nothing to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IdleStrategy {
    /// It looks again at once. Lowest latency; wants a core of its own.
    Spin,
    /// It lets others run and looks again.
    Yield,
    /// It looks this many times, then sleeps until it is woken.
    Park {
        /// How often it looks before it sleeps.
        spins: u32,
    },
}

/// Why a shard cannot be started.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StartError {
    /// Spinning threads would take each other's cores.
    #[error(
        "{spinning} spinning matcher threads need {} cores and there are {cores}: three spinning threads \
         on two cores take 13 ms instead of 0.3 us; use idle = \"park\", fewer threads, or \
         threads = \"inline\"",
        .spinning.saturating_add(1)
    )]
    SpinNeedsCores {
        /// Matcher threads that would spin.
        spinning: usize,
        /// Cores there are.
        cores: usize,
    },
    /// Cancels would take the whole ring.
    #[error("cancel_reserve ({cancel_reserve}) must be below the ring's capacity ({capacity})")]
    ReserveTooLarge {
        /// Places that only cancels may take.
        cancel_reserve: usize,
        /// Places there are.
        capacity: usize,
    },
    /// There are more matchers than a ledger has cells for.
    #[error("{0} matchers are more than the {max} that can be", max = ledger::MATCHERS_MAX)]
    TooManyMatchers(usize),
    /// There is nothing to trade.
    #[error("there are no instruments")]
    NoInstruments,
    /// An instrument cannot be listed.
    #[error("instrument {}: {}", .0.0, .1)]
    Instrument(InstrumentId, InstrumentError),
    /// The log cannot be opened.
    #[error(transparent)]
    Log(#[from] LogError),
    /// A snapshot cannot be gone on from.
    #[error(transparent)]
    Restore(#[from] RestoreError),
    /// The operating system gave no thread.
    #[error("no thread for a matcher: {0}")]
    NoThread(String),
}

impl SequencerConfig {
    /// The layout that fits a laptop of `cores` cores: parked threads, no stamps.
    pub const fn for_cores(cores: NonZeroUsize) -> Self {
        Self {
            threads: Threads::PerInstrument,
            threads_max: cores,
            idle: IdleStrategy::Park { spins: 100 },
            inbound_capacity_commands: at_least_one(4_096),
            cancel_reserve_commands: 256,
            batch_commands_max: at_least_one(256),
            egress_capacity_batches: at_least_one(1_024),
            undurable_batches_max: at_least_one(1_024),
            stamping: Stamping::Off,
            cores,
        }
    }

    /// How many matchers `instruments` instruments get.
    pub fn matcher_count(&self, instruments: usize) -> usize {
        match self.threads {
            Threads::PerInstrument => instruments.min(self.threads_max.get()),
            Threads::Count(count) => instruments.min(count.get()),
            Threads::Inline => 1,
        }
    }

    /// The instruments of each matcher, or why this layout cannot be.
    pub(crate) fn plan(
        &self,
        instruments: &[Instrument],
    ) -> Result<Vec<Vec<Instrument>>, StartError> {
        if instruments.is_empty() {
            return Err(StartError::NoInstruments);
        }
        let mut ids: Vec<InstrumentId> = instruments.iter().map(|one| one.id).collect();
        ids.sort_unstable();
        if let Some(twice) = ids.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(StartError::Instrument(twice[0], InstrumentError::BadId));
        }
        let capacity = self.inbound_capacity_commands.get();
        if self.cancel_reserve_commands >= capacity {
            return Err(StartError::ReserveTooLarge {
                cancel_reserve: self.cancel_reserve_commands,
                capacity,
            });
        }
        let matchers = self.matcher_count(instruments.len());
        if matchers > ledger::MATCHERS_MAX {
            return Err(StartError::TooManyMatchers(matchers));
        }
        self.check_spinning(matchers)?;
        let mut plan = vec![Vec::new(); matchers];
        for (instrument, matcher) in instruments.iter().zip((0..matchers).cycle()) {
            plan[matcher].push(*instrument);
        }
        Ok(plan)
    }

    fn check_spinning(&self, matchers: usize) -> Result<(), StartError> {
        let spinning = match (self.idle, self.threads) {
            (IdleStrategy::Spin, Threads::PerInstrument | Threads::Count(_)) => matchers,
            (IdleStrategy::Spin, Threads::Inline)
            | (IdleStrategy::Yield | IdleStrategy::Park { .. }, _) => 0,
        };
        if spinning >= self.cores.get() {
            return Err(StartError::SpinNeedsCores {
                spinning,
                cores: self.cores.get(),
            });
        }
        Ok(())
    }
}

const fn at_least_one(count: usize) -> NonZeroUsize {
    NonZeroUsize::new(count).expect("the constants above are not zero")
}

#[cfg(test)]
mod tests {
    use super::{IdleStrategy, NonZeroUsize, SequencerConfig, StartError, Threads};

    const TWO_CORES: NonZeroUsize = NonZeroUsize::new(2).unwrap();

    #[test]
    fn two_spinning_threads_are_refused_on_two_cores_and_one_is_not() {
        let mut config = SequencerConfig::for_cores(TWO_CORES);
        config.idle = IdleStrategy::Spin;

        let refused = config.check_spinning(2).unwrap_err();

        assert_eq!(
            refused,
            StartError::SpinNeedsCores {
                spinning: 2,
                cores: 2
            }
        );
        assert!(refused.to_string().contains("use idle = \"park\""));
        assert_eq!(config.check_spinning(1), Ok(()));
        config.threads = Threads::Inline;
        assert_eq!(config.check_spinning(1), Ok(()));
    }

    #[test]
    fn threads_are_per_instrument_up_to_their_limit() {
        let mut config = SequencerConfig::for_cores(TWO_CORES);
        assert_eq!(config.matcher_count(1), 1);
        assert_eq!(config.matcher_count(8), 2);

        config.threads = Threads::Count(NonZeroUsize::new(3).unwrap());
        assert_eq!(config.matcher_count(8), 3);

        config.threads = Threads::Inline;
        assert_eq!(config.matcher_count(8), 1);
    }
}
