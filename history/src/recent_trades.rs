//! The newest trades of one instrument.

use std::collections::VecDeque;

use engine::{
    Canonical, Event, Price, Quantity, SequenceNumber, Side, StateError, StateReader, StateSink,
    Timestamp, Trade, TradeId,
};

/// What everyone may know of a trade.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PublicTrade {
    /// Id of the execution.
    pub trade_id: TradeId,
    /// The price both got.
    pub price: Price,
    /// How much changed hands.
    pub quantity: Quantity,
    /// The taker's side. FIX `AggressorSide`.
    pub aggressor_side: Side,
    /// The command that caused it.
    pub sequence: SequenceNumber,
    /// Engine time of that command.
    pub at: Timestamp,
}

impl Canonical for PublicTrade {
    fn write<S: StateSink>(&self, out: &mut S) {
        let Self {
            trade_id,
            price,
            quantity,
            aggressor_side,
            sequence,
            at,
        } = self;
        trade_id.write(out);
        price.write(out);
        quantity.write(out);
        aggressor_side.write(out);
        sequence.write(out);
        at.write(out);
    }

    fn read(from: &mut StateReader<'_>) -> Result<Self, StateError> {
        Ok(Self {
            trade_id: from.value()?,
            price: from.value()?,
            quantity: from.value()?,
            aggressor_side: from.value()?,
            sequence: from.value()?,
            at: from.value()?,
        })
    }
}

impl PublicTrade {
    /// The public part of a trade of the command at `sequence`.
    pub const fn of(trade: &Trade, sequence: SequenceNumber, at: Timestamp) -> Self {
        Self {
            trade_id: trade.trade_id,
            price: trade.price,
            quantity: trade.quantity,
            aggressor_side: trade.aggressor_side,
            sequence,
            at,
        }
    }
}

/// Keeps an instrument's newest trades; the oldest make room.
#[derive(Debug, Clone)]
pub struct RecentTrades {
    // A ring: trades come at the back and leave at the front.
    trades: VecDeque<PublicTrade>,
    trades_max: usize,
    last: Option<PublicTrade>,
}

impl RecentTrades {
    /// Keeps up to `trades_max`.
    pub const fn new(trades_max: usize) -> Self {
        Self {
            trades: VecDeque::new(),
            trades_max,
            last: None,
        }
    }

    /// Takes note of an event of the command at `sequence`; a trade is kept and returned. One that is taken back is
    /// kept no more; it may still be the last one, whose price the market goes on from.
    pub fn apply(
        &mut self,
        event: &Event,
        sequence: SequenceNumber,
        at: Timestamp,
    ) -> Option<PublicTrade> {
        match event {
            Event::Trade(trade) => {
                let trade = PublicTrade::of(trade, sequence, at);
                self.keep(trade);
                Some(trade)
            }
            Event::TradeBusted(busted) => {
                let trade_id = busted.trade.trade_id;
                self.trades.retain(|trade| trade.trade_id != trade_id);
                None
            }
            Event::Accepted(_)
            | Event::Rejected(_)
            | Event::Repeated(_)
            | Event::Prevented(_)
            | Event::Rested(_)
            | Event::Replaced(_)
            | Event::Canceled(_)
            | Event::HoldReleased(_)
            | Event::StatusChanged(_)
            | Event::Conditioned(_)
            | Event::Queued(_)
            | Event::Triggered(_)
            | Event::Refilled(_)
            | Event::Pegged(_)
            | Event::Indicative(_)
            | Event::TermsChanged(_)
            | Event::Step(_)
            | Event::BustRefused(_) => None,
        }
    }

    /// Spells out what is kept, oldest first, and the last one.
    pub fn spell(&self, out: &mut Vec<u8>) {
        self.last.write(out);
        (self.trades.len() as u64).write(out);
        for trade in &self.trades {
            trade.write(out);
        }
    }

    /// Takes what was spelled out; where fewer are kept here, the oldest make room.
    ///
    /// # Errors
    /// The bytes spell no trades.
    pub fn restore(&mut self, from: &mut StateReader<'_>) -> Result<(), StateError> {
        let last: Option<PublicTrade> = from.value()?;
        let trades: Vec<PublicTrade> = from.value()?;
        for trade in trades {
            self.keep(trade);
        }
        self.last = last;
        Ok(())
    }

    /// Up to `count` trades, oldest first, the newest last.
    pub fn newest(&self, count: usize) -> impl Iterator<Item = &PublicTrade> {
        let skipped = self.trades.len().saturating_sub(count);
        self.trades.iter().skip(skipped)
    }

    /// The last trade there was.
    pub const fn last(&self) -> Option<&PublicTrade> {
        self.last.as_ref()
    }

    fn keep(&mut self, trade: PublicTrade) {
        self.last = Some(trade);
        if self.trades.len() >= self.trades_max {
            self.trades.pop_front();
        }
        if self.trades_max > 0 {
            self.trades.push_back(trade);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine::{AccountId, FeeBasis, Notional, OrderId, Party, TradePhase};

    fn party(account: u32) -> Party {
        Party {
            order_id: OrderId(u64::from(account)),
            external_id: None,
            account: AccountId(account),
            fee: FeeBasis::default(),
            leaves_quantity: Quantity::ZERO,
            filled_quantity: Quantity::from_units(1),
            hold_used: Notional::ZERO,
            hold: Notional::ZERO,
        }
    }

    fn trade(id: u64) -> Event {
        Event::Trade(Trade {
            phase: TradePhase::Continuous,
            trade_id: TradeId(id),
            price: Price::from_units(100),
            quantity: Quantity::from_units(1),
            aggressor_side: Side::Buy,
            taker: party(1),
            maker: party(2),
        })
    }

    fn ids(trades: &RecentTrades, count: usize) -> Vec<u64> {
        trades.newest(count).map(|trade| trade.trade_id.0).collect()
    }

    #[test]
    fn the_oldest_trade_makes_room() {
        let mut trades = RecentTrades::new(2);
        for id in 1..=3 {
            trades.apply(&trade(id), SequenceNumber(id), Timestamp(id));
        }

        assert_eq!(ids(&trades, 10), [2, 3]);
        assert_eq!(ids(&trades, 1), [3]);
    }

    #[test]
    fn the_last_trade_is_known_even_when_none_is_kept() {
        let mut trades = RecentTrades::new(0);

        trades.apply(&trade(7), SequenceNumber(1), Timestamp(1));

        assert_eq!(ids(&trades, 10), []);
        assert_eq!(trades.last().map(|trade| trade.trade_id), Some(TradeId(7)));
    }
}
