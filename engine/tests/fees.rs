//! Goal: fees that an operator sets are carried into each trade from the next one on, by tier and by part; a state
//! that is restored goes on with them; fees that cannot be are refused.
//!
//! Method: short conversations with one engine.

#[expect(dead_code, reason = "the orders of these stories are of two accounts")]
mod desk;

use desk::{Desk, limit};
use engine::{
    AccountId, AuctionReference, Command, EngineLimits, Event, FEE_TIERS_MAX, FeeBasis, FeeRates,
    FeeSchedule, FeeTier, InstrumentId, MatchingEngine, Operation, RejectReason, SessionState,
    SetFeeTier, Side,
};

const ONLY: InstrumentId = InstrumentId(1);

fn rates(maker_ppm: i32, taker_ppm: u32) -> FeeRates {
    FeeRates {
        maker_ppm,
        taker_ppm,
    }
}

fn set_fees(tiers: &[FeeRates]) -> Command {
    let fees = FeeSchedule::by_tier(tiers).expect("so many tiers there may be");
    Command::Operate(Operation::SetFees(Box::new(fees)))
}

/// Account 1 sells what account 2 buys; what the taker and the maker pay.
fn trade(desk: &mut Desk) -> (FeeBasis, FeeBasis) {
    for (account, side) in [(1, Side::Sell), (2, Side::Buy)] {
        let mut order = limit("a", side, 1, 100);
        order.client_order_id = None;
        order.account = AccountId(account);
        let events = desk.ask(Command::Submit(order));
        if let Some(fees) = fees_of(&events) {
            return fees;
        }
    }
    panic!("they do not trade");
}

fn fees_of(events: &[Event]) -> Option<(FeeBasis, FeeBasis)> {
    events.iter().find_map(|event| {
        if let Event::Trade(trade) = event {
            Some((trade.taker.fee, trade.maker.fee))
        } else {
            None
        }
    })
}

fn is_refused(events: &[Event]) -> bool {
    events.iter().any(
        |event| matches!(event, Event::Rejected(it) if it.reason == RejectReason::InvalidTerms),
    )
}

#[test]
fn trades_from_the_next_one_on_carry_the_rates_of_their_parties_tiers() {
    let mut desk = Desk::remembering(10, 1_000);
    let listed = FeeBasis::Listed(FeeTier(0));
    assert_eq!(trade(&mut desk), (listed, listed));

    desk.ask(set_fees(&[rates(10, 20), rates(5, 7)]));
    assert_eq!(trade(&mut desk), (FeeBasis::Rate(20), FeeBasis::Rate(10)));
    for (account, tier) in [(1, 1), (2, 6)] {
        desk.ask(Command::SetFeeTier(SetFeeTier {
            account: AccountId(account),
            fee_tier: FeeTier(tier),
        }));
    }
    assert_eq!(
        trade(&mut desk),
        (FeeBasis::Rate(7), FeeBasis::Rate(5)),
        "tiers beyond the last one named have its rates"
    );

    // In an uncross the buyer is the taker.
    desk.ask(Command::SetState(SessionState::Auction));
    for (account, side) in [(2, Side::Buy), (1, Side::Sell)] {
        let mut order = limit("a", side, 1, 100);
        order.client_order_id = None;
        order.account = AccountId(account);
        desk.ask(Command::Submit(order));
    }
    let uncrossed = desk.ask(Command::Uncross(AuctionReference::LastPrice));
    assert_eq!(
        fees_of(&uncrossed),
        Some((FeeBasis::Rate(7), FeeBasis::Rate(5)))
    );
}

#[test]
fn a_restored_state_has_the_fees_and_one_without_any_is_spelled_as_before() {
    let mut desk = Desk::remembering(10, 1_000);
    let spelled = |desk: &Desk| {
        let mut state = Vec::new();
        desk.engine
            .write_state(ONLY, &mut state)
            .expect("it is listed");
        state
    };
    desk.ask(Command::Tick);
    let (plain, hash) = (spelled(&desk), desk.engine.state_hash_of(ONLY));
    desk.ask(set_fees(&[rates(10, 20)]));
    let state = spelled(&desk);

    let limits = EngineLimits { instruments_max: 1 };
    let mut twin = MatchingEngine::new(limits).with_external_ids();
    twin.restore(&state).expect("it was spelled just now");
    let mut again = Vec::new();
    twin.write_state(ONLY, &mut again).expect("it is listed");

    assert_eq!(again, state);
    assert_ne!(desk.engine.state_hash_of(ONLY), hash, "fees decide");
    // One list of one tier: its length, and two rates.
    assert_eq!(state.len(), plain.len() + 8 + 8);
    assert!(
        MatchingEngine::new(limits)
            .with_external_ids()
            .restore(&state[..state.len() - 1])
            .is_err()
    );
}

#[test]
fn fees_above_the_whole_and_rebates_that_nobody_holds_are_refused_and_change_nothing() {
    let mut desk = Desk::remembering(10, 1_000);
    for wrong in [rates(0, 1_000_001), rates(1_000_001, 0), rates(-1, 5)] {
        let events = desk.ask(set_fees(&[wrong]));
        assert!(is_refused(&events), "{wrong:?}: {events:?}");
    }
    let listed = FeeBasis::Listed(FeeTier(0));
    assert_eq!(trade(&mut desk), (listed, listed));
    assert_eq!(
        FeeSchedule::by_tier(&[rates(0, 0); FEE_TIERS_MAX + 1]),
        None
    );
}
