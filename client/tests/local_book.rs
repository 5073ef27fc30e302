//! Goal: a book follows its feed exactly and names every fault of it. Method: literal snapshots and changes.

use client::{BookError, BookLevel, LocalBook};
use protocol::{DecimalError, Depth, DepthSnapshot, Level, Scale, Symbol};

const SCALE: Scale = Scale {
    price_decimals: 2,
    quantity_decimals: 3,
};

fn symbol() -> Symbol {
    "BTCUSDT".parse().expect("a symbol")
}

fn levels(levels: &[(&str, &str)]) -> Vec<Level> {
    levels
        .iter()
        .map(|(price, quantity)| Level {
            price: price.parse().expect("a price"),
            quantity: quantity.parse().expect("a quantity"),
        })
        .collect()
}

fn snapshot(seq: u64, bids: &[(&str, &str)], asks: &[(&str, &str)]) -> DepthSnapshot {
    DepthSnapshot {
        symbol: symbol(),
        epoch: 1,
        seq,
        at_us: 0,
        bids: levels(bids),
        asks: levels(asks),
        may_be_crossed: false,
        checksum: None,
    }
}

fn change(seq: u64, bids: &[(&str, &str)], asks: &[(&str, &str)]) -> Depth {
    Depth {
        symbol: symbol(),
        epoch: 1,
        from: None,
        seq,
        at_us: 0,
        bids: levels(bids),
        asks: levels(asks),
        may_be_crossed: false,
        checksum: None,
    }
}

/// 99.00 x 5 and 98.00 x 1 against 101.00 x 2, at change 10.
fn book() -> LocalBook {
    let mut book = LocalBook::new(symbol(), SCALE);
    book.apply_snapshot(&snapshot(
        10,
        &[("99.00", "5.000"), ("98.00", "1.000")],
        &[("101.00", "2.000")],
    ))
    .expect("a sound snapshot");
    book
}

fn level(price_units: i64, quantity_units: u64) -> BookLevel {
    BookLevel {
        price_units,
        quantity_units,
    }
}

#[test]
fn a_snapshot_and_its_changes_give_the_book() {
    let mut book = book();

    book.apply(&change(11, &[("99.00", "0"), ("98.50", "0.250")], &[]))
        .expect("the next change");
    book.apply(&change(12, &[], &[("100.00", "3"), ("101.00", "1.500")]))
        .expect("the next change");

    assert_eq!(book.seq(), Some(12));
    assert_eq!(
        book.bids().collect::<Vec<_>>(),
        [level(9_850, 250), level(9_800, 1_000)]
    );
    assert_eq!(
        book.asks().collect::<Vec<_>>(),
        [level(10_000, 3_000), level(10_100, 1_500)]
    );
    assert_eq!(book.best_bid(), Some(level(9_850, 250)));
    assert_eq!(book.best_ask(), Some(level(10_000, 3_000)));
}

#[test]
fn a_missing_change_is_named_and_waited_for() {
    let mut book = book();
    let later = change(12, &[("97.00", "1")], &[]);
    let gap = BookError::Gap {
        symbol: symbol(),
        expected: 11,
        found: 12,
    };

    assert_eq!(book.apply(&later), Err(gap.clone()));
    assert_eq!(book.apply(&later), Err(gap));
    assert_eq!(book.seq(), Some(10));
    book.apply(&change(11, &[], &[])).expect("what was missing");
    book.apply(&later).expect("the next change");

    assert_eq!(book.seq(), Some(12));
}

#[test]
fn after_a_fault_only_a_snapshot_heals() {
    let mut book = book();
    let mut wrong = change(11, &[("98.50", "1")], &[]);
    // Of the book before the change.
    wrong.checksum = Some(1_503_277_402);

    let found = book.apply(&wrong);

    assert!(matches!(
        found,
        Err(BookError::WrongChecksum {
            seq: 11,
            expected: 1_503_277_402,
            ..
        })
    ));
    assert_eq!(
        book.apply(&change(12, &[], &[])),
        Err(BookError::NoSnapshot {
            symbol: symbol(),
            seq: 12
        })
    );
    book.apply_snapshot(&snapshot(12, &[("1.00", "1")], &[]))
        .expect("a sound snapshot");
    assert_eq!(book.best_bid(), Some(level(100, 1_000)));
}

#[test]
fn a_change_of_several_fits_where_it_begins_before_the_next_and_ends_behind_it() {
    let mut book = book();
    let span = |from, seq| Depth {
        from: Some(from),
        ..change(seq, &[], &[])
    };

    assert!(matches!(
        book.apply(&span(12, 15)),
        Err(BookError::Gap { expected: 11, .. })
    ));
    book.apply(&span(8, 14)).expect("it covers change 11");
    assert!(matches!(
        book.apply(&span(9, 14)),
        Err(BookError::Repeated { expected: 15, .. })
    ));
    book.apply(&span(15, 20)).expect("it is the next one");

    assert_eq!(book.seq(), Some(20));
}

#[test]
fn a_book_may_be_crossed_where_the_exchange_says_so() {
    let mut book = book();
    let crossing = Depth {
        may_be_crossed: true,
        ..change(11, &[("102.00", "1")], &[])
    };

    book.apply(&crossing).expect("a call lets it");

    assert_eq!(book.best_bid(), Some(level(10_200, 1_000)));
}

#[test]
fn a_repeated_change_is_named() {
    assert_eq!(
        book().apply(&change(10, &[], &[])),
        Err(BookError::Repeated {
            symbol: symbol(),
            expected: 11,
            found: 10
        })
    );
}

#[test]
fn a_crossed_or_locked_book_is_named() {
    assert_eq!(
        book().apply(&change(11, &[("101.00", "1")], &[])),
        Err(BookError::Crossed {
            symbol: symbol(),
            seq: 11,
            bid: 10_100,
            ask: 10_100
        })
    );
}

#[test]
fn another_epoch_is_named() {
    let mut other = change(11, &[], &[]);
    other.epoch = 2;

    assert_eq!(
        book().apply(&other),
        Err(BookError::OtherEpoch {
            symbol: symbol(),
            seq: 11,
            expected: 1,
            found: 2
        })
    );
}

#[test]
fn another_instrument_is_named_and_changes_nothing() {
    let mut book = book();
    let mut other = change(11, &[], &[]);
    other.symbol = "ETHUSDT".parse().expect("a symbol");

    assert!(matches!(
        book.apply(&other),
        Err(BookError::WrongSymbol { .. })
    ));
    assert_eq!(book.seq(), Some(10));
}

#[test]
fn a_number_off_the_unit_grid_is_named() {
    assert_eq!(
        book().apply(&change(11, &[("99.001", "1")], &[])),
        Err(BookError::BadNumber {
            symbol: symbol(),
            seq: 11,
            error: DecimalError::OffGrid { decimals: 2 }
        })
    );
}

#[test]
fn a_snapshot_that_names_a_level_twice_is_refused() {
    assert_eq!(
        book().apply_snapshot(&snapshot(20, &[("9.00", "1"), ("9.00", "2")], &[])),
        Err(BookError::BadSnapshot {
            symbol: symbol(),
            seq: 20,
            price: 900
        })
    );
}

#[test]
fn a_level_that_a_limited_snapshot_did_not_show_may_go() {
    let mut book = book();

    book.apply(&change(11, &[("50.00", "0")], &[]))
        .expect("the next change");

    assert_eq!(book.seq(), Some(11));
}
