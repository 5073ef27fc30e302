//! Goal: a person who opens the dashboard sees the market as it is, trades by hand, and can read all of it.
//!
//! Method: the real binary, and Chromium over its debugging protocol, as a person would use both. Without Chromium
//! the tests say that they are skipped; with `RIALTO_REQUIRE_CHROMIUM` they fail. Screenshots are kept in
//! `target/page-screenshots`. Nothing sleeps: each wait is for something that the page shows, and has a bound.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on says where by panicking"
)]

mod browser;
mod exchange;
mod looked_at;
mod market;
mod operators;
mod reading;
mod steady;
mod trading;
