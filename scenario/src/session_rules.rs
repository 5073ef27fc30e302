//! From the options of a scenario's instrument to the rules of its sessions and calls.

use engine::{
    AuctionSelfTrade, BandWindow, BeyondBand, CallEnd, CallLength, Corridors, DoubledBands,
    IndicativePrice, LimitUpLimitDown, MeanReference, Price, Rules, Velocity,
};

use crate::instrument_options::{
    AuctionSelfTrade as AuctionSelfTradeWord, Indicative, InstrumentOptions, Percent,
};

/// `rules` with what the options say of sessions and calls.
///
/// # Errors
/// A number is larger than the engine's: what it is of.
pub(crate) fn with_session_rules(
    options: &InstrumentOptions,
    rules: &Rules,
) -> Result<Rules, &'static str> {
    Ok(Rules {
        corridors: Corridors {
            dynamic_bips: percent(options.corridor, "corridor")?,
            static_bips: percent(options.static_corridor, "static_corridor")?,
            call: call_end(options),
        },
        luld: limit_up_limit_down(options)?,
        velocity: velocity(options)?,
        auction_self_trade: match options.auction_self_trade {
            Some(AuctionSelfTradeWord::Newest) => AuctionSelfTrade::CancelNewest,
            Some(AuctionSelfTradeWord::Off) | None => AuctionSelfTrade::Allowed,
        },
        indicative: match options.indicative {
            Some(Indicative::On) => IndicativePrice::EachChange,
            Some(Indicative::Off) | None => IndicativePrice::Off,
        },
        reference: options.reference.map(Price::from_units),
        doubled_bands: options.luld_double.map(|window| {
            let span = BandWindow {
                from: window.from,
                until: window.until,
            };
            DoubledBands::of_day(window.day, &[span])
        }),
        batch_instructions_max: options.batch_max.unwrap_or(rules.batch_instructions_max),
        ..*rules
    })
}

/// One length for every call that begins by itself.
fn call_end(options: &InstrumentOptions) -> CallEnd {
    match options.call {
        Some(length) => CallEnd::After(CallLength::fixed(length)),
        None => CallEnd::Operator,
    }
}

fn limit_up_limit_down(
    options: &InstrumentOptions,
) -> Result<Option<LimitUpLimitDown>, &'static str> {
    let Some(bips) = percent(options.luld, "luld")? else {
        return Ok(None);
    };
    Ok(Some(LimitUpLimitDown {
        bips,
        beyond_band: BeyondBand::Reprice,
        limit_state: options.luld_limit,
        pause: options.luld_pause,
        mean: options.luld_mean.map(|pair| MeanReference {
            window: pair.first,
            every: pair.second,
        }),
        reopening: call_end(options),
    }))
}

fn velocity(options: &InstrumentOptions) -> Result<Option<Velocity>, &'static str> {
    let Some(pair) = options.velocity else {
        return Ok(None);
    };
    Ok(Some(Velocity {
        ticks: u32::try_from(pair.first).map_err(|_| "velocity: too many ticks")?,
        window: pair.second,
        reserved: call_end(options),
    }))
}

fn percent(percent: Option<Percent>, key: &'static str) -> Result<Option<u32>, &'static str> {
    let Some(percent) = percent else {
        return Ok(None);
    };
    u32::try_from(percent.bips).map(Some).map_err(|_| key)
}
