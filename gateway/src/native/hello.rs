//! What `hello` tells: limits, and what is traded.

use std::borrow::Cow;

use engine::Instrument;
use protocol::{
    BINARY_SCHEMA, BINARY_SCHEMA_VERSION, Challenge, HelloAnswer, InstrumentTerms, PROTOCOL_VERSION,
};

use crate::edge::{Edge, InstrumentState};
use crate::limits::Limits;
use crate::listing::ListedInstrument;
use crate::session::SessionEntry;

const SERVER: &str = concat!("rialto ", env!("CARGO_PKG_VERSION"));

/// The answer to `hello`.
pub fn answer(
    edge: &Edge,
    entry: &SessionEntry,
    request: Option<u64>,
    challenge: Challenge,
) -> HelloAnswer {
    HelloAnswer {
        request,
        protocol: PROTOCOL_VERSION,
        server: Cow::Borrowed(SERVER),
        epoch: edge.epoch.0,
        session: entry.id.0,
        clock: edge.clock,
        at_us: edge.at_us(),
        frames: entry.frames(),
        schema: BINARY_SCHEMA,
        schema_version: BINARY_SCHEMA_VERSION,
        challenge: Some(challenge),
        limits: limits(&edge.limits),
        instruments: edge.instruments.iter().map(terms_of).collect(),
    }
}

fn limits(limits: &Limits) -> protocol::Limits {
    let wire = |limit: usize| u64::try_from(limit).unwrap_or(u64::MAX);
    protocol::Limits {
        frame_bytes_max: wire(limits.frame_bytes_max),
        outbound_messages_max: wire(limits.outbound_messages_max),
        subscriptions_max: wire(limits.subscriptions_per_session_max),
        depth_levels_max: wire(limits.depth_levels_max),
        requests_per_second_max: limits.requests_per_second_max,
        requests_burst_max: limits.requests_burst_max,
    }
}

fn terms_of(state: &InstrumentState) -> InstrumentTerms {
    instrument_terms(&state.listed, &state.terms())
}

/// An instrument's grid and bounds as participants see them.
pub fn instrument_terms(listed: &ListedInstrument, instrument: &Instrument) -> InstrumentTerms {
    let scale = listed.scale;
    InstrumentTerms {
        symbol: listed.symbol,
        number: listed.binary().number,
        base: listed.base,
        quote: listed.quote,
        tick_size: scale.price(instrument.tick_size),
        lot_size: scale.quantity(instrument.lot_size),
        price_decimals: scale.price_decimals,
        quantity_decimals: scale.quantity_decimals,
        price_min: scale.price(instrument.price_min.units()),
        price_max: scale.price(instrument.price_max.units()),
        quantity_min: scale.quantity(instrument.quantity_min.units()),
        quantity_max: scale.quantity(instrument.quantity_max.units()),
    }
}
