//! What cannot be started is refused with a reason.

use engine::{InstrumentError, InstrumentId};
use sequencer::{ClockSource, IdleStrategy, MemLogs, Retention, StartError, Threads, start};

use crate::floor::{config, count, instrument, ledger};

#[test]
fn spinning_threads_that_would_take_each_others_cores_are_refused() {
    let mut config = config();
    config.idle = IdleStrategy::Spin;
    config.threads = Threads::Count(count(2));
    config.cores = count(2);

    let refused = refusal(config, 2);

    assert_eq!(
        refused,
        StartError::SpinNeedsCores {
            spinning: 2,
            cores: 2
        }
    );
    assert!(
        refused
            .to_string()
            .starts_with("2 spinning matcher threads need 3 cores and there are 2")
    );
}

#[test]
fn a_reserve_that_takes_the_whole_ring_is_refused() {
    let mut config = config();
    config.inbound_capacity_commands = count(8);
    config.cancel_reserve_commands = 8;

    let refused = refusal(config, 1);

    assert_eq!(
        refused,
        StartError::ReserveTooLarge {
            cancel_reserve: 8,
            capacity: 8
        }
    );
}

#[test]
fn a_shard_needs_instruments_that_can_be_listed() {
    assert_eq!(refusal(config(), 0), StartError::NoInstruments);

    let twice = [instrument(1), instrument(1)];
    let started = start(
        config(),
        &twice,
        ledger(1),
        MemLogs::new(Retention::Nothing),
        ClockSource::Realtime,
    );
    let bad_id = StartError::Instrument(InstrumentId(1), InstrumentError::BadId);
    assert_eq!(started.unwrap_err(), bad_id);
}

fn refusal(config: sequencer::SequencerConfig, instruments: u32) -> StartError {
    let listed: Vec<_> = (1..=instruments).map(instrument).collect();
    let logs = MemLogs::new(Retention::Nothing);
    start(config, &listed, ledger(1), logs, ClockSource::Realtime).unwrap_err()
}
