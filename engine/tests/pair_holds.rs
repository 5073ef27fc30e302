//! Goal: two legs of one-cancels-the-other hold the dearer one of them, are covered whatever happens to them, and
//! give back exactly what was reserved.
//!
//! Method: named cases with literal figures; then seeded random legs, brackets, replaces, prevention, calls and
//! mass cancels, with every unit that was reserved followed through the events. `RIALTO_SEED` chooses the seed.

mod pair_desk;

use engine::{
    Cancel, ChildStart, Command, Event, MassCancel, Notional, OcoMode, OrderId, OrderRef, Price,
    Quantity, RejectReason, Replace, SessionState, Side, SideFilter,
};
use pair_desk::{OWNER, PairDesk, child, leg, limit, reason, stop};

const RUNS: u64 = 300;
const COMMANDS_OF_A_RUN: u64 = 250;

fn replace(
    order: u64,
    side: Side,
    quantity: Option<u64>,
    price: Option<i64>,
    extra: i128,
) -> Command {
    Command::Replace(Replace {
        account: OWNER,
        order: OrderRef::Id(OrderId(order)),
        side,
        quantity: quantity.map(Quantity::from_units),
        price: price.map(Price::from_units),
        peak: None,
        stop: None,
        expiry: None,
        extra: Notional::from_units(extra),
    })
}

#[test]
fn a_second_leg_of_what_is_sold_needs_nothing_on_top() {
    let mut desk = PairDesk::new(0);
    desk.ask(Command::Submit(limit(Side::Sell, 10, 110, 10)));

    let events = desk.ask(Command::Submit(leg(
        stop(Side::Sell, 10, 95, 0),
        1,
        OcoMode::Cancel,
    )));

    assert_eq!(reason(&events), None);
    assert_eq!(desk.reserved(Side::Sell), 10);
}

#[test]
fn two_bids_hold_the_dearer_one() {
    let mut desk = PairDesk::new(0);
    desk.ask(Command::Submit(limit(Side::Buy, 10, 90, 900)));

    desk.ask(Command::Submit(leg(
        limit(Side::Buy, 10, 99, 990),
        1,
        OcoMode::Cancel,
    )));

    assert_eq!(desk.reserved(Side::Buy), 990);
}

#[test]
fn a_leg_that_brings_too_little_for_the_difference_is_refused() {
    let mut desk = PairDesk::new(0);
    desk.ask(Command::Submit(limit(Side::Buy, 10, 90, 900)));

    let events = desk.ask(Command::Submit(leg(
        limit(Side::Buy, 10, 99, 89),
        1,
        OcoMode::Cancel,
    )));

    assert_eq!(reason(&events), Some(RejectReason::InsufficientFunds));
    assert_eq!(desk.reserved(Side::Buy), 900);
}

#[test]
fn the_cheaper_leg_trades_with_what_the_dearer_one_held() {
    let mut desk = PairDesk::new(0);
    desk.ask(Command::Submit(limit(Side::Buy, 10, 99, 990)));
    desk.ask(Command::Submit(leg(
        limit(Side::Buy, 10, 90, 0),
        1,
        OcoMode::Cancel,
    )));
    desk.ask(Command::Cancel(Cancel {
        account: OWNER,
        order: OrderRef::Id(OrderId(9)),
    }));
    // The dearer one steps back, so that the cheaper one is met.
    desk.ask(replace(1, Side::Buy, None, Some(80), 0));
    assert_eq!(desk.reserved(Side::Buy), 900);

    desk.ask_other(Side::Sell, 4, 90);

    assert_eq!(desk.reserved(Side::Buy), 540);
}

#[test]
fn a_leg_that_is_raised_brings_what_the_pair_lacks_and_no_more() {
    let mut desk = PairDesk::new(0);
    desk.ask(Command::Submit(limit(Side::Buy, 10, 99, 990)));
    desk.ask(Command::Submit(leg(
        limit(Side::Buy, 10, 90, 0),
        1,
        OcoMode::Cancel,
    )));

    let within = desk.ask(replace(2, Side::Buy, None, Some(95), 0));
    let short = desk.ask(replace(2, Side::Buy, None, Some(101), 19));
    let enough = desk.ask(replace(2, Side::Buy, None, Some(101), 20));

    assert_eq!(reason(&within), None);
    assert_eq!(reason(&short), Some(RejectReason::InsufficientFunds));
    assert_eq!(reason(&enough), None);
    assert_eq!(desk.reserved(Side::Buy), 1_010);
}

