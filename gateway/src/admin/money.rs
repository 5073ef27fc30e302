//! Accounts and their money: open, fund, withdraw, look.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Extension, Path, State};
use engine::AccountId;
use http::StatusCode;
use ledger::{Balance, ConservationLine, Money};
use protocol::ExactDecimal;
use sequencer::{ControlCommand, ControlOutcome, ControlReceipt};
use serde::{Deserialize, Serialize};
use tracing::info;

use crate::admin::AdminView;
use crate::admin::body::{AccountReference, Body};
use crate::admin::refusal::refused;
use crate::http::ErrorAnswer;
use crate::listener::Peer;
use crate::listing::ListedAsset;
use crate::native::translate;

/// `POST /v1/admin/fund` and `/v1/admin/withdraw`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Payment {
    account: AccountReference,
    asset: String,
    amount: String,
}

/// `POST /v1/admin/accounts`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenAccount {
    /// Under which number; without one the lowest that is free.
    account: Option<u32>,
    /// Asset to amount: what it begins with.
    #[serde(default)]
    deposits: BTreeMap<String, String>,
}

/// An account and what it has.
#[derive(Debug, Serialize)]
pub struct AccountAnswer {
    account: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    balances: Vec<BalanceAnswer>,
}

/// What an account has of an asset.
#[derive(Debug, Serialize)]
struct BalanceAnswer {
    asset: String,
    total: String,
    available: String,
    pending: String,
    hold: String,
}

/// Every account.
#[derive(Debug, Serialize)]
pub struct AccountsAnswer {
    accounts: Vec<AccountAnswer>,
}

/// What a control command did; durable when it is told.
#[derive(Debug, Serialize)]
pub struct PaymentAnswer {
    account: u32,
    asset: String,
    amount: String,
    /// Its place in the control sequence.
    seq: u64,
    at_us: u64,
    balance: Option<BalanceAnswer>,
}

/// The books of every asset.
#[derive(Debug, Serialize)]
pub struct ConservationAnswer {
    conserved: bool,
    assets: Vec<AssetBooks>,
}

#[derive(Debug, Serialize)]
struct AssetBooks {
    asset: String,
    conserved: bool,
    deposited: String,
    withdrawn: String,
    balances: String,
    fees: String,
    holds: String,
}

/// Which way money goes.
#[derive(Debug, Clone, Copy)]
enum Way {
    In,
    Out,
}

/// `GET /v1/admin/accounts`.
pub async fn accounts(State(view): State<AdminView>) -> Json<AccountsAnswer> {
    let accounts = (0..view.edge.ledger.accounts_max())
        .map(AccountId)
        .filter(|account| view.edge.ledger.has_account(*account))
        .map(|account| account_answer(&view, account))
        .collect();
    Json(AccountsAnswer { accounts })
}

/// `GET /v1/admin/accounts/{account}`.
pub async fn account(
    State(view): State<AdminView>,
    Path(account): Path<String>,
) -> Result<Json<AccountAnswer>, ErrorAnswer> {
    let Ok(reference) = account.parse();
    let account = find_account(&view, &reference)?;
    Ok(Json(account_answer(&view, account)))
}

