//! Goal: all money of an asset together is at most what fits, and what is at that edge is counted to the last unit. (S11)
//! Method: deposits one unit below, at and above the most there can be, in one account and over several.

use engine::AccountId;
use ledger::{ControlRefusal, Money};

use crate::floor::{COIN, balance, open};

#[test]
fn s_11_one_unit_more_than_an_asset_can_have_is_refused_wherever_it_goes() {
    let most = Money::MAX.units();
    let (ledger, mut desk) = open(Vec::new());
    let mut pay = |account: u32, units: i128| {
        desk.deposit(AccountId(account), COIN, Money::from_units(units))
    };

    assert_eq!(pay(1, most - 1), Ok(()));
    assert_eq!(pay(2, 2), Err(ControlRefusal::TooMuchMoney));
    assert_eq!(pay(2, 1), Ok(()));
    assert_eq!(pay(1, 1), Err(ControlRefusal::TooMuchMoney));
    assert_eq!(pay(3, i128::MAX), Err(ControlRefusal::TooMuchMoney));

    let total = |account| balance(&ledger, account, COIN)[0];
    assert_eq!((total(1), total(2), total(3)), (most - 1, 1, 0));
    let lines = ledger.conservation().unwrap();
    assert!(lines.iter().all(ledger::ConservationLine::is_conserved));
    println!("GOAL S11 sums=5 wrong=0");
}
