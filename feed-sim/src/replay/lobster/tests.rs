//! Messages become what is left of orders, and what stood before them is found by its level.

use super::*;

const UNITS: TapeUnits = TapeUnits {
    tick_size: ExactDecimal::new(1, 2),
    lot_size: ExactDecimal::new(1, 0),
};

fn rows(messages: &str, levels: &[TapeLevel]) -> Vec<(u64, u64, RecordedAction)> {
    let recording = read_messages(messages.as_bytes(), levels, UNITS, 0).unwrap();
    let rows = recording.rows.iter();
    rows.map(|row| {
        let volume = row.volume.units_of(0).unwrap();
        (row.order, u64::try_from(volume).unwrap(), row.action)
    })
    .collect()
}

use RecordedAction::{Changed, Created, Deleted, Executed, ExecutedHidden};

#[test]
fn changes_become_what_is_left() {
    let rows = rows(
        "34200.1,1,7,200,5853300,1\n34200.2,2,7,50,5853300,1\n34200.3,4,7,30,5853300,1\n\
         34200.4,3,7,120,5853300,1\n34200.5,5,0,10,5853350,-1\n",
        &[],
    );

    let hidden = rows[4];
    assert_eq!(
        rows[..4],
        [
            (7, 200, Created),
            (7, 150, Changed),
            (7, 120, Executed),
            (7, 120, Deleted)
        ]
    );
    assert_eq!((hidden.1, hidden.2), (0, ExecutedHidden));
    assert!(hidden.0 > OWN_NUMBERS);
}

#[test]
fn prices_are_hundredths_of_a_tick_and_times_count_from_midnight_of_the_files_day() {
    let messages = "34200.189607670,1,7,200,5853300,1\n";
    let day = midnight_us(Path::new(
        "AAPL_2012-06-21_34200000_57600000_message_10.csv",
    ));

    let recording = read_messages(messages.as_bytes(), &[], UNITS, day).unwrap();

    let row = recording.rows[0];
    assert_eq!(row.price.units_of(2), Ok(58_533));
    assert_eq!(row.stamped_at_us, 1_340_271_000_189_607);
    assert_eq!(midnight_us(Path::new("tape.csv")), 0);
}

#[test]
fn the_book_file_beside_a_message_file_has_its_name() {
    let messages = Path::new("/a/AAPL_2012-06-21_34200000_57600000_message_10.csv");

    assert_eq!(
        orderbook_beside(messages),
        Some(PathBuf::from(
            "/a/AAPL_2012-06-21_34200000_57600000_orderbook_10.csv"
        ))
    );
    assert_eq!(orderbook_beside(Path::new("/a/tape.csv")), None);
}

#[test]
fn what_stood_before_the_first_message_is_one_order_a_level() {
    let levels =
        read_levels("5859400,200,5853300,118,9999999999,0,-9999999999,0\n".as_bytes()).unwrap();
    assert_eq!(
        levels,
        [(Side::Sell, 5_859_400, 200), (Side::Buy, 5_853_300, 118)]
    );

    let recording = read_messages(
        "34200.1,1,7,18,5853300,1\n34200.2,3,99,40,5853300,1\n34200.3,4,98,60,5853300,1\n"
            .as_bytes(),
        &levels,
        UNITS,
        0,
    )
    .unwrap();

    let volumes = |rows: &[RecordedRow]| -> Vec<i128> {
        rows.iter()
            .map(|row| row.volume.units_of(0).unwrap())
            .collect()
    };
    // The first message's own 18 were not there before it.
    assert_eq!(volumes(&recording.opening), [200, 100]);
    assert_eq!(volumes(&recording.rows), [18, 60, 0]);
    assert_eq!(recording.rows[1].order, recording.opening[1].order);
    assert_eq!(recording.rows[2].action, Executed);
}

#[test]
fn an_iceberg_that_shows_again_is_the_same_order_as_long_as_it_shows_something() {
    let rows = rows(
        "1.0,1,7,10,100,1\n1.1,1,7,5,100,1\n1.2,4,7,15,100,1\n1.3,1,7,10,100,1\n",
        &[],
    );

    assert_eq!(rows[1], (7, 15, Changed));
    assert_eq!(rows[3].2, Created);
    assert_ne!(rows[3].0, 7);
}

#[test]
fn a_book_file_that_is_none_is_refused() {
    let refused = read_levels("1,2,3\n".as_bytes());

    assert_eq!(
        refused,
        Err("line 1 has 3 numbers, not four for each level".to_owned())
    );
}
