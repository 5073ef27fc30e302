//! Goal: every line of the grammar is read, and every other line is a failure with its place.
//!
//! Method: lines are read, written again and compared; broken texts are run and their report is read.

use scenario::{Cause, Report, Scenario, parse_file, run_text};

/// Every command, option and instrument option of the grammar.
const COMMANDS: &str = "
instrument tick=5 lot=10 match=pro_rata min_alloc=2 top=on split=40 band=90..110 collar=50..200 \
corridor=2 static_corridor=2.5 call=30 luld=5 luld_limit=150 luld_pause=3000 luld_mean=300/30 \
velocity=20/1000 auction_stp=newest market_residual=cancel stop_on_entry=trigger \
mmp:G=qty:1000,window:1000,kind:tumbling mmp:H=count:2,delta:6,window:50,kind:sliding,freeze:100 \
grow=keep ref=1000 indicative=on
A buy 5 @ 101
A sell 5 @ market
A buy quote=250 @ market
A buy 5 @ peg peg=primary offset=-2 cap=103
A buy 5 @ peg peg=market
A buy 5 @ peg peg=mid
A buy 5 @ 101 ioc
A buy 5 @ 101 fok
A buy 5 @ 101 gtd=77
A buy 5 @ 101 day
A buy 5 @ 101 gfa
A buy 5 @ 101 gfc
A buy 5 @ 101 opg
A buy 5 @ 101 atc
A buy 5 @ 101 post_only
A buy 5 @ 101 post_only=slide peak=2 hidden min=3 by=U stp=none group=G
A buy 5 @ 101 stop=99 on=bid_ask stp=newest
A buy 5 @ 101 take=99 on=mid stp=oldest
A buy 5 @ market on=last trail=5 step=1 activate=120 stp=both
A buy 5 @ market trail_bips=500 stp=decrement
A buy 5 @ 101 oco=B
A buy 5 @ 101 oco_reduce=B
A buy 5 @ 101 parent=B
A buy 5 @ 101 parent_partial=B mmp=G cod
A buy 5 @ market points=600
cancel A
cancel G.bid
replace A qty=5 price=101 peak=2 stop=99 expiry=77
replace A
quote G by=M 10@99 / 10@101
quote G by=M - / 0@101
quote G by=M 10@99 / -
mass_cancel by=U side=buy from=1 to=9
mass_cancel by=U
mmp_reset G by=M
disconnect by=U
time 5
kill by=U
cancel_after by=U 60
state continuous
state auction
state opening_auction
state closing_auction
state halted
state closed
state pre_open
uncross
uncross ref=98
last 100
quiet on
quiet off
show";

/// Every event, and every reason.
const EVENTS: &str = "
trade X A 5 @ 101
rest X 5 @ 101
rest X 5+10 @ 101
rest X 5 @ market
cancel A 5 requested
cancel A 5 ioc
cancel A 5 fok
cancel A 5 expired
cancel A 5 stp
cancel A 5 oco
cancel A 5 parent
cancel A 5 no_liquidity
cancel A 5 collar
cancel A 5 protection
cancel A 5 disconnect
cancel A 5 mmp
cancel A 5 mass
cancel A 5 auction
cancel A 5 state
reject A post_only
reject A would_trigger
reject A unknown_order
reject A too_late
reject A invalid_price
reject A invalid_quantity
reject A invalid_combination
reject A price_band
reject A duplicate_id
reject A halted
reject A closed
reject A not_in_auction
reject A mmp_frozen
reject A expired
reject A killed
prevent X A 5 @ 101
trigger A
replaced A
refill A 5+10
peg A 101
peg A parked
status continuous
status auction
status opening_auction
status closing_auction
status vol_auction
status pre_open
status halted
status paused
status reserved
status closed
status limit_up
status limit_down
indicative 639 1000 500
indicative 639 1000 -500
indicative - 0 0
book |
book A 5@101, H 0+5@100 |
book | I 5+10@102, M 3@market
book G.bid 5@101 | G.ask 5@102";

fn read(text: &str) -> Scenario {
    let mut scenarios = parse_file(text);
    assert_eq!(scenarios.len(), 1, "{scenarios:?}");
    scenarios
        .remove(0)
        .unwrap_or_else(|error| panic!("{error:?}"))
}

fn run(text: &str) -> Report {
    let mut report = Report::default();
    run_text("story.scenario".as_ref(), text, &mut report);
    report
}

/// The line and the reason of the only failure.
fn unreadable(text: &str) -> (usize, String) {
    let report = run(text);
    assert_eq!(report.failures.len(), 1, "{report}");
    match &report.failures[0].cause {
        Cause::Unreadable(reason) => (report.failures[0].line, reason.clone()),
        cause @ (Cause::Unable(_) | Cause::Mismatch(_) | Cause::Panicked(_)) => {
            panic!("{cause:?}")
        }
    }
}

#[test]
fn every_line_of_the_grammar_is_read_and_written_alike() {
    let text = format!("== every word{COMMANDS}\n--{EVENTS}\n");

    let written = read(&text).to_string();

    assert_eq!(written, text);
}

#[test]
fn comments_blank_lines_and_spaces_mean_nothing() {
    let scenario = read(
        "# before\n\n==   a title   # not part of it\n  A buy 5@101   # five\n\n--\nbook A  5@101|\n",
    );

    assert_eq!(
        scenario.to_string(),
        "== a title\nA buy 5 @ 101\n--\nbook A 5@101 |\n"
    );
    assert_eq!(scenario.commands[0].line, 4);
    assert_eq!(scenario.expected[0].line, 7);
}

