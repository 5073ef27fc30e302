//! The configuration as written: one struct per table, no default, no unknown key, nothing derived.

use std::collections::BTreeMap;

use feed_sim::FeedConfig;
use gateway::{AccountLimits, RuleSet};
use serde::Deserialize;

use crate::config::lockstep::WrittenClock;
use crate::config::value::{Amount, Profile, Span, ThreadCount};

/// The whole tree.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    /// Which settings lie under the files of `--config`.
    pub profile: Profile,
    /// Sockets.
    pub gateway: Gateway,
    /// Matcher threads and rings.
    pub sequencer: Sequencer,
    /// The command log.
    pub log: Log,
    /// Engine time.
    pub clock: WrittenClock,
    /// Accounts.
    pub ledger: Ledger,
    /// What `rialto demo` adds.
    pub demo: Demo,
    /// The participants' flow.
    pub feed_sim: FeedConfig,
    /// What can be held.
    pub asset: Vec<Asset>,
    /// Which mechanisms of the rule book instruments can have, by name.
    pub rules: BTreeMap<String, RuleSet>,
    /// What can be traded.
    pub instrument: Vec<Instrument>,
}

/// `[gateway]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gateway {
    /// Public address.
    pub listen: String,
    /// Admin address, or `next`.
    pub admin_listen: String,
    /// Whether the public may speak TLS.
    pub tls: bool,
    /// Where the public is let in too, if it may speak TLS.
    pub tls_listen: Vec<String>,
    /// Host names it answers for, beside loopback.
    pub allowed_hosts: Vec<String>,
    /// Origins of web pages that may trade, beside its own.
    pub allowed_origins: Vec<String>,
    /// What is refused when.
    pub limits: GatewayLimits,
    /// The Binance Spot persona.
    pub binance: Binance,
}

/// `[gateway.binance]`; config/exchange.toml says what each is.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Binance {
    pub request_weight_max: u32,
    pub orders_per_10s_max: u32,
    pub orders_per_day_max: u32,
    pub raw_requests_max: u32,
    pub sockets_opened_max: u32,
    pub stream_frames_per_s_max: u32,
    pub notional_min: Amount,
    pub notional_max: Amount,
    pub open_orders_max: usize,
    pub algo_orders_max: usize,
    pub order_lists_max: usize,
    pub amendments_max: u32,
    pub iceberg_parts_max: u32,
    pub price_multiplier_up: Amount,
    pub price_multiplier_down: Amount,
    pub self_trade_prevention: SelfTrade,
    pub self_trade_prevention_of: BTreeMap<String, SelfTrade>,
    pub listen_keys: ListenKeys,
    pub served: bool,
}

/// What happens where an account meets itself, in the persona's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SelfTrade {
    /// They trade.
    None,
    /// The order that comes ends.
    ExpireTaker,
    /// The order that rests ends.
    ExpireMaker,
    /// Both end.
    ExpireBoth,
    /// Both shrink.
    Decrement,
}

/// Whether user data streams by listen key are there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ListenKeys {
    /// They are.
    Served,
    /// They are answered 410.
    Gone,
}

/// `[gateway.limits]`; config/exchange.toml says what each is and what happens beyond it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GatewayLimits {
    pub connections_max: usize,
    pub connections_per_address_max: usize,
    pub handshake_timeout: Span,
    pub http_lifetime_max: Span,
    pub header_bytes_max: usize,
    pub headers_max: usize,
    pub frame_bytes_max: usize,
    pub read_buffer_bytes: usize,
    pub send_buffer_bytes: usize,
    pub write_buffer_bytes: usize,
    pub outbound_messages_max: usize,
    pub outbound_bytes_max: usize,
    pub outbound_public_bytes_max: usize,
    pub idle_timeout: Span,
    pub ping_interval: Span,
    pub requests_per_second_max: u64,
    pub requests_burst_max: u64,
    pub rate_refusals_max: u64,
    pub close_timeout: Span,
    pub stop_timeout: Span,
    pub disconnect_grace: Span,
    pub subscriptions_per_session_max: usize,
    pub depth_levels_max: usize,
    pub trades_kept_max: usize,
    pub resume_messages_max: usize,
    pub resume_bytes_max: usize,
    pub heartbeat_events: u64,
    pub executions_kept_max: usize,
    pub market_data_flush_interval: Span,
    pub open_orders_per_account_max: usize,
}

/// `[sequencer]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sequencer {
    /// How many matcher threads.
    pub threads: ThreadCount,
    /// At most so many with `per-instrument`.
    pub threads_max: usize,
    /// How a matcher waits.
    pub idle: Idle,
    /// How often a parking matcher looks before it sleeps.
    pub park_spins: u32,
    /// Places of a ring.
    pub ring_capacity_commands: usize,
    /// Places kept for cancels.
    pub cancel_reserve_commands: usize,
    /// Commands applied together.
    pub batch_commands_max: usize,
    /// Batches on their way out.
    pub egress_capacity_batches: usize,
    /// Batches that wait to be durable.
    pub undurable_batches_max: usize,
    /// Client order ids remembered of each instrument, at most.
    pub idempotency_orders_max: u32,
    /// Whether stages are timed.
    pub stage_stamps: bool,
}

