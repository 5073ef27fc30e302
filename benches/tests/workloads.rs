//! Goal: a workload is what its name says, and stays it. Method: golden hashes of short workloads, and
//! shares counted from them.

use benches::workload::{Flow, OperationCount, Workload, deep_book, flow, small_book, sweeps};
use benches::{OperationKind, SEED};

const COUNT: OperationCount = OperationCount(20_000);

fn share(workload: &Workload, is_meant: impl Fn(OperationKind) -> bool) -> usize {
    let meant = workload
        .operations
        .iter()
        .filter(|operation| is_meant(operation.kind))
        .count();
    meant * 100 / workload.operations.len()
}

#[test]
fn a_seed_names_one_workload() {
    let mut workloads = vec![
        small_book(SEED, COUNT),
        deep_book(SEED, COUNT, 30_000),
        sweeps(SEED, COUNT),
    ];
    workloads.extend(Flow::ALL.map(|kind| flow(kind, SEED, COUNT)));

    let hashes = workloads
        .iter()
        .map(Workload::golden_hash)
        .collect::<Vec<_>>();

    let golden: [u64; 8] = [
        0xD5B7_AD30_2F63_187D, // w1
        0x0855_A730_6E77_2BEF, // w2
        0x61A6_2809_D9A5_640E, // w3
        0x4D48_88E7_117D_8321, // static
        0x4C01_C12D_79C2_28AF, // normal
        0x6017_6605_04EF_96E6, // swing-25
        0xDCC2_FF1A_1E0B_CEEF, // swing-40
        0x6E4B_3D0B_D4ED_9739, // flash-crash
    ];
    assert_eq!(hashes, golden);
}

#[test]
fn w1_keeps_ten_thousand_orders_on_five_hundred_levels() {
    let workload = small_book(SEED, COUNT);

    assert_eq!(workload.resting.len(), 10_000);
    assert!((9_500..10_500).contains(&workload.resting_at_end));
    assert_eq!(workload.price_max - workload.price_min + 1, 501);
    assert!(workload.levels_at_end > 480);
}

#[test]
fn w1_is_forty_one_percent_cancels_and_five_percent_replaces() {
    let workload = small_book(SEED, COUNT);

    assert!((39..=43).contains(&share(&workload, |kind| kind == OperationKind::Cancel)));
    assert!((4..=5).contains(&share(&workload, |kind| kind == OperationKind::Replace)));
    assert!((3..=4).contains(&share(&workload, |kind| kind == OperationKind::SubmitImmediate)));
}

#[test]
fn a_taker_of_w3_makes_nearly_two_trades() {
    let workload = sweeps(SEED, COUNT);

    let takers = share(&workload, |kind| kind == OperationKind::SubmitImmediate);
    assert!((48..=50).contains(&takers));
    let trades_per_ten_takers = workload.expected.trades * 1_000 / (20_000 * takers as u64);
    assert!(
        (18..=20).contains(&trades_per_ten_takers),
        "{trades_per_ten_takers}"
    );
}

#[test]
fn a_flow_is_two_operations_an_order_and_swings_as_named() {
    let calm = flow(Flow::Static, SEED, COUNT);
    let crash = flow(Flow::FlashCrash, SEED, COUNT);

    assert!((19_000..21_000).contains(&calm.operations.len()));
    assert!((6..=7).contains(&share(&calm, |kind| kind == OperationKind::SubmitImmediate)));
    assert!(calm.price_max - calm.price_min < 2_000);
    assert!(crash.price_max - crash.price_min > 10_000);
}
