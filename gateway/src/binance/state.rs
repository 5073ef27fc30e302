//! What this persona knows: symbols, followed accounts, requests whose outcome is not here, limits.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use engine::{AccountId, ClientOrderId, Rejected, SelfTradePrevention};
use protocol::ExactDecimal;
use sequencer::SessionId;
use tokio::sync::oneshot;

use crate::binance::filters::{SymbolBounds, SymbolFilters};
use crate::binance::keys::DemoApiKeys;
use crate::binance::limits::{RateLimits, VenueLimits};
use crate::binance::orders::{Attributes, Report, VenueOrder, VenueOrders};
use crate::binance::refusals_counted::RefusalsCounted;
use crate::binance::sockets::Sockets;
use crate::binance::streams::Hub;
use crate::binance::tape::Tape;
use crate::binance::user_stream::UserStreams;
use crate::edge::{Edge, InstrumentState};
use crate::hashing::HashMap;
use crate::listing::Listing;
use crate::lock::lock;

/// What config says of this persona.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VenueConfig {
    /// What is admitted.
    pub limits: VenueLimits,
    /// Bounds that no instrument has of its own.
    pub bounds: SymbolBounds,
    /// Whether streams by listen key are served.
    pub listen_keys: ListenKeys,
    /// Whether this persona is there at all.
    pub serving: Serving,
}

impl VenueConfig {
    /// What config/exchange.toml says: the live venue's limits.
    pub const fn live() -> Self {
        Self {
            limits: VenueLimits {
                request_weight_max: 6_000,
                orders_per_10s_max: 100,
                orders_per_day_max: 200_000,
                raw_requests_max: 300_000,
                sockets_opened_max: 300,
                stream_frames_per_s_max: 5,
            },
            bounds: SymbolBounds {
                notional_min: ExactDecimal::new(5, 0),
                notional_max: ExactDecimal::new(9_000_000, 0),
                open_orders_max: 200,
                algo_orders_max: 5,
                order_lists_max: 20,
                amendments_max: 10,
                iceberg_parts_max: 100,
                price_multiplier_up: ExactDecimal::new(5, 0),
                price_multiplier_down: ExactDecimal::new(2, 1),
                self_trade_prevention: SelfTradePrevention::CancelOldest,
                self_trade_prevention_of: Vec::new(),
            },
            listen_keys: ListenKeys::Served,
            serving: Serving::Offered,
        }
    }
}

/// Whether streams by listen key are served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListenKeys {
    /// They are, for bots from before 2026.
    Served,
    /// They are answered 410, as the live venue does.
    Gone,
}

/// Whether this persona is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Serving {
    /// It is.
    Offered,
    /// It has no paths, and keeps nothing of what happens.
    Off,
}

/// What this persona knows.
#[derive(Debug)]
pub struct Venue {
    /// The session whose commands are this persona's.
    pub session: SessionId,
    /// What is asked, counted.
    pub limits: RateLimits,
    /// What each instrument has beside its book, in the order of the listing.
    pub symbols: Vec<SymbolState>,
    /// Keys that config gives.
    pub demo_keys: DemoApiKeys,
    /// Who is told of accounts.
    pub users: UserStreams,
    /// All sockets.
    pub sockets: Sockets,
    /// Who follows which stream.
    pub hub: Hub,
    /// What was refused.
    pub refusals: RefusalsCounted,
    /// Whether streams by listen key are served.
    pub listen_keys: ListenKeys,
    /// Whether this persona is there.
    pub serving: Serving,
    followed: Box<[AtomicBool]>,
    pending: Mutex<HashMap<u64, Pending>>,
    requests_numbered: AtomicU64,
    last_list: AtomicU64,
}

/// What an instrument has beside its book.
#[derive(Debug)]
pub struct SymbolState {
    /// What its orders must fit.
    pub filters: SymbolFilters,
    /// The orders of followed accounts.
    pub orders: Mutex<VenueOrders>,
    /// What was traded.
    pub tape: Mutex<Tape>,
}

/// A command whose outcome is not here.
#[derive(Debug)]
pub struct Pending {
    /// For whom.
    pub account: AccountId,
    /// What its request says of the order that it enters.
    pub attributes: Attributes,
    /// The same of each order of a list, in their order; of a list alone.
    pub legs: Vec<Attributes>,
    /// The id that its request gives a cancel, or an amended order.
    pub request_id: Option<ClientOrderId>,
    /// The order that is to take the place of a canceled one, as it would be told of if it were refused.
    pub replacement: Option<Box<VenueOrder>>,
    /// Where its outcome goes.
    pub answer: oneshot::Sender<Answered>,
}

