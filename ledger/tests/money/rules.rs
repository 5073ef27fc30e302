//! The worked money cases of the rule book (section 17), and the rules around them, in literal numbers.

use crate::floor::{
    CASH, COIN, COIN_CASH, GOLD, assets, balance, deposit, flat, open, party, released, terms,
    trade,
};
use engine::{AccountId, Event, Notional, Side};
use ledger::{ControlRefusal, FeeAsset, InstrumentTerms, Ledger, LedgerConfig, Money, TermsError};

#[test]
fn mon_1_a_fill_below_the_limit_releases_the_difference_and_cancel_releases_the_rest() {
    let (ledger, mut desk) = open(vec![terms(0, 0, FeeAsset::Received)]);
    let mut settlement = ledger.settlement(0, &[COIN_CASH]);
    deposit(&ledger, &mut desk, 1, CASH, 1_000);
    deposit(&ledger, &mut desk, 2, COIN, 4);

    reserve(&ledger, 1, Side::Buy, 1_000).unwrap();
    reserve(&ledger, 2, Side::Sell, 4).unwrap();
    assert_eq!(balance(&ledger, 1, CASH), [1_000, 0, 0, 1_000]);

    settlement.settle(
        COIN_CASH,
        &trade(95, 4, Side::Buy, party(1, 400, 600), party(2, 4, 0)),
    );
    ledger.publish(&settlement.take_gives());
    assert_eq!(balance(&ledger, 1, CASH), [620, 20, 0, 600]);
    assert_eq!(balance(&ledger, 1, COIN), [4, 4, 0, 0]);
    assert_eq!(balance(&ledger, 2, CASH), [380, 380, 0, 0]);
    assert_eq!(balance(&ledger, 2, COIN), [0, 0, 0, 0]);

    settlement.settle(COIN_CASH, &released(1, Side::Buy, 600));
    ledger.publish(&settlement.take_gives());
    assert_eq!(balance(&ledger, 1, CASH), [620, 620, 0, 0]);
}

#[test]
fn mon_2_a_fee_is_truncated_and_taken_from_what_is_received() {
    // Maker 0.1 %, taker 0.2 %: 999 COIN at 3 is 2,997 CASH.
    let (ledger, mut desk) = open(vec![terms(1_000, 2_000, FeeAsset::Received)]);
    let mut settlement = ledger.settlement(0, &[COIN_CASH]);
    deposit(&ledger, &mut desk, 1, CASH, 2_997);
    deposit(&ledger, &mut desk, 2, COIN, 999);
    reserve(&ledger, 1, Side::Buy, 2_997).unwrap();
    reserve(&ledger, 2, Side::Sell, 999).unwrap();

    settlement.settle(
        COIN_CASH,
        &trade(3, 999, Side::Buy, party(1, 2_997, 0), party(2, 999, 0)),
    );
    ledger.publish(&settlement.take_gives());

    // The buyer is taker: trunc(1.998) = 1 COIN. The seller is maker: trunc(2.997) = 2 CASH.
    assert_eq!(balance(&ledger, 1, COIN), [998, 998, 0, 0]);
    assert_eq!(balance(&ledger, 2, CASH), [2_995, 2_995, 0, 0]);
    assert_eq!(balance(&ledger, 0, COIN), [1, 1, 0, 0]);
    assert_eq!(balance(&ledger, 0, CASH), [2, 2, 0, 0]);
    assert_conserved(&ledger);
}

