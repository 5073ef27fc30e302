//! What is written to clients: one struct a message, its fields in the venue's words.

mod account;
mod depth;
mod event;
mod kline;
mod list;
mod listing;
mod order;
mod query;
mod statistics;
mod stream;
mod trade;

pub use account::{
    AccountAnswer, CommissionAnswer, EmptyBalances, TradeAnswer, TradeFeeAnswer, free_and_locked,
    order_rates,
};
pub use depth::{BookTicker, DepthAnswer, PriceTicker, WireLevel};
pub use event::{AccountPosition, BalanceChange, ExecutionReport, PositionBalance};
pub use kline::{AverageAnswer, AverageEvent, KlineAnswer, KlineEvent};
pub use list::{ListAnswer, ListStatus};
pub use listing::{ListedSymbol, SymbolTerms};
pub use order::{CanceledOrder, PlacedOrder};
pub use query::{AmendedOrder, PreventedAnswer, QueriedOrder};
pub use statistics::{
    FullTicker, FullTickerEvent, MiniTicker, MiniTickerEvent, WindowTicker, WindowTickerEvent,
    Windowed, average_units,
};
pub use stream::{AggregateAnswer, AggregateEvent, BookTickerEvent, DepthUpdate, TradeEvent};
pub use trade::TradeListed;

use engine::{Notional, Price, Quantity};

use crate::binance::amount::Amount;
use crate::binance::time_unit::TimeUnit;
use crate::listing::ListedInstrument;

/// How an instrument's integers and times are written to one client.
#[derive(Debug, Clone, Copy)]
pub struct Writing<'a> {
    /// The instrument.
    pub listed: &'a ListedInstrument,
    /// The unit of times.
    pub unit: TimeUnit,
}

impl<'a> Writing<'a> {
    /// Its printed name.
    pub fn symbol(self) -> &'a str {
        self.listed.symbol.as_str()
    }

    /// A price of it.
    pub const fn price(self, price: Price) -> Amount {
        Amount::of_price(price, self.listed.scale)
    }

    /// A quantity of it.
    pub const fn quantity(self, quantity: Quantity) -> Amount {
        Amount::of_quantity(quantity, self.listed.scale)
    }

    /// An amount of its quote asset.
    pub const fn notional(self, notional: Notional) -> Amount {
        Amount::of_notional(notional, self.listed.scale)
    }

    /// A time.
    pub const fn time(self, us: u64) -> u64 {
        self.unit.of_us(us)
    }
}

/// A message as JSON text.
pub fn json<T: serde::Serialize>(message: &T) -> String {
    serde_json::to_string(message).expect("messages are plain JSON")
}
