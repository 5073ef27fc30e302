//! What may be asked of a history.

use engine::{AccountId, InstrumentId, OrderId, OrderRef, Price, Timestamp, TradeId};

use crate::amendment::{Amendment, PreventedMatch};
use crate::candle::Candle;
use crate::candle_series::CandleRange;
use crate::execution::{Execution, Role, TradeRecord};
use crate::history::{History, OfInstrument};
use crate::index::{Entry, OfAccount};
use crate::interval::Interval;
use crate::order::OrderRecord;
use crate::page::{Of, Page, Stage, Take};
use crate::place::EventPlace;
use crate::record::Record;
use crate::statistics::Statistics;

/// A record that cannot be read any more is left out: its file went away, or broke.
impl History {
    /// The account's orders in the order of their ids; a page's times are those of entry.
    pub fn orders(
        &self,
        account: AccountId,
        instrument: InstrumentId,
        stage: Stage,
        page: &Page,
    ) -> Vec<OrderRecord> {
        let entries = self.of(instrument, account, |of| of.orders(page));
        let mut orders: Vec<OrderRecord> = entries
            .iter()
            .filter_map(|entry| self.closed_order(entry))
            .collect();
        if stage == Stage::All {
            orders.extend(self.open_orders(account, instrument, page));
            orders.sort_unstable_by_key(|order| order.order_id);
            let (Take::Oldest(count) | Take::Newest(count)) = page.take;
            if orders.len() > count {
                match page.take {
                    Take::Oldest(_) => orders.truncate(count),
                    Take::Newest(_) => drop(orders.drain(..orders.len() - count)),
                }
            }
        }
        orders
    }

    /// The account's order that is meant, open or closed; of several with one client id the newest.
    pub fn order(
        &self,
        account: AccountId,
        instrument: InstrumentId,
        order: OrderRef,
    ) -> Option<OrderRecord> {
        let known = self.instruments.get(&instrument);
        let open = known.and_then(|known| match order {
            OrderRef::Id(id) => known.tracker.get(id).filter(|it| it.account == account),
            OrderRef::Client(id) => known.tracker.by_client_order_id(account, id),
            OrderRef::Handle(_) | OrderRef::External(_) => None,
        });
        if let Some(open) = open {
            return Some(open.clone());
        }
        let of = self.index.of(instrument, account)?;
        let entry = match order {
            OrderRef::Id(id) => of.order(id),
            OrderRef::Client(id) => of.by_client_order_id(id),
            OrderRef::Handle(_) | OrderRef::External(_) => None,
        };
        self.closed_order(&entry?)
    }

    /// The account's executions, in the order of trade ids. A trade of two own orders is two executions.
    pub fn executions(
        &self,
        account: AccountId,
        instrument: InstrumentId,
        of: Of,
        page: &Page,
    ) -> Vec<Execution> {
        let entries = self.of(instrument, account, |it| it.executions(of, page));
        let execution = |entry: &Entry| {
            let trade = self.trade(entry)?;
            let role = if trade.taker.order_id == entry.order_id {
                Role::Taker
            } else {
                Role::Maker
            };
            let busted = self.bust_of(instrument, trade.trade_id);
            Some(Execution {
                trade,
                role,
                busted_at: busted.map(|event| event.at),
            })
        };
        entries.iter().filter_map(execution).collect()
    }

    /// The account's amendments; their ids are the sequence numbers of their commands.
    pub fn amendments(
        &self,
        account: AccountId,
        instrument: InstrumentId,
        of: Of,
        page: &Page,
    ) -> Vec<Amendment> {
        let entries = self.of(instrument, account, |it| it.amendments(of, page));
        let amendment = |entry: &Entry| match self.records.read(entry.place).ok()? {
            Record::Amendment(amendment) => Some(*amendment),
            Record::Order(_)
            | Record::Trade(_)
            | Record::Prevented(_)
            | Record::Second(_)
            | Record::Cut(_)
            | Record::Bust(_) => None,
        };
        entries.iter().filter_map(amendment).collect()
    }

    /// The account's prevented matches, in the order of their ids.
    pub fn prevented_matches(
        &self,
        account: AccountId,
        instrument: InstrumentId,
        of: Of,
        page: &Page,
    ) -> Vec<PreventedMatch> {
        let entries = self.of(instrument, account, |it| it.prevented(of, page));
        let prevented = |entry: &Entry| match self.records.read(entry.place).ok()? {
            Record::Prevented(prevented) => Some(*prevented),
            Record::Order(_)
            | Record::Trade(_)
            | Record::Amendment(_)
            | Record::Second(_)
            | Record::Cut(_)
            | Record::Bust(_) => None,
        };
        entries.iter().filter_map(prevented).collect()
    }

