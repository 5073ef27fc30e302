//! Control entries as bytes.

use engine::AccountId;
use ledger::{AssetId, Money};

use super::key::{key, key_id, put_key, put_key_id};
use super::{DecodeError, Reader, put_count, put_i128, put_u8, put_u32};
use crate::control::ControlCommand;

/// An account without deposits, as the first format had it. Read, never written.
const CREATE_EMPTY_ACCOUNT: u8 = 1;
const DEPOSIT: u8 = 2;
const WITHDRAW: u8 = 3;
const CREATE_ACCOUNT: u8 = 4;
const ADD_KEY: u8 = 5;
const REVOKE_KEY: u8 = 6;

pub(super) fn encode(command: &ControlCommand, bytes: &mut Vec<u8>) {
    match command {
        ControlCommand::CreateAccount { account, deposits } => {
            put_u8(bytes, CREATE_ACCOUNT);
            put_u32(bytes, account.0);
            put_count(bytes, deposits.len());
            for (asset, amount) in deposits {
                put_amount(bytes, *asset, *amount);
            }
        }
        ControlCommand::Deposit {
            account,
            asset,
            amount,
        } => put_transfer(bytes, DEPOSIT, *account, *asset, *amount),
        ControlCommand::Withdraw {
            account,
            asset,
            amount,
        } => put_transfer(bytes, WITHDRAW, *account, *asset, *amount),
        ControlCommand::AddKey(key) => {
            put_u8(bytes, ADD_KEY);
            put_key(bytes, key);
        }
        ControlCommand::RevokeKey { id } => {
            put_u8(bytes, REVOKE_KEY);
            put_key_id(bytes, id);
        }
    }
}

pub(super) fn decode(reader: &mut Reader<'_>) -> Result<ControlCommand, DecodeError> {
    match reader.u8()? {
        CREATE_EMPTY_ACCOUNT => Ok(ControlCommand::CreateAccount {
            account: account(reader)?,
            deposits: Box::default(),
        }),
        CREATE_ACCOUNT => Ok(ControlCommand::CreateAccount {
            account: account(reader)?,
            deposits: reader.list(amount)?.into(),
        }),
        DEPOSIT => {
            let account = account(reader)?;
            let (asset, amount) = amount(reader)?;
            Ok(ControlCommand::Deposit {
                account,
                asset,
                amount,
            })
        }
        WITHDRAW => {
            let account = account(reader)?;
            let (asset, amount) = amount(reader)?;
            Ok(ControlCommand::Withdraw {
                account,
                asset,
                amount,
            })
        }
        ADD_KEY => Ok(ControlCommand::AddKey(Box::new(key(reader)?))),
        REVOKE_KEY => Ok(ControlCommand::RevokeKey {
            id: key_id(reader)?,
        }),
        _ => Err(DecodeError::Unknown("a control entry")),
    }
}

fn put_transfer(bytes: &mut Vec<u8>, tag: u8, account: AccountId, asset: AssetId, amount: Money) {
    put_u8(bytes, tag);
    put_u32(bytes, account.0);
    put_amount(bytes, asset, amount);
}

fn put_amount(bytes: &mut Vec<u8>, asset: AssetId, amount: Money) {
    bytes.extend_from_slice(&asset.0.to_le_bytes());
    put_i128(bytes, amount.units());
}

fn amount(reader: &mut Reader<'_>) -> Result<(AssetId, Money), DecodeError> {
    Ok((AssetId(reader.u16()?), Money::from_units(reader.i128()?)))
}

fn account(reader: &mut Reader<'_>) -> Result<AccountId, DecodeError> {
    reader.u32().map(AccountId)
}
