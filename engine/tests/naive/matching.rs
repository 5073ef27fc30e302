//! What an order does when it arrives: the heart of the naive book.

use engine::{
    CancelReason, Event, PostOnly, Prevented, Price, Quantity, SelfTradePrevention, Side,
    TimeInForce, Trade, TradeId, TradePhase,
};

use super::{NaiveBook, Order};

/// What stopped a sweep.
enum SweepEnd {
    /// It is filled, or met nothing more that it may trade with.
    Done,
    /// It met an order of its own scope, and its mode says that it goes.
    TakerCanceled,
    /// Its money buys less than one lot.
    TooLittleMoney,
}

impl NaiveBook {
    /// The life of an order that was accepted: least quantity, sweep, and what is left.
    pub(super) fn match_order(&mut self, mut taker: Order, minimum: u64, events: &mut Vec<Event>) {
        if !self.can_get_enough(&taker, minimum) {
            events.push(taker.canceled(taker.open, CancelReason::FillOrKill));
            return;
        }
        let is_over = match self.sweep(&mut taker, events) {
            SweepEnd::Done => taker.open == 0 && taker.money.unwrap_or(0) == 0,
            SweepEnd::TakerCanceled => {
                events.push(taker.canceled(taker.open, CancelReason::SelfTradePrevention));
                true
            }
            SweepEnd::TooLittleMoney => true,
        };
        if is_over {
            return;
        }
        match taker.time_in_force {
            _ if taker.limit.is_none() => {
                events.push(taker.canceled(taker.open, CancelReason::NoLiquidity));
            }
            TimeInForce::ImmediateOrCancel => {
                events.push(taker.canceled(taker.open, CancelReason::ImmediateOrCancel));
            }
            TimeInForce::FillOrKill => unreachable!("it was counted before"),
            TimeInForce::GoodTillCanceled | TimeInForce::GoodTillDate(_) => {
                events.push(taker.rested());
                self.insert(taker);
            }
            TimeInForce::Day
            | TimeInForce::AtOpen
            | TimeInForce::AtClose
            | TimeInForce::GoodForAuction
            | TimeInForce::GoodForContinuous => unreachable!("this book knows no sessions"),
        }
    }

    /// Whether a fill-or-kill order can trade whole, and any order its least quantity, before
    /// anything happens. What its self-trade mode makes unreachable does not count.
    fn can_get_enough(&self, taker: &Order, minimum: u64) -> bool {
        let mut ghost = taker.clone();
        let mut is_out_of_money = false;
        for maker in self.side(taker.side.opposite()) {
            if !may_trade(taker, maker.price) {
                break;
            }
            let wanted = ghost.open_at(maker.price, self.instrument.lot_size);
            if wanted == 0 {
                is_out_of_money = true;
                break;
            }
            if taker.is_own(maker) {
                match taker.self_trade_prevention {
                    SelfTradePrevention::None => {}
                    SelfTradePrevention::CancelOldest => continue,
                    SelfTradePrevention::CancelNewest
                    | SelfTradePrevention::CancelBoth
                    | SelfTradePrevention::Decrement => break,
                }
            }
            let quantity = wanted.min(maker.open);
            ghost.reduce(quantity, maker.price);
            ghost.filled += quantity;
            if ghost.open_at(maker.price, self.instrument.lot_size) == 0 && quantity < maker.open {
                is_out_of_money = true;
                break;
            }
        }
        let is_whole = match ghost.money {
            None => ghost.open == 0,
            Some(money) => money == 0 || is_out_of_money,
        };
        let must_fill_whole = taker.time_in_force == TimeInForce::FillOrKill;
        ghost.filled >= minimum && (is_whole || !must_fill_whole)
    }

