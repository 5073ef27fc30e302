//! What this persona knows of its accounts after a start: the history's newest records, in the venue's words.

use std::collections::HashMap;

use engine::{
    CancelReason, Notional, OrderSize, Price, Quantity, SelfTradePrevention, SequenceNumber, Side,
};
use history::{Execution, FeeAsset, OrderRecord, OrderStatus, Role};
use ledger::Money;

use crate::binance::amount::Amount;
use crate::binance::orders::endings::end_of;
use crate::binance::orders::order::{
    Attributes, VenueOrder, iceberg, nameless, order_type, stop_of, time_in_force,
};
use crate::binance::orders::registry::{AccountOrders, execution_of, prevented_of};
use crate::binance::orders::report::{AccountTrade, Amendment, Fill, PreventedMatch};
use crate::binance::words::Status;
use crate::listing::{ListedInstrument, Listing};
use crate::native::translate::at_us;

/// The newest records of one account in one instrument, oldest first.
#[derive(Debug, Default)]
pub struct Recalled {
    /// Orders, open ones too.
    pub orders: Vec<OrderRecord>,
    /// Executions.
    pub executions: Vec<Execution>,
    /// Amendments.
    pub amendments: Vec<history::Amendment>,
    /// Prevented matches.
    pub prevented: Vec<history::PreventedMatch>,
}

impl Recalled {
    /// Everything in the venue's words. What only this persona was told of an order (its strategy, its list, the id
    /// that an amendment gave it) is in no event, and is gone.
    pub fn orders(self, listing: &Listing, listed: &ListedInstrument) -> AccountOrders {
        let mut account = AccountOrders::default();
        let prevented = prevented_matches(&self.prevented);
        let ended_by_owner = ended_by_owner(&self.orders);
        for record in &self.orders {
            let mut order = recorded(record, &ended_by_owner);
            let mut of_order = prevented.iter().rev();
            order.prevented_match_id = of_order
                .find(|it| it.taker == order.order_id || it.maker == order.order_id)
                .map(|it| it.id);
            let order_id = order.order_id;
            account.list(order);
            if record.status.has_ended() {
                account.close(order_id);
            }
        }
        for execution in &self.executions {
            account.traded(trade_of(listing, listed, execution));
        }
        for amendment in &self.amendments {
            account.amended(amendment_of(amendment));
        }
        for one in prevented {
            account.was_prevented(one);
        }
        account
    }
}

/// The commands by which the owner ended orders.
fn ended_by_owner(orders: &[OrderRecord]) -> Vec<SequenceNumber> {
    let ended = orders.iter().filter(|order| {
        matches!(
            order.status,
            OrderStatus::Canceled {
                reason: CancelReason::Requested | CancelReason::MassCancel,
                ..
            }
        )
    });
    let mut ended: Vec<_> = ended.map(|order| order.last_event.sequence).collect();
    ended.sort_unstable();
    ended
}

fn recorded(record: &OrderRecord, ended_by_owner: &[SequenceNumber]) -> VenueOrder {
    let conditions = record.conditions.as_deref();
    let (stop_price, trailing_delta) = stop_of(conditions);
    let (quantity, quote_amount) = match record.size {
        OrderSize::Quantity(quantity) => (quantity, Notional::ZERO),
        OrderSize::QuoteAmount(amount) => (Quantity::ZERO, amount),
    };
    let mut order = VenueOrder {
        order_id: record.order_id,
        account: record.account,
        client_order_id: record
            .client_order_id
            .unwrap_or_else(|| nameless(record.order_id)),
        side: record.side,
        order_type: order_type(record.kind, record.post_only, conditions),
        time_in_force: time_in_force(record.time_in_force),
        price: record.price.unwrap_or(Price::from_units(0)),
        quantity,
        quote_amount,
        executed: record.filled_quantity,
        cumulative_quote: record.filled_notional,
        status: Status::New,
        stop_price,
        trailing_delta,
        iceberg: iceberg(record.display),
        self_trade_prevention: record.self_trade_prevention,
        attributes: Attributes::default(),
        entered_us: at_us(record.entered_at),
        updated_us: at_us(record.last_event.at),
        working_us: record.working_since.map(at_us),
        prevented: record.prevented_quantity,
        prevented_match_id: None,
        expiry_reason: None,
        amendments: record.replace_count,
    };
    let waits_for_parent = conditions.is_some_and(|it| it.parent.is_some());
    match record.status {
        OrderStatus::Filled => order.status = Status::Filled,
        OrderStatus::Canceled { reason, .. } => {
            let reason = asked_for(reason, record.last_event.sequence, ended_by_owner);
            let (_, status, expiry_reason) = end_of(reason, &order);
            (order.status, order.expiry_reason) = (status, expiry_reason);
        }
        OrderStatus::Entering | OrderStatus::Waiting | OrderStatus::Resting
            if !order.executed.is_zero() =>
        {
            order.status = Status::PartiallyFilled;
        }
        OrderStatus::Waiting if waits_for_parent => order.status = Status::PendingNew,
        OrderStatus::Entering | OrderStatus::Waiting | OrderStatus::Resting => {}
    }
    order
}

