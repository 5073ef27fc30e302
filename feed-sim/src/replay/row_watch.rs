//! Knows when everything that one row caused has been told.
//!
//! An answer comes first; trades and the order's coming to rest follow. Each trade is told to both sides, the taker
//! first: where both are ours, only when the second side is told may the next row be judged.

use std::collections::HashSet;

use protocol::{Liquidity, OrderStatus, Report, ReportKind};

/// What the row at hand still waits for.
#[derive(Debug, Default)]
pub struct RowWatch {
    order: u64,
    awaits: Awaits,
    /// Trades of our takers whose makers have not been told.
    half_told: HashSet<u64>,
}

/// Whom one of our orders traded with, as far as is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counterparty {
    /// It did not trade, or with an order of ours, or that is not known yet.
    Ours,
    /// Somebody else took it.
    Stranger,
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

    /// Takes in a report about one of our orders; says whether somebody else took it.
    pub fn note(&mut self, report: &Report, order: u64) -> Counterparty {
        let mut counterparty = Counterparty::Ours;
        if let (ReportKind::Trade, Some(trade), Some(liquidity)) =
            (report.kind, report.trade_id, report.liquidity)
        {
            match liquidity {
                Liquidity::Taker => {
                    self.half_told.insert(trade);
                }
                Liquidity::Maker if !self.half_told.remove(&trade) => {
                    counterparty = Counterparty::Stranger;
                }
                Liquidity::Maker => {}
            }
        }
        if order == self.order && self.is_settled_by(report) {
            self.awaits = Awaits::Nothing;
        }
        counterparty
    }

    /// Nothing more is told of what was asked: the makers that are still missing are others'.
    pub fn hear_last_word(&mut self) {
        self.half_told.clear();
    }

    /// Whether all is told but the makers of some trades, who may be others.
    pub fn awaits_makers(&self) -> bool {
        self.awaits == Awaits::Nothing && !self.half_told.is_empty()
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
    fn a_maker_whose_taker_was_not_told_was_taken_by_somebody_else() {
        let mut watch = RowWatch::default();
        let of_ours = [
            trade(1, Liquidity::Taker, OrderStatus::PartiallyFilled),
            trade(1, Liquidity::Maker, OrderStatus::Filled),
        ];

        for told in &of_ours {
            assert_eq!(watch.note(told, 7), Counterparty::Ours);
        }
        let stranger = trade(2, Liquidity::Maker, OrderStatus::Filled);
        assert_eq!(watch.note(&stranger, 3), Counterparty::Stranger);
        assert!(watch.is_done());
    }

    #[test]
    fn a_taker_whose_maker_is_somebody_else_is_settled_by_the_last_word() {
        let mut watch = RowWatch::default();
        watch.await_entry(7);

        watch.note(&trade(1, Liquidity::Taker, OrderStatus::Filled), 7);
        assert!(watch.awaits_makers() && !watch.is_done());
        watch.hear_last_word();

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
