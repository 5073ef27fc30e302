//! Each operation written down as the command that an exchange puts into its journal.

use engine::{
    ClientIdPolicy, Command, Display, ExternalId, NewOrder, Notional, OrderId, OrderKind, OrderRef,
    OrderSize, PostOnly, Price, Quantity, SelfTradePrevention, Sequenced, TimeInForce,
};

use super::{ACCOUNT, ByExternalId, EngineBook, cancel, placed, replace};
use crate::book::Book;
use crate::operation::{Operation, OperationKind};
use crate::trade_fold::TradeFold;
use crate::workload::Workload;

/// The engine, its orders named by the outside world, each operation written down as the command that an exchange
/// puts into its journal.
#[derive(Debug)]
pub struct EngineByCommand(EngineBook);

impl Book for EngineByCommand {
    fn for_workload(workload: &Workload) -> Self {
        Self(EngineBook::for_workload(workload))
    }

    #[inline]
    fn apply(&mut self, operation: &Operation, fold: &mut TradeFold) {
        let id = ExternalId(operation.id);
        let named = OrderRef::External(id);
        let command = next_command(&mut self.0.sequence, operation, Some(id), named);
        self.0.engine.apply(&command, &mut ByExternalId(fold));
    }
}

/// A command that names orders by the engine's own ids: for workloads whose ids count up from 1.
pub fn command_by_id(operation: &Operation) -> Command {
    let order = OrderRef::Id(OrderId(operation.id));
    next_command(&mut 0, operation, None, order).command
}

#[expect(
    clippy::inline_always,
    reason = "measured: a command is built where it is used, not copied there"
)]
#[inline(always)]
fn next_command(
    sequence: &mut u64,
    operation: &Operation,
    id: Option<ExternalId>,
    order: OrderRef,
) -> Sequenced<Command> {
    *sequence += 1;
    let sequence = *sequence;
    // Around each command and not around the match: a match that is moved as a whole is copied.
    match operation.kind {
        OperationKind::Submit => placed(
            sequence,
            Command::Submit(new_order(operation, id, TimeInForce::GoodTillCanceled)),
        ),
        OperationKind::SubmitImmediate => placed(
            sequence,
            Command::Submit(new_order(operation, id, TimeInForce::ImmediateOrCancel)),
        ),
        OperationKind::Cancel => placed(sequence, Command::Cancel(cancel(order))),
        OperationKind::Replace => placed(sequence, Command::Replace(replace(operation, order))),
    }
}

#[expect(
    clippy::inline_always,
    reason = "measured: a command is built where it is used, not copied there"
)]
#[inline(always)]
fn new_order(
    operation: &Operation,
    external_id: Option<ExternalId>,
    time_in_force: TimeInForce,
) -> NewOrder {
    NewOrder {
        account: ACCOUNT,
        client_order_id: None,
        client_id_policy: ClientIdPolicy::OpenUnique,
        external_id,
        side: operation.side,
        kind: OrderKind::Limit {
            price: Price::from_units(operation.price),
        },
        size: OrderSize::Quantity(Quantity::from_units(u64::from(operation.quantity))),
        time_in_force,
        post_only: PostOnly::No,
        display: Display::Full,
        minimum_quantity: Quantity::ZERO,
        self_trade_prevention: SelfTradePrevention::None,
        stp_group: None,
        conditions: None,
        extra: Notional::ZERO,
    }
}