#[test]
fn mon_2_a_fee_in_quote_is_paid_by_both_out_of_the_quote_asset() {
    // Both 1 %: 10 COIN at 100 is 1,000 CASH; the buy holds 10 CASH on top.
    let (ledger, mut desk) = open(vec![terms(10_000, 10_000, FeeAsset::Quote)]);
    let mut settlement = ledger.settlement(0, &[COIN_CASH]);
    deposit(&ledger, &mut desk, 1, CASH, 1_010);
    deposit(&ledger, &mut desk, 2, COIN, 10);
    reserve(&ledger, 1, Side::Buy, 1_010).unwrap();
    reserve(&ledger, 2, Side::Sell, 10).unwrap();

    settlement.settle(
        COIN_CASH,
        &trade(100, 10, Side::Sell, party(2, 10, 0), party(1, 1_010, 0)),
    );
    ledger.publish(&settlement.take_gives());

    assert_eq!(balance(&ledger, 1, CASH), [0, 0, 0, 0]);
    assert_eq!(balance(&ledger, 1, COIN), [10, 10, 0, 0]);
    assert_eq!(balance(&ledger, 2, CASH), [990, 990, 0, 0]);
    assert_eq!(balance(&ledger, 0, CASH), [20, 20, 0, 0]);
    assert_eq!(balance(&ledger, 0, COIN), [0, 0, 0, 0]);
    assert_conserved(&ledger);
}

#[test]
fn mon_2_a_maker_rebate_is_paid_out_of_the_takers_fee() {
    // Taker 1 %, maker -0.4 %: 1,000 CASH traded, 10 from the taker, 4 of them to the maker.
    for (aggressor_side, buyer_cash, seller_cash) in [(Side::Buy, 0, 1_004), (Side::Sell, 14, 990)]
    {
        let (ledger, mut desk) = open(vec![terms(-4_000, 10_000, FeeAsset::Quote)]);
        let mut settlement = ledger.settlement(0, &[COIN_CASH]);
        deposit(&ledger, &mut desk, 1, CASH, 1_010);
        deposit(&ledger, &mut desk, 2, COIN, 10);
        reserve(&ledger, 1, Side::Buy, 1_010).unwrap();
        reserve(&ledger, 2, Side::Sell, 10).unwrap();
        let (buyer, seller) = (party(1, 1_010, 0), party(2, 10, 0));
        let (taker, maker) = match aggressor_side {
            Side::Buy => (buyer, seller),
            Side::Sell => (seller, buyer),
        };

        settlement.settle(COIN_CASH, &trade(100, 10, aggressor_side, taker, maker));
        ledger.publish(&settlement.take_gives());

        assert_eq!(balance(&ledger, 1, CASH), [buyer_cash, buyer_cash, 0, 0]);
        assert_eq!(balance(&ledger, 2, CASH), [seller_cash, seller_cash, 0, 0]);
        assert_eq!(balance(&ledger, 0, CASH), [6, 6, 0, 0]);
        assert_conserved(&ledger);
    }
}

#[test]
fn mon_2_cancel_all_leaves_no_hold() {
    let (ledger, mut desk) = open(vec![terms(0, 0, FeeAsset::Received)]);
    let mut settlement = ledger.settlement(0, &[COIN_CASH]);
    deposit(&ledger, &mut desk, 1, CASH, 900);
    deposit(&ledger, &mut desk, 1, COIN, 5);
    reserve(&ledger, 1, Side::Buy, 600).unwrap();
    reserve(&ledger, 1, Side::Buy, 300).unwrap();
    reserve(&ledger, 1, Side::Sell, 5).unwrap();

    for event in [
        released(1, Side::Buy, 600),
        released(1, Side::Buy, 300),
        released(1, Side::Sell, 5),
    ] {
        settlement.settle(COIN_CASH, &event);
    }
    ledger.publish(&settlement.take_gives());

    assert_eq!(balance(&ledger, 1, CASH), [900, 900, 0, 0]);
    assert_eq!(balance(&ledger, 1, COIN), [5, 5, 0, 0]);
    assert!(lines(&ledger).iter().all(|line| line.holds == Money::ZERO));
}

