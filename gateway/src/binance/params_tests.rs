//! Goal: what clients send is read whole and exactly. Method: literal requests, literal answers.

use super::*;

#[test]
fn the_query_wins_over_the_body() {
    let mut params = Params::of_http("symbol=A&side=BUY", "symbol=B&price=1").unwrap();

    assert_eq!(params.needed_text("symbol").unwrap(), "A");
    assert_eq!(params.needed_text("price").unwrap(), "1");
}

#[test]
fn a_parameter_that_stands_twice_is_refused() {
    assert_eq!(Params::of_http("a=1&a=2", "").unwrap_err().code, -1101);
    assert_eq!(Params::of_json(r#"{"a":1,"a":2}"#).unwrap_err().code, -1101);
}

#[test]
fn percent_signs_are_read_as_utf_8() {
    let mut params = Params::of_http("symbol=%E5%B8%81&a=x+y%2Fz", "").unwrap();

    assert_eq!(params.needed_text("symbol").unwrap(), "币");
    assert_eq!(params.needed_text("a").unwrap(), "x y/z");
    for bad in ["a=%", "a=%2", "a=%zz", "a=%ff"] {
        assert_eq!(Params::of_http(bad, "").unwrap_err().code, -1100, "{bad}");
    }
}

#[test]
fn a_payload_is_sorted_and_keeps_the_text_of_numbers() {
    let params = Params::of_json(
        r#"{"symbol":"BTCUSDT","price":48500.23,"quantity":1e-05,"returnRateLimits":false,"signature":"x","apiKey":"k:1"}"#,
    )
    .unwrap();

    assert_eq!(
        params.payload(PayloadEncoding::Plain),
        "apiKey=k:1&price=48500.23&quantity=1e-05&returnRateLimits=false&symbol=BTCUSDT"
    );
    assert_eq!(
        params.payload(PayloadEncoding::Percent),
        "apiKey=k%3A1&price=48500.23&quantity=1e-05&returnRateLimits=false&symbol=BTCUSDT"
    );
}

#[test]
fn an_exponent_is_taken_from_a_json_number_only() {
    let mut json = Params::of_json(r#"{"a":1e-05,"b":"1e-05"}"#).unwrap();

    assert_eq!(json.amount("a").unwrap().unwrap().to_string(), "0.00001000");
    assert_eq!(json.amount("b").unwrap_err().code, -1100);
}

#[test]
fn what_nobody_reads_is_refused_with_the_counts() {
    let mut params = Params::of_http("symbol=A&foo=1", "").unwrap();
    params.needed_text("symbol").unwrap();

    let refused = params.finish().unwrap_err();

    assert_eq!(refused.code, -1104);
    assert_eq!(
        refused.text,
        "Not all sent parameters were read; read '1' parameter(s) but was sent '2'."
    );
}

#[test]
fn a_list_is_an_array_or_its_text() {
    for text in [r#"{"symbols":["A","B"]}"#, r#"{"symbols":"[\"A\",\"B\"]"}"#] {
        let mut params = Params::of_json(text).unwrap();
        assert_eq!(params.words("symbols").unwrap().unwrap(), ["A", "B"]);
    }
    let mut params = Params::of_http("symbols=%5B%22A%22%5D", "").unwrap();
    assert_eq!(params.words("symbols").unwrap().unwrap(), ["A"]);
}

#[test]
fn null_is_as_if_not_sent() {
    let mut params = Params::of_json(r#"{"limit":null}"#).unwrap();

    assert_eq!(params.limit(500, 1000).unwrap(), 500);
    assert_eq!(params.finish(), Ok(()));
}
