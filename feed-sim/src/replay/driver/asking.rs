//! What a row asks for, as requests of the native protocol.

use protocol::{
    Cancel, ClientOrderId, Display, NewOrder, Operation, OrderRef, Replace, SelfTradePrevention,
    Side, Submit, TimeInForce,
};

use crate::error::FeedError;
use crate::replay::driver::Driver;
use crate::replay::follower::{RowOrder, RowRequest, Stay};
use crate::replay::recorded_row::RecordedSide;

/// Nobody has an order of this number.
const NOBODYS: u64 = 0;

impl Driver {
    /// The request, and what is waited for after it; `None` where nothing is asked.
    pub(super) fn operation(
        &mut self,
        request: RowRequest,
        at_us: Option<u64>,
    ) -> Result<Option<Operation>, FeedError> {
        let symbol = self.symbol;
        Ok(match request {
            RowRequest::Nothing => None,
            RowRequest::Submit(order) => {
                self.watch.await_entry(order.order);
                Some(Operation::Submit(Submit {
                    symbol,
                    order: self.new_order(&order)?,
                    at_us,
                }))
            }
            RowRequest::Replace { order, quantity } => {
                self.watch.await_answer(order);
                Some(Operation::Replace(Replace {
                    symbol,
                    order: OrderRef::Client(recorded_name(order)?),
                    quantity: Some(self.scale.quantity(quantity)),
                    price: None,
                    display_quantity: None,
                    trigger_price: None,
                    expire_at_us: None,
                    at_us,
                }))
            }
            RowRequest::Cancel { order } => {
                self.watch.await_answer(order);
                Some(self.cancel(order, at_us)?)
            }
        })
    }

    /// A request that is refused, and changes nothing: its answer comes after everything that came before.
    pub(super) fn last_word(&self) -> Result<Operation, FeedError> {
        self.cancel(NOBODYS, None)
    }

    fn cancel(&self, order: u64, at_us: Option<u64>) -> Result<Operation, FeedError> {
        Ok(Operation::Cancel(Cancel {
            symbol: self.symbol,
            order: OrderRef::Client(recorded_name(order)?),
            at_us,
        }))
    }

    fn new_order(&self, order: &RowOrder) -> Result<NewOrder, FeedError> {
        let (price, quantity) = (
            self.scale.price(order.price),
            self.scale.quantity(order.quantity),
        );
        let limit = NewOrder::limit(side(order.side), price, quantity);
        Ok(NewOrder {
            client_order_id: Some(recorded_name(order.order)?),
            self_trade_prevention: SelfTradePrevention::None,
            time_in_force: match order.stay {
                Stay::Rests | Stay::RestsHidden => limit.time_in_force,
                Stay::Goes => TimeInForce::ImmediateOrCancel,
            },
            display: match order.stay {
                Stay::Rests | Stay::Goes => limit.display,
                Stay::RestsHidden => Display::Hidden,
            },
            ..limit
        })
    }
}

/// Our client order id is the recorded id.
fn recorded_name(order: u64) -> Result<ClientOrderId, FeedError> {
    ClientOrderId::new(&order.to_string()).map_err(|error| FeedError::Refused(error.to_string()))
}

const fn side(side: RecordedSide) -> Side {
    match side {
        RecordedSide::Bid => Side::Buy,
        RecordedSide::Ask => Side::Sell,
    }
}
