//! What can be asked, under which names on REST and on the WebSocket API, by whom and at which weight.

use crate::binance::params::Params;

/// Something that can be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Nothing.
    Ping,
    /// The exchange's time.
    Time,
    /// What is listed.
    Listing,
    /// Rules of execution.
    ExecutionRules,
    /// The book.
    Depth,
    /// The newest trades.
    RecentTrades,
    /// Trades from an id on.
    HistoricalTrades,
    /// Block trades.
    BlockTrades,
    /// Trades by taker and price.
    AggregateTrades,
    /// Candles.
    Klines,
    /// Candles for charts.
    UiKlines,
    /// The average price.
    AveragePrice,
    /// Statistics of the last 24 hours.
    Ticker24h,
    /// Statistics of the day.
    TickerTradingDay,
    /// Statistics of a window.
    TickerRolling,
    /// The last price.
    TickerPrice,
    /// Best bid and ask.
    TickerBook,
    /// A reference price.
    ReferencePrice,
    /// How it is calculated.
    ReferencePriceCalculation,
    /// Enter an order.
    PlaceOrder,
    /// Check an order.
    TestOrder,
    /// End an order.
    CancelOrder,
    /// End an order and enter another.
    CancelReplace,
    /// Lower an order's quantity.
    Amend,
    /// End all orders of a symbol.
    CancelOpenOrders,
    /// Enter two orders of which one cancels the other, in the old way.
    PlaceLegacyOco,
    /// Enter two orders of which one cancels the other.
    PlaceOco,
    /// Enter an order that starts another.
    PlaceOto,
    /// Enter an order that starts two.
    PlaceOtoco,
    /// Enter an order that pays for another.
    PlaceOpo,
    /// Enter an order that pays for two.
    PlaceOpoco,
    /// End a list of orders.
    CancelList,
    /// Enter an order for the best of several books.
    PlaceSor,
    /// Check such an order.
    TestSor,
    /// Balances.
    Account,
    /// One order.
    QueryOrder,
    /// Open orders.
    OpenOrders,
    /// All orders of a symbol.
    AllOrders,
    /// One list.
    QueryList,
    /// Open lists.
    OpenLists,
    /// All lists.
    AllLists,
    /// The account's trades.
    MyTrades,
    /// How many orders the account has entered.
    OrderLimits,
    /// Matches that were prevented.
    PreventedMatches,
    /// Allocations of such orders.
    Allocations,
    /// What trading costs.
    Commission,
    /// Amendments of an order.
    Amendments,
    /// Filters of the account.
    MyFilters,
    /// Open a user data stream by key.
    StartListenKey,
    /// Keep it.
    KeepListenKey,
    /// End it.
    EndListenKey,
    /// What trading costs, for `sapi`.
    TradeFees,
    /// Coins, for `sapi`.
    Coins,
    /// Whether the venue works, for `sapi`.
    SystemStatus,
    /// A list of nothing, for `sapi`.
    EmptyList,
    /// A listing of nothing, for markets that are not here.
    EmptyListing,
}

/// Who may ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// Everybody.
    None,
    /// Who has a key, without a signature.
    Key,
    /// Whose key may trade.
    Trade,
    /// Whose key may read.
    Read,
}

/// A verb of HTTP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    Get,
    Post,
    Put,
    Delete,
}

struct Row {
    method: Method,
    verb: Verb,
    path: &'static str,
    /// Empty where the WebSocket API does not have it.
    name: &'static str,
    security: Security,
    weight: u32,
}

const fn row(
    method: Method,
    verb: Verb,
    path: &'static str,
    name: &'static str,
    security: Security,
    weight: u32,
) -> Row {
    Row {
        method,
        verb,
        path,
        name,
        security,
        weight,
    }
}

const API: &str = "/api/v3/";

