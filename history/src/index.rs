//! Where the records of each account are: bounded lists, whose oldest entries make room.

use std::collections::{BTreeMap, VecDeque};

use engine::{AccountId, ClientOrderId, InstrumentId, OrderId, SequenceNumber, Timestamp, TradeId};

use crate::bust::BustRecord;
use crate::hashing::HashMap;
use crate::page::{Of, Page};
use crate::record::{Filed, Record};

/// How much is found again; what is older stays in the files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IndexLimits {
    /// Facts of each kind of one account on one instrument.
    pub per_account_max: usize,
    /// Trades of one instrument.
    pub trades_max: usize,
}

impl Default for IndexLimits {
    fn default() -> Self {
        Self {
            per_account_max: 20_000,
            trades_max: 100_000,
        }
    }
}

/// Where a record is, and by what it is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// By what its list is ordered.
    pub id: u64,
    /// The order that it is about.
    pub order_id: OrderId,
    /// When it happened; of an order, when it was entered.
    pub at: Timestamp,
    /// The command that caused it.
    pub sequence: SequenceNumber,
    /// Its place in the archive.
    pub place: u64,
}

/// Where all records are.
#[derive(Debug)]
pub struct Index {
    limits: IndexLimits,
    accounts: HashMap<(InstrumentId, AccountId), OfAccount>,
    trades: HashMap<InstrumentId, VecDeque<Entry>>,
    // By trade, so that the oldest trades' make room.
    busts: HashMap<InstrumentId, BTreeMap<TradeId, BustRecord>>,
}

/// Where the records of one account on one instrument are.
#[derive(Debug, Default)]
pub struct OfAccount {
    // They end in another order than they began in.
    orders: BTreeMap<OrderId, Entry>,
    by_client_order_id: HashMap<ClientOrderId, OrderId>,
    executions: VecDeque<Entry>,
    amendments: VecDeque<Entry>,
    prevented: VecDeque<Entry>,
}

impl Index {
    /// An index of nothing.
    pub fn new(limits: IndexLimits) -> Self {
        Self {
            limits,
            accounts: HashMap::default(),
            trades: HashMap::default(),
            busts: HashMap::default(),
        }
    }

    /// Takes note of a record's place.
    pub fn add(&mut self, filed: &Filed, place: u64) {
        let instrument = filed.instrument;
        match &filed.record {
            Record::Order(order) => {
                let entry = Entry {
                    id: order.order_id.0,
                    order_id: order.order_id,
                    at: order.entered_at,
                    sequence: order.last_event.sequence,
                    place,
                };
                let max = self.limits.per_account_max;
                let account = self.account_mut(instrument, order.account);
                account.add_order(entry, order.client_order_id, max);
            }
            Record::Trade(trade) => {
                let entry = |order_id| Entry {
                    id: trade.trade_id.0,
                    order_id,
                    at: trade.event.at,
                    sequence: trade.event.sequence,
                    place,
                };
                let trades = self.trades.entry(instrument).or_default();
                push(trades, entry(trade.taker.order_id), self.limits.trades_max);
                for leg in [&trade.taker, &trade.maker] {
                    let max = self.limits.per_account_max;
                    let account = self.account_mut(instrument, leg.account);
                    push(&mut account.executions, entry(leg.order_id), max);
                }
            }
            Record::Amendment(amendment) => {
                let entry = Entry {
                    id: amendment.event.sequence.0,
                    order_id: amendment.order_id,
                    at: amendment.event.at,
                    sequence: amendment.event.sequence,
                    place,
                };
                let max = self.limits.per_account_max;
                let account = self.account_mut(instrument, amendment.account);
                push(&mut account.amendments, entry, max);
            }
            Record::Prevented(prevented) => {
                let max = self.limits.per_account_max;
                for (account, order_id) in [
                    (prevented.taker_account, prevented.taker),
                    (prevented.maker_account, prevented.maker),
                ] {
                    let entry = Entry {
                        id: prevented.prevented_id,
                        order_id,
                        at: prevented.event.at,
                        sequence: prevented.event.sequence,
                        place,
                    };
                    let list = &mut self.account_mut(instrument, account).prevented;
                    push(list, entry, max);
                }
            }
            Record::Bust(bust) => {
                let busts = self.busts.entry(instrument).or_default();
                busts.insert(bust.trade_id, **bust);
                if busts.len() > self.limits.trades_max {
                    busts.pop_first();
                }
            }
            Record::Cut(sequence) => self.cut(instrument, *sequence),
            Record::Second(_) => {}
        }
    }

    /// Where the records of an account on an instrument are.
    pub fn of(&self, instrument: InstrumentId, account: AccountId) -> Option<&OfAccount> {
        self.accounts.get(&(instrument, account))
    }

    /// Where trades of the instrument are.
    pub fn trades(&self, instrument: InstrumentId, page: &Page) -> Vec<Entry> {
        let trades = self.trades.get(&instrument);
        trades.map_or_else(Vec::new, |trades| select(trades, Of::Account, page))
    }

    /// How a trade was taken back, if it was.
    pub fn bust_of(&self, instrument: InstrumentId, trade_id: TradeId) -> Option<&BustRecord> {
        self.busts.get(&instrument)?.get(&trade_id)
    }

