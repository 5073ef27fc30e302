//! Trades that are taken back: each party has again what it had, to the last unit, or the trade stands.

use crate::floor::{CASH, COIN, COIN_CASH, balance, deposit, open, party, terms, trade};
use engine::{
    AccountId, BustRefused, Event, Notional, PastTrade, RejectReason, Side, Timestamp, TradeBusted,
};
use ledger::{FeeAsset, Ledger, Money, Settlement};

/// Account 1 buys 999 COIN for 2,997 CASH of account 2; both had 3,100 CASH and 1,000 COIN.
fn traded(maker_ppm: i32, taker_ppm: u32, fee_asset: FeeAsset, side: Side) -> Desk {
    let (ledger, mut desk) = open(vec![terms(maker_ppm, taker_ppm, fee_asset)]);
    let mut settlement = ledger.settlement(0, &[COIN_CASH]);
    for account in [1, 2] {
        deposit(&ledger, &mut desk, account, CASH, 3_100);
        deposit(&ledger, &mut desk, account, COIN, 1_000);
    }
    let reserve = |account, side, units| {
        let hold = Notional::from_units(units);
        ledger
            .reserve(AccountId(account), COIN_CASH, side, hold)
            .unwrap();
    };
    reserve(1, Side::Buy, 3_100);
    reserve(2, Side::Sell, 999);
    let (buyer, seller) = (party(1, 3_100, 0), party(2, 999, 0));
    let (taker, maker) = match side {
        Side::Buy => (buyer, seller),
        Side::Sell => (seller, buyer),
    };
    let event = trade(3, 999, side, taker, maker);
    settlement.settle(COIN_CASH, &event);
    ledger.publish(&settlement.take_gives());
    let Event::Trade(trade) = event else {
        panic!("a trade");
    };
    Desk {
        ledger,
        settlement,
        trade: PastTrade::of(&trade, Timestamp(7)),
    }
}

struct Desk {
    ledger: std::sync::Arc<Ledger>,
    settlement: Settlement,
    trade: PastTrade,
}

impl Desk {
    fn bust(&mut self) {
        let trade = self.trade;
        self.ledger.reserve_bust(COIN_CASH, &trade).unwrap();
        let busted = Event::TradeBusted(TradeBusted { trade });
        self.settlement.settle(COIN_CASH, &busted);
        self.ledger.publish(&self.settlement.take_gives());
    }

    /// Total and available of each account, CASH and COIN, the fee account first.
    fn money(&self) -> Vec<[i128; 2]> {
        let mut all = Vec::new();
        for account in 0..=2 {
            for asset in [CASH, COIN] {
                let [total, available, pending, hold] = balance(&self.ledger, account, asset);
                assert_eq!((pending, hold), (0, 0), "account {account}");
                all.push([total, available]);
            }
        }
        all
    }

    fn figures(&self, account: u32) -> [i128; 5] {
        let position = self.ledger.position(AccountId(account), COIN_CASH);
        [
            position.base,
            position.cost.units(),
            position.realized.units(),
            position.fees_base.units(),
            position.fees_quote.units(),
        ]
    }
}

const BEFORE: [[i128; 2]; 6] = [
    [0, 0],
    [0, 0],
    [3_100, 3_100],
    [1_000, 1_000],
    [3_100, 3_100],
    [1_000, 1_000],
];

#[test]
fn a_bust_gives_back_price_quantity_fees_and_rebates() {
    for (maker_ppm, taker_ppm, fee_asset) in [
        (0, 0, FeeAsset::Received),
        (1_000, 2_000, FeeAsset::Received),
        (1_333, 9_999, FeeAsset::Quote),
        (-4_000, 10_000, FeeAsset::Quote),
    ] {
        for side in [Side::Buy, Side::Sell] {
            let mut desk = traded(maker_ppm, taker_ppm, fee_asset, side);
            assert_ne!(desk.money(), BEFORE);

            desk.bust();

            assert_eq!(desk.money(), BEFORE, "{maker_ppm} {taker_ppm} {side:?}");
            assert_eq!([desk.figures(1), desk.figures(2)], [[0; 5]; 2]);
            let lines = desk.ledger.conservation().unwrap();
            assert!(lines.iter().all(ledger::ConservationLine::is_conserved));
        }
    }
}

#[test]
fn who_has_spent_what_it_got_stops_the_bust_and_nobody_holds_anything() {
    let mut desk = traded(1_000, 2_000, FeeAsset::Received, Side::Buy);
    // The seller got 2,995 CASH and has 6,095; all but 2,994 are held elsewhere.
    let hold = Notional::from_units(3_101);
    let reserved = desk
        .ledger
        .reserve(AccountId(2), COIN_CASH, Side::Buy, hold);
    reserved.unwrap();

    let short = desk
        .ledger
        .reserve_bust(COIN_CASH, &desk.trade)
        .unwrap_err();

    assert_eq!((short.account, short.asset), (AccountId(2), CASH));
    let amounts = [short.needed, short.available].map(Money::units);
    assert_eq!(amounts, [2_995, 2_994]);
    assert_eq!(balance(&desk.ledger, 1, COIN), [1_998, 1_998, 0, 0]);

    // One unit more is enough.
    desk.ledger.give_back(
        AccountId(2),
        COIN_CASH,
        Side::Buy,
        Notional::from_units(3_101),
    );
    desk.bust();
    assert_eq!(desk.money(), BEFORE);
}

#[test]
fn fees_that_were_paid_out_stop_the_bust() {
    let desk = traded(1_000, 2_000, FeeAsset::Received, Side::Buy);
    let fee = Money::from_units(2);
    let withdrawn = desk.ledger.reserve_withdrawal(AccountId(0), CASH, fee);
    withdrawn.unwrap();

    let short = desk
        .ledger
        .reserve_bust(COIN_CASH, &desk.trade)
        .unwrap_err();

    assert_eq!((short.account, short.asset), (AccountId(0), CASH));
}

#[test]
fn a_bust_that_is_refused_gives_back_what_the_door_reserved() {
    let mut desk = traded(1_000, 2_000, FeeAsset::Received, Side::Sell);
    let before = desk.money();
    let trade = desk.trade;
    desk.ledger.reserve_bust(COIN_CASH, &trade).unwrap();
    assert_eq!(balance(&desk.ledger, 1, COIN), [1_999, 1_000, 0, 999]);

    let reason = RejectReason::TradeBusted;
    let refused = Event::BustRefused(BustRefused { trade, reason });
    desk.settlement.settle(COIN_CASH, &refused);
    desk.ledger.publish(&desk.settlement.take_gives());

    assert_eq!(desk.money(), before);
    desk.bust();
    assert_eq!(desk.money(), BEFORE);
}

#[test]
fn what_a_bust_takes_is_gone_at_once_and_what_it_gives_is_spendable_when_published() {
    let mut desk = traded(0, 0, FeeAsset::Received, Side::Buy);
    let trade = desk.trade;
    desk.ledger.reserve_bust(COIN_CASH, &trade).unwrap();

    let busted = Event::TradeBusted(TradeBusted { trade });
    desk.settlement.settle(COIN_CASH, &busted);

    assert_eq!(balance(&desk.ledger, 1, COIN), [1_000, 1_000, 0, 0]);
    assert_eq!(balance(&desk.ledger, 1, CASH), [3_100, 103, 2_997, 0]);
    desk.ledger.publish(&desk.settlement.take_gives());
    assert_eq!(desk.money(), BEFORE);
}
