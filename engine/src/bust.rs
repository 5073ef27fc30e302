//! Trades that an operator takes back: which ones there were, and that each is taken back once.
//!
//! Nothing but the trade itself is undone. Orders stay filled or gone, what it triggered stays triggered, and the
//! last price stays: a bust is no print.

use std::collections::VecDeque;

use crate::canonical::{Canonical, StateError, StateReader, StateSink, canonical_struct};
use crate::event::{Event, Trade, TradePhase};
use crate::event_sink::EventSink;
use crate::fees::FeeBasis;
use crate::id::{AccountId, FeeTier, OrderId, TradeId};
use crate::listing::Listing;
use crate::price::Price;
use crate::quantity::Quantity;
use crate::reject::RejectReason;
use crate::sequence::Timestamp;
use crate::side::Side;

/// How many of an instrument's newest trades can be taken back.
pub const BUST_WINDOW_TRADES: usize = 10_000;

/// Takes a trade back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bust {
    /// The trade, as the instrument remembers it: the door reserved for it what its parties got.
    pub trade: PastTrade,
    /// Who asks. It decides nothing: it is for whoever reads the journal.
    pub operator: Box<str>,
}

/// A trade that was made: all that taking it back needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PastTrade {
    /// Id of the execution.
    pub trade_id: TradeId,
    /// The price both got.
    pub price: Price,
    /// How much changed hands.
    pub quantity: Quantity,
    /// Whether it was matched as it came, or in an uncross.
    pub phase: TradePhase,
    /// The taker's side.
    pub aggressor_side: Side,
    /// When it was made.
    pub at: Timestamp,
    /// The arriving order.
    pub taker: PastParty,
    /// The resting order.
    pub maker: PastParty,
}

/// One order's part in a trade that was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PastParty {
    /// Which order.
    pub order_id: OrderId,
    /// Who owned it.
    pub account: AccountId,
    /// What its owner paid for it.
    pub fee: FeeBasis,
}

canonical_struct!(PastParty {
    order_id,
    account,
    fee,
});
canonical_struct!(PastTrade {
    trade_id,
    price,
    quantity,
    phase,
    aggressor_side,
    at,
    taker,
    maker,
});

impl PastTrade {
    /// What is to be remembered of a trade that was made at `at`.
    pub const fn of(trade: &Trade, at: Timestamp) -> Self {
        Self {
            trade_id: trade.trade_id,
            price: trade.price,
            quantity: trade.quantity,
            phase: trade.phase,
            aggressor_side: trade.aggressor_side,
            at,
            taker: PastParty {
                order_id: trade.taker.order_id,
                account: trade.taker.account,
                fee: trade.taker.fee,
            },
            maker: PastParty {
                order_id: trade.maker.order_id,
                account: trade.maker.account,
                fee: trade.maker.fee,
            },
        }
    }

    /// A trade of which nothing but the number is known.
    pub const fn unknown(trade_id: TradeId) -> Self {
        let nobody = PastParty {
            order_id: OrderId(0),
            account: AccountId(0),
            fee: FeeBasis::Listed(FeeTier(0)),
        };
        Self {
            trade_id,
            price: Price::from_units(0),
            quantity: Quantity::ZERO,
            phase: TradePhase::Continuous,
            aggressor_side: Side::Buy,
            at: Timestamp(0),
            taker: nobody,
            maker: nobody,
        }
    }

    /// Who bought.
    pub const fn buyer(&self) -> PastParty {
        match self.aggressor_side {
            Side::Buy => self.taker,
            Side::Sell => self.maker,
        }
    }

    /// Who sold.
    pub const fn seller(&self) -> PastParty {
        match self.aggressor_side {
            Side::Buy => self.maker,
            Side::Sell => self.taker,
        }
    }
}

/// An operator took a trade back: each party gives what it got, and gets what it gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TradeBusted {
    /// The trade, which does not count any more.
    pub trade: PastTrade,
}

/// A trade was not taken back, and what the door reserved for that is given back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct BustRefused {
    /// The trade that was meant.
    pub trade: PastTrade,
    /// Why it stands.
    pub reason: RejectReason,
}

/// An instrument's newest trades, up to [`BUST_WINDOW_TRADES`]; their ids follow each other.
#[derive(Debug, Default)]
pub(crate) struct PastTrades {
    // A ring: trades come at the back and leave at the front.
    newest: VecDeque<Remembered>,
}

/// A trade, and whether it was taken back.
#[derive(Debug, Clone, Copy)]
struct Remembered {
    trade: PastTrade,
    is_busted: bool,
}

