//! Where a live model's orders go: scaled to the exchange's lots, as intents.

use std::collections::VecDeque;

use protocol::Side;

use crate::flow::intent::{Action, IntendedKind, IntendedOrder, OrderNumber};
use crate::flow::live_model::{MODEL_LOTS, Seen};
use crate::flow::market::{Market, MarketFact, ModelNumber, VisibleLevel};
use crate::flow::model::{ModelOrder, Style};

/// Takes a model's orders to be sent.
pub(super) struct Outbox<'a> {
    pub(super) seen: &'a Seen,
    pub(super) actions: &'a mut VecDeque<Action>,
    pub(super) quote_lots: u64,
    pub(super) lots_min: u64,
    pub(super) price_max_ticks: i64,
}

impl Outbox<'_> {
    fn lots(&self, model_lots: u64) -> u64 {
        let lots = u128::from(model_lots) * u128::from(self.quote_lots) / u128::from(MODEL_LOTS);
        u64::try_from(lots).unwrap_or(u64::MAX).max(self.lots_min)
    }
}

impl Market for Outbox<'_> {
    fn level(&self, side: Side, place: usize) -> Option<VisibleLevel> {
        let levels = match side {
            Side::Buy => &self.seen.bids,
            Side::Sell => &self.seen.asks,
        };
        let level = levels.get(place)?;
        Some(VisibleLevel {
            ticks: level.ticks,
            lots: (u128::from(level.lots) * u128::from(MODEL_LOTS) / u128::from(self.quote_lots))
                .try_into()
                .unwrap_or(u64::MAX)
                .max(1),
        })
    }

    fn submit(&mut self, _at_ns: u64, order: &ModelOrder) {
        let ticks = order.ticks.clamp(1, self.price_max_ticks);
        self.actions.push_back(Action::Submit(IntendedOrder {
            number: OrderNumber(order.number.0),
            side: order.side,
            kind: match order.style {
                Style::Displayed => IntendedKind::Quote { ticks },
                Style::Hidden => IntendedKind::Hidden { ticks },
                Style::Immediate => IntendedKind::ImmediateOrCancel { ticks },
            },
            lots: self.lots(order.lots),
        }));
    }

    fn cancel(&mut self, _at_ns: u64, number: ModelNumber) {
        self.actions
            .push_back(Action::Cancel(OrderNumber(number.0)));
    }

    fn reduce(&mut self, _at_ns: u64, number: ModelNumber, _lots: u64) {
        // A feed's session has no word for less of an order: it goes whole.
        self.actions
            .push_back(Action::Cancel(OrderNumber(number.0)));
    }

    fn take_facts(&mut self, _facts: &mut Vec<MarketFact>) {}
}
