//! What clients ask when they start, outside of the venue's spot API, and streams by listen key.

use engine::{AccountId, FeeTier};
use serde::Serialize;

use crate::binance::amount::Amount;
use crate::binance::calls::{Call, maybe_symbol};
use crate::binance::refusal::Refusal;
use crate::binance::state::ListenKeys;
use crate::binance::wire::{TradeFeeAnswer, free_and_locked, json};
use crate::edge::{Edge, InstrumentState};

/// What trading each symbol costs.
///
/// # Errors
/// The venue's refusal.
pub fn trade_fees(edge: &Edge, mut call: Call) -> Result<String, Refusal> {
    let one = maybe_symbol(edge, &mut call.params)?;
    call.params.finish()?;
    let states: Vec<&InstrumentState> = match one {
        Some(state) => vec![state],
        None => edge.instruments.iter().collect(),
    };
    let fees: Vec<TradeFeeAnswer> = states
        .into_iter()
        .map(|state| {
            let rates = state.fees().of(FeeTier::default());
            TradeFeeAnswer::new(state.listed.symbol.as_str(), rates)
        })
        .collect();
    Ok(json(&fees))
}

/// A listing of nothing, for markets that are not here.
pub fn empty_listing(edge: &Edge, call: &Call) -> String {
    format!(
        r#"{{"timezone":"UTC","serverTime":{},"rateLimits":[],"exchangeFilters":[],"assets":[],"symbols":[]}}"#,
        call.unit.of_us(edge.at_us())
    )
}

/// Opens a user data stream by key.
///
/// # Errors
/// The venue's refusal.
pub fn start_listen_key(edge: &Edge, call: Call) -> Result<String, Refusal> {
    let account = listen_key_owner(edge, &call)?;
    call.params.finish()?;
    let name = edge.binance.users.open_key(account, edge.at_us())?;
    Ok(format!(r#"{{"listenKey":"{name}"}}"#))
}

/// Keeps a user data stream.
///
/// # Errors
/// The venue's refusal.
pub fn keep_listen_key(edge: &Edge, mut call: Call) -> Result<String, Refusal> {
    let account = listen_key_owner(edge, &call)?;
    let name = call.params.needed_text("listenKey")?;
    call.params.finish()?;
    edge.binance.users.keep_key(account, &name, edge.at_us())?;
    Ok("{}".to_owned())
}

/// Ends a user data stream.
///
/// # Errors
/// The venue's refusal.
pub fn end_listen_key(edge: &Edge, mut call: Call) -> Result<String, Refusal> {
    let account = listen_key_owner(edge, &call)?;
    let name = call.params.needed_text("listenKey")?;
    call.params.finish()?;
    edge.binance.users.end_key(account, &name)?;
    Ok("{}".to_owned())
}

/// Who asks for a listen key, where there are such keys.
fn listen_key_owner(edge: &Edge, call: &Call) -> Result<AccountId, Refusal> {
    match edge.binance.listen_keys {
        ListenKeys::Served => Ok(call.caller()?.account),
        ListenKeys::Gone => {
            Err(Refusal::new(-1016, "This service is no longer available.").with_status(410))
        }
    }
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(
    clippy::struct_excessive_bools,
    reason = "the venue's message has these fields"
)]
struct CoinAnswer {
    coin: String,
    deposit_all_enable: bool,
    withdraw_all_enable: bool,
    name: String,
    free: Amount,
    locked: Amount,
    freeze: Amount,
    withdrawing: Amount,
    ipoing: Amount,
    ipoable: Amount,
    storage: Amount,
    is_legal_money: bool,
    trading: bool,
    network_list: [(); 0],
}

/// Coins and what the account has of them.
///
/// # Errors
/// The venue's refusal.
pub fn coins(edge: &Edge, call: &Call) -> Result<String, Refusal> {
    let balances = edge.ledger.balances(call.caller()?.account);
    let coins: Vec<CoinAnswer> = balances
        .iter()
        .filter_map(|balance| {
            let asset = edge.listing.asset(balance.asset)?;
            let (free, locked) = free_and_locked(balance, asset.decimals);
            Some(CoinAnswer {
                coin: asset.name.to_string(),
                deposit_all_enable: true,
                withdraw_all_enable: true,
                name: asset.name.to_string(),
                free,
                locked,
                freeze: Amount::ZERO,
                withdrawing: Amount::ZERO,
                ipoing: Amount::ZERO,
                ipoable: Amount::ZERO,
                storage: Amount::ZERO,
                is_legal_money: false,
                trading: true,
                network_list: [],
            })
        })
        .collect();
    Ok(json(&coins))
}
