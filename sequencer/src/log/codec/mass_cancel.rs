//! Mass cancels as bytes.

use engine::{AccountId, MassCancel, Price, SessionFilter, SessionNumber, Side, SideFilter};

use super::command::put_side;
use super::{DecodeError, Reader, put_i64, put_u8, put_u32};

pub(super) const MASS_CANCEL: u8 = 5;
/// Of what came by one connection.
pub(super) const MASS_CANCEL_OF_SESSION: u8 = 82;

pub(super) fn put_mass_cancel(bytes: &mut Vec<u8>, mass_cancel: &MassCancel) {
    put_u8(bytes, tag(mass_cancel));
    put_u32(bytes, mass_cancel.account.0);
    put_side_filter(bytes, mass_cancel.side);
    put_i64(bytes, mass_cancel.price_from.units());
    put_i64(bytes, mass_cancel.price_to.units());
    match mass_cancel.session {
        SessionFilter::Any => {}
        SessionFilter::Only(session) => put_u32(bytes, session.0),
    }
}

const fn tag(mass_cancel: &MassCancel) -> u8 {
    match mass_cancel.session {
        SessionFilter::Any => MASS_CANCEL,
        SessionFilter::Only(_) => MASS_CANCEL_OF_SESSION,
    }
}

pub(super) fn mass_cancel_of_session(reader: &mut Reader<'_>) -> Result<MassCancel, DecodeError> {
    let any = mass_cancel(reader)?;
    Ok(MassCancel {
        session: SessionFilter::Only(SessionNumber(reader.u32()?)),
        ..any
    })
}

pub(super) fn mass_cancel(reader: &mut Reader<'_>) -> Result<MassCancel, DecodeError> {
    Ok(MassCancel {
        account: AccountId(reader.u32()?),
        side: side_filter(reader)?,
        price_from: Price::from_units(reader.i64()?),
        price_to: Price::from_units(reader.i64()?),
        session: SessionFilter::Any,
    })
}

fn put_side_filter(bytes: &mut Vec<u8>, filter: SideFilter) {
    match filter {
        SideFilter::Both => put_u8(bytes, 0),
        SideFilter::Only(side) => put_side(bytes, side),
    }
}

fn side_filter(reader: &mut Reader<'_>) -> Result<SideFilter, DecodeError> {
    Ok(match reader.u8()? {
        0 => SideFilter::Both,
        1 => SideFilter::Only(Side::Buy),
        2 => SideFilter::Only(Side::Sell),
        _ => return Err(DecodeError::Unknown("a side filter")),
    })
}
