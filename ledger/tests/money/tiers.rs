//! Fees by account tier: each party pays its own tier's rate, and every rebate fits in every taker's fee.

use engine::{AccountId, FeeBasis, FeeTier, Party, Side};
use ledger::{
    FEE_TIERS_MAX, FeeAsset, FeeRates, FeeSchedule, InstrumentTerms, Ledger, LedgerConfig,
    TermsError,
};

use crate::floor::{
    CASH, COIN, COIN_CASH, assets, balance, deposit, hold, open, party, terms, trade,
};

fn rates(maker_ppm: i32, taker_ppm: u32) -> FeeRates {
    FeeRates {
        maker_ppm,
        taker_ppm,
    }
}

fn tiered(tiers: &[FeeRates], fee_asset: FeeAsset) -> InstrumentTerms {
    InstrumentTerms {
        fees: FeeSchedule::by_tier(tiers).unwrap(),
        ..terms(0, 0, fee_asset)
    }
}

fn of_tier(tier: u8, party: Party) -> Party {
    Party {
        fee: FeeBasis::Listed(FeeTier(tier)),
        ..party
    }
}

#[test]
fn each_party_pays_the_rate_of_its_own_tier() {
    // Tier 0 pays 1 % as maker and 2 % as taker, tier 2 nothing and 0.5 %.
    let terms = tiered(
        &[rates(10_000, 20_000), rates(5_000, 10_000), rates(0, 5_000)],
        FeeAsset::Received,
    );
    for (taker_tier, maker_tier, coin_fee, cash_fee) in [
        (0, 0, 20, 100),
        (2, 0, 5, 100),
        (0, 2, 20, 0),
        (1, 1, 10, 50),
        (9, 7, 5, 0),
    ] {
        let (ledger, mut desk) = open(vec![terms]);
        let mut settlement = ledger.settlement(0, &[COIN_CASH]);
        deposit(&ledger, &mut desk, 1, CASH, 10_000);
        deposit(&ledger, &mut desk, 2, COIN, 1_000);
        for (account, side, units) in [(1, Side::Buy, 10_000), (2, Side::Sell, 1_000)] {
            let hold = engine::Notional::from_units(units);
            ledger
                .reserve(AccountId(account), COIN_CASH, side, hold)
                .unwrap();
        }

        // 1,000 COIN at 10: the taker buys.
        let taker = of_tier(taker_tier, party(1, 10_000, 0));
        let maker = of_tier(maker_tier, party(2, 1_000, 0));
        settlement.settle(COIN_CASH, &trade(10, 1_000, Side::Buy, taker, maker));
        ledger.publish(&settlement.take_gives());

        assert_eq!(balance(&ledger, 0, COIN), [coin_fee, coin_fee, 0, 0]);
        assert_eq!(balance(&ledger, 0, CASH), [cash_fee, cash_fee, 0, 0]);
        assert_eq!(balance(&ledger, 1, COIN)[0], 1_000 - coin_fee);
        assert_eq!(balance(&ledger, 2, CASH)[0], 10_000 - cash_fee);
        for line in ledger.conservation().unwrap() {
            assert!(line.is_conserved(), "{line:?}");
        }
    }
}

#[test]
fn a_trade_that_carries_rates_costs_these_whatever_the_terms_say() {
    let terms = tiered(&[rates(10_000, 20_000)], FeeAsset::Received);
    let (ledger, mut desk) = open(vec![terms]);
    let mut settlement = ledger.settlement(0, &[COIN_CASH]);
    deposit(&ledger, &mut desk, 1, CASH, 10_000);
    deposit(&ledger, &mut desk, 2, COIN, 1_000);
    for (account, side, units) in [(1, Side::Buy, 10_000), (2, Side::Sell, 1_000)] {
        let hold = engine::Notional::from_units(units);
        ledger
            .reserve(AccountId(account), COIN_CASH, side, hold)
            .unwrap();
    }

    // 1,000 COIN at 10, for 0.3 % and 0.05 %.
    let at = |ppm, party| Party {
        fee: FeeBasis::Rate(ppm),
        ..party
    };
    let (taker, maker) = (at(3_000, party(1, 10_000, 0)), at(500, party(2, 1_000, 0)));
    settlement.settle(COIN_CASH, &trade(10, 1_000, Side::Buy, taker, maker));
    ledger.publish(&settlement.take_gives());

    assert_eq!(balance(&ledger, 0, COIN), [3, 3, 0, 0]);
    assert_eq!(balance(&ledger, 0, CASH), [5, 5, 0, 0]);
    assert_eq!(balance(&ledger, 1, COIN)[0], 997);
    assert_eq!(balance(&ledger, 2, CASH)[0], 9_995);
    for line in ledger.conservation().unwrap() {
        assert!(line.is_conserved(), "{line:?}");
    }
}

#[test]
fn a_buy_holds_the_bound_of_the_dearest_tiers_fee() {
    let terms = tiered(&[rates(-100, 1_000), rates(3_000, 2_000)], FeeAsset::Quote);

    assert_eq!(terms.hold_surcharge_ppm(), 3_000);
    assert_eq!(hold(&terms, Side::Buy, 100, 10).units(), 1_003);
    let received = tiered(&[rates(0, 1_000), rates(0, 2_000)], FeeAsset::Received);
    assert_eq!(received.hold_surcharge_ppm(), 0);
}

#[test]
fn a_rebate_is_at_most_the_lowest_takers_fee_of_any_tier() {
    let opened = |tiers: &[FeeRates]| {
        let config = LedgerConfig { accounts_max: 1 };
        Ledger::new(config, assets(), vec![tiered(tiers, FeeAsset::Quote)]).map(|_| ())
    };

    // The rebate of tier 1 would fit in the fee of its own tier, and meets takers of tier 2.
    assert_eq!(
        opened(&[rates(0, 900), rates(-501, 800), rates(0, 500)]),
        Err(TermsError::BadRebate)
    );
    assert_eq!(
        opened(&[rates(0, 900), rates(-500, 800), rates(0, 500)]),
        Ok(())
    );
}

#[test]
fn a_schedule_has_one_to_eight_tiers_and_the_last_one_goes_on() {
    assert_eq!(FeeSchedule::by_tier(&[]), None);
    assert_eq!(
        FeeSchedule::by_tier(&[rates(0, 1); FEE_TIERS_MAX + 1]),
        None
    );
    let schedule = FeeSchedule::by_tier(&[rates(0, 2), rates(0, 1)]).unwrap();

    assert_eq!(schedule.of(FeeTier(0)), rates(0, 2));
    for tier in [1, 2, 7, 8, 255] {
        assert_eq!(schedule.of(FeeTier(tier)), rates(0, 1), "{tier}");
    }
    assert_eq!(schedule.tiers().len(), 2);
}