#[test]
fn what_is_given_counts_at_once_and_is_spendable_only_when_published() {
    let (ledger, mut desk) = open(vec![terms(0, 0, FeeAsset::Received)]);
    let mut settlement = ledger.settlement(0, &[COIN_CASH]);
    deposit(&ledger, &mut desk, 1, CASH, 1_000);
    deposit(&ledger, &mut desk, 2, COIN, 10);
    reserve(&ledger, 1, Side::Buy, 1_000).unwrap();
    reserve(&ledger, 2, Side::Sell, 10).unwrap();

    settlement.settle(
        COIN_CASH,
        &trade(90, 10, Side::Buy, party(1, 1_000, 0), party(2, 10, 0)),
    );
    let gives = settlement.take_gives();

    assert_eq!(balance(&ledger, 1, CASH), [100, 0, 100, 0]);
    assert_eq!(balance(&ledger, 2, CASH), [900, 0, 900, 0]);
    assert_eq!(
        reserve(&ledger, 1, Side::Buy, 1),
        Err(Money::ZERO),
        "a surplus of an undurable trade was spent"
    );

    ledger.publish(&gives);
    assert_eq!(balance(&ledger, 1, CASH), [100, 100, 0, 0]);
    reserve(&ledger, 1, Side::Buy, 100).unwrap();
}

#[test]
fn a_deposit_is_spendable_only_when_published() {
    let (ledger, mut desk) = open(vec![terms(0, 0, FeeAsset::Received)]);

    desk.deposit(AccountId(1), CASH, Money::from_units(70))
        .unwrap();

    assert_eq!(balance(&ledger, 1, CASH), [70, 0, 70, 0]);
    ledger.publish(&desk.take_gives());
    assert_eq!(balance(&ledger, 1, CASH), [70, 70, 0, 0]);
}

#[test]
fn a_hold_is_all_or_nothing_and_up_to_takes_what_there_is_in_whole_units() {
    let (ledger, mut desk) = open(vec![InstrumentTerms {
        quote_units_per_notional_unit: 30,
        ..terms(0, 0, FeeAsset::Received)
    }]);
    deposit(&ledger, &mut desk, 1, CASH, 100);

    assert_eq!(
        reserve(&ledger, 1, Side::Buy, 4),
        Err(Money::from_units(100))
    );
    assert_eq!(balance(&ledger, 1, CASH), [100, 100, 0, 0]);

    let up_to = |units| {
        let hold = Notional::from_units(units);
        let taken = ledger.reserve_up_to(AccountId(1), COIN_CASH, Side::Buy, hold);
        taken.units()
    };
    assert_eq!(up_to(2), 2);
    assert_eq!(up_to(4), 1);
    assert_eq!(up_to(4), 0);
    assert_eq!(balance(&ledger, 1, CASH), [100, 10, 0, 90]);
}

#[test]
fn what_was_reserved_and_not_sequenced_is_given_back_at_once() {
    let (ledger, mut desk) = open(vec![terms(0, 0, FeeAsset::Received)]);
    deposit(&ledger, &mut desk, 1, CASH, 100);
    reserve(&ledger, 1, Side::Buy, 60).unwrap();

    ledger.give_back(AccountId(1), COIN_CASH, Side::Buy, Notional::from_units(60));

    assert_eq!(balance(&ledger, 1, CASH), [100, 100, 0, 0]);
}

#[test]
fn a_hold_that_does_not_fit_128_bits_is_refused() {
    let (ledger, mut desk) = open(vec![InstrumentTerms {
        quote_units_per_notional_unit: 1_000,
        ..terms(0, 0, FeeAsset::Received)
    }]);
    deposit(&ledger, &mut desk, 1, CASH, 100);

    assert_eq!(
        reserve(&ledger, 1, Side::Buy, i128::MAX),
        Err(Money::from_units(100))
    );
}

#[test]
fn an_unknown_account_has_nothing_and_can_hold_nothing() {
    let (ledger, _desk) = open(vec![terms(0, 0, FeeAsset::Received)]);

    assert_eq!(reserve(&ledger, 77, Side::Buy, 1), Err(Money::ZERO));
    assert!(ledger.balances(AccountId(77)).is_empty());
    assert!(!ledger.has_account(AccountId(4_000_000_000)));
}