    /// Trades that commands after `sequence` took back.
    pub fn busts_after(
        &self,
        instrument: InstrumentId,
        sequence: SequenceNumber,
    ) -> Vec<BustRecord> {
        let busts = self.busts.get(&instrument).into_iter();
        let busts = busts.flat_map(BTreeMap::values).copied();
        busts
            .filter(|bust| bust.event.sequence > sequence)
            .collect()
    }

    /// Whether every trade of the instrument from `from` on is found.
    pub fn has_all_from(&self, instrument: InstrumentId, from: Timestamp) -> bool {
        let oldest = self.trades.get(&instrument).and_then(VecDeque::front);
        oldest.is_some_and(|oldest| oldest.at < from || oldest.id == 1)
    }

    /// Forgets what stood before `start`.
    pub fn forget_before(&mut self, start: u64) {
        for trades in self.trades.values_mut() {
            trades.retain(|entry| entry.place >= start);
        }
        for account in self.accounts.values_mut() {
            account.retain(|entry| entry.place >= start);
        }
    }

    /// Forgets what commands of the instrument after `sequence` did.
    fn cut(&mut self, instrument: InstrumentId, sequence: SequenceNumber) {
        if let Some(trades) = self.trades.get_mut(&instrument) {
            trades.retain(|entry| entry.sequence <= sequence);
        }
        if let Some(busts) = self.busts.get_mut(&instrument) {
            busts.retain(|_, bust| bust.event.sequence <= sequence);
        }
        for ((of, _), account) in &mut self.accounts {
            if *of == instrument {
                account.retain(|entry| entry.sequence <= sequence);
            }
        }
    }

    fn account_mut(&mut self, instrument: InstrumentId, account: AccountId) -> &mut OfAccount {
        self.accounts.entry((instrument, account)).or_default()
    }
}

impl OfAccount {
    /// Where the order with this id is.
    pub fn order(&self, order_id: OrderId) -> Option<Entry> {
        self.orders.get(&order_id).copied()
    }

    /// Where the newest order with this client id is.
    pub fn by_client_order_id(&self, id: ClientOrderId) -> Option<Entry> {
        self.order(*self.by_client_order_id.get(&id)?)
    }

    /// Where closed orders are.
    pub fn orders(&self, page: &Page) -> Vec<Entry> {
        let orders = self.orders.range(OrderId(page.from_id)..);
        let orders = orders.map(|(_, entry)| *entry);
        page.of(orders.filter(|entry| page.admits(entry.id, entry.at)))
    }

    /// Where executions are.
    pub fn executions(&self, of: Of, page: &Page) -> Vec<Entry> {
        select(&self.executions, of, page)
    }

    /// Where amendments are.
    pub fn amendments(&self, of: Of, page: &Page) -> Vec<Entry> {
        select(&self.amendments, of, page)
    }

    /// Where prevented matches are.
    pub fn prevented(&self, of: Of, page: &Page) -> Vec<Entry> {
        let entries = self.prevented.iter().copied();
        match of {
            Of::Order(_) => select(&self.prevented, of, page),
            // One match of two own orders stands there for each of them, side by side.
            Of::Account => {
                let before = std::iter::once(None).chain(self.prevented.iter().map(Some));
                let pairs: Vec<Entry> = entries
                    .zip(before)
                    .filter(|(entry, before)| before.is_none_or(|it| it.place != entry.place))
                    .map(|(entry, _)| entry)
                    .filter(|entry| page.admits(entry.id, entry.at))
                    .collect();
                page.of(pairs.into_iter())
            }
        }
    }

    fn add_order(&mut self, entry: Entry, client: Option<ClientOrderId>, max: usize) {
        if let Some(client) = client {
            self.by_client_order_id.insert(client, entry.order_id);
        }
        self.orders.insert(entry.order_id, entry);
        if self.orders.len() > max {
            self.orders.pop_first();
            self.forget_names();
        }
    }

    fn retain(&mut self, keep: impl Fn(&Entry) -> bool) {
        self.orders.retain(|_, entry| keep(entry));
        self.forget_names();
        for list in [
            &mut self.executions,
            &mut self.amendments,
            &mut self.prevented,
        ] {
            list.retain(&keep);
        }
    }

    /// Names of orders that are gone. Not at each one: that would cost as much as all names.
    fn forget_names(&mut self) {
        if self.by_client_order_id.len() > self.orders.len().saturating_mul(2) {
            let orders = &self.orders;
            self.by_client_order_id
                .retain(|_, order_id| orders.contains_key(order_id));
        }
    }
}

fn push(list: &mut VecDeque<Entry>, entry: Entry, max: usize) {
    list.push_back(entry);
    if list.len() > max {
        list.pop_front();
    }
}

fn select(list: &VecDeque<Entry>, of: Of, page: &Page) -> Vec<Entry> {
    let first = list.partition_point(|entry| entry.id < page.from_id || entry.at < page.from);
    let is_meant = |entry: &Entry| match of {
        Of::Account => true,
        Of::Order(order_id) => entry.order_id == order_id,
    };
    let entries = list.range(first..).copied();
    let entries = entries.filter(|entry| is_meant(entry) && page.admits(entry.id, entry.at));
    page.of(entries)
}
