//! An orderly stop: nothing new is taken, and everything that was taken is answered.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use engine::Side;
use sequencer::{ClockSource, ControlError, IdleStrategy, Refused, Threads, Turn};

use crate::floor::{Floor, config, funding, inbound, limit, next_batch, requests, uncovered};

#[test]
fn every_command_that_was_taken_before_the_stop_is_answered_once() {
    for round in 0..20 {
        let mut config = config();
        config.idle = IdleStrategy::Park { spins: round % 3 };
        let floor = Floor::open(config, 1);
        let events = floor.running.events[0].clone();
        let ports = Arc::clone(&floor.running.ports);
        let has_begun = AtomicBool::new(false);

        let (mut taken, mut answered) = std::thread::scope(|scope| {
            let producers: Vec<_> = (0..3)
                .map(|producer| {
                    let (ports, has_begun) = (&ports, &has_begun);
                    scope.spawn(move || {
                        let mut taken = Vec::new();
                        for request in 0.. {
                            let request = producer * 1_000_000_000 + request;
                            match ports.try_submit(uncovered(request)) {
                                Ok(()) => taken.push(request),
                                Err(Refused::Full) => std::thread::yield_now(),
                                Err(Refused::Unavailable) => return taken,
                                Err(
                                    Refused::LowDisk
                                    | Refused::UnknownInstrument
                                    | Refused::NamesHandle,
                                ) => {
                                    unreachable!("it is listed, and nothing is on a disk")
                                }
                            }
                            has_begun.store(true, Ordering::SeqCst);
                        }
                        taken
                    })
                })
                .collect();
            let reader = scope.spawn(|| events.iter().flat_map(|batch| requests(&batch)).collect());
            while !has_begun.load(Ordering::SeqCst) {
                std::thread::yield_now();
            }
            floor.running.stop.stop_and_drain();
            let taken: Vec<u64> = producers
                .into_iter()
                .flat_map(|one| one.join().unwrap())
                .collect();
            let answered: Vec<u64> = reader.join().unwrap();
            (taken, answered)
        });

        taken.sort_unstable();
        answered.sort_unstable();
        assert!(!taken.is_empty());
        assert_eq!(answered, taken, "round {round}");
    }
}

#[test]
fn after_the_stop_everything_is_unavailable_and_the_stream_ends() {
    let floor = Floor::open(config(), 1);
    let ports = Arc::clone(&floor.running.ports);
    floor.submit(1, limit(1, Side::Buy, 1, 100)).unwrap();

    let states = floor.running.stop.stop_and_drain();

    assert_eq!(states[0].books[0].sequence.0, 1);
    assert_eq!(ports.try_submit(uncovered(2)), Err(Refused::Unavailable));
    let control = ports.control(funding().remove(0)).unwrap_err();
    assert_eq!(control, ControlError::NotTaken(Refused::Unavailable));
    let batches: Vec<_> = floor.running.events[0].iter().collect();
    assert_eq!(batches.iter().flat_map(requests).collect::<Vec<_>>(), [1]);
}

#[test]
fn a_stop_waits_until_what_was_taken_is_durable() {
    let floor = Floor::open(config(), 1);
    floor.log.hold_durability();
    floor.submit(1, limit(1, Side::Buy, 1, 100)).unwrap();
    floor.wait_until_applied(1);
    let (log, events) = (floor.log.clone(), floor.running.events[0].clone());
    let has_stopped = AtomicBool::new(false);

    std::thread::scope(|scope| {
        scope.spawn(|| {
            floor.running.stop.stop_and_drain();
            has_stopped.store(true, Ordering::SeqCst);
        });
        for _ in 0..1_000 {
            std::thread::yield_now();
            assert!(
                !has_stopped.load(Ordering::SeqCst),
                "it dropped what was not durable"
            );
        }
        log.resume_durability();
        assert_eq!(requests(&next_batch(&events)), [1]);
    });
    assert!(has_stopped.load(Ordering::SeqCst));
}

#[test]
fn an_inline_matcher_is_drained_by_its_driver() {
    let mut config = config();
    config.threads = Threads::Inline;
    let mut floor = Floor::closed(config, 1, ClockSource::Realtime);
    let mut inline = floor.running.inline.pop().unwrap();
    inline.on_wake(Arc::new(|| {}));
    floor.ports().try_submit(uncovered(1)).unwrap();
    let events = floor.running.events[0].clone();
    let ports = Arc::clone(&floor.running.ports);

    floor.running.stop.close();

    assert_eq!(ports.try_submit(uncovered(2)), Err(Refused::Unavailable));
    assert_eq!(inline.turn(), Turn::Worked);
    assert_eq!(inline.turn(), Turn::Drained);
    assert_eq!(
        events
            .iter()
            .flat_map(|batch| requests(&batch))
            .collect::<Vec<_>>(),
        [1]
    );
    assert_eq!(inline.state().books[0].sequence.0, 1);
}

#[test]
fn an_unknown_instrument_is_refused_at_the_port() {
    let floor = Floor::open(config(), 1);
    let mut command = inbound(1, engine::Command::Tick);

    command.instrument = engine::InstrumentId(9);
    assert_eq!(
        floor.ports().try_submit(command.clone()),
        Err(Refused::UnknownInstrument)
    );
    command.instrument = engine::InstrumentId::CONTROL;
    assert_eq!(
        floor.ports().try_submit(command),
        Err(Refused::UnknownInstrument)
    );
}
