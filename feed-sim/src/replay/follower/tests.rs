//! Each rule on rows made by hand, and the share of equal rows on a real recording where one is at hand.

use protocol::Scale;

use super::*;
use crate::replay::lobster::TapeUnits;
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
        self.follow(&RowUnits {
            order,
            side,
            price,
            volume,
            traded: 0,
            action,
        })
    }

    /// An execution of a resting order: what it traded, and what was left of it.
    fn executed(&mut self, order: u64, side: RecordedSide, price: i64, lots: [u64; 2]) -> Verdict {
        let [traded, volume] = lots;
        self.follow(&RowUnits {
            order,
            side,
            price,
            volume,
            traded,
            action: RecordedAction::Executed,
        })
    }

    fn follow(&mut self, row: &RowUnits) -> Verdict {
        let mut request = self.follower.begin(row);
        while request != RowRequest::Nothing {
            for fact in self.book.apply(request) {
                self.follower.learn(fact);
            }
            request = self.follower.next();
        }
        self.follower.conclude()
    }

    /// Somebody else's immediate order.
    fn stranger_takes(&mut self, side: RecordedSide, price: i64, quantity: u64) {
        for fact in self.book.stranger_takes(side, price, quantity) {
            self.follower.learn(fact);
        }
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
        traded: 0,
        action: Changed,
    };
    let request = bench.follower.begin(&row);

    assert_eq!(
        request,
        RowRequest::Replace {
            order: 1,
            quantity: 4
        }
    );
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
        traded: 0,
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
fn hr_1_what_a_participant_took_of_a_recorded_order_stays_taken_when_it_grows() {
    let mut bench = Bench::default();
    bench.row(1, Ask, 101, 200, Created);

    bench.stranger_takes(Bid, 101, 100);
    assert_eq!(bench.book.open(1), 100);
    let verdict = bench.row(1, Ask, 101, 300, Changed);

    assert_eq!(bench.book.open(1), 200);
    assert_eq!(verdict, Verdict::Diverged(Cause::Consumed));
    assert_eq!(bench.follower.consumed_trades(), 1);
}

#[test]
fn an_order_that_was_taken_whole_comes_again_with_what_it_grew_by() {
    let mut bench = Bench::default();
    bench.row(1, Ask, 101, 200, Created);

    bench.stranger_takes(Bid, 101, 200);
    bench.row(1, Ask, 101, 300, Changed);
    assert_eq!(bench.book.volume_at(Ask, 101), 100);
    bench.stranger_takes(Bid, 101, 30);
    bench.row(1, Ask, 101, 310, Changed);

    assert_eq!(bench.book.volume_at(Ask, 101), 80);
    assert_eq!(
        bench.row(1, Ask, 101, 310, Deleted),
        Verdict::Diverged(Cause::Consumed)
    );
    assert_eq!(bench.book.volume_at(Ask, 101), 0);
}

#[test]
fn hr_2_an_execution_of_an_order_that_a_participant_took_fills_the_next_in_the_queue() {
    let mut bench = Bench::default();
    bench.row(1, Ask, 101, 50, Created);
    bench.row(2, Ask, 101, 80, Created);

    bench.stranger_takes(Bid, 101, 50);
    let verdict = bench.executed(1, Ask, 101, [50, 0]);

    assert_eq!(verdict, Verdict::Diverged(Cause::ExecutionElsewhere));
    assert_eq!(bench.book.open(2), 30);
}

#[test]
fn hr_2_an_execution_for_which_nobody_is_left_is_dropped_and_counted() {
    let mut bench = Bench::default();
    bench.row(1, Ask, 101, 50, Created);
    bench.row(2, Ask, 102, 80, Created);
    let mut table = VerdictTable::default();

    bench.stranger_takes(Bid, 101, 40);
    table.count(bench.executed(1, Ask, 101, [50, 0]));

    assert_eq!(table.causes["execution_dropped"], 1);
    assert_eq!(table.diverged(), 1);
    assert_eq!(bench.book.volume_at(Ask, 101), 0);
    // It never pays more than the tape did.
    assert_eq!(bench.book.open(2), 80);
}

#[test]
fn an_execution_trades_with_its_order_and_what_others_took_before_is_no_longer_there() {
    let mut bench = Bench::default();
    bench.row(1, Ask, 101, 200, Created);
    assert_eq!(bench.executed(1, Ask, 101, [20, 180]), Verdict::Equal);

    bench.stranger_takes(Bid, 101, 100);
    let verdict = bench.executed(1, Ask, 101, [30, 150]);

    assert_eq!(verdict, Verdict::Diverged(Cause::Consumed));
    assert_eq!(bench.book.open(1), 50);
}

#[test]
fn an_order_whose_execution_met_somebody_else_is_made_as_small_as_the_recorded_one() {
    let mut bench = Bench::default();
    bench.book.stranger_rests(Ask, 101, 30);
    bench.row(1, Ask, 101, 200, Created);

    let verdict = bench.executed(1, Ask, 101, [50, 150]);

    assert_eq!(verdict, Verdict::Diverged(Cause::ExecutionElsewhere));
    assert_eq!(bench.book.open(1), 150);
}

#[test]
fn a_hidden_execution_trades_at_its_price_and_leaves_nothing() {
    let mut bench = Bench::default();
    bench.row(1, Ask, 102, 200, Created);
    bench.row(2, Bid, 100, 200, Created);

    let verdict = bench.follow(&RowUnits {
        order: 3,
        side: Ask,
        price: 101,
        volume: 0,
        traded: 40,
        action: RecordedAction::ExecutedHidden,
    });

    assert_eq!(verdict, Verdict::Equal);
    assert_eq!(bench.book.volume_at(Ask, 101), 0);
    assert_eq!((bench.book.open(1), bench.book.open(2)), (200, 200));
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
    let units = TapeUnits {
        tick_size: protocol::ExactDecimal::new(1, 2),
        lot_size: protocol::ExactDecimal::new(1, 8),
    };
    for row in read_recording(&file, None, units).unwrap().rows {
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
