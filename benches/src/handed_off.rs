//! The shared library's adapter under the flows, each report handed to another thread that drains it.
//!
//! The clock runs until the last report has left the queue: the hand-off is inside, as in the public benchmark.

use std::hint::spin_loop;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use engine_abi::{
    Adapter, CancelMessage, ModifyMessage, NewOrderMessage, Outlet, Report, ReportRing,
};

use crate::measure::timed;
use crate::operation::{Operation, OperationKind};
use crate::workload::Workload;

/// Reports under way, at most: as many as the public benchmark allows.
const REPORTS_MAX: u32 = 1 << 20;

/// A message of the ABI, made before the clock starts.
enum Message {
    NewOrder(NewOrderMessage),
    Cancel(CancelMessage),
    Modify(ModifyMessage),
}

/// How long a workload takes with its reports drained by another thread, and how many reports that were.
pub fn run_handed_off(workload: &Workload) -> (Duration, u64) {
    let messages: Vec<Message> = (0..)
        .zip(&workload.operations)
        .map(|(number, operation)| message_of(number, operation))
        .collect();
    run(&messages, Adapter::new, |adapter, messages| {
        for message in messages {
            match message {
                Message::NewOrder(message) => adapter.new_order(message),
                Message::Cancel(message) => adapter.cancel(message),
                Message::Modify(message) => adapter.modify(message),
            }
        }
    })
}

/// The same without an engine, one report for each message: what the queue alone can carry.
pub fn run_queue_alone(workload: &Workload) -> Duration {
    let messages: Vec<Message> = (0..)
        .zip(&workload.operations)
        .map(|(number, operation)| message_of(number, operation))
        .collect();
    let itself = |outlet: Outlet| outlet;
    let (elapsed, _) = run(&messages, itself, |outlet, messages| {
        for message in messages {
            let (order_id, sequence_number) = match message {
                Message::NewOrder(message) => (message.order_id, message.sequence_number),
                Message::Cancel(message) => (message.order_id, message.sequence_number),
                Message::Modify(message) => (message.order_id, message.sequence_number),
            };
            outlet.push(&Report {
                sequence_number,
                order_id,
                ..Report::default()
            });
        }
    });
    elapsed
}

/// Sets up what pushes before the clock starts, as the public benchmark does, and ends it after the clock stands.
fn run<P>(
    messages: &[Message],
    set_up: impl FnOnce(Outlet) -> P,
    work: impl FnOnce(&mut P, &[Message]),
) -> (Duration, u64) {
    let ring = ReportRing::new(REPORTS_MAX);
    let mut pushing = set_up(Outlet::Own(&raw const ring));
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let drainer = scope.spawn(|| drain(&ring, &is_over));
        let (elapsed, count) = timed(|| {
            work(&mut pushing, messages);
            is_over.store(true, Ordering::Release);
            drainer.join().expect("the drainer ends")
        });
        (elapsed, count)
    })
}

/// Takes reports until the work is over and none is left.
fn drain(ring: &ReportRing, is_over: &AtomicBool) -> u64 {
    let mut report = Report::default();
    let mut count = 0;
    loop {
        let may_end = is_over.load(Ordering::Acquire);
        while ring.try_pop(&mut report) {
            count += 1;
        }
        if may_end {
            return count;
        }
        spin_loop();
    }
}

fn message_of(sequence_number: u64, operation: &Operation) -> Message {
    let side = operation.side as u8;
    match operation.kind {
        OperationKind::Submit | OperationKind::SubmitImmediate => {
            Message::NewOrder(NewOrderMessage {
                order_id: operation.id,
                sequence_number,
                price_ticks: operation.price,
                quantity: operation.quantity,
                side,
                ioc: u8::from(operation.kind == OperationKind::SubmitImmediate),
                padding: [0; 2],
            })
        }
        OperationKind::Cancel => Message::Cancel(CancelMessage {
            order_id: operation.id,
            sequence_number,
        }),
        OperationKind::Replace => Message::Modify(ModifyMessage {
            order_id: operation.id,
            sequence_number,
            new_price_ticks: operation.price,
            new_quantity: operation.quantity,
            side,
            padding: [0; 3],
        }),
    }
}
