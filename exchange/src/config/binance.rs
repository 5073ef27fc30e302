//! What the Binance Spot persona is told, and the keys that its clients use in a demo.

use engine::SelfTradePrevention;
use gateway::{
    DemoApiKeys, ListenKeys, Serving, SymbolBounds, VenueConfig, VenueLimits, read_public_key,
};
use ledger::{ApiKey, KeyId, KeyMaterial, Permissions};
use protocol::ExactDecimal;

use crate::config::demo::FundedAccount;
use crate::config::error::ConfigError;
use crate::config::file;
use crate::config::process::at_least_one;
use crate::config::value::Amount;

/// Places that a number of this persona has.
const PLACES_MAX: u8 = 8;

/// Derives and checks `[gateway.binance]`.
///
/// # Errors
/// A limit is zero, an amount has more than eight places or is negative, or the bounds contradict each other.
pub fn derive_venue(file: &file::Binance) -> Result<VenueConfig, ConfigError> {
    let key = |name: &str| format!("gateway.binance.{name}");
    for (name, value) in [
        ("request_weight_max", file.request_weight_max),
        ("orders_per_10s_max", file.orders_per_10s_max),
        ("orders_per_day_max", file.orders_per_day_max),
        ("raw_requests_max", file.raw_requests_max),
        ("sockets_opened_max", file.sockets_opened_max),
        ("stream_frames_per_s_max", file.stream_frames_per_s_max),
        ("iceberg_parts_max", file.iceberg_parts_max),
    ] {
        at_least_one(&key(name), value)?;
    }
    let bounds = bounds(file)?;
    Ok(VenueConfig {
        limits: VenueLimits {
            request_weight_max: file.request_weight_max,
            orders_per_10s_max: file.orders_per_10s_max,
            orders_per_day_max: file.orders_per_day_max,
            raw_requests_max: file.raw_requests_max,
            sockets_opened_max: file.sockets_opened_max,
            stream_frames_per_s_max: file.stream_frames_per_s_max,
        },
        bounds,
        listen_keys: match file.listen_keys {
            file::ListenKeys::Served => ListenKeys::Served,
            file::ListenKeys::Gone => ListenKeys::Gone,
        },
        serving: if file.served {
            Serving::Offered
        } else {
            Serving::Off
        },
    })
}

fn bounds(file: &file::Binance) -> Result<SymbolBounds, ConfigError> {
    Ok(SymbolBounds {
        notional_min: amount("notional_min", file.notional_min)?,
        notional_max: amount("notional_max", file.notional_max)?,
        open_orders_max: file.open_orders_max,
        algo_orders_max: file.algo_orders_max,
        order_lists_max: file.order_lists_max,
        amendments_max: file.amendments_max,
        iceberg_parts_max: file.iceberg_parts_max,
        price_multiplier_up: amount("price_multiplier_up", file.price_multiplier_up)?,
        price_multiplier_down: amount("price_multiplier_down", file.price_multiplier_down)?,
        self_trade_prevention: self_trade(file.self_trade_prevention),
        self_trade_prevention_of: file
            .self_trade_prevention_of
            .iter()
            .map(|(symbol, mode)| (symbol.clone(), self_trade(*mode)))
            .collect(),
    })
}

fn amount(name: &str, amount: Amount) -> Result<ExactDecimal, ConfigError> {
    let is_fit = !amount.0.is_negative() && amount.0.units_of(PLACES_MAX).is_ok();
    is_fit.then_some(amount.0).ok_or_else(|| {
        ConfigError::new(
            format!("gateway.binance.{name}"),
            "it is negative, or has more than eight decimals",
            "write an amount such as \"5\"",
        )
    })
}

const fn self_trade(mode: file::SelfTrade) -> SelfTradePrevention {
    match mode {
        file::SelfTrade::None => SelfTradePrevention::None,
        file::SelfTrade::ExpireTaker => SelfTradePrevention::CancelNewest,
        file::SelfTrade::ExpireMaker => SelfTradePrevention::CancelOldest,
        file::SelfTrade::ExpireBoth => SelfTradePrevention::CancelBoth,
        file::SelfTrade::Decrement => SelfTradePrevention::Decrement,
    }
}

/// Derives and checks `[[demo.api_key]]`. These keys are public, so they open from this machine only.
///
/// # Errors
/// An id is no word or used twice, the account is unknown, or there is not one of secret and public key.
pub fn derive_api_keys(
    rows: &[file::ApiKey],
    people: &[FundedAccount],
) -> Result<DemoApiKeys, ConfigError> {
    let mut keys: Vec<ApiKey> = Vec::new();
    for row in rows {
        let key = api_key(row, people)?;
        if keys.iter().any(|other| other.id == key.id) {
            return Err(error(
                row,
                "id",
                "another key has this id",
                "write an id of its own",
            ));
        }
        keys.push(key);
    }
    Ok(DemoApiKeys::new(keys))
}

fn api_key(row: &file::ApiKey, people: &[FundedAccount]) -> Result<ApiKey, ConfigError> {
    let id = KeyId::new(&row.id).ok_or_else(|| {
        let remedy = "write 1 to 64 letters, digits, `-` and `_`";
        error(row, "id", "this is no id of a key", remedy)
    })?;
    let account = people
        .iter()
        .find(|account| account.name == row.account)
        .ok_or_else(|| {
            let remedy = "write the name of a [[demo.account]]";
            error(row, "account", "there is no such account", remedy)
        })?;
    let material = match (&row.secret, &row.public_key) {
        (Some(secret), None) => KeyMaterial::HmacSecret(secret.as_bytes().into()),
        (None, Some(pem)) => read_public_key(pem)
            .map_err(|bad| error(row, "public_key", bad.to_string(), "write the PEM of one"))?,
        (Some(_), Some(_)) | (None, None) => {
            let remedy = "write one of `secret` and `public_key`";
            return Err(error(row, "secret", "a key has one way to sign", remedy));
        }
    };
    Ok(ApiKey {
        id,
        account: account.id,
        material,
        permissions: Permissions::READ.and(Permissions::TRADE),
    })
}

fn error(
    row: &file::ApiKey,
    key: &str,
    reason: impl Into<String>,
    remedy: impl Into<String>,
) -> ConfigError {
    ConfigError::new(format!("demo.api_key.{}.{key}", row.id), reason, remedy)
}
