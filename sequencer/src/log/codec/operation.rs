//! What operators change of an instrument as bytes.

use engine::{Canonical, FeeSchedule, Grid, Operation, Price, Quantity, Rules, StateReader};

use super::{DecodeError, Reader, put_bytes, put_i64, put_u8, put_u64};

const SET_RULES: u8 = 1;
const SET_GRID: u8 = 2;
const DELIST: u8 = 3;
const SET_FEES: u8 = 4;
/// Rules are written in the engine's own spelling, which is counted here: when it changes, this goes up, and
/// the old spelling is read as long as journals of it are.
const RULES_VERSION: u8 = 2;
/// Without the longest batch and the times of doubled bands, which stand last since.
const RULES_VERSION_BEFORE_BATCHES: u8 = 1;

pub(super) fn put_operation(bytes: &mut Vec<u8>, operation: &Operation) {
    match operation {
        Operation::SetRules(rules) => {
            put_u8(bytes, SET_RULES);
            put_u8(bytes, RULES_VERSION);
            let mut spelled = Vec::new();
            rules.write(&mut spelled);
            put_bytes(bytes, &spelled);
        }
        Operation::SetGrid(grid) => {
            put_u8(bytes, SET_GRID);
            put_i64(bytes, grid.tick_size);
            put_u64(bytes, grid.lot_size);
            put_i64(bytes, grid.price_min.units());
            put_i64(bytes, grid.price_max.units());
            put_u64(bytes, grid.quantity_min.units());
            put_u64(bytes, grid.quantity_max.units());
        }
        Operation::SetFees(fees) => {
            put_u8(bytes, SET_FEES);
            let mut spelled = Vec::new();
            fees.write(&mut spelled);
            put_bytes(bytes, &spelled);
        }
        Operation::Delist => put_u8(bytes, DELIST),
    }
}

pub(super) fn operation(reader: &mut Reader<'_>) -> Result<Operation, DecodeError> {
    match reader.u8()? {
        SET_RULES => rules(reader).map(|rules| Operation::SetRules(Box::new(rules))),
        SET_GRID => Ok(Operation::SetGrid(Grid {
            tick_size: reader.i64()?,
            lot_size: reader.u64()?,
            price_min: Price::from_units(reader.i64()?),
            price_max: Price::from_units(reader.i64()?),
            quantity_min: Quantity::from_units(reader.u64()?),
            quantity_max: Quantity::from_units(reader.u64()?),
        })),
        SET_FEES => fees(reader).map(|fees| Operation::SetFees(Box::new(fees))),
        DELIST => Ok(Operation::Delist),
        _ => Err(DecodeError::Unknown("what an operator changes")),
    }
}

fn rules(reader: &mut Reader<'_>) -> Result<Rules, DecodeError> {
    const WHAT: DecodeError = DecodeError::Unknown("a set of rules");
    let version = reader.u8()?;
    let mut bytes = reader.counted_bytes()?.to_vec();
    match version {
        RULES_VERSION => {}
        RULES_VERSION_BEFORE_BATCHES => {
            Rules::PLAIN.batch_instructions_max.write(&mut bytes);
            Rules::PLAIN.doubled_bands.write(&mut bytes);
        }
        _ => return Err(WHAT),
    }
    let mut spelled = StateReader::new(&bytes);
    let rules = spelled.value().map_err(|_| WHAT)?;
    spelled.end().map_err(|_| WHAT)?;
    Ok(rules)
}

fn fees(reader: &mut Reader<'_>) -> Result<FeeSchedule, DecodeError> {
    const WHAT: DecodeError = DecodeError::Unknown("a schedule of fees");
    let mut spelled = StateReader::new(reader.counted_bytes()?);
    let fees = spelled.value().map_err(|_| WHAT)?;
    spelled.end().map_err(|_| WHAT)?;
    Ok(fees)
}

#[cfg(test)]
mod tests {
    use super::{
        Canonical, Operation, RULES_VERSION_BEFORE_BATCHES, Reader, Rules, SET_RULES, operation,
        put_bytes, put_u8,
    };

    #[test]
    fn rules_that_were_written_before_batches_had_a_bound_are_read() {
        let rules = Rules {
            random_seed: 77,
            ..Rules::PLAIN
        };
        let mut spelled = Vec::new();
        rules.write(&mut spelled);
        // A number of four bytes, and one byte that says there is no list.
        spelled.truncate(spelled.len() - 5);
        let mut bytes = Vec::new();
        put_u8(&mut bytes, SET_RULES);
        put_u8(&mut bytes, RULES_VERSION_BEFORE_BATCHES);
        put_bytes(&mut bytes, &spelled);

        let read = operation(&mut Reader::new(&bytes));

        assert_eq!(read, Ok(Operation::SetRules(Box::new(rules))));
    }
}
