//! Random lives of accounts on two instruments of two matchers: after every step each asset's books are
//! conserved, nothing is negative, and holds are what open orders carry; after cancel-all there are none.

use engine::{AccountId, Event, InstrumentId, Side};
use ledger::{ControlDesk, FeeAsset, Gives, InstrumentTerms, Ledger, Money, Settlement};
use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop_oneof, proptest};
use std::sync::Arc;

use crate::floor::{CASH, COIN, COIN_CASH, GOLD, GOLD_CASH, Open, hold, open, terms, trade};

/// One step of a life.
#[derive(Debug, Clone, Copy)]
enum Step {
    Deposit {
        account: u32,
        asset: u16,
        units: u32,
    },
    Withdraw {
        account: u32,
        asset: u16,
        units: u32,
    },
    Enter {
        market: usize,
        account: u32,
        is_buy: bool,
        limit: i64,
        quantity: u64,
    },
    GiveBackAtDoor {
        account: u32,
        is_buy: bool,
        quantity: u64,
    },
    Trade {
        market: usize,
        buy: usize,
        sell: usize,
        quantity: u64,
        price: i64,
        is_buyer_taker: bool,
    },
    Cancel {
        market: usize,
        order: usize,
    },
    CloseBatch {
        market: usize,
    },
    BatchDurable,
}

fn step() -> impl Strategy<Value = Step> {
    let account = || 1_u32..=4;
    let asset = 0_u16..3;
    prop_oneof![
        2 => (account(), asset.clone(), 1_u32..100_000_000)
            .prop_map(|(account, asset, units)| Step::Deposit { account, asset, units }),
        1 => (account(), asset, 1_u32..100_000)
            .prop_map(|(account, asset, units)| Step::Withdraw { account, asset, units }),
        6 => (0_usize..2, account(), any::<bool>(), 1_i64..400, 1_u64..300)
            .prop_map(|(market, account, is_buy, limit, quantity)| Step::Enter {
                market, account, is_buy, limit, quantity
            }),
        1 => (account(), any::<bool>(), 1_u64..300)
            .prop_map(|(account, is_buy, quantity)| Step::GiveBackAtDoor { account, is_buy, quantity }),
        8 => (0_usize..2, any::<usize>(), any::<usize>(), 1_u64..300, 1_i64..400, any::<bool>())
            .prop_map(|(market, buy, sell, quantity, price, is_buyer_taker)| Step::Trade {
                market, buy, sell, quantity, price, is_buyer_taker
            }),
        2 => (0_usize..2, any::<usize>()).prop_map(|(market, order)| Step::Cancel { market, order }),
        3 => (0_usize..2).prop_map(|market| Step::CloseBatch { market }),
        2 => Just(Step::BatchDurable),
    ]
}

/// One instrument, its matcher's settlement and its open orders.
struct Market {
    instrument: InstrumentId,
    terms: InstrumentTerms,
    settlement: Settlement,
    orders: Vec<Open>,
}

struct Life {
    ledger: Arc<Ledger>,
    desk: ControlDesk,
    markets: [Market; 2],
    undurable: Vec<Gives>,
}

impl Life {
    fn new(fee_asset: FeeAsset, maker_fee_ppm: i32) -> Self {
        let coin_terms = terms(maker_fee_ppm, 2_500, fee_asset);
        let gold_terms = InstrumentTerms {
            instrument: GOLD_CASH,
            base: GOLD,
            base_units_per_quantity_unit: 3,
            quote_units_per_notional_unit: 700,
            ..terms(maker_fee_ppm, 30_000, fee_asset)
        };
        let (ledger, desk) = open(vec![coin_terms, gold_terms]);
        let market = |matcher, instrument, terms| Market {
            instrument,
            terms,
            settlement: ledger.settlement(matcher, &[instrument]),
            orders: Vec::new(),
        };
        let markets = [
            market(0, COIN_CASH, coin_terms),
            market(1, GOLD_CASH, gold_terms),
        ];
        Self {
            ledger,
            desk,
            markets,
            undurable: Vec::new(),
        }
    }

    fn take(&mut self, step: Step) {
        match step {
            Step::Deposit {
                account,
                asset,
                units,
            } => {
                let amount = Money::from_units(units.into());
                self.desk
                    .deposit(AccountId(account), ledger::AssetId(asset), amount)
                    .unwrap();
                self.undurable.push(self.desk.take_gives());
            }
            Step::Withdraw {
                account,
                asset,
                units,
            } => {
                let (account, asset) = (AccountId(account), ledger::AssetId(asset));
                let amount = Money::from_units(units.into());
                if self
                    .ledger
                    .reserve_withdrawal(account, asset, amount)
                    .is_ok()
                {
                    self.desk.withdraw(account, asset, amount).unwrap();
                }
            }
            Step::Enter {
                market,
                account,
                is_buy,
                limit,
                quantity,
            } => {
                self.enter(market, account, side(is_buy), limit, quantity);
            }
            Step::GiveBackAtDoor {
                account,
                is_buy,
                quantity,
            } => {
                let (account, side) = (AccountId(account), side(is_buy));
                let wanted = hold(&self.markets[0].terms, side, 7, quantity);
                let taken = self.ledger.reserve_up_to(account, COIN_CASH, side, wanted);
                self.ledger.give_back(account, COIN_CASH, side, taken);
            }
            Step::Trade {
                market,
                buy,
                sell,
                quantity,
                price,
                is_buyer_taker,
            } => {
                self.markets[market].trade([buy, sell], quantity, price, side(is_buyer_taker));
            }
            Step::Cancel { market, order } => self.markets[market].cancel(order),
            Step::CloseBatch { market } => {
                self.undurable
                    .push(self.markets[market].settlement.take_gives());
            }
            Step::BatchDurable => {
                for gives in self.undurable.drain(..) {
                    self.ledger.publish(&gives);
                }
            }
        }
    }

