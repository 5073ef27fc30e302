//! Builds reports: what one account is told of one event.

use std::borrow::Cow;

use engine::{
    Accepted, Canceled, Event, OrderSize, OriginalOutcome, Party, PastParty, PastTrade, Pegged,
    Prevented, Quote, Refilled, Rejected, Repeated, Replaced, Rested, SelfTradePrevention,
    SequenceNumber, Side, Timestamp, Trade, Triggered,
};
use ledger::Fee;
use protocol::{
    AssetName, EventId, ExactDecimal, Liquidity, OrderStatus, Quoted, Reason, Report, ReportKind,
    Scale,
};

use crate::egress::open_order::OpenOrder;
use crate::listing::{ListedInstrument, Listing};
use crate::native::translate;

/// Where an event stands.
#[derive(Debug, Clone, Copy)]
pub struct EventPlace {
    /// The command's place in the instrument's order.
    pub sequence: SequenceNumber,
    /// The event's place among those of the command.
    pub k: u32,
    /// Engine time of the command.
    pub at: Timestamp,
}

/// Whose part of a match a report tells, and what it paid for it.
#[derive(Debug, Clone, Copy)]
pub struct Leg {
    /// The order as it stands after the trade.
    pub party: Party,
    /// Resting or arriving.
    pub liquidity: Liquidity,
    /// What it cost.
    pub fee: Fee,
    /// Whether nothing of the order is left to trade.
    pub is_filled: bool,
}

/// One order's part in a trade that was taken back.
#[derive(Debug, Clone, Copy)]
pub struct BustedLeg {
    /// Which order, and whose.
    pub party: PastParty,
    /// Bought or sold.
    pub side: Side,
    /// Resting or arriving.
    pub liquidity: Liquidity,
    /// What it had cost, and is given back.
    pub fee: Fee,
}

/// Whether a refusal is one of a new order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IsEntry {
    /// A new order was refused.
    Yes,
    /// A request about another order was refused.
    No,
}

/// Builds reports of one instrument's events.
#[derive(Debug, Clone, Copy)]
pub struct ReportBuilder<'a> {
    listing: &'a Listing,
    listed: &'a ListedInstrument,
}

impl<'a> ReportBuilder<'a> {
    /// Builds reports of `listed`'s events.
    pub const fn new(listing: &'a Listing, listed: &'a ListedInstrument) -> Self {
        Self { listing, listed }
    }

    const fn scale(self) -> Scale {
        self.listed.scale
    }

    fn report(self, kind: ReportKind, place: EventPlace) -> Report {
        let event = EventId {
            seq: place.sequence.0,
            k: place.k,
        };
        Report {
            event: Some(event),
            ..Report::new(kind, self.listed.symbol, translate::at_us(place.at))
        }
    }

    /// A report that carries what every report of a known order carries.
    fn of_order(self, kind: ReportKind, place: EventPlace, order: Option<&OpenOrder>) -> Report {
        let mut report = self.report(kind, place);
        if let Some(order) = order {
            let scale = self.scale();
            report.order_id = Some(order.order_id.0);
            report.client_order_id = order.client_order_id.map(translate::wire_client_order_id);
            report.side = Some(translate::wire_side(order.side));
            report.price = order.price.map(|price| scale.price(price.units()));
            (report.quantity, report.quote_amount) = self.size(order.size);
            report.filled_quantity = Some(scale.quantity(order.filled_quantity.units()));
            report.leaves_quantity = Some(scale.quantity(order.leaves_quantity.units()));
            report.status = Some(open_status(order));
        }
        report
    }

    fn size(self, size: OrderSize) -> (Option<ExactDecimal>, Option<ExactDecimal>) {
        match size {
            OrderSize::Quantity(quantity) => (Some(self.scale().quantity(quantity.units())), None),
            OrderSize::QuoteAmount(amount) => (None, Some(self.scale().notional(amount.units()))),
        }
    }

    /// The order passed admission.
    pub fn accepted(
        self,
        place: EventPlace,
        accepted: &Accepted,
        order: Option<&OpenOrder>,
    ) -> Report {
        let mut report = self.of_order(ReportKind::Accepted, place, order);
        report.order_id = Some(accepted.order_id.0);
        report
    }