/// How a matcher waits for work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Idle {
    /// Short spin, then park.
    Park,
    /// Give the core away, come back.
    Yield,
    /// Never give the core away.
    Spin,
}

/// `[log]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Log {
    /// Where it is kept.
    pub journal: Journal,
    /// When an event may leave.
    pub durability: Durability,
    /// How often `async` syncs.
    pub sync_interval: Span,
    /// Bytes of a file of the journal.
    pub segment_bytes: u64,
    /// Bytes of the disk that are kept for cancels.
    pub reserve_bytes: u64,
    /// How long replaying what a snapshot does not have may take.
    pub snapshot_replay_time: Span,
    /// Bytes of old journal files that are kept.
    pub retention_bytes: u64,
}

/// Where the journal is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Journal {
    /// In files of the data folder.
    Files,
    /// Nowhere: the state ends with the process.
    Memory,
}

/// When a batch's events may leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Durability {
    /// After its sync.
    Sync,
    /// When it is written; synced at an interval.
    Async,
    /// When it is written; never synced.
    None,
}

/// `[ledger]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ledger {
    /// Accounts at most.
    pub accounts_max: u32,
}

/// `[demo]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Demo {
    /// Instruments that participants trade.
    pub instruments: u32,
    /// Accounts of participants.
    pub participants: Participants,
    /// Accounts for people.
    pub account: Vec<Account>,
    /// Keys of the Binance persona.
    pub api_key: Vec<ApiKey>,
}

/// `[[demo.api_key]]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApiKey {
    /// What a client sends as its key.
    pub id: String,
    /// Name of the account that it acts for.
    pub account: String,
    /// The secret of its HMAC signatures, or else:
    pub secret: Option<String>,
    /// PEM of an RSA or Ed25519 public key.
    pub public_key: Option<String>,
}

/// `[demo.participants]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Participants {
    /// How many accounts.
    pub accounts: u32,
    /// Asset to amount, of each.
    pub deposits: BTreeMap<String, Amount>,
}

/// `[[demo.account]]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Account {
    /// Printed name.
    pub name: String,
    /// What a session logs on with.
    pub key: String,
    /// Asset to amount.
    pub deposits: BTreeMap<String, Amount>,
}

/// `[[asset]]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asset {
    /// Printed name.
    pub name: String,
    /// One asset is 10^decimals smallest units.
    pub decimals: u8,
}

/// `[[instrument]]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Instrument {
    /// Printed name.
    pub symbol: String,
    /// What is bought and sold.
    pub base: String,
    /// What it is paid with.
    pub quote: String,
    /// Decimals of one price unit.
    pub price_decimals: u8,
    /// Decimals of one quantity unit.
    pub quantity_decimals: u8,
    /// Which of `[rules]` it has.
    pub rules: String,
    /// Prices are multiples of it.
    pub tick_size: Amount,
    /// Quantities are multiples of it.
    pub lot_size: Amount,
    /// Lowest limit price.
    pub price_min: Amount,
    /// Highest limit price.
    pub price_max: Amount,
    /// Smallest order.
    pub quantity_min: Amount,
    /// Largest order.
    pub quantity_max: Amount,
    /// Maker's fee, negative for a rebate.
    pub maker_fee_ppm: i32,
    /// Taker's fee.
    pub taker_fee_ppm: u32,
    /// Fees of the tiers after the first one, which has the two above.
    pub fee_tiers: Vec<FeeTier>,
    /// What fees are taken from.
    pub fee_asset: FeeAsset,
    /// What a market buy beyond its reserve does.
    pub market_budget: MarketBudget,
    /// Worst case of a market buy above the reference price.
    pub market_protection_percent: Amount,
    /// Resting orders of the book.
    pub open_orders_max: u32,
    /// What an account is limited to from its opening on.
    pub account_limits: AccountLimits,
    /// Client order ids remembered.
    pub idempotency_orders_max: u32,
    /// Commands for which they are remembered.
    pub idempotency_sequences_max: u64,
}

/// A row of `fee_tiers`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FeeTier {
    /// Maker's fee, negative for a rebate.
    pub maker_fee_ppm: i32,
    /// Taker's fee.
    pub taker_fee_ppm: u32,
}

/// What fees are taken from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FeeAsset {
    /// From what each party receives.
    Received,
    /// From the quote asset on both sides.
    Quote,
}

/// What a market buy does whose reserve does not cover the book.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MarketBudget {
    /// It is refused whole.
    Reject,
    /// It trades until the reserve is spent.
    Partial,
}
