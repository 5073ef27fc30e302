//! Goal: an operator changes the rules or the grid of an instrument while it trades; what is open stays.
//!
//! Method: short conversations with one engine; the grammar of scenario files has no word for it.

#[expect(dead_code, reason = "the orders of these stories are of two accounts")]
mod desk;

use desk::{Desk, limit};
use engine::{
    AccountId, BandWindow, Batch, BatchMode, BeyondBand, CallEnd, CancelReason, Command,
    DoubledBands, Event, Grid, Instruction, InstrumentId, LimitUpLimitDown, MatchingAlgorithm,
    MatchingEngine, NewOrder, Operation, OrderId, OrderRef, PostOnly, Price, PriceBand, ProRata,
    Quantity, RejectReason, Replace, Rules, Schedule, ScheduleStep, SessionState, Side,
    StopOnEntry, TopOrder, Velocity,
};

const ONLY: InstrumentId = InstrumentId(1);

fn desk() -> Desk {
    Desk::remembering(1_000, 1_000_000)
}

fn set_rules(rules: &Rules) -> Command {
    Command::Operate(Operation::SetRules(Box::new(*rules)))
}

fn set_grid(tick_size: i64, lot_size: u64) -> Command {
    Command::Operate(Operation::SetGrid(Grid {
        tick_size,
        lot_size,
        price_min: Price::from_units(tick_size),
        price_max: Price::from_units(1_000 * tick_size),
        quantity_min: Quantity::from_units(lot_size),
        quantity_max: Quantity::from_units(1_000 * lot_size),
    }))
}

/// A limit order; every second one is another account's, so that they trade.
fn order(client: &str, side: Side, quantity: u64, price: i64) -> NewOrder {
    let mut order = limit(client, side, quantity, price);
    order.account = AccountId(if side == Side::Buy { 1 } else { 2 });
    order
}

fn submit(desk: &mut Desk, client: &str, side: Side, quantity: u64, price: i64) -> Vec<Event> {
    desk.ask(Command::Submit(order(client, side, quantity, price)))
}

fn reason(events: &[Event]) -> Option<RejectReason> {
    events.iter().find_map(|event| {
        if let Event::Rejected(rejected) = event {
            Some(rejected.reason)
        } else {
            None
        }
    })
}

/// Maker and quantity of each trade.
fn trades(events: &[Event]) -> Vec<(u64, u64)> {
    let trade = |event: &Event| {
        if let Event::Trade(trade) = event {
            Some((trade.maker.order_id.0, trade.quantity.units()))
        } else {
            None
        }
    };
    events.iter().filter_map(trade).collect()
}

fn restored(desk: &Desk) -> MatchingEngine {
    let mut state = Vec::new();
    desk.engine
        .write_state(ONLY, &mut state)
        .expect("it is listed");
    let limits = engine::EngineLimits { instruments_max: 1 };
    let mut twin = MatchingEngine::new(limits).with_external_ids();
    twin.restore(&state).expect("it was spelled just now");
    twin
}

#[test]
fn a_new_matching_algorithm_holds_from_the_next_taker_on() {
    let mut desk = desk();
    submit(&mut desk, "a", Side::Sell, 10, 100);
    submit(&mut desk, "b", Side::Sell, 30, 100);
    let by_size = MatchingAlgorithm::ProRata(ProRata {
        minimum_allocation: Quantity::from_units(1),
        top_order: TopOrder::Off,
        first_in_first_out_bips: 0,
    });

    desk.ask(set_rules(&Rules {
        matching: by_size,
        ..Rules::PLAIN
    }));
    let events = submit(&mut desk, "x", Side::Buy, 20, 100);

    assert_eq!(trades(&events), [(1, 5), (2, 15)]);
    desk.ask(set_rules(&Rules::PLAIN));
    let events = submit(&mut desk, "y", Side::Buy, 10, 100);
    assert_eq!(trades(&events), [(1, 5), (2, 5)]);
}

#[test]
fn what_rests_outside_a_new_band_stays_and_trades() {
    let mut desk = desk();
    submit(&mut desk, "a", Side::Sell, 5, 300);

    let band = PriceBand {
        low: Price::from_units(90),
        high: Price::from_units(200),
    };
    desk.ask(set_rules(&Rules {
        entry_band: Some(band),
        ..Rules::PLAIN
    }));

    let refused = submit(&mut desk, "x", Side::Buy, 5, 300);
    assert_eq!(reason(&refused), Some(RejectReason::PriceOutsideBand));
    assert_eq!(desk.queue(Side::Sell), [(1, 5)]);
    desk.ask(set_rules(&Rules::PLAIN));
    assert_eq!(trades(&submit(&mut desk, "y", Side::Buy, 5, 300)), [(1, 5)]);
}