/// What became of a command.
#[derive(Debug)]
pub struct Answered {
    /// What happened to the account's orders.
    pub reports: Vec<Report>,
    /// What the engine refused.
    pub rejected: Vec<Rejected>,
}

impl Venue {
    /// A persona that nobody has asked yet.
    pub fn new(
        listing: &Listing,
        accounts_max: u32,
        demo_keys: DemoApiKeys,
        config: VenueConfig,
        session: SessionId,
    ) -> Self {
        let symbols = listing
            .instruments()
            .iter()
            .map(|listed| SymbolState {
                filters: SymbolFilters::new(listed, &config.bounds),
                orders: Mutex::default(),
                tape: Mutex::default(),
            })
            .collect();
        let accounts = usize::try_from(accounts_max).expect("a machine has at least 32 bits");
        let venue = Self {
            session,
            limits: RateLimits::new(config.limits),
            symbols,
            users: UserStreams::default(),
            sockets: Sockets::default(),
            hub: Hub::default(),
            refusals: RefusalsCounted::default(),
            listen_keys: config.listen_keys,
            serving: config.serving,
            followed: (0..accounts).map(|_| AtomicBool::new(false)).collect(),
            pending: Mutex::default(),
            requests_numbered: AtomicU64::new(0),
            last_list: AtomicU64::new(0),
            demo_keys,
        };
        for account in venue.demo_keys.accounts() {
            venue.mark_followed(account);
        }
        venue
    }

    /// What an instrument has beside its book.
    pub fn symbol(&self, state: &InstrumentState) -> &SymbolState {
        let place = crate::listing::place_of(state.id()).expect("listed instruments have an id");
        &self.symbols[place]
    }

    /// Whether the account's orders are kept here.
    pub fn is_followed(&self, account: AccountId) -> bool {
        usize::try_from(account.0)
            .ok()
            .and_then(|place| self.followed.get(place))
            .is_some_and(|followed| followed.load(Ordering::Relaxed))
    }

    /// Marks an account; true where it was not followed before.
    fn mark_followed(&self, account: AccountId) -> bool {
        usize::try_from(account.0)
            .ok()
            .and_then(|place| self.followed.get(place))
            .is_some_and(|followed| !followed.swap(true, Ordering::Relaxed))
    }

    /// The account's orders are kept from now on, those that are open included.
    pub fn follow(&self, edge: &Edge, account: AccountId) {
        if self.is_followed(account) || !self.mark_followed(account) {
            return;
        }
        for state in &edge.instruments {
            self.take_in(state, |owner| owner == account);
        }
    }

    /// Takes in the open orders of followed accounts, as a snapshot has brought them.
    pub fn take_in_all(&self, edge: &Edge) {
        let keys = edge.ledger.all_keys();
        for account in keys.iter().map(|(key, _)| key.account) {
            self.mark_followed(account);
        }
        for state in &edge.instruments {
            self.take_in(state, |owner| self.is_followed(owner));
        }
    }

    fn take_in(&self, state: &InstrumentState, is_meant: impl Fn(AccountId) -> bool) {
        let open: Vec<VenueOrder> = lock(&state.orders)
            .all()
            .filter(|order| is_meant(order.account))
            .map(|order| {
                VenueOrder::found(order, crate::native::translate::at_us(order.entered_at))
            })
            .collect();
        let mut orders = lock(&self.symbol(state).orders);
        for order in open {
            let is_known = orders
                .of(order.account)
                .is_some_and(|known| known.get(order.order_id).is_some());
            if !is_known {
                orders.take_in(order);
            }
        }
    }

    /// The number of the next list: it grows with the clock, over restarts too.
    pub fn next_list_id(&self, now_us: u64) -> u64 {
        let next = |last: u64| Some(now_us.max(last.saturating_add(1)));
        let before = self
            .last_list
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, next)
            .expect("there is always a next one");
        now_us.max(before.saturating_add(1))
    }

    /// Notes a command on its way, and gives it a number.
    pub fn expect(&self, pending: Pending) -> u64 {
        let number = self.requests_numbered.fetch_add(1, Ordering::Relaxed);
        lock(&self.pending).insert(number, pending);
        number
    }

    /// The command is not on its way any more.
    pub fn take_pending(&self, number: u64) -> Option<Pending> {
        lock(&self.pending).remove(&number)
    }
}

/// An account's open orders in a symbol, and how many of them wait for a price.
pub fn open_counts(symbol: &SymbolState, account: AccountId) -> (usize, usize) {
    let orders = lock(&symbol.orders);
    let Some(of_account) = orders.of(account) else {
        return (0, 0);
    };
    let waiting = of_account
        .open()
        .filter(|order| order.order_type.waits() && order.working_us.is_none());
    (of_account.open_count(), waiting.count())
}
