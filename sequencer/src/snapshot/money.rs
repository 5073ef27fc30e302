//! Accounts, money, keys and positions of a snapshot, as bytes.

use engine::{AccountId, InstrumentId, Notional, TradeId};
use ledger::{
    AccountImage, Advance, ApiKey, AssetId, ClosedBy, Closing, KeyId, KeyMaterial, KeyState,
    LedgerImage, Money, Permissions, Position, SettlementImage,
};

use crate::log::codec::{
    DecodeError, Reader, put_bytes, put_count, put_i128, put_u8, put_u32, put_u64,
};

const HMAC_SECRET: u8 = 1;
const RSA_PUBLIC: u8 = 2;
const ED25519_PUBLIC: u8 = 3;

const ENABLED: u8 = 1;
const REVOKED: u8 = 2;

pub(super) fn put_ledger(out: &mut Vec<u8>, image: &LedgerImage) {
    let LedgerImage {
        accounts,
        transfers,
        keys,
    } = image;
    put_count(out, accounts.len());
    for account in accounts {
        put_u32(out, account.account.0);
        put_pairs(out, &account.assets);
    }
    put_pairs(out, transfers);
    put_count(out, keys.len());
    for (key, state) in keys {
        put_key(out, key);
        put_u8(
            out,
            match state {
                KeyState::Enabled => ENABLED,
                KeyState::Revoked => REVOKED,
            },
        );
    }
}

pub(super) fn ledger(reader: &mut Reader<'_>) -> Result<LedgerImage, DecodeError> {
    Ok(LedgerImage {
        accounts: reader.list(|reader| {
            Ok(AccountImage {
                account: AccountId(reader.u32()?),
                assets: pairs(reader)?,
            })
        })?,
        transfers: pairs(reader)?,
        keys: reader.list(|reader| {
            let key = key(reader)?;
            let state = match reader.u8()? {
                ENABLED => KeyState::Enabled,
                REVOKED => KeyState::Revoked,
                _ => return Err(DecodeError::Unknown("a key's state")),
            };
            Ok((key, state))
        })?,
    })
}

pub(super) fn put_settlement(out: &mut Vec<u8>, image: &SettlementImage) {
    let SettlementImage {
        advances,
        positions,
        closings,
    } = image;
    put_count(out, advances.len());
    for advance in advances {
        put_u32(out, advance.instrument.0);
        put_u32(out, advance.account.0);
        put_asset(out, advance.asset);
        put_i128(out, advance.amount.units());
    }
    put_count(out, positions.len());
    for (account, position) in positions {
        let Position {
            instrument,
            base,
            cost,
            realized,
            fees_base,
            fees_quote,
        } = position;
        put_u32(out, account.0);
        put_u32(out, instrument.0);
        for units in [
            *base,
            cost.units(),
            realized.units(),
            fees_base.units(),
            fees_quote.units(),
        ] {
            put_i128(out, units);
        }
    }
    put_count(out, closings.len());
    for closed in closings {
        let ClosedBy {
            instrument,
            trade_id,
            taker,
            maker,
        } = closed;
        put_u32(out, instrument.0);
        put_u64(out, trade_id.0);
        for closing in [taker, maker] {
            put_u64(out, closing.units);
            put_i128(out, closing.cost.units());
        }
    }
}

pub(super) fn settlement(reader: &mut Reader<'_>) -> Result<SettlementImage, DecodeError> {
    Ok(SettlementImage {
        advances: reader.list(|reader| {
            Ok(Advance {
                instrument: InstrumentId(reader.u32()?),
                account: AccountId(reader.u32()?),
                asset: AssetId(reader.u16()?),
                amount: money(reader)?,
            })
        })?,
        positions: reader.list(|reader| {
            let account = AccountId(reader.u32()?);
            let position = Position {
                instrument: InstrumentId(reader.u32()?),
                base: reader.i128()?,
                cost: Notional::from_units(reader.i128()?),
                realized: Notional::from_units(reader.i128()?),
                fees_base: money(reader)?,
                fees_quote: money(reader)?,
            };
            Ok((account, position))
        })?,
        closings: reader.list(|reader| {
            Ok(ClosedBy {
                instrument: InstrumentId(reader.u32()?),
                trade_id: TradeId(reader.u64()?),
                taker: closing(reader)?,
                maker: closing(reader)?,
            })
        })?,
    })
}

fn closing(reader: &mut Reader<'_>) -> Result<Closing, DecodeError> {
    Ok(Closing {
        units: reader.u64()?,
        cost: Notional::from_units(reader.i128()?),
    })
}

fn put_key(out: &mut Vec<u8>, key: &ApiKey) {
    let ApiKey {
        id,
        account,
        material,
        permissions,
    } = key;
    put_bytes(out, id.as_str().as_bytes());
    put_u32(out, account.0);
    let (tag, bytes): (u8, &[u8]) = match material {
        KeyMaterial::HmacSecret(secret) => (HMAC_SECRET, secret),
        KeyMaterial::RsaPublic(der) => (RSA_PUBLIC, der),
        KeyMaterial::Ed25519Public(public) => (ED25519_PUBLIC, public),
    };
    put_u8(out, tag);
    put_bytes(out, bytes);
    put_u8(out, permissions.bits());
}

fn key(reader: &mut Reader<'_>) -> Result<ApiKey, DecodeError> {
    let id = str::from_utf8(reader.counted_bytes()?)
        .ok()
        .and_then(KeyId::new)
        .ok_or(DecodeError::Unknown("a key's id"))?;
    let account = AccountId(reader.u32()?);
    let tag = reader.u8()?;
    let bytes = reader.counted_bytes()?;
    let material = match tag {
        HMAC_SECRET => KeyMaterial::HmacSecret(bytes.into()),
        RSA_PUBLIC => KeyMaterial::RsaPublic(bytes.into()),
        ED25519_PUBLIC => KeyMaterial::Ed25519Public(
            bytes
                .try_into()
                .map_err(|_| DecodeError::Unknown("an Ed25519 key"))?,
        ),
        _ => return Err(DecodeError::Unknown("a key's material")),
    };
    let permissions =
        Permissions::from_bits(reader.u8()?).ok_or(DecodeError::Unknown("a key's permissions"))?;
    Ok(ApiKey {
        id,
        account,
        material,
        permissions,
    })
}

fn put_pairs(out: &mut Vec<u8>, pairs: &[(Money, Money)]) {
    put_count(out, pairs.len());
    for (first, second) in pairs {
        put_i128(out, first.units());
        put_i128(out, second.units());
    }
}

fn pairs(reader: &mut Reader<'_>) -> Result<Vec<(Money, Money)>, DecodeError> {
    reader.list(|reader| Ok((money(reader)?, money(reader)?)))
}

fn money(reader: &mut Reader<'_>) -> Result<Money, DecodeError> {
    reader.i128().map(Money::from_units)
}

fn put_asset(out: &mut Vec<u8>, asset: AssetId) {
    out.extend_from_slice(&asset.0.to_le_bytes());
}
