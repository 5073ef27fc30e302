//! When a call ends by itself: its length, its random end, its one extension.

use super::corridor::Corridors;
use crate::auction::AuctionReference;
use crate::event_sink::EventSink;
use crate::listing::Listing;
use crate::sequence::Timestamp;

/// Who ends a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallEnd {
    /// Nobody but the operator, or the schedule.
    Operator,
    /// Time.
    After(CallLength),
}

/// How long a call is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallLength {
    /// It lasts at least this long, in units of engine time; above zero.
    pub length: u64,
    /// It ends up to this much later, drawn from the instrument's stream of chance.
    pub random_max: u64,
    /// It is extended once by this much where its price is outside the static corridor; above zero.
    pub extension: u64,
}

impl CallLength {
    /// A call of one length, which is also that of its extension.
    pub const fn fixed(length: u64) -> Self {
        Self {
            length,
            random_max: 0,
            extension: length,
        }
    }
}

impl CallEnd {
    pub(crate) const fn is_sound(self) -> bool {
        match self {
            Self::Operator => true,
            Self::After(length) => length.length > 0 && length.extension > 0,
        }
    }
}

/// What ends the session state that the instrument is in, if time does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StateEnd {
    /// Only a command does.
    Command,
    /// A call is uncrossed.
    Uncross {
        at: Timestamp,
        /// By how much it may still be extended; zero if it was.
        extension: u64,
    },
    /// A limit state becomes a pause, unless it is over by then.
    Pause { at: Timestamp },
    /// A pause becomes the reopening call.
    Reopening { at: Timestamp },
}

impl StateEnd {
    /// When it is due.
    pub(crate) const fn at(self) -> Option<Timestamp> {
        match self {
            Self::Command => None,
            Self::Uncross { at, .. } | Self::Pause { at } | Self::Reopening { at } => Some(at),
        }
    }
}

impl Listing {
    /// What ends a state that begins now.
    pub(crate) fn end_of(&mut self, call: CallEnd) -> StateEnd {
        let CallEnd::After(length) = call else {
            return StateEnd::Command;
        };
        let random = match length.random_max {
            0 => 0,
            highest => self.chance.below(highest.saturating_add(1)),
        };
        let lasts = length.length.saturating_add(random);
        StateEnd::Uncross {
            at: Timestamp(self.at.0.saturating_add(lasts)),
            extension: length.extension,
        }
    }

    /// The time of a call is over: it is uncrossed, or extended once where its price is outside the static
    /// corridor. Still outside after that, it waits for the operator.
    pub(super) fn end_call<S: EventSink>(&mut self, extension: u64, sink: &mut S) {
        if !self.is_outside_static_corridor(self.instrument.rules.corridors) {
            self.uncross(AuctionReference::LastPrice, sink);
            return;
        }
        self.session.end = match extension {
            0 => StateEnd::Command,
            extension => StateEnd::Uncross {
                at: Timestamp(self.at.0.saturating_add(extension)),
                extension: 0,
            },
        };
    }

    /// Whether an uncross now would trade outside the static corridor.
    fn is_outside_static_corridor(&self, corridors: Corridors) -> bool {
        let allowed = corridors.fixed(self.session.last_auction_price);
        let found = self.equilibrium(self.last_price);
        found.is_some_and(|found| !allowed.contains(found.price))
    }
}
