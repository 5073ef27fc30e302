//! Commands to several instruments: one part each, and each part applied once.

use crate::canonical::canonical_newtype;
use crate::command::{Command, MassCancel};
use crate::dead_man::{CancelAfter, Disconnect};
use crate::event_sink::EventSink;
use crate::listing::Listing;
use crate::risk::{Admit, SetFeeTier, SetLimits};

/// Number of a fanned out command: its place in the exchange's control sequence, so they ascend.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(transparent)]
pub struct FanOutId(pub u64);

canonical_newtype!(FanOutId);

impl FanOutId {
    /// Before the first one.
    pub const NONE: Self = Self(0);
}

/// One instrument's part of a command to several. An instrument that has seen its id, or a later one, does
/// nothing: so a part may be delivered again after a crash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FanOut {
    /// Which command.
    pub id: FanOutId,
    /// What is to be done on this instrument.
    pub action: FanOutAction,
}

/// What can be asked of several instruments at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FanOutAction {
    /// Turn a switch.
    Admit(Admit),
    /// Replace an account's limits.
    SetLimits(SetLimits),
    /// Say which fees an account pays.
    SetFeeTier(SetFeeTier),
    /// End an account's open orders.
    MassCancel(MassCancel),
    /// An account's connection is lost.
    Disconnect(Disconnect),
    /// Set, or turn off, an account's dead man's timer.
    CancelAfter(CancelAfter),
}

impl FanOutAction {
    /// The same, asked of one instrument alone.
    pub const fn command(self) -> Command {
        match self {
            Self::Admit(admit) => Command::Admit(admit),
            Self::SetLimits(set) => Command::SetLimits(set),
            Self::SetFeeTier(set) => Command::SetFeeTier(set),
            Self::MassCancel(mass_cancel) => Command::MassCancel(mass_cancel),
            Self::Disconnect(disconnect) => Command::Disconnect(disconnect),
            Self::CancelAfter(cancel_after) => Command::CancelAfter(cancel_after),
        }
    }
}

impl Listing {
    /// Does this instrument's part, unless it was done.
    pub(crate) fn fan_out<S: EventSink>(&mut self, fan_out: &FanOut, sink: &mut S) {
        if fan_out.id <= self.risk.fan_out_seen {
            return;
        }
        self.risk.fan_out_seen = fan_out.id;
        match fan_out.action {
            FanOutAction::Admit(admit) => self.admit(admit, sink),
            FanOutAction::SetLimits(set) => self.set_limits(&set, sink),
            FanOutAction::SetFeeTier(set) => self.set_fee_tier(set),
            FanOutAction::MassCancel(mass_cancel) => self.mass_cancel(&mass_cancel, sink),
            FanOutAction::Disconnect(disconnect) => self.disconnect(disconnect, sink),
            FanOutAction::CancelAfter(cancel_after) => self.cancel_after(&cancel_after),
        }
    }
}
