//! Goal: whatever a socket sends is answered clearly, and neither its session nor the process dies for it.
//!
//! Method: a whole exchange (sequencer, ledger, log in memory) behind a gateway on port 0, and raw sockets or
//! WebSocket clients against it. Expectations are literal; nothing sleeps, every wait has a bound.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on says where by panicking"
)]

mod accounts;
mod admin;
mod batch;
mod binance;
mod binary;
mod bots;
mod busts;
mod executions;
mod faults;
mod feed_chaos;
mod feed_integrity;
mod feed_lag;
mod feed_rules;
mod frames;
mod handshake;
mod http;
mod idle;
mod inline;
mod limits;
mod logon;
mod maker;
mod malformed;
mod market_data;
mod measures;
mod money;
mod operations;
mod order_kinds;
mod own_process;
mod own_state;
mod page;
mod partial_fill;
mod participant;
mod replay;
mod reports;
mod risk;
mod stop;
mod tape;
mod trace;
mod trading;
mod venue;
