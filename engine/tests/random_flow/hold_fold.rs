//! What the door reserved, followed through the events: nothing of it is lost and nothing is made.

use std::collections::BTreeMap;

use engine::{AccountId, Command, Event, Notional, OrderBook, Side};

/// More than any order of a random run can need.
pub const AMPLE: Notional = Notional::from_units(1_000_000_000_000);

/// What is reserved and neither used nor given back, for each account and side.
#[derive(Debug, Default)]
pub struct HoldFold {
    bids: BTreeMap<AccountId, i128>,
    asks: BTreeMap<AccountId, i128>,
}

impl HoldFold {
    /// The door reserves amply for a command that may need it.
    pub fn reserve(&mut self, command: &mut Command) {
        let (account, side) = match command {
            Command::Submit(order) => {
                order.extra = AMPLE;
                (order.account, order.side)
            }
            Command::Replace(replace) => {
                replace.extra = AMPLE;
                (replace.account, replace.side)
            }
            Command::CancelReplace(both) => {
                both.new_order.extra = AMPLE;
                (both.new_order.account, both.new_order.side)
            }
            Command::Cancel(_)
            | Command::MassCancel(_)
            | Command::Tick
            | Command::SetState(_)
            | Command::Uncross(_)
            | Command::SetLastPrice(_)
            | Command::Admit(_)
            | Command::SetLimits(_)
            | Command::SetFeeTier(_)
            | Command::FanOut(_)
            | Command::Quote(_)
            | Command::MmpReset(_)
            | Command::Disconnect(_)
            | Command::CancelAfter(_)
            | Command::Operate(_)
            | Command::Batch(_)
            | Command::Bust(_) => return,
        };
        self.add(account, side, AMPLE.units());
    }

    /// What a trade uses, and what is given back, is no longer reserved.
    pub fn hear(&mut self, event: &Event) {
        match event {
            Event::Trade(trade) => {
                let sides = [trade.aggressor_side, trade.aggressor_side.opposite()];
                for (party, side) in [trade.taker, trade.maker].iter().zip(sides) {
                    self.add(party.account, side, -party.hold_used.units());
                }
            }
            Event::HoldReleased(released) => {
                assert!(
                    released.released > Notional::ZERO,
                    "nothing is given back in words only"
                );
                self.add(released.account, released.side, -released.released.units());
            }
            Event::Accepted(_)
            | Event::Rejected(_)
            | Event::Repeated(_)
            | Event::Prevented(_)
            | Event::Rested(_)
            | Event::Replaced(_)
            | Event::Canceled(_)
            | Event::StatusChanged(_)
            | Event::Conditioned(_)
            | Event::Queued(_)
            | Event::Triggered(_)
            | Event::Refilled(_)
            | Event::Pegged(_)
            | Event::Indicative(_)
            | Event::TermsChanged(_)
            | Event::Step(_)
            | Event::TradeBusted(_)
            | Event::BustRefused(_) => {}
        }
    }

    /// What is still reserved is what the resting orders need: a buy its price times what is open, a
    /// sell what is open.
    pub fn check(&self, book: &OrderBook) -> Result<(), String> {
        for (side, reserved) in [(Side::Buy, &self.bids), (Side::Sell, &self.asks)] {
            let mut needed: BTreeMap<AccountId, i128> = BTreeMap::new();
            for order in book.orders(side) {
                let need = match side {
                    Side::Buy => Notional::of(order.price, order.leaves_quantity).units(),
                    Side::Sell => i128::from(order.leaves_quantity.units()),
                };
                if order.hold.units() != need {
                    return Err(format!(
                        "the order holds something else than {need}: {order:?}"
                    ));
                }
                *needed.entry(order.account).or_default() += need;
            }
            let mut reserved = reserved.clone();
            reserved.retain(|_, units| *units != 0);
            if reserved != needed {
                return Err(format!(
                    "{side:?}: reserved {reserved:?}, orders need {needed:?}"
                ));
            }
        }
        Ok(())
    }

    fn add(&mut self, account: AccountId, side: Side, units: i128) {
        let accounts = match side {
            Side::Buy => &mut self.bids,
            Side::Sell => &mut self.asks,
        };
        *accounts.entry(account).or_default() += units;
    }
}

/// The event as an engine says it that keeps no holds; `None` where it would say nothing.
pub fn without_holds(event: Event) -> Option<Event> {
    let hold = Notional::ZERO;
    let party = |party| engine::Party {
        hold,
        hold_used: hold,
        ..party
    };
    Some(match event {
        Event::Accepted(accepted) => Event::Accepted(engine::Accepted { hold, ..accepted }),
        Event::Trade(trade) => Event::Trade(engine::Trade {
            taker: party(trade.taker),
            maker: party(trade.maker),
            ..trade
        }),
        Event::Rested(rested) => Event::Rested(engine::Rested { hold, ..rested }),
        Event::Replaced(replaced) => Event::Replaced(engine::Replaced { hold, ..replaced }),
        Event::Rejected(_)
        | Event::Repeated(_)
        | Event::Prevented(_)
        | Event::Canceled(_)
        | Event::StatusChanged(_)
        | Event::Conditioned(_)
        | Event::Queued(_)
        | Event::Triggered(_)
        | Event::Refilled(_)
        | Event::Pegged(_)
        | Event::Indicative(_)
        | Event::TermsChanged(_)
        | Event::Step(_)
        | Event::TradeBusted(_)
        | Event::BustRefused(_) => event,
        Event::HoldReleased(_) => return None,
    })
}