/// One that ended with another that its owner ended was ended by its owner too.
fn asked_for(
    reason: CancelReason,
    sequence: SequenceNumber,
    ended_by_owner: &[SequenceNumber],
) -> CancelReason {
    let is_tied = matches!(reason, CancelReason::OcoPartner | CancelReason::ParentEnded);
    if is_tied && ended_by_owner.binary_search(&sequence).is_ok() {
        return CancelReason::Requested;
    }
    reason
}

fn trade_of(listing: &Listing, listed: &ListedInstrument, execution: &Execution) -> AccountTrade {
    let (trade, leg) = (&execution.trade, execution.leg());
    let asset = match leg.fee.asset {
        FeeAsset::Base => listed.terms.base,
        FeeAsset::Quote => listed.terms.quote,
    };
    let asset = listing
        .asset(asset)
        .expect("fees are taken in listed assets");
    AccountTrade {
        order_id: leg.order_id,
        list_id: None,
        fill: Fill {
            trade_id: trade.trade_id,
            price: trade.price,
            quantity: trade.quantity,
            commission: Amount::of_money(Money::from_units(leg.fee.amount), asset.decimals),
            commission_asset: asset.name,
            is_maker: execution.role == Role::Maker,
        },
        is_buyer: execution.side() == Side::Buy,
        at_us: at_us(trade.event.at),
    }
}

fn amendment_of(amendment: &history::Amendment) -> Amendment {
    let id = amendment
        .client_order_id
        .unwrap_or_else(|| nameless(amendment.order_id));
    Amendment {
        order_id: amendment.order_id,
        execution_id: execution_of(amendment.event.sequence.0),
        former_id: id,
        new_id: id,
        former_quantity: amendment.quantity_before,
        new_quantity: amendment.quantity,
        at_us: at_us(amendment.event.at),
    }
}

/// Each with the number that it was told with.
fn prevented_matches(records: &[history::PreventedMatch]) -> Vec<PreventedMatch> {
    let mut of_command: HashMap<SequenceNumber, u64> = HashMap::new();
    let told = records.iter().map(|record| {
        let place = of_command.entry(record.event.sequence).or_default();
        let id = prevented_of(record.event.sequence.0).saturating_add(*place);
        *place = place.saturating_add(1);
        let lost = |quantity: Quantity, is_lost: bool| is_lost.then_some(quantity);
        let (taker_lost, maker_lost) = match record.mode {
            SelfTradePrevention::None => (false, false),
            SelfTradePrevention::CancelNewest => (true, false),
            SelfTradePrevention::CancelOldest => (false, true),
            SelfTradePrevention::CancelBoth | SelfTradePrevention::Decrement => (true, true),
        };
        PreventedMatch {
            id,
            taker: record.taker,
            taker_account: record.taker_account,
            maker: record.maker,
            price: record.price,
            taker_prevented: lost(record.taker_prevented_quantity, taker_lost),
            maker_prevented: lost(record.maker_prevented_quantity, maker_lost),
            mode: record.mode,
            at_us: at_us(record.event.at),
        }
    });
    told.collect()
}
