//! Goal: one command that concerns thousands of orders ends, in order, whatever ties them to each other.
//!
//! Method: stories of thousands of orders, written by loops, played on a thread whose stack no recursion of
//! that depth would fit on. A step that grows with the square of their number would take minutes.

use std::fmt::Write;

use scenario::Report;

/// Far too little for one frame an order.
const STACK_BYTES: usize = 512 << 10;

fn play(story: String) {
    let played = std::thread::Builder::new()
        .stack_size(STACK_BYTES)
        .spawn(move || {
            let mut report = Report::default();
            scenario::run_text("story".as_ref(), &story, &mut report);
            report
        });
    let report = played.expect("a thread starts").join();
    let report = report.expect("the story is played to its end");
    assert!(report.is_success(), "{report}");
}

/// A line for each number.
fn lines(text: &mut String, numbers: std::ops::Range<u32>, line: impl Fn(u32) -> String) {
    for number in numbers {
        writeln!(text, "{}", line(number)).expect("a text takes a line");
    }
}

#[test]
fn ten_thousand_stops_fire_each_other_in_one_block() {
    let mut story = "== chained stops\ninstrument ref=20001\n".to_owned();
    lines(&mut story, 0..10_001, |k| {
        format!("B{k} buy 1 @ {}", 20_000 - k)
    });
    lines(&mut story, 0..10_000, |k| {
        format!("S{k} sell 1 @ market stop={}", 20_000 - k)
    });
    story.push_str("X sell 1 @ market\n--\ntrade X B0 1 @ 20000\n");
    lines(&mut story, 0..10_000, |k| {
        format!("trigger S{k}\ntrade S{k} B{} 1 @ {}", k + 1, 19_999 - k)
    });
    story.push_str("book |\n");

    play(story);
}

#[test]
fn five_thousand_makers_of_a_group_are_met_and_pulled_in_one_sweep() {
    let mut story =
        "== a group is pulled\ninstrument mmp:G=qty:2500,window:10,kind:sliding\n".to_owned();
    lines(&mut story, 0..5_000, |k| {
        format!("M{k} sell 1 @ 100 by=M mmp=G")
    });
    story.push_str("X buy 6000 @ 100\n--\n");
    lines(&mut story, 0..2_500, |k| format!("trade X M{k} 1 @ 100"));
    lines(&mut story, 2_500..5_000, |k| format!("cancel M{k} 1 mmp"));
    story.push_str("rest X 3500 @ 100\nbook X 3500@100 |\n");

    play(story);
}

#[test]
fn five_thousand_groups_reach_their_limit_in_one_sweep() {
    let mut story =
        "== each group is pulled\ninstrument mmp:G=count:1,window:10,kind:tumbling\n".to_owned();
    lines(&mut story, 0..5_000, |k| {
        format!("M{k} sell 2 @ 100 by=A{k} mmp=G\nW{k} buy 1 @ 9 by=A{k} mmp=G")
    });
    story.push_str("X buy 10000 @ 100\n--\n");
    lines(&mut story, 0..5_000, |k| {
        format!("trade X M{k} 2 @ 100\ncancel W{k} 1 mmp")
    });
    story.push_str("book |\n");

    play(story);
}

#[test]
fn five_thousand_legs_of_one_sweep_take_their_partners_along() {
    let mut story = "== legs\n".to_owned();
    lines(&mut story, 0..5_000, |k| {
        format!("L{k} sell 1 @ 100\nP{k} sell 1 @ 100 oco=L{k}")
    });
    story.push_str("X buy 5000 @ 100\n--\n");
    lines(&mut story, 0..5_000, |k| {
        format!("trade X L{k} 1 @ 100\ncancel P{k} 1 oco")
    });
    story.push_str("book |\n");

    play(story);
}

#[test]
fn ten_thousand_children_of_children_die_with_the_first() {
    let mut story = "== a family\nC0 buy 1 @ 100\n".to_owned();
    lines(&mut story, 1..10_000, |k| {
        format!("C{k} sell 1 @ 110 parent=C{}", k - 1)
    });
    story.push_str("cancel C0\n--\ncancel C0 1 requested\n");
    lines(&mut story, 1..10_000, |k| format!("cancel C{k} 1 parent"));
    story.push_str("book |\n");

    play(story);
}

#[test]
fn ten_thousand_children_of_children_start_each_other_in_one_block() {
    let mut story = "== a family trades\nC0 buy 1 @ 100\n".to_owned();
    lines(&mut story, 1..10_000, |k| {
        format!("C{k} buy 1 @ 101 parent=C{}", k - 1)
    });
    lines(&mut story, 1..10_000, |k| format!("A{k} sell 1 @ 101"));
    story.push_str("X sell 1 @ 100\n--\ntrade X C0 1 @ 100\n");
    lines(&mut story, 1..10_000, |k| {
        format!("trade C{k} A{k} 1 @ 101")
    });
    story.push_str("book |\n");

    play(story);
}

#[test]
fn three_thousand_pegs_on_levels_of_their_own_move_once_in_entry_order() {
    let mut story = "== pegs\nA buy 1 @ 10000\nquiet on\n".to_owned();
    lines(&mut story, 1..3_000, |k| {
        format!("P{k} buy 1 @ peg peg=primary offset={k}")
    });
    story.push_str("quiet off\nB buy 1 @ 10001\n--\n");
    lines(&mut story, 1..3_000, |k| format!("peg P{k} {}", 10_001 + k));

    play(story);
}

#[test]
fn a_parent_has_at_most_64_children() {
    let mut story = "== children\nE buy 1 @ 100\n".to_owned();
    lines(&mut story, 0..65, |k| format!("C{k} sell 1 @ 110 parent=E"));
    story.push_str("--\nreject C64 invalid_combination\nbook E 1@100 |\n");

    play(story);
}
