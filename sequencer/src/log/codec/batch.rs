//! Batches of instructions as bytes.

use engine::{AccountId, Batch, BatchMode, Instruction};

use super::command::{
    cancel_replace, order_ref, put_cancel_replace, put_order_ref, put_replace, replace,
};
use super::order::{order, put_order};
use super::{DecodeError, Reader, put_count, put_u8, put_u32};

const SUBMIT: u8 = 1;
const CANCEL: u8 = 2;
const REPLACE: u8 = 3;
const CANCEL_REPLACE: u8 = 4;

pub(super) fn put_batch(bytes: &mut Vec<u8>, batch: &Batch) {
    put_u32(bytes, batch.account().0);
    put_u8(
        bytes,
        match batch.mode() {
            BatchMode::Sequential => 1,
            BatchMode::AllOrNone => 2,
        },
    );
    put_count(bytes, batch.instructions().len());
    for instruction in batch.instructions() {
        put_instruction(bytes, instruction);
    }
}

pub(super) fn batch(reader: &mut Reader<'_>) -> Result<Batch, DecodeError> {
    let account = AccountId(reader.u32()?);
    let mode = match reader.u8()? {
        1 => BatchMode::Sequential,
        2 => BatchMode::AllOrNone,
        _ => return Err(DecodeError::Unknown("what a refusal in a batch means")),
    };
    let instructions = reader.list(instruction)?;
    Batch::new(account, mode, instructions)
        .map_err(|_| DecodeError::Unknown("instructions that are no batch"))
}

fn put_instruction(bytes: &mut Vec<u8>, instruction: &Instruction) {
    match instruction {
        Instruction::Submit(order) => {
            put_u8(bytes, SUBMIT);
            put_order(bytes, order);
        }
        Instruction::Cancel(order) => {
            put_u8(bytes, CANCEL);
            put_order_ref(bytes, *order);
        }
        Instruction::Replace(replace) => {
            put_u8(bytes, REPLACE);
            put_replace(bytes, replace);
        }
        Instruction::CancelReplace(both) => {
            put_u8(bytes, CANCEL_REPLACE);
            put_cancel_replace(bytes, both);
        }
    }
}

fn instruction(reader: &mut Reader<'_>) -> Result<Instruction, DecodeError> {
    match reader.u8()? {
        SUBMIT => order(reader).map(Instruction::Submit),
        CANCEL => order_ref(reader).map(Instruction::Cancel),
        REPLACE => replace(reader).map(Instruction::Replace),
        CANCEL_REPLACE => cancel_replace(reader).map(Instruction::CancelReplace),
        _ => Err(DecodeError::Unknown("an instruction of a batch")),
    }
}
