//! What trades closed of their parties' positions: remembered as long as the trade may be taken back.

use std::collections::{BTreeMap, VecDeque};

use engine::{BUST_WINDOW_TRADES, InstrumentId, TradeId};

use crate::position::Closing;

/// What one trade closed of its parties' positions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClosedBy {
    /// On which instrument.
    pub instrument: InstrumentId,
    /// Which trade.
    pub trade_id: TradeId,
    /// Of the taker's position.
    pub taker: Closing,
    /// Of the maker's position, after the taker's.
    pub maker: Closing,
}

/// What the trades closed that may be taken back; those that closed nothing are not listed.
#[derive(Debug, Default)]
pub(crate) struct Closings {
    // Trades come at the back, in the order of their ids, and leave at the front.
    by_instrument: BTreeMap<InstrumentId, VecDeque<ClosedBy>>,
}

impl Closings {
    /// Remembers what the newest trade closed, and forgets what is out of the window.
    pub(crate) fn note(&mut self, closed: ClosedBy) {
        let window = u64::try_from(BUST_WINDOW_TRADES).unwrap_or(u64::MAX);
        let trades = self.by_instrument.entry(closed.instrument).or_default();
        let oldest = closed.trade_id.0.saturating_sub(window);
        while trades.front().is_some_and(|it| it.trade_id.0 <= oldest) {
            trades.pop_front();
        }
        if (closed.taker, closed.maker) != (Closing::NONE, Closing::NONE) {
            if trades.len() == trades.capacity() {
                // Doubled, but to no more than is ever used.
                let room = trades.len().saturating_mul(2).clamp(16, BUST_WINDOW_TRADES);
                trades.reserve_exact(room.saturating_sub(trades.len()));
            }
            trades.push_back(closed);
        }
    }

    /// What a trade closed that is taken back now.
    pub(crate) fn take(&mut self, instrument: InstrumentId, trade_id: TradeId) -> ClosedBy {
        let nothing = ClosedBy {
            instrument,
            trade_id,
            taker: Closing::NONE,
            maker: Closing::NONE,
        };
        let Some(trades) = self.by_instrument.get_mut(&instrument) else {
            return nothing;
        };
        match trades.binary_search_by_key(&trade_id, |closed| closed.trade_id) {
            Ok(place) => trades.remove(place).unwrap_or(nothing),
            Err(_) => nothing,
        }
    }

    /// All of them, by instrument, then trade.
    pub(crate) fn all(&self) -> impl Iterator<Item = &ClosedBy> {
        self.by_instrument.values().flatten()
    }
}
