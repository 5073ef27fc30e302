//! What clients ask when they start, outside of the venue's spot API, and streams by listen key.

use engine::FeeTier;
use serde::Serialize;

use crate::binance::amount::Amount;
use crate::binance::calls::{Call, maybe_symbol};
use crate::binance::methods::Method;
use crate::binance::refusal::Refusal;
use crate::binance::state::ListenKeys;
use crate::binance::wire::{TradeFeeAnswer, free_and_locked, json};
use crate::edge::{Edge, InstrumentState};

/// Answers what clients ask when they start.
///
/// # Errors
/// The venue's refusal.
pub fn answer(edge: &Edge, mut call: Call) -> Result<String, Refusal> {
    match call.method {
        Method::TradeFees => {
            let one = maybe_symbol(edge, &mut call.params)?;
            call.params.finish()?;
            let states: Vec<&InstrumentState> = match one {
                Some(state) => vec![state],
                None => edge.instruments.iter().collect(),
            };
            let fees: Vec<TradeFeeAnswer> = states
                .into_iter()
                .map(|state| {
                    let rates = state.listed.terms.fees.of(FeeTier::default());
                    TradeFeeAnswer::new(state.listed.symbol.as_str(), rates)
                })
                .collect();
            Ok(json(&fees))
        }
        Method::Coins => coins(edge, &call),
        Method::EmptyListing => Ok(format!(
            r#"{{"timezone":"UTC","serverTime":{},"rateLimits":[],"exchangeFilters":[],"assets":[],"symbols":[]}}"#,
            call.unit.of_us(edge.at_us())
        )),
        Method::StartListenKey | Method::KeepListenKey | Method::EndListenKey => {
            listen_key(edge, call)
        }
        _ => Ok("[]".to_owned()),
    }
}

fn listen_key(edge: &Edge, mut call: Call) -> Result<String, Refusal> {
    if edge.binance.listen_keys == ListenKeys::Gone {
        return Err(Refusal::new(-1016, "This service is no longer available.").with_status(410));
    }
    let account = call.caller()?.account;
    let (users, now_us) = (&edge.binance.users, edge.at_us());
    if call.method == Method::StartListenKey {
        call.params.finish()?;
        let name = users.open_key(account, now_us)?;
        return Ok(format!(r#"{{"listenKey":"{name}"}}"#));
    }
    let name = call.params.needed_text("listenKey")?;
    call.params.finish()?;
    if call.method == Method::KeepListenKey {
        users.keep_key(account, &name, now_us)?;
    } else {
        users.end_key(account, &name)?;
    }
    Ok("{}".to_owned())
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Coin {
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

fn coins(edge: &Edge, call: &Call) -> Result<String, Refusal> {
    let balances = edge.ledger.balances(call.caller()?.account);
    let coins: Vec<Coin> = balances
        .iter()
        .filter_map(|balance| {
            let asset = edge.listing.asset(balance.asset)?;
            let (free, locked) = free_and_locked(balance, asset.decimals);
            Some(Coin {
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