    /// Where a trade was taken back; `None` where it stands, or that is too long ago.
    pub fn bust_of(&self, instrument: InstrumentId, trade_id: TradeId) -> Option<EventPlace> {
        let bust = self.index.bust_of(instrument, trade_id)?;
        Some(bust.event)
    }

    /// The instrument's trades, in the order of their ids; those that were taken back are among them.
    pub fn trades(&self, instrument: InstrumentId, page: &Page) -> Vec<TradeRecord> {
        let entries = self.index.trades(instrument, page);
        entries.iter().filter_map(|it| self.trade(it)).collect()
    }

    /// Candles without a gap, oldest first; none before the first trade. The last one may go on.
    pub fn candles(
        &self,
        instrument: InstrumentId,
        interval: Interval,
        range: CandleRange,
    ) -> Vec<Candle> {
        let known = self.instruments.get(&instrument);
        known.map_or_else(Vec::new, |it| it.candles.candles(interval, range))
    }

    /// What traded in the window of `window_ns` up to `now`: in whole seconds, in whole minutes where it is longer
    /// than a day. `None` where nothing ever traded.
    pub fn statistics(
        &self,
        instrument: InstrumentId,
        now: Timestamp,
        window_ns: u64,
    ) -> Option<Statistics> {
        let known = self.instruments.get(&instrument)?;
        known.candles.statistics(now, window_ns)
    }

    /// The second of the instrument's last trade.
    pub fn last_trade_at(&self, instrument: InstrumentId) -> Option<Timestamp> {
        let known = self.instruments.get(&instrument)?;
        known.candles.current().map(|second| second.start)
    }

    /// The first second in which a trade after `trade` is: candles before it are as they were when that was the last.
    pub fn first_second_after(
        &self,
        instrument: InstrumentId,
        trade: TradeId,
    ) -> Option<Timestamp> {
        let known = self.instruments.get(&instrument)?;
        known.candles.first_second_after(trade)
    }

    /// The last trade of all; 0 before the first.
    pub fn last_trade(&self, instrument: InstrumentId) -> TradeId {
        let known = self.instruments.get(&instrument);
        let current = known.and_then(|it| it.candles.current());
        current.map_or(TradeId(0), |second| second.last_trade)
    }

    /// The price of the instrument's last trade.
    pub fn last_price(&self, instrument: InstrumentId) -> Option<Price> {
        self.instruments.get(&instrument)?.candles.last_price()
    }

    fn of(
        &self,
        instrument: InstrumentId,
        account: AccountId,
        entries: impl FnOnce(&OfAccount) -> Vec<Entry>,
    ) -> Vec<Entry> {
        let of = self.index.of(instrument, account);
        of.map_or_else(Vec::new, entries)
    }

    fn open_orders(
        &self,
        account: AccountId,
        instrument: InstrumentId,
        page: &Page,
    ) -> Vec<OrderRecord> {
        let open = |known: &OfInstrument| {
            let orders = known.tracker.of_account(account, OrderId(page.from_id));
            let meant = orders.filter(|it| page.admits(it.order_id.0, it.entered_at));
            page.of(meant).into_iter().cloned().collect()
        };
        let known = self.instruments.get(&instrument);
        known.map_or_else(Vec::new, open)
    }

    fn closed_order(&self, entry: &Entry) -> Option<OrderRecord> {
        match self.records.read(entry.place).ok()? {
            Record::Order(order) => Some(*order),
            Record::Trade(_)
            | Record::Amendment(_)
            | Record::Prevented(_)
            | Record::Second(_)
            | Record::Cut(_)
            | Record::Bust(_) => None,
        }
    }

    fn trade(&self, entry: &Entry) -> Option<TradeRecord> {
        match self.records.read(entry.place).ok()? {
            Record::Trade(trade) => Some(*trade),
            Record::Order(_)
            | Record::Amendment(_)
            | Record::Prevented(_)
            | Record::Second(_)
            | Record::Cut(_)
            | Record::Bust(_) => None,
        }
    }
}

/// The first instant after everything: what a range that has no end ends at.
pub const END_OF_TIME: Timestamp = Timestamp(u64::MAX);
