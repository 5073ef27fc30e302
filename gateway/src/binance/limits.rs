//! What the venue lets one address and one account ask: request weight, orders, connections.

use std::net::IpAddr;
use std::sync::Mutex;

use engine::AccountId;
use serde::Serialize;

use crate::binance::refusal::Refusal;
use crate::hashing::HashMap;
use crate::lock::lock;

const SECOND_US: u64 = 1_000_000;
const MINUTE_US: u64 = 60 * SECOND_US;
const DAY_US: u64 = 86_400 * SECOND_US;
const FIVE_MINUTES_US: u64 = 5 * MINUTE_US;
/// Requests of one window that are refused before the address is banned.
const REFUSED_MAX: u32 = 20;
const FIRST_BAN_US: u64 = 2 * MINUTE_US;
const LONGEST_BAN_US: u64 = 3 * DAY_US;
/// What the first fill of an order gives back, as maker.
const MAKER_CREDIT: u32 = 5;

/// Bounds of this persona, given by config.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VenueLimits {
    /// Request weight of one address in a minute.
    pub request_weight_max: u32,
    /// New orders of one account in ten seconds.
    pub orders_per_10s_max: u32,
    /// New orders of one account in a day.
    pub orders_per_day_max: u32,
    /// Requests of one address in five minutes.
    pub raw_requests_max: u32,
    /// Sockets that one address opens in five minutes.
    pub sockets_opened_max: u32,
    /// Frames that a socket of streams may say in a second, pings and pongs among them.
    pub stream_frames_per_s_max: u32,
}

/// A limit as clients read it.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WireLimit {
    rate_limit_type: &'static str,
    interval: &'static str,
    interval_num: u32,
    limit: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    count: Option<u32>,
}

/// What an account has entered in its two windows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct OrderCounts {
    /// In these ten seconds.
    pub ten_seconds: u32,
    /// On this day.
    pub day: u32,
}

/// A count that begins again with each window of the clock.
#[derive(Debug, Clone, Copy, Default)]
struct Window {
    number: u64,
    count: u32,
}

impl Window {
    fn at(&mut self, now_us: u64, length_us: u64) -> &mut u32 {
        let number = now_us / length_us;
        if self.number != number {
            *self = Self { number, count: 0 };
        }
        &mut self.count
    }
}

#[derive(Debug, Clone, Copy, Default)]
struct Address {
    weight: Window,
    raw: Window,
    connections: Window,
    refused: Window,
    banned_until_us: u64,
    last_ban_us: u64,
}

#[derive(Debug, Clone, Copy, Default)]
struct Orders {
    ten_seconds: Window,
    day: Window,
}

/// Counts what was asked.
#[derive(Debug)]
pub struct RateLimits {
    limits: VenueLimits,
    addresses: Mutex<HashMap<IpAddr, Address>>,
    orders: Mutex<HashMap<AccountId, Orders>>,
}

/// Addresses that are remembered; beyond it, those of past windows are forgotten.
const ADDRESSES_MAX: usize = 10_000;

impl RateLimits {
    /// Nothing was asked yet.
    pub fn new(limits: VenueLimits) -> Self {
        Self {
            limits,
            addresses: Mutex::default(),
            orders: Mutex::default(),
        }
    }