#[test]
fn a_fill_whose_share_of_the_hold_is_short_of_a_rounded_fee_takes_it_from_the_orders_later_gives() {
    // One notional unit is 100 CASH, fee 1 %. A buy of 100 at 1 holds 101 units. Its first fill, 99, uses
    // 99 units = 9,900 CASH and costs 9,900 + 99: short by 99, which the second fill's surplus repays.
    let terms = InstrumentTerms {
        quote_units_per_notional_unit: 100,
        ..terms(10_000, 10_000, FeeAsset::Quote)
    };
    let (ledger, mut desk) = open(vec![terms]);
    let mut settlement = ledger.settlement(0, &[COIN_CASH]);
    deposit(&ledger, &mut desk, 1, CASH, 10_100);
    deposit(&ledger, &mut desk, 2, COIN, 100);
    reserve(&ledger, 1, Side::Buy, 101).unwrap();
    reserve(&ledger, 2, Side::Sell, 100).unwrap();

    settlement.settle(
        COIN_CASH,
        &trade(1, 99, Side::Sell, party(2, 99, 1), party(1, 99, 2)),
    );
    ledger.publish(&settlement.take_gives());
    assert_eq!(balance(&ledger, 1, CASH), [101, 0, 0, 101]);
    assert_conserved(&ledger);

    settlement.settle(
        COIN_CASH,
        &trade(1, 1, Side::Sell, party(2, 1, 0), party(1, 2, 0)),
    );
    ledger.publish(&settlement.take_gives());
    assert_eq!(balance(&ledger, 1, CASH), [0, 0, 0, 0]);
    assert_eq!(balance(&ledger, 0, CASH), [200, 200, 0, 0]);
    assert_conserved(&ledger);
}

#[test]
fn a_withdrawal_takes_what_was_reserved_for_it() {
    let (ledger, mut desk) = open(vec![terms(0, 0, FeeAsset::Received)]);
    deposit(&ledger, &mut desk, 1, GOLD, 50);
    let (account, amount) = (AccountId(1), Money::from_units(30));

    ledger.reserve_withdrawal(account, GOLD, amount).unwrap();
    assert_eq!(balance(&ledger, 1, GOLD), [50, 20, 0, 30]);
    desk.withdraw(account, GOLD, amount).unwrap();

    assert_eq!(balance(&ledger, 1, GOLD), [20, 20, 0, 0]);
    assert_eq!(
        ledger.reserve_withdrawal(account, GOLD, amount),
        Err(ControlRefusal::Insufficient)
    );
    assert_eq!(lines(&ledger)[2].withdrawn, amount);
    assert_conserved(&ledger);
}

#[test]
fn control_entries_are_refused_with_a_reason_and_change_nothing() {
    let (ledger, mut desk) = open(vec![terms(0, 0, FeeAsset::Received)]);
    let one = Money::from_units(1);
    let nobody = AccountId(99);

    assert_eq!(
        desk.create_account(AccountId(1), &[]),
        Err(ControlRefusal::AccountExists)
    );
    assert_eq!(
        desk.create_account(AccountId(200), &[]),
        Err(ControlRefusal::TooManyAccounts)
    );
    assert_eq!(
        desk.deposit(nobody, CASH, one),
        Err(ControlRefusal::UnknownAccount)
    );
    assert_eq!(
        desk.deposit(AccountId(1), ledger::AssetId(3), one),
        Err(ControlRefusal::UnknownAsset)
    );
    assert_eq!(
        desk.deposit(AccountId(1), CASH, Money::ZERO),
        Err(ControlRefusal::AmountNotPositive)
    );
    desk.deposit(AccountId(1), CASH, Money::MAX).unwrap();
    assert_eq!(
        desk.deposit(AccountId(2), CASH, one),
        Err(ControlRefusal::TooMuchMoney)
    );
    assert_eq!(balance(&ledger, 2, CASH), [0, 0, 0, 0]);
}

