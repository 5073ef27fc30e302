//! What happens when something is full: the answer is Busy, cancels still get in, nothing is lost.

use engine::{AccountId, Command, MassCancel, Price, Side, SideFilter};
use sequencer::{ClockSource, Refused, Threads};

use crate::floor::{FIRST, Floor, cancel, config, count, inbound, limit, requests, uncovered};

#[test]
fn new_orders_are_refused_above_the_reserve_and_cancels_are_taken_up_to_the_capacity() {
    let mut config = config();
    config.threads = Threads::Inline;
    config.inbound_capacity_commands = count(10);
    config.cancel_reserve_commands = 3;
    // Nobody turns the matcher, so that the ring only fills.
    let floor = Floor::closed(config, 1, ClockSource::Realtime);
    let ports = floor.ports();

    for request in 1..=7 {
        assert_eq!(ports.try_submit(uncovered(request)), Ok(()));
    }
    assert_eq!(ports.try_submit(uncovered(8)), Err(Refused::Full));

    let mass_cancel = Command::MassCancel(MassCancel {
        account: AccountId(1),
        side: SideFilter::Both,
        price_from: Price::MIN,
        price_to: Price::MAX,
        session: engine::SessionFilter::Any,
    });
    assert_eq!(ports.try_submit(inbound(9, cancel(1, 1))), Ok(()));
    assert_eq!(ports.try_submit(inbound(10, mass_cancel)), Ok(()));
    assert_eq!(ports.try_submit(uncovered(11)), Err(Refused::Full));
    assert_eq!(ports.try_submit(inbound(12, cancel(1, 1))), Ok(()));
    assert_eq!(
        ports.try_submit(inbound(13, cancel(1, 1))),
        Err(Refused::Full)
    );
    assert_eq!(ports.queue_depth(FIRST), Some(10));
    assert_eq!(ports.counters().refused_full, 3);
}

#[test]
fn a_full_egress_makes_the_ring_full_and_reading_it_brings_every_answer_in_order() {
    let mut config = config();
    config.inbound_capacity_commands = count(8);
    config.cancel_reserve_commands = 2;
    config.egress_capacity_batches = count(2);
    config.batch_commands_max = count(1);
    let floor = Floor::open(config, 1);

    // Nobody reads: two batches fit egress, one waits at the gate, then the ring fills.
    let mut taken = Vec::new();
    let mut request = 0;
    while floor.ports().counters().egress_full_turns == 0
        || floor.ports().queue_depth(FIRST) < Some(6)
    {
        request += 1;
        if floor.submit(request, limit(1, Side::Buy, 1, 100)).is_ok() {
            taken.push(request);
        }
    }
    let busy = floor.submit(0, limit(1, Side::Buy, 1, 100));
    assert_eq!(busy, Err(Refused::Full));
    assert_eq!(floor.running.events[0].len(), 2);

    let mut answered = Vec::new();
    while answered.len() < taken.len() {
        answered.extend(requests(&floor.next_batch()));
    }
    assert_eq!(answered, taken);
    assert!(floor.running.events[0].is_empty());
    assert_eq!(
        floor.submit(request + 1, limit(1, Side::Buy, 1, 100)),
        Ok(())
    );
    assert_eq!(requests(&floor.next_batch()), [request + 1]);
}

#[test]
fn batches_that_are_not_durable_have_a_limit_and_the_ring_fills_behind_it() {
    let mut config = config();
    config.inbound_capacity_commands = count(4);
    config.cancel_reserve_commands = 0;
    config.undurable_batches_max = count(3);
    config.batch_commands_max = count(1);
    let floor = Floor::open(config, 1);
    floor.log.hold_durability();
    let before = floor.log.last_position().0;

    // Three batches wait to be durable, four commands wait in the ring, and that is all.
    let mut taken = 0;
    while floor.ports().queue_depth(FIRST) < Some(4) || floor.log.last_position().0 < before + 3 {
        taken += u64::from(floor.submit(taken, limit(1, Side::Buy, 1, 100)).is_ok());
    }
    assert_eq!(taken, 7);
    assert_eq!(
        floor.submit(99, limit(1, Side::Buy, 1, 100)),
        Err(Refused::Full)
    );

    floor.log.resume_durability();
    let mut answered = 0;
    while answered < 7 {
        answered += floor.next_batch().outcomes.len();
    }
}

#[test]
fn a_reader_that_went_away_does_not_stop_the_matcher() {
    let mut config = config();
    config.egress_capacity_batches = count(1);
    config.batch_commands_max = count(1);
    let mut floor = Floor::open(config, 1);
    floor.running.events.clear();

    for request in 1..=100 {
        floor.submit(request, limit(1, Side::Buy, 1, 100)).unwrap();
    }

    floor.wait_until_applied(100);
}
