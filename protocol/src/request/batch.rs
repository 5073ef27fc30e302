//! Several instructions in one request: one command of the instrument.

use serde_json::value::RawValue;

use crate::error::{CodecError, ErrorCode};
use crate::inline_text::Symbol;
use crate::json_writer::JsonWriter;
use crate::request::decode::{cancel_replace_of, order_ref, replace_of, word};
use crate::request::decode_order::new_order;
use crate::request::encode::{write_change, write_exchange, write_order_ref};
use crate::request::encode_order::write_new_order;
use crate::request::field::{Field, Fields, number, parsed, text};
use crate::request::{CancelReplace, NewOrder, OrderRef, Replace};
use crate::words::BatchMode;

/// Several instructions on one instrument, carried out in one step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// In which instrument.
    pub symbol: Symbol,
    /// What the refusal of one instruction means for the others.
    pub mode: BatchMode,
    /// What is asked, in order: 1 to [`Batch::INSTRUCTIONS_MAX`].
    pub instructions: Vec<Instruction>,
    /// Engine time of the command; with the replay clock only.
    pub at_us: Option<u64>,
}

/// One instruction of a batch. It is on the batch's instrument, at the batch's time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Instruction {
    /// Enters a new order.
    Submit(NewOrder),
    /// Ends an open order.
    Cancel(OrderRef),
    /// Changes an open order.
    Replace(Replace),
    /// Ends one order and enters another.
    CancelReplace(CancelReplace),
}

impl Batch {
    /// Most instructions of one batch.
    pub const INSTRUCTIONS_MAX: usize = 64;

    pub(super) fn decode(fields: &mut Fields<'_>) -> Result<Self, CodecError> {
        let symbol = fields.required(Field::Symbol, parsed)?;
        let mode = fields.required(Field::Mode, word(BatchMode::from_word))?;
        let instructions = fields.required(Field::Instructions, |field, raw| {
            let raws: Vec<&RawValue> =
                serde_json::from_str(raw).map_err(|error| CodecError::bad(field.name(), error))?;
            if raws.is_empty() || raws.len() > Self::INSTRUCTIONS_MAX {
                return Err(CodecError::bad(
                    field.name(),
                    format_args!("there are 1 to {} of them", Self::INSTRUCTIONS_MAX),
                ));
            }
            let read = raws.iter().map(|raw| instruction(symbol, raw.get()));
            read.collect::<Result<Vec<_>, _>>()
        })?;
        Ok(Self {
            symbol,
            mode,
            instructions,
            at_us: fields.optional(Field::AtUs, number)?,
        })
    }

    pub(super) fn write(&self, json: &mut JsonWriter<'_>) {
        json.name(Field::Symbol.name(), &self.symbol);
        json.word(Field::Mode.name(), self.mode.word());
        json.list(
            Field::Instructions.name(),
            &self.instructions,
            |buffer, instruction| {
                let mut json = JsonWriter::open(buffer);
                json.word(Field::Op.name(), instruction.op());
                instruction.write(&mut json);
                json.close();
            },
        );
        json.maybe_number(Field::AtUs.name(), self.at_us);
    }
}

fn instruction(symbol: Symbol, raw: &str) -> Result<Instruction, CodecError> {
    let (mut fields, outcome) = Fields::read(raw);
    outcome?;
    fields.refuse_repeated()?;
    let fields = &mut fields;
    let op = fields.required(Field::Op, text)?;
    let instruction = match op.as_ref() {
        "submit" => Instruction::Submit(new_order(fields)?),
        "cancel" => Instruction::Cancel(order_ref(fields, Field::OrderId, Field::ClientOrderId)?),
        "replace" => Instruction::Replace(replace_of(symbol, fields)?),
        "cancel_replace" => Instruction::CancelReplace(cancel_replace_of(symbol, fields)?),
        _ => {
            return Err(CodecError::new(
                ErrorCode::UnknownOp,
                "`op` of an instruction is submit, cancel, replace or cancel_replace".to_owned(),
            ));
        }
    };
    fields.refuse_rest(&op)?;
    Ok(instruction)
}

impl Instruction {
    /// The word for it on the wire.
    pub const fn op(&self) -> &'static str {
        match self {
            Self::Submit(_) => "submit",
            Self::Cancel(_) => "cancel",
            Self::Replace(_) => "replace",
            Self::CancelReplace(_) => "cancel_replace",
        }
    }

    fn write(&self, json: &mut JsonWriter<'_>) {
        match self {
            Self::Submit(order) => write_new_order(json, order),
            Self::Cancel(order) => {
                write_order_ref(json, order, Field::OrderId, Field::ClientOrderId);
            }
            Self::Replace(replace) => write_change(json, replace),
            Self::CancelReplace(both) => write_exchange(json, both),
        }
    }
}