    /// The order rests.
    pub fn rested(self, place: EventPlace, rested: &Rested, order: Option<&OpenOrder>) -> Report {
        let mut report = self.of_order(ReportKind::Rested, place, order);
        report.order_id = Some(rested.order_id.0);
        if !rested.hidden_quantity.is_zero() {
            let shown = rested.displayed_quantity.units();
            report.displayed_quantity = Some(self.scale().quantity(shown));
        }
        report
    }

    /// The price that the order waited for was reached.
    pub fn triggered(
        self,
        place: EventPlace,
        triggered: &Triggered,
        order: Option<&OpenOrder>,
    ) -> Report {
        let mut report = self.of_order(ReportKind::Triggered, place, order);
        report.order_id = Some(triggered.order_id.0);
        report
    }

    /// The iceberg shows its next slice.
    pub fn refilled(
        self,
        place: EventPlace,
        refilled: &Refilled,
        order: Option<&OpenOrder>,
    ) -> Report {
        let shown = refilled.displayed_quantity.units();
        let mut report = self.of_order(ReportKind::Refilled, place, order);
        report.order_id = Some(refilled.order_id.0);
        report.displayed_quantity = Some(self.scale().quantity(shown));
        report
    }

    /// The order got its price from the book, or lost it.
    pub fn pegged(self, place: EventPlace, pegged: &Pegged, order: Option<&OpenOrder>) -> Report {
        let kind = match pegged.price {
            Some(_) => ReportKind::Pegged,
            None => ReportKind::Parked,
        };
        let mut report = self.of_order(kind, place, order);
        report.order_id = Some(pegged.order_id.0);
        report
    }

    /// The order traded.
    pub fn trade(
        self,
        place: EventPlace,
        trade: &Trade,
        leg: &Leg,
        order: Option<&OpenOrder>,
    ) -> Report {
        let scale = self.scale();
        let mut report = self.of_order(ReportKind::Trade, place, order);
        report.order_id = Some(leg.party.order_id.0);
        report.filled_quantity = Some(scale.quantity(leg.party.filled_quantity.units()));
        report.leaves_quantity = Some(scale.quantity(leg.party.leaves_quantity.units()));
        report.status = Some(if leg.is_filled {
            OrderStatus::Filled
        } else {
            OrderStatus::PartiallyFilled
        });
        report.last_price = Some(scale.price(trade.price.units()));
        report.last_quantity = Some(scale.quantity(trade.quantity.units()));
        report.trade_id = Some(trade.trade_id.0);
        report.liquidity = Some(leg.liquidity);
        (report.fee, report.fee_asset) = self.fee(leg.fee);
        report
    }

    /// A trade of the order was taken back.
    pub fn busted(self, place: EventPlace, trade: &PastTrade, leg: &BustedLeg) -> Report {
        let scale = self.scale();
        let mut report = self.report(ReportKind::Busted, place);
        report.order_id = Some(leg.party.order_id.0);
        report.side = Some(translate::wire_side(leg.side));
        report.last_price = Some(scale.price(trade.price.units()));
        report.last_quantity = Some(scale.quantity(trade.quantity.units()));
        report.trade_id = Some(trade.trade_id.0);
        report.liquidity = Some(leg.liquidity);
        (report.fee, report.fee_asset) = self.fee(leg.fee);
        report
    }

    fn fee(self, fee: Fee) -> (Option<ExactDecimal>, Option<AssetName>) {
        match self.listing.asset(fee.asset) {
            Some(asset) => (
                Some(ExactDecimal::new(fee.amount.units(), asset.decimals)),
                Some(asset.name),
            ),
            None => (None, None),
        }
    }

    /// The order, or what was left of it, ended.
    pub fn canceled(
        self,
        place: EventPlace,
        canceled: &Canceled,
        order: Option<&OpenOrder>,
    ) -> Report {
        let scale = self.scale();
        let mut report = self.of_order(ReportKind::Canceled, place, order);
        report.order_id = Some(canceled.order_id.0);
        report.side = Some(translate::wire_side(canceled.side));
        report.filled_quantity = Some(scale.quantity(canceled.filled_quantity.units()));
        report.leaves_quantity = Some(scale.quantity(0));
        report.canceled_quantity = Some(scale.quantity(canceled.canceled_quantity.units()));
        report.status = Some(OrderStatus::Canceled);
        report.reason = Some(translate::cancel_reason(canceled.reason));
        report
    }

