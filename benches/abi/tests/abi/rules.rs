//! Goal: the ABI's rules hold at their edges. Method: short stories through its symbols, every report literal.

use crate::book::{BUY, Book, SELL};
use engine_abi::{engine_query_best_ask, engine_query_best_bid, engine_query_depth_at};

const NOTHING: [&str; 0] = [];

#[test]
fn older_order_trades_first_at_the_same_price() {
    let mut book = Book::open();
    book.submit(1, SELL, 5, 101);
    book.submit(2, SELL, 3, 101);

    let reports = book.submit(3, BUY, 6, 101);

    assert_eq!(
        reports,
        [
            "order 3 buy 6 @ 101",
            "trade 3 takes 5 @ 101 of 1",
            "trade 3 takes 1 @ 101 of 2",
        ]
    );
}

#[test]
fn better_price_trades_first_whoever_came_first() {
    let mut book = Book::open();
    book.submit(1, SELL, 5, 105);
    book.submit(2, SELL, 5, 100);

    let reports = book.immediate(3, BUY, 7, 105);

    assert_eq!(
        reports,
        [
            "order 3 buy 7 @ 105",
            "trade 3 takes 5 @ 100 of 2",
            "trade 3 takes 2 @ 105 of 1",
        ]
    );
}

#[test]
fn a_partially_filled_maker_keeps_its_place() {
    let mut book = Book::open();
    book.submit(1, SELL, 5, 101);
    book.submit(2, SELL, 3, 101);
    book.immediate(3, BUY, 2, 101);

    let reports = book.immediate(4, BUY, 4, 101);

    assert_eq!(
        reports,
        [
            "order 4 buy 4 @ 101",
            "trade 4 takes 3 @ 101 of 1",
            "trade 4 takes 1 @ 101 of 2",
        ]
    );
}

#[test]
fn the_taker_trades_at_the_makers_price_on_both_sides() {
    let mut book = Book::open();
    book.submit(1, SELL, 10, 100);
    book.submit(2, BUY, 10, 90);

    assert_eq!(
        book.submit(3, BUY, 10, 105)[1],
        "trade 3 takes 10 @ 100 of 1"
    );
    assert_eq!(
        book.submit(4, SELL, 10, 80)[1],
        "trade 4 takes 10 @ 90 of 2"
    );
}

#[test]
fn orders_behind_a_canceled_one_keep_their_places() {
    let mut book = Book::open();
    for id in 1..=8 {
        book.submit(id, BUY, 10, 100);
    }
    for id in [2, 5, 7, 1] {
        book.cancel(id);
    }

    let reports = book.immediate(9, SELL, 45, 100);

    assert_eq!(
        reports,
        [
            "order 9 sell 45 @ 100",
            "trade 9 takes 10 @ 100 of 3",
            "trade 9 takes 10 @ 100 of 4",
            "trade 9 takes 10 @ 100 of 6",
            "trade 9 takes 10 @ 100 of 8",
            "canceled 9 sell @ 100",
        ]
    );
}

#[test]
fn what_is_left_of_a_taker_rests_at_its_limit_as_the_best() {
    let mut book = Book::open();
    book.submit(1, SELL, 10, 100);
    book.submit(2, SELL, 10, 103);

    let reports = book.submit(3, BUY, 15, 102);

    assert_eq!(
        reports,
        ["order 3 buy 15 @ 102", "trade 3 takes 10 @ 100 of 1"]
    );
    assert_eq!(engine_query_best_bid(), 102);
    assert_eq!(engine_query_best_ask(), 103);
    assert_eq!(engine_query_depth_at(102, BUY), 5);
}

#[test]
fn one_sweep_takes_five_thousand_makers_in_their_order() {
    let mut book = Book::open();
    for id in 1..=5_000 {
        book.submit(id, SELL, 1, 100);
    }

    let reports = book.immediate(5_001, BUY, 5_000, 100);

    assert_eq!(reports.len(), 5_001);
    for (report, maker) in reports[1..].iter().zip(1..) {
        assert_eq!(*report, format!("trade 5001 takes 1 @ 100 of {maker}"));
    }
    assert_eq!(engine_query_best_ask(), i64::MAX);
}

