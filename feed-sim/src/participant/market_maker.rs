//! Quotes several levels on both sides, requotes after a fill, and moves its quotes with the reference.

use protocol::Side;

use crate::flow::Stream;
use crate::flow::intent::{Action, IntendedKind, IntendedOrder, OrderNumber};
use crate::participant::View;

/// A market maker: two quotes per level, each at most once in the book.
#[derive(Debug, Clone)]
pub struct MarketMaker {
    stream: Stream,
    /// By place: level 0 bid, level 0 ask, level 1 bid, and so on; `None` is a quote that is gone.
    quotes: Vec<Option<OrderNumber>>,
    /// The place whose quote is moved next when none is gone.
    oldest: usize,
    next_number: u64,
}

impl MarketMaker {
    /// One with this many levels on each side.
    pub fn new(stream: Stream, levels: u32) -> Self {
        Self {
            stream,
            quotes: vec![None; 2 * levels as usize],
            oldest: 0,
            next_number: 0,
        }
    }

    /// How many quotes it keeps.
    pub fn quotes(&self) -> u32 {
        u32::try_from(self.quotes.len()).expect("quotes are two per level, and levels fit")
    }

    /// Fills the best place whose quote is gone, else moves the quote that stood longest.
    pub fn act(&mut self, view: View<'_>) -> Action {
        let gone = self.quotes.iter().position(Option::is_none);
        let place = gone.unwrap_or_else(|| {
            let oldest = self.oldest;
            self.oldest = (oldest + 1) % self.quotes.len();
            oldest
        });
        let order = self.quote(place, view);
        match self.quotes[place].replace(order.number) {
            Some(cancel) => Action::Requote { cancel, order },
            None => Action::Submit(order),
        }
    }

    /// Forgets a quote that is gone.
    pub fn order_closed(&mut self, number: OrderNumber) {
        let place = self.quotes.iter().position(|quote| *quote == Some(number));
        if let Some(place) = place {
            self.quotes[place] = None;
        }
    }

    /// All its quotes are gone.
    pub fn orders_lost(&mut self) {
        self.quotes.fill(None);
    }

    fn quote(&mut self, place: usize, view: View<'_>) -> IntendedOrder {
        let side = if place.is_multiple_of(2) {
            Side::Buy
        } else {
            Side::Sell
        };
        let level = i64::try_from(place / 2).expect("a place is below twice the levels");
        let shape = view.shape;
        let offset = shape.half_spread_ticks + shape.level_step_ticks.saturating_mul(level);
        let number = OrderNumber(self.next_number);
        self.next_number += 1;
        IntendedOrder {
            number,
            side,
            kind: IntendedKind::Quote {
                ticks: shape.behind(side, view.reference_ticks, offset),
            },
            lots: shape.quote_lots + self.stream.below(shape.quote_lots / 2 + 1),
        }
    }
}

#[cfg(test)]
mod tests {
    //! Quotes go where they are missing first, and the oldest one moves when none is.

    use super::*;
    use crate::participant::Shape;

    const SHAPE: Shape = Shape {
        half_spread_ticks: 10,
        level_step_ticks: 5,
        levels: 2,
        quote_lots: 100,
        lots_min: 1,
        price_min_ticks: 1,
        price_max_ticks: 10_000,
    };

    fn act(maker: &mut MarketMaker) -> Action {
        maker.act(View {
            reference_ticks: 1_000,
            shape: &SHAPE,
        })
    }

    fn ticks(action: Action) -> (Side, i64) {
        match action {
            Action::Submit(order) | Action::Requote { order, .. } => match order.kind {
                IntendedKind::Quote { ticks } => (order.side, ticks),
                IntendedKind::Hidden { .. }
                | IntendedKind::Limit { .. }
                | IntendedKind::ImmediateOrCancel { .. }
                | IntendedKind::Market => panic!("a market maker quotes: {order:?}"),
            },
            Action::CancelReplace { .. } | Action::Cancel(_) => {
                panic!("a market maker requotes: {action:?}")
            }
        }
    }

    #[test]
    fn it_fills_both_sides_from_the_best_level_on() {
        let mut maker = MarketMaker::new(Stream::named(1, "maker"), 2);

        let placed: Vec<_> = (0..4).map(|_| ticks(act(&mut maker))).collect();

        assert_eq!(
            placed,
            [
                (Side::Buy, 990),
                (Side::Sell, 1_010),
                (Side::Buy, 985),
                (Side::Sell, 1_015)
            ]
        );
    }

    #[test]
    fn it_requotes_after_a_fill_before_it_moves_anything() {
        let mut maker = MarketMaker::new(Stream::named(1, "maker"), 2);
        for _ in 0..4 {
            act(&mut maker);
        }
        maker.order_closed(OrderNumber(1));

        let requote = act(&mut maker);
        let moved = act(&mut maker);

        assert_eq!(ticks(requote), (Side::Sell, 1_010));
        assert!(matches!(requote, Action::Submit(_)));
        assert!(matches!(
            moved,
            Action::Requote {
                cancel: OrderNumber(0),
                ..
            }
        ));
    }
}
