//! Each rule on rows made by hand, and the share of equal rows on a real recording where one is at hand.

use protocol::Scale;

use super::*;
use crate::replay::reader::read_recording;
use crate::replay::tiny_book::TinyBook;
use crate::replay::verdict::VerdictTable;

/// Follows rows against the tiny book.
#[derive(Default)]
struct Bench {
    follower: Follower,
    book: TinyBook,
}

impl Bench {
    fn row(
        &mut self,
        order: u64,
        side: RecordedSide,
        price: i64,
        volume: u64,
        action: RecordedAction,
    ) -> Verdict {
        let row = RowUnits {
            order,
            side,
            price,
            volume,
            action,
        };
        let request = self.follower.begin(&row);
        for fact in self.book.apply(&row, request) {
            self.follower.learn(fact);
        }
        self.follower.conclude()
    }
}

use RecordedAction::{Changed, Created, Deleted};
use RecordedSide::{Ask, Bid};

#[test]
fn a_resting_order_that_is_canceled_is_equal_throughout() {
    let mut bench = Bench::default();

    assert_eq!(bench.row(1, Bid, 100, 5, Created), Verdict::Equal);
    assert_eq!(bench.row(1, Bid, 100, 5, Deleted), Verdict::Equal);
}

#[test]
fn our_exchange_trades_at_once_and_later_rows_agree() {
    let mut bench = Bench::default();

    assert_eq!(bench.row(1, Bid, 100, 5, Created), Verdict::Equal);
    assert_eq!(
        bench.row(2, Ask, 100, 3, Created),
        Verdict::Diverged(Cause::TradedOnArrival)
    );
    assert_eq!(bench.row(1, Bid, 100, 2, Changed), Verdict::Equal);
    assert_eq!(bench.row(2, Ask, 100, 0, Deleted), Verdict::Equal);
    assert_eq!(bench.row(1, Bid, 100, 2, Deleted), Verdict::Equal);
}

#[test]
fn a_change_asks_for_what_is_filled_plus_what_is_recorded() {
    let mut bench = Bench::default();
    bench.row(1, Bid, 100, 5, Created);
    bench.row(2, Ask, 100, 3, Created);

    let row = RowUnits {
        order: 1,
        side: Bid,
        price: 100,
        volume: 1,
        action: Changed,
    };
    let request = bench.follower.begin(&row);

    assert_eq!(request, RowRequest::Replace { quantity: 4 });
}

#[test]
fn an_order_of_before_the_recording_is_counted_apart() {
    let mut bench = Bench::default();

    assert_eq!(bench.row(9, Ask, 100, 1, Changed), Verdict::BeforeRecording);
    assert_eq!(bench.row(9, Ask, 100, 0, Deleted), Verdict::BeforeRecording);
}

#[test]
fn later_rows_of_an_unpriced_order_are_unpriced() {
    let mut bench = Bench::default();
    bench.follower.begin_unpriced(9);

    assert_eq!(bench.follower.conclude(), Verdict::Unpriced);
    assert_eq!(bench.row(9, Ask, 100, 1, Changed), Verdict::Unpriced);
}

#[test]
fn a_recorded_fill_that_we_did_not_see_is_canceled() {
    let mut bench = Bench::default();
    bench.row(1, Bid, 100, 5, Created);

    assert_eq!(
        bench.row(1, Bid, 100, 0, Deleted),
        Verdict::Diverged(Cause::FillNotMatched)
    );
    assert_eq!(bench.row(2, Ask, 100, 3, Created), Verdict::Equal);
}

#[test]
fn rows_of_an_order_that_is_filled_with_us_diverge_by_cause() {
    let mut bench = Bench::default();
    bench.row(1, Bid, 100, 5, Created);
    bench.row(2, Ask, 100, 9, Created);

    assert_eq!(
        bench.row(1, Bid, 100, 4, Changed),
        Verdict::Diverged(Cause::FilledBeforeChange)
    );
    assert_eq!(
        bench.row(1, Bid, 100, 4, Deleted),
        Verdict::Diverged(Cause::FilledBeforeCancel)
    );
    assert_eq!(
        bench.row(1, Bid, 100, 4, Deleted),
        Verdict::Diverged(Cause::DeletedTwice)
    );
    assert_eq!(
        bench.row(1, Bid, 100, 4, Changed),
        Verdict::Diverged(Cause::ChangedAfterDeletion)
    );
    assert_eq!(
        bench.row(1, Bid, 100, 4, Created),
        Verdict::Diverged(Cause::DuplicateId)
    );
}

#[test]
fn a_refused_submit_leaves_nothing_behind() {
    let mut follower = Follower::default();
    let row = RowUnits {
        order: 1,
        side: Bid,
        price: 100,
        volume: 5,
        action: Created,
    };
    follower.begin(&row);
    follower.learn(Fact::Refused {
        reason: "insufficient_funds",
    });

    assert_eq!(
        follower.conclude(),
        Verdict::Diverged(Cause::Refused("insufficient_funds"))
    );
    assert_eq!(
        follower.begin(&RowUnits {
            action: Deleted,
            ..row
        }),
        RowRequest::Nothing
    );
    assert_eq!(
        follower.conclude(),
        Verdict::Diverged(Cause::Refused("insufficient_funds"))
    );
}

#[test]
fn a_real_recording_is_equal_in_98_of_100_rows() {
    let Some(folder) = std::env::var_os("RIALTO_RECORDED_DATA") else {
        println!("SKIPPED: RIALTO_RECORDED_DATA names no folder with recordings");
        return;
    };
    let file =
        std::path::Path::new(&folder).join("bitstamp_btcusd_20150501_0000_0505_l3_orders.csv.xz");
    let scale = Scale {
        price_decimals: 2,
        quantity_decimals: 8,
    };
    let mut bench = Bench::default();
    let mut table = VerdictTable::default();
    for row in read_recording(&file).unwrap() {
        assert!(row.is_priced());
        table.count(bench.row(
            row.order,
            row.side,
            scale.price_units(row.price).unwrap(),
            scale.quantity_units(row.volume).unwrap(),
            row.action,
        ));
    }

    println!("{table:?}");
    assert_eq!(table.rows(), 50_414);
    assert_eq!(table.equal, 49_686);
}
