//! A start: what this persona keeps in memory is filled from the history, so that it is right across restarts.

use engine::{AccountId, InstrumentId, Timestamp};
use history::{CandleRange, History, Interval, Of, Page, Stage};

use crate::binance::orders::{CLOSED_KEPT_MAX, RARE_KEPT_MAX, Recalled, TRADES_KEPT_MAX};
use crate::binance::state::Venue;
use crate::binance::tape::{AGGREGATES_KEPT_MAX, MINUTES_KEPT_MAX, SECONDS_KEPT_MAX, Tape};
use crate::edge::{Edge, InstrumentState};
use crate::lock::lock;

impl Venue {
    /// Everything of the journal was told, and nobody asks yet: what is kept here is what the history has.
    pub fn recall(&self, edge: &Edge) {
        for key in edge.ledger.all_keys() {
            self.follow(edge, key.0.account);
        }
        let accounts = (0..edge.ledger.accounts_max()).map(AccountId);
        let accounts: Vec<AccountId> = accounts.filter(|it| self.is_followed(*it)).collect();
        edge.past.look(|history| {
            for state in &edge.instruments {
                self.recall_symbol(edge, state, &accounts, history);
            }
        });
    }

    fn recall_symbol(
        &self,
        edge: &Edge,
        state: &InstrumentState,
        accounts: &[AccountId],
        history: &History,
    ) {
        let (id, symbol) = (state.id(), self.symbol(state));
        *lock(&symbol.tape) = tape_of(history, id);
        let mut orders = lock(&symbol.orders);
        for account in accounts {
            let recalled = recalled(history, *account, id);
            if !recalled.orders.is_empty() {
                orders.recall(*account, recalled.orders(&edge.listing, &state.listed));
            }
        }
    }
}

fn recalled(history: &History, account: AccountId, id: InstrumentId) -> Recalled {
    let newest = Page::newest;
    let (closed, rare) = (newest(CLOSED_KEPT_MAX), newest(RARE_KEPT_MAX));
    Recalled {
        orders: history.orders(account, id, Stage::All, &closed),
        executions: history.executions(account, id, Of::Account, &newest(TRADES_KEPT_MAX)),
        amendments: history.amendments(account, id, Of::Account, &rare),
        prevented: history.prevented_matches(account, id, Of::Account, &rare),
    }
}

fn tape_of(history: &History, id: InstrumentId) -> Tape {
    let until = history.last_trade_at(id).unwrap_or(Timestamp(0));
    let newest = |interval, count| {
        let range = CandleRange::Newest { until, count };
        history.candles(id, interval, range)
    };
    let seconds = newest(Interval::Second1, SECONDS_KEPT_MAX);
    let minutes = newest(Interval::Minute1, MINUTES_KEPT_MAX);
    let trades = history.trades(id, &Page::newest(AGGREGATES_KEPT_MAX));
    Tape::recalled(&seconds, &minutes, &trades)
}
