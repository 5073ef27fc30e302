//! Positions: what was bought and sold, what it cost and brought, and the fees beside it.

use engine::{AccountId, Notional, Price, Side};
use ledger::{FeeAsset, Mark, Money, Position};

use crate::floor::{CASH, COIN, COIN_CASH, GOLD_CASH, deposit, open, party, terms, trade};

#[test]
fn both_parties_of_a_trade_have_it_in_their_positions_with_their_fees() {
    // Maker 0.1 %, taker 0.2 %, in quote.
    let fees = terms(1_000, 2_000, FeeAsset::Quote);
    let (ledger, mut desk) = open(vec![fees]);
    let mut settlement = ledger.settlement(0, &[COIN_CASH]);
    deposit(&ledger, &mut desk, 1, CASH, 1_002);
    deposit(&ledger, &mut desk, 2, COIN, 10);
    reserve(&ledger, 1, Side::Buy, 1_002);
    reserve(&ledger, 2, Side::Sell, 10);

    settlement.settle(
        COIN_CASH,
        &trade(100, 10, Side::Buy, party(1, 1_002, 0), party(2, 10, 0)),
    );

    let bought = Position {
        instrument: COIN_CASH,
        base: 10,
        cost: Notional::from_units(1_000),
        realized: Notional::ZERO,
        fees_base: Money::ZERO,
        fees_quote: Money::from_units(2),
    };
    assert_eq!(ledger.position(AccountId(1), COIN_CASH), bought);
    let sold = Position {
        base: -10,
        cost: Notional::from_units(-1_000),
        fees_quote: Money::from_units(1),
        ..bought
    };
    assert_eq!(ledger.positions(AccountId(2)), [sold]);
    assert_eq!(
        sold.unrealized(Mark::Last(Price::from_units(90))),
        Notional::from_units(100)
    );
    assert_eq!(
        ledger.position(AccountId(3), COIN_CASH),
        Position::flat(COIN_CASH)
    );
}

#[test]
fn an_account_that_trades_with_itself_stays_flat_and_pays_both_fees() {
    let (ledger, mut desk) = open(vec![terms(1_000, 2_000, FeeAsset::Quote)]);
    let mut settlement = ledger.settlement(0, &[COIN_CASH]);
    deposit(&ledger, &mut desk, 1, CASH, 1_002);
    deposit(&ledger, &mut desk, 1, COIN, 10);
    reserve(&ledger, 1, Side::Buy, 1_002);
    reserve(&ledger, 1, Side::Sell, 10);

    settlement.settle(
        COIN_CASH,
        &trade(100, 10, Side::Buy, party(1, 1_002, 0), party(1, 10, 0)),
    );

    let position = ledger.position(AccountId(1), COIN_CASH);
    assert_eq!((position.base, position.realized), (0, Notional::ZERO));
    assert_eq!(position.cost, Notional::ZERO);
    assert_eq!(position.fees_quote, Money::from_units(3));
}

#[test]
fn an_instrument_that_nobody_settles_has_flat_positions() {
    let (ledger, _desk) = open(vec![terms(0, 0, FeeAsset::Received)]);

    assert_eq!(
        ledger.position(AccountId(1), GOLD_CASH),
        Position::flat(GOLD_CASH)
    );
}

fn reserve(ledger: &ledger::Ledger, account: u32, side: Side, units: i128) {
    ledger
        .reserve(
            AccountId(account),
            COIN_CASH,
            side,
            Notional::from_units(units),
        )
        .unwrap();
}
