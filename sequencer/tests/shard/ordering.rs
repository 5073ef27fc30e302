//! Order: a session's commands stay in its order, sequences have no gaps, and the layout over threads
//! decides nothing.

use std::collections::HashMap;

use engine::{Command, InstrumentId, Side};
use ledger::Ledger;
use sequencer::{
    BookState, ClockSource, InboundCommand, Origin, Ports, Refused, SequencerConfig, SessionId,
    Threads, Turn,
};

use crate::floor::{Floor, cancel, config, count, inbound, limit, uncovered};

const SESSIONS: u64 = 4;
const COMMANDS: u64 = 20_000;

#[test]
fn a_sessions_commands_keep_their_order_among_many_producers() {
    let mut config = config();
    config.inbound_capacity_commands = count(64);
    config.cancel_reserve_commands = 8;
    let floor = Floor::open(config, 2);
    let ports = floor.ports();

    std::thread::scope(|scope| {
        for session in 1..=SESSIONS {
            scope.spawn(move || {
                for request in 1..=COMMANDS {
                    let mut command = uncovered(request);
                    command.origin.session = SessionId(session);
                    command.instrument = InstrumentId(1 + u32::from(request % 2 == 0));
                    push_until_taken(ports, &command);
                }
            });
        }
        for events in &floor.running.events {
            scope.spawn(move || {
                let mut last: HashMap<SessionId, u64> = HashMap::new();
                let mut sequence = 0;
                while sequence < SESSIONS * COMMANDS / 2 {
                    for outcome in crate::floor::next_batch(events).outcomes {
                        sequence += 1;
                        assert_eq!(outcome.sequence.0, sequence, "the sequence has a gap");
                        let Origin {
                            session, request, ..
                        } = outcome.origin;
                        let before = last.insert(session, request);
                        assert!(
                            before < Some(request),
                            "session {session:?}: {before:?}, {request}"
                        );
                    }
                }
            });
        }
    });
    assert_eq!(ports.counters().commands, SESSIONS * COMMANDS);
}

#[test]
fn the_layout_over_threads_decides_nothing() {
    let one = books_after(Threads::Count(count(1)));

    assert_eq!(one.len(), 4);
    assert_eq!(books_after(Threads::PerInstrument), one);
    assert_eq!(books_after(Threads::Count(count(3))), one);
    assert_eq!(books_after(Threads::Inline), one);
    assert_ne!(one[0].state_hash, one[1].state_hash, "the books do differ");
}

/// The books of four instruments after the same commands per instrument.
fn books_after(threads: Threads) -> Vec<BookState> {
    let layout = SequencerConfig {
        threads,
        threads_max: count(8),
        ..config()
    };
    let clock = ClockSource::Replay;
    let mut floor = Floor::closed(layout, 4, clock);
    let inline = floor.running.inline.pop();
    let events = std::mem::take(&mut floor.running.events);
    let driver = inline.map(|mut inline| {
        inline.on_wake(std::sync::Arc::new(|| {}));
        std::thread::spawn(move || {
            while inline.turn() != Turn::Drained {
                std::thread::yield_now();
            }
            inline.state()
        })
    });
    let readers: Vec<_> = events
        .into_iter()
        .map(|events| std::thread::spawn(move || events.iter().count()))
        .collect();
    for command in crate::floor::funding() {
        floor.ports().control(command).unwrap().wait().unwrap();
    }

    std::thread::scope(|scope| {
        for instrument in 1..=4 {
            let (ports, ledger) = (floor.ports(), &*floor.ledger);
            scope.spawn(move || enter_orders(ports, ledger, InstrumentId(instrument)));
        }
    });

    let mut states = floor.running.stop.stop_and_drain();
    states.extend(driver.map(|driver| driver.join().unwrap()));
    for reader in readers {
        reader.join().unwrap();
    }
    let mut books: Vec<BookState> = states.into_iter().flat_map(|state| state.books).collect();
    books.sort_by_key(|book| book.instrument);
    books
}

/// Orders that rest, trade and are canceled, different on each instrument.
fn enter_orders(ports: &Ports, ledger: &Ledger, instrument: InstrumentId) {
    let mut state = u64::from(instrument.0);
    for step in 1..=3_000_u64 {
        // A small generator of its own, so that the commands depend on the instrument alone.
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let chance = state >> 33;
        let side = if chance.is_multiple_of(2) {
            Side::Buy
        } else {
            Side::Sell
        };
        let account = u32::try_from(1 + chance % 4).unwrap();
        let command = if chance % 5 == 0 {
            cancel(account, 1 + chance % step)
        } else {
            let price = 90 + i64::try_from(chance / 8 % 20).unwrap();
            let mut order = limit(account, side, 1 + chance / 256 % 9, price);
            order.extra = engine::Notional::from_units(1_000_000);
            ledger
                .reserve(order.account, instrument, side, order.extra)
                .unwrap();
            Command::Submit(order)
        };
        let mut command = inbound(step, command);
        command.instrument = instrument;
        command.at = Some(engine::Timestamp(step * 10));
        push_until_taken(ports, &command);
    }
}

fn push_until_taken(ports: &Ports, command: &InboundCommand) {
    while ports.try_submit(command.clone()) == Err(Refused::Full) {
        std::thread::yield_now();
    }
}