    /// The order was changed.
    pub fn replaced(
        self,
        place: EventPlace,
        replaced: &Replaced,
        order: Option<&OpenOrder>,
    ) -> Report {
        let mut report = self.of_order(ReportKind::Replaced, place, order);
        report.order_id = Some(replaced.order_id.0);
        report.priority = Some(translate::wire_priority(replaced.priority));
        report
    }

    /// The request was refused by the engine.
    pub fn rejected(self, place: EventPlace, rejected: &Rejected, is_entry: IsEntry) -> Report {
        let mut report = self.report(ReportKind::Rejected, place);
        report.order_id = rejected.order_id.map(|id| id.0);
        report.client_order_id = rejected
            .client_order_id
            .map(translate::wire_client_order_id);
        report.status = (is_entry == IsEntry::Yes).then_some(OrderStatus::Rejected);
        report.reason = Some(translate::reject_reason(rejected.reason));
        report.text = Some(Cow::Borrowed(rejected.reason.sentence()));
        report
    }

    /// What a quote came to.
    pub fn quoted(
        self,
        quote: &Quote,
        events: &[Event],
        (request, at_us): (Option<u64>, u64),
    ) -> Quoted {
        let mut quoted = Quoted {
            request,
            symbol: self.listed.symbol,
            mmp_group: quote.group.0,
            bid_order_id: None,
            ask_order_id: None,
            reason: None,
            text: None,
            at_us,
        };
        for event in events {
            if let Event::Accepted(accepted) = event
                && accepted.account == quote.account
            {
                match accepted.side {
                    Side::Buy => quoted.bid_order_id = Some(accepted.order_id.0),
                    Side::Sell => quoted.ask_order_id = Some(accepted.order_id.0),
                }
            } else if let Event::Rejected(rejected) = event {
                quoted.reason = Some(translate::reject_reason(rejected.reason));
                quoted.text = Some(Cow::Borrowed(rejected.reason.sentence()));
            }
        }
        quoted
    }

    /// The submit repeats one that was decided before.
    pub fn repeated(
        self,
        place: EventPlace,
        repeated: &Repeated,
        order: Option<&OpenOrder>,
    ) -> Report {
        let mut report = self.of_order(ReportKind::Repeated, place, order);
        report.client_order_id = Some(translate::wire_client_order_id(repeated.client_order_id));
        match repeated.original {
            OriginalOutcome::Accepted(order_id) => report.order_id = Some(order_id.0),
            OriginalOutcome::Rejected(reason) => {
                report.status = Some(OrderStatus::Rejected);
                report.reason = Some(translate::reject_reason(reason));
                report.text = Some(Cow::Borrowed(reason.sentence()));
            }
        }
        report
    }

    /// The order met another one of its self-trade scope.
    pub fn prevented(
        self,
        place: EventPlace,
        prevented: &Prevented,
        liquidity: Liquidity,
        order: Option<&OpenOrder>,
    ) -> Report {
        let scale = self.scale();
        let mut report = self.of_order(ReportKind::Prevented, place, order);
        let (order_id, leaves_quantity) = match liquidity {
            Liquidity::Taker => (prevented.taker, prevented.taker_leaves_quantity),
            Liquidity::Maker => (prevented.maker, prevented.maker_leaves_quantity),
        };
        report.order_id = Some(order_id.0);
        report.leaves_quantity = Some(scale.quantity(leaves_quantity.units()));
        report.last_price = Some(scale.price(prevented.price.units()));
        report.last_quantity = Some(scale.quantity(prevented.quantity.units()));
        report.liquidity = Some(liquidity);
        report.reason = Some(Reason::SelfTradePrevention);
        // What is prevented is neither traded nor canceled: nothing else says that the order is over.
        if prevented.mode == SelfTradePrevention::Decrement && leaves_quantity.is_zero() {
            report.status = Some(OrderStatus::Canceled);
        }
        report
    }
}

/// Where an order that has not ended stands.
const fn open_status(order: &OpenOrder) -> OrderStatus {
    if order.filled_quantity.is_zero() {
        OrderStatus::New
    } else {
        OrderStatus::PartiallyFilled
    }
}