canonical_struct!(Remembered { trade, is_busted });

impl PastTrades {
    /// Remembers a trade; the oldest one makes room.
    #[inline]
    pub(crate) fn note(&mut self, trade: PastTrade) {
        if self.newest.len() == BUST_WINDOW_TRADES {
            self.newest.pop_front();
        } else if self.newest.len() == self.newest.capacity() {
            self.make_room();
        }
        self.newest.push_back(Remembered {
            trade,
            is_busted: false,
        });
    }

    /// Doubles the room, but to no more than is ever used.
    #[cold]
    fn make_room(&mut self) {
        let length = self.newest.len();
        let doubled = (length * 2).clamp(64, BUST_WINDOW_TRADES);
        self.newest.reserve_exact(doubled - length);
    }

    /// Where a trade stands. `next` is the id of the next one to come.
    fn place_of(&self, trade_id: TradeId, next: u64) -> Result<usize, RejectReason> {
        if trade_id.0 == 0 || trade_id.0 >= next {
            return Err(RejectReason::UnknownTrade);
        }
        let oldest = self.newest.front();
        let place = oldest.and_then(|oldest| trade_id.0.checked_sub(oldest.trade.trade_id.0));
        let place = place.ok_or(RejectReason::TradeTooOld)?;
        Ok(usize::try_from(place).expect("the window is small"))
    }

    /// A trade that can be taken back.
    fn standing(&self, trade_id: TradeId, next: u64) -> Result<&Remembered, RejectReason> {
        let remembered = &self.newest[self.place_of(trade_id, next)?];
        assert!(
            remembered.trade.trade_id == trade_id,
            "the ids of trades follow each other"
        );
        if remembered.is_busted {
            return Err(RejectReason::TradeBusted);
        }
        Ok(remembered)
    }

    /// Takes a trade back, if it is as `trade` says.
    fn take_back(&mut self, trade: &PastTrade, next: u64) -> Result<(), RejectReason> {
        if self.standing(trade.trade_id, next)?.trade != *trade {
            return Err(RejectReason::UnknownTrade);
        }
        let place = self.place_of(trade.trade_id, next)?;
        self.newest[place].is_busted = true;
        Ok(())
    }

    /// Whether these can be the newest trades before the one with the id `next`.
    pub(crate) fn are_sound(&self, next: u64) -> bool {
        let count = self.newest.len() as u64;
        let ids = next.saturating_sub(count)..next;
        count == next.saturating_sub(1).min(BUST_WINDOW_TRADES as u64)
            && ids
                .zip(&self.newest)
                .all(|(id, remembered)| remembered.trade.trade_id.0 == id)
    }
}

impl Canonical for PastTrades {
    fn write<S: StateSink>(&self, out: &mut S) {
        (self.newest.len() as u64).write(out);
        for remembered in &self.newest {
            remembered.write(out);
        }
    }

    fn read(from: &mut StateReader<'_>) -> Result<Self, StateError> {
        let newest: Vec<Remembered> = from.value()?;
        Ok(Self {
            newest: newest.into(),
        })
    }
}

impl Listing {
    /// A trade that can be taken back.
    pub(crate) fn past_trade(&self, trade_id: TradeId) -> Result<PastTrade, RejectReason> {
        let past = self.past_trades.as_ref();
        let past = past.ok_or(RejectReason::NotSupported)?;
        let remembered = past.standing(trade_id, self.next_trade_id)?;
        Ok(remembered.trade)
    }

    /// Remembers a trade that was made just now.
    #[inline]
    pub(crate) fn remember_trade(&mut self, trade: &Trade) {
        if let Some(past) = &mut self.past_trades {
            past.note(PastTrade::of(trade, self.at));
        }
    }

    /// Takes a trade back, or says why not.
    #[cold]
    pub(crate) fn bust<S: EventSink>(&mut self, bust: &Bust, sink: &mut S) {
        let trade = bust.trade;
        let taken_back = match &mut self.past_trades {
            Some(past) => past.take_back(&trade, self.next_trade_id),
            None => Err(RejectReason::NotSupported),
        };
        if let Err(reason) = taken_back {
            return sink.event(Event::BustRefused(BustRefused { trade, reason }));
        }
        let (buyer, seller) = (trade.buyer().account, trade.seller().account);
        self.risk
            .take_back_trade(buyer, seller, trade.quantity.units());
        sink.event(Event::TradeBusted(TradeBusted { trade }));
    }
}