#[rustfmt::skip]
const ROWS: &[Row] = {
    use Method as M;
    use Security::{Key, None, Read, Trade};
    use Verb::{Delete, Get, Post, Put};
    &[
        row(M::Ping, Get, "ping", "ping", None, 1),
        row(M::Time, Get, "time", "time", None, 1),
        row(M::Listing, Get, "exchangeInfo", "exchangeInfo", None, 20),
        row(M::ExecutionRules, Get, "executionRules", "executionRules", None, 2),
        row(M::Depth, Get, "depth", "depth", None, 5),
        row(M::RecentTrades, Get, "trades", "trades.recent", None, 25),
        row(M::HistoricalTrades, Get, "historicalTrades", "trades.historical", None, 25),
        row(M::BlockTrades, Get, "historicalBlockTrades", "blockTrades.historical", None, 25),
        row(M::AggregateTrades, Get, "aggTrades", "trades.aggregate", None, 4),
        row(M::Klines, Get, "klines", "klines", None, 2),
        row(M::UiKlines, Get, "uiKlines", "uiKlines", None, 2),
        row(M::AveragePrice, Get, "avgPrice", "avgPrice", None, 2),
        row(M::Ticker24h, Get, "ticker/24hr", "ticker.24hr", None, 2),
        row(M::TickerTradingDay, Get, "ticker/tradingDay", "ticker.tradingDay", None, 4),
        row(M::TickerRolling, Get, "ticker", "ticker", None, 4),
        row(M::TickerPrice, Get, "ticker/price", "ticker.price", None, 2),
        row(M::TickerBook, Get, "ticker/bookTicker", "ticker.book", None, 2),
        row(M::ReferencePrice, Get, "referencePrice", "referencePrice", None, 2),
        row(M::ReferencePriceCalculation, Get, "referencePrice/calculation", "referencePrice.calculation", None, 2),
        row(M::PlaceOrder, Post, "order", "order.place", Trade, 1),
        row(M::TestOrder, Post, "order/test", "order.test", Trade, 1),
        row(M::CancelOrder, Delete, "order", "order.cancel", Trade, 1),
        row(M::CancelReplace, Post, "order/cancelReplace", "order.cancelReplace", Trade, 1),
        row(M::Amend, Put, "order/amend/keepPriority", "order.amend.keepPriority", Trade, 4),
        row(M::CancelOpenOrders, Delete, "openOrders", "openOrders.cancelAll", Trade, 1),
        row(M::PlaceLegacyOco, Post, "order/oco", "orderList.place", Trade, 1),
        row(M::PlaceOco, Post, "orderList/oco", "orderList.place.oco", Trade, 1),
        row(M::PlaceOto, Post, "orderList/oto", "orderList.place.oto", Trade, 1),
        row(M::PlaceOtoco, Post, "orderList/otoco", "orderList.place.otoco", Trade, 1),
        row(M::PlaceOpo, Post, "orderList/opo", "orderList.place.opo", Trade, 1),
        row(M::PlaceOpoco, Post, "orderList/opoco", "orderList.place.opoco", Trade, 1),
        row(M::CancelList, Delete, "orderList", "orderList.cancel", Trade, 1),
        row(M::PlaceSor, Post, "sor/order", "sor.order.place", Trade, 1),
        row(M::TestSor, Post, "sor/order/test", "sor.order.test", Trade, 1),
        row(M::Account, Get, "account", "account.status", Read, 20),
        row(M::QueryOrder, Get, "order", "order.status", Read, 4),
        row(M::OpenOrders, Get, "openOrders", "openOrders.status", Read, 6),
        row(M::AllOrders, Get, "allOrders", "allOrders", Read, 20),
        row(M::QueryList, Get, "orderList", "orderList.status", Read, 4),
        row(M::OpenLists, Get, "openOrderList", "openOrderLists.status", Read, 6),
        row(M::AllLists, Get, "allOrderList", "allOrderLists", Read, 20),
        row(M::MyTrades, Get, "myTrades", "myTrades", Read, 20),
        row(M::OrderLimits, Get, "rateLimit/order", "account.rateLimits.orders", Read, 40),
        row(M::PreventedMatches, Get, "myPreventedMatches", "myPreventedMatches", Read, 2),
        row(M::Allocations, Get, "myAllocations", "myAllocations", Read, 20),
        row(M::Commission, Get, "account/commission", "account.commission", Read, 20),
        row(M::Amendments, Get, "order/amendments", "order.amendments", Read, 4),
        row(M::MyFilters, Get, "myFilters", "myFilters", Read, 40),
        row(M::StartListenKey, Post, "userDataStream", "userDataStream.start", Key, 2),
        row(M::KeepListenKey, Put, "userDataStream", "userDataStream.ping", Key, 2),
        row(M::EndListenKey, Delete, "userDataStream", "userDataStream.stop", Key, 2),
        row(M::TradeFees, Get, "/sapi/v1/asset/tradeFee", "", Read, 1),
        row(M::Coins, Get, "/sapi/v1/capital/config/getall", "", Read, 10),
        row(M::SystemStatus, Get, "/sapi/v1/system/status", "", None, 1),
        row(M::EmptyList, Get, "/sapi/v1/margin/allPairs", "", Key, 1),
        row(M::EmptyList, Get, "/sapi/v1/margin/isolated/allPairs", "", Key, 10),
        row(M::EmptyListing, Get, "/fapi/v1/exchangeInfo", "", None, 1),
        row(M::EmptyListing, Get, "/dapi/v1/exchangeInfo", "", None, 1),
    ]
};

