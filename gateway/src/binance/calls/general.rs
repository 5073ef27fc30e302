//! The exchange itself: time, what is listed, rules.

use serde::Serialize;

use crate::binance::calls::status::{WantedStatus, status_of};
use crate::binance::calls::{
    Call, Surface, find_symbol, listed_symbols, maybe_symbol, needed_symbol,
};
use crate::binance::refusal::Refusal;
use crate::binance::wire::{ListedSymbol, SymbolTerms, json};
use crate::edge::{Edge, InstrumentState};

/// Says nothing.
///
/// # Errors
/// It has parameters.
pub fn ping(call: Call) -> Result<String, Refusal> {
    call.params.finish()?;
    Ok("{}".to_owned())
}

/// The exchange's time.
///
/// # Errors
/// It has parameters.
pub fn time(edge: &Edge, call: Call) -> Result<String, Refusal> {
    call.params.finish()?;
    Ok(format!(
        r#"{{"serverTime":{}}}"#,
        call.unit.of_us(edge.at_us())
    ))
}

/// How a reference price is calculated: there is none.
///
/// # Errors
/// There is none.
pub fn reference_calculation(edge: &Edge, mut call: Call) -> Result<String, Refusal> {
    needed_symbol(edge, &mut call.params)?;
    call.params.finish()?;
    Err(Refusal::new(-2043, "No reference price found."))
}

/// The instruments that a request is about: one, several, those of a permission, or all.
fn chosen<'a>(edge: &'a Edge, call: &mut Call) -> Result<Vec<&'a InstrumentState>, Refusal> {
    let params = &mut call.params;
    let ways = ["symbol", "symbols", "permissions"];
    if ways.iter().filter(|name| params.has(name)).count() > 1 {
        return Err(Refusal::bad_combination());
    }
    if let Some(state) = maybe_symbol(edge, params)? {
        return Ok(vec![state]);
    }
    if let Some(names) = params.words("symbols")? {
        return listed_symbols(edge, &names);
    }
    let permissions = params.words("permissions")?;
    let is_spot = permissions.is_none_or(|words| words.iter().any(|word| word == "SPOT"));
    Ok(edge.instruments.iter().filter(|_| is_spot).collect())
}

/// What is listed.
///
/// # Errors
/// The venue's refusal.
pub fn listing(edge: &Edge, mut call: Call) -> Result<String, Refusal> {
    let wanted = WantedStatus::read(&mut call.params)?;
    let shows_sets = call.params.flag("showPermissionSets")? != Some(false);
    let chosen = chosen(edge, &mut call)?;
    call.params.finish()?;
    let symbols = chosen
        .into_iter()
        .filter(|state| wanted.is_of(edge, state))
        .map(|state| {
            let filters = &edge.binance.symbol(state).filters;
            let listed = ListedSymbol::new(&state.listed, filters, status_of(edge, state));
            if shows_sets {
                listed
            } else {
                listed.without_permission_sets()
            }
        });
    let limits = &edge.binance.limits;
    let mut rate_limits = limits.listed();
    if call.surface == Surface::Socket {
        rate_limits.push(limits.of_connections());
    }
    let time = call.unit.of_us(edge.at_us());
    Ok(json(&SymbolTerms::new(
        time,
        rate_limits,
        symbols.collect(),
    )))
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct SymbolRules {
    symbol_rules: Vec<RulesOf>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct RulesOf {
    symbol: String,
    rules: Vec<PriceRange>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct PriceRange {
    rule_type: &'static str,
    bid_limit_mult_up: String,
    bid_limit_mult_down: String,
    ask_limit_mult_up: String,
    ask_limit_mult_down: String,
}

/// Rules of execution.
///
/// # Errors
/// The venue's refusal.
pub fn rules(edge: &Edge, mut call: Call) -> Result<String, Refusal> {
    let wanted = WantedStatus::read(&mut call.params)?;
    let is_one = call.params.has("symbol");
    let chosen = chosen(edge, &mut call)?;
    call.params.finish()?;
    if is_one {
        for state in &chosen {
            wanted.must_be_of(edge, state)?;
        }
    }
    let symbol_rules = chosen
        .into_iter()
        .filter(|state| wanted.is_of(edge, state))
        .map(rules_of);
    Ok(json(&SymbolRules {
        symbol_rules: symbol_rules.collect(),
    }))
}

fn rules_of(state: &InstrumentState) -> RulesOf {
    const BIPS_DECIMALS: u8 = 4;
    let multiplier =
        |bips: u32| crate::binance::amount::Amount::new(i128::from(bips), BIPS_DECIMALS).short();
    let range = state.listed.instrument.rules.execution_range;
    RulesOf {
        symbol: state.listed.symbol.to_string(),
        rules: range
            .iter()
            .map(|range| PriceRange {
                rule_type: "PRICE_RANGE",
                bid_limit_mult_up: multiplier(range.high_bips),
                bid_limit_mult_down: multiplier(range.low_bips),
                ask_limit_mult_up: multiplier(range.high_bips),
                ask_limit_mult_down: multiplier(range.low_bips),
            })
            .collect(),
    }
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ReferenceAnswer {
    symbol: String,
    reference_price: Option<String>,
    timestamp: u64,
}

/// No instrument has a reference price of its own: filters look at the average.
///
/// # Errors
/// The venue's refusal.
pub fn reference_price(edge: &Edge, mut call: Call) -> Result<String, Refusal> {
    let name = call.params.needed_text("symbol")?;
    let state = find_symbol(edge, &name)?;
    call.params.finish()?;
    Ok(json(&ReferenceAnswer {
        symbol: state.listed.symbol.to_string(),
        reference_price: None,
        timestamp: call.unit.of_us(edge.at_us()),
    }))
}
