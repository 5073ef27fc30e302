//! The rules of a session's queue: order, bounds, and who is cut off.

use super::*;

fn limits() -> Limits {
    Limits {
        outbound_messages_max: 3,
        outbound_bytes_max: 100,
        outbound_public_bytes_max: 10,
        ..Limits::laptop()
    }
}

const FLOW: FlowKey = FlowKey {
    instrument: InstrumentId(1),
    group: 3,
};
const OTHER_FLOW: FlowKey = FlowKey {
    instrument: InstrumentId(2),
    group: 3,
};

fn text(length: usize) -> Message {
    Message::text("x".repeat(length))
}

async fn taken(outbound: &Outbound) -> (Taken, usize) {
    let mut messages = VecDeque::new();
    let taken = outbound.take(&mut messages, &mut Vec::new()).await;
    (taken, messages.len())
}

#[tokio::test]
async fn what_was_pushed_is_taken_at_once() {
    let outbound = Outbound::new(&limits());
    let _ = outbound.push(text(1), Audience::Private);
    let _ = outbound.push(text(1), Audience::Public);

    assert_eq!(taken(&outbound).await, (Taken::Messages, 2));
}

#[tokio::test]
async fn one_message_too_many_cuts_off() {
    let outbound = Outbound::new(&limits());
    for _ in 0..4 {
        let _ = outbound.push(text(1), Audience::Private);
    }

    assert_eq!(
        taken(&outbound).await,
        (Taken::Last(SessionEnd::SlowConsumer), 0)
    );
}

#[tokio::test]
async fn copies_are_counted_one_by_one_and_keep_their_place_among_the_others() {
    let outbound = Outbound::new(&limits());
    let _ = outbound.push_copy(Frames::Text, b"a");
    let _ = outbound.push_copy(Frames::Binary, b"bc");
    let _ = outbound.push(text(1), Audience::Private);

    let mut messages = VecDeque::new();
    let taken = outbound.take(&mut messages, &mut Vec::new()).await;

    assert_eq!(taken, Taken::Messages);
    let counts: Vec<u64> = messages.iter().map(Waiting::count).collect();
    assert_eq!(counts, [2, 1]);
    let Waiting::Frames { bytes, .. } = &messages[0] else {
        panic!("copies come as frames");
    };
    assert_eq!(bytes, b"\x81\x01a\x82\x02bc");
    for _ in 0..4 {
        let _ = outbound.push_copy(Frames::Text, b"a");
    }
    let taken = outbound.take(&mut messages, &mut Vec::new()).await;
    assert_eq!(taken, Taken::Last(SessionEnd::SlowConsumer));
}

#[tokio::test]
async fn market_data_beyond_its_bound_drops_its_own_flow_alone() {
    let outbound = Outbound::new(&limits());
    let _ = outbound.push(text(50), Audience::Private);
    assert_eq!(outbound.offer(text(4), FLOW, 7).0, Offered::Taken);
    assert_eq!(outbound.offer(text(4), OTHER_FLOW, 1).0, Offered::Taken);

    assert_eq!(
        outbound.offer(text(4), FLOW, 8).0,
        Offered::NoRoom { first: 7 }
    );

    assert_eq!(outbound.offer(text(6), OTHER_FLOW, 2).0, Offered::Taken);
    assert_eq!(taken(&outbound).await, (Taken::Messages, 3));
}

#[tokio::test]
async fn what_is_due_is_told_with_what_waits() {
    let outbound = Outbound::new(&limits());

    assert!(outbound.note_due(FLOW));

    let (mut messages, mut due) = (VecDeque::new(), Vec::new());
    let taken = outbound.take(&mut messages, &mut due).await;
    assert_eq!(taken, Taken::Messages);
    assert_eq!(due, [FLOW]);
}

#[test]
fn a_report_behind_market_data_still_asks_for_a_wake_at_once() {
    let outbound = Outbound::new(&limits());

    assert!(outbound.push(text(1), Audience::Public));
    assert!(!outbound.push(text(1), Audience::Public));
    assert!(outbound.push(text(1), Audience::Private));
}

#[tokio::test]
async fn an_ending_session_writes_what_waited() {
    let outbound = Outbound::new(&limits());
    let _ = outbound.push(text(1), Audience::Private);
    outbound.end(SessionEnd::GoingAway);
    let _ = outbound.push(text(1), Audience::Private);

    assert_eq!(
        taken(&outbound).await,
        (Taken::Last(SessionEnd::GoingAway), 1)
    );
}