    fn enter(&mut self, market: usize, account: u32, side: Side, limit: i64, leaves: u64) {
        let market = &mut self.markets[market];
        let hold = hold(&market.terms, side, limit, leaves);
        let reserved = self
            .ledger
            .reserve(AccountId(account), market.instrument, side, hold);
        if reserved.is_ok() {
            market.orders.push(Open {
                account,
                side,
                limit,
                leaves,
                hold,
            });
        }
    }

    fn assert_sound(&self) {
        for line in self.ledger.conservation().unwrap() {
            assert!(line.is_conserved(), "{line:?}");
        }
        for account in 0..=4 {
            for balance in self.ledger.balances(AccountId(account)) {
                for part in [balance.available, balance.pending, balance.hold] {
                    assert!(part >= Money::ZERO, "account {account}: {balance:?}");
                }
                let carried = self.carried(account, balance.asset);
                let left = carried - balance.hold.units();
                // A rounded fee may be taken in advance: less than one notional unit an order.
                let advance_max = match balance.asset {
                    CASH => 700 * self.markets[1].orders.len(),
                    _ => 0,
                };
                assert!(
                    (0..=i128::try_from(advance_max).unwrap()).contains(&left),
                    "{balance:?}"
                );
            }
        }
    }

    /// What open orders of `account` hold of `asset`.
    fn carried(&self, account: u32, asset: ledger::AssetId) -> i128 {
        let mut carried = 0;
        for market in &self.markets {
            for order in market
                .orders
                .iter()
                .filter(|order| order.account == account)
            {
                if market.terms.paid_asset(order.side) == asset {
                    let amount = market.terms.hold_amount(order.side, order.hold);
                    carried += amount.unwrap().units();
                }
            }
        }
        carried
    }

    fn cancel_all(&mut self) {
        for market in &mut self.markets {
            while !market.orders.is_empty() {
                market.cancel(0);
            }
            self.undurable.push(market.settlement.take_gives());
        }
        self.take(Step::BatchDurable);
    }
}

impl Market {
    fn trade(&mut self, chosen: [usize; 2], quantity: u64, price: i64, aggressor: Side) {
        let Some(bid) = self.pick(Side::Buy, chosen[0]) else {
            return;
        };
        let Some(ask) = self.pick(Side::Sell, chosen[1]) else {
            return;
        };
        let price = price.min(self.orders[bid].limit);
        if price < self.orders[ask].limit {
            return;
        }
        let most = self.orders[bid].leaves.min(self.orders[ask].leaves);
        let quantity = quantity.min(most);
        let buyer = self.orders[bid].fill(&self.terms, quantity);
        let seller = self.orders[ask].fill(&self.terms, quantity);
        let (taker, maker) = match aggressor {
            Side::Buy => (buyer, seller),
            Side::Sell => (seller, buyer),
        };
        self.settle(&trade(price, quantity, aggressor, taker, maker));
        self.orders.retain(|order| order.leaves > 0);
    }

    fn cancel(&mut self, order: usize) {
        if !self.orders.is_empty() {
            let order = self.orders.remove(order % self.orders.len());
            self.settle(&order.release());
        }
    }

    fn pick(&self, side: Side, chosen: usize) -> Option<usize> {
        let places: Vec<usize> = (0..self.orders.len())
            .filter(|place| self.orders[*place].side == side)
            .collect();
        (!places.is_empty()).then(|| places[chosen % places.len()])
    }

    fn settle(&mut self, event: &Event) {
        self.settlement.settle(self.instrument, event);
    }
}

fn side(is_buy: bool) -> Side {
    if is_buy { Side::Buy } else { Side::Sell }
}

fn live(fee_asset: FeeAsset, maker_fee_ppm: i32, steps: Vec<Step>) {
    let mut life = Life::new(fee_asset, maker_fee_ppm);
    for account in 1..=4 {
        for asset in [COIN, CASH, GOLD] {
            let units = 30_000_000;
            life.take(Step::Deposit {
                account,
                asset: asset.0,
                units,
            });
        }
    }
    life.take(Step::BatchDurable);
    for step in steps {
        life.take(step);
        life.assert_sound();
    }

    life.cancel_all();

    life.assert_sound();
    for account in 0..=4 {
        for balance in life.ledger.balances(AccountId(account)) {
            assert_eq!(balance.hold, Money::ZERO, "{balance:?}");
            assert_eq!(balance.pending, Money::ZERO, "{balance:?}");
            assert_eq!(balance.available, balance.total, "{balance:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn fees_from_what_is_received_conserve_every_asset(
        steps in proptest::collection::vec(step(), 1..150)
    ) {
        live(FeeAsset::Received, 1_000, steps);
    }

    #[test]
    fn fees_in_quote_conserve_every_asset(
        steps in proptest::collection::vec(step(), 1..150)
    ) {
        live(FeeAsset::Quote, 1_500, steps);
    }

    #[test]
    fn rebates_conserve_every_asset(
        steps in proptest::collection::vec(step(), 1..150)
    ) {
        live(FeeAsset::Quote, -2_000, steps);
    }
}
