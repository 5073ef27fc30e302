//! Knows when everything that one row caused has been told.
//!
//! An answer comes first; trades and the order's coming to rest follow. Each trade is told to both
//! sides, and both are ours: only when the second side is told may the next row be judged.

use std::collections::HashSet;

use protocol::{Liquidity, OrderStatus, Report, ReportKind};

/// What the row at hand still waits for.
#[derive(Debug, Default)]
pub struct RowWatch {
    order: u64,
    awaits: Awaits,
    /// Trades of which one side has been told.
    half_told: HashSet<u64>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Awaits {
    /// Nothing was asked.
    #[default]
    Nothing,
    /// The fate of a new order: it rests, is filled, is canceled, or was refused.
    Entry,
    /// The one report that answers a change or a cancel.
    Answer,
}

impl RowWatch {
    /// Waits for the fate of a new order.
    pub fn await_entry(&mut self, order: u64) {
        self.order = order;
        self.awaits = Awaits::Entry;
    }

    /// Waits for the answer to a change or a cancel of an order.
    pub fn await_answer(&mut self, order: u64) {
        self.order = order;
        self.awaits = Awaits::Answer;
    }

    /// Takes in a report about one of our orders.
    pub fn note(&mut self, report: &Report, order: u64) {
        if let (ReportKind::Trade, Some(trade)) = (report.kind, report.trade_id)
            && !self.half_told.remove(&trade)
        {
            self.half_told.insert(trade);
        }
        if order == self.order && self.is_settled_by(report) {
            self.awaits = Awaits::Nothing;
        }
    }

    /// Waits no longer: the exchange's door refused the request.
    pub fn give_up(&mut self) {
        self.awaits = Awaits::Nothing;
    }

    /// Whether everything has been told.
    pub fn is_done(&self) -> bool {
        self.awaits == Awaits::Nothing && self.half_told.is_empty()
    }

    fn is_settled_by(&self, report: &Report) -> bool {
        match report.kind {
            ReportKind::Rejected | ReportKind::Canceled | ReportKind::Repeated => true,
            ReportKind::Rested => self.awaits == Awaits::Entry,
            ReportKind::Replaced => self.awaits == Awaits::Answer,
            ReportKind::Trade => {
                self.awaits == Awaits::Entry
                    && report.liquidity == Some(Liquidity::Taker)
                    && report.status == Some(OrderStatus::Filled)
            }
            ReportKind::Accepted
            | ReportKind::Prevented
            | ReportKind::Triggered
            | ReportKind::Refilled
            | ReportKind::Pegged
            | ReportKind::Parked
            | ReportKind::Busted => false,
        }
    }
}

#[cfg(test)]
mod tests {
    //! A row ends when both sides of its last trade are told.

    use super::*;

    fn report(kind: ReportKind) -> Report {
        Report::new(kind, "BTCUSD".parse().unwrap(), 0)
    }

    fn trade(trade: u64, liquidity: Liquidity, status: OrderStatus) -> Report {
        Report {
            trade_id: Some(trade),
            liquidity: Some(liquidity),
            status: Some(status),
            ..report(ReportKind::Trade)
        }
    }

    #[test]
    fn an_order_that_rests_is_settled_when_it_rests() {
        let mut watch = RowWatch::default();
        watch.await_entry(7);

        watch.note(&report(ReportKind::Accepted), 7);
        assert!(!watch.is_done());
        watch.note(&report(ReportKind::Rested), 7);
        assert!(watch.is_done());
    }

    #[test]
    fn a_filled_order_waits_for_its_makers_report() {
        let mut watch = RowWatch::default();
        watch.await_entry(7);

        watch.note(&report(ReportKind::Accepted), 7);
        watch.note(&trade(1, Liquidity::Taker, OrderStatus::Filled), 7);
        assert!(!watch.is_done());
        watch.note(&trade(1, Liquidity::Maker, OrderStatus::PartiallyFilled), 3);
        assert!(watch.is_done());
    }

    #[test]
    fn another_orders_end_settles_nothing() {
        let mut watch = RowWatch::default();
        watch.await_answer(7);

        watch.note(&report(ReportKind::Canceled), 8);
        assert!(!watch.is_done());
        watch.note(&report(ReportKind::Canceled), 7);
        assert!(watch.is_done());
    }
}
