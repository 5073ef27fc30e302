//! Orders that are tied to others: what happens to one happens to the other.
//!
//! What an event means for tied orders is noted while it happens and followed as soon as the book is whole
//! again, the last noted first: an order that goes takes its own ties along before the next one goes, and no
//! chain of ties is deeper than a list.

mod admit;
mod entering;
mod following;
mod growing;
mod oco;
mod oto;
mod rehearsal;
mod resizing;
mod shared_hold;
mod ties;

pub(crate) use entering::report_conditions;
pub(crate) use following::Following;
pub(crate) use oto::Children;
pub(crate) use rehearsal::Rehearsal;
pub(crate) use shared_hold::PairFunds;
pub(crate) use ties::{Parentage, Partner, Ties};
