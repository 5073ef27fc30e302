//! What `rialto admin` takes.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::cli::OperatorArgs;

/// `rialto admin`: the verbs of docs/admin.md.
#[derive(Debug, Clone, Subcommand)]
pub enum AdminCommand {
    /// Counters, queues, sessions, instruments.
    Status(OperatorArgs),
    /// Halt an instrument: nothing but cancels.
    Halt(InstrumentArgs),
    /// Resume continuous trading.
    Resume(InstrumentArgs),
    /// Collect orders for an auction.
    Auction(InstrumentArgs),
    /// End a call: trade what crosses at one price, then match continuously.
    Uncross(InstrumentArgs),
    /// Take cancels only, of an account, an instrument or the whole exchange.
    CancelOnly(ScopeArgs),
    /// Cancel what is open and refuse new orders, of an account, an instrument or the whole exchange.
    Kill(ScopeArgs),
    /// Take orders again.
    Open(ScopeArgs),
    /// Cancel an account's orders.
    MassCancel(MassCancelArgs),
    /// Pay in.
    Fund(MoneyArgs),
    /// Pay out what is available.
    Withdraw(MoneyArgs),
    /// Take a trade back: both parties give what they got, and get what they gave.
    Bust(BustArgs),
    /// What an instrument is, and its rules now.
    Instrument(InstrumentArgs),
    /// Have an account pay the fees of a tier.
    Fees(FeesArgs),
    /// What an account is limited to; with limits, replace all that it has on an instrument.
    Limits(Box<LimitsArgs>),
    /// What an account bought and sold, by instrument: position, cost, profit and loss, fees.
    Positions(AccountArgs),
    /// Whether money adds up, by asset.
    Conservation(OperatorArgs),
    /// Fault plans: what is bound and what was injected; bind one; take them off.
    #[command(subcommand)]
    Faults(FaultsCommand),
    /// Log more or less, from now on: a level, or a filter such as `warn,gateway=debug`.
    LogLevel(LogLevelArgs),
    /// Read the configuration again: what may change while it runs does, what may not is named.
    Reload(OperatorArgs),
    /// Begin again; the old state is kept in its folder.
    Reset(OperatorArgs),
    /// Any other verb: its method, its path below /v1/admin/, and its JSON body.
    Ask(AskArgs),
}

/// `rialto admin faults`.
#[derive(Debug, Clone, Subcommand)]
pub enum FaultsCommand {
    /// Which plans are bound, and every fault that was injected.
    List(OperatorArgs),
    /// Bind the plan of a TOML file; one of the same name ends.
    Load(LoadFaultsArgs),
    /// Take off the plan with a name, or all.
    Clear(ClearFaultsArgs),
}

/// `rialto admin faults load`.
#[derive(Debug, Clone, Args)]
pub struct LoadFaultsArgs {
    /// As docs/testing-bots.md describes it.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The exchange.
    #[command(flatten)]
    pub operator: OperatorArgs,
}

/// `rialto admin faults clear`.
#[derive(Debug, Clone, Args)]
pub struct ClearFaultsArgs {
    /// Its name [default: all].
    #[arg(value_name = "NAME")]
    pub name: Option<String>,
    /// The exchange.
    #[command(flatten)]
    pub operator: OperatorArgs,
}

/// A verb about an instrument.
#[derive(Debug, Clone, Args)]
pub struct InstrumentArgs {
    /// Such as BTCUSDT.
    #[arg(value_name = "SYMBOL")]
    pub symbol: String,
    /// The exchange.
    #[command(flatten)]
    pub operator: OperatorArgs,
}

/// A switch; without account and symbol it is that of the whole exchange.
#[derive(Debug, Clone, Args)]
pub struct ScopeArgs {
    /// Of this account: number or name.
    #[arg(long, value_name = "ACCOUNT")]
    pub account: Option<String>,
    /// Of this instrument; with an account: of the account on this instrument.
    #[arg(long, value_name = "SYMBOL")]
    pub symbol: Option<String>,
    /// The exchange.
    #[command(flatten)]
    pub operator: OperatorArgs,
}

/// `rialto admin mass-cancel`.
#[derive(Debug, Clone, Args)]
pub struct MassCancelArgs {
    /// Number or name.
    #[arg(value_name = "ACCOUNT")]
    pub account: String,
    /// On this instrument only.
    #[arg(long, value_name = "SYMBOL")]
    pub symbol: Option<String>,
    /// The exchange.
    #[command(flatten)]
    pub operator: OperatorArgs,
}

/// A payment.
#[derive(Debug, Clone, Args)]
pub struct MoneyArgs {
    /// Number or name.
    #[arg(value_name = "ACCOUNT")]
    pub account: String,
    /// Such as BTC.
    #[arg(value_name = "ASSET")]
    pub asset: String,
    /// Such as 2.5.
    #[arg(value_name = "AMOUNT")]
    pub amount: String,
    /// The exchange.
    #[command(flatten)]
    pub operator: OperatorArgs,
}

