//! Orders that were entered together and are tied to each other, and what is told of them together.

use engine::{AccountId, ClientOrderId, OrderId};

use crate::binance::orders::apply::Told;
use crate::binance::orders::block::Block;
use crate::binance::orders::registry::{AccountOrders, VenueOrders};
use crate::binance::words::{ExecutionType, Status};

/// Orders that were entered together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderList {
    /// Its number.
    pub id: u64,
    /// How its orders are tied: `OCO` or `OTO`.
    pub contingency: &'static str,
    /// Its owner's id of it.
    pub client_id: ClientOrderId,
    /// Its orders, with the ids that their owner gave them.
    pub orders: Vec<(OrderId, ClientOrderId)>,
    /// When it was entered.
    pub at_us: u64,
    /// How far it is.
    pub progress: ListProgress,
}

/// How far a list is, as its followers were told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListProgress {
    /// Some of its orders may be open.
    Executing,
    /// All of its orders have ended.
    Done,
}

/// What happened to a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListStep {
    /// It was entered.
    Started,
    /// One of its orders was amended.
    Updated,
    /// The last one of its orders has ended.
    Done,
}

/// What is told of a list at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListNews {
    /// The list.
    pub list: OrderList,
    /// Whose.
    pub account: AccountId,
    /// What happened.
    pub step: ListStep,
    /// When.
    pub at_us: u64,
}

impl VenueOrders {
    /// A list was entered: says what is told of it. It may be over already.
    pub fn note_list(&mut self, account: AccountId, list: OrderList) -> Vec<ListNews> {
        let (id, at_us) = (list.id, list.at_us);
        let mut news = vec![ListNews {
            list: list.clone(),
            account,
            step: ListStep::Started,
            at_us,
        }];
        let of_account = self.of_mut(account);
        of_account.keep_list(list);
        news.extend(done(of_account, (account, id), at_us));
        news
    }

    /// What a block means for lists: stops whose working order is filled wait for their price from now on,
    /// amendments are told, and the ends of lists.
    pub(super) fn follow_lists(&mut self, block: &Block<'_>, told: &mut Told) {
        let mut touched: Vec<(AccountId, u64)> = Vec::new();
        for report in &told.reports {
            let listed = report.order.attributes.list_id;
            let named = listed.map(|id| (report.order.account, id));
            touched.extend(named.filter(|named| !touched.contains(named)));
        }
        for (account, id) in touched {
            let is_of_list = |report: &&crate::binance::orders::Report| {
                report.order.account == account && report.order.attributes.list_id == Some(id)
            };
            let of_list = || told.reports.iter().filter(is_of_list);
            let is_filled = of_list().any(|report| report.order.status == Status::Filled);
            let is_amended = of_list().any(|report| report.execution == ExecutionType::Replaced);
            if is_filled {
                self.arm_stops(block, (account, id), told);
            }
            let of_account = self.of_mut(account);
            if is_amended && let Some(list) = of_account.list_with(id) {
                told.lists.push(ListNews {
                    list: list.clone(),
                    account,
                    step: ListStep::Updated,
                    at_us: block.at_us,
                });
            }
            told.lists
                .extend(done(of_account, (account, id), block.at_us));
        }
    }

    /// Stops of the list that waited for their working order wait for their price now.
    fn arm_stops(&mut self, block: &Block<'_>, (account, id): (AccountId, u64), told: &mut Told) {
        let Some(of_account) = self.of(account) else {
            return;
        };
        let armed: Vec<OrderId> = of_account
            .open()
            .filter(|order| order.attributes.list_id == Some(id))
            .filter(|order| order.status == Status::PendingNew && order.order_type.waits())
            .map(|order| order.order_id)
            .collect();
        for order_id in armed {
            self.arm(block, (account, order_id), told);
        }
    }

    /// A stop that waited for another order waits for its price from now on.
    fn arm(
        &mut self,
        block: &Block<'_>,
        (account, order_id): (AccountId, OrderId),
        told: &mut Told,
    ) {
        let Some(order) = self.order_mut(account, order_id) else {
            return;
        };
        order.status = Status::New;
        order.updated_us = block.at_us;
        let order = order.clone();
        self.tell(block, order, ExecutionType::New, told);
    }
}

/// The end of a list, where it has come and was not told.
fn done(
    of_account: &mut AccountOrders,
    (account, id): (AccountId, u64),
    at_us: u64,
) -> Option<ListNews> {
    let list = of_account.list_with(id)?;
    if list.progress == ListProgress::Done || of_account.is_open(list) {
        return None;
    }
    let list = of_account.end_list(id)?;
    Some(ListNews {
        list,
        account,
        step: ListStep::Done,
        at_us,
    })
}
