//! Control entries as bytes.

use engine::AccountId;
use ledger::{AssetId, Money};

use super::{DecodeError, Reader, put_i128, put_u8, put_u32};
use crate::control::ControlCommand;

const CREATE_ACCOUNT: u8 = 1;
const DEPOSIT: u8 = 2;
const WITHDRAW: u8 = 3;

pub(super) fn encode(command: &ControlCommand, bytes: &mut Vec<u8>) {
    match *command {
        ControlCommand::CreateAccount { account } => {
            put_u8(bytes, CREATE_ACCOUNT);
            put_u32(bytes, account.0);
        }
        ControlCommand::Deposit {
            account,
            asset,
            amount,
        } => put_transfer(bytes, DEPOSIT, account, asset, amount),
        ControlCommand::Withdraw {
            account,
            asset,
            amount,
        } => put_transfer(bytes, WITHDRAW, account, asset, amount),
    }
}

pub(super) fn decode(reader: &mut Reader<'_>) -> Result<ControlCommand, DecodeError> {
    let tag = reader.u8()?;
    let account = AccountId(reader.u32()?);
    match tag {
        CREATE_ACCOUNT => Ok(ControlCommand::CreateAccount { account }),
        DEPOSIT => Ok(ControlCommand::Deposit {
            account,
            asset: AssetId(reader.u16()?),
            amount: Money::from_units(reader.i128()?),
        }),
        WITHDRAW => Ok(ControlCommand::Withdraw {
            account,
            asset: AssetId(reader.u16()?),
            amount: Money::from_units(reader.i128()?),
        }),
        _ => Err(DecodeError::Unknown("a control entry")),
    }
}

fn put_transfer(bytes: &mut Vec<u8>, tag: u8, account: AccountId, asset: AssetId, amount: Money) {
    put_u8(bytes, tag);
    put_u32(bytes, account.0);
    bytes.extend_from_slice(&asset.0.to_le_bytes());
    put_i128(bytes, amount.units());
}