#[test]
fn what_an_immediate_order_leaves_is_canceled_at_its_limit_and_never_rests() {
    let mut book = Book::open();
    book.submit(1, SELL, 10, 100);

    assert_eq!(
        book.immediate(2, BUY, 15, 104),
        [
            "order 2 buy 15 @ 104",
            "trade 2 takes 10 @ 100 of 1",
            "canceled 2 buy @ 104",
        ]
    );
    assert_eq!(
        book.immediate(3, SELL, 5, 100),
        ["order 3 sell 5 @ 100", "canceled 3 sell @ 100"]
    );
    assert_eq!(engine_query_best_bid(), i64::MIN);
}

#[test]
fn an_immediate_order_that_is_filled_is_not_canceled() {
    let mut book = Book::open();
    book.submit(1, SELL, 10, 100);

    let reports = book.immediate(2, BUY, 10, 100);

    assert_eq!(
        reports,
        ["order 2 buy 10 @ 100", "trade 2 takes 10 @ 100 of 1"]
    );
}

#[test]
fn a_modified_order_is_the_last_of_its_level_even_where_nothing_grew() {
    let mut book = Book::open();
    book.submit(1, BUY, 5, 100);
    book.submit(2, BUY, 5, 100);

    assert_eq!(book.modify(1, BUY, 3, 100), ["modified 1 buy 3 @ 100"]);
    assert_eq!(
        book.immediate(3, SELL, 8, 100),
        [
            "order 3 sell 8 @ 100",
            "trade 3 takes 5 @ 100 of 2",
            "trade 3 takes 3 @ 100 of 1",
        ]
    );
}

#[test]
fn a_modified_order_that_crosses_trades_at_the_makers_prices() {
    let mut book = Book::open();
    book.submit(1, SELL, 10, 100);
    book.submit(2, BUY, 10, 90);

    let reports = book.modify(2, BUY, 12, 105);

    assert_eq!(
        reports,
        ["trade 2 takes 10 @ 100 of 1", "modified 2 buy 12 @ 105"]
    );
    assert_eq!(engine_query_best_bid(), 105);
    assert_eq!(engine_query_depth_at(105, BUY), 2);
}

#[test]
fn what_is_left_of_a_partially_filled_order_can_be_modified_and_canceled() {
    let mut book = Book::open();
    book.submit(1, SELL, 10, 100);
    book.immediate(2, BUY, 4, 100);

    assert_eq!(book.modify(1, SELL, 6, 101), ["modified 1 sell 6 @ 101"]);
    assert_eq!(engine_query_depth_at(101, SELL), 6);
    assert_eq!(book.cancel(1), ["canceled 1 sell @ 101"]);
    assert_eq!(engine_query_depth_at(101, SELL), 0);
}

#[test]
fn a_modify_leaves_the_neighbors_of_its_old_level_alone() {
    let mut book = Book::open();
    book.submit(1, BUY, 10, 100);
    book.submit(2, BUY, 10, 100);
    book.modify(1, BUY, 10, 99);

    let reports = book.immediate(3, SELL, 10, 100);

    assert_eq!(
        reports,
        ["order 3 sell 10 @ 100", "trade 3 takes 10 @ 100 of 2"]
    );
}

#[test]
fn a_modify_to_nothing_takes_the_order_out() {
    let mut book = Book::open();
    book.submit(1, BUY, 10, 100);

    assert_eq!(book.modify(1, BUY, 0, 100), ["modified 1 buy 0 @ 100"]);
    assert_eq!(engine_query_best_bid(), i64::MIN);
    assert_eq!(book.cancel(1), ["no cancel 1"]);
}

#[test]
fn what_does_not_rest_is_neither_canceled_nor_modified() {
    let mut book = Book::open();
    book.submit(1, BUY, 10, 100);
    book.submit(2, SELL, 10, 100);
    book.submit(3, BUY, 10, 100);
    book.cancel(3);

    assert_eq!(book.cancel(9), ["no cancel 9"]);
    assert_eq!(book.modify(9, BUY, 1, 100), ["no modify 9"]);
    assert_eq!(book.cancel(1), ["no cancel 1"]);
    assert_eq!(book.modify(2, SELL, 1, 100), ["no modify 2"]);
    assert_eq!(book.cancel(3), ["no cancel 3"]);
    assert_eq!(book.cancel(u64::MAX), [format!("no cancel {}", u64::MAX)]);
}

