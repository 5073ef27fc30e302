//! Trades at once, with a price limit or without, and leaves nothing behind.

use protocol::Side;

use crate::flow::Stream;
use crate::flow::intent::{Action, IntendedKind, IntendedOrder, OrderNumber};
use crate::participant::View;

/// One order in so many has no price limit.
const MARKET_ORDER_ONCE_IN: u64 = 4;

/// A taker.
#[derive(Debug, Clone)]
pub struct Taker {
    stream: Stream,
    next_number: u64,
}

impl Taker {
    /// One that draws from this stream.
    pub fn new(stream: Stream) -> Self {
        Self {
            stream,
            next_number: 0,
        }
    }

    /// Takes up to a quote's quantity from a side chosen by chance.
    pub fn act(&mut self, view: View<'_>) -> Action {
        let shape = view.shape;
        let number = OrderNumber(self.next_number);
        self.next_number += 1;
        let side = if self.stream.once_in(2) {
            Side::Buy
        } else {
            Side::Sell
        };
        let kind = if self.stream.once_in(MARKET_ORDER_ONCE_IN) {
            IntendedKind::Market
        } else {
            IntendedKind::ImmediateOrCancel {
                // Through the reference: it reaches as deep as the quotes of the other side do.
                ticks: shape.behind(side, view.reference_ticks, -shape.reach_ticks()),
            }
        };
        let lots = 1 + self.stream.below(shape.quote_lots);
        Action::Submit(IntendedOrder {
            number,
            side,
            kind,
            lots: lots.max(shape.lots_min),
        })
    }
}
