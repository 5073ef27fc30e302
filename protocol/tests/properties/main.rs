//! Goal: no bytes can break the reader, and what is written is read back as it was. Method: random bytes,
//! mangled golden files, random requests and messages; a failure prints its shrunk case.

mod binary;
mod strategies;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::{any, prop_oneof};
use proptest::test_runner::{Config, TestCaseError};
use proptest::{prop_assert_eq, proptest};
use protocol::{ExactDecimal, Request, Scale, ServerMessage};

use strategies::{
    Numbers, account_message, market_message, order_operation, other_operation, report,
};

const REPORTS: [&str; 3] = [
    include_str!("../golden/message.report.trade.json"),
    include_str!("../golden/request.submit.every_field.json"),
    include_str!("../golden/message.hello.json"),
];

fn bytes_of(message: &ServerMessage) -> String {
    let mut buffer = Vec::new();
    message.encode(&mut buffer);
    String::from_utf8(buffer).expect("messages are text")
}

fn read_back(message: &ServerMessage) -> Result<(), TestCaseError> {
    let bytes = bytes_of(message);

    let read = ServerMessage::decode(&bytes)
        .map_err(|error| TestCaseError::fail(format!("{error}: {bytes}")))?;

    prop_assert_eq!(&read, message);
    prop_assert_eq!(bytes_of(&read), bytes);
    Ok(())
}

proptest! {
    #![proptest_config(Config { cases: 512, failure_persistence: None, ..Config::default() })]

    #[test]
    fn no_bytes_break_the_readers(bytes in vec(any::<u8>(), 0..200)) {
        let _ = Request::decode(&bytes, 128);
        let _ = ServerMessage::decode(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn no_text_of_json_characters_breaks_the_readers(text in r#"[{}\[\]",:\\ua0-9.eE+\-optrice]{0,120}"#) {
        let _ = Request::decode(text.as_bytes(), 1_024);
        let _ = ServerMessage::decode(&text);
    }

    #[test]
    fn no_mangled_frame_breaks_the_readers(
        which in 0..REPORTS.len(),
        place in any::<u16>(),
        byte in any::<u8>(),
        end in any::<u16>(),
    ) {
        let mut bytes = REPORTS[which].as_bytes().to_vec();
        let length = bytes.len();
        bytes[usize::from(place) % length] = byte;
        bytes.truncate(usize::from(end) % length + 1);

        let _ = Request::decode(&bytes, 16_384);
        let _ = ServerMessage::decode(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn a_request_is_read_back_as_it_was_written(
        id in option::of(any::<u64>()),
        operation in prop_oneof![order_operation(Numbers::Any), other_operation(Numbers::Any)],
    ) {
        let request = Request { id, operation };
        let bytes = request.to_json();

        let read = Request::decode(bytes.as_bytes(), 65_536)
            .map_err(|error| TestCaseError::fail(format!("{error}: {bytes}")))?;

        prop_assert_eq!(&read, &request);
        prop_assert_eq!(read.to_json(), bytes);
    }

    #[test]
    fn a_message_is_read_back_as_it_was_written(
        message in prop_oneof![report(Numbers::Any), market_message(Numbers::Any), account_message(Numbers::Any)],
    ) {
        read_back(&message)?;
    }

    #[test]
    fn a_decimal_is_read_back_as_it_was_written(units in any::<i128>(), decimals in 0_u8..=38) {
        let decimal = ExactDecimal::new(units, decimals);
        let text = decimal.to_string();

        if text.len() <= ExactDecimal::LENGTH_MAX {
            prop_assert_eq!(text.parse::<ExactDecimal>(), Ok(decimal));
        }
    }

    #[test]
    fn units_are_the_same_units_after_a_trip_over_the_wire(
        price_units in 0..=i64::MAX,
        quantity_units in any::<u64>(),
        price_decimals in 0_u8..=18,
        quantity_decimals in 0_u8..=18,
    ) {
        let scale = Scale { price_decimals, quantity_decimals };
        let price: ExactDecimal = scale.price(price_units).to_string().parse().expect("a decimal");
        let quantity: ExactDecimal = scale.quantity(quantity_units).to_string().parse().expect("a decimal");
        let notional = i128::from(price_units) * i128::from(quantity_units % 1_000_000);

        prop_assert_eq!(scale.price_units(price), Ok(price_units));
        prop_assert_eq!(scale.quantity_units(quantity), Ok(quantity_units));
        prop_assert_eq!(scale.notional_units(scale.notional(notional)), Ok(notional));
    }

    #[test]
    fn trailing_zeros_change_no_units(units in 0..=i64::MAX, zeros in 0_usize..8) {
        let scale = Scale { price_decimals: 4, quantity_decimals: 0 };
        let text = format!("{}{}", scale.price(units), "0".repeat(zeros));

        let price: ExactDecimal = text.parse().expect("a decimal");

        prop_assert_eq!(scale.price_units(price), Ok(units));
    }
}
