//! What `rialto keys` and `rialto accounts` take.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// Where the exchange is, and the key to its admin port.
#[derive(Clone, Args)]
pub struct OperatorArgs {
    /// Data folder of the exchange; it says where admin answers and has the key [default: the one of `rialto serve`].
    #[arg(long, value_name = "FOLDER")]
    pub data: Option<PathBuf>,
    /// Admin address, if the folder is not at hand.
    #[arg(long, value_name = "URL")]
    pub admin: Option<String>,
    /// Admin key, if the folder is not at hand; better in the environment than on the command line.
    #[arg(
        long,
        value_name = "KEY",
        env = "RIALTO_ADMIN_KEY",
        hide_env_values = true
    )]
    pub admin_key: Option<String>,
    /// Your name: the journal keeps it with what you ask for.
    #[arg(long, value_name = "NAME", env = "RIALTO_OPERATOR", value_parser = name)]
    pub operator: Option<String>,
}

fn name(text: &str) -> Result<String, &'static str> {
    let is_name = (1..=64).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte == b' ' || byte.is_ascii_graphic());
    if is_name {
        Ok(text.to_owned())
    } else {
        Err("write 1 to 64 visible ASCII characters")
    }
}

/// The key is not shown.
impl std::fmt::Debug for OperatorArgs {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("OperatorArgs")
            .field("data", &self.data)
            .field("admin", &self.admin)
            .finish_non_exhaustive()
    }
}

/// `rialto keys`.
#[derive(Debug, Clone, Subcommand)]
pub enum KeysCommand {
    /// Enter a key: an HMAC secret is made and shown once, or a public key is given.
    New(NewKeyArgs),
    /// List every key that was ever entered.
    List(OperatorArgs),
    /// End a key for ever.
    Revoke(RevokeKeyArgs),
}

/// `rialto keys new`.
#[derive(Debug, Clone, Args)]
pub struct NewKeyArgs {
    /// The account that it acts for: number or name.
    #[arg(value_name = "ACCOUNT")]
    pub account: String,
    /// Its name [default: a new one].
    #[arg(long, value_name = "ID")]
    pub id: Option<String>,
    /// PEM file of an RSA or Ed25519 public key.
    #[arg(long, value_name = "FILE")]
    pub public_key: Option<PathBuf>,
    /// What it may do [default: read,trade]: read, trade, withdraw, admin.
    #[arg(long, value_name = "WORDS", value_delimiter = ',')]
    pub permissions: Vec<String>,
    /// The exchange.
    #[command(flatten)]
    pub operator: OperatorArgs,
}

/// `rialto keys revoke`.
#[derive(Debug, Clone, Args)]
pub struct RevokeKeyArgs {
    /// Its name.
    #[arg(value_name = "ID")]
    pub id: String,
    /// The exchange.
    #[command(flatten)]
    pub operator: OperatorArgs,
}

/// `rialto accounts`.
#[derive(Debug, Clone, Subcommand)]
pub enum AccountsCommand {
    /// List every account with what it has.
    List(OperatorArgs),
    /// Show what one account has.
    Show(AccountShowArgs),
    /// Open an account.
    Open(AccountOpenArgs),
    /// Pay in.
    Fund(FundArgs),
    /// Pay out what is available.
    Withdraw(FundArgs),
    /// Begin again: books, balances and numbers as at the first start. The old state is kept in its folder.
    Reset(OperatorArgs),
}

/// `rialto accounts show`.
#[derive(Debug, Clone, Args)]
pub struct AccountShowArgs {
    /// Number or name.
    #[arg(value_name = "ACCOUNT")]
    pub account: String,
    /// The exchange.
    #[command(flatten)]
    pub operator: OperatorArgs,
}

/// `rialto accounts open`.
#[derive(Debug, Clone, Args)]
pub struct AccountOpenArgs {
    /// Its number [default: the lowest that is free].
    #[arg(value_name = "NUMBER")]
    pub account: Option<u32>,
    /// What it begins with, such as BTC=2.5; may be repeated.
    #[arg(long, value_name = "ASSET=AMOUNT", value_parser = deposit)]
    pub deposit: Vec<(String, String)>,
    /// The exchange.
    #[command(flatten)]
    pub operator: OperatorArgs,
}

fn deposit(text: &str) -> Result<(String, String), String> {
    let (asset, amount) = text
        .split_once('=')
        .ok_or("write an asset and an amount, such as BTC=2.5")?;
    Ok((asset.to_owned(), amount.to_owned()))
}

/// `rialto accounts fund` and `rialto accounts withdraw`.
#[derive(Debug, Clone, Args)]
pub struct FundArgs {
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
