//! Control entries as bytes.

use engine::{AccountId, InstrumentId, SequenceNumber};
use ledger::{AssetId, Money};

use super::command::{self, fan_out_action};
use super::key::{key, key_id, put_key, put_key_id};
use super::{DecodeError, Reader, put_count, put_i128, put_option, put_u8, put_u32, put_u64};
use crate::control::{ControlCommand, OperatorNote};
use crate::fan_outs::Targets;
use crate::log::{RejectedPart, Rejection};
use crate::position::LogPosition;

/// An account without deposits, as the first format had it. Read, never written.
const CREATE_EMPTY_ACCOUNT: u8 = 1;
const DEPOSIT: u8 = 2;
const WITHDRAW: u8 = 3;
const CREATE_ACCOUNT: u8 = 4;
const ADD_KEY: u8 = 5;
const REVOKE_KEY: u8 = 6;
const FAN_OUT: u8 = 7;
const NOTE: u8 = 8;
const TAKE_OUT: u8 = 100;

const WHOLE: u8 = 1;
const ONE_COMMAND: u8 = 2;

pub(super) fn encode(entry: &ControlCommand, bytes: &mut Vec<u8>) {
    match entry {
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
        ControlCommand::FanOut { targets, action } => {
            put_u8(bytes, FAN_OUT);
            let one = match targets {
                Targets::All => None,
                Targets::One(instrument) => Some(instrument.0),
            };
            put_option(bytes, one, put_u32);
            command::encode(&action.command(), bytes);
        }
        ControlCommand::TakeOut(rejection) => {
            put_u8(bytes, TAKE_OUT);
            put_rejection(bytes, rejection);
        }
        ControlCommand::Note(note) => {
            put_u8(bytes, NOTE);
            put_text(bytes, &note.who);
            put_text(bytes, &note.request);
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
        FAN_OUT => Ok(ControlCommand::FanOut {
            targets: reader
                .option(Reader::u32)?
                .map_or(Targets::All, |one| Targets::One(InstrumentId(one))),
            action: Box::new(fan_out_action(reader)?),
        }),
        NOTE => Ok(ControlCommand::Note(Box::new(OperatorNote {
            who: text(reader)?,
            request: text(reader)?,
        }))),
        TAKE_OUT => rejection(reader).map(ControlCommand::TakeOut),
        _ => Err(DecodeError::Unknown("a control entry")),
    }
}

fn put_text(bytes: &mut Vec<u8>, text: &str) {
    put_count(bytes, text.len());
    bytes.extend_from_slice(text.as_bytes());
}

fn text(reader: &mut Reader<'_>) -> Result<String, DecodeError> {
    let length = usize::try_from(reader.u32()?).expect("a machine has at least 32 bits");
    let bytes = reader.bytes(length)?.to_vec();
    String::from_utf8(bytes).map_err(|_| DecodeError::Unknown("a note in another spelling"))
}

fn put_rejection(bytes: &mut Vec<u8>, rejection: &Rejection) {
    put_u64(bytes, rejection.position.0);
    match rejection.rejected {
        RejectedPart::Nothing => unreachable!("a repair takes something out"),
        RejectedPart::Whole => put_u8(bytes, WHOLE),
        RejectedPart::Command {
            instrument,
            sequence,
        } => {
            put_u8(bytes, ONE_COMMAND);
            put_u32(bytes, instrument.0);
            put_u64(bytes, sequence.0);
        }
    }
}

fn rejection(reader: &mut Reader<'_>) -> Result<Rejection, DecodeError> {
    Ok(Rejection {
        position: LogPosition(reader.u64()?),
        rejected: match reader.u8()? {
            WHOLE => RejectedPart::Whole,
            ONE_COMMAND => RejectedPart::Command {
                instrument: InstrumentId(reader.u32()?),
                sequence: SequenceNumber(reader.u64()?),
            },
            _ => return Err(DecodeError::Unknown("what a repair took out")),
        },
    })
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