#[test]
fn an_order_may_be_called_like_a_command() {
    let report = run(
        "== names\nshow buy 5 @ 101\ninstrument sell 5 @ 102\ncancel show\n--\n\
        cancel show 5 requested\nbook | instrument 5@102\n",
    );

    assert_eq!(report.to_string(), "1 passed, 0 failed");
}

#[test]
fn an_unreadable_line_fails_its_scenario_with_its_line_and_the_next_scenario_runs() {
    let report = run("== bad\nA buy 5 @ 101\nA bay 5 @ 101\n--\n== good\nA buy 5 @ 101\n--\n");

    assert_eq!(
        report.to_string(),
        "story.scenario:3: bad\n  cannot be read: `A` is no command, and no `ID buy|sell QTY @ PRICE`\n\
         1 passed, 1 failed"
    );
}

#[test]
fn each_kind_of_unreadable_line_is_named() {
    let cases = [
        ("A buy five @ 101", "`five` is no quantity"),
        ("A buy 5 @ 1.5", "`1.5` is no price"),
        ("A buy +5 @ 101", "`+5` is no quantity"),
        ("A buy -5 @ 101", "`-5` is no quantity"),
        ("A buy 5 101", "`@` was expected, `101` is there"),
        ("A buy 5 @", "the price is missing"),
        ("A buy 5 @ 101 frozen", "`frozen` is no option of an order"),
        (
            "A buy 5 @ 101 color=red",
            "`color=` is no option of an order",
        ),
        ("A buy 5 @ 101 by=", "`by=` has no value"),
        ("A buy 5 @ 101 ioc ioc", "`ioc` stands there twice"),
        ("A buy 5 @ 101 by=U by=V", "`by` stands there twice"),
        (
            "A buy 5 @ 101 stp=nobody",
            "`nobody` is none of: none newest oldest both decrement",
        ),
        ("A buy 5 @ peg", "`@ peg` needs `peg=primary|market|mid`"),
        (
            "A-1 buy 5 @ 101",
            "`A-1` is no name: letters, digits and `_`",
        ),
        ("cancel", "the order's id is missing"),
        ("cancel A B", "the line should end before `B`"),
        (
            "replace A quantity=5",
            "`quantity=` is no change of an order",
        ),
        ("mass_cancel", "`by=ACC` is missing"),
        ("quote G by=M 10@99", "`/` is missing"),
        (
            "state asleep",
            "`asleep` is none of: continuous auction opening_auction closing_auction halted closed pre_open",
        ),
        (
            "instrument tick=1",
            "`instrument` comes before the first command",
        ),
    ];
    for (line, reason) in cases {
        let text = format!("== bad\nB buy 1 @ 1\n{line}\n--\n");

        assert_eq!(unreadable(&text), (3, reason.to_owned()), "{line}");
    }
}

#[test]
fn a_part_of_more_than_a_whole_is_unreadable() {
    let parts = ["100", "100.01", "101"].map(|part| {
        let text = format!("== split\ninstrument match=pro_rata split={part}\n--\n");
        run(&text).to_string()
    });

    assert_eq!(parts[0], "1 passed, 0 failed");
    assert!(
        parts[1].contains("`100.01` is more than 100 percent"),
        "{}",
        parts[1]
    );
    assert!(
        parts[2]
            .contains("story.scenario:2: split\n  cannot be read: `101` is more than 100 percent"),
        "{}",
        parts[2]
    );
}

#[test]
fn each_kind_of_unreadable_expectation_is_named() {
    let cases = [
        ("trades X A 5 @ 101", "`trades` is no event"),
        ("trade X A 5", "`@` is missing"),
        ("cancel A 5 because", "`because` is none of: "),
        ("reject A", "the reason is missing"),
        ("book A 5@101", "`|` between bids and asks is missing"),
        ("book A 5@101,, B 1@1 |", "the order's id is missing"),
    ];
    for (line, reason) in cases {
        let (at, actual) = unreadable(&format!("== bad\n--\n{line}\n"));

        assert_eq!(at, 3, "{line}");
        assert!(actual.starts_with(reason), "{line}: {actual}");
    }
}

#[test]
fn a_bad_instrument_is_named() {
    let cases = [
        ("instrument tick=0", "tick must be at least 1"),
        ("instrument tick=1 tick=1", "`tick` stands there twice"),
        (
            "instrument color=red",
            "`color=` is no option of an instrument",
        ),
        ("instrument tick", "`tick` is no `option=value`"),
        (
            "instrument corridor=2.555",
            "`2.555` is no percentage with at most two decimals",
        ),
        (
            "instrument mmp:G=window:5,kind:sliding",
            "a protection needs `qty:`, `count:` or `delta:`",
        ),
    ];
    for (line, reason) in cases {
        assert_eq!(
            unreadable(&format!("== bad\n{line}\n--\n")),
            (2, reason.to_owned()),
            "{line}"
        );
    }
}

#[test]
fn time_that_goes_back_is_unreadable() {
    let text = "== time\ntime 20\ntime 20\ntime 19\n--\n";

    assert_eq!(
        unreadable(text),
        (4, "time goes back from 20 to 19".to_owned())
    );
}

#[test]
fn a_scenario_needs_a_title_and_an_expected_part_and_a_file_a_scenario() {
    assert_eq!(unreadable("==\n--\n").0, 1);
    assert_eq!(unreadable("== nothing expected\nA buy 5 @ 101\n").0, 1);
    assert_eq!(unreadable("A buy 5 @ 101\n").0, 1);
    assert_eq!(
        unreadable("# nothing\n"),
        (0, "there is no scenario in this file".to_owned())
    );
}
