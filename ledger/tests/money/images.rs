//! An image of a ledger: another one that starts from it, whatever its layout of matchers, has the same.

use std::sync::Arc;

use engine::{AccountId, Notional, Side};
use ledger::{
    ApiKey, ControlDesk, FeeAsset, InstrumentTerms, KeyId, KeyMaterial, Ledger, LedgerConfig,
    Money, Permissions,
};

use crate::floor::{
    CASH, COIN, COIN_CASH, GOLD, GOLD_CASH, assets, balance, deposit, open, party, released, terms,
    trade,
};

/// COIN and GOLD against CASH, with fees in quote that leave advances: a unit of notional is 700 of CASH.
fn markets() -> Vec<InstrumentTerms> {
    let coin = InstrumentTerms {
        quote_units_per_notional_unit: 700,
        ..terms(1_000, 30_000, FeeAsset::Quote)
    };
    let gold = InstrumentTerms {
        instrument: GOLD_CASH,
        base: GOLD,
        ..coin
    };
    vec![coin, gold]
}

/// Two matchers have traded: account 1 bought, and still holds; account 3 withdrew; a key was revoked.
fn lived() -> (Arc<Ledger>, ControlDesk, [ledger::Settlement; 2]) {
    let (ledger, mut desk) = open(markets());
    let mut settlements = [
        ledger.settlement(0, &[COIN_CASH]),
        ledger.settlement(1, &[GOLD_CASH]),
    ];
    deposit(&ledger, &mut desk, 1, CASH, 1_000_000);
    deposit(&ledger, &mut desk, 2, COIN, 100);
    deposit(&ledger, &mut desk, 2, GOLD, 100);
    deposit(&ledger, &mut desk, 3, GOLD, 50);
    ledger
        .reserve_withdrawal(AccountId(3), GOLD, Money::from_units(20))
        .unwrap();
    desk.withdraw(AccountId(3), GOLD, Money::from_units(20))
        .unwrap();
    for (settlement, instrument) in settlements.iter_mut().zip([COIN_CASH, GOLD_CASH]) {
        // A buy of 10 at 7 holds 70 and 3 % of it, rounded up: 73. Its first fill uses 7 of it, and costs 4,900
        // and 147 where 4,900 was held for it: 147 in advance.
        for (account, side, units) in [(1, Side::Buy, 73), (2, Side::Sell, 10)] {
            ledger
                .reserve(
                    AccountId(account),
                    instrument,
                    side,
                    Notional::from_units(units),
                )
                .unwrap();
        }
        let fill = trade(7, 1, Side::Buy, party(1, 7, 66), party(2, 1, 9));
        settlement.settle(instrument, &fill);
        ledger.publish(&settlement.take_gives());
    }
    let key = ApiKey {
        id: KeyId::new("desk").unwrap(),
        account: AccountId(2),
        material: KeyMaterial::Ed25519Public([4; 32]),
        permissions: Permissions::ALL,
    };
    desk.add_key(&key).unwrap();
    desk.revoke_key(&key.id).unwrap();
    (ledger, desk, settlements)
}

#[test]
fn a_ledger_that_starts_from_an_image_has_the_same_and_goes_on_the_same() {
    let (first, _desk, settlements) = lived();
    let image = first.image().unwrap();
    let kept = settlements.each_ref().map(ledger::Settlement::image);
    assert_eq!(kept[0].advances[0].amount, Money::from_units(147));

    // One matcher has both instruments now.
    let config = LedgerConfig { accounts_max: 200 };
    let second = Arc::new(Ledger::new(config, assets(), markets()).unwrap());
    let mut desk = second.control_desk();
    desk.restore(&image).unwrap();
    let mut settlement = second.settlement(0, &[COIN_CASH, GOLD_CASH]);
    for kept in &kept {
        settlement.restore(kept);
    }

    assert_eq!(second.image().unwrap(), image);
    let both = settlement.image();
    assert_eq!(
        both.advances,
        [kept[0].advances.clone(), kept[1].advances.clone()].concat()
    );
    assert_eq!(both.positions.len(), 4);
    assert_eq!(second.all_keys(), first.all_keys());
    for account in 0..4 {
        for asset in [COIN, CASH, GOLD] {
            assert_eq!(
                balance(&second, account, asset),
                balance(&first, account, asset)
            );
        }
        let id = AccountId(account);
        assert_eq!(second.positions(id), first.positions(id));
    }

    // What is left is given back: the advance is kept from it, and no hold stays.
    for instrument in [COIN_CASH, GOLD_CASH] {
        settlement.settle(instrument, &released(1, Side::Buy, 66));
        settlement.settle(instrument, &released(2, Side::Sell, 9));
    }
    second.publish(&settlement.take_gives());
    for line in second.conservation().unwrap() {
        assert!(line.is_conserved(), "{line:?}");
        assert_eq!(line.holds, Money::ZERO);
    }
    assert!(settlement.image().advances.is_empty());
}

#[test]
fn an_image_that_does_not_fit_is_refused() {
    let (first, ..) = lived();
    let image = first.image().unwrap();
    let config = LedgerConfig { accounts_max: 3 };

    let small = Arc::new(Ledger::new(config, assets(), markets()).unwrap());
    let refused = small.control_desk().restore(&image);
    assert_eq!(refused, Err(ledger::ControlRefusal::TooManyAccounts));

    let coin_only = Arc::new(Ledger::new(config, assets()[..2].to_vec(), vec![]).unwrap());
    let refused = coin_only.control_desk().restore(&image);
    assert_eq!(refused, Err(ledger::ControlRefusal::UnknownAsset));
}
