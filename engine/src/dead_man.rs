//! Cancel on disconnect, and the dead man's timer: an account that is no longer heard from keeps no orders.

use std::collections::BTreeMap;

use crate::cancel_reason::CancelReason;
use crate::conditions::OnDisconnect;
use crate::deadlines::Deadlines;
use crate::event_sink::EventSink;
use crate::id::AccountId;
use crate::listing::Listing;
use crate::sequence::Timestamp;

/// An account's connection is lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Disconnect {
    /// Whose.
    pub account: AccountId,
}

/// Sets an account's dead man's timer in place of the one that it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CancelAfter {
    /// Whose orders go.
    pub account: AccountId,
    /// After so many time units without another one; 0 turns the timer off.
    pub delay: u64,
}

/// When the orders of which account go, unless it sets its timer anew.
#[derive(Debug, Default)]
pub(crate) struct DeadManTimers {
    by_account: BTreeMap<AccountId, Timestamp>,
    /// The same, by deadline, then by account.
    deadlines: Deadlines<AccountId>,
}

impl DeadManTimers {
    /// Sets an account's timer, in place of the one that it has.
    pub(crate) fn arm(&mut self, account: AccountId, deadline: Timestamp) {
        self.disarm(account);
        self.by_account.insert(account, deadline);
        self.deadlines.add(deadline, account);
    }

    /// An account's timer is off.
    pub(crate) fn disarm(&mut self, account: AccountId) {
        if let Some(deadline) = self.by_account.remove(&account) {
            self.deadlines.remove(deadline, account);
        }
    }

    #[inline]
    pub(crate) fn are_due(&self, at: Timestamp) -> bool {
        self.deadlines.are_due(at)
    }

    /// The earliest deadline.
    pub(crate) fn next(&self) -> Option<Timestamp> {
        self.deadlines.next()
    }

    /// Turns off a timer that has run out, the earliest first, and says whose it was.
    pub(crate) fn take_due(&mut self, now: Timestamp) -> Option<AccountId> {
        let account = self.deadlines.first_due(now)?;
        self.disarm(account);
        Some(account)
    }

    /// Every timer that is set, by deadline, then by account.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (Timestamp, AccountId)> + '_ {
        self.deadlines.iter()
    }
}

impl Listing {
    /// Ends the account's orders that asked for it, in entry order.
    pub(crate) fn disconnect<S: EventSink>(&mut self, disconnect: Disconnect, sink: &mut S) {
        let mut meant = self.book.open_of(disconnect.account);
        meant.retain(|(_, slot)| {
            let ties = self.book.pool.ties(*slot);
            ties.is_some_and(|ties| ties.on_disconnect == OnDisconnect::Cancel)
        });
        self.cancel_in_entry_order(meant, CancelReason::Disconnected, sink);
    }

    /// Sets or turns off a timer.
    pub(crate) fn cancel_after(&mut self, asked: &CancelAfter) {
        if asked.delay == 0 {
            self.dead_men.disarm(asked.account);
        } else {
            let deadline = Timestamp(self.at.0.saturating_add(asked.delay));
            self.dead_men.arm(asked.account, deadline);
        }
    }

    /// Ends all orders of accounts whose timers have run out.
    pub(crate) fn end_dead_men<S: EventSink>(&mut self, sink: &mut S) {
        while let Some(account) = self.dead_men.take_due(self.at) {
            let meant = self.book.open_of(account);
            self.cancel_in_entry_order(meant, CancelReason::Disconnected, sink);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{AccountId, DeadManTimers, Timestamp};

    #[test]
    fn a_timer_runs_out_once_and_a_new_one_takes_the_place_of_the_old() {
        let mut timers = DeadManTimers::default();
        timers.arm(AccountId(1), Timestamp(60));
        timers.arm(AccountId(2), Timestamp(50));
        timers.arm(AccountId(1), Timestamp(40));

        assert_eq!(timers.next(), Some(Timestamp(40)));
        assert_eq!(timers.take_due(Timestamp(39)), None);
        assert_eq!(timers.take_due(Timestamp(60)), Some(AccountId(1)));
        assert_eq!(timers.take_due(Timestamp(60)), Some(AccountId(2)));
        assert_eq!(timers.take_due(Timestamp(60)), None);
    }

    #[test]
    fn a_timer_that_is_off_never_runs_out() {
        let mut timers = DeadManTimers::default();
        timers.arm(AccountId(1), Timestamp(60));
        timers.disarm(AccountId(1));
        timers.disarm(AccountId(2));

        assert_eq!(timers.next(), None);
        assert_eq!(timers.take_due(Timestamp(u64::MAX)), None);
    }
}
