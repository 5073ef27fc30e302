//! matchcore from the crate registry as a contestant; feature `peers`.
//!
//! It names orders by the sequence number of the command that entered them, so two arrays stand beside it that
//! turn our ids into its own and back: cheaper than any look-up, and in its favor. A replace is its amend.

use matchcore::{
    AmendCmd, AmendPatch, CancelCmd, Command, CommandKind, CommandMeta, CommandOutcome,
    CommandReport, LimitOrder, LimitOrderPatch, MatchResult, NewOrder, OrderBook, OrderFlags,
    OrderId, OrderKind, OrderOutcome, Price, Quantity, QuantityPolicy, SequenceNumber, Side,
    SubmitCmd, TimeInForce, Timestamp,
};

use crate::book::Book;
use crate::operation::{Operation, OperationKind};
use crate::trade_fold::TradeFold;
use crate::workload::Workload;

/// matchcore's book.
pub struct MatchcoreBook {
    book: OrderBook,
    sequence: u64,
    /// Its own ids, by ours.
    own_ids: Vec<u64>,
    /// Our ids, by its own.
    our_ids: Vec<u64>,
}

impl Book for MatchcoreBook {
    fn for_workload(workload: &Workload) -> Self {
        let all = || workload.resting.iter().chain(&workload.operations);
        let id_max = all().map(|operation| operation.id).max().unwrap_or(0);
        let ids = usize::try_from(id_max).expect("ids are few") + 1;
        Self {
            book: OrderBook::new("W"),
            sequence: 0,
            own_ids: vec![u64::MAX; ids],
            our_ids: vec![0; all().count()],
        }
    }

    #[inline]
    fn apply(&mut self, operation: &Operation, fold: &mut TradeFold) {
        let number = usize::try_from(operation.id).expect("ids are few");
        let kind = match operation.kind {
            OperationKind::Submit | OperationKind::SubmitImmediate => {
                self.own_ids[number] = self.sequence;
                let sequence = usize::try_from(self.sequence).expect("operations are few");
                self.our_ids[sequence] = operation.id;
                submit(operation)
            }
            OperationKind::Cancel => CommandKind::Cancel(CancelCmd {
                order_id: OrderId(self.own_ids[number]),
                order_kind: OrderKind::Limit,
            }),
            OperationKind::Replace => CommandKind::Amend(AmendCmd {
                order_id: OrderId(self.own_ids[number]),
                patch: AmendPatch::Limit(
                    LimitOrderPatch::new()
                        .with_price(price(operation))
                        .with_quantity_policy(quantity(operation)),
                ),
            }),
        };
        let outcome = self.book.execute(&Command {
            meta: CommandMeta {
                sequence_number: SequenceNumber(self.sequence),
                timestamp: Timestamp(self.sequence),
            },
            kind,
        });
        self.sequence += 1;
        if let CommandOutcome::Applied(
            CommandReport::Submit(effects) | CommandReport::Amend(effects),
        ) = &outcome
        {
            self.fold(effects.target_order(), operation.id, fold);
        }
    }
}

impl MatchcoreBook {
    #[inline]
    fn fold(&self, outcome: &OrderOutcome, taker: u64, fold: &mut TradeFold) {
        for trade in outcome
            .match_result()
            .into_iter()
            .flat_map(MatchResult::trades)
        {
            let maker = usize::try_from(trade.maker_order_id().0).expect("operations are few");
            let price = i64::try_from(trade.price().0).expect("prices are small");
            fold.trade(taker, self.our_ids[maker], price, trade.quantity().0);
        }
    }
}

#[inline]
fn price(operation: &Operation) -> Price {
    Price(u64::try_from(operation.price).expect("prices are positive"))
}

#[inline]
fn quantity(operation: &Operation) -> QuantityPolicy {
    QuantityPolicy::Standard {
        quantity: Quantity(u64::from(operation.quantity)),
    }
}

#[inline]
fn submit(operation: &Operation) -> CommandKind {
    let side = match operation.side {
        engine::Side::Buy => Side::Buy,
        engine::Side::Sell => Side::Sell,
    };
    let time_in_force = match operation.kind {
        OperationKind::SubmitImmediate => TimeInForce::Ioc,
        OperationKind::Submit | OperationKind::Cancel | OperationKind::Replace => TimeInForce::Gtc,
    };
    CommandKind::Submit(SubmitCmd {
        order: NewOrder::Limit(LimitOrder::new(
            price(operation),
            quantity(operation),
            OrderFlags::new(side, false, time_in_force),
        )),
    })
}