#[test]
fn an_id_is_free_again_when_its_order_is_gone() {
    let mut book = Book::open();
    book.submit(1, BUY, 10, 100);
    book.cancel(1);
    book.submit(1, SELL, 10, 200);
    book.immediate(2, BUY, 10, 200);

    assert_eq!(book.submit(1, BUY, 4, 50), ["order 1 buy 4 @ 50"]);
    assert_eq!(
        book.immediate(2, SELL, 4, 50)[1],
        "trade 2 takes 4 @ 50 of 1"
    );
    assert_eq!(book.immediate(1, SELL, 4, 50)[1], "canceled 1 sell @ 50");
    assert_eq!(book.submit(1, SELL, 4, 50), ["order 1 sell 4 @ 50"]);
}

#[test]
fn an_id_that_rests_and_an_order_for_nothing_are_not_acknowledged() {
    let mut book = Book::open();
    book.submit(1, BUY, 10, 100);

    assert_eq!(book.submit(1, BUY, 7, 101), NOTHING);
    assert_eq!(book.immediate(1, SELL, 7, 100), NOTHING);
    assert_eq!(book.submit(2, BUY, 0, 100), NOTHING);
    assert_eq!(engine_query_depth_at(100, BUY), 10);
    assert_eq!(engine_query_depth_at(101, BUY), 0);
}

#[test]
fn any_number_is_a_price_and_an_id_and_quantities_have_32_bits() {
    let mut book = Book::open();
    let most = u32::MAX;

    assert_eq!(
        book.submit(u64::MAX, BUY, most, i64::MIN),
        [format!("order {} buy {most} @ {}", u64::MAX, i64::MIN)]
    );
    book.submit(0, BUY, most, i64::MIN);
    book.submit(2, SELL, 1, i64::MAX);
    assert_eq!(engine_query_best_bid(), i64::MIN);
    assert_eq!(engine_query_best_ask(), i64::MAX);
    assert_eq!(engine_query_depth_at(i64::MIN, BUY), 2 * u64::from(most));
    assert_eq!(engine_query_depth_at(i64::MAX, SELL), 1);
    assert_eq!(
        book.immediate(3, BUY, 1, i64::MAX)[1],
        format!("trade 3 takes 1 @ {} of 2", i64::MAX)
    );
    assert_eq!(
        book.immediate(4, SELL, most, i64::MIN)[1],
        format!("trade 4 takes {most} @ {} of {}", i64::MIN, u64::MAX)
    );
    book.submit(5, SELL, 3, -1);
    assert_eq!(engine_query_best_ask(), -1);
    assert_eq!(book.modify(5, SELL, 3, 0), ["modified 5 sell 3 @ 0"]);
}

#[test]
fn an_empty_book_answers_what_the_abi_says() {
    let mut book = Book::open();

    assert_eq!(engine_query_best_bid(), i64::MIN);
    assert_eq!(engine_query_best_ask(), i64::MAX);
    assert_eq!(engine_query_depth_at(100, BUY), 0);
    assert_eq!(engine_query_depth_at(i64::MAX, SELL), 0);

    book.submit(1, BUY, 8, 95);
    book.cancel(1);
    assert_eq!(engine_query_best_bid(), i64::MIN);
    assert_eq!(engine_query_depth_at(95, BUY), 0);
}

#[test]
fn depth_is_of_one_side() {
    let mut book = Book::open();
    book.submit(1, BUY, 8, 95);
    book.submit(2, BUY, 5, 95);
    book.submit(3, BUY, 5, 94);

    assert_eq!(engine_query_depth_at(95, BUY), 13);
    assert_eq!(engine_query_depth_at(94, BUY), 5);
    assert_eq!(engine_query_depth_at(95, SELL), 0);
}