    /// A request of this weight; returns what the address has used in this minute.
    ///
    /// # Errors
    /// It is too much, or the address is banned.
    pub fn charge(&self, address: IpAddr, weight: u32, now_us: u64) -> Result<u32, Refusal> {
        let mut addresses = lock(&self.addresses);
        if addresses.len() >= ADDRESSES_MAX && !addresses.contains_key(&address) {
            let minute = now_us / MINUTE_US;
            addresses
                .retain(|_, known| known.weight.number >= minute || known.banned_until_us > now_us);
        }
        let known = addresses.entry(address).or_default();
        if known.banned_until_us > now_us {
            return Err(banned(known.banned_until_us, now_us));
        }
        let used = known.weight.at(now_us, MINUTE_US).saturating_add(weight);
        let raw = known.raw.at(now_us, FIVE_MINUTES_US).saturating_add(1);
        if used <= self.limits.request_weight_max && raw <= self.limits.raw_requests_max {
            *known.weight.at(now_us, MINUTE_US) = used;
            *known.raw.at(now_us, FIVE_MINUTES_US) = raw;
            return Ok(used);
        }
        let refused = known.refused.at(now_us, MINUTE_US);
        *refused = refused.saturating_add(1);
        if *refused > REFUSED_MAX {
            let ban = known.last_ban_us.saturating_mul(2);
            known.last_ban_us = ban.clamp(FIRST_BAN_US, LONGEST_BAN_US);
            known.banned_until_us = now_us.saturating_add(known.last_ban_us);
            return Err(banned(known.banned_until_us, now_us));
        }
        Err(self.too_much(now_us))
    }

    fn too_much(&self, now_us: u64) -> Refusal {
        let text = format!(
            "Too much request weight used; current limit is {} request weight per 1 MINUTE. Please use WebSocket Streams for live updates to avoid polling the API.",
            self.limits.request_weight_max
        );
        Refusal {
            status: 429,
            retry_after_s: Some(seconds_left(now_us, MINUTE_US)),
            ..Refusal::new(-1003, text)
        }
    }

    /// A request that is charged nothing after all.
    pub fn give_back(&self, address: IpAddr, weight: u32, now_us: u64) -> u32 {
        let mut addresses = lock(&self.addresses);
        let used = addresses
            .entry(address)
            .or_default()
            .weight
            .at(now_us, MINUTE_US);
        *used = used.saturating_sub(weight);
        *used
    }

    /// What the address has used in this minute.
    pub fn used(&self, address: IpAddr, now_us: u64) -> u32 {
        self.give_back(address, 0, now_us)
    }

    /// A socket is opened.
    ///
    /// # Errors
    /// The address has opened too many, or is banned.
    pub fn connect(&self, address: IpAddr, now_us: u64) -> Result<(), Refusal> {
        let mut addresses = lock(&self.addresses);
        let known = addresses.entry(address).or_default();
        if known.banned_until_us > now_us {
            return Err(banned(known.banned_until_us, now_us));
        }
        let count = known.connections.at(now_us, FIVE_MINUTES_US);
        if *count >= self.limits.sockets_opened_max {
            return Err(Refusal {
                status: 429,
                retry_after_s: Some(seconds_left(now_us, FIVE_MINUTES_US)),
                ..Refusal::new(-1003, "Too many new connections.")
            });
        }
        *count = count.saturating_add(1);
        Ok(())
    }

    /// What the account has entered.
    pub fn orders_of(&self, account: AccountId, now_us: u64) -> OrderCounts {
        self.with_orders(account, now_us, |_, _| {})
    }

    /// Whether so many more orders may be entered.
    ///
    /// # Errors
    /// They may not.
    pub fn check_orders(&self, account: AccountId, more: u32, now_us: u64) -> Result<(), Refusal> {
        let counts = self.orders_of(account, now_us);
        let windows = [
            (
                counts.ten_seconds,
                self.limits.orders_per_10s_max,
                "10 SECOND",
                10 * SECOND_US,
            ),
            (counts.day, self.limits.orders_per_day_max, "1 DAY", DAY_US),
        ];
        for (count, most, name, length_us) in windows {
            if count.saturating_add(more) > most {
                let text =
                    format!("Too many new orders; current limit is {most} orders per {name}.");
                return Err(Refusal {
                    status: 429,
                    retry_after_s: Some(seconds_left(now_us, length_us)),
                    ..Refusal::new(-1015, text)
                });
            }
        }
        Ok(())
    }

    /// So many orders were entered.
    pub fn entered(&self, account: AccountId, orders: u32, now_us: u64) -> OrderCounts {
        self.with_orders(account, now_us, |ten_seconds, day| {
            *ten_seconds = ten_seconds.saturating_add(orders);
            *day = day.saturating_add(orders);
        })
    }