#[test]
fn more_of_one_leg_is_paid_once_for_both() {
    let mut desk = PairDesk::new(0);
    desk.ask(Command::Submit(limit(Side::Sell, 10, 110, 10)));
    desk.ask(Command::Submit(leg(
        stop(Side::Sell, 10, 95, 0),
        1,
        OcoMode::Cancel,
    )));

    let short = desk.ask(replace(1, Side::Sell, Some(15), None, 4));
    let enough = desk.ask(replace(1, Side::Sell, Some(15), None, 5));

    assert_eq!(reason(&short), Some(RejectReason::InsufficientFunds));
    assert_eq!(reason(&enough), None);
    assert_eq!(desk.reserved(Side::Sell), 15);
}

#[test]
fn a_leg_that_is_reduced_by_the_other_frees_nothing_of_what_both_held() {
    let mut desk = PairDesk::new(0);
    desk.ask(Command::Submit(limit(Side::Sell, 10, 110, 10)));
    desk.ask(Command::Submit(leg(
        stop(Side::Sell, 10, 95, 0),
        1,
        OcoMode::Reduce,
    )));

    desk.ask_other(Side::Buy, 4, 110);

    assert_eq!(desk.reserved(Side::Sell), 6);
}

#[test]
fn a_bracket_holds_one_exit() {
    let mut desk = PairDesk::new(0);
    desk.ask(Command::Submit(limit(Side::Buy, 10, 100, 1_000)));
    desk.ask(Command::Submit(child(
        limit(Side::Sell, 10, 110, 10),
        1,
        ChildStart::OnEachFill,
    )));
    let second = child(stop(Side::Sell, 10, 95, 0), 1, ChildStart::OnEachFill);

    let events = desk.ask(Command::Submit(leg(second, 2, OcoMode::Cancel)));

    assert_eq!(reason(&events), None);
    assert_eq!(desk.reserved(Side::Sell), 10);
}

#[test]
fn nothing_is_lost_or_made_of_what_was_reserved_for_pairs() {
    let seed: u64 = std::env::var("RIALTO_SEED").map_or(20_261_123, |text| {
        text.parse()
            .unwrap_or_else(|_| panic!("RIALTO_SEED={text} is no number"))
    });
    println!("RIALTO_SEED={seed}");
    let mut pairs_traded = 0;
    for run in 0..RUNS {
        let mut chance = pair_desk::Chance::new(seed.wrapping_add(run));
        let surcharge_ppm = if run % 2 == 0 { 0 } else { 1_500 };
        let mut desk = PairDesk::new(surcharge_ppm);
        for _ in 0..COMMANDS_OF_A_RUN {
            let command = desk.any_command(&mut chance);
            let events = desk.ask_within(command, &format!("seed {}", seed.wrapping_add(run)));
            let has_traded = events.iter().any(|event| matches!(event, Event::Trade(_)));
            let has_parted = events.iter().any(|event| {
                matches!(event, Event::Canceled(gone) if gone.reason == engine::CancelReason::OcoPartner)
            });
            pairs_traded += u32::from(has_traded && has_parted);
        }
        desk.ask(Command::SetState(SessionState::Halted));
        for account in pair_desk::ACCOUNTS {
            desk.ask(Command::MassCancel(MassCancel {
                account,
                side: SideFilter::Both,
                price_from: Price::MIN,
                price_to: Price::MAX,
                session: engine::SessionFilter::Any,
            }));
        }
        assert_eq!(
            [desk.reserved(Side::Buy), desk.reserved(Side::Sell)],
            [0, 0]
        );
    }
    println!("GOAL pair_holds pairs_traded={pairs_traded} lost=0");
    assert!(pairs_traded > 200, "pairs were met: {pairs_traded}");
}
