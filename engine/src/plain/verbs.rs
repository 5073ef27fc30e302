//! The three verbs of an embedder who wants nothing but price and time, without a [`Command`] around them.

#![expect(
    clippy::inline_always,
    reason = "measured: a command that takes the lane is never written to memory"
)]

use super::Lane;
use crate::command::{Cancel, Command, Replace};
use crate::event_sink::EventSink;
use crate::listing::Listing;
use crate::matching_engine::{MatchingEngine, refuse_unapplied};
use crate::plain::LimitOrder;
use crate::reject::RejectReason;
use crate::sequence::Sequenced;

impl MatchingEngine {
    /// Enters a limit order. Says what [`MatchingEngine::apply`] says of the same order.
    ///
    /// # Panics
    /// As of [`MatchingEngine::apply`].
    #[inline(always)]
    pub fn submit_limit<S: EventSink>(&mut self, order: &Sequenced<LimitOrder>, sink: &mut S) {
        let Some(listing) = self.listing_mut(order.instrument) else {
            return refuse_verb(order.command, sink);
        };
        let is_open = listing.arrive(order.sequence, order.at);
        if is_open && listing.submit_plainly(&order.command, sink) == Lane::Done {
            return;
        }
        apply_widened(listing, *order, sink);
    }

    /// Ends an open order. Says what [`MatchingEngine::apply`] says of the same cancel.
    ///
    /// # Panics
    /// As of [`MatchingEngine::apply`].
    #[inline(always)]
    pub fn cancel<S: EventSink>(&mut self, cancel: &Sequenced<Cancel>, sink: &mut S) {
        let Some(listing) = self.listing_mut(cancel.instrument) else {
            return refuse_verb(cancel.command, sink);
        };
        let is_open = listing.arrive(cancel.sequence, cancel.at);
        if is_open && listing.cancel_plainly(&cancel.command, sink) == Lane::Done {
            return;
        }
        apply_widened(listing, *cancel, sink);
    }

    /// Changes an open order. Says what [`MatchingEngine::apply`] says of the same replace.
    ///
    /// # Panics
    /// As of [`MatchingEngine::apply`].
    #[inline(always)]
    pub fn replace<S: EventSink>(&mut self, replace: &Sequenced<Replace>, sink: &mut S) {
        let Some(listing) = self.listing_mut(replace.instrument) else {
            return refuse_verb(replace.command, sink);
        };
        let is_open = listing.arrive(replace.sequence, replace.at);
        if is_open && listing.replace_plainly(&replace.command, sink) == Lane::Done {
            return;
        }
        apply_widened(listing, *replace, sink);
    }
}

/// Nothing is listed under the verb's instrument.
#[cold]
#[inline(never)]
fn refuse_verb<S: EventSink>(verb: impl Into<Command>, sink: &mut S) {
    refuse_unapplied(&verb.into(), RejectReason::UnknownInstrument, sink);
}

/// What does not take the lane goes the full path as any command does.
#[cold]
#[inline(never)]
fn apply_widened<C: Into<Command>, S: EventSink>(
    listing: &mut Listing,
    verb: Sequenced<C>,
    sink: &mut S,
) {
    let Sequenced {
        instrument,
        sequence,
        at,
        command,
    } = verb;
    let command = Sequenced {
        instrument,
        sequence,
        at,
        command: command.into(),
    };
    listing.apply_fully(&command, sink);
}
