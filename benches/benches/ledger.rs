//! Money: what a session pays at the door, and a matcher for settling a trade.

use std::sync::Arc;

use benches::settings::{MEASUREMENT_TIME, SAMPLES, WARM_UP_TIME};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use engine::{
    AccountId, Event, FeeBasis, HoldReleased, InstrumentId, Notional, OrderId, Party, Price,
    Quantity, Side, Trade, TradeId, TradePhase,
};
use ledger::{
    Asset, AssetId, FeeAsset, FeeRates, FeeSchedule, InstrumentTerms, Ledger, LedgerConfig, Money,
};

const INSTRUMENT: InstrumentId = InstrumentId(1);
const BUYER: AccountId = AccountId(1);
const SELLER: AccountId = AccountId(2);
const BASE: AssetId = AssetId(0);
const QUOTE: AssetId = AssetId(1);
const RICHES: Money = Money::from_units(1_000_000_000_000_000_000_000_000);
const PRICE: Price = Price::from_units(6_425_010);
const QUANTITY: Quantity = Quantity::from_units(1_500);

fn funded_ledger() -> Arc<Ledger> {
    let asset = |id, name: &str| Asset {
        id,
        name: name.to_owned(),
        decimals: 8,
    };
    let terms = InstrumentTerms {
        instrument: INSTRUMENT,
        base: BASE,
        quote: QUOTE,
        base_units_per_quantity_unit: 1_000,
        quote_units_per_notional_unit: 1,
        fees: FeeSchedule::flat(FeeRates {
            maker_ppm: 500,
            taker_ppm: 1_000,
        }),
        fee_asset: FeeAsset::Received,
    };
    let assets = vec![asset(BASE, "BTC"), asset(QUOTE, "USDT")];
    let ledger = Ledger::new(LedgerConfig { accounts_max: 3 }, assets, vec![terms]);
    let ledger = Arc::new(ledger.expect("the terms are sound"));
    let mut desk = ledger.control_desk();
    for account in [BUYER, SELLER] {
        desk.create_account(account, &[]).expect("it is new");
        for asset in [BASE, QUOTE] {
            desk.deposit(account, asset, RICHES).expect("it fits");
        }
    }
    ledger.publish(&desk.take_gives());
    ledger
}

fn door(criterion: &mut Criterion) {
    let ledger = funded_ledger();
    let hold = Notional::of(PRICE, QUANTITY);
    let mut group = criterion.benchmark_group("ledger");
    group.throughput(Throughput::Elements(1));
    group.bench_function(
        BenchmarkId::new("reserve_and_give_back", "buy"),
        |bencher| {
            bencher.iter(|| {
                ledger
                    .reserve(BUYER, INSTRUMENT, Side::Buy, hold)
                    .expect("the buyer is rich");
                ledger.give_back(BUYER, INSTRUMENT, Side::Buy, hold);
            });
        },
    );
    group.bench_function(BenchmarkId::new("balances", "2_assets"), |bencher| {
        bencher.iter(|| ledger.balances(BUYER));
    });
    group.finish();
}

fn party(order_id: u64, account: AccountId, hold_used: Notional) -> Party {
    Party {
        order_id: OrderId(order_id),
        external_id: None,
        account,
        fee: FeeBasis::default(),
        leaves_quantity: Quantity::ZERO,
        filled_quantity: QUANTITY,
        hold_used,
        hold: Notional::ZERO,
    }
}

fn settle(criterion: &mut Criterion) {
    let ledger = funded_ledger();
    let mut settlement = ledger.settlement(0, &[INSTRUMENT]);
    let cost = Notional::of(PRICE, QUANTITY);
    let sold = Notional::from_units(i128::from(QUANTITY.units()));
    let trade = Event::Trade(Trade {
        trade_id: TradeId(1),
        price: PRICE,
        quantity: QUANTITY,
        aggressor_side: Side::Buy,
        phase: TradePhase::Continuous,
        taker: party(1, BUYER, cost),
        maker: party(2, SELLER, sold),
    });
    let released = Event::HoldReleased(HoldReleased {
        order_id: Some(OrderId(3)),
        account: BUYER,
        side: Side::Buy,
        released: cost,
        hold: Notional::ZERO,
    });
    let mut group = criterion.benchmark_group("ledger");
    group.throughput(Throughput::Elements(1));
    let mut spare = Some(settlement.take_gives());
    for (name, event) in [("trade", trade), ("hold_released", released)] {
        group.bench_function(BenchmarkId::new("settle_and_publish", name), |bencher| {
            bencher.iter(|| {
                settlement.settle(INSTRUMENT, &event);
                let room = spare.take().expect("it was put back");
                let gives = settlement.take_gives_into(room);
                ledger.publish(&gives);
                spare = Some(gives);
            });
        });
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(SAMPLES)
        .warm_up_time(WARM_UP_TIME)
        .measurement_time(MEASUREMENT_TIME)
        .without_plots();
    targets = door, settle
}
criterion_main!(benches);
