//! What the exchange says, as facts for the follower.

use protocol::{ErrorCode, ExactDecimal, Reason, Report, ReportKind, ServerMessage};

use crate::error::FeedError;
use crate::replay::driver::{Driver, Taken};
use crate::replay::follower::Fact;
use crate::replay::row_watch::Counterparty;

impl Driver {
    /// Takes in a message; says whether the request at hand was taken.
    pub(super) fn hear(
        &mut self,
        message: &ServerMessage,
        request: u64,
    ) -> Result<Taken, FeedError> {
        match message {
            ServerMessage::Report(report) => return self.hear_report(report, request),
            ServerMessage::Error(error)
                if error.request.is_some() && error.request == self.last_word =>
            {
                // There was no room for it: it is said again.
                self.last_word = None;
            }
            ServerMessage::Error(error) if error.request == Some(request) => {
                if error.code == ErrorCode::Busy {
                    return Ok(Taken::Busy);
                }
                self.refuse(error.code.word());
            }
            ServerMessage::Error(error) => {
                return Err(FeedError::Refused(format!(
                    "{}: {}",
                    error.code, error.text
                )));
            }
            ServerMessage::GoingAway(leaving) => {
                return Err(FeedError::Refused(leaving.text.to_string()));
            }
            ServerMessage::Hello(_)
            | ServerMessage::LoggedOn(_)
            | ServerMessage::Trace(_)
            | ServerMessage::OpenOrders(_)
            | ServerMessage::Balances(_)
            | ServerMessage::Positions(_)
            | ServerMessage::Past(_)
            | ServerMessage::Candles(_)
            | ServerMessage::Candle(_)
            | ServerMessage::Statistics(_)
            | ServerMessage::MassCanceled(_)
            | ServerMessage::Quoted(_)
            | ServerMessage::Batched(_)
            | ServerMessage::Done(_)
            | ServerMessage::Subscribed(_)
            | ServerMessage::Unsubscribed(_)
            | ServerMessage::DepthSnapshot(_)
            | ServerMessage::Depth(_)
            | ServerMessage::Trade(_)
            | ServerMessage::TradeBusted(_)
            | ServerMessage::Top(_)
            | ServerMessage::OrdersSnapshot(_)
            | ServerMessage::Orders(_)
            | ServerMessage::Status(_)
            | ServerMessage::Instrument(_)
            | ServerMessage::Heartbeat(_)
            | ServerMessage::Queue(_)
            | ServerMessage::Lagged(_)
            | ServerMessage::Enrolled(_)
            | ServerMessage::Tick(_)
            | ServerMessage::Pong(_) => {}
        }
        Ok(Taken::Yes)
    }

    fn hear_report(&mut self, report: &Report, request: u64) -> Result<Taken, FeedError> {
        if report.kind == ReportKind::Rejected
            && report.request.is_some()
            && report.request == self.last_word
        {
            // The last word comes after everything else: makers that are not told by now are others'.
            self.watch.hear_last_word();
            return Ok(Taken::Yes);
        }
        if report.kind == ReportKind::Rejected && report.request == Some(request) {
            let reason = report.reason.unwrap_or(Reason::Other);
            if reason == Reason::Busy {
                return Ok(Taken::Busy);
            }
            self.refuse(reason.word());
            return Ok(Taken::Yes);
        }
        let named = report.client_order_id.as_ref();
        let Some(order) = named.and_then(|name| name.as_str().parse().ok()) else {
            return Ok(Taken::Yes);
        };
        if let Some(fact) = self.fact(report, order)? {
            self.follower.learn(fact);
        }
        if let Counterparty::Stranger = self.watch.note(report, order) {
            let quantity = self.quantity(report.last_quantity)?;
            self.follower.learn(Fact::Consumed { order, quantity });
        }
        Ok(Taken::Yes)
    }

    fn fact(&self, report: &Report, order: u64) -> Result<Option<Fact>, FeedError> {
        let leaves = self.quantity(report.leaves_quantity)?;
        let filled = self.quantity(report.filled_quantity)?;
        Ok(match report.kind {
            ReportKind::Trade => Some(Fact::Traded {
                order,
                filled,
                leaves,
            }),
            ReportKind::Replaced => Some(Fact::Replaced { order, leaves }),
            ReportKind::Canceled => Some(Fact::Canceled { order }),
            ReportKind::Accepted
            | ReportKind::Rested
            | ReportKind::Rejected
            | ReportKind::Prevented
            | ReportKind::Repeated
            | ReportKind::Triggered
            | ReportKind::Refilled
            | ReportKind::Pegged
            | ReportKind::Parked
            | ReportKind::Busted => None,
        })
    }

    fn quantity(&self, quantity: Option<ExactDecimal>) -> Result<u64, FeedError> {
        let units = quantity.map(|quantity| self.scale.quantity_units(quantity));
        units
            .transpose()
            .map(Option::unwrap_or_default)
            .map_err(|error| FeedError::OffGrid {
                symbol: self.symbol.to_string(),
                problem: format!("a reported quantity: {error}"),
            })
    }

    fn refuse(&mut self, reason: &'static str) {
        self.follower.learn(Fact::Refused { reason });
        self.watch.give_up();
    }
}