/// `POST /v1/admin/accounts`.
pub async fn open_account(
    State(view): State<AdminView>,
    Extension(who): Extension<Peer>,
    Body(request): Body<OpenAccount>,
) -> Result<(StatusCode, Json<AccountAnswer>), ErrorAnswer> {
    let ledger = &view.edge.ledger;
    let account = match request.account {
        // Its limits stay as they are: they may be an operator's by now.
        Some(number) if ledger.has_account(AccountId(number)) => {
            let exists = ledger::ControlRefusal::AccountExists;
            return Err(refused(sequencer::ControlError::Refused(exists)));
        }
        Some(number) => AccountId(number),
        None => (1..ledger.accounts_max())
            .map(AccountId)
            .find(|account| !ledger.has_account(*account))
            .ok_or_else(|| {
                refused(sequencer::ControlError::Refused(
                    ledger::ControlRefusal::TooManyAccounts,
                ))
            })?,
    };
    let deposits = request
        .deposits
        .iter()
        .map(|(name, amount)| {
            let asset = find_asset(&view, name)?;
            Ok((asset.id, money(amount, asset)?))
        })
        .collect::<Result<_, ErrorAnswer>>()?;
    let opening = ControlCommand::CreateAccount { account, deposits };
    let opening = view.edge.ports.control(opening).map_err(refused)?;
    // Handed in before the opening is known to be durable: nobody trades in between.
    let limits = limit_new_account(&view, account)?;
    let outcome = opening.outcome().await.map_err(refused)?;
    for limit in limits {
        limit.outcome().await.map_err(refused)?;
    }
    info!(target: "admin", who = %who.address, account = account.0, seq = outcome.sequence.0, "opened an account");
    Ok((StatusCode::CREATED, Json(account_answer(&view, account))))
}

/// `POST /v1/admin/fund`.
pub async fn fund(
    State(view): State<AdminView>,
    Extension(who): Extension<Peer>,
    Body(payment): Body<Payment>,
) -> Result<Json<PaymentAnswer>, ErrorAnswer> {
    pay(&view, &who, &payment, Way::In).await
}

/// `POST /v1/admin/withdraw`.
pub async fn withdraw(
    State(view): State<AdminView>,
    Extension(who): Extension<Peer>,
    Body(payment): Body<Payment>,
) -> Result<Json<PaymentAnswer>, ErrorAnswer> {
    pay(&view, &who, &payment, Way::Out).await
}

/// `GET /conservation` and `GET /v1/admin/conservation`.
pub async fn conservation(
    State(view): State<AdminView>,
) -> Result<Json<ConservationAnswer>, ErrorAnswer> {
    let lines = view.edge.ledger.conservation().map_err(|settling| {
        ErrorAnswer::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "still_settling",
            format!("{settling}; ask again"),
        )
    })?;
    Ok(Json(ConservationAnswer {
        conserved: lines.iter().all(ConservationLine::is_conserved),
        assets: lines.iter().filter_map(|line| books(&view, line)).collect(),
    }))
}

async fn pay(
    view: &AdminView,
    who: &Peer,
    payment: &Payment,
    way: Way,
) -> Result<Json<PaymentAnswer>, ErrorAnswer> {
    let account = find_account(view, &payment.account)?;
    let asset = find_asset(view, &payment.asset)?;
    let amount = money(&payment.amount, asset)?;
    let (id, verb) = (
        asset.id,
        match way {
            Way::In => "funded an account",
            Way::Out => "withdrew from an account",
        },
    );
    let command = match way {
        Way::In => ControlCommand::Deposit {
            account,
            asset: id,
            amount,
        },
        Way::Out => ControlCommand::Withdraw {
            account,
            asset: id,
            amount,
        },
    };
    let outcome = sequence(view, command).await?;
    let shown = ExactDecimal::new(amount.units(), asset.decimals).to_string();
    info!(
        target: "admin",
        who = %who.address, account = account.0, asset = %asset.name, amount = %shown, seq = outcome.sequence.0,
        "{verb}"
    );
    let balances = view.edge.ledger.balances(account);
    let balance = balances.iter().find(|balance| balance.asset == id);
    Ok(Json(PaymentAnswer {
        account: account.0,
        asset: asset.name.to_string(),
        amount: shown,
        seq: outcome.sequence.0,
        at_us: translate::at_us(outcome.at),
        balance: balance.and_then(|balance| balance_answer(view, balance)),
    }))
}

/// Hands a control command in, and waits until its outcome is durable.
pub(super) async fn sequence(
    view: &AdminView,
    command: ControlCommand,
) -> Result<ControlOutcome, ErrorAnswer> {
    let receipt = view.edge.ports.control(command).map_err(refused)?;
    receipt.outcome().await.map_err(refused)
}

