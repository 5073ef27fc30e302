//! Switches that keep orders out: kill switches and cancel-only, by account, by instrument, by exchange.

use crate::cancel_reason::CancelReason;
use crate::canonical::canonical_enum;
use crate::event_sink::EventSink;
use crate::id::{AccountId, OrderId};
use crate::listing::Listing;

/// What is let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Admission {
    /// Everything.
    Open,
    /// Cancels only: what is open stays, nothing is entered or changed.
    CancelOnly,
    /// Cancels only, and what was open is canceled.
    Killed,
}

canonical_enum!(Admission {
    0 => Open,
    1 => CancelOnly,
    2 => Killed,
});

/// Whom a switch is about. The three are independent: an order has to pass them all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scope {
    /// Everybody on every instrument; each instrument is told.
    Exchange,
    /// Everybody on this instrument.
    Instrument,
    /// One account on this instrument.
    Account(AccountId),
}

/// Turns a switch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Admit {
    /// Whose.
    pub scope: Scope,
    /// To what.
    pub admission: Admission,
}

impl Listing {
    /// Turns a switch. A kill switch ends what is open, in entry order. (KS-1)
    pub(crate) fn admit<S: EventSink>(&mut self, admit: Admit, sink: &mut S) {
        self.risk.admit(admit);
        match admit.admission {
            Admission::Open | Admission::CancelOnly => {}
            Admission::Killed => {
                let meant = match admit.scope {
                    Scope::Exchange | Scope::Instrument => self.book.all_open(),
                    Scope::Account(account) => self.book.open_of(account),
                };
                self.cancel_in_entry_order(meant, CancelReason::MassCancel, sink);
            }
        }
    }

    /// Ends these orders, oldest first; one that another one's end took along is gone already.
    pub(crate) fn cancel_in_entry_order<S: EventSink>(
        &mut self,
        mut meant: Vec<(OrderId, u32)>,
        reason: CancelReason,
        sink: &mut S,
    ) {
        meant.sort_unstable();
        for (id, slot) in meant {
            if self.book.pool.is_open_as(slot, id) {
                self.cancel_resting(slot, reason, sink);
            }
        }
    }
}