/// A method as it was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked {
    /// What.
    pub method: Method,
    /// Who may.
    pub security: Security,
    /// The listed weight.
    pub weight: u32,
}

impl Asked {
    const fn of(row: &Row) -> Self {
        Self {
            method: row.method,
            security: row.security,
            weight: row.weight,
        }
    }
}

/// What a REST path and verb ask for. The version of the path is free: `/api/v1/` and `/api/v3/` are the same.
pub fn of_path(verb: &http::Method, path: &str) -> Option<Asked> {
    let verb = match verb.as_str() {
        "GET" | "HEAD" => Verb::Get,
        "POST" => Verb::Post,
        "PUT" => Verb::Put,
        "DELETE" => Verb::Delete,
        _ => return None,
    };
    let path = path
        .strip_prefix(API)
        .or_else(|| path.strip_prefix("/api/v1/"))
        .unwrap_or(path)
        .trim_end_matches('/');
    ROWS.iter()
        .find(|row| row.verb == verb && row.path == path)
        .map(Asked::of)
}

/// What a method of the WebSocket API asks for; it may be written behind `v3/`.
pub fn of_name(name: &str) -> Option<Asked> {
    let name = name.strip_prefix("v3/").unwrap_or(name);
    ROWS.iter()
        .find(|row| row.name == name && !name.is_empty())
        .map(Asked::of)
}

/// The weight of a request, which grows with what it asks for.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "most methods weigh what their row says"
)]
pub fn weight(asked: Asked, params: &Params, symbols: u32) -> u32 {
    let number = |name: &str| params.peek_number(name);
    let named = params.count_of_words("symbols");
    let is_for_all = !params.has("symbol") && named.is_none();
    match asked.method {
        Method::Depth => match number("limit").unwrap_or(100) {
            0..=100 => 5,
            101..=500 => 25,
            501..=1_000 => 50,
            _ => 250,
        },
        Method::Ticker24h => match named {
            Some(0..=20) => 2,
            Some(21..=100) => 40,
            Some(_) => 80,
            None if is_for_all => 80,
            None => 2,
        },
        Method::TickerTradingDay | Method::TickerRolling => {
            named.unwrap_or(1).saturating_mul(4).clamp(4, 200)
        }
        Method::TickerPrice | Method::TickerBook if is_for_all || named.is_some() => 4,
        Method::ExecutionRules => named
            .unwrap_or(if is_for_all { symbols } else { 1 })
            .saturating_mul(2)
            .clamp(2, 40),
        Method::OpenOrders if is_for_all => 80,
        Method::MyTrades if params.has("orderId") => 5,
        Method::PreventedMatches if params.has("orderId") => 20,
        Method::TestOrder if params.has("computeCommissionRates") => 20,
        _ => asked.weight,
    }
}

/// Whether a request is charged nothing where it succeeds.
pub const fn is_free_of_charge(method: Method) -> bool {
    matches!(
        method,
        Method::PlaceOrder
            | Method::CancelOrder
            | Method::CancelReplace
            | Method::CancelOpenOrders
            | Method::PlaceLegacyOco
            | Method::PlaceOco
            | Method::PlaceOto
            | Method::PlaceOtoco
            | Method::PlaceOpo
            | Method::PlaceOpoco
            | Method::CancelList
            | Method::PlaceSor
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_method_has_one_name_on_each_surface() {
        assert_eq!(
            of_path(&http::Method::DELETE, "/api/v3/order")
                .unwrap()
                .method,
            Method::CancelOrder
        );
        assert_eq!(
            of_name("v3/order.place").unwrap().method,
            Method::PlaceOrder
        );
        assert_eq!(of_path(&http::Method::PATCH, "/api/v3/order"), None);
        assert_eq!(of_path(&http::Method::GET, "/api/v3/nope"), None);
        assert_eq!(of_name(""), None);
    }

    #[test]
    fn no_row_stands_twice() {
        for (place, one) in ROWS.iter().enumerate() {
            for other in &ROWS[..place] {
                assert!(
                    one.verb != other.verb || one.path != other.path,
                    "{}",
                    one.path
                );
                assert!(
                    one.name.is_empty() || one.name != other.name,
                    "{}",
                    one.name
                );
            }
        }
    }

    #[test]
    fn the_weight_of_depth_grows_with_its_levels() {
        let asked = of_name("depth").unwrap();
        for (limit, expected) in [(5, 5), (100, 5), (101, 25), (1000, 50), (5000, 250)] {
            let params = Params::of_http(&format!("limit={limit}"), "").unwrap();
            assert_eq!(weight(asked, &params, 8), expected, "{limit}");
        }
    }
}