/// Limits an account that is being opened, on every instrument whose configuration says so.
fn limit_new_account(
    view: &AdminView,
    account: AccountId,
) -> Result<Vec<ControlReceipt>, ErrorAnswer> {
    let limits = view.operations.account_limits.all();
    limits
        .into_iter()
        .map(|(instrument, limits)| {
            let command = ControlCommand::limit(instrument, account, limits);
            view.edge.ports.control(command).map_err(refused)
        })
        .collect()
}

/// The account that the request names; it exists.
pub(super) fn find_account(
    view: &AdminView,
    reference: &AccountReference,
) -> Result<AccountId, ErrorAnswer> {
    let account = match reference {
        AccountReference::Number(number) => Some(AccountId(*number)),
        AccountReference::Name(name) => view.operations.account_named(name),
    };
    account
        .filter(|account| view.edge.ledger.has_account(*account))
        .ok_or_else(|| {
            ErrorAnswer::new(
                StatusCode::NOT_FOUND,
                "unknown_account",
                "there is no such account; GET /v1/admin/accounts lists them",
            )
        })
}

fn find_asset<'a>(view: &'a AdminView, name: &str) -> Result<&'a ListedAsset, ErrorAnswer> {
    view.edge.listing.asset_named(name).ok_or_else(|| {
        let names: Vec<&str> = view
            .edge
            .listing
            .assets()
            .iter()
            .map(|asset| asset.name.as_str())
            .collect();
        ErrorAnswer::new(
            StatusCode::NOT_FOUND,
            "unknown_asset",
            format!("there is no such asset; there are {}", names.join(", ")),
        )
    })
}

fn money(text: &str, asset: &ListedAsset) -> Result<Money, ErrorAnswer> {
    let bad_amount = |reason: String| {
        let text = format!("field `amount`: {reason}; write such as \"12.5\"");
        ErrorAnswer::new(StatusCode::BAD_REQUEST, "bad_amount", text)
    };
    let amount = ExactDecimal::parse(text).map_err(|error| bad_amount(error.to_string()))?;
    if amount.is_negative() || amount.is_zero() {
        return Err(bad_amount("an amount is above zero".to_owned()));
    }
    let units = amount
        .units_of(asset.decimals)
        .map_err(|error| bad_amount(error.to_string()))?;
    Ok(Money::from_units(units))
}

fn account_answer(view: &AdminView, account: AccountId) -> AccountAnswer {
    AccountAnswer {
        account: account.0,
        name: view.operations.name_of(account).map(str::to_owned),
        balances: view
            .edge
            .ledger
            .balances(account)
            .iter()
            .filter(|balance| balance.total != Money::ZERO || balance.hold != Money::ZERO)
            .filter_map(|balance| balance_answer(view, balance))
            .collect(),
    }
}

fn balance_answer(view: &AdminView, balance: &Balance) -> Option<BalanceAnswer> {
    let asset = view.edge.listing.asset(balance.asset)?;
    let decimal = |money: Money| ExactDecimal::new(money.units(), asset.decimals).to_string();
    Some(BalanceAnswer {
        asset: asset.name.to_string(),
        total: decimal(balance.total),
        available: decimal(balance.available),
        pending: decimal(balance.pending),
        hold: decimal(balance.hold),
    })
}

fn books(view: &AdminView, line: &ConservationLine) -> Option<AssetBooks> {
    let asset = view.edge.listing.asset(line.asset)?;
    let decimal = |money: Money| ExactDecimal::new(money.units(), asset.decimals).to_string();
    Some(AssetBooks {
        asset: asset.name.to_string(),
        conserved: line.is_conserved(),
        deposited: decimal(line.deposited),
        withdrawn: decimal(line.withdrawn),
        balances: decimal(line.balances),
        fees: decimal(line.fees),
        holds: decimal(line.holds),
    })
}
