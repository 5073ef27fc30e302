//! Goal: the report stream of each of the five flows is the naive book's, report for report, and so is the book
//! at every audited message. Method: the flows, sent one by one through the ABI's symbols; 40,000 operations
//! of each, or what `RIALTO_ABI_OPERATIONS` says (2,000,000 is the full size).

use benches::workload::{Flow, OperationCount, flow};
use benches::{Operation, OperationKind, SEED};
use engine_abi::{
    CancelMessage, ModifyMessage, NewOrderMessage, engine_query_best_ask, engine_query_best_bid,
    engine_query_depth_at,
};

use crate::book::Book;
use crate::naive::NaiveBook;

const OPERATIONS_SHORT: usize = 40_000;
/// The book is looked at after every so many messages.
const AUDITED_EVERY: usize = 97;

fn operations_of_each_flow() -> OperationCount {
    std::env::var("RIALTO_ABI_OPERATIONS").map_or(OperationCount(OPERATIONS_SHORT), |text| {
        let number = text.replace('_', "").parse();
        OperationCount(number.expect("RIALTO_ABI_OPERATIONS is a number"))
    })
}

fn seed() -> u64 {
    std::env::var("RIALTO_SEED").map_or(SEED, |text| text.parse().expect("RIALTO_SEED is a number"))
}

#[test]
fn every_flow_is_reported_as_the_naive_book_reports_it() {
    let seed = seed();
    println!("RIALTO_SEED={seed}");
    for kind in Flow::ALL {
        let workload = flow(kind, seed, operations_of_each_flow());
        let mut run = Run::open();

        for (number, operation) in workload.operations.iter().enumerate() {
            run.send(number, operation);
            assert_eq!(
                run.reports, run.expected,
                "{}, seed {seed}, message {number}: {operation:?}",
                workload.name
            );
            if number % AUDITED_EVERY == 0 {
                run.audit(operation, workload.name);
            }
        }

        println!(
            "{}: {} reports, {} trades",
            workload.name, run.count, run.trades
        );
        assert!(run.trades > 0, "{} trades", workload.name);
    }
}

/// The engine behind the ABI, and the naive book beside it.
struct Run {
    book: Book,
    naive: NaiveBook,
    reports: Vec<engine_abi::Report>,
    expected: Vec<engine_abi::Report>,
    count: usize,
    trades: usize,
}

impl Run {
    fn open() -> Self {
        Self {
            book: Book::open(),
            naive: NaiveBook::default(),
            reports: Vec::new(),
            expected: Vec::new(),
            count: 0,
            trades: 0,
        }
    }

    fn send(&mut self, number: usize, operation: &Operation) {
        self.reports.clear();
        self.expected.clear();
        let sequence_number = number as u64;
        let side = operation.side as u8;
        match operation.kind {
            OperationKind::Submit | OperationKind::SubmitImmediate => {
                let message = NewOrderMessage {
                    order_id: operation.id,
                    sequence_number,
                    price_ticks: operation.price,
                    quantity: operation.quantity,
                    side,
                    ioc: u8::from(operation.kind == OperationKind::SubmitImmediate),
                    padding: [0; 2],
                };
                self.book.new_order(&message);
                self.naive.new_order(&message, &mut self.expected);
            }
            OperationKind::Cancel => {
                let message = CancelMessage {
                    order_id: operation.id,
                    sequence_number,
                };
                self.book.cancel_as(&message);
                self.naive.cancel(&message, &mut self.expected);
            }
            OperationKind::Replace => {
                let message = ModifyMessage {
                    order_id: operation.id,
                    sequence_number,
                    new_price_ticks: operation.price,
                    new_quantity: operation.quantity,
                    side,
                    padding: [0; 3],
                };
                self.book.modify_as(&message);
                self.naive.modify(&message, &mut self.expected);
            }
        }
        self.book.drain(&mut self.reports);
        self.count += self.reports.len();
        self.trades += self
            .reports
            .iter()
            .filter(|report| report.kind == 1)
            .count();
    }

    fn audit(&self, operation: &Operation, flow: &str) {
        let (price, side) = (operation.price, operation.side as u8);
        let best = |side| self.naive.best(side);
        assert_eq!(
            engine_query_best_bid(),
            best(0).unwrap_or(i64::MIN),
            "{flow}"
        );
        assert_eq!(
            engine_query_best_ask(),
            best(1).unwrap_or(i64::MAX),
            "{flow}"
        );
        let depth = self.naive.depth_at(price, side);
        assert_eq!(engine_query_depth_at(price, side), depth, "{flow}");
    }
}