    /// Maker by maker, best price first, oldest first, at the maker's price, up to the taker's limit.
    fn sweep(&mut self, taker: &mut Order, events: &mut Vec<Event>) -> SweepEnd {
        let opposite = taker.side.opposite();
        loop {
            let Some(maker) = self.side(opposite).first() else {
                return SweepEnd::Done;
            };
            if !may_trade(taker, maker.price) {
                return SweepEnd::Done;
            }
            let wanted = taker.open_at(maker.price, self.instrument.lot_size);
            if wanted == 0 {
                let has_money = taker.money.is_some_and(|money| money > 0);
                return if has_money {
                    SweepEnd::TooLittleMoney
                } else {
                    SweepEnd::Done
                };
            }
            let quantity = wanted.min(maker.open);
            let prevents = taker.self_trade_prevention != SelfTradePrevention::None;
            if prevents && taker.is_own(maker) {
                if self.prevent(taker, quantity, events) {
                    return SweepEnd::TakerCanceled;
                }
            } else {
                self.trade(taker, quantity, events);
            }
        }
    }

    fn trade(&mut self, taker: &mut Order, quantity: u64, events: &mut Vec<Event>) {
        self.trades += 1;
        let trade_id = TradeId(self.trades);
        let makers = self.side_mut(taker.side.opposite());
        let maker = &mut makers[0];
        let price = maker.price;
        taker.reduce(quantity, price);
        taker.filled += quantity;
        maker.reduce(quantity, price);
        maker.filled += quantity;
        events.push(Event::Trade(Trade {
            phase: TradePhase::Continuous,
            trade_id,
            price,
            quantity: Quantity::from_units(quantity),
            aggressor_side: taker.side,
            taker: taker.party(),
            maker: maker.party(),
        }));
        if maker.open == 0 {
            makers.remove(0);
        }
    }

    /// Says that the two met, and does what the taker's mode says; true if the taker goes.
    fn prevent(&mut self, taker: &mut Order, quantity: u64, events: &mut Vec<Event>) -> bool {
        let mode = taker.self_trade_prevention;
        let makers = self.side_mut(taker.side.opposite());
        let decrements = mode == SelfTradePrevention::Decrement;
        if decrements {
            let price = makers[0].price;
            taker.reduce(quantity, price);
            makers[0].reduce(quantity, price);
        }
        events.push(prevented(taker, &makers[0], quantity));
        let maker_goes = matches!(
            mode,
            SelfTradePrevention::CancelOldest | SelfTradePrevention::CancelBoth
        );
        if maker_goes {
            let maker = makers.remove(0);
            events.push(maker.canceled(maker.open, CancelReason::SelfTradePrevention));
        } else if decrements && makers[0].open == 0 {
            makers.remove(0);
        }
        matches!(
            mode,
            SelfTradePrevention::CancelNewest | SelfTradePrevention::CancelBoth
        )
    }

    /// Whether there is anything that the order would take, hidden or not, its own or not.
    pub(super) fn would_take(&self, order: &Order) -> bool {
        let best = self.side(order.side.opposite()).first();
        best.is_some_and(|best| may_trade(order, best.price))
    }

    /// Where a new post-only order rests that asks for `price`; `None` where it is refused.
    pub(super) fn post_only_price(&self, order: &Order, price: Price) -> Option<Price> {
        if !self.would_take(order) {
            return Some(price);
        }
        let best = self.side(order.side.opposite()).first()?;
        let tick = self.instrument.tick_size;
        let behind = match order.side {
            Side::Buy => Price::from_units(best.price.units() - tick),
            Side::Sell => Price::from_units(best.price.units() + tick),
        };
        let slides = order.post_only == PostOnly::Slide;
        (slides && super::is_on_grid(&self.instrument, behind)).then_some(behind)
    }
}

fn may_trade(taker: &Order, maker: Price) -> bool {
    taker
        .limit
        .is_none_or(|limit| limit.is_marketable_against(taker.side, maker))
}

fn prevented(taker: &Order, maker: &Order, quantity: u64) -> Event {
    Event::Prevented(Prevented {
        taker: taker.id,
        taker_account: taker.account,
        maker: maker.id,
        maker_account: maker.account,
        price: maker.price,
        quantity: Quantity::from_units(quantity),
        mode: taker.self_trade_prevention,
        taker_leaves_quantity: Quantity::from_units(taker.open),
        maker_leaves_quantity: Quantity::from_units(maker.open),
    })
}