#[test]
fn rules_that_contradict_themselves_are_refused_and_the_old_ones_hold() {
    let mut desk = desk();
    let velocity = Velocity {
        ticks: 0,
        window: 1,
        reserved: CallEnd::Operator,
    };

    let events = desk.ask(set_rules(&Rules {
        velocity: Some(velocity),
        stop_on_entry: StopOnEntry::Trigger,
        ..Rules::PLAIN
    }));

    assert_eq!(reason(&events), Some(RejectReason::InvalidTerms));
    let terms = desk.engine.instrument(ONLY).expect("it is listed");
    assert_eq!(terms.rules, Rules::PLAIN);
}

#[test]
fn a_limit_state_ends_with_its_rule() {
    let mut desk = desk();
    let luld = LimitUpLimitDown {
        bips: 500,
        beyond_band: BeyondBand::Reprice,
        limit_state: Some(15),
        pause: None,
        mean: None,
        reopening: CallEnd::Operator,
    };
    desk.ask(set_rules(&Rules {
        luld: Some(luld),
        reference: Some(Price::from_units(100)),
        ..Rules::PLAIN
    }));
    submit(&mut desk, "a", Side::Buy, 1, 106);
    assert_eq!(desk.engine.session_state(ONLY), Some(SessionState::LimitUp));

    desk.ask(set_rules(&Rules::PLAIN));

    assert_eq!(
        desk.engine.session_state(ONLY),
        Some(SessionState::Continuous)
    );
    assert_eq!(desk.engine.next_deadline(), None);
}

#[test]
fn a_shorter_batch_holds_from_the_next_command_on() {
    let mut desk = desk();
    let two = || {
        let orders = ["a", "b"].map(|id| Instruction::Submit(limit(id, Side::Buy, 1, 99)));
        let batch = Batch::new(AccountId(1), BatchMode::Sequential, orders.to_vec());
        Command::Batch(batch.expect("two orders of one account"))
    };
    let bound = |count| {
        set_rules(&Rules {
            batch_instructions_max: count,
            ..Rules::PLAIN
        })
    };

    desk.ask(bound(1));
    let refused = desk.ask(two());
    let too_small = desk.ask(bound(0));
    let too_large = desk.ask(bound(65));
    desk.ask(bound(2));
    let taken = desk.ask(two());

    assert_eq!(reason(&refused), Some(RejectReason::BatchTooLong));
    assert_eq!(reason(&too_small), Some(RejectReason::InvalidTerms));
    assert_eq!(reason(&too_large), Some(RejectReason::InvalidTerms));
    assert_eq!(reason(&taken), None);
}

#[test]
fn the_engine_says_when_the_width_of_the_bands_changes_and_a_restored_one_too() {
    let mut desk = desk();
    let luld = LimitUpLimitDown {
        bips: 500,
        beyond_band: BeyondBand::Reprice,
        limit_state: None,
        pause: None,
        mean: None,
        reopening: CallEnd::Operator,
    };
    let window = BandWindow {
        from: 500,
        until: 600,
    };

    desk.ask(set_rules(&Rules {
        luld: Some(luld),
        doubled_bands: Some(DoubledBands::of_day(1_000, &[window])),
        ..Rules::PLAIN
    }));
    let twin = restored(&desk);

    let next = desk.engine.next_deadline().map(|at| at.0 % 1_000);
    assert_eq!(next, Some(500));
    assert_eq!(twin.next_deadline(), desk.engine.next_deadline());
}

#[test]
fn a_schedule_that_is_set_while_trading_takes_over_at_once() {
    let mut desk = desk();
    let step = |at, state| ScheduleStep {
        at,
        random_max: 0,
        state,
    };
    let closed_now = Schedule::of_day(
        1_000,
        &[
            step(10, SessionState::Continuous),
            step(900, SessionState::Closed),
        ],
    );

    desk.ask(set_rules(&Rules {
        schedule: Some(closed_now),
        ..Rules::PLAIN
    }));
    let events = submit(&mut desk, "a", Side::Buy, 1, 100);

    assert_eq!(reason(&events), Some(RejectReason::Closed));
    assert_eq!(desk.engine.next_deadline().map(|at| at.0), Some(10));
}

#[test]
fn a_delisted_instrument_ends_what_is_open_in_entry_order_and_stays_closed() {
    let mut desk = desk();
    desk.ask(set_rules(&Rules {
        schedule: Some(Schedule::of_day(
            1_000,
            &[ScheduleStep {
                at: 10,
                random_max: 0,
                state: SessionState::Continuous,
            }],
        )),
        ..Rules::PLAIN
    }));
    desk.ask(Command::SetState(SessionState::Continuous));
    submit(&mut desk, "a", Side::Sell, 1, 105);
    submit(&mut desk, "b", Side::Buy, 2, 99);
    submit(&mut desk, "c", Side::Sell, 3, 104);

    let events = desk.ask(Command::Operate(Operation::Delist));
    let refused = submit(&mut desk, "d", Side::Buy, 1, 100);
    let again = restored(&desk);

    let ended: Vec<u64> = events
        .iter()
        .filter_map(|event| {
            if let Event::Canceled(canceled) = event {
                assert_eq!(canceled.reason, CancelReason::SessionState);
                Some(canceled.order_id.0)
            } else {
                None
            }
        })
        .collect();
    assert_eq!(ended, [1, 2, 3]);
    assert_eq!(reason(&refused), Some(RejectReason::Closed));
    assert_eq!(desk.engine.next_deadline(), None);
    assert_eq!(again.session_state(ONLY), Some(SessionState::Closed));
}