#[test]
fn an_account_is_opened_with_all_it_begins_with_or_not_at_all() {
    let (ledger, mut desk) = open(vec![terms(0, 0, FeeAsset::Received)]);
    let newcomer = AccountId(9);
    let amount = Money::from_units;

    for (deposits, refusal) in [
        (
            vec![(CASH, amount(5)), (COIN, amount(0))],
            ControlRefusal::AmountNotPositive,
        ),
        (
            vec![(CASH, amount(5)), (ledger::AssetId(3), amount(1))],
            ControlRefusal::UnknownAsset,
        ),
        (
            vec![(CASH, Money::MAX), (COIN, amount(1)), (CASH, amount(1))],
            ControlRefusal::TooMuchMoney,
        ),
    ] {
        assert_eq!(desk.create_account(newcomer, &deposits), Err(refusal));
        assert!(!ledger.has_account(newcomer));
    }
    desk.create_account(newcomer, &[(CASH, amount(5)), (COIN, amount(7))])
        .unwrap();

    assert_eq!(balance(&ledger, 9, CASH), [5, 0, 5, 0]);
    ledger.publish(&desk.take_gives());
    assert_eq!(balance(&ledger, 9, CASH), [5, 5, 0, 0]);
    assert_eq!(balance(&ledger, 9, COIN), [7, 7, 0, 0]);
    assert_conserved(&ledger);
}

#[test]
fn terms_are_refused_by_the_rule_they_break() {
    let good = terms(-1_000, 1_000, FeeAsset::Quote);
    let refused = |terms: InstrumentTerms| {
        let config = LedgerConfig { accounts_max: 1 };
        Ledger::new(config, assets(), vec![terms]).unwrap_err()
    };

    assert_eq!(good.validate(&assets()), Ok(()));
    assert_eq!(
        refused(InstrumentTerms {
            quote: COIN,
            ..good
        }),
        TermsError::BadAsset
    );
    assert_eq!(
        refused(InstrumentTerms {
            base: ledger::AssetId(9),
            ..good
        }),
        TermsError::BadAsset
    );
    assert_eq!(
        refused(InstrumentTerms {
            quote_units_per_notional_unit: 0,
            ..good
        }),
        TermsError::FractionalUnit
    );
    assert_eq!(
        refused(InstrumentTerms {
            base_units_per_quantity_unit: i128::MAX,
            ..good
        }),
        TermsError::BadScale
    );
    assert_eq!(
        refused(InstrumentTerms {
            fees: flat(0, 1_000_001),
            ..good
        }),
        TermsError::BadFee
    );
    assert_eq!(
        refused(InstrumentTerms {
            fees: flat(-1_001, 1_000),
            ..good
        }),
        TermsError::BadRebate
    );
    assert_eq!(
        refused(InstrumentTerms {
            fee_asset: FeeAsset::Received,
            ..good
        }),
        TermsError::BadRebate
    );
    assert_eq!(
        refused(InstrumentTerms {
            instrument: engine::InstrumentId(0),
            ..good
        }),
        TermsError::BadInstrument
    );
}

#[test]
#[should_panic(expected = "covers cost and fee")]
fn a_trade_beyond_its_hold_is_a_broken_promise() {
    let (ledger, _desk) = open(vec![terms(0, 0, FeeAsset::Received)]);
    let mut settlement = ledger.settlement(0, &[COIN_CASH]);

    let beyond: Event = trade(100, 10, Side::Buy, party(1, 999, 0), party(2, 10, 0));
    settlement.settle(COIN_CASH, &beyond);
}

#[test]
#[should_panic(expected = "one writer")]
fn a_matcher_has_one_settlement() {
    let (ledger, _desk) = open(vec![terms(0, 0, FeeAsset::Received)]);
    let _first = ledger.settlement(0, &[COIN_CASH]);

    let _second = ledger.settlement(0, &[COIN_CASH]);
}

fn reserve(ledger: &Ledger, account: u32, side: Side, units: i128) -> Result<(), Money> {
    ledger
        .reserve(
            AccountId(account),
            COIN_CASH,
            side,
            Notional::from_units(units),
        )
        .map_err(|insufficient| insufficient.available)
}

fn lines(ledger: &Ledger) -> Vec<ledger::ConservationLine> {
    ledger.conservation().unwrap()
}

fn assert_conserved(ledger: &Ledger) {
    for line in lines(ledger) {
        assert!(line.is_conserved(), "{line:?}");
    }
}
