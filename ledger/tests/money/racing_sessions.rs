//! Sessions reserve and give back while a matcher settles, a gate publishes and readers look: four kinds
//! of threads on the same accounts. No read is ever inconsistent, and at the end every unit is accounted
//! for.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc;
use std::thread;

use engine::{AccountId, Notional, Side};
use ledger::{FeeAsset, Gives, Ledger, Money, Settlement};

use crate::floor::{CASH, COIN, COIN_CASH, Open, deposit, open, terms, trade};

const TRADES: u64 = 30_000;
const PRICE: i64 = 10;
const QUANTITY: u64 = 10;

#[test]
fn sessions_that_reserve_while_a_matcher_settles_never_see_or_make_wrong_money() {
    let fees = terms(1_000, 20_000, FeeAsset::Received);
    let (ledger, mut desk) = open(vec![fees]);
    for account in 1..=4 {
        deposit(&ledger, &mut desk, account, CASH, 10_000);
        deposit(&ledger, &mut desk, account, COIN, 10_000);
    }
    let mut settlement = ledger.settlement(0, &[COIN_CASH]);
    let is_over = AtomicBool::new(false);
    let reads = AtomicU64::new(0);
    let (entrance, orders) = mpsc::sync_channel::<Open>(64);
    let (batches, durable) = mpsc::sync_channel::<Gives>(8);

    thread::scope(|scope| {
        for (account, side) in [
            (1, Side::Buy),
            (2, Side::Sell),
            (3, Side::Buy),
            (4, Side::Sell),
        ] {
            let (entrance, ledger, is_over) = (entrance.clone(), &ledger, &is_over);
            scope.spawn(move || trade_forever(ledger, account, side, &entrance, is_over));
        }
        drop(entrance);
        scope.spawn(|| {
            for gives in durable {
                ledger.publish(&gives);
            }
        });
        scope.spawn(|| look_forever(&ledger, &reads, &is_over));
        match_orders(&mut settlement, &orders, &batches);
        while reads.load(Ordering::SeqCst) < 1_000 {
            thread::yield_now();
        }
        is_over.store(true, Ordering::SeqCst);
        // What is still on its way: canceled, so that no hold is left.
        for order in orders {
            settlement.settle(COIN_CASH, &order.release());
        }
        batches.send(settlement.take_gives()).unwrap();
        drop(batches);
    });

    for line in ledger.conservation().unwrap() {
        assert!(line.is_conserved(), "{line:?}");
        assert_eq!(line.holds, Money::ZERO);
    }
    for account in 0..=4 {
        for balance in ledger.balances(AccountId(account)) {
            assert_eq!(balance.available, balance.total, "account {account}");
        }
    }
}

/// Alternates sides, so that money goes round; gives back every third hold instead of entering it.
fn trade_forever(
    ledger: &Ledger,
    account: u32,
    first: Side,
    entrance: &mpsc::SyncSender<Open>,
    is_over: &AtomicBool,
) {
    let mut side = first;
    let mut count: u64 = 0;
    while !is_over.load(Ordering::SeqCst) {
        count += 1;
        side = side.opposite();
        let hold = Notional::from_units(match side {
            Side::Buy => 100,
            Side::Sell => 10,
        });
        let id = AccountId(account);
        if ledger.reserve(id, COIN_CASH, side, hold).is_err() {
            thread::yield_now();
        } else if count.is_multiple_of(3) {
            ledger.give_back(id, COIN_CASH, side, hold);
        } else {
            let order = Open {
                account,
                side,
                limit: PRICE,
                leaves: QUANTITY,
                hold,
            };
            entrance.send(order).unwrap();
        }
    }
}

/// Pairs orders; cancels where one side piles up, so that nobody starves.
fn match_orders(
    settlement: &mut Settlement,
    orders: &mpsc::Receiver<Open>,
    batches: &mpsc::SyncSender<Gives>,
) {
    let fees = terms(1_000, 20_000, FeeAsset::Received);
    let mut waiting: VecDeque<Open> = VecDeque::new();
    let mut trades = 0;
    while trades < TRADES {
        let mut taker = orders.recv().unwrap();
        match waiting.front() {
            Some(first) if first.side == taker.side.opposite() => {
                let mut maker = waiting.pop_front().unwrap();
                let aggressor = taker.fill(&fees, QUANTITY);
                let provider = maker.fill(&fees, QUANTITY);
                settlement.settle(
                    COIN_CASH,
                    &trade(PRICE, QUANTITY, taker.side, aggressor, provider),
                );
                trades += 1;
            }
            _ => waiting.push_back(taker),
        }
        if waiting.len() > 16 {
            let oldest = waiting.pop_front().unwrap();
            settlement.settle(COIN_CASH, &oldest.release());
        }
        if trades % 4 == 0 {
            batches.send(settlement.take_gives()).unwrap();
        }
    }
    for order in waiting {
        settlement.settle(COIN_CASH, &order.release());
    }
}

fn look_forever(ledger: &Ledger, reads: &AtomicU64, is_over: &AtomicBool) {
    while !is_over.load(Ordering::SeqCst) {
        for account in 0..=4 {
            for balance in ledger.balances(AccountId(account)) {
                for part in [balance.available, balance.pending, balance.hold] {
                    assert!(part >= Money::ZERO, "account {account}: {balance:?}");
                }
                let parts =
                    balance.available.units() + balance.pending.units() + balance.hold.units();
                assert_eq!(parts, balance.total.units());
            }
        }
        if let Ok(lines) = ledger.conservation() {
            for line in lines {
                assert!(line.is_conserved(), "{line:?}");
            }
            reads.fetch_add(1, Ordering::SeqCst);
        }
    }
}