    /// An order of the account traded for the first time.
    pub fn first_filled(&self, account: AccountId, as_what: FilledAs, now_us: u64) {
        let credit = match as_what {
            FilledAs::Taker => 1,
            FilledAs::Maker => MAKER_CREDIT,
        };
        self.with_orders(account, now_us, |ten_seconds, day| {
            *ten_seconds = ten_seconds.saturating_sub(credit);
            *day = day.saturating_sub(credit);
        });
    }

    fn with_orders(
        &self,
        account: AccountId,
        now_us: u64,
        change: impl FnOnce(&mut u32, &mut u32),
    ) -> OrderCounts {
        let mut orders = lock(&self.orders);
        let known = orders.entry(account).or_default();
        let ten_seconds = known.ten_seconds.at(now_us, 10 * SECOND_US);
        let day = known.day.at(now_us, DAY_US);
        change(ten_seconds, day);
        OrderCounts {
            ten_seconds: *ten_seconds,
            day: *day,
        }
    }

    /// All limits, as exchangeInfo lists them.
    pub fn listed(&self) -> Vec<WireLimit> {
        let limits = &self.limits;
        vec![
            limit("REQUEST_WEIGHT", "MINUTE", 1, limits.request_weight_max),
            limit("ORDERS", "SECOND", 10, limits.orders_per_10s_max),
            limit("ORDERS", "DAY", 1, limits.orders_per_day_max),
            limit("RAW_REQUESTS", "MINUTE", 5, limits.raw_requests_max),
        ]
    }

    /// Frames that a socket of streams may say in a second.
    pub const fn stream_frames_per_s_max(&self) -> u32 {
        self.limits.stream_frames_per_s_max
    }

    /// The limit of sockets, which the WebSocket API lists too.
    pub fn of_connections(&self) -> WireLimit {
        limit("CONNECTIONS", "MINUTE", 5, self.limits.sockets_opened_max)
    }

    /// The limit of weight, and how much of it is used.
    pub fn of_weight(&self, used: u32) -> WireLimit {
        WireLimit {
            count: Some(used),
            ..limit(
                "REQUEST_WEIGHT",
                "MINUTE",
                1,
                self.limits.request_weight_max,
            )
        }
    }

    /// The limits of orders, and how much of them is used.
    pub fn of_orders(&self, counts: OrderCounts) -> [WireLimit; 2] {
        [
            WireLimit {
                count: Some(counts.ten_seconds),
                ..limit("ORDERS", "SECOND", 10, self.limits.orders_per_10s_max)
            },
            WireLimit {
                count: Some(counts.day),
                ..limit("ORDERS", "DAY", 1, self.limits.orders_per_day_max)
            },
        ]
    }
}

/// Whether an order found a resting one, or was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FilledAs {
    /// It came.
    Taker,
    /// It rested.
    Maker,
}

fn limit(
    rate_limit_type: &'static str,
    interval: &'static str,
    interval_num: u32,
    limit: u32,
) -> WireLimit {
    WireLimit {
        rate_limit_type,
        interval,
        interval_num,
        limit,
        count: None,
    }
}

fn banned(until_us: u64, now_us: u64) -> Refusal {
    let text = format!(
        "Way too much request weight used; IP banned until {}. Please use WebSocket Streams for live updates to avoid bans.",
        until_us / 1_000
    );
    Refusal {
        status: 418,
        retry_after_s: Some(until_us.saturating_sub(now_us).div_ceil(SECOND_US)),
        ..Refusal::new(-1003, text)
    }
}

fn seconds_left(now_us: u64, length_us: u64) -> u64 {
    length_us
        .saturating_sub(now_us % length_us)
        .div_ceil(SECOND_US)
}

#[cfg(test)]
#[path = "limits_tests.rs"]
mod tests;