/// `rialto admin fees`.
#[derive(Debug, Clone, Args)]
pub struct FeesArgs {
    /// Number or name.
    #[arg(value_name = "ACCOUNT")]
    pub account: String,
    /// The tier, from 0.
    #[arg(value_name = "TIER")]
    pub tier: u8,
    /// On this instrument only.
    #[arg(long, value_name = "SYMBOL")]
    pub symbol: Option<String>,
    /// The exchange.
    #[command(flatten)]
    pub operator: OperatorArgs,
}

/// A verb about an account.
#[derive(Debug, Clone, Args)]
pub struct AccountArgs {
    /// Number or name.
    #[arg(value_name = "ACCOUNT")]
    pub account: String,
    /// The exchange.
    #[command(flatten)]
    pub operator: OperatorArgs,
}

/// `rialto admin limits`. Without a limit they are told and nothing changes; with one, what is not named is not limited.
#[derive(Debug, Clone, Args)]
#[command(group = clap::ArgGroup::new("limit").multiple(true))]
pub struct LimitsArgs {
    /// Number or name.
    #[arg(value_name = "ACCOUNT")]
    pub account: String,
    /// Such as BTCUSDT [default: what holds on every instrument is told].
    #[arg(value_name = "SYMBOL")]
    pub symbol: Option<String>,
    /// Take all limits of the account on the instrument away.
    #[arg(long, requires = "symbol", conflicts_with = "limit")]
    pub none: bool,
    /// Largest quantity of an order.
    #[arg(long, group = "limit", requires = "symbol", value_name = "QUANTITY")]
    pub quantity_max: Option<String>,
    /// Largest price x quantity of an order.
    #[arg(long, group = "limit", requires = "symbol", value_name = "AMOUNT")]
    pub notional_max: Option<String>,
    /// How far through the last price a limit price may go.
    #[arg(long, group = "limit", requires = "symbol", value_name = "PERCENT")]
    pub price_band_percent: Option<String>,
    /// Most open orders.
    #[arg(long, group = "limit", requires = "symbol", value_name = "COUNT")]
    pub open_orders_max: Option<u32>,
    /// Largest position.
    #[arg(long, group = "limit", requires = "symbol", value_name = "QUANTITY")]
    pub position_max: Option<String>,
    /// Most orders in a window, such as 100/1000: 100 orders in 1000 ms.
    #[arg(long, group = "limit", requires = "symbol", value_name = "ORDERS/MS", value_parser = words::<2>)]
    pub order_rate: Option<[u64; 2]>,
    /// Most orders for what they trade, such as 50/10/60000: 50 and 10 a trade in 60000 ms.
    #[arg(long, group = "limit", requires = "symbol", value_name = "FREE/PER_TRADE/MS", value_parser = words::<3>)]
    pub order_to_trade: Option<[u64; 3]>,
    /// The exchange.
    #[command(flatten)]
    pub operator: OperatorArgs,
}

/// `rialto admin bust`.
#[derive(Debug, Clone, Args)]
pub struct BustArgs {
    /// Such as BTCUSDT.
    #[arg(value_name = "SYMBOL")]
    pub symbol: String,
    /// Which trade.
    #[arg(value_name = "TRADE_ID")]
    pub trade_id: u64,
    /// Who asks, for the journal.
    #[arg(long, value_name = "NAME")]
    pub by: Option<String>,
    /// The exchange.
    #[command(flatten)]
    pub operator: OperatorArgs,
}

/// `N` whole numbers with slashes between them.
fn words<const N: usize>(text: &str) -> Result<[u64; N], String> {
    let numbers: Result<Vec<u64>, _> = text.split('/').map(str::parse).collect();
    numbers
        .ok()
        .and_then(|numbers| numbers.try_into().ok())
        .ok_or_else(|| format!("write {N} whole numbers with slashes between them"))
}

/// `rialto admin log-level`.
#[derive(Debug, Clone, Args)]
pub struct LogLevelArgs {
    /// A level, or a filter.
    #[arg(value_name = "FILTER")]
    pub filter: String,
    /// The exchange.
    #[command(flatten)]
    pub operator: OperatorArgs,
}

/// `rialto admin ask`.
#[derive(Debug, Clone, Args)]
pub struct AskArgs {
    /// GET or POST.
    #[arg(value_name = "METHOD")]
    pub method: String,
    /// Such as `rules` or `positions/alice`.
    #[arg(value_name = "VERB")]
    pub verb: String,
    /// Such as `{"symbol":"BTCUSDT","rules":{}}`.
    #[arg(value_name = "JSON")]
    pub body: Option<String>,
    /// The exchange.
    #[command(flatten)]
    pub operator: OperatorArgs,
}