#[test]
fn orders_off_a_new_grid_keep_price_and_place_and_trade() {
    let mut desk = desk();
    submit(&mut desk, "a", Side::Sell, 7, 103);
    submit(&mut desk, "b", Side::Sell, 5, 103);

    submit(&mut desk, "c", Side::Sell, 3, 104);
    desk.ask(set_grid(5, 5));
    let mine = engine::Cancel {
        account: AccountId(2),
        order: OrderRef::Id(OrderId(3)),
    };
    assert_eq!(reason(&desk.ask(Command::Cancel(mine))), None);

    assert_eq!(desk.queue(Side::Sell), [(1, 7), (2, 5)]);
    let off_tick = submit(&mut desk, "x", Side::Buy, 5, 103);
    assert_eq!(reason(&off_tick), Some(RejectReason::InvalidPrice));
    let off_lot = submit(&mut desk, "x", Side::Buy, 7, 105);
    assert_eq!(reason(&off_lot), Some(RejectReason::InvalidQuantity));
    let events = submit(&mut desk, "x", Side::Buy, 10, 105);
    assert_eq!(trades(&events), [(1, 7), (2, 3)]);
}

#[test]
fn an_order_off_a_new_grid_is_reduced_in_place_and_moved_onto_the_grid_alone() {
    let mut desk = desk();
    submit(&mut desk, "a", Side::Buy, 20, 98);
    desk.ask(set_grid(5, 5));
    let replace = |quantity: Option<u64>, price: Option<i64>| {
        Command::Replace(Replace {
            account: AccountId(1),
            order: OrderRef::Id(OrderId(1)),
            side: Side::Buy,
            quantity: quantity.map(Quantity::from_units),
            price: price.map(Price::from_units),
            peak: None,
            stop: None,
            expiry: None,
            extra: engine::Notional::ZERO,
        })
    };

    let less = desk.ask(replace(Some(10), None));
    let off = desk.ask(replace(None, Some(97)));
    let on = desk.ask(replace(None, Some(95)));

    assert_eq!(reason(&less), None);
    assert_eq!(reason(&off), Some(RejectReason::InvalidPrice));
    assert_eq!(reason(&on), None);
    assert_eq!(desk.queue(Side::Buy), [(1, 10)]);
}

#[test]
fn a_sliding_order_stops_on_the_new_grid_behind_one_that_is_off_it() {
    let mut desk = desk();
    submit(&mut desk, "a", Side::Sell, 5, 103);
    desk.ask(set_grid(5, 5));
    let mut sliding = order("x", Side::Buy, 5, 110);
    sliding.post_only = PostOnly::Slide;

    let events = desk.ask(Command::Submit(sliding));

    let rested = events.iter().find_map(|event| {
        if let Event::Rested(rested) = event {
            Some(rested.price.units())
        } else {
            None
        }
    });
    assert_eq!(rested, Some(100));
}

#[test]
fn a_grid_whose_bounds_are_off_it_is_refused() {
    let mut desk = desk();
    let grid = Grid {
        tick_size: 5,
        lot_size: 1,
        price_min: Price::from_units(1),
        price_max: Price::from_units(100),
        quantity_min: Quantity::from_units(1),
        quantity_max: Quantity::from_units(100),
    };

    let events = desk.ask(Command::Operate(Operation::SetGrid(grid)));

    assert_eq!(reason(&events), Some(RejectReason::InvalidTerms));
    assert_eq!(reason(&submit(&mut desk, "a", Side::Buy, 1, 99)), None);
}

#[test]
fn a_restored_engine_has_the_changed_terms_and_what_is_off_their_grid() {
    let mut desk = desk();
    submit(&mut desk, "a", Side::Sell, 7, 103);
    desk.ask(set_grid(5, 5));
    desk.ask(set_rules(&Rules {
        stop_on_entry: StopOnEntry::Trigger,
        ..Rules::PLAIN
    }));

    let twin = restored(&desk);

    assert_eq!(twin.state_hash(), desk.engine.state_hash());
    let terms = twin.instrument(ONLY).expect("it was restored");
    assert_eq!((terms.tick_size, terms.lot_size), (5, 5));
    assert_eq!(terms.rules.stop_on_entry, StopOnEntry::Trigger);
}
